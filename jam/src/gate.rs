//! The gate: from a request and a rule to a caller, or to a refusal. Every form of
//! protection goes through [`admit`].

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::request::Parts;

use crate::access::{Access, Audience, BackendName, Condition, Source, Way};
use crate::auth::{Caller, Evidence, Held};
use crate::backend::{BackendId, Identity};
use crate::cookie::Transport;
use crate::credential::{self, Found};
use crate::error::{Error, ErrorKind, TokenFault};
use crate::jam::Jam;
use crate::origin;
use crate::payload::{Payload, Role};
use crate::redirect;
use crate::rejection::{Rejection, RejectionKind};
use crate::session::{Opened, Session};
use crate::token::Tokens;

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
    pub(crate) fn shared(self) -> Shared<P> {
        match self {
            Self::Caller(caller) => (Some(Arc::new(caller)), None),
            Self::Stranger { stale } => (None, stale),
        }
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
    then: impl Fn(Admission<P>) -> T,
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
        admission(decided, &mut seat).map(then)
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
    then: &impl Fn(Admission<P>) -> T,
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
    AtOnce::Decided(
        match decided.and_then(|decision| admission(decision, &mut seat)) {
            Ok(admission) => Ok(then(admission)),
            Err(rejection) => Err(finish(jam, access, parts, rejection)),
        },
    )
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

/// The credential that decides.
pub(crate) struct Presented<'a> {
    source: Source,
    backend: BackendName,
    credential: &'a [u8],
    /// Another site had the browser send it.
    foreign: bool,
    /// Seconds since the Unix epoch.
    now: u64,
}

/// What the first source holds that holds anything.
fn presented<'a, P: Payload>(
    jam: &Jam,
    access: &Access<P>,
    parts: &'a Parts,
) -> Result<Option<Presented<'a>>, Rejection> {
    if jam.transport() == Transport::PlainLoopback && !from_loopback(parts) {
        return Err(Rejection::misconfigured(
            "development mode is for plain http on loopback, and this request is for another \
             host: remove .development(..)",
        ));
    }
    // Another site must not be able to sign a user in to an account of its own.
    let for_guests = matches!(access.audience, Audience::Guests { .. });
    if for_guests && !jam.origins().permit(parts) {
        return Err(Rejection::new(RejectionKind::CrossSite));
    }
    for way in access.ways() {
        let Some(backend) = way.backend.or(jam.only_backend()) else {
            let fault = format!("the rule names no backend, and {}", jam.why_unnamed());
            return Err(Rejection::misconfigured(&fault));
        };
        for source in way.sources() {
            let credential = match credential::find(&parts.headers, source, jam.transport()) {
                Found::Nothing => continue,
                Found::Credential(credential) => credential,
                // Refused for strangers too: to clear it would clear the user's own and leave the
                // one that another site planted.
                Found::Ambiguous => return Err(Rejection::new(RejectionKind::InvalidCredential)),
                Found::Malformed => return Err(Rejection::new(RejectionKind::InvalidRequest)),
            };
            return Ok(Some(Presented {
                source,
                backend,
                credential,
                foreign: matches!(source, Source::Cookie(_)) && !jam.origins().permit(parts),
                now: jam.now(),
            }));
        }
    }
    Ok(None)
}

/// What a backend makes of a credential.
enum Known {
    /// Somebody, who is put where the caller is to be.
    Caller,
    /// It is good, and for somebody of another payload.
    OtherPayload,
    Nobody,
}

fn session<P>(opened: Opened<P>, source: Source, seat: &mut Option<Caller<P>>) -> Known {
    match opened {
        Opened::Session(Session { about, data }) => {
            *seat = Some(Caller {
                payload: Held::Shared(data),
                evidence: Evidence::Session(about),
                source,
            });
            Known::Caller
        }
        Opened::OtherPayload => Known::OtherPayload,
        Opened::Nothing => Known::Nobody,
    }
}

/// Whose credential this is, if it takes nobody outside of this process to know.
fn recognize_at_once<P: Payload>(
    jam: &Jam,
    presented: &Presented<'_>,
    seat: &mut Option<Caller<P>>,
) -> Option<Result<Known, Rejection>> {
    match presented.backend {
        BackendName::Jwt => Some(match jam.tokens() {
            Ok(tokens) => Ok(recognize_token(tokens, presented, seat)),
            Err(error) => Err(rejection(&error)),
        }),
        BackendName::Session => {
            let sessions = jam.session_backend().ok()?;
            let used = !presented.foreign;
            let opened = sessions.open_at_once(presented.credential, presented.now, used)?;
            Some(Ok(session(opened, presented.source, seat)))
        }
        BackendName::Own(_) => None,
    }
}

