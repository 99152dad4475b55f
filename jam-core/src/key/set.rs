//! Sets of keys that verify.

use std::sync::Arc;

use super::algorithm::Algorithm;
use super::error::KeyError;
use super::jwk;
use super::verifying::VerifyingKey;

/// Keys that verify tokens.
///
/// The `kid` of a token selects the key with that id. A token with an unknown `kid` is rejected. A token
/// without `kid` is verified with each key of its algorithm, in the order of the set.
///
/// ```
/// use jam::token::{Algorithm, KeySet, VerifyingKey};
///
/// # fn main() -> Result<(), jam::token::KeyError> {
/// let current = VerifyingKey::hmac(Algorithm::Hs256, "the new secret that has 32 bytes")?;
/// let previous = VerifyingKey::hmac(Algorithm::Hs256, "the old secret that has 32 bytes")?;
/// let keys = KeySet::new([current, previous])?;
/// assert_eq!(keys.len(), 2);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct KeySet(Arc<[VerifyingKey]>);

impl KeySet {
    /// Makes a set of these keys.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the set is empty, if two keys have the same id, or if it has shared secrets and public
    /// keys (RFC 8725 section 3.1).
    pub fn new(keys: impl IntoIterator<Item = VerifyingKey>) -> Result<Self, KeyError> {
        let keys: Arc<[VerifyingKey]> = keys.into_iter().collect();
        let Some(first) = keys.first() else {
            return Err(KeyError::new("a set has one key or more"));
        };
        let is_symmetric = |key: &VerifyingKey| key.algorithm().is_symmetric();
        if keys
            .iter()
            .any(|key| is_symmetric(key) != is_symmetric(first))
        {
            return Err(KeyError::new(
                "a set has either shared secrets or public keys (RFC 8725 section 3.1)",
            ));
        }
        for (at, key) in keys.iter().enumerate() {
            if let Some(id) = key.id()
                && keys[..at].iter().any(|other| other.id() == Some(id))
            {
                return Err(KeyError::new(format!("two keys have the id {id:?}")));
            }
        }
        Ok(Self(keys))
    }

    /// Reads a JWK set (RFC 7517 section 5) for the `allowed` algorithms.
    ///
    /// Keys for another algorithm or another purpose are left out, as the RFC recommends. A key without `alg`
    /// must fit exactly one allowed algorithm.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the text is not a JWK set, if a key for an allowed algorithm is not valid, if no key is
    /// left, or for the reasons of [`new`](Self::new).
    pub fn from_jwks(jwks: &str, allowed: &[Algorithm]) -> Result<Self, KeyError> {
        Self::new(jwk::verifying_keys(jwks, allowed, Err)?)
    }

    /// Reads a JWK set of an issuer that the application does not control. A key that is not valid is left out,
    /// and passed to `on_invalid`.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the text is not a JWK set, if no key is left, or for the reasons of [`new`](Self::new).
    pub fn from_jwks_of_issuer(
        jwks: &str,
        allowed: &[Algorithm],
        mut on_invalid: impl FnMut(KeyError),
    ) -> Result<Self, KeyError> {
        let on_invalid = |why| {
            on_invalid(why);
            Ok(())
        };
        Self::new(jwk::verifying_keys(jwks, allowed, on_invalid)?)
    }

    /// Returns the number of keys, which is never 0.
    #[allow(clippy::len_without_is_empty)] // it is never empty
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the keys.
    pub fn iter(&self) -> impl Iterator<Item = &VerifyingKey> {
        self.0.iter()
    }

    /// Returns the public keys as a JWK set (RFC 7517 section 5). Shared secrets are left out.
    pub fn to_jwks(&self) -> serde_json::Value {
        let keys: Vec<_> = self.iter().filter_map(VerifyingKey::to_jwk).collect();
        serde_json::json!({ "keys": keys })
    }

    /// Returns the first key.
    pub(crate) fn first(&self) -> &VerifyingKey {
        // No constructor makes an empty set.
        &self.0[0]
    }

    /// Returns the keys from this index on.
    #[inline]
    pub(crate) fn starting_at(&self, at: usize) -> &[VerifyingKey] {
        self.0.get(at..).unwrap_or_default()
    }
}

impl From<VerifyingKey> for KeySet {
    fn from(key: VerifyingKey) -> Self {
        Self(Arc::new([key]))
    }
}
