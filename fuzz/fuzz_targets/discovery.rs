//! Checks that the address of keys in a discovery document is accepted only if a strict reader accepts it.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|document: &[u8]| jam_jwks::__fuzz::discovery(document));
