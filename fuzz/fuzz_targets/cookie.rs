//! Checks that the cookie search gives the same result as a search through every pair of the field.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|field: &[u8]| jam_core::__fuzz::cookie(field));
