//! The store itself.

use std::fmt;

use deadpool_postgres::Pool;
use jam_core::base::error::StoreError;
use jam_core::session::Change;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::connection::{Connections, Kind, Step};
use crate::error::Fault;
use crate::listen::Listener;
use crate::options::PostgresOptions;
use crate::row;
use crate::schema::Prefix;
use crate::statements::{Statement, Statements};

/// A store of sessions in a PostgreSQL database, version 12 or later.
///
/// A request with a session takes one statement, also if its use is noted. Times are those of the application's
/// clock; the clock of the server is never read.
///
/// A session that was acknowledged is as durable as the server's `synchronous_commit` says. If the connection is
/// lost before the answer to a write, the store does not know if it was done and returns an error.
///
/// Sessions that have ended stay in their table for one to two days, in case that clocks differ. Then new
/// sessions delete them, four at a time.
///
/// [`changes`](jam_core::session::SessionStore::changes) tells of the changes of all processes, by LISTEN and NOTIFY on a
/// connection of its own. If that is lost, it sends [`Change::Missed`] within 4 s and connects again. Any
/// user of the database can hear the ids in the notifications; an id does not open a session.
///
/// # Errors
///
/// An operation fails if the server cannot be reached, does not answer in time, is read-only, or has no disk
/// space. The request is answered with 503. The store uses the server again as soon as it is back.
pub struct PostgresStore {
    pub(crate) prefix: Prefix,
    pub(crate) statements: Statements,
    pub(crate) connections: Connections,
    pub(crate) listener: Listener,
}

impl PostgresStore {
    /// Makes a store with a pool of its own and the defaults of [`PostgresOptions`]. It does not connect yet.
    ///
    /// ```no_run
    /// use jam_core::session::SessionStore;
    /// use jam_postgres::PostgresStore;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = PostgresStore::connect("postgres://app@localhost/app")?;
    /// store.migrate().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`PostgresOptions::connect`].
    pub fn connect(url: &str) -> Result<Self, StoreError> {
        PostgresOptions::new().connect(url)
    }

    /// Makes a store that uses a pool of the application, with the defaults of [`PostgresOptions`].
    ///
    /// It tells of no changes; see [`PostgresOptions::pool`].
    ///
    /// ```
    /// use jam_postgres::PostgresStore;
    /// use jam_postgres::deadpool_postgres::{Config, Runtime};
    /// use jam_postgres::tokio_postgres::NoTls;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut config = Config::new();
    /// config.url = Some("postgres://app@localhost/app".to_owned());
    /// let pool = config.create_pool(Some(Runtime::Tokio1), NoTls)?;
    /// let store = PostgresStore::new(pool)?;
    /// # let _ = store;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// None with these defaults.
    pub fn new(pool: Pool) -> Result<Self, StoreError> {
        PostgresOptions::new().pool(pool)
    }

    /// Returns the SQL of the tables, for those who create them without
    /// [`migrate`](jam_core::session::SessionStore::migrate). Run it in one transaction; it may run again.
    ///
    /// ```
    /// use jam_postgres::PostgresOptions;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = PostgresOptions::new().prefix("shop_").connect("postgres://localhost/app")?;
    /// assert!(store.schema().contains("CREATE TABLE IF NOT EXISTS shop_sessions"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn schema(&self) -> String {
        self.prefix.tables()
    }

    /// Returns the pool of connections.
    pub fn pool(&self) -> &Pool {
        &self.connections.pool
    }

    pub(crate) fn start(
        prefix: Prefix,
        statements: Statements,
        connections: Connections,
        listener: Listener,
    ) -> Self {
        Self {
            prefix,
            statements,
            connections,
            listener,
        }
    }

    /// Runs one statement that returns any number of rows.
    pub(crate) async fn rows(
        &self,
        kind: Kind,
        statement: &Statement,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, Fault> {
        let step = Step {
            statement,
            parameters,
        };
        let mut rows = self.connections.run(kind, &[step]).await?;
        Ok(rows.pop().unwrap_or_default())
    }

    /// Runs statements in a transaction, after the lock of the owner. Returns the row of the first one after
    /// the locks.
    pub(crate) async fn with_owner(
        &self,
        owner: &[u8],
        before: Option<Step<'_>>,
        work: Step<'_>,
        after: Option<Step<'_>>,
    ) -> Result<Row, Fault> {
        let lock = self.prefix.lock("owner", owner);
        let lock: [&(dyn ToSql + Sync); 1] = [&lock];
        let mut steps = vec![Step {
            statement: &self.statements.lock,
            parameters: &lock,
        }];
        steps.extend(before);
        let at = steps.len();
        steps.push(work);
        steps.extend(after);
        let rows = self.connections.run(Kind::Once, &steps).await?;
        one(rows.into_iter().nth(at).unwrap_or_default())
    }

    /// Tells the listeners of this process of a change.
    pub(crate) fn tell(&self, mark: u64, change: Change) {
        if self.listener.is_started() {
            self.listener.hub().tell(mark, change);
        }
    }

    pub(crate) fn tell_ids(&self, mark: u64, ids: &[&[u8]]) {
        for id in ids.iter().filter_map(|id| row::id(id)) {
            self.tell(mark, Change::Record(id));
        }
    }

    /// Returns the version of the tables, or `None` if there are none.
    pub(crate) async fn version(&self) -> Result<Option<i32>, Fault> {
        let rows = self.rows(Kind::Repeatable, &self.statements.version, &[]);
        match rows.await {
            Ok(rows) => Ok(Some(one(rows)?.try_get(0)?)),
            Err(fault) if fault.is_a_missing_table() => Ok(None),
            Err(fault) => Err(fault),
        }
    }
}

pub(crate) fn one(rows: Vec<Row>) -> Result<Row, Fault> {
    let row = rows.into_iter().next();
    row.ok_or_else(|| Fault::new("PostgreSQL returned no row"))
}

impl fmt::Debug for PostgresStore {
    // The configuration of the pool may contain a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").finish_non_exhaustive()
    }
}

pub(crate) fn get<'a, T: tokio_postgres::types::FromSql<'a>>(
    row: &'a Row,
    at: usize,
) -> Result<T, Fault> {
    Ok(row.try_get(at)?)
}
