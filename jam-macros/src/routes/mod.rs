//! The expansion of `jam_routes![..]`: parse, check, expand.

mod check;
mod expand;
mod head;
mod parse;
mod parts;
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
