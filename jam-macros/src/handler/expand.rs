//! From what was decided to tokens.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::{Attribute, FnArg, GenericParam, Pat, ReturnType, Signature, Token, Type};

use super::chain::{self, Call};
use super::item::{Caller, Handler};
use super::rule::{OwnPayload, Policies, Rule};
use super::types::{bare, inferred, mark, plain_name};
use crate::diagnostics::Errors;
use crate::paths::Krate;
use crate::tokens;

pub(crate) struct Output<'a> {
    pub(crate) krate: &'a Krate,
    pub(crate) handler: &'a Handler,
    pub(crate) own_payload: Option<&'a OwnPayload>,
    pub(crate) policies: Option<&'a Policies>,
    pub(crate) keys: &'a [Ident],
}

/// An item that is no handler at all.
pub(crate) fn rejected(item: &TokenStream, errors: Errors) -> TokenStream {
    let errors = errors.into_tokens();
    quote!(#item #errors)
}

impl Output<'_> {
    // Input:
    //     #[jam_auth(backend = "jwt", cookie = "jwt")]
    //     async fn me(user: Auth<User>) -> Json<User> { .. }
    //
    // Output:
    //     async fn me(user: Auth<User, me>) -> Json<User> { .. }
    //     pub struct me {}
    //     const _: () = {
    //         impl Rule for me {
    //             type Payload = User;
    //             type Front = Gate;
    //             fn rule() -> &'static HandlerRule<me> {
    //                 static RULE: HandlerRule<me> = {
    //                     let rule = HandlerRule::user();
    //                     let rule = rule.backend("jwt");
    //                     let rule = rule.cookie("jwt");
    //                     rule
    //                 };
    //                 &RULE
    //             }
    //         }
    //         fn __jam_check(a0: Auth<User, me>) {
    //             need_response::<Json<User>>();
    //             need_send(&me(a0));
    //         }
    //     };
    pub(crate) fn protected(&self, rule: &Rule, caller: &Caller) -> TokenStream {
        let own_payload = self.own_payload();
        let (function, sig) = if caller.optional {
            self.optional_function(caller)
        } else {
            self.function(caller)
        };
        let marker = self.marker();
        let payload = caller.payload.to_token_stream();
        let front = self.front();
        let implementation = self.implementation(&payload, &front, &self.rule(rule, caller));
        let policies = self.policies();
        let signature = self.signature_check(&sig, caller);
        let editor = self.editor();
        let cfgs = self.cfgs();
        quote! {
            #own_payload
            #function
            #marker
            #(#cfgs)*
            #[allow(deprecated, unexpected_cfgs, unused_qualifications)]
            const _: () = {
                #editor
                #implementation
                #policies
                #signature
            };
        }
    }

    // Input:
    //     #[jam_auth(public = "health probe")]
    //     async fn health() -> &'static str { "ok" }
    //
    // Output:
    //     async fn health() -> &'static str { "ok" }
    //     struct health {}
    //     const _: () = {
    //         impl Rule for health {
    //             type Payload = Nobody;
    //             type Front = Open;
    //             const PUBLIC: Option<Public> = Some(Public::because("health probe"));
    //             fn rule() -> &'static HandlerRule<health> { .. }
    //         }
    //     };
    pub(crate) fn open(&self, item: &TokenStream, reason: &syn::LitStr) -> TokenStream {
        let private = self.krate.private();
        let marker = self.marker();
        let front = quote! {
            type Front = #private::Open;
            const PUBLIC: ::core::option::Option<#private::Public> =
                ::core::option::Option::Some(#private::Public::because(#reason));
        };
        let nobody = quote!(#private::Nobody);
        let user = quote!(#private::HandlerRule::user());
        let implementation = self.implementation(&nobody, &front, &user);
        let editor = self.editor();
        let cfgs = self.cfgs();
        quote! {
            #item
            #marker
            #(#cfgs)*
            #[allow(deprecated, unexpected_cfgs, unused_qualifications)]
            const _: () = {
                #editor
                #implementation
            };
        }
    }

    /// After a mistake: the item as it is, and what others may refer to, so
    /// that one mistake gives one error.
    pub(crate) fn as_written(
        &self,
        item: &TokenStream,
        caller: Option<&Caller>,
        errors: Errors,
    ) -> TokenStream {
        let own_payload = self.own_payload();
        let rule = caller.filter(|_| !self.handler.is_method()).map(|caller| {
            let marker = self.marker();
            let krate = self.krate;
            let user = quote!(#krate::__private::HandlerRule::user());
            let payload = caller.payload.to_token_stream();
            let front = quote!(type Front = #krate::__private::Gate;);
            let implementation = self.implementation(&payload, &front, &user);
            let cfgs = self.cfgs();
            quote! {
                #marker
                #(#cfgs)*
                const _: () = {
                    #implementation
                };
            }
        });
        let editor = self.editor().filter(|_| !self.handler.is_method());
        let editor = editor.map(|editor| {
            quote! {
                #[allow(unexpected_cfgs)]
                const _: () = { #editor };
            }
        });
        let errors = errors.into_tokens();
        quote!(#item #own_payload #rule #editor #errors)
    }

    /// The function with its caller's type marked, and its signature.
    fn function(&self, caller: &Caller) -> (TokenStream, Signature) {
        let Handler {
            attrs,
            vis,
            sig,
            body,
        } = self.handler;
        let mut sig = sig.clone();
        if let Some(FnArg::Typed(argument)) = sig.inputs.get_mut(caller.position) {
            mark(&mut argument.ty, self.handler.name());
        }
        (quote!(#(#attrs)* #vis #sig #body), sig)
    }

    // A stale cookie is cleared on the response, which an extractor cannot do:
    // the body is wrapped.
    //
    // Input:
    //     async fn home(user: Option<Auth<User>>) -> Html<String> { .. }
    //
    // Output:
    //     async fn home(user: Optional<User, home>) -> Answered<Html<String>> {
    //         let (user, stale): (Option<Auth<User>>, _) = Optional::split(user);
    //         answer(stale, async move {
    //             if let Some(value) = Option::<Html<String>>::None { return value; }
    //             { .. }
    //         }.await)
    //     }
    fn optional_function(&self, caller: &Caller) -> (TokenStream, Signature) {
        let Handler {
            attrs,
            vis,
            sig,
            body,
        } = self.handler;
        let private = self.krate.private();
        let name = self.handler.name();
        let Caller {
            payload, written, ..
        } = caller;
        let stale = Ident::new("__jam_stale", Span::mixed_site());
        let value = Ident::new("__jam_value", Span::mixed_site());
        let mut taken = Ident::new("__jam_caller", Span::mixed_site());
        let mut sig = sig.clone();
        let mut pattern = quote!(_);
        if let Some(FnArg::Typed(argument)) = sig.inputs.get_mut(caller.position) {
            pattern = argument.pat.to_token_stream();
            if let Some(plain) = plain_name(&argument.pat) {
                taken = plain;
            }
            *argument.pat = Pat::Verbatim(taken.to_token_stream());
            *argument.ty = Type::Verbatim(quote!(#private::Optional<#payload, #name>));
        }
        let (answer, declared) = match &sig.output {
            ReturnType::Default => (quote!(()), quote!(())),
            ReturnType::Type(_, ty) => (ty.to_token_stream(), inferred(ty).to_token_stream()),
        };
        sig.output = ReturnType::Type(
            <Token![->]>::default(),
            Box::new(Type::Verbatim(quote!(#private::Answered<#answer>))),
        );
        let place = match &self.handler.sig.output {
            ReturnType::Default => name.span(),
            ReturnType::Type(_, ty) => tokens::place(ty.to_token_stream()),
        };
        // Nothing runs here: the statement only tells the block its type, so
        // that `?`, `return` and coercions work as they do in a function.
        let typed = quote! {
            if let ::core::option::Option::Some(#value) = ::core::option::Option::<#declared>::None {
                return #value;
            }
        };
        // Without its braces, which would be one pair too many around an expression.
        let statements = inside(body);
        let answered = quote_spanned! {Span::mixed_site().located_at(place)=>
            async move { #typed #statements }.await
        };
        let function = quote! {
            #(#attrs)* #vis #sig {
                let (#pattern, #stale): (#written, _) = #private::Optional::split(#taken);
                #private::answer(#stale, #answered)
            }
        };
        (function, sig)
    }

    /// A type with the handler's name: whoever imports the handler imports
    /// its rule.
    fn marker(&self) -> TokenStream {
        let vis = &self.handler.vis;
        let name = self.handler.name();
        let cfgs = self.cfgs();
        quote! {
            #(#cfgs)*
            #[doc(hidden)]
            #[allow(
                dead_code,
                missing_copy_implementations,
                missing_debug_implementations,
                non_camel_case_types,
                unreachable_pub,
                clippy::exhaustive_structs
            )]
            #vis struct #name {}
        }
    }

    // Input:
    //     any(jwt, session(cookie = "sid")), login = "/login"
    //
    // Output:
    //     {
    //         let rule = HandlerRule::user();
    //         let rule = rule.backend("jwt");
    //         let rule = rule.or({
    //             let rule = HandlerRule::user();
    //             let rule = rule.backend("session");
    //             let rule = rule.cookie("sid");
    //             rule
    //         });
    //         let rule = rule.login("/login");
    //         rule
    //     }
    fn rule(&self, rule: &Rule, caller: &Caller) -> TokenStream {
        let private = self.krate.private();
        let (ways, all) = match rule {
            // Whether it is for strangers is known to rustc alone.
            Rule::Constant(path) => {
                let check = match caller.optional {
                    true => quote!(#private::HandlerRule::strangers_too),
                    false => quote!(#private::HandlerRule::required),
                };
                let check = tokens::located(check, tokens::place(path.clone()));
                return quote!(#check(#path));
            }
            Rule::Public(_) => return quote!(#private::HandlerRule::user()),
            Rule::Chain { ways, all } => (ways, all),
        };
        let mut ways = ways.iter();
        let mut calls: Vec<Call> = Vec::new();
        if let Some(first) = ways.next() {
            calls.extend(first.calls.iter().cloned());
        }
        calls.extend(ways.map(|way| {
            let mut other = chain::block(&way.calls, &private);
            other.set_span(way.place);
            Call::new(Ident::new("or", way.place), quote!(#other))
        }));
        calls.extend(all.iter().cloned());
        chain::block(&calls, &private).into_token_stream()
    }

    /// A `static` is evaluated whether or not anything uses it.
    fn implementation(
        &self,
        payload: &TokenStream,
        front: &TokenStream,
        rule: &TokenStream,
    ) -> TokenStream {
        let private = self.krate.private();
        let name = self.handler.name();
        quote! {
            #[automatically_derived]
            impl #private::Rule for #name {
                type Payload = #payload;
                #front
                fn rule() -> &'static #private::HandlerRule<#name> {
                    static RULE: #private::HandlerRule<#name> = #rule;
                    &RULE
                }
            }
        }
    }

    fn front(&self) -> TokenStream {
        let private = self.krate.private();
        match self.policies {
            None => quote!(type Front = #private::Gate;),
            Some(_) => quote!(type Front = #private::GateAnd<Self>;),
        }
    }

    // Output:
    //     impl Policed<App> for update {
    //         fn policies() -> &'static Policies<App> {
    //             static POLICIES: LazyLock<Policies<App>> =
    //                 LazyLock::new(|| Policies::new().and(note_owner, "note_owner"));
    //             &POLICIES
    //         }
    //     }
    fn policies(&self) -> Option<TokenStream> {
        let Policies { all, state } = self.policies?;
        let private = self.krate.private();
        let name = self.handler.name();
        let policies = tokens::policies_of(all, &private);
        Some(quote! {
            #[automatically_derived]
            impl #private::Policed<#state> for #name {
                fn policies() -> &'static #private::Policies<#state> {
                    static POLICIES: #private::LazyLock<#private::Policies<#state>> =
                        #private::LazyLock::new(|| #policies);
                    &POLICIES
                }
            }
        })
    }

    /// Has rustc look at the handler where it stands, rather than at the
    /// router, where a mistake would be reported without its reason.
    fn signature_check(&self, sig: &Signature, caller: &Caller) -> Option<TokenStream> {
        let has_impl = |ty: &Type| tokens::mentions(ty.to_token_stream(), "impl");
        if self.handler.has_cfg() {
            return None;
        }
        let private = self.krate.private();
        let name = self.handler.name();
        let response = match &self.handler.sig.output {
            ReturnType::Type(_, ty)
                if !caller.optional && !has_impl(ty) && !matches!(bare(ty), Type::Never(_)) =>
            {
                Some(quote!(#private::need_response::<#ty>();))
            }
            _ => None,
        };
        let types: Vec<&Type> = sig
            .inputs
            .iter()
            .filter_map(|argument| match argument {
                FnArg::Typed(argument) => Some(&*argument.ty),
                FnArg::Receiver(_) => None,
            })
            .collect();
        if types.iter().any(|ty| has_impl(ty)) {
            return None;
        }
        let values: Vec<_> = (0..types.len())
            .map(|position| format_ident!("a{position}", span = Span::mixed_site()))
            .collect();
        let parameters = sig.generics.params.iter().filter_map(|param| match param {
            GenericParam::Type(param) => Some(&param.ident),
            GenericParam::Const(param) => Some(&param.ident),
            _ => None,
        });
        let generics = &sig.generics;
        let conditions = &sig.generics.where_clause;
        let future = quote_spanned! {Span::mixed_site().located_at(name.span())=>
            &#name::<#(#parameters),*>(#(#values),*)
        };
        Some(quote! {
            fn __jam_check #generics (#(#values: #types),*) #conditions {
                #response
                #private::need_send(#future);
            }
        })
    }

    // The options are real items of the runtime, so that an editor that
    // expands macros completes and documents their names. A compiler has no
    // use for them, and would complain a second time about an unknown one.
    fn editor(&self) -> Option<TokenStream> {
        let krate = self.krate;
        // A keyword, such as `crate`, can be the name of no item.
        let is_name = |key: &&Ident| syn::parse2::<Ident>(key.to_token_stream()).is_ok();
        let keys: Vec<_> = self.keys.iter().filter(is_name).collect();
        (!keys.is_empty()).then(|| {
            quote! {
                #[cfg(rust_analyzer)]
                fn __jam_options() {
                    #(let _ = #krate::options::#keys;)*
                }
            }
        })
    }

    /// What stands beside the handler vanishes with it.
    fn cfgs(&self) -> Vec<&Attribute> {
        let attrs = self.handler.attrs.iter();
        attrs.filter(|attr| attr.path().is_ident("cfg")).collect()
    }

    fn own_payload(&self) -> Option<TokenStream> {
        let OwnPayload { name, fields } = self.own_payload?;
        let krate = self.krate;
        let private = krate.private();
        let serde = krate.serde();
        let vis = &self.handler.vis;
        let cfgs = self.cfgs();
        let doc = format!("The payload of the handler `{}`.", self.handler.name());
        let renamed = krate.is_renamed().then(|| quote!(#[jam(crate = #krate)]));
        let fields = fields.iter().map(|field| {
            let syn::Field {
                attrs, ident, ty, ..
            } = field;
            quote!(#(#attrs)* pub #ident: #ty)
        });
        Some(quote! {
            #(#cfgs)*
            #[doc = #doc]
            #[derive(
                ::core::clone::Clone,
                ::core::fmt::Debug,
                #private::serde::Serialize,
                #private::serde::Deserialize,
                #krate::JamPayload
            )]
            #[serde(crate = #serde)]
            #renamed
            #[allow(missing_docs, unreachable_pub, clippy::exhaustive_structs)]
            #vis struct #name {
                #(#fields,)*
            }
        })
    }
}

/// What stands between the braces of a function.
fn inside(body: &TokenStream) -> TokenStream {
    let mut tokens = body.clone().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Group(group)), None) => group.stream(),
        _ => body.clone(),
    }
}
