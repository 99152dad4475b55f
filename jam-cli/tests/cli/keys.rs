//! `jam keys`.

use serde_json::json;

use crate::support::{Place, now};

#[test]
fn a_new_ring_has_a_key_that_signs_and_one_that_stands_by() {
    let place = Place::new();
    let made = place.jam(&["keys", "generate", "ring"]).ends_with(0);
    assert!(made.out.starts_with("Made a ring in ring."), "{}", made.out);
    assert!(made.err.contains("jam keys rotate ring"), "{}", made.err);
    let list = place.jam(&["keys", "list", "ring"]).ends_with(0);
    let lines: Vec<_> = list.out.lines().collect();
    assert_eq!(lines.len(), 2, "{}", list.out);
    assert!(
        lines[0].contains("ES256  current  since 20"),
        "{}",
        lines[0]
    );
    assert!(lines[1].contains("ES256  standby  made 20"), "{}", lines[1]);
    assert!(
        lines
            .iter()
            .all(|line| line.ends_with("now)") || line.ends_with("ago)"))
    );
    let json = place
        .jam(&["keys", "list", "ring", "--json"])
        .ends_with(0)
        .json();
    assert_eq!(json["folder"], "ring");
    assert_eq!(json["token_lifetime"], 3600);
    assert_eq!(json["keys"][0]["state"], "current");
    assert_eq!(json["keys"][0]["retires_at"], json!(null));
    assert!(
        json["keys"][1]["created_at"]
            .as_str()
            .unwrap()
            .ends_with('Z')
    );
}

#[cfg(unix)]
#[test]
fn the_folder_is_open_to_its_owner_alone() {
    use std::fs::{Permissions, metadata, set_permissions};
    use std::os::unix::fs::PermissionsExt;

    let place = Place::with_ring("ES256");
    let mode = |name| metadata(place.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("keys"), mode("keys/ring.json")), (0o700, 0o600));
    place.jam(&["keys", "rotate"]).ends_with(0);
    assert_eq!((mode("keys"), mode("keys/ring.json")), (0o700, 0o600));
    set_permissions(place.path("keys"), Permissions::from_mode(0o755)).unwrap();
    for command in ["list", "generate", "rotate", "jwks"] {
        place
            .jam(&["keys", command])
            .fails(3, "others can open it; close it: chmod 700 keys");
    }
}

#[test]
fn a_second_generate_adds_a_key() {
    let place = Place::with_ring("ES256");
    let added = place
        .jam(&["keys", "generate", "--algorithm", "es384"])
        .ends_with(0);
    let id = place.keys()[2]["kid"].as_str().unwrap().to_owned();
    assert!(
        added.out.starts_with(&format!("{id} stands by.")),
        "{}",
        added.out
    );
    assert_eq!(place.keys()[2]["algorithm"], "ES384");
    let json = place
        .jam(&["keys", "generate", "--json"])
        .ends_with(0)
        .json();
    assert_eq!(
        (&json["created"], &json["kid"]),
        (&json!(false), &json["keys"][3]["kid"])
    );
    // The algorithm of the newest key.
    assert_eq!(json["keys"][3]["algorithm"], "ES384");
    for option in ["--token-lifetime", "--standby"] {
        let ran = place.jam(&["keys", "generate", option, "60"]);
        ran.fails(
            2,
            "keys has a ring, and its lifetimes are set when it is made",
        );
    }
    let ran = place.jam(&["keys", "generate", "--algorithm", "HS256"]);
    ran.fails(2, "either shared secrets or public keys");
}

#[test]
fn a_ring_keeps_the_lifetimes_that_it_is_made_with() {
    let place = Place::new();
    let arguments = [
        "keys",
        "generate",
        "--token-lifetime",
        "900",
        "--standby",
        "600",
        "--json",
    ];
    assert_eq!(place.jam(&arguments).ends_with(0).json()["created"], true);
    let list = place.jam(&["keys", "list", "--json"]).json();
    assert_eq!(list["token_lifetime"], 900);
    let rotated = place.jam(&["keys", "rotate"]).ends_with(0);
    assert!(rotated.out.contains("(in 10 minutes)"), "{}", rotated.out);
    for seconds in ["0", "x", "18446744073709551615"] {
        let ran = place.jam(&["keys", "generate", "other", "--token-lifetime", seconds]);
        ran.fails(2, "--token-lifetime");
    }
}

