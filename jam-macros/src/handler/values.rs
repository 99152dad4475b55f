//! The values that options take, each checked as far as its text tells.

use proc_macro2::{Group, Ident};
use quote::quote;

use super::args::example;
use crate::diagnostics::Errors;
use crate::tokens::{self, Value};

pub(super) fn word(key: &Ident, value: &Value, errors: &mut Errors) -> Option<Ident> {
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

pub(super) fn string(key: &Ident, value: &Value, errors: &mut Errors) -> Option<syn::LitStr> {
    if let Value::Equals(tokens) = value
        && let Some(string) = tokens::string(tokens)
    {
        return Some(string);
    }
    let help = format!("write `{}`", example(key));
    match value {
        Value::Equals(tokens) if !tokens.is_empty() => {
            errors.at(tokens, format!("`{key}` takes a string literal"), help);
        }
        Value::List(list) => errors.at(list, format!("`{key}` takes its value after `=`"), help),
        _ => errors.at(key, format!("`{key}` needs a value"), help),
    }
    None
}

pub(super) fn list<'a>(key: &Ident, value: &'a Value, errors: &mut Errors) -> Option<&'a Group> {
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

/// A token of RFC 9110, which names of headers and of cookies are.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// A path that a browser takes for one of this site: not `//elsewhere`, nor
/// with a backslash, which is a slash to it.
pub(super) fn is_local_path(text: &str) -> bool {
    text.starts_with('/')
        && !text.starts_with("//")
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

/// `90s`, `5m` or `1h`.
pub(super) fn seconds(text: &str) -> Option<u64> {
    let number = text.trim_end_matches(|letter: char| !letter.is_ascii_digit());
    let unit = match &text[number.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        _ => return None,
    };
    // `parse` takes a sign too.
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    let number = number.parse::<u64>().ok().filter(|_| is_number)?;
    number.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_whole_numbers_with_a_unit() {
        assert_eq!(seconds("90s"), Some(90));
        assert_eq!(seconds("5m"), Some(300));
        assert_eq!(seconds("1h"), Some(3600));
        for text in ["", "5", "m", "5 m", "5d", "5ms", "+5m", "1.5h", "5m ", "5µ"] {
            assert_eq!(seconds(text), None, "{text}");
        }
        assert_eq!(seconds("99999999999999999h"), None);
    }

    #[test]
    fn pages_are_of_this_site() {
        assert!(is_local_path("/"));
        assert!(is_local_path("/login?from=a"));
        for text in [
            "",
            "login",
            "//host/login",
            "https://host/",
            "/\\host",
            "/a b",
        ] {
            assert!(!is_local_path(text), "{text}");
        }
    }
}
