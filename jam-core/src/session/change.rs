//! The notification of changes in a store.

use tokio::sync::broadcast::{self, error::RecvError};

use super::id::SessionId;
use super::value::ValueKey;

/// Changes that a listener may be late by. One that is later gets [`Change::Missed`].
const WAITING: usize = 1024;

/// A change in a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// The record was updated, rotated or deleted. A use that was noted is no change.
    Record(SessionId),
    /// The value was set.
    Value(ValueKey),
    /// Changes may have been missed, for example while the connection to the store was lost. Everything may
    /// have changed.
    Missed,
}

/// The changes in a store, in their order. Get them from
/// [`SessionStore::changes`](super::SessionStore::changes).
#[derive(Debug)]
pub struct Changes(broadcast::Receiver<Change>);

impl Changes {
    /// Waits for the next change. Returns `None` once the store is gone.
    ///
    /// It is cancel safe.
    pub async fn next(&mut self) -> Option<Change> {
        match self.0.recv().await {
            Ok(change) => Some(change),
            Err(RecvError::Lagged(_)) => Some(Change::Missed),
            Err(RecvError::Closed) => None,
        }
    }
}

/// The sender of [`Changes`], for a store.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use jam::SessionId;
/// use jam::session::{Change, Notifier};
///
/// let notifier = Notifier::new();
/// let mut changes = notifier.changes();
/// let id = SessionId::from_bytes([7; 32]);
/// notifier.notify(Change::Record(id));
/// assert_eq!(changes.next().await, Some(Change::Record(id)));
/// drop(notifier);
/// assert_eq!(changes.next().await, None);
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Notifier(broadcast::Sender<Change>);

impl Notifier {
    /// Makes a sender without listeners.
    pub fn new() -> Self {
        Self(broadcast::Sender::new(WAITING))
    }

    /// Tells all listeners of a change. It does not wait for them.
    pub fn notify(&self, change: Change) {
        // An error means that there is no listener.
        let _ = self.0.send(change);
    }

    /// Returns the changes from now on.
    pub fn changes(&self) -> Changes {
        Changes(self.0.subscribe())
    }
}

impl Default for Notifier {
    fn default() -> Self {
        Self::new()
    }
}
