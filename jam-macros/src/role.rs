//! The expansion of `#[derive(JamRole)]`.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::{Data, DeriveInput, Fields};

use crate::diagnostics::Errors;
use crate::jam_attr::options;
use crate::paths::Krate;
use crate::serde_attr::{Kind, SerdeAttr};

// Input:
//     enum Role { Reader, Admin }
//
// Output:
//     impl Role for Role {
//         const ALL: &'static [Self] = &[Self::Reader, Self::Admin];
//         fn name(self) -> &'static str { match self { Self::Reader => "Reader", .. } }
//     }
pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(item) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = Errors::new();
    let mut krate = Krate::default();
    for (key, value) in options(&input.attrs, "role", &["crate"], &mut errors) {
        krate = Krate::read(&key, &value, &mut errors);
    }
    let roles = roles(&input, &mut errors);
    let (idents, names): (Vec<_>, Vec<_>) = roles.into_iter().unzip();
    let name = &input.ident;
    let body = if errors.is_empty() {
        quote!(match self { #(Self::#idents => #names,)* })
    } else {
        quote!("")
    };
    let errors = errors.into_tokens();
    let (generics, arguments, conditions) = input.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #generics #krate::Role for #name #arguments #conditions {
            const ALL: &'static [Self] = &[#(Self::#idents),*];
            fn name(self) -> &'static str {
                #body
            }
        }
        #errors
    }
}

/// Returns the unit variants, each with its name in serde.
fn roles<'a>(input: &'a DeriveInput, errors: &mut Errors) -> Vec<(&'a syn::Ident, String)> {
    let (tokens, kind) = match &input.data {
        Data::Enum(data) => return variants(input, data, errors),
        Data::Struct(data) => (data.struct_token.to_token_stream(), "struct"),
        Data::Union(data) => (data.union_token.to_token_stream(), "union"),
    };
    errors.at(
        tokens,
        format!("roles are the variants of an enum, not a {kind}"),
        format!("write `enum {} {{ Reader, Admin }}`", input.ident),
    );
    Vec::new()
}

fn variants<'a>(
    input: &'a DeriveInput,
    data: &'a syn::DataEnum,
    errors: &mut Errors,
) -> Vec<(&'a syn::Ident, String)> {
    if data.variants.is_empty() {
        errors.at(
            &input.ident,
            format!("`{}` has no roles", input.ident),
            format!("add one: `enum {} {{ Admin }}`", input.ident),
        );
    }
    let all = SerdeAttr::read(&input.attrs);
    reads_what_it_writes(&all, &input.ident, errors);
    let mut roles: Vec<(&syn::Ident, String)> = Vec::new();
    for variant in &data.variants {
        let ident = &variant.ident;
        if !matches!(variant.fields, Fields::Unit) {
            errors.at(
                &variant.fields,
                format!("role `{ident}` cannot have fields"),
                format!("write `{ident}`, and keep the data in the payload"),
            );
            continue;
        }
        let serde = SerdeAttr::read(&variant.attrs);
        reads_what_it_writes(&serde, ident, errors);
        let name = all.name_of(ident, &serde, Kind::Variant);
        match roles.iter().find(|(_, known)| *known == name) {
            Some((first, _)) => errors.at(
                ident,
                format!("role `{ident}` has the name of `{first}`, \"{name}\""),
                "change `#[serde(rename = \"..\")]` on one of the two",
            ),
            None => roles.push((ident, name)),
        }
    }
    roles
}

/// Rejects serde options by which a role would be read from the name of another one.
fn reads_what_it_writes(serde: &SerdeAttr, ident: &syn::Ident, errors: &mut Errors) {
    const OTHERS: &[&str] = &[
        "alias",
        "other",
        "skip",
        "skip_serializing",
        "skip_deserializing",
        "serialize_with",
        "deserialize_with",
        "with",
        "untagged",
        "tag",
        "into",
        "from",
        "try_from",
        "remote",
    ];
    if let Some(option) = serde.option(OTHERS) {
        errors.at(
            option,
            format!("with `{option}` a role could be read from the name of another one"),
            format!("remove `{option}`: a role is written and read by its one name"),
        );
    }
    if serde.two_names {
        errors.at(
            ident,
            "a role is written and read by one name",
            "write `#[serde(rename = \"..\")]` instead of `rename(serialize = .., deserialize = ..)`",
        );
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use crate::snapshot;

    #[test]
    fn roles_have_the_names_of_serde() {
        snapshot::check(
            "role",
            super::expand(quote! {
                #[serde(rename_all = "snake_case")]
                enum Role { Reader, SuperAdmin, #[serde(rename = "root")] Root }
            }),
        );
    }

    #[test]
    fn a_role_has_no_fields_and_its_own_name() {
        let errors = snapshot::errors(super::expand(quote! {
            enum Role { Reader, Admin(u64), #[serde(rename = "Reader")] Other }
        }));
        assert_eq!(
            errors,
            [
                "role `Admin` cannot have fields",
                "role `Other` has the name of `Reader`, \"Reader\"",
            ]
        );
    }

    #[test]
    fn a_role_is_read_by_the_name_that_it_writes() {
        let errors = snapshot::errors(super::expand(quote! {
            enum Role {
                #[serde(alias = "Reader")] Admin,
                #[serde(rename(serialize = "a", deserialize = "b"))] Reader,
                #[serde(other)] Other,
            }
        }));
        assert_eq!(
            errors,
            [
                "with `alias` a role could be read from the name of another one",
                "a role is written and read by one name",
                "with `other` a role could be read from the name of another one",
            ]
        );
    }
}
