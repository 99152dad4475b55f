//! The cache of verified tokens: what is found in it is what a verification accepts.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Jwt, Tokens};
use crate::base::error::TokenFault;
use crate::claims::twins::Little;
use crate::key::{Algorithm, SigningKey};
use crate::payload::{Held, Payload};
use crate::ring::KeyRing;
use crate::ring::tests::{HOUR, NOW, schedule, scheduled};

/// Another payload that the same claims fit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, crate::JamPayload)]
#[jam(crate = crate)]
struct Other {
    name: String,
}

/// A payload with a token type of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, crate::JamPayload)]
#[jam(crate = crate, kind = "cached-reset")]
struct Reset {
    name: String,
}

fn payload() -> Little {
    serde_json::from_value(json!({ "name": "ann" })).expect("a payload")
}

fn cached(key: SigningKey) -> Tokens {
    let jwt = Jwt::with_key(key).cached_tokens(64);
    jwt.ready().expect("tokens")
}

fn hs256() -> SigningKey {
    SigningKey::generate(Algorithm::Hs256).expect("a key")
}

fn issue(tokens: &Tokens) -> String {
    let token = tokens
        .sign(&tokens.claims(payload(), NOW), NOW)
        .expect("a token");
    token.as_str().to_owned()
}

fn verify<P: Payload>(tokens: &Tokens, token: &str, now: u64) -> Result<(), TokenFault> {
    let verified = tokens.verify::<P>(token.as_bytes(), now).ready();
    verified.expect("nothing is fetched").map(drop)
}

/// Returns the payload if it is shared with the cache.
fn shared(tokens: &Tokens, token: &str) -> Option<Arc<Little>> {
    let verified = tokens.verify::<Little>(token.as_bytes(), NOW).ready();
    match verified
        .expect("nothing is fetched")
        .expect("valid")
        .payload
    {
        Held::Shared(payload) => Some(payload),
        Held::Own(_) => None,
    }
}

#[test]
fn a_token_is_verified_once_and_its_payload_is_shared() {
    let tokens = cached(hs256());
    let (token, other) = (issue(&tokens), issue(&tokens));
    let first = shared(&tokens, &token).expect("it was added");
    let second = shared(&tokens, &token).expect("it was found");
    assert!(Arc::ptr_eq(&first, &second));
    let other = shared(&tokens, &other).expect("it was added");
    assert!(!Arc::ptr_eq(&first, &other));
}

#[test]
fn many_tokens_have_places_of_their_own() {
    let jwt = Jwt::with_key(hs256()).cached_tokens(1024);
    let tokens = jwt.ready().expect("tokens");
    let all: Vec<_> = (0..256).map(|_| issue(&tokens)).collect();
    let first: Vec<_> = all.iter().map(|token| shared(&tokens, token)).collect();
    let again = all.iter().map(|token| shared(&tokens, token));
    let is_same = |(one, other): (&Option<Arc<_>>, Option<Arc<_>>)| {
        one.as_ref()
            .zip(other.as_ref())
            .is_some_and(|(one, other)| Arc::ptr_eq(one, other))
    };
    let found = first
        .iter()
        .zip(again)
        .filter(|(one, other)| is_same((one, other.clone())));
    // Of 256 tokens in 1024 places, some 30 meet another one.
    let found = found.count();
    assert!(found > 160, "{found} of 256 were found");
}

#[test]
fn tokens_of_secrets_are_cached_only_if_it_is_asked_for() {
    let key = hs256();
    for (jwt, is_cached) in [
        (Jwt::with_key(key.clone()), false),
        (Jwt::with_key(key.clone()).cached_tokens(0), false),
        (Jwt::with_key(key).cached_tokens(1), true),
    ] {
        let tokens = jwt.ready().expect("tokens");
        let token = issue(&tokens);
        assert_eq!(shared(&tokens, &token).is_some(), is_cached);
    }
    #[cfg(feature = "public-keys")]
    {
        let key = SigningKey::generate(Algorithm::Es256).expect("a key");
        let tokens = Jwt::with_key(key).ready().expect("tokens");
        let token = issue(&tokens);
        assert!(shared(&tokens, &token).is_some());
    }
}

#[test]
fn a_cached_token_expires() {
    let tokens = cached(hs256());
    let token = issue(&tokens);
    for _ in 0..3 {
        assert_eq!(verify::<Little>(&tokens, &token, NOW), Ok(()));
    }
    assert_eq!(verify::<Little>(&tokens, &token, NOW + HOUR - 1), Ok(()));
    assert_eq!(
        verify::<Little>(&tokens, &token, NOW + HOUR),
        Err(TokenFault::Expired)
    );
    assert_eq!(
        verify::<Little>(&tokens, &token, NOW - 60),
        Err(TokenFault::NotYetValid)
    );
    assert_eq!(verify::<Little>(&tokens, &token, NOW), Ok(()));
}

