//! The keys that `verify` and `mint` take.

use std::ffi::OsString;
use std::path::Path;

use jam::token::{Algorithm, KeyError};

use crate::input;
use crate::output::Failure;

/// The variable with a shared secret.
const SECRET: &str = "JAM_SECRET";

/// Returns the shared secret: the text of a file without the end of its line, or of the variable.
pub(super) fn secret(file: Option<&Path>) -> Result<Option<Vec<u8>>, Failure> {
    let Some(file) = file else {
        let variable = std::env::var_os(SECRET).filter(|text| !text.is_empty());
        return Ok(variable.map(OsString::into_encoded_bytes));
    };
    let mut secret = input::file(file)?;
    // Editors and `openssl rand` add it, and no configuration has it.
    if secret.last() == Some(&b'\n') {
        secret.pop();
        if secret.last() == Some(&b'\r') {
            secret.pop();
        }
    }
    Ok(Some(secret))
}

/// Returns the name of the place of a secret.
pub(super) fn name_of_secret(file: Option<&Path>) -> String {
    file.map_or_else(|| SECRET.to_owned(), |file| file.display().to_string())
}

/// Returns the algorithm of a shared secret.
pub(super) fn of_secret(algorithm: Option<Algorithm>) -> Algorithm {
    algorithm.unwrap_or(Algorithm::Hs256)
}

/// Returns the algorithm of a file with a key, which must be named: an RSA key fits several.
pub(super) fn of_file(algorithm: Option<Algorithm>, option: &str) -> Result<Algorithm, Failure> {
    algorithm.ok_or_else(|| {
        Failure::usage(format!(
            "{option} needs the algorithm of the key, such as --algorithm ES256"
        ))
    })
}

/// Returns the failure of a key in a file.
pub(super) fn unusable(place: &str) -> impl Fn(KeyError) -> Failure {
    move |error| Failure::usage(format!("{place}: {error}"))
}
