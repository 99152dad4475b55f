//! From what was decided to tokens.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};

use super::item::{Caller, Handler, rule_name};
use super::rule::{OwnPayload, Policies, Rule};
use super::signature::Attribute;
use super::types::marked;
use crate::diagnostics::Errors;
use crate::paths::Krate;
use crate::tokens;
use crate::trees::Trees;

pub(crate) struct Output<'a> {
    pub(crate) krate: &'a Krate,
    pub(crate) private: &'a Trees,
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
    // Each item, and each body above all, costs the compiler more than what it says: what can stand
    // in the one impl stands there.
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
        // What a generic handler is checked with is generic too, and no method of the trait.
        let (method, beside) = match self.is_generic() {
            true => (None, quote!(#check #evaluation)),
            false => (Some(check), evaluation),
        };
        // A type that is no payload is reported at itself: for that, all of the path has its span.
        let place = tokens::place(payload.clone());
        let private = self.private.spanned(place);
        let of = quote_spanned!(place=> #private::AttributeRule<#payload>);
        let implementation = self.implementation(&of, &quote!(#rule_of_it #method));
        let policies = self.policies();
        let aside = self.aside(&beside);
        let items = [
            own_payload,
            Some(function),
            Some(marker),
            Some(implementation),
            policies,
            aside,
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

    /// What stands beside the handler and has no name.
    fn aside(&self, items: &TokenStream) -> Option<TokenStream> {
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

    /// After a mistake: the item as it was written.
    pub(crate) fn as_written(&self, item: &TokenStream, errors: Errors) -> TokenStream {
        let own_payload = self.own_payload();
        let errors = errors.into_tokens();
        if self.handler.is_method() {
            return quote!(#item #own_payload #errors);
        }
        let editor = self.aside(&self.editor().unwrap_or_default());
        quote!(#item #own_payload #editor #errors)
    }

    /// The function with its caller's type marked.
    fn function(&self, caller: &Caller) -> TokenStream {
        let Handler(signature) = self.handler;
        let argument = &signature.arguments[caller.position];
        let ty = marked(&argument.ty, &self.mark());
        let head = signature.retyped(argument, &ty);
        let body = &signature.body;
        quote!(#head #body)
    }

    /// The second argument of the caller's type.
    pub(super) fn mark(&self) -> Trees {
        let name = self.rule_name();
        self.mark_of(&quote!(#name))
    }

    /// The mark of the rule whose type is `rule`.
    pub(super) fn mark_of(&self, rule: &TokenStream) -> Trees {
        let private = self.private;
        match self.policies {
            None => quote!(#private::Gated<#rule>).into(),
            Some(_) => quote!(#private::GatedWithPolicies<#rule>).into(),
        }
    }

    pub(super) fn rule_name(&self) -> Ident {
        let name = self.handler.name();
        Ident::new(&rule_name(name), name.span())
    }

    /// The type that carries the rule. It is as visible as the handler. Lints do not look at what a
    /// macro made, except for these two, which look at the handler's own tokens.
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
        // A constant of another payload is reported at its path.
        let place = Span::mixed_site().located_at(tokens::place(value.clone()));
        let value = quote_spanned!(place=> const { &#value });
        quote! {
            fn rule<__Lazily>() -> &'static #private::Access<#payload> { #value }
        }
    }

    /// What rustc alone can find in a rule: scopes that are not declared, and whether one that
    /// stands elsewhere is for strangers.
    fn evaluation(&self, rule: &Rule, caller: &Caller) -> TokenStream {
        let private = self.private;
        match rule {
            Rule::Constant(path) => {
                let check = match caller.optional {
                    true => quote!(#private::anonymous_too),
                    false => quote!(#private::required),
                };
                let place = tokens::place(path.clone());
                let check = tokens::located(check, place);
                quote_spanned!(Span::mixed_site().located_at(place)=> #check(#path);)
            }
            Rule::Words(words) => {
                let payload = caller.payload.to_token_stream();
                // More conditions than a rule keeps are counted by the runtime.
                if words.conditions() > MOST_CONDITIONS {
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
        let policies = tokens::policies_of(all, private);
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

    pub(super) fn is_generic(&self) -> bool {
        let Handler(signature) = self.handler;
        !signature.generics.is_empty() || !signature.conditions.is_empty()
    }

    /// What stands beside the handler vanishes with it.
    fn cfgs(&self) -> Vec<&Attribute> {
        let attrs = self.handler.0.attrs.iter();
        attrs.filter(|attr| attr.is("cfg")).collect()
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

/// As many as one way of a rule keeps.
const MOST_CONDITIONS: usize = 6;
