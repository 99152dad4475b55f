//! Every reader of claims says the same of any bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|json: &[u8]| jam_core::__fuzz::claims(json));
