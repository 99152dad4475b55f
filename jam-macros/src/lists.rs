//! The lists of scopes and of policies, which several macros take.

use proc_macro2::{Group, Ident, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};

use crate::diagnostics::Errors;
use crate::tokens::{commas, spans, text};
use crate::trees::Trees;

/// Reads a list of scopes: string literals, each of them once.
pub(crate) fn scopes(
    key: &Ident,
    list: &Group,
    example: &str,
    errors: &mut Errors,
) -> Vec<syn::LitStr> {
    let mut scopes: Vec<syn::LitStr> = Vec::new();
    let trees = Trees::from(list.stream());
    let parts = commas::split(&trees);
    if parts.len() == 0 {
        errors.at(
            quote!(#key #list),
            format!("`{key}` names no scope"),
            format!("write `{example}`, or leave `{key}` out"),
        );
    }
    for part in parts {
        let tokens: TokenStream = part.iter().cloned().collect();
        match text::string(&tokens) {
            None => errors.at(
                &tokens,
                format!("`{key}` takes string literals"),
                format!("write `{example}`"),
            ),
            Some(scope) if !jam_syntax::is_scope(&scope.value()) => errors.at(
                &scope,
                format!("{} is not a scope", scope.to_token_stream()),
                format!("a scope is one word without spaces or quotes: `{example}`"),
            ),
            Some(scope) if scopes.iter().any(|known| known.value() == scope.value()) => errors.at(
                &scope,
                format!("scope `{}` is listed twice", scope.value()),
                "remove one of the two",
            ),
            Some(scope) => scopes.push(scope),
        }
    }
    scopes
}

/// Reads a list of policies, which are expressions.
pub(crate) fn policies(
    key: &Ident,
    list: &Group,
    example: &str,
    errors: &mut Errors,
) -> Vec<TokenStream> {
    let trees = Trees::from(list.stream());
    let parts = commas::split(&trees);
    if parts.len() == 0 {
        errors.at(
            quote!(#key #list),
            format!("`{key}` names no policy"),
            format!("write `{example}`: an async function that returns `bool`"),
        );
    }
    parts
        .map(|part| text::ungroup(part.iter().cloned().collect()))
        .collect()
}

/// Returns the expression for a list of policies. Each call has the span of its policy, because
/// rustc then reports an error in a policy there.
pub(crate) fn policies_value(policies: &[TokenStream], private: &Trees) -> TokenStream {
    let policies = policies.iter().map(|policy| {
        let name = text::of(policy);
        let span = Span::mixed_site().located_at(spans::first(policy.clone()));
        let and = quote_spanned!(span=> .and);
        quote!(#and(#policy, #name))
    });
    quote!(#private::Policies::new() #(#policies)*)
}
