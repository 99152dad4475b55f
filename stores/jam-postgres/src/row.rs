//! A record as a row of a table.

use std::sync::Arc;

use jam_core::session::{Record, SessionData, SessionId, Value, ValueKey};
use tokio_postgres::Row;

use crate::error::Fault;

/// Returns a time or a number of seconds as PostgreSQL keeps it.
pub(crate) fn seconds(seconds: u64) -> i64 {
    i64::try_from(seconds.min(Record::LAST)).unwrap_or(i64::MAX)
}

/// Returns a version as PostgreSQL keeps it. No row has the version -1.
pub(crate) fn version(version: u64) -> i64 {
    i64::try_from(version).unwrap_or(-1)
}

/// The parameters of a record.
pub(crate) struct Fields<'a> {
    pub(crate) owner: &'a [u8],
    pub(crate) lineage: Option<&'a [u8]>,
    pub(crate) version: i64,
    pub(crate) auth_time: i64,
    pub(crate) last_seen: i64,
    pub(crate) expires_at: i64,
    pub(crate) idle: i64,
    pub(crate) data: &'a [u8],
}

impl<'a> From<&'a Record> for Fields<'a> {
    fn from(record: &'a Record) -> Self {
        let lineage = record.lineage.as_bytes();
        Self {
            owner: record.owner.as_bytes(),
            lineage: (*lineage != [0; 32]).then_some(lineage),
            version: version(record.version),
            auth_time: seconds(record.auth_time),
            last_seen: seconds(record.last_seen),
            expires_at: seconds(record.expires_at),
            idle: seconds(record.idle),
            data: record.data.as_json(),
        }
    }
}

/// Reads an id.
pub(crate) fn id(bytes: &[u8]) -> Option<SessionId> {
    bytes.try_into().ok().map(SessionId::from_bytes)
}

/// Reads a record. `None` if it cannot be decoded, which the log tells.
pub(crate) fn record(row: &Row) -> Result<Option<(SessionId, Arc<Record>)>, Fault> {
    let record = decode(row)?;
    if record.is_none() {
        tracing::warn!(
            target: "jam",
            "a row of the PostgreSQL table of sessions cannot be decoded; it counts as no session"
        );
    }
    Ok(record.map(|(id, record)| (id, Arc::new(record))))
}

// Another type of a column is a fault of the whole table, which must not end every session.
fn decode(row: &Row) -> Result<Option<(SessionId, Record)>, Fault> {
    let key: &[u8] = row.try_get(0)?;
    let owner: &[u8] = row.try_get(1)?;
    let lineage: Option<&[u8]> = row.try_get(2)?;
    let mut numbers = [0; 5];
    for (at, number) in numbers.iter_mut().enumerate() {
        let Ok(read) = u64::try_from(row.try_get::<_, i64>(3 + at)?) else {
            return Ok(None);
        };
        *number = read;
    }
    let data = SessionData::from_json(row.try_get::<_, &[u8]>(8)?);
    let (Some(key), Ok(owner), Some(lineage)) = (
        id(key),
        std::str::from_utf8(owner),
        id(lineage.unwrap_or(&[0; 32])),
    ) else {
        return Ok(None);
    };
    let [version, auth_time, last_seen, expires_at, idle] = numbers;
    let mut record = Record::new(owner.to_owned(), data, auth_time, expires_at);
    (record.version, record.last_seen, record.idle) = (version, last_seen, idle);
    record.lineage = lineage;
    Ok(Some((key, record)))
}

/// Reads a value and its key. `None` if it cannot be decoded, which the log tells.
pub(crate) fn value(row: &Row) -> Result<Option<(ValueKey, Value)>, Fault> {
    let key: &[u8] = row.try_get(0)?;
    let bytes: &[u8] = row.try_get(1)?;
    let expires_at: i64 = row.try_get(2)?;
    let key = key.try_into().ok().map(ValueKey::from_bytes);
    let value = u64::try_from(expires_at)
        .ok()
        .and_then(|expires_at| Value::new(bytes, expires_at));
    let value = key.zip(value);
    if value.is_none() {
        tracing::warn!(
            target: "jam",
            "a row of the PostgreSQL table of values cannot be decoded; it counts as no value"
        );
    }
    Ok(value)
}
