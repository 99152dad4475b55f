//! What tests of an application need (feature `testing`).
//!
//! Switch the feature on for tests alone, in `[dev-dependencies]`.

mod callers;
mod client;
mod matrix;
mod payloads;
mod routes;
mod sample;
mod table;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) use callers::{Callers, StandIns};
pub use client::{Application, TestClient, TestRequest, TestResponse};
pub use matrix::{Denials, assert_denies};
#[doc(hidden)]
pub use table::check_table;

use crate::access::Source;
use crate::auth::{Auth, Caller, Evidence, Held, Holding};
use crate::claims::RegisteredClaims;
use crate::payload::Payload;
use crate::rule::Level;

/// A clock that moves only when it is told to.
///
/// Give a clone of it to [`JamBuilder::clock`](crate::JamBuilder::clock) and keep
/// the other one: both show the same time.
///
/// ```
/// # fn main() -> Result<(), jam::ConfigError> {
/// use jam::{Jam, Jwt, testing::ManualClock};
///
/// let clock = ManualClock::at(1_800_000_000);
/// let jam = Jam::builder()
///     .jwt(Jwt::hs256("a secret that is at least 32 bytes"))
///     .clock(clock.clone())
///     .build()?;
/// clock.advance(3600);
/// # let _ = jam;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct ManualClock(Arc<AtomicU64>);

impl ManualClock {
    /// A clock that shows `now`, in seconds since the Unix epoch.
    pub fn at(now: u64) -> Self {
        Self(Arc::new(AtomicU64::new(now)))
    }

    /// Sets the clock to `now`, in seconds since the Unix epoch.
    pub fn set(&self, now: u64) {
        self.0.store(now, Ordering::SeqCst);
    }

    /// Moves the clock forward by `seconds`.
    pub fn advance(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    /// What the clock shows, in seconds since the Unix epoch.
    pub fn now(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// A caller who was let in by nobody: to call a protected handler directly in a unit test.
///
/// It takes the type that the handler asks for. It looks like the caller of a token in the
/// `Authorization` header that was issued in 1970 and never expires. For a handler that is
/// optional write `Some(auth(..)).into()`, or `None.into()`.
///
/// ```
/// # use axum::Json;
/// # use jam::{Auth, JamPayload, jam_auth};
/// # use serde::{Deserialize, Serialize};
/// #[derive(Clone, Serialize, Deserialize, JamPayload)]
/// struct User { user: u64 }
///
/// #[jam_auth(backend = "jwt", cookie = "jwt")]
/// async fn me(user: Auth<User>) -> Json<User> { Json(user.into_inner()) }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let answer = me(jam::testing::auth(User { user: 7 })).await;
/// assert_eq!(answer.0.user, 7);
/// # }
/// ```
pub fn auth<P: Payload, R: Level>(payload: P) -> Auth<P, R> {
    let registered = RegisteredClaims {
        expires_at: u64::MAX,
        issued_at: Some(0.into()),
        ..RegisteredClaims::default()
    };
    Auth::holding_of(Holding::Own(Caller {
        payload: Held::Own(payload),
        evidence: Evidence::Token(registered),
        source: Source::AUTHORIZATION,
    }))
}
