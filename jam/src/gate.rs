//! The gate: from a request and a rule to a caller, or to a refusal. Every form of
//! protection goes through [`admit`].

use http::request::Parts;

use crate::access::{Access, BackendName, Condition, Source};
use crate::auth::{Caller, Evidence};
use crate::cookie::Transport;
use crate::credential::{self, Found};
use crate::error::{Error, ErrorKind};
use crate::jam::Jam;
use crate::origin;
use crate::payload::Payload;
use crate::rejection::{Rejection, RejectionKind};

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
        Err(rejection) => Err(rejection.mapped(jam, parts)),
    }
}

async fn decide<P: Payload>(
    jam: &Jam,
    access: &Access<P>,
    parts: &Parts,
) -> Result<Admission<P>, Rejection> {
    let Some(backend) = access.backend.or(jam.only_backend()) else {
        return Err(Rejection::misconfigured(
            "the rule names no backend, and this Jam has two: add .backend(\"jwt\") or \
             .backend(\"session\") to it",
        ));
    };
    if jam.transport() == Transport::PlainLoopback && !from_loopback(parts) {
        return Err(Rejection::misconfigured(
            "development mode is for plain http on loopback, and this request is for another \
             host: remove .development(..)",
        ));
    }
    let Some(Presented { source, credential }) = presented(jam, access, parts)? else {
        return match access.optional {
            true => Ok(Admission::Stranger { stale: None }),
            false => Err(Rejection::new(RejectionKind::NoCredential)),
        };
    };
    let known = match credential {
        Some(credential) => recognize(jam, backend, credential).await?,
        None => None,
    };
    let Some((evidence, payload)) = known else {
        return match source {
            Source::Cookie(name) if access.optional => {
                Ok(Admission::Stranger { stale: Some(name) })
            }
            _ => Err(Rejection::new(RejectionKind::InvalidCredential)),
        };
    };
    authorize(access, &payload)?;
    if matches!(source, Source::Cookie(_)) && !jam.origins().permit(parts) {
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
    /// `None` when there are several and none can be preferred.
    credential: Option<&'a [u8]>,
}

fn presented<'a, P: Payload>(
    jam: &Jam,
    access: &Access<P>,
    parts: &'a Parts,
) -> Result<Option<Presented<'a>>, Rejection> {
    for source in access.sources() {
        let credential = match credential::find(&parts.headers, source, jam.transport()) {
            Found::Nothing => continue,
            Found::Credential(credential) => Some(credential),
            Found::Ambiguous => None,
            Found::Malformed => return Err(Rejection::new(RejectionKind::InvalidRequest)),
        };
        return Ok(Some(Presented { source, credential }));
    }
    Ok(None)
}

/// Asks the backend whose credential this is.
async fn recognize<P: Payload>(
    jam: &Jam,
    backend: BackendName,
    credential: &[u8],
) -> Result<Option<(Evidence, P)>, Rejection> {
    let now = jam.now();
    match backend {
        BackendName::Jwt => {
            let tokens = jam.tokens().map_err(|error| rejection(&error))?;
            match tokens.verify::<P>(credential, now) {
                Ok(claims) => Ok(Some((Evidence::Token(claims.registered), claims.payload))),
                Err(fault) => {
                    tracing::debug!(target: "jam", ?fault, "token refused");
                    Ok(None)
                }
            }
        }
        BackendName::Session => {
            let sessions = jam.session_backend().map_err(|error| rejection(&error))?;
            let session = sessions
                .open::<P>(credential, now)
                .await
                .map_err(|error| rejection(&error))?;
            Ok(session.map(|session| (Evidence::Session(session.about), session.data)))
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

fn authorize<P: Payload>(access: &Access<P>, payload: &P) -> Result<(), Rejection> {
    let lacking = access
        .conditions()
        .find(|condition| !meets(payload, *condition));
    let Some(lacking) = lacking else {
        return Ok(());
    };
    Err(match lacking {
        _ if access.hide => Rejection::new(RejectionKind::Hidden),
        Condition::Role(_) | Condition::AnyRole(_) => {
            Rejection::new(RejectionKind::InsufficientRole)
        }
        Condition::Scope(_) => {
            let wanted: Vec<&str> = access
                .conditions()
                .filter_map(|condition| match condition {
                    Condition::Scope(scope) => Some(scope),
                    _ => None,
                })
                .collect();
            Rejection::insufficient_scope(&wanted.join(" "))
        }
    })
}

fn meets<P: Payload>(payload: &P, condition: Condition<P::Role>) -> bool {
    match condition {
        Condition::Role(role) => payload.has_role(role),
        Condition::AnyRole(roles) => roles.iter().any(|role| payload.has_role(*role)),
        Condition::Scope(scope) => payload.scopes().is_some_and(|held| held.contains(scope)),
    }
}

fn from_loopback(parts: &Parts) -> bool {
    origin::host(parts).is_none_or(origin::is_loopback)
}
