//! Programs that must compile, and programs that must not, with the compiler's messages.
//!
//! `TRYBUILD=overwrite cargo test -p jam-ui-tests` writes the messages down anew; read
//! each of them. One case: `cargo test -p jam-ui-tests -- ui trybuild=unknown_option`.

// The wording of rustc differs between its versions.
#[rustversion::attr(not(stable(1.95)), ignore)] // PINNED
#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("*/pass/*.rs");
    cases.compile_fail("*/fail/*.rs");
}
