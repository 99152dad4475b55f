//! The configuration of tokens.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::Tokens;
use super::issuer::Issuer;
use super::keys::Keys;
use super::policy::Policy;
use super::verifier::Verifier;
use crate::key::{Algorithm, KeyError, KeySet, SigningKey, VerifyingKey};
use crate::ring::KeyRing;

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
/// | cached tokens | 1024 for public keys, 0 for shared secrets |
///
/// These cannot be switched off: a token has the key's one algorithm and an `exp`, is canonical unpadded
/// base64url and one JSON object without duplicate names, has no `crit` and no `b64`, and at most 8 KiB.
pub struct Jwt {
    key: SignedBy,
    /// Keys that verify, but do not sign.
    accepted: Vec<Result<VerifyingKey, KeyError>>,
    key_id: Option<String>,
    cached: Option<usize>,
    lifetime: u64,
    policy: Policy,
}

/// The key or the ring that signs tokens.
enum SignedBy {
    Key(Result<SigningKey, KeyError>),
    Ring(KeyRing),
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

    /// Signs tokens with the current key of a ring, and accepts those of all keys of the ring that verify.
    ///
    /// The [`lifetime`](Self::lifetime) is the ring's token lifetime, unless it is set.
    ///
    /// # Errors
    ///
    /// A longer lifetime, [`key_id`](Self::key_id), or a key that is accepted besides make `JamBuilder::build`
    /// fail. To sign a token that would outlive its key is an error.
    pub fn keys(ring: KeyRing) -> Self {
        Self {
            lifetime: ring.schedule().token_lifetime(),
            ..Self::signed_by(SignedBy::Ring(ring))
        }
    }

    fn of(key: Result<SigningKey, KeyError>) -> Self {
        Self::signed_by(SignedBy::Key(key))
    }

    fn signed_by(key: SignedBy) -> Self {
        Self {
            key,
            accepted: Vec::new(),
            key_id: None,
            cached: None,
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
        match &self.key {
            SignedBy::Key(Ok(key)) => {
                let accepted = VerifyingKey::hmac(key.algorithm(), secret);
                self.accepted.push(accepted);
            }
            // Its own error is reported.
            SignedBy::Key(Err(_)) => {}
            SignedBy::Ring(_) => self.accepted.push(Err(KeyError::new(RING_HAS_ITS_KEYS))),
        }
        self
    }

    /// Also accepts tokens of this key.
    ///
    /// # Errors
    ///
    /// A key with the id of another one, or a public key beside a shared secret, makes `JamBuilder::build` fail.
    pub fn also_accept_key(mut self, key: VerifyingKey) -> Self {
        self.accepted.push(match &self.key {
            SignedBy::Key(_) => Ok(key),
            SignedBy::Ring(_) => Err(KeyError::new(RING_HAS_ITS_KEYS)),
        });
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
        self.key_id = Some(key_id.into());
        self
    }

    /// Writes `typ` into new tokens, and requires it in every token (RFC 8725 section 3.11), such as
    /// `at+jwt`. It is compared without case and without the prefix `application/`.
    pub fn token_type(mut self, token_type: impl Into<String>) -> Self {
        self.policy.typ = token_type.into();
        self
    }

    /// Sets the number of tokens whose signature is not verified again, at most 65,536. 0 switches the cache off.
    /// [`VerifierBuilder::cached_tokens`](super::VerifierBuilder::cached_tokens) says what it trades.
    pub fn cached_tokens(mut self, count: usize) -> Self {
        self.cached = Some(count);
        self
    }

    /// Returns the mistakes of this configuration, each with its setting.
    #[doc(hidden)] // for the crate of a framework
    pub fn faults(&self) -> Vec<(&'static str, String)> {
        let mut faults = Vec::new();
        match (&self.key, self.keys_that_verify()) {
            (SignedBy::Key(Err(why)), _) => faults.push(("jwt.secret", why.to_string())),
            (_, Err(why)) => faults.push(("jwt.also_accept", why.to_string())),
            (_, Ok(_)) => {}
        }
        if let (SignedBy::Ring(_), Some(_)) = (&self.key, &self.key_id) {
            faults.push(("jwt.key_id", RING_NAMES_ITS_KEYS.to_owned()));
        }
        if let SignedBy::Ring(ring) = &self.key
            && self.lifetime > ring.schedule().token_lifetime()
        {
            faults.push((
                "jwt.lifetime",
                "it is longer than the token lifetime of the ring, so that a token could outlive its key"
                    .to_owned(),
            ));
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
    fn keys_that_verify(&self) -> Result<Option<KeySet>, KeyError> {
        let accepted = self.accepted.iter().cloned();
        let own = match &self.key {
            SignedBy::Key(key) => key.as_ref().map(|key| self.named(key).verifying_key()),
            // Every one of them is an error.
            SignedBy::Ring(_) => return accepted.collect::<Result<Vec<_>, _>>().map(|_| None),
        };
        let keys = std::iter::once(own.map_err(KeyError::clone)).chain(accepted);
        KeySet::new(keys.collect::<Result<Vec<_>, _>>()?).map(Some)
    }

    /// Returns the key with the id of this configuration.
    fn named(&self, key: &SigningKey) -> SigningKey {
        match &self.key_id {
            Some(id) => key.clone().with_id(id),
            None => key.clone(),
        }
    }

    /// Makes the backend. `None` if there are [`faults`](Self::faults).
    #[doc(hidden)] // for the crate of a framework
    pub fn ready(self) -> Option<Tokens> {
        let set = self.keys_that_verify().ok()?;
        let policy = self.policy.clone().ready();
        let keys = match (&self.key, set) {
            (SignedBy::Key(key), Some(set)) => {
                let key = self.named(key.as_ref().ok()?);
                Keys::fixed(set, Some(key), &policy.typ)
            }
            (SignedBy::Ring(ring), _) if self.key_id.is_none() => {
                Keys::changing(Arc::new(ring.clone()), &policy.typ)
            }
            _ => return None,
        };
        Some(Tokens {
            issuer: Issuer {
                lifetime: self.lifetime,
                parties: policy.parties.clone(),
                typ: policy.typ.clone(),
            },
            verifier: Verifier::new(keys, policy, self.cached),
        })
    }
}

const RING_HAS_ITS_KEYS: &str = "a ring has all of its keys; add the other one to the ring";
const RING_NAMES_ITS_KEYS: &str = "a ring names its keys itself; remove the key id";

impl fmt::Debug for Jwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwt")
            .field("lifetime", &self.lifetime)
            .field("issuer", &self.policy.issuer)
            .field("audience", &self.policy.audience)
            .finish_non_exhaustive()
    }
}
