//! Whether a caller who is known may pass.

use crate::access::{Access, BackendName, Condition, Source, Way};
use crate::jam::Jam;
use crate::payload::{Payload, Role};
use crate::rejection::{Rejection, RejectionKind};

/// Whether any way by which the caller came lets them in. `age` is how many seconds ago they signed
/// in, if that is known.
pub(super) fn authorize<P: Payload>(
    jam: &Jam,
    access: &Access<P>,
    known: (Source, BackendName),
    payload: &P,
    age: Option<u64>,
) -> Result<(), Rejection> {
    let lets_in = |way: &Way<P::Role>| is_fresh(way, age) && lacking(way, payload).is_none();
    match ways_of(jam, access, known).any(lets_in) {
        true => Ok(()),
        false => Err(refusal(jam, access, known, payload)),
    }
}

#[inline]
fn is_fresh<R: Role>(way: &Way<R>, age: Option<u64>) -> bool {
    way.fresh
        .is_none_or(|most| age.is_some_and(|age| age < most))
}

#[inline]
fn lacking<P: Payload>(way: &Way<P::Role>, payload: &P) -> Option<Condition<P::Role>> {
    way.conditions()
        .find(|condition| !meets(payload, *condition))
}

/// What the way that came nearest asks for, when none lets the caller in.
#[cold]
fn refusal<P: Payload>(
    jam: &Jam,
    access: &Access<P>,
    known: (Source, BackendName),
    payload: &P,
) -> Rejection {
    let mut refusal = None;
    for way in ways_of(jam, access, known) {
        match (lacking(way, payload), way.fresh) {
            // Signing in again is all that is missing, and says so before anything else.
            (None, Some(most)) => refusal = Some(Rejection::stale(most)),
            (None, None) => {}
            (Some(lacking), _) => {
                let hide = hides(jam, access, known);
                refusal.get_or_insert_with(|| denial(way, lacking, hide));
            }
        }
    }
    refusal.unwrap_or_else(|| Rejection::new(RejectionKind::InsufficientRole))
}

/// The ways of the rule that read this place for this backend: what another backend asks of its
/// callers is nothing to those of this one.
fn ways_of<'a, P: Payload>(
    jam: &Jam,
    access: &'a Access<P>,
    (source, backend): (Source, BackendName),
) -> impl Iterator<Item = &'a Way<P::Role>> + use<'a, P> {
    // There is one way into most rules, by which everybody came then.
    let only = access.ways().nth(1).is_none();
    let unnamed = jam.only_backend();
    let is_it =
        move |way: &&Way<P::Role>| way.backend.or(unnamed) == Some(backend) && way.reads(source);
    access.ways().filter(move |way| only || is_it(way))
}

/// Whether whoever came this way may not know what is behind the rule.
pub(crate) fn hides<P: Payload>(
    jam: &Jam,
    access: &Access<P>,
    known: (Source, BackendName),
) -> bool {
    ways_of(jam, access, known).any(|way| way.hide)
}

fn denial<R: Role>(way: &Way<R>, lacking: Condition<R>, hide: bool) -> Rejection {
    match lacking {
        _ if hide => Rejection::new(RejectionKind::Hidden),
        Condition::Role(_) | Condition::AnyRole(_) => {
            Rejection::new(RejectionKind::InsufficientRole)
        }
        Condition::Scope(_) => {
            let wanted: Vec<&str> = way
                .conditions()
                .filter_map(|condition| match condition {
                    Condition::Scope(scope) => Some(scope),
                    _ => None,
                })
                .collect();
            Rejection::insufficient_scope(&wanted.join(" "))
        }
    }
}

pub(crate) fn meets<P: Payload>(payload: &P, condition: Condition<P::Role>) -> bool {
    match condition {
        Condition::Role(role) => payload.has_role(role),
        Condition::AnyRole(roles) => roles.iter().any(|role| payload.has_role(*role)),
        Condition::Scope(scope) => payload.scopes().is_some_and(|held| held.hold(scope)),
    }
}
