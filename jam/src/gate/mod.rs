//! The gate: from a request and a rule to a caller, or to a refusal. Every form of
//! protection goes through [`admit_at_once`], and [`admit_later`] where that could not decide.

mod authorize;
mod recognize;

use std::sync::Arc;

use http::request::Parts;

use crate::access::{Access, Audience, Source};
use crate::auth::Caller;
use crate::clock::CLOCK_DIFFERENCE;
use crate::jam::Jam;
use crate::payload::Payload;
use crate::redirect;
use crate::rejection::{Rejection, RejectionKind};

use authorize::authorize;
pub(crate) use authorize::hides;
#[cfg(feature = "testing")]
pub(crate) use authorize::meets;
pub(crate) use recognize::check_host;
use recognize::{Known, Presented, presented, recognize, recognize_at_once};

/// Whom the gate lets in.
#[derive(Clone, Copy)]
pub(crate) enum Admission {
    /// Who is in the seat.
    Caller,
    Stranger {
        /// The cookie that was no good, and is to be cleared.
        stale: Option<&'static str>,
    },
}

/// Where a caller is put, who is large, until it is known where they are to be. Who is not let in
/// does not stay in it.
pub(crate) type Seat<P> = Option<Caller<P>>;

/// The caller, or the cookie that was no good.
pub(crate) type Shared<P> = (Option<Arc<Caller<P>>>, Option<&'static str>);

impl Admission {
    /// The caller; a stranger is refused, whom a rule that comes here does not let in anyway.
    #[inline(always)] // or the caller is copied once more
    pub(crate) fn caller<P>(self, seat: Seat<P>) -> Result<Caller<P>, Rejection> {
        match (self, seat) {
            (Self::Caller, Some(caller)) => Ok(caller),
            (Self::Caller, None) => Err(Rejection::new(RejectionKind::InvalidCredential)),
            (Self::Stranger { .. }, _) => Err(Rejection::new(RejectionKind::NoCredential)),
        }
    }

    pub(crate) fn shared<P>(self, seat: Seat<P>) -> Result<Shared<P>, Rejection> {
        match self {
            Self::Caller => Ok((Some(Arc::new(self.caller(seat)?)), None)),
            Self::Stranger { stale } => Ok((None, stale)),
        }
    }
}

/// Decides by `access` whether the request of `parts` may go on.
///
/// The first source, in the rule's order, that holds anything decides: what comes after
/// it is not looked at, so that a bad credential cannot hide behind a good one.
pub(crate) async fn admit<P: Payload>(
    jam: &Jam,
    access: &Access<P>,
    parts: &Parts,
) -> Result<(Admission, Seat<P>), Rejection> {
    // What is awaited makes the handler's future larger, so nothing large is at hand meanwhile.
    let presented = {
        let mut seat = None;
        match admit_at_once(jam, access, parts, &mut seat) {
            AtOnce::Decided(admission) => return Ok((admission?, seat)),
            AtOnce::Unknown(presented) => presented,
        }
    };
    admit_later(jam, access, parts, presented).await
}

/// As far as the gate comes without waiting.
pub(crate) enum AtOnce<'a> {
    Decided(Result<Admission, Rejection>),
    /// Whose credential this is has to be waited for.
    Unknown(Presented<'a>),
}

pub(crate) fn admit_at_once<'a, P: Payload>(
    jam: &Jam,
    access: &Access<P>,
    parts: &'a Parts,
    seat: &mut Seat<P>,
) -> AtOnce<'a> {
    let decided = match presented(jam, access, parts) {
        Ok(Some(presented)) => match recognize_at_once(jam, &presented, seat) {
            Some(Ok(known)) => decide(jam, access, parts, &presented, seat, known),
            Some(Err(rejection)) => Err(rejection),
            None => return AtOnce::Unknown(presented),
        },
        Ok(None) if access.lets_strangers_in() => Ok(Admission::Stranger { stale: None }),
        Ok(None) => Err(Rejection::new(RejectionKind::NoCredential)),
        Err(rejection) => Err(rejection),
    };
    if !matches!(decided, Ok(Admission::Caller)) {
        *seat = None;
    }
    AtOnce::Decided(decided.map_err(|rejection| finish(jam, access, parts, rejection)))
}

