//! Tokens with public keys: raw signatures, by hand on `jsonwebtoken` with AWS-LC, and Jam.

use std::time::Duration;

use aws_lc_rs::signature::{self, ParsedPublicKey};
use axum::extract::{FromRequestParts, State};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::StatusCode;
use http::header::AUTHORIZATION;
use http::request::Parts;
use jam::token::{KeyRing, KeySchedule, ScheduledKey, SigningKey};
use jam::{Auth, Jam, Jwt, jam_auth};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};

use super::Operation;
use crate::case::{Case, routes};
use crate::people::{Claims, SECRET, User, now};

type Own = jam::token::Algorithm;

fn key(algorithm: Own) -> SigningKey {
    SigningKey::generate(algorithm).expect("a key")
}

fn jam(jwt: Jwt) -> Jam {
    Jam::builder()
        .jwt(jwt)
        .build()
        .expect("a key is all that it needs")
}

fn token(jam: &Jam) -> String {
    let claims = jam.make_payload(User::alice());
    jam.gen_jwt_token(&claims).expect("a token").into_string()
}

/// Verifies a signature with a parsed key of AWS-LC, and nothing else.
fn raw(algorithm: Own) -> Operation {
    let key = key(algorithm);
    let pem = key.verifying_key().to_pem().expect("a public key");
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = STANDARD.decode(body).expect("base64");
    let parsed = match algorithm {
        Own::Rs256 => ParsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, &der),
        Own::Es256 => ParsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, &der),
        _ => ParsedPublicKey::new(&signature::ED25519, &der),
    };
    let parsed = parsed.expect("a public key");
    let token = token(&jam(Jwt::with_key(key)));
    let (signed, signature) = token.rsplit_once('.').expect("a signature");
    let (signed, signature) = (signed.to_owned(), URL_SAFE_NO_PAD.decode(signature));
    let signature = signature.expect("base64url");
    Box::new(move || {
        let verified = parsed.verify_sig(signed.as_bytes(), &signature);
        verified.expect("the signature is valid");
    })
}

/// Verifies a token at first sight.
fn first_sight(algorithm: Own) -> Operation {
    let jam = jam(Jwt::with_key(key(algorithm)).cached_tokens(0));
    let token = token(&jam);
    Box::new(move || {
        let claims = jam.verify_jwt_token::<User>(&token);
        std::hint::black_box(claims.expect("the token is valid"));
    })
}

/// Signs the claims of one user.
fn sign(algorithm: Own) -> Operation {
    let jam = jam(Jwt::with_key(key(algorithm)));
    let claims = jam.make_payload(User::alice());
    Box::new(move || {
        let token = jam.gen_jwt_token(&claims);
        let _ = std::hint::black_box(token.expect("a token"));
    })
}

/// A request with a token that was verified before.
fn cached(algorithm: Own) -> Case {
    #[jam_auth(backend = "jwt")]
    async fn me(user: Auth<User>) -> &'static str {
        std::hint::black_box(&user.username);
        "hello"
    }
    let jam = jam(Jwt::with_key(key(algorithm)));
    let header = ("authorization", format!("Bearer {}", token(&jam)));
    Case::new(routes(get(me)).with_state(jam), Some(header))
}

#[derive(Clone)]
struct Hand {
    key: std::sync::Arc<DecodingKey>,
    validation: Validation,
}

/// Returns the verifier of a program without a library, and a token for it.
fn by_hand(algorithm: Own) -> (Hand, String) {
    let key = key(algorithm);
    let jwk = key.verifying_key().to_jwk().expect("a public key");
    let jwk = serde_json::from_value(jwk).expect("a JWK");
    let hand = Hand {
        key: DecodingKey::from_jwk(&jwk).expect("a key").into(),
        validation: Validation::new(named(algorithm)),
    };
    (hand, token(&jam(Jwt::with_key(key))))
}

