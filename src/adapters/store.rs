//! The record on disk: SQLite, one transaction per typed function. It keeps what the domain
//! decided and decides nothing; the schema refuses what the domain forbids.

mod applications;
mod claims;
mod endings;
mod inspection;
mod log;
mod logins;
mod mail;
mod notes;
mod recovery;
mod rows;
mod story;

use std::fs::{self, OpenOptions};
use std::ops::Deref;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use chrono::{DateTime, FixedOffset, NaiveDate};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, Savepoint, Transaction, TransactionBehavior};

use crate::domain::problem::{Kind, Problem};

pub use applications::Which;
pub use claims::{Claim, Claimed, Marked, Version, Wrong};
pub use inspection::{Inspection, heartbeat, inspect, open_to_read, planned, planned_before, unsettled};
pub use logins::refused_login;
pub use mail::{Question, Seen};
pub use notes::{Approval, Wire};
pub use recovery::Orphan;
pub use story::{Attempt, Told};

/// "thnk": tells the file from other SQLite databases.
const APPLICATION_ID: i32 = 0x7468_6e6b;

/// One entry a version, never edited once released.
const MIGRATIONS: [&str; 1] = [include_str!("store/schema.sql")];

/// Longer than any other command of ours holds the database.
const BUSY: Duration = Duration::from_secs(15);

/// Whether a missing database may be begun afresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    Fresh,
    /// The journal says that notes were offered: a database without them must not be trusted.
    JournalHasLines,
}

pub struct Store {
    connection: Connection,
}

impl Store {
    /// Opens the database, making it (folder 0700, file 0600) or bringing it up to date.
    pub fn open(path: &Path, beginning: Beginning) -> Result<Store> {
        let shown = path.display();
        let empty = !Store::is_begun(path);
        if empty && beginning == Beginning::JournalHasLines {
            return Err(lost(path).into());
        }
        refuse_others(path)?;
        if empty && begin_aside(path).is_err() {
            // What stops it, if it isn't a file system without links, stops this one too, and is told.
            create(path).with_context(|| format!("{shown} cannot be made"))?;
        }
        let mut store = Store {
            connection: connect(path)
                .map_err(|error| explain(error, path))
                .with_context(|| format!("{shown} cannot be opened"))?,
        };
        let explained = |error: anyhow::Error| match error.downcast::<rusqlite::Error>() {
            Ok(error) => explain(error, path),
            Err(error) => error,
        };
        store.prepare(path).map_err(explained)?;
        // A new database is made without a log, so that its file is never an empty one that has one.
        store.migrate(path, beginning, &MIGRATIONS)?;
        store.use_log().map_err(explained)?;
        Ok(store)
    }

    /// Whether there is a database. One that cannot be looked at is not missing: who opens it is
    /// told why it cannot be used.
    pub fn is_begun(path: &Path) -> bool {
        match fs::metadata(path) {
            Ok(file) => file.len() > 0,
            Err(error) => error.kind() != std::io::ErrorKind::NotFound,
        }
    }

    /// Runs `work` in one transaction: it reads the record as it is now, nobody else can change it
    /// until the end, and an error undoes everything. It must not wait for a person or a server.
    pub fn atomically<T>(&mut self, work: impl FnOnce(&mut Store) -> Result<T>) -> Result<T> {
        if !self.connection.is_autocommit() {
            return work(self);
        }
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        let done = work(self).and_then(|value| {
            self.connection.execute_batch("COMMIT").context("the change could not be recorded")?;
            Ok(value)
        });
        if done.is_err() && !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        done
    }

    /// Reads several things as they are at one moment, whatever other commands write meanwhile. They
    /// don't wait for it.
    pub fn at_one_moment<T>(&self, read: impl FnOnce(&Store) -> Result<T>) -> Result<T> {
        if !self.connection.is_autocommit() {
            return read(self);
        }
        let _moment = Transaction::new_unchecked(&self.connection, TransactionBehavior::Deferred)?;
        read(self)
    }

