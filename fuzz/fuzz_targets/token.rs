//! Checks that verification with a cache and fast paths gives the same result as verification of
//! each part.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|parts: (&[u8], &[u8])| {
    let (header, json) = parts;
    jam_core::__fuzz::token(header, json);
});