#[test]
fn a_token_of_before_a_rotation_stays_valid() {
    let place = Place::new();
    place.jam(&["keys", "generate"]).ends_with(0);
    let (token, old) = (place.token(), place.key("current"));
    let rotated = place.jam(&["keys", "rotate"]).ends_with(0);
    assert!(rotated.out.contains(" takes over at 20"), "{}", rotated.out);
    assert!(
        rotated.out.contains(&format!("{old} signs until then")),
        "{}",
        rotated.out
    );
    assert!(
        rotated.out.contains("is new, and stands by"),
        "{}",
        rotated.out
    );
    let verify = ["token", "verify", &token, "--keys", "keys"];
    place.jam(&verify).ends_with(0);
    // The hour until the rotation has passed.
    place.edit_ring(|ring| ring["keys"][1]["signs_from"] = now().into());
    assert_eq!(place.key("retired"), old);
    place.jam(&verify).ends_with(0);
    place
        .jam(&["token", "verify", &place.token(), "--keys", "keys"])
        .ends_with(0);
    let list = place.jam(&["keys", "list"]).out;
    assert!(list.contains("retired  verifies until 20"), "{list}");
    // Its last token has expired.
    place.edit_ring(|ring| {
        ring["keys"][0]["signs_from"] = 1.into();
        ring["keys"][1]["signs_from"] = 2.into();
    });
    assert_eq!(place.key("expired"), old);
    place.jam(&verify).fails(1, "NOT VALID (key)");
}

#[test]
fn one_rotation_is_planned_at_a_time() {
    let place = Place::with_ring("ES256");
    let json = place
        .jam(&["keys", "rotate", "--algorithm", "eddsa", "--json"])
        .ends_with(0)
        .json();
    assert_eq!(json["kid"], json["keys"][1]["kid"]);
    assert_eq!(json["signs_from"], json["keys"][1]["signs_from"]);
    assert_eq!(json["keys"][2]["algorithm"], "EdDSA");
    let list = place.jam(&["keys", "list"]).out;
    assert!(list.contains("standby  signs from 20"), "{list}");
    assert!(list.contains(", signs until 20"), "{list}");
    place
        .jam(&["keys", "rotate"])
        .fails(2, "a rotation is planned");
}

#[test]
fn a_key_is_retired() {
    let place = Place::with_ring("ES256");
    let (current, standby) = (place.key("current"), place.key("standby"));
    let removed = place
        .jam(&["keys", "retire", "keys", "--", &standby])
        .ends_with(0);
    assert!(
        removed.out.contains(&format!("{standby} is removed")),
        "{}",
        removed.out
    );
    let next = place.key("standby");
    assert_ne!(next, standby);
    // Without a folder it is `keys`.
    let retired = place
        .jam(&["keys", "retire", "--json", "--", &current])
        .ends_with(0)
        .json();
    assert_eq!(retired["kid"], current.as_str());
    assert_eq!(retired["signs_until"], retired["keys"][1]["signs_from"]);
    let ran = place.jam(&["keys", "retire", "keys", "--", &next]);
    ran.fails(2, "is about to sign; revoke it, or wait");
}

#[test]
fn tokens_of_a_revoked_key_are_rejected() {
    let place = Place::with_ring("ES256");
    let (token, old, next) = (place.token(), place.key("current"), place.key("standby"));
    let revoked = place
        .jam(&["keys", "revoke", "keys", "--", &old])
        .ends_with(0);
    assert!(
        revoked.out.contains(&format!("{old} is revoked.")),
        "{}",
        revoked.out
    );
    assert!(
        revoked.out.contains(&format!("{next} signs now.")),
        "{}",
        revoked.out
    );
    assert!(
        revoked.err.contains("must sign in again"),
        "{}",
        revoked.err
    );
    place
        .jam(&["token", "verify", &token, "--keys", "keys"])
        .fails(1, "NOT VALID (key)");
    assert!(
        place
            .jam(&["keys", "list"])
            .out
            .contains("revoked  since 20")
    );
    place
        .jam(&["keys", "revoke", "--", &old])
        .fails(2, "is revoked");
    place
        .jam(&["keys", "show", "--", &old])
        .fails(2, "was revoked, and removed from keys");
    let standby = place.key("standby");
    let json = place
        .jam(&["keys", "revoke", "--json", "--", &standby])
        .ends_with(0)
        .json();
    let list = json["keys"].as_array().unwrap();
    let key = list
        .iter()
        .find(|key| key["kid"] == standby.as_str())
        .unwrap();
    assert!(key["revoked_at"].is_string(), "{json}");
}

