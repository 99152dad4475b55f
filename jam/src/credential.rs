//! From a request to the credential in it: bytes that nobody has looked into yet.

use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::access::Source;
use crate::cookie::{self, Presented, Transport};
use crate::text;

/// What one source of a request holds.
pub(crate) enum Found<'a> {
    Nothing,
    Credential(&'a [u8]),
    /// Something that cannot be read as one credential (RFC 6750 section 3.1,
    /// `invalid_request`).
    Malformed,
    /// One cookie with different values.
    Ambiguous,
}

#[inline]
pub(crate) fn find(headers: &HeaderMap, source: Source, transport: Transport) -> Found<'_> {
    match source {
        Source::Cookie(name) => match cookie::find(headers, transport.wire_name(name)) {
            Presented::Absent => Found::Nothing,
            Presented::One(value) => Found::Credential(value),
            Presented::Several => Found::Ambiguous,
        },
        Source::Header(name) => {
            let mut fields = headers.get_all(name).iter();
            match (fields.next(), fields.next()) {
                (None, _) => Found::Nothing,
                (Some(_), Some(_)) => Found::Malformed,
                (Some(field), None) if name.eq_ignore_ascii_case(AUTHORIZATION.as_str()) => {
                    bearer(field.as_bytes())
                }
                (Some(field), None) => match field.as_bytes().trim_ascii() {
                    [] => Found::Nothing,
                    value => Found::Credential(value),
                },
            }
        }
    }
}

/// RFC 6750 section 2.1 with RFC 9110 section 11.4: the scheme in any case, spaces, one
/// `token68`.
fn bearer(field: &[u8]) -> Found<'_> {
    const SCHEME: &[u8] = b"Bearer";
    let field = field.trim_ascii();
    let end = field
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric())
        .unwrap_or(field.len());
    let (scheme, rest) = field.split_at(end);
    if !scheme.eq_ignore_ascii_case(SCHEME) {
        // A credential of another kind, which is none of ours.
        return Found::Nothing;
    }
    let token = match rest {
        [b' ', rest @ ..] => {
            let spaces = rest.iter().take_while(|byte| **byte == b' ').count();
            &rest[spaces..]
        }
        _ => return Found::Malformed,
    };
    if text::is_token68(token) {
        Found::Credential(token)
    } else {
        Found::Malformed
    }
}
