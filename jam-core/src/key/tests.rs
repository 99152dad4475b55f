//! Keys of every algorithm and format, and keys that must be rejected.

use serde_json::{Value, json};

use super::{Algorithm, KeySet, SigningKey, VerifyingKey};
use crate::base::base64url;

const MESSAGE: &str = "header.payload";

/// The algorithms that this build can sign with.
fn algorithms() -> impl Iterator<Item = Algorithm> {
    Algorithm::ALL.iter().copied().filter(|algorithm| {
        algorithm.is_symmetric()
            || cfg!(feature = "asymmetric")
            || cfg!(feature = "graviola") && *algorithm != Algorithm::Es512
    })
}

/// Returns the encoded signature of `message`.
fn signature(key: &SigningKey, message: &str) -> String {
    let mut token = message.to_owned();
    key.sign(&mut token).expect("random bytes");
    token.split_off(message.len() + 1)
}

fn verifies(key: &VerifyingKey, message: &str, signature: &str) -> bool {
    key.verifies(message.as_bytes(), signature.as_bytes()) == Ok(true)
}

#[test]
fn a_generated_key_verifies_its_signatures_and_no_others() {
    for algorithm in algorithms() {
        let key = SigningKey::generate(algorithm).expect("a key");
        let other = SigningKey::generate(algorithm).expect("a key");
        assert_eq!(key.algorithm(), algorithm);
        let (public, good) = (key.verifying_key(), signature(&key, MESSAGE));
        assert!(verifies(&public, MESSAGE, &good), "{algorithm}");
        assert!(!verifies(&public, "header.payloae", &good), "{algorithm}");
        assert!(
            !verifies(&other.verifying_key(), MESSAGE, &good),
            "{algorithm}"
        );
        let bytes = base64url::decode(good.as_bytes()).expect("base64url");
        for wrong in [
            &bytes[1..],
            &bytes[..bytes.len() - 1],
            &[&bytes[..], &[0]].concat(),
            &[&[0], &bytes[..]].concat(),
            &vec![0; bytes.len()],
            &vec![0xff; bytes.len()],
            &vec![1; 2_000],
            &[],
        ] {
            assert!(
                !verifies(&public, MESSAGE, &base64url::encode(wrong)),
                "{algorithm}"
            );
        }
        for malformed in ["=", "A", "a b"] {
            assert!(
                public.verifies(b"", malformed.as_bytes()).is_err(),
                "{algorithm}"
            );
        }
    }
}

#[test]
fn a_signature_has_the_length_of_its_algorithm() {
    for algorithm in algorithms() {
        let key = SigningKey::generate(algorithm).expect("a key");
        let bytes = base64url::decode(signature(&key, MESSAGE).as_bytes()).expect("base64url");
        let length = match algorithm {
            Algorithm::Hs256 => 32,
            Algorithm::Hs384 => 48,
            Algorithm::Hs512 | Algorithm::Es256 | Algorithm::EdDsa => 64,
            Algorithm::Es384 => 96,
            Algorithm::Es512 => 132,
            _ => 256,
        };
        assert_eq!(bytes.len(), length, "{algorithm}");
    }
}

#[test]
fn a_secret_has_the_length_of_the_hash() {
    for (algorithm, length) in [
        (Algorithm::Hs256, 32),
        (Algorithm::Hs384, 48),
        (Algorithm::Hs512, 64),
    ] {
        assert!(SigningKey::hmac(algorithm, vec![7; length]).is_ok());
        let short = SigningKey::hmac(algorithm, vec![7; length - 1]).expect_err("too short");
        let wanted = format!("{algorithm} secret has {length} bytes or more");
        assert!(short.to_string().contains(&wanted), "{short}");
        assert!(
            short
                .to_string()
                .contains(&format!("rand -base64 {length}")),
            "{short}"
        );
        assert!(VerifyingKey::hmac(algorithm, b"").is_err());
    }
    for algorithm in Algorithm::ALL
        .iter()
        .copied()
        .filter(|algorithm| !algorithm.is_symmetric())
    {
        assert!(SigningKey::hmac(algorithm, [7; 64]).is_err(), "{algorithm}");
    }
}

#[allow(clippy::needless_pass_by_value)] // for `json!`
fn oct(members: Value) -> String {
    let mut jwk = json!({ "kty": "oct", "k": base64url::encode(&[7; 64]) });
    for (name, value) in members.as_object().expect("an object") {
        jwk[name] = value.clone();
    }
    jwk.to_string()
}

const HS: &[Algorithm] = &[Algorithm::Hs256, Algorithm::Hs512];

