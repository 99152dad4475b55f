//! Random bytes from the operating system.
//!
//! No state of a generator is in the process, so a copy of it, by `fork` or by a snapshot of its machine, makes
//! other ids. `scripts/test checks` looks for generators among the dependencies.

use crate::base::base64url;

/// Returns `N` random bytes, or `None` if the operating system fails.
pub(crate) fn bytes<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes)
}

/// Returns `N` random bytes as base64url, or `None` if the operating system fails.
pub(crate) fn text<const N: usize>() -> Option<String> {
    bytes::<N>().map(|bytes| base64url::encode(&bytes))
}
