//! Tests that the fast readers read usual claims themselves. If a fast reader failed, the general
//! reader would still read the claims, only more slowly, and no other test would fail.

use std::sync::Arc;

use smol_str::SmolStr;

use super::Claims;
use super::audience::Audience;
use super::json::own;
use super::json::scan::{Names, Sketch, eight_digits};
use super::read::read_plain;
use super::registered::{Parties, RegisteredClaims};
use super::twins::{Little, Rest, Role, Usual};
use crate::payload::Scopes;

fn usual() -> Usual {
    Usual {
        id: 7,
        name: "Ann".to_owned(),
        level: -3,
        active: true,
        team: None,
        roles: vec![Role::Reader, Role::Editor],
        scopes: ["read", "write"].into_iter().collect::<Scopes>(),
    }
}

fn named() -> Parties {
    Parties {
        issuer: Some("https://id.example".into()),
        subject: None,
        audience: Some(SmolStr::from("app")).into(),
    }
}

#[test]
fn our_own_claims_are_read_by_their_own_reader_and_share_their_parties() {
    let own_parties = Arc::new(named());
    let (issuer, audience) = (named().issuer, named().audience);
    let only_issuer = Parties {
        issuer,
        ..Parties::default()
    };
    let only_audience = Parties {
        audience,
        ..Parties::default()
    };
    for parties in [None, Some(named()), Some(only_issuer), Some(only_audience)] {
        for auth_time in [None, Some(4)] {
            let shared = parties.clone().map(Arc::new);
            let written = Claims {
                registered: RegisteredClaims {
                    expires_at: 12_345_678_901,
                    issued_at: Some(5.into()),
                    token_id: Some("t1".into()),
                    auth_time: auth_time.map(Into::into),
                    parties: shared.clone(),
                    ..RegisteredClaims::default()
                },
                payload: usual(),
            };
            let json = serde_json::to_string(&written).expect("claims");
            let mut registered = RegisteredClaims::default();
            let read = own::read::<Usual>(&json, shared.as_ref(), &mut registered);
            assert_eq!(read, Some(usual()), "{json}");
            assert_eq!(registered, written.registered, "{json}");
            let is_shared = match (&registered.parties, &shared) {
                (Some(read), Some(shared)) => Arc::ptr_eq(read, shared),
                (read, shared) => read.is_none() && shared.is_none(),
            };
            assert!(is_shared, "{json}");
            // The parties of another issuer are not shared.
            let read = own::read::<Usual>(&json, Some(&own_parties), &mut registered);
            assert_eq!(read, Some(usual()), "{json}");
            assert_eq!(registered, written.registered, "{json}");
        }
    }
}

#[test]
fn parties_are_exactly_those() {
    let own = named();
    assert!(own.are(Some("https://id.example"), Some("app")));
    assert!(!own.are(Some("https://id.example"), None));
    assert!(!own.are(None, Some("app")));
    assert!(!own.are(Some("https://other.example"), Some("app")));
    assert!(!own.are(Some("https://id.example"), Some("other")));
    assert!(Parties::default().are(None, None));
    let subject = Parties {
        subject: Some("ann".into()),
        ..named()
    };
    assert!(!subject.are(Some("https://id.example"), Some("app")));
    let several = Audience::Several(vec!["app".into()]);
    let several = Parties {
        audience: several,
        ..named()
    };
    assert!(!several.are(Some("https://id.example"), Some("app")));

    let shared = Arc::new(named());
    let one = named().shared(Some(&shared)).expect("parties");
    assert!(Arc::ptr_eq(&one, &shared));
    let other = Parties {
        issuer: None,
        ..named()
    }
    .shared(Some(&shared))
    .expect("plain");
    assert!(!Arc::ptr_eq(&other, &shared));
    assert!(Parties::default().shared(None).is_none());
}

#[test]
fn plain_json_is_read_by_the_plain_reader_in_any_order_and_with_spaces() {
    let compact = r#"{"name":"Ann","exp":12345678901,"roles":["Reader","Editor"],"sub":"7","level":-3,"active":true,"scope":"read write","other":null}"#;
    let spaced = compact
        .replace(':', " : ")
        .replace(',', "\t,\r\n")
        .replace('[', "[ ")
        .replace(']', " ]")
        .replace('{', " { ")
        .replace('}', " } ");
    for json in [compact, &spaced] {
        let read = read_plain::<Usual>(json, None).expect("plain");
        assert_eq!(read.payload, usual(), "{json}");
        assert_eq!(read.registered.expires_at(), 12_345_678_901);
    }
}

#[test]
fn names_are_accepted_up_to_64() {
    let all: Vec<String> = (0..70).map(|number| format!("name {number}")).collect();
    let mut names = Names::default();
    for (number, name) in all.iter().enumerate() {
        assert_eq!(names.add(name), number < 64, "{name}");
    }
    for count in [1, 15, 16, 17, 40] {
        let mut names = Names::default();
        assert!(all[..count].iter().all(|name| names.add(name)), "{count}");
        assert!(all[..count].iter().all(|name| !names.add(name)), "{count}");
        assert!(names.add("another"), "{count}");
    }
}

#[test]
fn a_sketch_tells_most_names_apart() {
    let mut sketch = Sketch::default();
    let names = [
        "", "a", "b", "ab", "ba", "exp", "iat", "jti", "sub", "name", "scope", "roles",
    ];
    for name in names {
        assert!(!sketch.had(name), "{name:?}");
    }
    for name in names {
        assert!(sketch.had(name), "{name:?}");
    }
}

#[test]
fn values_of_any_kind_are_read_by_the_plain_reader() {
    let json = r#"{"exp":1,"a":-5,"b":12,"c":true,"d":false,"e":[1,"x"],"f":null,"g":"text"}"#;
    let read = read_plain::<Rest>(json, None).expect("plain");
    let members = serde_json::to_value(&read.payload).expect("JSON");
    let right = r#"{"a":-5,"b":12,"c":true,"d":false,"e":[1,"x"],"f":null,"g":"text"}"#;
    assert_eq!(
        members,
        serde_json::from_str::<serde_json::Value>(right).expect("JSON")
    );
}

#[test]
fn eight_digits_are_read_at_once() {
    for digits in [
        b"00000000",
        b"12345678",
        b"98765432",
        b"99999999",
        b"10000000",
        b"00000001",
    ] {
        let text = std::str::from_utf8(digits).expect("digits");
        assert_eq!(eight_digits(*digits), text.parse().ok(), "{text}");
    }
    for place in 0..8 {
        for other in [b'/', b':', b' ', b'.', b'e', b'?', 0xb0, 0x00] {
            let mut digits = *b"12345678";
            digits[place] = other;
            assert_eq!(eight_digits(digits), None, "{digits:?}");
        }
    }
}

#[test]
fn spaces_are_skipped_wherever_json_allows_them() {
    for space in [" ", "\n", "\r", "\t", "  \r\n\t"] {
        let json = format!(
            "{space}{{{space}\"exp\"{space}:{space}1{space},{space}\"name\"{space}:{space}\"a\"{space}}}{space}"
        );
        let read = read_plain::<Little>(&json, None);
        assert!(read.is_ok(), "{json:?}");
    }
    for other in ["\u{b}", "\u{a0}", "\u{feff}", "\0"] {
        let json = format!("{{{other}\"exp\":1,\"name\":\"a\"}}");
        assert!(read_plain::<Little>(&json, None).is_err(), "{json:?}");
    }
}
