//! Sessions in the memory of the process.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::id::SessionId;
use super::store::{Change, Record, SessionStore, StoreError};

const SHARDS: usize = 64;
/// How many entries of the expiry index are looked at each time a session is added: more than
/// one, so that sessions that are over cannot gather, and few, so that nobody waits for it.
const LOOKED_AT: usize = 16;
/// Seconds of one bucket of the expiry index.
const BUCKET: u64 = 60;

/// Sessions in the memory of this process: fast, and gone when it ends.
///
/// Sessions that are over are freed as others are created, a few at a time.
///
/// It is divided so that requests of different users seldom wait for each other. An
/// operation that needs two locks takes an owner's before a session's, and sessions' in
/// the order of their shards.
pub struct MemoryStore {
    sessions: Box<[Mutex<Shard>]>,
    owners: Box<[Mutex<Owners>]>,
    hasher: RandomState,
}

#[derive(Default)]
struct Shard {
    records: HashMap<SessionId, Kept>,
    /// Every session once, by the bucket of time in which it is to be looked at.
    ends: BTreeSet<(u64, SessionId)>,
}

struct Kept {
    record: Record,
    /// The bucket under which it stands in the index.
    bucket: u64,
}

impl Shard {
    fn get(&self, id: &SessionId) -> Option<&Record> {
        self.records.get(id).map(|kept| &kept.record)
    }

    fn get_mut(&mut self, id: &SessionId) -> Option<&mut Record> {
        self.records.get_mut(id).map(|kept| &mut kept.record)
    }

    fn add(&mut self, id: SessionId, record: Record) {
        let bucket = record.ends() / BUCKET;
        self.ends.insert((bucket, id));
        self.records.insert(id, Kept { record, bucket });
    }

    fn remove(&mut self, id: &SessionId) -> Option<Record> {
        let kept = self.records.remove(id)?;
        self.ends.remove(&(kept.bucket, *id));
        Some(kept.record)
    }

    /// A few of the sessions that were over at `now`. One that was used since it was put into
    /// the index is put where it belongs.
    fn due(&mut self, now: u64) -> Vec<(SessionId, String)> {
        let mut due = Vec::new();
        for _ in 0..LOOKED_AT {
            match self.ends.first().copied() {
                Some((bucket, id)) if bucket < now / BUCKET => {
                    self.ends.pop_first();
                    let Some(kept) = self.records.get_mut(&id) else {
                        continue;
                    };
                    if kept.record.ends() <= now {
                        due.push((id, kept.record.owner.clone()));
                    } else {
                        kept.bucket = kept.record.ends() / BUCKET;
                        self.ends.insert((kept.bucket, id));
                    }
                }
                _ => break,
            }
        }
        due
    }
}

/// The shards of two sessions, which may be one.
struct TwoShards<'a> {
    low: MutexGuard<'a, Shard>,
    high: Option<MutexGuard<'a, Shard>>,
    low_at: usize,
}

impl TwoShards<'_> {
    fn of(&mut self, id: &SessionId) -> &mut Shard {
        match &mut self.high {
            Some(high) if MemoryStore::shard_of(id) != self.low_at => high,
            _ => &mut self.low,
        }
    }
}

type Owners = HashMap<String, HashSet<SessionId>>;

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self {
            sessions: (0..SHARDS).map(|_| Mutex::default()).collect(),
            owners: (0..SHARDS).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
        }
    }

    /// How many records there are, those that are over but not yet freed among them.
    pub fn len(&self) -> usize {
        self.sessions
            .iter()
            .map(|shard| lock(shard).records.len())
            .sum()
    }

    /// Whether there is no record at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn shard_of(id: &SessionId) -> usize {
        // An id is a hash already.
        usize::from(id.as_bytes()[0]) % SHARDS
    }

    fn shard(&self, id: &SessionId) -> MutexGuard<'_, Shard> {
        lock(&self.sessions[Self::shard_of(id)])
    }

    fn two_shards(&self, one: &SessionId, other: &SessionId) -> TwoShards<'_> {
        let (one, other) = (Self::shard_of(one), Self::shard_of(other));
        let low_at = one.min(other);
        TwoShards {
            low: lock(&self.sessions[low_at]),
            high: (one != other).then(|| lock(&self.sessions[one.max(other)])),
            low_at,
        }
    }

    fn owners(&self, owner: &str) -> MutexGuard<'_, Owners> {
        #[allow(clippy::cast_possible_truncation)] // any part of the hash will do
        let at = self.hasher.hash_one(owner) as usize % SHARDS;
        lock(&self.owners[at])
    }

    fn insert(&self, id: SessionId, record: Record) -> Change {
        let mut owners = self.owners(&record.owner);
        let mut shard = self.shard(&id);
        if shard.records.contains_key(&id) {
            return Change::Conflict;
        }
        owners.entry(record.owner.clone()).or_default().insert(id);
        shard.add(id, record);
        Change::Done
    }

    /// Ends `id` if it is `owner`'s, whose lock is held.
    fn remove(&self, owners: &mut Owners, owner: &str, id: &SessionId) -> bool {
        let mut shard = self.shard(id);
        if shard.get(id).is_none_or(|record| record.owner != owner) {
            return false;
        }
        shard.remove(id);
        forget(owners, owner, id);
        true
    }

    /// Frees a few of the sessions in the shard of `near` that were over at `now`.
    fn free_some(&self, near: &SessionId, now: u64) {
        let due = self.shard(near).due(now);
        for (id, owner) in due {
            self.remove(&mut self.owners(&owner), &owner, &id);
        }
    }
}

