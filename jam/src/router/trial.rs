//! The routes of a table with their rules and without their handlers, for
//! [`crate::testing::assert_denies`].

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::routing::any;
use axum::{Extension, Router};
use http::request::Parts;

use super::verb::Verb;
use super::{JamRouter, RoutesError, SectionRule, Target, build};
use crate::gate;
use crate::jam::Jam;
use crate::policy::Policies;
use crate::rejection::Rejection;
use crate::rule::Rule;
use crate::testing::{Callers, StandIns};

/// What one route is tried with.
pub(super) struct Trial {
    target: Target<Jam>,
    callers: Option<Box<dyn Callers>>,
}

/// Marks an answer that came from behind a rule.
#[derive(Clone)]
pub(crate) struct Reached;

pub(crate) async fn reached() -> Extension<Reached> {
    Extension(Reached)
}

impl Trial {
    /// A row of a section.
    pub(super) fn row(rule: impl SectionRule, verb: Verb) -> Self {
        Self {
            target: Target::Handler(rule.handler(verb, reached, Policies::new())),
            callers: rule.callers(),
        }
    }

    pub(super) fn mount(rule: impl SectionRule) -> Self {
        let router = Router::new().route("/", any(reached)).fallback(reached);
        Self {
            target: Target::Router(rule.router(router)),
            callers: rule.callers(),
        }
    }

    /// A row whose rule is on its handler.
    pub(super) fn declared<M: Rule>(verb: Verb) -> Self {
        let is_public = M::PUBLIC.is_some();
        Self {
            target: Target::Handler(Box::new(move |_| match is_public {
                true => verb.route(reached),
                false => verb.route(async |_: LetIn<M>| reached().await),
            })),
            callers: (!is_public).then(|| Box::new(*M::rule::<()>()) as Box<dyn Callers>),
        }
    }
}

/// A caller whom the rule of a handler lets in, its policies aside.
struct LetIn<M>(PhantomData<fn() -> M>);

impl<M: Rule> FromRequestParts<Jam> for LetIn<M> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, jam: &Jam) -> Result<Self, Rejection> {
        gate::admit(jam, M::rule::<()>(), parts).await?;
        Ok(Self(PhantomData))
    }
}

/// Who calls each route.
pub(crate) type Everybody = Vec<Option<Box<dyn Callers>>>;

impl<S: Clone + Send + Sync + 'static> JamRouter<S> {
    pub(crate) fn stand_ins(&self, stand_ins: &mut StandIns) {
        for callers in self
            .routes
            .iter()
            .filter_map(|route| route.trial.callers.as_ref())
        {
            callers.stand_ins(stand_ins);
        }
    }

    /// The routes without their handlers, and who calls each.
    ///
    /// # Errors
    ///
    /// As [`into_router`](Self::into_router).
    pub(crate) fn trial(self, jam: &Jam) -> Result<(Router<Jam>, Everybody), RoutesError> {
        self.check(jam)?;
        let (targets, callers): (Vec<_>, Vec<_>) = self
            .routes
            .into_iter()
            .map(|route| ((route.row.path, route.trial.target), route.trial.callers))
            .unzip();
        Ok((build(targets, jam), callers))
    }
}
