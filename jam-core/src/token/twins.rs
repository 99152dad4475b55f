//! The fast verification, compared with a plain one.

use super::{Jwt, Tokens};
use crate::base::base64url;
use crate::base::error::TokenFault;
use crate::claims::twins::Usual;
use crate::claims::{self, RegisteredClaims};
use crate::payload::Payload;

const SECRET: &str = "a secret that is at least 32 bytes";
const NOW: u64 = 1_700_000_000;

fn tokens() -> Tokens {
    let jwt = Jwt::hs256(SECRET).key_id("k1").issuer("https://id.example");
    jwt.ready().expect("a key")
}

/// Verifies the token with this header and these claims twice.
pub(crate) fn compare(header: &[u8], json: &[u8]) {
    let (header, json) = (base64url::encode(header), base64url::encode(json));
    let signed = format!("{header}.{json}");
    compare_text(sign(&tokens(), &signed).as_bytes());
}

/// Adds the signature to the first two parts of a token.
fn sign(tokens: &Tokens, signed: &str) -> String {
    let mut token = signed.to_owned();
    let known = tokens.verifier.keys.at(NOW);
    let signer = known.as_ref().ok().and_then(|known| known.signer.as_ref());
    signer.map(|signer| signer.key.sign(&mut token));
    token
}

#[test]
fn debug_output_names_the_parts_and_hides_the_secret() {
    let tokens = tokens();
    let shown = format!("{tokens:?}");
    for part in ["Tokens", "Issuer", "lifetime", "Verifier", "Hs256"] {
        assert!(shown.contains(part), "{part} is missing in {shown}");
    }
    assert!(!shown.contains(SECRET), "{shown}");
}

/// Verifies any text.
pub(crate) fn compare_text(text: &[u8]) {
    let tokens = tokens();
    let sure = surely::<Usual>(&tokens, text);
    // The second time a valid header is in the cache.
    for time in ["first", "second"] {
        let verified = tokens.verifier.check::<Usual>(text, NOW);
        let verified = verified.map(|claims| (claims.registered, claims.payload.into_inner()));
        let same = match (&verified, &sure) {
            (Ok(one), Ok(other)) => one == other,
            // The two may find a different fault first.
            (Err(_), Err(_)) => true,
            _ => false,
        };
        let text = String::from_utf8_lossy(text);
        assert!(same, "{text}, the {time} time: {verified:?}, but {sure:?}");
    }
}

