//! `#[derive(JamPayload)]`: parse, check, expand.

pub(crate) mod attr;
mod check;
mod expand;

use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::{Data, DeriveInput, Fields};

use crate::diagnostics::Errors;
use attr::{Container, Field};

/// The struct, read.
pub(crate) struct Payload<'a> {
    pub(crate) input: &'a DeriveInput,
    pub(crate) container: Container,
    pub(crate) fields: Vec<Field<'a>>,
}

pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(item) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = Errors::new();
    let container = Container::parse(&input.attrs, &mut errors);
    let fields = named_fields(&input, &mut errors)
        .into_iter()
        .flatten()
        .filter_map(|field| Field::parse(field, &input.attrs, &mut errors))
        .collect();
    let payload = Payload {
        input: &input,
        container,
        fields,
    };
    check::all(&payload, &mut errors);
    expand::expand(&payload, errors)
}

/// A payload is an object of JSON, and so has named fields.
fn named_fields<'a>(
    input: &'a DeriveInput,
    errors: &mut Errors,
) -> Option<&'a syn::punctuated::Punctuated<syn::Field, syn::Token![,]>> {
    let (place, kind) = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => return Some(&fields.named),
            Fields::Unnamed(fields) => (fields.to_token_stream(), "a tuple struct"),
            Fields::Unit => (data.struct_token.to_token_stream(), "a unit struct"),
        },
        Data::Enum(data) => (data.enum_token.to_token_stream(), "an enum"),
        Data::Union(data) => (data.union_token.to_token_stream(), "a union"),
    };
    errors.at(
        place,
        format!("a payload is a struct with named fields, not {kind}"),
        format!("write `struct {} {{ .. }}`", input.ident),
    );
    None
}

#[cfg(test)]
mod tests;
