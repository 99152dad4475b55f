//! Tests for the faults of the original Python library, which Jam must not have. The numbers are
//! from the review of that library. Fault 10 (one-time passwords and OAuth) and the Litestar part
//! of fault 19 have no counterpart here.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jam::{
    ErrorKind, Jam, JamPayload, Jwt, Sessions,
    session::{MemoryStore, SessionStore},
    token::TokenFault,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

use crate::support::{
    NOW, SECRET, User, app, call, claims, foreign_token, forge, get_with, jam, jam_with, login,
    part,
};

fn fault(jam: &Jam, token: &str) -> TokenFault {
    match jam.verify_jwt_token::<User>(token).unwrap_err().kind() {
        ErrorKind::Token(fault) => fault,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn fault_01_only_an_issued_session_cookie_authenticates() {
    let app = app(jam().0);
    let good = login(&app, "/session/login").await;
    for cookie in ["sid=garbage", "sid=x", "sid=%00", "sid= "] {
        let answer = get_with(&app, "/session/user", &[("cookie", cookie)]).await;
        assert_eq!(answer.status, 401, "{cookie}");
    }
    call(&app, "POST", "/logout", &[("cookie", &good)]).await;
    assert_eq!(
        get_with(&app, "/session/user", &[("cookie", &good)])
            .await
            .status,
        401
    );
}

#[test]
fn fault_02_a_signature_has_one_spelling() {
    let (jam, _) = jam();
    let token = foreign_token();
    assert!(jam.verify_jwt_token::<User>(&token).is_ok());
    for suffix in ["=", "==", "!!!!", " ", "\n", "A", ".", "%3D"] {
        let fault = fault(&jam, &format!("{token}{suffix}"));
        let refused = matches!(fault, TokenFault::Malformed | TokenFault::Signature);
        assert!(refused, "{suffix:?}: {fault:?}");
    }
    // The last of the 43 characters has two unused bits.
    let (start, last) = token.split_at(token.len() - 1);
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let accepted = alphabet
        .chars()
        .filter(|other| {
            jam.verify_jwt_token::<User>(&format!("{start}{other}"))
                .is_ok()
        })
        .collect::<String>();
    assert_eq!(accepted, last);
}

#[test]
fn fault_03_the_header_names_the_used_algorithm() {
    // An independent computation confirms that the signature is HMAC-SHA-256.
    let (jam, _) = jam();
    let token = jam
        .gen_jwt_token(&jam.make_payload(User { user: 1 }))
        .unwrap();
    assert_eq!(part(token.as_str(), 0)["alg"], "HS256");
    let (signed, signature) = token.as_str().rsplit_once('.').unwrap();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    assert_eq!(
        URL_SAFE_NO_PAD.decode(signature).unwrap(),
        mac.finalize().into_bytes().to_vec()
    );
}

#[test]
fn fault_04_the_token_cannot_select_the_algorithm() {
    let (jam, _) = jam();
    for alg in [
        "HS384", "HS512", "RS256", "ES256", "none", "hs256", "HS", "HSx",
    ] {
        let token = forge(&format!(r#"{{"alg":"{alg}"}}"#), &claims(r#""user":1"#));
        assert_eq!(fault(&jam, &token), TokenFault::Header, "{alg}");
    }
}

/// Asserts that the comparison includes every bit. `verify_slice` of the `hmac` crate gives the
/// constant time.
#[test]
fn fault_05_the_whole_signature_is_compared() {
    let (jam, _) = jam();
    let token = foreign_token();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    for bit in 0..256 {
        let mut other = signature.clone();
        other[bit / 8] ^= 1 << (bit % 8);
        let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(&other));
        assert_eq!(fault(&jam, &token), TokenFault::Signature, "bit {bit}");
    }
    for length in 1..32 {
        let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(&signature[..length]));
        assert_eq!(fault(&jam, &token), TokenFault::Signature, "{length} bytes");
    }
}

/// Asserts that the gate makes every configured check, in every kind of protection. The original
/// did not check the list of revoked tokens in one configuration.
#[tokio::test]
async fn fault_06_every_configured_check_is_made() {
    let strict = jam_with(Jwt::hs256(SECRET).audience("api"), Sessions::in_memory()).0;
    let app = app(strict);
    let cookie = format!("jwt={}", foreign_token());
    assert_eq!(
        get_with(&app, "/jwt/user", &[("cookie", &cookie)])
            .await
            .status,
        401
    );
    let own = login(&app, "/jwt/login").await;
    assert_eq!(
        get_with(&app, "/jwt/user", &[("cookie", &own)])
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn fault_07_sessions_expire() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jam.json");
    std::fs::write(&path, r#"{"session":{"store":"memory"}}"#).unwrap();
    let clock = jam::testing::ManualClock::at(NOW);
    let builder = Jam::builder().config(&path).unwrap();
    let jam = builder.clock(clock.clone()).build().unwrap();
    let session = jam.create_session("a", &User { user: 1 }).await.unwrap();
    clock.advance(3600);
    assert!(jam.get_session::<User>(&session).await.unwrap().is_none());
}

#[tokio::test]
async fn fault_08_the_store_contains_no_credential() {
    let store = Arc::new(MemoryStore::new());
    let (jam, _) = jam_with(Jwt::hs256(SECRET), Sessions::in_store(Arc::clone(&store)));
    let session = jam.create_session("a", &User { user: 1 }).await.unwrap();
    let token = URL_SAFE_NO_PAD.decode(session.as_str()).unwrap();
    for (id, record) in store
        .list_by_owner("a", jam::session::Page::FIRST)
        .await
        .unwrap()
    {
        assert_ne!(id.as_bytes().as_slice(), token);
        assert!(
            !record
                .data
                .as_json()
                .windows(8)
                .any(|window| token.windows(8).any(|part| part == window))
        );
    }
}

#[test]
fn fault_09_weak_secrets_are_rejected() {
    for secret in ["", "x", "0123456789abcdef0123456789abcde"] {
        let error = Jam::builder().jwt(Jwt::hs256(secret)).build().unwrap_err();
        assert_eq!(error.keys().collect::<Vec<_>>(), ["jwt.secret"]);
        assert!(error.to_string().contains("32 bytes"), "{error}");
        assert!(
            secret.len() < 5 || !error.to_string().contains(secret),
            "{error}"
        );
    }
    assert!(Jam::builder().jwt(Jwt::hs256([0; 32])).build().is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn fault_11_concurrent_logins_are_all_stored() {
    let (jam, _) = jam();
    let logins: Vec<_> = (0..8)
        .map(|_| {
            let jam = jam.clone();
            tokio::spawn(async move {
                for _ in 0..50 {
                    let _ = jam
                        .create_session("username", &User { user: 1 })
                        .await
                        .unwrap();
                }
            })
        })
        .collect();
    for login in logins {
        login.await.unwrap();
    }
    let sessions = jam.sessions::<User>("username").await.unwrap();
    assert_eq!(
        sessions
            .iter()
            .map(|session| *session.info().id())
            .collect::<HashSet<_>>()
            .len(),
        400
    );
}

#[tokio::test]
async fn fault_12_a_stale_cookie_does_not_block_public_paths() {
    let (jam, clock) = jam();
    let app = app(jam);
    let cookie = login(&app, "/jwt/login").await;
    clock.advance(3600);
    let expired = [("cookie", cookie.as_str())];
    let answer = get_with(&app, "/jwt/user", &expired).await;
    assert_eq!(answer.status, 401);
    assert!(answer.challenge().starts_with("Bearer"));
    assert_eq!(call(&app, "POST", "/jwt/login", &expired).await.status, 200);
    assert_eq!(get_with(&app, "/public", &expired).await.status, 200);
    assert_eq!(get_with(&app, "/nowhere", &expired).await.status, 404);
}

#[derive(Clone, Default, Serialize, Deserialize, JamPayload)]
struct Basket {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    items: Vec<String>,
}

#[tokio::test]
async fn fault_13_owners_with_a_colon_and_empty_sessions_are_kept() {
    let (jam, _) = jam();
    for owner in ["a:b", ":", "a:b:c", ""] {
        let session = jam.create_session(owner, &Basket::default()).await.unwrap();
        let changed = jam
            .update_session(&session, |basket: &mut Basket| {
                basket.items.push("x".to_owned())
            })
            .await
            .unwrap();
        assert_eq!(changed.items, ["x"]);
        let reworked = jam.rotate_session(&session).await.unwrap();
        let read = jam.get_session::<Basket>(&reworked).await.unwrap().unwrap();
        assert_eq!((read.items.len(), read.info().owner()), (1, owner));
        assert!(jam.delete_session(&reworked).await.unwrap());
    }
}

#[test]
fn fault_14_configuration_errors_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jam.json");
    let config = r#"{"jwt":{"secret":"short","expire":60},"sesion":{"store":"memory"}}"#;
    std::fs::write(&path, config).unwrap();
    let error = Jam::from_config(&path).unwrap_err();
    let keys: HashSet<&str> = error.keys().collect();
    assert_eq!(
        keys,
        HashSet::from(["jwt.secret", "jwt.expire", "sesion"]),
        "{error}"
    );
}

#[tokio::test]
async fn fault_15_errors_have_text_and_missing_claims_are_rejected() {
    let (jam, _) = jam();
    let app = app(jam.clone());
    let no_exp = forge(r#"{"alg":"HS256"}"#, r#"{"user":1}"#);
    let cookie = format!("jwt={no_exp}");
    assert_eq!(
        get_with(&app, "/jwt/user", &[("cookie", &cookie)])
            .await
            .status,
        401
    );
    let error = jam.verify_jwt_token::<User>(&no_exp).unwrap_err();
    assert_eq!(error.to_string(), "the token is refused: Claims");
    let session = jam.create_session("a", &User { user: 1 }).await.unwrap();
    jam.delete_session(&session).await.unwrap();
    assert!(
        !jam.rotate_session(&session)
            .await
            .unwrap_err()
            .to_string()
            .is_empty()
    );
}

#[test]
fn fault_16_documented_keys_work() {
    // The documentation of `Jam::from_config` lists these keys.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jam.json");
    let config = serde_json::json!({
        "jwt": {
            "algorithm": "HS256", "secret": SECRET, "lifetime": 60, "leeway": 1,
            "issuer": "https://id.example", "audience": "api", "key_id": "k", "token_type": "at+jwt",
        },
        "session": { "store": "memory", "idle_timeout": 60, "absolute_timeout": 600, "store_timeout": 100 },
        "origins": ["https://app.example"],
        "development": "127.0.0.1:3000",
    });
    std::fs::write(&path, config.to_string()).unwrap();
    let jam = Jam::from_config(&path).unwrap();
    let token = jam
        .gen_jwt_token(&jam.make_payload(User { user: 1 }))
        .unwrap();
    assert_eq!(token.expires_in(), 60);
    let header = part(token.as_str(), 0);
    assert_eq!(
        header,
        serde_json::json!({"alg": "HS256", "typ": "at+jwt", "kid": "k"})
    );
    let claims = part(token.as_str(), 1);
    assert_eq!(
        (&claims["iss"], &claims["aud"]),
        (&"https://id.example".into(), &"api".into())
    );
}

#[tokio::test]
async fn fault_17_every_session_has_its_own_time() {
    let (jam, clock) = jam();
    let first = jam.create_session("a", &User { user: 1 }).await.unwrap();
    clock.advance(60);
    let second = jam.create_session("a", &User { user: 1 }).await.unwrap();
    let times = async |session| {
        let session = jam.get_session::<User>(session).await.unwrap().unwrap();
        session.info().auth_time()
    };
    assert_eq!((times(&first).await, times(&second).await), (NOW, NOW + 60));
}

#[test]
fn fault_18_paths_and_variables_of_a_configuration_work_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let dotted = folder.path().join("a.b").join(".").join("jam.v1.json");
    std::fs::create_dir(folder.path().join("a.b")).unwrap();
    // Every test environment sets PATH. A variable can be a part of a text.
    let config = r#"{"jwt":{"secret":"aaaa-${PATH}-0123456789abcdef0123456789abcdef"}}"#;
    std::fs::write(&dotted, config).unwrap();
    assert!(Jam::from_config(&dotted).is_ok());
    let unknown = folder.path().join("jam");
    std::fs::write(&unknown, "").unwrap();
    assert!(
        Jam::from_config(&unknown)
            .unwrap_err()
            .to_string()
            .contains(".toml")
    );
}

#[tokio::test]
async fn fault_19_a_header_rule_does_not_read_the_cookie() {
    let (jam, _) = jam();
    let app = app(jam.clone());
    let session = jam.create_session("a", &User { user: 4 }).await.unwrap();
    let header = [("x-session", session.as_str())];
    let answer = get_with(&app, "/session/header", &header).await;
    assert_eq!(
        (answer.status.as_u16(), answer.body.as_str()),
        (200, r#"{"user":4}"#)
    );
    let cookie = format!("sid={}", session.as_str());
    assert_eq!(
        get_with(&app, "/session/header", &[("cookie", &cookie)])
            .await
            .status,
        401
    );
}

#[test]
fn fault_20_times_are_whole_seconds_and_the_type_is_in_upper_case() {
    let (jam, _) = jam();
    let token = jam
        .gen_jwt_token(&jam.make_payload(User { user: 1 }))
        .unwrap();
    assert_eq!(part(token.as_str(), 0)["typ"], "JWT");
    let claims = part(token.as_str(), 1);
    assert!(claims["exp"].is_u64() && claims["iat"].is_u64(), "{claims}");
}
