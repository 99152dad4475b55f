//! What was decided: one rule, with nothing left open.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};

use super::args::{Args, Source};
use super::item::{Caller, Handler};
use crate::diagnostics::Errors;
use crate::tokens;

pub(crate) enum Rule {
    /// The path of a rule that stands elsewhere.
    Constant(TokenStream),
    /// Methods on `user()`, in order.
    Chain(Vec<Call>),
}

/// A method that narrows the rule. Its name carries the span of the option.
pub(crate) struct Call {
    pub(crate) method: Ident,
    pub(crate) arguments: TokenStream,
}

impl Call {
    /// Each call is a statement of its own, all of it at the option: what
    /// rustc has to say then points there, and not at the whole attribute.
    pub(crate) fn statement(&self) -> TokenStream {
        let Self { method, arguments } = self;
        let place = method.span();
        let last = arguments.clone().into_iter().last();
        let mut list = Group::new(Delimiter::Parenthesis, arguments.clone());
        list.set_span(last.map_or(place, |token| token.span()));
        let call = quote_spanned!(place=> rule.#method);
        quote!(let rule = #call #list;)
    }
}

/// The struct that `payload(..)` asks for.
pub(crate) struct OwnPayload {
    pub(crate) name: Ident,
    pub(crate) fields: Vec<syn::Field>,
}

impl OwnPayload {
    pub(crate) fn decide(args: &mut Args, handler: &Handler) -> Option<Self> {
        let (_, fields) = args.payload.take()?;
        let name = format_ident!(
            "{}Payload",
            camel_case(&handler.name().to_string()),
            span = handler.name().span()
        );
        Some(Self { name, fields })
    }

    /// The handler has to take what it asked to be made.
    pub(crate) fn check(&self, caller: &Caller, errors: &mut Errors) {
        let taken = tokens::text(&caller.payload.to_token_stream());
        if taken.rsplit("::").next() != Some(self.name.to_string().as_str()) {
            errors.at(
                &caller.payload,
                format!(
                    "`payload(..)` makes `{}`, and the handler takes `{taken}`",
                    self.name
                ),
                format!("take `Auth<{}>`, or leave `payload(..)` out", self.name),
            );
        }
    }
}

impl Rule {
    /// `complete` is false when an option could not be read: nothing is then
    /// called missing.
    pub(crate) fn decide(
        args: Args,
        caller: Option<&Caller>,
        complete: bool,
        errors: &mut Errors,
    ) -> Self {
        let Args {
            krate: _,
            constant,
            backend,
            sources,
            optional,
            role,
            any_role,
            scope,
            hide,
            payload: _,
            keys: _,
        } = args;
        if let Some(path) = constant {
            return Self::Constant(path);
        }
        check_backend(backend.is_some() || !complete, errors);
        if let Some(caller) = caller {
            check_optional(optional.as_ref(), caller, complete, errors);
        }
        let demands = [
            role.as_ref().map(|(key, _)| key),
            any_role.as_ref().map(|(key, _)| key),
            scope.as_ref().map(|(key, _)| key),
        ];
        if optional.is_some() {
            for key in demands.into_iter().flatten() {
                errors.at(
                    key,
                    format!("`{key}` cannot stand beside `optional`"),
                    format!("remove `optional`: a stranger could never meet `{key}`"),
                );
            }
        }

        let mut calls = Vec::new();
        let mut call = |method: Ident, arguments| calls.push(Call { method, arguments });
        if let Some((key, name)) = backend {
            call(key, quote!(#name));
        }
        for source in sources {
            match source {
                Source::Cookie(key, Some(name)) => call(key, quote!(#name)),
                Source::Cookie(key, None) => {
                    call(Ident::new("cookie_default", key.span()), TokenStream::new());
                }
                Source::Header(key, name) => call(key, quote!(#name)),
            }
        }
        if let Some(key) = optional {
            call(key, TokenStream::new());
        }
        if let Some((key, role)) = role {
            call(key, role);
        }
        if let Some((key, roles)) = any_role {
            call(key, quote!(&[#(#roles),*]));
        }
        if let Some((key, scopes)) = scope {
            for scope in scopes {
                call(key.clone(), quote!(#scope));
            }
        }
        if let Some(key) = hide {
            call(key, TokenStream::new());
        }
        Self::Chain(calls)
    }
}

fn check_backend(chosen: bool, errors: &mut Errors) {
    if !chosen {
        errors.at_span(
            Span::call_site(),
            "no backend is chosen",
            "write `#[jam_auth(backend = \"jwt\")]` or `#[jam_auth(backend = \"session\")]`",
        );
    }
}

/// The word in the rule and the argument's type have to say the same.
fn check_optional(optional: Option<&Ident>, caller: &Caller, complete: bool, errors: &mut Errors) {
    let written = tokens::text(&caller.written.to_token_stream());
    match optional {
        Some(_) if !caller.optional => errors.at(
            &caller.written,
            format!("`optional` lets strangers in, and `{written}` has to have a caller"),
            format!("take `Option<{written}>`"),
        ),
        None if caller.optional && complete => errors.at(
            &caller.written,
            format!("`{written}` is for handlers that are open to strangers"),
            format!(
                "add `optional` to the rule, or take `Auth<{}>`",
                tokens::text(&caller.payload.to_token_stream())
            ),
        ),
        _ => {}
    }
}

fn camel_case(name: &str) -> String {
    let name = name.trim_start_matches("r#");
    name.split('_')
        .flat_map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .into_iter()
                .flat_map(char::to_uppercase)
                .chain(letters)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::camel_case;

    #[test]
    fn the_payload_is_named_after_the_handler() {
        assert_eq!(camel_case("get_user"), "GetUser");
        assert_eq!(camel_case("r#move"), "Move");
        assert_eq!(camel_case("me"), "Me");
    }
}
