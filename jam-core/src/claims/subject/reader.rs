//! The conversion of a subject from a token to a field of the payload.

use std::borrow::Cow;

use serde::de::{self, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::WireSubject;

/// Reads a field of any type from a [`WireSubject`]. A field with a number also accepts text with
/// its digits, and a field with text also accepts a number.
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
                    None => Err(E::custom("the subject is not a number of its type")),
                },
                WireSubject::Signed(number) => visitor.visit_i64(number),
                WireSubject::Unsigned(number) => visitor.visit_u64(number),
            }
        }
    )*};
}

/// Parses a number that has its only valid spelling. `+7` and `007` are subjects other than `7`.
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
