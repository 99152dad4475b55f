//! What was written between the parentheses of `#[jam_auth(..)]`.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::quote;
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;

use crate::diagnostics::{Errors, did_you_mean};
use crate::paths::Krate;
use crate::tokens::{self, Entry, Value};

/// Every option: its name, the way it is written, and what reads it. A new
/// option starts here, with a field of [`Args`].
const OPTIONS: &[Row] = &[
    Row("backend", "backend = \"jwt\"", backend),
    Row("cookie", "cookie = \"jwt\"", cookie),
    Row("header", "header = \"authorization\"", header),
    Row("optional", "optional", optional),
    Row("role", "role(Role::Admin)", role),
    Row("any_role", "any_role(Role::Editor, Role::Admin)", any_role),
    Row("scope", "scope(\"notes:write\")", scope),
    Row("hide", "hide", hide),
    Row("payload", "payload(user: u64, name: String)", payload),
    Row("crate", "crate = path::to::jam", krate),
];

const BACKENDS: &[&str] = &["jwt", "session"];

struct Row(&'static str, &'static str, Read);

type Read = fn(&mut Args, &Ident, &Value, &mut Errors);

/// The options as written, each with its key. Nothing is decided yet.
#[derive(Default)]
pub(crate) struct Args {
    pub(crate) krate: Krate,
    /// The path of a rule that stands in place of all options.
    pub(crate) constant: Option<TokenStream>,
    pub(crate) backend: Option<(Ident, syn::LitStr)>,
    /// In the order written, which is the order of looking.
    pub(crate) sources: Vec<Source>,
    pub(crate) optional: Option<Ident>,
    pub(crate) role: Option<(Ident, TokenStream)>,
    pub(crate) any_role: Option<(Ident, Vec<TokenStream>)>,
    pub(crate) scope: Option<(Ident, Vec<syn::LitStr>)>,
    pub(crate) hide: Option<Ident>,
    pub(crate) payload: Option<(Ident, Vec<syn::Field>)>,
    /// The keys of all options, known or not, for the editor.
    pub(crate) keys: Vec<Ident>,
}

/// Where a credential is looked for.
pub(crate) enum Source {
    /// A cookie; without a name, the default one of the backend.
    Cookie(Ident, Option<syn::LitStr>),
    Header(Ident, syn::LitStr),
}

