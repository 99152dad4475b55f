//! What looks at the handler, and does nothing: rustc's types, and an editor.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote, quote_spanned};

use super::args::is_option;
use super::expand::Output;
use super::item::{Caller, Handler};
use super::signature::{Parameter, Signature};
use super::types::{bare, is_punct};
use crate::tokens;
use crate::trees::Trees;

impl Output<'_> {
    /// Proves that the handler takes its caller: rustc type-checks it here, where it stands, and in
    /// the form that every other macro has left. Behind a `return` the types are checked and the
    /// borrows are not.
    pub(super) fn check(&self, caller: &Caller) -> TokenStream {
        let Handler(Signature {
            generics,
            parameters,
            conditions,
            arguments,
            ..
        }) = self.handler;
        let private = self.private;
        let name = self.handler.name();
        let has_impl = |ty: &[TokenTree]| tokens::mentions(ty.to_vec(), "impl");
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
        let place = Span::mixed_site().located_at(name.span());
        let private = private.located(place);
        // With `#[cfg]` the number of arguments is not known here.
        let check = if self.handler.has_cfg() {
            quote_spanned!(place=> #private::takes_caller::<#marked, _, _>(#handler))
        } else {
            // `Auth` without policies is the most common caller: its function is shorter to call.
            let (word, marked) = match self.policies.is_none() && !caller.optional {
                true => ("gated", quote!(#rule, _)),
                false => ("caller", marked),
            };
            let function = format!("takes_{word}{}", arguments.len());
            let function = Ident::new(&function, Span::call_site().located_at(place));
            // The others, and the future.
            let others = arguments.iter().map(|_| quote!(, _));
            quote_spanned!(place=> #private::#function::<#marked #(#others)*>(#handler))
        };
        // Beside a generic handler it is a function, and must not be called as the handler is.
        let method = match self.is_generic() {
            true => quote!(__jam_check),
            false => quote!(check),
        };
        quote! {
            fn #method #generics () #conditions {
                return;
                #response
                #check
            }
        }
    }

    // The options are real items of the runtime, so that an editor that
    // expands macros completes and documents their names. A compiler has no
    // use for them, and would complain a second time about an unknown one.
    pub(super) fn editor(&self) -> Option<TokenStream> {
        let krate = self.krate;
        // A keyword, such as `crate`, can be the name of no item.
        let is_name = |key: &&Ident| is_option(key) || syn::parse2::<Ident>(quote!(#key)).is_ok();
        let keys: Vec<_> = self.keys.iter().filter(is_name).collect();
        (!keys.is_empty()).then(|| {
            quote! {
                #[cfg(rust_analyzer)]
                fn options() {
                    #(#krate::options::#keys;)*
                }
            }
        })
    }
}