#[test]
fn a_jwk_is_read_for_one_allowed_algorithm() {
    let key =
        VerifyingKey::from_jwk(&oct(json!({ "alg": "HS512", "kid": "k" })), HS).expect("a key");
    assert_eq!((key.algorithm(), key.id()), (Algorithm::Hs512, Some("k")));
    let signing =
        SigningKey::from_jwk(&oct(json!({ "alg": "HS512", "kid": "k" })), HS).expect("a key");
    assert_eq!(signing.id(), Some("k"));
    assert!(verifies(&key, MESSAGE, &signature(&signing, MESSAGE)));
    assert_eq!(key.to_jwk(), None, "a secret is not published");
    assert_eq!(key.thumbprint(), None);
    // Without `alg` the allowed algorithm decides. An algorithm that is listed twice is one.
    let one = [Algorithm::Hs256, Algorithm::Es256, Algorithm::Hs256];
    let key = VerifyingKey::from_jwk(&oct(json!({})), &one).expect("a key");
    assert_eq!((key.algorithm(), key.id()), (Algorithm::Hs256, None));
    for operations in [json!(["verify"]), json!(["sign", "verify"])] {
        let jwk = oct(json!({ "alg": "HS256", "use": "sig", "key_ops": operations }));
        assert!(VerifyingKey::from_jwk(&jwk, HS).is_ok(), "{jwk}");
    }
    let jwk = oct(json!({ "alg": "HS256", "key_ops": ["sign"] }));
    assert!(SigningKey::from_jwk(&jwk, HS).is_ok());
}

#[test]
fn a_jwk_with_a_fault_is_rejected_with_the_reason() {
    for (members, why) in [
        (json!({}), "several allowed algorithms fit"),
        (json!({ "alg": "HS384" }), "`alg` \"HS384\" is not allowed"),
        (json!({ "alg": "hs256" }), "is not allowed"),
        (json!({ "alg": "none" }), "is not allowed"),
        (json!({ "alg": "A256KW" }), "is not allowed"),
        (json!({ "alg": "HS256", "use": "enc" }), "`use` is \"enc\""),
        (
            json!({ "alg": "HS256", "key_ops": ["sign"] }),
            "`key_ops` lack \"verify\"",
        ),
        (
            json!({ "alg": "HS256", "key_ops": [] }),
            "`key_ops` lack \"verify\"",
        ),
        (
            json!({ "alg": "HS256", "key_ops": ["verify", "encrypt"] }),
            "unrelated",
        ),
        (
            json!({ "alg": "HS256", "key_ops": ["verify", "verify"] }),
            "repeat",
        ),
        (
            json!({ "alg": "HS256", "k": base64url::encode(&[7; 31]) }),
            "32 bytes or more",
        ),
        (json!({ "alg": "HS256", "k": "" }), "32 bytes or more"),
        (
            json!({ "alg": "HS256", "k": base64url::encode(&[7; 32]) + "=" }),
            "not a JWK",
        ),
        (json!({ "alg": "HS256", "k": 7 }), "not a JWK"),
        (json!({ "alg": null }), "not a JWK"),
        (json!({ "alg": "HS256", "use": null }), "not a JWK"),
        (json!({ "alg": "HS256", "kid": 7 }), "not a JWK"),
        (json!({ "alg": "HS256", "kty": "RSA" }), "does not fit"),
        (json!({ "kty": "OKP" }), "no allowed algorithm fits"),
        (json!({ "kty": null }), "not a JWK"),
    ] {
        let error = VerifyingKey::from_jwk(&oct(members.clone()), HS).expect_err("a fault");
        assert!(error.to_string().contains(why), "{members}: {error}");
    }
    let missing = json!({ "kty": "oct", "alg": "HS256" }).to_string();
    let error = VerifyingKey::from_jwk(&missing, HS).expect_err("no secret");
    assert!(error.to_string().contains("`k` is missing"), "{error}");
    assert!(SigningKey::from_jwk(&missing, HS).is_err());
    let verify_only = oct(json!({ "alg": "HS256", "key_ops": ["verify"] }));
    let error = SigningKey::from_jwk(&verify_only, HS).expect_err("a key that verifies");
    assert!(error.to_string().contains("lack \"sign\""), "{error}");
    let twice = oct(json!({ "alg": "HS256" })).replacen('{', "{\"kty\":\"oct\",", 1);
    for text in ["", "7", "[]", "{}", "\"\"", &twice, "<html>"] {
        let errors = [
            VerifyingKey::from_jwk(text, HS)
                .expect_err("no key")
                .to_string(),
            SigningKey::from_jwk(text, HS)
                .expect_err("no key")
                .to_string(),
        ];
        assert!(
            errors
                .iter()
                .all(|error| error.starts_with("this is not") || error.starts_with("a JWK is"))
        );
    }
    // A list of the members in their order is not a JWK.
    let list = json!(["oct", "HS256", null, null, null]).to_string();
    let error = VerifyingKey::from_jwk(&list, HS).expect_err("a list");
    assert!(
        error.to_string().contains("a JWK is a JSON object"),
        "{error}"
    );
}

