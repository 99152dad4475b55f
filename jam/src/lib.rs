//! Declarative authentication and authorization for [axum].
//!
//! An attribute on a handler, or one table of routes, says who may call it. The macros generate the
//! extraction code and typed payloads at compile time; a mistake is a compile error that says what to
//! type instead.
//!
//! # Tokens
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
//! A request without a credential, or with an invalid one, is rejected with 401, and a malformed header with
//! 400. The handler, its other extractors and the body are not touched.
//!
//! # Sessions
//!
//! ```
//! # use axum::{Json, extract::State, response::IntoResponse};
//! # use jam::{Auth, Jam, JamPayload, jam_auth};
//! # use serde::{Deserialize, Serialize};
//! # #[derive(Clone, Serialize, Deserialize, JamPayload)]
//! # struct User { user: u64 }
//! async fn login(State(jam): State<Jam>) -> Result<impl IntoResponse, jam::Error> {
//!     let session = jam.create_session("username", &User { user: 1 }).await?;
//!     Ok(jam.session_cookie("sessionId", session))
//! }
//!
//! #[jam_auth(backend = "session", cookie = "sessionId")]
//! async fn get_user(user: Auth<User>) -> Json<User> { Json(user.into_inner()) }
//! ```
//!
//! [`Sessions`] sets the timeouts and the store. [`session::SessionStore`] is the trait of a store of your
//! own.
//!
//! # Table of contents
//!
//! | to | see |
//! |---|---|
//! | protect one handler | [`jam_auth`](macro@jam_auth), [`Auth`] |
//! | protect all routes of an application in one table | [`jam_routes!`], [`JamRouter`] |
//! | write a rule: backends, cookies, headers, roles, scopes, login pages | [`Access`], [`dsl`] |
//! | decide by more than a role, such as the owner of a note | [`Policy`](routes::Policy) |
//! | describe a caller: subject, roles, scopes | [`JamPayload`](macro@JamPayload), [`Payload`](trait@Payload), [`JamRole`](macro@JamRole) |
//! | sign in, sign out, list and end sessions | [`Jam`] |
//! | configure tokens: secret, lifetime, issuer, audience | [`Jwt`], [`token`] |
//! | rotate keys, publish public keys | [`token::KeyRing`], [`routes::jwks`] |
//! | configure sessions: timeouts, limits, stores | [`Sessions`], [`session`] |
//! | configure by a file or the environment | [`Jam::from_config`], [`Jam::from_env`] |
//! | accept API keys or other credentials | [`Backend`] |
//! | accept tokens of Auth0, Keycloak, Entra ID or another issuer | [`Issuer`], [`JamIssuer`] |
//! | protect a whole router by a layer, add headers for caches | [`layer`] |
//! | change the answer to a rejected request | [`JamBuilder::on_reject`], [`Rejection`] |
//! | handle an error of an operation | [`Error`], [`ErrorKind`] |
//! | see who may call what: text, JSON, OpenAPI | [`JamRouter::table`] |
//! | test an application | `jam::testing` with the feature `testing`, [`assert_table!`] |
//!
//! # One request
//!
//! The route is matched first. The rule runs next: it looks for the credential, has a backend
//! authenticate it, and checks roles, scopes, the age of the login and the site that sent the request.
//! Then come the policies, the other extractors, the body and the handler. A request that is rejected on
//! the way is answered with an RFC 9457 problem document; its [`RejectionKind`] says with which status.
//!
//! # Features
//!
//! No feature is on by default.
//!
//! | feature | adds |
//! |---|---|
//! | `toml` | configuration files in TOML |
//! | `yaml` | configuration files in YAML |
//! | `testing` | a test client, a clock that tests set, tests of a whole table |
//! | `asymmetric` | tokens with public keys, by AWS-LC (needs a C compiler) |
//! | `graviola` | tokens with public keys without a C compiler |
//! | `jsonwebtoken` | keys of the crate `jsonwebtoken`, keys for it, and verifiers of your own |
//! | `jwks` | the keys of other issuers, by discovery (with `asymmetric` or `graviola`) |
//! | `encryption` | encryption of the payloads of sessions in a store |
//! | `metrics` | `jam_store_seconds` and `jam_store_failures_total` by operation, for the crate `metrics` |
//! | `sqlite` | sessions in a SQLite file (needs a C compiler) |
//! | `postgres` | sessions in PostgreSQL |
//! | `redis` | sessions in Redis or Valkey: one server, Sentinel, or a cluster |
//! | `tls` | TLS for `postgres` and `redis` (needs a C compiler) |

