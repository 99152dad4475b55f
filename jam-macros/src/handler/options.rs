//! The readers of the options.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser as _};
use syn::punctuated::Punctuated;

use super::args::{Args, Backend, Source};
use super::values::{AttrOption, seconds};
use crate::diagnostics::{Errors, did_you_mean};
use crate::lists;
use crate::paths::Krate;
use crate::tokens::entries::Value;
use crate::tokens::{commas, text};
use crate::trees::Trees;

/// A function that reads the value of an option into its field of [`Args`].
pub(super) type Read = fn(&mut Args, &AttrOption<'_>, &mut Errors);

/// The names of the backends of Jam.
const BACKENDS: &[&str] = &[jam_syntax::JWT, jam_syntax::SESSION];

pub(super) fn backend(args: &mut Args, option: &AttrOption<'_>, errors: &mut Errors) {
    if let Value::List(list) = option.value {
        let backend = backend_type(option.key, &list.stream(), list, errors);
        args.backend = backend.map(|ty| (option.key.clone(), Backend::Typed(ty)));
        return;
    }
    let Some(name) = option.string(errors) else {
        return;
    };
    if check_backend_name(&name, &name.value(), errors) {
        args.backend = Some((option.key.clone(), Backend::Named(name)));
    }
}

/// Returns true if a backend of Jam has this name, and reports an unknown name.
pub(super) fn check_backend_name(tokens: impl ToTokens, name: &str, errors: &mut Errors) -> bool {
    let is_known = BACKENDS.contains(&name);
    if !is_known {
        errors.at(
            tokens,
            format!("unknown backend `{name}`"),
            did_you_mean(name, BACKENDS),
        );
    }
    is_known
}

/// Checks the type of a backend of the application. An error without a type is reported at
/// `list`.
pub(super) fn backend_type(
    key: &Ident,
    ty: &TokenStream,
    list: impl ToTokens,
    errors: &mut Errors,
) -> Option<TokenStream> {
    const HELP: &str = "write `backend(ApiKeys)`, or `backend = \"jwt\"` for one of jam's own";
    if ty.is_empty() {
        errors.at(list, format!("`{key}` names no backend"), HELP);
    } else if let Some(name) = text::string(ty) {
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

pub(super) fn cookie(args: &mut Args, option: &AttrOption<'_>, errors: &mut Errors) {
    let name = match option.value {
        Value::Word => None,
        _ => match option.string(errors) {
            Some(name) if jam_syntax::is_token(&name.value()) => Some(name),
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
    args.sources.push(Source::Cookie(option.key.clone(), name));
}

pub(super) fn header(args: &mut Args, option: &AttrOption<'_>, errors: &mut Errors) {
    let Some(name) = option.string(errors) else {
        return;
    };
    if name.value().eq_ignore_ascii_case("cookie") {
        let help = "name the cookie instead: `cookie = \"jwt\"`";
        errors.at(&name, "cookies are not read as one header", help);
    } else if jam_syntax::is_token(&name.value()) {
        args.sources.push(Source::Header(option.key.clone(), name));
    } else {
        let help = "a header name has letters, digits and `-`: `header = \"x-api-key\"`";
        errors.at(
            &name,
            format!("{:?} is not a header name", name.value()),
            help,
        );
    }
}

pub(super) fn login(args: &mut Args, option: &AttrOption<'_>, errors: &mut Errors) {
    let Some(path) = option.string(errors) else {
        return;
    };
    if jam_syntax::is_local_path(&path.value()) {
        args.login = Some((option.key.clone(), path));
    } else {
        errors.at(
            &path,
            format!("{:?} is not a page of this site", path.value()),
            "a path of this site begins with one `/`: `login = \"/login\"`",
        );
    }
}

pub(super) fn fresh(args: &mut Args, option: &AttrOption<'_>, errors: &mut Errors) {
    let Some(age) = option.string(errors) else {
        return;
    };
    match seconds(&age.value()) {
        None => errors.at(
            &age,
            format!("{:?} is not a length of time", age.value()),
            "write a whole number and `s`, `m` or `h`: `fresh = \"5m\"`",
        ),
        Some(0) => errors.at(
            &age,
            "an age of zero admits no caller",
            "write one second at least: `fresh = \"5m\"`",
        ),
        Some(seconds) => args.conditions.fresh = Some((option.key.clone(), seconds)),
    }
}

pub(super) fn optional(args: &mut Args, option: &AttrOption<'_>, errors: &mut Errors) {
    args.optional = option.word(errors);
}

pub(super) fn hide(args: &mut Args, option: &AttrOption<'_>, errors: &mut Errors) {
    args.conditions.hide = option.word(errors);
}

pub(super) fn role(args: &mut Args, option: &AttrOption<'_>, errors: &mut Errors) {
    let Some(list) = option.list(errors) else {
        return;
    };
    let mut roles = roles(option, list, errors);
    if let [_, second, ..] = roles.as_slice() {
        let all: Vec<_> = roles.iter().map(text::of).collect();
        errors.at(
            second,
            "`role` takes one role",
            format!(
                "to accept any of them, write `any_role({})`",
                all.join(", ")
            ),
        );
    } else if let Some(one) = roles.pop() {
        args.conditions.role = Some((option.key.clone(), one));
    }
}

pub(super) fn any_role(args: &mut Args, option: &AttrOption<'_>, errors: &mut Errors) {
    let Some(list) = option.list(errors) else {
        return;
    };
    let roles = roles(option, list, errors);
    if !roles.is_empty() {
        args.conditions.any_role = Some((option.key.clone(), roles));
    }
}

/// Reads a list of roles: expressions, each of them once.
fn roles(option: &AttrOption<'_>, list: &Group, errors: &mut Errors) -> Vec<TokenStream> {
    let AttrOption { key, example, .. } = option;
    let mut roles: Vec<TokenStream> = Vec::new();
    let trees = Trees::from(list.stream());
    let parts = commas::split(&trees);
    if parts.len() == 0 {
        errors.at(
            list,
            format!("`{key}` names no role, so no caller could be admitted"),
            format!("write `{example}`, or leave `{key}` out"),
        );
    }
    for part in parts {
        let is_literal = matches!(part.first(), Some(TokenTree::Literal(_)));
        let role: TokenStream = part.iter().cloned().collect();
        let name = text::of(&role);
        if is_literal {
            errors.at(
                role,
                "a role is a value of the payload's role type, not a literal",
                format!("write `{example}`"),
            );
        } else if roles.iter().any(|known| text::of(known) == name) {
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

pub(super) fn scope(args: &mut Args, option: &AttrOption<'_>, errors: &mut Errors) {
    if let Some(list) = option.list(errors) {
        let scopes = lists::scopes(option.key, list, option.example, errors);
        args.conditions.scope = Some((option.key.clone(), scopes));
    }
}

pub(super) fn policy(args: &mut Args, option: &AttrOption<'_>, errors: &mut Errors) {
    let Some(list) = option.list(errors) else {
        return;
    };
    let policies = lists::policies(option.key, list, option.example, errors);
    if !policies.is_empty() {
        args.policies = Some((option.key.clone(), policies));
    }
}

pub(super) fn state(args: &mut Args, option: &AttrOption<'_>, errors: &mut Errors) {
    let AttrOption {
        key,
        value,
        example,
    } = option;
    let help = format!("write `{example}`");
    match value {
        Value::Equals(ty) if !ty.is_empty() => match syn::parse2(ty.clone()) {
            Ok(ty) => args.state = Some(((*key).clone(), ty)),
            Err(_) => errors.at(ty, format!("`{key}` takes a type"), help),
        },
        _ => errors.at(key, format!("`{key}` needs a type"), help),
    }
}

pub(super) fn public(args: &mut Args, option: &AttrOption<'_>, errors: &mut Errors) {
    let Some(reason) = option.string(errors) else {
        return;
    };
    if reason.value().trim().is_empty() {
        errors.at(
            &reason,
            "an open route needs a reason",
            format!("say why everybody may call it: `{}`", option.example),
        );
    }
    args.public = Some((option.key.clone(), reason));
}

pub(super) fn payload(args: &mut Args, option: &AttrOption<'_>, errors: &mut Errors) {
    let Some(list) = option.list(errors) else {
        return;
    };
    // The parser gets the parentheses too, because syn reports a list that ends too early at the
    // closing one.
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
            format!("write `{}`", option.example),
        ),
        Ok(fields) => args.payload = Some((option.key.clone(), fields.into_iter().collect())),
        Err(error) => errors.at_span(
            error.span(),
            format!("`payload` lists fields: {error}"),
            format!("write `{}`", option.example),
        ),
    }
}

pub(super) fn krate(args: &mut Args, option: &AttrOption<'_>, errors: &mut Errors) {
    args.krate = Krate::read(option.key, option.value, errors);
}
