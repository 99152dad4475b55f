//! A slow and strict reader of public keys. Each key that Jam accepts must be one that this reader accepts.

use num_bigint::BigUint;
use serde_json::{Map, Value};

use super::{Algorithm, KeySet, SigningKey, VerifyingKey};

/// Reads `json` as a JWK, for each algorithm alone and for all of them.
pub(crate) fn compare_jwk(json: &str) {
    for algorithm in Algorithm::ALL {
        compare_one(json, &[*algorithm]);
    }
    compare_one(json, Algorithm::ALL);
}

fn compare_one(json: &str, allowed: &[Algorithm]) {
    let key = VerifyingKey::from_jwk(json, allowed);
    if let Ok(key) = &key {
        let jwk: Value = serde_json::from_str(json).expect("a key is JSON");
        check_jwk(&jwk, key, allowed);
        check_forms(key);
    }
    if let Ok(signing) = SigningKey::from_jwk(json, allowed) {
        check_pair(&signing);
        // A key that may only sign is not read for verification.
        if let Ok(key) = key {
            assert_eq!(signing.verifying_key().thumbprint(), key.thumbprint());
        }
    }
}

/// Reads `json` as a JWK set, of the application and of another issuer.
pub(crate) fn compare_jwks(json: &str) {
    let own = KeySet::from_jwks(json, Algorithm::ALL);
    let theirs = KeySet::from_jwks_of_issuer(json, Algorithm::ALL, drop);
    if let Ok(own) = &own {
        let theirs = theirs.as_ref().expect("a valid set is valid for an issuer");
        assert_eq!(own.len(), theirs.len());
    }
    let Ok(set) = theirs else {
        return;
    };
    let text: Value = serde_json::from_str(json).expect("a set is JSON");
    let members = text["keys"].as_array().expect("a set has keys");
    assert!(set.len() <= members.len());
    // The keys have the order of the members.
    let mut members = members.iter();
    let mut ids = Vec::new();
    let is_symmetric = set.first().algorithm().is_symmetric();
    for key in set.iter() {
        assert_eq!(key.algorithm().is_symmetric(), is_symmetric);
        if let Some(id) = key.id() {
            assert!(!ids.contains(&id), "two keys have the id {id:?}");
            ids.push(id);
        }
        let is_it = |member: &&Value| {
            let read = VerifyingKey::from_jwk(&member.to_string(), Algorithm::ALL);
            read.is_ok_and(|read| read.id() == key.id() && read.thumbprint() == key.thumbprint())
        };
        let member = members.find(is_it).expect("a key is a member");
        check_jwk(member, key, Algorithm::ALL);
    }
}

/// Reads `pem` as a public and as a private key, for each algorithm.
pub(crate) fn compare_pem(pem: &[u8]) {
    for algorithm in Algorithm::ALL.iter().copied() {
        if let Ok(key) = VerifyingKey::from_pem(algorithm, pem) {
            let label = label(pem);
            let labels = ["PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE"];
            assert!(labels.contains(&label.as_str()), "{label} is a public key");
            let jwk = key.to_jwk().expect("a public key has a JWK");
            check_jwk(&jwk, &key, &[algorithm]);
            check_forms(&key);
        }
        if let Ok(key) = SigningKey::from_pem(algorithm, pem) {
            let label = label(pem);
            assert!(label.ends_with("PRIVATE KEY"), "{label} is a private key");
            check_pair(&key);
        }
    }
}

/// Returns the label of the first block that has a key: OpenSSL writes parameters before a private key.
fn label(pem: &[u8]) -> String {
    let text = String::from_utf8_lossy(pem);
    let blocks = text.split("-----BEGIN ").skip(1);
    let mut labels = blocks.filter_map(|block| Some(block.split_once("-----")?.0));
    let label = labels.find(|label| *label != "EC PARAMETERS");
    label.expect("a block with a key").to_owned()
}

/// Checks that each form of a key is read as the same key.
fn check_forms(key: &VerifyingKey) {
    let algorithm = key.algorithm();
    let (Some(jwk), Some(pem)) = (key.to_jwk(), key.to_pem()) else {
        assert!(algorithm.is_symmetric(), "{algorithm} has both forms");
        return;
    };
    let read = VerifyingKey::from_jwk(&jwk.to_string(), &[algorithm]).expect("our own JWK");
    assert_eq!(read.thumbprint(), key.thumbprint());
    let read = VerifyingKey::from_pem(algorithm, pem).expect("our own PEM");
    assert_eq!(read.thumbprint(), key.thumbprint());
}

