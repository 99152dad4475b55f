//! The gate: it decides about a request by a rule. All forms of protection call [`admit`].
//!
//! ```text
//! request -> credential -> recognize -> facts -> verdict -> admission or refusal
//! ```
//!
//! Uses all other folders.

mod authenticator;
mod authorize;
mod caller;
mod recognize;
mod verdict;

use std::sync::Arc;

use http::request::Parts;

use crate::base::clock::CLOCK_DIFFERENCE;
use crate::base::decision::Decision;
use crate::payload::Payload;
use crate::refusal::{Refusal, RejectionKind};
use crate::request::cookie::Transport;
use crate::request::credential::{self, Content, Credential};
use crate::request::{origin, redirect};
use crate::rule::condition::Checked;
use crate::rule::{Access, Audience, BackendName, Source};

pub use authenticator::Authenticator;
pub use authorize::hides;
#[cfg(feature = "testing")]
pub use authorize::meets;
pub use caller::{Caller, Evidence};
use recognize::{Recognized, recognize};
use verdict::{Facts, Openness, Presented, Reason, Shape, Verdict, WAYS, decide};

/// A rule with one way and no conditions.
const ONLY_WAY: [Option<u8>; WAYS] = [Some(0), None, None, None];

/// Conditions of which no way is met.
const NO_WAY: [Option<u8>; WAYS] = [None; WAYS];

/// A request that the gate admits.
#[allow(missing_debug_implementations)] // the payload is private data of the user
#[allow(clippy::exhaustive_enums)] // each use has to decide about both
pub enum Admission<P> {
    /// A request of a caller.
    Caller(Caller<P>),
    /// An anonymous request, under a rule that admits them.
    Anonymous {
        /// The cookie with an invalid credential. The response clears it.
        stale: Option<&'static str>,
    },
}

/// The caller behind an `Arc`, if there is one, and the name of the cookie to clear.
pub type SharedAdmission<P> = (Option<Arc<Caller<P>>>, Option<&'static str>);

impl<P> Admission<P> {
    /// Returns the caller.
    ///
    /// # Errors
    ///
    /// An anonymous request is rejected with 401.
    #[inline]
    pub fn caller(self) -> Result<Caller<P>, Refusal> {
        match self {
            Self::Caller(caller) => Ok(caller),
            Self::Anonymous { .. } => Err(Refusal::new(RejectionKind::NoCredential)),
        }
    }

    /// Returns the caller behind an `Arc`, or the name of the cookie to clear.
    pub fn shared(self) -> SharedAdmission<P> {
        match self {
            Self::Caller(caller) => (Some(Arc::new(caller)), None),
            Self::Anonymous { stale } => (None, stale),
        }
    }
}

/// The result of the gate.
pub type Admitted<P> = Result<Admission<P>, Refusal>;

/// Admits or rejects a request by the rule `access`.
///
/// The first source with a credential decides, in the order of the rule. Later sources are not
/// read, so an invalid credential is rejected even if a later source holds a valid one.
///
/// # Errors
///
/// A [`Refusal`] if the request is rejected. If the rule has a login page, the refusal redirects a
/// browser to it.
#[inline]
pub fn admit<'a, P: Payload>(
    authenticator: &'a Authenticator,
    access: &'a Access<P>,
    request: &'a Parts,
) -> Decision<'a, Admitted<P>> {
    let gate = Gate {
        authenticator,
        access,
        request,
    };
    match gate.presented() {
        Ok(presented) => {
            let recognized = recognize(
                authenticator,
                presented.backend,
                presented.credential,
                presented.now,
                // A request from another site does not count as a use of the session.
                !presented.cross_site,
            );
            gate.conclude(presented, recognized)
        }
        Err(admitted) => Decision::Ready(admitted.map_err(|refusal| gate.finish(refusal))),
    }
}

/// One request under one rule.
struct Gate<'a, P: Payload> {
    authenticator: &'a Authenticator,
    access: &'a Access<P>,
    request: &'a Parts,
}

/// The decision about a credential that was authenticated. It does not hold the caller.
enum Judged {
    /// The caller is admitted.
    Caller,
    /// The request is admitted as an anonymous request.
    Anonymous {
        /// The cookie with an invalid credential.
        stale: Option<&'static str>,
    },
}

/// The credential that decides.
struct Found<'a> {
    credential: Credential<'a>,
    backend: BackendName,
    /// `true` if the request comes from another site.
    cross_site: bool,
    /// Seconds since the Unix epoch.
    now: u64,
}

