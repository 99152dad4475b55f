//! Errors in the configuration of remote keys.

use std::fmt;

/// The reason why [`RemoteKeysBuilder::build`](crate::RemoteKeysBuilder::build) fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JwksError(String);

impl JwksError {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl fmt::Display for JwksError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for JwksError {}
