//! One shard: entries, the expiry index, and a cache of decoded sessions.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use super::beginning::{AsIs, Beginning};
use super::entry::Entry;
use crate::session::id::SessionId;
use crate::session::record::Record;

/// Entries of the expiry index that are checked each time a session is added: more than one, so that ended
/// sessions cannot accumulate, and few, so that no request waits long.
const LOOKED_AT: usize = 16;
/// Seconds of one bucket of the expiry index.
const BUCKET: u64 = 60;
/// Decoded sessions that a shard caches.
const IN_USE: usize = 16;

/// Values that a change has removed. They are dropped when no lock is held, because the `Drop` of a payload
/// is the application's code, and freeing memory takes time.
#[derive(Default)]
pub(super) struct Gone {
    entries: Vec<Entry>,
    records: Vec<Arc<Record>>,
}

#[derive(Default)]
pub(super) struct Shard {
    entries: HashMap<Beginning, Entry, BuildHasherDefault<AsIs>>,
    /// The expiry index: the beginning of every id once, by the bucket of time in which it is checked, the
    /// next bucket last.
    ends: Vec<(u64, Vec<Beginning>)>,
    in_use: [Option<(SessionId, Arc<Record>)>; IN_USE],
}

impl Shard {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn is_free(&self, id: &SessionId) -> bool {
        !self.entries.contains_key(&Beginning::of(id))
    }

    pub(super) fn get(&self, id: &SessionId) -> Option<&Entry> {
        let entry = self.entries.get(&Beginning::of(id))?;
        (entry.id() == id).then_some(entry)
    }

    /// Returns the session whose id has this beginning.
    pub(super) fn beginning(&self, beginning: Beginning) -> Option<&Entry> {
        self.entries.get(&beginning)
    }

    /// Notes that the session was used.
    pub(super) fn touch(&mut self, id: &SessionId, now: u64, gone: &mut Gone) {
        if let Some(entry) = self.get(id) {
            entry.touch(now);
            self.forget(id, gone);
        }
    }

    /// Replaces the record of a session.
    pub(super) fn replace(&mut self, id: &SessionId, record: &Record, gone: &mut Gone) {
        let Some(old) = self.get(id).map(Entry::bucket) else {
            return;
        };
        let mut new = record.ends() / BUCKET;
        // A later end is noticed when the bucket of the earlier one is checked.
        if new < old {
            self.take_from(old, id);
            self.put_into(new, Beginning::of(id));
        } else {
            new = old;
        }
        let entry = Entry::new(*id, record, new);
        gone.entries
            .extend(self.entries.insert(Beginning::of(id), entry));
        self.forget(id, gone);
    }

    /// Removes the session from the cache.
    fn forget(&mut self, id: &SessionId, gone: &mut Gone) {
        let was = place(&mut self.in_use, id).take();
        gone.records.extend(was.map(|(_, record)| record));
    }

    /// Returns the session from the cache.
    pub(super) fn in_use(&mut self, id: &SessionId) -> Option<Arc<Record>> {
        match place(&mut self.in_use, id) {
            Some((own, record)) if own == id && !cfg!(jam_plain) => Some(Arc::clone(record)),
            _ => None,
        }
    }

    /// Decodes the session and caches it.
    pub(super) fn read(&mut self, id: &SessionId, gone: &mut Gone) -> Option<Arc<Record>> {
        let record = Arc::new(self.get(id)?.record());
        self.forget(id, gone);
        *place(&mut self.in_use, id) = Some((*id, Arc::clone(&record)));
        Some(record)
    }

    pub(super) fn add(&mut self, id: SessionId, record: &Record) {
        let bucket = record.ends() / BUCKET;
        self.put_into(bucket, Beginning::of(&id));
        let entry = Entry::new(id, record, bucket);
        self.entries.insert(Beginning::of(&id), entry);
    }

    pub(super) fn remove(&mut self, id: &SessionId, gone: &mut Gone) {
        if let Some(bucket) = self.get(id).map(Entry::bucket) {
            self.take_from(bucket, id);
            gone.entries.extend(self.entries.remove(&Beginning::of(id)));
            self.forget(id, gone);
        }
    }

    fn put_into(&mut self, bucket: u64, beginning: Beginning) {
        let place = self.place_of(bucket);
        match self.ends.get_mut(place) {
            Some((own, all)) if *own == bucket => all.push(beginning),
            _ => self.ends.insert(place, (bucket, vec![beginning])),
        }
    }

    fn take_from(&mut self, bucket: u64, id: &SessionId) {
        let place = self.place_of(bucket);
        if let Some((own, all)) = self.ends.get_mut(place)
            && *own == bucket
        {
            if let Some(at) = all.iter().position(|own| *own == Beginning::of(id)) {
                all.swap_remove(at);
            }
            if all.is_empty() {
                self.ends.remove(place);
            }
        }
    }

