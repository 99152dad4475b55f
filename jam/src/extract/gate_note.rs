//! The note that a gate leaves in a request.

use std::any::{Any, TypeId};
use std::sync::Arc;

use http::request::Parts;
use jam_core::gate::Caller;
use jam_core::payload::Payload;

use crate::setup::jam::Jam;

/// The identity of a rule.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum GateId {
    /// The rule of a table or a layer, by its address.
    Place(usize),
    /// The rule of a handler, by its marker type.
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

/// The innermost gate of a request, for any payload. It replaces the note of an outer gate, whose result does
/// not count here.
#[derive(Clone)]
pub(crate) struct GateNote {
    pub(super) id: GateId,
    pub(crate) jam: Jam,
    /// The result, or `None` for a layer before an extractor needs it.
    found: Option<Who>,
}

/// A caller with any payload, or an anonymous request for a rule over a payload.
#[derive(Clone)]
enum Who {
    Caller(Arc<dyn Any + Send + Sync>),
    Anonymous { payload: TypeId },
}

impl GateNote {
    /// Returns the note of a layer before an extractor needs the result.
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
            None => Who::Anonymous {
                payload: TypeId::of::<P>(),
            },
        };
        Self {
            id,
            jam,
            found: Some(found),
        }
    }

    /// Returns the caller, or `None` inside for an anonymous request, if the rule is over this payload.
    pub(super) fn who<P: Payload>(&self) -> Option<Option<Arc<Caller<P>>>> {
        match self.found.as_ref()? {
            Who::Caller(caller) => Arc::clone(caller).downcast().ok().map(Some),
            Who::Anonymous { payload } => (*payload == TypeId::of::<P>()).then_some(None),
        }
    }
}

/// Puts the note of the outer gate back.
pub(crate) fn restore(around: Option<GateNote>, parts: &mut Parts) {
    match around {
        Some(around) => parts.extensions.insert(around),
        None => parts.extensions.remove(),
    };
}
