//! Keys that verify.

use std::fmt;
use std::sync::Arc;

use super::algorithm::Algorithm;
use super::error::KeyError;
use super::hmac::HmacKey;
use super::jwk;
#[cfg(feature = "public-keys")]
use super::public::PublicKey;
#[cfg(feature = "public-keys")]
use crate::base::base64url;
use crate::base::error::TokenFault;

/// The longest signature in bytes that is decoded without an allocation: RSA with 4096 bits.
#[cfg(feature = "public-keys")]
const USUAL: usize = 512;

/// A key that verifies tokens with one algorithm.
///
/// ```
/// use jam::token::{Algorithm, VerifyingKey};
///
/// # fn main() -> Result<(), jam::token::KeyError> {
/// let key = VerifyingKey::hmac(Algorithm::Hs256, "a secret that is at least 32 bytes")?.with_id("2026-11");
/// assert_eq!(key.algorithm(), Algorithm::Hs256);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct VerifyingKey {
    id: Option<Arc<str>>,
    algorithm: Algorithm,
    method: Method,
}

#[derive(Clone)]
pub(super) enum Method {
    Hmac(HmacKey),
    #[cfg(feature = "public-keys")]
    Public(Arc<PublicKey>),
}

impl VerifyingKey {
    /// Makes a key from a shared secret.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the secret is shorter than the hash, or if it is a public key in any usual encoding.
    pub fn hmac(algorithm: Algorithm, secret: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        let key = HmacKey::new(algorithm, secret.as_ref())?;
        Ok(Self::of(algorithm, Method::Hmac(key)))
    }

    /// Makes a key from a JSON Web Key (RFC 7517) for one of the `allowed` algorithms.
    ///
    /// A private key gives its public part. A key without `alg` must fit exactly one allowed algorithm.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the key is not valid, is not for verifying (`use`, `key_ops`), or fits no allowed
    /// algorithm or several.
    pub fn from_jwk(jwk: &str, allowed: &[Algorithm]) -> Result<Self, KeyError> {
        jwk::verifying_key(jwk, allowed)
    }

    pub(super) fn of(algorithm: Algorithm, method: Method) -> Self {
        Self {
            id: None,
            algorithm,
            method,
        }
    }

    /// Sets the id, which tokens of this key can have as `kid` (RFC 7515 section 4.1.4).
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

    /// Returns `true` if the encoded `signature` is this key's over `message`.
    ///
    /// # Errors
    ///
    /// [`TokenFault::Malformed`] if the signature is not canonical base64url.
    #[inline]
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> Result<bool, TokenFault> {
        match &self.method {
            Method::Hmac(key) => key.verifies(message, signature),
            #[cfg(feature = "public-keys")]
            Method::Public(key) => {
                let mut buffer = [0; USUAL];
                match base64url::decode_into(signature, &mut buffer) {
                    Some(signature) => Ok(key.verifies(message, signature)),
                    None => base64url::decode(signature)
                        .map(|signature| key.verifies(message, &signature))
                        .ok_or(TokenFault::Malformed),
                }
            }
        }
    }
}

impl fmt::Debug for VerifyingKey {
    // No secret is shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey")
            .field("id", &self.id)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}
