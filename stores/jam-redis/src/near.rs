//! Sessions that are kept in this process, for as long as Redis would tell of a change.
//!
//! Redis remembers the keys that a connection has read and tells it when one of them changes (`CLIENT TRACKING`).
//! Three rules keep a stale session from being used:
//!
//! - A place is reserved before a session is asked for. If Redis tells of a change before the answer is here, the
//!   reservation is gone, and the answer is not kept.
//! - Everything is forgotten when the connection is lost.
//! - Nothing is used unless Redis answered a `PING` that was sent within the last second: messages before that
//!   answer have arrived. So the longest time in which a change is not seen is one second, with a network that
//!   loses everything.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use jam_core::session::{Record, SessionId};
use redis::{PushInfo, PushKind, Value};

use crate::sync::atomic::{AtomicU64, Ordering};
use crate::sync::{Mutex, MutexGuard};

#[cfg(all(test, jam_shuttle))]
mod interleavings;

/// Longest time between a `PING` that was answered and the use of a session.
const FRESH: Duration = Duration::from_millis(1_000);
/// Time between two `PING`s.
pub(crate) const BEAT: Duration = Duration::from_millis(300);
/// Longest time that a session is kept.
const KEPT: Duration = Duration::from_secs(60);
/// Places of one bucket. The hash of the id selects the bucket.
const PLACES: usize = 8;

/// The sessions that are kept.
pub(crate) struct NearCache {
    buckets: Box<[Mutex<Bucket>]>,
    /// The beginning of the keys of sessions.
    prefix: Vec<u8>,
    begun: Instant,
    /// Milliseconds from `begun` to the last `PING` that was answered, plus one; 0 without a connection.
    beat: AtomicU64,
    /// The number of the connection whose messages count. Changed and compared with `beat` under `change`.
    connection: AtomicU64,
    change: Mutex<()>,
    reservations: AtomicU64,
}

#[derive(Default)]
struct Bucket {
    places: [Option<(SessionId, Place)>; PLACES],
    next: usize,
}

enum Place {
    /// The session was asked for.
    Reserved(u64),
    Kept(Arc<Record>, Instant),
}

/// A place for a session that was asked for.
#[derive(Clone, Copy)]
pub(crate) struct Reservation(u64);

impl NearCache {
    /// Makes a cache of about `sessions` sessions, whose keys begin with `prefix`.
    pub(crate) fn new(sessions: usize, prefix: Vec<u8>) -> Self {
        let buckets = sessions.div_ceil(PLACES).max(1);
        Self {
            buckets: (0..buckets).map(|_| Mutex::default()).collect(),
            prefix,
            begun: Instant::now(),
            beat: AtomicU64::new(0),
            connection: AtomicU64::new(0),
            change: Mutex::default(),
            reservations: AtomicU64::new(0),
        }
    }

    /// Returns the session, if it cannot have changed without a message.
    pub(crate) fn get(&self, id: &SessionId) -> Option<Arc<Record>> {
        let now = Instant::now();
        if !self.is_fresh(now) {
            return None;
        }
        let bucket = self.bucket(id);
        match bucket.place(id)? {
            Place::Kept(record, since) if now.duration_since(*since) < KEPT => {
                Some(Arc::clone(record))
            }
            _ => None,
        }
    }

    fn is_fresh(&self, now: Instant) -> bool {
        let beat = self.beat.load(Ordering::Acquire);
        beat > 0 && self.milliseconds(now) < beat + FRESH.as_millis() as u64
    }

    /// Returns the milliseconds from the making of the cache to `now`, plus one.
    fn milliseconds(&self, now: Instant) -> u64 {
        u64::try_from(now.duration_since(self.begun).as_millis()).unwrap_or(u64::MAX - 1) + 1
    }

    /// Reserves a place for a session that is asked for next.
    pub(crate) fn reserve(&self, id: &SessionId) -> Reservation {
        let number = self.reservations.fetch_add(1, Ordering::Relaxed);
        self.bucket(id).put(id, Place::Reserved(number));
        Reservation(number)
    }

    /// Keeps the answer of the connection `connection`, if nothing has changed since the reservation.
    pub(crate) fn keep(
        &self,
        id: &SessionId,
        reservation: Reservation,
        connection: u64,
        record: &Arc<Record>,
    ) {
        let mut bucket = self.bucket(id);
        // Messages about this answer come on the same connection, and another one may be asked for its beat.
        if self.connection.load(Ordering::Acquire) != connection {
            return;
        }
        if let Some(place @ Place::Reserved(_)) = bucket.place_mut(id)
            && matches!(place, Place::Reserved(number) if *number == reservation.0)
        {
            *place = Place::Kept(Arc::clone(record), Instant::now());
        }
    }

