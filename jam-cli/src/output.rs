//! The output of a command, and its exit status.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::process::ExitCode;

use serde_json::{Value, json};

/// The status with which the command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Success = 0,
    No = 1,
    Usage = 2,
    Storage = 3,
}

impl Status {
    /// All of them with their meaning.
    pub(crate) const ALL: [(Self, &'static str); 4] = [
        (Self::Success, "it is done, or the answer is yes"),
        (Self::No, "the answer is no: the token is not valid"),
        (
            Self::Usage,
            "an argument or the content of the input is wrong",
        ),
        (Self::Storage, "a ring or a file cannot be read or written"),
    ];
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status as u8)
    }
}

/// Returns the table of statuses for the help.
pub(crate) fn exit_status() -> String {
    let mut text = "Exit status:\n".to_owned();
    for (status, meaning) in Status::ALL {
        // Writing into text cannot fail.
        let _ = writeln!(text, "  {}  {meaning}", status as u8);
    }
    text.push_str(
        "\nSecrets and private keys are printed by `jam keys show --private` alone. They are read from files \
         or from the variable JAM_SECRET, and never from arguments, which other users can see.",
    );
    text
}

/// The answer of a command.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: Status,
    /// The text for stdout.
    pub(crate) text: String,
    /// Remarks for stderr, so that stdout can be passed to another program.
    pub(crate) note: String,
    /// The document for stdout with `--json`, in place of both texts.
    pub(crate) json: Value,
}

impl Reply {
    pub(crate) fn new(text: impl Into<String>, json: Value) -> Self {
        Self {
            status: Status::Success,
            text: text.into(),
            note: String::new(),
            json,
        }
    }

    pub(crate) fn with_note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}

/// The reason why a command has no answer.
#[derive(Debug)]
pub(crate) struct Failure {
    status: Status,
    why: String,
}

impl Failure {
    /// An argument or the content of the input is wrong.
    pub(crate) fn usage(why: impl Into<String>) -> Self {
        Self {
            status: Status::Usage,
            why: why.into(),
        }
    }

    /// A ring or a file cannot be read or written.
    pub(crate) fn storage(why: impl Into<String>) -> Self {
        Self {
            status: Status::Storage,
            why: why.into(),
        }
    }
}

/// Prints the result of a command. Returns the status.
pub(crate) fn finish(json: bool, result: Result<Reply, Failure>) -> ExitCode {
    match result {
        Ok(reply) => {
            let text = match json {
                true => pretty(&reply.json),
                false => reply.text,
            };
            if let Err(failure) = print(&text) {
                return finish(json, Err(failure));
            }
            if !json && !reply.note.is_empty() {
                complain(&reply.note);
            }
            reply.status.into()
        }
        Err(Failure { status, why }) => {
            complain(&match json {
                true => json!({ "error": why }).to_string(),
                false => format!("error: {why}"),
            });
            status.into()
        }
    }
}

/// Prints why the arguments cannot be used, or the help or the version that they ask for.
pub(crate) fn finish_unparsed(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // A reader that is gone needs no help.
        let _ = error.print();
        return Status::Success.into();
    }
    // There are no parsed arguments that could tell.
    let mut arguments = std::env::args_os().skip(1).take_while(|each| each != "--");
    if arguments.any(|each| each == "--json") {
        let text = error.render().to_string();
        let why = text.trim().trim_start_matches("error: ");
        return finish(true, Err(Failure::usage(why)));
    }
    let _ = error.print();
    Status::Usage.into()
}

/// Returns a JSON document over several lines.
pub(crate) fn pretty(json: &Value) -> String {
    // A value always has a text.
    serde_json::to_string_pretty(json).unwrap_or_default()
}

fn print(text: &str) -> Result<(), Failure> {
    if text.is_empty() {
        return Ok(());
    }
    let mut stdout = io::stdout().lock();
    let end = if text.ends_with('\n') { "" } else { "\n" };
    let written = stdout
        .write_all(visible(text).as_bytes())
        .and_then(|()| stdout.write_all(end.as_bytes()))
        .and_then(|()| stdout.flush());
    match written {
        // The reader has what it wanted, as `head` does.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::storage(format!("cannot write to stdout: {error}"))),
        Ok(()) => Ok(()),
    }
}

/// Prints a line to stderr. If nobody can read it, nobody can be told.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", visible(text.trim_end()));
}

/// Writes characters that steer a terminal as JSON writes them, because a token that anyone can have made
/// must not do so.
fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        let is_direction = matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}')
            || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        match letter {
            '\n' | '\t' => shown.push(letter),
            letter if letter.is_control() || is_direction => {
                // Writing into text cannot fail.
                let _ = write!(shown, "\\u{:04x}", u32::from(letter));
            }
            letter => shown.push(letter),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn characters_that_steer_a_terminal_are_escaped() {
        let text = "a\u{1b}[31m\u{9b}2J\u{7f}\r\u{202e}b\n\tü 名";
        assert_eq!(
            visible(text),
            "a\\u001b[31m\\u009b2J\\u007f\\u000d\\u202eb\n\tü 名"
        );
    }
}
