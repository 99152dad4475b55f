//! Keys: an algorithm, and the signer and verifier that belong to it.
//!
//! A key holds both itself, so that nothing depends on the provider of `jsonwebtoken` in the
//! process, which another crate may have chosen or left unchosen. A further algorithm is a further
//! constructor here, and a variant of `Method`.

use std::fmt;

use serde::Serialize;

use super::hmac::HmacSha256;
use crate::base::base64url;
use crate::base::error::TokenFault;

pub(crate) struct Key {
    name: Option<String>,
    method: Method,
}

/// The one algorithm of a key.
enum Method {
    Hs256(HmacSha256),
}

/// What our own tokens say of themselves (RFC 7515 section 4.1).
#[derive(Serialize)]
struct Header<'a> {
    typ: &'a str,
    alg: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
}

impl Key {
    pub(crate) fn hs256(secret: &[u8]) -> Result<Self, &'static str> {
        Ok(Self {
            name: None,
            method: Method::Hs256(HmacSha256::new(secret)?),
        })
    }

    pub(crate) fn named(mut self, name: String) -> Self {
        self.name = Some(name);
        self
    }

    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// What a token's header calls the algorithm, to the letter (RFC 7518 section 3.1).
    pub(crate) fn algorithm_name(&self) -> &'static str {
        match self.method {
            Method::Hs256(_) => "HS256",
        }
    }

    /// The encoded header of a token under this key.
    pub(crate) fn header(&self, typ: &str) -> String {
        let header = Header {
            typ,
            alg: self.algorithm_name(),
            kid: self.name(),
        };
        // A header of three texts always has a JSON form.
        base64url::encode(&serde_json::to_vec(&header).unwrap_or_default())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; HmacSha256::LENGTH] {
        match &self.method {
            Method::Hs256(secret) => secret.sign(message),
        }
    }

    /// Characters of a signature as it stands in a token.
    pub(crate) fn signature_length(&self) -> usize {
        match self.method {
            Method::Hs256(_) => (HmacSha256::LENGTH * 8).div_ceil(6),
        }
    }

    /// Whether `signature`, as it stands in a token, is this key's over `message`.
    #[inline]
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> Result<bool, TokenFault> {
        match &self.method {
            Method::Hs256(secret) => {
                let mut room = [0; HmacSha256::LENGTH];
                match base64url::decode_into(signature, &mut room) {
                    Some(signature) => Ok(secret.verifies(message, signature)),
                    // It may be too long, and well formed.
                    None => match base64url::decode(signature) {
                        Some(_) => Ok(false),
                        None => Err(TokenFault::Malformed),
                    },
                }
            }
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("name", &self.name)
            .field("algorithm", &self.algorithm_name())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn debug_names_the_key_and_shows_no_secret() {
        let key = Key::hs256(b"a secret that is at least 32 bytes").expect("a key");
        let shown = format!("{key:?}");
        assert!(
            shown.starts_with("Key") && shown.contains("HS256"),
            "{shown}"
        );
        assert!(!shown.contains("secret"), "{shown}");
        assert_eq!(key.signature_length(), 43);
    }
}