    /// Forgets a session, and what was reserved for it.
    pub(crate) fn forget(&self, id: &SessionId) {
        let mut bucket = self.bucket(id);
        for place in &mut bucket.places {
            if place.as_ref().is_some_and(|(own, _)| own == id) {
                *place = None;
            }
        }
    }

    /// Uses the connection `connection` from now on. Nothing is used until its first [`beat`](Self::beat).
    pub(crate) fn open(&self, connection: u64) {
        self.switch(None, connection);
    }

    /// Forgets everything that was learned by this connection.
    pub(crate) fn close(&self, connection: u64) {
        self.switch(Some(connection), 0);
    }

    /// Uses the connection `to`, if the present one is `from`.
    fn switch(&self, from: Option<u64>, to: u64) {
        let change = lock(&self.change);
        if from.is_some_and(|from| self.connection.load(Ordering::Acquire) != from) {
            return;
        }
        self.connection.store(to, Ordering::Release);
        self.beat.store(0, Ordering::Release);
        drop(change);
        self.forget_all();
    }

    fn forget_all(&self) {
        for bucket in &self.buckets {
            lock(bucket).places = Default::default();
        }
    }

    /// Notes that a `PING` of this time was answered on this connection. Returns `false` if the connection is no
    /// longer in use.
    pub(crate) fn beat(&self, connection: u64, sent: Instant) -> bool {
        let _change = lock(&self.change);
        if self.connection.load(Ordering::Acquire) != connection {
            return false;
        }
        self.beat
            .fetch_max(self.milliseconds(sent), Ordering::AcqRel);
        true
    }

    /// Takes a message of Redis. The connection calls it in the order of arrival, before later answers.
    pub(crate) fn message(&self, connection: u64, message: &PushInfo) {
        match (&message.kind, message.data.as_slice()) {
            (PushKind::Invalidate, [Value::Array(keys)]) => {
                for key in keys {
                    if let Value::BulkString(key) = key {
                        self.forget_key(key);
                    }
                }
            }
            // The server was emptied.
            (PushKind::Invalidate, _) => self.forget_all(),
            (PushKind::Disconnection, _) => self.close(connection),
            _ => {}
        }
    }

    fn forget_key(&self, key: &[u8]) {
        let id = key.strip_prefix(self.prefix.as_slice());
        if let Some(Ok(id)) = id.map(<[u8; 32]>::try_from) {
            self.forget(&SessionId::from_bytes(id));
        }
    }

