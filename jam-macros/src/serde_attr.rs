//! What serde will call a field or a variant: `rename` and `rename_all`.

use proc_macro2::TokenStream;
use syn::Attribute;

use crate::tokens::{self, Entry, Value};

/// The attributes of serde that change which names stand in the JSON.
#[derive(Default)]
pub(crate) struct SerdeAttr {
    rename: Option<String>,
    rename_all: Option<String>,
    /// It is written by one name and read by another.
    pub(crate) two_names: bool,
    /// Every option, by its name.
    options: Vec<syn::Ident>,
}

/// What a name is a name of: serde expects fields in `snake_case` and
/// variants in `PascalCase`.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Field,
    Variant,
}

impl SerdeAttr {
    pub(crate) fn read(attrs: &[Attribute]) -> Self {
        let mut read = Self::default();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("serde")) {
            if let syn::Meta::List(list) = &attr.meta {
                read.entries(list.tokens.clone());
            }
        }
        read
    }

    fn entries(&mut self, tokens: TokenStream) {
        for (key, value) in options(tokens) {
            let text = key.to_string();
            if text.starts_with("rename") && two_names(&value) {
                self.two_names = true;
            }
            match text.as_str() {
                "rename" => self.rename = name(value).or(self.rename.take()),
                "rename_all" => self.rename_all = name(value).or(self.rename_all.take()),
                _ => {}
            }
            self.options.push(key);
        }
    }

    /// The first option with one of these names.
    pub(crate) fn option(&self, names: &[&str]) -> Option<&syn::Ident> {
        let named = |option: &&syn::Ident| names.iter().any(|name| *option == name);
        self.options.iter().find(named)
    }

    /// The name in the JSON of a member of the container `self`.
    pub(crate) fn name_of(&self, ident: &syn::Ident, member: &Self, kind: Kind) -> String {
        let ident = ident.to_string();
        let ident = ident.trim_start_matches("r#");
        match (&member.rename, &self.rename_all) {
            (Some(name), _) => name.clone(),
            (None, Some(case)) => apply(case, ident, kind),
            (None, None) => ident.to_owned(),
        }
    }
}

/// Mistakes in these attributes are serde's to report.
fn options(tokens: TokenStream) -> Vec<(syn::Ident, Value)> {
    let mut unreported = crate::diagnostics::Errors::new();
    let entries = tokens::entries(tokens, &mut unreported);
    unreported.into_tokens();
    entries
        .into_iter()
        .filter_map(|entry| match entry {
            Entry::Option { key, value } => Some((key, value)),
            Entry::Other(_) => None,
        })
        .collect()
}

/// `rename = ".."`, or `rename(serialize = "..", deserialize = "..")`, of
/// which the name that is read counts.
fn name(value: Value) -> Option<String> {
    match value {
        Value::Equals(tokens) => tokens::string(&tokens).map(|name| name.value()),
        Value::List(list) => options(list.stream())
            .into_iter()
            .find(|(key, _)| key == "deserialize")
            .and_then(|(_, value)| name(value)),
        Value::Word => None,
    }
}

/// Whether `rename(..)` says something else for writing than for reading.
fn two_names(value: &Value) -> bool {
    let Value::List(list) = value else {
        return false;
    };
    let of = |wanted: &str| {
        options(list.stream())
            .into_iter()
            .find(|(key, _)| key == wanted)
            .and_then(|(_, value)| name(value))
    };
    of("serialize") != of("deserialize")
}

/// As `serde_derive` does it, letter by letter: it changes ASCII letters alone, and takes a field to be
/// in `snake_case` already and a variant in `PascalCase`.
fn apply(case: &str, ident: &str, kind: Kind) -> String {
    let snake = || match kind {
        Kind::Field => ident.to_owned(),
        Kind::Variant => snake_case(ident),
    };
    let pascal = || match kind {
        Kind::Field => pascal_case(ident),
        Kind::Variant => ident.to_owned(),
    };
    match (case, kind) {
        ("lowercase", Kind::Field) => ident.to_owned(),
        ("lowercase", Kind::Variant) => ident.to_ascii_lowercase(),
        ("UPPERCASE", _) => ident.to_ascii_uppercase(),
        ("PascalCase", _) => pascal(),
        ("camelCase", _) => with_first(&pascal(), |first| first.to_ascii_lowercase()),
        ("snake_case", _) => snake(),
        ("SCREAMING_SNAKE_CASE", _) => snake().to_ascii_uppercase(),
        ("kebab-case", _) => snake().replace('_', "-"),
        ("SCREAMING-KEBAB-CASE", _) => snake().to_ascii_uppercase().replace('_', "-"),
        _ => ident.to_owned(),
    }
}

fn pascal_case(field: &str) -> String {
    let words = field.split('_');
    words
        .map(|word| with_first(word, |first| first.to_ascii_uppercase()))
        .collect()
}

fn snake_case(variant: &str) -> String {
    let mut snake = String::new();
    for (place, letter) in variant.char_indices() {
        if place > 0 && letter.is_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

fn with_first(text: &str, change: impl Fn(char) -> char) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(change)
        .into_iter()
        .chain(letters)
        .collect()
}

pub(crate) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(letters)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_serde() {
        let cases = [
            ("lowercase", "user_id", "superadmin"),
            ("UPPERCASE", "USER_ID", "SUPERADMIN"),
            ("PascalCase", "UserId", "SuperAdmin"),
            ("camelCase", "userId", "superAdmin"),
            ("snake_case", "user_id", "super_admin"),
            ("SCREAMING_SNAKE_CASE", "USER_ID", "SUPER_ADMIN"),
            ("kebab-case", "user-id", "super-admin"),
            ("SCREAMING-KEBAB-CASE", "USER-ID", "SUPER-ADMIN"),
        ];
        for (case, field, variant) in cases {
            assert_eq!(apply(case, "user_id", Kind::Field), field, "{case}");
            assert_eq!(apply(case, "SuperAdmin", Kind::Variant), variant, "{case}");
        }
    }

    #[test]
    fn rename_stands_above_rename_all() {
        let container: syn::ItemStruct = syn::parse_quote! {
            #[serde(rename_all = "camelCase", deny_unknown_fields)]
            struct User {
                user_id: u64,
                #[serde(default, rename = "n")] full_name: String,
                #[serde(rename(serialize = "x", deserialize = "y"))] r#type: String,
            }
        };
        let all = SerdeAttr::read(&container.attrs);
        let names: Vec<_> = container
            .fields
            .iter()
            .map(|field| {
                let ident = field.ident.as_ref().expect("named");
                all.name_of(ident, &SerdeAttr::read(&field.attrs), Kind::Field)
            })
            .collect();
        assert_eq!(names, ["userId", "n", "y"]);
    }
}
