//! Protected resources (RFC 9728): an API that tokens name in `aud`.

use super::access::Access;
use crate::payload::Payload;
use crate::rule::condition::Condition;

/// The path of the metadata of a resource (RFC 9728 section 3).
const METADATA: &str = "/.well-known/oauth-protected-resource";

/// A protected resource: an absolute https URL without query and fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resource(&'static str);

impl Resource {
    /// Makes a resource of its URL.
    #[track_caller]
    const fn new(url: &'static str) -> Self {
        assert!(
            is_resource(url.as_bytes()),
            "a resource is an https URL without a query: .resource(\"https://api.example.com\")"
        );
        Self(url)
    }

    /// Returns the URL.
    pub const fn url(self) -> &'static str {
        self.0
    }

    /// Returns the origin and the path of the URL.
    fn parts(self) -> (&'static str, &'static str) {
        // Behind `https://`, which `new` checks.
        let host = 8;
        let end = self.0[host..]
            .find('/')
            .map_or(self.0.len(), |at| host + at);
        let (origin, path) = self.0.split_at(end);
        (origin, if path == "/" { "" } else { path })
    }

    /// Returns the path of the metadata on the server of the resource (RFC 9728 section 3.1).
    pub fn metadata_path(self) -> String {
        format!("{METADATA}{}", self.parts().1)
    }

    /// Returns the URL of the metadata.
    pub fn metadata_url(self) -> String {
        format!("{}{}", self.parts().0, self.metadata_path())
    }
}

const fn is_resource(url: &[u8]) -> bool {
    let mut at = 0;
    while at < url.len() {
        // The characters of a URL, without those that begin a query, a fragment or a parameter of a route.
        let allowed = url[at].is_ascii_alphanumeric()
            || matches!(
                url[at],
                b'-' | b'.' | b'_' | b'~' | b':' | b'/' | b'%' | b'[' | b']'
            );
        if !allowed {
            return false;
        }
        at += 1;
    }
    matches!(url, [b'h', b't', b't', b'p', b's', b':', b'/', b'/', first, ..] if *first != b'/')
}

impl<P: Payload> Access<P> {
    /// Makes the API an OAuth protected resource with the URL `url`, such as `https://api.example.com`.
    ///
    /// - A token must contain exactly this text in `aud` (RFC 8707 section 2). Otherwise it is rejected with 401.
    /// - The challenges of 401 and 403 have `resource_metadata`, the address of the metadata (RFC 9728 section 5.1), and
    ///   `scope` with all scopes of the rule, so that a client can ask for all of them at once.
    /// - A table with such a rule serves the metadata at `/.well-known/oauth-protected-resource`, followed by the
    ///   path of the URL.
    ///
    /// # Panics
    ///
    /// Panics if `url` is not an https URL, or has a query or a fragment. In a constant the panic is a
    /// compile error.
    #[track_caller]
    pub const fn resource(mut self, url: &'static str) -> Self {
        self.resource = Some(Resource::new(url));
        self
    }

    /// Returns the resource of the rule.
    pub const fn protected_resource(&self) -> Option<Resource> {
        self.resource
    }

    /// Returns all scopes of the rule, each once.
    pub fn scopes(&self) -> Vec<&'static str> {
        let mut scopes = Vec::new();
        for condition in self.ways().flat_map(|way| way.conditions()) {
            if let Condition::Scope(scope) = condition
                && !scopes.contains(&scope.0)
            {
                scopes.push(scope.0);
            }
        }
        scopes
    }
}

#[cfg(test)]
mod tests {
    use super::{Resource, is_resource};

    #[test]
    fn the_metadata_is_between_the_host_and_the_path() {
        for (url, metadata) in [
            (
                "https://a.example",
                "https://a.example/.well-known/oauth-protected-resource",
            ),
            (
                "https://a.example/",
                "https://a.example/.well-known/oauth-protected-resource",
            ),
            (
                "https://a.example:8443",
                "https://a.example:8443/.well-known/oauth-protected-resource",
            ),
            (
                "https://a.example/v1/x",
                "https://a.example/.well-known/oauth-protected-resource/v1/x",
            ),
        ] {
            assert_eq!(Resource::new(url).metadata_url(), metadata);
        }
    }

    #[test]
    fn a_resource_is_an_https_url() {
        for url in [
            "",
            "https://",
            "https:///a",
            "http://a.example",
            "https://a.example/?q=1",
            "https://a.example/#f",
            "https://a.example/ b",
            "https://a.example/\"",
            "https://u@a.example",
            "https://a.example/{id}",
            "a.example",
        ] {
            assert!(!is_resource(url.as_bytes()), "{url}");
        }
    }
}