/// Decides about a credential that [`admit_at_once`] could not decide about.
pub(crate) async fn admit_later<P: Payload>(
    jam: &Jam,
    access: &Access<P>,
    parts: &Parts,
    presented: Presented<'_>,
) -> Result<(Admission, Seat<P>), Rejection> {
    let recognized = recognize(jam, &presented).await;
    let admission = recognized.and_then(|(known, seat)| {
        let admission = decide(jam, access, parts, &presented, &seat, known)?;
        let seat = seat.filter(|_| matches!(admission, Admission::Caller));
        Ok((admission, seat))
    });
    admission.map_err(|rejection| finish(jam, access, parts, rejection))
}

/// The refusal, as the rule and the application want it answered.
#[cold]
fn finish<P: Payload>(
    jam: &Jam,
    access: &Access<P>,
    parts: &Parts,
    rejection: Rejection,
) -> Rejection {
    if rejection.kind() == RejectionKind::NoCredential {
        jam.cookie_names().compare(&parts.headers, access.sources());
    }
    // Where strangers are let in nobody is sent to sign in.
    let login = access.login.filter(|_| !access.lets_strangers_in());
    rejection.towards(login, parts).mapped(jam, parts)
}

/// Decides by what the backend made of the credential.
#[inline]
fn decide<P: Payload>(
    jam: &Jam,
    access: &Access<P>,
    parts: &Parts,
    presented: &Presented<'_>,
    seat: &Seat<P>,
    known: Known,
) -> Result<Admission, Rejection> {
    let caller = match (known, seat, presented.source) {
        (Known::Caller, Some(caller), _) => caller,
        (Known::Nobody, _, Source::Cookie(name)) if access.lets_strangers_in() => {
            return Ok(Admission::Stranger { stale: Some(name) });
        }
        // It is good for something else, and must not be cleared.
        (Known::OtherPayload, _, Source::Cookie(_)) if access.lets_strangers_in() => {
            return Ok(Admission::Stranger { stale: None });
        }
        _ => return Err(Rejection::new(RejectionKind::InvalidCredential)),
    };
    if let Audience::Guests { else_to } = access.audience {
        return match redirect::is_reauthentication(parts) {
            true => Ok(Admission::Stranger { stale: None }),
            false => Err(Rejection::signed_in(else_to)),
        };
    }
    // Whoever is known passes most rules.
    if access.asks_more() {
        // Without a time of the login, or with one in the future, no age is known.
        let signed_in = caller.evidence.auth_time();
        let latest = presented.now.saturating_add(CLOCK_DIFFERENCE);
        let signed_in = signed_in.filter(|at| *at <= latest);
        let age = signed_in.map(|at| presented.now.saturating_sub(at));
        authorize(jam, access, caller.known_by(), &caller.payload, age)?;
    }
    if presented.foreign {
        return Err(Rejection::new(RejectionKind::CrossSite));
    }
    Ok(Admission::Caller)
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use axum::extract::Request;
    use http::header::{AUTHORIZATION, COOKIE};

    use super::{Admission, AtOnce, admit_at_once};
    use crate::access::Access;
    use crate::claims::twins::Little;
    use crate::{Jam, Jwt, Sessions};

    /// The store in memory waits for nobody.
    fn at_once<T>(future: impl Future<Output = T>) -> T {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => answer,
            Poll::Pending => panic!("it waits"),
        }
    }

    #[test]
    fn what_is_at_hand_is_decided_at_once() {
        const BOTH: Access<Little> = Access::user()
            .backend("jwt")
            .or(Access::user().backend("session").cookie("sid"));
        let builder = Jam::builder().jwt(Jwt::hs256_random());
        let builder = builder.sessions(Sessions::in_memory());
        let jam = builder.build().expect("both backends");
        let payload: Little = serde_json::from_str(r#"{"name":"ann"}"#).expect("JSON");
        let session = at_once(jam.create_session("ann", &payload)).expect("a session");
        let token = jam
            .gen_jwt_token(&jam.make_payload(payload))
            .expect("a token");
        let cookie = format!("sid={}", session.as_str());
        let bearer = format!("Bearer {}", token.as_str());
        // The first read is from the store. After it the session is at hand.
        at_once(jam.get_session::<Little>(&session))
            .expect("the store")
            .expect("the session");
        for (name, value) in [(COOKIE, cookie), (AUTHORIZATION, bearer)] {
            let request = Request::get("/")
                .header(&name, value)
                .body(())
                .expect("a request");
            let (parts, ()) = request.into_parts();
            let mut seat = None;
            let decided = admit_at_once(&jam, &BOTH, &parts, &mut seat);
            assert!(
                matches!(decided, AtOnce::Decided(Ok(Admission::Caller))) && seat.is_some(),
                "{name}"
            );
        }
    }
}
