//! The portal's memory: one SQLite file in the data folder.
//!
//! One connection writes, several read (WAL lets them go on meanwhile). Every write transaction begins IMMEDIATE, so that it
//! waits for the lock at its start and not in its middle. A lock file keeps a second portal off the same folder.

mod clusters;
mod findings;
mod migrations;
mod rows;
mod settings;
mod watch;

#[cfg(test)]
mod tests;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Sqlite, Transaction};

pub use clusters::{ClusterRecord, Origin};
pub use findings::Page;

/// The file of the database.
const DATABASE: &str = "portal.sqlite";
/// The file whose lock says that a portal uses the folder.
const LOCK: &str = "portal.lock";
/// How many connections read at once.
const READERS: u32 = 4;
/// How long a statement waits for another process' lock (a backup, a shell) before it fails.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Why something could not be stored or read back.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder cannot be used.
    #[error("cannot use the data folder {path}: {source}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another portal uses the folder.
    #[error("another portal already uses the data folder {0}; stop it, or give this one another folder with --data")]
    InUse(PathBuf),
    /// The database was written by a newer portal.
    #[error(
        "the database {path} was written by a newer version of the portal (schema {found}, this one knows {known}); run that \
         version, or give another folder with --data"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The schema it has.
        found: i64,
        /// The newest schema that this portal knows.
        known: i64,
    },
    /// The schema cannot be brought up to date.
    #[error("cannot bring the database up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The database refused.
    #[error("the database refused: {0}")]
    Database(#[from] sqlx::Error),
    /// A stored document is not what was stored.
    #[error("the database holds a {what} that cannot be read: {source}")]
    Document {
        /// What kind of document.
        what: &'static str,
        /// Why.
        source: serde_json::Error,
    },
}

/// A handle on the portal's memory.
#[derive(Debug)]
pub struct Store {
    writer: SqlitePool,
    readers: SqlitePool,
    /// Held for as long as the store lives; the operating system lets go of it when the process dies in whatever way.
    _lock: File,
}

impl Store {
    /// Opens the store in `folder`, making and upgrading what is needed.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn open(folder: &Path) -> Result<Store, StoreError> {
        let unusable = |source| StoreError::Folder { path: folder.to_owned(), source };
        std::fs::create_dir_all(folder).map_err(unusable)?;
        let lock = lock(folder)?;
        let path = folder.join(DATABASE);
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT);
        let writer = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
        migrations::run(&writer, &path).await?;
        let readers =
            SqlitePoolOptions::new().max_connections(READERS).connect_with(options.create_if_missing(false)).await?;
        Ok(Store { writer, readers, _lock: lock })
    }

    /// Flushes and closes the database.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }
}

fn lock(folder: &Path) -> Result<File, StoreError> {
    let unusable = |source| StoreError::Folder { path: folder.to_owned(), source };
    let file = File::options().create(true).truncate(false).write(true).open(folder.join(LOCK)).map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::InUse(folder.to_owned())),
        Err(std::fs::TryLockError::Error(source)) => Err(unusable(source)),
    }
}
