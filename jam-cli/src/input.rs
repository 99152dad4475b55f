//! The input of a command: files, the environment and stdin.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::Path;

use crate::output::{self, Failure};

/// Longest input in bytes, so that a wrong file does not fill the memory.
const LONGEST: u64 = 1024 * 1024;

/// Reads a file.
pub(crate) fn file(path: &Path) -> Result<Vec<u8>, Failure> {
    let read = File::open(path).and_then(limited);
    match read {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => Err(Failure::usage(format!(
            "{}: it is longer than 1 MiB",
            path.display()
        ))),
        Err(error) => Err(Failure::storage(format!(
            "{}: cannot read it: {error}",
            path.display()
        ))),
    }
}

/// Reads a file of text.
pub(crate) fn text_file(path: &Path) -> Result<String, Failure> {
    String::from_utf8(file(path)?)
        .map_err(|_| Failure::usage(format!("{}: it is not text", path.display())))
}

/// Returns the token in `argument`, or of stdin if there is none or if it is `-`.
pub(crate) fn token(argument: Option<String>) -> Result<String, Failure> {
    let text = match argument {
        Some(text) if text != "-" => text,
        _ => from_stdin()?,
    };
    let text = text.trim();
    // As it is in the header of a request.
    let bare = match text.split_once(' ') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer") => rest.trim_start(),
        _ => text,
    };
    match bare.is_empty() {
        true => Err(Failure::usage(
            "there is no token: pass it on stdin, such as `jam token decode < token.txt`",
        )),
        false => Ok(bare.to_owned()),
    }
}

fn from_stdin() -> Result<String, Failure> {
    if io::stdin().is_terminal() {
        output::complain("Paste the token, then press Enter and Ctrl-D.");
    }
    let bytes = match limited(io::stdin().lock()) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Err(Failure::usage("stdin is longer than 1 MiB")),
        Err(error) => return Err(Failure::storage(format!("cannot read stdin: {error}"))),
    };
    String::from_utf8(bytes).map_err(|_| Failure::usage("stdin is not text, and so not a token"))
}

/// Returns the bytes, or `None` if there are too many.
fn limited(from: impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    from.take(LONGEST + 1).read_to_end(&mut bytes)?;
    let is_short = u64::try_from(bytes.len()).is_ok_and(|length| length <= LONGEST);
    Ok(is_short.then_some(bytes))
}
