//! Checks that every reader of claims gives the same result for any bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|json: &[u8]| jam_core::__fuzz::claims(json));
