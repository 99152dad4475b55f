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

/// How tokens are signed and judged: the JWT backend of a [`Jam`](crate::Jam).
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
/// | what | default |
/// |---|---|
/// | lifetime | 3600 s |
/// | longest lifetime of a token that is accepted | no limit |
/// | leeway | 0 s |
/// | issuer, audience | not written, not asked for |
/// | type | absent or `JWT`, in any case |
/// | key id | none |
///
/// Always, and with no way to switch it off: the key's one algorithm, `exp`, canonical
/// unpadded base64url, one JSON object without duplicate names, no `crit`, no `b64`,
/// at most 8 KiB.
pub struct Jwt {
    key: Result<Key, &'static str>,
    lifetime: u64,
    max_lifetime: u64,
    leeway: u64,
    issuer: Option<String>,
    audience: Option<String>,
    typ: String,
}

/// The `typ` of a token that says nothing of its purpose (RFC 7519 section 5.1).
pub(super) const PLAIN_TYPE: &str = "JWT";

impl Jwt {
    /// Tokens signed with HMAC-SHA-256 under `secret`.
    ///
    /// # Errors
    ///
    /// A secret of fewer than 32 bytes (RFC 7518 section 3.2) makes
    /// [`JamBuilder::build`](crate::JamBuilder::build) fail.
    pub fn hs256(secret: impl AsRef<[u8]>) -> Self {
        Self::with_key(Key::hs256(secret.as_ref()))
    }

    /// Tokens signed with HMAC-SHA-256 under a secret that is made now and kept by nobody:
    /// for development and tests. A restart signs everybody out, and two processes do not
    /// accept each other's tokens.
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

    /// How long a token is valid from its issue, in whole seconds. The default is one
    /// hour.
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime.as_secs();
        self
    }

    /// Refuses a token that is valid for more than `max_lifetime`, in whole seconds from its `iat`,
    /// or from now if it has none. The default is no limit.
    ///
    /// It limits what whoever has the key can issue, such as a token for ten years.
    ///
    /// # Errors
    ///
    /// A [`lifetime`](Self::lifetime) that is longer makes
    /// [`JamBuilder::build`](crate::JamBuilder::build) fail.
    pub fn max_lifetime(mut self, max_lifetime: Duration) -> Self {
        self.max_lifetime = max_lifetime.as_secs();
        self
    }

    /// By how many whole seconds the clock of whoever issued a token may differ from
    /// this one. The default is 0; `iat` and `auth_time` may be 5 seconds ahead in any case.
    ///
    /// # Errors
    ///
    /// More than 60 s makes [`JamBuilder::build`](crate::JamBuilder::build) fail: it
    /// would no longer be a difference of clocks but a longer life.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway.as_secs();
        self
    }

    /// Writes `iss` into new tokens, and refuses a token whose `iss` is not exactly this
    /// text (RFC 7519 section 4.1.1).
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// Writes `aud` into new tokens, and refuses a token whose `aud` does not contain
    /// exactly this text (RFC 7519 section 4.1.3).
    ///
    /// Without it a token that names an audience is refused: it is for somebody else.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// The name of the key, written into new tokens as `kid` (RFC 7515 section 4.1.4).
    ///
    /// A token that names another key is refused, and so is one that names any key when
    /// this key has no name. A token without a name is judged by this key.
    pub fn key_id(mut self, key_id: impl Into<String>) -> Self {
        self.key = self.key.map(|key| key.named(key_id.into()));
        self
    }

    /// Writes `typ` into new tokens, and asks for it in every token (RFC 8725 section
    /// 3.11): `at+jwt`, for example. It is compared without case, and
    /// without the prefix `application/`.
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
                "a token must live for a second at least".to_owned(),
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
