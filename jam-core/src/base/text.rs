//! Texts and bytes: a grammar of HTTP, searches, and comparisons at compile time.

pub use jam_syntax::{is_local_path, is_token};

/// Returns `true` for a `token68` (RFC 9110 section 11.2), the text after the scheme of a
/// credential.
pub(crate) fn is_token68(bytes: &[u8]) -> bool {
    let unpadded = bytes
        .iter()
        .rposition(|byte| *byte != b'=')
        .map_or(&[][..], |last| &bytes[..=last]);
    // A chunk has no early exit, so that the compiler can check many bytes at once.
    let all = |chunk: &[u8]| {
        let others = chunk.iter().fold(0, |others, byte| {
            let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
            // The bytes from `-` to `9` are the dash, the dot, the slash and the digits.
            let low = byte.wrapping_sub(b'-') <= b'9' - b'-';
            let mark = (*byte == b'_') | (*byte == b'~') | (*byte == b'+');
            others | u8::from(!(letter | low | mark))
        });
        others == 0
    };
    let (chunks, rest) = unpadded.as_chunks::<32>();
    !unpadded.is_empty() && chunks.iter().all(|chunk| all(chunk)) && all(rest)
}

pub(crate) const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = ONES << 7;

/// Marks each byte that is less than `n` with its high bit. `n` is at most 128. Only the lowest
/// marked bit is reliable.
pub(crate) fn bytes_below(word: u64, n: u8) -> u64 {
    word.wrapping_sub(ONES * u64::from(n)) & !word & HIGH
}

/// Marks each byte that equals `byte`, in the same way.
pub(crate) fn bytes_like(word: u64, byte: u8) -> u64 {
    bytes_below(word ^ (ONES * u64::from(byte)), 1)
}

/// Returns the first position of `byte` in `text`.
#[inline]
pub(crate) fn find(byte: u8, text: &[u8]) -> Option<usize> {
    if cfg!(jam_plain) {
        return text.iter().position(|own| *own == byte);
    }
    // The byte is usually near, in the first words. Only a search further on uses `memchr`.
    let (words, rest) = text.as_chunks();
    for (number, word) in words.iter().take(NEAR).enumerate() {
        let found = bytes_like(u64::from_le_bytes(*word), byte);
        if found != 0 {
            return Some(8 * number + found.trailing_zeros() as usize / 8);
        }
    }
    let (begin, found) = match words.len() {
        0..=NEAR => (8 * words.len(), rest.iter().position(|own| *own == byte)),
        _ => (8 * NEAR, memchr::memchr(byte, &text[8 * NEAR..])),
    };
    found.map(|found| begin + found)
}

/// The number of words that count as near.
const NEAR: usize = 2;

pub(crate) const fn same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut at = 0;
    while at < left.len() {
        if left[at] != right[at] {
            return false;
        }
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn find_returns_the_first_position(text: Vec<u8>, byte: u8, at: prop::sample::Index) {
            let mut text = text;
            if !text.is_empty() {
                let at = at.index(text.len());
                text[at] = byte;
            }
            let sure = text.iter().position(|own| *own == byte);
            prop_assert_eq!(super::find(byte, &text), sure);
        }

        #[test]
        fn a_token68_matches_its_grammar(text in "[A-Za-z0-9._~+/=-]{0,70}|.{0,40}", at: prop::sample::Index, other: u8) {
            let mut text = text.into_bytes();
            if !text.is_empty() {
                let at = at.index(text.len());
                text[at] = other;
            }
            let end = text.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
            let sure = end > 0 && text[..end].iter().all(|byte| {
                byte.is_ascii_alphanumeric() || b"-._~+/".contains(byte)
            });
            prop_assert_eq!(super::is_token68(&text), sure);
        }
    }
}