#[test]
fn a_cached_token_is_found_by_all_of_its_bytes() {
    let tokens = cached(hs256());
    let token = issue(&tokens);
    assert_eq!(verify::<Little>(&tokens, &token, NOW), Ok(()));
    for at in 0..token.len() {
        let mut other = token.clone().into_bytes();
        other[at] = if other[at] == b'A' { b'B' } else { b'A' };
        let other = String::from_utf8(other).expect("ASCII");
        assert!(verify::<Little>(&tokens, &other, NOW).is_err(), "byte {at}");
    }
    // Two changes of the same bit. The place of the token, which its last bytes choose, stays the same.
    for at in 1..token.len() - 8 {
        let mut other = token.clone().into_bytes();
        other[0] ^= 1;
        other[at] ^= 1;
        let other = String::from_utf8(other).expect("ASCII");
        assert!(verify::<Little>(&tokens, &other, NOW).is_err(), "byte {at}");
    }
    for other in [
        &token[1..],
        &token[..token.len() - 1],
        &format!("{token}A"),
        "",
    ] {
        assert!(verify::<Little>(&tokens, other, NOW).is_err());
    }
    assert_eq!(verify::<Little>(&tokens, &token, NOW), Ok(()));
}

#[test]
fn a_cached_token_is_of_one_payload() {
    let tokens = cached(hs256());
    let token = issue(&tokens);
    for _ in 0..2 {
        assert_eq!(verify::<Little>(&tokens, &token, NOW), Ok(()));
        assert_eq!(verify::<Other>(&tokens, &token, NOW), Ok(()));
        assert_eq!(verify::<Reset>(&tokens, &token, NOW), Err(TokenFault::Type));
    }
}

#[test]
fn a_cached_token_ends_with_its_key() {
    let first = scheduled("a", Some(NOW));
    let ring = KeyRing::new(schedule([first.clone()]));
    let tokens = Jwt::keys(ring.clone())
        .cached_tokens(64)
        .ready()
        .expect("tokens");
    let token = issue(&tokens);
    for _ in 0..2 {
        assert_eq!(verify::<Little>(&tokens, &token, NOW), Ok(()));
    }
    ring.replace(schedule([
        first.clone().revoked_at(NOW),
        scheduled("b", Some(NOW)),
    ]));
    assert_eq!(verify::<Little>(&tokens, &token, NOW), Err(TokenFault::Key));
    // The keys are back, as after a mistake.
    ring.replace(schedule([first]));
    assert_eq!(verify::<Little>(&tokens, &token, NOW), Ok(()));
}

#[test]
fn a_refused_token_is_never_cached() {
    let (tokens, others) = (cached(hs256()), cached(hs256()));
    let token = issue(&others);
    for _ in 0..3 {
        assert_eq!(
            verify::<Little>(&tokens, &token, NOW),
            Err(TokenFault::Signature)
        );
    }
    let early = issue(&tokens);
    assert_eq!(
        verify::<Little>(&tokens, &early, NOW - 60),
        Err(TokenFault::NotYetValid)
    );
    assert_eq!(verify::<Little>(&tokens, &early, NOW), Ok(()));
}

#[test]
fn more_tokens_than_places_are_all_verified() {
    let tokens = cached(hs256());
    let all: Vec<_> = (0..300).map(|_| issue(&tokens)).collect();
    for _ in 0..3 {
        for token in &all {
            assert_eq!(verify::<Little>(&tokens, token, NOW), Ok(()));
        }
    }
}

#[test]
fn a_cache_of_no_tokens_verifies_each_time() {
    for size in [0, 1, 3, usize::MAX] {
        let jwt = Jwt::with_key(hs256()).cached_tokens(size);
        let tokens = jwt.ready().expect("tokens");
        let token = issue(&tokens);
        for _ in 0..2 {
            assert_eq!(verify::<Little>(&tokens, &token, NOW), Ok(()));
        }
    }
}

/// The twin (r, n - s) of an ES256 signature is valid too. It fares as the token itself, whichever of the two is
/// cached, also when the key is revoked.
#[cfg(feature = "public-keys")]
#[test]
fn the_twin_of_an_ecdsa_token_fares_as_the_token() {
    use crate::base::base64url;
    use crate::key::tests::twin_of_p256;
    use crate::ring::ScheduledKey;

    let key = SigningKey::generate(Algorithm::Es256).expect("a key");
    let first = ScheduledKey::new(key, NOW)
        .expect("a thumbprint")
        .signs_from(NOW);
    let second = SigningKey::generate(Algorithm::Es256).expect("a key");
    let second = ScheduledKey::new(second, NOW)
        .expect("a thumbprint")
        .signs_from(NOW);
    for is_twin_first in [false, true] {
        let ring = KeyRing::new(schedule([first.clone()]));
        let tokens = Jwt::keys(ring.clone()).ready().expect("tokens");
        let token = issue(&tokens);
        let (signed, signature) = token.rsplit_once('.').expect("a signature");
        let signature = base64url::decode(signature.as_bytes()).expect("base64url");
        let twin = base64url::encode(&twin_of_p256(&signature));
        let mut both = [token.clone(), format!("{signed}.{twin}")];
        if is_twin_first {
            both.reverse();
        }
        for now in [NOW, NOW, NOW + HOUR - 1] {
            for token in &both {
                assert_eq!(verify::<Little>(&tokens, token, now), Ok(()));
            }
        }
        for token in &both {
            assert_eq!(
                verify::<Little>(&tokens, token, NOW + HOUR),
                Err(TokenFault::Expired)
            );
        }
        ring.replace(schedule([first.clone().revoked_at(NOW), second.clone()]));
        for token in &both {
            assert_eq!(verify::<Little>(&tokens, token, NOW), Err(TokenFault::Key));
        }
    }
}
