//! A session store over a table of the application's own. The trait takes 100 lines.
//!
//! `cargo test -p jam-sqlite --example own_table` shows that it keeps every promise. It holds one lock and
//! works on the thread of the request, so it is for small applications; `jam_sqlite` itself shows more.

use std::sync::{Arc, Mutex, PoisonError};

use jam_core::base::error::StoreError;
use jam_core::session::{
    AtLimit, OwnerLimit, Page, Record, SessionData, SessionId, SessionStore, Usage, Value,
    ValueKey, WriteOutcome,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// The table of the application: it knows the user's name, and the device by a column of its own.
const TABLES: &str = "
    CREATE TABLE visits (id BLOB PRIMARY KEY, user TEXT, lineage BLOB, version INTEGER, login INTEGER,
        seen INTEGER, until INTEGER, idle INTEGER, data BLOB, device TEXT DEFAULT 'unknown');
    CREATE INDEX visits_of_user ON visits (user, id);
    CREATE TABLE small (key BLOB PRIMARY KEY, bytes BLOB, until INTEGER);";
const READ: &str = "SELECT id, user, lineage, version, login, seen, until, idle, data FROM visits";

/// The store.
#[derive(Debug)]
pub struct OwnTable(Mutex<Connection>);

fn id(row: &Row<'_>, at: usize) -> rusqlite::Result<SessionId> {
    row.get(at).map(SessionId::from_bytes)
}

fn read(row: &Row<'_>) -> rusqlite::Result<(SessionId, Arc<Record>)> {
    let number = |at| row.get::<_, i64>(at).map(i64::unsigned_abs);
    let data = SessionData::from_json(row.get::<_, Vec<u8>>(8)?);
    let mut record = Record::new(row.get(1)?, data, number(4)?, number(6)?);
    (record.version, record.last_seen, record.idle) = (number(3)?, number(5)?, number(7)?);
    record.lineage = id(row, 2)?;
    Ok((id(row, 0)?, Arc::new(record)))
}

fn insert(db: &Connection, id: &SessionId, record: &Record) -> rusqlite::Result<usize> {
    let sql =
        "INSERT OR IGNORE INTO visits (id, user, lineage, version, login, seen, until, idle, data)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    #[rustfmt::skip]
    let columns = params![
        id.as_bytes(), record.owner, record.lineage.as_bytes(), record.version as i64,
        record.auth_time as i64, record.last_seen as i64, record.expires_at as i64,
        record.idle as i64, record.data.as_json(),
    ];
    db.execute(sql, columns)
}

fn get(db: &Connection, id: &SessionId) -> rusqlite::Result<Option<Arc<Record>>> {
    let sql = format!("{READ} WHERE id = ?1");
    let found = db.query_row(&sql, [id.as_bytes()], read).optional()?;
    Ok(found.map(|(_, record)| record))
}

impl OwnTable {
    /// Runs statements in a transaction. One that fails is a store that is not available: 503.
    fn run<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let mut connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let done = connection.transaction().and_then(|transaction| {
            let done = work(&transaction)?;
            transaction.commit().map(|()| done)
        });
        done.map_err(StoreError::new)
    }
}

type Answer<T> = Result<T, StoreError>;

