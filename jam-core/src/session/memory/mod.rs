//! Sessions in the memory of the process.
//!
//! A shard caches decoded sessions. Benefit: a request with a session takes 8,200 instructions instead of
//! 15,200 (`target/release/measure count`). Goal: `session-memory` of `scripts/bench` at most 0.085. The
//! plain equivalent decodes the record each time; a build with `--cfg jam_plain` does so.

mod beginning;
mod entry;
#[cfg(all(test, jam_shuttle))]
mod interleavings;
mod owners;
mod shard;
mod values;

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, PoisonError};

use super::change::{Change, Changes, Notifier};
use super::id::SessionId;
use super::record::{Record, Usage};
use super::store::{AtLimit, OwnerLimit, Page, SessionStore, WriteOutcome};
use super::value::{Value, ValueKey};
use crate::base::error::StoreError;
use crate::base::sync::{Mutex, MutexGuard};
use beginning::Beginning;
use entry::Entry;
use owners::{Owner, Owners};
use shard::{Gone, Shard};
use values::Values;

/// Number of parts with a lock of their own. The beginning of an id selects the part.
const SHARDS: usize = Beginning::SHARDS;

/// A store in the memory of this process. Its sessions end with the process.
///
/// Each creation of a session frees a few sessions that have ended. A session takes about 200 bytes and its
/// payload as JSON; up to 4,096 sessions in use are also kept decoded.
///
/// Of two ids with the same first 8 bytes the second counts as taken.
// The store is divided into shards, so that requests of different users seldom wait for each other. An
// operation that needs several locks takes that of the owner first, then those of sessions in the order of
// their shards, then that of a lineage.
pub struct MemoryStore {
    sessions: Box<[Mutex<Shard>]>,
    owners: Box<[Mutex<Owners>]>,
    /// The current record of each session that was rotated, by its lineage.
    rotated: Box<[Mutex<Rotated>]>,
    values: Box<[Mutex<Values>]>,
    notifier: Notifier,
    hasher: RandomState,
}

type Rotated = HashMap<SessionId, SessionId>;

/// The locked shards of two sessions, which may be one shard.
struct TwoShards<'a> {
    low: MutexGuard<'a, Shard>,
    high: Option<MutexGuard<'a, Shard>>,
    low_at: usize,
}

impl TwoShards<'_> {
    fn of(&mut self, id: &SessionId) -> &mut Shard {
        match &mut self.high {
            Some(high) if Beginning::of(id).shard() != self.low_at => high,
            _ => &mut self.low,
        }
    }
}

impl MemoryStore {
    /// Makes an empty store.
    pub fn new() -> Self {
        Self {
            sessions: (0..SHARDS).map(|_| Mutex::default()).collect(),
            owners: (0..SHARDS).map(|_| Mutex::default()).collect(),
            rotated: (0..SHARDS).map(|_| Mutex::default()).collect(),
            values: (0..SHARDS).map(|_| Mutex::default()).collect(),
            notifier: Notifier::new(),
            hasher: RandomState::new(),
        }
    }

    /// Returns the number of records, with those that have ended and are not freed yet.
    pub fn len(&self) -> usize {
        self.sessions.iter().map(|shard| lock(shard).len()).sum()
    }

