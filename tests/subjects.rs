//! Fields that can be marked `#[jam(sub)]`. Each value is read back unchanged from a token and from
//! a session, or it is an error when it is issued.

use std::collections::BTreeMap;
use std::fmt::{self, Debug, Display};
use std::num::NonZeroU64;

use jam::{Error, ErrorKind, JamPayload, Payload};
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::support::{jam, part};

trait Id: Clone + PartialEq + Debug + Display + Send + Sync + Serialize + DeserializeOwned {}

impl<T: Clone + PartialEq + Debug + Display + Send + Sync + Serialize + DeserializeOwned> Id for T {}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JamPayload)]
#[serde(bound = "")]
struct Of<S: Id + 'static> {
    before: bool,
    #[jam(sub)]
    id: S,
    after: Vec<u8>,
}

/// A payload that serde writes as a map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JamPayload)]
#[serde(bound = "")]
struct Flattened<S: Id + 'static> {
    #[jam(sub)]
    #[serde(rename = "user")]
    id: S,
    #[serde(flatten)]
    rest: BTreeMap<String, String>,
}

fn of<S: Id>(id: S) -> Of<S> {
    Of {
        before: true,
        id,
        after: vec![1],
    }
}

fn flattened<S: Id>(id: S) -> Flattened<S> {
    Flattened {
        id,
        rest: [("more".to_owned(), "b".to_owned())].into(),
    }
}

/// Issues a token and a session of `data`, and reads both.
fn issue<P: Payload>(data: &P) -> [Result<P, Error>; 2] {
    let (jam, _) = jam();
    let token = jam.gen_jwt_token(&jam.make_payload(data.clone()));
    let token = token.and_then(|token| {
        let claims = jam.verify_jwt_token::<P>(token.as_str())?;
        Ok(claims.into_inner())
    });
    let session = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(async {
            let id = jam.create_session("owner", data).await?;
            let session = jam.get_session::<P>(&id).await?;
            Ok(session.expect("the session exists").into_inner())
        });
    [token, session]
}

fn comes_back<S: Id + 'static>(id: &S) -> Result<(), TestCaseError> {
    let (jam, _) = jam();
    let token = jam.gen_jwt_token(&jam.make_payload(of(id.clone())));
    let written = part(token.unwrap().as_str(), 1);
    let text = match serde_json::to_value(id) {
        Ok(serde_json::Value::String(text)) => text,
        _ => id.to_string(),
    };
    prop_assert_eq!(written["sub"].as_str(), Some(&*text));
    for read in issue(&of(id.clone())) {
        prop_assert_eq!(&read.unwrap().id, id);
    }
    for read in issue(&flattened(id.clone())) {
        prop_assert_eq!(&read.unwrap().id, id);
    }
    Ok(())
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct UserId(u64);

impl Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.0, f)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
struct Name {
    name: String,
}

impl Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Service {
    Billing,
    #[serde(rename = "7")]
    Seven,
}

impl Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Billing => "billing",
            Self::Seven => "7",
        })
    }
}

/// A subject that `collect_str` writes as text and that is read from text.
#[derive(Clone, Debug, PartialEq)]
struct Hex(u64);

impl Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        u64::from_str_radix(&text, 16)
            .map(Self)
            .map_err(serde::de::Error::custom)
    }
}

/// A subject that is read by `deserialize_any`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Either {
    Number(u64),
    Text(String),
}

impl Display for Either {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => Display::fmt(number, f),
            Self::Text(text) => Display::fmt(text, f),
        }
    }
}

/// Texts with digits and with characters that JSON escapes.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[0-9]{1,40}", "[+-]?0*[0-9]{1,3}"]
        .prop_filter("a subject is not empty", |text| !text.is_empty())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whole_numbers_come_back(
        unsigned in any::<(u8, u16, u32, u64, u128)>(),
        signed in any::<(i8, i16, i32, i64, i128)>(),
        size in any::<usize>(),
    ) {
        let (a, b, c, d, e) = unsigned;
        comes_back(&a)?;
        comes_back(&b)?;
        comes_back(&c)?;
        comes_back(&d)?;
        comes_back(&e)?;
        let (a, b, c, d, e) = signed;
        comes_back(&a)?;
        comes_back(&b)?;
        comes_back(&c)?;
        comes_back(&d)?;
        comes_back(&e)?;
        comes_back(&size)?;
        comes_back(&UserId(unsigned.3))?;
        if let Some(id) = NonZeroU64::new(unsigned.3) {
            comes_back(&id)?;
        }
    }

    #[test]
    fn texts_come_back(text in text(), letter in any::<char>(), number in any::<u64>()) {
        comes_back(&letter)?;
        comes_back(&Hex(number))?;
        comes_back(&text.clone().into_boxed_str())?;
        comes_back(&Name { name: text.clone() })?;
        comes_back(&Either::Text(text.clone()))?;
        comes_back(&serde_json::Value::String(text.clone()))?;
        comes_back(&text)?;
    }
}

#[test]
fn the_ends_of_every_range_and_variants_come_back() {
    comes_back(&u128::MAX).unwrap();
    comes_back(&i128::MIN).unwrap();
    comes_back(&u64::MAX).unwrap();
    comes_back(&i64::MIN).unwrap();
    comes_back(&Service::Billing).unwrap();
    comes_back(&Service::Seven).unwrap();
}

#[test]
fn a_number_that_would_come_back_as_text_is_not_signed() {
    fn is_refused<S: Id + 'static>(id: S) {
        let errors = [
            issue(&of(id.clone())).map(Result::err),
            issue(&flattened(id)).map(Result::err),
        ];
        for [token, session] in errors {
            let token = token.unwrap();
            assert_eq!(token.kind(), ErrorKind::Payload);
            assert!(
                token.to_string().contains("be read back as text"),
                "{token}"
            );
            assert!(
                session.is_none(),
                "a session stores JSON and keeps the number"
            );
        }
    }
    is_refused(Either::Number(7));
    is_refused(serde_json::Value::from(7));
    is_refused(serde_json::Number::from(-7));
}

#[test]
fn an_invalid_subject_is_not_signed() {
    fn is_refused<S: Id + 'static>(id: S) {
        let [token, _] = issue(&of(id));
        let token = token.unwrap_err();
        assert_eq!(token.kind(), ErrorKind::Payload);
        let text = token.to_string();
        assert!(
            text.contains("a whole number or a text that is not empty"),
            "{text}"
        );
    }
    is_refused(String::new());
    is_refused(Name {
        name: String::new(),
    });
    is_refused(0.5_f64);
    is_refused(7.0_f32);
    is_refused(true);
    is_refused(serde_json::Value::Null);
    is_refused(serde_json::json!(["a"]));
    is_refused(serde_json::json!({"a": 1}));
}
