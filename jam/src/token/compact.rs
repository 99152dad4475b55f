//! The compact form: three parts of base64url with dots between (RFC 7515 section 7.1).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::key::Key;
use crate::error::{Error, ErrorKind, TokenFault};

/// Bytes of a token; browsers keep no cookie that is longer than half of it.
const MAX_TOKEN: usize = 8 * 1024;
/// Bytes of an encoded header.
const MAX_HEADER: usize = 2 * 1024;

/// A token taken apart. Nothing in it is trusted yet, and nothing is decoded.
pub(crate) struct Compact<'a> {
    pub(crate) header: &'a str,
    payload: &'a str,
    signature: &'a str,
    signed: &'a str,
}

impl<'a> Compact<'a> {
    pub(crate) fn parse(token: &'a [u8]) -> Result<Self, TokenFault> {
        // Before anything is decoded: what a stranger can make us allocate is bounded.
        if token.len() > MAX_TOKEN {
            return Err(TokenFault::Malformed);
        }
        let token = std::str::from_utf8(token).map_err(|_| TokenFault::Malformed)?;
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenFault::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(TokenFault::Malformed)?;
        let parts = [header, payload, signature];
        if header.len() > MAX_HEADER || parts.iter().any(|part| part.is_empty()) {
            return Err(TokenFault::Malformed);
        }
        Ok(Self {
            header,
            payload,
            signature,
            signed,
        })
    }

    /// The bytes of the payload, once the signature has been found to be good.
    pub(crate) fn verified_payload(&self, key: &Key) -> Result<Vec<u8>, TokenFault> {
        let signature = decode(self.signature)?;
        if !key.verifies(self.signed.as_bytes(), &signature) {
            return Err(TokenFault::Signature);
        }
        decode(self.payload)
    }
}

/// Canonical unpadded base64url: one sequence of bytes has one spelling, so that a
/// token cannot be respelt past a list of revoked ones.
pub(crate) fn decode(text: &str) -> Result<Vec<u8>, TokenFault> {
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| TokenFault::Malformed)
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The token of `payload` under an encoded `header`.
pub(crate) fn sign(key: &Key, header: &str, payload: &[u8]) -> Result<String, Error> {
    let mut token = String::with_capacity(header.len() + payload.len() * 4 / 3 + 96);
    token.push_str(header);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(payload, &mut token);
    let signature = key
        .sign(token.as_bytes())
        .map_err(|error| Error::because(ErrorKind::Payload, error))?;
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    if token.len() > MAX_TOKEN {
        return Err(Error::because(
            ErrorKind::Payload,
            "the token is longer than 8192 bytes, and would be refused",
        ));
    }
    Ok(token)
}
