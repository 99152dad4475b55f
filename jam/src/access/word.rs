//! The words of a rule as data: what `#[jam_auth]` writes, which costs the compiler less than
//! calls do.

use std::marker::PhantomData;
use std::time::Duration;

use super::{Access, BackendName, Condition, Source};
use crate::backend::{Backend, BackendId};
use crate::payload::{HasRoles, HasScopes, Payload};
use crate::text;

/// One word of the rule of a handler; each is a method of [`Access`].
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_enums)] // named by the macros' output alone
pub enum Word<R: 'static> {
    Backend(&'static str),
    BackendType(BackendId),
    Cookie(&'static str),
    CookieDefault,
    Header(&'static str),
    Role(R),
    AnyRole(&'static [R]),
    Scope(&'static str),
    /// So many seconds ago.
    Fresh(u64),
    Hide,
    /// Ends one way in, and begins another.
    Or,
    /// Ends the ways in: what follows is for all of them.
    All,
    Login(&'static str),
    Optional,
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
    let mut before: Option<Access<P>> = None;
    let mut rule = Access::user();
    let mut at = 0;
    while at < words.len() {
        rule = match words[at] {
            Word::Backend(name) => rule.backend(name),
            Word::BackendType(id) => rule.by(BackendName::Own(id)),
            Word::Cookie(name) => rule.source(Source::cookie(name)),
            Word::CookieDefault => rule.cookie_default(),
            Word::Header(name) => rule.source(Source::header(name)),
            Word::Role(role) => rule.condition(Condition::Role(role)),
            Word::AnyRole(roles) => rule.condition(Condition::AnyRole(roles)),
            Word::Scope(scope) => rule.condition(Condition::Scope(scope)),
            Word::Fresh(seconds) => rule.fresh(Duration::from_secs(seconds)),
            Word::Hide => rule.hide(),
            Word::Or => {
                before = Some(either(before, rule));
                Access::user()
            }
            Word::All => either(before, rule),
            Word::Login(path) => rule.login(path),
            Word::Optional => rule.optional(),
        };
        at += 1;
    }
    rule
}

#[track_caller]
const fn either<P: Payload>(before: Option<Access<P>>, rule: Access<P>) -> Access<P> {
    match before {
        Some(before) => before.or(rule),
        None => rule,
    }
}
