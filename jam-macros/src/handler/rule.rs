//! The rule of a handler, from its options.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote};

use super::args::{AnyEntry, Args, Backend, Conditions, Source};
use super::item::{Caller, Handler};
use super::words::Words;
use crate::diagnostics::Errors;
use crate::tokens::text;
use crate::trees::Trees;

/// The rule of a handler.
pub(crate) enum Rule {
    /// A public handler, with the reason.
    Public(syn::LitStr),
    /// The path of a constant.
    Constant(TokenStream),
    /// The words of the rule.
    Words(Words),
}

/// The struct that `payload(..)` declares.
pub(crate) struct OwnPayload {
    pub(crate) name: Ident,
    pub(crate) fields: Vec<syn::Field>,
}

/// The policies of `policy(..)`.
pub(crate) struct Policies {
    pub(crate) all: Vec<TokenStream>,
    /// The state of the router.
    pub(crate) state: Trees,
}

impl Policies {
    /// Returns the policies of the options. Without `state = ..` the state is the type in the
    /// `State<_>` argument of the handler.
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
    /// Returns the struct of the options. Its name comes from the name of the handler.
    pub(crate) fn decide(args: &mut Args, handler: &Handler) -> Option<Self> {
        let (_, fields) = args.payload.take()?;
        let name = format_ident!(
            "{}Payload",
            camel_case(&handler.name().to_string()),
            span = handler.name().span()
        );
        Some(Self { name, fields })
    }

    /// Checks that the handler takes the struct that it declares.
    pub(crate) fn check(&self, caller: &Caller, errors: &mut Errors) {
        let taken = text::of(&caller.payload.to_token_stream());
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
    /// Returns the rule of the options and reports their contradictions. `complete` is false after
    /// an option with a mistake, and then no option is reported as missing.
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
            conditions,
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
        let entries = any.map_or_else(Vec::new, |(any, entries)| {
            let backend = backend.iter().map(|(key, _)| key);
            check_any(&any, backend.chain(sources.iter().map(Source::key)), errors);
            entries
        });
        // After an error the sources of some entries are unknown.
        if errors.is_empty() {
            check_sources(&entries, errors);
        }
        let alone = backend.iter().map(|(_, backend)| (backend, &*sources));
        let several = entries
            .iter()
            .map(|entry| (&entry.backend, &*entry.sources));
        check_default_cookies(alone.chain(several), errors);
        if optional.is_some() {
            let of_entries = entries.iter().map(|entry| &entry.conditions);
            let all = of_entries.chain([&conditions]);
            check_unconditional(all.flat_map(Conditions::keys), errors);
        }

        let mut words = Words::default();
        let count = entries.len();
        for (at, entry) in entries.into_iter().enumerate() {
            let AnyEntry {
                key,
                backend,
                sources,
                conditions,
            } = entry;
            backend_words(&key, backend, sources, &mut words);
            conditions.words(&mut words);
            words.word(if at + 1 == count { "all" } else { "or" });
        }
        if let Some((key, backend)) = backend {
            backend_words(&key, backend, sources, &mut words);
        }
        if let Some((_, path)) = login {
            words.named("login", path.value());
        }
        if optional.is_some() {
            words.word("optional");
        }
        conditions.words(&mut words);
        Self::Words(words)
    }
}

/// Adds the words of a backend and of its sources.
fn backend_words(key: &Ident, backend: Backend, sources: Vec<Source>, words: &mut Words) {
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
            Self::Typed(ty) => text::of(ty),
        }
    }
}

impl AnyEntry {
    /// Returns the cookies and headers of the credential, with their default names.
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

impl Conditions {
    /// Returns the keys of the conditions that an anonymous request cannot meet.
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
        // Each scope has its own span, because rustc reports an undeclared scope there.
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

/// Rejects the options of one backend next to `any(..)`, because each entry has its own.
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

/// Rejects two backends with one source, unless both have tokens. Otherwise the second backend would have to try each
/// credential that the first one rejects.
fn check_sources(entries: &[AnyEntry], errors: &mut Errors) {
    for (at, entry) in entries.iter().enumerate() {
        let places = entry.places();
        let taken = entries[..at].iter().any(|earlier| {
            let name = |backend: &Backend| match backend {
                Backend::Named(name) => Some(name.value()),
                Backend::Typed(_) => None,
            };
            let is_other = match (name(&earlier.backend), name(&entry.backend)) {
                (Some(one), Some(other)) => one != other,
                // Only rustc knows if two types are the same, or if they are issuers, whose tokens can be
                // at the place of others.
                (None, None) => false,
                (Some(name), None) | (None, Some(name)) => name != jam_syntax::JWT,
            };
            is_other && earlier.places().iter().any(|place| places.contains(place))
        });
        if taken {
            errors.at(
                &entry.key,
                "two backends cannot read the same place",
                "give one of them another cookie or header: `any(jwt, session(cookie = \"sid\"))`",
            );
        }
    }
}

/// Rejects a default cookie for a backend of the application, because such a backend has none.
fn check_default_cookies<'a>(
    backends: impl Iterator<Item = (&'a Backend, &'a [Source])>,
    errors: &mut Errors,
) {
    for (backend, sources) in backends {
        for source in sources {
            if let (Backend::Typed(_), Source::Cookie(key, None)) = (backend, source) {
                errors.at(
                    key,
                    "a custom backend has no default cookie",
                    "name it: `cookie = \"key\"`",
                );
            }
        }
    }
}

/// Rejects conditions next to `optional`.
fn check_unconditional<'a>(conditions: impl Iterator<Item = &'a Ident>, errors: &mut Errors) {
    for key in conditions {
        errors.at(
            key,
            format!("`{key}` cannot stand beside `optional`"),
            format!("remove `optional`: an anonymous request never meets `{key}`"),
        );
    }
}

/// Checks that the rule has `optional` exactly if the type of the caller is an `Option`.
fn check_optional(optional: Option<&Ident>, caller: &Caller, complete: bool, errors: &mut Errors) {
    let written = || text::of(&caller.written.to_token_stream());
    match optional {
        Some(_) if !caller.optional => errors.at(
            &caller.written,
            format!(
                "`optional` admits anonymous requests, and `{}` requires a caller",
                written()
            ),
            format!("take `Option<{}>`", written()),
        ),
        None if caller.optional && complete => errors.at(
            &caller.written,
            format!(
                "`{}` is for handlers that accept anonymous requests",
                written()
            ),
            format!(
                "add `optional` to the rule, or take `Auth<{}>`",
                text::of(&caller.payload.to_token_stream())
            ),
        ),
        _ => {}
    }
}

fn camel_case(name: &str) -> String {
    let name = name.trim_start_matches("r#");
    name.split('_').map(capital).collect()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(letters)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::camel_case;

    #[test]
    fn the_payload_has_the_name_of_the_handler() {
        assert_eq!(camel_case("get_user"), "GetUser");
        assert_eq!(camel_case("r#move"), "Move");
        assert_eq!(camel_case("me"), "Me");
    }
}
