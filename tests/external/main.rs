//! Tests that need more than Cargo. Each test names its requirement. If the requirement is missing,
//! the test is reported as ignored by its name. `scripts/test` installs all requirements.
//!
//! | variable | value | tests |
//! |---|---|---|
//! | `JAM_PYTHON` | a Python 3 with `venv` that reaches a package index | `interoperation::..` |
//! | `JAM_NODE` | Node.js 20 or newer, with an `npm` that reaches a package index | `..::with_jose` |
//! | `JAM_CHROMEDRIVER` | the program `chromedriver`, with a Chromium next to it | `browser::..` |
//! | `JAM_RUST_ANALYZER` | `rust-analyzer` by its whole path, in a toolchain with `rust-src` | `editor::..` |
//!
//! The features `asymmetric` and `jsonwebtoken` add tests of every algorithm.

#![allow(clippy::unwrap_used)] // a test reports an error with a panic

mod browser;
mod editor;
mod interoperation;

use libtest_mimic::{Arguments, Trial};

/// In the place of a variable: the test needs features alone.
const NOTHING: &str = "";

fn main() -> std::process::ExitCode {
    let arguments = Arguments::from_args();
    type Test = (&'static str, &'static str, fn(&str));
    let tests: &[Test] = &[
        (
            "interoperation::with_python",
            "JAM_PYTHON",
            interoperation::with_python,
        ),
        #[cfg(feature = "asymmetric")]
        (
            "interoperation::every_algorithm_both_ways_with_pyjwt",
            "JAM_PYTHON",
            interoperation::algorithms::with_pyjwt,
        ),
        #[cfg(feature = "asymmetric")]
        (
            "interoperation::every_algorithm_both_ways_with_jamlib",
            "JAM_PYTHON",
            interoperation::algorithms::with_jamlib,
        ),
        #[cfg(feature = "asymmetric")]
        (
            "interoperation::every_algorithm_both_ways_with_jose",
            "JAM_NODE",
            interoperation::algorithms::with_jose,
        ),
        #[cfg(all(feature = "asymmetric", feature = "jsonwebtoken"))]
        (
            "interoperation::every_algorithm_both_ways_with_jsonwebtoken",
            NOTHING,
            interoperation::rust::with_jsonwebtoken,
        ),
        (
            "browser::quickstart",
            "JAM_CHROMEDRIVER",
            browser::quickstart,
        ),
        (
            "editor::rust_analyzer",
            "JAM_RUST_ANALYZER",
            editor::rust_analyzer,
        ),
    ];
    let trials = tests.iter().map(|&(name, variable, test)| {
        let value = std::env::var(variable).unwrap_or_default();
        let missing = value.is_empty() && variable != NOTHING;
        let name = match missing {
            true => format!("{name} (needs {variable})"),
            false => name.to_owned(),
        };
        let run = move || {
            test(&value);
            Ok(())
        };
        Trial::test(name, run).with_ignored_flag(missing)
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}
