//! The calls on `JamRouter` for a table.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote, quote_spanned};

use super::head::Rule;
use super::parse::{Item, Section, Table};
use super::row::{Conditions, Method, Row};
use crate::diagnostics::Errors;
use crate::lists;
use crate::paths::Krate;
use crate::tokens::{spans, text};
use crate::trees::Trees;

// Input:
//     public("probe") = [get("/healthz", ops::health)],
//     WEB = [put("/notes/{id}", update).scope("write").policy(owner), mount("/m", metrics())],
//     declared() = [get("/me", me)],
//     merge(reports::routes()),
//     nest("/api", api::routes()),
//
// Output:
//     {
//         let state = PhantomData;
//         with_state(state, {
//             let table = table(state);
//             let table = table.section(const { use dsl::*; public("probe") });
//             let passing = { use (two traits); (&Handed::to(&ops::health, state)).__jam_passing() };
//             let table = table.route(Verb::Get, "/healthz", passing, ops::health, "ops::health");
//             let table = table.end();
//             let table = table.section(const { use dsl::*; WEB });
//             let passing = { use (two traits); (&Handed::to(&update, state)).__jam_passing() };
//             let table = table.row(
//                 const { use dsl::*; (WEB).scope("write") },
//                 Verb::Put, "/notes/{id}", passing, update, "update",
//                 Policies::new().and(owner, "owner"),
//             );
//             let table = table.mount("/m", metrics(), "metrics()");
//             let table = table.end();
//             let table = table.declared().route(Verb::Get, "/me", me, "me").end();
//             let table = table.merge(reports::routes());
//             let table = table.nest("/api", api::routes());
//             table
//         })
//     }
//
// `with_state` tells rustc the type of the state before it checks the rows. Without that type each
// row leaves open obligations, and rustc checks all of them again for each method call: the build
// of 300 rows took four times as long.
pub(crate) fn expand(table: &Table, errors: Errors) -> TokenStream {
    let Table { krate, items, .. } = table;
    let table = Ident::new("__jam_table", Span::mixed_site());
    let state = Ident::new("__jam_state", Span::mixed_site());
    let items = items.iter().map(|item| match item {
        Item::Merge(router) => quote!(let #table = #table.merge(#router);),
        Item::Nest(path, router) => quote!(let #table = #table.nest(#path, #router);),
        Item::Incomplete(rule) => {
            let rule = block(rule, rule, krate);
            quote! {
                #[allow(unexpected_cfgs)]
                {
                    #[cfg(rust_analyzer)]
                    let _ = #rule;
                }
            }
        }
        Item::Section(section) if section.head.rule == Rule::Declared => {
            let check = check_words(&section.head.tokens, krate);
            let rows = declared(section, krate, &table);
            quote!(#check #rows)
        }
        Item::Section(section) => {
            let tokens = &section.head.tokens;
            let rule = block(tokens, &quote!(#tokens), krate);
            let rows = section.rows.iter();
            let rows = rows.map(|each| row(each, tokens, krate, [&table, &state]));
            quote! {
                let #table = #table.section(#rule);
                #(#rows)*
                let #table = #table.end();
            }
        }
    });
    let errors = errors.into_tokens();
    let private = krate.private();
    quote! {
        {
            let #state = #private::PhantomData;
            #private::with_state(#state, {
                let #table = #private::table(#state);
                #(#items)*
                #errors
                #table
            })
        }
    }
}

fn row(row: &Row, rule: &TokenStream, krate: &Krate, [table, state]: [&Ident; 2]) -> TokenStream {
    let Row {
        method,
        verb_span: _,
        path,
        target,
        conditions,
    } = row;
    let name = text::of(target);
    let private = krate.private();
    let narrowed = (!conditions.is_empty()).then(|| {
        let policies = lists::policies_value(&conditions.policies, &private);
        (narrowed(rule, conditions, krate), policies)
    });
    let Some(method) = method else {
        return match narrowed {
            None => quote!(let #table = #table.mount(#path, #target, #name);),
            Some((rule, policies)) => {
                quote!(let #table = #table.mount_by(#rule, #path, #target, #name, #policies);)
            }
        };
    };
    let verb = verb(*method, krate);
    let span = Span::mixed_site().located_at(spans::first(target.clone()));
    let passing = Ident::new("__jam_passing", span);
    let way = passing_of(target, &private, state);
    let row = match narrowed {
        None => quote!(.route(#verb, #path, #passing, #target, #name)),
        Some((rule, policies)) => {
            quote!(.row(#rule, #verb, #path, #passing, #target, #name, #policies))
        }
    };
    quote! {
        let #passing = #way;
        let #table = #table #row;
    }
}

/// Returns the expression for the way in which the handler gets its caller. Only a plain path can
/// be in the expansion twice. The type of any other expression can also be unknown here.
fn passing_of(handler: &TokenStream, private: &Trees, state: &Ident) -> TokenStream {
    if !is_plain(handler) {
        return quote!(#private::InRequest);
    }
    // The span of the handler, because rustc reports errors in the handler there.
    let span = Span::mixed_site().located_at(spans::first(handler.clone()));
    quote_spanned! {span=>
        {
            use #private::{Otherwise as _, ReceivesCaller as _};
            (&#private::Handed::to(&#handler, #state)).__jam_passing()
        }
    }
}

/// Returns true if the handler consists of names and `::`.
fn is_plain(handler: &TokenStream) -> bool {
    handler.clone().into_iter().all(|token| match token {
        TokenTree::Ident(_) => true,
        TokenTree::Punct(punct) => punct.as_char() == ':',
        TokenTree::Group(_) | TokenTree::Literal(_) => false,
    })
}

/// Returns the rule of the section with the conditions of a row. rustc reports an error in the rule
/// once, because both use the same tokens. It reports an error in a condition at that condition,
/// because the brackets around the receiver have its span.
fn narrowed(rule: &TokenStream, conditions: &Conditions, krate: &Krate) -> TokenStream {
    let receiver = |rule: &TokenStream, word: &Ident| {
        let mut group = Group::new(Delimiter::Parenthesis, rule.clone());
        group.set_span(word.span());
        group
    };
    let incomplete = conditions.incomplete.iter().map(|word| {
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
    for (word, arguments) in &conditions.calls {
        let rule = receiver(&value, word);
        value = quote_spanned!(word.span()=> #rule.#word #arguments);
    }
    let first = conditions.calls.first();
    let first = first.map_or_else(|| rule.clone(), |(word, _)| word.to_token_stream());
    block(&first, &quote!(#(#incomplete)* #value), krate)
}

/// The functions of `jam::dsl`.
const DSL: &[&str] = &["public", "user", "declared", "seconds", "minutes", "hours"];

/// Returns a block with the functions of `jam::dsl` in scope. It has the span of `first`, because
/// rustc then reports a wrong type there.
fn block(first: &TokenStream, rule: &TokenStream, krate: &Krate) -> TokenStream {
    let span = spans::first(first.clone());
    let check = check_words(rule, krate);
    let mut block = Group::new(
        Delimiter::Brace,
        quote! {
            #check
            #[allow(unused_imports)]
            use #krate::dsl::*;
            #rule
        },
    );
    block.set_span(Span::mixed_site().located_at(span));
    quote_spanned!(Span::mixed_site().located_at(span)=> const #block)
}

/// Returns imports that fail if the scope has another item with the name of a function of
/// `jam::dsl`. Otherwise the glob import would silently replace a `user()` of the application. rustc
/// rejects the import of a name that a glob import and the outer scope both have, unless both are
/// the same item.
fn check_words(rule: &TokenStream, krate: &Krate) -> Option<TokenStream> {
    let mut words = Vec::new();
    text::each_name(rule, &mut |name| {
        if DSL.iter().any(|word| name == word) && !words.contains(name) {
            words.push(name.clone());
        }
    });
    // The names in the expansion of a macro are unknown, so all of them are checked.
    if text::calls_a_macro(rule) {
        let span = spans::first(rule.clone());
        words = DSL.iter().map(|word| Ident::new(word, span)).collect();
    }
    let span = Span::call_site().located_at(words.first()?.span());
    let dsl = spans::located(quote!(#krate::dsl::*), span);
    let words = words.iter().map(|word| {
        let span = Span::call_site().located_at(word.span());
        Ident::new(&word.to_string(), span)
    });
    Some(quote! {
        #[allow(unused_imports)]
        {
            use #dsl;
            { #(use #words as _;)* }
        }
    })
}

fn declared(section: &Section, krate: &Krate, table: &Ident) -> TokenStream {
    let rows = section.rows.iter().filter(|row| row.names_its_handler());
    let rows = rows.filter_map(|row| {
        let Row { path, target, .. } = row;
        let verb = verb(row.method?, krate);
        let name = text::of(target);
        let span = Span::mixed_site().located_at(spans::first(target.clone()));
        let route = quote_spanned!(span=> .route);
        Some(quote!(#route(#verb, #path, #target, #name)))
    });
    quote! {
        let #table = #table.declared() #(#rows)* .end();
    }
}

fn verb(Method(variant, _): Method, krate: &Krate) -> TokenStream {
    let verb = Ident::new(variant, Span::call_site());
    let private = krate.private();
    quote!(#private::Verb::#verb)
}
