//! Conditions of a rule: the requirements for a caller besides a valid credential.
//!
//! Each condition has its own file with the method of [`Access`], the word of the attribute, the
//! check, the text in a route table, and the refusal. To add a condition, add a file and a line in
//! `conditions!` below.

pub mod fresh;
pub mod role;
pub mod scope;

use std::fmt;

use super::access::Access;
use super::way::Way;
use crate::payload::{Payload, Role};
use crate::refusal::Refusal;

/// A caller and the age of the login, as input for conditions.
#[derive(Debug)]
#[allow(clippy::exhaustive_structs)] // made by the gate, read by conditions
pub struct Checked<'a, P> {
    /// The payload of the caller.
    pub payload: &'a P,
    /// The age of the login in seconds, if it is known.
    pub login_age: Option<u64>,
}

/// One condition.
pub(super) trait Check<R: Role>: Copy {
    /// If `true`, a new login is enough to meet the condition.
    const MET_BY_LOGIN: bool = false;

    /// Returns `true` if the caller meets the condition.
    fn is_met<P: Payload<Role = R>>(self, caller: &Checked<'_, P>) -> bool;

    /// Writes the condition as a route table shows it.
    fn describe(self, f: &mut fmt::Formatter<'_>) -> fmt::Result;

    /// Returns the refusal for a caller that does not meet the condition of `way`.
    fn refusal(self, way: &Way<R>) -> Refusal;

    /// Returns the name that an OpenAPI document lists as required.
    fn required_name(self) -> Option<&'static str> {
        None
    }
}

macro_rules! conditions {
    ($($(#[$doc:meta])* $name:ident($($kind:tt)*), $($word:literal => $read:path)?;)*) => {
        /// A condition of a rule.
        #[derive(Clone, Copy, Debug)]
        #[non_exhaustive]
        pub enum Condition<R: 'static> {
            $($(#[$doc])* $name($($kind)*),)*
        }

        impl<R: Role> Condition<R> {
            /// Returns `true` if the caller meets the condition.
            #[inline]
            pub fn is_met<P: Payload<Role = R>>(self, caller: &Checked<'_, P>) -> bool {
                match self {
                    $(Self::$name(condition) => condition.is_met(caller),)*
                }
            }

            /// Returns `true` if a new login is enough to meet the condition.
            pub fn is_met_by_login(self) -> bool {
                const fn constant<R: Role, C: Check<R>>(_: &C) -> bool {
                    C::MET_BY_LOGIN
                }
                match &self {
                    $(Self::$name(condition) => constant::<R, _>(condition),)*
                }
            }

            /// Returns the refusal for a caller that does not meet the condition of `way`.
            pub fn refusal(self, way: &Way<R>) -> Refusal {
                match self {
                    $(Self::$name(condition) => condition.refusal(way),)*
                }
            }

            /// Returns the name that an OpenAPI document lists as required.
            pub fn required_name(self) -> Option<&'static str> {
                match self {
                    $(Self::$name(condition) => Check::<R>::required_name(condition),)*
                }
            }
        }

        impl<R: Role> fmt::Display for Condition<R> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match *self {
                    $(Self::$name(condition) => Check::<R>::describe(condition, f),)*
                }
            }
        }

        /// Adds the condition that a word of `#[jam_auth]` names, with its value.
        #[track_caller]
        pub(super) const fn read<P: Payload>(rule: Access<P>, word: &str, value: &str) -> Access<P> {
            $($(
                if crate::base::text::same(word, $word) {
                    return $read(rule, value);
                }
            )?)*
            let _ = value;
            panic!("not a word of a rule")
        }
    };
}

conditions! {
    /// The caller has a role.
    Role(role::HasRole<R>),;
    /// The caller has one of several roles.
    AnyRole(role::HasAnyRole<R>),;
    /// The caller has a scope.
    Scope(scope::HasScope),;
    /// The caller signed in recently.
    Fresh(fresh::SignedInWithin), "fresh" => fresh::read;
}
