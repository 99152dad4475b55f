//! A record as a row of a table.

use jam_core::session::{Record, SessionData, SessionId};
use rusqlite::types::ValueRef;
use rusqlite::{Result, Row};

/// The columns of a record, in the order in which [`record`] reads them.
pub(crate) const COLUMNS: &str =
    "id, owner, lineage, version, auth_time, last_seen, expires_at, idle, data";

/// Reads a row of [`COLUMNS`]. `None` for a row that this version cannot read.
pub(crate) fn record(row: &Row<'_>) -> Result<Option<(SessionId, Record)>> {
    let id = id(row.get_ref(0)?);
    let record = decode(row)?;
    if id.is_none() || record.is_none() {
        // A session that cannot be read is no session. Its content stays out of the log.
        tracing::warn!(target: "jam", "a row of the SQLite file cannot be read as a session");
    }
    Ok(id.zip(record))
}

fn decode(row: &Row<'_>) -> Result<Option<Record>> {
    let (owner, lineage, data) = (row.get_ref(1)?, row.get_ref(2)?, row.get_ref(8)?);
    let mut numbers = [0; 5];
    for (at, number) in numbers.iter_mut().enumerate() {
        let Some(read) = time(row.get_ref(3 + at)?) else {
            return Ok(None);
        };
        *number = read;
    }
    let (Some(owner), Some(lineage), ValueRef::Blob(data)) =
        (text(owner), lineage_of(lineage), data)
    else {
        return Ok(None);
    };
    let [version, auth_time, last_seen, expires_at, idle] = numbers;
    let mut record = Record::new(owner, SessionData::from_json(data), auth_time, expires_at);
    record.version = version;
    record.last_seen = last_seen;
    record.idle = idle;
    record.lineage = lineage;
    Ok(Some(record))
}

/// Reads an id, or `None` if it has another length.
pub(crate) fn id(value: ValueRef<'_>) -> Option<SessionId> {
    match value {
        ValueRef::Blob(bytes) => Some(SessionId::from_bytes(bytes.try_into().ok()?)),
        _ => None,
    }
}

fn lineage_of(value: ValueRef<'_>) -> Option<SessionId> {
    match value {
        ValueRef::Null => Some(SessionId::from_bytes([0; 32])),
        value => id(value),
    }
}

fn text(value: ValueRef<'_>) -> Option<String> {
    value.as_str().ok().map(str::to_owned)
}

/// Reads a time or another number that is not negative.
pub(crate) fn time(value: ValueRef<'_>) -> Option<u64> {
    u64::try_from(value.as_i64().ok()?).ok()
}

/// Makes the number of a column.
pub(crate) fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Makes the column `lineage`: NULL for a record without a predecessor.
pub(crate) fn lineage(record: &Record) -> Option<&[u8]> {
    let lineage = record.lineage.as_bytes();
    (*lineage != [0; 32]).then_some(lineage.as_slice())
}
