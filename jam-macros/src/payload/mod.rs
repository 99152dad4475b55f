//! The expansion of `#[derive(JamPayload)]`: read, check, expand.

mod attr;
mod check;
mod expand;
mod read;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::diagnostics::Errors;
use read::Payload;

pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(item) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = Errors::new();
    let payload = Payload::read(&input, &mut errors);
    check::all(&payload, &mut errors);
    expand::expand(&payload, errors)
}

#[cfg(test)]
mod tests;
