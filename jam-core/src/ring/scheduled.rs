//! One key of a schedule.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::base::{base64url, random};
use crate::key::{Algorithm, KeyError, SigningKey};

/// The state of a key in a ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyState {
    /// It verifies and is published, and will sign later.
    Standby,
    /// It signs.
    Current,
    /// It verifies until the last token that it signed has expired.
    Retired,
    /// It does not verify any more: the last token that it signed has expired.
    Expired,
    /// It was revoked. Its tokens are rejected.
    Revoked,
}

impl KeyState {
    /// Returns the name of the state.
    pub fn name(self) -> &'static str {
        match self {
            Self::Standby => "standby",
            Self::Current => "current",
            Self::Retired => "retired",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }

    /// Returns `true` if a key in this state verifies tokens.
    pub fn verifies(self) -> bool {
        matches!(self, Self::Standby | Self::Current | Self::Retired)
    }
}

/// A key of a [`KeySchedule`](super::KeySchedule), with its times in seconds since the Unix epoch.
#[derive(Clone)]
pub struct ScheduledKey {
    pub(super) id: Arc<str>,
    pub(super) algorithm: Algorithm,
    /// `None` for a revoked key.
    pub(super) key: Option<SigningKey>,
    /// The text from which a folder can restore the key.
    pub(super) text: Option<Arc<Zeroizing<String>>>,
    pub(super) created_at: u64,
    pub(super) signs_from: Option<u64>,
    pub(super) revoked_at: Option<u64>,
}

impl ScheduledKey {
    /// Makes a key that stands by. If it has no id, the id is the thumbprint of the public key (RFC 7638).
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the key is a shared secret without an id.
    pub fn new(key: SigningKey, created_at: u64) -> Result<Self, KeyError> {
        let id = match key.id() {
            Some(id) => id.to_owned(),
            None => key.verifying_key().thumbprint().ok_or_else(|| {
                KeyError::new("a shared secret in a ring has an id: SigningKey::with_id")
            })?,
        };
        let algorithm = key.algorithm();
        Ok(Self {
            id: id.as_str().into(),
            algorithm,
            key: Some(key.with_id(id)),
            text: None,
            created_at,
            signs_from: None,
            revoked_at: None,
        })
    }

    /// Sets the time from which the key signs, until a key with a later time takes over.
    #[must_use]
    pub fn signs_from(mut self, time: u64) -> Self {
        self.signs_from = Some(time);
        self
    }

    /// Sets the time at which the key was revoked. The key is dropped.
    #[must_use]
    pub fn revoked_at(mut self, time: u64) -> Self {
        self.revoked_at = Some(time);
        (self.key, self.text) = (None, None);
        self
    }

    /// Generates a key that stands by, with the text from which it can be restored.
    pub(super) fn generate(algorithm: Algorithm, created_at: u64) -> Result<Self, KeyError> {
        if !algorithm.is_symmetric() {
            return Self::private(SigningKey::generate(algorithm)?, created_at);
        }
        let failed = || KeyError::new("the system's random generator failed");
        let secret = Zeroizing::new(random::bytes::<64>().ok_or_else(failed)?);
        // The id of a secret is random, because its hash could be searched for.
        let id = random::text::<9>().ok_or_else(failed)?;
        let key = SigningKey::hmac(algorithm, secret.as_slice())?.with_id(id);
        let text = Arc::new(Zeroizing::new(base64url::encode(secret.as_slice())));
        Ok(Self {
            text: Some(text),
            ..Self::new(key, created_at)?
        })
    }

    #[cfg(feature = "public-keys")]
    fn private(key: SigningKey, created_at: u64) -> Result<Self, KeyError> {
        let text = key.to_pem().map(Arc::new);
        Ok(Self {
            text,
            ..Self::new(key, created_at)?
        })
    }

    #[cfg(not(feature = "public-keys"))]
    fn private(key: SigningKey, created_at: u64) -> Result<Self, KeyError> {
        Self::new(key, created_at)
    }

    /// Returns the id, which tokens of this key have as `kid`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the algorithm.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Returns the key, or `None` if it was revoked.
    pub fn key(&self) -> Option<&SigningKey> {
        self.key.as_ref()
    }

    /// Returns the secret text from which the folder restores the key: PEM with PKCS#8 of a private key, base64url
    /// of a shared secret. It is `None` for a revoked key, and for one that the application holds itself.
    ///
    /// It is for tools that move a key to another program. Whoever has the text can sign tokens.
    pub fn secret_text(&self) -> Option<&str> {
        self.text.as_ref().map(|text| text.as_str())
    }

    /// Returns the time at which the key was made.
    pub fn created(&self) -> u64 {
        self.created_at
    }

    /// Returns the time from which the key signs, if it is set.
    pub fn signs(&self) -> Option<u64> {
        self.signs_from
    }

    /// Returns the time at which the key was revoked.
    pub fn revoked(&self) -> Option<u64> {
        self.revoked_at
    }
}

impl fmt::Debug for ScheduledKey {
    // No secret is shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScheduledKey")
            .field("id", &self.id)
            .field("algorithm", &self.algorithm)
            .field("created_at", &self.created_at)
            .field("signs_from", &self.signs_from)
            .field("revoked_at", &self.revoked_at)
            .finish_non_exhaustive()
    }
}
