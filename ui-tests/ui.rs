//! Tests of programs that must compile, and of programs that must not compile, with the messages of
//! the compiler.
//!
//! `TRYBUILD=overwrite cargo test -p jam-ui-tests` writes the messages again. Read each changed
//! message. To run one case: `cargo test -p jam-ui-tests -- ui trybuild=unknown_option`.

// The messages of rustc differ between its versions.
#[rustversion::attr(not(stable(1.95)), ignore)] // PINNED
#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("*/pass/*.rs");
    cases.compile_fail("*/fail/*.rs");
}
