//! The type check of a handler.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote, quote_spanned};

use super::item::{Caller, Handler};
use super::output::Output;
use super::signature::{Parameter, Signature};
use super::types::bare;
use crate::tokens::text::{self, is_punct};
use crate::trees::Trees;

impl Output<'_> {
    /// Returns a function that proves that the handler takes its caller. rustc checks it after all
    /// other macros have changed the handler. The code comes after a `return`, because rustc then
    /// checks its types and not its borrows.
    pub(super) fn check(&self, caller: &Caller) -> TokenStream {
        let Handler(Signature {
            generics,
            parameters,
            where_clause,
            arguments,
            ..
        }) = self.handler;
        let private = self.private;
        let name = self.handler.name();
        let has_impl = |ty: &[TokenTree]| text::mentions(ty.to_vec(), "impl");
        let response = match self.handler.0.output().map(Trees::from) {
            Some(ty) if !caller.optional && !has_impl(&ty) && !is_punct(bare(&ty).first(), '!') => {
                Some(quote!(#private::need_response::<#ty>();))
            }
            _ => None,
        };
        let parameters = parameters.iter().filter_map(|parameter| match parameter {
            Parameter::Type(name) | Parameter::Const(name) => Some(name),
            Parameter::Lifetime(_) => None,
        });
        let parameters: Vec<_> = parameters.collect();
        let handler = match parameters.as_slice() {
            [] => quote!(#name),
            parameters => quote!(#name::<#(#parameters),*>),
        };
        let rule = match self.is_generic() {
            true => self.rule_name().into_token_stream(),
            false => quote!(Self),
        };
        let mark = self.mark_of(&rule);
        let marked = match caller.optional {
            true => quote!(#private::Optional<_, #mark>),
            false => quote!(#private::Auth<_, #mark>),
        };
        let span = Span::mixed_site().located_at(name.span());
        let private = private.located(span);
        // A `#[cfg]` can change the number of arguments.
        let check = if self.handler.has_cfg() {
            quote_spanned!(span=> #private::takes_caller::<#marked, _, _>(#handler))
        } else {
            // `Auth` without policies is the most common caller, so its function has a shorter call.
            let (word, marked) = match self.policies.is_none() && !caller.optional {
                true => ("gated", quote!(#rule, _)),
                false => ("caller", marked),
            };
            let function = format!("takes_{word}{}", arguments.len());
            let function = Ident::new(&function, Span::call_site().located_at(span));
            // The type parameters for the other arguments and for the future.
            let others = arguments.iter().map(|_| quote!(, _));
            quote_spanned!(span=> #private::#function::<#marked #(#others)*>(#handler))
        };
        // The check of a generic handler is a free function, so it needs a name that no handler has.
        let method = match self.is_generic() {
            true => quote!(__jam_check),
            false => quote!(check),
        };
        quote! {
            fn #method #generics () #where_clause {
                return;
                #response
                #check
            }
        }
    }
}
