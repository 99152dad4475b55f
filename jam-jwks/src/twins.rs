//! A slow and strict reader of discovery documents. Each address that is fetched must be one that this reader
//! accepts.

use serde_json::Value;

use crate::addresses::Addresses;
use crate::document::jwks_address;

const ISSUER: &str = "https://id.example/realms/app";

/// Reads `document` as one of an issuer, whose keys are at its own host or at another one.
pub(crate) fn compare(document: &[u8]) {
    compare_at(document, None, "id.example");
    compare_at(document, Some("keys.example"), "keys.example");
}

fn compare_at(document: &[u8], host: Option<&str>, expected: &str) {
    let Ok(uri) = jwks_address(document, ISSUER, host, Addresses::Public) else {
        return;
    };
    let document: Value = serde_json::from_slice(document).expect("a document is JSON");
    assert_eq!(document["issuer"], ISSUER);
    let address = document["jwks_uri"].as_str().expect("an address");
    assert!(address.is_ascii() && !address.contains(['#', ' ', '\\', '\r', '\n', '\t']));
    let (scheme, rest) = address.split_once("://").expect("a scheme");
    assert!(scheme.eq_ignore_ascii_case("https"));
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    assert!(!authority.contains('@'), "{authority} names a user");
    let (found, port) = authority.split_once(':').unwrap_or((authority, "443"));
    assert!(found.eq_ignore_ascii_case(expected), "{found}");
    assert!(port.parse::<u16>().is_ok(), "{port}");
    // The address that is fetched is the one that was checked.
    assert_eq!(uri.scheme_str(), Some("https"));
    assert!(
        uri.host()
            .is_some_and(|host| host.eq_ignore_ascii_case(expected))
    );
    assert!(uri.authority().is_some_and(|own| own.as_str() == authority));
}

#[test]
fn the_strict_reader_accepts_a_good_document() {
    for address in [
        "https://id.example/keys",
        "HTTPS://ID.example:8443/keys?a=b",
        "https://id.example",
        "https://id.example:/",
        "https://keys.example/keys",
        "https://id.example:70000/",
        "https://id.example\\@evil.example/",
        "https://id.example@evil.example/",
        "https:/id.example/",
        "http://id.example/keys",
        "https://id.example/keys#a",
        "https://id.example.evil.example/",
    ] {
        let document = serde_json::json!({ "issuer": ISSUER, "jwks_uri": address });
        compare(document.to_string().as_bytes());
    }
}
