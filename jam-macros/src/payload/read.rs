//! The struct under the derive, with the options of its attributes.

use quote::ToTokens as _;
use syn::punctuated::Punctuated;
use syn::{Data, DeriveInput, Fields};

use super::attr::{Container, Field};
use crate::diagnostics::Errors;

/// The struct under the derive.
pub(crate) struct Payload<'a> {
    pub(crate) input: &'a DeriveInput,
    pub(crate) container: Container,
    pub(crate) fields: Vec<Field<'a>>,
}

impl<'a> Payload<'a> {
    /// Reads the struct. It has no fields if they are not named ones.
    pub(crate) fn read(input: &'a DeriveInput, errors: &mut Errors) -> Self {
        let container = Container::parse(&input.attrs, errors);
        let fields = named_fields(input, errors)
            .into_iter()
            .flatten()
            .filter_map(|field| Field::parse(field, &input.attrs, errors))
            .collect();
        Self {
            input,
            container,
            fields,
        }
    }
}

/// Returns the fields of the struct. They are named, because a payload is a JSON object.
fn named_fields<'a>(
    input: &'a DeriveInput,
    errors: &mut Errors,
) -> Option<&'a Punctuated<syn::Field, syn::Token![,]>> {
    let (tokens, kind) = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => return Some(&fields.named),
            Fields::Unnamed(fields) => (fields.to_token_stream(), "a tuple struct"),
            Fields::Unit => (data.struct_token.to_token_stream(), "a unit struct"),
        },
        Data::Enum(data) => (data.enum_token.to_token_stream(), "an enum"),
        Data::Union(data) => (data.union_token.to_token_stream(), "a union"),
    };
    errors.at(
        tokens,
        format!("a payload is a struct with named fields, not {kind}"),
        format!("write `struct {} {{ .. }}`", input.ident),
    );
    None
}
