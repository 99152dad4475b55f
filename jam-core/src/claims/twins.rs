//! A comparison of the readers of claims. If a fast reader accepts a text, the general reader must
//! accept it with the same result. The tests below use texts that are nearly valid, and `fuzz/`
//! uses any bytes.

use std::collections::BTreeMap;
use std::fmt::{self, Debug};
use std::sync::Arc;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;

use super::json::own;
use super::read::{read_any, read_plain};
use super::registered::{Parties, RegisteredClaims};
use super::{Claims, read};
use crate::payload::{NoRole, Payload, Scopes};
use crate::{JamPayload, JamRole};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JamRole)]
#[jam(crate = crate)]
pub(crate) enum Role {
    Reader,
    Editor,
}

/// A payload with usual fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JamPayload)]
#[jam(crate = crate, role = Role, scopes("read"))]
pub(crate) struct Usual {
    #[jam(sub)]
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) level: i32,
    pub(crate) active: bool,
    pub(crate) team: Option<String>,
    #[jam(roles)]
    pub(crate) roles: Vec<Role>,
    #[jam(scopes)]
    pub(crate) scopes: Scopes,
}

/// A payload with unusual fields, for which the readers are most likely to differ.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JamPayload)]
#[jam(crate = crate)]
pub(crate) struct Unusual {
    #[jam(sub)]
    id: String,
    #[serde(default)]
    ratio: f64,
    #[serde(default)]
    small: i8,
    #[serde(default)]
    large: u128,
    #[serde(default)]
    letter: char,
    #[serde(default)]
    nothing: (),
    #[serde(default)]
    pair: (u8, String),
    #[serde(default)]
    lists: Vec<Vec<u8>>,
    #[serde(default)]
    map: BTreeMap<String, u8>,
    #[serde(default)]
    any: serde_json::Value,
    #[serde(default, rename = "n", alias = "name")]
    number: Option<u32>,
}

/// A payload that accepts any members.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JamPayload)]
#[jam(crate = crate)]
pub(crate) struct Rest {
    #[serde(flatten)]
    rest: BTreeMap<String, serde_json::Value>,
}

/// A payload that rejects unknown members.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JamPayload)]
#[serde(deny_unknown_fields)]
#[jam(crate = crate)]
pub(crate) struct Little {
    name: String,
}

/// A payload that ignores values that it cannot read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JamPayload)]
#[jam(crate = crate)]
pub(crate) struct Lenient {
    #[jam(sub)]
    id: String,
    #[serde(deserialize_with = "lenient", default)]
    level: Option<u64>,
    #[serde(deserialize_with = "lenient", default)]
    lists: Option<Vec<u64>>,
    #[serde(deserialize_with = "lenient", default)]
    name: Option<String>,
    #[serde(deserialize_with = "lenient", default)]
    active: Option<bool>,
    #[serde(deserialize_with = "lenient", default)]
    map: Option<BTreeMap<String, u8>>,
}

fn lenient<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(T::deserialize(deserializer).ok())
}

/// A payload that is read as another type. Two fields of that type are one claim.
#[derive(Clone, Debug, PartialEq, Serialize, JamPayload)]
#[jam(crate = crate, scopes("read"))]
pub(crate) struct Converted {
    #[jam(scopes)]
    scopes: Scopes,
    other: String,
}

#[derive(Deserialize)]
struct Wire {
    scopes: Scopes,
    scope: String,
}

impl<'de> Deserialize<'de> for Converted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Wire { scopes, scope } = Wire::deserialize(deserializer)?;
        Ok(Self {
            scopes,
            other: scope,
        })
    }
}

/// A payload with a field that has another field's claim as an alias.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JamPayload)]
#[jam(crate = crate, scopes("read"))]
pub(crate) struct Aliased {
    #[serde(alias = "scope", default)]
    zone: Option<String>,
    #[jam(scopes)]
    #[serde(default)]
    scopes: Scopes,
}

/// A payload that reads a name without its value, and lists a field twice.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Hasty(Option<String>);

impl Serialize for Hasty {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([(); 0].map(|()| ("", "")))
    }
}

impl<'de> Deserialize<'de> for Hasty {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct HastyVisitor;

