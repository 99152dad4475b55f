//! The public keys of the application, and the handler that serves them.

use axum::extract::FromRequestParts;
use http::request::Parts;
use jam_core::base::error as core;

use super::auth::JamState;
use crate::response::error::{Error, ErrorKind};
use crate::response::jwks::Jwks;
use crate::setup::jam::Jam;

impl Jam {
    /// Returns the public keys of the JWT backend, with which others verify the application's tokens: those that
    /// sign, that will sign, and that signed tokens which can still be valid.
    ///
    /// [`routes::jwks`](crate::routes::jwks) is a handler that serves them.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BackendMissing`](crate::ErrorKind::BackendMissing) without a JWT backend, or if its keys are shared secrets, which are
    /// never published (500).
    pub fn jwks(&self) -> Result<Jwks, Error> {
        let tokens = self.authenticator().tokens()?;
        let published = tokens.jwks(self.authenticator().now());
        match published {
            Some((keys, max_age)) if keys["keys"] != serde_json::json!([]) => {
                Ok(Jwks { keys, max_age })
            }
            _ => Err(core::Error::because(ErrorKind::BackendMissing, SECRET).into()),
        }
    }
}

const SECRET: &str = "the JWT backend signs with a shared secret, which cannot be published; sign with a \
                      private key, for example of a ring that `jam keys generate` made";

/// A handler that serves the public keys of the application, [`Jam::jwks`].
///
/// ```
/// use axum::{Router, routing::get};
/// use jam::{Jam, Jwt};
///
/// # fn main() -> Result<(), jam::ConfigError> {
/// let jam = Jam::builder().jwt(Jwt::hs256_random()).build()?;
/// let app: Router = Router::new()
///     .route("/.well-known/jwks.json", get(jam::routes::jwks))
///     .with_state(jam);
/// # let _ = app;
/// # Ok(())
/// # }
/// ```
///
/// In a table it is a public route:
///
/// ```
/// use jam::{Jam, JamRouter, jam_routes, routes::jwks};
///
/// let routes: JamRouter<Jam> = jam_routes![
///     public("verifiers fetch the keys without a credential") = [
///         get("/.well-known/jwks.json", jwks),
///     ],
/// ];
/// # let _ = routes;
/// ```
///
/// # Errors
///
/// Those of [`Jam::jwks`].
#[allow(clippy::unused_async)] // a handler
pub async fn jwks(keys: Jwks) -> Jwks {
    keys
}

impl<S: JamState> FromRequestParts<S> for Jwks {
    type Rejection = Error;

    async fn from_request_parts(_parts: &mut Parts, state: &S) -> Result<Self, Error> {
        state.jam().jwks()
    }
}
