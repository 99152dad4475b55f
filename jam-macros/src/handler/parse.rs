//! The parser of the options of `#[jam_auth(..)]`.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote};
use syn::parse::{ParseStream, Parser as _};

use super::args::{AnyEntry, Args, Backend};
use super::options::{self, Read};
use super::values::AttrOption;
use crate::diagnostics::{Errors, did_you_mean};
use crate::tokens::entries::{self, Entry, Value};
use crate::tokens::text;

/// The options: the name, the lists that accept it, an example and the reader. A new option is one
/// row here and one field of [`Args`].
const OPTIONS: &[Row] = &[
    Row("backend", Rule, "backend = \"jwt\"", options::backend),
    Row("any", Rule, "any(jwt, session(cookie))", any),
    Row("cookie", RuleOrEntry, "cookie = \"jwt\"", options::cookie),
    Row(
        "header",
        RuleOrEntry,
        "header = \"authorization\"",
        options::header,
    ),
    Row("login", Rule, "login = \"/login\"", options::login),
    Row("optional", Rule, "optional", options::optional),
    Row("role", RuleOrEntry, "role(Role::Admin)", options::role),
    Row(
        "any_role",
        RuleOrEntry,
        "any_role(Role::Editor, Role::Admin)",
        options::any_role,
    ),
    Row(
        "scope",
        RuleOrEntry,
        "scope(\"notes:write\")",
        options::scope,
    ),
    Row("fresh", RuleOrEntry, "fresh = \"5m\"", options::fresh),
    Row("hide", RuleOrEntry, "hide", options::hide),
    Row("policy", Rule, "policy(is_owner)", options::policy),
    Row("state", Rule, "state = App", options::state),
    Row("public", Rule, "public = \"health probe\"", options::public),
    Row(
        "payload",
        Rule,
        "payload(user: u64, name: String)",
        options::payload,
    ),
    Row("crate", Rule, "crate = path::to::jam", options::krate),
];

struct Row(&'static str, ValidIn, &'static str, Read);

use ValidIn::{Rule, RuleOrEntry};

/// The lists in which an option is valid.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ValidIn {
    /// The attribute.
    Rule,
    /// The attribute, and the entries of `any(..)`.
    RuleOrEntry,
}

fn row(key: &Ident) -> Option<&'static Row> {
    OPTIONS.iter().find(|Row(name, ..)| key == name)
}

/// Returns true if the key is an option and not a keyword of Rust.
pub(super) fn is_option(key: &Ident) -> bool {
    row(key).is_some_and(|Row(name, ..)| *name != "crate")
}

