//! Keys that sign.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::algorithm::Algorithm;
use super::error::KeyError;
use super::hmac::HmacKey;
use super::verifying::{self, VerifyingKey};
use crate::base::{base64url, random};

/// A key that signs tokens with one algorithm.
///
/// ```
/// use jam::token::{Algorithm, SigningKey};
///
/// # fn main() -> Result<(), jam::token::KeyError> {
/// let key = SigningKey::hmac(Algorithm::Hs512, [7; 64])?.with_id("2026-11");
/// assert_eq!(key.verifying_key().id(), Some("2026-11"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SigningKey {
    id: Option<Arc<str>>,
    algorithm: Algorithm,
    method: Method,
}

#[derive(Clone)]
enum Method {
    Hmac(HmacKey),
}

impl SigningKey {
    /// Makes a key from a shared secret.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the secret is shorter than the hash, or if it is a public key in any usual encoding.
    pub fn hmac(algorithm: Algorithm, secret: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        Ok(Self {
            id: None,
            algorithm,
            method: Method::Hmac(HmacKey::new(algorithm, secret.as_ref())?),
        })
    }

    /// Generates a random key.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the system's random generator failed.
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        let Some(secret) = random::bytes::<64>() else {
            return Err(KeyError::new("the system's random generator failed"));
        };
        Self::hmac(algorithm, Zeroizing::new(secret).as_slice())
    }

    /// Sets the id, which tokens of this key have as `kid` (RFC 7515 section 4.1.4).
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into().into());
        self
    }

    /// Returns the id.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Returns the algorithm.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Returns the key that verifies the tokens of this key.
    pub fn verifying_key(&self) -> VerifyingKey {
        let method = match &self.method {
            Method::Hmac(key) => verifying::Method::Hmac(key.clone()),
        };
        let key = VerifyingKey::of(self.algorithm, method);
        match &self.id {
            Some(id) => key.with_id(&**id),
            None => key,
        }
    }

    /// Adds a dot and the encoded signature to the first two parts of a token.
    pub(crate) fn sign(&self, token: &mut String) {
        match &self.method {
            Method::Hmac(key) => {
                let signature = key.sign(token.as_bytes());
                token.push('.');
                base64url::append(signature.as_ref(), token);
            }
        }
    }
}

impl fmt::Debug for SigningKey {
    // No secret is shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("id", &self.id)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{Algorithm, SigningKey};

    #[test]
    fn debug_output_names_the_key_and_hides_the_secret() {
        let secret = "a secret that is at least 32 bytes";
        let key = SigningKey::hmac(Algorithm::Hs256, secret).expect("a key");
        let key = key.with_id("k1");
        for shown in [format!("{key:?}"), format!("{:?}", key.verifying_key())] {
            assert!(shown.contains("Hs256") && shown.contains("k1"), "{shown}");
            assert!(!shown.contains("secret"), "{shown}");
        }
    }
}