    /// A transaction of its own, or a part of the one that is open.
    fn begin(&mut self) -> rusqlite::Result<Change<'_>> {
        Ok(match self.connection.is_autocommit() {
            true => Change::Whole(self.connection.transaction()?),
            false => Change::Part(self.connection.savepoint()?),
        })
    }

    fn prepare(&mut self, path: &Path) -> Result<()> {
        // A change that begins by reading and then finds another writer could not wait for it.
        self.connection.set_transaction_behavior(TransactionBehavior::Immediate);
        let db = &self.connection;
        db.busy_timeout(BUSY)?;
        // Closing leaves the log in place: two syncs a change instead of five.
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        db.execute_batch("PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL;")?;
        if cfg!(target_os = "macos") {
            db.execute_batch("PRAGMA fullfsync = ON;")?;
        }
        // What is another program's, or a later version's, is not even given a log.
        refuse_newer(version_of(db)?, MIGRATIONS.len(), path)
    }

    fn use_log(&self) -> Result<()> {
        let db = &self.connection;
        let mode: String = db.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
        let synchronous: i64 = db.query_row("PRAGMA synchronous", [], |row| row.get(0))?;
        if mode != "wal" || synchronous < 2 {
            return Err(Problem::new(
                Kind::LocalIo,
                format!("the database cannot be written durably (journal {mode}, synchronous {synchronous})"),
            )
            .into());
        }
        // The log is copied into the database here alone, where the file is marked as well.
        db.execute_batch("PRAGMA wal_autocheckpoint = 0;")?;
        // Whatever stops this stops the next change too; a command that only reads goes on.
        let _ = log::keep_marked(db);
        Ok(())
    }

    fn migrate(&mut self, path: &Path, beginning: Beginning, migrations: &[&str]) -> Result<()> {
        let version = version_of(&self.connection)?;
        let newest = migrations.len();
        if version == newest {
            return Ok(());
        }
        refuse_newer(version, newest, path)?;
        // Such a file is left where only the database was copied, and not the log beside it.
        if version == 0 && beginning == Beginning::JournalHasLines {
            return Err(lost(path).into());
        }
        if version > 0 {
            let copy = path.with_extension(format!("db.bak-v{version}"));
            let _ = fs::remove_file(&copy);
            // An empty file of ours, so that the copy is as private as what it copies.
            create(&copy).with_context(|| format!("no copy could be made at {}", copy.display()))?;
            self.connection
                .execute("VACUUM INTO ?1", [copy.to_string_lossy()])
                .with_context(|| format!("no copy could be made at {}", copy.display()))?;
        }
        let change = self.connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
        // Another command may have done it while this one waited.
        let version = version_of(&change)?;
        for sql in migrations.iter().skip(version) {
            change.execute_batch(sql)?;
        }
        change.pragma_update(None, "user_version", i64::try_from(newest)?)?;
        change.pragma_update(None, "application_id", APPLICATION_ID)?;
        change.commit()?;
        Ok(())
    }
}

/// A change that is undone unless it is committed.
enum Change<'c> {
    Whole(Transaction<'c>),
    Part(Savepoint<'c>),
}

impl Change<'_> {
    fn commit(self) -> rusqlite::Result<()> {
        match self {
            Change::Whole(transaction) => transaction.commit(),
            Change::Part(savepoint) => savepoint.commit(),
        }
    }
}

impl Deref for Change<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match self {
            Change::Whole(transaction) => transaction,
            Change::Part(savepoint) => savepoint,
        }
    }
}

fn refuse_newer(version: usize, newest: usize, path: &Path) -> Result<()> {
    if version <= newest {
        return Ok(());
    }
    Err(Problem::new(Kind::Config, format!("{} was written by a newer thanks", path.display()))
        .detail("nothing was changed")
        .hint("use that version, or point THANKS_HOME at another folder")
        .into())
}

/// Its folder may be reached through a link, the file itself may not.
fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let folder = path.parent().and_then(|folder| fs::canonicalize(folder).ok());
    let real = folder.zip(path.file_name()).map(|(folder, name)| folder.join(name));
    let flags = OpenFlags::default() | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    Connection::open_with_flags(real.as_deref().unwrap_or(path), flags)
}

