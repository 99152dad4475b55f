//! The index of sessions by owner.

use std::collections::{BTreeSet, HashMap};

use super::beginning::Beginning;
use crate::base::sync::MutexGuard;
use crate::session::id::SessionId;

/// Sessions of one owner from which on their number is kept. Below it they are counted each time.
const MANY: usize = 32;

/// The sessions of the owners of one shard.
#[derive(Default)]
pub(super) struct Owners {
    /// Pairs of a hash of the owner's name and the beginning of a session's id. Two owners with the same
    /// hash are distinguished by their sessions, which contain the name.
    all: BTreeSet<(u64, Beginning)>,
    /// The number of sessions of owners with many.
    counts: HashMap<u64, usize>,
}

/// The sessions of one owner, with the lock of the owner's shard.
pub(super) struct Owner<'a> {
    pub(super) name: &'a str,
    hash: u64,
    owners: MutexGuard<'a, Owners>,
}

impl<'a> Owner<'a> {
    pub(super) fn new(name: &'a str, hash: u64, owners: MutexGuard<'a, Owners>) -> Self {
        Self { name, hash, owners }
    }

    pub(super) fn sessions(&self) -> impl Iterator<Item = Beginning> {
        self.sessions_from(Beginning::MIN)
    }

    pub(super) fn sessions_from(&self, from: Beginning) -> impl Iterator<Item = Beginning> {
        let all = (self.hash, from)..=(self.hash, Beginning::MAX);
        self.owners.all.range(all).map(|(_, session)| *session)
    }

    pub(super) fn count(&self) -> usize {
        match self.owners.counts.get(&self.hash) {
            Some(count) => *count,
            None => self.sessions().count(),
        }
    }

    pub(super) fn add(&mut self, id: &SessionId) {
        if !self.owners.all.insert((self.hash, Beginning::of(id))) {
            return;
        }
        match self.owners.counts.get_mut(&self.hash) {
            Some(count) => *count += 1,
            None => {
                let count = self.sessions().take(MANY).count();
                if count == MANY {
                    self.owners.counts.insert(self.hash, count);
                }
            }
        }
    }

    pub(super) fn remove(&mut self, id: &SessionId) {
        if !self.owners.all.remove(&(self.hash, Beginning::of(id))) {
            return;
        }
        if let Some(count) = self.owners.counts.get_mut(&self.hash) {
            *count -= 1;
            if *count < MANY {
                self.owners.counts.remove(&self.hash);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MANY, Owner, Owners};
    use crate::base::sync::Mutex;
    use crate::session::id::SessionId;

    #[test]
    fn an_owner_is_counted_right_below_and_above_many() {
        let owners = Mutex::new(Owners::default());
        let lock = || owners.lock().expect("not poisoned");
        let id = |number: usize| {
            let mut bytes = [0; 32];
            bytes[..8].copy_from_slice(&number.to_le_bytes());
            SessionId::from_bytes(bytes)
        };
        let mut other = Owner::new("other", 8, lock());
        other.add(&id(1));
        drop(other);
        let mut owner = Owner::new("owner", 7, lock());
        for number in 0..2 * MANY {
            assert_eq!(owner.count(), number);
            owner.add(&id(number));
            owner.add(&id(number));
            let is_kept = owner.owners.counts.contains_key(&7);
            assert_eq!(
                is_kept,
                number + 1 >= MANY,
                "{number}: few are counted each time"
            );
        }
        for number in (0..2 * MANY).rev() {
            owner.remove(&id(number));
            owner.remove(&id(number));
            assert_eq!(owner.count(), number);
            let is_kept = owner.owners.counts.contains_key(&7);
            assert_eq!(is_kept, number >= MANY, "{number}");
        }
        drop(owner);
        let owners = lock();
        assert!(owners.counts.is_empty(), "it frees what it counted");
        assert_eq!(owners.all.len(), 1);
    }
}
