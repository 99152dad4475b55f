//! The places where the rules of handlers have looked for a credential.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use http::request::Parts;
use jam_core::rule::Source;

use super::cache::CacheHeaders;

/// `true` once the program has made a layer. Before that no request is searched for [`Consulted`].
static IN_USE: AtomicBool = AtomicBool::new(false);

/// Has the requests of this program searched for [`Consulted`].
pub(crate) fn switch_on() {
    IN_USE.store(true, Ordering::Relaxed);
}

/// The places where the rules of handlers have looked for a credential.
#[derive(Clone, Debug, Default)]
pub(crate) struct Consulted(Arc<Mutex<Vec<Source>>>);

impl Consulted {
    fn note(&self, sources: impl Iterator<Item = Source>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend(sources);
    }

    pub(crate) fn caching(&self) -> CacheHeaders {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        CacheHeaders::of(all.iter().copied())
    }
}

/// Notes that the answer depends on what these sources hold.
#[inline]
pub(crate) fn note(parts: &Parts, sources: impl Iterator<Item = Source>) {
    if IN_USE.load(Ordering::Relaxed)
        && let Some(consulted) = parts.extensions.get::<Consulted>()
    {
        consulted.note(sources);
    }
}
