//! `jam token verify`: each check, and each kind of key.

use serde_json::{Value, json};

use crate::support::{Place, SECRET, now, signed, signed_text};

fn header() -> Value {
    json!({ "alg": "HS256", "typ": "JWT" })
}

/// Requires that a token is not valid by this check, in text and in JSON.
#[track_caller]
fn fails(place: &Place, token: &str, arguments: &[&str], check: &str, why: &str) {
    let arguments = [&["token", "verify", token], arguments].concat();
    let ran = place.jam_with_secret(SECRET, &arguments);
    let start = format!("NOT VALID ({check}): ");
    assert!(ran.err.starts_with(&start), "{start}{}", ran.err);
    ran.fails(1, why);
    let ran = place
        .jam_with_secret(SECRET, &[&arguments[..], &["--json"]].concat())
        .ends_with(1);
    let json = ran.json();
    assert_eq!(
        (&json["valid"], &json["check"]),
        (&json!(false), &json!(check))
    );
    assert!(json["reason"].as_str().unwrap().contains(why) && ran.err.is_empty());
}

#[test]
fn a_valid_token_is_shown_with_its_claims_alone_on_stdout() {
    let place = Place::new();
    let claims = json!({ "exp": now() + 3600, "sub": "7", "roles": ["admin"] });
    let token = signed(&header(), &claims);
    let ran = place
        .jam_with_secret(SECRET, &["token", "verify", &token])
        .ends_with(0);
    assert_eq!(ran.json(), claims);
    assert!(
        ran.err.starts_with("Valid.\nexp        expires     20"),
        "{}",
        ran.err
    );
    let ran = place
        .jam_with_secret(SECRET, &["token", "verify", &token, "--json"])
        .ends_with(0);
    assert_eq!(
        ran.json(),
        json!({ "valid": true, "header": header(), "claims": claims })
    );
    place.write("secret", SECRET);
    let ran = place.jam_reads(&token, &["token", "verify", "--secret-file", "secret"]);
    assert_eq!(ran.ends_with(0).json(), claims);
}

#[test]
fn each_check_that_fails_is_named_with_what_to_do() {
    let place = Place::new();
    let soon = now() + 3600;
    let of = |claims: Value| signed(&header(), &claims);
    let with_header = |header: Value| signed(&header, &json!({ "exp": soon }));
    for (token, arguments, check, why) in [
        ("abc".to_owned(), &[][..], "form", "this text has 1"),
        (
            format!("{}=", of(json!({ "exp": soon }))),
            &[],
            "form",
            "not canonical base64url",
        ),
        (
            with_header(json!({ "alg": "none" })),
            &[],
            "header",
            "its `alg` is \"none\"",
        ),
        (
            with_header(json!({ "alg": "HS256", "kid": 7 })),
            &[],
            "header",
            "or it has a value of the wrong type",
        ),
        (
            with_header(json!({ "alg": "HS256", "crit": ["b64"] })),
            &[],
            "header",
            "its header has `crit`",
        ),
        (
            with_header(json!({ "alg": "HS256", "kid": "k9" })),
            &[],
            "key",
            "its key \"k9\" is not known, and the key has no id",
        ),
        (
            format!(
                "{}AA",
                &of(json!({ "exp": soon }))[..of(json!({ "exp": soon })).len() - 2]
            ),
            &[],
            "signature",
            "check that the secret is that of the issuer",
        ),
        (
            with_header(json!({ "alg": "HS256", "typ": "reset+jwt" })),
            &[],
            "type",
            "write --type \"reset+jwt\"",
        ),
        (
            of(json!({ "exp": soon })),
            &["--type", "at+jwt"],
            "type",
            "must be \"at+jwt\"",
        ),
        (
            of(json!({ "sub": "7" })),
            &[],
            "claims",
            "its claim `exp` is missing",
        ),
        (
            of(json!({ "exp": "soon" })),
            &[],
            "claims",
            "a registered claim has the wrong type",
        ),
        (
            of(json!({ "exp": soon, "nbf": soon })),
            &["--leeway", "60"],
            "time",
            "`nbf` is 20",
        ),
        (
            of(json!({ "exp": now() + 30, "nbf": now() + 30 })),
            &["--leeway", "60"],
            "claims",
            "so it is never valid",
        ),
        (
            signed_text(
                "{\"alg\":\"HS256\"}",
                &format!("{{\"exp\":{soon},\"a\":1,\"a\":2}}"),
            ),
            &[],
            "claims",
            "a name occurs twice",
        ),
        (
            of(json!({ "exp": now() - 300 })),
            &[],
            "expiry",
            "(5 minutes ago); sign in again",
        ),
        (
            of(json!({ "exp": soon, "iat": now() + 300 })),
            &[],
            "time",
            "`iat` is 20",
        ),
        (
            of(json!({ "exp": soon, "iat": now() })),
            &["--max-lifetime", "600"],
            "lifetime",
            "longer than --max-lifetime allows (10 minutes)",
        ),
        (
            of(json!({ "exp": soon })),
            &["--issuer", "me"],
            "issuer",
            "its `iss` is missing",
        ),
        (
            of(json!({ "exp": soon, "iss": "you" })),
            &["--issuer", "me"],
            "issuer",
            "its `iss` is \"you\", and must be \"me\"",
        ),
        (
            of(json!({ "exp": soon, "aud": ["a", "b"] })),
            &[],
            "audience",
            "its `aud` is [\"a\",\"b\"], and no audience is expected",
        ),
        (
            of(json!({ "exp": soon })),
            &["--audience", "a"],
            "audience",
            "its `aud` is missing, and must name \"a\"",
        ),
        (
            of(json!({ "exp": soon, "cnf": {} })),
            &[],
            "binding",
            "bound to a key of its holder",
        ),
    ] {
        fails(&place, &token, arguments, check, why);
    }
}

