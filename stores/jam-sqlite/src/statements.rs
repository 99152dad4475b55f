//! The statements, as functions on a connection.

use std::sync::Arc;

use jam_core::session::{
    AtLimit, Change, OwnerLimit, Page, Record, SessionId, Usage, Value, ValueKey, WriteOutcome,
};
use rusqlite::{Connection, OptionalExtension, Result, params};

use crate::row::{self, COLUMNS, number};

/// Seconds after its end in which a session stays in the file, in case that clocks differ.
const KEPT: i64 = 24 * 60 * 60;
/// Sessions or values that have ended and are deleted each time one is added: more than one, so that they
/// cannot accumulate.
const FREED: i64 = 4;

/// The names of the tables.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    sessions: String,
    values: String,
    schema: String,
}

impl Names {
    /// Makes the names. `None` if the prefix could change a statement.
    pub(crate) fn new(prefix: &str) -> Option<Self> {
        let is_valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let begins = prefix.starts_with(|c: char| c.is_ascii_lowercase());
        (begins && prefix.chars().all(is_valid)).then(|| Self {
            sessions: format!("{prefix}sessions"),
            values: format!("{prefix}values"),
            schema: format!("{prefix}schema"),
        })
    }

    pub(crate) fn version_table(&self) -> String {
        let schema = &self.schema;
        format!("CREATE TABLE IF NOT EXISTS {schema} (version INTEGER NOT NULL) STRICT;")
    }

    pub(crate) fn read_version(&self) -> String {
        format!("SELECT max(version) FROM {}", self.schema)
    }

    pub(crate) fn write_version(&self) -> String {
        format!("INSERT INTO {} (version) VALUES (?1)", self.schema)
    }

