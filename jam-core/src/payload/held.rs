//! A payload, as a request holds it.

use std::ops::Deref;
use std::sync::Arc;

/// A payload that belongs to one request, or that requests with the same credential share.
#[derive(Clone)]
#[allow(missing_debug_implementations)] // the payload is private data of the user
#[allow(clippy::exhaustive_enums)] // it is owned or shared
pub enum Held<P> {
    /// The payload of one request.
    Own(P),
    /// The payload that requests with the same credential share.
    Shared(Arc<P>),
}

impl<P> Deref for Held<P> {
    type Target = P;

    fn deref(&self) -> &P {
        match self {
            Self::Own(payload) => payload,
            Self::Shared(payload) => payload,
        }
    }
}

impl<P: Clone> Held<P> {
    /// Returns the payload by value, and clones it only if it is shared.
    pub fn into_inner(self) -> P {
        match self {
            Self::Own(payload) => payload,
            Self::Shared(payload) => Arc::unwrap_or_clone(payload),
        }
    }
}
