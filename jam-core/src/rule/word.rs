//! The options of `#[jam_auth]` as data. The macro writes data instead of method calls, because it
//! costs the compiler less.

use std::marker::PhantomData;

use super::access::Access;
use super::condition::{self, Condition};
use super::source::{BackendName, Source};
use crate::backend::{BackendId, BackendType};
use crate::payload::Payload;

/// A part of the rule of a handler.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_enums)] // only the output of the macros names it
pub enum Word<R: 'static> {
    /// Options that do not depend on the payload's type, as text. [`plain`] parses it.
    Plain(&'static str),
    BackendType(BackendId),
    Condition(Condition<R>),
}

/// A builder of the words that depend on the payload's type.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Of<P>(PhantomData<fn() -> P>);

/// Returns the builder for the payload `P`.
pub const fn of<P: Payload>() -> Of<P> {
    Of(PhantomData)
}

impl<P: Payload> Of<P> {
    pub const fn backend_type<B: BackendType<Payload = P>>(self) -> Word<P::Role> {
        Word::BackendType(BackendId::of::<B>())
    }
}

/// Builds a rule from its words.
#[track_caller]
pub const fn said<P: Payload, const N: usize>(words: [Word<P::Role>; N]) -> Access<P> {
    let mut ways = Ways {
        before: None,
        rule: Access::user(),
    };
    let mut at = 0;
    while at < words.len() {
        ways.rule = match words[at] {
            Word::Plain(words) => {
                ways = plain(ways, words);
                ways.rule
            }
            Word::BackendType(id) => ways.rule.by(BackendName::Own(id)),
            Word::Condition(condition) => ways.rule.condition(condition),
        };
        at += 1;
    }
    ways.rule
}

/// Builds a rule from plain words.
pub const fn read<P: Payload>(words: &'static str) -> Access<P> {
    said([Word::Plain(words)])
}

/// A rule of which some words are read.
struct Ways<P: Payload> {
    /// The ways before the last `or`.
    before: Option<Access<P>>,
    rule: Access<P>,
}

/// Reads words such as `backend=jwt cookie or backend=session cookie=sid all fresh=300`. The words
/// are separated by spaces, and no word contains a space. Each word calls a method of [`Access`],
/// with two exceptions: `or` ends a way and begins another, and `all` ends the last way, so that
/// the words after it apply to all ways.
#[track_caller]
const fn plain<P: Payload>(mut ways: Ways<P>, words: &'static str) -> Ways<P> {
    let mut rest = words;
    while !rest.is_empty() {
        let (word, behind) = cut(rest, b' ');
        let (name, value) = cut(word, b'=');
        let Ways { before, rule } = ways;
        ways.rule = match name.as_bytes() {
            b"backend" => rule.backend(value),
            b"cookie" if value.is_empty() => rule.cookie_default(),
            b"cookie" => rule.source(Source::cookie(value)),
            b"header" => rule.source(Source::header(value)),
            b"hide" => rule.hide(),
            b"or" => {
                ways.before = Some(either(before, rule));
                Access::user()
            }
            b"all" => either(before, rule),
            b"login" => rule.login(value),
            b"optional" => rule.optional(),
            _ => condition::read(rule, name, value),
        };
        rest = behind;
    }
    ways
}

#[track_caller]
const fn either<P: Payload>(before: Option<Access<P>>, rule: Access<P>) -> Access<P> {
    match before {
        Some(before) => before.or(rule),
        None => rule,
    }
}

/// Splits `text` at the first `byte`, which must be ASCII. Without such a byte the second part is
/// empty.
const fn cut(text: &'static str, byte: u8) -> (&'static str, &'static str) {
    let mut at = 0;
    while at < text.len() {
        if text.as_bytes()[at] == byte {
            let (before, from) = text.split_at(at);
            return (before, from.split_at(1).1);
        }
        at += 1;
    }
    (text, "")
}
