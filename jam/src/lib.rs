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

mod access;
mod auth;
mod backend;
mod base64url;
mod builder;
mod claims;
mod clock;
mod config;
mod cookie;
mod cookie_names;
mod credential;
mod deadline;
mod error;
mod found;
mod gate;
mod headers;
mod jam;
mod kind;
mod layer;
mod logout;
mod macros;
pub mod options;
mod origin;
mod payload;
mod policy;
mod problem;
mod random;
mod read_back;
mod redirect;
mod rejection;
mod response;
mod response_layer;
mod router;
mod rule;
mod session;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
mod token;
mod yielding;

/// What `fuzz/` calls.
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod __fuzz {
    /// Reads `json` as claims by every reader.
    pub fn claims(json: &[u8]) {
        crate::claims::twins::compare(json);
    }

    /// Verifies a token of which all is good but perhaps its header and its claims, and one that
    /// is whatever `header` is.
    pub fn token(header: &[u8], json: &[u8]) {
        crate::token::twins::compare(header, json);
        crate::token::twins::compare_text(header);
    }

    /// Looks for a cookie in `field`.
    pub fn cookie(field: &[u8]) {
        crate::cookie::compare(field);
    }
}

#[doc(hidden)]
#[path = "private.rs"]
#[allow(missing_docs)] // named by the macros' output alone
pub mod __private;

pub use crate::access::{Access, BackendName, Declared, Public, Source, dsl};
pub use crate::auth::Auth;
pub use crate::backend::{Backend, BackendId, Identity};
pub use crate::builder::{HasBackend, JamBuilder, Ready, WantsBackend};
pub use crate::claims::{Claims, RegisteredClaims};
pub use crate::config::ConfigError;
pub use crate::cookie::SetCookie;
pub use crate::error::{Error, ErrorKind, TokenFault};
pub use crate::jam::Jam;
pub use crate::layer::{
    Authentication, AuthenticationLayer, JwtBackend, LayerRule, SessionBackend,
};
pub use crate::logout::Logout;
pub use crate::macros::{JamPayload, JamRole, jam_auth, jam_routes};
pub use crate::payload::{HasRoles, HasScopes, Payload, Role, Scopes};
pub use crate::policy::{Policy, Verdict};
pub use crate::redirect::return_to;
pub use crate::rejection::{Rejection, RejectionKind};
pub use crate::response_layer::{ResponseHeaders, ResponseHeadersLayer};
pub use crate::router::{JamRouter, RouteTable, RoutesError, SectionRule, TableRow, Verb};
pub use crate::session::{
    AtLimit, Change, InvalidSessionId, MemoryStore, OwnerLimit, Record, Session, SessionData,
    SessionId, SessionInfo, SessionStore, SessionToken, Sessions, StoreError,
};
pub use crate::token::{Jwt, Token};
