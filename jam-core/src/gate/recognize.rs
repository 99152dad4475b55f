//! Authentication of a credential by its backend.

use super::authenticator::Authenticator;
use super::caller::{Caller, Evidence};
use crate::backend::{BackendId, Identity};
use crate::base::decision::Decision;
use crate::base::error::{Error, ErrorKind, TokenFault};
use crate::payload::{Held, Payload};
use crate::refusal::{Refusal, RejectionKind};
use crate::request::credential::Credential;
use crate::request::origin::is_safe;
use crate::rule::{BackendName, Source};
use crate::session::{Opened, Session};
use crate::token::Verified;

/// The answer of a backend about a credential.
pub(super) enum Recognized<P> {
    /// The credential is valid.
    Caller(Caller<P>),
    /// The credential is valid for another payload.
    OtherPayload,
    /// The credential is not valid.
    Invalid,
}

/// Authenticates the credential with the backend. If `is_use` is `false`, a session keeps its time
/// of last use.
#[inline]
pub(super) fn recognize<'a, P: Payload>(
    authenticator: &'a Authenticator,
    backend: BackendName,
    credential: Credential<'a>,
    now: u64,
    is_use: bool,
) -> Decision<'a, Result<Recognized<P>, Refusal>> {
    match backend {
        BackendName::Jwt => match authenticator.tokens() {
            Ok(tokens) => {
                let source = credential.source;
                let verified = tokens.verify(credential.secret, now);
                verified.map(move |verified| of_token(verified, None, source))
            }
            Err(error) => Decision::Ready(Err(refusal(&error))),
        },
        BackendName::Session => match authenticator.sessions() {
            Ok(sessions) => {
                let source = credential.source;
                let only_reads = is_safe(credential.request);
                let opened = sessions.open(credential.secret, now, is_use, only_reads);
                opened.map(move |opened| match opened {
                    Ok(opened) => Ok(of_session(opened, source)),
                    Err(error) => Err(refusal(&error)),
                })
            }
            Err(error) => Decision::Ready(Err(refusal(&error))),
        },
        BackendName::Own(id) => match authenticator.issuers.verifier(id) {
            Some(verifier) => {
                let source = credential.source;
                let verified = verifier.decide(credential.secret, now);
                verified.map(move |verified| of_token(verified, Some(id), source))
            }
            None => Decision::Pending(Box::pin(async move {
                let recognized = of_own_backend(authenticator, id, &credential, now).await;
                recognized.map_err(|error| refusal(&error))
            })),
        },
    }
}

#[inline]
fn of_token<P>(
    verified: Result<Verified<P>, TokenFault>,
    issuer: Option<BackendId>,
    source: Source,
) -> Result<Recognized<P>, Refusal> {
    match verified {
        Ok(Verified {
            registered,
            payload,
        }) => Ok(Recognized::Caller(Caller {
            payload,
            evidence: Evidence::Token(issuer, registered),
            source,
        })),
        Err(TokenFault::Unavailable) => Err(refusal(&TokenFault::Unavailable.into())),
        Err(fault) => {
            tracing::debug!(target: "jam", ?fault, "token refused");
            Ok(match fault {
                TokenFault::Claims | TokenFault::Type => Recognized::OtherPayload,
                _ => Recognized::Invalid,
            })
        }
    }
}

#[inline]
fn of_session<P>(opened: Opened<P>, source: Source) -> Recognized<P> {
    match opened {
        Opened::Session(Session { about, data }) => Recognized::Caller(Caller {
            payload: Held::Shared(data),
            evidence: Evidence::Session(about),
            source,
        }),
        Opened::OtherPayload => Recognized::OtherPayload,
        Opened::Nothing => Recognized::Invalid,
    }
}

async fn of_own_backend<P: Payload>(
    authenticator: &Authenticator,
    id: BackendId,
    credential: &Credential<'_>,
    now: u64,
) -> Result<Recognized<P>, Error> {
    let Ok(secret) = std::str::from_utf8(credential.secret) else {
        return Ok(Recognized::Invalid);
    };
    let identity = authenticator
        .own_backends
        .recognize::<P>(id, secret)
        .await?;
    Ok(match identity {
        Some(Identity {
            payload,
            auth_time,
            expires_at,
        }) if expires_at.is_none_or(|end| now < end) => Recognized::Caller(Caller {
            payload: Held::Own(payload),
            evidence: Evidence::Own {
                backend: id,
                auth_time,
                expires_at,
            },
            source: credential.source,
        }),
        _ => Recognized::Invalid,
    })
}

/// Returns the refusal of a request after an error of the backend.
#[cold]
fn refusal(error: &Error) -> Refusal {
    tracing::error!(target: "jam", %error, "the gate could not decide");
    Refusal::new(match error.kind() {
        ErrorKind::Store | ErrorKind::Random | ErrorKind::Token(TokenFault::Unavailable) => {
            RejectionKind::Unavailable
        }
        _ => RejectionKind::Misconfigured,
    })
}
