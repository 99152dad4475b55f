//! `jam keys`: the ring in a folder.

mod change;
mod show;

use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueHint};
use jam::token::{Algorithm, KeyFolder, KeySchedule, RingError};
use serde_json::json;

use crate::output::{Failure, Reply};
use crate::{algorithm, time};

/// Makes, shows and changes the keys of a ring.
///
/// A ring is a folder of keys that follow each other. A program loads it with `KeyRing::load`, and reads it
/// again by itself when it has changed.
///
/// A key stands by (it verifies, and others can learn of it), is then current (it signs), and is then retired
/// (it verifies until its last token has expired). A revoked key does nothing: its tokens are rejected.
#[derive(Args)]
pub(crate) struct Keys {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Subcommand)]
enum KeysCommand {
    /// Makes a ring, or adds a key that stands by to the ring in the folder
    Generate {
        #[command(flatten)]
        folder: Folder,
        /// The algorithm of the keys
        ///
        /// The default is ES256 for a new ring, and the algorithm of the newest key for another key.
        #[arg(long, value_parser = algorithm::parser(), ignore_case = true)]
        algorithm: Option<Algorithm>,
        /// The longest lifetime of a token of a new ring [default: 3600]
        #[arg(long, value_name = "SECONDS", value_parser = seconds())]
        token_lifetime: Option<u64>,
        /// The time for which a key of a new ring is published before it signs [default: 3600]
        #[arg(long, value_name = "SECONDS", value_parser = seconds())]
        standby: Option<u64>,
    },
    /// Lists the keys with their states
    List {
        #[command(flatten)]
        folder: Folder,
    },
    /// Plans that the key that has stood by longest signs, and generates another one
    ///
    /// The current key signs until the other one has been published for the time of standby, and 30 seconds
    /// at least. It then verifies until its last token has expired, so no caller is signed out.
    Rotate {
        #[command(flatten)]
        folder: Folder,
        /// The algorithm of the new key; the default is that of the newest key
        #[arg(long, value_parser = algorithm::parser(), ignore_case = true)]
        algorithm: Option<Algorithm>,
    },
    #[command(allow_missing_positional = true)]
    /// Takes a key out of use: the current one by a rotation, one that stands by at once
    Retire {
        #[command(flatten)]
        key: Key,
    },
    #[command(allow_missing_positional = true)]
    /// Revokes a key at once: its tokens are rejected, and its callers must sign in again
    ///
    /// It is for a private key that others may know. If the key signs, another one takes over at once.
    Revoke {
        #[command(flatten)]
        key: Key,
    },
    /// Prints the public keys as a JWK set, for programs that verify
    Jwks {
        #[command(flatten)]
        folder: Folder,
    },
    #[command(allow_missing_positional = true)]
    /// Prints a public key in PEM, with --json also as a JWK
    Show {
        #[command(flatten)]
        key: Key,
        /// Print the private key in PEM instead, or the shared secret in base64url
        ///
        /// Its holder can sign tokens.
        #[arg(long)]
        private: bool,
    },
}

#[derive(Args)]
struct Folder {
    /// The folder of the ring
    #[arg(value_name = "FOLDER", default_value = "keys", value_hint = ValueHint::DirPath)]
    path: PathBuf,
}

#[derive(Args)]
struct Key {
    #[command(flatten)]
    folder: Folder,
    /// The id of the key, which `jam keys list` shows; write `--` before an id that begins with `-`
    #[arg(value_name = "KID", allow_hyphen_values = true)]
    kid: String,
}

/// Returns the parser of a time: at most ten years, because a longer one is a mistake.
fn seconds() -> clap::builder::RangedU64ValueParser {
    clap::builder::RangedU64ValueParser::new().range(1..=315_360_000)
}

impl Keys {
    pub(crate) fn run(self) -> Result<Reply, Failure> {
        match self.command {
            KeysCommand::Generate {
                folder,
                algorithm,
                token_lifetime,
                standby,
            } => change::generate(&folder.path, algorithm, token_lifetime, standby),
            KeysCommand::List { folder } => list(&folder.path),
            KeysCommand::Rotate { folder, algorithm } => change::rotate(&folder.path, algorithm),
            KeysCommand::Retire { key } => change::retire(&key.folder.path, &key.kid),
            KeysCommand::Revoke { key } => change::revoke(&key.folder.path, &key.kid),
            KeysCommand::Jwks { folder } => jwks(&folder.path),
            KeysCommand::Show { key, private } => show::show(&key.folder.path, &key.kid, private),
        }
    }
}

fn list(path: &Path) -> Result<Reply, Failure> {
    let (now, schedule) = (time::now(), read(path)?);
    let json = json!({
        "folder": path.display().to_string(),
        "token_lifetime": schedule.token_lifetime(),
        "keys": show::all(&schedule, now),
    });
    Ok(Reply::new(show::lines(&schedule, now), json))
}

fn jwks(path: &Path) -> Result<Reply, Failure> {
    let (now, schedule) = (time::now(), read(path)?);
    let jwks = schedule.jwks(now);
    let has_secrets = schedule.keys().any(|key| key.algorithm().is_symmetric());
    let reply = Reply::new(crate::output::pretty(&jwks), jwks);
    Ok(match has_secrets {
        true => reply.with_note(
            "The ring has shared secrets, which are never published: whoever verifies with one can sign too.",
        ),
        false => reply,
    })
}

/// Reads the ring in a folder.
pub(crate) fn read(path: &Path) -> Result<KeySchedule, Failure> {
    Ok(open(path)?.1)
}

/// Opens and reads the ring in a folder.
fn open(path: &Path) -> Result<(KeyFolder, KeySchedule), Failure> {
    let opened = KeyFolder::open(path).and_then(|folder| {
        let schedule = folder.read()?;
        Ok((folder, schedule))
    });
    opened.map_err(|error| match is_missing(&error) {
        true => Failure::storage(format!(
            "{}: there is no ring; make one: jam keys generate {}",
            path.display(),
            quoted(path)
        )),
        false => Failure::storage(error.to_string()),
    })
}

/// Returns `true` if the folder or its file does not exist.
fn is_missing(error: &RingError) -> bool {
    io_error(error).is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
}

fn io_error(error: &RingError) -> Option<&io::Error> {
    std::error::Error::source(error)?.downcast_ref()
}

/// Returns a path as an argument of a shell.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |letter: char| letter.is_alphanumeric() || "/._-".contains(letter);
    match !text.is_empty() && text.chars().all(is_plain) {
        true => text,
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}
