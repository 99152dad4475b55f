//! Reading tokens without asking them to be complete: split at commas, keep
//! what cannot be read, go on.

use proc_macro2::{Delimiter, Group, Ident, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::ext::IdentExt as _;

use crate::diagnostics::Errors;
use crate::trees::Trees;

/// One comma-separated part of an attribute.
pub(crate) enum Entry {
    /// `key`, `key = value` or `key(list)`.
    Option { key: Ident, value: Value },
    /// Anything else: the path of a constant, or a mistake.
    Other(TokenStream),
}

/// What follows the key of an option.
pub(crate) enum Value {
    Word,
    Equals(TokenStream),
    List(Group),
}

/// Reads the options of an attribute. A missing comma is reported, and the
/// option after it is still read.
pub(crate) fn entries(tokens: TokenStream, errors: &mut Errors) -> Vec<Entry> {
    let mut entries = Vec::new();
    for part in split(tokens) {
        // `$option:meta` of a macro.
        let part = match part.as_slice() {
            [TokenTree::Group(group)] if group.delimiter() == Delimiter::None => {
                group.stream().into_iter().collect()
            }
            _ => part,
        };
        let mut rest = part.as_slice();
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

/// Reports the token that should have had a comma before it.
pub(crate) fn missing_comma(next: &TokenTree, errors: &mut Errors) {
    let text = match next {
        TokenTree::Group(group) => match group.delimiter() {
            Delimiter::Parenthesis => "(".to_owned(),
            Delimiter::Brace => "{".to_owned(),
            Delimiter::Bracket => "[".to_owned(),
            Delimiter::None => text(&group.stream()),
        },
        other => other.to_string(),
    };
    let place = match next {
        TokenTree::Group(group) => group.span_open(),
        other => other.span(),
    };
    errors.at_span(
        place,
        format!("expected `,` before `{text}`"),
        format!("write `, {text}`"),
    );
}

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
            // `WEB.role(..)` and the like are not an option with a list.
            match tokens.get(2) {
                Some(TokenTree::Punct(_)) => (other(tokens), tokens.len()),
                _ => (Entry::Option { key, value }, 2),
            }
        }
        Some(TokenTree::Punct(punct)) if punct.as_char() == '=' => {
            // After a literal only a forgotten comma can follow; a path may
            // have any number of tokens.
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

/// Splits at the commas that stand in no bracket, a turbofish's included.
pub(crate) fn split(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut parts = Vec::new();
    let mut part: Vec<TokenTree> = Vec::new();
    let mut angles = 0_usize;
    for token in tokens {
        if let TokenTree::Punct(punct) = &token {
            match punct.as_char() {
                '<' if angles > 0 || ends_with(&part, "::") => angles += 1,
                '>' if angles > 0 && !ends_with(&part, "-") => angles -= 1,
                ',' if angles == 0 => {
                    parts.push(std::mem::take(&mut part));
                    continue;
                }
                _ => {}
            }
        }
        part.push(token);
    }
    parts.push(part);
    parts.retain(|part| !part.is_empty());
    parts
}

/// Whether the tokens end with this run of joint punctuation.
fn ends_with(tokens: &[TokenTree], punctuation: &str) -> bool {
    let mut tokens = tokens.iter().rev();
    punctuation
        .chars()
        .rev()
        .enumerate()
        .all(|(behind, wanted)| match tokens.next() {
            Some(TokenTree::Punct(punct)) => {
                punct.as_char() == wanted && (behind == 0 || punct.spacing() == Spacing::Joint)
            }
            _ => false,
        })
}

/// Takes off the invisible brackets that `macro_rules!` puts around what it
/// passes on.
pub(crate) fn ungroup(tokens: TokenStream) -> TokenStream {
    let mut iter = tokens.clone().into_iter();
    match (iter.next(), iter.next()) {
        (Some(TokenTree::Group(group)), None) if group.delimiter() == Delimiter::None => {
            ungroup(group.stream())
        }
        _ => tokens,
    }
}

/// What is being typed, as an expression: what ends with a `.` or a `::` gets a name behind it,
/// where an editor puts one too while it looks for completions.
pub(crate) fn completed(tokens: &TokenStream) -> Option<TokenStream> {
    let mut tokens = tokens.clone();
    if let Some(TokenTree::Punct(last)) = tokens.clone().into_iter().last()
        && matches!(last.as_char(), '.' | ':')
    {
        tokens.extend([TokenTree::from(nothing(last.span()))]);
    }
    let expression = syn::parse2::<syn::Expr>(tokens.clone());
    expression.ok().map(|_| tokens)
}

/// Stands for a name that is still to be typed.
pub(crate) fn nothing(place: Span) -> Ident {
    Ident::new("__jam_nothing", Span::mixed_site().located_at(place))
}

/// The tokens as a person would write them: `pages::about`, not
/// `pages :: about`.
pub(crate) fn text(tokens: &TokenStream) -> String {
    let mut text = String::new();
    write_text(tokens, &mut text);
    text
}

/// Shows to `look` every name that is looked up where it stands: not what follows a `.` or a `::`, and
/// not the module before a `::`.
pub(crate) fn each_name(tokens: &TokenStream, look: &mut dyn FnMut(&Ident)) {
    let is = |token: Option<&TokenTree>, letters: &[char]| match token {
        Some(TokenTree::Punct(punct)) => letters.contains(&punct.as_char()),
        _ => false,
    };
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    for (at, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Ident(ident) => {
                let belongs = at > 0 && is(trees.get(at - 1), &['.', ':']);
                // `user::<User>()` is a name, `user::RULE` is not.
                let leads = is(trees.get(at + 1), &[':']) && !is(trees.get(at + 3), &['<']);
                if !belongs && !leads {
                    look(&ident.unraw());
                }
            }
            TokenTree::Group(group) => each_name(&group.stream(), look),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

fn write_text(tokens: &TokenStream, text: &mut String) {
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
                write_text(&group.stream(), text);
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

/// The value as one string literal.
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

/// The same tokens, with their meaning, at another place: what rustc says about
/// them is then said there.
pub(crate) fn located(tokens: TokenStream, place: Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|mut token| {
            if let TokenTree::Group(group) = &token {
                let stream = located(group.stream(), place);
                token = Group::new(group.delimiter(), stream).into();
            }
            token.set_span(token.span().located_at(place));
            token
        })
        .collect()
}

/// The place of the first token.
pub(crate) fn place(tokens: TokenStream) -> Span {
    let first = tokens.into_iter().next();
    first.map_or_else(Span::call_site, |token| token.span())
}

/// Whether a word stands anywhere in the tokens.
pub(crate) fn mentions(tokens: impl IntoIterator<Item = TokenTree>, word: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == word,
        TokenTree::Group(group) => mentions(group.stream(), word),
        _ => false,
    })
}

/// A scope of RFC 6749: printable ASCII but for space, quote and backslash.
pub(crate) fn is_scope(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

/// Reads a list of scopes, all string literals, none twice.
pub(crate) fn scopes(
    key: &Ident,
    list: &Group,
    example: &str,
    errors: &mut Errors,
) -> Vec<syn::LitStr> {
    let mut scopes: Vec<syn::LitStr> = Vec::new();
    let parts = split(list.stream());
    if parts.is_empty() {
        errors.at(
            quote!(#key #list),
            format!("`{key}` names no scope"),
            format!("write `{example}`, or leave `{key}` out"),
        );
    }
    for part in parts {
        let tokens: TokenStream = part.into_iter().collect();
        match string(&tokens) {
            None => errors.at(
                &tokens,
                format!("`{key}` takes string literals"),
                format!("write `{example}`"),
            ),
            Some(scope) if !is_scope(&scope.value()) => errors.at(
                &scope,
                format!("{} is not a scope", scope.to_token_stream()),
                format!("a scope is one word without spaces or quotes: `{example}`"),
            ),
            Some(scope) if scopes.iter().any(|known| known.value() == scope.value()) => errors.at(
                &scope,
                format!("scope `{}` is listed twice", scope.value()),
                "remove one of the two",
            ),
            Some(scope) => scopes.push(scope),
        }
    }
    scopes
}

/// Reads a list of policies: any expressions.
pub(crate) fn policies(
    key: &Ident,
    list: &Group,
    example: &str,
    errors: &mut Errors,
) -> Vec<TokenStream> {
    let parts = split(list.stream());
    if parts.is_empty() {
        errors.at(
            quote!(#key #list),
            format!("`{key}` names no policy"),
            format!("write `{example}`: an async function that returns `bool`"),
        );
    }
    let parts = parts.into_iter();
    parts
        .map(|part| ungroup(part.into_iter().collect()))
        .collect()
}

/// The policies as a value of the runtime. What rustc says about one is said at it.
pub(crate) fn policies_of(policies: &[TokenStream], private: &Trees) -> TokenStream {
    let policies = policies.iter().map(|policy| {
        let name = text(policy);
        let place = Span::mixed_site().located_at(place(policy.clone()));
        let and = quote_spanned!(place=> .and);
        quote!(#and(#policy, #name))
    });
    quote!(#private::Policies::new() #(#policies)*)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(source: &str) -> Vec<String> {
        split(source.parse().expect("tokens"))
            .into_iter()
            .map(|part| text(&part.into_iter().collect()))
            .collect()
    }

    #[test]
    fn commas_of_a_turbofish_do_not_split() {
        assert_eq!(
            parts("user::<Of<A, B>>(), f::<fn(u8) -> u8, C>, a < b, c"),
            ["user::<Of<A, B>>()", "f::<fn(u8)->u8, C>", "a<b", "c",]
        );
    }

    #[test]
    fn text_reads_like_source() {
        assert_eq!(parts("r#mod :: about"), ["r#mod::about"]);
        assert_eq!(parts("|x| async move { x }"), ["|x|async move{x}"]);
    }

    #[test]
    fn scopes_are_tokens_of_the_rfc() {
        assert!(is_scope("notes:read"));
        assert!(!is_scope(""));
        assert!(!is_scope("notes read"));
        assert!(!is_scope("a\"b"));
        assert!(!is_scope("a\\b"));
    }
}
