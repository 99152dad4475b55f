//! Searches in plain JSON that check several bytes at once.

use crate::base::text::{ONES, bytes_below, bytes_like};

/// The names of an object so far.
pub(in crate::claims) struct Names<'a> {
    few: [&'a str; FEW],
    /// The names after the first [`FEW`].
    more: Vec<&'a str>,
    count: usize,
    sketch: Sketch,
}

const FEW: usize = 16;
/// The largest number of names. More names are not read by a fast reader, because a search among
/// them takes one step for each.
const MOST: usize = 64;

impl Default for Names<'_> {
    fn default() -> Self {
        Self {
            few: [""; FEW],
            more: Vec::new(),
            count: 0,
            sketch: Sketch::default(),
        }
    }
}

impl<'a> Names<'a> {
    /// Adds a name. Returns `false` if the name is a duplicate or if there are too many names.
    #[inline]
    pub(in crate::claims) fn add(&mut self, name: &'a str) -> bool {
        if self.sketch.had(name) && self.hold(name) {
            return false;
        }
        match self.few.get_mut(self.count) {
            Some(free) => *free = name,
            None if self.count < MOST => self.more.push(name),
            None => return false,
        }
        self.count += 1;
        true
    }

    fn hold(&self, name: &str) -> bool {
        let few = &self.few[..FEW.min(self.count)];
        few.iter().chain(&self.more).any(|own| *own == name)
    }
}

/// A filter that detects most new names in one step. For a token of another library it saves 480
/// instructions, 6 % of the verification.
#[derive(Default)]
pub(in crate::claims) struct Sketch([u64; 4]);

impl Sketch {
    /// Adds a name. Returns `false` if the name was certainly not added before.
    #[inline]
    pub(in crate::claims) fn had(&mut self, name: &str) -> bool {
        // Most names differ in their length or in their last two bytes.
        let (last, before) = match name.as_bytes() {
            [.., before, last] => (*last, *before),
            [last] => (*last, 0),
            [] => (0, 0),
        };
        let length = name.len().to_le_bytes()[0];
        let hash = last.wrapping_mul(31) ^ before.wrapping_mul(7) ^ length;
        let (bits, bit) = (&mut self.0[usize::from(hash >> 6)], 1 << (hash & 63));
        let had = *bits & bit != 0;
        *bits |= bit;
        had
    }
}

/// Returns the number of bytes before the first quote, backslash or control character.
#[inline]
pub(in crate::claims) fn unescaped(text: &[u8]) -> usize {
    let (words, rest) = text.as_chunks();
    for (number, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // The flip of one bit turns a quote (0x22) into 0x20. Control characters stay below 0x20,
        // and all other characters become 0x21 or more.
        let quote_or_control = bytes_below(word ^ (ONES * 2), 0x21);
        let found = quote_or_control | bytes_like(word, b'\\');
        if found != 0 {
            return 8 * number + found.trailing_zeros() as usize / 8;
        }
    }
    let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    text.len() - rest.len() + rest.iter().position(special).unwrap_or(rest.len())
}

/// Returns the number that eight digits represent, or `None` if a byte is not a digit.
#[inline]
pub(in crate::claims) fn eight_digits(digits: [u8; 8]) -> Option<u64> {
    let word = u64::from_le_bytes(digits);
    // All bytes are digits if each of them begins with the half-byte 3, also after 6 is added.
    if (word & word.wrapping_add(ONES * 6)) & (ONES * 0xf0) != ONES * 0x30 {
        return None;
    }
    // Neighbours are combined: digits to pairs, pairs to fours, fours to eight digits.
    let word = word & (ONES * 0x0f);
    let pairs = (word.wrapping_mul(10)).wrapping_add(word >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100)).wrapping_add(pairs >> 16) & 0x0000_ffff_0000_ffff;
    let eight = (fours.wrapping_mul(10_000)).wrapping_add(fours >> 32) & 0xffff_ffff;
    Some(eight)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::unescaped;

    proptest! {
        #[test]
        fn the_first_special_byte_is_found(
            text in prop::collection::vec(any::<u8>(), 0..40),
            plain in any::<bool>(),
            at: prop::sample::Index,
            other in prop::sample::select(&b"\"\\\x00\x1f\x20\x21\x23\x5d\x7f\xa2\xdc"[..]),
        ) {
            let mut text = text;
            if plain {
                text.iter_mut().for_each(|byte| *byte = b'a' | (*byte & 0x80));
            }
            if !text.is_empty() {
                let at = at.index(text.len());
                text[at] = other;
            }
            let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
            let sure = text.iter().position(special).unwrap_or(text.len());
            prop_assert_eq!(unescaped(&text), sure);
        }
    }
}
