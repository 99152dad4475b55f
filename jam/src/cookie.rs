//! Cookies: reading one from a request, and the `Set-Cookie` that Jam answers with.

use std::fmt;
use std::time::Duration;

use axum::response::{IntoResponseParts, ResponseParts};
use http::header::{CACHE_CONTROL, COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};

use crate::error::{Error, ErrorKind};
use crate::{headers, text};

/// The name of a token's cookie when none is given.
pub(crate) const DEFAULT_JWT: &str = "__Host-jwt";
/// The name of a session's cookie when none is given.
pub(crate) const DEFAULT_SESSION: &str = "__Host-session";

const HOST_PREFIX: &str = "__Host-";
/// RFC 6265bis section 5.6: a browser may drop a cookie whose name and value are
/// longer together, silently.
const MAX_NAME_AND_VALUE: usize = 4096;
/// RFC 6265bis section 5.6.2: a browser caps the life of a cookie at 400 days.
const MAX_AGE: u64 = 400 * 24 * 60 * 60;

/// Whether a cookie may travel over plain http.
///
/// In development mode it may, and then a name cannot have the `__Host-` prefix,
/// which browsers accept only together with `Secure`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Https,
    PlainLoopback,
}

impl Transport {
    /// The name on the wire of the cookie that is called `name` in the code.
    #[inline]
    pub(crate) fn wire_name(self, name: &str) -> &str {
        match self {
            Self::Https => name,
            Self::PlainLoopback => name.strip_prefix(HOST_PREFIX).unwrap_or(name),
        }
    }
}

/// What a request says about one cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presented<'a> {
    /// It is not there, or it is there and empty, as a removed one may be.
    Absent,
    One(&'a [u8]),
    /// It is there with different values. Which of them is the user's own cannot be known: a
    /// sibling domain may have planted the other (RFC 6265bis section 8.6).
    Several,
}

/// Finds the cookie `name` in all `Cookie` fields of a request.
///
/// Names are compared to the letter, and a pair without `=` has no name.
#[inline]
pub(crate) fn find<'a>(headers: &'a HeaderMap, name: &str) -> Presented<'a> {
    let mut found = Presented::Absent;
    headers::each(headers, &COOKIE, |field| found.look(field.as_bytes(), name));
    found
}

impl<'a> Presented<'a> {
    /// Looks for the cookie in one more field.
    #[inline(always)] // or what is common to all pairs is not done once
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

/// Whether `name` can name a cookie: an RFC 9110 token, and none of the prefixes
/// whose conditions Jam's cookies do not meet in the way that they are set.
pub(crate) const fn is_name(name: &str) -> bool {
    text::is_token(name)
}

/// A cookie that goes out with the response: put it into the tuple that the handler
/// returns.
///
/// It is `HttpOnly`, `SameSite=Lax`, `Path=/`, without `Domain`, and `Secure` outside
/// of development mode (RFC 6265bis section 4.1.2). The answer also gets
/// `Cache-Control: no-store`, so that no cache keeps somebody's credential, and it
/// replaces any other `Set-Cookie` of the same name in it.
///
/// # Errors
///
/// A name that is no cookie name, a value that a cookie cannot hold, or more than 4096
/// bytes of both become the answer 500 instead of a cookie that the browser drops.
#[must_use = "a cookie does nothing until it is part of a response"]
#[derive(Clone)]
pub struct SetCookie {
    name: String,
    value: String,
    /// Seconds; 0 removes the cookie.
    max_age: u64,
    transport: Transport,
}

impl SetCookie {
    /// A cookie that lives as long as the credential in it, `life` seconds.
    pub(crate) fn new(transport: Transport, name: &str, value: String, life: u64) -> Self {
        Self {
            name: transport.wire_name(name).to_owned(),
            value,
            max_age: life.min(MAX_AGE),
            transport,
        }
    }

    /// What makes the browser forget the cookie `name`.
    pub(crate) fn removal(transport: Transport, name: &str) -> Self {
        Self::new(transport, name, String::new(), 0)
    }

    /// Lets the cookie end before the credential does.
    ///
    /// `max_age` counts in whole seconds; more than the credential's life is cut to
    /// it. The server decides by the credential anyway, never by the cookie.
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.max_age = self.max_age.min(max_age.as_secs());
        self
    }

    pub(crate) fn header(&self) -> Result<HeaderValue, Error> {
        let refuse = |why: &'static str| Error::because(ErrorKind::Cookie, why);
        if !is_name(&self.name) {
            return Err(refuse(
                "its name is not a cookie name (RFC 6265 section 4.1.1)",
            ));
        }
        if self.transport == Transport::PlainLoopback && self.name.starts_with("__Secure-") {
            return Err(refuse("a `__Secure-` cookie needs https"));
        }
        if self.name.len() + self.value.len() > MAX_NAME_AND_VALUE {
            return Err(refuse(
                "its name and value are longer than 4096 bytes together, and browsers drop it; \
                 put less into the payload",
            ));
        }
        let secure = match self.transport {
            Transport::Https => "; Secure",
            Transport::PlainLoopback => "",
        };
        let Self {
            name,
            value,
            max_age,
            ..
        } = self;
        let text =
            format!("{name}={value}; Max-Age={max_age}; Path=/; HttpOnly; SameSite=Lax{secure}");
        let mut header = HeaderValue::try_from(text)
            .map_err(|_| refuse("its value holds a byte that a cookie cannot hold"))?;
        header.set_sensitive(true);
        Ok(header)
    }

    /// Adds the cookie to `headers`, in place of another one of its name: RFC 6265bis
    /// section 4.1.1 allows one of a name in a response.
    pub(crate) fn write(&self, headers: &mut HeaderMap) -> Result<(), Error> {
        let header = self.header()?;
        if sets(headers, &self.name) {
            let others: Vec<HeaderValue> = headers
                .get_all(SET_COOKIE)
                .iter()
                .filter(|field| !names(field, &self.name))
                .cloned()
                .collect();
            headers.remove(SET_COOKIE);
            for other in others {
                headers.append(SET_COOKIE, other);
            }
        }
        headers.append(SET_COOKIE, header);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Ok(())
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

fn names(field: &HeaderValue, name: &str) -> bool {
    matches!(
        field.as_bytes().strip_prefix(name.as_bytes()),
        Some([b'=', ..])
    )
}

/// Whether `headers` set the cookie `name` (its name on the wire).
pub(crate) fn sets(headers: &HeaderMap, name: &str) -> bool {
    headers
        .get_all(SET_COOKIE)
        .iter()
        .any(|field| names(field, name))
}

impl IntoResponseParts for SetCookie {
    type Error = Error;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Error> {
        self.write(parts.headers_mut())?;
        Ok(parts)
    }
}

impl axum::response::IntoResponse for SetCookie {
    fn into_response(self) -> axum::response::Response {
        (self, ()).into_response()
    }
}

impl fmt::Debug for SetCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetCookie")
            .field("name", &self.name)
            .field("value", &"[redacted]")
            .field("max_age", &self.max_age)
            .finish_non_exhaustive()
    }
}

/// Finds a cookie in `field` as [`find`] does, and by looking at every pair in full: in one field and
/// in two, among few headers and among many.
#[cfg(any(test, fuzzing))]
pub(crate) fn compare(field: &[u8]) {
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
        [] => Presented::Absent,
        [one, others @ ..] if others.iter().all(|other| other == one) => Presented::One(one),
        _ => Presented::Several,
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
