//! The condition `fresh`: the caller signed in recently (RFC 9470).

use std::fmt;
use std::time::Duration;

use super::{Check, Checked, Condition};
use crate::payload::{Payload, Role};
use crate::refusal::Refusal;
use crate::rule::access::Access;
use crate::rule::way::Way;

/// A condition: the caller signed in less than this many seconds ago.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs)] // a condition has no other data
pub struct SignedInWithin(pub u64);

impl<P: Payload> Access<P> {
    /// Requires that the user signed in less than `age` ago; see
    /// [`minutes`](crate::rule::dsl::minutes). The age counts in whole seconds. If the rule has an
    /// age already, the shorter one applies.
    ///
    /// A caller with an older login is rejected with 401 `insufficient_user_authentication`
    /// (RFC 9470), or redirected to the login page with `reauth=1` in the query. The age counts
    /// from the login or from `Jam::reauthenticate_session`, and never from the last use of a
    /// session.
    ///
    /// # Panics
    ///
    /// Panics if `age` is shorter than one second, or if the rule admits anonymous requests. In a
    /// constant the panic is a compile error.
    #[track_caller]
    pub const fn fresh(self, age: Duration) -> Self {
        assert!(age.as_secs() > 0, "an age of zero admits no caller");
        self.condition(Condition::Fresh(SignedInWithin(age.as_secs())))
    }
}

/// Reads `fresh = ".."` of an attribute, in seconds.
#[track_caller]
pub(super) const fn read<P: Payload>(rule: Access<P>, seconds: &str) -> Access<P> {
    match u64::from_str_radix(seconds, 10) {
        Ok(seconds) => rule.fresh(Duration::from_secs(seconds)),
        Err(_) => panic!("not a number of seconds"),
    }
}

impl<R: Role> Check<R> for SignedInWithin {
    const MET_BY_LOGIN: bool = true;

    #[inline]
    fn is_met<P: Payload<Role = R>>(self, caller: &Checked<'_, P>) -> bool {
        caller.login_age.is_some_and(|age| age < self.0)
    }

    fn describe(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "signed in within {} s", self.0)
    }

    fn refusal(self, _: &Way<R>) -> Refusal {
        Refusal::stale_login(self.0)
    }
}
