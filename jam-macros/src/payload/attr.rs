//! What was written in `#[jam(..)]` on the struct and on its fields.

use proc_macro2::{Ident, TokenStream};
use syn::Attribute;
use syn::parse::Parser as _;

use crate::diagnostics::{Errors, did_you_mean};
use crate::paths::Krate;
use crate::serde_attr::{Kind, SerdeAttr};
use crate::tokens::{self, Entry, Value};

const CONTAINER_OPTIONS: &[&str] = &["role", "scopes", "kind", "crate"];

/// Every mark: its name, and the claim that a field with it is kept as. A new
/// mark starts here, with a variant of [`Mark`].
const MARKS: &[(&str, Mark)] = &[
    ("sub", Mark::Sub),
    ("roles", Mark::Roles),
    ("scopes", Mark::Scopes),
];

/// What a field means to the rules.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Sub,
    Roles,
    Scopes,
}

impl Mark {
    /// The claim in a token.
    pub(crate) fn claim(self) -> &'static str {
        match self {
            Self::Sub => "sub",
            Self::Roles => "roles",
            Self::Scopes => "scope",
        }
    }
}

/// `#[jam(..)]` on the struct.
#[derive(Default)]
pub(crate) struct Container {
    pub(crate) krate: Krate,
    pub(crate) role: Option<(Ident, TokenStream)>,
    pub(crate) scopes: Vec<syn::LitStr>,
    /// The kind of a payload that is told apart from others.
    pub(crate) kind: Option<syn::LitStr>,
}

/// A field that stands in the JSON.
pub(crate) struct Field<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) ty: &'a syn::Type,
    pub(crate) mark: Option<(Ident, Mark)>,
    /// What serde calls it; nothing for a flattened field.
    pub(crate) name: Option<String>,
    /// The option of serde by which it is not always written.
    pub(crate) left_out: Option<Ident>,
}

impl Container {
    pub(crate) fn parse(attrs: &[Attribute], errors: &mut Errors) -> Self {
        let mut container = Self::default();
        let mut seen = Vec::new();
        for (key, value) in options(attrs, "payload", CONTAINER_OPTIONS, errors) {
            if seen.contains(&key) {
                errors.at(&key, format!("`{key}` is set twice"), "keep one of the two");
                continue;
            }
            if key == "role" {
                container.role = role(&key, &value, errors).map(|path| (key.clone(), path));
            } else if key == "scopes" {
                container.scopes = scopes(&key, &value, errors);
            } else if key == "kind" {
                container.kind = kind(&key, &value, errors);
            } else {
                container.krate = Krate::read(&key, &value, errors);
            }
            seen.push(key);
        }
        container
    }
}

impl<'a> Field<'a> {
    /// `None` for a field that serde leaves out.
    pub(crate) fn parse(
        field: &'a syn::Field,
        container: &[Attribute],
        errors: &mut Errors,
    ) -> Option<Self> {
        let names: Vec<_> = MARKS.iter().map(|(name, _)| *name).collect();
        let mut mark: Option<(Ident, Mark)> = None;
        for (key, value) in options(&field.attrs, "payload", &names, errors) {
            let Some((_, meaning)) = MARKS.iter().find(|(name, _)| key == name) else {
                continue;
            };
            if let Value::Equals(_) | Value::List(_) = value {
                errors.at(
                    &key,
                    format!("`{key}` takes no value on a field"),
                    format!("write `#[jam({key})]`"),
                );
            }
            match &mark {
                Some((first, _)) => errors.at(
                    &key,
                    format!("this field is already marked `{first}`"),
                    format!("keep `{first}` or `{key}`"),
                ),
                None => mark = Some((key, *meaning)),
            }
        }
        let serde = SerdeAttr::read(&field.attrs);
        let ident = field.ident.as_ref()?;
        let container = SerdeAttr::read(container);
        if let Some((key, mark)) = &mark {
            one_name(key, &serde, &container, errors);
            if *mark == Mark::Sub {
                always_there(&serde, &container, errors);
            }
        }
        if serde.option(&["skip"]).is_some() {
            return None;
        }
        let name = container.name_of(ident, &serde, Kind::Field);
        Some(Self {
            ident,
            ty: &field.ty,
            mark,
            name: serde.option(&["flatten"]).is_none().then_some(name),
            left_out: serde.option(&["skip_serializing_if"]).cloned(),
        })
    }
}

