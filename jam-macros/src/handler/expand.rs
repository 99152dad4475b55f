//! From what was decided to tokens.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::{Attribute, FnArg, GenericParam, ReturnType, Signature, Type};

use super::item::{Caller, Handler};
use super::rule::{OwnPayload, Policies, Rule};
use super::types::{bare, mark};
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
    //         use ::jam::__private as __jam;
    //         impl __jam::Rule for me {
    //             type Payload = User;
    //             type Front = __jam::Gate;
    //             fn rule<Lazily>() -> &'static __jam::Access<User> {
    //                 const {
    //                     &__jam::said([__jam::Word::Backend("jwt"), __jam::Word::Cookie("jwt")])
    //                 }
    //             }
    //         }
    //         fn __jam_check() {
    //             __jam::need_response::<Json<User>>();
    //             __jam::need_send1(me);
    //         }
    //     };
    pub(crate) fn protected(&self, rule: &Rule, caller: &Caller) -> TokenStream {
        let own_payload = self.own_payload();
        let function = match caller.optional {
            true => self.optional_function(caller),
            false => self.function(caller),
        };
        let marker = self.marker();
        let payload = caller.payload.to_token_stream();
        let implementation =
            self.implementation(&payload, &self.front(), &self.rule(rule, &payload));
        let policies = self.policies();
        let evaluation = self.evaluation(rule, caller);
        let check = self.check(caller);
        let aside = self.aside(&quote!(#implementation #policies #check #evaluation));
        quote!(#own_payload #function #marker #aside)
    }

    // Input:
    //     #[jam_auth(public = "health probe")]
    //     async fn health() -> &'static str { "ok" }
    //
    // Output:
    //     async fn health() -> &'static str { "ok" }
    //     struct health {}
    //     const _: () = {
    //         use ::jam::__private as __jam;
    //         impl __jam::Rule for health {
    //             type Payload = __jam::Nobody;
    //             type Front = __jam::Open;
    //             const PUBLIC: Option<__jam::Public> = Some(__jam::Public::because("health probe"));
    //             fn open_handler() -> Option<__jam::TypeId> { __jam::function(&health) }
    //             fn rule<Lazily>() -> &'static __jam::Access<__jam::Nobody> { .. }
    //         }
    //     };
    pub(crate) fn open(&self, item: &TokenStream, reason: &syn::LitStr) -> TokenStream {
        let alias = alias();
        let marker = self.marker();
        let name = self.handler.name();
        // The type of a generic function has no name here.
        let function = self.handler.sig.generics.params.is_empty().then(|| {
            quote! {
                fn open_handler() -> ::core::option::Option<#alias::TypeId> {
                    #alias::function(&#name)
                }
            }
        });
        let front = quote! {
            type Front = #alias::Open;
            const PUBLIC: ::core::option::Option<#alias::Public> =
                ::core::option::Option::Some(#alias::Public::because(#reason));
            #function
        };
        let implementation =
            self.implementation(&quote!(#alias::Nobody), &front, &quote!(#alias::said([])));
        let aside = self.aside(&implementation);
        quote!(#item #marker #aside)
    }

    /// What stands beside the handler and has no name.
    fn aside(&self, items: &TokenStream) -> TokenStream {
        let alias = alias();
        let private = self.krate.private();
        let editor = self.editor();
        let cfgs = self.cfgs();
        quote! {
            #(#cfgs)*
            #[allow(deprecated, unexpected_cfgs, unused_qualifications)]
            const _: () = {
                use #private as #alias;
                #editor
                #items
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
        let errors = errors.into_tokens();
        if self.handler.is_method() {
            return quote!(#item #own_payload #errors);
        }
        let alias = alias();
        let rule = caller.map(|caller| {
            let marker = self.marker();
            let payload = caller.payload.to_token_stream();
            let front = quote!(type Front = #alias::Gate;);
            let rule = quote!(#alias::said([]));
            let aside = self.aside(&self.implementation(&payload, &front, &rule));
            quote!(#marker #aside)
        });
        let editor = match rule {
            Some(_) => None,
            None => Some(self.aside(&TokenStream::new())),
        };
        quote!(#item #own_payload #rule #editor #errors)
    }

    /// The function with its caller's type marked.
    fn function(&self, caller: &Caller) -> TokenStream {
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
        quote!(#(#attrs)* #vis #sig #body)
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
    //     __jam::said([
    //         __jam::Word::Backend("jwt"), __jam::Word::Or,
    //         __jam::Word::Backend("session"), __jam::Word::Cookie("sid"), __jam::Word::All,
    //         __jam::Word::Login("/login"),
    //     ])
    fn rule(&self, rule: &Rule, payload: &TokenStream) -> TokenStream {
        let alias = alias();
        match rule {
            Rule::Constant(path) => quote!(#path),
            Rule::Words(words) => {
                let words = words.iter().map(|word| word.tokens(payload));
                quote!(#alias::said([#(#words),*]))
            }
            Rule::Public(_) => quote!(#alias::said([])),
        }
    }

    /// What rustc alone can find in a rule: scopes that are not declared, and whether one that
    /// stands elsewhere is for strangers.
    fn evaluation(&self, rule: &Rule, caller: &Caller) -> TokenStream {
        let alias = alias();
        match rule {
            Rule::Constant(path) => {
                let check = match caller.optional {
                    true => quote!(#alias::strangers_too),
                    false => quote!(#alias::required),
                };
                let place = tokens::place(path.clone());
                let check = tokens::located(check, place);
                quote_spanned!(Span::mixed_site().located_at(place)=> #check(#path);)
            }
            Rule::Words(words) => {
                let payload = caller.payload.to_token_stream();
                // More conditions than a rule keeps are counted by the runtime.
                let conditions = words.iter().filter(|word| word.is_condition()).count();
                if conditions > MOST_CONDITIONS {
                    let rule = self.rule(rule, &payload);
                    return quote!(let _: #alias::Access<#payload> = #rule;);
                }
                let words = words.iter().filter(|word| word.is_evaluated());
                let words = words.map(|word| word.tokens(&payload));
                quote!(#(let _ = #words;)*)
            }
            Rule::Public(_) => TokenStream::new(),
        }
    }

    fn implementation(
        &self,
        payload: &TokenStream,
        front: &TokenStream,
        rule: &TokenStream,
    ) -> TokenStream {
        let alias = alias();
        let name = self.handler.name();
        // A constant of another payload is reported at its path.
        let place = Span::mixed_site().located_at(tokens::place(rule.clone()));
        let rule = quote_spanned!(place=> const { &#rule });
        quote! {
            #[automatically_derived]
            impl #alias::Rule for #name {
                type Payload = #payload;
                #front
                fn rule<Lazily>() -> &'static #alias::Access<#payload> {
                    #rule
                }
            }
        }
    }

    fn front(&self) -> TokenStream {
        let alias = alias();
        match self.policies {
            None => quote!(type Front = #alias::Gate;),
            Some(_) => quote!(type Front = #alias::GateAnd<Self>;),
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
        let private = alias();
        let name = self.handler.name();
        let policies = tokens::policies_of(all, &private.to_token_stream());
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
    fn check(&self, caller: &Caller) -> Option<TokenStream> {
        let has_impl = |ty: &Type| tokens::mentions(ty.to_token_stream(), "impl");
        let Signature {
            generics, output, ..
        } = &self.handler.sig;
        let arguments = self.handler.arguments();
        let count = arguments.clone().count();
        if self.handler.has_cfg() || count > MOST_ARGUMENTS {
            return None;
        }
        let alias = alias();
        let name = self.handler.name();
        let response = match output {
            ReturnType::Type(_, ty)
                if !caller.optional && !has_impl(ty) && !matches!(bare(ty), Type::Never(_)) =>
            {
                Some(quote!(#alias::need_response::<#ty>();))
            }
            _ => None,
        };
        if arguments.clone().any(|argument| has_impl(&argument.ty)) {
            return None;
        }
        let parameters = generics.params.iter().filter_map(|param| match param {
            GenericParam::Type(param) => Some(&param.ident),
            GenericParam::Const(param) => Some(&param.ident),
            GenericParam::Lifetime(_) => None,
        });
        let parameters: Vec<_> = parameters.collect();
        let handler = match parameters.as_slice() {
            [] => quote!(#name),
            parameters => quote!(#name::<#(#parameters),*>),
        };
        let conditions = &generics.where_clause;
        let place = Span::mixed_site().located_at(name.span());
        let need_send = Ident::new(
            &format!("need_send{count}"),
            Span::call_site().located_at(place),
        );
        let private = alias_at(place);
        let need_send = quote_spanned!(place=> #private::#need_send(#handler));
        Some(quote! {
            fn __jam_check #generics () #conditions {
                #response
                #need_send
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

/// What the runtime's private module is called beside a handler.
fn alias() -> Ident {
    alias_at(Span::call_site())
}

/// The same, at the place that rustc is to point at.
pub(super) fn alias_at(place: Span) -> Ident {
    Ident::new("__jam", Span::call_site().located_at(place))
}

/// As many as one way of a rule keeps.
const MOST_CONDITIONS: usize = 6;

/// As many as a handler of axum may have.
const MOST_ARGUMENTS: usize = 16;
