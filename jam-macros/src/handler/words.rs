//! A rule as a list of words, which the runtime makes a rule of.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use super::expand::alias_at;
use crate::tokens;

/// One word of a rule. It stands at its option: what rustc has to say of it then points there,
/// and not at the whole attribute.
#[derive(Clone)]
pub(crate) enum Word {
    /// A variant of the runtime's `Word`.
    Plain(&'static str, Span, TokenStream),
    /// A method that asks something of the payload's type, with a type for it.
    Checked(&'static str, Span, Option<TokenStream>, TokenStream),
}

impl Word {
    pub(crate) fn is_condition(&self) -> bool {
        matches!(self, Self::Checked("role" | "any_role" | "scope", ..))
    }

    /// Whether rustc finds what is wrong with it only by evaluating it.
    pub(crate) fn is_evaluated(&self) -> bool {
        matches!(self, Self::Checked("scope" | "backend_type", ..))
    }

    /// `payload` is the type of the handler's caller.
    pub(crate) fn tokens(&self, payload: &TokenStream) -> TokenStream {
        // All of it in one context: rustc would point at the whole attribute for a mixture.
        let at = |place: &Span| Span::call_site().located_at(*place);
        match self {
            Self::Plain(variant, place, arguments) => {
                let alias = alias_at(*place);
                let variant = Ident::new(variant, at(place));
                let arguments =
                    (!arguments.is_empty()).then(|| quote_spanned!(at(place)=> (#arguments)));
                quote_spanned!(at(place)=> #alias::Word::#variant #arguments)
            }
            Self::Checked(method, place, ty, arguments) => {
                let alias = alias_at(*place);
                let payload = tokens::located(payload.clone(), *place);
                let method = Ident::new(method, at(place));
                let ty = ty.as_ref().map(|ty| quote!(::<#ty>));
                quote_spanned!(at(place)=> #alias::of::<#payload>().#method #ty (#arguments))
            }
        }
    }
}