    /// `ends` is the time at which the session ends if it is not used again.
    pub(crate) fn tables(&self) -> String {
        let Self {
            sessions, values, ..
        } = self;
        format!(
            "CREATE TABLE {sessions} (
                id BLOB NOT NULL PRIMARY KEY,
                owner TEXT NOT NULL,
                lineage BLOB,
                version INTEGER NOT NULL,
                auth_time INTEGER NOT NULL,
                last_seen INTEGER NOT NULL,
                expires_at INTEGER NOT NULL,
                idle INTEGER NOT NULL,
                ends INTEGER NOT NULL,
                data BLOB NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX {sessions}_of_owner ON {sessions} (owner, id);
            CREATE INDEX {sessions}_of_lineage ON {sessions} (lineage) WHERE lineage <> id;
            CREATE INDEX {sessions}_by_end ON {sessions} (ends);
            CREATE TABLE {values} (
                key BLOB NOT NULL PRIMARY KEY,
                bytes BLOB NOT NULL,
                expires_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX {values}_by_end ON {values} (expires_at);"
        )
    }

    pub(crate) fn create(
        &self,
        db: &Connection,
        id: &SessionId,
        record: &Record,
        limit: OwnerLimit,
        changes: &mut Vec<Change>,
    ) -> Result<WriteOutcome> {
        if self.exists(db, id)? {
            return Ok(WriteOutcome::Conflict);
        }
        let now = number(record.last_seen);
        let sessions = &self.sessions;
        let alive: i64 = db
            .prepare_cached(&format!(
                "SELECT count(*) FROM {sessions} WHERE owner = ?1 AND ends > ?2"
            ))?
            .query_row(params![record.owner, now], |row| row.get(0))?;
        let too_many = alive + 1 - i64::from(limit.most);
        if too_many > 0 {
            if limit.at_limit == AtLimit::Reject {
                return Ok(WriteOutcome::Full);
            }
            let mut end = db.prepare_cached(&format!(
                "DELETE FROM {sessions} WHERE id IN (
                    SELECT id FROM {sessions} WHERE owner = ?1 AND ends > ?2
                    ORDER BY last_seen, ends, id LIMIT ?3
                ) RETURNING id"
            ))?;
            let ended = end.query_map(params![record.owner, now, too_many], |row| {
                Ok(row::id(row.get_ref(0)?))
            })?;
            for id in ended {
                changes.extend(id?.map(Change::Record));
            }
        }
        self.insert(db, id, record, record.version)?;
        db.prepare_cached(&format!(
            "DELETE FROM {sessions} WHERE id IN (
                SELECT id FROM {sessions} WHERE ends <= ?1 ORDER BY ends LIMIT {FREED}
            )"
        ))?
        .execute([now - KEPT])?;
        Ok(WriteOutcome::Done)
    }

    fn exists(&self, db: &Connection, id: &SessionId) -> Result<bool> {
        db.prepare_cached(&format!("SELECT 1 FROM {} WHERE id = ?1", self.sessions))?
            .exists([id.as_bytes()])
    }

    fn insert(
        &self,
        db: &Connection,
        id: &SessionId,
        record: &Record,
        version: u64,
    ) -> Result<usize> {
        db.prepare_cached(&format!(
            "INSERT INTO {} ({COLUMNS}, ends) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            self.sessions
        ))?
        .execute(params![
            id.as_bytes(),
            record.owner,
            row::lineage(record),
            number(version),
            number(record.auth_time),
            number(record.last_seen),
            number(record.expires_at),
            number(record.idle),
            record.data.as_json(),
            number(record.ends()),
        ])
    }

    pub(crate) fn load(&self, db: &Connection, id: &SessionId) -> Result<Option<Record>> {
        let sessions = &self.sessions;
        let read = db
            .prepare_cached(&format!("SELECT {COLUMNS} FROM {sessions} WHERE id = ?1"))?
            .query_row([id.as_bytes()], row::record)
            .optional()?;
        Ok(read.flatten().map(|(_, record)| record))
    }

    /// Notes a use of the session if it is due.
    pub(crate) fn touch(&self, db: &Connection, id: &SessionId, usage: Usage) -> Result<()> {
        let Some(mut record) = self.load(db, id)? else {
            return Ok(());
        };
        if !usage.is_due(&record) {
            return Ok(());
        }
        record.last_seen = record.last_seen.max(usage.now);
        db.prepare_cached(&format!(
            "UPDATE {} SET last_seen = ?2, ends = ?3 WHERE id = ?1",
            self.sessions
        ))?
        .execute(params![
            id.as_bytes(),
            number(record.last_seen),
            number(record.ends())
        ])?;
        Ok(())
    }

    pub(crate) fn update(
        &self,
        db: &Connection,
        id: &SessionId,
        record: &Record,
        changes: &mut Vec<Change>,
    ) -> Result<WriteOutcome> {
        let updated = db
            .prepare_cached(&format!(
                "UPDATE {} SET data = ?3, auth_time = ?4, expires_at = ?5, version = version + 1,
                    ends = min(?5, last_seen + idle)
                WHERE id = ?1 AND version = ?2",
                self.sessions
            ))?
            .execute(params![
                id.as_bytes(),
                number(record.version),
                record.data.as_json(),
                number(record.auth_time),
                number(record.expires_at),
            ])?;
        if updated == 1 {
            changes.push(Change::Record(*id));
            return Ok(WriteOutcome::Done);
        }
        Ok(match self.exists(db, id)? {
            true => WriteOutcome::Conflict,
            false => WriteOutcome::Missing,
        })
    }

    pub(crate) fn rotate(
        &self,
        db: &Connection,
        old: &SessionId,
        new: &SessionId,
        mut record: Record,
        changes: &mut Vec<Change>,
    ) -> Result<WriteOutcome> {
        let Some(present) = self.load(db, old)? else {
            return Ok(WriteOutcome::Missing);
        };
        if present.owner != record.owner {
            return Ok(WriteOutcome::Missing);
        }
        if present.version != record.version || self.exists(db, new)? {
            return Ok(WriteOutcome::Conflict);
        }
        record.last_seen = record.last_seen.max(present.last_seen);
        self.delete(db, old, changes)?;
        self.insert(db, new, &record, 0)?;
        Ok(WriteOutcome::Done)
    }

    pub(crate) fn find(&self, db: &Connection, id: &SessionId) -> Result<Option<SessionId>> {
        if self.exists(db, id)? {
            return Ok(Some(*id));
        }
        let found = db
            .prepare_cached(&format!(
                "SELECT id FROM {} WHERE lineage = ?1 AND lineage <> id",
                self.sessions
            ))?
            .query_row([id.as_bytes()], |row| Ok(row::id(row.get_ref(0)?)))
            .optional()?;
        Ok(found.flatten())
    }

    pub(crate) fn delete(
        &self,
        db: &Connection,
        id: &SessionId,
        changes: &mut Vec<Change>,
    ) -> Result<bool> {
        let deleted = db
            .prepare_cached(&format!("DELETE FROM {} WHERE id = ?1", self.sessions))?
            .execute([id.as_bytes()])?;
        changes.extend((deleted == 1).then_some(Change::Record(*id)));
        Ok(deleted == 1)
    }

    pub(crate) fn delete_by_owner(
        &self,
        db: &Connection,
        owner: &str,
        keep: Option<SessionId>,
        changes: &mut Vec<Change>,
    ) -> Result<u64> {
        let mut delete = db.prepare_cached(&format!(
            "DELETE FROM {} WHERE owner = ?1
                AND (?2 IS NULL OR (id <> ?2 AND (lineage IS NULL OR lineage <> ?2)))
            RETURNING id",
            self.sessions
        ))?;
        let keep = keep.as_ref().map(SessionId::as_bytes);
        let deleted = delete.query_map(params![owner, keep], |row| Ok(row::id(row.get_ref(0)?)))?;
        let mut count = 0;
        for id in deleted {
            changes.extend(id?.map(Change::Record));
            count += 1;
        }
        Ok(count)
    }

    pub(crate) fn list_by_owner(
        &self,
        db: &Connection,
        owner: &str,
        page: Page,
    ) -> Result<Vec<(SessionId, Arc<Record>)>> {
        // The empty text of bytes comes before each id.
        let after = page
            .after
            .map_or_else(Vec::new, |id| id.as_bytes().to_vec());
        let mut select = db.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM {} WHERE owner = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
            self.sessions
        ))?;
        let rows = select.query_map(params![owner, after, page.most], row::record)?;
        let records = rows.filter_map(Result::transpose);
        records
            .map(|read| read.map(|(id, record)| (id, Arc::new(record))))
            .collect()
    }

    pub(crate) fn value(&self, db: &Connection, key: ValueKey, now: u64) -> Result<Option<Value>> {
        let values = &self.values;
        let read = db
            .prepare_cached(&format!(
                "SELECT bytes, expires_at FROM {values} WHERE key = ?1 AND expires_at > ?2"
            ))?
            .query_row(params![key.as_bytes(), number(now)], |row| {
                let bytes = row.get_ref(0)?.as_blob().map(<[u8]>::to_vec);
                Ok(bytes.ok().zip(row::time(row.get_ref(1)?)))
            })
            .optional()?;
        Ok(read
            .flatten()
            .and_then(|(bytes, ends)| Value::new(bytes, ends)))
    }

    pub(crate) fn swap_value(
        &self,
        db: &Connection,
        key: ValueKey,
        present: Option<&Value>,
        value: &Value,
        now: u64,
        changes: &mut Vec<Change>,
    ) -> Result<WriteOutcome> {
        let own = self.value(db, key, now)?;
        if own.map(|own| own.bytes) != present.map(|present| present.bytes.clone()) {
            return Ok(WriteOutcome::Conflict);
        }
        let values = &self.values;
        db.prepare_cached(&format!(
            "INSERT OR REPLACE INTO {values} (key, bytes, expires_at) VALUES (?1, ?2, ?3)"
        ))?
        .execute(params![
            key.as_bytes(),
            value.bytes,
            number(value.expires_at)
        ])?;
        db.prepare_cached(&format!(
            "DELETE FROM {values} WHERE key IN (
                SELECT key FROM {values} WHERE expires_at <= ?1 ORDER BY expires_at LIMIT {FREED}
            )"
        ))?
        .execute([number(now) - KEPT])?;
        changes.push(Change::Value(key));
        Ok(WriteOutcome::Done)
    }
}
