//! Tokens of every algorithm over HTTP, and keys that are replaced.

use axum::Router;
use axum::routing::get;
use jam::testing::ManualClock;
use jam::token::{Algorithm, KeyFolder, KeyRing, NewRing, SigningKey};
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

/// Public keys for others to verify with.
mod published {
    use super::*;

    fn ring(place: &tempfile::TempDir, algorithm: Algorithm) -> KeyFolder {
        let ring = NewRing::new(algorithm);
        KeyFolder::create(place.path().join("keys"), &ring, NOW).unwrap()
    }

    #[cfg(feature = "asymmetric")]
    #[tokio::test]
    async fn a_ring_signs_and_publishes_its_public_keys() {
        use jam::jam_routes;
        use jam::token::{KeySet, Verifier};
        use serde_json::Value;

        let place = tempfile::tempdir().unwrap();
        let folder = ring(&place, Algorithm::Es256);
        let clock = ManualClock::at(NOW);
        let jwt = Jwt::keys(KeyRing::load(folder.path()).unwrap()).issuer("https://id.example");
        let builder = Jam::builder().jwt(jwt).clock(clock);
        let jam = builder.build().unwrap();
        let token = token(&jam);
        assert_eq!(status(&jam, &token).await, 200);
        let table: jam::JamRouter<Jam> = jam_routes![
            public("verifiers fetch the keys without a credential") =
                [get("/.well-known/jwks.json", jam::routes::jwks),],
        ];
        let app: Router = table.into_router(&jam).unwrap().with_state(jam);
        let answer = get_with(&app, "/.well-known/jwks.json", &[]).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.headers["content-type"], "application/jwk-set+json");
        // Half of the hour for which a new key stands by.
        assert_eq!(answer.headers["cache-control"], "public, max-age=1800");
        let published: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(published["keys"].as_array().unwrap().len(), 2);
        assert!(!answer.body.contains("\"d\""), "{}", answer.body);
        // Another program verifies with them.
        let keys = KeySet::from_jwks(&answer.body, &[Algorithm::Es256]).unwrap();
        let other = Verifier::builder(keys)
            .issuer("https://id.example")
            .build()
            .unwrap();
        assert_eq!(other.verify_at::<User>(&token, NOW).unwrap().user, 7);
    }

    #[tokio::test]
    async fn shared_secrets_are_not_published() {
        let place = tempfile::tempdir().unwrap();
        let ring = KeyRing::load(ring(&place, Algorithm::Hs256).path()).unwrap();
        for jwt in [Jwt::hs256([1; 32]), Jwt::keys(ring)] {
            let jam = jam(jwt);
            assert_eq!(status(&jam, &token(&jam)).await, 200);
            let error = jam.jwks().unwrap_err();
            assert!(error.to_string().contains("shared secret"), "{error}");
            let app: Router = Router::new()
                .route("/jwks.json", get(jam::routes::jwks))
                .with_state(jam);
            let answer = get_with(&app, "/jwks.json", &[]).await;
            assert_eq!(answer.status, 500);
            assert!(!answer.body.contains("secret"), "{}", answer.body);
        }
    }

    #[cfg(feature = "asymmetric")]
    #[test]
    fn one_key_is_published_for_five_minutes() {
        let key = SigningKey::generate(Algorithm::EdDsa).unwrap();
        let jam = jam(Jwt::with_key(key).key_id("k1"));
        let published = serde_json::to_value(jam.jwks().unwrap()).unwrap();
        assert_eq!(published["keys"][0]["kid"], "k1");
        assert_eq!(published["keys"][0]["alg"], "EdDSA");
    }

    #[test]
    fn a_configuration_names_the_folder_of_a_ring() {
        let place = tempfile::tempdir().unwrap();
        let config = place.path().join("jam.toml");
        let built = |text: &str| {
            std::fs::write(&config, text).unwrap();
            Jam::from_config(&config)
        };
        let why = built("[jwt]\nkeys = \"keys\"\n").unwrap_err().to_string();
        assert!(
            why.contains("jwt.keys: ") && why.contains("keys: cannot read it"),
            "{why}"
        );
        ring(&place, Algorithm::Hs256);
        assert!(built("[jwt]\nkeys = \"keys\"\nlifetime = 60\n").is_ok());
        let text = "[jwt]\nkeys = \"keys\"\nsecret = \"S\"\nkey_id = \"k\"\nlifetime = 3601\n\
                    previous_secrets = [\"an old secret that has 32 bytes..\"]\n";
        let why = built(text).unwrap_err().to_string();
        for fault in [
            "jwt.secret: `jwt.keys` names a ring",
            "jwt.key_id: a ring names its keys itself",
            "jwt.lifetime: it is longer than the token lifetime of the ring",
            "jwt.previous_secrets: a ring has all of its keys",
        ] {
            assert!(why.contains(fault), "{fault} is missing in {why}");
        }
    }
}