/// A marked field is one claim, written and read by one name.
fn one_name(key: &Ident, serde: &SerdeAttr, container: &SerdeAttr, errors: &mut Errors) {
    const NAMELESS: &[&str] = &["flatten", "skip", "skip_serializing", "skip_deserializing"];
    if let Some(option) = serde.option(NAMELESS) {
        errors.at(
            option,
            format!("a field marked `{key}` has to have a name in the claims"),
            format!("remove `{option}` from it"),
        );
    }
    if serde.two_names || container.two_names {
        errors.at(
            key,
            format!("a field marked `{key}` is written and read by one name"),
            "write `#[serde(rename = \"..\")]` instead of `rename(serialize = .., deserialize = ..)`",
        );
    }
    if let Some(option) = serde.option(&["alias"]) {
        errors.at(
            option,
            format!("a field marked `{key}` is read by one name"),
            "remove `alias`: a claim of another name would become it",
        );
    }
}

/// A token without a subject must not get one from serde.
fn always_there(serde: &SerdeAttr, container: &SerdeAttr, errors: &mut Errors) {
    const WHY: &str = "a token or session without a subject must be refused";
    const MESSAGE: &str = "the field marked `sub` cannot be left out";
    for option in ["default", "skip_serializing_if"] {
        if let Some(option) = serde.option(&[option]) {
            errors.at(option, MESSAGE, format!("remove `{option}`: {WHY}"));
        }
    }
    if let Some(option) = container.option(&["default"]) {
        errors.at(
            option,
            MESSAGE,
            format!("write `#[serde(default)]` on the other fields, not on the struct: {WHY}"),
        );
    }
}

/// The options in all `#[jam(..)]`; those not in the list are reported.
pub(crate) fn options(
    attrs: &[Attribute],
    what: &str,
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
        for entry in tokens::entries(list.tokens.clone(), errors) {
            match entry {
                Entry::Option { key, value } if known.iter().any(|name| key == name) => {
                    options.push((key, value));
                }
                Entry::Option { key, .. } => errors.at(
                    &key,
                    format!("unknown {what} option `{key}`"),
                    did_you_mean(&key.to_string(), known),
                ),
                Entry::Other(tokens) => errors.at(
                    tokens,
                    format!("this is not a {what} option"),
                    did_you_mean("", known),
                ),
            }
        }
    }
    options
}

fn role(key: &Ident, value: &Value, errors: &mut Errors) -> Option<TokenStream> {
    const HELP: &str = "write `role = Role`, the enum that derives `JamRole`";
    match value {
        Value::Equals(tokens) if !tokens.is_empty() => {
            let path = tokens::ungroup(tokens.clone());
            if syn::Path::parse_mod_style.parse2(path.clone()).is_ok() {
                return Some(path);
            }
            errors.at(tokens, "`role` takes the path of a type", HELP);
        }
        _ => errors.at(key, "`role` needs a value", HELP),
    }
    None
}

/// It becomes part of a media type (RFC 6838 section 4.2).
fn kind(key: &Ident, value: &Value, errors: &mut Errors) -> Option<syn::LitStr> {
    const HELP: &str = "write `kind = \"reset\"`: lower-case letters, digits and `-`";
    let Value::Equals(tokens) = value else {
        errors.at(key, "`kind` needs a value", HELP);
        return None;
    };
    let Some(kind) = tokens::string(tokens) else {
        errors.at(tokens, "`kind` takes a string literal", HELP);
        return None;
    };
    let text = kind.value();
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if text.is_empty() || !text.bytes().all(fits) {
        errors.at(&kind, format!("{text:?} is not a kind"), HELP);
        return None;
    }
    Some(kind)
}

fn scopes(key: &Ident, value: &Value, errors: &mut Errors) -> Vec<syn::LitStr> {
    const EXAMPLE: &str = "scopes(\"notes:read\", \"notes:write\")";
    match value {
        Value::List(list) => return tokens::scopes(key, list, EXAMPLE, errors),
        _ => errors.at(
            key,
            "`scopes` takes its values in parentheses",
            format!("write `{EXAMPLE}`"),
        ),
    }
    Vec::new()
}
