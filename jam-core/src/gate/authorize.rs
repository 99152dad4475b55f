//! The check of a rule's conditions for one caller, and the refusal of a caller that does not meet
//! them.

use super::authenticator::Authenticator;
use super::verdict::WAYS;
use crate::payload::Payload;
use crate::refusal::{Refusal, RejectionKind};
#[cfg(feature = "testing")]
use crate::rule::Condition;
use crate::rule::condition::Checked;
use crate::rule::{Access, BackendName, Source, Way};

/// Checks the conditions of each way that the caller's credential belongs to. The result has one
/// bit for each condition that is met.
#[inline]
pub(super) fn met<P: Payload>(
    authenticator: &Authenticator,
    access: &Access<P>,
    origin: (Source, BackendName),
    caller: &Checked<'_, P>,
) -> [Option<u8>; WAYS] {
    let mut met = [None; WAYS];
    let applies = applying(authenticator, access, origin);
    for (bits, way) in met.iter_mut().zip(access.ways()) {
        if applies(way) {
            let conditions = way.conditions().enumerate();
            *bits = Some(conditions.fold(0, |bits, (at, condition)| {
                bits | u8::from(condition.is_met(caller)) << at
            }));
        }
    }
    met
}

/// Returns a filter for the ways that read this source for this backend. The conditions for callers
/// of another backend do not apply.
#[inline]
fn applying<P: Payload>(
    authenticator: &Authenticator,
    access: &Access<P>,
    (source, backend): (Source, BackendName),
) -> impl Fn(&Way<P::Role>) -> bool + use<P> {
    // Most rules have one way, and then every credential belongs to it.
    let is_only = access.ways().nth(1).is_none();
    let unnamed = authenticator.only_backend();
    move |way| is_only || way.backend.or(unnamed) == Some(backend) && way.reads(source)
}

/// Returns the refusal of a caller that meets no way of the rule. A way that a new login would meet
/// takes precedence over the others.
#[cold]
pub(super) fn refusal<P: Payload>(
    authenticator: &Authenticator,
    access: &Access<P>,
    origin: (Source, BackendName),
    caller: &Checked<'_, P>,
) -> Refusal {
    let mut refusal = None;
    let applies = applying(authenticator, access, origin);
    for way in access.ways().filter(|way| applies(way)) {
        let unmet = |by_login: bool| {
            way.conditions().find(move |condition| {
                condition.is_met_by_login() == by_login && !condition.is_met(caller)
            })
        };
        match (unmet(false), unmet(true)) {
            (None, Some(login)) => refusal = Some(login.refusal(way)),
            (None, None) => {}
            (Some(unmet), _) => {
                let hide = hides(authenticator, access, origin);
                refusal.get_or_insert_with(|| match hide {
                    true => Refusal::new(RejectionKind::Hidden),
                    false => unmet.refusal(way),
                });
            }
        }
    }
    refusal.unwrap_or_else(|| Refusal::new(RejectionKind::InsufficientRole))
}

/// Returns `true` if the rule hides its resource from a caller with this credential.
pub fn hides<P: Payload>(
    authenticator: &Authenticator,
    access: &Access<P>,
    origin: (Source, BackendName),
) -> bool {
    let applies = applying(authenticator, access, origin);
    let mut ways = access.ways();
    ways.any(|way| way.hide && applies(way))
}

/// Returns `true` if the payload meets the condition, for a caller that has just signed in.
#[cfg(feature = "testing")]
pub fn meets<P: Payload>(payload: &P, condition: Condition<P::Role>) -> bool {
    condition.is_met(&Checked {
        payload,
        login_age: Some(0),
    })
}
