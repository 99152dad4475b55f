//! One way to be let in, and what is asked on it.

use super::list::List;
use super::source::{BackendName, Source};
use crate::payload::Role;

/// What a caller must have, besides a valid credential.
#[derive(Clone, Copy)]
pub(crate) enum Condition<R: 'static> {
    Role(R),
    AnyRole(&'static [R]),
    Scope(&'static str),
}

/// One way to be let in. A rule has several when it was made with [`Access::or`].
#[derive(Clone, Copy)]
pub(crate) struct Way<R: Role> {
    pub(crate) backend: Option<BackendName>,
    pub(super) sources: List<Source, 4>,
    pub(super) conditions: List<Condition<R>, 6>,
    /// How many seconds ago the user may have signed in.
    pub(crate) fresh: Option<u64>,
    pub(crate) hide: bool,
}

impl<R: Role> Way<R> {
    pub(super) const DEFAULT: Self = Self {
        backend: None,
        sources: List::NONE,
        conditions: List::NONE,
        fresh: None,
        hide: false,
    };

    /// The places where the credential may be, in the order of looking.
    pub(super) const fn places(&self) -> List<Source, 4> {
        if !self.sources.is_empty() {
            return self.sources;
        }
        let mut places = List::NONE;
        let own = Source::places_of(self.backend);
        let mut at = 0;
        while at < own.len() {
            places = places.with(own[at]);
            at += 1;
        }
        places
    }

    /// The places where a credential of any backend that the way may have is looked for.
    pub(crate) fn sources(&self) -> impl Iterator<Item = Source> + Clone + use<'_, R> {
        self.sources_for(self.backend)
    }

    /// The places where a credential of this backend is looked for, in the order of looking.
    #[inline]
    pub(crate) fn sources_for(
        &self,
        backend: Option<BackendName>,
    ) -> impl Iterator<Item = Source> + Clone + use<'_, R> {
        let own: &[Source] = match self.sources.is_empty() {
            true => Source::places_of(backend),
            false => &[],
        };
        self.sources.iter().chain(own).copied()
    }

    pub(crate) fn conditions(&self) -> impl Iterator<Item = Condition<R>> {
        self.conditions.iter().copied()
    }

    /// Whether more is asked than a credential.
    #[inline]
    pub(super) fn asks_more(&self) -> bool {
        !self.conditions.is_empty() || self.fresh.is_some()
    }

    pub(crate) fn reads(&self, source: Source) -> bool {
        self.sources().any(|own| own.is(source))
    }
}

/// For whom a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Those who are signed in.
    Callers,
    /// Everybody, told apart.
    Optional,
    /// Those who are not signed in; the others are sent elsewhere, or told 403.
    Guests { else_to: Option<&'static str> },
}
