//! The attribute `#[jam(..)]` of the derives.

use proc_macro2::Ident;
use syn::Attribute;

use crate::diagnostics::{Errors, did_you_mean};
use crate::tokens::entries::{self, Entry, Value};
use crate::tokens::text;

/// Reads the options of all `#[jam(..)]` attributes. Reports the options that are not in `known`.
pub(crate) fn options(
    attrs: &[Attribute],
    kind: &str,
    known: &[&str],
    errors: &mut Errors,
) -> Vec<(Ident, Value)> {
    let mut options = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("jam")) {
        let syn::Meta::List(list) = &attr.meta else {
            errors.at(
                &attr.meta,
                "`#[jam]` needs options in parentheses",
                format!("write `#[jam({})]`", known.first().unwrap_or(&"")),
            );
            continue;
        };
        for entry in entries::read(list.tokens.clone(), errors) {
            match entry {
                Entry::Option { key, value } if known.iter().any(|name| key == name) => {
                    options.push((key, value));
                }
                Entry::Option { key, .. } => errors.at(
                    &key,
                    format!("unknown {kind} option `{key}`"),
                    did_you_mean(&key.to_string(), known),
                ),
                Entry::Other(tokens) => errors.at(
                    tokens,
                    format!("this is not {} {kind} option", article(kind)),
                    did_you_mean("", known),
                ),
            }
        }
    }
    options
}

/// Reads the value of `key = ".."`. Reports a value that is missing or is not a string literal.
pub(crate) fn string(
    key: &Ident,
    value: &Value,
    help: &str,
    errors: &mut Errors,
) -> Option<syn::LitStr> {
    let Value::Equals(tokens) = value else {
        errors.at(key, format!("`{key}` needs a value"), help);
        return None;
    };
    let string = text::string(tokens);
    if string.is_none() {
        errors.at(tokens, format!("`{key}` takes a string literal"), help);
    }
    string
}

/// Returns the article before `kind`.
fn article(kind: &str) -> &'static str {
    match kind.starts_with(['a', 'e', 'i', 'o', 'u']) {
        true => "an",
        false => "a",
    }
}