    fn bucket(&self, id: &SessionId) -> MutexGuard<'_, Bucket> {
        let [a, b, c, d, e, f, g, h, ..] = *id.as_bytes();
        let hash = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
        #[allow(clippy::cast_possible_truncation)] // the remainder is smaller than a length
        let at = (hash % self.buckets.len() as u64) as usize;
        lock(&self.buckets[at])
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Bucket {
    fn place(&self, id: &SessionId) -> Option<&Place> {
        let mut places = self.places.iter().flatten();
        places.find(|(own, _)| own == id).map(|(_, place)| place)
    }

    fn place_mut(&mut self, id: &SessionId) -> Option<&mut Place> {
        let mut places = self.places.iter_mut().flatten();
        places.find(|(own, _)| own == id).map(|(_, place)| place)
    }

    /// Puts a session into its place, a free one, or that of another session.
    fn put(&mut self, id: &SessionId, place: Place) {
        if let Some(own) = self.place_mut(id) {
            *own = place;
            return;
        }
        let at = self.places.iter().position(Option::is_none);
        let at = at.unwrap_or_else(|| {
            self.next = (self.next + 1) % PLACES;
            self.next
        });
        self.places[at] = Some((*id, place));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use jam_core::session::{Record, SessionData, SessionId};
    use redis::{PushInfo, PushKind, Value};

    use super::{FRESH, NearCache};

    fn id(number: u8) -> SessionId {
        SessionId::from_bytes([number; 32])
    }

    fn record(owner: &str) -> Arc<Record> {
        let data = SessionData::from_json("{}");
        Arc::new(Record::new(owner.to_owned(), data, 100, 10_000))
    }

    fn cache() -> NearCache {
        let cache = NearCache::new(16, b"jam:s:".to_vec());
        cache.open(1);
        assert!(cache.beat(1, Instant::now()));
        cache
    }

    fn invalidate(id: &SessionId) -> PushInfo {
        let key = [b"jam:s:".as_slice(), id.as_bytes()].concat();
        PushInfo {
            kind: PushKind::Invalidate,
            data: vec![Value::Array(vec![Value::BulkString(key)])],
        }
    }

    #[test]
    fn an_answer_is_kept_unless_a_message_came_before_it() {
        let cache = cache();
        let reservation = cache.reserve(&id(1));
        assert!(cache.get(&id(1)).is_none());
        cache.keep(&id(1), reservation, 1, &record("a"));
        assert_eq!(cache.get(&id(1)).expect("it is kept").owner, "a");
        cache.message(1, &invalidate(&id(1)));
        assert!(cache.get(&id(1)).is_none());

        let reservation = cache.reserve(&id(1));
        cache.message(1, &invalidate(&id(1)));
        cache.keep(&id(1), reservation, 1, &record("stale"));
        assert!(cache.get(&id(1)).is_none());

        // The answer of an earlier question does not take the place of a later one.
        let earlier = cache.reserve(&id(1));
        cache.message(1, &invalidate(&id(1)));
        let later = cache.reserve(&id(1));
        cache.keep(&id(1), earlier, 1, &record("stale"));
        assert!(cache.get(&id(1)).is_none());
        cache.keep(&id(1), later, 1, &record("new"));
        assert_eq!(cache.get(&id(1)).expect("it is kept").owner, "new");
    }

    #[test]
    fn everything_is_forgotten_with_the_connection() {
        for kind in [PushKind::Disconnection, PushKind::Invalidate] {
            let cache = cache();
            let reservation = cache.reserve(&id(1));
            cache.keep(&id(1), reservation, 1, &record("a"));
            let under_way = cache.reserve(&id(2));
            let data = match kind {
                PushKind::Invalidate => vec![Value::Nil],
                _ => vec![],
            };
            cache.message(
                1,
                &PushInfo {
                    kind: kind.clone(),
                    data,
                },
            );
            let is_in_use = cache.beat(1, Instant::now());
            cache.keep(&id(2), under_way, 1, &record("b"));
            assert!(cache.get(&id(1)).is_none());
            assert!(cache.get(&id(2)).is_none());
            assert_eq!(is_in_use, kind == PushKind::Invalidate);
        }
    }

    /// A connection that hangs cannot tell of changes, and the beat of another one says nothing about it.
    #[test]
    fn answers_of_an_earlier_connection_are_not_kept() {
        let cache = cache();
        let reservation = cache.reserve(&id(1));
        cache.keep(&id(1), reservation, 1, &record("a"));
        cache.open(2);
        assert!(cache.beat(2, Instant::now()));
        assert!(cache.get(&id(1)).is_none());
        let reservation = cache.reserve(&id(1));
        cache.keep(&id(1), reservation, 1, &record("a"));
        assert!(cache.get(&id(1)).is_none());
        assert!(!cache.beat(1, Instant::now()));
        cache.keep(&id(1), reservation, 2, &record("a"));
        assert!(cache.get(&id(1)).is_some());
        // The end of the earlier connection does not concern it.
        cache.close(1);
        assert!(cache.get(&id(1)).is_some());
        cache.close(2);
        assert!(cache.get(&id(1)).is_none());
    }

    #[test]
    fn nothing_is_used_when_no_ping_was_answered_for_a_second() {
        let cache = NearCache::new(16, Vec::new());
        let reservation = cache.reserve(&id(1));
        cache.keep(&id(1), reservation, 1, &record("a"));
        assert!(cache.get(&id(1)).is_none(), "no ping was answered");
        cache.open(1);
        let now = cache.begun + Duration::from_secs(100);
        cache.beat(1, now);
        assert!(cache.is_fresh(now));
        assert!(cache.is_fresh(now + FRESH - Duration::from_millis(1)));
        assert!(!cache.is_fresh(now + FRESH));
        // The answers of two pings may come in any order.
        cache.beat(1, now - Duration::from_secs(1));
        assert!(cache.is_fresh(now));
    }

    #[test]
    fn it_is_bounded_and_finds_only_what_was_kept() {
        let cache = cache();
        for number in 0..=255 {
            let reservation = cache.reserve(&id(number));
            cache.keep(&id(number), reservation, 1, &record(&number.to_string()));
        }
        let kept = (0..=255).filter_map(|number| {
            let record = cache.get(&id(number))?;
            assert_eq!(record.owner, number.to_string());
            Some(())
        });
        assert_eq!(kept.count(), 16);
    }
}
