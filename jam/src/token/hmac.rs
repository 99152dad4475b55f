//! HMAC with SHA-2 by RustCrypto (RFC 7518 section 3.2).

use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::Algorithm;
use jsonwebtoken::crypto::{JwtSigner, JwtVerifier};
use jsonwebtoken::signature::{Error, Signer, Verifier};
use sha2::Sha256;

/// A secret, already mixed into the state of the hash: signing clones it, and the
/// secret's own bytes are not kept.
#[derive(Clone)]
pub(crate) struct HmacSha256(Hmac<Sha256>);

impl HmacSha256 {
    /// The shortest secret: the length of the hash.
    pub(crate) const MIN_SECRET: usize = 32;

    pub(crate) fn new(secret: &[u8]) -> Result<Self, &'static str> {
        if secret.len() < Self::MIN_SECRET {
            return Err(
                "an HS256 secret has 32 bytes or more (RFC 7518 section 3.2); \
                 make one with `openssl rand -base64 32`",
            );
        }
        // A public key is no secret: who has it could sign (RFC 8725 section 2.1).
        if secret.trim_ascii_start().starts_with(b"-----BEGIN") {
            return Err("this is a PEM file and no secret");
        }
        // The crate takes keys of any length.
        let state = Hmac::new_from_slice(secret).map_err(|_| "the secret cannot be used")?;
        Ok(Self(state))
    }

    fn over(&self, message: &[u8]) -> Hmac<Sha256> {
        self.0.clone().chain_update(message)
    }
}

impl Signer<Vec<u8>> for HmacSha256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(self.over(message).finalize().into_bytes().to_vec())
    }
}

impl JwtSigner for HmacSha256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl Verifier<Vec<u8>> for HmacSha256 {
    /// Compares in constant time.
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), Error> {
        self.over(message)
            .verify_slice(signature)
            .map_err(|_| Error::new())
    }
}

impl JwtVerifier for HmacSha256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}
