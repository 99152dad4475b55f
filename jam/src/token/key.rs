//! Keys: an algorithm, and the signer and verifier that belong to it.
//!
//! A key holds its own pair of `jsonwebtoken`'s traits, so that nothing depends on the
//! provider of the process, which another crate may have chosen or left unchosen. A
//! further algorithm is one more constructor here.

use std::fmt;
use std::sync::Arc;

use jsonwebtoken::crypto::{JwtSigner, JwtVerifier};
use jsonwebtoken::signature;
use jsonwebtoken::{Algorithm, Header};

use super::compact::encode;
use super::hmac::HmacSha256;

pub(crate) struct Key {
    name: Option<String>,
    /// The one algorithm of this key.
    algorithm: Algorithm,
    /// What a token's header calls it, to the letter (RFC 7518 section 3.1).
    pub(crate) algorithm_name: &'static str,
    signer: Arc<dyn JwtSigner + Send + Sync>,
    verifier: Arc<dyn JwtVerifier + Send + Sync>,
}

impl Key {
    pub(crate) fn hs256(secret: &[u8]) -> Result<Self, &'static str> {
        let key = Arc::new(HmacSha256::new(secret)?);
        Ok(Self {
            name: None,
            algorithm: JwtSigner::algorithm(&*key),
            algorithm_name: "HS256",
            signer: Arc::clone(&key) as _,
            verifier: key,
        })
    }

    pub(crate) fn named(mut self, name: String) -> Self {
        self.name = Some(name);
        self
    }

    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The encoded header of a token under this key.
    pub(crate) fn header(&self, typ: &str) -> String {
        let header = Header {
            typ: Some(typ.to_owned()),
            kid: self.name.clone(),
            ..Header::new(self.algorithm)
        };
        // A header of three texts always has a JSON form.
        encode(&serde_json::to_vec(&header).unwrap_or_default())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        self.signer.try_sign(message)
    }

    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.verifier.verify(message, &signature.to_vec()).is_ok()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("name", &self.name)
            .field("algorithm", &self.algorithm_name)
            .finish_non_exhaustive()
    }
}