fn recognize_token<P: Payload>(
    tokens: &Tokens,
    presented: &Presented<'_>,
    seat: &mut Option<Caller<P>>,
) -> Known {
    let verified = tokens.verify(
        presented.credential,
        presented.now,
        |registered, payload| {
            *seat = Some(Caller {
                payload: Held::Own(payload),
                evidence: Evidence::Token(registered),
                source: presented.source,
            });
        },
    );
    match verified {
        Ok(()) => Known::Caller,
        Err(fault) => {
            tracing::debug!(target: "jam", ?fault, "token refused");
            match fault {
                TokenFault::Claims | TokenFault::Type => Known::OtherPayload,
                _ => Known::Nobody,
            }
        }
    }
}

type Recognized<P> = Result<(Known, Option<Caller<P>>), Rejection>;

/// Asks the backend whose credential this is.
fn recognize<'a, P: Payload>(
    jam: &'a Jam,
    presented: &'a Presented<'_>,
) -> Pin<Box<dyn Future<Output = Recognized<P>> + Send + 'a>> {
    Box::pin(async move {
        let mut seat = None;
        let known = match presented.backend {
            BackendName::Jwt => jam
                .tokens()
                .map(|tokens| recognize_token(tokens, presented, &mut seat)),
            BackendName::Session => match jam.session_backend() {
                Ok(sessions) => {
                    // A session is not used by a request that another site asked for.
                    let used = !presented.foreign;
                    let opened = sessions.open(presented.credential, presented.now, used);
                    let opened = opened.await;
                    opened.map(|opened| session(opened, presented.source, &mut seat))
                }
                Err(error) => Err(error),
            },
            BackendName::Own(id) => recognize_own(jam, id, presented, &mut seat).await,
        };
        match known {
            Ok(known) => Ok((known, seat)),
            Err(error) => Err(rejection(&error)),
        }
    })
}

async fn recognize_own<P: Payload>(
    jam: &Jam,
    id: BackendId,
    presented: &Presented<'_>,
    seat: &mut Option<Caller<P>>,
) -> Result<Known, Error> {
    let Ok(credential) = std::str::from_utf8(presented.credential) else {
        return Ok(Known::Nobody);
    };
    let identity = jam.own_backends().recognize::<P>(id, credential).await?;
    Ok(match identity {
        Some(Identity {
            payload,
            auth_time,
            expires_at,
        }) if expires_at.is_none_or(|end| presented.now < end) => {
            *seat = Some(Caller {
                payload: Held::Own(payload),
                evidence: Evidence::Own {
                    backend: id,
                    auth_time,
                    expires_at,
                },
                source: presented.source,
            });
            Known::Caller
        }
        _ => Known::Nobody,
    })
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

/// What an operation's failure means for the request that needed it.
fn rejection(error: &Error) -> Rejection {
    tracing::error!(target: "jam", %error, "the gate could not decide");
    Rejection::new(match error.kind() {
        ErrorKind::Store | ErrorKind::Random => RejectionKind::Unavailable,
        _ => RejectionKind::Misconfigured,
    })
}

/// Whether any way by which the caller came lets them in. If none does, the caller is told
/// what the way that came nearest asks for. `age` is how many seconds ago they signed in, if that
/// is known.
fn authorize<P: Payload>(
    jam: &Jam,
    access: &Access<P>,
    known: (Source, BackendName),
    payload: &P,
    age: Option<u64>,
) -> Result<(), Rejection> {
    let mut refusal = None;
    for way in ways_of(jam, access, known) {
        let lacking = way
            .conditions()
            .find(|condition| !meets(payload, *condition));
        let stale = way.fresh.filter(|most| age.is_none_or(|age| age >= *most));
        match (lacking, stale) {
            (None, None) => return Ok(()),
            // Signing in again is all that is missing, and says so before anything else.
            (None, Some(most)) => refusal = Some(Rejection::stale(most)),
            (Some(lacking), _) => {
                let hide = hides(jam, access, known);
                refusal.get_or_insert_with(|| denial(way, lacking, hide));
            }
        }
    }
    Err(refusal.unwrap_or_else(|| Rejection::new(RejectionKind::InsufficientRole)))
}

/// The ways of the rule that read this place for this backend: what another backend asks of its
/// callers is nothing to those of this one.
fn ways_of<'a, P: Payload>(
    jam: &Jam,
    access: &'a Access<P>,
    (source, backend): (Source, BackendName),
) -> impl Iterator<Item = &'a Way<P::Role>> + use<'a, P> {
    let unnamed = jam.only_backend();
    access
        .ways()
        .filter(move |way| way.backend.or(unnamed) == Some(backend) && way.reads(source))
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
        Condition::Scope(scope) => payload.scopes().is_some_and(|held| held.contains(scope)),
    }
}

fn from_loopback(parts: &Parts) -> bool {
    origin::host(parts).is_none_or(origin::is_loopback)
}
