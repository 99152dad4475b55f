//! Tokens in hand. A `TokenStream` is the compiler's, which is asked for every token in it, by code
//! that nobody optimised; these can be looked at, cut and put into an expansion at no such cost.

use std::ops::Deref;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;

#[derive(Clone, Default)]
pub(crate) struct Trees(Vec<TokenTree>);

impl Trees {
    /// Returns the path as if it was written at `place`.
    pub(crate) fn spanned(&self, place: Span) -> Self {
        let spanned = self.0.iter().cloned().map(|mut token| {
            token.set_span(place);
            token
        });
        Self(spanned.collect())
    }

    /// The same path at another place, as [`located`](crate::tokens::located) has it.
    pub(crate) fn located(&self, place: Span) -> Self {
        let located = self.0.iter().cloned().map(|mut token| {
            token.set_span(token.span().located_at(place));
            token
        });
        Self(located.collect())
    }
}

impl Deref for Trees {
    type Target = [TokenTree];

    fn deref(&self) -> &[TokenTree] {
        &self.0
    }
}

impl From<&[TokenTree]> for Trees {
    fn from(trees: &[TokenTree]) -> Self {
        Self(trees.to_vec())
    }
}

impl From<Vec<TokenTree>> for Trees {
    fn from(trees: Vec<TokenTree>) -> Self {
        Self(trees)
    }
}

impl From<TokenStream> for Trees {
    fn from(tokens: TokenStream) -> Self {
        Self(tokens.into_iter().collect())
    }
}

impl ToTokens for Trees {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.0.iter().cloned());
    }
}