#[test]
fn an_error_of_a_key_does_not_quote_the_key() {
    let secret = base64url::encode(b"a very secret text, which is long");
    for jwk in [
        format!("{{\"kty\":\"oct\",\"alg\":\"HS256\",\"k\":\"{secret}=\"}}"),
        format!("{{\"kty\":\"oct\",\"alg\":7,\"k\":\"{secret}\"}}"),
        format!("{{\"kty\":\"oct\",\"k\":[\"{secret}\"]}}"),
        format!("{{\"kty\":\"oct\",\"k\":\"{secret}\""),
    ] {
        let error = VerifyingKey::from_jwk(&jwk, HS)
            .expect_err("a fault")
            .to_string();
        assert!(!error.contains(&secret[..8]), "{error}");
    }
}

fn set(keys: &[String]) -> String {
    format!("{{\"keys\":[{}]}}", keys.join(","))
}

#[test]
fn a_set_leaves_out_keys_for_other_purposes() {
    let key = |id: &str| oct(json!({ "alg": "HS256", "kid": id }));
    let others = [
        oct(json!({ "alg": "HS384" })),
        oct(json!({ "alg": "HS256", "use": "enc" })),
        oct(json!({ "alg": "HS256", "key_ops": ["wrapKey"] })),
        oct(json!({ "alg": "dir" })),
    ];
    let keys = [&[key("a")], &others[..], &[key("b")]].concat();
    let read = KeySet::from_jwks(&set(&keys), HS).expect("a set");
    assert_eq!(read.len(), 2);
    let ids: Vec<_> = read.iter().map(VerifyingKey::id).collect();
    assert_eq!(ids, [Some("a"), Some("b")]);
    let error = KeySet::from_jwks(&set(&others), HS).expect_err("no key is left");
    assert!(error.to_string().contains("no key of the set"), "{error}");
}

#[test]
fn a_set_with_a_fault_is_rejected_with_the_reason() {
    let key = |id: &str| oct(json!({ "alg": "HS256", "kid": id }));
    let ec = json!({ "kty": "EC", "crv": "P-256" }).to_string();
    for (text, why) in [
        (set(&[key("a"), key("a")]), "two keys have the id \"a\""),
        (set(&[key("a"), ec]), "shared secrets and public keys"),
        (set(&[]), "no key of the set"),
        (
            set(&[key("a"), oct(json!({ "alg": "HS256", "k": "" }))]),
            "key 2 of the set: an HS256 secret",
        ),
        (
            set(&[key("a"), "7".to_owned()]),
            "key 2 of the set: a JWK is a JSON object",
        ),
        ("[]".to_owned(), "not a JWK set"),
        ("{}".to_owned(), "not a JWK set"),
        ("{\"keys\":{}}".to_owned(), "not a JWK set"),
        ("<html>".to_owned(), "this is not JSON"),
        (
            "{\"keys\":[],\"keys\":[]}".to_owned(),
            "a name occurs twice",
        ),
    ] {
        let error = KeySet::from_jwks(&text, HS).expect_err("a fault");
        assert!(error.to_string().contains(why), "{text}: {error}");
    }
    assert!(KeySet::new([]).is_err());
    let hmac = || VerifyingKey::hmac(Algorithm::Hs256, [7; 32]).expect("a key");
    // Keys without an id are different keys.
    assert_eq!(KeySet::new([hmac(), hmac()]).expect("a set").len(), 2);
    assert!(KeySet::new([hmac().with_id("a"), hmac().with_id("a")]).is_err());
}

#[cfg(not(feature = "public-keys"))]
#[test]
fn a_public_key_names_the_feature_that_it_needs() {
    let jwk = json!({ "kty": "EC", "crv": "P-256", "x": "", "y": "" }).to_string();
    let errors = [
        VerifyingKey::from_jwk(&jwk, &[Algorithm::Es256]).expect_err("no feature"),
        SigningKey::from_jwk(&jwk, &[Algorithm::Es256]).expect_err("no feature"),
        SigningKey::generate(Algorithm::Es256).expect_err("no feature"),
    ];
    for error in errors {
        assert!(
            error
                .to_string()
                .contains("feature `asymmetric` or `graviola`"),
            "{error}"
        );
    }
}

#[cfg(feature = "public-keys")]
mod public {
    use super::*;

