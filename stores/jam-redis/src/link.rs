//! The connection to Redis: made when it is needed, and made anew after a fault.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::sentinel::SentinelClient;
use redis::{
    AsyncConnectionConfig, Client, Cmd, FromRedisValue, Pipeline, RedisFuture, Script,
    ScriptInvocation, Value,
};
use tokio::sync::Mutex;

use crate::error::Fault;
use crate::near::{BEAT, NearCache};

/// Requests in a row that were given up before an answer came, after which the connection counts as lost.
const GIVEN_UP: u32 = 8;
/// Shortest time between two attempts to connect.
const PAUSE: Duration = Duration::from_millis(100);

/// The kind of server, and how a connection to it is made.
pub(crate) enum Target {
    Single(Box<Client>),
    Sentinel(Box<Mutex<SentinelClient>>),
    /// With a client for each of its known nodes.
    Cluster(Box<ClusterClient>, Vec<Client>),
}

/// A connection that all requests share. Redis answers in the order of the commands, and an answer that nobody
/// waits for any more is dropped, so none of them gets to another request.
#[derive(Clone)]
pub(crate) enum Connection {
    Single(MultiplexedConnection),
    Cluster(ClusterConnection),
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::Single(connection) => connection.req_packed_command(cmd),
            Self::Cluster(connection) => connection.req_packed_command(cmd),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        cmd: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::Single(connection) => connection.req_packed_commands(cmd, offset, count),
            Self::Cluster(connection) => connection.req_packed_commands(cmd, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Self::Single(connection) => connection.get_db(),
            Self::Cluster(connection) => connection.get_db(),
        }
    }
}

/// The present connection, and the times of the attempts to make one.
pub(crate) struct Link {
    target: Target,
    timeout: Duration,
    near: Option<Arc<NearCache>>,
    /// Replicas that must have the end of a session before it is acknowledged.
    replicas: u32,
    present: std::sync::RwLock<Option<(u64, Connection)>>,
    /// Held while a connection is made, so that a thousand requests make one.
    attempt: Mutex<Attempt>,
    given_up: AtomicU32,
}

#[derive(Default)]
struct Attempt {
    number: u64,
    failed: Option<(Instant, Fault)>,
}

impl Link {
    pub(crate) fn new(
        target: Target,
        timeout: Duration,
        near: Option<Arc<NearCache>>,
        replicas: u32,
    ) -> Self {
        Self {
            target,
            timeout,
            near,
            replicas,
            present: std::sync::RwLock::default(),
            attempt: Mutex::default(),
            given_up: AtomicU32::new(0),
        }
    }

    pub(crate) fn is_cluster(&self) -> bool {
        matches!(self.target, Target::Cluster(..))
    }

    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    /// Runs a command.
    pub(crate) async fn query<T: FromRedisValue>(&self, cmd: &Cmd) -> Result<T, Fault> {
        self.numbered_query(cmd).await.map(|(_, answer)| answer)
    }

    /// Runs a command. Returns the number of the connection too.
    pub(crate) async fn numbered_query<T: FromRedisValue>(
        &self,
        cmd: &Cmd,
    ) -> Result<(u64, T), Fault> {
        let (number, mut connection) = self.connection().await?;
        let waiting = Waiting::new(self, number);
        let answer = cmd.query_async(&mut connection).await;
        Ok((number, waiting.answered(answer)?))
    }

    /// Runs a script on one key.
    pub(crate) async fn script<T: FromRedisValue>(
        &self,
        script: &Script,
        key: &[u8],
        arguments: &[&[u8]],
    ) -> Result<T, Fault> {
        let (number, mut connection) = self.connection().await?;
        let call = invocation(script, key, arguments);
        let waiting = Waiting::new(self, number);
        let answer = call.invoke_async(&mut connection).await;
        waiting.answered(answer)
    }

    /// Runs a script that ends a session, and waits until the replicas have it.
    pub(crate) async fn script_for_good<T: FromRedisValue>(
        &self,
        script: &Script,
        key: &[u8],
        arguments: &[&[u8]],
    ) -> Result<T, Fault> {
        if self.replicas == 0 {
            return self.script(script, key, arguments).await;
        }
        let (number, mut connection) = self.connection().await?;
        let call = invocation(script, key, arguments);
        let waiting = Waiting::new(self, number);
        let answer = async {
            let answer = call.invoke_async(&mut connection).await?;
            // A script that is repeated finds nothing to change. The replicas have to catch up all the same.
            let mut mark = Cmd::new();
            mark.arg("PUBLISH").arg(key).arg("");
            let _: i64 = mark.query_async(&mut connection).await?;
            let mut wait = Cmd::new();
            let milliseconds = u64::try_from(self.timeout.as_millis() / 2).unwrap_or(u64::MAX);
            wait.arg("WAIT").arg(self.replicas).arg(milliseconds.max(1));
            let replicas: u32 = wait.query_async(&mut connection).await?;
            Ok((answer, replicas))
        };
        let answer = answer.await;
        let (answer, replicas) = waiting.answered(answer)?;
        if replicas < self.replicas {
            return Err(Fault::new(
                "too few replicas of Redis have acknowledged the end of a session",
            ));
        }
        Ok(answer)
    }

