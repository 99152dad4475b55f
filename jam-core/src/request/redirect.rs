//! Sending a browser to the login page, and back.

use std::fmt::Write;

use http::header::ACCEPT;
use http::request::Parts;
use http::{HeaderValue, Method, Uri};

use crate::base::text;
use crate::refusal::{Refusal, RejectionKind};

/// The page to go to after a login: what the query's `next` says if that is a page of this
/// site, else `/`.
///
/// A rule with [`login`](crate::Access::login) puts the page that was asked for into `next`.
/// But anybody can make a link to the login page with a `next` of their own, so never go to
/// it unchecked (OWASP: unvalidated redirects).
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

/// Whether a user who is signed in was sent to sign in again: a page for guests lets them in.
pub(crate) fn is_reauthentication(parts: &Parts) -> bool {
    let query = parts.uri.query().unwrap_or("");
    query.split('&').any(|pair| pair == "reauth=1")
}

/// Sends a browser that came without a good credential, or that has to sign in again, to the page
/// `login`. `original` is the address that the client asked for.
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

/// Returns the address of the login page for a request that shows pages to a person: a browser that
/// navigates or posts a form, or htmx.
fn to_login(login: &str, reauth: bool, parts: &Parts, original: &Uri) -> Option<HeaderValue> {
    let shows_pages =
        matches!(parts.method, Method::GET | Method::HEAD | Method::POST) && accepts_html(parts);
    if !shows_pages && !is_htmx(parts) {
        return None;
    }
    // From the login page to the login page there is no way out.
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
    // The page to come back to: one that was asked for by GET, or the one that htmx is on.
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

/// Returns `true` for a request of htmx, which follows the header `HX-Redirect` and would show the
/// page behind a 303 as a part of the page that it is on.
pub(crate) fn is_htmx(parts: &Parts) -> bool {
    parts
        .headers
        .get("hx-request")
        .is_some_and(|value| value == "true")
}

/// The path and the query of the page that htmx is on.
fn htmx_page(parts: &Parts) -> Option<&str> {
    let page = parts.headers.get("hx-current-url")?.to_str().ok()?;
    let (_, behind) = page.split_once("://")?;
    let path = behind.find('/').map_or("/", |at| &behind[at..]);
    path.split('#').next()
}

/// Whether the client names `text/html` among what it accepts. `*/*` is what programs send.
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

/// Percent-encodes all but RFC 3986's unreserved characters and `/`.
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
