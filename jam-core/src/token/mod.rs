//! Tokens: signed claims in the compact form of RFC 7519.

mod accepted;
mod compact;
mod header;
mod hmac;
mod key;
mod public_key;
mod signed;
#[cfg(any(test, fuzzing))]
pub(crate) mod twins;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use smol_str::SmolStr;
use zeroize::Zeroizing;

use crate::base::error::{Error, ErrorKind, TokenFault};
use crate::base::random;
use crate::claims::read_back;
use crate::claims::{self, Claims, Parties, RegisteredClaims, Time};
use crate::payload::Payload;
use crate::payload::kind;

use accepted::AcceptedHeaders;
use compact::Compact;
use key::Key;
pub use signed::Token;

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

/// By how many seconds a token may have been issued in the future.
const ISSUED_EARLY: u64 = 5;

/// Seconds from one warning to the next.
const WARNED_EVERY: u64 = 60;

/// The `typ` of a token that says nothing of its purpose (RFC 7519 section 5.1).
const PLAIN_TYPE: &str = "JWT";

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
        Some(Tokens {
            header: key.header(&self.typ),
            accepted: AcceptedHeaders::default(),
            warned: AtomicU64::new(0),
            key,
            lifetime: self.lifetime,
            max_lifetime: self.max_lifetime,
            leeway: self.leeway,
            parties: Parties {
                issuer: self.issuer.map(Into::into),
                subject: None,
                audience: self.audience.map(SmolStr::from).into(),
            }
            .shared(None),
            typ: self.typ,
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

/// Issues and verifies tokens: the backend that a [`Jwt`] configures.
pub struct Tokens {
    key: Key,
    /// The header of every token that is issued here, encoded.
    header: String,
    /// Other headers that were found to be good.
    accepted: AcceptedHeaders,
    /// When a warning was last logged, or 0.
    warned: AtomicU64,
    lifetime: u64,
    max_lifetime: u64,
    leeway: u64,
    /// Whom our own tokens name.
    parties: Option<Arc<Parties>>,
    typ: String,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens")
            .field("key", &self.key)
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}

impl Tokens {
    /// Makes claims around `payload`, issued at `now`.
    pub fn claims<P: Payload>(&self, payload: P, now: u64) -> Claims<P> {
        Claims {
            registered: RegisteredClaims {
                expires_at: now.saturating_add(self.lifetime),
                not_before: None,
                issued_at: Some(now.into()),
                // Signing makes up for a generator that failed here, or says so.
                token_id: random::text::<16>().map(Into::into),
                auth_time: None,
                parties: self.parties.clone(),
            },
            payload,
        }
    }

    /// Signs claims.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Payload`] if the payload is not a JSON object or too long for a token,
    /// [`ErrorKind::Random`] if the system had no random bytes for `jti`.
    pub fn sign<P: Payload>(&self, claims: &Claims<P>) -> Result<Token, Error> {
        let json = match claims.registered.token_id {
            Some(_) => serde_json::to_vec(claims),
            None => {
                let mut claims = claims.clone();
                let token_id = random::text::<16>().ok_or_else(|| Error::new(ErrorKind::Random))?;
                claims.registered.token_id = Some(token_id.into());
                serde_json::to_vec(&claims)
            }
        };
        let json = json.map_err(|error| Error::because(ErrorKind::Payload, error))?;
        if P::KIND.is_some() {
            kind::claim::<P>()?;
        }
        // A payload without a kind would be read from this token.
        if let Some(typ) = P::TOKEN_TYPE
            && same_type(&self.typ, typ)
        {
            return Err(Error::because(ErrorKind::Payload, KIND_IS_COMMON));
        }
        if read_back::is_due::<P>() {
            self.read_back(&json, &claims.payload)?;
        }
        let text = match P::TOKEN_TYPE {
            Some(typ) => compact::sign(&self.key, &self.key.header(typ), &json)?,
            None => compact::sign(&self.key, &self.header, &json)?,
        };
        Ok(Token {
            text,
            expires_at: claims.registered.expires_at,
            issued_at: claims.registered.issued_at().unwrap_or(0),
        })
    }

    /// Refuses to issue claims that will not be accepted.
    fn read_back<P: Payload>(&self, json: &[u8], written: &P) -> Result<(), Error> {
        let mut registered = RegisteredClaims::default();
        let read = claims::read::<P>(json, self.parties.as_ref(), &mut registered);
        read_back::check(written, read.map_err(|_| claims::culprit::<P>(json)))
    }

    /// Says, at most once a minute, why claims that are signed do not read as a `P`.
    #[cold]
    fn warn_unreadable<P: Payload>(&self, json: &[u8], now: u64) {
        let warned = self.warned.load(Ordering::Relaxed);
        let is_due = warned == 0 || now.saturating_sub(warned) >= WARNED_EVERY;
        if !is_due {
            return;
        }
        // Of those who find it due at once, one warns.
        let mine =
            self.warned
                .compare_exchange(warned, now.max(1), Ordering::Relaxed, Ordering::Relaxed);
        if mine.is_ok() {
            tracing::warn!(
                target: "jam",
                payload = %kind::name::<P>(),
                "a token with a good signature does not read as the payload: {}",
                claims::culprit::<P>(json)
            );
        }
    }

    /// Returns the claims of a valid token.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Token`] with the reason.
    pub fn verify_claims<P: Payload>(&self, text: &[u8], now: u64) -> Result<Claims<P>, Error> {
        let mut registered = RegisteredClaims::default();
        let payload = self.verify(text, now, &mut registered)?;
        Ok(Claims {
            registered,
            payload,
        })
    }

    /// The payload of a good token; the claims around it go into `registered`, which is worth nothing
    /// after an error.
    #[inline]
    pub(crate) fn verify<P: Payload>(
        &self,
        text: &[u8],
        now: u64,
        registered: &mut RegisteredClaims,
    ) -> Result<P, TokenFault> {
        if P::KIND.is_some()
            && let Err(clash) = kind::claim::<P>()
        {
            tracing::error!(target: "jam", "a token is not read: {clash}");
            return Err(TokenFault::Type);
        }
        let compact = Compact::parse(text, &self.header, self.key.signature_length())?;
        // Our own header, to the letter, and those that were read before.
        let known = match P::TOKEN_TYPE {
            None => compact.header == self.header.as_bytes(),
            Some(_) => false,
        } || self.accepted.holds(compact.header, P::TOKEN_TYPE);
        if !known {
            self.judge_header(compact.header, P::TOKEN_TYPE)?;
        }
        compact.verified_payload(&self.key, |json| {
            if !known {
                // Only what the key has signed: a stranger fills no memory.
                self.accepted.add(compact.header, P::TOKEN_TYPE);
            }
            let payload = match claims::read(json, self.parties.as_ref(), registered) {
                Ok(payload) => payload,
                Err(fault) => {
                    if fault == TokenFault::Claims {
                        self.warn_unreadable::<P>(json, now);
                    }
                    return Err(fault);
                }
            };
            self.judge(registered, now)?;
            Ok(payload)
        })
    }

    /// Judges the header of a token whose payload has a type of its own, or none.
    fn judge_header(&self, encoded: &[u8], own_type: Option<&str>) -> Result<(), TokenFault> {
        let header = header::read(encoded)?;
        if header.alg != self.key.algorithm_name() {
            return Err(TokenFault::Header);
        }
        match (&header.kid, self.key.name()) {
            (None, _) => {}
            (Some(asked), Some(name)) if asked == name => {}
            (Some(_), _) => return Err(TokenFault::Key),
        }
        // Then nothing would tell the payload's tokens from all others.
        if own_type.is_some_and(|own| same_type(&self.typ, own)) {
            return Err(TokenFault::Type);
        }
        let wanted = own_type.unwrap_or(&self.typ);
        match header.typ {
            Some(typ) if same_type(&typ, wanted) => Ok(()),
            None if wanted == PLAIN_TYPE => Ok(()),
            _ => Err(TokenFault::Type),
        }
    }

    #[inline]
    fn judge(&self, registered: &RegisteredClaims, now: u64) -> Result<(), TokenFault> {
        let (late, early) = (
            now.saturating_sub(self.leeway),
            now.saturating_add(self.leeway),
        );
        if registered.expires_at <= late {
            return Err(TokenFault::Expired);
        }
        // The issuer's clock may be ahead, and RFC 7519 does not ask to compare these two.
        let nearly = early.max(now.saturating_add(ISSUED_EARLY));
        let issued = registered.issued_at.max(registered.auth_time);
        let is_after = |time: Option<Time>, limit| time.is_some_and(|time| time.seconds() > limit);
        if is_after(registered.not_before, early) || is_after(issued, nearly) {
            return Err(TokenFault::NotYetValid);
        }
        let issued_at = registered.issued_at().unwrap_or(now);
        if registered.expires_at.saturating_sub(issued_at) > self.max_lifetime {
            return Err(TokenFault::Lifetime);
        }
        // A window that is empty was never meant to be open.
        if registered.not_before() >= Some(registered.expires_at) {
            return Err(TokenFault::Claims);
        }
        // Most tokens name whom our own do, and nobody else.
        if registered.parties == self.parties {
            return Ok(());
        }
        let nobody = Parties::default();
        let named = registered.parties.as_deref().unwrap_or(&nobody);
        let own = self.parties.as_deref().unwrap_or(&nobody);
        if own.issuer.is_some() && named.issuer != own.issuer {
            return Err(TokenFault::Issuer);
        }
        let audience = named.audience.as_slice();
        let ours = match own.audience.as_slice() {
            [] => audience.is_empty(),
            [own, ..] => audience.contains(own),
        };
        if !ours {
            return Err(TokenFault::Audience);
        }
        Ok(())
    }
}

const KIND_IS_COMMON: &str = "its kind makes the `typ` that `Jwt::token_type` gives to payloads without \
                              a kind: choose another name for one of the two";

fn same_type(found: &str, wanted: &str) -> bool {
    const PREFIX: &str = "application/";
    let plain = match found.split_at_checked(PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) => rest,
        _ => found,
    };
    plain.eq_ignore_ascii_case(wanted)
}
