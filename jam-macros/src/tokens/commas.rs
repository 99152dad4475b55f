//! Lists that are separated by commas.

use std::ops::Range;

use proc_macro2::TokenTree;

use super::text::is_punct;

/// Returns the parts of a list, without its commas and without empty parts.
///
/// A comma in brackets belongs to its part. A `<` is a bracket if a `>` closes it in the same
/// list, and is the operator "less than" otherwise: `state = App<A, B>` is one part, and
/// `a < b, c` is two. `a < b, c > d` is one part too, because no list of the macros takes a `bool`.
pub(crate) fn split(tokens: &[TokenTree]) -> impl ExactSizeIterator<Item = &[TokenTree]> {
    ranges(tokens).into_iter().map(|range| &tokens[range])
}

/// Returns the positions of the parts that [`split`] returns.
pub(crate) fn ranges(tokens: &[TokenTree]) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while at < tokens.len() {
        if is_punct(tokens.get(at), ',') {
            ranges.push(start..at);
            start = at + 1;
        }
        at += bracketed(&tokens[at..]).max(1);
    }
    ranges.push(start..tokens.len());
    ranges.retain(|range| !range.is_empty());
    ranges
}

/// Returns the number of tokens from a `<` at the start to its `>`, and zero if there is no such
/// pair.
pub(crate) fn bracketed(tokens: &[TokenTree]) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        if is_punct(Some(token), '<') {
            depth += 1;
        } else if is_punct(Some(token), '>') && !ends_arrow(tokens, at) {
            depth = depth.saturating_sub(1);
        }
        if depth == 0 {
            return if at == 0 { 0 } else { at + 1 };
        }
    }
    0
}

/// Returns true if the token at `at` comes after a `-`, so that a `>` there is a part of `->`.
pub(crate) fn ends_arrow(tokens: &[TokenTree], at: usize) -> bool {
    at > 0 && is_punct(tokens.get(at - 1), '-')
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;

    use super::*;
    use crate::tokens::text;
    use crate::trees::Trees;

    fn parts(source: &str) -> Vec<String> {
        let tokens: TokenStream = source.parse().expect("tokens");
        let tokens = Trees::from(tokens);
        let parts = split(&tokens).map(|part| text::of(&part.iter().cloned().collect()));
        parts.collect()
    }

    #[test]
    fn a_comma_in_angle_brackets_does_not_split() {
        assert_eq!(
            parts("user::<Of<A, B>>(), f::<fn(u8) -> u8, C>, a"),
            ["user::<Of<A, B>>()", "f::<fn(u8)->u8, C>", "a"]
        );
        assert_eq!(
            parts("state = App<A, B>, <A as B<C, D>>::E, fn() -> A, B"),
            ["state=App<A, B>", "<A as B<C, D>>::E", "fn()->A", "B"]
        );
    }

    #[test]
    fn an_open_angle_bracket_is_an_operator() {
        assert_eq!(parts("a < b, c"), ["a<b", "c"]);
        assert_eq!(parts("a < b, c::<D, E>"), ["a<b", "c::<D, E>"]);
        assert_eq!(parts("a::<B, c::<D, E>()"), ["a::<B", "c::<D, E>()"]);
        assert_eq!(parts("a > b, c -> d, e"), ["a>b", "c->d", "e"]);
    }

    #[test]
    fn empty_parts_are_left_out() {
        assert_eq!(parts(", a,, b,"), ["a", "b"]);
        assert_eq!(parts(","), [""; 0]);
        assert_eq!(parts(""), [""; 0]);
    }
}
