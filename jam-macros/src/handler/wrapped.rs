//! The handlers with a wrapped return type: those with an optional rule and public ones.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote, quote_spanned};

use super::item::{Caller, Handler};
use super::output::Output;
use super::types::inferred;
use crate::tokens::spans;
use crate::trees::Trees;

impl Output<'_> {
    // The body is wrapped because an extractor cannot change the response, and the response has to
    // clear a stale cookie.
    //
    // Input:
    //     async fn home(user: Option<Auth<User>>) -> Html<String> { .. }
    //
    // Output:
    //     async fn home(user: Optional<User, Gated<__jam_rule_of_home>>) -> Answered<Html<String>> {
    //         let (user, stale): (Option<Auth<User>>, _) = Optional::split(user);
    //         answer(stale, async move {
    //             if let Some(value) = Option::<Html<String>>::None { return value; }
    //             { .. }
    //         }.await)
    //     }
    pub(super) fn optional_function(&self, caller: &Caller) -> TokenStream {
        let Handler(signature) = self.handler;
        let private = self.private;
        let mark = self.mark();
        let Caller {
            payload, written, ..
        } = caller;
        let stale = Ident::new("__jam_stale", Span::mixed_site());
        let argument = &signature.arguments[caller.position];
        let pattern = &argument.pattern;
        let taken = match &**pattern {
            [TokenTree::Ident(plain)] if plain != "_" => plain.clone(),
            _ => Ident::new("__jam_caller", Span::mixed_site()),
        };
        let (answer, answered) = self.answer();
        let head = signature.rewritten(
            argument,
            quote!(#taken: #private::Optional<#payload, #mark>),
            quote!(-> #private::Answered<#answer>),
        );
        quote! {
            #head {
                let (#pattern, #stale): (#written, _) = #private::Optional::split(#taken);
                #private::answer(#stale, #answered)
            }
        }
    }

    /// Returns the function of a public handler.
    pub(super) fn open_function(&self) -> TokenStream {
        let Handler(signature) = self.handler;
        let private = self.private;
        let rule = self.rule_name();
        let (answer, answered) = self.answer();
        let head = signature.returning(quote!(-> #private::Open<#answer, #rule>));
        quote! {
            #head {
                #private::open(#answered)
            }
        }
    }

    /// Returns the return type of the handler, and its body as an expression of that type.
    fn answer(&self) -> (TokenStream, TokenStream) {
        let Handler(signature) = self.handler;
        let value = Ident::new("__jam_value", Span::mixed_site());
        let (answer, declared, span) = match signature.output() {
            None => (quote!(()), quote!(()), signature.name.span()),
            Some(ty) => {
                let (answer, inferred) = (Trees::from(ty), inferred(ty));
                let span = spans::first(answer.to_token_stream());
                (quote!(#answer), quote!(#inferred), span)
            }
        };
        // The statement never returns. It gives the block its type, so that `?`, `return` and
        // coercions work as in a function.
        let typed = quote! {
            if let ::core::option::Option::Some(#value) = ::core::option::Option::<#declared>::None {
                return #value;
            }
        };
        // The braces are removed, because rustc warns about two pairs around an expression.
        let statements = inside(&signature.body.to_token_stream());
        let answered = quote_spanned! {Span::mixed_site().located_at(span)=>
            async move { #typed #statements }.await
        };
        (answer, answered)
    }
}

/// Returns the tokens between the braces of a function.
fn inside(body: &TokenStream) -> TokenStream {
    let mut tokens = body.clone().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Group(group)), None) => group.stream(),
        _ => body.clone(),
    }
}
