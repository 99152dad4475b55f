//! From the table to calls on `JamRouter`.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote, quote_spanned};

use super::parse::{Item, Rule, Section};
use super::row::{Method, Row, Words};
use crate::diagnostics::Errors;
use crate::paths::Krate;
use crate::tokens;

// Input:
//     public("probe") = [get("/healthz", ops::health)],
//     WEB = [put("/notes/{id}", update).scope("write").policy(owner), mount("/m", metrics())],
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
//         let table = table
//             .section(const { use dsl::*; WEB })
//             .row(
//                 const { use dsl::*; (WEB).scope("write") },
//                 Verb::Put, "/notes/{id}", update, "update",
//                 Policies::new().and(owner, "owner"),
//             )
//             .mount("/m", metrics(), "metrics()")
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
        Item::HalfTyped(rule) => {
            let rule = block(rule, rule, &krate);
            quote! {
                #[allow(unexpected_cfgs)]
                {
                    #[cfg(rust_analyzer)]
                    let _ = #rule;
                }
            }
        }
        Item::Section(section) if section.head.rule == Rule::Declared => {
            declared(section, &krate, &table)
        }
        Item::Section(section) => {
            let tokens = &section.head.tokens;
            let rule = block(tokens, &quote!(#tokens), &krate);
            let rows = section.rows.iter().map(|each| row(each, tokens, &krate));
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

fn row(row: &Row, rule: &TokenStream, krate: &Krate) -> TokenStream {
    let Row {
        method,
        verb_span: _,
        path,
        target,
        words,
    } = row;
    let name = tokens::text(target);
    let verb = method.map(|method| verb(method, krate));
    let verb = verb.into_iter();
    if words.is_empty() {
        return match method {
            Some(_) => quote!(.route(#(#verb,)* #path, #target, #name)),
            None => quote!(.mount(#path, #target, #name)),
        };
    }
    let private = krate.private();
    let policies = tokens::policies_of(&words.policies, &private);
    let rule = narrowed(rule, words, krate);
    match method {
        Some(_) => quote!(.row(#rule, #(#verb,)* #path, #target, #name, #policies)),
        None => quote!(.mount_by(#rule, #path, #target, #name, #policies)),
    }
}

/// The section's rule with the words of a row behind it. What rustc says about
/// the rule itself it says once, since both are the same tokens; what it says
/// about a word is at that word, where its receiver's brackets pretend to be.
fn narrowed(rule: &TokenStream, words: &Words, krate: &Krate) -> TokenStream {
    let receiver = |rule: &TokenStream, word: &Ident| {
        let mut group = Group::new(Delimiter::Parenthesis, rule.clone());
        group.set_span(word.span());
        group
    };
    let half_typed = words.half_typed.iter().map(|word| {
        let rule = receiver(rule, word);
        quote! {
            #[allow(unexpected_cfgs)]
            {
                #[cfg(rust_analyzer)]
                let _ = #rule.#word;
            }
        }
    });
    let mut value = rule.clone();
    for (word, arguments) in &words.calls {
        let rule = receiver(&value, word);
        value = quote_spanned!(word.span()=> #rule.#word #arguments);
    }
    let place = words.calls.first();
    let place = place.map_or_else(|| rule.clone(), |(word, _)| word.to_token_stream());
    block(&place, &quote!(#(#half_typed)* #value), krate)
}

/// The words of the rules are in scope here and nowhere else. The block stands
/// where the rule does, for what rustc says about its type.
fn block(place: &TokenStream, rule: &TokenStream, krate: &Krate) -> TokenStream {
    let place = tokens::place(place.clone());
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
    let rows = section.rows.iter();
    let rows: Vec<_> = rows
        .filter(|row| row.names_its_handler())
        .filter_map(|row| Some((row, row.method?)))
        .collect();
    let names: Vec<_> = (0..rows.len())
        .map(|row| Ident::new(&format!("__jam_handler{row}"), Span::mixed_site()))
        .collect();
    let values = rows.iter().map(|(row, _)| &row.target);
    let rows = rows.iter().zip(&names).map(|((row, method), value)| {
        let Row { path, target, .. } = row;
        let verb = verb(*method, krate);
        let marker = marker(target);
        let name = tokens::text(target);
        // In brackets at the handler, for what rustc has to say about it. The name in them stays
        // away from there: an editor would take it for what the user wrote.
        let mut value = Group::new(Delimiter::Parenthesis, value.to_token_stream());
        value.set_span(Span::mixed_site().located_at(tokens::place(target.clone())));
        quote!(.route::<#marker, _, _>(#verb, #path, #value, #name))
    });
    quote! {
        #(let #names = #values;)*
        let #table = #table.declared() #(#rows)* .end();
    }
}

fn verb(Method(variant, _): Method, krate: &Krate) -> TokenStream {
    let verb = Ident::new(variant, Span::call_site());
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