        impl<'de> Visitor<'de> for HastyVisitor {
            type Value = Hasty;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("members")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Hasty, A::Error> {
                match map.next_entry::<String, String>() {
                    Ok(Some((_, value))) => {
                        let _: Option<String> = map.next_key()?;
                        Ok(Hasty(Some(value)))
                    }
                    // The error is ignored.
                    _ => Ok(Hasty(None)),
                }
            }
        }

        deserializer.deserialize_struct("Hasty", &["name", "name"], HastyVisitor)
    }
}

impl Payload for Hasty {
    type Role = NoRole;
}

/// Reads `json` with each reader, as each of the payloads.
pub(crate) fn compare(json: &[u8]) {
    compare_as::<Usual>(json);
    compare_as::<Unusual>(json);
    compare_as::<Rest>(json);
    compare_as::<Little>(json);
    compare_as::<Lenient>(json);
    compare_as::<Converted>(json);
    compare_as::<Aliased>(json);
    compare_as::<Hasty>(json);
}

fn compare_as<P: Payload + PartialEq + Debug>(json: &[u8]) {
    // Once for an issuer with parties, and once without.
    let named = Parties {
        issuer: Some("https://id.example".into()),
        subject: None,
        audience: Some(SmolStr::from("app")).into(),
    };
    compare_beside::<P>(json, None);
    compare_beside::<P>(json, Some(&Arc::new(named)));
}

fn compare_beside<P: Payload + PartialEq + Debug>(json: &[u8], own: Option<&Arc<Parties>>) {
    let mut registered = RegisteredClaims::default();
    let all = read::<P>(json, own, &mut registered).map(|payload| Claims {
        registered,
        payload,
    });
    let Ok(text) = std::str::from_utf8(json) else {
        assert!(all.is_err(), "what is no text is refused");
        return;
    };
    let sure = read_any::<P>(text, None);
    assert!(same(&all, &sure), "{text:?}: {all:?}, but {sure:?}");
    let mut registered = RegisteredClaims::default();
    if let Some(payload) = own::read::<P>(text, own, &mut registered) {
        let claims = Claims {
            registered,
            payload,
        };
        assert!(
            same(&Ok(claims), &sure),
            "{text:?} by the reader of our own"
        );
    }
    if let Ok(plain) = read_plain::<P>(text, own) {
        assert!(same(&Ok(plain), &sure), "{text:?} by the plain reader");
    }
}

type Outcome<P> = Result<Claims<P>, crate::base::error::TokenFault>;

