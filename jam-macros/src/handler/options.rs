//! Reading the value of each option.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser as _};
use syn::punctuated::Punctuated;

use super::args::{Args, Backend, Source, example};
use super::values::{is_local_path, is_token, list, seconds, string, word};
use crate::diagnostics::{Errors, did_you_mean};
use crate::paths::Krate;
use crate::tokens::{self, Entry, Value};

/// Reads the value of the option `key` into its field.
pub(super) type Read = fn(&mut Args, &Ident, &Value, &mut Errors);

const BACKENDS: &[&str] = &["jwt", "session"];

/// As many as the runtime keeps.
const MOST_ENTRIES: usize = 4;

pub(super) fn backend(args: &mut Args, key: &Ident, value: &Value, errors: &mut Errors) {
    if let Value::List(list) = value {
        let backend = backend_type(key, &list.stream(), list, errors);
        args.backend = backend.map(|ty| (key.clone(), Backend::Typed(ty)));
        return;
    }
    let Some(name) = string(key, value, errors) else {
        return;
    };
    let word = name.value();
    if BACKENDS.contains(&word.as_str()) {
        args.backend = Some((key.clone(), Backend::Named(name)));
    } else {
        errors.at(
            name,
            format!("unknown backend `{word}`"),
            did_you_mean(&word, BACKENDS),
        );
    }
}

/// A type, and the options behind it.
fn typed_entry(input: ParseStream<'_>) -> syn::Result<(TokenStream, TokenStream)> {
    let ty: syn::Type = input.parse()?;
    if !input.is_empty() {
        input.parse::<syn::Token![,]>()?;
    }
    Ok((ty.into_token_stream(), input.parse()?))
}

/// The type of a backend of the application's own.
fn backend_type(
    key: &Ident,
    ty: &TokenStream,
    place: impl ToTokens,
    errors: &mut Errors,
) -> Option<TokenStream> {
    const HELP: &str = "write `backend(ApiKeys)`, or `backend = \"jwt\"` for one of jam's own";
    if ty.is_empty() {
        errors.at(place, format!("`{key}` names no backend"), HELP);
    } else if let Some(name) = tokens::string(ty) {
        let line = format!("`{key}(..)` takes the type of a backend of your own");
        let help = match BACKENDS.contains(&name.value().as_str()) {
            true => format!("write `{key} = {}`", name.to_token_stream()),
            false => "name its type: `backend(ApiKeys)`".to_owned(),
        };
        errors.at(ty, line, help);
    } else if syn::parse2::<syn::Type>(ty.clone()).is_err() {
        errors.at(ty, format!("`{key}(..)` takes one type"), HELP);
    } else {
        return Some(ty.clone());
    }
    None
}

pub(super) fn any(args: &mut Args, key: &Ident, value: &Value, errors: &mut Errors) {
    const HELP: &str = "write `any(jwt(cookie = \"jwt\"), session(cookie = \"sid\"))`";
    let Some(list) = list(key, value, errors) else {
        return;
    };
    let entries = tokens::entries(list.stream(), errors);
    let written = entries.len();
    let mut read = Vec::new();
    for (at, entry) in entries.into_iter().enumerate() {
        if at == MOST_ENTRIES
            && let Entry::Option { key, .. } = &entry
        {
            errors.at(
                key,
                "`any` takes four entries at most",
                "remove what is too much",
            );
        }
        if written == 1
            && let Entry::Option { key, .. } = &entry
        {
            errors.at(
                key,
                "`any` has one entry, which is no choice",
                "add another one, or name the backend alone: `backend = \"jwt\"`, \
                 `backend(ApiKeys)`",
            );
        }
        let (backend, options) = match entry {
            Entry::Option { key, value } if key == "backend" => {
                let list = match value {
                    Value::List(list) => list.stream(),
                    _ => TokenStream::new(),
                };
                let (ty, options) = match typed_entry.parse2(list.clone()) {
                    Ok(entry) => entry,
                    Err(_) => (list, TokenStream::new()),
                };
                if let Some(ty) = backend_type(&key, &ty, &key, errors) {
                    read.push(args.entrance((key, Backend::Typed(ty)), options, errors));
                }
                continue;
            }
            Entry::Option { key, value } => match value {
                Value::Word => (key, TokenStream::new()),
                Value::List(options) => (key, options.stream()),
                Value::Equals(_) => {
                    let line = "an entry of `any` is a backend with its options in parentheses";
                    errors.at(key, line, HELP);
                    continue;
                }
            },
            Entry::Other(tokens) => {
                errors.at(tokens, "an entry of `any` names a backend", HELP);
                continue;
            }
        };
        let word = backend.to_string();
        if !BACKENDS.contains(&word.as_str()) {
            errors.at(
                &backend,
                format!("unknown backend `{word}`"),
                did_you_mean(&word, BACKENDS),
            );
        }
        let name = syn::LitStr::new(&word, backend.span());
        read.push(args.entrance((backend, Backend::Named(name)), options, errors));
    }
    if written == 0 {
        errors.at(list, "`any` names no backend", HELP);
    }
    args.any = Some((key.clone(), read));
}