    macro_rules! file {
        ($name:literal) => {
            include_str!(concat!("testdata/", $name))
        };
    }

    #[test]
    fn keys_of_openssl_are_read_in_every_format() {
        let rsa = [file!("rsa.pkcs8.pem"), file!("rsa.pkcs1.pem")];
        let rsa_public = [
            file!("rsa.spki.pem"),
            file!("rsa.pkcs1.pub.pem"),
            file!("rsa.cert.pem"),
        ];
        let ec = [file!("p256.pkcs8.pem"), file!("p256.sec1.pem")];
        let ec_public = [file!("p256.spki.pem"), file!("p256.cert.pem")];
        let ed = [file!("ed25519.pkcs8.pem")];
        let ed_public = [file!("ed25519.spki.pem")];
        let groups: [(Algorithm, &[&str], &[&str]); 4] = [
            (Algorithm::Rs256, &rsa, &rsa_public),
            (Algorithm::Ps512, &rsa, &rsa_public),
            (Algorithm::Es256, &ec, &ec_public),
            (Algorithm::EdDsa, &ed, &ed_public),
        ];
        for (algorithm, private, public) in groups {
            for private in private {
                let key = SigningKey::from_pem(algorithm, private).expect("a private key");
                let der = der(private);
                let of_der = SigningKey::from_der(algorithm, der).expect("a private key");
                assert_eq!(
                    of_der.verifying_key().to_jwk(),
                    key.verifying_key().to_jwk()
                );
                let signature = signature(&key, MESSAGE);
                for public in public {
                    let key = VerifyingKey::from_pem(algorithm, public).expect("a public key");
                    assert!(verifies(&key, MESSAGE, &signature), "{algorithm}: {public}");
                    let key = VerifyingKey::from_der(algorithm, self::der(public)).expect("a key");
                    assert!(verifies(&key, MESSAGE, &signature), "{algorithm}: {public}");
                }
            }
        }
    }

    /// Returns the content of the last PEM block.
    fn der(pem: &str) -> Vec<u8> {
        let block = &pem[pem.rfind("-----BEGIN ").expect("a block")..];
        pem_rfc7468::decode_vec(block.as_bytes()).expect("PEM").1
    }

    #[test]
    fn a_private_key_survives_pem_and_jwk() {
        for algorithm in algorithms().filter(|algorithm| !algorithm.is_symmetric()) {
            let key = SigningKey::generate(algorithm)
                .expect("a key")
                .with_id("k1");
            let pem = key.to_pem().expect("a private key");
            let read = SigningKey::from_pem(algorithm, &*pem).expect("its own text");
            let public = key.verifying_key();
            assert!(
                verifies(&public, MESSAGE, &signature(&read, MESSAGE)),
                "{algorithm}"
            );
            let jwk = public.to_jwk().expect("a public key");
            assert_eq!((&jwk["kid"], &jwk["use"]), (&json!("k1"), &json!("sig")));
            assert_eq!(jwk["alg"], algorithm.name());
            assert!(jwk.get("d").is_none());
            let read =
                VerifyingKey::from_jwk(&jwk.to_string(), Algorithm::ALL).expect("its own JWK");
            assert_eq!((read.id(), read.algorithm()), (Some("k1"), algorithm));
            assert!(
                verifies(&read, MESSAGE, &signature(&key, MESSAGE)),
                "{algorithm}"
            );
            assert_eq!(read.thumbprint(), public.thumbprint());
            let set = set(&[jwk.to_string()]);
            assert_eq!(
                KeySet::from_jwks(&set, &[algorithm]).expect("a set").len(),
                1
            );
        }
        assert!(
            SigningKey::generate(Algorithm::Hs256)
                .expect("a key")
                .to_pem()
                .is_none()
        );
    }

    #[test]
    fn a_public_key_survives_pem_and_is_written_as_openssl_writes_it() {
        for algorithm in algorithms().filter(|algorithm| !algorithm.is_symmetric()) {
            let key = SigningKey::generate(algorithm).expect("a key");
            let pem = key.verifying_key().to_pem().expect("a public key");
            let read = VerifyingKey::from_pem(algorithm, &pem).expect("its own text");
            assert!(
                verifies(&read, MESSAGE, &signature(&key, MESSAGE)),
                "{algorithm}"
            );
        }
        for (algorithm, pem) in [
            (Algorithm::Rs256, file!("rsa.spki.pem")),
            (Algorithm::Es256, file!("p256.spki.pem")),
            (Algorithm::EdDsa, file!("ed25519.spki.pem")),
        ] {
            let key = VerifyingKey::from_pem(algorithm, pem).expect("a key");
            assert_eq!(key.to_pem().as_deref(), Some(pem), "{algorithm}");
        }
        let secret = VerifyingKey::hmac(Algorithm::Hs256, [7; 32]).expect("a key");
        assert!(secret.to_pem().is_none());
    }

