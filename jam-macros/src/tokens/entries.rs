//! Lists of `name`, `name = value` and `name(..)`. The reader accepts incomplete tokens: it reports
//! a mistake and continues with the next entry.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

use super::{commas, text};
use crate::diagnostics::Errors;
use crate::trees::Trees;

/// One part of the list.
pub(crate) enum Entry {
    /// `key`, `key = value` or `key(list)`.
    Option { key: Ident, value: Value },
    /// Any other tokens: the path of a constant, or a mistake.
    Other(TokenStream),
}

/// The tokens after the key of an option.
pub(crate) enum Value {
    /// No tokens.
    Word,
    /// The tokens after `=`.
    Equals(TokenStream),
    /// The list in parentheses.
    List(Group),
}

/// Reads the entries of a list. Reports a missing comma, and still reads the entry after it.
pub(crate) fn read(tokens: TokenStream, errors: &mut Errors) -> Vec<Entry> {
    let mut entries = Vec::new();
    let list = Trees::from(tokens);
    for part in commas::split(&list) {
        let fragment;
        let mut rest = match part {
            // A `$option:meta` fragment of `macro_rules!`.
            [TokenTree::Group(group)] if group.delimiter() == Delimiter::None => {
                fragment = Trees::from(group.stream());
                &*fragment
            }
            _ => part,
        };
        while !rest.is_empty() {
            let (entry, taken) = entry(rest);
            entries.push(entry);
            rest = &rest[taken..];
            if let Some(next) = rest.first() {
                missing_comma(next, errors);
            }
        }
    }
    entries
}

/// Reports a missing comma before the token.
pub(crate) fn missing_comma(next: &TokenTree, errors: &mut Errors) {
    let text = match next {
        TokenTree::Group(group) => match group.delimiter() {
            Delimiter::Parenthesis => "(".to_owned(),
            Delimiter::Brace => "{".to_owned(),
            Delimiter::Bracket => "[".to_owned(),
            Delimiter::None => text::of(&group.stream()),
        },
        other => other.to_string(),
    };
    let span = match next {
        TokenTree::Group(group) => group.span_open(),
        other => other.span(),
    };
    errors.at_span(
        span,
        format!("expected `,` before `{text}`"),
        format!("write `, {text}`"),
    );
}

/// Reads one entry. Returns it and the number of its tokens.
fn entry(tokens: &[TokenTree]) -> (Entry, usize) {
    let Some(TokenTree::Ident(key)) = tokens.first() else {
        return (other(tokens), tokens.len());
    };
    let key = key.clone();
    match tokens.get(1) {
        None | Some(TokenTree::Ident(_) | TokenTree::Literal(_)) => {
            let value = Value::Word;
            (Entry::Option { key, value }, 1)
        }
        Some(TokenTree::Group(list)) if list.delimiter() == Delimiter::Parenthesis => {
            let value = Value::List(list.clone());
            // An expression such as `user(..).role(..)` is not an option with a list.
            match tokens.get(2) {
                Some(TokenTree::Punct(_)) => (other(tokens), tokens.len()),
                _ => (Entry::Option { key, value }, 2),
            }
        }
        Some(TokenTree::Punct(punct)) if punct.as_char() == '=' => {
            // A token after a literal means a missing comma. A path or a type has any number of
            // tokens.
            let end = match tokens.get(2) {
                Some(TokenTree::Literal(_)) => 3,
                _ => tokens.len(),
            };
            let value = Value::Equals(tokens[2..end].iter().cloned().collect());
            (Entry::Option { key, value }, end)
        }
        Some(_) => (other(tokens), tokens.len()),
    }
}

fn other(tokens: &[TokenTree]) -> Entry {
    Entry::Other(tokens.iter().cloned().collect())
}
