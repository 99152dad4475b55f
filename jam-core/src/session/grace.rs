//! The grace of requests that were under way when a session was rotated.

use std::time::Duration;

use super::Sessions;
use super::id::SessionId;
use super::value::{Value, ValueKey};
use crate::base::error::Error;

impl Sessions {
    /// Sets the time in which the token from before a rotation still opens the session for `GET` and `HEAD`, in
    /// whole seconds.
    ///
    /// A page often loads several resources at once. If one of these requests rotates the session, the others
    /// arrive with the old token, and would be rejected. A few seconds are enough. Requests that change
    /// something always need the new token, and after a new login
    /// ([`Jam::reauthenticate_session`](https://docs.rs/jam-auth/latest/jam/struct.Jam.html#method.reauthenticate_session))
    /// the old token opens nothing.
    ///
    /// # Defaults
    ///
    /// Zero: the old token opens nothing.
    pub fn rotation_grace(mut self, grace: Duration) -> Self {
        self.rotation_grace = grace.as_secs();
        self
    }

    /// Notes that the record `old` was replaced by `new`.
    pub(super) async fn note_rotation(&self, old: &SessionId, new: &SessionId, now: u64) {
        if self.rotation_grace == 0 {
            return;
        }
        let ends = now.saturating_add(self.rotation_grace);
        let Some(value) = Value::new(*new.as_bytes(), ends) else {
            return;
        };
        let noted = self.store.swap_value(key(old), None, value, now);
        if let Err(error) = self.ask("swap_value", noted).await {
            // The session was rotated. Only the grace is lost.
            tracing::warn!(target: "jam", session = %new.prefix(), "rotation without grace: {error}");
        }
    }

    /// Returns the id of the record that replaced `old`, within the grace.
    pub(super) async fn successor(
        &self,
        old: &SessionId,
        now: u64,
    ) -> Result<Option<SessionId>, Error> {
        if self.rotation_grace == 0 {
            return Ok(None);
        }
        let values = self
            .ask("values", self.store.values(&[key(old)], now))
            .await?;
        let value = values.into_iter().next().flatten();
        let id = value.and_then(|value| <[u8; 32]>::try_from(value.bytes).ok());
        Ok(id.map(SessionId::from_bytes))
    }
}

fn key(old: &SessionId) -> ValueKey {
    ValueKey::new("rotated session", &[old.as_bytes()])
}
