//! Changes by other processes: Redis publishes them on a channel.

use std::sync::{Arc, Weak};
use std::time::Duration;

use futures_util::StreamExt;
use jam_core::session::{Change, SessionId, ValueKey};
use redis::aio::PubSub;

use crate::error::Fault;
use crate::link::Target;
use crate::store::Inner;

/// Bytes that name the sender of a message, so that a store passes over its own.
pub(crate) const ORIGIN: usize = 8;
/// Time between two attempts to listen.
const PAUSE: Duration = Duration::from_millis(250);

impl Inner {
    /// Makes the message about a change.
    pub(crate) fn message(&self, change: Change) -> Vec<u8> {
        let (kind, id): (u8, &[u8]) = match &change {
            Change::Record(id) => (b'R', id.as_bytes()),
            Change::Value(key) => (b'V', key.as_bytes()),
            _ => (b'?', &[]),
        };
        let mut message = self.origin.to_vec();
        message.push(kind);
        message.extend(id);
        message
    }

    /// Reads the message of another store. One that is not understood may be of a later version.
    fn change(&self, message: &[u8]) -> Option<Change> {
        let (origin, rest) = message.split_first_chunk::<ORIGIN>()?;
        if *origin == self.origin {
            return None;
        }
        let (kind, id) = rest.split_first()?;
        Some(match (kind, <[u8; 32]>::try_from(id)) {
            (b'R', Ok(id)) => Change::Record(SessionId::from_bytes(id)),
            (b'V', Ok(key)) => Change::Value(ValueKey::from_bytes(key)),
            _ => Change::Missed,
        })
    }

    async fn subscribe(&self) -> Result<PubSub, Fault> {
        let subscribe = async {
            let client = match self.link.target() {
                Target::Single(client) => (**client).clone(),
                Target::Sentinel(client) => client.lock().await.async_get_client().await?,
                Target::Cluster(_, nodes) => {
                    // Each node passes on the messages of all.
                    let mut made = Err(Fault::new("the Redis cluster has no node"));
                    for node in nodes {
                        made = subscribed(node, &self.keys.channel).await;
                        if made.is_ok() {
                            break;
                        }
                    }
                    return made;
                }
            };
            subscribed(&client, &self.keys.channel).await
        };
        self.link.in_time(subscribe).await
    }
}

async fn subscribed(client: &redis::Client, channel: &str) -> Result<PubSub, Fault> {
    let mut connection = client.get_async_pubsub().await?;
    connection.subscribe(channel).await?;
    Ok(connection)
}

/// Listens until the store is gone.
pub(crate) async fn listen(store: Weak<Inner>) {
    loop {
        let Some(inner) = store.upgrade() else {
            return;
        };
        let subscribed = inner.subscribe().await;
        match subscribed {
            Ok(mut connection) => {
                // Changes from before the subscription were missed.
                inner.notifier.notify(Change::Missed);
                drop(inner);
                pass_on(&mut connection, &store).await;
            }
            Err(fault) => {
                tracing::warn!(target: "jam", "changes of sessions are not heard: {fault}");
                drop(inner);
            }
        }
        if let Some(inner) = store.upgrade() {
            inner.notifier.notify(Change::Missed);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Passes on messages until the connection is lost or the store is gone.
async fn pass_on(connection: &mut PubSub, store: &Weak<Inner>) {
    let mut messages = connection.on_message();
    loop {
        let message = tokio::time::timeout(Duration::from_secs(1), messages.next()).await;
        let Some(inner) = store.upgrade() else {
            return;
        };
        match message {
            Ok(Some(message)) => {
                if let Some(change) = inner.change(message.get_payload_bytes()) {
                    inner.notifier.notify(change);
                }
            }
            Ok(None) => return,
            // The store is looked at from time to time.
            Err(_) => {}
        }
    }
}

/// Starts to listen in the background, on the runtime of the caller.
pub(crate) fn start(inner: &Arc<Inner>) {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(listen(Arc::downgrade(inner)));
    }
}