    /// Returns `true` if the store has no record.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn shard(&self, session: impl Into<Beginning>) -> MutexGuard<'_, Shard> {
        lock(&self.sessions[session.into().shard()])
    }

    fn two_shards(&self, one: &SessionId, other: &SessionId) -> TwoShards<'_> {
        let (one, other) = (Beginning::of(one).shard(), Beginning::of(other).shard());
        let low_at = one.min(other);
        TwoShards {
            low: lock(&self.sessions[low_at]),
            high: (one != other).then(|| lock(&self.sessions[one.max(other)])),
            low_at,
        }
    }

    fn owner<'a>(&'a self, name: &'a str) -> Owner<'a> {
        let hash = self.hasher.hash_one(name);
        #[allow(clippy::cast_possible_truncation)] // any part of the hash will do
        let at = hash as usize % SHARDS;
        Owner::new(name, hash, lock(&self.owners[at]))
    }

    fn rotated(&self, lineage: &SessionId) -> MutexGuard<'_, Rotated> {
        lock(&self.rotated[Beginning::of(lineage).shard()])
    }

    fn values_of(&self, key: &ValueKey) -> MutexGuard<'_, Values> {
        let [shard, ..] = *key.as_bytes();
        lock(&self.values[usize::from(shard)])
    }

    fn insert(&self, id: SessionId, record: &Record, limit: OwnerLimit) -> WriteOutcome {
        let mut gone = Gone::default();
        let mut owner = self.owner(&record.owner);
        if !self.shard(&id).is_free(&id) {
            return WriteOutcome::Conflict;
        }
        if !self.has_room(&mut owner, record.last_seen, limit, &mut gone) {
            return WriteOutcome::Full;
        }
        let mut shard = self.shard(&id);
        if !shard.is_free(&id) {
            return WriteOutcome::Conflict;
        }
        owner.add(&id);
        shard.add(id, record);
        WriteOutcome::Done
    }

    /// Makes room for one more session of the owner. Returns `false` if the limit forbids it.
    fn has_room(
        &self,
        owner: &mut Owner<'_>,
        now: u64,
        limit: OwnerLimit,
        gone: &mut Gone,
    ) -> bool {
        let most = limit.most as usize;
        if owner.count() < most {
            return true;
        }
        let mut alive = self.each(owner, |entry| {
            (entry.last_seen(), entry.ends(), *entry.id())
        });
        alive.retain(|(_, ends, id)| *ends > now || !self.remove(owner, id, None, gone));
        if alive.len() < most {
            return true;
        }
        if limit.at_limit == AtLimit::Reject {
            return false;
        }
        alive.sort_unstable();
        let too_many = alive.len() + 1 - most;
        for (_, _, id) in alive.iter().take(too_many) {
            self.remove(owner, id, None, gone);
        }
        true
    }

    /// Deletes `id` if it belongs to the owner and, with `by`, had ended at that time.
    fn remove(
        &self,
        owner: &mut Owner<'_>,
        id: &SessionId,
        by: Option<u64>,
        gone: &mut Gone,
    ) -> bool {
        let mut shard = self.shard(id);
        let is_to_go =
            |entry: &Entry| entry.is_of(owner.name) && by.is_none_or(|by| entry.ends() <= by);
        let Some(entry) = shard.get(id).filter(|entry| is_to_go(entry)) else {
            return false;
        };
        let lineage = *entry.lineage();
        shard.remove(id, gone);
        owner.remove(id);
        if lineage != *id {
            self.rotated(&lineage).remove(&lineage);
        }
        self.notifier.notify(Change::Record(*id));
        true
    }

    /// Frees a few sessions in the shard of `near` that have ended at `now`.
    fn free_some(&self, near: &SessionId, now: u64) {
        let due = self.shard(near).due(now);
        for (id, name) in due {
            let mut gone = Gone::default();
            // `remove` checks the time again, because a request may have used the session meanwhile.
            self.remove(&mut self.owner(&name), &id, Some(now), &mut gone);
        }
    }

    /// Applies `read` to each session of the owner.
    fn each<T>(&self, owner: &Owner<'_>, mut read: impl FnMut(&Entry) -> T) -> Vec<T> {
        let sessions = owner.sessions();
        sessions
            .filter_map(|session| {
                let shard = self.shard(session);
                let entry = shard.beginning(session)?;
                entry.is_of(owner.name).then(|| read(entry))
            })
            .collect()
    }
}

/// Decodes a session and keeps it in the cache of its shard.
#[cold]
fn read(mut shard: MutexGuard<'_, Shard>, id: &SessionId) -> Option<Arc<Record>> {
    let mut gone = Gone::default();
    let record = shard.read(id, &mut gone);
    drop(shard); // before what is gone
    record
}

/// Locks a mutex, also after a panic: no operation leaves a shard half changed, and no code of the
/// application runs under a lock.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

impl SessionStore for MemoryStore {
    async fn create(
        &self,
        id: SessionId,
        record: Record,
        limit: OwnerLimit,
    ) -> Result<WriteOutcome, StoreError> {
        self.free_some(&id, record.last_seen);
        Ok(self.insert(id, &record, limit))
    }

    fn load_now(&self, id: &SessionId) -> Option<Arc<Record>> {
        let mut shard = self.shard(id);
        match shard.in_use(id) {
            Some(record) => Some(record),
            None => read(shard, id),
        }
    }

    async fn load(
        &self,
        id: &SessionId,
        usage: Option<Usage>,
    ) -> Result<Option<Arc<Record>>, StoreError> {
        let record = self.load_now(id);
        if let (Some(record), Some(usage)) = (&record, usage)
            && usage.is_due(record)
        {
            let mut gone = Gone::default();
            self.shard(id).touch(id, usage.now, &mut gone);
        }
        Ok(record)
    }

