//! A reader for plain JSON: one object of texts without escapes, whole numbers, `true`, `false`,
//! `null`, and lists of those. Nearly every token is that, and reading it takes a third of what
//! JSON in general takes.
//!
//! It reads a part of what `serde_json` reads, and gives up on the rest. What it does read it shows
//! to a visitor just as `serde_json` does, which `twins.rs` and `fuzz/` compare.

mod deserializer;

use std::fmt;

use serde::de::{self, Deserialize};

use super::scan::{eight_digits, unescaped};
use super::subject::WireSubject;

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

/// What of a text is still to be read.
pub(crate) struct PlainReader<'de> {
    rest: &'de str,
    inside: Inside,
    /// Something was not plain. A payload may pass over an error, and this reader stands in the
    /// middle of something then.
    failed: bool,
    /// A name was read whose value was not.
    awaits_value: bool,
}

/// What the reader is in: an object is not inside of anything, and a list only of the object. So
/// no name can be there twice unseen, and nothing nests deep.
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

    /// A reader of `json` whose object is opened by [`literal`](Self::literal).
    pub(super) fn inside_object(json: &'de str) -> Self {
        Self {
            inside: Inside::Object,
            ..Self::new(json)
        }
    }

    /// Whether all of the text is read, and all of it was plain.
    pub(crate) fn end(&mut self) -> Result<(), NotPlain> {
        match self.peek() {
            None if !self.failed && !self.awaits_value => Ok(()),
            _ => Err(NotPlain),
        }
    }

    /// Whether all of the text is read but for `rest`, and all of it was plain.
    pub(super) fn is_at_the_last(&self, rest: &str) -> bool {
        self.rest == rest && !self.failed && !self.awaits_value
    }

    #[cold]
    pub(super) fn fail<T>(&mut self) -> Result<T, NotPlain> {
        self.failed = true;
        Err(NotPlain)
    }

    /// The next byte that is no space, which stays unread.
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

    /// Whether `text` comes next, to the letter; then it is read.
    #[inline]
    pub(super) fn literal(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Whether another member of this name comes next, without spaces; then it is read up to its
    /// value.
    #[inline(always)] // one of few calls for each member of our own claims
    pub(super) fn member(&mut self, name: &str) -> bool {
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

    /// Notes that the value of the name that was read is read now.
    pub(super) fn value(&mut self) -> &mut Self {
        self.awaits_value = false;
        self
    }

    /// A whole number that is not below zero, without space before it.
    #[inline(always)]
    pub(super) fn natural(&mut self) -> Result<u64, NotPlain> {
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
        // Twenty digits may be too much. A fraction, an exponent, a leading zero: all of it is for
        // serde_json.
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
        // No space may be between, and zero below zero is for serde_json.
        if !matches!(self.rest.as_bytes(), [b'1'..=b'9', ..]) {
            return self.fail();
        }
        let number = self.natural()?;
        match 0i64.checked_sub_unsigned(number) {
            Some(number) => Ok(Number::Negative(number)),
            None => self.fail(),
        }
    }

    /// The value of `sub`, as `WireSubject` reads it.
    pub(super) fn subject(&mut self) -> Result<WireSubject<'de>, NotPlain> {
        WireSubject::deserialize(self)
    }

    #[inline(always)]
    pub(super) fn text(&mut self) -> Result<&'de str, NotPlain> {
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

    /// The name of the next member, and all that there is before its value.
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

    /// Reads on inside of `to`, from its opening to its closing byte.
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
