//! The values of options.

use proc_macro2::{Group, Ident};
use quote::quote;

use crate::diagnostics::Errors;
use crate::tokens::entries::Value;
use crate::tokens::text;

/// One option of the attribute.
pub(super) struct AttrOption<'a> {
    pub(super) key: &'a Ident,
    pub(super) value: &'a Value,
    /// The correct form of the option, for the help of errors.
    pub(super) example: &'static str,
}

impl<'a> AttrOption<'a> {
    /// Returns the key of an option without a value.
    pub(super) fn word(&self, errors: &mut Errors) -> Option<Ident> {
        let Self { key, value, .. } = self;
        let extra = match value {
            Value::Word => return Some((*key).clone()),
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

    /// Returns the string literal after `=`.
    pub(super) fn string(&self, errors: &mut Errors) -> Option<syn::LitStr> {
        let Self {
            key,
            value,
            example,
        } = self;
        if let Value::Equals(tokens) = value
            && let Some(string) = text::string(tokens)
        {
            return Some(string);
        }
        let help = format!("write `{example}`");
        match value {
            Value::Equals(tokens) if !tokens.is_empty() => {
                errors.at(tokens, format!("`{key}` takes a string literal"), help);
            }
            Value::List(list) => {
                errors.at(list, format!("`{key}` takes its value after `=`"), help);
            }
            _ => errors.at(key, format!("`{key}` needs a value"), help),
        }
        None
    }

    /// Returns the list in parentheses.
    pub(super) fn list(&self, errors: &mut Errors) -> Option<&'a Group> {
        let Self {
            key,
            value,
            example,
        } = self;
        let help = format!("write `{example}`");
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
}

/// Parses a duration such as `90s`, `5m` or `1h`. Returns its seconds.
pub(super) fn seconds(text: &str) -> Option<u64> {
    let number = text.trim_end_matches(|letter: char| !letter.is_ascii_digit());
    let unit = match &text[number.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        _ => return None,
    };
    // `parse` also accepts a sign.
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    let number = number.parse::<u64>().ok().filter(|_| is_number)?;
    number.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_whole_number_with_a_unit() {
        assert_eq!(seconds("90s"), Some(90));
        assert_eq!(seconds("5m"), Some(300));
        assert_eq!(seconds("1h"), Some(3600));
        for text in ["", "5", "m", "5 m", "5d", "5ms", "+5m", "1.5h", "5m ", "5µ"] {
            assert_eq!(seconds(text), None, "{text}");
        }
        assert_eq!(seconds("99999999999999999h"), None);
    }
}
