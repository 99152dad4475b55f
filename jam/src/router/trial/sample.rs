//! Generates a value of any payload, with a serde deserializer whose input is a list of choices.
//!
//! A type that accepts only some texts or numbers, such as an id or a date, fails to deserialize. The
//! last choice is then changed, and the type is deserialized again.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess,
    SeqAccess, VariantAccess, Visitor,
};

/// The texts that are tried for a text field.
const TEXTS: &[&str] = &[
    "sample",
    "1",
    "00000000-0000-4000-8000-000000000001",
    "2000-01-01T00:00:00Z",
    "2000-01-01",
    "2000-01-01T00:00:00",
    "00:00:00",
    "sample@app.example",
    "https://app.example/",
    "127.0.0.1",
    "127.0.0.1:80",
    "00000000000000000000000001",
    "en",
    "USD",
    "UTC",
    "true",
    "",
];

/// Bounds the time of the search.
const MOST_ATTEMPTS: usize = 20_000;

/// Returns the first value that `fits`, or the error of the last attempt.
pub(super) fn sample<T: DeserializeOwned>(fits: impl Fn(&T) -> bool) -> Result<T, String> {
    let mut choices = Choices::default();
    let mut why = "no value meets the rule".to_owned();
    for _ in 0..MOST_ATTEMPTS {
        choices.at = 0;
        match T::deserialize(Sample(&mut choices)) {
            Ok(value) if fits(&value) => return Ok(value),
            Ok(_) => {}
            Err(Failed(error)) => why = error,
        }
        if !choices.next() {
            break;
        }
    }
    Err(why)
}

/// The choice at each point, with the number of alternatives.
#[derive(Default)]
struct Choices {
    made: Vec<(usize, usize)>,
    at: usize,
}

impl Choices {
    fn choose(&mut self, of: usize) -> usize {
        if self.at == self.made.len() {
            self.made.push((0, of));
        }
        let (choice, _) = self.made[self.at];
        self.at += 1;
        choice
    }

    /// Advances to the next combination: the last choice changes first. Returns `false` at the end.
    fn next(&mut self) -> bool {
        self.made.truncate(self.at);
        while let Some((choice, of)) = self.made.pop() {
            if choice + 1 < of {
                self.made.push((choice + 1, of));
                return true;
            }
        }
        false
    }
}

struct Sample<'a>(&'a mut Choices);

#[derive(Debug)]
struct Failed(String);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failed {}

impl de::Error for Failed {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident $number:ty;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
            visitor.$visit([1 as $number, 0 as $number][self.0.choose(2)])
        }
    )*};
}

impl<'de> Deserializer<'de> for Sample<'_> {
    type Error = Failed;

    numbers! {
        deserialize_i8 visit_i8 i8;
        deserialize_i16 visit_i16 i16;
        deserialize_i32 visit_i32 i32;
        deserialize_i64 visit_i64 i64;
        deserialize_u8 visit_u8 u8;
        deserialize_u16 visit_u16 u16;
        deserialize_u32 visit_u32 u32;
        deserialize_u64 visit_u64 u64;
        deserialize_f32 visit_f32 f32;
        deserialize_f64 visit_f64 f64;
    }

    /// For a type that accepts any value: texts and numbers come first.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        let texts = TEXTS.len();
        match self.0.choose(texts + 5) {
            text if text < texts => visitor.visit_str(TEXTS[text]),
            other => match other - texts {
                0 => visitor.visit_u64(1),
                1 => visitor.visit_unit(),
                2 => visitor.visit_bool(false),
                3 => visitor.visit_seq(Items(self.0, 0)),
                _ => visitor.visit_map(Fields(self.0, [].iter())),
            },
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        visitor.visit_bool(self.0.choose(2) == 1)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        visitor.visit_char('a')
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        visitor.visit_str(TEXTS[self.0.choose(TEXTS.len())])
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        visitor.visit_bytes(b"")
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        match self.0.choose(2) {
            0 => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Failed> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Failed> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        let items = self.0.choose(3);
        visitor.visit_seq(Items(self.0, items))
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        items: usize,
        visitor: V,
    ) -> Result<V::Value, Failed> {
        visitor.visit_seq(Items(self.0, items))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        items: usize,
        visitor: V,
    ) -> Result<V::Value, Failed> {
        visitor.visit_seq(Items(self.0, items))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        visitor.visit_map(Fields(self.0, [].iter()))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failed> {
        visitor.visit_map(Fields(self.0, fields.iter()))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failed> {
        let Some(variant) = variants.get(self.0.choose(variants.len())) else {
            return Err(Failed("an enum without variants has no value".to_owned()));
        };
        visitor.visit_enum(Variant(self.0, variant))
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        self.deserialize_str(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        visitor.visit_unit()
    }
}

struct Items<'a>(&'a mut Choices, usize);

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Failed;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Failed> {
        if self.1 == 0 {
            return Ok(None);
        }
        self.1 -= 1;
        seed.deserialize(Sample(self.0)).map(Some)
    }
}

struct Fields<'a>(&'a mut Choices, std::slice::Iter<'static, &'static str>);

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Failed;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Failed> {
        let Some(field) = self.1.next() else {
            return Ok(None);
        };
        let field: StrDeserializer<'_, Failed> = field.into_deserializer();
        seed.deserialize(field).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Failed> {
        seed.deserialize(Sample(self.0))
    }
}

struct Variant<'a>(&'a mut Choices, &'static str);

impl<'de, 'a> EnumAccess<'de> for Variant<'a> {
    type Error = Failed;
    type Variant = Sample<'a>;

    fn variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<(T::Value, Sample<'a>), Failed> {
        let name: StrDeserializer<'_, Failed> = self.1.into_deserializer();
        Ok((seed.deserialize(name)?, Sample(self.0)))
    }
}

impl<'de> VariantAccess<'de> for Sample<'_> {
    type Error = Failed;

    fn unit_variant(self) -> Result<(), Failed> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Failed> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, items: usize, visitor: V) -> Result<V::Value, Failed> {
        visitor.visit_seq(Items(self.0, items))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failed> {
        visitor.visit_map(Fields(self.0, fields.iter()))
    }
}
