//! What was decided: one rule, with nothing left open.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote};

use super::args::{Args, Backend, Demands, Entrance, Source};
use super::item::{Caller, Handler};
use super::words::Words;
use crate::diagnostics::Errors;
use crate::serde_attr::capital;
use crate::tokens;
use crate::trees::Trees;

pub(crate) enum Rule {
    /// Everybody, because of this.
    Public(syn::LitStr),
    /// The path of a rule that stands elsewhere.
    Constant(TokenStream),
    /// Its words.
    Words(Words),
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
    pub(crate) state: Trees,
}

impl Policies {
    /// Without `state = ..` it is what the handler takes as `State<_>`.
    pub(crate) fn decide(args: &mut Args, handler: &Handler, errors: &mut Errors) -> Option<Self> {
        let state = args
            .state
            .take()
            .map(|(_, state)| Trees::from(state.into_token_stream()));
        let (key, all) = args.policies.take()?;
        let Some(state) = state.or_else(|| handler.state()) else {
            if args
                .keys
                .iter()
                .any(|key| key == "state" || key == "public")
            {
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
        // Where every way looks is known only of those that could be read.
        if errors.is_empty() {
            check_places(&entrances, errors);
        }
        let alone = backend.iter().map(|(_, backend)| (backend, &*sources));
        let several = entrances
            .iter()
            .map(|entrance| (&entrance.backend, &*entrance.sources));
        check_default_cookies(alone.chain(several), errors);
        if optional.is_some() {
            let of_entrances = entrances.iter().map(|entrance| &entrance.demands);
            let all = of_entrances.chain([&demands]);
            check_unconditional(all.flat_map(Demands::keys), errors);
        }

        let mut words = Words::default();
        let ways = entrances.len();
        for (at, entrance) in entrances.into_iter().enumerate() {
            let Entrance {
                key,
                backend,
                sources,
                demands,
            } = entrance;
            way(&key, backend, sources, &mut words);
            demands.words(&mut words);
            words.word(if at + 1 == ways { "all" } else { "or" });
        }
        if let Some((key, backend)) = backend {
            way(&key, backend, sources, &mut words);
        }
        if let Some((_, path)) = login {
            words.named("login", path.value());
        }
        if optional.is_some() {
            words.word("optional");
        }
        demands.words(&mut words);
        Self::Words(words)
    }
}

/// A backend, and where its credential is.
fn way(key: &Ident, backend: Backend, sources: Vec<Source>, words: &mut Words) {
    match backend {
        Backend::Named(name) => words.named("backend", name.value()),
        Backend::Typed(ty) => {
            words.checked("backend_type", key.span(), Some(ty), TokenStream::new());
        }
    }
    for source in sources {
        match source {
            Source::Cookie(_, Some(name)) => words.named("cookie", name.value()),
            Source::Cookie(_, None) => words.word("cookie"),
            Source::Header(_, name) => words.named("header", name.value()),
        }
    }
}

impl Backend {
    fn name(&self) -> String {
        match self {
            Self::Named(name) => name.value(),
            Self::Typed(ty) => tokens::text(ty),
        }
    }
}

impl Entrance {
    /// Where the credential is looked for, as far as names tell.
    fn places(&self) -> Vec<(&'static str, String)> {
        if self.sources.is_empty() {
            return match &self.backend {
                Backend::Named(name) if name.value() == "session" => {
                    vec![("cookie", "__Host-session".to_owned())]
                }
                _ => vec![("header", "authorization".to_owned())],
            };
        }
        let sources = self.sources.iter();
        let places = sources.map(|source| match source {
            Source::Cookie(_, Some(name)) => ("cookie", name.value()),
            Source::Cookie(_, None) => ("cookie", format!("__Host-{}", self.backend.name())),
            Source::Header(_, name) => ("header", name.value().to_ascii_lowercase()),
        });
        places.collect()
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

    fn words(self, words: &mut Words) {
        let Self {
            role,
            any_role,
            scope,
            fresh,
            hide,
        } = self;
        if let Some((key, role)) = role {
            words.checked("role", key.span(), None, role);
        }
        if let Some((key, roles)) = any_role {
            words.checked("any_role", key.span(), None, quote!(&[#(#roles),*]));
        }
        // Each at itself: it may be one that the payload does not declare.
        for scope in scope.into_iter().flat_map(|(_, scopes)| scopes) {
            words.checked("scope", scope.span(), None, quote!(#scope));
        }
        if let Some((_, seconds)) = fresh {
            words.named("fresh", seconds);
        }
        if hide.is_some() {
            words.word("hide");
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

/// One place holds one kind of credential: else one that one backend refuses would have to be
/// tried on the other.
fn check_places(entrances: &[Entrance], errors: &mut Errors) {
    for (at, entrance) in entrances.iter().enumerate() {
        let places = entrance.places();
        let taken = entrances[..at].iter().any(|earlier| {
            // Two types are told apart by the compiler alone.
            let typed = matches!(earlier.backend, Backend::Typed(_))
                && matches!(entrance.backend, Backend::Typed(_));
            let is_other = !typed && earlier.backend.name() != entrance.backend.name();
            is_other && earlier.places().iter().any(|place| places.contains(place))
        });
        if taken {
            errors.at(
                &entrance.key,
                "two backends cannot read the same place",
                "give one of them another cookie or header: `any(jwt, session(cookie = \"sid\"))`",
            );
        }
    }
}

fn check_default_cookies<'a>(
    ways: impl Iterator<Item = (&'a Backend, &'a [Source])>,
    errors: &mut Errors,
) {
    for (backend, sources) in ways {
        for source in sources {
            if let (Backend::Typed(_), Source::Cookie(key, None)) = (backend, source) {
                errors.at(
                    key,
                    "a backend of your own has no cookie yet",
                    "name it: `cookie = \"key\"`",
                );
            }
        }
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
    let written = || tokens::text(&caller.written.to_token_stream());
    match optional {
        Some(_) if !caller.optional => errors.at(
            &caller.written,
            format!(
                "`optional` lets anonymous requests in, and `{}` has to have a caller",
                written()
            ),
            format!("take `Option<{}>`", written()),
        ),
        None if caller.optional && complete => errors.at(
            &caller.written,
            format!("`{}` is for handlers that are open to strangers", written()),
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
