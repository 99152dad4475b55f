//! The tokens of a handler with its rule.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};

use super::item::{Caller, Handler};
use super::output::Output;
use super::rule::{OwnPayload, Policies, Rule};
use super::types::marked;
use crate::diagnostics::Errors;
use crate::lists;
use crate::tokens::spans;

/// Returns an item that is not a function, with its errors.
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
    //     async fn me(user: Auth<User, ::jam::__private::Gated<__jam_rule_of_me>>) -> Json<User> { .. }
    //     struct __jam_rule_of_me {}
    //     impl ::jam::__private::AttributeRule<User> for __jam_rule_of_me {
    //         const WORDS: &'static str = "backend=jwt cookie=jwt";
    //         fn check() {
    //             return;
    //             ::jam::__private::need_response::<Json<User>>();
    //             ::jam::__private::takes_gated1::<Self, _, _>(me);
    //         }
    //     }
    //
    // One impl contains as much as possible, because each item, and most of all each function body,
    // costs compile time.
    pub(crate) fn protected(&self, rule: &Rule, caller: &Caller) -> TokenStream {
        let own_payload = self.own_payload();
        let function = match caller.optional {
            true => self.optional_function(caller),
            false => self.function(caller),
        };
        let marker = self.marker();
        let payload = caller.payload.to_token_stream();
        let rule_of_it = self.rule(rule, &payload);
        let check = self.check(caller);
        let evaluation = self.evaluation(rule, caller);
        // The check of a generic handler is generic too, so it cannot be a method of the trait.
        let (method, checks) = match self.is_generic() {
            true => (None, quote!(#check #evaluation)),
            false => (Some(check), evaluation),
        };
        // The whole path has the span of the payload, because rustc then reports a type that is no
        // payload there.
        let span = spans::first(payload.clone());
        let private = self.private.spanned(span);
        let of = quote_spanned!(span=> #private::AttributeRule<#payload>);
        let implementation = self.implementation(&of, &quote!(#rule_of_it #method));
        let policies = self.policies();
        let unnamed = self.unnamed(&checks);
        let items = [
            own_payload,
            Some(function),
            Some(marker),
            Some(implementation),
            policies,
            unnamed,
        ];
        items.into_iter().flatten().collect()
    }

    // Input:
    //     #[jam_auth(public = "health probe")]
    //     async fn health() -> &'static str { "ok" }
    //
    // Output:
    //     async fn health() -> Open<&'static str, __jam_rule_of_health> {
    //         ::jam::__private::open(async move {
    //             if let Some(value) = Option::<&'static str>::None { return value; }
    //             "ok"
    //         }.await)
    //     }
    //     struct __jam_rule_of_health {}
    //     impl ::jam::__private::OpenRule for __jam_rule_of_health {
    //         const PUBLIC: Public = ::jam::__private::Public::because("health probe");
    //     }
    pub(crate) fn open(&self, reason: &syn::LitStr) -> TokenStream {
        let private = self.private;
        let function = self.open_function();
        let marker = self.marker();
        let members = quote! {
            const PUBLIC: #private::Public = #private::Public::because(#reason);
        };
        let implementation = self.implementation(&quote!(#private::OpenRule), &members);
        quote!(#function #marker #implementation)
    }

    /// Returns a constant without a name that contains the items.
    fn unnamed(&self, items: &TokenStream) -> Option<TokenStream> {
        if items.is_empty() {
            return None;
        }
        let cfgs = self.cfgs();
        Some(quote! {
            #(#cfgs)*
            #[allow(deprecated, unexpected_cfgs, unreachable_code, unused_qualifications)]
            const _: () = { #items };
        })
    }

    /// Returns the unchanged item after a mistake, with the errors.
    pub(crate) fn as_written(&self, item: &TokenStream, errors: Errors) -> TokenStream {
        let own_payload = self.own_payload();
        let errors = errors.into_tokens();
        if self.handler.is_method() {
            return quote!(#item #own_payload #errors);
        }
        let editor = self.unnamed(&self.editor().unwrap_or_default());
        quote!(#item #own_payload #editor #errors)
    }

    /// Returns the function with the rule in the type of its caller.
    fn function(&self, caller: &Caller) -> TokenStream {
        let Handler(signature) = self.handler;
        let argument = &signature.arguments[caller.position];
        let ty = marked(&argument.ty, &self.mark());
        let head = signature.retyped(argument, &ty);
        let body = &signature.body;
        quote!(#head #body)
    }

    /// Returns the type that has the rule, with the visibility of the handler. It allows two lints,
    /// because these also check the tokens that come from the handler.
    fn marker(&self) -> TokenStream {
        let vis = &self.handler.0.vis;
        let name = self.rule_name();
        let cfgs = self.cfgs();
        quote! {
            #(#cfgs)*
            #[doc(hidden)]
            #[allow(non_camel_case_types, clippy::exhaustive_structs)]
            #vis struct #name {}
        }
    }

    // Input:
    //     any(jwt, session(cookie = "sid")), login = "/login"
    //
    // Output:
    //     const WORDS: &'static str = "backend=jwt or backend=session cookie=sid all login=/login";
    //
    // Input:
    //     backend = "jwt", role(Role::Admin)
    //
    // Output:
    //     fn rule<__Lazily>() -> &'static ::jam::__private::Access<User> {
    //         const {
    //             &::jam::__private::said([
    //                 ::jam::__private::Word::Plain("backend=jwt"),
    //                 ::jam::__private::of::<User>().role(Role::Admin),
    //             ])
    //         }
    //     }
    fn rule(&self, rule: &Rule, payload: &TokenStream) -> TokenStream {
        let private = self.private;
        let value = match rule {
            Rule::Constant(path) => path.clone(),
            Rule::Words(words) => match words.plain() {
                Some(words) => return quote!(const WORDS: &'static str = #words;),
                None => words.tokens(private, payload),
            },
            Rule::Public(_) => return TokenStream::new(),
        };
        // The value has the span of the path, because rustc then reports a constant with another
        // payload there.
        let span = Span::mixed_site().located_at(spans::first(value.clone()));
        let value = quote_spanned!(span=> const { &#value });
        quote! {
            fn rule<__Lazily>() -> &'static #private::Access<#payload> { #value }
        }
    }

    /// Returns the parts of the rule that only rustc can check: the scopes, which the payload has to
    /// declare, and a constant, which has to be `optional` exactly if the caller is.
    fn evaluation(&self, rule: &Rule, caller: &Caller) -> TokenStream {
        let private = self.private;
        match rule {
            Rule::Constant(path) => {
                let check = match caller.optional {
                    true => quote!(#private::anonymous_too),
                    false => quote!(#private::required),
                };
                let span = spans::first(path.clone());
                let check = spans::located(check, span);
                quote_spanned!(Span::mixed_site().located_at(span)=> #check(#path);)
            }
            Rule::Words(words) => {
                let payload = caller.payload.to_token_stream();
                // The runtime reports too many conditions when rustc evaluates the whole rule.
                if words.conditions() > jam_syntax::MOST_CONDITIONS {
                    let rule = words.tokens(private, &payload);
                    return quote!(let _: #private::Access<#payload> = #rule;);
                }
                let words = words.evaluated();
                let words = words.map(|word| word.tokens(private, &payload));
                quote!(#(let _ = #words;)*)
            }
            Rule::Public(_) => TokenStream::new(),
        }
    }

    fn implementation(&self, of: &TokenStream, members: &TokenStream) -> TokenStream {
        let name = self.rule_name();
        let cfgs = self.cfgs();
        let editor = self.editor();
        quote! {
            #(#cfgs)*
            #[automatically_derived]
            #[allow(deprecated, unexpected_cfgs, unreachable_code, unused_qualifications)]
            impl #of for #name {
                #members
                #editor
            }
        }
    }

    // Output:
    //     impl Policed<App> for __jam_rule_of_update {
    //         fn policies() -> &'static Policies<App> {
    //             static __JAM_POLICIES: LazyLock<Policies<App>> =
    //                 LazyLock::new(|| Policies::new().and(note_owner, "note_owner"));
    //             &__JAM_POLICIES
    //         }
    //     }
    fn policies(&self) -> Option<TokenStream> {
        let Policies { all, state } = self.policies?;
        let private = self.private;
        let name = self.rule_name();
        let cfgs = self.cfgs();
        let policies = lists::policies_value(all, private);
        Some(quote! {
            #(#cfgs)*
            #[automatically_derived]
            #[allow(deprecated, unused_qualifications)]
            impl #private::Policed<#state> for #name {
                fn policies() -> &'static #private::Policies<#state> {
                    static __JAM_POLICIES: #private::LazyLock<#private::Policies<#state>> =
                        #private::LazyLock::new(|| #policies);
                    &__JAM_POLICIES
                }
            }
        })
    }

    fn own_payload(&self) -> Option<TokenStream> {
        let OwnPayload { name, fields } = self.own_payload?;
        let Self { krate, private, .. } = self;
        let serde = krate.serde();
        let vis = &self.handler.0.vis;
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