/// Returns `true` if both results are the same. Two values `NaN` count as the same.
fn same<P: PartialEq + Debug>(one: &Outcome<P>, other: &Outcome<P>) -> bool {
    match (one, other) {
        (Ok(one), Ok(other)) => {
            one.registered == other.registered
                && format!("{:?}", one.payload) == format!("{:?}", other.payload)
        }
        (Err(one), Err(other)) => one == other,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NAMES: &[&str] = &[
        "exp",
        "iat",
        "nbf",
        "jti",
        "iss",
        "aud",
        "sub",
        "auth_time",
        "cnf",
        "id",
        "name",
        "level",
        "active",
        "team",
        "roles",
        "scope",
        "scopes",
        "ratio",
        "small",
        "large",
        "letter",
        "nothing",
        "pair",
        "lists",
        "map",
        "any",
        "n",
        "number",
        "e\\u0078p",
        "",
        "a name of many letters 1",
        "a name of many letters 2",
        "é",
    ];

    const VALUES: &[&str] = &[
        "0",
        "1",
        "-0",
        "-1",
        "-5",
        "01",
        "7",
        "127",
        "128",
        "300",
        "1.0",
        "1.5",
        "1e3",
        "1E400",
        "12345678",
        "123456789",
        "1700000000",
        "9999999999",
        "00000000",
        "1234567a",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775808",
        "-9223372036854775809",
        "99999999999999999999",
        "-",
        "+1",
        ".5",
        "1.",
        "true",
        "false",
        "null",
        "nul",
        "truex",
        "\"\"",
        "\"a\"",
        "\"7\"",
        "\"007\"",
        "\"Reader\"",
        "\"read write\"",
        "\"\\u0061\"",
        "\"\\\"\"",
        "\"\\\\\"",
        "\"é\"",
        "\"\u{1}\"",
        "\"a text of twenty-four\"",
        "\"open",
        "[]",
        "[1]",
        "[1,\"a\"]",
        "[\"a\",\"b\"]",
        "[\"Reader\",\"Editor\"]",
        "[,]",
        "[1,]",
        "[[1],[2]]",
        "[[]]",
        "[null]",
        "[\"\"]",
        "{}",
        "{\"a\":1}",
        "{\"a\":1,\"a\":2}",
        "{\"Reader\":null}",
        "{\"jwk\":{}}",
        "[[[[1]]]]",
    ];

    fn text(pool: &'static [&'static str]) -> impl Strategy<Value = String> {
        prop::sample::select(pool).prop_map(str::to_owned)
    }

    fn space() -> impl Strategy<Value = String> {
        prop_oneof![20 => Just(String::new()), 1 => "[ \\t\\r\\n]{1,2}", 1 => "[\\x0b\\x0c\u{a0}]"]
    }

    fn member() -> impl Strategy<Value = String> {
        (
            space(),
            text(NAMES),
            space(),
            space(),
            text(VALUES),
            space(),
        )
            .prop_map(|(a, name, b, c, value, d)| format!("{a}\"{name}\"{b}:{c}{value}{d}"))
    }

    fn usual() -> impl Strategy<Value = Usual> {
        (
            any::<u64>(),
            "[a-zé\"\\\\ ]{0,30}",
            any::<i32>(),
            any::<bool>(),
            prop::option::of("[a-z]{0,9}"),
            prop::collection::vec(prop_oneof![Just(Role::Reader), Just(Role::Editor)], 0..3),
            prop::collection::vec("[a-z:]{1,9}", 0..3),
        )
            .prop_map(|(id, name, level, active, team, roles, scopes)| Usual {
                id,
                name,
                level,
                active,
                team,
                roles,
                scopes: scopes.into_iter().collect(),
            })
    }

    fn claims() -> impl Strategy<Value = Claims<Usual>> {
        let time = || {
            prop_oneof![
                Just(1_700_000_000_u64),
                0..100_u64,
                0..1_000_000_000_000_u64
            ]
        };
        let name = || prop::option::of("[a-z:/.]{1,30}");
        (
            name(),
            name(),
            time(),
            time(),
            "[A-Za-z0-9_-]{22}",
            prop::option::of(time()),
            usual(),
        )
            .prop_map(
                |(issuer, audience, exp, iat, jti, auth_time, payload)| Claims {
                    registered: RegisteredClaims {
                        expires_at: exp,
                        not_before: None,
                        issued_at: Some(iat.into()),
                        auth_time: auth_time.map(Into::into),
                        token_id: Some(jti.into()),
                        parties: Parties {
                            issuer: issuer.map(Into::into),
                            subject: None,
                            audience: audience.map(SmolStr::from).into(),
                        }
                        .shared(None),
                    },
                    payload,
                },
            )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn all_readers_agree_on_objects(
            members in prop::collection::vec(member(), 0..9), open in "[{]{1,2}|", close in "[}]{1,2}|[}],|",
        ) {
            compare(format!("{open}{}{close}", members.join(",")).as_bytes());
        }

        /// Objects with all required members, so that the result depends on more than the form.
        #[test]
        fn all_readers_agree_on_nearly_valid_objects(
            members in prop::collection::vec(member(), 0..3), at in 0..4_usize, own in usual(),
        ) {
            let mut all = vec![
                "\"exp\":1700000000".to_owned(),
                format!("\"iat\":{}", own.level),
                format!("\"sub\":\"{}\"", own.id),
            ];
            let fields = serde_json::to_string(&own).expect("JSON");
            all.push(fields[1..fields.len() - 1].replace("\"id\"", "\"other\"").replace("\"scopes\"", "\"scope\""));
            for (place, member) in members.into_iter().enumerate() {
                all.insert((at + place) % (all.len() + 1), member);
            }
            compare(format!("{{{}}}", all.join(",")).as_bytes());
        }

        /// A token of this crate with one byte that is changed, missing or doubled.
        #[test]
        fn all_readers_agree_on_written_claims_with_one_fault(
            claims in claims(), at: prop::sample::Index, other: u8, change in 0..4,
        ) {
            let mut json = serde_json::to_vec(&claims).expect("JSON");
            compare(&json);
            let at = at.index(json.len());
            match change {
                0 => json[at] = other,
                1 => { json.remove(at); }
                2 => json.insert(at, json[at]),
                _ => json.insert(at, b' '),
            }
            compare(&json);
        }

        /// The fast reader must read everything that this crate writes. Otherwise it would have no
        /// use.
        #[test]
        fn the_fast_reader_reads_all_written_claims(claims in claims()) {
            let mut claims = claims;
            claims.payload.name = claims.payload.name.replace(['"', '\\'], "'");
            let json = serde_json::to_string(&claims).expect("JSON");
            let mut registered = RegisteredClaims::default();
            let payload = own::read::<Usual>(&json, None, &mut registered)
                .ok_or_else(|| TestCaseError::fail(json.clone()))?;
            prop_assert!(registered == claims.registered);
            prop_assert_eq!(payload, claims.payload);
        }

        #[test]
        fn all_readers_agree_after_a_written_beginning(
            members in prop::collection::vec(member(), 0..6), close in "[}]{1,2}|",
        ) {
            let all = members.join(",");
            compare(format!(r#"{{"exp":9,"iat":1,"jti":"x",{all}{close}"#).as_bytes());
            compare(format!(r#"{{"exp":9,"iat":1,"jti":"x","sub":"7",{all}{close}"#).as_bytes());
        }

        #[test]
        fn all_readers_agree_on_any_bytes(bytes: Vec<u8>) {
            compare(&bytes);
        }
    }

    /// Signed tokens that a fast reader accepted and the general reader rejects.
    #[test]
    fn hole_fast_readers_accepted_invalid_claims() {
        let own = r#"{"exp":9,"iat":1,"jti":"x""#;
        for rest in [
            r#","scope":"a","scope":"b"}"#,
            r#","name":"a","name":}"#,
            r#","name":"a","name":"b"}"#,
            r#","name":"a","level":,"active":true}"#,
            r#","name":"a","level":,"active":}"#,
            r#","sub":"7","level":-}"#,
            r#","sub":"7","lists":[,"level":1}"#,
            r#","sub":"7","level":-,"lists":[1]}"#,
            r#","sub":"7","active":tru}"#,
        ] {
            compare(format!("{own}{rest}").as_bytes());
            compare(format!("{{\"exp\":9{rest}").as_bytes());
        }
    }

    #[test]
    fn duplicates_among_many_members_are_detected_by_all_readers() {
        for count in [1, 7, 63, 64, 65, 300] {
            let mut members: Vec<_> = (0..count)
                .map(|at| format!("\"member {at}\":{at}"))
                .collect();
            members.push("\"exp\":1700000000".to_owned());
            compare(format!("{{{}}}", members.join(",")).as_bytes());
            let first = members[0].clone();
            members.push(first);
            let json = format!("{{{}}}", members.join(","));
            assert!(
                read::<Rest>(json.as_bytes(), None, &mut RegisteredClaims::default()).is_err(),
                "a name occurs twice"
            );
            compare(json.as_bytes());
        }
    }

    #[test]
    fn eight_digits_are_read_like_single_digits() {
        for number in (0..100_000_000_u64)
            .step_by(7919)
            .chain([99_999_999, 12_345_678, 90_000_009])
        {
            let json = format!("{{\"exp\":{number}}}");
            let claims = read_plain::<Rest>(&json, None).expect("a number");
            assert_eq!(claims.registered.expires_at, number);
            compare(json.as_bytes());
        }
    }

    /// `scope` is the claim of the marked field, also if another field has it as an alias.
    #[test]
    fn a_claim_belongs_to_the_marked_field() {
        for space in ["", " "] {
            let json = format!(r#"{{"exp":9,"iat":1,"jti":"x",{space}"scope":"read"}}"#);
            let mut registered = RegisteredClaims::default();
            let payload = read::<Aliased>(json.as_bytes(), None, &mut registered).expect("claims");
            assert!(payload.scopes.contains("read"), "{json}");
            assert_eq!(payload.zone, None, "{json}");
            compare(json.as_bytes());
        }
    }
}
