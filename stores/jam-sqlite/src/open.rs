//! The file, its settings and its tables.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jam_core::base::error::StoreError;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::error::Fault;
use crate::statements::Names;
use crate::store::SqliteStore;

/// The version of the tables that this version of the crate reads and writes.
const VERSION: i64 = 1;
/// Time to wait for another process that writes.
const BUSY: Duration = Duration::from_millis(500);

/// How a [`SqliteStore`] is opened.
///
/// ```
/// use jam_sqlite::SqliteOptions;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("app.db");
/// // A second application in the same file has tables of its own.
/// let store = SqliteOptions::new().prefix("shop_").open(path)?;
/// # let _ = store;
/// # Ok(())
/// # }
/// ```
///
/// # Defaults
///
/// The tables begin with `jam_`, and two threads read.
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    prefix: String,
    readers: usize,
}

impl SqliteOptions {
    /// Makes the options with their defaults.
    pub fn new() -> Self {
        Self {
            prefix: "jam_".to_owned(),
            readers: 2,
        }
    }

    /// Sets the beginning of the names of the tables: lower-case letters, digits and `_`.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Sets the number of threads that read, at least 1.
    pub fn readers(mut self, readers: usize) -> Self {
        self.readers = readers.max(1);
        self
    }

    /// Opens the file `path`, or creates it, readable by this user alone. Creates the tables, or changes them to
    /// those of this version.
    ///
    /// It reads and writes the file, so call it at the start.
    ///
    /// # Errors
    ///
    /// The error names the cause: the folder does not exist, the file is no database, is corrupt, read-only or
    /// busy, or was written by a later version.
    pub fn open(self, path: impl AsRef<Path>) -> Result<SqliteStore, StoreError> {
        let path = path.as_ref();
        let names = Names::new(&self.prefix).ok_or_else(|| {
            StoreError::new("the prefix of SQLite tables has lower-case letters, digits and `_`")
        })?;
        let opened = self.connections(path, &names);
        let (writer, readers) = opened.map_err(|fault| at(path, &fault))?;
        SqliteStore::start(names, writer, readers)
    }

    fn connections(
        &self,
        path: &Path,
        names: &Names,
    ) -> Result<(Connection, Vec<Connection>), Fault> {
        create(path)?;
        let mut writer = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let mode: String = writer.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
        if mode != "wal" {
            return Err(Fault::new(
                "the SQLite file has no write-ahead log, as on some network file systems",
            ));
        }
        // An acknowledged write is on the disk, also after a power failure.
        writer.pragma_update(None, "synchronous", "FULL")?;
        migrate(&mut writer, names)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let readers = (0..self.readers).map(|_| connect(path, flags));
        Ok((writer, readers.collect::<Result<_, _>>()?))
    }
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self::new()
    }
}

fn at(path: &Path, fault: &Fault) -> StoreError {
    StoreError::new(format!("{}: {fault}", path.display()))
}

/// Creates the file if it does not exist, readable by this user alone. SQLite gives its other files the same
/// permissions.
fn create(path: &Path) -> Result<(), Fault> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) => match error.kind() {
            io::ErrorKind::AlreadyExists => Ok(()),
            io::ErrorKind::NotFound => Err(Fault::new("the folder does not exist")),
            io::ErrorKind::PermissionDenied => Err(Fault::new("the file may not be created")),
            _ => Err(Fault::new("the file cannot be created")),
        },
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, Fault> {
    // Each connection stays with one thread.
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(PathBuf::from(path), flags)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Creates the tables, or changes them to those of this version.
pub(crate) fn migrate(connection: &mut Connection, names: &Names) -> Result<(), Fault> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(&names.version_table())?;
    let version: Option<i64> =
        transaction.query_row(&names.read_version(), [], |row| row.get(0))?;
    match version {
        Some(VERSION) => return Ok(transaction.commit()?),
        Some(_) => {
            return Err(Fault::new(
                "the tables of the SQLite file were written by a later version of jam-sqlite",
            ));
        }
        None => {
            transaction.execute_batch(&names.tables())?;
            transaction.execute(&names.write_version(), [VERSION])?;
        }
    }
    transaction.commit()?;
    tracing::info!(target: "jam", version = VERSION, "tables of the SQLite file created");
    Ok(())
}
