//! The rule of a section of the table.

use proc_macro2::{TokenStream, TokenTree};

/// The tokens before the `=` of a section.
pub(crate) struct Head {
    pub(crate) tokens: TokenStream,
    pub(crate) rule: Rule,
}

/// The kind of a rule, which its first tokens show.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// `public(..)`: all requests are accepted.
    Public,
    /// `declared()`: each handler has its own rule.
    Declared,
    /// Any other rule. Rows can add conditions to it.
    Named,
}

impl Head {
    pub(super) fn new(tokens: TokenStream) -> Self {
        let mut iter = tokens.clone().into_iter();
        let rule = match (iter.next(), iter.next()) {
            (Some(TokenTree::Ident(word)), Some(TokenTree::Group(_))) if word == "public" => {
                Rule::Public
            }
            // `routes::check` rejects tokens after `declared()`.
            (Some(TokenTree::Ident(word)), Some(TokenTree::Group(_))) if word == "declared" => {
                Rule::Declared
            }
            _ => Rule::Named,
        };
        Self { tokens, rule }
    }
}