fn forget(owners: &mut Owners, owner: &str, id: &SessionId) {
    if let Some(ids) = owners.get_mut(owner) {
        ids.remove(id);
        if ids.is_empty() {
            owners.remove(owner);
        }
    }
}

/// Nothing here leaves a shard half changed, so a panic elsewhere poisons nothing.
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
    async fn create(&self, id: SessionId, record: Record) -> Result<Change, StoreError> {
        self.free_some(&id, record.last_seen);
        Ok(self.insert(id, record))
    }

    async fn load(&self, id: &SessionId) -> Result<Option<Record>, StoreError> {
        Ok(self.shard(id).get(id).cloned())
    }

    async fn update(&self, id: &SessionId, record: Record) -> Result<Change, StoreError> {
        let mut guard = self.shard(id);
        let shard = &mut *guard;
        let Some(kept) = shard.get_mut(id) else {
            return Ok(Change::Missing);
        };
        if kept.version != record.version {
            return Ok(Change::Conflict);
        }
        let earlier = record.expires_at < kept.expires_at;
        kept.data = record.data;
        kept.auth_time = record.auth_time;
        kept.expires_at = record.expires_at;
        kept.version += 1;
        // A later end is found out when the one in the index comes.
        if earlier && let Some(record) = shard.remove(id) {
            shard.add(*id, record);
        }
        Ok(Change::Done)
    }

    async fn touch(&self, id: &SessionId, now: u64) -> Result<(), StoreError> {
        if let Some(record) = self.shard(id).get_mut(id) {
            record.last_seen = record.last_seen.max(now);
        }
        Ok(())
    }

    async fn rotate(
        &self,
        old: &SessionId,
        new: SessionId,
        record: Record,
    ) -> Result<Change, StoreError> {
        self.free_some(&new, record.last_seen);
        let mut owners = self.owners(&record.owner);
        let mut shards = self.two_shards(old, &new);
        let last_seen = match shards.of(old).get(old) {
            Some(kept) if kept.owner == record.owner => {
                if kept.version != record.version {
                    return Ok(Change::Conflict);
                }
                kept.last_seen.max(record.last_seen)
            }
            _ => return Ok(Change::Missing),
        };
        if shards.of(&new).records.contains_key(&new) {
            return Ok(Change::Conflict);
        }
        shards.of(old).remove(old);
        forget(&mut owners, &record.owner, old);
        owners.entry(record.owner.clone()).or_default().insert(new);
        shards.of(&new).add(
            new,
            Record {
                version: 0,
                last_seen,
                ..record
            },
        );
        Ok(Change::Done)
    }

    async fn delete(&self, id: &SessionId) -> Result<bool, StoreError> {
        // The owner's lock comes first, and the record says whose it is: an owner never
        // changes, so what is read here still holds below.
        let Some(owner) = self.shard(id).get(id).map(|record| record.owner.clone()) else {
            return Ok(false);
        };
        Ok(self.remove(&mut self.owners(&owner), &owner, id))
    }

    async fn delete_by_owner(
        &self,
        owner: &str,
        keep: Option<&SessionId>,
    ) -> Result<u64, StoreError> {
        let mut owners = self.owners(owner);
        let ids: Vec<SessionId> = owners
            .get(owner)
            .into_iter()
            .flatten()
            .filter(|id| Some(*id) != keep)
            .copied()
            .collect();
        Ok(ids
            .iter()
            .filter(|id| self.remove(&mut owners, owner, id))
            .count() as u64)
    }

    async fn list_by_owner(&self, owner: &str) -> Result<Vec<(SessionId, Record)>, StoreError> {
        let owners = self.owners(owner);
        let ids = owners.get(owner).into_iter().flatten();
        Ok(ids
            .filter_map(|id| Some((*id, self.shard(id).get(id)?.clone())))
            .collect())
    }
}
