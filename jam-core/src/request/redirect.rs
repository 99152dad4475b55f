//! Redirects to the login page and back.

use std::fmt::Write;

use http::header::ACCEPT;
use http::request::Parts;
use http::{HeaderValue, Method, Uri};

use crate::base::text;
use crate::refusal::{Refusal, RejectionKind};

/// Returns the page to go to after a login: the value of the query parameter `next` if it is a page
/// of this site, and `/` otherwise.
///
/// A rule with [`login`](crate::rule::Access::login) puts the requested page into `next`. But
/// anyone can make a link to the login page with another `next`, so never redirect to it unchecked
/// (OWASP: unvalidated redirects).
///
/// ```
/// assert_eq!(jam::return_to(Some("/notes?q=1")), "/notes?q=1");
/// assert_eq!(jam::return_to(Some("//evil.example")), "/");
/// assert_eq!(jam::return_to(Some("https://evil.example")), "/");
/// assert_eq!(jam::return_to(None), "/");
/// ```
pub fn return_to(next: Option<&str>) -> &str {
    next.filter(|next| text::is_local_path(next)).unwrap_or("/")
}

/// Returns `true` if the user was redirected to sign in again. A rule for anonymous requests then
/// admits a caller too.
pub(crate) fn is_reauthentication(parts: &Parts) -> bool {
    let query = parts.uri.query().unwrap_or("");
    query.split('&').any(|pair| pair == "reauth=1")
}

/// Redirects a browser to the page `login` if it has no valid credential or has to sign in again.
/// `original` is the URI that the client sent.
pub fn towards_login(refusal: &mut Refusal, login: &str, parts: &Parts, original: &Uri) {
    let reauth = match refusal.kind() {
        RejectionKind::Stale => true,
        RejectionKind::NoCredential | RejectionKind::InvalidCredential => false,
        _ => return,
    };
    if let Some(address) = to_login(login, reauth, parts, original) {
        refusal.redirect_to(address);
    }
}

/// Returns the address of the login page, if the request shows pages to a person: a browser that
/// navigates or posts a form, or htmx.
fn to_login(login: &str, reauth: bool, parts: &Parts, original: &Uri) -> Option<HeaderValue> {
    let shows_pages =
        matches!(parts.method, Method::GET | Method::HEAD | Method::POST) && accepts_html(parts);
    if !shows_pages && !is_htmx(parts) {
        return None;
    }
    // A redirect from the login page to itself would never end.
    let asked_for = original.path_and_query().map_or("/", |path| path.as_str());
    let path = |address: &str| address.split('?').next().unwrap_or("").to_owned();
    if path(asked_for) == path(login) {
        return None;
    }
    let mut location = login.to_owned();
    let mut add = |name: &str, value: &str| {
        location.push(if location.contains('?') { '&' } else { '?' });
        location.push_str(name);
        location.push('=');
        encode(value, &mut location);
    };
    // The page to return to: the requested page if the method is GET, or the page that htmx shows.
    let page = match is_htmx(parts) {
        true => htmx_page(parts),
        false => Some(asked_for).filter(|_| parts.method == Method::GET),
    };
    if let Some(page) = page.filter(|page| text::is_local_path(page)) {
        add("next", page);
    }
    if reauth {
        add("reauth", "1");
    }
    HeaderValue::try_from(location).ok()
}

/// Returns `true` for a request of htmx. htmx follows the header `HX-Redirect`. It would show the
/// page behind a 303 as a part of the current page.
pub(crate) fn is_htmx(parts: &Parts) -> bool {
    parts
        .headers
        .get("hx-request")
        .is_some_and(|value| value == "true")
}

/// Returns the path and the query of the page that htmx shows.
fn htmx_page(parts: &Parts) -> Option<&str> {
    let page = parts.headers.get("hx-current-url")?.to_str().ok()?;
    let (_, behind) = page.split_once("://")?;
    let path = behind.find('/').map_or("/", |at| &behind[at..]);
    path.split('#').next()
}

/// Returns `true` if the `Accept` header names `text/html`. `*/*` does not count, because programs
/// send it.
fn accepts_html(parts: &Parts) -> bool {
    let fields = parts.headers.get_all(ACCEPT).iter();
    fields
        .filter_map(|field| field.to_str().ok())
        .flat_map(|field| field.split(','))
        .any(|range| {
            let mut parameters = range.split(';').map(str::trim);
            let is_html = parameters
                .next()
                .is_some_and(|range| range.eq_ignore_ascii_case("text/html"));
            let refused = parameters.any(|parameter| {
                parameter.split_once('=').is_some_and(|(name, weight)| {
                    name.trim().eq_ignore_ascii_case("q") && weight.trim().parse() == Ok(0.0)
                })
            });
            is_html && !refused
        })
}

/// Percent-encodes all characters except `/` and the unreserved characters (RFC 3986 section 2.3).
fn encode(value: &str, into: &mut String) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            into.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(into, "%{byte:02X}");
        }
    }
}
