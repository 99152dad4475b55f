//! The compact form: three parts of base64url with dots between (RFC 7515 section 7.1).

use super::key::{Signer, VerifyingKey};
use crate::base::base64url;
use crate::base::error::{Error, ErrorKind, TokenFault};

/// Bytes of a token; browsers keep no cookie that is longer than half of it.
const MAX_TOKEN: usize = 8 * 1024;
/// Bytes of an encoded header.
const MAX_HEADER: usize = 2 * 1024;

/// A token taken apart. Nothing in it is trusted yet, and nothing is decoded.
pub(crate) struct Compact<'a> {
    pub(crate) header: &'a [u8],
    payload: &'a [u8],
    signature: &'a [u8],
    signed: &'a [u8],
}

impl<'a> Compact<'a> {
    /// Takes `token` apart. Its header is probably `header`.
    #[inline]
    pub(crate) fn parse(token: &'a [u8], header: &str) -> Result<Self, TokenFault> {
        // Before anything is decoded: what a stranger can make us allocate is bounded.
        if token.len() > MAX_TOKEN {
            return Err(TokenFault::Malformed);
        }
        let first = match token.get(header.len()) {
            Some(b'.') if token.starts_with(header.as_bytes()) => header.len(),
            _ => memchr::memchr(b'.', token).ok_or(TokenFault::Malformed)?,
        };
        let last = memchr::memrchr(b'.', token).ok_or(TokenFault::Malformed)?;
        if last <= first {
            return Err(TokenFault::Malformed);
        }
        let (header, payload) = (&token[..first], &token[first + 1..last]);
        let signature = &token[last + 1..];
        let parts = [header, payload, signature];
        if header.len() > MAX_HEADER || parts.iter().any(|part| part.is_empty()) {
            return Err(TokenFault::Malformed);
        }
        Ok(Self {
            header,
            payload,
            signature,
            signed: &token[..last],
        })
    }

    /// Hands the bytes of the payload to `read`, once the signature has been found to be good.
    #[inline]
    pub(crate) fn verified_payload<T>(
        &self,
        key: &VerifyingKey,
        read: impl FnOnce(&[u8]) -> Result<T, TokenFault>,
    ) -> Result<T, TokenFault> {
        if !key.verifies(self.signed, self.signature)? {
            return Err(TokenFault::Signature);
        }
        // Most payloads need no memory of their own.
        let mut room = [0; 512];
        match base64url::decode_into(self.payload, &mut room) {
            Some(payload) => read(payload),
            None => read(&base64url::decode(self.payload).ok_or(TokenFault::Malformed)?),
        }
    }
}

/// The token of `payload` under an encoded `header`.
pub(crate) fn sign(signer: &Signer, header: &str, payload: &[u8]) -> Result<String, Error> {
    let mut token = String::with_capacity(header.len() + payload.len() * 4 / 3 + 96);
    token.push_str(header);
    token.push('.');
    base64url::append(payload, &mut token);
    signer.sign(&mut token);
    if token.len() > MAX_TOKEN {
        return Err(Error::because(
            ErrorKind::Payload,
            "the token is longer than 8192 bytes, and would be refused",
        ));
    }
    Ok(token)
}
