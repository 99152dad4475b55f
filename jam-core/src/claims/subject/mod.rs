//! The conversion of the subject: in a token `sub` is text, and in the payload it can be a number.

mod reader;
mod writer;

use std::borrow::Cow;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};

pub(crate) use reader::SubjectReader;
pub(crate) use writer::{Form, SubjectWriter};

/// The subject in a token: text, or the number that some issuers write.
pub(crate) enum WireSubject<'de> {
    Text(Cow<'de, str>),
    Signed(i64),
    Unsigned(u64),
}

impl WireSubject<'_> {
    pub(crate) fn into_text(self) -> String {
        match self {
            Self::Text(text) => text.into_owned(),
            Self::Signed(number) => number.to_string(),
            Self::Unsigned(number) => number.to_string(),
        }
    }
}

impl<'de> Deserialize<'de> for WireSubject<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SubjectVisitor;

        impl<'de> Visitor<'de> for SubjectVisitor {
            type Value = WireSubject<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a subject: a text that is not empty, or a whole number")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                present(text)?;
                Ok(WireSubject::Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                present(text)?;
                Ok(WireSubject::Text(Cow::Owned(text.to_owned())))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
                Ok(WireSubject::Signed(number))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
                Ok(WireSubject::Unsigned(number))
            }

            // serde_json represents a number as a map if any crate in the program enables its
            // feature `arbitrary_precision`.
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                let number = serde_json::Number::deserialize(MapAccessDeserializer::new(map))?;
                match (number.as_u64(), number.as_i64()) {
                    (Some(number), _) => Ok(WireSubject::Unsigned(number)),
                    (None, Some(number)) => Ok(WireSubject::Signed(number)),
                    (None, None) => Err(de::Error::custom("the subject is not a whole number")),
                }
            }
        }

        deserializer.deserialize_any(SubjectVisitor)
    }
}

/// Checks that the subject is not empty: an empty subject identifies no user (RFC 8725
/// section 3.8).
fn present<E: de::Error>(text: &str) -> Result<(), E> {
    match text {
        "" => Err(E::custom("the subject is empty")),
        _ => Ok(()),
    }
}