fn version_of(db: &Connection) -> Result<usize> {
    let version: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let id = application_id(db)?;
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    log::refuse_part(db, id, tables)?;
    if ![APPLICATION_ID, log::NEEDS_LOG].contains(&id) && (id != 0 || tables > 0) {
        return Err(Problem::new(Kind::LocalIo, "the database belongs to another program")
            .detail("nothing was changed")
            .into());
    }
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

fn application_id(db: &Connection) -> rusqlite::Result<i32> {
    db.query_row("PRAGMA application_id", [], |row| row.get(0))
}

/// The class of an error that the database caused, wherever it stands in the chain.
pub fn kind_of(error: &anyhow::Error) -> Option<Kind> {
    let cause = error.chain().find_map(|cause| cause.downcast_ref::<rusqlite::Error>())?;
    match cause.sqlite_error_code()? {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Some(Kind::TryAgain),
        ErrorCode::PermissionDenied | ErrorCode::CannotOpen => Some(Kind::Permission),
        ErrorCode::ConstraintViolation | ErrorCode::ApiMisuse | ErrorCode::TypeMismatch => None,
        _ => Some(Kind::LocalIo),
    }
}

/// What to do about such an error, where that is plain from its class.
pub fn hint_of(error: &anyhow::Error) -> Option<&'static str> {
    let cause = error.chain().find_map(|cause| cause.downcast_ref::<rusqlite::Error>())?;
    match cause.sqlite_error_code()? {
        ErrorCode::ReadOnly => {
            Some("the database or its folder may not be written; `thanks doctor` says more")
        }
        ErrorCode::DiskFull => Some("make room on the disk, then type it again"),
        _ => None,
    }
}

fn lost(path: &Path) -> Problem {
    Problem::new(Kind::LocalIo, format!("the database {} is missing or empty", path.display()))
        .detail("the journal beside it says that notes were sent; nothing was begun afresh")
        .hint("put the database back from a copy, or move the journal away to start anew")
}

/// What SQLite says, as one of our kinds; the database's own words stay as the cause.
fn explain(error: rusqlite::Error, path: &Path) -> anyhow::Error {
    let path = path.display();
    let problem = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            Problem::new(Kind::TryAgain, format!("{path} is held by another command"))
                .detail("nothing was changed")
                .hint("try again when that one is done")
        }
        Some(ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            Problem::new(Kind::Permission, format!("{path} may not be opened"))
                .detail("nothing was done")
                .hint("see that it is a file of your own, and that you may write to its folder")
        }
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            Problem::new(Kind::LocalIo, format!("{path} is damaged or not a database of thanks"))
                .detail("it was left as it is")
                .hint("put it back from a copy; the journal beside it says what was sent")
        }
        _ => Problem::new(Kind::LocalIo, format!("{path} cannot be used")),
    };
    anyhow::Error::new(error).context(problem)
}

/// Whoever owns the file, perhaps at the end of a link, can read it and take its words back.
#[cfg(unix)]
fn refuse_others(path: &Path) -> Result<()> {
    use std::os::unix::fs::MetadataExt;

    let Ok(file) = fs::metadata(path) else { return Ok(()) };
    if file.uid() == rustix::process::geteuid().as_raw() {
        return Ok(());
    }
    Err(Problem::new(Kind::Permission, format!("{} belongs to another user", path.display()))
        .detail("nothing was read or changed")
        .hint("run thanks as that user, or set THANKS_HOME to a folder of your own")
        .into())
}

#[cfg(not(unix))]
fn refuse_others(_path: &Path) -> Result<()> {
    Ok(())
}

/// Makes a new database under another name, and puts it in place when it is complete: of several
/// commands that begin the record at once, each finds the first one's.
fn begin_aside(path: &Path) -> Result<()> {
    let aside = path.with_extension(format!("db.new-{}", std::process::id()));
    make_folder(path)?;
    let make = || -> Result<()> {
        create(&aside)?;
        let mut store = Store { connection: connect(&aside)? };
        store.prepare(&aside)?;
        store.migrate(&aside, Beginning::Fresh, &MIGRATIONS)?;
        let db = &store.connection;
        let _: String = db.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
        // The log of that name goes at the end, so that the file is all there is.
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        drop(store);
        match fs::hard_link(&aside, path) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && Store::is_begun(path) => {
                Ok(())
            }
            linked => Ok(linked?),
        }
    };
    let made = make();
    let _ = fs::remove_file(&aside);
    made
}

fn make_folder(path: &Path) -> std::io::Result<()> {
    let Some(folder) = path.parent() else { return Ok(()) };
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn create(path: &Path) -> std::io::Result<()> {
    make_folder(path)?;
    let mut options = OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600).custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
    }
    options.open(path)?;
    Ok(())
}

fn instant(text: &str) -> Result<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(text).with_context(|| format!("the record holds the time {text:?}"))
}

fn day(text: &str) -> Result<NaiveDate> {
    text.parse().with_context(|| format!("the record holds the day {text:?}"))
}

fn known<T>(value: Option<T>, what: &str, text: &str) -> Result<T> {
    value.with_context(|| format!("the record holds the {what} {text:?}"))
}

#[cfg(test)]
mod tests;
