//! No command prints a secret or a private key, except `jam keys show --private`.

use serde_json::Value;

use crate::support::{Place, SECRET};

/// Returns the secret texts of the ring, in parts that a line can hold.
fn secrets(place: &Place) -> Vec<String> {
    let ring: Value =
        serde_json::from_slice(&std::fs::read(place.path("keys/ring.json")).unwrap()).unwrap();
    let keys = ring["keys"].as_array().unwrap().iter();
    let texts = keys.filter_map(|key| key["key"].as_str());
    let lines = texts
        .flat_map(str::lines)
        .filter(|line| !line.starts_with("-----"));
    // Also a part of a line would be too much.
    lines
        .map(|line| line[..line.len().min(24)].to_owned())
        .collect()
}

#[test]
fn no_command_prints_a_secret_unasked() {
    for algorithm in ["ES256", "HS256"] {
        let place = Place::with_ring(algorithm);
        let (current, standby) = (place.key("current"), place.key("standby"));
        place.write(
            "ring.json",
            std::fs::read(place.path("keys/ring.json")).unwrap(),
        );
        let token = place.token();
        for arguments in [
            &["keys", "list"][..],
            &["keys", "jwks"],
            &["keys", "show", "--", &current],
            &["token", "mint", "--keys", "keys"],
            &["token", "decode", &token],
            &["token", "verify", "--keys", "keys", &token],
            // A file with keys where it is wrong.
            &["token", "verify", "--jwks", "ring.json", &token],
            &[
                "token",
                "verify",
                "--public-key",
                "ring.json",
                "--algorithm",
                "ES256",
                &token,
            ],
            &[
                "token",
                "mint",
                "--private-key",
                "ring.json",
                "--algorithm",
                "ES256",
            ],
            &["keys", "generate"],
            &["keys", "rotate"],
            &["keys", "retire", "--", &standby],
            &["keys", "revoke", "--", &current],
            &["keys", "list", "ring.json"],
        ] {
            // The keys that a change removes or adds are looked for too.
            let before = secrets(&place);
            for ran in [
                place.jam(arguments),
                place.jam(&[&["--json"], arguments].concat()),
            ] {
                for secret in before.iter().chain(&secrets(&place)) {
                    let printed = ran.out.contains(secret) || ran.err.contains(secret);
                    assert!(!printed, "{arguments:?} prints a secret");
                }
            }
        }
    }
}

#[test]
fn a_shared_secret_is_shown_on_request_alone() {
    let place = Place::with_ring("HS256");
    let id = place.key("current");
    let show = ["keys", "show", "--", &id];
    place
        .jam(&show)
        .fails(2, "to print the secret, write --private");
    let text = place
        .jam(&["keys", "show", "--private", "--", &id])
        .ends_with(0)
        .out;
    assert!(text.starts_with(&secrets(&place)[0]), "{text}");
    let json = place
        .jam(&["keys", "show", "--private", "--json", "--", &id])
        .ends_with(0)
        .json();
    assert_eq!(json["secret"], text.trim());
}

#[test]
fn json_has_a_private_key_on_request_alone() {
    let place = Place::with_ring("ES256");
    let id = place.key("current");
    let json = place
        .jam(&["keys", "show", "--private", "--json", "--", &id])
        .ends_with(0)
        .json();
    assert!(
        json["private_key"]
            .as_str()
            .unwrap()
            .starts_with("-----BEGIN PRIVATE KEY-----")
    );
    let json = place
        .jam(&["keys", "show", "--json", "--", &id])
        .ends_with(0)
        .json();
    assert!(json.get("private_key").is_none() && json["jwk"].get("d").is_none());
}

#[test]
fn an_error_about_a_secret_does_not_quote_it() {
    let place = Place::new();
    let short = "too short, and secret";
    place.write("secret", short);
    for ran in [
        place.jam(&["token", "mint", "--secret-file", "secret"]),
        place.jam(&["token", "verify", "--secret-file", "secret", "a.b.c"]),
        place.jam_with_secret(short, &["token", "mint"]),
        place.jam_with_secret(SECRET, &["token", "mint", "--algorithm", "ES256"]),
        place.jam_with_secret(SECRET, &["token", "mint", "--algorithm", "HS512", "--json"]),
    ] {
        assert!(
            !ran.err.contains("secret, and") && !ran.err.contains(short),
            "{}",
            ran.err
        );
        assert!(!ran.err.contains(SECRET), "{}", ran.err);
        ran.fails(2, "secret");
    }
}
