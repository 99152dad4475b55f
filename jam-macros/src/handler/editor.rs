//! The help for editors.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::output::Output;
use super::parse::is_option;

impl Output<'_> {
    /// Returns a function that names the options as items of the runtime. An editor that expands
    /// macros completes and documents them. rustc never sees the function, because it would report
    /// an unknown option a second time.
    pub(super) fn editor(&self) -> Option<TokenStream> {
        let krate = self.krate;
        // A keyword such as `crate` cannot be the name of an item.
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
