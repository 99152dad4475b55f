//! Whatever is outside of this process has so long to answer.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use super::error::{Error, ErrorKind, StoreError};

/// What `answer` comes to, if it does within `deadline`.
pub(crate) async fn within<T>(
    deadline: Duration,
    mut answer: impl Future<Output = Result<T, StoreError>> + Unpin,
) -> Result<T, Error> {
    // What is in memory has its answer at once, and then no timer is needed.
    let at_once = poll_fn(|context| Poll::Ready(Pin::new(&mut answer).poll(context))).await;
    let answer = match at_once {
        Poll::Ready(answer) => answer,
        Poll::Pending => tokio::time::timeout(deadline, answer)
            .await
            .map_err(|elapsed| Error::because(ErrorKind::Store, elapsed))?,
    };
    answer.map_err(|error| Error::because(ErrorKind::Store, error))
}