    fn present(&self) -> Option<(u64, Connection)> {
        let present = self.present.read();
        present
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }

    async fn connection(&self) -> Result<(u64, Connection), Fault> {
        if let Some(present) = self.present() {
            return Ok(present);
        }
        let mut attempt = self.attempt.lock().await;
        if let Some(present) = self.present() {
            return Ok(present);
        }
        // While Redis is down, most requests fail at once.
        if let Some((at, fault)) = &attempt.failed
            && at.elapsed() < PAUSE
        {
            return Err(fault.clone());
        }
        attempt.number += 1;
        match self.connect(attempt.number).await {
            Ok(connection) => {
                attempt.failed = None;
                self.given_up.store(0, Ordering::Relaxed);
                let made = (attempt.number, connection);
                self.set(Some(made.clone()));
                if let Some(near) = &self.near {
                    beat(Arc::downgrade(near), attempt.number, made.1.clone());
                }
                Ok(made)
            }
            Err(fault) => {
                attempt.failed = Some((Instant::now(), fault.clone()));
                Err(fault)
            }
        }
    }

    async fn connect(&self, number: u64) -> Result<Connection, Fault> {
        let connect = async {
            let mut config = AsyncConnectionConfig::new()
                .set_connection_timeout(Some(self.timeout))
                .set_response_timeout(Some(self.timeout));
            if let Some(near) = &self.near {
                // It runs in the order of arrival, so a message is never overtaken by a later answer.
                let near = Arc::clone(near);
                config = config.set_push_sender(move |message| {
                    near.message(number, &message);
                    Ok::<_, redis::aio::SendError>(())
                });
            }
            let mut connection = match &self.target {
                Target::Single(client) => {
                    let made = client.get_multiplexed_async_connection_with_config(&config);
                    Connection::Single(made.await?)
                }
                Target::Sentinel(client) => {
                    let mut client = client.lock().await;
                    let made = client.get_async_connection_with_config(&config);
                    Connection::Single(made.await?)
                }
                Target::Cluster(client, _) => {
                    Connection::Cluster(client.get_async_connection().await?)
                }
            };
            if let Some(near) = &self.near {
                near.open(number);
                let mut track = Cmd::new();
                track.arg("CLIENT").arg("TRACKING").arg("ON");
                let _: () = track.query_async(&mut connection).await?;
            }
            Ok(connection)
        };
        self.in_time(connect).await
    }

    /// Waits for a connection. The timeouts of the client do not cover all that a sentinel or a cluster is asked.
    pub(crate) async fn in_time<T>(
        &self,
        connect: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault> {
        match tokio::time::timeout(self.timeout.saturating_mul(3), connect).await {
            Ok(made) => made,
            Err(_) => Err(Fault::of_connection(
                "Redis did not accept a connection in time",
            )),
        }
    }

    fn set(&self, connection: Option<(u64, Connection)>) {
        let mut present = self
            .present
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        *present = connection;
    }

    /// Forgets the connection of this number. Requests that use it go on.
    fn lose(&self, number: u64) {
        if self.present().is_some_and(|(present, _)| present == number) {
            self.set(None);
            if let Some(near) = &self.near {
                near.close(number);
            }
        }
    }
}

/// Makes the call of a script on one key.
fn invocation<'a>(script: &'a Script, key: &[u8], arguments: &[&[u8]]) -> ScriptInvocation<'a> {
    let mut call = script.key(key);
    for argument in arguments {
        call.arg(*argument);
    }
    call
}

/// Asks the server again and again whether it is there, until the connection is lost.
fn beat(near: Weak<NearCache>, number: u64, mut connection: Connection) {
    tokio::spawn(async move {
        loop {
            let sent = Instant::now();
            let mut ping = Cmd::new();
            ping.arg("PING");
            let answer: Result<String, _> = ping.query_async(&mut connection).await;
            let Some(near) = near.upgrade() else {
                return;
            };
            match answer {
                Ok(_) if !near.beat(number, sent) => return,
                Ok(_) => {}
                Err(error) if error.is_unrecoverable_error() => return,
                // Nothing is used until an answer comes.
                Err(_) => {}
            }
            drop(near);
            tokio::time::sleep(BEAT).await;
        }
    });
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").finish_non_exhaustive()
    }
}

/// A request that waits for its answer. The request may be dropped before the answer comes.
struct Waiting<'a> {
    link: &'a Link,
    number: u64,
    is_answered: bool,
}

impl<'a> Waiting<'a> {
    fn new(link: &'a Link, number: u64) -> Self {
        Self {
            link,
            number,
            is_answered: false,
        }
    }

    fn answered<T>(mut self, answer: Result<T, redis::RedisError>) -> Result<T, Fault> {
        self.is_answered = true;
        let answer = answer.map_err(Fault::from);
        match &answer {
            Err(fault) if fault.is_of_connection() => self.link.lose(self.number),
            // A cluster finds its nodes itself.
            _ => self.link.given_up.store(0, Ordering::Relaxed),
        }
        answer
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.is_answered {
            return;
        }
        // A caller with a timeout of its own never sees that of the connection.
        if self.link.given_up.fetch_add(1, Ordering::Relaxed) + 1 >= GIVEN_UP {
            self.link.lose(self.number);
        }
    }
}
