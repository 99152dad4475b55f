//! Every algorithm of the crate `jsonwebtoken`, in both directions, with its provider over AWS-LC.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use jam::token::{Algorithm, SigningKey};
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use jsonwebtoken::{AlgorithmFamily, DecodingKey, EncodingKey, jwk};
use serde_json::json;

use super::algorithms::{Offer, accepted_by_jam};

/// Their name of the algorithm and its family, or `None` for ES512, which they do not have.
fn theirs(algorithm: Algorithm) -> Option<(jsonwebtoken::Algorithm, AlgorithmFamily)> {
    use AlgorithmFamily::{Ec, Ed, Hmac, Rsa};

    let name = algorithm.name().parse().ok()?;
    let families = [Hmac, Rsa, Ec, Ed].into_iter();
    let mut families = families.filter(|family| family.algorithms().contains(&name));
    Some((name, families.next().unwrap()))
}

/// Signs with a private key that Jam made. They make none themselves.
fn issue(algorithm: Algorithm) -> Offer {
    let (name, family) = theirs(algorithm).unwrap();
    let key = SigningKey::generate(algorithm).unwrap();
    let pem = key.to_pem();
    let pem = pem.as_ref().map_or(&b""[..], |pem| pem.as_bytes());
    let public = Offer::of_jam(algorithm);
    let private = match family {
        AlgorithmFamily::Hmac => EncodingKey::from_secret(public.key.as_bytes()),
        AlgorithmFamily::Rsa => EncodingKey::from_rsa_pem(pem).unwrap(),
        AlgorithmFamily::Ec => EncodingKey::from_ec_pem(pem).unwrap(),
        AlgorithmFamily::Ed => EncodingKey::from_ed_pem(pem).unwrap(),
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let header = json!({ "alg": name, "kid": "k" }).to_string();
    let claims = json!({ "user": 1, "exp": now.as_secs() + 600 }).to_string();
    let message = format!("{}.{}", BASE64.encode(header), BASE64.encode(claims));
    let signer = (DEFAULT_PROVIDER.signer_factory)(&name, &private).unwrap();
    let signature = signer.try_sign(message.as_bytes()).unwrap();
    let verifying = key.verifying_key().with_id("k");
    Offer {
        key: verifying.to_pem().unwrap_or(public.key),
        jwks: verifying
            .to_jwk()
            .map_or(public.jwks, |jwk| json!({ "keys": [jwk] })),
        token: format!("{message}.{}", BASE64.encode(signature)),
        alg: public.alg,
    }
}

/// Returns whether they accept the signature, with the key in each form.
fn verify(algorithm: Algorithm, offer: &Offer) -> [bool; 2] {
    let (name, family) = theirs(algorithm).unwrap();
    let key = offer.key.as_bytes();
    let key = match family {
        AlgorithmFamily::Hmac => DecodingKey::from_secret(key),
        AlgorithmFamily::Rsa => DecodingKey::from_rsa_pem(key).unwrap(),
        AlgorithmFamily::Ec => DecodingKey::from_ec_pem(key).unwrap(),
        AlgorithmFamily::Ed => DecodingKey::from_ed_pem(key).unwrap(),
    };
    let set: jwk::JwkSet = serde_json::from_value(offer.jwks.clone()).unwrap();
    let of_set = DecodingKey::from_jwk(set.find("k").unwrap()).unwrap();
    let (message, signature) = offer.token.rsplit_once('.').unwrap();
    let signature = BASE64.decode(signature).unwrap();
    [key, of_set].map(|key| {
        let verifier = (DEFAULT_PROVIDER.verifier_factory)(&name, &key).unwrap();
        verifier.verify(message.as_bytes(), &signature).is_ok()
    })
}

pub(crate) fn with_jsonwebtoken(_: &str) {
    let all = Algorithm::ALL.iter().copied();
    let all: Vec<_> = all.filter(|one| theirs(*one).is_some()).collect();
    assert_eq!(all.len(), Algorithm::ALL.len() - 1);
    for algorithm in all {
        accepted_by_jam("jsonwebtoken", &issue(algorithm));
        let ours = Offer::of_jam(algorithm);
        let place = format!("{algorithm} of us to jsonwebtoken");
        assert_eq!(verify(algorithm, &ours), [true, true], "{place}");
        assert_eq!(
            verify(algorithm, &ours.changed()),
            [false, false],
            "{place}"
        );
    }
}
