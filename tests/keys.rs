//! Tokens of every algorithm over HTTP, and keys that are replaced.

use axum::Router;
use axum::routing::get;
use jam::testing::ManualClock;
use jam::token::{Algorithm, SigningKey};
use jam::{Auth, Jam, Jwt, jam_auth};

use crate::support::{NOW, User, get_with};

#[jam_auth(backend = "jwt")]
async fn me(user: Auth<User>) -> String {
    user.user.to_string()
}

fn jam(jwt: Jwt) -> Jam {
    let builder = Jam::builder().jwt(jwt).clock(ManualClock::at(NOW));
    builder.build().unwrap()
}

fn token(jam: &Jam) -> String {
    let token = jam.gen_jwt_token(&jam.make_payload(User { user: 7 }));
    token.unwrap().into_string()
}

/// Returns the status of a request with this token.
async fn status(jam: &Jam, token: &str) -> u16 {
    let app: Router = Router::new().route("/", get(me)).with_state(jam.clone());
    let bearer = format!("Bearer {token}");
    let answer = get_with(&app, "/", &[("authorization", &bearer)]).await;
    assert!(answer.status != 200 || answer.body == "7");
    answer.status.as_u16()
}

#[tokio::test]
async fn tokens_of_every_algorithm_are_accepted_by_their_key_alone() {
    let algorithms = Algorithm::ALL.iter().copied().filter(|algorithm| {
        algorithm.is_symmetric()
            || cfg!(feature = "asymmetric")
            || cfg!(feature = "graviola") && *algorithm != Algorithm::Es512
    });
    let jams: Vec<_> = algorithms
        .map(|algorithm| jam(Jwt::with_key(SigningKey::generate(algorithm).unwrap())))
        .collect();
    for (one, issuer) in jams.iter().enumerate() {
        let token = token(issuer);
        for (other, verifier) in jams.iter().enumerate() {
            let wanted = if one == other { 200 } else { 401 };
            assert_eq!(status(verifier, &token).await, wanted, "{one} by {other}");
        }
    }
}

#[tokio::test]
async fn a_secret_is_replaced_in_two_deployments() {
    let (old, new) = ([1; 32], [2; 32]);
    let before = jam(Jwt::hs256(old));
    let session = token(&before);
    let during = jam(Jwt::hs256(new).also_accept(old));
    assert_eq!(
        status(&during, &session).await,
        200,
        "a user stays signed in"
    );
    assert_eq!(status(&during, &token(&during)).await, 200);
    let after = jam(Jwt::hs256(new));
    assert_eq!(status(&after, &token(&during)).await, 200);
    assert_eq!(
        status(&after, &session).await,
        401,
        "the old secret is gone"
    );
}

#[test]
fn a_key_that_cannot_be_used_is_named_at_startup() {
    let build = |jwt| Jam::builder().jwt(jwt).build().unwrap_err().to_string();
    let short = build(Jwt::hs384([1; 47]));
    assert!(
        short.contains("jwt.secret: an HS384 secret has 48 bytes or more"),
        "{short}"
    );
    let old = build(Jwt::hs256([1; 32]).also_accept([2; 8]));
    assert!(
        old.contains("jwt.also_accept: an HS256 secret has 32 bytes or more"),
        "{old}"
    );
}
