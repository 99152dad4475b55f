//! Verification of tokens.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::accepted::Selected;
use super::compact::Compact;
use super::header;
use super::keys::{Keys, Known};
use super::policy::{Policy, ReadyPolicy};
use super::profile::ACCESS_TOKEN;
use super::verified::{self, Verified, VerifiedTokens};
use crate::base::clock::Clock;
use crate::base::decision::Decision;
use crate::base::error::{Error, TokenFault};
use crate::claims::{self, Claims, RegisteredClaims};
use crate::key::{Algorithm, KeySet, KeySource, VerifyingKey};
use crate::payload::{Held, Payload, kind};
use crate::ring::KeyRing;

/// Seconds from one warning to the next.
const WARNED_EVERY: u64 = 60;

/// A verifier of tokens, without HTTP.
///
/// A [`Jam`](https://docs.rs/jam-auth) has its own verifier. Use this one for tokens that do not come from a
/// request, such as those of a message queue or of a command line.
///
/// ```
/// use jam::token::{Algorithm, SigningKey, Verifier};
/// # use jam::{Jam, JamPayload, Jwt};
/// # use serde::{Deserialize, Serialize};
///
/// # #[derive(Clone, Serialize, Deserialize, JamPayload)]
/// # struct User { user: u64 }
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let key = SigningKey::generate(Algorithm::Hs256)?;
/// let jam = Jam::builder().jwt(Jwt::with_key(key.clone()).audience("mail")).build()?;
/// let token = jam.gen_jwt_token(&jam.make_payload(User { user: 7 }))?;
///
/// let verifier = Verifier::builder(key.verifying_key()).audience("mail").build()?;
/// let claims = verifier.verify::<User>(token.as_str())?;
/// assert_eq!(claims.user, 7);
/// # Ok(())
/// # }
/// ```
pub struct Verifier {
    pub(super) keys: Keys,
    pub(super) policy: ReadyPolicy,
    verified: VerifiedTokens,
    /// Tokens under a shared secret are cached too.
    caches_secrets: bool,
    /// The time of the last warning, or 0.
    warned: AtomicU64,
}

impl Verifier {
    /// Starts a verifier that accepts tokens of these keys.
    pub fn builder(keys: impl Into<VerifierKeys>) -> VerifierBuilder {
        VerifierBuilder {
            keys: keys.into(),
            policy: Policy::default(),
            cached: None,
        }
    }

    /// `cached` is the number of verified tokens that are cached, if it is set.
    pub(super) fn new(keys: Keys, policy: ReadyPolicy, cached: Option<usize>) -> Self {
        Self {
            keys,
            policy,
            verified: VerifiedTokens::new(cached.unwrap_or(verified::DEFAULT)),
            caches_secrets: cached.is_some(),
            warned: AtomicU64::default(),
        }
    }

    /// Returns the claims of a token that is valid now, with the keys that are at hand.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Token`](crate::base::error::ErrorKind::Token) with the reason: 401.
    pub fn verify<P: Payload>(&self, token: &str) -> Result<Claims<P>, Error> {
        self.verify_at(token, Clock::default().now())
    }

    /// Returns the claims of a token that is valid at `now`, in seconds since the Unix epoch.
    ///
    /// # Errors
    ///
    /// Those of [`verify`](Self::verify).
    pub fn verify_at<P: Payload>(&self, token: &str, now: u64) -> Result<Claims<P>, Error> {
        Ok(self.check(token.as_bytes(), now)?.into())
    }

    /// Returns the claims of a token that is valid now. Keys of another issuer are fetched if necessary.
    ///
    /// # Errors
    ///
    /// Those of [`verify`](Self::verify).
    pub async fn verify_fetching<P: Payload>(&self, token: &str) -> Result<Claims<P>, Error> {
        let now = Clock::default().now();
        Ok(self.decide(token.as_bytes(), now).wait().await?.into())
    }

    /// Returns the payload of a token with a valid signature and a valid header. Its claims are not checked:
    /// it can be expired, for another audience, and need not be JSON.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Token`](crate::base::error::ErrorKind::Token) with the reason.
    pub fn verify_signature(&self, token: &str) -> Result<Vec<u8>, Error> {
        let known = self.keys.at(Clock::default().now())?;
        let compact = Compact::parse(token.as_bytes(), known.own_header())?;
        let header = header::read(compact.header)?;
        check_signature(&compact, &known, known.select(&header)?)?;
        Ok(compact.payload(|payload| Ok(payload.to_vec()))?)
    }

