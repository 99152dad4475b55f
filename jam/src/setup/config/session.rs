//! The table `session`.

use std::path::Path;
use std::time::Duration;

use jam_core::session::{AtLimit, MemoryStore, SessionStore, Sessions};
use zeroize::Zeroizing;

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
    let secret = table.text("encryption_secret", faults).map(Zeroizing::new);
    let previous = table.texts("previous_encryption_secrets", faults);
    let previous: Vec<_> = previous.into_iter().map(Zeroizing::new).collect();
    let keep = match (&secret, previous.is_empty()) {
        (Some(secret), _) => encrypted(secret, &previous).unwrap_or_else(|why| {
            faults.push(table.fault("encryption_secret", &why));
            Keep::default()
        }),
        (None, false) => {
            let why = "it needs `encryption_secret`, which encrypts";
            faults.push(table.fault("previous_encryption_secrets", why));
            Keep::default()
        }
        (None, true) => Keep::default(),
    };
    let opened = match &address {
        Some(address) => open(address, folder, keep),
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

/// The encryption of a store, if it has one.
#[derive(Default)]
struct Keep {
    #[cfg(feature = "encryption")]
    keys: Option<jam_core::session::EncryptionKeys>,
}

impl Keep {
    fn sessions(self, store: impl SessionStore) -> Sessions {
        #[cfg(feature = "encryption")]
        if let Some(keys) = self.keys {
            return Sessions::in_store(jam_core::session::EncryptedStore::new(store, keys));
        }
        Sessions::in_store(store)
    }
}

#[cfg(feature = "encryption")]
fn encrypted(secret: &str, previous: &[Zeroizing<String>]) -> Result<Keep, String> {
    let mut keys = jam_core::session::EncryptionKeys::new(secret);
    for secret in previous {
        keys = keys.and_then(|keys| keys.also_accept(secret.as_bytes()));
    }
    let keys = keys.map_err(|error| error.to_string())?;
    Ok(Keep { keys: Some(keys) })
}

#[cfg(not(feature = "encryption"))]
fn encrypted(_: &str, _: &[Zeroizing<String>]) -> Result<Keep, String> {
    Err(missing("encryption"))
}

/// Opens the store of this address. The error does not contain the address, which may have a password.
fn open(address: &str, folder: &Path, keep: Keep) -> Result<Sessions, String> {
    if address == "memory" {
        return Ok(keep.sessions(MemoryStore::new()));
    }
    match address.split_once(':') {
        Some(("sqlite", path)) => sqlite(&folder.join(path), keep),
        Some(("postgres" | "postgresql", _)) => postgres(address, keep),
        Some(("redis" | "rediss" | "valkey" | "valkeys", _)) => redis(address, keep),
        _ => Err(format!("unknown value: {STORES}")),
    }
}

#[cfg(feature = "sqlite")]
fn sqlite(path: &Path, keep: Keep) -> Result<Sessions, String> {
    let store = jam_sqlite::SqliteStore::open(path).map_err(|error| error.to_string())?;
    Ok(keep.sessions(store))
}

#[cfg(not(feature = "sqlite"))]
fn sqlite(_: &Path, _: Keep) -> Result<Sessions, String> {
    Err(missing("sqlite"))
}

#[cfg(feature = "postgres")]
fn postgres(address: &str, keep: Keep) -> Result<Sessions, String> {
    let store = jam_postgres::PostgresStore::connect(address).map_err(|error| error.to_string())?;
    Ok(keep.sessions(store))
}

#[cfg(not(feature = "postgres"))]
fn postgres(_: &str, _: Keep) -> Result<Sessions, String> {
    Err(missing("postgres"))
}

#[cfg(feature = "redis")]
fn redis(address: &str, keep: Keep) -> Result<Sessions, String> {
    let store = jam_redis::RedisOptions::new().open(address);
    Ok(keep.sessions(store.map_err(|error| error.to_string())?))
}

#[cfg(not(feature = "redis"))]
fn redis(_: &str, _: Keep) -> Result<Sessions, String> {
    Err(missing("redis"))
}

#[cfg(not(all(
    feature = "encryption",
    feature = "sqlite",
    feature = "postgres",
    feature = "redis"
)))]
fn missing(feature: &str) -> String {
    format!("it needs the feature `{feature}` of jam-auth")
}
