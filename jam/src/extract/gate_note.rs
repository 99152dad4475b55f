//! The note that a gate leaves in a request.

use std::any::{Any, TypeId};
use std::sync::Arc;

use http::request::Parts;
use jam_core::gate::Caller;
use jam_core::payload::Payload;

use crate::setup::jam::Jam;

/// Which rule a request is under.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum GateId {
    /// That of a table or a layer, by its place in memory.
    Place(usize),
    /// That of a handler, by its marker.
    Handler(TypeId),
}

impl GateId {
    pub(crate) fn of<T>(rule: &Arc<T>) -> Self {
        Self::Place(Arc::as_ptr(rule).addr())
    }

    pub(super) fn of_handler<R: 'static>() -> Self {
        Self::Handler(TypeId::of::<R>())
    }
}

/// The innermost gate that a request has come to, for whatever payload. It takes the place of the
/// one around it, so that nothing found there counts here.
#[derive(Clone)]
pub(crate) struct GateNote {
    pub(super) id: GateId,
    pub(crate) jam: Jam,
    /// What it found out; a layer does when it is asked.
    found: Option<Who>,
}

/// A caller of whatever payload, or a stranger to a rule over it.
#[derive(Clone)]
enum Who {
    Caller(Arc<dyn Any + Send + Sync>),
    Stranger { payload: TypeId },
}

impl GateNote {
    /// The gate of a layer.
    pub(crate) fn unasked(id: GateId, jam: Jam) -> Self {
        Self {
            id,
            jam,
            found: None,
        }
    }

    pub(crate) fn of<P: Payload>(id: GateId, jam: Jam, who: Option<Arc<Caller<P>>>) -> Self {
        let found = match who {
            Some(caller) => Who::Caller(caller),
            None => Who::Stranger {
                payload: TypeId::of::<P>(),
            },
        };
        Self {
            id,
            jam,
            found: Some(found),
        }
    }

    /// Who it is, if the gate judged callers with this payload.
    pub(super) fn who<P: Payload>(&self) -> Option<Option<Arc<Caller<P>>>> {
        match self.found.as_ref()? {
            Who::Caller(caller) => Arc::clone(caller).downcast().ok().map(Some),
            Who::Stranger { payload } => (*payload == TypeId::of::<P>()).then_some(None),
        }
    }
}

/// Puts back what a gate around noted, in place of what the gate inside noted.
pub(crate) fn restore(around: Option<GateNote>, parts: &mut Parts) {
    match around {
        Some(around) => parts.extensions.insert(around),
        None => parts.extensions.remove(),
    };
}
