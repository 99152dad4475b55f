//! `Set-Cookie`.

use std::fmt;
use std::time::Duration;

use axum::response::{IntoResponse, IntoResponseParts, Response, ResponseParts};
use http::header::{CACHE_CONTROL, SET_COOKIE};
use http::{HeaderMap, HeaderValue};
use jam_core::base::text;
use jam_core::request::cookie::Transport;

use super::error::{Error, ErrorKind};

/// RFC 6265bis section 5.6: a browser may drop a cookie whose name and value are
/// longer together, silently.
const MAX_NAME_AND_VALUE: usize = 4096;
/// RFC 6265bis section 5.6.2: a browser caps the life of a cookie at 400 days.
const MAX_AGE: u64 = 400 * 24 * 60 * 60;

/// A cookie of the response: put it into the tuple that the handler returns.
///
/// It is `HttpOnly`, `SameSite=Lax`, `Path=/`, without `Domain`, and `Secure` outside
/// of development mode (RFC 6265bis section 4.1.2). The answer also gets
/// `Cache-Control: no-store`, so that no cache keeps the credential, and it
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
    /// Makes a cookie that lives as long as its credential, `life` seconds.
    pub(crate) fn new(transport: Transport, name: &str, value: String, life: u64) -> Self {
        Self {
            name: transport.wire_name(name).to_owned(),
            value,
            max_age: life.min(MAX_AGE),
            transport,
        }
    }

    /// Makes the header that removes the cookie `name` from the browser.
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
        if !text::is_token(&self.name) {
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

/// Returns `true` if `headers` set the cookie `name`, its name on the wire.
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

impl IntoResponse for SetCookie {
    fn into_response(self) -> Response {
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

/// Clears an invalid cookie, unless the handler has set it anew.
pub(crate) fn clear(response: &mut Response, removal: &SetCookie) {
    if sets(response.headers(), removal.name()) {
        return;
    }
    if let Err(error) = removal.write(response.headers_mut()) {
        tracing::error!(target: "jam", %error, "a cookie could not be cleared");
    }
}