#[test]
fn the_options_are_what_a_valid_token_must_have() {
    let place = Place::new();
    let token = signed(
        &json!({ "alg": "HS256", "typ": "application/at+jwt" }),
        &json!({ "exp": now() - 10, "iss": "me", "aud": ["a", "b"], "iat": now() - 100 }),
    );
    let arguments = [
        "token",
        "verify",
        &token,
        "--issuer",
        "me",
        "--audience",
        "b",
        "--type",
        "at+jwt",
        "--leeway",
        "60",
        "--max-lifetime",
        "90",
    ];
    place.jam_with_secret(SECRET, &arguments).ends_with(0);
}

#[test]
fn a_token_of_another_ring_is_not_valid() {
    let (place, other) = (Place::with_ring("ES256"), Place::with_ring("ES256"));
    let token = other.token();
    let ran = place.jam(&["token", "verify", "--keys", "keys", &token]);
    ran.fails(1, &format!("the known ids are {:?}", place.key("current")));
    // A token with a known id fares alike.
    let id = place.key("current");
    other.edit_ring(|ring| ring["keys"][0]["kid"] = id.into());
    let ran = place.jam(&["token", "verify", "--keys", "keys", &other.token()]);
    ran.fails(1, "NOT VALID (signature)");
    let secret = Place::with_ring("HS256").token();
    let ran = place.jam(&["token", "verify", "--keys", "keys", &secret]);
    ran.fails(1, "its `alg` is \"HS256\"");
}

#[test]
fn a_ring_without_a_key_that_verifies_is_named() {
    let place = Place::with_ring("ES256");
    let token = place.token();
    place.edit_ring(|ring| {
        ring["keys"][0]["signs_from"] = 1.into();
        ring["keys"][1]["signs_from"] = 2.into();
        ring["keys"][1]["revoked_at"] = 3.into();
    });
    let ran = place.jam(&["token", "verify", "--keys", "keys", &token]);
    ran.fails(
        1,
        "no key of the ring verifies any more; list them: jam keys list",
    );
    let ran = place.jam(&["token", "mint", "--keys", "keys"]);
    ran.fails(2, "no key of the ring signs; list them: jam keys list");
}

#[test]
fn a_file_that_is_no_jwk_set_is_an_error_with_its_reason() {
    let place = Place::with_ring("ES256");
    let token = place.token();
    let jwk = place.jam(&["keys", "jwks"]).json()["keys"][0].clone();
    place.write("page.html", "<!DOCTYPE html><html></html>");
    place.write("empty.json", "{\"keys\":[]}");
    place.write("one.json", jwk.to_string());
    place.write("binary", [0xff, 0xfe]);
    place.write("long", vec![b' '; 1024 * 1024 + 1]);
    for (file, why) in [
        (
            "page.html",
            "page.html: this is not JSON, a name occurs twice, or it is nested too deeply; it is \
                       a page in HTML or XML",
        ),
        ("empty.json", "no key of the set can verify"),
        ("one.json", "this is not a JWK set"),
        ("binary", "binary: it is not text"),
        ("long", "long: it is longer than 1 MiB"),
    ] {
        place
            .jam(&["token", "verify", "--jwks", file, &token])
            .fails(2, why);
    }
    let ran = place.jam(&["token", "verify", "--jwks", "missing", &token]);
    ran.fails(3, "missing: cannot read it");
    let ran = place.jam(&["token", "verify", "--public-key", "one.json", &token]);
    ran.fails(2, "--public-key needs the algorithm of the key");
    let key = ["--public-key", "one.json", "--algorithm", "ES256"];
    let ran = place.jam(&[&["token", "verify", &token], &key[..]].concat());
    ran.fails(2, "one.json: this is not PEM");
}

#[test]
fn a_jwk_set_without_algorithms_needs_one_to_be_named() {
    let place = Place::with_ring("RS256");
    let mut set = place.jam(&["keys", "jwks"]).json();
    for key in set["keys"].as_array_mut().unwrap() {
        key.as_object_mut().unwrap().remove("alg");
    }
    place.write("jwks.json", set.to_string());
    let verify = ["token", "verify", "--jwks", "jwks.json", &place.token()];
    place
        .jam(&verify)
        .fails(2, "write --algorithm, such as --algorithm RS256");
    place
        .jam(&[&verify[..], &["--algorithm", "RS256"]].concat())
        .ends_with(0);
}

#[test]
fn no_text_makes_the_command_panic() {
    let place = Place::new();
    let objects = [
        "{}",
        "[]",
        "1",
        "\"\"",
        "null",
        "{\"exp\":{}}",
        "{\"exp\":1e400}",
        "\u{0}",
    ];
    let texts = [
        "", ".", "..", "...", "a..", ".a.", "..a", "-", "--", "ä.ö.ü", "Bearer", "Bearer  ",
    ];
    let signed = objects
        .iter()
        .flat_map(|header| objects.map(|claims| signed_text(header, claims)));
    let longest = "a".repeat(9_000);
    for text in signed.chain(texts.map(str::to_owned)).chain([longest]) {
        for command in ["decode", "verify"] {
            let mut run = place.command(&["token", command, "--", &text]);
            let ran = crate::support::Ran::of(run.env("JAM_SECRET", SECRET).output().unwrap());
            assert!((0..=2).contains(&ran.status), "{text}: {}", ran.err);
        }
    }
}