pub(super) fn cookie(args: &mut Args, key: &Ident, value: &Value, errors: &mut Errors) {
    let name = match value {
        Value::Word => None,
        _ => match string(key, value, errors) {
            Some(name) if is_token(&name.value()) => Some(name),
            Some(name) => {
                let help = "a cookie name has letters, digits, `-` and `_`: `cookie = \"jwt\"`";
                errors.at(
                    &name,
                    format!("{:?} is not a cookie name", name.value()),
                    help,
                );
                return;
            }
            None => return,
        },
    };
    args.sources.push(Source::Cookie(key.clone(), name));
}

pub(super) fn header(args: &mut Args, key: &Ident, value: &Value, errors: &mut Errors) {
    let Some(name) = string(key, value, errors) else {
        return;
    };
    if name.value().eq_ignore_ascii_case("cookie") {
        let help = "name the cookie instead: `cookie = \"jwt\"`";
        errors.at(&name, "cookies are not read as one header", help);
    } else if is_token(&name.value()) {
        args.sources.push(Source::Header(key.clone(), name));
    } else {
        let help = "a header name has letters, digits and `-`: `header = \"x-api-key\"`";
        errors.at(
            &name,
            format!("{:?} is not a header name", name.value()),
            help,
        );
    }
}

pub(super) fn login(args: &mut Args, key: &Ident, value: &Value, errors: &mut Errors) {
    let Some(path) = string(key, value, errors) else {
        return;
    };
    if is_local_path(&path.value()) {
        args.login = Some((key.clone(), path));
    } else {
        errors.at(
            &path,
            format!("{:?} is not a page of this site", path.value()),
            "a path of this site begins with one `/`: `login = \"/login\"`",
        );
    }
}

pub(super) fn fresh(args: &mut Args, key: &Ident, value: &Value, errors: &mut Errors) {
    let Some(written) = string(key, value, errors) else {
        return;
    };
    match seconds(&written.value()) {
        None => errors.at(
            &written,
            format!("{:?} is not a length of time", written.value()),
            "write a whole number and `s`, `m` or `h`: `fresh = \"5m\"`",
        ),
        Some(0) => errors.at(
            &written,
            "nobody signed in within no time",
            "write one second at least: `fresh = \"5m\"`",
        ),
        Some(seconds) => args.demands.fresh = Some((key.clone(), seconds)),
    }
}

pub(super) fn optional(args: &mut Args, key: &Ident, value: &Value, errors: &mut Errors) {
    args.optional = word(key, value, errors);
}

pub(super) fn hide(args: &mut Args, key: &Ident, value: &Value, errors: &mut Errors) {
    args.demands.hide = word(key, value, errors);
}

pub(super) fn role(args: &mut Args, key: &Ident, value: &Value, errors: &mut Errors) {
    let Some(list) = list(key, value, errors) else {
        return;
    };
    let mut roles = roles(key, list, errors);
    if let [_, second, ..] = roles.as_slice() {
        let all: Vec<_> = roles.iter().map(tokens::text).collect();
        errors.at(
            second,
            "`role` takes one role",
            format!(
                "to accept any of them, write `any_role({})`",
                all.join(", ")
            ),
        );
    } else if let Some(one) = roles.pop() {
        args.demands.role = Some((key.clone(), one));
    }
}