    /// RFC 7638 section 3.1 and RFC 8037 appendix A.3.
    #[test]
    fn thumbprints_are_those_of_the_rfcs() {
        let rsa = r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#;
        let ed =
            r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        for (jwk, thumbprint) in [
            (rsa, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"),
            (ed, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"),
        ] {
            let allowed = [Algorithm::Rs256, Algorithm::EdDsa];
            let key = VerifyingKey::from_jwk(jwk, &allowed).expect("a key");
            assert_eq!(key.thumbprint().as_deref(), Some(thumbprint));
        }
    }

    fn public_jwk(pem: &str, algorithm: Algorithm) -> Value {
        let key = VerifyingKey::from_pem(algorithm, pem).expect("a key");
        key.to_jwk().expect("a public key")
    }

    #[test]
    fn a_public_jwk_with_a_fault_is_rejected_with_the_reason() {
        let rsa = public_jwk(file!("rsa.spki.pem"), Algorithm::Rs256);
        let ec = public_jwk(file!("p256.spki.pem"), Algorithm::Es256);
        let ed = public_jwk(file!("ed25519.spki.pem"), Algorithm::EdDsa);
        let bytes = |jwk: &Value, name: &str| {
            base64url::decode(jwk[name].as_str().expect("text").as_bytes()).expect("base64url")
        };
        let n = bytes(&rsa, "n");
        let even = [&n[..255], &[n[255] - 1]].concat();
        let x = bytes(&ec, "x");
        let moved = [&x[..31], &[x[31] ^ 1]].concat();
        let text = |bytes: &[u8]| json!(base64url::encode(bytes));
        let minus_one = [&[0xec][..], &[0xff; 30], &[0x7f]].concat();
        let not_reduced = [&[0xed][..], &[0xff; 30], &[0x7f]].concat();
        let order_eight = "JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU";
        for (jwk, member, value, why) in [
            (
                &rsa,
                "n",
                text(&[&[0], &n[..]].concat()),
                "no leading zeros",
            ),
            (&rsa, "n", text(&n[1..]), "2048 bits or more"),
            (
                &rsa,
                "n",
                text(&[&[0x7f], &n[1..]].concat()),
                "this one has 2047",
            ),
            (&rsa, "n", text(&even), "modulus of an RSA key is odd"),
            (
                &rsa,
                "n",
                text(&[&[1], &vec![0xff; 1024][..]].concat()),
                "8192 bits or less",
            ),
            (&rsa, "e", text(&[1]), "odd number from 3"),
            (&rsa, "e", text(&[2]), "odd number from 3"),
            (&rsa, "e", text(&[1, 0, 0]), "odd number from 3"),
            (&rsa, "e", text(&[1, 0, 0, 0, 1]), "odd number from 3"),
            (&rsa, "e", text(&[0, 1, 0, 1]), "no leading zeros"),
            (&rsa, "e", text(&[]), "odd number from 3"),
            (&rsa, "e", Value::Null, "not a JWK"),
            (&rsa, "alg", json!("ES256"), "does not fit"),
            (&ec, "x", text(&moved), "not on its curve"),
            (&ec, "x", text(&x[1..]), "32 bytes each"),
            (&ec, "y", text(&[&[0], &x[..]].concat()), "32 bytes each"),
            (&ec, "crv", json!("P-384"), "does not fit"),
            (&ec, "crv", json!("secp256k1"), "does not fit"),
            (&ec, "alg", json!("ES384"), "does not fit"),
            (&ed, "x", text(&[0; 32]), "small order"),
            (
                &ed,
                "x",
                text(&[&[1], &[0; 31][..]].concat()),
                "small order",
            ),
            (
                &ed,
                "x",
                text(&[&[1], &[0; 30][..], &[0x80]].concat()),
                "small order",
            ),
            (&ed, "x", text(&minus_one), "small order"),
            (&ed, "x", json!(order_eight), "small order"),
            (&ed, "x", text(&not_reduced), "not reduced"),
            (&ed, "x", text(&[0xff; 32]), "not reduced"),
            (&ed, "x", text(&[9; 31]), "32 bytes"),
            (&ed, "crv", json!("Ed448"), "does not fit"),
        ] {
            let mut jwk = jwk.clone();
            jwk[member] = value;
            let error =
                VerifyingKey::from_jwk(&jwk.to_string(), Algorithm::ALL).expect_err("a fault");
            assert!(error.to_string().contains(why), "{member}: {error}");
        }
        for (jwk, member) in [(&rsa, "n"), (&rsa, "e"), (&ec, "x"), (&ec, "y"), (&ed, "x")] {
            let mut jwk = jwk.clone();
            jwk.as_object_mut().expect("an object").remove(member);
            let error =
                VerifyingKey::from_jwk(&jwk.to_string(), Algorithm::ALL).expect_err("a fault");
            assert!(
                error
                    .to_string()
                    .contains(&format!("`{member}` is missing")),
                "{error}"
            );
        }
        // The smallest exponent, and the largest number of bits.
        let mut small = rsa.clone();
        small["e"] = text(&[3]);
        assert!(VerifyingKey::from_jwk(&small.to_string(), Algorithm::ALL).is_ok());
        small["n"] = text(&[0xff; 1024]);
        assert!(VerifyingKey::from_jwk(&small.to_string(), Algorithm::ALL).is_ok());
    }

    #[test]
    fn a_key_file_with_a_fault_is_rejected_with_the_reason() {
        for (text, why) in [
            (file!("rsa.pkcs8.pem"), "this is a private key"),
            (file!("rsa1024.spki.pem"), "this one has 1024"),
            (file!("rsapss.spki.pem"), "RSASSA-PSS"),
            ("", "not PEM"),
            ("-----BEGIN PUBLIC KEY-----\n", "no end"),
            (
                "-----BEGIN PUBLIC KEY-----\n!\n-----END PUBLIC KEY-----\n",
                "not PEM",
            ),
            (
                "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
                "not a public key",
            ),
            (
                "-----BEGIN CERTIFICATE-----\nMAAwAA==\n-----END CERTIFICATE-----\n",
                "not a public key",
            ),
            (
                "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
                "a block",
            ),
        ] {
            let error = VerifyingKey::from_pem(Algorithm::Rs256, text).expect_err("a fault");
            assert!(error.to_string().contains(why), "{text}: {error}");
        }
        for (text, why) in [
            (
                file!("secp256k1.spki.pem"),
                "curve 1.3.132.0.10 is not supported",
            ),
            (file!("p256.compressed.pem"), "uncompressed"),
            (file!("rsa.spki.pem"), "does not use an RSA key"),
            (file!("ed25519.spki.pem"), "does not use an Ed25519 key"),
        ] {
            let error = VerifyingKey::from_pem(Algorithm::Es256, text).expect_err("a fault");
            assert!(error.to_string().contains(why), "{text}: {error}");
        }
        let error =
            VerifyingKey::from_pem(Algorithm::Es384, file!("p256.spki.pem")).expect_err("a fault");
        assert!(
            error.to_string().contains("does not use this curve"),
            "{error}"
        );
        for (algorithm, text, why) in [
            (
                Algorithm::Es256,
                file!("p256.encrypted.pem"),
                "encrypted with a passphrase",
            ),
            (
                Algorithm::Es256,
                file!("p256.spki.pem"),
                "not a private key",
            ),
            (
                Algorithm::Es256,
                file!("rsa.pkcs8.pem"),
                "not a private key for ES256",
            ),
            (
                Algorithm::Es384,
                file!("p256.pkcs8.pem"),
                "not a private key for ES384",
            ),
            (
                Algorithm::Es384,
                file!("p256.sec1.pem"),
                "not a private key for ES384",
            ),
            (
                Algorithm::Rs256,
                file!("p256.sec1.pem"),
                "does not use an elliptic curve key",
            ),
            (
                Algorithm::Rs256,
                file!("ed25519.pkcs8.pem"),
                "not a private key for RS256",
            ),
            (
                Algorithm::Hs256,
                file!("rsa.pkcs8.pem"),
                "HS256 does not use a private key",
            ),
            (Algorithm::EdDsa, "text", "not PEM"),
        ] {
            let error = SigningKey::from_pem(algorithm, text).expect_err("a fault");
            assert!(
                error.to_string().contains(why),
                "{algorithm} {text}: {error}"
            );
        }
        for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa] {
            assert!(SigningKey::from_der(algorithm, b"").is_err());
            assert!(SigningKey::from_der(algorithm, [0x30, 0]).is_err());
            assert!(VerifyingKey::from_der(algorithm, [0x30, 0]).is_err());
        }
    }

    /// RFC 7517 appendix A.2 and RFC 8037 appendix A.1.
    #[test]
    fn private_jwks_of_the_rfcs_are_read_and_their_parts_must_fit() {
        let ec = json!({
            "kty": "EC", "crv": "P-256",
            "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
            "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
            "d": "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE",
        });
        let ed = json!({
            "kty": "OKP", "crv": "Ed25519", "alg": "Ed25519",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
            "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
        });
        let allowed = [Algorithm::Es256, Algorithm::EdDsa];
        for jwk in [&ec, &ed] {
            let key = SigningKey::from_jwk(&jwk.to_string(), &allowed).expect("a private key");
            let public =
                VerifyingKey::from_jwk(&jwk.to_string(), &allowed).expect("its public part");
            assert!(verifies(&public, MESSAGE, &signature(&key, MESSAGE)));
            let mut public = jwk.clone();
            public.as_object_mut().expect("an object").remove("d");
            let error = SigningKey::from_jwk(&public.to_string(), &allowed).expect_err("public");
            assert!(error.to_string().contains("no private key"), "{error}");
            let mut other = jwk.clone();
            let own = SigningKey::generate(key.algorithm())
                .expect("a key")
                .verifying_key();
            let own = own.to_jwk().expect("a public key");
            other["x"] = own["x"].clone();
            if own.get("y").is_some() {
                other["y"] = own["y"].clone();
            }
            let error = SigningKey::from_jwk(&other.to_string(), &allowed).expect_err("two keys");
            assert!(
                error.to_string().contains("does not fit its public part"),
                "{error}"
            );
        }
        // RFC 8037 appendix A.4.
        let key = SigningKey::from_jwk(&ed.to_string(), &allowed).expect("a private key");
        let signed = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        assert_eq!(
            signature(&key, signed),
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        );
    }

    /// A private RSA key as a JWK, with each of its members wrong in turn.
    #[test]
    fn the_numbers_of_a_private_rsa_jwk_must_fit() {
        use pkcs1::RsaPrivateKeyRef;
        use pkcs8::der::Decode;

        let der = der(file!("rsa.pkcs1.pem"));
        let key = RsaPrivateKeyRef::from_der(&der).expect("a key");
        let text = |number: pkcs8::der::asn1::UintRef<'_>| base64url::encode(number.as_bytes());
        let jwk = json!({
            "kty": "RSA", "alg": "RS256", "n": text(key.modulus), "e": text(key.public_exponent),
            "d": text(key.private_exponent), "p": text(key.prime1), "q": text(key.prime2),
            "dp": text(key.exponent1), "dq": text(key.exponent2), "qi": text(key.coefficient),
        });
        let allowed = [Algorithm::Rs256];
        let read = SigningKey::from_jwk(&jwk.to_string(), &allowed).expect("a private key");
        let public =
            VerifyingKey::from_pem(Algorithm::Rs256, file!("rsa.spki.pem")).expect("a key");
        assert!(verifies(&public, MESSAGE, &signature(&read, MESSAGE)));
        for member in ["d", "p", "q", "dp", "dq", "qi"] {
            let mut wrong = jwk.clone();
            wrong[member] = wrong["e"].clone();
            // graviola signs with the other numbers alone.
            let is_unused = member == "d" && !cfg!(feature = "asymmetric");
            assert!(
                is_unused || SigningKey::from_jwk(&wrong.to_string(), &allowed).is_err(),
                "{member}"
            );
            wrong.as_object_mut().expect("an object").remove(member);
            assert!(
                SigningKey::from_jwk(&wrong.to_string(), &allowed).is_err(),
                "{member}"
            );
        }
        let mut more = jwk.clone();
        more["oth"] = json!([]);
        let error = SigningKey::from_jwk(&more.to_string(), &allowed).expect_err("more primes");
        assert!(
            error.to_string().contains("more than two primes"),
            "{error}"
        );
    }

    /// (r, n - s) is another signature of the same message. It is accepted as the first one is, so nothing
    /// may depend on the text of a signature.
    #[test]
    fn the_twin_of_an_ecdsa_signature_is_accepted_too() {
        const ORDER: [u8; 32] = [
            0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
            0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63,
            0x25, 0x51,
        ];
        let key = SigningKey::generate(Algorithm::Es256).expect("a key");
        let mut bytes = base64url::decode(signature(&key, MESSAGE).as_bytes()).expect("base64url");
        let mut borrow = 0;
        for at in (0..32).rev() {
            let digit = i16::from(ORDER[at]) - i16::from(bytes[32 + at]) - borrow;
            borrow = i16::from(digit < 0);
            bytes[32 + at] = u8::try_from(digit.rem_euclid(256)).expect("a byte");
        }
        assert!(verifies(
            &key.verifying_key(),
            MESSAGE,
            &base64url::encode(&bytes)
        ));
    }

    /// Each backend verifies what the other one signs, with keys that either one generated.
    #[cfg(all(feature = "asymmetric", feature = "graviola"))]
    #[test]
    fn both_backends_agree() {
        use crate::key::{aws_lc, graviola};

        let algorithms = algorithms()
            .filter(|algorithm| !algorithm.is_symmetric() && *algorithm != Algorithm::Es512);
        for algorithm in algorithms {
            for pkcs8 in [aws_lc::generate(algorithm), graviola::generate(algorithm)] {
                let pkcs8 = pkcs8.expect("a key");
                let (one, material) = aws_lc::signer(algorithm, &pkcs8).expect("a key");
                let (other, same) = graviola::signer(algorithm, &pkcs8).expect("a key");
                assert_eq!(material, same, "{algorithm}");
                let verifiers = [
                    aws_lc::verifier(algorithm, &material).expect("a key"),
                    graviola::verifier(algorithm, &material).expect("a key"),
                ];
                for signer in [one, other] {
                    let mut signature = signer.sign(b"message").expect("a signature");
                    for verifier in &verifiers {
                        assert!(verifier.verifies(b"message", &signature), "{algorithm}");
                        assert!(!verifier.verifies(b"massage", &signature), "{algorithm}");
                    }
                    *signature.last_mut().expect("a byte") ^= 1;
                    for verifier in &verifiers {
                        assert!(!verifier.verifies(b"message", &signature), "{algorithm}");
                    }
                }
            }
        }
        let p521 = SigningKey::generate(Algorithm::Es512)
            .expect("a key")
            .to_pem()
            .expect("a key");
        let pkcs8 =
            super::super::der::private_pem(Algorithm::Es512, p521.as_bytes()).expect("a key");
        let error = graviola::signer(Algorithm::Es512, &pkcs8)
            .err()
            .expect("ES512");
        assert!(
            error.to_string().contains("needs the feature `asymmetric`"),
            "{error}"
        );
        assert!(graviola::generate(Algorithm::Es512).is_err());
    }

    #[test]
    fn a_set_has_one_kind_of_keys() {
        let hmac = VerifyingKey::hmac(Algorithm::Hs256, [7; 32]).expect("a key");
        let ec = SigningKey::generate(Algorithm::Es256)
            .expect("a key")
            .verifying_key();
        assert!(KeySet::new([hmac, ec.clone()]).is_err());
        let ed = SigningKey::generate(Algorithm::EdDsa)
            .expect("a key")
            .verifying_key();
        assert_eq!(KeySet::new([ec, ed]).expect("a set").len(), 2);
    }
}

/// Returns the twin (r, n - s) of an ECDSA signature (r, s) on P-256, which is valid for the same message.
#[cfg(feature = "public-keys")]
pub(crate) fn twin_of_p256(signature: &[u8]) -> Vec<u8> {
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63,
        0x25, 0x51,
    ];
    let (r, s) = signature.split_at(32);
    let mut twin = r.to_vec();
    let mut borrow = 0;
    let difference: Vec<u8> = ORDER
        .iter()
        .zip(s)
        .rev()
        .map(|(order, digit)| {
            let digit = i16::from(*order) - i16::from(*digit) - borrow;
            borrow = i16::from(digit < 0);
            u8::try_from(digit.rem_euclid(256)).expect("one byte")
        })
        .collect();
    twin.extend(difference.iter().rev());
    twin
}

