//! Tests that need something beside Cargo. Each names what it needs; where that is not
//! there it is reported as ignored, by name. `scripts/test` brings all of it.
//!
//! | variable | what it names | for |
//! |---|---|---|
//! | `JAM_VECTORS` | a folder of test vectors | `vectors::..` |
//! | `JAM_PYTHON` | a Python 3 with `venv` that reaches a package index | `interoperation::..` |
//! | `JAM_CHROMEDRIVER` | the program `chromedriver`, with a Chromium beside it | `browser::..` |
//! | `JAM_RUST_ANALYZER` | `rust-analyzer` by its whole path, in a toolchain with `rust-src` | `editor::..` |

#![allow(clippy::unwrap_used)] // a test that cannot go on says so by panicking

mod browser;
mod editor;
mod interoperation;
mod vectors;

use libtest_mimic::{Arguments, Trial};

fn main() -> std::process::ExitCode {
    let arguments = Arguments::from_args();
    type Test = (&'static str, &'static str, fn(&str));
    let tests: [Test; 7] = [
        ("vectors::signatures", "JAM_VECTORS", vectors::signatures),
        ("vectors::claims", "JAM_VECTORS", vectors::claims),
        ("vectors::headers", "JAM_VECTORS", vectors::headers),
        ("vectors::http", "JAM_VECTORS", vectors::http),
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
