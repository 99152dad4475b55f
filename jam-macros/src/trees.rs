//! A list of tokens in the memory of the macro. A `TokenStream` belongs to rustc: unoptimized code
//! asks rustc for each of its tokens. A list is read, cut and quoted without these calls.

use std::ops::Deref;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;

/// Tokens that are quoted as they are.
#[derive(Clone, Default)]
pub(crate) struct Trees(Vec<TokenTree>);

impl Trees {
    /// Returns the tokens of a path with another span and the hygiene of that span.
    pub(crate) fn spanned(&self, span: Span) -> Self {
        let spanned = self.0.iter().cloned().map(|mut token| {
            token.set_span(span);
            token
        });
        Self(spanned.collect())
    }

    /// Returns the tokens of a path with another span and their own hygiene.
    pub(crate) fn located(&self, span: Span) -> Self {
        let located = self.0.iter().cloned().map(|mut token| {
            token.set_span(token.span().located_at(span));
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
