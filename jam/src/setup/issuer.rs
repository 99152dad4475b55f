//! Issuers of tokens other than the application.

use std::fmt;
use std::time::Duration;

use jam_core::token::{Verifier, VerifierBuilder, VerifierKeys};
#[cfg(all(feature = "jwks", any(feature = "asymmetric", feature = "graviola")))]
use jam_jwks::{RemoteKeys, RemoteKeysBuilder};

use super::config::Fault;

/// An issuer of tokens other than the application, such as the identity provider of a company.
///
/// A type that derives [`JamIssuer`](crate::JamIssuer) stands for it in rules. Pass the issuer to
/// [`JamBuilder::issuer`](crate::JamBuilder::issuer) with that type.
///
/// # Defaults
///
/// | setting | default |
/// |---|---|
/// | audience | none: it must be set |
/// | type | absent or `JWT`, in any case |
/// | leeway | 0 s |
/// | longest lifetime | no limit |
/// | cached tokens | 1024 |
#[must_use = "pass it to `JamBuilder::issuer`"]
pub struct Issuer {
    issuer: String,
    audience: Option<String>,
    /// The reason why there are no keys is reported when the `Jam` is built.
    verifier: Result<VerifierBuilder, String>,
}

impl Issuer {
    /// Makes an issuer with keys that are known: a key, a set, or a source of keys. Its tokens must have exactly
    /// this `iss` (RFC 7519 section 4.1.1).
    pub fn with_keys(issuer: impl Into<String>, keys: impl Into<VerifierKeys>) -> Self {
        Self::of(issuer.into(), Ok(keys.into()))
    }

    fn of(issuer: String, keys: Result<VerifierKeys, String>) -> Self {
        Self {
            verifier: keys.map(|keys| Verifier::builder(keys).issuer(&issuer)),
            issuer,
            audience: None,
        }
    }

    /// Changes the verifier, if there are keys.
    fn with(mut self, change: impl FnOnce(VerifierBuilder) -> VerifierBuilder) -> Self {
        self.verifier = self.verifier.map(change);
        self
    }

    /// Makes an issuer with the keys in its discovery document (OpenID Connect Discovery 1.0), at
    /// `<issuer>/.well-known/openid-configuration`. For other settings use
    /// [`with_remote_keys`](Self::with_remote_keys).
    ///
    /// # Errors
    ///
    /// A text that is not an https URL makes [`JamBuilder::build`](crate::JamBuilder::build) fail.
    #[cfg(all(feature = "jwks", any(feature = "asymmetric", feature = "graviola")))]
    pub fn discover(issuer: impl Into<String>) -> Self {
        let issuer = issuer.into();
        let keys = RemoteKeys::discover(&issuer);
        Self::with_remote_keys(issuer, keys)
    }

    /// Makes an issuer with the keys in the JWK set at the address `url` (RFC 7517 section 5).
    ///
    /// # Errors
    ///
    /// An address that is not an https URL makes [`JamBuilder::build`](crate::JamBuilder::build) fail.
    #[cfg(all(feature = "jwks", any(feature = "asymmetric", feature = "graviola")))]
    pub fn jwks(issuer: impl Into<String>, url: impl Into<String>) -> Self {
        Self::with_remote_keys(issuer, RemoteKeys::at(url))
    }

    /// Makes an issuer with keys that are fetched with these settings. Their mistakes make
    /// [`JamBuilder::build`](crate::JamBuilder::build) fail.
    #[cfg(all(feature = "jwks", any(feature = "asymmetric", feature = "graviola")))]
    pub fn with_remote_keys(issuer: impl Into<String>, keys: RemoteKeysBuilder) -> Self {
        let keys = keys.build().map(VerifierKeys::from);
        Self::of(issuer.into(), keys.map_err(|why| why.to_string()))
    }

    /// Sets the audience: a token must contain exactly this text in `aud` (RFC 7519 section 4.1.3).
    ///
    /// # Errors
    ///
    /// Without an audience [`JamBuilder::build`](crate::JamBuilder::build) fails, because a token for another
    /// application would be accepted.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        let audience = audience.into();
        self.audience = Some(audience.clone());
        self.with(|verifier| verifier.audience(audience))
    }

    /// Requires this `typ` (RFC 8725 section 3.11), such as `at+jwt`. It is compared without case and without
    /// the prefix `application/`.
    pub fn token_type(self, token_type: impl Into<String>) -> Self {
        self.with(|verifier| verifier.token_type(token_type))
    }

    /// Requires the profile of access tokens (RFC 9068): the `typ` `at+jwt`, and the claims `iss`, `exp`, `aud`, `sub`,
    /// `client_id`, `iat` and `jti`.
    ///
    /// An ID token of the same issuer, which is for a client and not for an API, is then never accepted.
    pub fn access_tokens(self) -> Self {
        self.with(VerifierBuilder::access_tokens)
    }

    /// Sets the tolerated difference of clocks in whole seconds, at most 60 s.
    pub fn leeway(self, leeway: Duration) -> Self {
        self.with(|verifier| verifier.leeway(leeway))
    }

    /// Rejects a token that is valid for longer, in whole seconds from its `iat`, or from now if it has none.
    pub fn max_lifetime(self, max_lifetime: Duration) -> Self {
        self.with(|verifier| verifier.max_lifetime(max_lifetime))
    }

    /// Sets the number of tokens whose signature is not verified again, at most 65,536. 0 switches the cache off.
    /// [`VerifierBuilder::cached_tokens`](crate::token::VerifierBuilder::cached_tokens) says what it trades.
    pub fn cached_tokens(self, count: usize) -> Self {
        self.with(|verifier| verifier.cached_tokens(count))
    }

    /// Makes the verifier, or reports why it cannot be made. `name` is the name of the backend.
    pub(crate) fn ready(self, name: &str, faults: &mut Vec<Fault>) -> Option<Verifier> {
        let key = format!("issuer.{name}");
        let mut note = |why: String| faults.push(Fault::new(&key, why));
        if self.audience.is_none() {
            note(NO_AUDIENCE.to_owned());
        }
        let built = self
            .verifier
            .and_then(|verifier| verifier.build().map_err(|why| why.to_string()));
        built.map_err(note).ok()
    }
}

const NO_AUDIENCE: &str = "it has no audience: add .audience(\"https://api.example.com\"), the value of `aud` in \
                           tokens for this application";

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer")
            .field("issuer", &self.issuer)
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}