#[cfg(all(
    feature = "jwks",
    not(any(feature = "asymmetric", feature = "graviola"))
))]
compile_error!(
    "the feature `jwks` of jam-auth needs an implementation of signatures: add the feature `asymmetric` \
     (AWS-LC, needs a C compiler) or `graviola` (no C compiler)"
);

mod arities;
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
        AtLimit, Change, Changes, InvalidSessionId, MemoryStore, Notifier, OwnerLimit, Page,
        Record, Session, SessionData, SessionId, SessionInfo, SessionStore, SessionToken, Sessions,
        Usage, Value, ValueKey, WriteOutcome,
    };
    #[cfg(feature = "encryption")]
    #[doc(inline)]
    pub use jam_core::session::{EncryptedStore, EncryptionKeys};
    #[cfg(feature = "postgres")]
    #[doc(inline)]
    pub use jam_postgres::{PostgresOptions, PostgresStore};
    #[cfg(feature = "redis")]
    #[doc(inline)]
    pub use jam_redis::{RedisOptions, RedisStore};
    #[cfg(feature = "sqlite")]
    #[doc(inline)]
    pub use jam_sqlite::{SqliteOptions, SqliteStore};
}

/// Signed tokens and their claims.
pub mod token {
    #[doc(inline)]
    pub use jam_core::base::error::TokenFault;
    #[doc(inline)]
    pub use jam_core::claims::{Claims, RegisteredClaims};
    #[doc(inline)]
    pub use jam_core::key::{Algorithm, KeyError, KeySet, SigningKey, VerifyingKey};
    #[doc(inline)]
    pub use jam_core::ring::{
        KeyFolder, KeyRing, KeySchedule, KeyState, NewRing, RingError, ScheduledKey,
    };
    pub use jam_core::token::{Jwt, PolicyError, Token, Verifier, VerifierBuilder, VerifierKeys};
}

/// The keys of other issuers, fetched over https.
#[cfg(all(feature = "jwks", any(feature = "asymmetric", feature = "graviola")))]
pub mod jwks {
    #[doc(inline)]
    pub use jam_jwks::{
        Addresses, Fetch, FetchError, HttpsClient, JwksError, RemoteKeys, RemoteKeysBuilder,
    };
}

/// Tables of routes, and the parts of a rule.
pub mod routes {
    #[doc(inline)]
    pub use jam_core::backend::BackendId;
    #[doc(inline)]
    pub use jam_core::rule::{BackendName, Declared, Public, Source};

    pub use crate::extract::jwks::jwks;
    pub use crate::extract::policy::{Policy, Verdict};
    pub use crate::response::jwks::Jwks;
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
pub use jam_core::backend::{Backend, BackendType, Identity, IssuerType};
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
pub use crate::macros::{JamIssuer, JamPayload, JamRole, jam_auth, jam_routes};
pub use crate::response::error::{Error, ErrorKind};
pub use crate::response::rejection::{Rejection, RejectionKind};
pub use crate::router::JamRouter;
pub use crate::setup::builder::JamBuilder;
pub use crate::setup::config::ConfigError;
pub use crate::setup::issuer::Issuer;
pub use crate::setup::jam::Jam;