impl<'a, P: Payload> Gate<'a, P> {
    /// Finds the credential that decides.
    ///
    /// # Errors
    ///
    /// The result of the gate if there is no such credential.
    #[inline]
    fn presented(&self) -> Result<Found<'a>, Admitted<P>> {
        let Self {
            authenticator,
            access,
            request,
        } = *self;
        check_host(authenticator, request).map_err(Err)?;
        let is_for_guests = matches!(access.audience, Audience::Guests { .. });
        let cross_site = is_for_guests && !authenticator.origins.permit(request);
        let without = |presented| {
            self.admission(&Facts {
                presented,
                cross_site,
                in_cookie: false,
                reauthenticating: false,
                met: NO_WAY,
            })
        };
        if cross_site {
            return Err(without(Presented::Nothing));
        }
        for way in access.ways() {
            let Some(backend) = way.backend.or(authenticator.only_backend()) else {
                let why = authenticator.why_unnamed();
                let fault = format!("the rule names no backend, and {why}");
                return Err(Err(Refusal::misconfigured(&fault)));
            };
            for source in way.sources_for(Some(backend)) {
                let credential = match credential::find(request, source, authenticator.transport) {
                    Content::Nothing => continue,
                    Content::Credential(credential) => credential,
                    Content::Ambiguous => return Err(without(Presented::Ambiguous)),
                    Content::Malformed => return Err(without(Presented::Malformed)),
                };
                let backend = self.of_issuer(backend, source, &credential);
                return Ok(Found {
                    credential,
                    backend,
                    cross_site: source.cookie_name().is_some()
                        && !authenticator.origins.permit(request),
                    now: authenticator.now(),
                });
            }
        }
        Err(without(Presented::Nothing))
    }

    /// Returns the backend for a credential that was found for `first`. Of several issuers that read the source,
    /// the token names one.
    #[inline]
    fn of_issuer(
        &self,
        first: BackendName,
        source: Source,
        credential: &Credential<'_>,
    ) -> BackendName {
        let authenticator = self.authenticator;
        if authenticator.issuers.is_empty() {
            return first;
        }
        let unnamed = authenticator.only_backend();
        let ways = self.access.ways().filter(|way| way.reads(source));
        let backends = ways.filter_map(|way| way.backend.or(unnamed));
        let all = std::iter::once(first).chain(backends);
        authenticator
            .of_issuer(all, credential.secret)
            .unwrap_or(first)
    }

    /// Decides about the request from the answer of the backend.
    #[inline]
    fn conclude(
        self,
        found: Found<'a>,
        recognized: Decision<'a, Result<Recognized<P>, Refusal>>,
    ) -> Decision<'a, Admitted<P>> {
        // The caller is large, so it is judged where it is, and moved once.
        let judged = match recognized {
            Decision::Ready(ref answer) => self.judge(&found, answer),
            Decision::Pending(answer) => {
                return Decision::Pending(Box::pin(async move {
                    let answer = Decision::Ready(answer.await);
                    self.conclude(found, answer).wait().await
                }));
            }
        };
        match judged {
            Ok(Judged::Caller) => match recognized {
                Decision::Ready(Ok(Recognized::Caller(caller))) => {
                    Decision::Ready(Ok(Admission::Caller(caller)))
                }
                _ => Decision::Ready(Err(Refusal::new(RejectionKind::InvalidCredential))),
            },
            Ok(Judged::Anonymous { stale }) => Decision::Ready(Ok(Admission::Anonymous { stale })),
            Err(refusal) => Decision::Ready(Err(self.finish(refusal))),
        }
    }

    /// Decides about the answer of the backend. A caller in it is not moved.
    #[inline]
    fn judge(
        &self,
        found: &Found<'_>,
        recognized: &Result<Recognized<P>, Refusal>,
    ) -> Result<Judged, Refusal> {
        let shape = self.shape();
        let (presented, met) = match recognized {
            Ok(Recognized::Caller(caller)) if !self.is_for_resource(caller) => {
                (Presented::Invalid, NO_WAY)
            }
            // The rule has one way and no conditions, so nothing has to be checked.
            Ok(Recognized::Caller(_)) if shape.ways == ONLY_WAY => (Presented::Valid, ONLY_WAY),
            Ok(Recognized::Caller(caller)) => (Presented::Valid, self.met(caller, found.now)),
            Ok(Recognized::OtherPayload) => (Presented::OtherPayload, NO_WAY),
            Ok(Recognized::Invalid) => (Presented::Invalid, NO_WAY),
            Err(refusal) => return Err(refusal.clone()),
        };
        let cookie = found.credential.source.cookie_name();
        let facts = Facts {
            presented,
            in_cookie: cookie.is_some(),
            cross_site: found.cross_site,
            reauthenticating: matches!(self.access.audience, Audience::Guests { .. })
                && redirect::is_reauthentication(self.request),
            met,
        };
        match (decide(&shape, &facts), recognized) {
            (Verdict::Caller, _) => Ok(Judged::Caller),
            (Verdict::Anonymous { clear_cookie }, _) => Ok(Judged::Anonymous {
                stale: cookie.filter(|_| clear_cookie),
            }),
            (Verdict::Rejected(Reason::Insufficient), Ok(Recognized::Caller(caller))) => {
                let checked = checked(caller, found.now);
                let (authenticator, origin) = (self.authenticator, caller.origin());
                let refusal = authorize::refusal(authenticator, self.access, origin, &checked);
                Err(refusal)
            }
            (Verdict::Rejected(reason), _) => Err(self.refusal(reason)),
        }
    }

    /// Returns `true` if the caller's token names the resource of the rule (RFC 8707 section 2). A credential that is
    /// not a token is for this application.
    #[inline]
    fn is_for_resource(&self, caller: &Caller<P>) -> bool {
        let Some(resource) = self.access.protected_resource() else {
            return true;
        };
        match &caller.evidence {
            Evidence::Token(_, claims) => {
                claims.audience().any(|audience| audience == resource.url())
            }
            Evidence::Session(_) | Evidence::Own { .. } => true,
        }
    }

    /// Returns the conditions that the caller meets.
    #[inline]
    fn met(&self, caller: &Caller<P>, now: u64) -> [Option<u8>; WAYS] {
        let checked = checked(caller, now);
        authorize::met(self.authenticator, self.access, caller.origin(), &checked)
    }

    /// Returns the result for a request without a usable credential.
    fn admission(&self, facts: &Facts) -> Admitted<P> {
        match decide(&self.shape(), facts) {
            Verdict::Anonymous { .. } => Ok(Admission::Anonymous { stale: None }),
            Verdict::Rejected(reason) => Err(self.refusal(reason)),
            Verdict::Caller => Err(Refusal::new(RejectionKind::InvalidCredential)),
        }
    }

    fn refusal(&self, reason: Reason) -> Refusal {
        Refusal::new(match reason {
            Reason::NoCredential => RejectionKind::NoCredential,
            Reason::InvalidRequest => RejectionKind::InvalidRequest,
            Reason::InvalidCredential => RejectionKind::InvalidCredential,
            Reason::CrossSite => RejectionKind::CrossSite,
            Reason::Insufficient => RejectionKind::InsufficientRole,
            Reason::SignedIn => {
                return Refusal::signed_in(match self.access.audience {
                    Audience::Guests { redirect_to } => redirect_to,
                    _ => None,
                });
            }
        })
    }

    /// Returns the rule as input for the verdict.
    #[inline]
    fn shape(&self) -> Shape {
        let mut ways = [None; WAYS];
        for (bits, way) in ways.iter_mut().zip(self.access.ways()) {
            *bits = Some((1_u8 << way.condition_count()) - 1);
        }
        Shape {
            openness: match self.access.audience {
                Audience::Callers => Openness::Callers,
                Audience::Optional => Openness::Optional,
                Audience::Guests { .. } => Openness::Guests,
            },
            ways,
        }
    }

    /// Adds the address to which a browser is redirected, and warns of a cookie that no rule reads.
    #[cold]
    fn finish(&self, mut refusal: Refusal) -> Refusal {
        let Self {
            authenticator,
            access,
            request,
        } = *self;
        if let Some(resource) = access.protected_resource() {
            refusal.for_resource(&resource.metadata_url(), &access.scopes().join(" "));
        }
        if refusal.kind() == RejectionKind::NoCredential {
            let names = &authenticator.cookie_names;
            names.compare(&request.headers, access.sources());
        }
        // A rule that admits anonymous requests never redirects to the login page.
        let login = access.login.filter(|_| !access.allows_anonymous());
        if let Some(login) = login {
            let original = (authenticator.original_uri)(request);
            redirect::towards_login(&mut refusal, login, request, original);
        }
        if redirect::is_htmx(request) {
            refusal.for_htmx();
        }
        refusal
    }
}

/// Returns the caller as input for conditions.
#[inline]
fn checked<P>(caller: &Caller<P>, now: u64) -> Checked<'_, P> {
    // The age is unknown if the time of the login is missing or in the future.
    let signed_in = caller.evidence.auth_time();
    let latest = now.saturating_add(CLOCK_DIFFERENCE);
    let signed_in = signed_in.filter(|at| *at <= latest);
    Checked {
        payload: &caller.payload,
        login_age: signed_in.map(|at| now.saturating_sub(at)),
    }
}

/// Checks the host of a request in development mode. A proxy in front would make the mode reachable
/// from outside.
///
/// # Errors
///
/// A [`Refusal`] with 500 in development mode if the request is for a host other than this machine.
#[inline]
pub fn check_host(authenticator: &Authenticator, request: &Parts) -> Result<(), Refusal> {
    match authenticator.transport {
        Transport::PlainLoopback if !origin::host(request).is_none_or(origin::is_loopback) => {
            Err(Refusal::misconfigured(
                "development mode is for plain http on this machine, and a request names another \
                 host: remove `.development(..)` from the builder, or `development` from the \
                 configuration",
            ))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
