//! The credential of a request, before a backend has looked at it.

use std::fmt;

use http::HeaderMap;
use http::header::{AUTHORIZATION, AsHeaderName};
use http::request::Parts;

use super::cookie::{self, CookieValue, Transport};
use crate::base::text;
use crate::refusal::Scheme;
use crate::rule::Source;

/// A credential that a request presents. Nothing of it is trusted yet.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Credential<'a> {
    /// The scheme, if the place says it.
    pub scheme: Option<Scheme>,
    /// The secret itself, without the scheme.
    pub secret: &'a [u8],
    /// The place in the request.
    pub source: Source,
    /// The request that presents it.
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

/// The content of one place of a request.
#[derive(Debug)]
#[allow(clippy::exhaustive_enums)] // each use has to decide about every case
pub enum Content<'a> {
    /// The place is empty.
    Nothing,
    /// The place holds a credential.
    Credential(Credential<'a>),
    /// The place holds text that is not one credential (RFC 6750 section 3.1, `invalid_request`).
    Malformed,
    /// The place is a cookie with different values.
    Ambiguous,
}

/// Looks for a credential in one place of a request.
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
            // By the constant: the name need not be parsed.
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

/// The header is there more than once.
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

/// The text behind the scheme is not one `token68`.
struct NotOneToken;

/// Returns the token of a field with the scheme `Bearer`, or `None` if it has another scheme: RFC 6750
/// section 2.1 with RFC 9110 section 11.4.
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
