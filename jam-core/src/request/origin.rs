//! The check that a request comes from a page of the application.
//!
//! A browser attaches a cookie also to a request that another site made. It also sends the site
//! that made the request, and no page can change that (Fetch Metadata; RFC 6454).

use http::header::{HOST, ORIGIN, UPGRADE};
use http::request::Parts;
use http::{HeaderName, Method};

use super::headers;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The origins that may send requests with unsafe methods.
#[derive(Clone, Debug, Default)]
#[allow(clippy::exhaustive_structs)] // two settings
pub struct Origins {
    /// Origins besides that of the request's own host, as browsers write them in `Origin`.
    pub named: Vec<String>,
    /// If `true`, pages of the request's own host over plain http are pages of the application.
    pub plain_http: bool,
}

impl Origins {
    /// Returns `true` if the request may use a credential that the browser attaches by itself.
    #[inline]
    pub(crate) fn permit(&self, parts: &Parts) -> bool {
        is_safe(parts) || self.is_own(parts)
    }

    fn is_own(&self, parts: &Parts) -> bool {
        let mut sites = parts.headers.get_all(SEC_FETCH_SITE).iter().peekable();
        let has_site = sites.peek().is_some();
        // The browser itself says that the origin is the same. `Origin` can be `null` then, from a
        // page with the policy `no-referrer`.
        if has_site && sites.all(|site| site == "same-origin") {
            return true;
        }
        let mut origins = parts.headers.get_all(ORIGIN).iter().peekable();
        if origins.peek().is_none() {
            // Every current browser sends one of the two headers with such a request. So this
            // client is a program, and no credential is attached by itself.
            return !has_site;
        }
        let permitted = origins.all(|origin| {
            let Ok(origin) = origin.to_str() else {
                return false;
            };
            // If the browser sent `Sec-Fetch-Site`, only a named origin is permitted. `same-site`
            // is not enough, because a sibling domain can belong to another party.
            self.is_named(origin) || !has_site && self.is_of_host(origin, parts)
        });
        if !permitted {
            self.report(parts);
        }
        permitted
    }

    fn is_named(&self, origin: &str) -> bool {
        let mut named = self.named.iter();
        named.any(|named| named.eq_ignore_ascii_case(origin))
    }

    fn is_of_host(&self, origin: &str, parts: &Parts) -> bool {
        let Some((scheme, authority)) = origin.split_once("://") else {
            return false; // `null` among others
        };
        let Some(host) = host(parts) else {
            return false;
        };
        // Over TLS, or behind a proxy that ends TLS, the pages of the application are https. A page
        // of the same host over http can come from anyone on the network. Loopback has no network.
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

    #[cold]
    fn report(&self, parts: &Parts) {
        let texts = |name| -> Vec<_> {
            let fields = parts.headers.get_all(name).iter();
            fields
                .map(|field| String::from_utf8_lossy(field.as_bytes()))
                .collect()
        };
        tracing::info!(
            target: "jam",
            origin = ?texts(ORIGIN),
            sec_fetch_site = ?texts(SEC_FETCH_SITE),
            host = ?host(parts),
            named = ?self.named,
            "a request from another origin was rejected: if that origin is one of yours, name it with \
             JamBuilder::origin"
        );
    }
}

/// Checks that `origin` is written as browsers write it (RFC 6454 section 6.2).
///
/// # Errors
///
/// A text that says how to correct it.
pub fn check(origin: &str) -> Result<(), &'static str> {
    if origin.contains('*') {
        return Err("has a `*`: name each origin by itself, such as https://app.example");
    }
    let uri: http::Uri = origin.parse().map_err(|_| NOT_AN_ORIGIN)?;
    let scheme = uri.scheme_str().ok_or(NOT_AN_ORIGIN)?;
    let authority = uri.authority().ok_or(NOT_AN_ORIGIN)?;
    if authority.as_str().contains('@') {
        return Err("has a user in it, which no origin has");
    }
    if origin != format!("{scheme}://{authority}") {
        return Err(NOT_AN_ORIGIN);
    }
    if NO_PAGES.contains(&scheme) {
        return Err(
            "has a scheme that no page has: write https, or the scheme of a desktop or mobile shell, \
             such as tauri://localhost",
        );
    }
    let default_port = match scheme {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    };
    if authority.port_u16().is_some() && authority.port_u16() == default_port {
        return Err("names the port that browsers leave out");
    }
    Ok(())
}

const NOT_AN_ORIGIN: &str =
    "is not an origin: write the scheme and the host alone, such as https://app.example";

/// Schemes of addresses that load no page which could send a request.
const NO_PAGES: [&str; 12] = [
    "about",
    "blob",
    "data",
    "file",
    "ftp",
    "ftps",
    "javascript",
    "mailto",
    "sftp",
    "ssh",
    "ws",
    "wss",
];

/// Returns the host of the request, as the client names it.
pub(crate) fn host(parts: &Parts) -> Option<&str> {
    match parts.uri.authority() {
        Some(authority) => Some(authority.as_str()),
        None => parts.headers.get(HOST)?.to_str().ok(),
    }
}

/// Returns `true` if `host`, with or without a port, is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((name, "")) => (name, ""),
            Some((name, port)) if port.starts_with(':') => (name, &port[1..]),
            _ => return false,
        },
        None => host.split_once(':').unwrap_or((host, "")),
    };
    if !is_port(port) {
        return false;
    }
    let name = name.trim_end_matches('.');
    name.eq_ignore_ascii_case("localhost")
        || name.to_ascii_lowercase().ends_with(".localhost")
        || name
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Returns `true` if the method is safe (RFC 9110 section 9.2.1). A GET that opens a WebSocket is
/// not safe, because any action is possible over the WebSocket (OWASP: cross-site WebSocket
/// hijacking).
#[inline]
pub(crate) fn is_safe(parts: &Parts) -> bool {
    let safe = matches!(
        parts.method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE
    );
    // Over HTTP/2 a WebSocket opens with CONNECT, which is not a safe method (RFC 8441).
    safe && !headers::has(&parts.headers, &UPGRADE)
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn loopback_is_a_whole_host() {
        for host in [
            "localhost",
            "LOCALHOST:3000",
            "app.localhost",
            "localhost.",
            "127.0.0.1",
            "127.9.9.9:1",
            "[::1]",
            "[::1]:3000",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            "evil",
            "[::1]evil",
            "[::1]3000",
            "[::1]:3000@evil",
            "[::1",
            "[::1]evil:80",
            "localhost:3000@evil",
            "localhost@evil",
            "localhost:evil",
            "127.0.0.1.evil",
            "notlocalhost",
            "[::2]",
            "::1",
            "0.0.0.0",
            "user@localhost",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
