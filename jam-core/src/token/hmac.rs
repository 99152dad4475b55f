//! HMAC with SHA-2 by RustCrypto (RFC 7518 section 3.2).

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::public_key::is_public_key;

/// A secret, already mixed into the state of the hash: signing clones it, and the
/// secret's own bytes are not kept.
#[derive(Clone)]
pub(crate) struct HmacSha256(Hmac<Sha256>);

impl HmacSha256 {
    /// Bytes of a signature, and of the shortest secret: the length of the hash.
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
                "this is a key of another algorithm and no secret: whoever has its public half \
                 could sign (RFC 8725 section 2.1); make a secret with `openssl rand -base64 32`",
            );
        }
        // The crate takes keys of any length.
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

    /// Compares in constant time.
    #[inline]
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.over(message).verify_slice(signature).is_ok()
    }
}
