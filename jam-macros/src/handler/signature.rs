//! A function, taken apart no further than is asked for: to parse all that a signature may be would
//! cost the compiler more than everything that is done with what is found.

use proc_macro2::{Delimiter, Group, Ident, Spacing, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use super::types::{at_commas, closing, is_punct, is_word};
use crate::tokens;
use crate::trees::Trees;

pub(crate) struct Signature {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Trees,
    /// `async`, `unsafe` and the like, and `fn` at the end.
    pub(crate) qualifiers: Trees,
    pub(crate) name: Ident,
    /// What stands between the angle brackets, with them.
    pub(crate) generics: Trees,
    pub(crate) parameters: Vec<Parameter>,
    /// Around the arguments.
    pub(crate) parentheses: Group,
    /// The same, without the parentheses.
    list: Trees,
    pub(crate) arguments: Vec<Argument>,
    /// `self` in any form.
    pub(crate) receiver: Option<Trees>,
    /// With its arrow.
    result: Trees,
    pub(crate) conditions: Trees,
    pub(crate) body: Trees,
}

/// An attribute in front of something, or a line of documentation.
pub(crate) struct Attribute(TokenTree, Group);

pub(crate) enum Parameter {
    Lifetime(Trees),
    Type(Ident),
    Const(Ident),
}

pub(crate) struct Argument {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) pattern: Trees,
    pub(crate) ty: Trees,
    /// Where in the list the pattern, the type and what follows begin.
    places: [usize; 3],
}

impl Signature {
    /// `None` if it is no function.
    pub(crate) fn read(item: &TokenStream) -> Option<Self> {
        let mut tokens: Vec<TokenTree> = item.clone().into_iter().collect();
        let body = tokens.pop_if(|token| match token {
            // One that `macro_rules!` passes on comes in invisible brackets.
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
        let angles = match is_punct(rest.first(), '<') {
            true => closing(rest)? + 1,
            false => 0,
        };
        let (generics, rest) = rest.split_at(angles);
        let [TokenTree::Group(parentheses), rest @ ..] = rest else {
            return None;
        };
        let list = Trees::from(parentheses.stream());
        let mut receiver = None;
        let mut start = 0;
        let arguments = at_commas(&list, |argument, comma| {
            let read = Argument::read(argument, start, &mut receiver);
            start += argument.len() + usize::from(comma);
            read
        });
        let conditions = rest.iter().position(|token| is_word(Some(token), "where"));
        let (result, conditions) = rest.split_at(conditions.unwrap_or(rest.len()));
        Some(Self {
            attrs,
            vis: vis.into(),
            qualifiers: qualifiers.into(),
            name: name.clone(),
            parameters: match generics {
                [_, inside @ .., _] => at_commas(inside, |parameter, _| Parameter::read(parameter))
                    .into_iter()
                    .flatten()
                    .collect(),
                _ => Vec::new(),
            },
            generics: generics.into(),
            parentheses: parentheses.clone(),
            result: result.into(),
            arguments: arguments.into_iter().flatten().collect(),
            receiver,
            list,
            conditions: conditions.into(),
            body: body.into_iter().collect::<Vec<_>>().into(),
        })
    }

    /// What is returned, if anything.
    pub(crate) fn output(&self) -> Option<&[TokenTree]> {
        self.result.get(2..)
    }

    /// The function, without its body, with another type for an argument.
    pub(crate) fn retyped(&self, argument: &Argument, ty: &Trees) -> TokenStream {
        let [_, start, end] = argument.places;
        self.with([&self.list[..start], ty, &self.list[end..]], &self.result)
    }

    /// The same, with another argument in place of one, and another result.
    pub(crate) fn rewritten(
        &self,
        argument: &Argument,
        other: TokenStream,
        result: TokenStream,
    ) -> TokenStream {
        let [start, _, end] = argument.places;
        let other = Trees::from(other);
        let list = [&self.list[..start], &other, &self.list[end..]];
        self.with(list, &result.into())
    }

    /// Returns the function's head with another return type.
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
            conditions,
            ..
        } = self;
        let list = list.into_iter().flatten().cloned().collect();
        let mut parentheses = Group::new(Delimiter::Parenthesis, list);
        parentheses.set_span(self.parentheses.span());
        quote!(#(#attrs)* #vis #qualifiers #name #generics #parentheses #result #conditions)
    }
}

impl Attribute {
    pub(crate) fn is(&self, name: &str) -> bool {
        let inside = tokens::ungroup(self.1.stream());
        is_word(inside.into_iter().next().as_ref(), name)
    }
}

impl Parameter {
    fn read(tokens: &[TokenTree]) -> Option<Self> {
        let (_, tokens) = attributes(tokens);
        match tokens {
            [TokenTree::Punct(_), ..] => Some(Self::Lifetime(tokens.into())),
            [TokenTree::Ident(word), TokenTree::Ident(name), ..] if word == "const" => {
                Some(Self::Const(name.clone()))
            }
            [TokenTree::Ident(name), ..] => Some(Self::Type(name.clone())),
            _ => None,
        }
    }
}

impl Argument {
    /// `start` is where in the list it begins.
    fn read(all: &[TokenTree], start: usize, receiver: &mut Option<Trees>) -> Option<Self> {
        let (attrs, tokens) = attributes(all);
        let at = start + all.len() - tokens.len();
        let mut joint = false;
        let colon = tokens.iter().position(|token| {
            // Not one of `::`.
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
            places: [at, at + pattern.len() + 1, start + all.len()],
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
    use crate::tokens::text;

    #[test]
    fn a_function_is_taken_apart() {
        let item: TokenStream = "
            #[cfg(unix)] pub(crate) async fn me<'a, D: Fn(u8) -> B<C>, const N: usize>(
                mut user: Auth<User>, #[cfg(unix)] a::B { c, .. }: ::a::B<C, D>, &[x, y]: &[u8; 2],
            ) -> Result<A, B> where D: Copy { body }"
            .parse()
            .expect("tokens");
        let read = Signature::read(&item).expect("a function");
        let shown = |trees: &[TokenTree]| text(&trees.iter().cloned().collect());
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
            conditions, body, ..
        } = &read;
        assert_eq!(shown(conditions) + &shown(body), "where D:Copy{body}");
        let same = read.retyped(&read.arguments[0], &read.arguments[0].ty);
        assert_eq!(quote!(#same #body).to_string(), item.to_string());
    }
}
