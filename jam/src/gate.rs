//! The gate: from a request and a rule to a caller, or to a refusal. Every form of
//! protection goes through [`admit`].

use http::request::Parts;

use crate::access::{Access, Audience, BackendName, Condition, Source, Way};
use crate::auth::{Caller, Evidence};
use crate::backend::Identity;
use crate::cookie::Transport;
use crate::credential::{self, Found};
use crate::error::{Error, ErrorKind, TokenFault};
use crate::jam::Jam;
use crate::origin;
use crate::payload::{Payload, Role};
use crate::redirect;
use crate::rejection::{Rejection, RejectionKind};
use crate::session::Opened;

/// Whom the gate let in.
pub(crate) enum Admission<P> {
    Caller(Caller<P>),
    Stranger {
        /// The cookie that was no good, and is to be cleared.
        stale: Option<&'static str>,
    },
}

/// Decides by `access` whether the request of `parts` may go on.
///
/// The first source, in the rule's order, that holds anything decides: what comes after
/// it is not looked at, so that a bad credential cannot hide behind a good one.
pub(crate) async fn admit<P: Payload>(
    jam: &Jam,
    access: &Access<P>,
    parts: &Parts,
) -> Result<Admission<P>, Rejection> {
    match decide(jam, access, parts).await {
        Ok(admission) => Ok(admission),
        // Where strangers are let in nobody is sent to sign in.
        Err(rejection) if access.lets_strangers_in() => Err(rejection.mapped(jam, parts)),
        Err(rejection) => Err(rejection.towards(access.login, parts).mapped(jam, parts)),
    }
}

async fn decide<P: Payload>(
    jam: &Jam,
    access: &Access<P>,
    parts: &Parts,
) -> Result<Admission<P>, Rejection> {
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
    let Some(presented) = presented(jam, access, parts)? else {
        return match access.lets_strangers_in() {
            true => Ok(Admission::Stranger { stale: None }),
            false => Err(Rejection::new(RejectionKind::NoCredential)),
        };
    };
    let Presented {
        source, backend, ..
    } = presented;
    let foreign = matches!(source, Source::Cookie(_)) && !jam.origins().permit(parts);
    // Refused for strangers too: to clear it would clear the user's own and leave the one that
    // another site planted.
    let Some(credential) = presented.credential else {
        return Err(Rejection::new(RejectionKind::InvalidCredential));
    };
    let now = jam.now();
    let known = recognize(jam, backend, credential, now, !foreign).await?;
    let (evidence, payload) = match (known, source) {
        (Known::Caller(evidence, payload), _) => (evidence, payload),
        (Known::Nobody, Source::Cookie(name)) if access.lets_strangers_in() => {
            return Ok(Admission::Stranger { stale: Some(name) });
        }
        // It is good for something else, and must not be cleared.
        (Known::OtherPayload, Source::Cookie(_)) if access.lets_strangers_in() => {
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
    let known = (source, backend);
    // Of a token that does not say when its user signed in, nothing is known.
    let age = evidence.auth_time().map(|at| now.saturating_sub(at));
    authorize(jam, access, known, &payload, age)?;
    if foreign {
        return Err(Rejection::new(RejectionKind::CrossSite));
    }
    Ok(Admission::Caller(Caller {
        payload,
        evidence,
        source,
    }))
}

/// The first source that holds anything.
struct Presented<'a> {
    source: Source,
    backend: BackendName,
    /// `None` when there are several and none can be preferred.
    credential: Option<&'a [u8]>,
}

fn presented<'a, P: Payload>(
    jam: &Jam,
    access: &Access<P>,
    parts: &'a Parts,
) -> Result<Option<Presented<'a>>, Rejection> {
    for way in access.ways() {
        let Some(backend) = way.backend.or(jam.only_backend()) else {
            let fault = format!("the rule names no backend, and {}", jam.why_unnamed());
            return Err(Rejection::misconfigured(&fault));
        };
        for source in way.sources() {
            let credential = match credential::find(&parts.headers, source, jam.transport()) {
                Found::Nothing => continue,
                Found::Credential(credential) => Some(credential),
                Found::Ambiguous => None,
                Found::Malformed => return Err(Rejection::new(RejectionKind::InvalidRequest)),
            };
            return Ok(Some(Presented {
                source,
                backend,
                credential,
            }));
        }
    }
    Ok(None)
}

/// What a backend makes of a credential.
enum Known<P> {
    Caller(Evidence, P),
    /// It is good, and for somebody of another payload.
    OtherPayload,
    Nobody,
}

/// Asks the backend whose credential this is. `used` is whether a session counts as used by
/// it, which one that another site asked for does not.
async fn recognize<P: Payload>(
    jam: &Jam,
    backend: BackendName,
    credential: &[u8],
    now: u64,
    used: bool,
) -> Result<Known<P>, Rejection> {
    match backend {
        BackendName::Jwt => {
            let tokens = jam.tokens().map_err(|error| rejection(&error))?;
            match tokens.verify::<P>(credential, now) {
                Ok(claims) => {
                    let evidence = Evidence::Token(claims.registered);
                    Ok(Known::Caller(evidence, claims.payload))
                }
                Err(fault) => {
                    tracing::debug!(target: "jam", ?fault, "token refused");
                    Ok(match fault {
                        TokenFault::Claims | TokenFault::Type => Known::OtherPayload,
                        _ => Known::Nobody,
                    })
                }
            }
        }
        BackendName::Session => {
            let sessions = jam.session_backend().map_err(|error| rejection(&error))?;
            let opened = sessions.open::<P>(credential, now, used).await;
            Ok(match opened.map_err(|error| rejection(&error))? {
                Opened::Session(session) => {
                    Known::Caller(Evidence::Session(session.about), session.data)
                }
                Opened::OtherPayload => Known::OtherPayload,
                Opened::Nothing => Known::Nobody,
            })
        }
        BackendName::Own(id) => {
            let Ok(credential) = std::str::from_utf8(credential) else {
                return Ok(Known::Nobody);
            };
            let identity = jam.own_backends().recognize::<P>(id, credential).await;
            let identity = identity.map_err(|error| rejection(&error))?;
            Ok(match identity {
                Some(Identity {
                    payload,
                    auth_time,
                    expires_at,
                }) if expires_at.is_none_or(|end| now < end) => {
                    let evidence = Evidence::Own {
                        backend: id,
                        auth_time,
                        expires_at,
                    };
                    Known::Caller(evidence, payload)
                }
                _ => Known::Nobody,
            })
        }
    }
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
