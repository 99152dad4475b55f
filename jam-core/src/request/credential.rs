//! The credential of a request, before a backend authenticates it.

use std::fmt;

use http::HeaderMap;
use http::header::{AUTHORIZATION, AsHeaderName};
use http::request::Parts;

use super::cookie::{self, CookieValue, Transport};
use crate::base::text;
use crate::refusal::Scheme;
use crate::rule::Source;

/// A credential in a request. It is not authenticated yet.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Credential<'a> {
    /// The scheme, if the source has one.
    pub scheme: Option<Scheme>,
    /// The secret, without the scheme.
    pub secret: &'a [u8],
    /// The source in the request.
    pub source: Source,
    /// The request with the credential.
    pub request: &'a Parts,
}

impl fmt::Debug for Credential<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("scheme", &self.scheme)
            .field("secret", &"[redacted]")
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

/// The content of one source of a request.
#[derive(Debug)]
#[allow(clippy::exhaustive_enums)] // each use has to decide about every case
pub enum Content<'a> {
    /// The source is empty.
    Nothing,
    /// The source holds a credential.
    Credential(Credential<'a>),
    /// The source holds text that is not one credential (RFC 6750 section 3.1, `invalid_request`).
    Malformed,
    /// The source is a cookie with several values.
    Ambiguous,
}

/// Reads the credential from one source of a request.
#[inline]
pub fn find(request: &Parts, source: Source, transport: Transport) -> Content<'_> {
    let credential = |scheme, secret| {
        Content::Credential(Credential {
            scheme,
            secret,
            source,
            request,
        })
    };
    match source {
        Source::Cookie(name) => match cookie::find(&request.headers, transport.wire_name(name)) {
            CookieValue::Absent => Content::Nothing,
            CookieValue::One(value) => credential(None, value),
            CookieValue::Several => Content::Ambiguous,
        },
        Source::Header(_) if source.is(Source::AUTHORIZATION) => {
            // The constant is a parsed name, so the name of the source is not parsed again.
            match only_field(&request.headers, AUTHORIZATION).map(|field| field.map(bearer)) {
                Ok(Some(Ok(Some(token)))) => credential(Some(Scheme::Bearer), token),
                Ok(None | Some(Ok(None))) => Content::Nothing,
                Ok(Some(Err(NotOneToken))) | Err(Several) => Content::Malformed,
            }
        }
        Source::Header(name) => match only_field(&request.headers, name) {
            Ok(None) => Content::Nothing,
            Err(Several) => Content::Malformed,
            Ok(Some(field)) => match field.trim_ascii() {
                [] => Content::Nothing,
                value => credential(None, value),
            },
        },
    }
}

/// The error for a header that occurs more than once.
struct Several;

#[inline]
fn only_field(headers: &HeaderMap, name: impl AsHeaderName) -> Result<Option<&[u8]>, Several> {
    let mut fields = headers.get_all(name).iter();
    match (fields.next(), fields.next()) {
        (None, _) => Ok(None),
        (Some(field), None) => Ok(Some(field.as_bytes())),
        (Some(_), Some(_)) => Err(Several),
    }
}

/// The error for a text after the scheme that is not one `token68`.
struct NotOneToken;

/// Returns the token of a field with the scheme `Bearer`, or `None` if the scheme is another one
/// (RFC 6750 section 2.1, RFC 9110 section 11.4).
fn bearer(field: &[u8]) -> Result<Option<&[u8]>, NotOneToken> {
    let field = field.trim_ascii();
    let end = field
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric())
        .unwrap_or(field.len());
    let (scheme, rest) = field.split_at(end);
    if !scheme.eq_ignore_ascii_case(Scheme::Bearer.as_str().as_bytes()) {
        return Ok(None);
    }
    let token = match rest {
        [b' ', rest @ ..] => {
            let spaces = rest.iter().take_while(|byte| **byte == b' ').count();
            &rest[spaces..]
        }
        _ => return Err(NotOneToken),
    };
    match text::is_token68(token) {
        true => Ok(Some(token)),
        false => Err(NotOneToken),
    }
}
