//! Random bytes, from the operating system and from nowhere else.

use crate::base::base64url;

/// `N` random bytes, or nothing when the system has none to give.
pub(crate) fn bytes<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes)
}

/// `N` random bytes as base64url.
pub(crate) fn text<const N: usize>() -> Option<String> {
    bytes::<N>().map(|bytes| base64url::encode(&bytes))
}