/// Checks that a private key fits its public one.
fn check_pair(key: &SigningKey) {
    let mut token = "message".to_owned();
    key.sign(&mut token).expect("a signature");
    let (message, signature) = token.split_once('.').expect("a signature");
    let verified = key.verifying_key();
    let verified = verified.verifies(message.as_bytes(), signature.as_bytes());
    assert_eq!(verified, Ok(true));
}

/// Checks a JWK by the text of RFC 7517 and RFC 7518.
fn check_jwk(jwk: &Value, key: &VerifyingKey, allowed: &[Algorithm]) {
    let jwk = jwk.as_object().expect("a JWK is an object");
    let text = |name: &str| jwk.get(name).map(|value| value.as_str().expect("a text"));
    let algorithm = key.algorithm();
    assert!(allowed.contains(&algorithm));
    match text("alg") {
        Some(name) => assert_eq!(name, algorithm.name()),
        None => {
            let fitting = allowed.iter().filter(|other| fits(jwk, **other));
            assert_eq!(fitting.count(), 1, "the algorithm is not clear");
        }
    }
    assert!(fits(jwk, algorithm));
    assert_eq!(text("kid"), key.id());
    assert!(text("use").is_none_or(|purpose| purpose == "sig"));
    if let Some(operations) = jwk.get("key_ops") {
        let operations = operations.as_array().expect("a list").as_slice();
        let names: Vec<_> = operations.iter().filter_map(Value::as_str).collect();
        assert!(
            matches!(
                names.as_slice(),
                ["verify"] | ["sign", "verify"] | ["verify", "sign"]
            ) && names.len() == operations.len(),
            "{operations:?} are operations of signatures"
        );
    }
    match text("kty") {
        Some("oct") => check_secret(&bytes(jwk, "k"), algorithm),
        Some("RSA") => check_rsa(&bytes(jwk, "n"), &bytes(jwk, "e")),
        Some("EC") => check_ec(algorithm, &bytes(jwk, "x"), &bytes(jwk, "y")),
        Some("OKP") => check_ed25519(&bytes(jwk, "x")),
        other => panic!("{other:?} is a type of keys"),
    }
}

fn fits(jwk: &Map<String, Value>, algorithm: Algorithm) -> bool {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str).unwrap_or_default();
    let (kty, crv) = (text("kty"), text("crv"));
    match algorithm.name() {
        "HS256" | "HS384" | "HS512" => kty == "oct",
        "ES256" => (kty, crv) == ("EC", "P-256"),
        "ES384" => (kty, crv) == ("EC", "P-384"),
        "ES512" => (kty, crv) == ("EC", "P-521"),
        "EdDSA" => (kty, crv) == ("OKP", "Ed25519"),
        _ => kty == "RSA",
    }
}

/// Decodes a member character by character (RFC 4648 section 5, without padding).
fn bytes(jwk: &Map<String, Value>, name: &str) -> Vec<u8> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    let text = jwk.get(name).and_then(Value::as_str).expect("a member");
    let bits = text.chars().flat_map(|character| {
        let value = ALPHABET.find(character).expect("a character of base64url");
        (0..6).rev().map(move |bit| value >> bit & 1 == 1)
    });
    let bits: Vec<_> = bits.collect();
    let (bytes, rest) = bits.as_chunks::<8>();
    assert!(rest.len() < 6, "{name} has a character too many");
    assert!(!rest.contains(&true), "the last bits of {name} are 0");
    let byte = |bits: &[bool; 8]| bits.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit));
    bytes.iter().map(byte).collect()
}

/// RFC 7518 section 3.2.
fn check_secret(secret: &[u8], algorithm: Algorithm) {
    let least = match algorithm.name() {
        "HS256" => 32,
        "HS384" => 48,
        _ => 64,
    };
    assert!(secret.len() >= least);
}

/// RFC 7518 sections 3.3 and 6.3.1.
fn check_rsa(n: &[u8], e: &[u8]) {
    assert!(n.first() != Some(&0) && e.first() != Some(&0));
    let (n, e) = (BigUint::from_bytes_be(n), BigUint::from_bytes_be(e));
    assert!((2048..=8192).contains(&n.bits()));
    assert!(n.bit(0) && e.bit(0));
    assert!(e > BigUint::from(1_u8) && e.bits() <= 32);
}

