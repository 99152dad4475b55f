//! Canonical base64url without padding (RFC 7515 section 2).
//!
//! Each sequence of bytes has exactly one spelling. Otherwise a revoked token could be used with
//! another spelling.

use std::mem::MaybeUninit;

use base64_simd::{AsOut, URL_SAFE_NO_PAD};

/// Encodes `bytes` as base64url.
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode_to_string(bytes)
}

/// Appends `bytes` as base64url to `text`.
pub(crate) fn append(bytes: &[u8], text: &mut String) {
    URL_SAFE_NO_PAD.encode_append(bytes, text);
}

/// Decodes `text` into `room`. Returns `None` if `text` is not canonical or does not fit.
#[inline]
pub(crate) fn decode_into<'a>(text: &[u8], room: &'a mut [MaybeUninit<u8>]) -> Option<&'a [u8]> {
    let length = URL_SAFE_NO_PAD.decoded_length(text).ok()?;
    let room = room.get_mut(..length)?;
    URL_SAFE_NO_PAD
        .decode(text, room.as_out())
        .ok()
        .map(|bytes| &*bytes)
}

/// Decodes `text`. Returns `None` if it is not canonical.
pub fn decode(text: &[u8]) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode_to_vec(text).ok()
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as STRICT;
    use proptest::prelude::*;

    fn decoded(text: &[u8]) -> Option<Vec<u8>> {
        let mut room = [std::mem::MaybeUninit::uninit(); 512];
        let in_place = super::decode_into(text, &mut room).map(<[u8]>::to_vec);
        assert_eq!(in_place, super::decode(text));
        in_place
    }

    proptest! {
        /// Both readers agree on texts that are base64url or almost base64url.
        #[test]
        fn reads_what_a_strict_reader_reads(text in "[A-Za-z0-9_+/=. -]{0,90}") {
            prop_assert_eq!(decoded(text.as_bytes()), STRICT.decode(&text).ok());
        }

        #[test]
        fn reads_what_a_strict_reader_reads_of_any_bytes(text: Vec<u8>) {
            prop_assert_eq!(decoded(&text), STRICT.decode(&text).ok());
        }

        /// A valid text with one changed character.
        #[test]
        fn reads_what_a_strict_reader_reads_of_respelt_texts(
            bytes in prop::collection::vec(any::<u8>(), 1..90), at: prop::sample::Index, other: u8,
        ) {
            let mut text = super::encode(&bytes).into_bytes();
            prop_assert_eq!(decoded(&text), Some(bytes));
            let at = at.index(text.len());
            text[at] = other;
            prop_assert_eq!(decoded(&text), STRICT.decode(&text).ok());
        }

        #[test]
        fn writes_what_others_write(bytes: Vec<u8>) {
            let mut text = String::new();
            super::append(&bytes, &mut text);
            prop_assert_eq!(&text, &STRICT.encode(&bytes));
            prop_assert_eq!(text, super::encode(&bytes));
        }
    }
}
