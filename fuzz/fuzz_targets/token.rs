//! Verification that remembers and guesses says the same as verification part by part.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|parts: (&[u8], &[u8])| {
    let (header, json) = parts;
    jam_core::__fuzz::token(header, json);
});
