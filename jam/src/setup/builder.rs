//! The builder of a [`Jam`].

use std::fmt;
use std::marker::PhantomData;
use std::net::SocketAddr;

use axum::extract::OriginalUri;
use axum::response::IntoResponse;
use http::Uri;
use http::request::Parts;
use jam_core::backend::{Backend, BackendId, IssuerType, OwnBackends};
use jam_core::base::clock::Clock;
use jam_core::gate::Authenticator;
use jam_core::request::cookie::Transport;
use jam_core::request::cookie_names::CookieNames;
use jam_core::request::origin::{self, Origins};
use jam_core::session::Sessions;
use jam_core::token::{Issuers, Jwt};

use super::config::{ConfigError, Fault};
use super::issuer::Issuer;
use super::jam::{Jam, OnReject};
use crate::response::rejection::Rejection;

/// The state of a [`JamBuilder`] that has no backend yet.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_enums)] // it stays empty
pub enum WantsBackend {}

/// The state of a [`JamBuilder`] that can be built.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_enums)] // it stays empty
pub enum Ready {}

/// The builder of a [`Jam`].
///
/// # Defaults
///
/// Cookies need https, the origin of the application is the host that a request names, and rejections are RFC
/// 9457 problem documents.
#[must_use = "nothing is configured until .build() is called"]
pub struct JamBuilder<S> {
    pub(crate) jwt: Option<Jwt>,
    pub(crate) sessions: Option<Sessions>,
    own_backends: OwnBackends,
    issuers: Vec<(BackendId, Issuer)>,
    clock: Clock,
    pub(crate) development: Option<SocketAddr>,
    pub(crate) origins: Vec<String>,
    on_reject: Option<Box<OnReject>>,
    state: PhantomData<fn() -> S>,
}

impl JamBuilder<WantsBackend> {
    pub(crate) fn new() -> Self {
        Self {
            jwt: None,
            sessions: None,
            own_backends: OwnBackends::default(),
            issuers: Vec::new(),
            clock: Clock::default(),
            development: None,
            origins: Vec::new(),
            on_reject: None,
            state: PhantomData,
        }
    }
}

impl<S> JamBuilder<S> {
    /// Adds signed tokens, the backend `"jwt"`.
    pub fn jwt(mut self, jwt: Jwt) -> JamBuilder<Ready> {
        self.jwt = Some(jwt);
        self.with_backend()
    }

    /// Adds sessions on the server, the backend `"session"`.
    pub fn sessions(mut self, sessions: Sessions) -> JamBuilder<Ready> {
        self.sessions = Some(sessions);
        self.with_backend()
    }

    /// Adds a backend of your own, which rules name by its type:
    /// [`backend_type`](crate::Access::backend_type).
    ///
    /// # Errors
    ///
    /// Two backends with the same [`NAME`](Backend::NAME) make [`build`](JamBuilder::build) fail.
    pub fn backend(mut self, backend: impl Backend) -> JamBuilder<Ready> {
        self.own_backends.add(backend);
        self.with_backend()
    }

    /// Adds another issuer of tokens, which rules name by the type `I`:
    /// [`backend_type`](crate::Access::backend_type).
    ///
    /// If a rule names several issuers, the `iss` of a token picks one of them.
    ///
    /// # Errors
    ///
    /// An issuer without an audience, or two backends with the same name, make
    /// [`build`](JamBuilder::build) fail.
    pub fn issuer<I: IssuerType>(mut self, issuer: Issuer) -> JamBuilder<Ready> {
        self.issuers.push((const { BackendId::of::<I>() }, issuer));
        self.with_backend()
    }

