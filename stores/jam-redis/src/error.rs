//! Errors by their causes. Their texts contain no key, no data of a session and no password.

use std::fmt;

use jam_core::base::error::StoreError;
use redis::{ErrorKind, RedisError, ServerErrorKind};

/// The cause of a failure.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    what: &'static str,
    code: Option<String>,
    is_connection: bool,
}

impl Fault {
    pub(crate) fn new(what: &'static str) -> Self {
        Self {
            what,
            code: None,
            is_connection: false,
        }
    }

    /// A connection that cannot be used any more.
    pub(crate) fn of_connection(what: &'static str) -> Self {
        Self {
            is_connection: true,
            ..Self::new(what)
        }
    }

    /// Returns `true` if a new connection may work where this one did not.
    pub(crate) fn is_of_connection(&self) -> bool {
        self.is_connection
    }
}

impl From<RedisError> for Fault {
    fn from(error: RedisError) -> Self {
        let code = error.code().map(str::to_owned);
        let (what, is_connection) = match error.kind() {
            _ if error.is_timeout() => ("Redis did not answer in time", true),
            _ if error.is_connection_refusal() => ("Redis refuses connections", true),
            ErrorKind::Io => ("the connection to Redis was lost", true),
            ErrorKind::AuthenticationFailed => ("Redis rejects the password or the user", true),
            ErrorKind::Parse => ("Redis sent an answer that is not understood", true),
            ErrorKind::MasterNameNotFoundBySentinel => ("the sentinels know no such master", true),
            ErrorKind::ClusterConnectionNotFound => ("no node of the Redis cluster answers", true),
            ErrorKind::InvalidClientConfig => ("the address of Redis is not valid", false),
            ErrorKind::UnexpectedReturnType => ("a key of Redis holds another type", false),
            ErrorKind::Server(kind) => match kind {
                ServerErrorKind::BusyLoading => ("Redis is loading its data", false),
                // After a failover the old master is a replica. A sentinel knows the new one.
                ServerErrorKind::ReadOnly => ("Redis is a read-only replica", true),
                ServerErrorKind::MasterDown => ("Redis has lost its master", true),
                ServerErrorKind::ClusterDown => ("the Redis cluster is down", false),
                ServerErrorKind::Moved | ServerErrorKind::Ask => (
                    "Redis is a cluster: open the store with `RedisOptions::cluster`",
                    false,
                ),
                ServerErrorKind::NoPerm => ("the Redis user may not use a command", false),
                _ => ("Redis failed", false),
            },
            _ => match error.code() {
                Some("OOM") => ("the memory of Redis is full", false),
                Some("NOAUTH") => ("Redis demands a password", true),
                Some("MISCONF") => ("Redis cannot write to its disk", false),
                Some("NOREPLICAS") => ("Redis has too few replicas", false),
                _ => ("Redis failed", false),
            },
        };
        Self {
            what,
            code,
            is_connection,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what)?;
        match &self.code {
            Some(code) => write!(f, " ({code})"),
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
