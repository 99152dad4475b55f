//! The shape of a payload: the methods that its serde implementation calls to read it.

use std::cell::Cell;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::json::plain::NotPlain;
use crate::payload::Payload;

/// The shape of one payload type.
#[derive(Clone, Copy, Default)]
pub(crate) struct Shape {
    /// `true` if the payload reads the named members of a struct and no others.
    pub(crate) is_struct: bool,
    /// `true` if the subject is read by `deserialize_any`. Then its type follows from the text, and
    /// can differ from the type that was written.
    pub(crate) subject_is_anything: bool,
}

/// Returns the shape of `P`. It takes less time than reading one claim.
pub(crate) fn shape<P: Payload>() -> Shape {
    let asked = Cell::default();
    let subject = P::MARKS.iter().find(|mark| mark.claim == "sub");
    // The result is always an error. Only the calls are of interest.
    let _ = P::deserialize(Object {
        subject: subject.map(|mark| mark.field),
        asked: &asked,
    });
    asked.get()
}

/// An object with the subject only.
struct Object<'a> {
    subject: Option<&'static str>,
    asked: &'a Cell<Shape>,
}

impl<'de> Deserializer<'de> for Object<'_> {
    type Error = NotPlain;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotPlain> {
        visitor.visit_map(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NotPlain> {
        self.asked.set(Shape {
            is_struct: true,
            ..self.asked.get()
        });
        visitor.visit_map(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, NotPlain> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for Object<'_> {
    type Error = NotPlain;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, NotPlain> {
        let subject = self.subject.take().map(BorrowedStrDeserializer::new);
        subject.map(|name| seed.deserialize(name)).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, NotPlain> {
        seed.deserialize(Subject(self.asked))
    }
}

macro_rules! not_anything {
    ($($method:ident($($argument:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self $(, _: $argument)*, _: V) -> Result<V::Value, NotPlain> {
            Err(NotPlain)
        }
    )*};
}

/// A value that records a call of `deserialize_any`, and always fails.
struct Subject<'a>(&'a Cell<Shape>);

impl<'de> Deserializer<'de> for Subject<'_> {
    type Error = NotPlain;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, NotPlain> {
        self.0.set(Shape {
            subject_is_anything: true,
            ..self.0.get()
        });
        Err(NotPlain)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotPlain> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, NotPlain> {
        visitor.visit_newtype_struct(self)
    }

    not_anything! {
        deserialize_bool() deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64()
        deserialize_i128() deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64()
        deserialize_u128() deserialize_f32() deserialize_f64() deserialize_char() deserialize_str()
        deserialize_string() deserialize_bytes() deserialize_byte_buf() deserialize_unit()
        deserialize_unit_struct(&'static str) deserialize_seq() deserialize_tuple(usize)
        deserialize_tuple_struct(&'static str, usize) deserialize_map()
        deserialize_struct(&'static str, &'static [&'static str])
        deserialize_enum(&'static str, &'static [&'static str])
        deserialize_identifier() deserialize_ignored_any()
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::shape;
    use crate::JamPayload;
    use crate::claims::twins::{Lenient, Rest, Usual};

    #[derive(Clone, Serialize, Deserialize, JamPayload)]
    #[jam(crate = crate)]
    struct OfAnything {
        #[jam(sub)]
        id: serde_json::Value,
    }

    /// Release builds read back payloads that are not structs.
    #[test]
    fn a_struct_that_flattens_a_map_is_not_read_as_a_struct() {
        assert!(shape::<Usual>().is_struct && shape::<Lenient>().is_struct);
        assert!(!shape::<Rest>().is_struct);
    }

    #[test]
    fn a_subject_of_any_type_is_detected() {
        assert!(!shape::<Usual>().subject_is_anything);
        assert!(shape::<OfAnything>().subject_is_anything);
    }
}
