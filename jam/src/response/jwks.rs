//! The public keys of the application.

use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde::{Serialize, Serializer};
use serde_json::Value;

/// The public keys of the application as a JWK set (RFC 7517 section 5), the result of
/// [`Jam::jwks`](crate::Jam::jwks).
///
/// As a response it has the type `application/jwk-set+json`, and `Cache-Control` with the time for which a verifier
/// may keep the keys: half of the time for which a new key of a ring stands by, and 5 minutes for keys that do
/// not change. It serializes to the set.
#[derive(Clone, Debug)]
pub struct Jwks {
    pub(crate) keys: Value,
    /// Seconds.
    pub(crate) max_age: u64,
}

impl Serialize for Jwks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.keys.serialize(serializer)
    }
}

impl IntoResponse for Jwks {
    fn into_response(self) -> Response {
        let mut response = self.keys.to_string().into_response();
        let headers = response.headers_mut();
        let json = HeaderValue::from_static("application/jwk-set+json");
        headers.insert(CONTENT_TYPE, json);
        let cache = HeaderValue::try_from(format!("public, max-age={}", self.max_age));
        // A number is always a valid header.
        if let Ok(cache) = cache {
            headers.insert(CACHE_CONTROL, cache);
        }
        response
    }
}
