//! From the field of the payload to the text of a token.

use std::cell::Cell;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde::ser::{Impossible, Serialize, SerializeMap, Serializer};

use crate::claims::plain::NotPlain;
use crate::payload::Payload;

/// How a payload writes its subject by itself. In a token both are text.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    Text,
    Number,
}

/// Writes a field of any type into the map of the claims as the text of `sub`.
pub(crate) struct SubjectWriter<'a, M>(&'a mut M);

impl<'a, M: SerializeMap> SubjectWriter<'a, M> {
    pub(crate) fn new(map: &'a mut M) -> Self {
        Self(map)
    }
}

fn not_a_subject<E: serde::ser::Error>() -> E {
    E::custom("the subject must be a whole number or a text that is not empty")
}

macro_rules! write_numbers {
    ($($method:ident($number:ty),)*) => {$(
        fn $method(self, number: $number) -> Result<Form, M::Error> {
            self.0.serialize_entry("sub", &format_args!("{number}"))?;
            Ok(Form::Number)
        }
    )*};
}

macro_rules! refuse {
    ($($method:ident($($argument:ty),*) -> $ok:ty;)*) => {$(
        fn $method(self $(, _: $argument)*) -> Result<$ok, M::Error> {
            Err(not_a_subject())
        }
    )*};
}

impl<M: SerializeMap> Serializer for SubjectWriter<'_, M> {
    type Ok = Form;
    type Error = M::Error;
    type SerializeSeq = Impossible<Form, M::Error>;
    type SerializeTuple = Impossible<Form, M::Error>;
    type SerializeTupleStruct = Impossible<Form, M::Error>;
    type SerializeTupleVariant = Impossible<Form, M::Error>;
    type SerializeMap = Impossible<Form, M::Error>;
    type SerializeStruct = Impossible<Form, M::Error>;
    type SerializeStructVariant = Impossible<Form, M::Error>;

    write_numbers! {
        serialize_i8(i8),
        serialize_i16(i16),
        serialize_i32(i32),
        serialize_i64(i64),
        serialize_i128(i128),
        serialize_u8(u8),
        serialize_u16(u16),
        serialize_u32(u32),
        serialize_u64(u64),
        serialize_u128(u128),
    }

    fn serialize_str(self, text: &str) -> Result<Form, M::Error> {
        if text.is_empty() {
            return Err(not_a_subject());
        }
        self.0.serialize_entry("sub", text)?;
        Ok(Form::Text)
    }

    fn serialize_char(self, letter: char) -> Result<Form, M::Error> {
        self.serialize_str(letter.encode_utf8(&mut [0; 4]))
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Form, M::Error> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Form, M::Error> {
        value.serialize(self)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Form, M::Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Form, M::Error> {
        Err(not_a_subject())
    }

    refuse! {
        serialize_bool(bool) -> Form;
        serialize_f32(f32) -> Form;
        serialize_f64(f64) -> Form;
        serialize_bytes(&[u8]) -> Form;
        serialize_none() -> Form;
        serialize_unit() -> Form;
        serialize_unit_struct(&'static str) -> Form;
        serialize_seq(Option<usize>) -> Self::SerializeSeq;
        serialize_tuple(usize) -> Self::SerializeTuple;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        serialize_map(Option<usize>) -> Self::SerializeMap;
        serialize_struct(&'static str, usize) -> Self::SerializeStruct;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant;
    }
}

/// Returns `true` if `field` of `P` reads by `deserialize_any`: it takes what the text of a token
/// looks like, and not what was written.
pub(crate) fn takes_anything<P: Payload>(field: &'static str) -> bool {
    let asked = Cell::new(false);
    // Always an error: only what the field asks for is of interest.
    let _ = P::deserialize(OneField {
        field: Some(field),
        asked: &asked,
    });
    asked.get()
}

/// An object with nothing but the subject.
struct OneField<'a> {
    field: Option<&'static str>,
    asked: &'a Cell<bool>,
}

impl<'de> Deserializer<'de> for OneField<'_> {
    type Error = NotPlain;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotPlain> {
        visitor.visit_map(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
        ignored_any
    }
}

impl<'de> MapAccess<'de> for OneField<'_> {
    type Error = NotPlain;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, NotPlain> {
        let field = self.field.take().map(BorrowedStrDeserializer::new);
        field.map(|field| seed.deserialize(field)).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, NotPlain> {
        seed.deserialize(Asked(self.asked))
    }
}

macro_rules! not_anything {
    ($($method:ident($($argument:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self $(, _: $argument)*, _: V) -> Result<V::Value, NotPlain> {
            Err(NotPlain)
        }
    )*};
}

/// Notes that it was asked for anything, and gives nothing.
struct Asked<'a>(&'a Cell<bool>);

impl<'de> Deserializer<'de> for Asked<'_> {
    type Error = NotPlain;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, NotPlain> {
        self.0.set(true);
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
