//! The signature of a function. It is split only into the parts that the attribute needs, because a
//! complete parser would cost more compile time than all other work of the attribute.

use proc_macro2::{Delimiter, Group, Ident, Spacing, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use crate::tokens::commas;
use crate::tokens::text::{self, is_punct, is_word};
use crate::trees::Trees;

/// A function, split into parts.
pub(crate) struct Signature {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Trees,
    /// The keywords up to `fn`, such as `async` and `unsafe`.
    pub(crate) qualifiers: Trees,
    pub(crate) name: Ident,
    /// The generic parameters with their angle brackets.
    pub(crate) generics: Trees,
    pub(crate) parameters: Vec<Parameter>,
    /// The arguments with their parentheses.
    pub(crate) parentheses: Group,
    /// The arguments without the parentheses.
    list: Trees,
    pub(crate) arguments: Vec<Argument>,
    /// The `self` argument.
    pub(crate) receiver: Option<Trees>,
    /// The return type with its arrow.
    result: Trees,
    pub(crate) where_clause: Trees,
    pub(crate) body: Trees,
}

/// An attribute, or a line of documentation.
pub(crate) struct Attribute(TokenTree, Group);

/// A generic parameter.
pub(crate) enum Parameter {
    Lifetime(Trees),
    Type(Ident),
    Const(Ident),
}

/// An argument of the function.
pub(crate) struct Argument {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) pattern: Trees,
    pub(crate) ty: Trees,
    /// The positions in the list: the start of the pattern, the start of the type and its end.
    positions: [usize; 3],
}

impl Signature {
    /// Splits a function. Returns `None` for any other item.
    pub(crate) fn read(item: &TokenStream) -> Option<Self> {
        let mut tokens: Vec<TokenTree> = item.clone().into_iter().collect();
        let body = tokens.pop_if(|token| match token {
            // `macro_rules!` passes a body on in invisible brackets.
            TokenTree::Group(group) => {
                matches!(group.delimiter(), Delimiter::Brace | Delimiter::None)
            }
            token => is_punct(Some(token), ';'),
        });
        let (attrs, rest) = attributes(&tokens);
        let (vis, rest) = visibility(rest);
        let at = rest.iter().position(|token| is_word(Some(token), "fn"))?;
        let (qualifiers, rest) = rest.split_at(at + 1);
        let [TokenTree::Ident(name), rest @ ..] = rest else {
            return None;
        };
        let (generics, rest) = rest.split_at(commas::bracketed(rest));
        let [TokenTree::Group(parentheses), rest @ ..] = rest else {
            return None;
        };
        let list = Trees::from(parentheses.stream());
        let mut receiver = None;
        let arguments = commas::ranges(&list)
            .into_iter()
            .filter_map(|range| Argument::read(&list[range.clone()], range.start, &mut receiver))
            .collect();
        let where_clause = rest.iter().position(|token| is_word(Some(token), "where"));
        let (result, where_clause) = rest.split_at(where_clause.unwrap_or(rest.len()));
        Some(Self {
            attrs,
            vis: vis.into(),
            qualifiers: qualifiers.into(),
            name: name.clone(),
            parameters: match generics {
                [_, inside @ .., _] => commas::split(inside).filter_map(Parameter::read).collect(),
                _ => Vec::new(),
            },
            generics: generics.into(),
            parentheses: parentheses.clone(),
            result: result.into(),
            arguments,
            receiver,
            list,
            where_clause: where_clause.into(),
            body: body.into_iter().collect::<Vec<_>>().into(),
        })
    }

    /// Returns the return type without its arrow.
    pub(crate) fn output(&self) -> Option<&[TokenTree]> {
        self.result.get(2..)
    }

    /// Returns the head of the function with another type for an argument.
    pub(crate) fn retyped(&self, argument: &Argument, ty: &Trees) -> TokenStream {
        let [_, start, end] = argument.positions;
        self.with([&self.list[..start], ty, &self.list[end..]], &self.result)
    }

    /// Returns the head of the function with another argument and another return type.
    pub(crate) fn rewritten(
        &self,
        argument: &Argument,
        other: TokenStream,
        result: TokenStream,
    ) -> TokenStream {
        let [start, _, end] = argument.positions;
        let other = Trees::from(other);
        let list = [&self.list[..start], &other, &self.list[end..]];
        self.with(list, &result.into())
    }

    /// Returns the head of the function with another return type.
    pub(crate) fn returning(&self, result: TokenStream) -> TokenStream {
        self.with([&self.list, &[], &[]], &result.into())
    }

