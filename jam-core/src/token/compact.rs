//! The compact form: three parts of base64url, separated by dots (RFC 7515 section 7.1).

use std::mem::MaybeUninit;

use crate::base::base64url;
use crate::base::error::{Error, ErrorKind, TokenFault};
use crate::key::{SigningKey, VerifyingKey};

/// Longest token in bytes. Browsers accept no cookie that is longer than half of it.
const MAX_TOKEN: usize = 8 * 1024;
/// Longest encoded header in bytes.
const MAX_HEADER: usize = 2 * 1024;

/// The parts of a token. Nothing of it is decoded or trusted yet.
pub(crate) struct Compact<'a> {
    pub(crate) header: &'a [u8],
    /// The header is the one that most tokens have.
    pub(crate) is_usual: bool,
    payload: &'a [u8],
    signature: &'a [u8],
    signed: &'a [u8],
}

impl<'a> Compact<'a> {
    /// Splits a token. `usual` is the header that most tokens have.
    #[inline]
    pub(crate) fn parse(token: &'a [u8], usual: &str) -> Result<Self, TokenFault> {
        // Checked before anything is decoded, so that a client cannot cause large allocations.
        if token.len() > MAX_TOKEN {
            return Err(TokenFault::Malformed);
        }
        let is_usual = token.get(usual.len()) == Some(&b'.') && token.starts_with(usual.as_bytes());
        let first = match is_usual {
            true => usual.len(),
            false => memchr::memchr(b'.', token).ok_or(TokenFault::Malformed)?,
        };
        let last = memchr::memrchr(b'.', token).ok_or(TokenFault::Malformed)?;
        if last <= first {
            return Err(TokenFault::Malformed);
        }
        let (header, payload) = (&token[..first], &token[first + 1..last]);
        let signature = &token[last + 1..];
        // An empty payload is a valid JWS, but it has no claims.
        if header.len() > MAX_HEADER || header.is_empty() || signature.is_empty() {
            return Err(TokenFault::Malformed);
        }
        Ok(Self {
            header,
            is_usual,
            payload,
            signature,
            signed: &token[..last],
        })
    }

    /// Returns `true` if the signature is that of `key`.
    #[inline]
    pub(crate) fn is_signed_by(&self, key: &VerifyingKey) -> Result<bool, TokenFault> {
        key.verifies(self.signed, self.signature)
    }

    /// Passes the decoded payload to `read`.
    #[inline]
    pub(crate) fn payload<T>(
        &self,
        read: impl FnOnce(&[u8]) -> Result<T, TokenFault>,
    ) -> Result<T, TokenFault> {
        // Most payloads fit here, and need no allocation.
        let mut room = [MaybeUninit::uninit(); 512];
        match base64url::decode_into(self.payload, &mut room) {
            Some(payload) => read(payload),
            None => read(&base64url::decode(self.payload).ok_or(TokenFault::Malformed)?),
        }
    }
}

/// Makes a token of an encoded header and a payload.
pub(crate) fn sign(key: &SigningKey, header: &str, payload: &[u8]) -> Result<String, Error> {
    let mut token = String::with_capacity(header.len() + payload.len() * 4 / 3 + 96);
    token.push_str(header);
    token.push('.');
    base64url::append(payload, &mut token);
    key.sign(&mut token)
        .ok_or_else(|| Error::new(ErrorKind::Random))?;
    if token.len() > MAX_TOKEN {
        return Err(Error::because(
            ErrorKind::Payload,
            "the token is longer than 8192 bytes, and would be rejected",
        ));
    }
    Ok(token)
}
