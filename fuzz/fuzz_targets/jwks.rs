//! Checks that a JWK set is accepted only if a strict reader accepts each of its keys.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|json: &str| jam_core::__fuzz::jwks(json));
