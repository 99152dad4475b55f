//! Types as they are written: macros see no more of them.

use std::borrow::Cow;

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenTree};

use crate::trees::Trees;

/// The name at the end of a type's path, and what stands between the angle brackets behind it.
pub(super) struct Segment {
    pub(super) name: Ident,
    pub(super) arguments: Vec<Trees>,
}

pub(super) fn is_punct(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

pub(super) fn is_word(token: Option<&TokenTree>, wanted: &str) -> bool {
    matches!(token, Some(TokenTree::Ident(word)) if word == wanted)
}

/// The type without parentheses and without what `macro_rules!` wraps it in.
pub(super) fn bare(ty: &[TokenTree]) -> Cow<'_, [TokenTree]> {
    match ty {
        [TokenTree::Group(group)] => {
            let inner = Trees::from(group.stream());
            let is_one = !inner.is_empty() && !at_commas(&inner, |_, comma| comma).contains(&true);
            match group.delimiter() {
                Delimiter::None => Cow::Owned(bare(&inner).into_owned()),
                Delimiter::Parenthesis if is_one => Cow::Owned(bare(&inner).into_owned()),
                _ => Cow::Borrowed(ty),
            }
        }
        ty => Cow::Borrowed(ty),
    }
}

/// What a type that is a path ends with.
pub(super) fn last_segment(ty: &[TokenTree]) -> Option<Segment> {
    let ty = bare(ty);
    let mut rest = behind_colons(&ty).unwrap_or(&ty);
    loop {
        let [TokenTree::Ident(name), behind @ ..] = rest else {
            return None;
        };
        let mut arguments = Vec::new();
        rest = behind;
        let angle = behind_colons(rest).unwrap_or(rest);
        if is_punct(angle.first(), '<') {
            let end = closing(angle)?;
            arguments = at_commas(&angle[1..end], |argument, _| Trees::from(argument));
            rest = &angle[end + 1..];
        }
        if rest.is_empty() {
            let name = name.clone();
            return Some(Segment { name, arguments });
        }
        rest = behind_colons(rest)?;
    }
}

fn behind_colons(tokens: &[TokenTree]) -> Option<&[TokenTree]> {
    let is_path = is_punct(tokens.first(), ':') && is_punct(tokens.get(1), ':');
    is_path.then(|| &tokens[2..])
}

/// Which token closes the angle bracket that is the first.
pub(super) fn closing(tokens: &[TokenTree]) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        depth = deeper(depth, tokens, at, token);
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// In how many angle brackets one is behind this token.
fn deeper(depth: usize, tokens: &[TokenTree], at: usize, token: &TokenTree) -> usize {
    let TokenTree::Punct(punct) = token else {
        return depth;
    };
    match punct.as_char() {
        '<' => depth + 1,
        // Not that of `->`.
        '>' if at == 0 || !is_punct(tokens.get(at - 1), '-') => depth.saturating_sub(1),
        _ => depth,
    }
}

/// The parts of a list, each with whether there is a comma behind it.
pub(super) fn at_commas<T>(
    tokens: &[TokenTree],
    mut part: impl FnMut(&[TokenTree], bool) -> T,
) -> Vec<T> {
    let mut parts = Vec::new();
    let mut depth = 0;
    let mut start = 0;
    for (at, token) in tokens.iter().enumerate() {
        depth = deeper(depth, tokens, at, token);
        if depth == 0 && is_punct(Some(token), ',') {
            parts.push(part(&tokens[start..at], true));
            start = at + 1;
        }
    }
    if start < tokens.len() {
        parts.push(part(&tokens[start..], false));
    }
    parts
}

/// Whether the argument of a generic type is a type itself, and no lifetime.
pub(super) fn is_type(argument: &[TokenTree]) -> bool {
    !argument.is_empty() && !is_punct(argument.first(), '\'')
}

/// Adds the rule as the second argument of the user's own `Auth<..>`.
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

/// The type with `_` in place of every `impl Trait`, as a `let` may have it.
pub(super) fn inferred(ty: &[TokenTree]) -> Trees {
    let mut tokens: Vec<TokenTree> = Vec::new();
    let mut at = 0;
    while let Some(token) = ty.get(at) {
        at += 1;
        match token {
            token if is_word(Some(token), "impl") => {
                tokens.push(Ident::new("_", Span::call_site()).into());
                let mut depth = 0;
                while let Some(token) = ty.get(at) {
                    let ends = is_punct(Some(token), ',') || is_punct(Some(token), '>');
                    if depth == 0 && ends && !is_punct(ty.get(at - 1), '-') {
                        break;
                    }
                    depth = deeper(depth, ty, at, token);
                    at += 1;
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
    fn a_path_ends_with_a_name() {
        let end = |source| {
            let segment = last_segment(&trees(source))?;
            let arguments = segment.arguments.iter();
            let arguments: Vec<_> = arguments.map(|it| text(&it.to_token_stream())).collect();
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
    fn the_rule_is_the_second_argument() {
        let mark = |source| text(&marked(&trees(source), &trees("me")).to_token_stream());
        assert_eq!(mark("jam::Auth<A<B>>"), "jam::Auth<A<B>, me>");
        assert_eq!(mark("(Auth<A, >)"), "(Auth<A, me>)");
    }

    #[test]
    fn a_let_has_no_impl() {
        let infer = |source| text(&inferred(&trees(source)).to_token_stream());
        assert_eq!(
            infer("Result<impl Fn(A) -> B<C> + Send, (impl D, E)>"),
            "Result<_, (_, E)>"
        );
        assert_eq!(infer("impl IntoResponse"), "_");
        assert_eq!(infer("[u8; 3]"), "[u8;3]");
    }
}
