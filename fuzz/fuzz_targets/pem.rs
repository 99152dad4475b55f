//! Checks that a key in PEM is accepted only if a strict reader accepts it.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|pem: &[u8]| jam_core::__fuzz::pem(pem));