    async fn update(&self, id: &SessionId, record: Record) -> Result<WriteOutcome, StoreError> {
        let mut gone = Gone::default();
        let mut shard = self.shard(id);
        let Some(entry) = shard.get(id) else {
            return Ok(WriteOutcome::Missing);
        };
        if entry.version() != record.version {
            return Ok(WriteOutcome::Conflict);
        }
        let changed = Record {
            data: record.data,
            auth_time: record.auth_time,
            expires_at: record.expires_at,
            version: record.version + 1,
            ..entry.record()
        };
        shard.replace(id, &changed, &mut gone);
        drop(shard);
        self.notifier.notify(Change::Record(*id));
        Ok(WriteOutcome::Done)
    }

    async fn rotate(
        &self,
        old: &SessionId,
        new: SessionId,
        record: Record,
    ) -> Result<WriteOutcome, StoreError> {
        self.free_some(&new, record.last_seen);
        let mut gone = Gone::default();
        let mut owner = self.owner(&record.owner);
        let mut shards = self.two_shards(old, &new);
        let last_seen = match shards.of(old).get(old) {
            Some(entry) if entry.is_of(owner.name) => {
                if entry.version() != record.version {
                    return Ok(WriteOutcome::Conflict);
                }
                entry.last_seen().max(record.last_seen)
            }
            _ => return Ok(WriteOutcome::Missing),
        };
        if !shards.of(&new).is_free(&new) {
            return Ok(WriteOutcome::Conflict);
        }
        shards.of(old).remove(old, &mut gone);
        owner.remove(old);
        owner.add(&new);
        let successor = Record {
            version: 0,
            last_seen,
            ..record.clone()
        };
        shards.of(&new).add(new, &successor);
        if !record.lineage.is_zero() {
            self.rotated(&record.lineage).insert(record.lineage, new);
        }
        self.notifier.notify(Change::Record(*old));
        Ok(WriteOutcome::Done)
    }

    async fn find(&self, id: &SessionId) -> Result<Option<SessionId>, StoreError> {
        if self.shard(id).get(id).is_some() {
            return Ok(Some(*id));
        }
        Ok(self.rotated(id).get(id).copied())
    }

    async fn delete(&self, id: &SessionId) -> Result<bool, StoreError> {
        let mut gone = Gone::default();
        // The owner's lock has to be taken first, and the entry has the owner's name. The owner of an entry
        // never changes, so the name is still right below.
        let shard = self.shard(id);
        let Some(name) = shard.get(id).map(|entry| entry.owner().to_owned()) else {
            return Ok(false);
        };
        drop(shard);
        Ok(self.remove(&mut self.owner(&name), id, None, &mut gone))
    }

    async fn delete_by_owner(
        &self,
        owner: &str,
        keep: Option<SessionId>,
    ) -> Result<u64, StoreError> {
        let mut gone = Gone::default();
        let mut owner = self.owner(owner);
        let ids = self.each(&owner, |entry| (*entry.id(), *entry.lineage()));
        Ok(ids
            .iter()
            .filter(|(id, lineage)| Some(*id) != keep && Some(*lineage) != keep)
            .filter(|(id, _)| self.remove(&mut owner, id, None, &mut gone))
            .count() as u64)
    }

    async fn list_by_owner(
        &self,
        owner: &str,
        page: Page,
    ) -> Result<Vec<(SessionId, Arc<Record>)>, StoreError> {
        let from = match page.after {
            None => Some(Beginning::MIN),
            Some(last) => Beginning::of(&last).next(),
        };
        let Some(from) = from else {
            return Ok(Vec::new());
        };
        let owner = self.owner(owner);
        let records = owner.sessions_from(from).filter_map(|session| {
            let shard = self.shard(session);
            let entry = shard.beginning(session)?;
            let record = entry.is_of(owner.name).then(|| entry.record())?;
            Some((*entry.id(), Arc::new(record)))
        });
        Ok(records.take(page.most as usize).collect())
    }

    async fn values(&self, keys: &[ValueKey], now: u64) -> Result<Vec<Option<Value>>, StoreError> {
        let value = |key| self.values_of(key).get(key, now).cloned();
        Ok(keys.iter().map(value).collect())
    }

    async fn swap_value(
        &self,
        key: ValueKey,
        present: Option<Value>,
        value: Value,
        now: u64,
    ) -> Result<WriteOutcome, StoreError> {
        let outcome = self
            .values_of(&key)
            .swap(&key, present.as_ref(), &value, now);
        if outcome == WriteOutcome::Done {
            self.notifier.notify(Change::Value(key));
        }
        Ok(outcome)
    }

    fn changes(&self) -> Option<Changes> {
        Some(self.notifier.changes())
    }
}
