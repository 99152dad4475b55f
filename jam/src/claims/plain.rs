//! A reader for plain JSON: one object of texts without escapes, whole numbers, `true`, `false`,
//! `null`, and lists of those. Nearly every token is that, and reading it takes a third of what
//! JSON in general takes.
//!
//! It reads a part of what `serde_json` reads, and gives up on the rest. What it does read it shows
//! to a visitor just as `serde_json` does, which `tests` below and `fuzz/` compare.

use std::fmt;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// It is not plain, or is not what was asked for: `serde_json` has the say.
#[derive(Debug)]
pub(crate) struct NotPlain;

impl fmt::Display for NotPlain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not plain")
    }
}

impl std::error::Error for NotPlain {}

impl de::Error for NotPlain {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }

    fn invalid_type(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self
    }

    fn invalid_value(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self
    }
}

/// Text, and how far it is read.
pub(crate) struct PlainReader<'de> {
    json: &'de str,
    at: usize,
    inside: Inside,
}

/// What the reader is in: an object is not inside of anything, and a list only of the object. So
/// no name can be there twice unseen, and nothing nests deep.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Nothing,
    Object,
    List,
}

impl<'de> PlainReader<'de> {
    pub(crate) fn new(json: &'de str) -> Self {
        Self {
            json,
            at: 0,
            inside: Inside::Nothing,
        }
    }

    /// Whether all of the text is read.
    pub(crate) fn end(&mut self) -> Result<(), NotPlain> {
        match self.next() {
            None => Ok(()),
            Some(_) => Err(NotPlain),
        }
    }

    /// The next byte that is no space, which stays unread.
    fn next(&mut self) -> Option<u8> {
        loop {
            match self.json.as_bytes().get(self.at) {
                Some(b' ' | b'\n' | b'\t' | b'\r') => self.at += 1,
                byte => return byte.copied(),
            }
        }
    }

    /// Reads on inside of `to`, from its opening to its closing byte.
    fn enter<T>(
        &mut self,
        (from, to): (Inside, Inside),
        (open, close): (u8, u8),
        read: impl FnOnce(Members<'_, 'de>) -> Result<T, NotPlain>,
    ) -> Result<T, NotPlain> {
        if self.inside != from {
            return Err(NotPlain);
        }
        self.take(open)?;
        self.inside = to;
        let all = read(Members {
            reader: self,
            first: true,
        })?;
        self.inside = from;
        self.take(close)?;
        Ok(all)
    }

    fn take(&mut self, wanted: u8) -> Result<(), NotPlain> {
        if self.next() != Some(wanted) {
            return Err(NotPlain);
        }
        self.at += 1;
        Ok(())
    }

    fn word(&mut self, word: &str) -> Result<(), NotPlain> {
        self.next();
        let rest = self.json.as_bytes().get(self.at..).unwrap_or_default();
        if !rest.starts_with(word.as_bytes()) {
            return Err(NotPlain);
        }
        self.at += word.len();
        Ok(())
    }

    fn text(&mut self) -> Result<&'de str, NotPlain> {
        self.take(b'"')?;
        let rest = self.json.as_bytes().get(self.at..).unwrap_or_default();
        let length = unescaped(rest);
        if rest.get(length) != Some(&b'"') {
            return Err(NotPlain);
        }
        let begin = self.at;
        self.at += length + 1;
        self.json.get(begin..begin + length).ok_or(NotPlain)
    }

    fn number(&mut self) -> Result<Number, NotPlain> {
        let negative = self.next() == Some(b'-');
        if negative {
            self.at += 1;
        }
        let rest = self.json.as_bytes().get(self.at..).unwrap_or_default();
        let mut number: u64 = 0;
        let mut digits = 0;
        while let Some(digit @ b'0'..=b'9') = rest.get(digits) {
            let shifted = number.checked_mul(10).ok_or(NotPlain)?;
            let sum = shifted.checked_add(u64::from(digit - b'0'));
            number = sum.ok_or(NotPlain)?;
            digits += 1;
        }
        // A fraction, an exponent, a leading zero, a zero below zero: all of it is for serde_json.
        if digits == 0 || matches!(rest.get(digits), Some(b'.' | b'e' | b'E')) {
            return Err(NotPlain);
        }
        if rest[0] == b'0' && (digits > 1 || negative) {
            return Err(NotPlain);
        }
        self.at += digits;
        match negative {
            false => Ok(Number::Positive(number)),
            true => match 0i64.checked_sub_unsigned(number) {
                Some(number) => Ok(Number::Negative(number)),
                None => Err(NotPlain),
            },
        }
    }
}

