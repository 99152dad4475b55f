//! Tokens with several keys, and a verifier without HTTP.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Jwt, PolicyError, Tokens, Verifier};
use crate::base::base64url;
use crate::base::error::{Error, ErrorKind, TokenFault};
use crate::claims::twins::Little;
use crate::key::{Algorithm, KeySet, SigningKey, VerifyingKey};

const NOW: u64 = 1_700_000_000;

fn key(algorithm: Algorithm) -> SigningKey {
    SigningKey::generate(algorithm).expect("a key")
}

/// Returns a token with this header and these claims.
fn token(key: &SigningKey, header: &Value, claims: &Value) -> String {
    let [header, claims] =
        [header, claims].map(|part| base64url::encode(part.to_string().as_bytes()));
    let mut token = format!("{header}.{claims}");
    key.sign(&mut token).expect("a signature");
    token
}

fn claims() -> Value {
    json!({ "exp": NOW + 60, "name": "ann" })
}

fn fault<T>(result: Result<T, Error>) -> TokenFault {
    match result.err().map(|error| error.kind()) {
        Some(ErrorKind::Token(fault)) => fault,
        other => panic!("no fault of a token: {other:?}"),
    }
}

/// Verifies three times: a header is in the cache from the second time on.
fn verify(verifier: &Verifier, token: &str) -> Result<(), TokenFault> {
    let results = [(); 3].map(|()| verifier.verify_at::<Little>(token, NOW).map(drop));
    let [first, second, third] =
        results.map(|result| result.map_err(|error| fault(Err::<(), _>(error))));
    assert_eq!((&first, &first), (&second, &third));
    first
}

fn verifier(keys: impl IntoIterator<Item = VerifyingKey>) -> Verifier {
    let keys = KeySet::new(keys).expect("a set");
    Verifier::builder(keys).build().expect("a verifier")
}

#[test]
fn the_kid_of_a_token_selects_the_key() {
    let (one, two) = (
        key(Algorithm::Hs256).with_id("one"),
        key(Algorithm::Hs256).with_id("two"),
    );
    let long = key(Algorithm::Hs512).with_id("long");
    let keys = [&one, &two, &long].map(SigningKey::verifying_key);
    let verifier = verifier(keys);
    let check =
        |key: &SigningKey, header: Value| verify(&verifier, &token(key, &header, &claims()));
    for (key, alg) in [(&one, "HS256"), (&two, "HS256"), (&long, "HS512")] {
        assert_eq!(check(key, json!({ "alg": alg, "kid": key.id() })), Ok(()));
        // Each key of the algorithm is tried.
        assert_eq!(check(key, json!({ "alg": alg })), Ok(()));
    }
    let signature = Err(TokenFault::Signature);
    assert_eq!(
        check(&one, json!({ "alg": "HS256", "kid": "two" })),
        signature
    );
    assert_eq!(check(&long, json!({ "alg": "HS256" })), signature);
    assert_eq!(
        check(&key(Algorithm::Hs256), json!({ "alg": "HS256" })),
        signature
    );
    let unknown = Err(TokenFault::Key);
    assert_eq!(
        check(&one, json!({ "alg": "HS256", "kid": "three" })),
        unknown
    );
    assert_eq!(check(&one, json!({ "alg": "HS256", "kid": "" })), unknown);
    // The key has another algorithm, or no key has the algorithm.
    let header = Err(TokenFault::Header);
    assert_eq!(
        check(&long, json!({ "alg": "HS256", "kid": "long" })),
        header
    );
    assert_eq!(check(&one, json!({ "alg": "HS512", "kid": "one" })), header);
    assert_eq!(
        check(&one, json!({ "alg": "HS384", "kid": "three" })),
        header
    );
    assert_eq!(check(&one, json!({ "alg": "HS384" })), header);
    assert_eq!(check(&one, json!({ "alg": "none" })), header);
}

#[test]
fn a_verifier_of_one_key_verifies_with_that_key() {
    let own = key(Algorithm::Hs384);
    let verifier = verifier([own.verifying_key()]);
    let header = json!({ "alg": "HS384" });
    assert_eq!(verify(&verifier, &token(&own, &header, &claims())), Ok(()));
    let other = token(&key(Algorithm::Hs384), &header, &claims());
    assert_eq!(verify(&verifier, &other), Err(TokenFault::Signature));
    // A key without an id accepts no `kid`.
    let named = token(&own, &json!({ "alg": "HS384", "kid": "a" }), &claims());
    assert_eq!(verify(&verifier, &named), Err(TokenFault::Key));
}

