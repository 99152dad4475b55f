//! One way to be let in, with its conditions.

use super::condition::Condition;
use super::list::List;
use super::source::{BackendName, Source};
use crate::payload::Role;

/// One way to be let in. A rule has several if it was made with [`Access::or`](super::Access::or).
#[derive(Clone, Copy)]
pub struct Way<R: Role> {
    /// The backend, if the rule names one.
    pub backend: Option<BackendName>,
    /// A caller without a role or a scope is answered with 404 instead of 403.
    pub hide: bool,
    pub(super) sources: List<Source, 4>,
    pub(super) conditions: List<Condition<R>, MOST_CONDITIONS>,
}

/// Conditions of one way: 6 roles or scopes, and the age of the login.
const MOST_CONDITIONS: usize = 7;

impl<R: Role> Way<R> {
    pub(super) const DEFAULT: Self = Self {
        backend: None,
        hide: false,
        sources: List::EMPTY,
        conditions: List::EMPTY,
    };

    /// Returns the places of the credential, in their order, for a `const fn`.
    pub(super) const fn places(&self) -> List<Source, 4> {
        if !self.sources.is_empty() {
            return self.sources;
        }
        let mut places = List::EMPTY;
        let own = Source::places_of(self.backend);
        let mut at = 0;
        while at < own.len() {
            places = places.with(own[at]);
            at += 1;
        }
        places
    }

    /// Returns the places of the credential, in their order, for every backend that the way may have.
    pub fn sources(&self) -> impl Iterator<Item = Source> + Clone + use<'_, R> {
        self.sources_for(self.backend)
    }

    /// Returns the places of a credential of this backend, in their order.
    #[inline]
    pub fn sources_for(
        &self,
        backend: Option<BackendName>,
    ) -> impl Iterator<Item = Source> + Clone + use<'_, R> {
        let own: &[Source] = match self.sources.is_empty() {
            true => Source::places_of(backend),
            false => &[],
        };
        self.sources.iter().chain(own).copied()
    }

    /// Returns the number of conditions.
    #[inline]
    pub fn condition_count(&self) -> usize {
        self.conditions.len()
    }

    /// Returns the conditions, which all have to be met.
    #[inline]
    pub fn conditions(&self) -> impl Iterator<Item = Condition<R>> + Clone + use<'_, R> {
        self.conditions.iter().copied()
    }

    /// Returns `true` if the way reads this place.
    pub fn reads(&self, source: Source) -> bool {
        self.sources().any(|own| own.is(source))
    }
}

impl<R: Role> std::fmt::Debug for Way<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// The callers that a rule is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums)] // each use has to decide about every case
pub enum Audience {
    /// Callers alone.
    Callers,
    /// Callers and anonymous requests.
    Optional,
    /// Anonymous requests alone.
    Guests {
        /// The page to which callers are sent; without one they are told 403.
        redirect_to: Option<&'static str>,
    },
}

impl<R: Role> List<Condition<R>, MOST_CONDITIONS> {
    /// Adds a condition. Of two ages of the login the shorter one is kept.
    #[track_caller]
    pub(super) const fn with_condition(self, condition: Condition<R>) -> Self {
        let mut login = None;
        let mut at = 0;
        while at < self.len() {
            if let Some(Condition::Fresh(age)) = self.at(at) {
                login = Some((at, age.0));
            }
            at += 1;
        }
        match (condition, login) {
            (Condition::Fresh(new), Some((_, old))) if old < new.0 => self,
            (Condition::Fresh(_), Some((at, _))) => self.set(at, condition),
            (Condition::Fresh(_), None) => self.with(condition),
            // One place is free for the age of the login.
            (_, None) if self.len() + 1 == MOST_CONDITIONS => List::full(),
            _ => self.with(condition),
        }
    }
}
