//! `sub` is text on the wire and may be a number in the payload: the two ends of that
//! conversion.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, IntoDeserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

/// A subject as a token has it: text, or the number that some issuers write.
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

            // How serde_json shows a number when any crate in the program switches its
            // feature `arbitrary_precision` on.
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

/// RFC 8725 section 3.8: an empty subject names nobody.
fn present<E: de::Error>(text: &str) -> Result<(), E> {
    match text {
        "" => Err(E::custom("the subject is empty")),
        _ => Ok(()),
    }
}

/// Reads a field of any type out of a [`WireSubject`]: a number field takes the text
/// of its digits too, a text field takes the digits of a number.
pub(crate) struct SubjectReader<'de, E> {
    subject: WireSubject<'de>,
    error: std::marker::PhantomData<fn() -> E>,
}

impl<'de, E> SubjectReader<'de, E> {
    pub(crate) fn new(subject: WireSubject<'de>) -> Self {
        Self {
            subject,
            error: std::marker::PhantomData,
        }
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident $number:ty,)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
            match self.subject {
                WireSubject::Text(text) => match canonical::<$number>(&text) {
                    Some(number) => visitor.$visit(number),
                    None => Err(E::custom("the subject is not such a number")),
                },
                WireSubject::Signed(number) => visitor.visit_i64(number),
                WireSubject::Unsigned(number) => visitor.visit_u64(number),
            }
        }
    )*};
}

/// One number has one spelling: `+7` and `007` are other subjects than `7`.
fn canonical<N: std::str::FromStr + ToString>(text: &str) -> Option<N> {
    text.parse::<N>()
        .ok()
        .filter(|number| number.to_string() == text)
}

impl<'de, E: de::Error> Deserializer<'de> for SubjectReader<'de, E> {
    type Error = E;

    numbers! {
        deserialize_i8 visit_i8 i8,
        deserialize_i16 visit_i16 i16,
        deserialize_i32 visit_i32 i32,
        deserialize_i64 visit_i64 i64,
        deserialize_i128 visit_i128 i128,
        deserialize_u8 visit_u8 u8,
        deserialize_u16 visit_u16 u16,
        deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64,
        deserialize_u128 visit_u128 u128,
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        match self.subject {
            WireSubject::Text(Cow::Borrowed(text)) => visitor.visit_borrowed_str(text),
            WireSubject::Text(Cow::Owned(text)) => visitor.visit_string(text),
            WireSubject::Signed(number) => visitor.visit_i64(number),
            WireSubject::Unsigned(number) => visitor.visit_u64(number),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        match self.subject {
            WireSubject::Text(Cow::Borrowed(text)) => visitor.visit_borrowed_str(text),
            subject => visitor.visit_string(subject.into_text()),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, E> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, E> {
        visitor.visit_enum(self.subject.into_text().into_deserializer())
    }

    forward_to_deserialize_any! {
        bool f32 f64 char bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}