/// Verifies without the cache, each part in full.
fn surely<P: Payload>(tokens: &Tokens, text: &[u8]) -> Result<(RegisteredClaims, P), TokenFault> {
    let text = std::str::from_utf8(text).map_err(|_| TokenFault::Malformed)?;
    let parts: Vec<&str> = text.split('.').collect();
    let [header, payload, signature] = parts.as_slice() else {
        return Err(TokenFault::Malformed);
    };
    if text.len() > 8 * 1024 || header.len() > 2 * 1024 {
        return Err(TokenFault::Malformed);
    }
    let known = tokens.verifier.keys.at(NOW)?;
    tokens
        .verifier
        .check_header(&known, header.as_bytes(), P::TOKEN_TYPE)?;
    let decode = |part: &str| base64url::decode(part.as_bytes()).ok_or(TokenFault::Malformed);
    let signed = format!("{header}.{payload}");
    decode(signature)?;
    if sign(tokens, &signed) != text {
        return Err(TokenFault::Signature);
    }
    let json = String::from_utf8(decode(payload)?).map_err(|_| TokenFault::Claims)?;
    let claims = claims::read_any(&json, None)?;
    tokens.verifier.policy.check(&claims.registered, NOW)?;
    // The settings of `tokens` above.
    if claims.registered.issuer() != Some("https://id.example") {
        return Err(TokenFault::Issuer);
    }
    if claims.registered.audience().next().is_some() {
        return Err(TokenFault::Audience);
    }
    Ok((claims.registered, claims.payload))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::token::compact::Compact;

    const CLAIMS: &str = r#"{"iss":"https://id.example","exp":1700000060,"sub":"7","name":"a","level":1,
        "active":true,"team":null,"roles":[],"scope":""}"#;

    proptest! {
        #[test]
        fn a_header_is_judged_the_same_when_it_is_known(
            alg in "HS256|HS256|HS384|none", typ in "\"JWT\"|\"jwt\"|\"at\\+jwt\"|null|1",
            kid in prop::option::of("k1|k2"), more in "|,\"crit\":\\[\\]|,\"x\":1|,\"alg\":\"HS256\"",
            first in any::<bool>(),
        ) {
            let kid = kid.map_or(String::new(), |kid| format!(",\"kid\":\"{kid}\""));
            let header = match first {
                true => format!(r#"{{"alg":"{alg}","typ":{typ}{kid}{more}}}"#),
                false => format!(r#"{{"typ":{typ},"alg":"{alg}"{kid}{more}}}"#),
            };
            compare(header.as_bytes(), CLAIMS.as_bytes());
        }

        #[test]
        fn a_text_with_one_fault_is_the_same_to_both(at: prop::sample::Index, other: u8, change in 0..3) {
            let tokens = tokens();
            let known = tokens.verifier.keys.at(NOW).expect("keys");
            let header = known.own_header();
            let signed = format!("{header}.{}", base64url::encode(CLAIMS.as_bytes()));
            let mut text = sign(&tokens, &signed).into_bytes();
            compare_text(&text);
            let at = at.index(text.len());
            match change {
                0 => text[at] = other,
                1 => text.insert(at, b'.'),
                _ => { text.remove(at); }
            }
            compare_text(&text);
        }

        #[test]
        fn any_text_is_the_same_to_both(text in "[A-Za-z0-9_=.-]{0,60}|[a-c.]{30,60}") {
            compare_text(text.as_bytes());
        }
    }

    /// Only headers of validly signed tokens are cached, and only a bounded number.
    #[cfg(not(jam_plain))]
    #[test]
    fn only_headers_of_signed_tokens_are_cached() {
        let tokens = tokens();
        let known = tokens.verifier.keys.at(NOW).expect("keys");
        let read = |text: &str| {
            let verified = tokens.verifier.check::<Usual>(text.as_bytes(), NOW);
            verified.is_ok()
        };
        let signed = |number: usize| {
            let header = format!(r#"{{"alg":"HS256","typ":"JWT","x":{number}}}"#);
            let (header, json) = (
                base64url::encode(header.as_bytes()),
                base64url::encode(CLAIMS.as_bytes()),
            );
            format!("{header}.{json}")
        };
        for number in 0..20 {
            let signed = signed(number);
            assert!(!read(&format!("{signed}.{}", "A".repeat(43))));
            let header = signed.split('.').next().expect("a header");
            assert!(known.accepted.keys_of(header.as_bytes(), None).is_none());
        }
        for number in 0..20 {
            let signed = signed(number);
            assert!(read(&sign(&tokens, &signed)));
            let header = signed.split('.').next().expect("a header");
            assert_eq!(
                known.accepted.keys_of(header.as_bytes(), None).is_some(),
                number < 8
            );
            assert!(
                known
                    .accepted
                    .keys_of(header.as_bytes(), Some("reset+jwt"))
                    .is_none()
            );
        }
    }

    /// A token is split at its two dots, for every expected header.
    #[test]
    fn a_token_is_taken_apart_at_its_two_dots() {
        let text = format!("aGVhZGVy.cGF5bG9hZA.{}", "A".repeat(43));
        for header in ["aGVhZGVy", "b3RoZXI", ""] {
            let compact = Compact::parse(text.as_bytes(), header).ok();
            let compact = compact.expect("it is well formed");
            assert_eq!(compact.header, b"aGVhZGVy", "{header}");
        }
    }
}
