//! Errors by their causes. Their texts contain no data of a session.

use std::fmt;

use jam_core::base::error::StoreError;
use rusqlite::{Error, ErrorCode};

/// The cause of a failure.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    what: &'static str,
    code: Option<i32>,
}

impl Fault {
    pub(crate) fn new(what: &'static str) -> Self {
        Self { what, code: None }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let Error::SqliteFailure(failure, _) = error else {
            return Self::new("a value in the SQLite file has another type than was written");
        };
        let what = match failure.code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
                "the SQLite file is busy: another process has been writing for too long"
            }
            ErrorCode::ReadOnly => "the SQLite file is read-only",
            ErrorCode::DiskFull => "the disk of the SQLite file is full",
            ErrorCode::DatabaseCorrupt => "the SQLite file is corrupt",
            ErrorCode::NotADatabase => "the file is not a SQLite database",
            ErrorCode::CannotOpen => "the SQLite file cannot be opened",
            ErrorCode::PermissionDenied | ErrorCode::AuthorizationForStatementDenied => {
                "the SQLite file may not be used"
            }
            ErrorCode::SystemIoFailure => "the SQLite file cannot be read or written",
            ErrorCode::TooBig => "the session is larger than SQLite can store",
            _ => "SQLite failed",
        };
        Self {
            what,
            code: Some(failure.extended_code),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what)?;
        match self.code {
            Some(code) => write!(f, " (SQLite error {code})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Fault {}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        Self::new(fault)
    }
}
