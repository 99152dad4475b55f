//! A rule as a list of words, which the runtime makes a rule of.

use std::fmt::Display;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};

use crate::tokens;
use crate::trees::Trees;

/// The words of a rule, in their order.
#[derive(Default)]
pub(crate) struct Words(Vec<Word>);

pub(crate) enum Word {
    /// Words that say all by themselves, with a space between.
    Plain(String),
    Checked(Checked),
}

/// A word that asks something of the payload's type: a method, with a type for it. It stands at
/// its option: what rustc has to say of it then points there, and not at the whole attribute.
pub(crate) struct Checked(&'static str, Span, Option<TokenStream>, TokenStream);

impl Words {
    /// Adds a word that holds no more than its name.
    pub(crate) fn word(&mut self, word: &str) {
        match self.0.last_mut() {
            Some(Word::Plain(words)) => {
                words.push(' ');
                words.push_str(word);
            }
            _ => self.0.push(Word::Plain(word.to_owned())),
        }
    }

    pub(crate) fn named(&mut self, name: &str, value: impl Display) {
        self.word(&format!("{name}={value}"));
    }

    pub(crate) fn checked(
        &mut self,
        method: &'static str,
        place: Span,
        ty: Option<TokenStream>,
        arguments: TokenStream,
    ) {
        let word = Checked(method, place, ty, arguments);
        self.0.push(Word::Checked(word));
    }

    /// All of them, when none has anything to ask.
    pub(crate) fn plain(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Word::Plain(words)] => Some(words),
            _ => None,
        }
    }

    /// How many roles and scopes are asked for.
    pub(crate) fn conditions(&self) -> usize {
        let checked = self.checked_words();
        checked.filter(|word| word.0 != "backend_type").count()
    }

    /// Those in which rustc finds only by evaluating them what is wrong.
    pub(crate) fn evaluated(&self) -> impl Iterator<Item = &Checked> {
        self.checked_words()
            .filter(|word| matches!(word.0, "scope" | "backend_type"))
    }

    fn checked_words(&self) -> impl Iterator<Item = &Checked> {
        self.0.iter().filter_map(|word| match word {
            Word::Checked(word) => Some(word),
            Word::Plain(_) => None,
        })
    }

    /// `payload` is the type of the handler's caller.
    pub(crate) fn tokens(&self, private: &Trees, payload: &TokenStream) -> TokenStream {
        let words = self.0.iter().map(|word| match word {
            Word::Plain(words) => quote!(#private::Word::Plain(#words)),
            Word::Checked(word) => word.tokens(private, payload),
        });
        quote!(#private::said([#(#words),*]))
    }
}

impl Checked {
    pub(crate) fn tokens(&self, private: &Trees, payload: &TokenStream) -> TokenStream {
        let Self(method, place, ty, arguments) = self;
        // All of it in one context: rustc would point at the whole attribute for a mixture.
        let at = Span::call_site().located_at(*place);
        let private = tokens::located(private.to_token_stream(), *place);
        let payload = tokens::located(payload.clone(), *place);
        let method = Ident::new(method, at);
        let ty = ty.as_ref().map(|ty| quote!(::<#ty>));
        quote_spanned!(at=> #private::of::<#payload>().#method #ty (#arguments))
    }
}
