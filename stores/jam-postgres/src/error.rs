//! Errors by their causes. Their texts contain no data of a session.

use std::borrow::Cow;
use std::error::Error as _;
use std::{fmt, io};

use deadpool_postgres::{PoolError, TimeoutType};
use jam_core::base::error::StoreError;
use tokio_postgres::Error;

/// The state in which a failed operation left the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The server undid the operation, because it ran beside another one.
    Undone,
    /// The connection was lost. The operation may have been done.
    Unknown,
    /// A second attempt would fail too.
    Lasting,
}

/// The cause of a failure.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    text: Cow<'static, str>,
    code: Option<String>,
    pub(crate) effect: Effect,
}

impl Fault {
    pub(crate) fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            text: text.into(),
            code: None,
            effect: Effect::Lasting,
        }
    }

    /// Returns `true` if the transaction had failed before this statement.
    pub(crate) fn is_a_consequence(&self) -> bool {
        self.code.as_deref() == Some("25P02")
    }

    /// Returns `true` if a table does not exist.
    pub(crate) fn is_a_missing_table(&self) -> bool {
        self.code.as_deref() == Some("42P01")
    }

    /// Makes the error of an address that cannot be read. Its parts may contain the password.
    pub(crate) fn address(error: &Error) -> Self {
        const OPTION: &str = "invalid value for option";
        let cause = error.source().map(ToString::to_string);
        match cause.filter(|cause| cause.starts_with(OPTION)) {
            Some(cause) => Self::new(format!("the address of the database has an {cause}")),
            None => Self::new("the address of the database cannot be read"),
        }
    }

    fn lost(text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            effect: Effect::Unknown,
            ..Self::new(text)
        }
    }

    fn by_code(code: &str, message: &str) -> Self {
        let (text, effect) = describe(code);
        // The messages of these classes name a table, a user or a setting, and never a value of a row.
        let is_free_of_data = ["08", "28", "3D", "42", "57"]
            .iter()
            .any(|class| code.starts_with(class));
        let text = if is_free_of_data {
            format!("{text}: {message}").into()
        } else {
            Cow::Borrowed(text)
        };
        Self {
            text,
            code: Some(code.to_owned()),
            effect,
        }
    }
}

/// Describes a SQLSTATE.
fn describe(code: &str) -> (&'static str, Effect) {
    use Effect::{Lasting, Undone, Unknown};
    match code {
        "25006" => ("the database is read-only, as a replica is", Lasting),
        "26000" | "42P05" => (
            "a prepared statement is not on this connection, as behind PgBouncer in transaction mode; use \
             `PostgresOptions::without_prepared_statements`",
            Lasting,
        ),
        "28000" | "28P01" => ("PostgreSQL refused the user or the password", Lasting),
        "3D000" => ("the database does not exist", Lasting),
        "40001" => ("another transaction changed the same rows", Undone),
        "40P01" => ("PostgreSQL ended a deadlock", Undone),
        "42501" => ("the user of the database lacks a permission", Lasting),
        "42703" => (
            "the tables of the sessions are not those of this version; call `migrate`",
            Lasting,
        ),
        "42P01" => (
            "the tables of the sessions do not exist; call `migrate`",
            Lasting,
        ),
        "53100" => ("the disk of the database is full", Lasting),
        "53200" => ("PostgreSQL has no memory left", Lasting),
        "53300" => ("PostgreSQL has no connection left", Lasting),
        "55P03" => ("a lock was held for longer than `lock_timeout`", Lasting),
        "57014" => (
            "the statement took longer than `statement_timeout`, or was cancelled",
            Lasting,
        ),
        "57P01" | "57P02" | "57P05" => ("PostgreSQL ended the connection", Unknown),
        "57P03" => ("PostgreSQL is starting or stopping", Unknown),
        _ if code.starts_with("08") => ("the connection to PostgreSQL failed", Unknown),
        _ => ("PostgreSQL refused a statement", Lasting),
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        if let Some(db) = error.as_db_error() {
            return Self::by_code(db.code().code(), db.message());
        }
        if error.is_closed() {
            return Self::lost("the connection to PostgreSQL was closed");
        }
        let text = error.to_string();
        let Some(cause) = error.source() else {
            return Self::new(text);
        };
        if let Some(cause) = cause.downcast_ref::<io::Error>() {
            if cause.kind() == io::ErrorKind::PermissionDenied {
                return Self::by_code("25006", "");
            }
            return Self::lost(format!("{text}: {cause}"));
        }
        match text.as_str() {
            "error performing TLS handshake" | "error connecting to server" => {
                Self::lost(format!("{text}: {cause}"))
            }
            // Other causes may quote a value.
            _ => Self::new(text),
        }
    }
}

impl From<PoolError> for Fault {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Timeout(TimeoutType::Wait) => {
                Self::new("no connection of the pool became free in time")
            }
            PoolError::Timeout(TimeoutType::Create) => {
                Self::new("PostgreSQL did not accept a connection in time")
            }
            PoolError::Timeout(TimeoutType::Recycle) => {
                Self::new("a connection of the pool did not answer in time")
            }
            PoolError::Backend(error) => error.into(),
            PoolError::Closed => Self::new("the pool of connections is closed"),
            PoolError::NoRuntimeSpecified => {
                Self::new("the pool of connections has timeouts, but no runtime")
            }
            PoolError::PostCreateHook(_) => Self::new("a hook of the pool failed"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        match &self.code {
            Some(code) => write!(f, " (SQLSTATE {code})"),
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

#[cfg(test)]
mod tests {
    use super::Fault;

    #[test]
    fn the_text_of_an_error_contains_no_value() {
        for (code, message) in [
            ("22P02", "invalid input syntax for type bytea: \"secret\""),
            ("23505", "duplicate key value (id)=(secret)"),
            ("XX000", "secret"),
        ] {
            let text = Fault::by_code(code, message).to_string();
            assert!(!text.contains("secret"), "{text}");
            assert!(text.contains(code), "{text}");
        }
    }

    #[test]
    fn the_error_of_an_address_contains_no_password() {
        for address in [
            "postgres://localhost/app?word=1",
            "postgres://localhost:word/app",
            "host=localhost password='word",
        ] {
            let error = address.parse::<tokio_postgres::Config>();
            let text = Fault::address(&error.expect_err("it is invalid")).to_string();
            assert!(!text.contains("word"), "{text}");
        }
        let error = "postgres://localhost/app?sslmode=x".parse::<tokio_postgres::Config>();
        let text = Fault::address(&error.expect_err("it is invalid")).to_string();
        assert!(text.contains("sslmode"), "{text}");
    }
}
