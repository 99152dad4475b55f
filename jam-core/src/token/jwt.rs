//! The configuration of tokens.

use std::fmt;
use std::time::Duration;

use super::issuer::Issuer;
use super::policy::Policy;
use super::verifier::Verifier;
use super::{Tokens, header};
use crate::key::{Algorithm, KeyError, KeySet, SigningKey, VerifyingKey};

/// The configuration of tokens: the backend `"jwt"` of a `Jam`.
///
/// ```
/// use std::time::Duration;
/// use jam::{Jam, Jwt};
///
/// # fn main() -> Result<(), jam::ConfigError> {
/// let jwt = Jwt::hs256("a secret that is at least 32 bytes")
///     .lifetime(Duration::from_secs(15 * 60))
///     .issuer("https://id.example");
/// let jam = Jam::builder().jwt(jwt).build()?;
/// # let _ = jam;
/// # Ok(())
/// # }
/// ```
///
/// # Defaults
///
/// | setting | default |
/// |---|---|
/// | lifetime | 3600 s |
/// | longest lifetime of an accepted token | no limit |
/// | leeway | 0 s |
/// | issuer, audience | not written, not required |
/// | type | absent or `JWT`, in any case |
/// | key id | none |
///
/// These cannot be switched off: a token has the key's one algorithm and an `exp`, is canonical unpadded
/// base64url and one JSON object without duplicate names, has no `crit` and no `b64`, and at most 8 KiB.
pub struct Jwt {
    key: Result<SigningKey, KeyError>,
    /// Keys that verify, but do not sign.
    accepted: Vec<Result<VerifyingKey, KeyError>>,
    lifetime: u64,
    policy: Policy,
}

impl Jwt {
    /// Signs tokens with HMAC-SHA-256 under `secret`.
    ///
    /// # Errors
    ///
    /// A secret of fewer than 32 bytes (RFC 7518 section 3.2) makes `JamBuilder::build` fail.
    pub fn hs256(secret: impl AsRef<[u8]>) -> Self {
        Self::of(SigningKey::hmac(Algorithm::Hs256, secret))
    }

    /// Signs tokens with HMAC-SHA-384 under `secret`.
    ///
    /// # Errors
    ///
    /// A secret of fewer than 48 bytes (RFC 7518 section 3.2) makes `JamBuilder::build` fail.
    pub fn hs384(secret: impl AsRef<[u8]>) -> Self {
        Self::of(SigningKey::hmac(Algorithm::Hs384, secret))
    }

    /// Signs tokens with HMAC-SHA-512 under `secret`.
    ///
    /// # Errors
    ///
    /// A secret of fewer than 64 bytes (RFC 7518 section 3.2) makes `JamBuilder::build` fail.
    pub fn hs512(secret: impl AsRef<[u8]>) -> Self {
        Self::of(SigningKey::hmac(Algorithm::Hs512, secret))
    }

    /// Signs tokens with HMAC-SHA-256 under a random secret, for development and tests.
    ///
    /// A restart signs all users out, and two processes do not accept each other's tokens.
    pub fn hs256_random() -> Self {
        Self::of(SigningKey::generate(Algorithm::Hs256))
    }

    /// Signs tokens with this key, and accepts them.
    pub fn with_key(key: SigningKey) -> Self {
        Self::of(Ok(key))
    }

    fn of(key: Result<SigningKey, KeyError>) -> Self {
        Self {
            key,
            accepted: Vec::new(),
            lifetime: 3600,
            policy: Policy::default(),
        }
    }

    /// Also accepts tokens that were signed with `secret` and the algorithm of this configuration, so that a
    /// secret can be replaced without signing users out.
    ///
    /// Remove the old secret when the last token that it signed has expired: after one
    /// [`lifetime`](Self::lifetime).
    ///
    /// ```
    /// # fn main() -> Result<(), jam::ConfigError> {
    /// # let (new, old) = ([1; 32], [2; 32]);
    /// let jam = jam::Jam::builder().jwt(jam::Jwt::hs256(new).also_accept(old)).build()?;
    /// # let _ = jam;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// A secret that is too short, or a key of this configuration that is not a secret, makes
    /// `JamBuilder::build` fail.
    pub fn also_accept(mut self, secret: impl AsRef<[u8]>) -> Self {
        if let Ok(key) = &self.key {
            let accepted = VerifyingKey::hmac(key.algorithm(), secret);
            self.accepted.push(accepted);
        }
        self
    }

    /// Also accepts tokens of this key.
    ///
    /// # Errors
    ///
    /// A key with the id of another one, or a public key beside a shared secret, makes `JamBuilder::build` fail.
    pub fn also_accept_key(mut self, key: VerifyingKey) -> Self {
        self.accepted.push(Ok(key));
        self
    }

