//! The settings of a store, and its pool of connections.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime, Timeouts};
use jam_core::base::error::StoreError;
use tokio_postgres::Socket;
use tokio_postgres::config::{Config, SslMode, TargetSessionAttrs};
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};

use crate::connection::Connections;
use crate::error::Fault;
use crate::listen::{Hub, Listen, Listener, listener};
use crate::schema::{PREFIX, Prefix};
use crate::statements::Statements;
use crate::store::PostgresStore;

/// Connections of the pool, unless it is set.
const CONNECTIONS: usize = 16;
/// Time for an operation, unless it is set.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Time to wait for a free connection, and to make a new one.
const WAIT: Duration = Duration::from_secs(2);
/// Time without traffic after which the network is asked if the server is still there.
const KEEPALIVE: Duration = Duration::from_secs(30);
/// The time of tokio-postgres, which nobody sets on purpose.
const DEFAULT_KEEPALIVE: Duration = Duration::from_secs(2 * 60 * 60);

/// How a [`PostgresStore`] is made.
///
/// ```
/// use jam_postgres::PostgresOptions;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // A second application in the same database has tables of its own.
/// let store = PostgresOptions::new()
///     .prefix("shop_")
///     .connections(32)
///     .connect("postgres://app@localhost/app")?;
/// # let _ = store;
/// # Ok(())
/// # }
/// ```
///
/// # Defaults
///
/// The names of the tables begin with `jam_`. The pool has at most 16 connections and opens them when they are
/// needed. An operation takes at most 5 s. Changes are told.
#[derive(Clone)]
pub struct PostgresOptions {
    prefix: String,
    connections: usize,
    timeout: Duration,
    prepared: bool,
    notify: bool,
    listen: Address,
}

/// The connection that hears changes.
#[derive(Clone)]
enum Address {
    /// As the pool, if that is known and no PgBouncer is between.
    OfPool,
    Url(String),
    Made(Listen),
}

impl PostgresOptions {
    /// Makes the options with their defaults.
    pub fn new() -> Self {
        Self {
            prefix: PREFIX.to_owned(),
            connections: CONNECTIONS,
            timeout: TIMEOUT,
            prepared: true,
            notify: true,
            listen: Address::OfPool,
        }
    }

    /// Sets the beginning of the names of the tables and of the channel of changes: 1 to 40 lower-case
    /// letters, digits and `_`. Applications with different prefixes never see each other's sessions.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Sets the largest number of connections of the pool, at least 1. The connection that hears changes is one
    /// more.
    pub fn connections(mut self, connections: usize) -> Self {
        self.connections = connections.max(1);
        self
    }

    /// Sets the longest time of an operation, with the wait for a connection. The layer of `jam-auth` has a
    /// timeout of its own, which is shorter.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Prepares no statements, as PgBouncer in transaction mode needs it. The server then parses each statement
    /// again.
    ///
    /// PgBouncer does not pass changes on either. [`changes`](jam_core::session::SessionStore::changes)
    /// returns `None` unless [`listen_on`](Self::listen_on) names the server itself.
    ///
    /// ```
    /// use jam_postgres::PostgresOptions;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = PostgresOptions::new()
    ///     .without_prepared_statements()
    ///     .listen_on("postgres://app@localhost:5432/app")
    ///     .connect("postgres://app@localhost:6432/app")?;
    /// # let _ = store;
    /// # Ok(())
    /// # }
    /// ```
    pub fn without_prepared_statements(mut self) -> Self {
        self.prepared = false;
        self
    }

    /// Tells no one of changes. [`changes`](jam_core::session::SessionStore::changes) returns `None`.
    ///
    /// PostgreSQL commits transactions with notifications one after the other. Logins and requests are free of
    /// them; rotations, logouts and changes of the data are not. On a machine with two cores that is 1,800
    /// rotations a second instead of 3,900. All processes with the same tables need the same setting.
    pub fn without_changes(mut self) -> Self {
        self.notify = false;
        self
    }

    /// Hears changes by a connection to this address.
    pub fn listen_on(mut self, url: impl Into<String>) -> Self {
        self.listen = Address::Url(url.into());
        self
    }

