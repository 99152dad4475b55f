//! Giving other tasks their turn, whatever the runtime is.

use std::future::poll_fn;
use std::task::Poll;

/// Returns to the runtime once.
pub(crate) async fn yield_now() {
    let mut yielded = false;
    poll_fn(|context| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
