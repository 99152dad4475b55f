//! One way of a rule, with its conditions.

use super::condition::Condition;
use super::list::List;
use super::source::{BackendName, Source};
use crate::payload::Role;

/// One way to be admitted: a backend, the sources of the credential, and conditions. A rule has
/// several ways if it was built with [`Access::or`](super::Access::or).
#[derive(Clone, Copy)]
pub struct Way<R: Role> {
    /// The backend, if the rule names one.
    pub backend: Option<BackendName>,
    /// If `true`, a caller that lacks a role or a scope is rejected with 404 instead of 403.
    pub hide: bool,
    pub(super) sources: List<Source, MOST_SOURCES>,
    pub(super) conditions: List<Condition<R>, MOST_CONDITIONS>,
}

// rust-analyzer shows the value of a rule only if the limits in its type are constants of this crate.
/// The largest number of ways of a rule.
pub(super) const MOST_WAYS: usize = jam_syntax::MOST_WAYS;
/// The largest number of sources of one way.
pub(super) const MOST_SOURCES: usize = jam_syntax::MOST_SOURCES;
/// The largest number of conditions of one way: roles and scopes, and the age of the login.
const MOST_CONDITIONS: usize = jam_syntax::MOST_CONDITIONS + 1;

impl<R: Role> Way<R> {
    pub(super) const DEFAULT: Self = Self {
        backend: None,
        hide: false,
        sources: List::EMPTY,
        conditions: List::EMPTY,
    };

    /// Returns the sources of the credential in order, for use in a `const fn`.
    pub(super) const fn places(&self) -> List<Source, MOST_SOURCES> {
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

    /// Returns the sources of the credential in order, for every backend that the way can have.
    pub fn sources(&self) -> impl Iterator<Item = Source> + Clone + use<'_, R> {
        self.sources_for(self.backend)
    }

    /// Returns the sources of the credential in order, for this backend.
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

    /// Returns the conditions. A caller must meet all of them.
    #[inline]
    pub fn conditions(&self) -> impl Iterator<Item = Condition<R>> + Clone + use<'_, R> {
        self.conditions.iter().copied()
    }

    /// Returns `true` if the way reads this source.
    pub fn reads(&self, source: Source) -> bool {
        self.sources().any(|own| own.is(source))
    }
}

impl<R: Role> std::fmt::Debug for Way<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// The kinds of requests that a rule admits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums)] // each use has to decide about every case
pub enum Audience {
    /// Only callers.
    Callers,
    /// Callers and anonymous requests.
    Optional,
    /// Only anonymous requests.
    Guests {
        /// The page to which a caller is redirected. If it is `None`, a caller is rejected with
        /// 403.
        redirect_to: Option<&'static str>,
    },
}

impl<R: Role> List<Condition<R>, MOST_CONDITIONS> {
    /// Adds a condition. Of two conditions on the age of the login, it keeps the shorter age.
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
            // The last place is reserved for the age of the login.
            (_, None) if self.len() + 1 == MOST_CONDITIONS => List::full(),
            _ => self.with(condition),
        }
    }
}
