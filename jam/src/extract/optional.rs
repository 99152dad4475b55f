//! The caller of a handler that admits anonymous requests.

use std::fmt;
use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use http::request::Parts;
use jam_core::rule::{AttributeRule, AttributeRules};

use super::auth::{Auth, JamState};
use super::extraction::{Extracted, Extraction};
use super::level::{Gated, GatedWithPolicies, Policed};
use crate::response::answer::Stale;
use crate::response::cache::CacheHeaders;
use crate::response::rejection::Rejection;
use crate::response::set_cookie::SetCookie;
use crate::setup::jam::Jam;

/// The first argument of a handler whose rule is optional.
#[doc(hidden)]
pub struct Optional<P, R> {
    user: Option<Auth<P>>,
    stale: Stale,
    rule: PhantomData<fn() -> R>,
}

impl<P, R> Optional<P, R> {
    fn with(
        user: Option<Auth<P>>,
        removal: Option<SetCookie>,
        caching: fn() -> CacheHeaders,
    ) -> Self {
        Self {
            stale: Stale {
                removal,
                caching: caching(),
            },
            ..user.into()
        }
    }

    /// Returns the handler's own argument, and what its answer needs.
    pub fn split(self) -> (Option<Auth<P>>, Stale) {
        (self.user, self.stale)
    }
}

/// For calling such a handler directly, in a test of it.
impl<P, R> From<Option<Auth<P>>> for Optional<P, R> {
    fn from(user: Option<Auth<P>>) -> Self {
        Self {
            user,
            stale: Stale::default(),
            rule: PhantomData,
        }
    }
}

impl<P, R> fmt::Debug for Optional<P, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.user.fmt(f)
    }
}

impl<P, R> Extracted<P> for Optional<P, R> {
    #[inline]
    fn of_caller(user: Auth<P>, caching: fn() -> CacheHeaders) -> Self {
        Self::with(Some(user), None, caching)
    }

    fn of_anonymous(
        stale: Option<&'static str>,
        caching: fn() -> CacheHeaders,
        jam: &Jam,
    ) -> Result<Self, Rejection> {
        let removal = stale.map(|name| jam.remove_cookie(name));
        Ok(Self::with(None, removal, caching))
    }
}

impl<S, P, R> FromRequestParts<S> for Optional<P, Gated<R>>
where
    S: JamState,
    P: AttributeRules,
    R: AttributeRule<P>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        Extraction::<P, R, S, Self>::new(parts, state, None).await
    }
}

#[diagnostic::do_not_recommend]
impl<S, P, R> FromRequestParts<S> for Optional<P, GatedWithPolicies<R>>
where
    S: JamState,
    P: AttributeRules,
    R: AttributeRule<P> + Policed<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        Extraction::<P, R, S, Self>::new(parts, state, Some(R::policies())).await
    }
}
