//! Changes that this process and others made, by LISTEN and NOTIFY.

use std::collections::{HashSet, VecDeque};
use std::future::{Future, poll_fn};
use std::hash::{BuildHasher, RandomState};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use jam_core::session::{Change, Changes, Notifier, SessionId, ValueKey};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::{AsyncMessage, Client, Config, Socket};

use crate::error::Fault;

/// Time between two questions to the server if it is still there, and the longest time to its answer.
const ALIVE: Duration = Duration::from_secs(2);
/// Time in which a connection has to be ready.
const READY: Duration = Duration::from_secs(5);
/// The first and the longest time before the next connection.
const BACKOFF: [Duration; 2] = [Duration::from_millis(50), Duration::from_secs(1)];
/// Changes of this process whose echo is recognised.
const REMEMBERED: usize = 4096;

/// Connects, listens and tells of changes until the connection is lost.
pub(crate) type Listen =
    Arc<dyn Fn(Arc<Hub>) -> Pin<Box<dyn Future<Output = Result<(), Fault>> + Send>> + Send + Sync>;

/// Tells of each change once: a change of this process as soon as it is acknowledged or its echo comes,
/// whichever is first. So a change is told also if its request was dropped, or the connection was lost
/// before its answer.
pub(crate) struct Hub {
    channel: String,
    notifier: Notifier,
    /// A random number that names this store in what others hear.
    origin: u64,
    operations: AtomicU64,
    told: Mutex<Told>,
    /// `true` once the present connection listens.
    is_up: AtomicBool,
}

#[derive(Default)]
struct Told {
    known: HashSet<(u64, [u8; 32])>,
    order: VecDeque<(u64, [u8; 32])>,
}

impl Hub {
    pub(crate) fn new(channel: String) -> Self {
        Self {
            channel,
            notifier: Notifier::new(),
            // The keys of the hasher are random.
            origin: RandomState::new().hash_one("origin"),
            operations: AtomicU64::new(0),
            told: Mutex::default(),
            is_up: false.into(),
        }
    }

    /// Returns a number for an operation, and the beginning of its notifications.
    pub(crate) fn mark(&self) -> (u64, String) {
        let mark = self.operations.fetch_add(1, Ordering::Relaxed);
        (mark, format!("{:016x}{mark:016x}", self.origin))
    }

    /// Tells of a change of this process, unless its echo was first.
    pub(crate) fn tell(&self, mark: u64, change: Change) {
        let bytes = match change {
            Change::Record(id) => *id.as_bytes(),
            Change::Value(key) => *key.as_bytes(),
            _ => return,
        };
        {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            if !told.known.insert((mark, bytes)) {
                return;
            }
            told.order.push_back((mark, bytes));
            if told.order.len() > REMEMBERED
                && let Some(oldest) = told.order.pop_front()
            {
                told.known.remove(&oldest);
            }
        }
        self.notifier.notify(change);
    }

    fn hear(&self, payload: &str) {
        match parse(payload) {
            Some((origin, mark, change)) if origin == self.origin => self.tell(mark, change),
            Some((_, _, change)) => self.notifier.notify(change),
            // Another version of the crate may say more than this one understands.
            None => self.notifier.notify(Change::Missed),
        }
    }
}

fn parse(payload: &str) -> Option<(u64, u64, Change)> {
    let origin = u64::from_str_radix(payload.get(..16)?, 16).ok()?;
    let mark = u64::from_str_radix(payload.get(16..32)?, 16).ok()?;
    let id: SessionId = payload.get(33..)?.parse().ok()?;
    let change = match payload.as_bytes()[32] {
        b'r' => Change::Record(id),
        b'v' => Change::Value(ValueKey::from_bytes(*id.as_bytes())),
        _ => return None,
    };
    Some((origin, mark, change))
}

/// The listener of a store. It ends with the store.
pub(crate) struct Listener {
    hub: Arc<Hub>,
    listen: Option<Listen>,
    task: OnceLock<JoinHandle<()>>,
}

impl Listener {
    pub(crate) fn new(hub: Arc<Hub>, listen: Option<Listen>) -> Self {
        Self {
            hub,
            listen,
            task: OnceLock::new(),
        }
    }

    pub(crate) fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Returns `true` once there is a listener.
    pub(crate) fn is_started(&self) -> bool {
        self.task.get().is_some()
    }

