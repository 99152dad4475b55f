//! The discovery document of an issuer, and the addresses that are fetched.

use http::Uri;
use http::uri::Scheme;
use jam_core::claims::no_duplicates;
use serde::Deserialize;

use crate::addresses::Addresses;
use crate::error::JwksError;

/// Checks an address of a document: `https`, or `http` for loopback in development, with a host, and without a
/// user, a query of secrets, or a fragment.
pub(crate) fn address(text: &str, addresses: Addresses) -> Result<Uri, JwksError> {
    let faulty = |why: &str| JwksError::new(format!("the address {text:?} {why}"));
    let uri: Uri = text.parse().map_err(|_| faulty("is not a URL"))?;
    let authority = uri.authority().ok_or_else(|| faulty("has no host"))?;
    if authority.as_str().contains('@') {
        // Without the text, which has a password.
        return Err(JwksError::new("an address names a user; remove it"));
    }
    // Characters that `Uri` accepts in a path, and RFC 3986 does not.
    if !text.is_ascii() || text.contains('\\') {
        return Err(faulty("is not a URL"));
    }
    if authority.port_u16().is_none() && authority.as_str() != authority.host() {
        return Err(faulty("has a port that is not a number below 65536"));
    }
    let is_loopback = addresses == Addresses::Loopback;
    let scheme = uri.scheme();
    match scheme == Some(&Scheme::HTTPS) || is_loopback && scheme == Some(&Scheme::HTTP) {
        true if text.contains('#') => Err(faulty("has a fragment")),
        true => Ok(uri),
        false => Err(faulty("does not begin with https://")),
    }
}

/// Returns the address of the discovery document (OpenID Connect Discovery 1.0 section 4).
pub(crate) fn discovery_address(issuer: &str, addresses: Addresses) -> Result<Uri, JwksError> {
    if issuer.contains('?') {
        return Err(JwksError::new(format!("the issuer {issuer:?} has a query")));
    }
    address(issuer, addresses)?;
    let issuer = issuer.trim_end_matches('/');
    address(
        &format!("{issuer}/.well-known/openid-configuration"),
        addresses,
    )
}

/// The part of a discovery document that is used.
#[derive(Deserialize)]
struct Document {
    issuer: String,
    jwks_uri: String,
}

/// Returns the address of the keys in a discovery document.
///
/// # Errors
///
/// A text for the log if the document is not one, is of another issuer (RFC 8414 section 3.3), or names keys at
/// another host than the issuer or `host`.
pub(crate) fn jwks_address(
    document: &[u8],
    issuer: &str,
    host: Option<&str>,
    addresses: Addresses,
) -> Result<Uri, String> {
    let document = read(document)
        .ok_or_else(|| "it is not a discovery document with `issuer` and `jwks_uri`".to_owned())?;
    if document.issuer != issuer {
        return Err(format!(
            "the document is of the issuer {:?}, not of {issuer:?}",
            document.issuer
        ));
    }
    let uri = address(&document.jwks_uri, addresses).map_err(|why| format!("jwks_uri: {why}"))?;
    let own = issuer.parse::<Uri>().ok();
    let allowed = host
        .or(own.as_ref().and_then(Uri::host))
        .unwrap_or_default();
    match uri.host() {
        Some(host) if host.eq_ignore_ascii_case(allowed) => Ok(uri),
        other => Err(format!(
            "the keys are at the host {:?} and not at {allowed:?}; if that is right, add .jwks_host({:?})",
            other.unwrap_or_default(),
            other.unwrap_or_default()
        )),
    }
}

/// Reads a document. It has no name twice, also where it is not used, because another reader could choose
/// the other value.
fn read(document: &[u8]) -> Option<Document> {
    let text = std::str::from_utf8(document).ok()?;
    no_duplicates(text).ok()?;
    serde_json::from_str(text).ok()
}

#[cfg(test)]
mod tests {
    use super::{address, discovery_address, jwks_address};
    use crate::addresses::Addresses::{Loopback, Private, Public};

    #[test]
    fn addresses_begin_with_https_and_name_a_host_alone() {
        assert!(address("https://id.example/keys?v=2", Public).is_ok());
        assert!(address("http://127.0.0.1:80/keys", Loopback).is_ok());
        assert!(address("https://[2001:db8::1]/", Public).is_ok());
        assert!(address("https://[2001:db8::1]:8443/", Public).is_ok());
        for (text, why) in [
            ("http://id.example/keys", "https://"),
            ("file:///etc/passwd", ""),
            ("ftp://id.example/", "https://"),
            ("//id.example/", ""),
            ("/keys", "no host"),
            ("id.example", "https://"),
            ("https://", ""),
            ("", "not a URL"),
            ("https://id.example/a b", "not a URL"),
            ("https://id.example/\u{e4}", "not a URL"),
            ("https://id.example/a\\b", "not a URL"),
            ("https://id.example/#a", "fragment"),
            ("https://id.example:70000/", "below 65536"),
            ("https://id.example:/", "below 65536"),
            ("https://[::1]:/", "below 65536"),
            ("https://user:hunter2@id.example/", "names a user"),
            ("https://user:hunter2@id.example/\u{e4}", "names a user"),
        ] {
            for addresses in [Public, Private] {
                let error = address(text, addresses).expect_err(text).to_string();
                assert!(error.contains(why), "{text}: {error}");
                assert!(!error.contains("hunter2"), "{error}");
            }
        }
    }

