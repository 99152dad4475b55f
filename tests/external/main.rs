//! Tests that need more than Cargo. Each test names its requirement. If the requirement is missing,
//! the test is reported as ignored by its name. `scripts/test` installs all requirements.
//!
//! | variable | value | tests |
//! |---|---|---|
//! | `JAM_PYTHON` | a Python 3 with `venv` that reaches a package index | `interoperation::..` |
//! | `JAM_CHROMEDRIVER` | the program `chromedriver`, with a Chromium next to it | `browser::..` |
//! | `JAM_RUST_ANALYZER` | `rust-analyzer` by its whole path, in a toolchain with `rust-src` | `editor::..` |

#![allow(clippy::unwrap_used)] // a test reports an error with a panic

mod browser;
mod editor;
mod interoperation;

use libtest_mimic::{Arguments, Trial};

fn main() -> std::process::ExitCode {
    let arguments = Arguments::from_args();
    type Test = (&'static str, &'static str, fn(&str));
    let tests: [Test; 3] = [
        (
            "interoperation::with_python",
            "JAM_PYTHON",
            interoperation::with_python,
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
    let trials = tests.into_iter().map(|(name, variable, test)| {
        let value = std::env::var(variable).unwrap_or_default();
        let missing = value.is_empty();
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