    /// Hears changes by a connection of this configuration and TLS.
    pub fn listen_with<T>(mut self, config: Config, tls: T) -> Self
    where
        T: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
        T::Stream: Send + Sync,
        T::TlsConnect: Send + Sync,
        <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        self.listen = Address::Made(listener(completed(config), tls));
        self
    }

    /// Makes a store with a pool of its own. It does not connect yet;
    /// [`migrate`](jam_core::session::SessionStore::migrate) does.
    ///
    /// The parameter `sslmode` of the address is `disable`, `prefer` (the default) or `require`. The last one
    /// needs the feature `tls`. A certificate is always checked, by the public certificate authorities.
    /// [`connect_with`](Self::connect_with) takes others.
    ///
    /// An address may name several servers, `postgres://app@one,two/app`. The store uses the first one that takes
    /// writes, so that it follows a failover. A replica alone is an error, because it may be behind and still have
    /// a session that has ended. A pool of the application ([`pool`](Self::pool)) needs
    /// [`TargetSessionAttrs::ReadWrite`] of its own.
    ///
    /// A connection goes back to the pool without a question to the server
    /// ([`RecyclingMethod::Fast`]). If its request was dropped, it has to answer first.
    ///
    /// # Errors
    ///
    /// If the address or the prefix is invalid, or TLS is required and the feature is off.
    pub fn connect(self, url: &str) -> Result<PostgresStore, StoreError> {
        let config = parse(url)?;
        #[cfg(feature = "tls")]
        return self.connect_with(config, crate::tls::public()?);
        #[cfg(not(feature = "tls"))]
        return self.connect_with(config, tokio_postgres::NoTls);
    }

    /// Makes a store with a pool of its own, for a configuration and TLS of the application's own.
    ///
    /// # Errors
    ///
    /// If the prefix is invalid.
    pub fn connect_with<T>(mut self, config: Config, tls: T) -> Result<PostgresStore, StoreError>
    where
        T: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
        T::Stream: Send + Sync,
        T::TlsConnect: Send + Sync,
        <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        let config = completed(config);
        if let (Address::OfPool, true) = (&self.listen, self.prepared) {
            self.listen = Address::Made(listener(config.clone(), tls.clone()));
        }
        let recycling = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let pool = Pool::builder(Manager::from_config(config, tls, recycling))
            .max_size(self.connections)
            .runtime(Runtime::Tokio1)
            .timeouts(Timeouts {
                wait: Some(WAIT),
                create: Some(WAIT),
                recycle: Some(WAIT),
            })
            .build()
            .map_err(|_| Fault::new("the pool of connections cannot be made"))?;
        self.pool(pool)
    }

    /// Makes a store that uses a pool of the application.
    ///
    /// Give it timeouts ([`Timeouts`]), or a server that hangs holds each request until its own timeout. A pool
    /// does not tell its address: [`changes`](jam_core::session::SessionStore::changes) returns `None`
    /// unless [`listen_on`](Self::listen_on) or [`listen_with`](Self::listen_with) is called.
    ///
    /// # Errors
    ///
    /// If the prefix is invalid.
    pub fn pool(self, pool: Pool) -> Result<PostgresStore, StoreError> {
        let prefix = Prefix::new(&self.prefix)?;
        let listen = match self.listen {
            _ if !self.notify => None,
            Address::OfPool => None,
            Address::Made(listen) => Some(listen),
            Address::Url(url) => Some(listen_by(&url)?),
        };
        let connections = Connections {
            pool,
            timeout: self.timeout,
            prepared: self.prepared,
        };
        let statements = Statements::new(&prefix, self.notify);
        let hub = Arc::new(Hub::new(prefix.channel()));
        let listener = Listener::new(hub, listen);
        Ok(PostgresStore::start(
            prefix,
            statements,
            connections,
            listener,
        ))
    }
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for PostgresOptions {
    // The address may contain a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresOptions")
            .field("prefix", &self.prefix)
            .field("connections", &self.connections)
            .field("timeout", &self.timeout)
            .field("prepared", &self.prepared)
            .field("notify", &self.notify)
            .finish_non_exhaustive()
    }
}

fn parse(url: &str) -> Result<Config, Fault> {
    let config: Config = url.parse().map_err(|error| Fault::address(&error))?;
    if cfg!(not(feature = "tls")) && config.get_ssl_mode() == SslMode::Require {
        return Err(Fault::new(
            "`sslmode=require` needs the feature `tls` of jam-postgres, or `connect_with`",
        ));
    }
    Ok(config)
}

fn listen_by(url: &str) -> Result<Listen, Fault> {
    let config = completed(parse(url)?);
    #[cfg(feature = "tls")]
    return Ok(listener(config, crate::tls::public()?));
    #[cfg(not(feature = "tls"))]
    return Ok(listener(config, tokio_postgres::NoTls));
}

/// Sets what is not set. A replica may be behind, and knows sessions that have ended: it is not used.
fn completed(mut config: Config) -> Config {
    if config.get_target_session_attrs() == TargetSessionAttrs::Any {
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(WAIT);
    }
    if config.get_keepalives_idle() == DEFAULT_KEEPALIVE {
        config.keepalives_idle(KEEPALIVE);
    }
    if config.get_application_name().is_none() {
        config.application_name("jam");
    }
    config
}
