//! Checks that a key in a JWK is accepted only if a strict reader accepts it.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|json: &str| jam_core::__fuzz::jwk(json));