pub(super) fn any_role(args: &mut Args, key: &Ident, value: &Value, errors: &mut Errors) {
    let Some(list) = list(key, value, errors) else {
        return;
    };
    let roles = roles(key, list, errors);
    if !roles.is_empty() {
        args.demands.any_role = Some((key.clone(), roles));
    }
}

fn roles(key: &Ident, list: &Group, errors: &mut Errors) -> Vec<TokenStream> {
    let mut roles: Vec<TokenStream> = Vec::new();
    let parts = tokens::split(list.stream());
    if parts.is_empty() {
        errors.at(
            list,
            format!("`{key}` names no role, so nobody could be let in"),
            format!("write `{}`, or leave `{key}` out", example(key)),
        );
    }
    for part in parts {
        let is_literal = matches!(part.first(), Some(TokenTree::Literal(_)));
        let role: TokenStream = part.into_iter().collect();
        let name = tokens::text(&role);
        if is_literal {
            errors.at(
                role,
                "a role is a value of the payload's role type, not a literal",
                format!("write `{}`", example(key)),
            );
        } else if roles.iter().any(|known| tokens::text(known) == name) {
            errors.at(
                role,
                format!("role `{name}` is listed twice"),
                "remove one of the two",
            );
        } else {
            roles.push(role);
        }
    }
    roles
}

pub(super) fn scope(args: &mut Args, key: &Ident, value: &Value, errors: &mut Errors) {
    if let Some(list) = list(key, value, errors) {
        let scopes = tokens::scopes(key, list, example(key), errors);
        args.demands.scope = Some((key.clone(), scopes));
    }
}

pub(super) fn policy(args: &mut Args, key: &Ident, value: &Value, errors: &mut Errors) {
    let Some(list) = list(key, value, errors) else {
        return;
    };
    let policies = tokens::policies(key, list, example(key), errors);
    if !policies.is_empty() {
        args.policies = Some((key.clone(), policies));
    }
}

pub(super) fn state(args: &mut Args, key: &Ident, value: &Value, errors: &mut Errors) {
    let help = format!("write `{}`", example(key));
    match value {
        Value::Equals(ty) if !ty.is_empty() => match syn::parse2(ty.clone()) {
            Ok(ty) => args.state = Some((key.clone(), ty)),
            Err(_) => errors.at(ty, format!("`{key}` takes a type"), help),
        },
        _ => errors.at(key, format!("`{key}` needs a type"), help),
    }
}

pub(super) fn public(args: &mut Args, key: &Ident, value: &Value, errors: &mut Errors) {
    let Some(reason) = string(key, value, errors) else {
        return;
    };
    if reason.value().trim().is_empty() {
        errors.at(
            &reason,
            "an open route needs a reason",
            format!("say why everybody may call it: `{}`", example(key)),
        );
    }
    args.public = Some((key.clone(), reason));
}

pub(super) fn payload(args: &mut Args, key: &Ident, value: &Value, errors: &mut Errors) {
    let Some(list) = list(key, value, errors) else {
        return;
    };
    // With its parentheses, so that a list that ends too early has a place.
    let fields = |input: ParseStream<'_>| {
        let content;
        syn::parenthesized!(content in input);
        Punctuated::<syn::Field, syn::Token![,]>::parse_terminated_with(
            &content,
            syn::Field::parse_named,
        )
    };
    match fields.parse2(quote!(#list)) {
        Ok(fields) if fields.is_empty() => errors.at(
            list,
            "the payload has no fields",
            format!("write `{}`", example(key)),
        ),
        Ok(fields) => args.payload = Some((key.clone(), fields.into_iter().collect())),
        Err(error) => errors.at_span(
            error.span(),
            format!("`payload` lists fields: {error}"),
            format!("write `{}`", example(key)),
        ),
    }
}

pub(super) fn krate(args: &mut Args, key: &Ident, value: &Value, errors: &mut Errors) {
    args.krate = Krate::read(key, value, errors);
}
