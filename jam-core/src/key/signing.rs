//! Keys that sign.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::algorithm::Algorithm;
#[cfg(feature = "public-keys")]
use super::der;
use super::error::KeyError;
use super::hmac::HmacKey;
use super::jwk;
#[cfg(feature = "public-keys")]
use super::private::PrivateKey;
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
pub(super) enum Method {
    Hmac(HmacKey),
    #[cfg(feature = "public-keys")]
    Private(Arc<PrivateKey>),
}

impl SigningKey {
    /// Makes a key from a shared secret.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the secret is shorter than the hash, if it is a public key in any usual encoding, or if
    /// documentation publishes it.
    pub fn hmac(algorithm: Algorithm, secret: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        let key = HmacKey::new(algorithm, secret.as_ref())?;
        Ok(Self::of(algorithm, Method::Hmac(key), None))
    }

    /// Generates a random key: 64 bytes for HMAC, 2048 bits for RSA.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the system's random generator failed, or if the algorithm needs a feature that is off.
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        if !algorithm.is_symmetric() {
            return Self::generate_private(algorithm);
        }
        let Some(secret) = random::bytes::<64>() else {
            return Err(KeyError::new("the system's random generator failed"));
        };
        Self::hmac(algorithm, Zeroizing::new(secret).as_slice())
    }

    #[cfg(feature = "public-keys")]
    fn generate_private(algorithm: Algorithm) -> Result<Self, KeyError> {
        Ok(Self::private(algorithm, PrivateKey::generate(algorithm)?))
    }

    #[cfg(not(feature = "public-keys"))]
    fn generate_private(algorithm: Algorithm) -> Result<Self, KeyError> {
        Err(jwk::missing_feature(algorithm))
    }

    /// Reads a private key in PEM (RFC 7468): `PRIVATE KEY`, `RSA PRIVATE KEY` or `EC PRIVATE KEY`. Needs the
    /// feature `asymmetric` or `graviola`.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the text is not such a key, if the key is encrypted, or if it is not for the algorithm.
    #[cfg(feature = "public-keys")]
    pub fn from_pem(algorithm: Algorithm, pem: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        let pkcs8 = der::private_pem(algorithm, pem.as_ref())?;
        Ok(Self::private(
            algorithm,
            PrivateKey::from_pkcs8(algorithm, pkcs8)?,
        ))
    }

    /// Reads a private key in DER: PKCS#8 (RFC 5208), PKCS#1 (RFC 8017) or SEC 1 (RFC 5915). Needs the feature
    /// `asymmetric` or `graviola`.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the bytes are not such a key, or if it is not for the algorithm.
    #[cfg(feature = "public-keys")]
    pub fn from_der(algorithm: Algorithm, der: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        let pkcs8 = der::private(algorithm, der.as_ref())?;
        Ok(Self::private(
            algorithm,
            PrivateKey::from_pkcs8(algorithm, pkcs8)?,
        ))
    }

    /// Reads a private or secret JSON Web Key (RFC 7517) for one of the `allowed` algorithms.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the key is not valid, is not for signing (`use`, `key_ops`), if its private part does not
    /// fit its public part, or if it fits no allowed algorithm or several.
    pub fn from_jwk(jwk: &str, allowed: &[Algorithm]) -> Result<Self, KeyError> {
        jwk::signing_key(jwk, allowed)
    }

    /// Returns the private key as PEM with PKCS#8, or `None` for a shared secret. The text is wiped when it is
    /// dropped. Needs the feature `asymmetric` or `graviola`.
    #[cfg(feature = "public-keys")]
    pub fn to_pem(&self) -> Option<Zeroizing<String>> {
        match &self.method {
            Method::Hmac(_) => None,
            Method::Private(key) => der::to_pem(key.pkcs8()),
        }
    }

    #[cfg(feature = "public-keys")]
    fn private(algorithm: Algorithm, key: PrivateKey) -> Self {
        Self::of(algorithm, Method::Private(Arc::new(key)), None)
    }

    pub(super) fn of(algorithm: Algorithm, method: Method, id: Option<Arc<str>>) -> Self {
        Self {
            id,
            algorithm,
            method,
        }
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
            #[cfg(feature = "public-keys")]
            Method::Private(key) => verifying::Method::Public(key.public_key()),
        };
        VerifyingKey::of(self.algorithm, method, self.id.clone())
    }

    /// Returns the signature of `message`, or `None` if the system has no random bytes.
    #[cfg(feature = "jsonwebtoken")]
    pub(super) fn signature(&self, message: &[u8]) -> Option<Vec<u8>> {
        match &self.method {
            Method::Hmac(key) => Some(key.sign(message).as_ref().to_vec()),
            #[cfg(feature = "public-keys")]
            Method::Private(key) => key.sign(message),
        }
    }

    /// Adds a dot and the encoded signature to the first two parts of a token. Returns `None` if the system has
    /// no random bytes.
    pub(crate) fn sign(&self, token: &mut String) -> Option<()> {
        match &self.method {
            Method::Hmac(key) => append(&key.sign(token.as_bytes()), token),
            #[cfg(feature = "public-keys")]
            Method::Private(key) => append(&key.sign(token.as_bytes())?, token),
        }
        Some(())
    }
}

fn append(signature: &impl AsRef<[u8]>, token: &mut String) {
    token.push('.');
    base64url::append(signature.as_ref(), token);
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
