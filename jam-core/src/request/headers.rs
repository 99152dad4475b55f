//! Reading the headers of a request.

use http::{HeaderMap, HeaderName, HeaderValue};

/// Up to this number of names, comparing with each is faster than hashing the one that is looked for:
/// 140 instructions less for an authenticated request, 370 for a rejected one.
const FEW: usize = 8;

/// Shows every field of this name to `look`.
#[inline]
pub(crate) fn each<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
    mut look: impl FnMut(&'a HeaderValue),
) {
    if headers.keys_len() <= FEW {
        let own = headers.iter().filter(|(own, _)| *own == name);
        own.for_each(|(_, field)| look(field));
    } else {
        headers.get_all(name).iter().for_each(look);
    }
}

/// Whether there is a field of this name.
#[inline]
pub fn has(headers: &HeaderMap, name: &HeaderName) -> bool {
    match headers.keys_len() {
        0..=FEW => headers.keys().any(|own| own == name),
        _ => headers.contains_key(name),
    }
}
