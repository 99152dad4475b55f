//! A result that is available immediately or later.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

/// A boxed future.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A result that is available immediately, or a future of it.
///
/// A token is verified without waiting, and so is a session in the memory of the process. With this
/// type the code for both cases is written once, and the immediate case needs no future.
#[must_use = "nothing is decided until the result is taken"]
#[allow(clippy::exhaustive_enums)] // a third case would need a third way to take the result
pub enum Decision<'a, T> {
    /// The result.
    Ready(T),
    /// A future of the result. Nothing happens until it is polled.
    Pending(BoxFuture<'a, T>),
}

impl<'a, T> Decision<'a, T> {
    /// Applies `change` to the result.
    #[inline]
    pub fn map<U>(self, change: impl FnOnce(T) -> U + Send + 'a) -> Decision<'a, U>
    where
        T: 'a,
    {
        match self {
            Self::Ready(result) => Decision::Ready(change(result)),
            Self::Pending(future) => {
                Decision::Pending(Box::pin(async move { change(future.await) }))
            }
        }
    }

    /// Returns the result if it is available immediately.
    #[inline]
    pub fn ready(self) -> Option<T> {
        match self {
            Self::Ready(result) => Some(result),
            Self::Pending(_) => None,
        }
    }

    /// Returns the result. Waits for it if necessary.
    #[inline]
    pub async fn wait(self) -> T {
        match self {
            Self::Ready(result) => result,
            Self::Pending(future) => future.await,
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Decision<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ready(result) => f.debug_tuple("Ready").field(result).finish(),
            Self::Pending(_) => f.debug_tuple("Pending").finish_non_exhaustive(),
        }
    }
}