    /// Sets the time from the issue of a token to its expiry, in whole seconds. The default is one hour.
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime.as_secs();
        self
    }

    /// Rejects a token that is valid for longer than `max_lifetime`, in whole seconds from its `iat`, or from
    /// now if it has none. The default is no limit.
    ///
    /// It limits the tokens that another holder of the key can issue, such as one for ten years.
    ///
    /// # Errors
    ///
    /// A [`lifetime`](Self::lifetime) that is longer makes
    /// `JamBuilder::build` fail.
    pub fn max_lifetime(mut self, max_lifetime: Duration) -> Self {
        self.policy.max_lifetime = max_lifetime.as_secs();
        self
    }

    /// Sets the difference of clocks that is tolerated between the issuer and this machine, in whole seconds.
    /// The default is 0; `iat` and `auth_time` may always be 5 seconds ahead.
    ///
    /// # Errors
    ///
    /// More than 60 s makes `JamBuilder::build` fail: that would not be a difference of clocks but a longer
    /// lifetime.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.policy.leeway = leeway.as_secs();
        self
    }

    /// Writes `iss` into new tokens, and rejects a token whose `iss` is not exactly this text (RFC 7519 section
    /// 4.1.1).
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.policy.issuer = Some(issuer.into());
        self
    }

    /// Writes `aud` into new tokens, and rejects a token whose `aud` does not contain exactly this text (RFC
    /// 7519 section 4.1.3).
    ///
    /// Without it a token that names an audience is rejected, because it is for another application.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.policy.audience = Some(audience.into());
        self
    }

    /// Sets the name of the key, which new tokens have as `kid` (RFC 7515 section 4.1.4).
    ///
    /// A token with another `kid` is rejected. If this key has no name, a token with any `kid` is rejected. A
    /// token without `kid` is verified with this key.
    pub fn key_id(mut self, key_id: impl Into<String>) -> Self {
        self.key = self.key.map(|key| key.with_id(key_id));
        self
    }

    /// Writes `typ` into new tokens, and requires it in every token (RFC 8725 section 3.11), such as
    /// `at+jwt`. It is compared without case and without the prefix `application/`.
    pub fn token_type(mut self, token_type: impl Into<String>) -> Self {
        self.policy.typ = token_type.into();
        self
    }

    /// Returns the mistakes of this configuration, each with its setting.
    #[doc(hidden)] // for the crate of a framework
    pub fn faults(&self) -> Vec<(&'static str, String)> {
        let mut faults = Vec::new();
        match &self.key {
            Err(why) => faults.push(("jwt.secret", why.to_string())),
            Ok(_) => faults.extend(
                self.keys()
                    .err()
                    .map(|why| ("jwt.also_accept", why.to_string())),
            ),
        }
        if self.lifetime == 0 {
            faults.push((
                "jwt.lifetime",
                "a token must live for at least one second".to_owned(),
            ));
        }
        if self.lifetime > self.policy.max_lifetime {
            faults.push((
                "jwt.max_lifetime",
                "it is shorter than the lifetime of the tokens that are issued here".to_owned(),
            ));
        }
        faults.extend(self.policy.faults().into_iter().map(|(setting, why)| {
            let setting = match setting {
                "leeway" => "jwt.leeway",
                "issuer" => "jwt.issuer",
                "audience" => "jwt.audience",
                _ => "jwt.token_type",
            };
            (setting, why)
        }));
        faults
    }

    /// Returns the keys that verify. The first one belongs to the key that signs.
    fn keys(&self) -> Result<KeySet, KeyError> {
        let own = self.key.as_ref().map(SigningKey::verifying_key);
        let own = own.map_err(KeyError::clone);
        let keys = std::iter::once(own).chain(self.accepted.iter().cloned());
        KeySet::new(keys.collect::<Result<Vec<_>, _>>()?)
    }

    /// Makes the backend. `None` if there are [`faults`](Self::faults).
    #[doc(hidden)] // for the crate of a framework
    pub fn ready(self) -> Option<Tokens> {
        let keys = self.keys().ok()?;
        let key = self.key.ok()?;
        let policy = self.policy.ready();
        let header = header::of(&key, &policy.typ);
        Some(Tokens {
            issuer: Issuer {
                key,
                header: header.clone(),
                lifetime: self.lifetime,
                parties: policy.parties.clone(),
                typ: policy.typ.clone(),
            },
            verifier: Verifier::new(keys, policy, header),
        })
    }
}

impl fmt::Debug for Jwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwt")
            .field("lifetime", &self.lifetime)
            .field("issuer", &self.policy.issuer)
            .field("audience", &self.policy.audience)
            .finish_non_exhaustive()
    }
}
