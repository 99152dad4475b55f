//! A rule as a list of words, which the runtime parses.

use std::fmt::Display;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};

use crate::tokens::spans;
use crate::trees::Trees;

/// The words of a rule, in order.
#[derive(Default)]
pub(crate) struct Words(Vec<Word>);

/// One part of a rule.
pub(crate) enum Word {
    /// Words without types, separated by spaces.
    Plain(String),
    /// A word with a type, which rustc checks.
    Checked(Checked),
}

/// A method call on the type of the payload: its name, its span, its generic argument and its
/// arguments. It has the span of its option, because rustc then reports an error there and not at
/// the whole attribute.
pub(crate) struct Checked(&'static str, Span, Option<TokenStream>, TokenStream);

impl Words {
    /// Adds a word without a value.
    pub(crate) fn word(&mut self, word: &str) {
        match self.0.last_mut() {
            Some(Word::Plain(words)) => {
                words.push(' ');
                words.push_str(word);
            }
            _ => self.0.push(Word::Plain(word.to_owned())),
        }
    }

    /// Adds a word with a value.
    pub(crate) fn named(&mut self, name: &str, value: impl Display) {
        self.word(&format!("{name}={value}"));
    }

    /// Adds a word that rustc checks.
    pub(crate) fn checked(
        &mut self,
        method: &'static str,
        span: Span,
        ty: Option<TokenStream>,
        arguments: TokenStream,
    ) {
        let word = Checked(method, span, ty, arguments);
        self.0.push(Word::Checked(word));
    }

    /// Returns the words as text, if rustc has to check none of them.
    pub(crate) fn plain(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Word::Plain(words)] => Some(words),
            _ => None,
        }
    }

    /// Returns the number of roles and scopes.
    pub(crate) fn conditions(&self) -> usize {
        let checked = self.checked_words();
        checked.filter(|word| word.0 != "backend_type").count()
    }

    /// Returns the words whose mistakes rustc finds only when it evaluates them.
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

    /// Returns the expression for the rule. `payload` is the type of the caller.
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
        let Self(method, span, ty, arguments) = self;
        // All tokens get one hygiene, because rustc reports an error at the whole attribute if the
        // tokens have several.
        let at = Span::call_site().located_at(*span);
        let private = spans::located(private.to_token_stream(), *span);
        let payload = spans::located(payload.clone(), *span);
        let method = Ident::new(method, at);
        let ty = ty.as_ref().map(|ty| quote!(::<#ty>));
        quote_spanned!(at=> #private::of::<#payload>().#method #ty (#arguments))
    }
}
