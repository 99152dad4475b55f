//! Whose credential a request has.

use std::future::Future;
use std::pin::Pin;

use http::request::Parts;

use super::Seat;
use crate::access::{Access, Audience, BackendName, Source};
use crate::auth::{Caller, Evidence, Held};
use crate::backend::{BackendId, Identity};
use crate::claims::RegisteredClaims;
use crate::cookie::Transport;
use crate::credential::{self, Found};
use crate::error::{Error, ErrorKind, TokenFault};
use crate::jam::Jam;
use crate::origin;
use crate::payload::Payload;
use crate::rejection::{Rejection, RejectionKind};
use crate::session::{Opened, Session};
use crate::token::Tokens;

/// The credential that decides.
pub(crate) struct Presented<'a> {
    pub(super) source: Source,
    backend: BackendName,
    credential: &'a [u8],
    /// Another site had the browser send it.
    pub(super) foreign: bool,
    /// Seconds since the Unix epoch.
    pub(super) now: u64,
}

/// What the first source holds that holds anything.
#[inline]
pub(super) fn presented<'a, P: Payload>(
    jam: &Jam,
    access: &Access<P>,
    parts: &'a Parts,
) -> Result<Option<Presented<'a>>, Rejection> {
    check_host(jam, parts)?;
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
        for source in way.sources_for(Some(backend)) {
            let credential = match credential::find(&parts.headers, source, jam.transport()) {
                Found::Nothing => continue,
                Found::Credential(credential) => credential,
                // An anonymous request. Nothing is cleared: that would clear the user's own cookie
                // and leave the one that a sibling domain planted.
                Found::Ambiguous if access.lets_strangers_in() => return Ok(None),
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
pub(super) enum Known {
    /// Somebody, who is put where the caller is to be.
    Caller,
    /// It is good, and for somebody of another payload.
    OtherPayload,
    Nobody,
}

#[inline]
fn session<P>(opened: Opened<P>, source: Source, seat: &mut Seat<P>) -> Known {
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

/// Whose credential this is, if nothing has to be waited for to know.
#[inline]
pub(super) fn recognize_at_once<P: Payload>(
    jam: &Jam,
    presented: &Presented<'_>,
    seat: &mut Seat<P>,
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

#[inline]
fn recognize_token<P: Payload>(
    tokens: &Tokens,
    presented: &Presented<'_>,
    seat: &mut Seat<P>,
) -> Known {
    let mut registered = RegisteredClaims::default();
    match tokens.verify(presented.credential, presented.now, &mut registered) {
        Ok(payload) => {
            *seat = Some(Caller {
                payload: Held::Own(payload),
                evidence: Evidence::Token(registered),
                source: presented.source,
            });
            Known::Caller
        }
        Err(fault) => {
            tracing::debug!(target: "jam", ?fault, "token refused");
            match fault {
                TokenFault::Claims | TokenFault::Type => Known::OtherPayload,
                _ => Known::Nobody,
            }
        }
    }
}

pub(super) type Recognized<P> = Result<(Known, Seat<P>), Rejection>;

/// Asks the backend whose credential this is.
pub(super) fn recognize<'a, P: Payload>(
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
    seat: &mut Seat<P>,
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

/// What an operation's failure means for the request that needed it.
fn rejection(error: &Error) -> Rejection {
    tracing::error!(target: "jam", %error, "the gate could not decide");
    Rejection::new(match error.kind() {
        ErrorKind::Store | ErrorKind::Random => RejectionKind::Unavailable,
        _ => RejectionKind::Misconfigured,
    })
}

/// Refuses a request for another host than this machine in development mode: a proxy in front would
/// show the mode to the world.
#[inline]
pub(crate) fn check_host(jam: &Jam, parts: &Parts) -> Result<(), Rejection> {
    match jam.transport() {
        Transport::PlainLoopback if !origin::host(parts).is_none_or(origin::is_loopback) => {
            Err(Rejection::misconfigured(
                "development mode is for plain http on this machine, and a request names another \
                 host: remove `.development(..)` from the builder, or `development` from the \
                 configuration",
            ))
        }
        _ => Ok(()),
    }
}
