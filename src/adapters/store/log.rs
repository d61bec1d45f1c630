//! The write-ahead log beside the database. What was recorded last is only there, so the database
//! file alone says that it needs it: a copy of that file by itself is refused, not read as an
//! older or an empty record.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Result;
use rusqlite::Connection;

use super::{APPLICATION_ID, application_id};
use crate::domain::problem::{Kind, Problem};

/// "thnl": the id of the file alone. The log's first change puts the usual id over it.
pub(super) const NEEDS_LOG: i32 = 0x7468_6e6c;

/// Octets after which the log is copied into the database. No earlier: that costs syncs.
const LONG: u64 = 4 << 20;

/// Where the header of a SQLite file has the application id, and whether it uses a log.
const ID_AT: usize = 68;
const READ_VERSION_AT: usize = 19;
const WITH_LOG: u8 = 2;

/// Refuses a database file whose log is missing; `id` is what SQLite read, log included.
pub(super) fn refuse_part(db: &Connection, id: i32, tables: i64) -> Result<()> {
    let Some(path) = db.path().filter(|path| !path.is_empty()).map(Path::new) else { return Ok(()) };
    // Earlier versions left everything in the log, and in the file alone not even an id.
    let is_bare = id == 0 && tables == 0 && header(path).is_some_and(|header| header.uses_log);
    if (id != NEEDS_LOG && !is_bare) || length(path) > 0 {
        return Ok(());
    }
    Err(Problem::new(Kind::LocalIo, format!("{} is only a part of the record", path.display()))
        .detail(format!("what was recorded last is in {}, which is missing", log_of(path).display()))
        .detail("nothing was changed")
        .hint("put both files in place together, from the same copy")
        .into())
}

/// Sees to it that the file alone says that it needs its log. Each step leaves a record that is
/// whole: where it breaks off, the next command goes on.
pub(super) fn keep_marked(db: &Connection) -> Result<()> {
    let Some(path) = db.path().map(Path::new) else { return Ok(()) };
    let is_marked = header(path).is_some_and(|header| header.id == NEEDS_LOG);
    if !is_marked || length(path) > LONG {
        set_id(db, NEEDS_LOG)?;
        // What was written before is in the file now; the log stays, and says that nothing is missing.
        let copied = db.execute_batch("PRAGMA wal_checkpoint(FULL)");
        set_id(db, APPLICATION_ID)?;
        copied?;
    } else if application_id(db)? == NEEDS_LOG {
        set_id(db, APPLICATION_ID)?;
    }
    Ok(())
}

fn set_id(db: &Connection, id: i32) -> rusqlite::Result<()> {
    db.pragma_update(None, "application_id", id)
}

struct Header {
    id: i32,
    uses_log: bool,
}

/// What stands in the file itself, without its log.
fn header(path: &Path) -> Option<Header> {
    let mut octets = [0; 100];
    File::open(path).ok()?.read_exact(&mut octets).ok()?;
    let id = octets.get(ID_AT..ID_AT + 4)?;
    Some(Header {
        id: i32::from_be_bytes(id.try_into().ok()?),
        uses_log: octets.get(READ_VERSION_AT) == Some(&WITH_LOG),
    })
}

fn length(path: &Path) -> u64 {
    fs::metadata(log_of(path)).map_or(0, |file| file.len())
}

fn log_of(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push("-wal");
    PathBuf::from(name)
}
