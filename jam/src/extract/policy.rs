//! Policies: decisions about one request that need more than a role.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use jam_core::base::decision::BoxFuture;
use jam_core::refusal::{Refusal, RejectionKind};

use crate::arities::arities;
use crate::response::rejection::Rejection;
use crate::setup::jam::Jam;

/// An async function of extractors that returns `bool`. It decides about a request after the rule and before
/// the handler's own arguments.
///
/// ```
/// # use axum::extract::{Path, State};
/// # use jam::{Auth, JamPayload};
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Clone, Serialize, Deserialize, JamPayload)]
/// # struct User { #[jam(sub)] id: u64 }
/// # #[derive(Clone)]
/// # struct Db;
/// # impl Db { async fn owner_of(&self, _: u64) -> Option<u64> { None } }
/// /// May this user change this note?
/// async fn note_owner(user: Auth<User>, Path(id): Path<u64>, State(db): State<Db>) -> bool {
///     db.owner_of(id).await == Some(user.id)
/// }
/// ```
///
/// It may take what a handler may take, except the body. A `Result` works too: `Ok(bool)`
/// decides, and an `Err` is the answer to the request.
///
/// # Errors
///
/// `false` rejects the request with 403, or 404 where the rule has `hide`. An extractor that fails does so
/// too.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a policy",
    label = "not a policy",
    note = "a policy is an `async fn` of extractors without the body that returns `bool`: \
            `async fn owner(user: Auth<User>, Path(id): Path<u64>) -> bool`"
)]
pub trait Policy<T, S>: Clone + Send + Sync + 'static {
    #[doc(hidden)]
    fn decide(
        self,
        parts: &mut Parts,
        state: &S,
    ) -> impl Future<Output = Result<(), Denial>> + Send;
}

/// The reason for which a policy denies a request.
#[doc(hidden)]
#[derive(Debug)]
#[allow(clippy::exhaustive_enums)] // private but for `Policy`
pub enum Denial {
    /// It returned `false`.
    No,
    /// An extractor failed.
    Undecided,
    /// It returned a response.
    Answer(Box<Response>),
}

/// The result of a policy.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the verdict of a policy",
    label = "not a verdict",
    note = "return `bool`, or `Result<bool, E>` with an `E` that is a response"
)]
pub trait Verdict {
    #[doc(hidden)]
    fn verdict(self) -> Result<(), Denial>;
}

impl Verdict for bool {
    fn verdict(self) -> Result<(), Denial> {
        match self {
            true => Ok(()),
            false => Err(Denial::No),
        }
    }
}

impl<E: IntoResponse> Verdict for Result<bool, E> {
    fn verdict(self) -> Result<(), Denial> {
        match self {
            Ok(verdict) => verdict.verdict(),
            Err(answer) => Err(Denial::Answer(Box::new(answer.into_response()))),
        }
    }
}

macro_rules! policies {
    ($(($($argument:ident)*; $($last:ident)?))*) => {$(
        #[diagnostic::do_not_recommend]
        #[allow(non_snake_case, unused_variables)] // named as the types; `()` uses none
        impl<F, Fut, S, $($argument,)* $($last,)?> Policy<($($argument,)* $($last,)?), S> for F
        where
            F: FnOnce($($argument,)* $($last,)?) -> Fut + Clone + Send + Sync + 'static,
            Fut: Future<Output: Verdict> + Send,
            S: Send + Sync,
            $($argument: FromRequestParts<S> + Send,)*
            $($last: FromRequestParts<S> + Send,)?
        {
            async fn decide(self, parts: &mut Parts, state: &S) -> Result<(), Denial> {
                $(
                    let Ok($argument) = $argument::from_request_parts(parts, state).await else {
                        tracing::debug!(target: "jam", "an extractor of a policy failed");
                        return Err(Denial::Undecided);
                    };
                )*
                $(
                    let Ok($last) = $last::from_request_parts(parts, state).await else {
                        tracing::debug!(target: "jam", "an extractor of a policy failed");
                        return Err(Denial::Undecided);
                    };
                )?
                self($($argument,)* $($last,)?).await.verdict()
            }
        }
    )*};
}

arities! { 16 => policies }

impl Denial {
    /// Makes the rejection. With `hide` it does not reveal that the resource exists.
    pub(crate) fn into_rejection(self, hide: bool, jam: &Jam, parts: &Parts) -> Rejection {
        match self {
            // Ignores 2xx: a denial must not look like success.
            Self::Answer(answer) if !hide && !answer.status().is_success() => {
                Rejection::new(RejectionKind::Denied).answered_with(*answer)
            }
            _ => {
                let kind = match hide {
                    true => RejectionKind::Hidden,
                    false => RejectionKind::Denied,
                };
                jam.reject(Refusal::new(kind), parts)
            }
        }
    }
}

type DynPolicy<S> =
    dyn for<'a> Fn(&'a mut Parts, &'a S) -> BoxFuture<'a, Result<(), Denial>> + Send + Sync;

/// The policies of one route, in order.
#[doc(hidden)]
pub struct Policies<S> {
    all: Vec<Arc<DynPolicy<S>>>,
    names: Vec<&'static str>,
}

impl<S: Send + Sync + 'static> Policies<S> {
    pub fn new() -> Self {
        Self {
            all: Vec::new(),
            names: Vec::new(),
        }
    }

    /// Adds a policy.
    pub fn and<F, T>(mut self, policy: F, name: &'static str) -> Self
    where
        F: Policy<T, S>,
        T: 'static,
    {
        let decide: Arc<DynPolicy<S>> =
            Arc::new(move |parts, state| Box::pin(policy.clone().decide(parts, state)));
        self.all.push(decide);
        self.names.push(name);
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(crate) fn names(&self) -> &[&'static str] {
        &self.names
    }

    /// Runs the policies in order, until one denies.
    pub(crate) async fn decide(&self, parts: &mut Parts, state: &S) -> Result<(), Denial> {
        for policy in &self.all {
            policy(parts, state).await?;
        }
        Ok(())
    }
}

impl<S> Clone for Policies<S> {
    fn clone(&self) -> Self {
        Self {
            all: self.all.clone(),
            names: self.names.clone(),
        }
    }
}

impl<S: Send + Sync + 'static> Default for Policies<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> fmt::Debug for Policies<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.names).finish()
    }
}