    /// Returns the `iss` that tokens must have.
    pub(crate) fn issuer(&self) -> Option<&str> {
        self.policy.parties.as_ref()?.issuer.as_deref()
    }

    /// Returns the audience that tokens must name.
    pub(crate) fn audience(&self) -> Option<&str> {
        let parties = self.policy.parties.as_ref()?;
        parties
            .audience
            .as_slice()
            .first()
            .map(|audience| audience.as_str())
    }

    /// Returns the claims of a valid token. Keys that a source has to fetch are waited for.
    #[inline]
    pub(crate) fn decide<'a, P: Payload>(
        &'a self,
        text: &'a [u8],
        now: u64,
    ) -> Decision<'a, Result<Verified<P>, TokenFault>> {
        match self.check(text, now) {
            Err(fault @ (TokenFault::Key | TokenFault::Unavailable)) => {
                self.decide_later(text, now, fault)
            }
            verified => Decision::Ready(verified),
        }
    }

    /// Waits for keys that can be fetched, and tries again.
    #[cold]
    fn decide_later<'a, P: Payload>(
        &'a self,
        text: &'a [u8],
        now: u64,
        fault: TokenFault,
    ) -> Decision<'a, Result<Verified<P>, TokenFault>> {
        match self.keys.refresh(now) {
            Some(refresh) => Decision::Pending(Box::pin(async move {
                refresh.await;
                self.check(text, now)
            })),
            None => Decision::Ready(Err(fault)),
        }
    }

    /// Returns the claims of a valid token.
    #[inline]
    pub(super) fn check<P: Payload>(
        &self,
        text: &[u8],
        now: u64,
    ) -> Result<Verified<P>, TokenFault> {
        if P::KIND.is_some()
            && let Err(clash) = kind::claim::<P>()
        {
            tracing::error!(target: "jam", "a token is not read: {clash}");
            return Err(TokenFault::Type);
        }
        let known = self.keys.at(now)?;
        if let Some(verified) = self.verified.get::<P>(text, known.number) {
            self.policy.check(&verified.registered, now)?;
            return Ok(verified);
        }
        let compact = Compact::parse(text, known.own_header())?;
        let before = known.selected(&compact, P::TOKEN_TYPE);
        let selected = match before {
            Some(selected) => selected,
            None => self.check_header(&known, compact.header, P::TOKEN_TYPE)?,
        };
        let algorithm = check_signature(&compact, &known, selected)?;
        if before.is_none() {
            // After the signature was verified, so that only a holder of a key can fill the cache.
            known.accepted.add(compact.header, P::TOKEN_TYPE, selected);
        }
        compact.payload(|json| {
            let mut registered = RegisteredClaims::default();
            let parties = self.policy.parties.as_ref();
            let payload = match claims::read(json, parties, &mut registered) {
                Ok(payload) => payload,
                Err(fault) => {
                    if fault == TokenFault::Claims {
                        self.warn_unreadable::<P>(json, now);
                    }
                    return Err(fault);
                }
            };
            self.policy.check(&registered, now)?;
            self.policy.check_profile(json)?;
            let payload = match self.caches_secrets || !algorithm.is_symmetric() {
                true => self.verified.add(text, known.number, &registered, payload),
                false => Held::Own(payload),
            };
            Ok(Verified {
                registered,
                payload,
            })
        })
    }

    /// Checks the header of a token. `own_type` is the token type of the payload, if it has one.
    pub(super) fn check_header(
        &self,
        known: &Known,
        encoded: &[u8],
        own_type: Option<&str>,
    ) -> Result<Selected, TokenFault> {
        let header = header::read(encoded)?;
        let selected = known.select(&header)?;
        self.policy.check_type(header.typ.as_deref(), own_type)?;
        Ok(selected)
    }

    /// Logs, at most once a minute, why signed claims do not read as a `P`.
    #[cold]
    fn warn_unreadable<P: Payload>(&self, json: &[u8], now: u64) {
        let warned = self.warned.load(Ordering::Relaxed);
        let is_due = warned == 0 || now.saturating_sub(warned) >= WARNED_EVERY;
        if !is_due {
            return;
        }
        // Of several requests at the same time, one logs the warning.
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
}