    fn with(&self, list: [&[TokenTree]; 3], result: &Trees) -> TokenStream {
        let Self {
            attrs,
            vis,
            qualifiers,
            name,
            generics,
            where_clause,
            ..
        } = self;
        let list = list.into_iter().flatten().cloned().collect();
        let mut parentheses = Group::new(Delimiter::Parenthesis, list);
        parentheses.set_span(self.parentheses.span());
        quote!(#(#attrs)* #vis #qualifiers #name #generics #parentheses #result #where_clause)
    }
}

impl Attribute {
    /// Returns true if the attribute has this name.
    pub(crate) fn is(&self, name: &str) -> bool {
        let inside = text::ungroup(self.1.stream());
        is_word(inside.into_iter().next().as_ref(), name)
    }
}

impl Parameter {
    fn read(tokens: &[TokenTree]) -> Option<Self> {
        let (_, tokens) = attributes(tokens);
        match tokens {
            // The quote and the name, without bounds.
            [TokenTree::Punct(_), TokenTree::Ident(_), ..] => {
                Some(Self::Lifetime(tokens[..2].into()))
            }
            [TokenTree::Ident(word), TokenTree::Ident(name), ..] if word == "const" => {
                Some(Self::Const(name.clone()))
            }
            [TokenTree::Ident(name), ..] => Some(Self::Type(name.clone())),
            _ => None,
        }
    }
}

impl Argument {
    /// Reads an argument that starts at `start` in the list. Stores a `self` argument in `receiver`.
    fn read(all: &[TokenTree], start: usize, receiver: &mut Option<Trees>) -> Option<Self> {
        let (attrs, tokens) = attributes(all);
        let at = start + all.len() - tokens.len();
        let mut joint = false;
        let colon = tokens.iter().position(|token| {
            // The colons of `::` do not count.
            let is_second = std::mem::take(&mut joint);
            joint = matches!(token, TokenTree::Punct(punct) if punct.spacing() == Spacing::Joint);
            is_punct(Some(token), ':') && !is_second && !joint
        });
        let (pattern, ty) = tokens.split_at(colon.unwrap_or(tokens.len()));
        if pattern.iter().any(|token| is_word(Some(token), "self")) {
            *receiver = Some(tokens.into());
            return None;
        }
        Some(Self {
            attrs,
            pattern: pattern.into(),
            ty: ty.get(1..)?.into(),
            positions: [at, at + pattern.len() + 1, start + all.len()],
        })
    }
}

fn attributes(mut tokens: &[TokenTree]) -> (Vec<Attribute>, &[TokenTree]) {
    let mut attributes = Vec::new();
    while let [hash, TokenTree::Group(group), rest @ ..] = tokens
        && is_punct(Some(hash), '#')
    {
        attributes.push(Attribute(hash.clone(), group.clone()));
        tokens = rest;
    }
    (attributes, tokens)
}

fn visibility(tokens: &[TokenTree]) -> (&[TokenTree], &[TokenTree]) {
    tokens.split_at(match tokens {
        [public, TokenTree::Group(_), ..] if is_word(Some(public), "pub") => 2,
        [public, ..] if is_word(Some(public), "pub") => 1,
        [TokenTree::Group(_), ..] => 1,
        _ => 0,
    })
}

impl ToTokens for Attribute {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend([self.0.clone(), self.1.clone().into()]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_split_into_its_parts() {
        let item: TokenStream = "
            #[cfg(unix)] pub(crate) async fn me<'a, D: Fn(u8) -> B<C>, const N: usize>(
                mut user: Auth<User>, #[cfg(unix)] a::B { c, .. }: ::a::B<C, D>, &[x, y]: &[u8; 2],
            ) -> Result<A, B> where D: Copy { body }"
            .parse()
            .expect("tokens");
        let read = Signature::read(&item).expect("a function");
        let shown = |trees: &[TokenTree]| text::of(&trees.iter().cloned().collect());
        assert!(read.attrs[0].is("cfg") && read.arguments[1].attrs[0].is("cfg"));
        assert_eq!(shown(&read.vis), "pub(crate)");
        assert_eq!(shown(&read.qualifiers), "async fn");
        let names = read.parameters.iter().map(|parameter| match parameter {
            Parameter::Lifetime(lifetime) => shown(lifetime),
            Parameter::Type(name) | Parameter::Const(name) => name.to_string(),
        });
        assert_eq!(names.collect::<Vec<_>>(), ["'a", "D", "N"]);
        let arguments = read.arguments.iter();
        let arguments = arguments.map(|it| format!("{} / {}", shown(&it.pattern), shown(&it.ty)));
        assert_eq!(
            arguments.collect::<Vec<_>>(),
            [
                "mut user / Auth<User>",
                "a::B{c, ..} / ::a::B<C, D>",
                "&[x, y] / &[u8;2]"
            ]
        );
        assert_eq!(read.output().map(shown).as_deref(), Some("Result<A, B>"));
        let Signature {
            where_clause, body, ..
        } = &read;
        assert_eq!(shown(where_clause) + &shown(body), "where D:Copy{body}");
        let same = read.retyped(&read.arguments[0], &read.arguments[0].ty);
        assert_eq!(quote!(#same #body).to_string(), item.to_string());
    }
}

#[cfg(test)]
mod twin;
