//! From the table to calls on `JamRouter`.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

use super::parse::{Item, Row, Section};
use crate::diagnostics::Errors;
use crate::paths::Krate;
use crate::tokens;

// Input:
//     public("probe") = [get("/healthz", ops::health)],
//     declared() = [get("/me", me)],
//     merge(reports::routes()),
//
// Output:
//     {
//         let table = JamRouter::new();
//         let table = table
//             .section(const { use dsl::*; public("probe") })
//             .route(Verb::Get, "/healthz", ops::health, "ops::health")
//             .end();
//         let handler = me;
//         let table = table
//             .declared()
//             .route::<me, _, _>(Verb::Get, "/me", me, "me")
//             .end();
//         let table = table.merge(reports::routes());
//         table
//     }
pub(crate) fn expand(items: &[Item], errors: Errors) -> TokenStream {
    let krate = Krate::default();
    let table = Ident::new("__jam_table", Span::mixed_site());
    let items = items.iter().map(|item| match item {
        Item::Merge(router) => quote!(let #table = #table.merge(#router);),
        Item::Section(section) if section.declared => declared(section, &krate, &table),
        Item::Section(section) => {
            let rule = rule(&section.rule, &krate);
            let rows = section.rows.iter().map(|row| {
                let Row { path, handler, .. } = row;
                let verb = verb(row, &krate);
                let name = tokens::text(handler);
                quote!(.route(#verb, #path, #handler, #name))
            });
            quote! {
                let #table = #table
                    .section(#rule)
                    #(#rows)*
                    .end();
            }
        }
    });
    let errors = errors.into_tokens();
    quote! {
        {
            let #table = #krate::JamRouter::new();
            #(#items)*
            #errors
            #table
        }
    }
}

/// The words of the rules are in scope here and nowhere else. The block stands
/// where the rule does, for what rustc says about its type.
fn rule(rule: &TokenStream, krate: &Krate) -> TokenStream {
    let place = tokens::place(rule.clone());
    let mut block = Group::new(
        Delimiter::Brace,
        quote! {
            #[allow(unused_imports)]
            use #krate::dsl::*;
            #rule
        },
    );
    block.set_span(Span::mixed_site().located_at(place));
    quote_spanned!(Span::mixed_site().located_at(place)=> const #block)
}

/// The value comes before the type of the same name: an editor completes what
/// it sees first.
fn declared(section: &Section, krate: &Krate, table: &Ident) -> TokenStream {
    let rows: Vec<_> = section
        .rows
        .iter()
        .filter(|row| row.names_its_handler())
        .collect();
    let names: Vec<_> = (0..rows.len())
        .map(|row| Ident::new(&format!("__jam_handler{row}"), Span::mixed_site()))
        .collect();
    let values = rows.iter().map(|row| &row.handler);
    let rows = rows.iter().zip(&names).map(|(row, value)| {
        let Row { path, handler, .. } = row;
        let verb = verb(row, krate);
        let marker = marker(handler);
        let name = tokens::text(handler);
        quote!(.route::<#marker, _, _>(#verb, #path, #value, #name))
    });
    quote! {
        #(let #names = #values;)*
        let #table = #table.declared() #(#rows)* .end();
    }
}

fn verb(row: &Row, krate: &Krate) -> TokenStream {
    let verb = Ident::new(row.verb.1, Span::call_site());
    quote!(#krate::Verb::#verb)
}

/// The handler's path without its generic arguments, which the rule of a
/// generic handler does not have.
fn marker(handler: &TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = handler.clone().into_iter().collect();
    let is = |place: usize, wanted: char| match tokens.get(place) {
        Some(TokenTree::Punct(punct)) => punct.as_char() == wanted,
        _ => false,
    };
    let end = (0..tokens.len())
        .find(|&place| is(place, ':') && is(place + 1, ':') && is(place + 2, '<'))
        .unwrap_or(tokens.len());
    tokens.into_iter().take(end).collect()
}
