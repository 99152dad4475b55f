//! `jam token mint` and `jam token decode`.

use serde_json::{Value, json};

use crate::support::{Place, SECRET, now, signed, signed_text};

/// Returns the header and the claims of a token.
fn decoded(place: &Place, token: &str) -> Value {
    place
        .jam(&["token", "decode", token, "--json"])
        .ends_with(0)
        .json()
}

#[test]
fn a_token_has_the_claims_that_are_named() {
    let place = Place::with_ring("ES256");
    let minted = place.jam(&[
        "token",
        "mint",
        "--keys",
        "keys",
        "--subject",
        "7",
        "--issuer",
        "https://id.example",
        "--audience",
        "notes",
        "--type",
        "at+jwt",
        "--lifetime",
        "60",
        "--claim",
        "roles=[\"admin\"]",
        "--claim",
        "name=\"Ann=B\"",
    ]);
    let minted = minted.ends_with(0);
    // The token alone.
    assert_eq!((minted.out.lines().count(), minted.err.as_str()), (1, ""));
    let token = decoded(&place, minted.out.trim());
    let (header, claims) = (&token["header"], &token["claims"]);
    assert_eq!(header["typ"], "at+jwt");
    assert_eq!(header["kid"], place.key("current"));
    let lifetime = claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap();
    assert_eq!(lifetime, 60);
    for (name, value) in [
        ("sub", json!("7")),
        ("iss", json!("https://id.example")),
        ("aud", json!("notes")),
        ("roles", json!(["admin"])),
        ("name", json!("Ann=B")),
    ] {
        assert_eq!(claims[name], value, "{name}");
    }
    let json = place
        .jam(&["token", "mint", "--keys", "keys", "--json"])
        .ends_with(0)
        .json();
    assert!(json["expires_at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(
        decoded(&place, json["token"].as_str().unwrap())["verified"],
        false
    );
}

#[test]
fn a_secret_is_read_from_a_file_or_the_environment() {
    let place = Place::new();
    place.write("secret", format!("{SECRET}\n"));
    place.write("windows", format!("{SECRET}\r\n"));
    let by_file = place
        .jam(&["token", "mint", "--secret-file", "secret"])
        .ends_with(0)
        .out;
    let verify = ["token", "verify", by_file.trim()];
    place.jam_with_secret(SECRET, &verify).ends_with(0);
    let by_variable = place
        .jam_with_secret(SECRET, &["token", "mint"])
        .ends_with(0)
        .out;
    for file in ["secret", "windows"] {
        let verify = ["token", "verify", "--secret-file", file, by_variable.trim()];
        place.jam(&verify).ends_with(0);
    }
    // A file that is named comes before the variable.
    let other = "another shared secret with 32 bytes or more";
    place
        .jam_with_secret(other, &[&verify[..], &["--secret-file", "secret"]].concat())
        .ends_with(0);
    place
        .jam_with_secret(other, &verify)
        .fails(1, "NOT VALID (signature)");
    place
        .jam_with_secret("", &verify)
        .fails(2, "or set JAM_SECRET");
    place.jam(&["token", "mint"]).fails(2, "or set JAM_SECRET");
}

#[test]
fn what_cannot_be_minted_is_said() {
    let place = Place::with_ring("ES256");
    for (arguments, why) in [
        (
            &["--claim", "name=Ann"][..],
            "a text has double quotes: 'name=\"..\"'",
        ),
        (&["--claim", "name"], "write NAME=JSON"),
        (&["--claim", "=3"], "write NAME=JSON"),
        (
            &["--claim", "exp=3"],
            "`exp` is a registered claim: write --lifetime",
        ),
        (
            &["--claim", "sub=\"8\""],
            "`sub` is a registered claim: write --subject",
        ),
        (
            &["--claim", "a=1", "--claim", "a=2"],
            "--claim a is given twice",
        ),
        (&["--lifetime", "0"], "--lifetime"),
        (
            &["--lifetime", "3601"],
            "--lifetime: it is longer than the token lifetime of the ring",
        ),
        (
            &["--issuer", ""],
            "a value is required for '--issuer <TEXT>'",
        ),
        (&["--secret-file", "x"], "cannot be used with"),
    ] {
        let ran = place.jam(&[&["token", "mint", "--keys", "keys"], arguments].concat());
        ran.fails(2, why);
    }
    let ran = place.jam(&["token", "mint", "--secret-file", "missing"]);
    ran.fails(3, "missing: cannot read it");
    let ran = place.jam(&["token", "mint", "--private-key", "keys/ring.json"]);
    ran.fails(
        2,
        "--private-key needs the algorithm of the key, such as --algorithm ES256",
    );
}

#[test]
fn a_token_is_shown_with_readable_times_and_the_warning_that_it_is_not_verified() {
    let place = Place::new();
    let token = signed(
        &json!({ "alg": "HS256" }),
        &json!({ "exp": now() - 7200, "iat": 1_700_000_000.5, "auth_time": "x", "sub": 7 }),
    );
    let bearer = format!("Bearer {token}\n");
    let shown = place.jam(&["token", "decode", &token]).ends_with(0);
    assert!(shown.err.contains("NOT VERIFIED"), "{}", shown.err);
    assert!(
        shown
            .out
            .starts_with("Header\n{\n  \"alg\": \"HS256\"\n}\n\nClaims\n{\n")
    );
    assert!(
        shown
            .out
            .contains("issued      2023-11-14T22:13:20Z (3 years ago)"),
        "{}",
        shown.out
    );
    assert!(shown.out.contains("expired     20") && shown.out.contains("(2 hours ago)"));
    assert_eq!(
        place
            .jam_reads(&token, &["token", "decode"])
            .ends_with(0)
            .out,
        shown.out
    );
    assert_eq!(
        place
            .jam_reads(&bearer, &["token", "decode", "-"])
            .ends_with(0)
            .out,
        shown.out
    );
}

#[test]
fn a_text_that_is_no_token_is_an_error_with_its_part() {
    let place = Place::new();
    let object = "e30";
    for (text, why) in [
        ("a.b", "this text has 2"),
        ("abc", "this text has 1"),
        ("a.b.c.d", "this text has 4"),
        ("a.b.c.d.e", "it is encrypted"),
        ("=.e30.", "its first part, the header, is not base64url"),
        ("YQ.e30.", "its first part, the header, is not JSON"),
        (
            "W10.e30.",
            "its first part, the header, is not a JSON object",
        ),
        ("e30.YQ.", "its second part, the claims, is not JSON"),
        ("e30.ü.", "its second part, the claims, is not base64url"),
    ] {
        place.jam(&["token", "decode", text]).fails(2, why);
    }
    place
        .jam_reads("", &["token", "decode"])
        .fails(2, "there is no token");
    place
        .jam_reads([0xff, 0xfe], &["token", "decode"])
        .fails(2, "stdin is not text");
    let long = vec![b'a'; 1024 * 1024 + 1];
    place
        .jam_reads(long, &["token", "decode"])
        .fails(2, "stdin is longer than 1 MiB");
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep = signed_text("{}", &format!("{{\"a\":{deep}}}"));
    place
        .jam_reads(deep, &["token", "decode"])
        .fails(2, "its second part, the claims, is not JSON");
    place
        .jam(&["token", "decode", &format!("{object}.{object}.")])
        .ends_with(0);
}

#[test]
fn a_token_cannot_steer_the_terminal() {
    let place = Place::new();
    let name = "a\u{1b}[2J\u{9b}31m\u{202e}\u{7f}";
    let token = signed(
        &json!({ "alg": name, "kid": name }),
        &json!({ "exp": 1, name: name }),
    );
    for ran in [
        place.jam(&["token", "decode", &token]),
        place.jam(&["token", "decode", &token, "--json"]),
        place.jam_with_secret(SECRET, &["token", "verify", &token]),
    ] {
        let steers = |letter: char| letter.is_control() && letter != '\n' || letter == '\u{202e}';
        assert!(
            !ran.out.contains(steers) && !ran.err.contains(steers),
            "{}",
            ran.out
        );
    }
    assert_eq!(decoded(&place, &token)["header"]["kid"], name);
}
