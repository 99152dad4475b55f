//! The store itself.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jam_core::base::error::StoreError;
use jam_core::session::{
    Change, Changes, Notifier, OwnerLimit, Page, Record, SessionId, SessionStore, Usage, Value,
    ValueKey, WriteOutcome,
};
use redis::{Cmd, IntoConnectionInfo};

use crate::keys::Keys;
use crate::link::Link;
use crate::listen::{self, ORIGIN};
use crate::near::NearCache;
use crate::options::RedisOptions;
use crate::records::milliseconds;
use crate::scripts;

/// A store of sessions in Redis (7.0 or later) or Valkey.
///
/// All requests share one connection. It is made at the first use, and made anew after a fault. A request with
/// a session takes one `GET`, and one time in twenty of the idle timeout a script that notes its use.
///
/// Redis must keep what it acknowledged: `appendonly yes`, and `maxmemory-policy noeviction`. With another
/// policy Redis ends sessions when its memory is full; [`connect`](Self::connect) warns of it.
///
/// A failover to a replica can lose the last writes that the old master acknowledged, because Redis replicates
/// without waiting: a logout of the last moments may come back until the session ends. With
/// [`RedisOptions::wait_for_replicas`] a logout is acknowledged once replicas have it.
pub struct RedisStore(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) keys: Keys,
    pub(crate) link: Link,
    pub(crate) near: Option<Arc<NearCache>>,
    pub(crate) notifier: Notifier,
    pub(crate) origin: [u8; ORIGIN],
    listens: AtomicBool,
}

impl RedisStore {
    /// Connects to one server, with the defaults of [`RedisOptions`], and checks its settings.
    ///
    /// The address is `redis://user:password@host:6379/0`, `rediss://..` with TLS (feature `tls`), or
    /// `unix:///path`.
    ///
    /// # Errors
    ///
    /// If the address is not valid, or the server does not answer.
    pub async fn connect(url: impl IntoConnectionInfo) -> Result<Self, StoreError> {
        let store = RedisOptions::new().open(url)?;
        store.check().await?;
        Ok(store)
    }

    pub(crate) fn new(
        keys: Keys,
        link: Link,
        near: Option<Arc<NearCache>>,
    ) -> Result<Self, StoreError> {
        let mut origin = [0; ORIGIN];
        getrandom::fill(&mut origin)
            .map_err(|_| StoreError::new("the system's random generator failed"))?;
        Ok(Self(Arc::new(Inner {
            keys,
            link,
            near,
            notifier: Notifier::new(),
            origin,
            listens: AtomicBool::new(false),
        })))
    }

    /// Checks that the server answers, and warns in the log if it deletes sessions when its memory is full.
    ///
    /// # Errors
    ///
    /// If the server does not answer.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.health().await?;
        if self.0.link.is_cluster() {
            return Ok(());
        }
        let mut cmd = Cmd::new();
        cmd.arg("INFO").arg("memory");
        // A user of Redis may be forbidden to ask.
        let answer = self.0.link.query::<String>(&cmd).await;
        let info = answer.unwrap_or_default();
        let policy = info
            .lines()
            .find_map(|line| line.strip_prefix("maxmemory_policy:"));
        if let Some(policy) = policy.filter(|policy| *policy != "noeviction") {
            tracing::warn!(
                target: "jam",
                policy,
                "Redis ends sessions when its memory is full: set maxmemory-policy to noeviction"
            );
        }
        Ok(())
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore").finish_non_exhaustive()
    }
}

impl SessionStore for RedisStore {
    async fn create(
        &self,
        id: SessionId,
        record: Record,
        limit: OwnerLimit,
    ) -> Result<WriteOutcome, StoreError> {
        Ok(self.0.create(&id, &record, limit).await?)
    }

    async fn load(
        &self,
        id: &SessionId,
        usage: Option<Usage>,
    ) -> Result<Option<Arc<Record>>, StoreError> {
        Ok(self.0.load(id, usage).await?)
    }

    fn load_now(&self, id: &SessionId) -> Option<Arc<Record>> {
        self.0.near.as_ref()?.get(id)
    }

    async fn update(&self, id: &SessionId, record: Record) -> Result<WriteOutcome, StoreError> {
        Ok(self.0.update(id, &record).await?)
    }

    async fn rotate(
        &self,
        old: &SessionId,
        new: SessionId,
        record: Record,
    ) -> Result<WriteOutcome, StoreError> {
        Ok(self.0.rotate(old, &new, &record).await?)
    }

    async fn find(&self, id: &SessionId) -> Result<Option<SessionId>, StoreError> {
        Ok(self.0.find(id).await?)
    }

    async fn delete(&self, id: &SessionId) -> Result<bool, StoreError> {
        Ok(self.0.delete(id).await?)
    }

    async fn delete_by_owner(
        &self,
        owner: &str,
        keep: Option<SessionId>,
    ) -> Result<u64, StoreError> {
        Ok(self.0.delete_by_owner(owner, keep).await?)
    }

    async fn list_by_owner(
        &self,
        owner: &str,
        page: Page,
    ) -> Result<Vec<(SessionId, Arc<Record>)>, StoreError> {
        Ok(self.0.list_by_owner(owner, page).await?)
    }

    async fn values(&self, keys: &[ValueKey], now: u64) -> Result<Vec<Option<Value>>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut cmd = Cmd::new();
        cmd.arg("MGET");
        for key in keys {
            cmd.arg(self.0.keys.value(*key));
        }
        let values: Vec<Option<Vec<u8>>> = self.0.link.query(&cmd).await?;
        let decode = |value: Option<Vec<u8>>| {
            let value = value?;
            let (expires_at, bytes) = value.split_first_chunk::<8>()?;
            let expires_at = u64::from_be_bytes(*expires_at);
            Value::new(bytes, expires_at).filter(|_| now < expires_at)
        };
        Ok(values.into_iter().map(decode).collect())
    }

    async fn swap_value(
        &self,
        key: ValueKey,
        present: Option<Value>,
        value: Value,
        now: u64,
    ) -> Result<WriteOutcome, StoreError> {
        let life = milliseconds(now, value.expires_at).to_string();
        let mut stored = value.expires_at.to_be_bytes().to_vec();
        stored.extend(&value.bytes);
        let message = self.0.message(Change::Value(key));
        let arguments: [&[u8]; 7] = [
            if present.is_some() { b"1" } else { b"0" },
            present.as_ref().map_or(&[], |present| &present.bytes),
            &now.to_be_bytes(),
            &stored,
            life.as_bytes(),
            self.0.keys.channel.as_bytes(),
            &message,
        ];
        let name = self.0.keys.value(key);
        let is_done: bool = self
            .0
            .link
            .script(&scripts::SWAP, &name, &arguments)
            .await?;
        if !is_done {
            return Ok(WriteOutcome::Conflict);
        }
        self.0.notifier.notify(Change::Value(key));
        Ok(WriteOutcome::Done)
    }

    /// Checks the server as [`RedisStore::check`] does, because there are no tables.
    async fn migrate(&self) -> Result<(), StoreError> {
        self.check().await
    }

    /// Returns the changes of all processes. The first call starts to listen, on the runtime that it is called
    /// on; [`Change::Missed`] says that it listens.
    fn changes(&self) -> Option<Changes> {
        let changes = self.0.notifier.changes();
        if !self.0.listens.swap(true, Ordering::SeqCst) {
            listen::start(&self.0);
        }
        Some(changes)
    }
}
