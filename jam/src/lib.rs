//! Declarative authentication and authorization for [axum].
//!
//! You say who may call a handler, and the macros generate the code that enforces it. What
//! is wrong does not compile, and the message says what to type instead.
//!
//! ```
//! use axum::{Json, Router, extract::State, response::IntoResponse, routing::{get, post}};
//! use jam::{Auth, Jam, JamPayload, Jwt, jam_auth};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Clone, Serialize, Deserialize, JamPayload)]
//! struct User { user: u64 }
//!
//! async fn login(State(jam): State<Jam>) -> Result<impl IntoResponse, jam::Error> {
//!     let payload = jam.make_payload(User { user: 1 });
//!     let token = jam.gen_jwt_token(&payload)?;
//!     Ok(jam.jwt_cookie("jwt", token))
//! }
//!
//! #[jam_auth(backend = "jwt", cookie = "jwt")]
//! async fn get_user(user: Auth<User>) -> Json<User> { Json(user.into_inner()) }
//!
//! # fn main() -> Result<(), jam::ConfigError> {
//! let jam = Jam::builder().jwt(Jwt::hs256("a secret that is at least 32 bytes")).build()?;
//! let app: Router = Router::new()
//!     .route("/login", post(login))
//!     .route("/user", get(get_user))
//!     .with_state(jam);
//! # let _ = app;
//! # Ok(())
//! # }
//! ```
//!
//! A request without a credential, or with a bad one, is answered with 401 before the
//! handler, its other extractors or the body are touched.
//!
//! # Features
//!
//! None is on by default.
//!
//! | feature | brings |
//! |---|---|
//! | `toml` | configuration files in TOML |
//! | `yaml` | configuration files in YAML (needs Rust 1.89) |
//! | `testing` | callers and a clock for tests, and a table to compare |

mod extract;
mod macros;
mod response;
mod router;
mod setup;

pub mod layer;
#[doc(hidden)]
pub mod options;
#[cfg(feature = "testing")]
pub mod testing;

#[doc(hidden)]
#[path = "private.rs"]
#[allow(missing_docs)] // named by the macros' output alone
pub mod __private;

/// Sessions and their stores.
pub mod session {
    #[doc(inline)]
    pub use jam_core::base::error::StoreError;
    #[doc(inline)]
    pub use jam_core::session::{
        AtLimit, InvalidSessionId, MemoryStore, OwnerLimit, Record, Session, SessionData,
        SessionId, SessionInfo, SessionStore, SessionToken, Sessions, Usage, WriteOutcome,
    };
}

/// Signed tokens and their claims.
pub mod token {
    #[doc(inline)]
    pub use jam_core::base::error::TokenFault;
    #[doc(inline)]
    pub use jam_core::claims::{Claims, RegisteredClaims};
    #[doc(inline)]
    pub use jam_core::token::{Jwt, Token};
}

/// Tables of routes, and the parts of a rule.
pub mod routes {
    #[doc(inline)]
    pub use jam_core::backend::BackendId;
    #[doc(inline)]
    pub use jam_core::rule::{BackendName, Declared, Public, Source};

    pub use crate::extract::policy::{Policy, Verdict};
    #[doc(hidden)]
    pub use crate::router::SectionRule;
    pub use crate::router::{JamRouter, RouteTable, RoutesError, TableRow};
}

/// Parts of responses that operations of [`Jam`] return.
pub mod cookie {
    pub use crate::response::logout::Logout;
    pub use crate::response::set_cookie::SetCookie;
}

/// The builder of a [`Jam`] and its states.
pub mod builder {
    pub use crate::setup::builder::{HasBackend, JamBuilder, Ready, WantsBackend};
}

/// Traits of payloads that have roles or scopes.
pub mod payload {
    #[doc(inline)]
    pub use jam_core::payload::{HasRoles, HasScopes, Payload, Role, Scopes};
}

#[doc(inline)]
pub use jam_core::backend::{Backend, Identity};
#[doc(inline)]
pub use jam_core::base::error::StoreError;
#[doc(inline)]
pub use jam_core::claims::Claims;
#[doc(inline)]
pub use jam_core::payload::{Payload, Role, Scopes};
#[doc(inline)]
pub use jam_core::request::redirect::return_to;
#[doc(inline)]
pub use jam_core::rule::{Access, dsl};
#[doc(inline)]
pub use jam_core::session::{Session, SessionId, Sessions};
#[doc(inline)]
pub use jam_core::token::Jwt;

pub use crate::extract::auth::{Auth, JamState};
pub use crate::macros::{JamPayload, JamRole, jam_auth, jam_routes};
pub use crate::response::error::{Error, ErrorKind};
pub use crate::response::rejection::{Rejection, RejectionKind};
pub use crate::router::JamRouter;
pub use crate::setup::builder::JamBuilder;
pub use crate::setup::config::ConfigError;
pub use crate::setup::jam::Jam;