    #[test]
    fn the_document_is_below_the_issuer() {
        for (issuer, document) in [
            (
                "https://id.example",
                "https://id.example/.well-known/openid-configuration",
            ),
            (
                "https://id.example/",
                "https://id.example/.well-known/openid-configuration",
            ),
            (
                "https://id.example/realms/x",
                "https://id.example/realms/x/.well-known/openid-configuration",
            ),
        ] {
            let address = discovery_address(issuer, Public).expect(issuer);
            assert_eq!(address.to_string(), document);
        }
        assert!(discovery_address("https://id.example?x=1", Public).is_err());
    }

    #[test]
    fn a_document_is_of_the_issuer_and_names_keys_at_its_host() {
        let issuer = "https://id.example/tenant";
        let find = |document: &str, host: Option<&str>| {
            jwks_address(document.as_bytes(), issuer, host, Public).map(|uri| uri.to_string())
        };
        let document = |issuer: &str, keys: &str| {
            serde_json::json!({ "issuer": issuer, "jwks_uri": keys, "other": [1] }).to_string()
        };
        let keys = "https://id.example/keys";
        assert_eq!(find(&document(issuer, keys), None).as_deref(), Ok(keys));
        let elsewhere = "https://keys.example/keys";
        let named = find(&document(issuer, elsewhere), Some("keys.example"));
        assert_eq!(named.as_deref(), Ok(elsewhere));
        for (document, why) in [
            (
                document(issuer, elsewhere),
                "add .jwks_host(\"keys.example\")",
            ),
            (document(issuer, "http://id.example/keys"), "https://"),
            (document(issuer, "file:///etc/passwd"), "jwks_uri"),
            (document("https://id.example/tenant/", keys), "not of"),
            (document("https://ID.example/tenant", keys), "not of"),
            ("<html>".to_owned(), "not a discovery document"),
            (
                r#"{"issuer":"https://id.example/tenant"}"#.to_owned(),
                "not a discovery document",
            ),
            (
                format!(r#"{{"issuer":"{issuer}","jwks_uri":"{keys}","jwks_uri":"{elsewhere}"}}"#),
                "not a discovery document",
            ),
            (
                format!(r#"{{"issuer":"{issuer}","jwks_uri":"{keys}","a":{{"b":1,"b":2}}}}"#),
                "not a discovery document",
            ),
            (
                format!(r#"{{"issuer":"{issuer}","jwks_uri":"{keys}","a":"\ud800"}}"#),
                "not a discovery document",
            ),
        ] {
            let error = find(&document, None).expect_err(&document);
            assert!(error.contains(why), "{document}: {error}");
        }
    }

    /// The issuers and the addresses of their keys, as each provider documents them.
    #[test]
    fn documents_of_usual_providers_are_read() {
        const GUID: &str = "11111111-2222-3333-4444-555555555555";
        let entra = format!("https://login.microsoftonline.com/{GUID}/v2.0");
        let entra_keys = format!("https://login.microsoftonline.com/{GUID}/discovery/v2.0/keys");
        let cognito = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab1";
        let cognito_keys = format!("{cognito}/.well-known/jwks.json");
        for (provider, issuer, keys, host) in [
            (
                "Auth0",
                "https://app.eu.auth0.com/",
                "https://app.eu.auth0.com/.well-known/jwks.json",
                None,
            ),
            (
                "Keycloak",
                "https://id.example/realms/app",
                "https://id.example/realms/app/protocol/openid-connect/certs",
                None,
            ),
            ("Entra ID", &entra, &entra_keys, None),
            (
                "Google",
                "https://accounts.google.com",
                "https://www.googleapis.com/oauth2/v3/certs",
                Some("www.googleapis.com"),
            ),
            ("Cognito", cognito, &cognito_keys, None),
            (
                "Okta",
                "https://app.okta.com/oauth2/default",
                "https://app.okta.com/oauth2/default/v1/keys",
                None,
            ),
            (
                "GitHub Actions",
                "https://token.actions.githubusercontent.com",
                "https://token.actions.githubusercontent.com/.well-known/jwks",
                None,
            ),
        ] {
            let document = serde_json::json!({
                "issuer": issuer,
                "authorization_endpoint": format!("{issuer}/authorize"),
                "token_endpoint": format!("{issuer}/token"),
                "jwks_uri": keys,
                "response_types_supported": ["code", "code id_token"],
                "subject_types_supported": ["public", "pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "scopes_supported": ["openid", "email"],
                "claims_supported": ["sub", "iss", "aud", "exp"],
                "mtls_endpoint_aliases": { "token_endpoint": format!("{issuer}/mtls/token") },
                "request_uri_parameter_supported": false,
                "tenant_region_scope": null,
            });
            let document = document.to_string();
            let found = jwks_address(document.as_bytes(), issuer, host, Public);
            let found = found.map(|uri| uri.to_string());
            assert_eq!(found.as_deref(), Ok(keys), "{provider}");
            if host.is_some() {
                let error = jwks_address(document.as_bytes(), issuer, None, Public);
                assert!(
                    error.is_err_and(|why| why.contains(".jwks_host")),
                    "{provider}"
                );
            }
            assert!(discovery_address(issuer, Public).is_ok(), "{provider}");
        }
        // The document for all tenants of Entra ID names a pattern, and any tenant could sign.
        let any = "https://login.microsoftonline.com/common/v2.0";
        let document = serde_json::json!({
            "issuer": "https://login.microsoftonline.com/{tenantid}/v2.0",
            "jwks_uri": "https://login.microsoftonline.com/common/discovery/v2.0/keys",
        });
        let error = jwks_address(document.to_string().as_bytes(), any, None, Public);
        assert!(error.is_err_and(|why| why.contains("not of")));
    }
}
