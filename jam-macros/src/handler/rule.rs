//! What was decided: one rule, with nothing left open.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::Type;

use super::args::{Age, Args, Backend, Demands, Entrance, Source};
use super::chain::Call;
use super::item::{Caller, Handler};
use crate::diagnostics::Errors;
use crate::serde_attr::capital;
use crate::tokens;

pub(crate) enum Rule {
    /// Everybody, because of this.
    Public(syn::LitStr),
    /// The path of a rule that stands elsewhere.
    Constant(TokenStream),
    /// Ways in, the first of which lets in, and what holds for all of them.
    Chain { ways: Vec<Way>, all: Vec<Call> },
}

/// One backend, with methods on its `user()`, in order.
pub(crate) struct Way {
    /// The option that names the backend.
    pub(crate) place: Span,
    pub(crate) calls: Vec<Call>,
}

/// The struct that `payload(..)` asks for.
pub(crate) struct OwnPayload {
    pub(crate) name: Ident,
    pub(crate) fields: Vec<syn::Field>,
}

/// The policies of `policy(..)`.
pub(crate) struct Policies {
    pub(crate) all: Vec<TokenStream>,
    /// The state of the router in which they are asked.
    pub(crate) state: Type,
}

impl Policies {
    /// Without `state = ..` it is what the handler takes as `State<_>`.
    pub(crate) fn decide(args: &mut Args, handler: &Handler, errors: &mut Errors) -> Option<Self> {
        let state = args.state.take().map(|(_, state)| state);
        let (key, all) = args.policies.take()?;
        let Some(state) = state.or_else(|| handler.state()) else {
            if args.keys.iter().any(|key| key == "state") {
                return None;
            }
            errors.at(
                key,
                "the state of the router that asks this policy is not known here",
                "name it: `state = App`, or `state = jam::Jam` if it is the `Jam` alone",
            );
            return None;
        };
        Some(Self { all, state })
    }
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
            any,
            sources,
            login,
            optional,
            demands,
            policies: _,
            state: _,
            public,
            payload: _,
            keys: _,
        } = args;
        if let Some((_, reason)) = public {
            return Self::Public(reason);
        }
        if let Some(path) = constant {
            return Self::Constant(path);
        }
        check_backend(backend.is_some() || any.is_some() || !complete, errors);
        if let Some(caller) = caller {
            check_optional(optional.as_ref(), caller, complete, errors);
        }
        let entrances = any.map_or_else(Vec::new, |(any, entrances)| {
            let backend = backend.iter().map(|(key, _)| key);
            check_any(&any, backend.chain(sources.iter().map(Source::key)), errors);
            entrances
        });
        if optional.is_some() {
            let of_entrances = entrances.iter().map(|entrance| &entrance.demands);
            let all = of_entrances.chain([&demands]);
            check_unconditional(all.flat_map(Demands::keys), errors);
        }

        let mut ways: Vec<Way> = entrances.into_iter().map(Way::of).collect();
        if let Some((key, backend)) = backend {
            ways.push(Way::new(key, &backend, sources));
        }
        let mut all = Vec::new();
        if let Some((key, path)) = login {
            all.push(Call::new(key, quote!(#path)));
        }
        if let Some(key) = optional {
            all.push(Call::new(key, TokenStream::new()));
        }
        demands.calls(&mut all);
        Self::Chain { ways, all }
    }
}

impl Way {
    fn of(entrance: Entrance) -> Self {
        let Entrance {
            key,
            backend,
            sources,
            demands,
        } = entrance;
        let key = Ident::new("backend", key.span());
        let mut way = Self::new(key, &backend, sources);
        demands.calls(&mut way.calls);
        way
    }

    fn new(key: Ident, backend: &Backend, sources: Vec<Source>) -> Self {
        let place = key.span();
        let mut calls = vec![match backend {
            Backend::Named(name) => Call::new(key, quote!(#name)),
            Backend::Typed(ty) => Call::of_type(Ident::new("backend_type", place), ty),
        }];
        calls.extend(sources.into_iter().map(|source| match source {
            Source::Cookie(key, Some(name)) => Call::new(key, quote!(#name)),
            Source::Cookie(key, None) => {
                let method = Ident::new("cookie_default", key.span());
                Call::new(method, TokenStream::new())
            }
            Source::Header(key, name) => Call::new(key, quote!(#name)),
        }));
        Self { place, calls }
    }
}

impl Demands {
    /// The options that only a caller can meet.
    fn keys(&self) -> impl Iterator<Item = &Ident> {
        let Self {
            role,
            any_role,
            scope,
            fresh,
            hide: _,
        } = self;
        let keys = [
            role.as_ref().map(|(key, _)| key),
            any_role.as_ref().map(|(key, _)| key),
            scope.as_ref().map(|(key, _)| key),
            fresh.as_ref().map(|(key, _)| key),
        ];
        keys.into_iter().flatten()
    }

    fn calls(self, calls: &mut Vec<Call>) {
        let Self {
            role,
            any_role,
            scope,
            fresh,
            hide,
        } = self;
        if let Some((key, role)) = role {
            calls.push(Call::new(key, role));
        }
        if let Some((key, roles)) = any_role {
            calls.push(Call::new(key, quote!(&[#(#roles),*])));
        }
        if let Some((key, scopes)) = scope {
            for scope in scopes {
                calls.push(Call::new(key.clone(), quote!(#scope)));
            }
        }
        if let Some((key, Age { written, seconds })) = fresh {
            let place = Span::mixed_site().located_at(written.span());
            let seconds = Literal::u64_unsuffixed(seconds);
            let age = quote_spanned!(place=> ::core::time::Duration::from_secs(#seconds));
            calls.push(Call::new(key, age));
        }
        if let Some(key) = hide {
            calls.push(Call::new(key, TokenStream::new()));
        }
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

/// `any(..)` says of each entry what these options say of one backend.
fn check_any<'a>(any: &Ident, others: impl Iterator<Item = &'a Ident>, errors: &mut Errors) {
    for key in others {
        let help = if key == "backend" {
            "name it in the list: `any(jwt, session(cookie))`"
        } else {
            "put it in the entry that it is for: `any(jwt(..), session(..))`"
        };
        errors.at(key, format!("`{key}` cannot stand beside `{any}`"), help);
    }
}

fn check_unconditional<'a>(demands: impl Iterator<Item = &'a Ident>, errors: &mut Errors) {
    for key in demands {
        errors.at(
            key,
            format!("`{key}` cannot stand beside `optional`"),
            format!("remove `optional`: a stranger could never meet `{key}`"),
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
    name.split('_').map(capital).collect()
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
