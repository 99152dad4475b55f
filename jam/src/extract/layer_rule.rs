//! The rule of a layer. It is evaluated when a handler takes its caller.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use axum::response::Response;
use http::Extensions;
use http::request::Parts;
use jam_core::gate::{self, Caller};
use jam_core::payload::Payload;
use jam_core::refusal::{Refusal, RejectionKind};
use jam_core::rule::{Access, BackendName, DEFAULT_SESSION_COOKIE, List, Source};

use super::gate_note::{GateId, GateNote};
use crate::response::cache::CacheHeaders;
use crate::response::rejection::Rejection;
use crate::response::set_cookie;
use crate::setup::jam::Jam;

/// The backend of a layer and the places of the credential.
#[derive(Clone, Debug)]
pub(crate) struct Sources {
    pub(crate) jam: Jam,
    pub(crate) backend: BackendName,
    pub(crate) named: List<Source, 4>,
    /// The headers for caches on an answer whose handler took the caller.
    pub(crate) caching: CacheHeaders,
}

/// The rule of a layer, which extractors find in the request.
#[derive(Clone)]
pub struct LayerRule {
    sources: Arc<Sources>,
    /// Notes of the extractors for the layer.
    asked: Option<Arc<Mutex<Asked>>>,
}

#[derive(Debug, Default)]
pub(crate) struct Asked {
    by_a_handler: bool,
    stale: Option<&'static str>,
}

impl LayerRule {
    pub(crate) fn new(mut sources: Sources) -> Self {
        if sources.named.is_empty() {
            sources.named = sources.named.with(match sources.backend {
                BackendName::Session => Source::Cookie(DEFAULT_SESSION_COOKIE),
                _ => Source::AUTHORIZATION,
            });
        }
        sources.caching = CacheHeaders::of(sources.named.iter().copied());
        Self {
            sources: Arc::new(sources),
            asked: None,
        }
    }

    /// Notes the rule in a request, and returns it as it is for that request.
    pub(crate) fn enter(&self, extensions: &mut Extensions) -> Self {
        let rule = Self {
            asked: Some(Arc::default()),
            ..self.clone()
        };
        extensions.insert(GateNote::unasked(rule.gate(), rule.sources.jam.clone()));
        extensions.insert(rule.clone());
        rule
    }

    /// Adds headers to the response if a handler took the caller.
    pub(crate) fn finish(&self, response: &mut Response) {
        let Some(asked) = &self.asked else { return };
        let asked = std::mem::take(&mut *lock(asked));
        if asked.by_a_handler {
            self.sources.caching.add_to(response);
        }
        if let Some(name) = asked.stale {
            set_cookie::clear(response, &self.sources.jam.remove_cookie(name));
        }
    }

    pub(crate) fn gate(&self) -> GateId {
        GateId::of(&self.sources)
    }

    /// Runs the gate. Returns the caller, or `None` for an anonymous request.
    pub(crate) async fn admit<P: Payload>(
        &self,
        parts: &Parts,
    ) -> Result<Option<Arc<Caller<P>>>, Rejection> {
        self.note(|asked| asked.by_a_handler = true);
        let access = Access::<P>::of(self.sources.backend, self.sources.named).optional();
        let jam = &self.sources.jam;
        let admitted = gate::admit(jam.authenticator(), &access, parts)
            .wait()
            .await;
        let admission = admitted.map_err(|refusal| jam.reject(refusal, parts))?;
        let (caller, stale) = admission.shared();
        if caller.is_none() {
            self.note(|asked| asked.stale = stale);
        }
        Ok(caller)
    }

    /// Makes the rejection of an anonymous request by a handler that requires a caller. An invalid cookie is
    /// not cleared, because this page needs one.
    pub(crate) fn no_credential(parts: &Parts) -> Rejection {
        let mut kind = RejectionKind::NoCredential;
        if let Some(rule) = parts.extensions.get::<Self>() {
            rule.note(|asked| {
                if asked.stale.take().is_some() {
                    kind = RejectionKind::InvalidCredential;
                }
            });
        }
        let refusal = Refusal::new(kind);
        match parts.extensions.get::<GateNote>() {
            Some(note) => note.jam.reject(refusal, parts),
            None => refusal.into(),
        }
    }

    fn note(&self, note: impl FnOnce(&mut Asked)) {
        if let Some(asked) = &self.asked {
            note(&mut lock(asked));
        }
    }
}

fn lock(asked: &Mutex<Asked>) -> std::sync::MutexGuard<'_, Asked> {
    asked.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for LayerRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LayerRule")
            .field("sources", &self.sources.named)
            .finish_non_exhaustive()
    }
}
