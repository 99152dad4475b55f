//! Tools for tests of an application (feature `testing`).
//!
//! Enable the feature for tests alone, in `[dev-dependencies]`.

mod client;
mod issuer;
mod matrix;
mod request;
mod table;

#[doc(inline)]
pub use jam_core::base::clock::ManualClock;
use jam_core::claims::RegisteredClaims;
use jam_core::gate::{Caller, Evidence};
use jam_core::payload::{Held, Payload};
use jam_core::rule::Source;
#[doc(inline)]
pub use jam_core::store_contract;

pub use client::{Application, TestClient};
pub use issuer::TestIssuer;
pub use matrix::{Denials, assert_denies};
pub use request::{TestRequest, TestResponse};
#[doc(hidden)]
pub use table::check_table;

use crate::extract::auth::{Auth, Holding};
use crate::extract::level::Level;

/// Builds an [`Auth`] without any check, to call a protected handler directly in a unit test.
///
/// It has the type that the handler takes, and looks like the caller of a token in the `Authorization` header
/// that was issued in 1970 and never expires. For an optional handler write `Some(auth(..)).into()`, or
/// `None.into()`.
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
    Auth::holding_of(Holding::Own(Caller {
        payload: Held::Own(payload),
        evidence: Evidence::Token(None, RegisteredClaims::unverified()),
        source: Source::AUTHORIZATION,
    }))
}
