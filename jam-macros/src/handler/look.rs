//! What looks at the handler, and does nothing: rustc's types, and an editor.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

use super::args::is_option;
use super::expand::Output;
use super::item::{Caller, Handler};
use super::signature::{Parameter, Signature};
use super::types::{bare, is_punct};
use crate::tokens;
use crate::trees::Trees;

/// As many as a handler of axum may have.
const MOST_ARGUMENTS: usize = 16;

impl Output<'_> {
    /// Has rustc look at the handler where it stands, rather than at the
    /// router, where a mistake would be reported without its reason. Behind a `return` it finds
    /// out the types, which is all that is asked for, and spares itself the borrows.
    pub(super) fn check(&self, caller: &Caller) -> Option<TokenStream> {
        let has_impl = |ty: &[TokenTree]| tokens::mentions(ty.to_vec(), "impl");
        let Handler(Signature {
            generics,
            parameters,
            conditions,
            arguments,
            ..
        }) = self.handler;
        if self.handler.has_cfg() || arguments.len() > MOST_ARGUMENTS {
            return None;
        }
        if arguments.iter().any(|argument| has_impl(&argument.ty)) {
            return None;
        }
        let private = self.private;
        let name = self.handler.name();
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
        let count = arguments.len();
        let place = Span::mixed_site().located_at(name.span());
        let need_send = Ident::new(
            &format!("need_send{count}"),
            Span::call_site().located_at(place),
        );
        let private = private.located(place);
        let need_send = quote_spanned!(place=> #private::#need_send(#handler));
        Some(quote! {
            fn check #generics () #conditions {
                return;
                #response
                #need_send
            }
        })
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
