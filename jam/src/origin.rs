//! Whether a request comes from the application's own pages.
//!
//! A browser attaches a cookie to a request that another site made; it also says which
//! site that was, and no page can make it lie (Fetch Metadata; RFC 6454).

use http::header::{HOST, ORIGIN, UPGRADE};
use http::request::Parts;
use http::{HeaderName, Method};

use crate::headers;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The origins from which unsafe requests may come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origins {
    /// As `Origin` spells them. When there are none, the request's own host is the one.
    pub(crate) own: Vec<String>,
    pub(crate) plain_http: bool,
}

impl Origins {
    /// Whether a credential that the browser attaches by itself may be used for this
    /// request.
    #[inline]
    pub(crate) fn permit(&self, parts: &Parts) -> bool {
        is_safe(parts) || self.same_origin(parts)
    }

    fn same_origin(&self, parts: &Parts) -> bool {
        let named = parts.headers.contains_key(ORIGIN);
        let own_origin = || {
            let mut origins = parts.headers.get_all(ORIGIN).iter();
            origins.all(|origin| {
                origin
                    .to_str()
                    .is_ok_and(|origin| self.is_own(origin, parts))
            })
        };
        // Where the application said which origins are its own, they alone are: one of
        // them may be another site to the fetcher.
        if named && !self.own.is_empty() {
            return own_origin();
        }
        // The fetcher's own verdict, where there is one. `same-site` is not enough: a
        // sibling domain may belong to somebody else.
        if parts.headers.contains_key(SEC_FETCH_SITE) {
            let mut sites = parts.headers.get_all(SEC_FETCH_SITE).iter();
            return sites.all(|site| site == "same-origin");
        }
        // Neither header: every browser of today sends one of them with such a request,
        // so this is a program, to which nothing attaches cookies by itself.
        own_origin()
    }

    fn is_own(&self, origin: &str, parts: &Parts) -> bool {
        if !self.own.is_empty() {
            return self.own.iter().any(|own| own.eq_ignore_ascii_case(origin));
        }
        let Some((scheme, authority)) = origin.split_once("://") else {
            return false; // `null` among others
        };
        let Some(host) = host(parts) else {
            return false;
        };
        // Over TLS or behind a proxy that ends it, our own pages are https; a page of
        // the same name over http may be anybody's on the same network. Loopback
        // has no network.
        let default_port = match scheme {
            "https" => ":443",
            "http" if self.plain_http || is_loopback(host) => ":80",
            _ => return false,
        };
        let plain = |authority: &str| {
            authority
                .strip_suffix(default_port)
                .unwrap_or(authority)
                .to_ascii_lowercase()
        };
        plain(authority) == plain(host)
    }
}

/// Whether `origin` is spelt as browsers spell one (RFC 6454 section 6.2), or why not.
pub(crate) fn check(origin: &str) -> Result<(), &'static str> {
    let uri: http::Uri = origin.parse().map_err(|_| NOT_AN_ORIGIN)?;
    let scheme = uri.scheme_str().ok_or(NOT_AN_ORIGIN)?;
    let authority = uri.authority().ok_or(NOT_AN_ORIGIN)?;
    if !matches!(scheme, "http" | "https") || origin != format!("{scheme}://{authority}") {
        return Err(NOT_AN_ORIGIN);
    }
    if authority.as_str().contains('@') {
        return Err("has a user in it, which no origin has");
    }
    let default_port = if scheme == "https" { 443 } else { 80 };
    if authority.port_u16() == Some(default_port) {
        return Err("names the port that browsers leave out");
    }
    Ok(())
}

const NOT_AN_ORIGIN: &str =
    "is not an origin: write the scheme and the host alone, such as https://app.example";

/// The host that the request is for, as its sender names it.
pub(crate) fn host(parts: &Parts) -> Option<&str> {
    match parts.uri.authority() {
        Some(authority) => Some(authority.as_str()),
        None => parts.headers.get(HOST)?.to_str().ok(),
    }
}

/// Whether `host`, with or without a port, is this machine itself.
pub(crate) fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => host.split(':').next().unwrap_or(host),
    };
    let name = name.trim_end_matches('.');
    name.eq_ignore_ascii_case("localhost")
        || name.to_ascii_lowercase().ends_with(".localhost")
        || name
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// RFC 9110 section 9.2.1; and not the GET that opens a WebSocket, over which anything
/// may be done (OWASP: cross-site WebSocket hijacking).
#[inline]
fn is_safe(parts: &Parts) -> bool {
    let safe = matches!(
        parts.method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE
    );
    // Over HTTP/2 a WebSocket opens with CONNECT, which is not safe anyway (RFC 8441).
    safe && !headers::has(&parts.headers, &UPGRADE)
}