    /// Returns the position of the bucket in the index.
    fn place_of(&self, bucket: u64) -> usize {
        self.ends.partition_point(|(own, _)| *own > bucket)
    }

    /// Returns a few sessions that have ended at `now`, with their owners. A session that was used since it
    /// was put into the index is moved to its new bucket.
    pub(super) fn due(&mut self, now: u64) -> Vec<(SessionId, String)> {
        let mut due = Vec::new();
        for _ in 0..LOOKED_AT {
            let Some((_, all)) = self.ends.last_mut().filter(|(at, _)| *at < now / BUCKET) else {
                break;
            };
            let Some(beginning) = all.pop() else {
                self.ends.pop();
                continue;
            };
            let Some(entry) = self.entries.get(&beginning) else {
                continue;
            };
            if entry.ends() <= now {
                due.push((*entry.id(), entry.owner().to_owned()));
            }
            // Ended sessions stay in the index until they are removed.
            let bucket = entry.ends().max(now) / BUCKET;
            entry.set_bucket(bucket);
            self.put_into(bucket, beginning);
        }
        due
    }
}

/// Returns the cache slot of the session. Another session with the same slot replaces it.
fn place<'a, T>(in_use: &'a mut [T; IN_USE], id: &SessionId) -> &'a mut T {
    &mut in_use[usize::from(id.as_bytes()[30]) % IN_USE]
}

#[cfg(test)]
mod tests {
    #[cfg(not(jam_plain))]
    use std::sync::Arc;

    use super::{Gone, Shard};
    use crate::session::data::SessionData;
    use crate::session::id::SessionId;
    use crate::session::record::Record;

    /// Two sessions with the same cache slot.
    fn ids() -> (SessionId, SessionId) {
        let mut other = [1; 32];
        other[0] = 2;
        (SessionId::from_bytes([1; 32]), SessionId::from_bytes(other))
    }

    fn record(owner: &str) -> Record {
        let data = SessionData::from_json("{}");
        Record {
            owner: owner.to_owned(),
            data,
            version: 0,
            auth_time: 0,
            last_seen: 0,
            expires_at: 600,
            idle: 600,
            lineage: SessionId::from_bytes([0; 32]),
        }
    }

    #[cfg(not(jam_plain))]
    #[test]
    fn only_the_session_in_use_is_found_at_its_place() {
        let (id, other) = ids();
        let mut gone = Gone::default();
        let mut shard = Shard::default();
        shard.add(id, &record("a"));
        assert!(shard.in_use(&id).is_none(), "nobody has read it");
        let read = shard.read(&id, &mut gone).expect("it was added");
        let found = shard.in_use(&id).expect("it was read");
        assert!(Arc::ptr_eq(&found, &read));
        assert!(shard.in_use(&other).is_none(), "it was never issued");
        assert!(shard.read(&other, &mut gone).is_none());

        shard.add(other, &record("b"));
        shard.read(&other, &mut gone);
        assert!(shard.in_use(&id).is_none(), "the other one took its place");
        assert_eq!(shard.in_use(&other).expect("it was read").owner, "b");
    }

    #[test]
    fn a_session_is_due_once_it_is_over_however_its_end_moves() {
        let (id, other) = ids();
        let ending = |at: u64| Record {
            expires_at: at,
            idle: at,
            ..record("a")
        };
        let due = |shard: &mut Shard, now| -> Vec<SessionId> {
            shard.due(now).into_iter().map(|(id, _)| id).collect()
        };
        for (first, then) in [
            (6_000, 600),
            (600, 6_000),
            (600, 660),
            (660, 600),
            (600, 600),
        ] {
            let mut gone = Gone::default();
            let mut shard = Shard::default();
            shard.add(id, &ending(first));
            shard.add(other, &ending(60_000));
            shard.replace(&id, &ending(then), &mut gone);
            for now in [0, 599, then.min(600) - 1, then - 1] {
                assert!(due(&mut shard, now).is_empty(), "{first} {then} {now}");
            }
            assert_eq!(due(&mut shard, then + 120), [id], "{first} {then}");
            shard.remove(&id, &mut gone);
            assert_eq!(shard.len(), 1);
            assert!(due(&mut shard, 59_999).is_empty());
            assert_eq!(due(&mut shard, 60_200), [other]);
            shard.remove(&other, &mut gone);
            assert!(shard.ends.is_empty(), "{first} {then}");
        }
    }

    #[test]
    fn a_session_that_was_removed_leaves_nothing_in_the_expiry_index() {
        let (id, other) = ids();
        let mut gone = Gone::default();
        let mut shard = Shard::default();
        for id in [id, other] {
            shard.add(id, &record("a"));
        }
        shard.remove(&id, &mut gone);
        assert_eq!(shard.ends.len(), 1, "the other one ends in that minute");
        shard.remove(&other, &mut gone);
        assert!(shard.ends.is_empty());
        assert_eq!(shard.len(), 0);
    }
}
