//! A fast reader for plain JSON: one object of texts without escapes, whole numbers, `true`,
//! `false`, `null`, and lists of those. Nearly every token is plain JSON. Reading it takes a third
//! of the time of general JSON.
//!
//! The reader accepts a subset of the texts that `serde_json` accepts, and fails on all others. For
//! the texts that it accepts, it calls a visitor in the same way as `serde_json`. `twins.rs` and
//! `fuzz/` compare both.

mod deserializer;

use std::fmt;

use serde::de::{self, Deserialize};

use super::scan::{eight_digits, unescaped};
use crate::claims::subject::WireSubject;

/// The error for JSON that is not plain, or of another type than requested. Then `serde_json`
/// decides.
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

/// A reader of plain JSON.
pub(crate) struct PlainReader<'de> {
    rest: &'de str,
    inside: Inside,
    /// `true` after an error. A payload can ignore an error, and then the position of the reader is
    /// undefined.
    failed: bool,
    /// `true` if a name was read but not its value.
    awaits_value: bool,
}

/// The place of the reader. The object is never nested, and a list is only in the object. So each
/// duplicate name is detected, and the nesting is limited.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Nothing,
    Object,
    List,
}

enum Number {
    Positive(u64),
    Negative(i64),
}

impl<'de> PlainReader<'de> {
    pub(crate) fn new(json: &'de str) -> Self {
        Self {
            rest: json,
            inside: Inside::Nothing,
            failed: false,
            awaits_value: false,
        }
    }

    /// Makes a reader that expects [`literal`](Self::literal) to open the object.
    pub(in crate::claims) fn inside_object(json: &'de str) -> Self {
        Self {
            inside: Inside::Object,
            ..Self::new(json)
        }
    }

    /// Checks that the whole text was read, and that all of it was plain.
    pub(crate) fn end(&mut self) -> Result<(), NotPlain> {
        match self.peek() {
            None if !self.failed && !self.awaits_value => Ok(()),
            _ => Err(NotPlain),
        }
    }

    /// Returns `true` if the text was read up to `rest`, and all of it was plain.
    pub(in crate::claims) fn is_at_the_last(&self, rest: &str) -> bool {
        self.rest == rest && !self.failed && !self.awaits_value
    }

    #[cold]
    pub(in crate::claims) fn fail<T>(&mut self) -> Result<T, NotPlain> {
        self.failed = true;
        Err(NotPlain)
    }

    /// Returns the next byte after any spaces, without reading it.
    fn peek(&mut self) -> Option<u8> {
        match self.rest.as_bytes() {
            [byte, ..] if *byte > b' ' => Some(*byte),
            _ => self.peek_behind_space(),
        }
    }

    #[cold]
    fn peek_behind_space(&mut self) -> Option<u8> {
        self.rest = self.rest.trim_start_matches([' ', '\n', '\t', '\r']);
        self.rest.bytes().next()
    }

    fn take(&mut self, wanted: char) -> Result<(), NotPlain> {
        self.peek();
        match self.rest.strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                Ok(())
            }
            None => self.fail(),
        }
    }

    fn word(&mut self, word: &str) -> Result<(), NotPlain> {
        self.peek();
        match self.literal(word) {
            true => Ok(()),
            false => self.fail(),
        }
    }

    /// Reads `text` if it comes next, and returns `true` in that case.
    #[inline]
    pub(in crate::claims) fn literal(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Reads the beginning of a member up to its value, if a member with this name comes next after
    /// a comma and without spaces. Returns `true` in that case.
    #[inline(always)] // one of few calls for each member of our own claims
    pub(in crate::claims) fn member(&mut self, name: &str) -> bool {
        let behind = |rest: &'de str| {
            let rest = rest.strip_prefix(",\"")?.strip_prefix(name)?;
            rest.strip_prefix("\":")
        };
        match behind(self.rest) {
            Some(rest) if !self.awaits_value => {
                self.rest = rest;
                self.awaits_value = true;
                true
            }
            _ => false,
        }
    }

    /// Records that the value of the last name is read now.
    pub(in crate::claims) fn value(&mut self) -> &mut Self {
        self.awaits_value = false;
        self
    }

    /// Reads a whole number that is not negative, without spaces before it.
    #[inline(always)]
    pub(in crate::claims) fn natural(&mut self) -> Result<u64, NotPlain> {
        let text = self.rest.as_bytes();
        let (mut number, mut digits) = match text.first_chunk().copied().and_then(eight_digits) {
            Some(number) => (number, 8),
            None => (0_u64, 0),
        };
        while let Some(digit @ b'0'..=b'9') = text.get(digits) {
            number = number
                .wrapping_mul(10)
                .wrapping_add(u64::from(digit - b'0'));
            digits += 1;
        }
        // Twenty digits may overflow. `serde_json` reads a number with a fraction, an exponent or a
        // leading zero.
        if !(1..20).contains(&digits)
            || matches!(text.get(digits), Some(b'.' | b'e' | b'E'))
            || (text[0] == b'0' && digits > 1)
        {
            return self.fail();
        }
        self.rest = &self.rest[digits..];
        Ok(number)
    }

    fn number(&mut self) -> Result<Number, NotPlain> {
        if self.peek() != Some(b'-') {
            return self.natural().map(Number::Positive);
        }
        self.take('-')?;
        // A space after the sign is not allowed, and `serde_json` reads the number `-0`.
        if !matches!(self.rest.as_bytes(), [b'1'..=b'9', ..]) {
            return self.fail();
        }
        let number = self.natural()?;
        match 0i64.checked_sub_unsigned(number) {
            Some(number) => Ok(Number::Negative(number)),
            None => self.fail(),
        }
    }

    /// Reads the value of `sub` as a [`WireSubject`].
    pub(in crate::claims) fn subject(&mut self) -> Result<WireSubject<'de>, NotPlain> {
        WireSubject::deserialize(self)
    }

    #[inline(always)]
    pub(in crate::claims) fn text(&mut self) -> Result<&'de str, NotPlain> {
        let text = match self.rest.strip_prefix('"') {
            Some(text) => text,
            None => {
                self.take('"')?;
                self.rest
            }
        };
        let read = text.split_at_checked(unescaped(text.as_bytes()));
        match read.map(|(text, rest)| (text, rest.strip_prefix('"'))) {
            Some((text, Some(rest))) => {
                self.rest = rest;
                Ok(text)
            }
            _ => self.fail(),
        }
    }

    /// Reads the name of the next member, and the punctuation before its value.
    fn name(&mut self, first: bool) -> Result<Option<&'de str>, NotPlain> {
        if self.awaits_value {
            return self.fail();
        }
        match (first, self.rest.as_bytes()) {
            (true, [b'"', ..]) => {}
            (false, [b',', b'"', ..]) => self.take(',')?,
            (_, _) if self.peek() == Some(b'}') => return Ok(None),
            (true, _) => {}
            (false, _) => self.take(',')?,
        }
        let name = self.text()?;
        self.take(':')?;
        self.awaits_value = true;
        Ok(Some(name))
    }

    /// Reads an object or a list, from its opening to its closing byte.
    fn enter<T>(
        &mut self,
        (from, to): (Inside, Inside),
        (open, close): (char, char),
        read: impl FnOnce(&mut Self) -> Result<T, NotPlain>,
    ) -> Result<T, NotPlain> {
        if self.inside != from {
            return self.fail();
        }
        self.take(open)?;
        self.inside = to;
        let all = read(self);
        if all.is_err() {
            return self.fail();
        }
        self.inside = from;
        self.take(close)?;
        all
    }
}
