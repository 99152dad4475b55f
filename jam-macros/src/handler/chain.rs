//! A rule as a block of calls, each a statement of its own.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

/// A method that adds to the rule. Its name carries the span of the option.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) method: Ident,
    generics: TokenStream,
    pub(crate) arguments: TokenStream,
}

impl Call {
    pub(crate) fn new(method: Ident, arguments: TokenStream) -> Self {
        Self {
            method,
            generics: TokenStream::new(),
            arguments,
        }
    }

    /// A call with a type for its argument.
    pub(crate) fn of_type(method: Ident, ty: &TokenStream) -> Self {
        Self {
            method,
            generics: quote!(::<#ty>),
            arguments: TokenStream::new(),
        }
    }

    /// The span of the option decides which `rule` this is, for options that
    /// `macro_rules!` passes on beside others of its own.
    fn rule(&self) -> Ident {
        Ident::new("rule", self.method.span())
    }

    /// Each call is a statement of its own, all of it at the option: what
    /// rustc has to say then points there, and not at the whole attribute.
    fn statement(&self, next: &Ident) -> TokenStream {
        let Self {
            method,
            generics,
            arguments,
        } = self;
        let rule = self.rule();
        let place = method.span();
        let last = arguments.clone().into_iter().last();
        let mut list = Group::new(Delimiter::Parenthesis, arguments.clone());
        list.set_span(last.map_or(place, |token| token.span()));
        let call = quote_spanned!(place=> #rule.#method #generics);
        quote!(let #next = #call #list;)
    }
}

// Output:
//     {
//         let rule = HandlerRule::user();
//         let rule = rule.backend("jwt");
//         let rule = rule.cookie("jwt");
//         rule
//     }
pub(crate) fn block(calls: &[Call], private: &TokenStream) -> Group {
    let mut rules = calls.iter().map(Call::rule);
    let last = Ident::new("rule", Span::mixed_site());
    let first = rules.next().unwrap_or_else(|| last.clone());
    let nexts = rules.chain([last.clone()]);
    let statements = calls
        .iter()
        .zip(nexts)
        .map(|(call, next)| call.statement(&next));
    let block = quote! {
        let #first = #private::HandlerRule::user();
        #(#statements)*
        #last
    };
    Group::new(Delimiter::Brace, block)
}
