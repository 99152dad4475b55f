//! The text of tokens, and the names in them.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use syn::ext::IdentExt as _;

/// Returns the tokens as source text with few spaces: `pages::about`, not `pages :: about`.
pub(crate) fn of(tokens: &TokenStream) -> String {
    let mut text = String::new();
    write(tokens, &mut text);
    text
}

fn write(tokens: &TokenStream, text: &mut String) {
    for token in tokens.clone() {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::None => ("", ""),
                };
                text.push_str(open);
                write(&group.stream(), text);
                text.push_str(close);
            }
            TokenTree::Punct(punct) => {
                text.push(punct.as_char());
                if punct.as_char() == ',' {
                    text.push(' ');
                }
            }
            word => {
                let word = word.to_string();
                if text.ends_with(|last: char| last.is_alphanumeric() || last == '_') {
                    text.push(' ');
                }
                text.push_str(&word);
            }
        }
    }
}

/// Returns the string literal that the tokens are, if they are one.
pub(crate) fn string(tokens: &TokenStream) -> Option<syn::LitStr> {
    let mut iter = ungroup(tokens.clone()).into_iter();
    match (iter.next(), iter.next()) {
        (Some(TokenTree::Literal(literal)), None) => match syn::Lit::new(literal) {
            syn::Lit::Str(string) => Some(string),
            _ => None,
        },
        _ => None,
    }
}

/// Removes the invisible brackets that `macro_rules!` puts around the fragments it passes on.
pub(crate) fn ungroup(tokens: TokenStream) -> TokenStream {
    let mut iter = tokens.clone().into_iter();
    match (iter.next(), iter.next()) {
        (Some(TokenTree::Group(group)), None) if group.delimiter() == Delimiter::None => {
            ungroup(group.stream())
        }
        _ => tokens,
    }
}

/// Returns true if the token is this punctuation.
pub(crate) fn is_punct(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

/// Returns true if the token is this name or keyword.
pub(crate) fn is_word(token: Option<&TokenTree>, wanted: &str) -> bool {
    matches!(token, Some(TokenTree::Ident(word)) if word == wanted)
}

/// Returns true if the name is in the tokens, at any depth.
pub(crate) fn mentions(tokens: impl IntoIterator<Item = TokenTree>, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}

/// Calls `visit` with each name that rustc resolves in the current scope. These are not the names
/// after a `.` or a `::`, and not the modules before a `::`.
pub(crate) fn each_name(tokens: &TokenStream, visit: &mut dyn FnMut(&Ident)) {
    let is = |token: Option<&TokenTree>, letters: &[char]| match token {
        Some(TokenTree::Punct(punct)) => letters.contains(&punct.as_char()),
        _ => false,
    };
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    for (at, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Ident(ident) => {
                // `a.user` and `a::user`, and neither `rule: user()` nor `..user()`.
                let behind = |letter: char, two: bool| {
                    at > 0
                        && is(trees.get(at - 1), &[letter])
                        && (at > 1 && is(trees.get(at - 2), &[letter])) == two
                };
                let is_member = behind('.', false) || behind(':', true);
                // `user` is a function in `user::<User>()` and a module in `user::RULE`.
                let is_module = is(trees.get(at + 1), &[':']) && !is(trees.get(at + 3), &['<']);
                if !is_member && !is_module {
                    visit(&ident.unraw());
                }
            }
            TokenTree::Group(group) => each_name(&group.stream(), visit),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// Returns true if the tokens call a macro, whose expansion cannot be seen here.
pub(crate) fn calls_a_macro(tokens: &TokenStream) -> bool {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    trees.iter().enumerate().any(|(at, tree)| match tree {
        TokenTree::Group(group) => calls_a_macro(&group.stream()),
        TokenTree::Ident(_) => {
            is_punct(trees.get(at + 1), '!')
                && matches!(trees.get(at + 2), Some(TokenTree::Group(_)))
        }
        _ => false,
    })
}

/// Removes the invisible brackets at every depth.
pub(crate) fn ungroup_all(tokens: TokenStream) -> TokenStream {
    tokens
        .into_iter()
        .flat_map(|token| match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
                ungroup_all(group.stream())
            }
            TokenTree::Group(group) => {
                let mut inner =
                    proc_macro2::Group::new(group.delimiter(), ungroup_all(group.stream()));
                inner.set_span(group.span());
                TokenTree::from(inner).into()
            }
            other => other.into(),
        })
        .collect()
}

/// Completes an expression that ends with a `.` or a `::`: adds a name after it, because an editor
/// does so too while it looks for completions. Returns `None` if the result is no expression.
pub(crate) fn completed(tokens: &TokenStream) -> Option<TokenStream> {
    let mut tokens = tokens.clone();
    if let Some(TokenTree::Punct(last)) = tokens.clone().into_iter().last()
        && matches!(last.as_char(), '.' | ':')
    {
        tokens.extend([TokenTree::from(placeholder(last.span()))]);
    }
    let expression = syn::parse2::<syn::Expr>(tokens.clone());
    expression.ok().map(|_| tokens)
}

/// Returns a name for a position where the user has not typed one yet.
pub(crate) fn placeholder(span: Span) -> Ident {
    Ident::new("__jam_nothing", Span::mixed_site().located_at(span))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_looks_like_source() {
        let text = |source: &str| of(&source.parse().expect("tokens"));
        assert_eq!(text("r#mod :: about"), "r#mod::about");
        assert_eq!(text("|x| async move { x }"), "|x|async move{x}");
    }
}
