//! The threads that wait for the file, so that no request has to.
//!
//! One thread writes. It takes all writes that wait, makes one transaction of them, and answers after the
//! transaction is on the disk, so that a hundred logins at once cost one flush of the disk. Other threads read.

use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use jam_core::base::error::StoreError;
use jam_core::session::{Change, Notifier};
use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use crate::error::Fault;

/// Writes of one transaction. More of them would let the first one wait for long.
const BATCH: usize = 256;
/// Reads that a thread takes at once.
const READS: usize = 16;

type Outcome<T> = Result<T, Fault>;
type Write = Box<dyn WriteJob + Send>;
type Read = Box<dyn FnOnce(&Connection) + Send>;

/// The two kinds of threads.
pub(crate) struct Threads {
    writes: Sender<Write>,
    reads: Sender<Read>,
}

impl Threads {
    /// Starts the threads. They end when this value is dropped.
    pub(crate) fn start(
        writer: Connection,
        readers: Vec<Connection>,
        notifier: Notifier,
    ) -> Result<Self, StoreError> {
        let (writes, all_writes) = mpsc::channel();
        let (reads, all_reads) = mpsc::channel();
        let all_reads = Arc::new(Mutex::new(all_reads));
        spawn("jam-sqlite-writer", move || {
            write_all(writer, &all_writes, &notifier)
        })?;
        for reader in readers {
            let reads = Arc::clone(&all_reads);
            spawn("jam-sqlite-reader", move || read_all(&reader, &reads))?;
        }
        Ok(Self { writes, reads })
    }

    /// Runs `work` in a transaction and returns its result once the transaction is on the disk. Listeners are
    /// told of the changes that `work` adds to its list.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&Connection, &mut Vec<Change>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let job = Job {
            work,
            result: None,
            changes: Vec::new(),
            answer,
        };
        self.writes.send(Box::new(job)).map_err(|_| ended())?;
        Ok(answered.await.map_err(|_| ended())??)
    }

    /// Runs `work` and returns its result.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel::<Outcome<T>>();
        let read = move |connection: &Connection| {
            if !answer.is_closed() {
                // An error means that the request was cancelled.
                let _ = answer.send(work(connection).map_err(Fault::from));
            }
        };
        self.reads.send(Box::new(read)).map_err(|_| ended())?;
        Ok(answered.await.map_err(|_| ended())??)
    }
}

fn ended() -> StoreError {
    StoreError::new("a thread of the SQLite store has ended")
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), StoreError> {
    let thread = thread::Builder::new().name(name.to_owned()).spawn(run);
    thread.map(|_| ()).map_err(StoreError::new)
}

fn read_all(connection: &Connection, reads: &Mutex<Receiver<Read>>) {
    let mut some = Vec::with_capacity(READS);
    loop {
        {
            let reads = reads.lock().unwrap_or_else(PoisonError::into_inner);
            let Ok(first) = reads.recv() else {
                return;
            };
            some.push(first);
            some.extend(reads.try_iter().take(READS - 1));
        }
        for read in some.drain(..) {
            read(connection);
        }
    }
}

fn write_all(mut connection: Connection, writes: &Receiver<Write>, notifier: &Notifier) {
    while let Ok(first) = writes.recv() {
        let mut batch = vec![first];
        batch.extend(writes.try_iter().take(BATCH - 1));
        // The client of a request that was cancelled does not know whether it was done.
        batch.retain(|job| !job.is_cancelled());
        if batch.is_empty() {
            continue;
        }
        let committed = write_some(&mut connection, &mut batch);
        // After some errors, such as that of a full disk, SQLite undoes the whole transaction.
        let is_undone = matches!(&committed, Err(Failed::Later(_)));
        let committed = committed.map_err(Failed::into_fault);
        for mut job in batch {
            if is_undone {
                let alone = write_some(&mut connection, std::slice::from_mut(&mut job));
                job.answer(&alone.map_err(Failed::into_fault), notifier);
            } else {
                job.answer(&committed, notifier);
            }
        }
    }
}

/// Runs the jobs in one transaction. An error of one job undoes this job alone.
fn write_some(connection: &mut Connection, batch: &mut [Write]) -> Result<(), Failed> {
    let behavior = TransactionBehavior::Immediate;
    let begun = connection.transaction_with_behavior(behavior);
    let mut transaction = begun.map_err(Failed::AtBegin)?;
    for job in batch {
        let savepoint = transaction.savepoint().map_err(Failed::Later)?;
        if job.run(&savepoint) {
            savepoint.commit().map_err(Failed::Later)?;
        }
    }
    transaction.commit().map_err(Failed::Later)
}

/// The failure of a transaction.
enum Failed {
    /// Nothing was run.
    AtBegin(rusqlite::Error),
    Later(rusqlite::Error),
}

impl Failed {
    fn into_fault(self) -> Fault {
        match self {
            Self::AtBegin(error) | Self::Later(error) => error.into(),
        }
    }
}

/// A write that waits for its transaction.
trait WriteJob {
    fn is_cancelled(&self) -> bool;

    /// Runs the statements, again if an earlier transaction was undone. Returns `false` if they failed and are
    /// to be undone.
    fn run(&mut self, connection: &Connection) -> bool;

    /// Answers the request after the transaction.
    fn answer(self: Box<Self>, committed: &Outcome<()>, notifier: &Notifier);
}

struct Job<F, T> {
    work: F,
    result: Option<Outcome<T>>,
    changes: Vec<Change>,
    answer: oneshot::Sender<Outcome<T>>,
}

impl<F, T> WriteJob for Job<F, T>
where
    F: FnMut(&Connection, &mut Vec<Change>) -> rusqlite::Result<T>,
{
    fn is_cancelled(&self) -> bool {
        self.answer.is_closed()
    }

    fn run(&mut self, connection: &Connection) -> bool {
        self.changes.clear();
        let result = (self.work)(connection, &mut self.changes).map_err(Fault::from);
        let is_done = result.is_ok();
        self.result = Some(result);
        is_done
    }

    fn answer(self: Box<Self>, committed: &Outcome<()>, notifier: &Notifier) {
        let result = match (self.result, committed) {
            (Some(result), Ok(())) => result,
            // The error of the job itself says more than that of its transaction.
            (Some(Err(fault)), Err(_)) => Err(fault),
            (_, Err(fault)) => Err(fault.clone()),
            (None, Ok(())) => Err(Fault::new("the write was not run")),
        };
        if result.is_ok() {
            for change in self.changes {
                notifier.notify(change);
            }
        }
        // An error means that the request was cancelled.
        let _ = self.answer.send(result);
    }
}