impl Args {
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Self::default();
        let mut seen: Vec<Ident> = Vec::new();
        for entry in tokens::entries(tokens, errors) {
            match entry {
                Entry::Option { key, value } => {
                    let row = OPTIONS.iter().find(|Row(name, ..)| key == name);
                    match row {
                        Some(_) if seen.contains(&key) => {
                            errors.at(&key, format!("`{key}` is set twice"), "keep one of the two")
                        }
                        Some(Row(_, _, read)) => {
                            seen.push(key.clone());
                            read(&mut args, &key, &value, errors);
                        }
                        None if is_constant(&key, &value) => args.constant(quote!(#key), errors),
                        None => unknown(&key, errors),
                    }
                    args.keys.push(key);
                }
                Entry::Other(tokens) => args.constant(tokens, errors),
            }
        }
        args.constant_stands_alone(&seen, errors);
        args
    }

    fn constant(&mut self, tokens: TokenStream, errors: &mut Errors) {
        let path = tokens::ungroup(tokens);
        if syn::Path::parse_mod_style.parse2(path.clone()).is_err() {
            errors.at(
                path,
                "`#[jam_auth]` takes options or the path of one rule",
                "name the rule, `const RULE: Access<User> = ..`, and write `#[jam_auth(RULE)]`",
            );
        } else if let Some(first) = &self.constant {
            errors.at(
                path,
                "a handler has one rule",
                format!("keep `{}`, or make a rule of both", tokens::text(first)),
            );
        } else {
            self.constant = Some(path);
        }
    }

    fn constant_stands_alone(&self, seen: &[Ident], errors: &mut Errors) {
        let Some(constant) = &self.constant else {
            return;
        };
        let name = tokens::text(constant);
        for key in seen.iter().filter(|key| *key != "crate") {
            errors.at(
                key,
                format!("`{key}` cannot stand beside the rule `{name}`"),
                format!("put it in the rule: `const {name}: Access<User> = ..`"),
            );
        }
    }
}

/// Names in capitals are constants; other words are meant to be options.
fn is_constant(key: &Ident, value: &Value) -> bool {
    matches!(value, Value::Word) && !key.to_string().contains(char::is_lowercase)
}

fn unknown(key: &Ident, errors: &mut Errors) {
    let names: Vec<_> = OPTIONS.iter().map(|Row(name, ..)| *name).collect();
    errors.at(
        key,
        format!("unknown option `{key}`"),
        did_you_mean(&key.to_string(), &names),
    );
}

fn backend(args: &mut Args, key: &Ident, value: &Value, errors: &mut Errors) {
    let Some(name) = string(key, value, errors) else {
        return;
    };
    let word = name.value();
    if BACKENDS.contains(&word.as_str()) {
        args.backend = Some((key.clone(), name));
    } else {
        errors.at(
            name,
            format!("unknown backend `{word}`"),
            did_you_mean(&word, BACKENDS),
        );
    }
}

fn cookie(args: &mut Args, key: &Ident, value: &Value, errors: &mut Errors) {
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

fn header(args: &mut Args, key: &Ident, value: &Value, errors: &mut Errors) {
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

fn optional(args: &mut Args, key: &Ident, value: &Value, errors: &mut Errors) {
    args.optional = word(key, value, errors);
}

fn hide(args: &mut Args, key: &Ident, value: &Value, errors: &mut Errors) {
    args.hide = word(key, value, errors);
}

fn role(args: &mut Args, key: &Ident, value: &Value, errors: &mut Errors) {
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
        args.role = Some((key.clone(), one));
    }
}

fn any_role(args: &mut Args, key: &Ident, value: &Value, errors: &mut Errors) {
    let Some(list) = list(key, value, errors) else {
        return;
    };
    let roles = roles(key, list, errors);
    if !roles.is_empty() {
        args.any_role = Some((key.clone(), roles));
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

fn scope(args: &mut Args, key: &Ident, value: &Value, errors: &mut Errors) {
    if let Some(list) = list(key, value, errors) {
        let scopes = tokens::scopes(key, list, example(key), errors);
        args.scope = Some((key.clone(), scopes));
    }
}

fn payload(args: &mut Args, key: &Ident, value: &Value, errors: &mut Errors) {
    let Some(list) = list(key, value, errors) else {
        return;
    };
    // With its parentheses, so that a list that ends too early has a place.
    let fields = |input: syn::parse::ParseStream<'_>| {
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

fn krate(args: &mut Args, key: &Ident, value: &Value, errors: &mut Errors) {
    args.krate = Krate::read(key, value, errors);
}

fn word(key: &Ident, value: &Value, errors: &mut Errors) -> Option<Ident> {
    let extra = match value {
        Value::Word => return Some(key.clone()),
        Value::Equals(tokens) if tokens.is_empty() => quote!(#key),
        Value::Equals(tokens) => tokens.clone(),
        Value::List(list) => quote!(#list),
    };
    errors.at(
        extra,
        format!("`{key}` takes no value"),
        format!("write `{key}`"),
    );
    None
}

fn string(key: &Ident, value: &Value, errors: &mut Errors) -> Option<syn::LitStr> {
    let help = format!("write `{}`", example(key));
    match value {
        Value::Equals(tokens) if !tokens.is_empty() => {
            let string = tokens::string(tokens);
            if string.is_none() {
                errors.at(tokens, format!("`{key}` takes a string literal"), help);
            }
            return string;
        }
        Value::List(list) => errors.at(list, format!("`{key}` takes its value after `=`"), help),
        _ => errors.at(key, format!("`{key}` needs a value"), help),
    }
    None
}

fn list<'a>(key: &Ident, value: &'a Value, errors: &mut Errors) -> Option<&'a Group> {
    let help = format!("write `{}`", example(key));
    match value {
        Value::List(list) => return Some(list),
        Value::Equals(tokens) if !tokens.is_empty() => errors.at(
            tokens,
            format!("`{key}` takes its value in parentheses"),
            help,
        ),
        _ => errors.at(key, format!("`{key}` needs a value"), help),
    }
    None
}

fn example(key: &Ident) -> &'static str {
    OPTIONS
        .iter()
        .find(|Row(name, ..)| key == name)
        .map_or("", |Row(_, example, _)| example)
}

/// A token of RFC 9110, which names of headers and of cookies are.
fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
