//! The gate: from a request and a rule to a caller, or to a refusal. Every form of
//! protection goes through [`admit`].

mod authorize;
mod recognize;

use std::sync::Arc;

use http::request::Parts;

use crate::access::{Access, Audience, Source};
use crate::auth::Caller;
use crate::jam::Jam;
use crate::payload::Payload;
use crate::redirect;
use crate::rejection::{Rejection, RejectionKind};

use authorize::authorize;
pub(crate) use authorize::hides;
#[cfg(feature = "testing")]
pub(crate) use authorize::meets;
use recognize::{Known, Presented, presented, recognize, recognize_at_once};

/// Whom the gate let in.
pub(crate) enum Admission<P> {
    Caller(Caller<P>),
    Stranger {
        /// The cookie that was no good, and is to be cleared.
        stale: Option<&'static str>,
    },
}

/// The caller, or the cookie that was no good.
pub(crate) type Shared<P> = (Option<Arc<Caller<P>>>, Option<&'static str>);

impl<P> Admission<P> {
    #[allow(clippy::unnecessary_wraps)] // as `admit` takes it
    pub(crate) fn shared(self) -> Result<Shared<P>, Rejection> {
        Ok(match self {
            Self::Caller(caller) => (Some(Arc::new(caller)), None),
            Self::Stranger { stale } => (None, stale),
        })
    }
}

/// Decides by `access` whether the request of `parts` may go on, and gives what `then` makes of who
/// may: a caller is large, and goes at once where it is to be.
///
/// The first source, in the rule's order, that holds anything decides: what comes after
/// it is not looked at, so that a bad credential cannot hide behind a good one.
pub(crate) async fn admit<P: Payload, T>(
    jam: &Jam,
    access: &Access<P>,
    parts: &Parts,
    then: impl Fn(Admission<P>) -> Result<T, Rejection>,
) -> Result<T, Rejection> {
    // What is awaited makes the handler's future larger, so nothing is that need not be, and nothing
    // large is at hand meanwhile.
    let presented = match admit_at_once(jam, access, parts, &then) {
        AtOnce::Decided(decision) => return decision,
        AtOnce::Unknown(presented) => presented,
    };
    let recognized = recognize(jam, &presented).await;
    let decision = recognized.and_then(|(known, mut seat)| {
        let decided = decide(jam, access, parts, &presented, &seat, known)?;
        admission(decided, &mut seat).and_then(then)
    });
    decision.map_err(|rejection| finish(jam, access, parts, rejection))
}

/// As far as the gate comes without waiting.
pub(crate) enum AtOnce<'a, T> {
    Decided(Result<T, Rejection>),
    Unknown(Presented<'a>),
}

pub(crate) fn admit_at_once<'a, P: Payload, T>(
    jam: &Jam,
    access: &Access<P>,
    parts: &'a Parts,
    then: &impl Fn(Admission<P>) -> Result<T, Rejection>,
) -> AtOnce<'a, T> {
    let mut seat = None;
    let decided = match presented(jam, access, parts) {
        Ok(Some(presented)) => match recognize_at_once(jam, &presented, &mut seat) {
            Some(Ok(known)) => decide(jam, access, parts, &presented, &seat, known),
            Some(Err(rejection)) => Err(rejection),
            None => return AtOnce::Unknown(presented),
        },
        Ok(None) if access.lets_strangers_in() => Ok(Decision::Stranger { stale: None }),
        Ok(None) => Err(Rejection::new(RejectionKind::NoCredential)),
        Err(rejection) => Err(rejection),
    };
    let admission = decided.and_then(|decision| admission(decision, &mut seat));
    AtOnce::Decided(match admission.and_then(then) {
        Ok(admitted) => Ok(admitted),
        Err(rejection) => Err(finish(jam, access, parts, rejection)),
    })
}

/// An [`Admission`] whose caller is still in its seat.
#[derive(Clone, Copy)]
enum Decision {
    Caller,
    Stranger { stale: Option<&'static str> },
}

#[inline(always)] // or the caller is copied once more
fn admission<P>(
    decision: Decision,
    seat: &mut Option<Caller<P>>,
) -> Result<Admission<P>, Rejection> {
    match decision {
        Decision::Stranger { stale } => Ok(Admission::Stranger { stale }),
        Decision::Caller => match seat.take() {
            Some(caller) => Ok(Admission::Caller(caller)),
            None => Err(Rejection::new(RejectionKind::InvalidCredential)),
        },
    }
}

/// The refusal, as the rule and the application want it answered.
#[cold]
fn finish<P: Payload>(
    jam: &Jam,
    access: &Access<P>,
    parts: &Parts,
    rejection: Rejection,
) -> Rejection {
    // Where strangers are let in nobody is sent to sign in.
    let login = access.login.filter(|_| !access.lets_strangers_in());
    rejection.towards(login, parts).mapped(jam, parts)
}

/// Decides by what the backend made of the credential.
fn decide<P: Payload>(
    jam: &Jam,
    access: &Access<P>,
    parts: &Parts,
    presented: &Presented<'_>,
    seat: &Option<Caller<P>>,
    known: Known,
) -> Result<Decision, Rejection> {
    let caller = match (known, seat, presented.source) {
        (Known::Caller, Some(caller), _) => caller,
        (Known::Nobody, _, Source::Cookie(name)) if access.lets_strangers_in() => {
            return Ok(Decision::Stranger { stale: Some(name) });
        }
        // It is good for something else, and must not be cleared.
        (Known::OtherPayload, _, Source::Cookie(_)) if access.lets_strangers_in() => {
            return Ok(Decision::Stranger { stale: None });
        }
        _ => return Err(Rejection::new(RejectionKind::InvalidCredential)),
    };
    if let Audience::Guests { else_to } = access.audience {
        return match redirect::is_reauthentication(parts) {
            true => Ok(Decision::Stranger { stale: None }),
            false => Err(Rejection::signed_in(else_to)),
        };
    }
    // Of a token that does not say when its user signed in, nothing is known.
    let signed_in = caller.evidence.auth_time();
    let age = signed_in.map(|at| presented.now.saturating_sub(at));
    authorize(jam, access, caller.known_by(), &caller.payload, age)?;
    if presented.foreign {
        return Err(Rejection::new(RejectionKind::CrossSite));
    }
    Ok(Decision::Caller)
}
