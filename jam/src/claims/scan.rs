//! What the readers of plain JSON look at: several bytes at once.

use crate::text::{bytes_below, bytes_like};

/// Marks of the names that an object has had.
pub(super) struct Names {
    marks: [u64; MOST_NAMES],
    count: usize,
    /// A bit for each of them: most names that are new are found to be by one look.
    bits: [u64; 4],
}

const MOST_NAMES: usize = 64;

impl Default for Names {
    fn default() -> Self {
        Self {
            marks: [0; MOST_NAMES],
            count: 0,
            bits: [0; 4],
        }
    }
}

impl Names {
    /// Adds a name. `false` when it was there, or may have been: two names can have the same mark.
    pub(super) fn add(&mut self, name: &str) -> bool {
        let mark = mark(name.as_bytes());
        let Some(free) = self.marks.get_mut(self.count) else {
            return false;
        };
        *free = mark;
        let hash = mark.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56;
        let (bits, bit) = (&mut self.bits[(hash >> 6) as usize % 4], 1 << (hash & 63));
        let is_new = *bits & bit == 0 || !self.marks[..self.count].contains(&mark);
        *bits |= bit;
        self.count += 1;
        is_new
    }
}

/// The length, and the first and the last eight bytes.
fn mark(name: &[u8]) -> u64 {
    let length = name.len() as u64;
    match (name.first_chunk(), name.last_chunk()) {
        (Some(first), Some(last)) => {
            let (first, last) = (u64::from_le_bytes(*first), u64::from_le_bytes(*last));
            let mixed = first.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ last;
            mixed.wrapping_mul(0xff51_afd7_ed55_8ccd) ^ length
        }
        _ => name
            .iter()
            .fold(length, |mark, byte| mark << 8 | u64::from(*byte)),
    }
}

/// How many bytes there are before the closing quote; nothing if there is a backslash or a
/// control character before it, or no quote.
pub(super) fn unescaped(text: &[u8]) -> Option<usize> {
    let (words, rest) = text.as_chunks();
    let mut length = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        let found = bytes_like(word, b'"') | bytes_like(word, b'\\') | bytes_below(word, 0x20);
        if found != 0 {
            length += found.trailing_zeros() as usize / 8;
            return (text[length] == b'"').then_some(length);
        }
        length += 8;
    }
    let end = rest
        .iter()
        .position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))?;
    (rest[end] == b'"').then_some(length + end)
}

/// The number that eight digits are.
pub(super) fn eight_digits(digits: [u8; 8]) -> Option<u64> {
    let word = u64::from_le_bytes(digits);
    // Every byte is 0x30 and more, and still begins with 3 when 6 is added.
    const ONES: u64 = 0x0101_0101_0101_0101;
    if (word & word.wrapping_add(ONES * 6)) & (ONES * 0xf0) != ONES * 0x30 {
        return None;
    }
    // Neighbours are put together: digits to pairs, pairs to fours, fours to eight.
    let word = word & (ONES * 0x0f);
    let pairs = (word.wrapping_mul(10)).wrapping_add(word >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100)).wrapping_add(pairs >> 16) & 0x0000_ffff_0000_ffff;
    let eight = (fours.wrapping_mul(10_000)).wrapping_add(fours >> 32) & 0xffff_ffff;
    Some(eight)
}