/// Parses the tokens between the parentheses of the attribute.
pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Args {
    let mut args = Args::default();
    let mut seen: Vec<Ident> = Vec::new();
    for entry in entries::read(tokens, errors) {
        match entry {
            Entry::Option { key, value } => {
                match row(&key) {
                    Some(row) => read(&mut args, row, &key, &value, &mut seen, errors),
                    None if is_constant(&key, &value) => {
                        constant(&mut args, quote!(#key), errors);
                    }
                    None => unknown(&key, Rule, errors),
                }
                args.keys.push(key);
            }
            Entry::Other(tokens) => constant(&mut args, tokens, errors),
        }
    }
    check_alone(&args, &seen, errors);
    args
}

/// Reads the value of an option, unless the option is repeated.
fn read(
    args: &mut Args,
    Row(_, _, example, read): &Row,
    key: &Ident,
    value: &Value,
    seen: &mut Vec<Ident>,
    errors: &mut Errors,
) {
    if seen.contains(key) {
        errors.at(key, format!("`{key}` is set twice"), "keep one of the two");
    } else {
        seen.push(key.clone());
        let option = AttrOption {
            key,
            value,
            example,
        };
        read(args, &option, errors);
    }
}

/// Returns true if the option looks like a constant. A constant has a name in capitals, and any
/// other word is a misspelled option.
fn is_constant(key: &Ident, value: &Value) -> bool {
    matches!(value, Value::Word) && !key.to_string().contains(char::is_lowercase)
}

/// Reads the path of a rule.
fn constant(args: &mut Args, tokens: TokenStream, errors: &mut Errors) {
    let path = text::ungroup(tokens);
    if syn::Path::parse_mod_style.parse2(path.clone()).is_err() {
        errors.at(
            path,
            "`#[jam_auth]` takes options or the path of one rule",
            "name the rule, `const RULE: Access<User> = ..`, and write `#[jam_auth(RULE)]`",
        );
    } else if let Some(first) = &args.constant {
        errors.at(
            path,
            "a handler has one rule",
            format!("keep `{}`, or make a rule of both", text::of(first)),
        );
    } else {
        args.constant = Some(path);
    }
}

/// Reports an unknown option. The help lists the options that are valid in this list.
fn unknown(key: &Ident, list: ValidIn, errors: &mut Errors) {
    let names: Vec<_> = OPTIONS
        .iter()
        .filter(|Row(_, of, ..)| list == Rule || *of == RuleOrEntry)
        .map(|Row(name, ..)| *name)
        .collect();
    errors.at(
        key,
        format!("unknown option `{key}`"),
        did_you_mean(&key.to_string(), &names),
    );
}

/// Reads `any(..)`. This reader is here because its entries contain options.
fn any(args: &mut Args, option: &AttrOption<'_>, errors: &mut Errors) {
    const HELP: &str = "write `any(jwt(cookie = \"jwt\"), session(cookie = \"sid\"))`";
    let Some(list) = option.list(errors) else {
        return;
    };
    let entries = entries::read(list.stream(), errors);
    let count = entries.len();
    let mut found = Vec::new();
    for (at, entry) in entries.into_iter().enumerate() {
        if at == jam_syntax::MOST_WAYS
            && let Entry::Option { key, .. } = &entry
        {
            errors.at(
                key,
                "`any` takes four entries at most",
                "remove what is too much",
            );
        }
        if count == 1
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
                if let Some(ty) = options::backend_type(&key, &ty, &key, errors) {
                    found.push(any_entry(args, (key, Backend::Typed(ty)), options, errors));
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
        // The entry is read for an unknown name too, because its options are checked as well.
        options::check_backend_name(&backend, &word, errors);
        let name = syn::LitStr::new(&word, backend.span());
        found.push(any_entry(
            args,
            (backend, Backend::Named(name)),
            options,
            errors,
        ));
    }
    if count == 0 {
        errors.at(list, "`any` names no backend", HELP);
    }
    args.any = Some((option.key.clone(), found));
}

/// Parses a type and the options after it.
fn typed_entry(input: ParseStream<'_>) -> syn::Result<(TokenStream, TokenStream)> {
    let ty: syn::Type = input.parse()?;
    if !input.is_empty() {
        input.parse::<syn::Token![,]>()?;
    }
    Ok((ty.into_token_stream(), input.parse()?))
}

/// Reads the options of one entry of `any(..)`.
fn any_entry(
    args: &mut Args,
    (key, backend): (Ident, Backend),
    tokens: TokenStream,
    errors: &mut Errors,
) -> AnyEntry {
    let name = &key;
    let mut own = Args::default();
    let mut seen: Vec<Ident> = Vec::new();
    for entry in entries::read(tokens, errors) {
        match entry {
            Entry::Option { key, value } => {
                match row(&key) {
                    Some(row) if row.1 == RuleOrEntry => {
                        read(&mut own, row, &key, &value, &mut seen, errors);
                    }
                    Some(_) if key == "backend" || key == "any" => errors.at(
                        &key,
                        format!("`{name}` names the backend of this entry"),
                        "remove this, or write another entry: `any(jwt, session(cookie))`",
                    ),
                    Some(Row(_, _, example, _)) => errors.at(
                        &key,
                        format!("`{key}` belongs to the whole rule"),
                        format!("put it behind the entries: `any(..), {example}`"),
                    ),
                    None => unknown(&key, RuleOrEntry, errors),
                }
                own.keys.push(key);
            }
            Entry::Other(tokens) => errors.at(
                tokens,
                format!("`{name}` takes options"),
                format!("write `{name}(cookie = \"{name}\")`"),
            ),
        }
    }
    args.keys.append(&mut own.keys);
    AnyEntry {
        key,
        backend,
        sources: own.sources,
        conditions: own.conditions,
    }
}

/// Reports the options next to `public` or a constant, which both replace them, and a `state`
/// without a policy.
fn check_alone(args: &Args, seen: &[Ident], errors: &mut Errors) {
    if let Some((public, _)) = &args.public {
        for key in seen.iter().filter(|key| *key != "crate" && *key != public) {
            errors.at(
                key,
                format!("`{key}` cannot stand beside `public`"),
                "keep one of the two: `public` has no conditions",
            );
        }
        if let Some(constant) = &args.constant {
            errors.at(
                constant,
                format!("`{}` cannot stand beside `public`", text::of(constant)),
                "keep one of the two: `public` has no conditions",
            );
        }
    } else if let Some(constant) = &args.constant {
        let name = text::of(constant);
        // A constant cannot contain these.
        let others = ["crate", "policy", "state"];
        for key in seen
            .iter()
            .filter(|key| others.iter().all(|other| key != other))
        {
            errors.at(
                key,
                format!("`{key}` cannot stand beside the rule `{name}`"),
                format!("put it in the rule: `const {name}: Access<User> = ..`"),
            );
        }
    }
    let has_policy = seen.iter().any(|key| key == "policy");
    if let Some((key, _)) = args.state.as_ref().filter(|_| !has_policy) {
        errors.at(
            key,
            "`state` is the router's state for policies, and there is none",
            "remove it, or add `policy(is_owner)`",
        );
    }
}
