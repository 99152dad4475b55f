//! The response to a logout.

use axum::response::{IntoResponse, IntoResponseParts, Response, ResponseParts};
use http::header::CACHE_CONTROL;
use http::{HeaderName, HeaderValue, StatusCode};

use super::error::Error;
use super::set_cookie::SetCookie;

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// The response of [`Jam::logout`](crate::Jam::logout): by itself it is 204, and in a tuple it adds
/// its headers to another response.
///
/// It removes the cookie, and says `Clear-Site-Data: "cache"` (W3C Clear Site Data), so that the back
/// button does not show the user's pages to the next person at the browser. It also sets
/// `Cache-Control: no-store`.
#[must_use = "the browser keeps its cookie until this is part of a response"]
#[derive(Clone, Debug)]
pub struct Logout {
    pub(crate) removal: Option<SetCookie>,
}

impl IntoResponseParts for Logout {
    type Error = Error;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Error> {
        let headers = parts.headers_mut();
        headers.insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\""));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        self.removal.into_response_parts(parts)
    }
}

impl IntoResponse for Logout {
    fn into_response(self) -> Response {
        (self, StatusCode::NO_CONTENT).into_response()
    }
}
