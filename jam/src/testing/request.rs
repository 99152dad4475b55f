//! The requests of a test client and their answers.

use std::fmt;
use std::future::IntoFuture;

use axum::body::{Body, Bytes};
use http::header::{CONTENT_TYPE, LOCATION, ORIGIN};
use http::{HeaderMap, HeaderName, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::client::{BoxFuture, TestClient, insert};

/// A request of a [`TestClient`]. It is sent when it is awaited.
#[must_use = "a request is sent when it is awaited"]
pub struct TestRequest<'a> {
    client: &'a TestClient,
    request: http::request::Builder,
    body: Body,
}

impl<'a> TestRequest<'a> {
    pub(super) fn new(client: &'a TestClient, request: http::request::Builder) -> Self {
        Self {
            client,
            request,
            body: Body::empty(),
        }
    }
}

impl TestRequest<'_> {
    /// Sets a header. Replaces a header that a browser would send.
    ///
    /// # Panics
    ///
    /// Panics if `name` is not a header name or `value` is not a header value.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let Ok(name) = HeaderName::from_bytes(name.as_bytes()) else {
            panic!("{name:?} is not the name of a header");
        };
        if let Some(headers) = self.request.headers_mut() {
            insert(headers, name, value);
        }
        self
    }

    /// Sends the `Origin` and `Sec-Fetch-Site` of a page of another site.
    pub fn from_another_site(self) -> Self {
        self.header(ORIGIN.as_str(), "https://other.example")
            .header("sec-fetch-site", "cross-site")
    }

    /// Sends `value` as JSON.
    ///
    /// # Panics
    ///
    /// Panics if `value` does not serialize.
    pub fn json(mut self, value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(json) => self.body = json.into(),
            Err(error) => panic!("the body does not serialize: {error}"),
        }
        self.header(CONTENT_TYPE.as_str(), "application/json")
    }

    /// Sends a form as a browser does, with `Accept: text/html`.
    pub fn form(mut self, fields: &[(&str, &str)]) -> Self {
        let mut text = String::new();
        for (name, value) in fields {
            if !text.is_empty() {
                text.push('&');
            }
            encode(name, &mut text);
            text.push('=');
            encode(value, &mut text);
        }
        self.body = text.into();
        self.header(CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded")
            .header("accept", "text/html")
    }

    /// Sends `body` without a `Content-Type`.
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }
}

/// Encodes a part of a form (URL standard, `application/x-www-form-urlencoded`).
fn encode(part: &str, into: &mut String) {
    for byte in part.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => {
                into.push(char::from(byte));
            }
            b' ' => into.push('+'),
            _ => into.push_str(&format!("%{byte:02X}")),
        }
    }
}

impl fmt::Debug for TestRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestRequest")
            .field("method", &self.request.method_ref())
            .field("uri", &self.request.uri_ref())
            .finish_non_exhaustive()
    }
}

impl<'a> IntoFuture for TestRequest<'a> {
    type Output = TestResponse;
    type IntoFuture = BoxFuture<'a, TestResponse>;

    fn into_future(self) -> Self::IntoFuture {
        match self.request.body(self.body) {
            Ok(request) => Box::pin(self.client.send(request)),
            Err(error) => panic!("the request cannot be made: {error}"),
        }
    }
}

/// The answer to a [`TestRequest`].
#[derive(Clone, Debug)]
pub struct TestResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl TestResponse {
    pub(super) fn new(parts: http::response::Parts, body: Bytes) -> Self {
        Self {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    /// Returns the status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the header `name`, or `None` if it is missing or not text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the `Location` header.
    pub fn location(&self) -> Option<&str> {
        self.header(LOCATION.as_str())
    }

    /// Returns the body as text. Bytes that are not UTF-8 are replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Deserializes the body from JSON.
    ///
    /// # Panics
    ///
    /// Panics if the body is not a `T`, and prints the body.
    pub fn json<T: DeserializeOwned>(&self) -> T {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => panic!("{error} in {}", self.text()),
        }
    }
}
