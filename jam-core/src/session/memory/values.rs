//! Small values in memory.

use std::collections::{BTreeSet, HashMap};

use crate::session::store::WriteOutcome;
use crate::session::value::{Value, ValueKey};

/// Expired values that are freed each time a value is set: more than one, so that they cannot accumulate.
const FREED: usize = 4;

/// The values of one shard.
#[derive(Default)]
pub(super) struct Values {
    all: HashMap<ValueKey, Value>,
    /// The ends of all values, the earliest first.
    ends: BTreeSet<(u64, ValueKey)>,
}

impl Values {
    pub(super) fn get(&self, key: &ValueKey, now: u64) -> Option<&Value> {
        self.all.get(key).filter(|value| now < value.expires_at)
    }

    pub(super) fn swap(
        &mut self,
        key: &ValueKey,
        present: Option<&Value>,
        value: &Value,
        now: u64,
    ) -> WriteOutcome {
        self.free_some(now);
        let is_present = match (self.get(key, now), present) {
            (Some(own), Some(named)) => own.bytes == named.bytes,
            (None, None) => true,
            _ => false,
        };
        if !is_present {
            return WriteOutcome::Conflict;
        }
        self.ends.insert((value.expires_at, *key));
        if let Some(old) = self.all.insert(*key, value.clone())
            && old.expires_at != value.expires_at
        {
            self.ends.remove(&(old.expires_at, *key));
        }
        WriteOutcome::Done
    }

    fn free_some(&mut self, now: u64) {
        for _ in 0..FREED {
            let Some((end, key)) = self.ends.first().copied().filter(|(end, _)| *end <= now) else {
                return;
            };
            self.ends.remove(&(end, key));
            self.all.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Values;
    use crate::session::store::WriteOutcome;
    use crate::session::value::{Value, ValueKey};

    #[test]
    fn expired_values_are_freed_and_others_are_kept() {
        let mut values = Values::default();
        for number in 0..1_000_u64 {
            let key = ValueKey::new("test", &[&number.to_le_bytes()]);
            let value = Value::new([1], number + 100).expect("it is small");
            let outcome = values.swap(&key, None, &value, number);
            assert_eq!(outcome, WriteOutcome::Done);
        }
        assert_eq!(values.all.len(), 100);
        assert_eq!(values.ends.len(), 100);
        // Of a value that was set again only the new end is kept.
        let key = ValueKey::new("test", &[&999_u64.to_le_bytes()]);
        let value = Value::new([1], 5_000).expect("it is small");
        let outcome = values.swap(&key, Some(&value), &value, 999);
        assert_eq!(outcome, WriteOutcome::Done);
        assert_eq!(values.ends.len(), values.all.len());
        assert!(values.get(&key, 4_999).is_some());
        assert!(values.get(&key, 5_000).is_none());
    }
}