#[test]
fn the_public_keys_are_a_jwk_set_that_verifies() {
    let place = Place::with_ring("ES256");
    let published = place.jam(&["keys", "jwks"]).ends_with(0);
    assert_eq!(published.err, "");
    assert_eq!(published.json()["keys"].as_array().unwrap().len(), 2);
    assert_eq!(
        published.json(),
        place.jam(&["keys", "jwks", "--json"]).json()
    );
    place.write("jwks.json", &published.out);
    let verify = ["token", "verify", "--jwks", "jwks.json", &place.token()];
    place.jam(&verify).ends_with(0);
    let shared = Place::with_ring("HS256");
    let published = shared.jam(&["keys", "jwks"]).ends_with(0);
    assert_eq!(published.json(), json!({ "keys": [] }));
    assert!(
        published.err.contains("never published"),
        "{}",
        published.err
    );
}

#[test]
fn a_public_key_is_shown_in_pem_that_verifies() {
    let place = Place::with_ring("ES256");
    let id = place.key("current");
    let shown = place.jam(&["keys", "show", "keys", "--", &id]).ends_with(0);
    assert!(
        shown.out.starts_with("-----BEGIN PUBLIC KEY-----\n"),
        "{}",
        shown.out
    );
    place.write("public.pem", &shown.out);
    let key = ["--public-key", "public.pem", "--algorithm", "es256"];
    // The file has no id, and the token names one.
    let token = place.token();
    let verify = [&["token", "verify", &token], &key[..]].concat();
    place.jam(&verify).fails(1, "NOT VALID (key)");
    let json = place
        .jam(&["keys", "show", "--json", "--", &id])
        .ends_with(0)
        .json();
    assert_eq!(json["public_key"], shown.out);
    assert_eq!(json["jwk"]["kid"], id.as_str());
}

#[test]
fn a_private_key_that_is_shown_signs() {
    let place = Place::with_ring("ES256");
    let id = place.key("current");
    let private = place
        .jam(&["keys", "show", "--private", "--", &id])
        .ends_with(0);
    assert!(
        private.out.starts_with("-----BEGIN PRIVATE KEY-----\n"),
        "{}",
        private.out
    );
    assert!(private.err.contains("Keep it secret"), "{}", private.err);
    place.write("private.pem", &private.out);
    place.write("public.pem", place.jam(&["keys", "show", "--", &id]).out);
    let key = ["--private-key", "private.pem", "--algorithm", "ES256"];
    let minted = place
        .jam(&[&["token", "mint"], &key[..]].concat())
        .ends_with(0);
    let key = ["--public-key", "public.pem", "--algorithm", "ES256"];
    let verify = [&["token", "verify", minted.out.trim()], &key[..]].concat();
    place.jam(&verify).ends_with(0);
}

#[test]
fn a_folder_without_a_ring_is_named_with_the_way_to_make_one() {
    let place = Place::new();
    for arguments in [
        &["keys", "list", "my keys"][..],
        &["keys", "rotate", "my keys"],
        &["keys", "jwks", "my keys"],
        &["keys", "show", "my keys", "k"],
        &["keys", "retire", "my keys", "k"],
        &["keys", "revoke", "my keys", "k"],
    ] {
        place.jam(arguments).fails(
            3,
            "my keys: there is no ring; make one: jam keys generate 'my keys'",
        );
    }
    place
        .jam(&["keys", "list"])
        .fails(3, "make one: jam keys generate keys");
    place
        .jam(&["token", "mint", "--keys", "nowhere"])
        .fails(3, "jam keys generate nowhere");
    let ran = place.jam(&["token", "verify", "--keys", "nowhere", "a.b.c"]);
    ran.fails(3, "jam keys generate nowhere");
    // Only the last folder is created.
    place
        .jam(&["keys", "generate", "a/b/keys"])
        .fails(3, "a/b/keys: cannot create it");
}

#[test]
fn an_unknown_id_is_an_error_with_the_way_to_list_the_keys() {
    let place = Place::with_ring("ES256");
    for command in ["show", "retire", "revoke"] {
        for id in ["other", "-other", "-h"] {
            let ran = place.jam(&["keys", command, "keys", "--", id]);
            ran.fails(
                2,
                &format!("there is no key {id:?} in keys; list its keys: jam keys list keys"),
            );
        }
    }
}

#[test]
fn a_broken_ring_is_an_error_that_changes_nothing() {
    let place = Place::with_ring("ES256");
    let ring = place.path("keys/ring.json");
    std::fs::write(&ring, "{\"version\": 1, \"keys\": \"a secret\"").unwrap();
    for command in ["list", "generate", "rotate", "jwks"] {
        let ran = place.jam(&["keys", command]);
        assert!(!ran.err.contains("a secret"), "{}", ran.err);
        ran.fails(3, "ring.json: it is not a ring: line 1");
    }
    assert!(
        std::fs::read_to_string(&ring)
            .unwrap()
            .ends_with("\"a secret\"")
    );
}
