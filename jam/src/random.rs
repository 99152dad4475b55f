//! Random bytes, from the operating system and from nowhere else.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// `N` random bytes, or nothing when the system has none to give.
pub(crate) fn bytes<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes)
}

/// `N` random bytes as base64url.
pub(crate) fn text<const N: usize>() -> Option<String> {
    bytes::<N>().map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
}
