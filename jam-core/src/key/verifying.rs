//! Keys that verify.

use std::fmt;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::algorithm::Algorithm;
#[cfg(feature = "public-keys")]
use super::der;
use super::error::KeyError;
use super::hmac::HmacKey;
#[cfg(feature = "jsonwebtoken")]
use super::jsonwebtoken::Plugged;
use super::jwk;
#[cfg(feature = "public-keys")]
use super::public::{Material, PublicKey};
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
    #[cfg(feature = "jsonwebtoken")]
    Plugged(Plugged),
}

impl VerifyingKey {
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

    /// Reads a public key in PEM (RFC 7468): `PUBLIC KEY`, `RSA PUBLIC KEY`, or `CERTIFICATE`, which is not
    /// verified. Needs the feature `asymmetric` or `graviola`.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the text is not such a key, or if it is not for the algorithm.
    #[cfg(feature = "public-keys")]
    pub fn from_pem(algorithm: Algorithm, pem: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        Self::public(algorithm, der::public_pem(pem.as_ref())?)
    }

    /// Reads a public key in DER: SPKI (RFC 5280), an X.509 certificate, which is not verified, or PKCS#1 (RFC
    /// 8017). Needs the feature `asymmetric` or `graviola`.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the bytes are not such a key, or if it is not for the algorithm.
    #[cfg(feature = "public-keys")]
    pub fn from_der(algorithm: Algorithm, der: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        Self::public(algorithm, der::public(der.as_ref())?)
    }

    #[cfg(feature = "public-keys")]
    pub(super) fn public(algorithm: Algorithm, material: Material) -> Result<Self, KeyError> {
        let key = PublicKey::new(algorithm, material)?;
        Ok(Self::of(algorithm, Method::Public(Arc::new(key)), None))
    }

    /// Returns the public key as a JSON Web Key with `use`, `alg` and `kid`, or `None` for a shared secret.
    pub fn to_jwk(&self) -> Option<serde_json::Value> {
        let mut jwk = self.members()?;
        jwk.insert("use".to_owned(), "sig".into());
        jwk.insert("alg".to_owned(), self.algorithm.name().into());
        if let Some(id) = self.id() {
            jwk.insert("kid".to_owned(), id.into());
        }
        Some(jwk.into())
    }

    /// Returns the public key as PEM with SPKI, which [`from_pem`](Self::from_pem) reads, or `None` for a shared
    /// secret. Needs the feature `asymmetric` or `graviola`.
    #[cfg(feature = "public-keys")]
    pub fn to_pem(&self) -> Option<String> {
        match &self.method {
            Method::Hmac(_) => None,
            #[cfg(feature = "jsonwebtoken")]
            Method::Plugged(_) => None,
            Method::Public(key) => der::public_to_pem(key.material()),
        }
    }

    /// Returns the thumbprint of the public key (RFC 7638) with SHA-256 in base64url, or `None` for a shared
    /// secret: its hash could be searched for.
    pub fn thumbprint(&self) -> Option<String> {
        // The names are in the order of the RFC, and the values need no escape.
        let json = serde_json::Value::from(self.members()?).to_string();
        Some(base64url::encode(&Sha256::digest(json.as_bytes())))
    }

    /// Returns the required members of the public JWK.
    fn members(&self) -> Option<serde_json::Map<String, serde_json::Value>> {
        match &self.method {
            Method::Hmac(_) => None,
            #[cfg(feature = "jsonwebtoken")]
            Method::Plugged(_) => None,
            #[cfg(feature = "public-keys")]
            Method::Public(key) => {
                let members = key.material().members().into_iter();
                Some(
                    members
                        .map(|(name, value)| (name.to_owned(), value.into()))
                        .collect(),
                )
            }
        }
    }

    pub(super) fn of(algorithm: Algorithm, method: Method, id: Option<Arc<str>>) -> Self {
        Self {
            id,
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
            #[cfg(feature = "jsonwebtoken")]
            Method::Plugged(verifier) => match base64url::decode(signature) {
                Some(signature) => Ok(verifier.verify(message, &signature).is_ok()),
                None => Err(TokenFault::Malformed),
            },
            #[cfg(feature = "public-keys")]
            Method::Public(key) => {
                let mut buffer = [std::mem::MaybeUninit::uninit(); USUAL];
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
