//! The impls of a payload.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};

use super::attr::{Field, Mark};
use super::read::Payload;
use crate::diagnostics::Errors;
use crate::tokens::spans;

// Input:
//     #[jam(role = Role, scopes("notes:read"))]
//     struct User { #[jam(sub)] id: u64, name: String, #[jam(roles)] roles: Vec<Role> }
//
// Output:
//     impl Payload for User {
//         type Role = Role;
//         const SCOPES: &'static [&'static str] = &["notes:read"];
//         const MARKS: &'static [Mark] = &[Mark::sub("id"), Mark::roles("roles")];
//         // with `claim = "x"` and `ignore_unknown`: Mark::roles("roles").claim("x").known::<Self::Role>()
//         fn subject(&self) -> Option<Cow<'_, str>> {
//             Some(<u64 as Subject>::subject(&self.id))
//         }
//         fn has_role(&self, role: Self::Role) -> bool {
//             <Vec<Role> as Roles<Self::Role>>::contains(&self.roles, &role)
//         }
//     }
//     impl AttributeRules for User {
//         fn rule<__R: AttributeRule<Self>>() -> &'static Access<Self> {
//             const { &read(__R::WORDS) }
//         }
//     }
//     impl HasRoles for User { type Enum = Role; }
//
// After a mistake the impls have no marks. They are still there, because otherwise each handler
// with this payload would cause one more error.
pub(crate) fn expand(payload: &Payload<'_>, errors: Errors) -> TokenStream {
    let is_valid = errors.is_empty();
    let errors = errors.into_tokens();
    // `Payload` requires `'static`, so no impl is possible for a lifetime.
    if payload.input.generics.lifetimes().next().is_some() {
        return errors;
    }
    let krate = &payload.container.krate;
    let private = krate.private();
    let name = &payload.input.ident;
    let (generics, arguments, conditions) = payload.input.generics.split_for_impl();
    let role = match &payload.container.role {
        Some((_, path)) => path.clone(),
        None => quote!(#private::NoRole),
    };
    let (kind, token_type) = match &payload.container.kind {
        Some(kind) => {
            let typ = format!("{}+jwt", kind.value());
            let typ = quote! {
                const TOKEN_TYPE: ::core::option::Option<&'static str> =
                    ::core::option::Option::Some(#typ);
            };
            let value = kind.value();
            let kind = quote! {
                const KIND: ::core::option::Option<&'static str> =
                    ::core::option::Option::Some(#value);
            };
            (Some(kind), Some(typ))
        }
        None => (None, None),
    };
    let declared = &payload.container.scopes;
    let marked = |wanted| {
        payload
            .fields
            .iter()
            .find(|field| matches!(&field.mark, Some((_, mark)) if *mark == wanted))
    };
    let members = is_valid.then(|| {
        let marks = payload.fields.iter().filter_map(|field| {
            let name = field.name.as_deref()?;
            let mark = match (&field.mark, &field.claim) {
                (Some((key, _)), _) => quote!(#private::Mark::#key(#name)),
                (None, Some(_)) => quote!(#private::Mark::plain(#name)),
                (None, None) => return None,
            };
            let claim = field.claim.as_ref().map(|claim| quote!(.claim(#claim)));
            let known = field.ignore_unknown.as_ref();
            let known = known.map(|_| quote!(.known::<Self::Role>()));
            Some(quote!(#mark #claim #known))
        });
        let subject = marked(Mark::Sub).map(|field| subject(payload, field));
        let has_role = marked(Mark::Roles).map(|field| has_role(payload, field));
        let scopes = marked(Mark::Scopes).map(|field| scopes(payload, field));
        quote! {
            const MARKS: &'static [#private::Mark] = &[#(#marks),*];
            #subject
            #has_role
            #scopes
        }
    });
    let has_roles = marked(Mark::Roles).map(|_| {
        quote! {
            #[automatically_derived]
            impl #generics #private::HasRoles for #name #arguments #conditions {
                type Enum = #role;
            }
        }
    });
    let has_scopes = marked(Mark::Scopes).map(|_| {
        quote! {
            #[automatically_derived]
            impl #generics #private::HasScopes for #name #arguments #conditions {}
        }
    });
    quote! {
        #[automatically_derived]
        impl #generics #krate::Payload for #name #arguments #conditions {
            type Role = #role;
            #kind
            #token_type
            const SCOPES: &'static [&'static str] = &[#(#declared),*];
            #members
        }
        #[automatically_derived]
        impl #generics #private::AttributeRules for #name #arguments #conditions {
            fn rule<__R: #private::AttributeRule<Self>>() -> &'static #krate::Access<Self> {
                const { &#private::read(__R::WORDS) }
            }
        }
        #has_roles
        #has_scopes
        #errors
    }
}

// The calls name the type of the field, because rustc then reports a wrong type at the field.
fn subject(payload: &Payload<'_>, field: &Field<'_>) -> TokenStream {
    let private = payload.container.krate.private();
    let Field { ident, ty, .. } = field;
    quote! {
        fn subject(&self) -> ::core::option::Option<#private::Cow<'_, str>> {
            ::core::option::Option::Some(<#ty as #private::Subject>::subject(&self.#ident))
        }
    }
}

fn has_role(payload: &Payload<'_>, field: &Field<'_>) -> TokenStream {
    let private = payload.container.krate.private();
    let Field { ident, ty, .. } = field;
    quote! {
        fn has_role(&self, role: Self::Role) -> bool {
            <#ty as #private::Roles<Self::Role>>::contains(&self.#ident, &role)
        }
    }
}

fn scopes(payload: &Payload<'_>, field: &Field<'_>) -> TokenStream {
    let krate = &payload.container.krate;
    let Field { ident, ty, .. } = field;
    let span = spans::first(ty.to_token_stream());
    let value = quote_spanned! {Span::call_site().located_at(span)=> &self.#ident };
    quote! {
        fn scopes(&self) -> ::core::option::Option<&#krate::Scopes> {
            let scopes: &#krate::Scopes = #value;
            ::core::option::Option::Some(scopes)
        }
    }
}
