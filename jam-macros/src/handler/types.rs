//! Types as source text, because a macro cannot resolve them.

use std::borrow::Cow;

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenTree};

use crate::tokens::commas;
use crate::tokens::text::{is_punct, is_word};
use crate::trees::Trees;

/// The last segment of a path: its name and its generic arguments.
pub(super) struct Segment {
    pub(super) name: Ident,
    pub(super) arguments: Vec<Trees>,
}

/// Removes the parentheses around a type, and the invisible brackets of `macro_rules!`.
pub(super) fn bare(ty: &[TokenTree]) -> Cow<'_, [TokenTree]> {
    match ty {
        [TokenTree::Group(group)] => {
            let inner = Trees::from(group.stream());
            let parts = commas::ranges(&inner);
            let is_one = matches!(&*parts, [part] if part.len() == inner.len());
            match group.delimiter() {
                Delimiter::None => Cow::Owned(bare(&inner).into_owned()),
                Delimiter::Parenthesis if is_one => Cow::Owned(bare(&inner).into_owned()),
                _ => Cow::Borrowed(ty),
            }
        }
        ty => Cow::Borrowed(ty),
    }
}

/// Returns the last segment of a type that is a path.
pub(super) fn last_segment(ty: &[TokenTree]) -> Option<Segment> {
    let ty = bare(ty);
    let mut rest = after_colons(&ty).unwrap_or(&ty);
    loop {
        let [TokenTree::Ident(name), after @ ..] = rest else {
            return None;
        };
        let mut arguments = Vec::new();
        rest = after;
        let angle = after_colons(rest).unwrap_or(rest);
        if is_punct(angle.first(), '<') {
            let length = commas::bracketed(angle);
            let inside = angle.get(1..length.checked_sub(1)?)?;
            arguments = commas::split(inside).map(Trees::from).collect();
            rest = &angle[length..];
        }
        if rest.is_empty() {
            let name = name.clone();
            return Some(Segment { name, arguments });
        }
        rest = after_colons(rest)?;
    }
}

/// Returns the tokens after a `::` at the start.
fn after_colons(tokens: &[TokenTree]) -> Option<&[TokenTree]> {
    let is_path = is_punct(tokens.first(), ':') && is_punct(tokens.get(1), ':');
    is_path.then(|| &tokens[2..])
}

/// Returns true if the generic argument is a type and not a lifetime.
pub(super) fn is_type(argument: &[TokenTree]) -> bool {
    !argument.is_empty() && !is_punct(argument.first(), '\'')
}

/// Adds the rule as the second argument of the `Auth<..>` of the handler.
pub(super) fn marked(ty: &[TokenTree], rule: &Trees) -> Trees {
    if let [TokenTree::Group(group)] = ty {
        let inner = marked(&Trees::from(group.stream()), rule);
        let mut outer = Group::new(group.delimiter(), inner.iter().cloned().collect());
        outer.set_span(group.span());
        return Trees::from(&[outer.into()][..]);
    }
    let (inside, end) = ty.split_at(ty.len().saturating_sub(1));
    let mut tokens = inside.to_vec();
    if !is_punct(inside.last(), ',') {
        tokens.push(Punct::new(',', Spacing::Alone).into());
    }
    tokens.extend_from_slice(rule);
    tokens.extend_from_slice(end);
    Trees::from(tokens)
}

/// Replaces each `impl Trait` by `_`, because the type of a `let` cannot contain it.
pub(super) fn inferred(ty: &[TokenTree]) -> Trees {
    let mut tokens: Vec<TokenTree> = Vec::new();
    let mut at = 0;
    while let Some(token) = ty.get(at) {
        at += 1;
        match token {
            token if is_word(Some(token), "impl") => {
                tokens.push(Ident::new("_", Span::call_site()).into());
                while let Some(token) = ty.get(at) {
                    let is_end = is_punct(Some(token), '>') && !commas::ends_arrow(ty, at);
                    if is_end || is_punct(Some(token), ',') {
                        break;
                    }
                    at += commas::bracketed(&ty[at..]).max(1);
                }
            }
            TokenTree::Group(group) => {
                let inner = inferred(&Trees::from(group.stream()));
                let mut outer = Group::new(group.delimiter(), inner.iter().cloned().collect());
                outer.set_span(group.span());
                tokens.push(outer.into());
            }
            token => tokens.push(token.clone()),
        }
    }
    Trees::from(tokens)
}

#[cfg(test)]
mod tests {
    use quote::ToTokens as _;

    use super::*;
    use crate::tokens::text;

    fn trees(source: &str) -> Trees {
        let tokens: proc_macro2::TokenStream = source.parse().expect("tokens");
        tokens.into()
    }

    #[test]
    fn only_a_path_has_a_last_segment() {
        let end = |source| {
            let segment = last_segment(&trees(source))?;
            let arguments = segment.arguments.iter();
            let arguments: Vec<_> = arguments
                .map(|it| text::of(&it.to_token_stream()))
                .collect();
            Some(format!("{} {}", segment.name, arguments.join(" | ")))
        };
        assert_eq!(end("::jam::Auth<User>").as_deref(), Some("Auth User"));
        assert_eq!(
            end("(Auth::<a::B<C, D>,>)").as_deref(),
            Some("Auth a::B<C, D>")
        );
        assert_eq!(
            end("A<B>::C<fn(X) -> Y, (E, F)>").as_deref(),
            Some("C fn(X)->Y | (E, F)")
        );
        for other in [
            "&Auth<U>",
            "impl Auth<U>",
            "<A as B>::C",
            "fn(A)",
            "(A,)",
            "!",
            "[A]",
            "",
            "A<",
        ] {
            assert_eq!(end(other), None, "{other}");
        }
    }

    #[test]
    fn the_rule_becomes_the_second_argument() {
        let mark = |source| text::of(&marked(&trees(source), &trees("me")).to_token_stream());
        assert_eq!(mark("jam::Auth<A<B>>"), "jam::Auth<A<B>, me>");
        assert_eq!(mark("(Auth<A, >)"), "(Auth<A, me>)");
    }

    #[test]
    fn impl_trait_becomes_an_underscore() {
        let infer = |source| text::of(&inferred(&trees(source)).to_token_stream());
        assert_eq!(
            infer("Result<impl Fn(A) -> B<C> + Send, (impl D, E)>"),
            "Result<_, (_, E)>"
        );
        assert_eq!(infer("impl IntoResponse"), "_");
        assert_eq!(infer("[u8; 3]"), "[u8;3]");
    }
}
