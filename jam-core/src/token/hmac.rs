//! HMAC with SHA-2 by RustCrypto (RFC 7518 section 3.2).

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::public_key::is_public_key;

/// A secret as the state of the hash. Signing clones the state; the bytes of the secret are not kept.
#[derive(Clone)]
pub(crate) struct HmacSha256(Hmac<Sha256>);

impl HmacSha256 {
    /// Length of the hash in bytes. A signature has this length, and a secret at least this length.
    pub(crate) const LENGTH: usize = 32;

    pub(crate) fn new(secret: &[u8]) -> Result<Self, &'static str> {
        if secret.len() < Self::LENGTH {
            return Err(
                "an HS256 secret has 32 bytes or more (RFC 7518 section 3.2); \
                 make one with `openssl rand -base64 32`",
            );
        }
        if is_public_key(secret) {
            return Err(
                "this is a key of another algorithm and not a secret: everyone who has the public \
                 key could sign (RFC 8725 section 2.1); make a secret with `openssl rand -base64 32`",
            );
        }
        // The crate accepts keys of any length.
        let state = Hmac::new_from_slice(secret).map_err(|_| "the secret cannot be used")?;
        Ok(Self(state))
    }

    #[inline]
    fn over(&self, message: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(message);
        mac
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; Self::LENGTH] {
        self.over(message).finalize().into_bytes().into()
    }

    /// Returns `true` if `signature` is the one of `message`. Compares in constant time.
    #[inline]
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.over(message).verify_slice(signature).is_ok()
    }
}
