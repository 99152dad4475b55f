//! Keys: the signer and the verifier of one algorithm.
//!
//! Each key holds its own implementation, so that nothing depends on the provider of `jsonwebtoken` in
//! the process, which another crate may have chosen or left unchosen. A further algorithm is a further
//! constructor of [`Key`], and a variant of `Method`.

use std::fmt;

use serde::Serialize;

use super::hmac::HmacSha256;
use crate::base::base64url;
use crate::base::error::TokenFault;

/// A key as it is configured: a secret, which signs and verifies.
pub(super) struct Key {
    name: Option<String>,
    method: Method,
}

/// The one algorithm of a key.
#[derive(Clone)]
enum Method {
    Hs256(HmacSha256),
}

impl Method {
    /// The name of the algorithm in a header (RFC 7518 section 3.1).
    fn name(&self) -> &'static str {
        match self {
            Self::Hs256(_) => "HS256",
        }
    }
}

/// The header of the application's own tokens (RFC 7515 section 4.1).
#[derive(Serialize)]
struct Header<'a> {
    typ: &'a str,
    alg: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
}

impl Key {
    pub(super) fn hs256(secret: &[u8]) -> Result<Self, &'static str> {
        Ok(Self {
            name: None,
            method: Method::Hs256(HmacSha256::new(secret)?),
        })
    }

    pub(super) fn named(mut self, name: String) -> Self {
        self.name = Some(name);
        self
    }

    pub(super) fn signer(&self) -> Signer {
        Signer {
            name: self.name.clone(),
            method: self.method.clone(),
        }
    }

    pub(super) fn verifying_key(self) -> VerifyingKey {
        VerifyingKey {
            name: self.name,
            method: self.method,
        }
    }
}

/// A key that signs.
pub(super) struct Signer {
    name: Option<String>,
    method: Method,
}

impl Signer {
    /// Returns the encoded header of a token of this type.
    pub(super) fn header(&self, typ: &str) -> String {
        let header = Header {
            typ,
            alg: self.method.name(),
            kid: self.name.as_deref(),
        };
        // A header of three texts always has a JSON form.
        base64url::encode(&serde_json::to_vec(&header).unwrap_or_default())
    }

    /// Adds a dot and the encoded signature to the first two parts of a token.
    pub(super) fn sign(&self, token: &mut String) {
        match &self.method {
            Method::Hs256(secret) => {
                let signature = secret.sign(token.as_bytes());
                token.push('.');
                base64url::append(&signature, token);
            }
        }
    }
}

/// A key that verifies.
pub(super) struct VerifyingKey {
    name: Option<String>,
    method: Method,
}

impl VerifyingKey {
    /// The name of the key, which a token may have as `kid`.
    pub(super) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The name of the algorithm in a header (RFC 7518 section 3.1).
    pub(super) fn algorithm_name(&self) -> &'static str {
        self.method.name()
    }

    /// Returns `true` if the encoded `signature` is this key's over `message`.
    ///
    /// # Errors
    ///
    /// [`TokenFault::Malformed`] if the signature is not canonical base64url.
    #[inline]
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> Result<bool, TokenFault> {
        match &self.method {
            Method::Hs256(secret) => {
                let mut buffer = [0; HmacSha256::LENGTH];
                match base64url::decode_into(signature, &mut buffer) {
                    Some(signature) => Ok(secret.verifies(message, signature)),
                    // It may be too long but well formed.
                    None => match base64url::decode(signature) {
                        Some(_) => Ok(false),
                        None => Err(TokenFault::Malformed),
                    },
                }
            }
        }
    }
}

macro_rules! debug {
    ($($name:ident)*) => {$(
        // No secret is shown.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("name", &self.name)
                    .field("algorithm", &self.method.name())
                    .finish_non_exhaustive()
            }
        }
    )*};
}

debug! { Signer VerifyingKey }

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn debug_names_the_key_and_shows_no_secret() {
        let key = Key::hs256(b"a secret that is at least 32 bytes").expect("a key");
        for shown in [
            format!("{:?}", key.signer()),
            format!("{:?}", key.verifying_key()),
        ] {
            assert!(shown.contains("HS256"), "{shown}");
            assert!(!shown.contains("secret"), "{shown}");
        }
    }
}