fn named(algorithm: Own) -> Algorithm {
    algorithm.name().parse().expect("jsonwebtoken knows it")
}

fn hand_first_sight(algorithm: Own) -> Operation {
    let (hand, token) = by_hand(algorithm);
    Box::new(move || {
        let claims = jsonwebtoken::decode::<Claims>(&token, &hand.key, &hand.validation);
        std::hint::black_box(claims.expect("the token is valid"));
    })
}

fn hand_sign(algorithm: Own) -> Operation {
    let pem = key(algorithm).to_pem().expect("a private key");
    let key = EncodingKey::from_rsa_pem(pem.as_bytes()).expect("a key");
    let (header, claims) = (Header::new(named(algorithm)), Claims::alice());
    Box::new(move || {
        let token = jsonwebtoken::encode(&header, &claims, &key);
        std::hint::black_box(token.expect("a token"));
    })
}

struct Caller(Claims);

impl FromRequestParts<Hand> for Caller {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, hand: &Hand) -> Result<Self, StatusCode> {
        let field = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|field| field.to_str().ok());
        let token = field.and_then(|field| field.strip_prefix("Bearer "));
        let token = token.ok_or(StatusCode::UNAUTHORIZED)?;
        let token = jsonwebtoken::decode::<Claims>(token, &hand.key, &hand.validation);
        Ok(Self(token.map_err(|_| StatusCode::UNAUTHORIZED)?.claims))
    }
}

fn hand_case(algorithm: Own) -> Case {
    async fn me(_: State<Hand>, Caller(claims): Caller) -> &'static str {
        std::hint::black_box(&claims.username);
        "hello"
    }
    let (hand, token) = by_hand(algorithm);
    let header = ("authorization", format!("Bearer {token}"));
    Case::new(routes(get(me)).with_state(hand), Some(header))
}

/// Verifies with the first key of a ring of this size.
fn of_ring(size: usize) -> Operation {
    let keys = (0..size).map(|number| {
        let key = key(Own::Hs256).with_id(format!("key-{number}"));
        let key = ScheduledKey::new(key, now()).expect("it has an id");
        if number == 0 {
            key.signs_from(now() - 1)
        } else {
            key
        }
    });
    let schedule = KeySchedule::new(Duration::from_secs(3600), keys).expect("a schedule");
    of(Jwt::keys(KeyRing::new(schedule)))
}

/// Verifies with one key that has a name.
pub(super) fn one_key() -> Operation {
    of(Jwt::hs256(SECRET).key_id("key-0"))
}

fn of(jwt: Jwt) -> Operation {
    let jam = jam(jwt);
    let token = token(&jam);
    Box::new(move || {
        let claims = jam.verify_jwt_token::<User>(&token);
        std::hint::black_box(claims.expect("the token is valid"));
    })
}

pub(super) fn ring_of_1() -> Operation {
    of_ring(1)
}

pub(super) fn ring_of_100() -> Operation {
    of_ring(100)
}

pub(super) fn hand_rs256_sign() -> Operation {
    hand_sign(Own::Rs256)
}

pub(super) fn jam_rs256_sign() -> Operation {
    sign(Own::Rs256)
}

/// The cases of an algorithm.
macro_rules! of_algorithm {
    ($($name:ident: $algorithm:ident),*) => {
        $(pub(super) mod $name {
            use super::*;

            pub(crate) fn raw() -> Operation {
                super::raw(Own::$algorithm)
            }

            pub(crate) fn hand() -> Operation {
                hand_first_sight(Own::$algorithm)
            }

            pub(crate) fn first_sight() -> Operation {
                super::first_sight(Own::$algorithm)
            }

            pub(crate) fn hand_case() -> Case {
                super::hand_case(Own::$algorithm)
            }

            pub(crate) fn cached() -> Case {
                super::cached(Own::$algorithm)
            }
        })*
    };
}

of_algorithm!(es256: Es256, rs256: Rs256, eddsa: EdDsa);