fn tokens(jwt: Jwt) -> Tokens {
    let faults = jwt.faults();
    jwt.ready().unwrap_or_else(|| panic!("{faults:?}"))
}

fn issue(tokens: &Tokens) -> String {
    let payload: Little = serde_json::from_str(r#"{"name":"ann"}"#).expect("JSON");
    let token = tokens
        .sign(&tokens.claims(payload, NOW), NOW)
        .expect("a token");
    token.into_string()
}

fn accepts(tokens: &Tokens, token: &str) -> bool {
    verify(&tokens.verifier, token).is_ok()
}

#[test]
fn a_secret_is_replaced_without_rejecting_a_token() {
    let (old, new, other) = ([1; 64], [2; 64], [3; 64]);
    let all: [fn([u8; 64]) -> Jwt; 3] = [Jwt::hs256, Jwt::hs384, Jwt::hs512];
    for make in all {
        let (before, after) = (tokens(make(old)), tokens(make(new)));
        let both = tokens(make(new).also_accept(other).also_accept(old));
        assert!(accepts(&both, &issue(&before)));
        assert!(accepts(&both, &issue(&after)));
        assert!(accepts(&after, &issue(&both)), "the first secret signs");
        assert!(!accepts(&before, &issue(&both)));
        assert!(!accepts(&after, &issue(&before)));
        // With an id, an old token without `kid` is still accepted.
        let named = tokens(make(new).key_id("2").also_accept(old));
        assert!(accepts(&named, &issue(&before)));
        assert!(accepts(&named, &issue(&named)));
    }
}

#[test]
fn keys_with_ids_are_replaced_without_rejecting_a_token() {
    let (old, new) = (
        key(Algorithm::Hs256).with_id("1"),
        key(Algorithm::Hs256).with_id("2"),
    );
    let before = tokens(Jwt::with_key(old.clone()));
    let both = tokens(Jwt::with_key(new.clone()).also_accept_key(old.verifying_key()));
    let after = tokens(Jwt::with_key(new));
    for token in [issue(&before), issue(&both), issue(&after)] {
        assert!(accepts(&both, &token));
    }
    assert!(!accepts(&after, &issue(&before)));
    assert!(!accepts(&before, &issue(&after)));
}

#[test]
fn keys_that_do_not_fit_together_are_faults() {
    let faults = |jwt: Jwt| {
        let faults = jwt.faults();
        assert_eq!(faults.is_empty(), jwt.ready().is_some());
        faults
            .into_iter()
            .map(|(setting, why)| format!("{setting}: {why}"))
            .collect::<Vec<_>>()
    };
    let named = || key(Algorithm::Hs256).with_id("a");
    assert!(faults(Jwt::with_key(named())).is_empty());
    let twice = Jwt::with_key(named()).also_accept_key(named().verifying_key());
    assert_eq!(
        faults(twice),
        ["jwt.also_accept: two keys have the id \"a\""]
    );
    let short = faults(Jwt::hs256([1; 32]).also_accept([2; 31]));
    assert!(
        short[0].starts_with("jwt.also_accept: an HS256 secret has 32 bytes"),
        "{short:?}"
    );
    let first = faults(Jwt::hs512([1; 63]).also_accept([2; 64]));
    assert!(
        first[0].starts_with("jwt.secret: an HS512 secret has 64 bytes"),
        "{first:?}"
    );
    assert_eq!(first.len(), 1, "what follows from a fault is not told");
}

#[test]
fn the_settings_of_a_verifier_are_checked() {
    let builder = || Verifier::builder(key(Algorithm::Hs256).verifying_key());
    let error = |built: Result<Verifier, PolicyError>| built.expect_err("a fault").to_string();
    let late = builder().leeway(Duration::from_secs(61)).issuer("").build();
    assert_eq!(
        error(late),
        "leeway: clocks may differ by 60 seconds at most; issuer: it must not be empty"
    );
    assert_eq!(
        error(builder().audience("").build()),
        "audience: it must not be empty"
    );
    assert_eq!(
        error(builder().token_type("").build()),
        "token_type: it must not be empty"
    );
    assert!(builder().leeway(Duration::from_secs(60)).build().is_ok());
    let shown = format!("{:?} {:?}", builder(), builder().build());
    assert!(
        shown.contains("VerifierBuilder") && shown.contains("Hs256"),
        "{shown}"
    );
}

#[test]
fn a_verifier_checks_what_it_was_told() {
    let own = key(Algorithm::Hs256);
    let header = json!({ "alg": "HS256", "typ": "at+jwt" });
    let verifier = Verifier::builder(own.verifying_key())
        .issuer("https://id.example")
        .audience("api")
        .token_type("at+jwt")
        .leeway(Duration::from_secs(10))
        .max_lifetime(Duration::from_secs(300))
        .build()
        .expect("a verifier");
    let good = json!({
        "iss": "https://id.example", "aud": ["web", "api"], "exp": NOW - 9, "iat": NOW - 60, "name": "ann",
    });
    assert_eq!(verify(&verifier, &token(&own, &header, &good)), Ok(()));
    for (member, value, wanted) in [
        ("iss", json!("https://id.example/"), TokenFault::Issuer),
        ("aud", json!("web"), TokenFault::Audience),
        ("exp", json!(NOW - 10), TokenFault::Expired),
        ("exp", json!(NOW + 300), TokenFault::Lifetime),
        ("iat", json!(NOW + 11), TokenFault::NotYetValid),
        ("name", json!(7), TokenFault::Claims),
    ] {
        let mut claims = good.clone();
        claims[member] = value;
        assert_eq!(
            verify(&verifier, &token(&own, &header, &claims)),
            Err(wanted),
            "{member}"
        );
    }
    for typ in [
        json!({ "alg": "HS256" }),
        json!({ "alg": "HS256", "typ": "JWT" }),
    ] {
        assert_eq!(
            verify(&verifier, &token(&own, &typ, &good)),
            Err(TokenFault::Type)
        );
    }
    let upper = json!({ "alg": "HS256", "typ": "application/AT+JWT" });
    assert_eq!(verify(&verifier, &token(&own, &upper, &good)), Ok(()));
    // The clock of the system is far behind the time above.
    let late = verifier.verify::<Little>(&token(&own, &header, &good));
    assert_eq!(fault(late), TokenFault::Expired);
}

#[test]
fn a_signature_is_verified_without_claims() {
    let own = key(Algorithm::Hs256);
    let verifier = verifier([own.verifying_key()]);
    let header = base64url::encode(br#"{"alg":"HS256"}"#);
    for payload in ["", "text", "{}"] {
        let mut token = format!("{header}.{}", base64url::encode(payload.as_bytes()));
        own.sign(&mut token).expect("a signature");
        assert_eq!(
            verifier.verify_signature(&token).expect("valid"),
            payload.as_bytes()
        );
        let mut changed = token.clone();
        changed.insert(header.len() + 1, 'A');
        assert_eq!(
            fault(verifier.verify_signature(&changed)),
            TokenFault::Signature
        );
        // A token of a login needs claims.
        assert_eq!(verify(&verifier, &token), Err(TokenFault::Claims));
    }
    for malformed in [
        "", ".", "..", "a.b", "a..", "..a", ".a.a", "a.a.", "a.a.a.a",
    ] {
        let found = fault(verifier.verify_signature(malformed));
        assert!(
            matches!(found, TokenFault::Malformed | TokenFault::Header),
            "{malformed}: {found:?}"
        );
    }
}

#[test]
fn each_setting_is_reported_by_its_own_name() {
    let jwt = || Jwt::with_key(key(Algorithm::Hs256));
    for (jwt, setting) in [
        (jwt().issuer(""), "jwt.issuer"),
        (jwt().audience(""), "jwt.audience"),
        (jwt().token_type(""), "jwt.token_type"),
        (jwt().leeway(Duration::from_secs(61)), "jwt.leeway"),
    ] {
        let faults = jwt.faults();
        assert!(
            faults.len() == 1 && faults[0].0 == setting,
            "{setting}: {faults:?}"
        );
    }
}

/// The header of the application's own tokens names one key, also where others have the same algorithm.
#[test]
fn the_own_header_selects_the_key_that_it_names() {
    let (one, two) = (
        key(Algorithm::Hs256).with_id("one"),
        key(Algorithm::Hs256).with_id("two"),
    );
    let tokens = tokens(Jwt::with_key(one.clone()).also_accept_key(two.verifying_key()));
    let own = tokens
        .verifier
        .keys
        .at(NOW)
        .expect("keys")
        .own_header()
        .to_owned();
    let signed = |key: &SigningKey| {
        let mut token = format!(
            "{own}.{}",
            base64url::encode(claims().to_string().as_bytes())
        );
        key.sign(&mut token).expect("a signature");
        verify(&tokens.verifier, &token)
    };
    assert_eq!(signed(&one), Ok(()));
    assert_eq!(signed(&two), Err(TokenFault::Signature));
}