enum Number {
    Positive(u64),
    Negative(i64),
}

/// How many bytes there are before a quote, a backslash or a control character.
fn unescaped(text: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = ONES << 7;
    // The lowest high bit that is set is that of the first byte that is zero, or less than `n`.
    let below = |word: u64, n: u64| word.wrapping_sub(ONES * n) & !word & HIGH;
    let is = |word: u64, byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    let mut at = 0;
    for word in text.as_chunks::<8>().0 {
        let word = u64::from_le_bytes(*word);
        let found = is(word, b'"') | is(word, b'\\') | below(word, 0x20);
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = &text[at..];
    let end = rest
        .iter()
        .position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
    at + end.unwrap_or(rest.len())
}

macro_rules! numbers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotPlain> {
            match self.number()? {
                Number::Positive(number) => visitor.visit_u64(number),
                Number::Negative(number) => visitor.visit_i64(number),
            }
        }
    )*};
}

macro_rules! refused {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, _: V) -> Result<V::Value, NotPlain> {
            Err(NotPlain)
        }
    )*};
}

macro_rules! texts {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotPlain> {
            visitor.visit_borrowed_str(self.text()?)
        }
    )*};
}

impl<'de> Deserializer<'de> for &mut PlainReader<'de> {
    type Error = NotPlain;

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_f32 deserialize_f64
    }

    // What is seldom in a token.
    refused! {
        deserialize_i128 deserialize_u128 deserialize_bytes deserialize_byte_buf
    }

    texts! {
        deserialize_str deserialize_string deserialize_char deserialize_identifier
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotPlain> {
        match self.next() {
            Some(b'"') => self.deserialize_str(visitor),
            Some(b'-' | b'0'..=b'9') => self.deserialize_u64(visitor),
            Some(b't' | b'f') => self.deserialize_bool(visitor),
            Some(b'[') => self.deserialize_seq(visitor),
            Some(b'n') => self.deserialize_unit(visitor),
            _ => Err(NotPlain),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotPlain> {
        let is_true = self.next() == Some(b't');
        self.word(if is_true { "true" } else { "false" })?;
        visitor.visit_bool(is_true)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotPlain> {
        if self.next() == Some(b'n') {
            self.word("null")?;
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, NotPlain> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotPlain> {
        let (from, to) = (Inside::Object, Inside::List);
        self.enter((from, to), (b'[', b']'), |list| visitor.visit_seq(list))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotPlain> {
        let (from, to) = (Inside::Nothing, Inside::Object);
        self.enter((from, to), (b'{', b'}'), |object| visitor.visit_map(object))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NotPlain> {
        visitor.visit_enum(BorrowedStrDeserializer::new(self.text()?))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotPlain> {
        self.deserialize_any(IgnoredAny)?;
        visitor.visit_unit()
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, NotPlain> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, NotPlain> {
        Err(NotPlain)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, NotPlain> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotPlain> {
        self.word("null")?;
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, NotPlain> {
        self.deserialize_unit(visitor)
    }
}

/// The members of an object or a list.
struct Members<'a, 'de> {
    reader: &'a mut PlainReader<'de>,
    first: bool,
}

impl Members<'_, '_> {
    /// Whether another one follows, before `close`.
    fn more(&mut self, close: u8) -> Result<bool, NotPlain> {
        if self.reader.next() == Some(close) {
            return Ok(false);
        }
        if !std::mem::take(&mut self.first) {
            self.reader.take(b',')?;
        }
        Ok(true)
    }
}

impl<'de> MapAccess<'de> for Members<'_, 'de> {
    type Error = NotPlain;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, NotPlain> {
        match self.more(b'}')? {
            true => seed.deserialize(&mut *self.reader).map(Some),
            false => Ok(None),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, NotPlain> {
        self.reader.take(b':')?;
        seed.deserialize(&mut *self.reader)
    }
}

impl<'de> SeqAccess<'de> for Members<'_, 'de> {
    type Error = NotPlain;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, NotPlain> {
        match self.more(b']')? {
            true => seed.deserialize(&mut *self.reader).map(Some),
            false => Ok(None),
        }
    }
}
