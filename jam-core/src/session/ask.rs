//! Calls of the store: their timeout, and with the feature `metrics` their metrics, by the facade of the crate
//! `metrics`.
//!
//! | name | kind | labels |
//! |---|---|---|
//! | `jam_store_seconds` | histogram | `operation`: the time of an operation of the store |
//! | `jam_store_failures_total` | counter | `operation`: operations that failed or were not answered in time |

#[cfg(feature = "metrics")]
use std::time::Instant;

use super::Sessions;
use crate::base::decision::BoxFuture;
use crate::base::error::{Error, ErrorKind, StoreError};
use crate::base::timeout;

impl Sessions {
    /// Returns the store's answer to `operation`, if it comes within the timeout.
    pub(super) async fn ask<T>(
        &self,
        operation: &'static str,
        answer: BoxFuture<'_, Result<T, StoreError>>,
    ) -> Result<T, Error> {
        let measured = Measured::begin(operation);
        let answer = timeout::within(self.store_timeout, answer).await;
        measured.end(answer.is_ok());
        answer
    }

    /// Creates the tables of the store, or changes them to those of this version.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Store`].
    #[doc(hidden)] // for the crate of a framework
    pub async fn migrate(&self) -> Result<(), Error> {
        let migrated = self.store.migrate().await;
        migrated.map_err(|error| Error::because(ErrorKind::Store, error))
    }

    /// Checks that the store answers within the timeout.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Store`].
    #[doc(hidden)] // for the crate of a framework
    pub async fn health(&self) -> Result<(), Error> {
        self.ask("health", self.store.health()).await
    }
}

/// An operation of the store that is measured.
pub(super) struct Measured {
    #[cfg(feature = "metrics")]
    operation: &'static str,
    #[cfg(feature = "metrics")]
    begun: Instant,
}

#[cfg(feature = "metrics")]
impl Measured {
    pub(super) fn begin(operation: &'static str) -> Self {
        Self {
            operation,
            begun: Instant::now(),
        }
    }

    pub(super) fn end(self, is_ok: bool) {
        let seconds = self.begun.elapsed().as_secs_f64();
        metrics::histogram!("jam_store_seconds", "operation" => self.operation).record(seconds);
        if !is_ok {
            metrics::counter!("jam_store_failures_total", "operation" => self.operation)
                .increment(1);
        }
    }
}

#[cfg(not(feature = "metrics"))]
impl Measured {
    pub(super) fn begin(_: &'static str) -> Self {
        Self {}
    }

    #[allow(clippy::unused_self)] // as with the feature
    pub(super) fn end(self, _: bool) {}
}
