//! `jam_routes![..]`: parse, check, expand.

mod check;
mod expand;
mod parse;
mod row;

use proc_macro2::TokenStream;

use crate::diagnostics::Errors;

pub(crate) fn expand(table: TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let table = parse::table(table, &mut errors);
    check::all(&table.items, &mut errors);
    expand::expand(&table, errors)
}

#[cfg(test)]
mod tests;