/// graviola assumes these lengths, and AWS-LC is the one that the other tests use if both are on.
#[cfg(feature = "public-keys")]
#[test]
fn the_numbers_of_a_private_rsa_key_have_their_lengths() {
    use super::der;

    let accepts = |lengths: [usize; 8]| {
        let numbers = lengths.map(|length| vec![0x7f; length]);
        let numbers = std::array::from_fn(|at| numbers[at].as_slice());
        let key = der::wrap_rsa(&der::rsa_private(numbers).expect("DER")).expect("PKCS#8");
        der::check_primes(&key).is_ok()
    };
    let good = [256, 3, 256, 128, 128, 128, 128, 128];
    assert!(accepts(good));
    assert!(accepts([256, 3, 256, 128, 128, 127, 120, 1]));
    for (at, length) in [
        (3, 127),
        (3, 129),
        (4, 127),
        (4, 129),
        (5, 129),
        (6, 129),
        (7, 129),
        (0, 254),
    ] {
        let mut bad = good;
        bad[at] = length;
        assert!(!accepts(bad), "number {at} of {length} bytes");
    }
    let ec = SigningKey::generate(Algorithm::Es256)
        .expect("a key")
        .to_pem()
        .expect("a private key");
    let (_, ec) = pem_rfc7468::decode_vec(ec.as_bytes()).expect("PEM");
    assert!(der::check_primes(&ec).is_err());
}