#[rustfmt::skip] // one line for each signature
impl SessionStore for OwnTable {
    async fn create(&self, id: SessionId, record: Record, limit: OwnerLimit) -> Answer<WriteOutcome> {
        self.run(|db| {
            if get(db, &id)?.is_some() {
                return Ok(WriteOutcome::Conflict);
            }
            let alive = "user = ?1 AND min(until, seen + idle) > ?2";
            let (user, now) = (&record.owner, record.last_seen as i64);
            let count = format!("SELECT count(*) FROM visits WHERE {alive}");
            let count: i64 = db.query_row(&count, params![user, now], |row| row.get(0))?;
            let too_many = count + 1 - i64::from(limit.most);
            if too_many > 0 && limit.at_limit == AtLimit::Reject {
                return Ok(WriteOutcome::Full);
            }
            let end = format!("DELETE FROM visits WHERE id IN
                (SELECT id FROM visits WHERE {alive} ORDER BY seen LIMIT max(?3, 0))");
            db.execute(&end, params![user, now, too_many])?;
            insert(db, &id, &record).map(|_| WriteOutcome::Done)
        })
    }

    async fn load(&self, id: &SessionId, usage: Option<Usage>) -> Answer<Option<Arc<Record>>> {
        self.run(|db| {
            let record = get(db, id)?;
            if let (Some(record), Some(usage)) = (&record, usage) && usage.is_due(record) {
                let sql = "UPDATE visits SET seen = max(seen, ?2) WHERE id = ?1";
                db.execute(sql, params![id.as_bytes(), usage.now as i64])?;
            }
            Ok(record)
        })
    }

    async fn update(&self, id: &SessionId, record: Record) -> Answer<WriteOutcome> {
        let sql = "UPDATE visits SET data = ?3, login = ?4, until = ?5, version = version + 1
            WHERE id = ?1 AND version = ?2";
        let (login, until) = (record.auth_time as i64, record.expires_at as i64);
        let (data, version) = (record.data.as_json(), record.version as i64);
        self.run(|db| Ok(match db.execute(sql, params![id.as_bytes(), version, data, login, until])? {
            1 => WriteOutcome::Done,
            _ if get(db, id)?.is_some() => WriteOutcome::Conflict,
            _ => WriteOutcome::Missing,
        }))
    }

    async fn rotate(&self, old: &SessionId, new: SessionId, mut record: Record) -> Answer<WriteOutcome> {
        self.run(|db| {
            let Some(present) = get(db, old)?.filter(|present| present.owner == record.owner) else {
                return Ok(WriteOutcome::Missing);
            };
            let is_current = present.version == record.version;
            record.version = 0;
            record.last_seen = record.last_seen.max(present.last_seen);
            if !is_current || insert(db, &new, &record)? == 0 {
                return Ok(WriteOutcome::Conflict);
            }
            let delete = "DELETE FROM visits WHERE id = ?1";
            db.execute(delete, [old.as_bytes()]).map(|_| WriteOutcome::Done)
        })
    }

    async fn find(&self, key: &SessionId) -> Answer<Option<SessionId>> {
        let sql = "SELECT id FROM visits WHERE id = ?1 OR lineage = ?1 ORDER BY id <> ?1 LIMIT 1";
        self.run(|db| db.query_row(sql, [key.as_bytes()], |row| id(row, 0)).optional())
    }

    async fn delete(&self, id: &SessionId) -> Answer<bool> {
        let sql = "DELETE FROM visits WHERE id = ?1";
        self.run(|db| Ok(db.execute(sql, [id.as_bytes()])? == 1))
    }

    async fn delete_by_owner(&self, owner: &str, keep: Option<SessionId>) -> Answer<u64> {
        let sql = "DELETE FROM visits WHERE user = ?1 AND (?2 IS NULL OR ?2 NOT IN (id, lineage))";
        let keep = keep.map(|keep| *keep.as_bytes());
        self.run(|db| Ok(db.execute(sql, params![owner, keep])? as u64))
    }

    async fn list_by_owner(&self, owner: &str, page: Page) -> Answer<Vec<(SessionId, Arc<Record>)>> {
        let sql = format!("{READ} WHERE user = ?1 AND id > ?2 ORDER BY id LIMIT ?3");
        let after = page.after.map_or(vec![], |id| id.as_bytes().to_vec());
        self.run(|db| db.prepare(&sql)?.query_map(params![owner, after, page.most], read)?.collect())
    }

    async fn values(&self, keys: &[ValueKey], now: u64) -> Answer<Vec<Option<Value>>> {
        let sql = "SELECT bytes, until FROM small WHERE key = ?1 AND until > ?2";
        let value = |row: &Row<'_>| {
            Ok(Value::new(row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
        };
        self.run(|db| keys.iter().map(|key| {
            let found = db.query_row(sql, params![key.as_bytes(), now as i64], value);
            Ok(found.optional()?.flatten())
        }).collect())
    }

    async fn swap_value(&self, key: ValueKey, present: Option<Value>, value: Value, now: u64) -> Answer<WriteOutcome> {
        let sql = "INSERT OR REPLACE INTO small SELECT ?1, ?2, ?3 WHERE ?4 IS
            (SELECT bytes FROM small WHERE key = ?1 AND until > ?5)";
        let present = present.map(|present| present.bytes);
        let (until, now) = (value.expires_at as i64, now as i64);
        self.run(|db| {
            let columns = params![key.as_bytes(), value.bytes, until, present, now];
            let is_done = db.execute(sql, columns)? == 1;
            Ok(if is_done { WriteOutcome::Done } else { WriteOutcome::Conflict })
        })
    }
}

/// Opens the tables in memory. An application opens its own database.
fn open() -> Result<OwnTable, rusqlite::Error> {
    let connection = Connection::open_in_memory()?;
    connection.execute_batch(TABLES)?;
    Ok(OwnTable(Mutex::new(connection)))
}

fn main() -> Result<(), rusqlite::Error> {
    let sessions = jam_core::session::Sessions::in_store(open()?);
    println!("{sessions:?}");
    Ok(())
}

#[cfg(test)]
mod tests {
    async fn new_store() -> super::OwnTable {
        super::open().expect("the tables are created")
    }

    jam_core::store_contract!(own_table, new_store());
}
