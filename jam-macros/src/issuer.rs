//! The expansion of `#[derive(JamIssuer)]`.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote};
use syn::DeriveInput;
use syn::parse::Parser as _;

use crate::diagnostics::Errors;
use crate::jam_attr::{options, string};
use crate::paths::Krate;
use crate::tokens::entries::Value;

const PAYLOAD: &str = "write `#[jam(payload = User)]`, the type that derives `JamPayload`";

// Input:
//     #[jam(payload = CorpUser)]
//     struct Corp;
//
// Output:
//     impl BackendType for Corp {
//         type Payload = CorpUser;
//         const NAME: &'static str = "corp";
//         const IS_ISSUER: bool = true;
//     }
//     impl IssuerType for Corp {}
pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(item) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = Errors::new();
    let mut krate = Krate::default();
    let (mut payload, mut name) = (None, None);
    for (key, value) in options(
        &input.attrs,
        "issuer",
        &["payload", "name", "crate"],
        &mut errors,
    ) {
        if key == "payload" {
            payload = payload_type(&key, &value, &mut errors);
        } else if key == "name" {
            name = issuer_name(&key, &value, &mut errors);
        } else {
            krate = Krate::read(&key, &value, &mut errors);
        }
    }
    if payload.is_none() && errors.is_empty() {
        errors.at(&input.ident, "an issuer has a payload", PAYLOAD);
    }
    if let Some(parameter) = input.generics.params.first() {
        errors.at(
            parameter,
            "an issuer is a type without parameters",
            format!("write `struct {};`", input.ident),
        );
    }
    let ident = &input.ident;
    let has_parameters = !input.generics.params.is_empty();
    let errors = errors.into_tokens();
    // Without a payload no impl is possible.
    let Some(payload) = payload.filter(|_| !has_parameters) else {
        return errors;
    };
    let name = name.unwrap_or_else(|| snake_case(&ident.to_string()));
    quote! {
        #[automatically_derived]
        impl #krate::BackendType for #ident {
            type Payload = #payload;
            const NAME: &'static str = #name;
            const IS_ISSUER: bool = true;
        }
        #[automatically_derived]
        impl #krate::IssuerType for #ident {}
        #errors
    }
}

fn payload_type(key: &Ident, value: &Value, errors: &mut Errors) -> Option<TokenStream> {
    match value {
        Value::Equals(tokens) if !tokens.is_empty() => {
            match <syn::Type as syn::parse::Parse>::parse.parse2(tokens.clone()) {
                Ok(payload) => return Some(payload.to_token_stream()),
                Err(_) => errors.at(tokens, "`payload` takes a type", PAYLOAD),
            }
        }
        _ => errors.at(key, "`payload` needs a type", PAYLOAD),
    }
    None
}

fn issuer_name(key: &Ident, value: &Value, errors: &mut Errors) -> Option<String> {
    const HELP: &str = "write `name = \"corp\"`: letters, digits, `-` and `_`";
    let name = string(key, value, HELP, errors)?;
    let text = name.value();
    if !jam_syntax::is_token(&text)
        || matches!(text.as_str(), jam_syntax::JWT | jam_syntax::SESSION)
    {
        errors.at(&name, format!("{text:?} is not a name for an issuer"), HELP);
        return None;
    }
    Some(text)
}

/// Returns `CorpId` as `corp_id`.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.trim_start_matches("r#").chars() {
        if letter.is_uppercase() && !snake.is_empty() && !snake.ends_with('_') {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::{expand, snake_case};
    use crate::snapshot;

    #[test]
    fn an_issuer_is_a_backend_with_a_payload() {
        snapshot::check(
            "issuer",
            expand(quote! {
                #[jam(payload = users::CorpUser)]
                struct Corp;
            }),
        );
    }

    #[test]
    fn an_issuer_can_have_a_name_of_its_own() {
        let expanded = expand(quote! {
            #[jam(payload = User, name = "id-provider", crate = auth::jam)]
            enum Corp {}
        });
        let expanded = expanded.to_string();
        assert!(
            expanded.contains("\"id-provider\"") && expanded.contains("auth :: jam :: IssuerType")
        );
    }

    #[test]
    fn mistakes_are_named() {
        let errors = |item| snapshot::errors(expand(item));
        assert_eq!(
            errors(quote!(
                struct Corp;
            )),
            ["an issuer has a payload"]
        );
        assert_eq!(
            errors(quote! { #[jam(payload)] struct Corp; }),
            ["`payload` needs a type"]
        );
        assert_eq!(
            errors(quote! { #[jam(payload = User, name = "a b")] struct Corp<T>; }),
            [
                "\"a b\" is not a name for an issuer",
                "an issuer is a type without parameters"
            ]
        );
        assert_eq!(
            errors(quote! { #[jam(payload = User, name = "jwt")] struct Corp; }),
            ["\"jwt\" is not a name for an issuer"]
        );
        assert_eq!(
            errors(quote! { #[jam(payload = "text")] struct Corp; }),
            ["`payload` takes a type"]
        );
    }

    #[test]
    fn a_name_is_written_in_snake_case() {
        for (name, snake) in [
            ("Corp", "corp"),
            ("CorpId", "corp_id"),
            ("A_B", "a_b"),
            ("r#Type", "type"),
        ] {
            assert_eq!(snake_case(name), snake);
        }
    }
}
