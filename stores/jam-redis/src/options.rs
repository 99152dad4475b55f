//! The servers of a store and its settings.

use std::sync::Arc;
use std::time::Duration;

use jam_core::base::error::StoreError;
use redis::cluster::ClusterClient;
use redis::sentinel::{SentinelClientBuilder, SentinelServerType};
use redis::{Client, ConnectionInfo, IntoConnectionInfo, ProtocolVersion, RedisResult};

use crate::error::Fault;
use crate::keys::Keys;
use crate::link::{Link, Target};
use crate::near::NearCache;
use crate::store::RedisStore;

/// How a [`RedisStore`] is opened.
///
/// ```
/// use std::time::Duration;
/// use jam_redis::RedisOptions;
///
/// # fn main() -> Result<(), jam_core::base::error::StoreError> {
/// let store = RedisOptions::new()
///     .prefix("shop:")
///     .response_timeout(Duration::from_millis(200))
///     .open("redis://127.0.0.1/")?;
/// # let _ = store;
/// # Ok(())
/// # }
/// ```
///
/// # Defaults
///
/// Keys begin with `jam:`, and Redis must answer within 500 ms. No session is kept in the process, and no replica
/// is waited for.
#[derive(Clone, Debug)]
pub struct RedisOptions {
    prefix: String,
    timeout: Duration,
    near: usize,
    replicas: u32,
    #[cfg(feature = "tls")]
    root: Option<Vec<u8>>,
}

impl RedisOptions {
    /// Makes the options with their defaults.
    pub fn new() -> Self {
        Self {
            prefix: "jam:".to_owned(),
            timeout: Duration::from_millis(500),
            near: 0,
            replicas: 0,
            #[cfg(feature = "tls")]
            root: None,
        }
    }

    /// Sets the beginning of all keys. Two applications in one Redis need two of them.
    ///
    /// It must have no `{`, because a cluster would then keep all keys on one node.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Sets the time within which Redis must accept a connection or answer a command.
    ///
    /// It should be shorter than
    /// [`Sessions::store_timeout`](jam_core::session::Sessions::store_timeout).
    pub fn response_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Keeps about `sessions` sessions that are in use in this process, so that most requests ask nobody.
    ///
    /// Redis tells of each change (client-side caching of Redis 6 and later), which takes less than a millisecond
    /// in one network. If the network loses every message, a session that was ended on another machine is used
    /// for one second more, and then nothing is kept until Redis answers again. A session takes about 300 bytes
    /// and its payload.
    pub fn near_cache(mut self, sessions: usize) -> Self {
        self.near = sessions;
        self
    }

    /// Acknowledges the end and the rotation of a session only when `replicas` replicas have it (`WAIT`). If they
    /// do not within half of the [`response_timeout`](Self::response_timeout), the operation fails (503), and may
    /// be repeated.
    ///
    /// Without it, a failover can bring back a session that was ended in the last moments before it. It delays
    /// all requests of this process while it waits, since they share a connection.
    pub fn wait_for_replicas(mut self, replicas: u32) -> Self {
        self.replicas = replicas;
        self
    }

