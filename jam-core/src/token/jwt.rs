//! The configuration of tokens.

use std::fmt;
use std::time::Duration;

use smol_str::SmolStr;
use zeroize::Zeroizing;

use super::Tokens;
use super::issuer::Issuer;
use super::key::Key;
use super::verifier::Verifier;
use crate::base::random;
use crate::claims::Parties;

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
    key: Result<Key, &'static str>,
    lifetime: u64,
    max_lifetime: u64,
    leeway: u64,
    issuer: Option<String>,
    audience: Option<String>,
    typ: String,
}

/// The `typ` of a token without a special purpose (RFC 7519 section 5.1).
pub(super) const PLAIN_TYPE: &str = "JWT";

impl Jwt {
    /// Signs tokens with HMAC-SHA-256 under `secret`.
    ///
    /// # Errors
    ///
    /// A secret of fewer than 32 bytes (RFC 7518 section 3.2) makes
    /// `JamBuilder::build` fail.
    pub fn hs256(secret: impl AsRef<[u8]>) -> Self {
        Self::with_key(Key::hs256(secret.as_ref()))
    }

    /// Signs tokens with HMAC-SHA-256 under a random secret, for development and tests.
    ///
    /// A restart signs all users out, and two processes do not accept each other's tokens.
    pub fn hs256_random() -> Self {
        Self::with_key(match random::bytes::<32>() {
            Some(secret) => Key::hs256(&*Zeroizing::new(secret)),
            None => Err("the system's random generator failed"),
        })
    }

    fn with_key(key: Result<Key, &'static str>) -> Self {
        Self {
            key,
            lifetime: 3600,
            max_lifetime: u64::MAX,
            leeway: 0,
            issuer: None,
            audience: None,
            typ: PLAIN_TYPE.to_owned(),
        }
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
        self.max_lifetime = max_lifetime.as_secs();
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
        self.leeway = leeway.as_secs();
        self
    }

    /// Writes `iss` into new tokens, and rejects a token whose `iss` is not exactly this text (RFC 7519 section
    /// 4.1.1).
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// Writes `aud` into new tokens, and rejects a token whose `aud` does not contain exactly this text (RFC
    /// 7519 section 4.1.3).
    ///
    /// Without it a token that names an audience is rejected, because it is for another application.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// Sets the name of the key, which new tokens have as `kid` (RFC 7515 section 4.1.4).
    ///
    /// A token with another `kid` is rejected. If this key has no name, a token with any `kid` is rejected. A
    /// token without `kid` is verified with this key.
    pub fn key_id(mut self, key_id: impl Into<String>) -> Self {
        self.key = self.key.map(|key| key.named(key_id.into()));
        self
    }

    /// Writes `typ` into new tokens, and requires it in every token (RFC 8725 section 3.11), such as
    /// `at+jwt`. It is compared without case and without the prefix `application/`.
    pub fn token_type(mut self, token_type: impl Into<String>) -> Self {
        self.typ = token_type.into();
        self
    }

    /// Returns the mistakes of this configuration, each with its key.
    pub fn faults(&self) -> Vec<(&'static str, String)> {
        let mut faults = Vec::new();
        if let Err(why) = &self.key {
            faults.push(("jwt.secret", (*why).to_owned()));
        }
        if self.lifetime == 0 {
            faults.push((
                "jwt.lifetime",
                "a token must live for at least one second".to_owned(),
            ));
        }
        if self.lifetime > self.max_lifetime {
            faults.push((
                "jwt.max_lifetime",
                "it is shorter than the lifetime of the tokens that are issued here".to_owned(),
            ));
        }
        if self.leeway > 60 {
            faults.push((
                "jwt.leeway",
                "clocks may differ by 60 seconds at most".to_owned(),
            ));
        }
        for (what, text) in [
            ("jwt.issuer", self.issuer.as_deref()),
            ("jwt.audience", self.audience.as_deref()),
            ("jwt.token_type", Some(self.typ.as_str())),
        ] {
            if text.is_some_and(str::is_empty) {
                faults.push((what, "it must not be empty".to_owned()));
            }
        }
        faults
    }

    /// Makes the backend. `None` if there are [`faults`](Self::faults).
    pub fn ready(self) -> Option<Tokens> {
        let key = self.key.ok()?;
        let (signer, key) = (key.signer(), key.verifying_key());
        let header = signer.header(&self.typ);
        let parties = Parties {
            issuer: self.issuer.map(Into::into),
            subject: None,
            audience: self.audience.map(SmolStr::from).into(),
        };
        let parties = parties.shared(None);
        Some(Tokens {
            verifier: Verifier {
                key,
                own_header: header.clone(),
                accepted: Default::default(),
                warned: Default::default(),
                max_lifetime: self.max_lifetime,
                leeway: self.leeway,
                parties: parties.clone(),
                typ: self.typ.clone(),
            },
            issuer: Issuer {
                signer,
                header,
                lifetime: self.lifetime,
                parties,
                typ: self.typ,
            },
        })
    }
}

impl fmt::Debug for Jwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwt")
            .field("lifetime", &self.lifetime)
            .field("issuer", &self.issuer)
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}
