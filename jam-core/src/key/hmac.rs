//! HMAC with SHA-2 by RustCrypto (RFC 7518 section 3.2).

use std::mem::MaybeUninit;

use hmac::{EagerHash, Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha384, Sha512};

use super::algorithm::Algorithm;
use super::error::KeyError;
use super::public_key::is_public_key;
use super::published::is_published;
use crate::base::base64url;
use crate::base::error::TokenFault;

/// A secret as the state of the hash. Signing clones the state; the bytes of the secret are not kept.
// The longer hashes are apart, so that the usual one stays small and the compiler inlines it.
#[derive(Clone)]
pub(crate) enum HmacKey {
    Sha256(Hmac<Sha256>),
    Long(Box<LongKey>),
}

#[derive(Clone)]
pub(crate) enum LongKey {
    Sha384(Hmac<Sha384>),
    Sha512(Hmac<Sha512>),
}

/// A signature with its length in bytes.
pub(crate) struct Signature([u8; 64], usize);

impl AsRef<[u8]> for Signature {
    fn as_ref(&self) -> &[u8] {
        &self.0[..self.1]
    }
}

impl HmacKey {
    pub(crate) fn new(algorithm: Algorithm, secret: &[u8]) -> Result<Self, KeyError> {
        let (length, random) = match algorithm {
            Algorithm::Hs256 => (32, 32),
            Algorithm::Hs384 => (48, 48),
            Algorithm::Hs512 => (64, 64),
            other => return Err(KeyError::new(format!("{other} does not use a secret"))),
        };
        if secret.len() < length {
            return Err(KeyError::new(format!(
                "an {algorithm} secret has {length} bytes or more (RFC 7518 section 3.2); make one with \
                 `openssl rand -base64 {random}`"
            )));
        }
        if is_public_key(secret) {
            return Err(KeyError::new(format!(
                "this is a key of another algorithm and not a secret: everyone who has the public key could \
                 sign (RFC 8725 section 2.1); make a secret with `openssl rand -base64 {random}`"
            )));
        }
        if is_published(secret) {
            return Err(KeyError::new(format!(
                "this secret is published in documentation, so everyone can sign with it (RFC 8725 section 3.5); \
                 make one with `openssl rand -base64 {random}`"
            )));
        }
        Ok(match algorithm {
            Algorithm::Hs256 => Self::Sha256(state(secret)?),
            Algorithm::Hs384 => Self::Long(Box::new(LongKey::Sha384(state(secret)?))),
            _ => Self::Long(Box::new(LongKey::Sha512(state(secret)?))),
        })
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Signature {
        fn signature(hash: &[u8]) -> Signature {
            let mut bytes = [0; 64];
            bytes[..hash.len()].copy_from_slice(hash);
            Signature(bytes, hash.len())
        }
        match self {
            Self::Sha256(state) => signature(&over(state, message).finalize().into_bytes()),
            Self::Long(key) => match &**key {
                LongKey::Sha384(state) => signature(&over(state, message).finalize().into_bytes()),
                LongKey::Sha512(state) => signature(&over(state, message).finalize().into_bytes()),
            },
        }
    }

    /// Returns `true` if the encoded `signature` is the one of `message`. Compares in constant time.
    ///
    /// # Errors
    ///
    /// [`TokenFault::Malformed`] if the signature is not canonical base64url.
    #[inline]
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> Result<bool, TokenFault> {
        match self {
            Self::Sha256(state) => verifies::<_, 32>(state, message, signature),
            Self::Long(key) => key.verifies(message, signature),
        }
    }
}

impl LongKey {
    #[inline(never)]
    fn verifies(&self, message: &[u8], signature: &[u8]) -> Result<bool, TokenFault> {
        match self {
            Self::Sha384(state) => verifies::<_, 48>(state, message, signature),
            Self::Sha512(state) => verifies::<_, 64>(state, message, signature),
        }
    }
}

#[inline]
fn verifies<H: EagerHash, const LENGTH: usize>(
    state: &Hmac<H>,
    message: &[u8],
    signature: &[u8],
) -> Result<bool, TokenFault> {
    match base64url::decode_into(signature, &mut [MaybeUninit::uninit(); LENGTH]) {
        Some(signature) => Ok(over(state, message).verify_slice(signature).is_ok()),
        // It may be too long but well formed.
        None => base64url::decode(signature)
            .map(|_| false)
            .ok_or(TokenFault::Malformed),
    }
}

fn state<H: EagerHash>(secret: &[u8]) -> Result<Hmac<H>, KeyError> {
    // The crate accepts keys of any length.
    Hmac::new_from_slice(secret).map_err(|_| KeyError::new("the secret cannot be used"))
}

#[inline]
fn over<H: EagerHash>(state: &Hmac<H>, message: &[u8]) -> Hmac<H> {
    let mut mac = state.clone();
    mac.update(message);
    mac
}
