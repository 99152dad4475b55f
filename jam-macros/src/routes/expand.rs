//! From the table to calls on `JamRouter`.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote, quote_spanned};

use super::parse::{Item, Rule, Section, Table};
use super::row::{Method, Row, Words};
use crate::diagnostics::Errors;
use crate::paths::Krate;
use crate::tokens;
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
// `with_state` is there for rustc: where it is known what the whole is, the state is known before
// the rows are looked at. Without a state no row is done with, and each time that rustc tries a
// method it goes through all that are open: 300 rows took four times as long.
pub(crate) fn expand(table: &Table, errors: Errors) -> TokenStream {
    let Table { krate, items, .. } = table;
    let table = Ident::new("__jam_table", Span::mixed_site());
    let state = Ident::new("__jam_state", Span::mixed_site());
    let items = items.iter().map(|item| match item {
        Item::Merge(router) => quote!(let #table = #table.merge(#router);),
        Item::Nest(path, router) => quote!(let #table = #table.nest(#path, #router);),
        Item::HalfTyped(rule) => {
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
            declared(section, krate, &table)
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
        words,
    } = row;
    let name = tokens::text(target);
    let private = krate.private();
    let narrowed = (!words.is_empty()).then(|| {
        let policies = tokens::policies_of(&words.policies, &private);
        (narrowed(rule, words, krate), policies)
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
    let place = Span::mixed_site().located_at(tokens::place(target.clone()));
    let passing = Ident::new("__jam_passing", place);
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

/// How the handler comes by its caller. One that is no plain path cannot stand here twice, and its
/// type may not be known yet.
fn passing_of(handler: &TokenStream, private: &Trees, state: &Ident) -> TokenStream {
    if !is_plain(handler) {
        return quote!(#private::InRequest);
    }
    // At the handler, for what rustc has to say about it.
    let place = Span::mixed_site().located_at(tokens::place(handler.clone()));
    quote_spanned! {place=>
        {
            use #private::{Otherwise as _, ReceivesCaller as _};
            (&#private::Handed::to(&#handler, #state)).__jam_passing()
        }
    }
}

/// Whether it is names and `::` alone.
fn is_plain(handler: &TokenStream) -> bool {
    handler.clone().into_iter().all(|token| match token {
        TokenTree::Ident(_) => true,
        TokenTree::Punct(punct) => punct.as_char() == ':',
        TokenTree::Group(_) | TokenTree::Literal(_) => false,
    })
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

/// The functions of `jam::dsl`.
const DSL: &[&str] = &["public", "user", "declared", "seconds", "minutes", "hours"];

/// The words of the rules are in scope here and nowhere else. The block stands
/// where the rule does, for what rustc says about its type.
fn block(place: &TokenStream, rule: &TokenStream, krate: &Krate) -> TokenStream {
    let place = tokens::place(place.clone());
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
    block.set_span(Span::mixed_site().located_at(place));
    quote_spanned!(Span::mixed_site().located_at(place)=> const #block)
}

/// The words hide whatever else is called so, and an own `user()` would be another rule without a
/// word. To import a name that a glob import and an outer scope have in common is an error, unless
/// both are one and the same.
fn check_words(rule: &TokenStream, krate: &Krate) -> Option<TokenStream> {
    let mut words = Vec::new();
    tokens::each_name(rule, &mut |name| {
        if DSL.iter().any(|word| name == word) && !words.contains(name) {
            words.push(name.clone());
        }
    });
    // The expansion of a macro cannot be seen here.
    if tokens::text(rule).contains('!') {
        let place = tokens::place(rule.clone());
        words = DSL.iter().map(|word| Ident::new(word, place)).collect();
    }
    let place = Span::call_site().located_at(words.first()?.span());
    let dsl = tokens::located(quote!(#krate::dsl::*), place);
    let words = words.iter().map(|word| {
        let place = Span::call_site().located_at(word.span());
        Ident::new(&word.to_string(), place)
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
        let name = tokens::text(target);
        let place = Span::mixed_site().located_at(tokens::place(target.clone()));
        let route = quote_spanned!(place=> .route);
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