/// The equation y^2 = x^3 - 3x + b of each curve (NIST SP 800-186 section 3.2.1).
fn check_ec(algorithm: Algorithm, x: &[u8], y: &[u8]) {
    let (size, p, b) = match algorithm.name() {
        "ES256" => (
            32,
            "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
            "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
        ),
        "ES384" => (
            48,
            "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe\
             ffffffff0000000000000000ffffffff",
            "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875a\
             c656398d8a2ed19d2a85c8edd3ec2aef",
        ),
        _ => (
            66,
            "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\
             ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\
             ff",
            "0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef1\
             09e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f\
             00",
        ),
    };
    assert_eq!((x.len(), y.len()), (size, size));
    let number = |hex: &str| BigUint::parse_bytes(hex.as_bytes(), 16).expect("a number");
    let (p, b) = (number(p), number(b));
    let (x, y) = (BigUint::from_bytes_be(x), BigUint::from_bytes_be(y));
    assert!(x < p && y < p);
    let right = &x * &x * &x + (&p - 3_u8) * &x + b;
    assert_eq!(&y * &y % &p, right % p, "the point is on the curve");
}

/// RFC 8032 sections 5.1.3 and 5.1.4.
fn check_ed25519(point: &[u8]) {
    assert_eq!(point.len(), 32);
    let (one, two) = (BigUint::from(1_u8), BigUint::from(2_u8));
    let p = (&one << 255) - 19_u8;
    let inverse = |number: &BigUint| number.modpow(&(&p - &two), &p);
    let d = (&p - 121_665_u32) * inverse(&BigUint::from(121_666_u32)) % &p;
    let mut y = BigUint::from_bytes_le(point);
    y.set_bit(255, false);
    assert!(y < p);
    let square = &y * &y % &p;
    let x_square = (&square + &p - &one) * inverse(&(&d * &square + &one)) % &p;
    let mut x = x_square.modpow(&((&p + 3_u8) >> 3), &p);
    if &x * &x % &p != x_square {
        x = x * two.modpow(&((&p - &one) >> 2), &p) % &p;
    }
    assert_eq!(&x * &x % &p, x_square, "the point is on the curve");
    // Eight times a point of small order is the neutral element, (0, 1).
    for _ in 0..3 {
        let product = &d * (&x * &x % &p) % &p * (&y * &y % &p) % &p;
        let next_x = &two * &x * &y * inverse(&(&one + &product));
        let next_y = (&y * &y + &x * &x) * inverse(&(&one + &p - &product));
        (x, y) = (next_x % &p, next_y % &p);
    }
    assert_ne!((x, y), (BigUint::default(), one));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Returns one key of each algorithm.
    fn keys() -> impl Iterator<Item = SigningKey> {
        let all = Algorithm::ALL.iter().copied();
        let keys = all.filter_map(|algorithm| SigningKey::generate(algorithm).ok());
        keys.map(|key| key.with_id("a"))
    }

    #[test]
    fn the_strict_reader_accepts_good_keys() {
        let mut jwks = Vec::new();
        for key in keys() {
            let verifying = key.verifying_key();
            let Some(jwk) = verifying.to_jwk() else {
                continue;
            };
            compare_jwk(&jwk.to_string());
            compare_pem(verifying.to_pem().expect("a public key").as_bytes());
            compare_pem(key.to_pem().expect("a private key").as_bytes());
            jwks.push(jwk);
        }
        assert!(jwks.len() > 8);
        compare_jwks(&serde_json::json!({ "keys": jwks }).to_string());
        jwks.iter_mut()
            .enumerate()
            .for_each(|(at, jwk)| jwk["kid"] = at.to_string().into());
        let set = serde_json::json!({ "keys": jwks }).to_string();
        assert!(KeySet::from_jwks(&set, Algorithm::ALL).is_ok());
        compare_jwks(&set);
    }

    #[test]
    #[should_panic(expected = "on the curve")]
    fn the_strict_reader_rejects_a_point_off_the_curve() {
        check_ec(Algorithm::Es384, &[1; 48], &[1; 48]);
    }

    #[test]
    #[should_panic(expected = "the last bits of x are 0")]
    fn the_strict_reader_rejects_a_second_spelling() {
        let jwk = serde_json::json!({ "x": "AB" });
        bytes(jwk.as_object().expect("an object"), "x");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// A key with one changed byte in its text.
        #[test]
        fn a_changed_key_is_accepted_by_both_readers_or_by_none(
            at: prop::sample::Index,
            byte in prop::sample::select(b" \"{}[]:,=-_AQaz09".to_vec()),
        ) {
            for algorithm in [Algorithm::Es256, Algorithm::EdDsa] {
                let key = SigningKey::generate(algorithm).expect("a key");
                let jwk = key.verifying_key().to_jwk().expect("a public key").to_string();
                let mut text = jwk.into_bytes();
                let at = at.index(text.len());
                text[at] = byte;
                compare_jwk(&String::from_utf8_lossy(&text));
            }
        }
    }
}
