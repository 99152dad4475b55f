//! The names that serde gives to fields and variants: `rename` and `rename_all`.

use proc_macro2::TokenStream;
use syn::Attribute;

use crate::diagnostics::Errors;
use crate::tokens::entries::{self, Entry, Value};
use crate::tokens::text;

/// The serde attributes of a container, a field or a variant.
#[derive(Default)]
pub(crate) struct SerdeAttr {
    rename: Option<String>,
    rename_all: Option<String>,
    /// True if serde writes one name and reads another.
    pub(crate) two_names: bool,
    /// The names of all options.
    options: Vec<syn::Ident>,
}

/// The kind of a name: serde expects fields in `snake_case` and variants in `PascalCase`.
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
                // A macro may have passed on any part of it as a fragment.
                read.entries(text::ungroup_all(list.tokens.clone()));
            }
        }
        read
    }

    fn entries(&mut self, tokens: TokenStream) {
        for (key, value) in options(tokens) {
            let option = key.to_string();
            if option.starts_with("rename") && two_names(&value) {
                self.two_names = true;
            }
            match option.as_str() {
                "rename" => self.rename = name(value).or(self.rename.take()),
                "rename_all" => self.rename_all = name(value).or(self.rename_all.take()),
                _ => {}
            }
            self.options.push(key);
        }
    }

    /// Returns the first option with one of these names.
    pub(crate) fn option(&self, names: &[&str]) -> Option<&syn::Ident> {
        let named = |option: &&syn::Ident| names.iter().any(|name| *option == name);
        self.options.iter().find(named)
    }

    /// Returns the name of a member of this container in the JSON.
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

/// Reads the options of a list. Reports no mistakes, because serde reports them.
fn options(tokens: TokenStream) -> Vec<(syn::Ident, Value)> {
    let mut unreported = Errors::new();
    let entries = entries::read(tokens, &mut unreported);
    unreported.into_tokens();
    entries
        .into_iter()
        .filter_map(|entry| match entry {
            Entry::Option { key, value } => Some((key, value)),
            Entry::Other(_) => None,
        })
        .collect()
}

/// Returns the name in `rename = ".."`. In `rename(serialize = "..", deserialize = "..")` it is
/// the name that serde reads.
fn name(value: Value) -> Option<String> {
    match value {
        Value::Equals(tokens) => text::string(&tokens).map(|name| name.value()),
        Value::List(list) => options(list.stream())
            .into_iter()
            .find(|(key, _)| key == "deserialize")
            .and_then(|(_, value)| name(value)),
        Value::Word => None,
    }
}

/// Returns true if `rename(..)` has different names for writing and for reading. serde takes further names
/// for reading as aliases.
fn two_names(value: &Value) -> bool {
    let Value::List(list) = value else {
        return false;
    };
    let of = |wanted: &str| -> Vec<Option<String>> {
        let all = options(list.stream()).into_iter();
        let all = all.filter(|(key, _)| key == wanted);
        all.map(|(_, value)| name(value)).collect()
    };
    let (written, read) = (of("serialize"), of("deserialize"));
    written.len() != 1 || written != read
}

/// Applies `rename_all` exactly as `serde_derive` does: only ASCII letters change, a field is
/// expected in `snake_case` and a variant in `PascalCase`.
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
    for (at, letter) in variant.char_indices() {
        if at > 0 && letter.is_uppercase() {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_case_gives_the_names_of_serde() {
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
    fn rename_overrides_rename_all() {
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
