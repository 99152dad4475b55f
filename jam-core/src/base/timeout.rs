//! Timeouts for stores and backends.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use super::error::{Error, ErrorKind, StoreError};

/// Waits for an answer of a store or a backend.
///
/// # Errors
///
/// [`ErrorKind::Store`] if the answer is an error or does not come within `timeout`.
pub(crate) async fn within<T>(
    timeout: Duration,
    mut answer: impl Future<Output = Result<T, StoreError>> + Unpin,
) -> Result<T, Error> {
    // A store in memory answers at once, and then no timer is needed.
    let at_once = poll_fn(|context| Poll::Ready(Pin::new(&mut answer).poll(context))).await;
    let answer = match at_once {
        Poll::Ready(answer) => answer,
        Poll::Pending => tokio::time::timeout(timeout, answer)
            .await
            .map_err(|elapsed| Error::because(ErrorKind::Store, elapsed))?,
    };
    answer.map_err(|error| Error::because(ErrorKind::Store, error))
}