    /// Trusts servers with TLS by this certificate in PEM, instead of the certificates of the system.
    ///
    /// It is for [`open`](Self::open) and [`cluster`](Self::cluster); the servers of a
    /// [`sentinel`](Self::sentinel) are configured there.
    #[cfg(feature = "tls")]
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root = Some(pem.into());
        self
    }

    /// Makes a store in one server: `redis://user:password@host:6379/0`, `rediss://..` with TLS (feature
    /// `tls`), or `unix:///path`. It connects at the first use.
    ///
    /// # Errors
    ///
    /// If the address or the prefix is not valid.
    pub fn open(self, url: impl IntoConnectionInfo) -> Result<RedisStore, StoreError> {
        let mut info = url.into_connection_info().map_err(Fault::from)?;
        if self.near > 0 {
            let settings = info.redis_settings().clone();
            info = info.set_redis_settings(settings.set_protocol(ProtocolVersion::RESP3));
        }
        let client = self.client(info).map_err(Fault::from)?;
        self.store(Target::Single(Box::new(client)))
    }

    /// Makes a store in the server that the sentinels at `addresses` call the master of `name`. After a
    /// failover it uses the new master.
    ///
    /// `addresses` are host and port of each sentinel. User, password and TLS of the servers are set by
    /// `configure`.
    ///
    /// ```
    /// use jam_redis::RedisOptions;
    ///
    /// # fn main() -> Result<(), jam_core::base::error::StoreError> {
    /// let sentinels = [("10.0.0.1", 26379), ("10.0.0.2", 26379), ("10.0.0.3", 26379)];
    /// let store = RedisOptions::new()
    ///     .sentinel(sentinels, "sessions", |servers| servers.set_client_to_redis_password("secret"))?;
    /// # let _ = store;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If an address or the prefix is not valid.
    pub fn sentinel<'a>(
        self,
        addresses: impl IntoIterator<Item = (&'a str, u16)>,
        name: &str,
        configure: impl FnOnce(SentinelClientBuilder) -> SentinelClientBuilder,
    ) -> Result<RedisStore, StoreError> {
        let addresses = addresses
            .into_iter()
            .map(|(host, port)| redis::ConnectionAddr::Tcp(host.to_owned(), port));
        let builder = SentinelClientBuilder::new(addresses, name, SentinelServerType::Master);
        let near = self.near > 0;
        let configure = |builder| match near {
            true => configure(builder).set_client_to_redis_protocol(ProtocolVersion::RESP3),
            false => configure(builder),
        };
        let client = builder.and_then(|builder| configure(builder).build());
        let client = client.map_err(Fault::from)?;
        self.store(Target::Sentinel(Box::new(client.into())))
    }

    /// Makes a store in a Redis Cluster, of which some nodes are at `urls`.
    ///
    /// # Errors
    ///
    /// If an address or the prefix is not valid, or with [`near_cache`](Self::near_cache) or
    /// [`wait_for_replicas`](Self::wait_for_replicas), which need one connection.
    pub fn cluster<T: IntoConnectionInfo>(
        self,
        urls: impl IntoIterator<Item = T>,
    ) -> Result<RedisStore, StoreError> {
        if self.near > 0 || self.replicas > 0 {
            return Err(StoreError::new(
                "`near_cache` and `wait_for_replicas` are not for a Redis cluster",
            ));
        }
        let nodes: Result<Vec<_>, _> = urls
            .into_iter()
            .map(IntoConnectionInfo::into_connection_info)
            .collect();
        let nodes = nodes.map_err(Fault::from)?;
        let clients: Result<Vec<_>, _> =
            nodes.iter().map(|node| self.client(node.clone())).collect();
        let clients = clients.map_err(Fault::from)?;
        let builder = ClusterClient::builder(nodes);
        #[cfg(feature = "tls")]
        let builder = match self.certificates() {
            Some(certificates) => builder.certs(certificates),
            None => builder,
        };
        let client = builder
            .connection_timeout(self.timeout)
            .response_timeout(self.timeout)
            .overall_response_timeout(Some(self.timeout))
            // A request that is repeated for long is answered after its client has gone.
            .retries(3)
            .build()
            .map_err(Fault::from)?;
        self.store(Target::Cluster(Box::new(client), clients))
    }

    #[cfg(not(feature = "tls"))]
    #[allow(clippy::unused_self)] // as with the feature
    fn client(&self, info: ConnectionInfo) -> RedisResult<Client> {
        Client::open(info)
    }

    #[cfg(feature = "tls")]
    fn client(&self, info: ConnectionInfo) -> RedisResult<Client> {
        match self.certificates() {
            Some(certificates) => Client::build_with_tls(info, certificates),
            None => Client::open(info),
        }
    }

    #[cfg(feature = "tls")]
    fn certificates(&self) -> Option<redis::TlsCertificates> {
        // The client uses the provider of the process, and panics without one.
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // An error means that another thread was faster.
            let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        }
        let root_cert = self.root.clone()?;
        Some(redis::TlsCertificates {
            client_tls: None,
            root_cert: Some(root_cert),
        })
    }

    fn store(self, target: Target) -> Result<RedisStore, StoreError> {
        if self.prefix.contains('{') {
            return Err(StoreError::new("the prefix of Redis keys must have no `{`"));
        }
        let keys = Keys::new(self.prefix);
        let near = match self.near {
            0 => None,
            sessions => Some(Arc::new(NearCache::new(sessions, keys.records()))),
        };
        let link = Link::new(target, self.timeout, near.clone(), self.replicas);
        RedisStore::new(keys, link, near)
    }
}

impl Default for RedisOptions {
    fn default() -> Self {
        Self::new()
    }
}
