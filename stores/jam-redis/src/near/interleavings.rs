//! A near cache, its connection and its readers in many orders: `scripts/interleavings`.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use jam_core::session::{Record, SessionData, SessionId};
use redis::{PushInfo, PushKind, Value};
use shuttle::sync::atomic::{AtomicU64, Ordering};
use shuttle::sync::mpsc::{self, Sender};
use shuttle::sync::{Mutex, MutexGuard};
use shuttle::thread;

use super::NearCache;

/// Orders that are tried at random, and as many that are chosen to find bugs of few switches of threads.
const ORDERS: usize = 2_000;

/// A message or an answer of the server. They arrive in the order in which they were sent.
enum Sent {
    /// The session was changed for the time with this number.
    Invalidate(u64),
    /// The session as it was after this number of changes.
    Answer(u64, Sender<u64>),
}

/// A server with one session, whose data is the number of its changes.
#[derive(Default)]
struct Server {
    changes: u64,
    connection: u64,
    is_tracked: bool,
    sent: VecDeque<Sent>,
}

/// All that the threads share.
struct Shared {
    server: Mutex<Server>,
    cache: NearCache,
    /// The number of the last change of which a message has arrived.
    told: AtomicU64,
    /// Threads that have not ended.
    left: AtomicU64,
}

impl Shared {
    fn server(&self) -> MutexGuard<'_, Server> {
        self.server.lock().expect("not poisoned")
    }

    /// Uses a new connection. The previous one brings no message any more, and late answers.
    fn connect(&self) {
        let connection = {
            let mut server = self.server();
            server.connection += 1;
            server.is_tracked = false;
            server.sent.retain(|sent| matches!(sent, Sent::Answer(..)));
            server.connection
        };
        self.cache.open(connection);
        assert!(self.cache.beat(connection, Instant::now()));
    }

    fn change(&self) {
        let mut server = self.server();
        server.changes += 1;
        if std::mem::take(&mut server.is_tracked) {
            let invalidate = Sent::Invalidate(server.changes);
            server.sent.push_back(invalidate);
        }
    }

    /// Reads the session from the server.
    fn read(&self) {
        // It may not be in use any more when the session is asked for.
        let connection = self.server().connection;
        let reservation = self.cache.reserve(&id());
        let (answer, answered) = mpsc::channel();
        {
            let mut server = self.server();
            server.is_tracked |= connection == server.connection;
            let answer = Sent::Answer(server.changes, answer);
            server.sent.push_back(answer);
        }
        let changes = answered.recv().expect("the server answers");
        let record = record(changes);
        self.cache.keep(&id(), reservation, connection, &record);
    }

    /// Takes one thing that the server has sent.
    fn receive(&self) {
        let (connection, sent) = {
            let mut server = self.server();
            (server.connection, server.sent.pop_front())
        };
        match sent {
            Some(Sent::Invalidate(change)) => {
                self.cache.message(connection, &push(PushKind::Invalidate));
                self.told.store(change, Ordering::SeqCst);
            }
            Some(Sent::Answer(changes, reader)) => reader.send(changes).expect("it waits"),
            None => thread::yield_now(),
        }
    }

    /// Asserts that no use of the session is one that a message has ended.
    fn used(&self) {
        let told = self.told.load(Ordering::SeqCst);
        if let Some(changes) = self.kept() {
            assert!(changes >= told, "{changes} is used after {told}");
        }
    }

    fn kept(&self) -> Option<u64> {
        let record = self.cache.get(&id())?;
        let text = str::from_utf8(record.data.as_json()).expect("a number");
        Some(text.parse().expect("a number"))
    }
}

fn id() -> SessionId {
    SessionId::from_bytes([7; 32])
}

fn record(changes: u64) -> Arc<Record> {
    let data = SessionData::from_json(changes.to_string());
    Arc::new(Record::new("ann".to_owned(), data, 100, 10_000))
}

fn push(kind: PushKind) -> PushInfo {
    let key = [b"s:".as_slice(), id().as_bytes()].concat();
    let data = vec![Value::Array(vec![Value::BulkString(key)])];
    PushInfo { kind, data }
}

type Work = fn(&Shared);

/// Threads that read and write, while the connection is lost so often.
fn run(losses: u32, work: &[Work]) {
    let shared = Arc::new(Shared {
        server: Mutex::default(),
        cache: NearCache::new(8, b"s:".to_vec()),
        told: AtomicU64::new(0),
        left: AtomicU64::new(work.len() as u64),
    });
    shared.connect();
    let start = |&work: &Work| {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            work(&shared);
            shared.left.fetch_sub(1, Ordering::SeqCst);
        })
    };
    let threads: Vec<_> = work.iter().map(start).collect();
    for _ in 0..losses {
        shared.receive();
        shared.receive();
        let connection = shared.server().connection;
        let lost = push(PushKind::Disconnection);
        shared.cache.message(connection, &lost);
        shared.connect();
    }
    while shared.left.load(Ordering::SeqCst) > 0 || !shared.server().sent.is_empty() {
        shared.receive();
        shared.used();
    }
    for thread in threads {
        thread.join().expect("a thread");
    }
    // A session that is kept now is forgotten at a further change.
    shared.change();
    while !shared.server().sent.is_empty() {
        shared.receive();
    }
    assert_eq!(shared.kept(), None);
}

fn change_thrice(shared: &Shared) {
    (0..3).for_each(|_| shared.change());
}

fn read_twice(shared: &Shared) {
    shared.read();
    shared.used();
    shared.read();
}

fn read_and_use(shared: &Shared) {
    shared.used();
    shared.read();
    shared.used();
}

fn each_order(losses: u32, work: &'static [Work]) {
    shuttle::check_random(move || run(losses, work), ORDERS);
    shuttle::check_pct(move || run(losses, work), ORDERS, 3);
}

#[test]
fn a_session_is_not_used_once_a_message_of_its_change_has_arrived() {
    each_order(0, &[change_thrice, read_twice, read_and_use]);
}

#[test]
fn a_session_of_a_lost_connection_is_not_used() {
    each_order(1, &[Shared::change, Shared::read]);
    each_order(2, &[change_thrice, read_and_use]);
}
