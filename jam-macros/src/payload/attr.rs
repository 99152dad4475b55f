//! The options of `#[jam(..)]` on the struct and on its fields.

use jam_syntax::REGISTERED_CLAIMS;
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::Attribute;
use syn::parse::Parser as _;

use crate::diagnostics::Errors;
use crate::jam_attr::{options, string};
use crate::lists;
use crate::paths::Krate;
use crate::serde_attr::{Kind, SerdeAttr};
use crate::tokens::entries::Value;
use crate::tokens::text;

const CONTAINER_OPTIONS: &[&str] = &["role", "scopes", "kind", "crate"];

/// The marks of fields and their names. A new mark is one row here and one variant of [`Mark`].
const MARKS: &[(&str, Mark)] = &[
    ("sub", Mark::Sub),
    ("roles", Mark::Roles),
    ("scopes", Mark::Scopes),
];

/// The options that say where a claim is and what it contains.
const CLAIM: &str = "claim";
const IGNORE_UNKNOWN: &str = "ignore_unknown";

/// The meaning of a field for rules.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Sub,
    Roles,
    Scopes,
}

impl Mark {
    /// Returns the name of the claim in a JWT.
    pub(crate) fn claim(self) -> &'static str {
        match self {
            Self::Sub => "sub",
            Self::Roles => "roles",
            Self::Scopes => "scope",
        }
    }
}

/// The options of `#[jam(..)]` on the struct.
#[derive(Default)]
pub(crate) struct Container {
    pub(crate) krate: Krate,
    pub(crate) role: Option<(Ident, TokenStream)>,
    pub(crate) scopes: Vec<syn::LitStr>,
    /// The kind of the payload, which separates its credentials from those of other payloads.
    pub(crate) kind: Option<syn::LitStr>,
}

/// A field that is a part of the JSON.
pub(crate) struct Field<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) ty: &'a syn::Type,
    pub(crate) mark: Option<(Ident, Mark)>,
    /// The name of the claim, or its path in nested objects.
    pub(crate) claim: Option<syn::LitStr>,
    /// Roles that the application does not know are passed over.
    pub(crate) ignore_unknown: Option<Ident>,
    /// The name in the JSON. A flattened field has none.
    pub(crate) name: Option<String>,
    /// serde writes the field by another name than it reads.
    pub(crate) two_names: bool,
    /// The serde option by which the field is only written or only read.
    pub(crate) one_way: Option<Ident>,
    /// The serde option that can omit the field from the JSON.
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
    /// Returns the name of the claim, if it is not the name of the field in the JSON.
    pub(crate) fn claim(&self) -> Option<String> {
        let named = self.claim.as_ref().map(syn::LitStr::value);
        named.or_else(|| self.mark.as_ref().map(|(_, mark)| mark.claim().to_owned()))
    }

    /// Reads the marks of a field. Returns `None` for a field that serde skips.
    pub(crate) fn parse(
        field: &'a syn::Field,
        container: &[Attribute],
        errors: &mut Errors,
    ) -> Option<Self> {
        let mut names: Vec<_> = MARKS.iter().map(|(name, _)| *name).collect();
        names.extend([CLAIM, IGNORE_UNKNOWN]);
        let mut mark: Option<(Ident, Mark)> = None;
        let (mut claim, mut ignore_unknown) = (None, None);
        for (key, value) in options(&field.attrs, "payload", &names, errors) {
            if key == CLAIM {
                claim = claim_name(&key, &value, errors);
                continue;
            }
            if key == IGNORE_UNKNOWN {
                ignore_unknown = Some(key);
                continue;
            }
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
        if let Some(claim) = &claim {
            one_name("claim", claim, &serde, &container, errors);
        }
        if let Some((key, mark)) = &mark {
            one_name(&key.to_string(), key, &serde, &container, errors);
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
            claim,
            ignore_unknown,
            name: serde.option(&["flatten"]).is_none().then_some(name),
            left_out: serde.option(&["skip_serializing_if"]).cloned(),
            two_names: serde.two_names,
            one_way: serde
                .option(&["skip_serializing", "skip_deserializing"])
                .cloned(),
        })
    }
}

/// Checks that serde writes and reads a marked field by one name, because it is one claim.
fn one_name(
    key: &str,
    at: impl ToTokens,
    serde: &SerdeAttr,
    container: &SerdeAttr,
    errors: &mut Errors,
) {
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
            at,
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

/// Checks that serde gives no default subject to a credential without a subject.
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

/// Reads the name of a claim.
fn claim_name(key: &Ident, value: &Value, errors: &mut Errors) -> Option<syn::LitStr> {
    const HELP: &str = "write `claim = \"realm_access.roles\"`: the name of a claim, or the names on the \
                        way to it with dots between them";
    let claim = string(key, value, HELP, errors)?;
    let name = claim.value();
    if name.is_empty() || REGISTERED_CLAIMS.contains(&name.as_str()) {
        let message = match name.as_str() {
            "" => "the name of a claim is not empty".to_owned(),
            _ => format!("`{name}` is a registered claim, which Jam reads itself"),
        };
        errors.at(&claim, message, HELP);
        return None;
    }
    Some(claim)
}

fn role(key: &Ident, value: &Value, errors: &mut Errors) -> Option<TokenStream> {
    const HELP: &str = "write `role = Role`, the enum that derives `JamRole`";
    match value {
        Value::Equals(tokens) if !tokens.is_empty() => {
            let path = text::ungroup(tokens.clone());
            if syn::Path::parse_mod_style.parse2(path.clone()).is_ok() {
                return Some(path);
            }
            errors.at(tokens, "`role` takes the path of a type", HELP);
        }
        _ => errors.at(key, "`role` needs a value", HELP),
    }
    None
}

/// Reads the kind of a payload.
fn kind(key: &Ident, value: &Value, errors: &mut Errors) -> Option<syn::LitStr> {
    const HELP: &str = "write `kind = \"reset\"`: lower-case letters, digits and `-`";
    let kind = string(key, value, HELP, errors)?;
    let name = kind.value();
    if !jam_syntax::is_kind(&name) {
        errors.at(&kind, format!("{name:?} is not a kind"), HELP);
        return None;
    }
    Some(kind)
}

fn scopes(key: &Ident, value: &Value, errors: &mut Errors) -> Vec<syn::LitStr> {
    const EXAMPLE: &str = "scopes(\"notes:read\", \"notes:write\")";
    match value {
        Value::List(list) => return lists::scopes(key, list, EXAMPLE, errors),
        _ => errors.at(
            key,
            "`scopes` takes its values in parentheses",
            format!("write `{EXAMPLE}`"),
        ),
    }
    Vec::new()
}
