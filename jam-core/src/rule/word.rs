//! The words of a rule as data: what `#[jam_auth]` writes, which costs the compiler less than
//! calls do.

use std::marker::PhantomData;

use super::access::Access;
use super::condition::{self, Condition};
use super::source::{BackendName, Source};
use crate::backend::{Backend, BackendId};
use crate::payload::Payload;

/// Words of the rule of a handler.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_enums)] // named by the macros' output alone
pub enum Word<R: 'static> {
    /// All that ask nothing of the payload's type, as [`plain`] reads them.
    Plain(&'static str),
    BackendType(BackendId),
    Condition(Condition<R>),
}

/// The words that ask something of the payload's type.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Of<P>(PhantomData<fn() -> P>);

/// Them, for the payload `P`.
pub const fn of<P: Payload>() -> Of<P> {
    Of(PhantomData)
}

impl<P: Payload> Of<P> {
    pub const fn backend_type<B: Backend<Payload = P>>(self) -> Word<P::Role> {
        Word::BackendType(BackendId::of::<B>())
    }
}

/// The rule that says these words.
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

/// The rule that plain words say.
pub const fn read<P: Payload>(words: &'static str) -> Access<P> {
    said([Word::Plain(words)])
}

/// A rule in the middle of its words.
struct Ways<P: Payload> {
    /// The ways in that `or` ended.
    before: Option<Access<P>>,
    rule: Access<P>,
}

/// Reads words such as `backend=jwt cookie or backend=session cookie=sid all fresh=300`. What
/// they are made of holds no space, and each is a method of [`Access`]; but for `or`, which ends
/// one way in and begins another, and `all`, which ends the last: what follows is for all of them.
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

/// What stands before the first such byte, which is ASCII, and what stands behind it.
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
