//! The store itself.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use jam_core::base::error::StoreError;
use jam_core::session::{
    Changes, Notifier, OwnerLimit, Page, Record, SessionId, SessionStore, Usage, Value, ValueKey,
    WriteOutcome,
};
use rusqlite::Connection;

use crate::open::SqliteOptions;
use crate::statements::Names;
use crate::threads::Threads;

/// A store of sessions in a SQLite file.
///
/// A session that was acknowledged is on the disk (WAL with `synchronous = FULL`), also after a power failure.
/// Reads and writes run on threads of their own, so a slow disk never blocks the runtime. Writes that arrive
/// at once share one transaction.
///
/// Several processes of one machine may use one file. [`changes`](SessionStore::changes) tells of those of this
/// process.
///
/// Sessions that have ended stay in the file for a day, in case that clocks differ. Then new sessions delete
/// them, four at a time.
///
/// # Errors
///
/// An operation fails if the disk is full, or the file is read-only, corrupt, or kept busy by another process
/// for half a second. The request is answered with 503.
pub struct SqliteStore {
    names: Arc<Names>,
    threads: Threads,
    notifier: Notifier,
}

impl SqliteStore {
    /// Opens the file `path`, or creates it, with the defaults of [`SqliteOptions`].
    ///
    /// # Errors
    ///
    /// As [`SqliteOptions::open`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        SqliteOptions::new().open(path)
    }

    pub(crate) fn start(
        names: Names,
        writer: Connection,
        readers: Vec<Connection>,
    ) -> Result<Self, StoreError> {
        let notifier = Notifier::new();
        Ok(Self {
            names: Arc::new(names),
            threads: Threads::start(writer, readers, notifier.clone())?,
            notifier,
        })
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

impl SessionStore for SqliteStore {
    async fn create(
        &self,
        id: SessionId,
        record: Record,
        limit: OwnerLimit,
    ) -> Result<WriteOutcome, StoreError> {
        let names = Arc::clone(&self.names);
        let create = move |db: &Connection, changes: &mut Vec<_>| {
            names.create(db, &id, &record, limit, changes)
        };
        self.threads.write(create).await
    }

    async fn load(
        &self,
        id: &SessionId,
        usage: Option<Usage>,
    ) -> Result<Option<Arc<Record>>, StoreError> {
        let (names, id) = (Arc::clone(&self.names), *id);
        let record = self.threads.read(move |db| names.load(db, &id)).await?;
        if let (Some(record), Some(usage)) = (&record, usage)
            && usage.is_due(record)
        {
            let names = Arc::clone(&self.names);
            let touch = move |db: &Connection, _: &mut Vec<_>| names.touch(db, &id, usage);
            self.threads.write(touch).await?;
        }
        Ok(record.map(Arc::new))
    }

    async fn update(&self, id: &SessionId, record: Record) -> Result<WriteOutcome, StoreError> {
        let (names, id) = (Arc::clone(&self.names), *id);
        let update =
            move |db: &Connection, changes: &mut Vec<_>| names.update(db, &id, &record, changes);
        self.threads.write(update).await
    }

    async fn rotate(
        &self,
        old: &SessionId,
        new: SessionId,
        record: Record,
    ) -> Result<WriteOutcome, StoreError> {
        let (names, old) = (Arc::clone(&self.names), *old);
        let rotate = move |db: &Connection, changes: &mut Vec<_>| {
            names.rotate(db, &old, &new, record.clone(), changes)
        };
        self.threads.write(rotate).await
    }

    async fn find(&self, id: &SessionId) -> Result<Option<SessionId>, StoreError> {
        let (names, id) = (Arc::clone(&self.names), *id);
        self.threads.read(move |db| names.find(db, &id)).await
    }

    async fn delete(&self, id: &SessionId) -> Result<bool, StoreError> {
        let (names, id) = (Arc::clone(&self.names), *id);
        let delete = move |db: &Connection, changes: &mut Vec<_>| names.delete(db, &id, changes);
        self.threads.write(delete).await
    }

    async fn delete_by_owner(
        &self,
        owner: &str,
        keep: Option<SessionId>,
    ) -> Result<u64, StoreError> {
        let (names, owner) = (Arc::clone(&self.names), owner.to_owned());
        let delete = move |db: &Connection, changes: &mut Vec<_>| {
            names.delete_by_owner(db, &owner, keep, changes)
        };
        self.threads.write(delete).await
    }

    async fn list_by_owner(
        &self,
        owner: &str,
        page: Page,
    ) -> Result<Vec<(SessionId, Arc<Record>)>, StoreError> {
        let (names, owner) = (Arc::clone(&self.names), owner.to_owned());
        let list = move |db: &Connection| names.list_by_owner(db, &owner, page);
        self.threads.read(list).await
    }

    async fn values(&self, keys: &[ValueKey], now: u64) -> Result<Vec<Option<Value>>, StoreError> {
        let (names, keys) = (Arc::clone(&self.names), keys.to_vec());
        let read = move |db: &Connection| {
            let value = |key: &ValueKey| names.value(db, *key, now);
            keys.iter().map(value).collect()
        };
        self.threads.read(read).await
    }

    async fn swap_value(
        &self,
        key: ValueKey,
        present: Option<Value>,
        value: Value,
        now: u64,
    ) -> Result<WriteOutcome, StoreError> {
        let names = Arc::clone(&self.names);
        let swap = move |db: &Connection, changes: &mut Vec<_>| {
            names.swap_value(db, key, present.as_ref(), &value, now, changes)
        };
        self.threads.write(swap).await
    }

    fn changes(&self) -> Option<Changes> {
        Some(self.notifier.changes())
    }
}
