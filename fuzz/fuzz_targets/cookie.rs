//! A cookie is found in any field as by looking at every pair of it.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|field: &[u8]| jam_core::__fuzz::cookie(field));
