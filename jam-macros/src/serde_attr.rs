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

fn apply(case: &str, ident: &str, kind: Kind) -> String {
    let words = words(ident, kind);
    let lower = || words.iter().map(|word| word.to_lowercase());
    match case {
        "lowercase" => ident.to_lowercase(),
        "UPPERCASE" => ident.to_uppercase(),
        "PascalCase" => lower().map(|word| capital(&word)).collect(),
        "camelCase" => lower()
            .enumerate()
            .map(|(place, word)| if place == 0 { word } else { capital(&word) })
            .collect(),
        "snake_case" => lower().collect::<Vec<_>>().join("_"),
        "SCREAMING_SNAKE_CASE" => lower().collect::<Vec<_>>().join("_").to_uppercase(),
        "kebab-case" => lower().collect::<Vec<_>>().join("-"),
        "SCREAMING-KEBAB-CASE" => lower().collect::<Vec<_>>().join("-").to_uppercase(),
        _ => ident.to_owned(),
    }
}

fn words(ident: &str, kind: Kind) -> Vec<String> {
    match kind {
        Kind::Field => ident.split('_').map(str::to_owned).collect(),
        Kind::Variant => {
            let mut words: Vec<String> = Vec::new();
            for letter in ident.chars() {
                match words.last_mut() {
                    Some(word) if !letter.is_uppercase() => word.push(letter),
                    _ => words.push(letter.to_string()),
                }
            }
            words
        }
    }
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
