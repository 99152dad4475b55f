//! The profile of access tokens (RFC 9068).

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::base::error::TokenFault;

/// The `typ` of an access token (RFC 9068 section 2.1).
pub(super) const ACCESS_TOKEN: &str = "at+jwt";

/// The claims that an access token has (RFC 9068 section 2.2). Their values are checked elsewhere, except for
/// these two.
#[derive(Deserialize)]
#[allow(dead_code)] // they must be there
struct Required<'a> {
    iss: IgnoredAny,
    exp: IgnoredAny,
    aud: IgnoredAny,
    iat: IgnoredAny,
    jti: IgnoredAny,
    #[serde(borrow)]
    sub: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    client_id: std::borrow::Cow<'a, str>,
}

/// Checks that all claims of the profile are there.
pub(super) fn check(json: &[u8]) -> Result<(), TokenFault> {
    match serde_json::from_slice::<Required<'_>>(json) {
        Ok(claims) if !claims.sub.is_empty() && !claims.client_id.is_empty() => Ok(()),
        _ => Err(TokenFault::Claims),
    }
}