    /// Allows state-changing requests with cookies from this origin, such as `https://app.example`, in addition
    /// to the application's own. It may be called several times.
    ///
    /// The own origin is the host that the request names. Name an origin if a
    /// proxy in front changes the `Host` of requests, or when the pages are at another origin than the
    /// application. Desktop and mobile shells have origins of their own, such as `tauri://localhost`.
    ///
    /// # Errors
    ///
    /// A text that is not one origin (with a path, a user, a `*`, or the scheme of no page) makes
    /// [`build`](JamBuilder::build) fail.
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.origins.push(origin.into());
        self
    }

    /// Allows cookies over plain http, for a server on `address`, the address of the listener.
    ///
    /// # Errors
    ///
    /// An address that is not loopback makes [`build`](JamBuilder::build) fail, and so does a release build:
    /// without https another machine on the network can read a cookie. A request for a host that is not
    /// loopback is answered with 500.
    pub fn development(mut self, address: SocketAddr) -> Self {
        self.development = Some(address);
        self
    }

    /// Sets the function that makes the answer to every rejected request. It gets the rejection and the head of
    /// the request.
    ///
    /// ```
    /// use axum::response::{IntoResponse, Redirect};
    /// use jam::{Jam, RejectionKind, Sessions};
    ///
    /// # fn main() -> Result<(), jam::ConfigError> {
    /// let jam = Jam::builder()
    ///     .sessions(Sessions::in_memory())
    ///     .on_reject(|rejection, _request| match rejection.kind() {
    ///         RejectionKind::NoCredential => Redirect::to("/login").into_response(),
    ///         _ => rejection.to_response(),
    ///     })
    ///     .build()?;
    /// # let _ = jam;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Its answer gets the challenge of a 401, the `Retry-After` of a 503 and `Cache-Control: no-store`, unless it
    /// has them.
    pub fn on_reject<R: IntoResponse>(
        mut self,
        answer: impl Fn(&Rejection, &Parts) -> R + Send + Sync + 'static,
    ) -> Self {
        let answer =
            move |rejection: &Rejection, parts: &Parts| answer(rejection, parts).into_response();
        self.on_reject = Some(Box::new(answer));
        self
    }

    /// Uses `clock` instead of the system's clock.
    #[cfg(feature = "testing")]
    pub fn clock(mut self, clock: jam_core::base::clock::ManualClock) -> Self {
        self.clock = Clock::Manual(clock);
        self
    }

    #[cfg(feature = "testing")]
    pub(crate) fn with_own_backends(mut self, own_backends: OwnBackends) -> JamBuilder<Ready> {
        self.own_backends = own_backends;
        self.with_backend()
    }

    pub(crate) fn with_backend(self) -> JamBuilder<Ready> {
        JamBuilder {
            jwt: self.jwt,
            sessions: self.sessions,
            own_backends: self.own_backends,
            issuers: self.issuers,
            clock: self.clock,
            development: self.development,
            origins: self.origins,
            on_reject: self.on_reject,
            state: PhantomData,
        }
    }
}

/// The state of a [`JamBuilder`] that has a backend.
#[diagnostic::on_unimplemented(
    message = "this `Jam` has no backend yet",
    label = "nothing says who calls",
    note = "add `.jwt(..)`, `.sessions(..)` or `.backend(..)` before `.build()`"
)]
pub trait HasBackend {}

impl HasBackend for Ready {}

impl<S> JamBuilder<S> {
    /// Builds the `Jam`.
    ///
    /// # Errors
    ///
    /// One [`ConfigError`] that lists all mistakes.
    pub fn build(self) -> Result<Jam, ConfigError>
    where
        S: HasBackend,
    {
        let mut faults: Vec<Fault> = Vec::new();
        let mut note = |(key, why): (&str, String)| faults.push(Fault::new(key, why));
        self.jwt.iter().flat_map(Jwt::faults).for_each(&mut note);
        self.sessions
            .iter()
            .flat_map(Sessions::faults)
            .for_each(&mut note);
        self.own_backends.faults().into_iter().for_each(&mut note);
        let own_names: Vec<_> = self.own_backends.names().collect();
        let mut issuers = Issuers::default();
        for (id, issuer) in self.issuers {
            if own_names.contains(&id.name()) || issuers.names().any(|name| name == id.name()) {
                let why = format!("two backends have the name {:?}; remove one", id.name());
                faults.push(Fault::new("issuer", why));
            }
            if let Some(verifier) = issuer.ready(id.name(), &mut faults) {
                issuers.add(id, verifier);
            }
        }
        let mut note = |key, why: String| faults.push(Fault::new(key, why));
        for (at, origin) in self.origins.iter().enumerate() {
            // The text is not shown: it can contain a password.
            if let Err(why) = origin::check(origin) {
                note("origins", format!("number {} {why}", at + 1));
            }
        }
        if let Some(address) = self.development {
            if !address.ip().is_loopback() {
                let why = format!(
                    "{address} can be reached from outside, where cookies need https; listen on \
                     127.0.0.1 or remove `.development(..)`"
                );
                note("development", why);
            }
            if !cfg!(debug_assertions) {
                let why = "this is a release build, which serves its users over https; remove \
                           `.development(..)`";
                note("development", why.to_owned());
            }
        }
        let tokens = self.jwt.and_then(Jwt::ready);
        if !faults.is_empty() {
            return Err(ConfigError::new(faults));
        }
        let plain_http = self.development.is_some();
        let authenticator = Authenticator {
            tokens,
            sessions: self.sessions,
            own_backends: self.own_backends,
            issuers,
            clock: self.clock,
            transport: match plain_http {
                true => Transport::PlainLoopback,
                false => Transport::Https,
            },
            origins: Origins {
                named: self.origins,
                plain_http,
            },
            cookie_names: CookieNames::default(),
            original_uri,
        };
        Ok(Jam::new(authenticator, self.on_reject))
    }
}

/// Returns the address outside of any nested router.
fn original_uri(request: &Parts) -> &Uri {
    match request.extensions.get::<OriginalUri>() {
        Some(OriginalUri(uri)) => uri,
        None => &request.uri,
    }
}

impl<S> fmt::Debug for JamBuilder<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JamBuilder")
            .field("jwt", &self.jwt)
            .field("sessions", &self.sessions)
            .field("own_backends", &self.own_backends)
            .field("issuers", &self.issuers)
            .field("development", &self.development)
            .field("origins", &self.origins)
            .finish_non_exhaustive()
    }
}
