//! The conversion of a subject from a field of the payload to a token.

use serde::ser::{Impossible, Serialize, SerializeMap, Serializer};

/// The form in which a payload writes its subject. In a token both forms are text.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    Text,
    Number,
}

/// Writes a field of any type as the text of `sub` into the map of the claims.
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
