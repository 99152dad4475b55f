//! The trait of a client that fetches documents.

use std::fmt;

use bytes::Bytes;
use http::Uri;
use jam_core::base::decision::BoxFuture;

/// The longest document in bytes.
pub(crate) const LONGEST: usize = 256 * 1024;

/// A client that fetches the documents of an issuer. [`HttpsClient`](crate::HttpsClient) comes with the crate; implement
/// the trait to use another one, for example behind a proxy.
///
/// A client answers with the body of a response with status 200, and nothing else: it follows no redirect, because
/// the address of the keys comes from the configuration. It reads at most 256 KiB. The caller gives up after 5
/// seconds, and then drops the future.
pub trait Fetch: fmt::Debug + Send + Sync + 'static {
    /// Fetches the document at `uri`, whose scheme is `https`, or `http` for a loopback address.
    ///
    /// # Errors
    ///
    /// [`FetchError`] with the reason for the log.
    fn fetch<'a>(&'a self, uri: &'a Uri) -> BoxFuture<'a, Result<Bytes, FetchError>>;
}

/// The reason why a document could not be fetched, for the log.
#[derive(Debug)]
pub struct FetchError(String);

impl FetchError {
    /// Makes an error with this reason. It must contain no secret.
    pub fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FetchError {}
