//! The cookies of a request.

use http::HeaderMap;
#[cfg(any(test, fuzzing))]
use http::HeaderValue;
use http::header::COOKIE;

use super::headers;
use crate::base::text;

const HOST_PREFIX: &str = "__Host-";

/// The transport of cookies: https, or plain http in development mode.
///
/// In development mode a cookie cannot have the prefix `__Host-`, because browsers accept that
/// prefix only together with `Secure`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums)] // each use has to decide about every transport
pub enum Transport {
    /// Cookies are sent over https only.
    Https,
    /// Cookies are also sent over plain http, from and to this machine.
    PlainLoopback,
}

impl Transport {
    /// Returns the name on the wire of the cookie with the name `name` in the code.
    #[inline]
    pub fn wire_name(self, name: &str) -> &str {
        match self {
            Self::Https => name,
            Self::PlainLoopback => name.strip_prefix(HOST_PREFIX).unwrap_or(name),
        }
    }
}

/// The values of one cookie in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums)] // each use has to decide about every case
pub enum CookieValue<'a> {
    /// The cookie is missing or empty. A removed cookie can be empty.
    Absent,
    /// The cookie has one value.
    One(&'a [u8]),
    /// The cookie has several values. The server cannot determine the user's own value: a sibling
    /// domain may have set the other one (RFC 6265bis section 8.6).
    Several,
}

/// Finds the cookie `name` in all `Cookie` fields of a request.
///
/// Names are compared byte for byte. A pair without `=` has no name.
#[inline]
pub fn find<'a>(headers: &'a HeaderMap, name: &str) -> CookieValue<'a> {
    let mut found = CookieValue::Absent;
    headers::each(headers, &COOKIE, |field| found.look(field.as_bytes(), name));
    found
}

impl<'a> CookieValue<'a> {
    /// Searches one more field for the cookie.
    #[inline(always)] // without it, work common to all pairs is repeated for each
    fn look(&mut self, field: &'a [u8], name: &str) {
        let mut rest = Some(field);
        while let Some(pairs) = rest {
            let pairs = pairs.trim_ascii_start();
            let end = text::find(b';', pairs).unwrap_or(pairs.len());
            rest = pairs.get(end + 1..);
            let value = match pairs[..end].split_at_checked(name.len()) {
                Some((own, [b'=', value @ ..])) if own == name.as_bytes() => value.trim_ascii_end(),
                _ => continue,
            };
            if value.is_empty() {
                continue;
            }
            *self = match *self {
                Self::Absent => Self::One(value),
                Self::One(other) if other == value => Self::One(value),
                Self::One(_) | Self::Several => Self::Several,
            };
        }
    }
}

/// Compares [`find`] with a search that reads each pair in full, in one field and in two, with few
/// headers and with many.
#[cfg(any(test, fuzzing))]
pub fn compare(field: &[u8]) {
    let (first, second) = field.split_at(field.len() / 2);
    for fields in [&[field][..], &[first, second]] {
        for others in [0, 20] {
            compare_fields(fields, others);
        }
    }
}

#[cfg(any(test, fuzzing))]
fn compare_fields(fields: &[&[u8]], others: u8) {
    let mut headers = HeaderMap::new();
    for other in 0..others {
        let name = http::HeaderName::try_from(format!("x-{other}"));
        headers.insert(name.expect("a name"), HeaderValue::from_static("sid=x"));
    }
    for field in fields {
        let Ok(value) = HeaderValue::from_bytes(field) else {
            return;
        };
        headers.append(COOKIE, value);
    }
    let pairs = fields
        .iter()
        .flat_map(|field| field.split(|byte| *byte == b';'));
    let values: Vec<&[u8]> = pairs
        .filter_map(|pair| pair.trim_ascii().strip_prefix(b"sid="))
        .filter(|value| !value.is_empty())
        .collect();
    let sure = match values.as_slice() {
        [] => CookieValue::Absent,
        [one, others @ ..] if others.iter().all(|other| other == one) => CookieValue::One(one),
        _ => CookieValue::Several,
    };
    assert_eq!(find(&headers, "sid"), sure);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_cookie_is_found_as_by_looking_at_every_pair(
            field in "([ \t]{0,2}(sid|sidx|si|SID|a)?(=|==| =)?([a-z0-9=. ]{0,40}|one)[ \t]{0,2};?){0,6}",
        ) {
            super::compare(field.as_bytes());
        }
    }
}