/// Verifies the signature with the selected keys, and returns the algorithm.
#[inline]
fn check_signature(
    compact: &Compact<'_>,
    known: &Known,
    selected: Selected,
) -> Result<Algorithm, TokenFault> {
    for key in known.of(selected) {
        if compact.is_signed_by(key)? {
            return Ok(key.algorithm());
        }
    }
    Err(TokenFault::Signature)
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

/// Builds a [`Verifier`].
///
/// # Defaults
///
/// | setting | default |
/// |---|---|
/// | issuer | not required |
/// | audience | a token that names one is rejected |
/// | type | absent or `JWT`, in any case |
/// | leeway | 0 s |
/// | longest lifetime | no limit |
/// | cached tokens | 1024 for public keys, 0 for shared secrets |
#[must_use = "a verifier is made by .build()"]
pub struct VerifierBuilder {
    keys: VerifierKeys,
    policy: Policy,
    cached: Option<usize>,
}

impl VerifierBuilder {
    /// Requires this `iss`, byte for byte (RFC 7519 section 4.1.1).
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.policy.issuer = Some(issuer.into());
        self
    }

    /// Requires this text among `aud`, byte for byte (RFC 7519 section 4.1.3).
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.policy.audience = Some(audience.into());
        self
    }

    /// Requires this `typ` (RFC 8725 section 3.11), such as `at+jwt`. It is compared without case and without
    /// the prefix `application/`.
    pub fn token_type(mut self, token_type: impl Into<String>) -> Self {
        self.policy.typ = token_type.into();
        self
    }

    /// Requires the profile of access tokens (RFC 9068): the `typ` `at+jwt`, and the claims `iss`, `exp`, `aud`, `sub`,
    /// `client_id`, `iat` and `jti`.
    pub fn access_tokens(mut self) -> Self {
        self.policy.is_access_token = true;
        self.token_type(ACCESS_TOKEN)
    }

    /// Sets the tolerated difference of clocks in whole seconds, at most 60 s.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.policy.leeway = leeway.as_secs();
        self
    }

    /// Rejects a token that is valid for longer, in whole seconds from its `iat`, or from now if it has none.
    pub fn max_lifetime(mut self, max_lifetime: Duration) -> Self {
        self.policy.max_lifetime = max_lifetime.as_secs();
        self
    }

    /// Sets the number of tokens whose signature is not verified again, at most 65,536. 0 switches the cache off.
    ///
    /// A signature takes most of the time of a request: an ES256 token from the cache costs less than a hundredth.
    /// In return, the cache keeps the texts and the claims of recent tokens in memory. A token is found by all of its
    /// bytes, compared in constant time, and for the same keys and the same payload; its times are checked again for each request; refused
    /// tokens are never kept.
    pub fn cached_tokens(mut self, count: usize) -> Self {
        self.cached = Some(count);
        self
    }

    /// Makes the verifier.
    ///
    /// # Errors
    ///
    /// [`PolicyError`] if the leeway is longer than 60 s, if a text is empty, or if access tokens have no issuer or
    /// no audience.
    pub fn build(self) -> Result<Verifier, PolicyError> {
        let faults = self.policy.faults();
        if !faults.is_empty() {
            return Err(PolicyError(faults));
        }
        let policy = self.policy.ready();
        let keys = match self.keys.0 {
            Given::Set(keys) => Keys::fixed(keys, None, &policy.typ),
            Given::Source(source) => Keys::changing(source, &policy.typ),
        };
        Ok(Verifier::new(keys, policy, self.cached))
    }
}

impl fmt::Debug for VerifierBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifierBuilder")
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

/// The keys of a [`Verifier`]: a key, a set, or a source of keys that change, such as a [`KeyRing`].
#[derive(Clone, Debug)]
pub struct VerifierKeys(Given);

#[derive(Clone, Debug)]
enum Given {
    Set(KeySet),
    Source(Arc<dyn KeySource>),
}

impl VerifierKeys {
    /// Keys of a source that changes while the program runs.
    pub fn from_source(source: impl KeySource) -> Self {
        Self(Given::Source(Arc::new(source)))
    }
}

impl From<KeySet> for VerifierKeys {
    fn from(keys: KeySet) -> Self {
        Self(Given::Set(keys))
    }
}

impl From<VerifyingKey> for VerifierKeys {
    fn from(key: VerifyingKey) -> Self {
        Self(Given::Set(key.into()))
    }
}

impl From<KeyRing> for VerifierKeys {
    fn from(ring: KeyRing) -> Self {
        Self::from_source(ring)
    }
}

/// The mistakes in the settings of a [`VerifierBuilder`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError(Vec<(&'static str, String)>);

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (setting, why)) in self.0.iter().enumerate() {
            let separator = if at == 0 { "" } else { "; " };
            write!(f, "{separator}{setting}: {why}")?;
        }
        Ok(())
    }
}

impl std::error::Error for PolicyError {}
