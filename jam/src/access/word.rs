//! The words of a rule as data: what `#[jam_auth]` writes, which costs the compiler less than
//! calls do.

use std::marker::PhantomData;
use std::time::Duration;

use super::{Access, BackendName, Condition, Source};
use crate::backend::{Backend, BackendId};
use crate::payload::{HasRoles, HasScopes, Payload};
use crate::text;

/// Words of the rule of a handler.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_enums)] // named by the macros' output alone
pub enum Word<R: 'static> {
    /// All that ask nothing of the payload's type, as [`plain`] reads them.
    Plain(&'static str),
    BackendType(BackendId),
    Role(R),
    AnyRole(&'static [R]),
    Scope(&'static str),
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

    pub const fn role(self, role: <P as HasRoles>::Enum) -> Word<P::Role>
    where
        P: HasRoles,
    {
        Word::Role(role)
    }

    pub const fn any_role(self, roles: &'static [<P as HasRoles>::Enum]) -> Word<P::Role>
    where
        P: HasRoles,
    {
        Word::AnyRole(roles)
    }

    /// A scope, which must be one that the payload declares.
    #[track_caller]
    pub const fn scope(self, scope: &'static str) -> Word<P::Role>
    where
        P: HasScopes,
    {
        let mut at = 0;
        while at < P::SCOPES.len() {
            if text::same(P::SCOPES[at], scope) {
                assert!(text::is_scope(scope), "this is not a scope");
                return Word::Scope(scope);
            }
            at += 1;
        }
        panic!("the payload does not declare this scope: add it to #[jam(scopes(..))]")
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
            Word::Role(role) => ways.rule.condition(Condition::Role(role)),
            Word::AnyRole(roles) => ways.rule.condition(Condition::AnyRole(roles)),
            Word::Scope(scope) => ways.rule.condition(Condition::Scope(scope)),
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
            b"fresh" => match u64::from_str_radix(value, 10) {
                Ok(seconds) => rule.fresh(Duration::from_secs(seconds)),
                Err(_) => panic!("not a number of seconds"),
            },
            b"hide" => rule.hide(),
            b"or" => {
                ways.before = Some(either(before, rule));
                Access::user()
            }
            b"all" => either(before, rule),
            b"login" => rule.login(value),
            b"optional" => rule.optional(),
            _ => panic!("not a word of a rule"),
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
