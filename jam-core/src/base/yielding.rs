//! A way to let other tasks run, with any runtime.

use std::future::poll_fn;
use std::task::Poll;

/// Yields to the runtime once.
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
