//! The spans of tokens: rustc reports an error at the span of the token that causes it.

use proc_macro2::{Group, Span, TokenStream, TokenTree};

/// Returns the span of the first token.
pub(crate) fn first(tokens: TokenStream) -> Span {
    let first = tokens.into_iter().next();
    first.map_or_else(Span::call_site, |token| token.span())
}

/// Moves the tokens to another span. Each token keeps its hygiene, so names still resolve as
/// before.
pub(crate) fn located(tokens: TokenStream, span: Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|mut token| {
            if let TokenTree::Group(group) = &token {
                let stream = located(group.stream(), span);
                token = Group::new(group.delimiter(), stream).into();
            }
            token.set_span(token.span().located_at(span));
            token
        })
        .collect()
}
