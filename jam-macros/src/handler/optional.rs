//! The handler of an optional rule, whose answer needs more than its own.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::{FnArg, Pat, ReturnType, Token, Type};

use super::expand::Output;
use super::item::{Caller, Handler};
use super::types::{inferred, plain_name};
use crate::tokens;

impl Output<'_> {
    // A stale cookie is cleared on the response, which an extractor cannot do:
    // the body is wrapped.
    //
    // Input:
    //     async fn home(user: Option<Auth<User>>) -> Html<String> { .. }
    //
    // Output:
    //     async fn home(user: Optional<User, home>) -> Answered<Html<String>> {
    //         let (user, stale): (Option<Auth<User>>, _) = Optional::split(user);
    //         answer(stale, async move {
    //             if let Some(value) = Option::<Html<String>>::None { return value; }
    //             { .. }
    //         }.await)
    //     }
    pub(super) fn optional_function(&self, caller: &Caller) -> TokenStream {
        let Handler {
            attrs,
            vis,
            sig,
            body,
        } = self.handler;
        let private = self.krate.private();
        let name = self.handler.name();
        let Caller {
            payload, written, ..
        } = caller;
        let stale = Ident::new("__jam_stale", Span::mixed_site());
        let value = Ident::new("__jam_value", Span::mixed_site());
        let mut taken = Ident::new("__jam_caller", Span::mixed_site());
        let mut sig = sig.clone();
        let mut pattern = quote!(_);
        if let Some(FnArg::Typed(argument)) = sig.inputs.get_mut(caller.position) {
            pattern = argument.pat.to_token_stream();
            if let Some(plain) = plain_name(&argument.pat) {
                taken = plain;
            }
            *argument.pat = Pat::Verbatim(taken.to_token_stream());
            *argument.ty = Type::Verbatim(quote!(#private::Optional<#payload, #name>));
        }
        let (answer, declared) = match &sig.output {
            ReturnType::Default => (quote!(()), quote!(())),
            ReturnType::Type(_, ty) => (ty.to_token_stream(), inferred(ty).to_token_stream()),
        };
        sig.output = ReturnType::Type(
            <Token![->]>::default(),
            Box::new(Type::Verbatim(quote!(#private::Answered<#answer>))),
        );
        let place = match &self.handler.sig.output {
            ReturnType::Default => name.span(),
            ReturnType::Type(_, ty) => tokens::place(ty.to_token_stream()),
        };
        // Nothing runs here: the statement only tells the block its type, so
        // that `?`, `return` and coercions work as they do in a function.
        let typed = quote! {
            if let ::core::option::Option::Some(#value) = ::core::option::Option::<#declared>::None {
                return #value;
            }
        };
        // Without its braces, which would be one pair too many around an expression.
        let statements = inside(body);
        let answered = quote_spanned! {Span::mixed_site().located_at(place)=>
            async move { #typed #statements }.await
        };
        quote! {
            #(#attrs)* #vis #sig {
                let (#pattern, #stale): (#written, _) = #private::Optional::split(#taken);
                #private::answer(#stale, #answered)
            }
        }
    }
}

/// What stands between the braces of a function.
fn inside(body: &TokenStream) -> TokenStream {
    let mut tokens = body.clone().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Group(group)), None) => group.stream(),
        _ => body.clone(),
    }
}
