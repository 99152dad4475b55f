//! The table `session`.

use std::path::Path;
use std::time::Duration;

use jam_core::session::{AtLimit, Sessions};

use super::Fault;
use super::table::Table;

/// The values of `session.store`, for messages.
const STORES: &str = "write \"memory\", \"sqlite:app.db\", \"postgres://..\" or \"redis://..\"";

/// Reads the table. A relative path of a file begins at `folder`.
pub(super) fn read(mut table: Table, folder: &Path, faults: &mut Vec<Fault>) -> Option<Sessions> {
    let address = table.text("store", faults);
    let idle = table.number("idle_timeout", "seconds", faults);
    let absolute = table.number("absolute_timeout", "seconds", faults);
    let per_owner = table.number("per_owner", "sessions", faults);
    let deadline = table.number("store_timeout", "milliseconds", faults);
    let grace = table.number("rotation_grace", "seconds", faults);
    let opened = match &address {
        Some(address) => open(address, folder),
        None if table.has_fault("store", faults) => Ok(Sessions::in_memory()),
        None => Err(format!("it is missing: {STORES}")),
    };
    let mut sessions = opened.unwrap_or_else(|why| {
        faults.push(table.fault("store", &why));
        Sessions::in_memory()
    });
    table.finish(faults);
    if let Some(seconds) = idle {
        sessions = sessions.idle_timeout(Duration::from_secs(seconds));
    }
    if let Some(seconds) = absolute {
        sessions = sessions.absolute_timeout(Duration::from_secs(seconds));
    }
    if let Some(most) = per_owner {
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        sessions = sessions.per_owner(most, AtLimit::EndLeastRecentlyUsed);
    }
    if let Some(milliseconds) = deadline {
        sessions = sessions.store_timeout(Duration::from_millis(milliseconds));
    }
    if let Some(seconds) = grace {
        sessions = sessions.rotation_grace(Duration::from_secs(seconds));
    }
    Some(sessions)
}

/// Opens the store of this address. The error does not contain the address, which may have a password.
fn open(address: &str, folder: &Path) -> Result<Sessions, String> {
    if address == "memory" {
        return Ok(Sessions::in_memory());
    }
    match address.split_once(':') {
        Some(("sqlite", path)) => sqlite(&folder.join(path)),
        Some(("postgres" | "postgresql", _)) => postgres(address),
        Some(("redis" | "rediss" | "valkey" | "valkeys", _)) => redis(address),
        _ => Err(format!("unknown value: {STORES}")),
    }
}

#[cfg(feature = "sqlite")]
fn sqlite(path: &Path) -> Result<Sessions, String> {
    let store = jam_sqlite::SqliteStore::open(path);
    store
        .map(Sessions::in_store)
        .map_err(|error| error.to_string())
}

#[cfg(not(feature = "sqlite"))]
fn sqlite(_: &Path) -> Result<Sessions, String> {
    Err(missing("sqlite"))
}

#[cfg(feature = "postgres")]
fn postgres(address: &str) -> Result<Sessions, String> {
    let store = jam_postgres::PostgresStore::connect(address);
    store
        .map(Sessions::in_store)
        .map_err(|error| error.to_string())
}

#[cfg(not(feature = "postgres"))]
fn postgres(_: &str) -> Result<Sessions, String> {
    Err(missing("postgres"))
}

#[cfg(feature = "redis")]
fn redis(address: &str) -> Result<Sessions, String> {
    let store = jam_redis::RedisOptions::new().open(address);
    store
        .map(Sessions::in_store)
        .map_err(|error| error.to_string())
}

#[cfg(not(feature = "redis"))]
fn redis(_: &str) -> Result<Sessions, String> {
    Err(missing("redis"))
}

#[cfg(not(all(feature = "sqlite", feature = "postgres", feature = "redis")))]
fn missing(feature: &str) -> String {
    format!("it needs the feature `{feature}` of jam-auth")
}