    pub(crate) fn changes(&self) -> Option<Changes> {
        let listen = self.listen.clone()?;
        let Ok(runtime) = Handle::try_current() else {
            tracing::warn!(
                target: "jam",
                "`changes` of the PostgreSQL store needs a runtime; no change is told"
            );
            return None;
        };
        let changes = self.hub.notifier.changes();
        self.task
            .get_or_init(|| runtime.spawn(run(listen, Arc::clone(&self.hub))));
        Some(changes)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(task) = self.task.get() {
            task.abort();
        }
    }
}

async fn run(listen: Listen, hub: Arc<Hub>) {
    let [mut pause, longest] = BACKOFF;
    loop {
        hub.is_up.store(false, Ordering::Relaxed);
        if let Err(fault) = listen(Arc::clone(&hub)).await {
            tracing::warn!(target: "jam", error = %fault, "the PostgreSQL store hears no changes");
        }
        if hub.is_up.load(Ordering::Relaxed) {
            hub.notifier.notify(Change::Missed);
            [pause, _] = BACKOFF;
        }
        sleep(pause).await;
        pause = (pause * 2).min(longest);
    }
}

/// Makes the function that listens by connections of this configuration.
pub(crate) fn listener<T>(config: Config, tls: T) -> Listen
where
    T: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
    T::Stream: Send + Sync,
    T::TlsConnect: Send + Sync,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    Arc::new(move |hub| {
        let (config, tls) = (config.clone(), tls.clone());
        Box::pin(async move {
            let late = || Fault::new("PostgreSQL did not accept a connection in time");
            let connected = timeout(READY, config.connect(tls)).await;
            let (client, mut connection) = connected.map_err(|_| late())??;
            let receive = async {
                loop {
                    match poll_fn(|context| connection.poll_message(context)).await {
                        Some(Ok(AsyncMessage::Notification(heard)))
                            if heard.channel() == hub.channel =>
                        {
                            hub.hear(heard.payload());
                        }
                        Some(Ok(_)) => {}
                        Some(Err(error)) => return Err(error.into()),
                        None => return Err(Fault::new("PostgreSQL closed the connection")),
                    }
                }
            };
            tokio::select! {
                lost = receive => lost,
                lost = ask(&client, &hub) => lost,
            }
        })
    })
}

/// Listens, and then asks again and again if the server is still there: a connection that was cut without a word
/// would look like a database without changes.
async fn ask(client: &Client, hub: &Hub) -> Result<(), Fault> {
    let late = || Fault::new("PostgreSQL did not answer in time");
    let listen = format!("LISTEN {}", hub.channel);
    timeout(READY, client.batch_execute(&listen))
        .await
        .map_err(|_| late())??;
    hub.is_up.store(true, Ordering::Relaxed);
    // Changes from before this moment were not heard.
    hub.notifier.notify(Change::Missed);
    loop {
        sleep(ALIVE).await;
        timeout(ALIVE, client.simple_query(""))
            .await
            .map_err(|_| late())??;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jam_core::session::{Change, SessionId};
    use tokio::time::timeout;

    use super::{Hub, parse};

    fn change() -> Change {
        Change::Record(SessionId::from_bytes([7; 32]))
    }

    fn payload(hub: &Hub) -> (u64, String) {
        let (mark, start) = hub.mark();
        (mark, format!("{start}r{}", SessionId::from_bytes([7; 32])))
    }

    #[tokio::test]
    async fn a_change_and_its_echo_are_told_once_in_either_order() {
        let hub = Hub::new("jam_changes".to_owned());
        let mut changes = hub.notifier.changes();
        let (mark, echo) = payload(&hub);
        hub.tell(mark, change());
        hub.hear(&echo);
        let (mark, echo) = payload(&hub);
        hub.hear(&echo);
        hub.tell(mark, change());
        assert_eq!(changes.next().await, Some(change()));
        assert_eq!(changes.next().await, Some(change()));
        let third = timeout(Duration::from_millis(1), changes.next()).await;
        assert!(third.is_err(), "{third:?}");
    }

    #[tokio::test]
    async fn a_change_of_another_store_and_an_unknown_one_are_told() {
        let (hub, other) = (Hub::new(String::new()), Hub::new(String::new()));
        let mut changes = hub.notifier.changes();
        let (_, heard) = payload(&other);
        hub.hear(&heard);
        assert_eq!(changes.next().await, Some(change()));
        hub.hear("something else");
        assert_eq!(changes.next().await, Some(Change::Missed));
    }

    #[test]
    fn a_payload_that_is_cut_is_unknown() {
        let (_, whole) = payload(&Hub::new(String::new()));
        assert!(parse(&whole).is_some());
        for end in 0..whole.len() {
            assert!(parse(&whole[..end]).is_none(), "{end}");
        }
    }
}
