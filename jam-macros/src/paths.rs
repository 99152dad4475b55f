//! The path of the runtime crate: `::jam`, or the value of `crate = ..`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::Parser as _;

use crate::diagnostics::Errors;
use crate::tokens::entries::Value;
use crate::tokens::text;
use crate::trees::Trees;

/// The path of the runtime in expansions.
#[derive(Clone)]
pub(crate) struct Krate(Trees);

impl Default for Krate {
    fn default() -> Self {
        Self(quote!(::jam).into())
    }
}

impl Krate {
    /// Reads the value of `crate = ..`.
    pub(crate) fn read(key: &syn::Ident, value: &Value, errors: &mut Errors) -> Self {
        const HELP: &str = "write `crate = path::to::jam`";
        match value {
            Value::Equals(path) if !path.is_empty() => {
                match syn::Path::parse_mod_style.parse2(path.clone()) {
                    Ok(path) => return Self(path.into_token_stream().into()),
                    Err(_) => errors.at(path, "`crate` takes a path", HELP),
                }
            }
            _ => errors.at(key, "`crate` needs a path", HELP),
        }
        Self::default()
    }

    /// Returns true if the path is not `::jam`.
    pub(crate) fn is_renamed(&self) -> bool {
        self.text() != "::jam"
    }

    /// Returns the path of the module for items that only expansions use.
    pub(crate) fn private(&self) -> Trees {
        quote!(#self::__private).into()
    }

    /// Returns the path of the runtime's serde, in the form that serde's derives take.
    pub(crate) fn serde(&self) -> syn::LitStr {
        syn::LitStr::new(
            &format!("{}::__private::serde", self.text()),
            Span::call_site(),
        )
    }

    fn text(&self) -> String {
        text::of(&self.to_token_stream())
    }
}

impl ToTokens for Krate {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.to_tokens(tokens);
    }
}
