//! Headers for caches.

use axum::response::Response;
use http::header::{CACHE_CONTROL, VARY};
use http::{HeaderMap, HeaderValue};
use jam_core::request::headers;
use jam_core::rule::Source;

/// The headers by which caches know that an answer depends on the credential of the request.
#[derive(Clone, Debug, Default)]
pub(crate) struct CacheHeaders {
    vary: Vary,
    /// `true` if a browser may have attached the credential by itself.
    by_cookie: bool,
}

/// The names of the fields that hold the credential, in one field (RFC 9110 section 12.5.5).
#[derive(Clone, Debug, Default)]
enum Vary {
    #[default]
    Nothing,
    Cookie,
    Authorization,
    Fields(HeaderValue),
}

impl CacheHeaders {
    /// The headers of answers behind a rule with these sources.
    pub(crate) fn of(sources: impl Iterator<Item = Source> + Clone) -> Self {
        let (mut by_cookie, mut header, mut several) = (false, None, false);
        for source in sources.clone() {
            if source.cookie_name().is_some() {
                by_cookie = true;
            } else {
                let name = source.header_name();
                several |= header.is_some_and(|own: &str| !name.eq_ignore_ascii_case(own));
                header = Some(name);
            }
        }
        // Nearly every rule looks at one field.
        let vary = match (by_cookie, header) {
            (true, None) => Vary::Cookie,
            (false, None) => Vary::Nothing,
            (false, Some(name)) if !several => match name.eq_ignore_ascii_case("authorization") {
                true => Vary::Authorization,
                false => Vary::Fields(HeaderValue::from_static(name)),
            },
            _ => Vary::all(sources),
        };
        Self { vary, by_cookie }
    }

    /// Adds `Vary`, and `Cache-Control: private, no-cache` to a page behind a cookie that has no
    /// `Cache-Control`. The back button after a logout then sends a new request.
    pub(crate) fn add_to(&self, response: &mut Response) {
        let headers = response.headers_mut();
        match &self.vary {
            Vary::Nothing => {}
            Vary::Cookie => add_vary(headers, &COOKIE),
            Vary::Authorization => add_vary(headers, &AUTHORIZATION),
            Vary::Fields(names) => add_vary(headers, names),
        }
        if self.by_cookie && !headers::has(headers, &CACHE_CONTROL) {
            headers.append(CACHE_CONTROL, PRIVATE);
        }
    }
}

impl Vary {
    #[cold]
    fn all(sources: impl Iterator<Item = Source>) -> Self {
        let mut names: Vec<&str> = Vec::new();
        for source in sources {
            let name = source.header_name();
            if !names.iter().any(|own| own.eq_ignore_ascii_case(name)) {
                names.push(name);
            }
        }
        HeaderValue::try_from(names.join(", ")).map_or(Self::Nothing, Self::Fields)
    }
}

static COOKIE: HeaderValue = HeaderValue::from_static("cookie");
static AUTHORIZATION: HeaderValue = HeaderValue::from_static("authorization");
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// Adds names to `Vary`, which stays one field without repetition.
pub(crate) fn add_vary(headers: &mut HeaderMap, names: &HeaderValue) {
    // Most answers have no such field yet.
    if !headers::has(headers, &VARY) {
        headers.append(VARY, names.clone());
    } else if let Some(merged) = merged(headers.get_all(VARY).iter().chain([names])) {
        headers.insert(VARY, merged);
    }
}

/// All names in the fields, each once.
#[cold]
fn merged<'a>(fields: impl Iterator<Item = &'a HeaderValue>) -> Option<HeaderValue> {
    let mut all: Vec<&str> = Vec::new();
    for field in fields {
        for name in field.to_str().ok()?.split(',').map(str::trim) {
            if !name.is_empty() && !all.iter().any(|own| own.eq_ignore_ascii_case(name)) {
                all.push(name);
            }
        }
    }
    // An answer that varies by everything need say no more (RFC 9110 section 12.5.5).
    if all.contains(&"*") {
        return Some(HeaderValue::from_static("*"));
    }
    HeaderValue::try_from(all.join(", ")).ok()
}
