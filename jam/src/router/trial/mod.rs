//! The routes of a table with their rules and without their handlers, for
//! [`crate::testing::assert_denies`].

pub(crate) mod callers;
mod payloads;
pub(crate) mod routes;
mod sample;
pub(crate) mod stand_ins;

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::{Extension, Router};

use self::callers::Callers;
use self::stand_ins::StandIns;
use super::passing::InRequest;
use super::verb::Verb;
use super::{JamRouter, Route, RoutesError, SectionRule, TableRow, Target, build};
use crate::extract::policy::Policies;
use crate::setup::jam::Jam;
use jam_core::rule::{BackendName, Source};

/// The target and the callers of one route in a test.
pub(super) struct Trial {
    /// The number in answers from behind the rule.
    id: usize,
    target: Target<Jam>,
    callers: Option<Box<dyn Callers>>,
}

/// Marks an answer that came from behind the rule of the row with this number.
#[derive(Clone)]
pub(crate) struct Reached(pub(crate) usize);

/// Returns a number that no other row has.
fn next_id() -> usize {
    static LAST: AtomicUsize = AtomicUsize::new(0);
    LAST.fetch_add(1, Ordering::Relaxed)
}

impl Trial {
    /// Builds the trial of a row in a section.
    pub(super) fn row(rule: impl SectionRule, verb: Verb) -> Self {
        let id = next_id();
        let reached = async move || Extension(Reached(id));
        Self {
            id,
            target: Target::Handler(rule.handler(verb, InRequest, reached, Policies::new())),
            callers: rule.callers(),
        }
    }

    pub(super) fn mount(rule: impl SectionRule) -> Self {
        let id = next_id();
        let router = Router::new().fallback(async move || Extension(Reached(id)));
        Self {
            id,
            target: Target::Router(rule.router(router)),
            callers: rule.callers(),
        }
    }
}

/// The callers of each route.
pub(crate) type CallersByRoute = Vec<(usize, Option<Box<dyn Callers>>)>;

impl<S: Clone + Send + Sync + 'static> JamRouter<S> {
    /// Returns the sources of credentials that the rules read, each with its backend.
    pub(crate) fn sources(&self) -> Vec<(Option<BackendName>, Source)> {
        let rows = self.routes.iter().map(|route| &route.row);
        let mut all: Vec<_> = rows.flat_map(TableRow::sources).collect();
        all.dedup();
        all
    }

    pub(crate) fn stand_ins(&self, stand_ins: &mut StandIns) {
        for callers in self
            .routes
            .iter()
            .filter_map(|route| route.trial.callers.as_ref())
        {
            callers.stand_ins(stand_ins);
        }
    }

    /// Returns the routes without their handlers, and the callers of each route.
    ///
    /// # Errors
    ///
    /// As [`into_router`](Self::into_router).
    pub(crate) fn trial(self, jam: &Jam) -> Result<(Router<Jam>, CallersByRoute), RoutesError> {
        self.check(jam)?;
        let (targets, callers): (Vec<_>, Vec<_>) = self
            .routes
            .into_iter()
            .map(|Route { row, trial, .. }| ((row.path, trial.target), (trial.id, trial.callers)))
            .unzip();
        Ok((build(targets, jam), callers))
    }
}
