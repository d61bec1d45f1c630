//! The record as `doctor` and the timer look at it: what is in it, and whether it is whole. It
//! changes nothing.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use chrono::{DateTime, FixedOffset};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use super::notes::in_utc;
use super::{BUSY, MIGRATIONS, Store, explain, instant, refuse_others, version_of};
use crate::domain::note::NoteId;

/// What stands in a database.
#[derive(Clone, Debug, PartialEq)]
pub struct Inspection {
    /// Its version, and the newest that this program knows.
    pub version: (usize, usize),
    /// What SQLite finds wrong with it; empty where it is whole.
    pub damage: Vec<String>,
    /// Guards of its states that are missing or not as this program wrote them.
    pub lacking: Vec<String>,
    pub applications: u32,
    pub notes: u32,
    /// How often each Message-ID was offered.
    pub offered: BTreeMap<String, u32>,
    /// The newest time that was written down.
    pub newest: Option<DateTime<FixedOffset>>,
    pub last_run: Option<DateTime<FixedOffset>>,
}

/// Reads a database without changing it or what lies beside it.
pub fn inspect(path: &Path) -> Result<Inspection> {
    let look = || -> Result<Inspection> {
        refuse_others(path)?;
        let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        db.busy_timeout(BUSY)?;
        let version = (version_of(&db)?, MIGRATIONS.len());
        let mut checks = db.prepare("PRAGMA quick_check(5)")?;
        let mut damage: Vec<String> = checks.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        damage.retain(|line| line != "ok");
        let mut inspection = Inspection {
            version,
            damage,
            lacking: Vec::new(),
            applications: 0,
            notes: 0,
            offered: BTreeMap::new(),
            newest: None,
            last_run: None,
        };
        if version.0 != version.1 {
            return Ok(inspection);
        }
        inspection.lacking = lacking(&db)?;
        let count =
            |table: &str| db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0));
        inspection.applications = count("applications")?;
        inspection.notes = count("notes")?;
        let mut offers =
            db.prepare("SELECT message_id, journaled FROM notes WHERE message_id IS NOT NULL")?;
        inspection.offered =
            offers.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        inspection.newest = newest(&db)?;
        inspection.last_run = last_run(&db)?;
        Ok(inspection)
    };
    look().map_err(|error| match error.downcast::<rusqlite::Error>() {
        Ok(error) => explain(error, path),
        Err(error) => error,
    })
}

/// The record for reading alone, unless it is of another version than this program's.
pub fn open_to_read(path: &Path) -> Result<Option<Store>> {
    refuse_others(path)?;
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(BUSY)?;
    let is_current = version_of(&connection)? == MIGRATIONS.len();
    Ok(is_current.then_some(Store { connection }))
}

/// The ids of notes that nobody can tell whether they arrived.
pub fn unsettled(path: &Path) -> Result<Vec<String>> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut statement = db.prepare("SELECT id FROM notes WHERE state = 'unsure' ORDER BY number")?;
    Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// How many approved notes have a planned departure.
pub fn planned(path: &Path) -> Result<u32> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let sql = "SELECT count(*) FROM notes WHERE state = 'approved' AND send_after IS NOT NULL";
    Ok(db.query_row(sql, [], |row| row.get(0))?)
}

/// When `thanks schedule run` last did its work; `None` without a database.
pub fn heartbeat(path: &Path) -> Result<Option<DateTime<FixedOffset>>> {
    if !path.exists() {
        return Ok(None);
    }
    last_run(&Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?)
}

/// Approved notes whose planned departure lies before `moment`, with their plans.
pub fn planned_before(
    path: &Path,
    moment: DateTime<FixedOffset>,
) -> Result<Vec<(NoteId, DateTime<FixedOffset>)>> {
    overdue(&Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?, moment)
}

impl Store {
    /// Whether no application was ever recorded, or all were erased.
    pub fn is_empty(&self) -> Result<bool> {
        let sql = "SELECT NOT EXISTS (SELECT 1 FROM applications)";
        Ok(self.connection.query_row(sql, [], |row| row.get(0))?)
    }

    /// The newest time that was written down.
    pub fn newest(&self) -> Result<Option<DateTime<FixedOffset>>> {
        newest(&self.connection)
    }

    /// What SQLite finds wrong with the database; `None` where it is whole.
    pub fn damage(&self) -> Result<Option<String>> {
        let found: String = self.connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        Ok((found != "ok").then_some(found))
    }

    /// Remembers that the timer's run did its work.
    pub fn beat(&mut self, at: DateTime<FixedOffset>) -> Result<()> {
        self.connection
            .execute(
                "INSERT INTO heartbeat (id, at) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET at = excluded.at",
                [in_utc(at)],
            )
            .context("the run could not be recorded")?;
        Ok(())
    }

    /// Forgets the last run, once nothing is to run any more.
    pub fn clear_heartbeat(&mut self) -> Result<()> {
        self.connection
            .execute("DELETE FROM heartbeat", [])
            .context("the last run could not be forgotten")?;
        Ok(())
    }

    /// When the timer's run did its work last.
    pub fn last_run(&self) -> Result<Option<DateTime<FixedOffset>>> {
        last_run(&self.connection)
    }

    /// No attempt by the timer before `until`.
    pub fn put_off(&mut self, id: &NoteId, until: DateTime<FixedOffset>) -> Result<()> {
        self.connection.execute(
            "UPDATE notes SET next_try = ?2 WHERE id = ?1 AND state = 'approved'",
            params![id.as_str(), in_utc(until)],
        )?;
        Ok(())
    }

    /// Why an approved note was not offered when its time came.
    pub fn record_held(&mut self, id: &NoteId, why: &str) -> Result<()> {
        self.connection.execute(
            "UPDATE notes SET detail = ?2 WHERE id = ?1 AND state = 'approved'",
            params![id.as_str(), why],
        )?;
        Ok(())
    }

    /// Approved notes whose planned departure lies before `moment`, with their plans.
    pub fn planned_before(
        &self,
        moment: DateTime<FixedOffset>,
    ) -> Result<Vec<(NoteId, DateTime<FixedOffset>)>> {
        overdue(&self.connection, moment)
    }
}

/// The triggers of a database that is as the migrations make it, but those of this one.
fn lacking(db: &Connection) -> Result<Vec<String>> {
    let triggers = |db: &Connection| -> rusqlite::Result<BTreeMap<String, String>> {
        let mut found = db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")?;
        found.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    };
    let model = Connection::open_in_memory()?;
    for migration in MIGRATIONS {
        model.execute_batch(migration)?;
    }
    let own = triggers(db)?;
    let wanted = triggers(&model)?;
    Ok(wanted.into_iter().filter(|(name, sql)| own.get(name) != Some(sql)).map(|(name, _)| name).collect())
}

fn overdue(db: &Connection, moment: DateTime<FixedOffset>) -> Result<Vec<(NoteId, DateTime<FixedOffset>)>> {
    let mut statement = db.prepare_cached(
        "SELECT id, send_after FROM notes WHERE state = 'approved' AND send_after < ?1
         AND state NOT IN ('sent', 'withdrawn', 'answered', 'bounced') ORDER BY send_after",
    )?;
    let rows: Vec<(String, String)> = statement
        .query_map(params![in_utc(moment)], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    rows.into_iter().map(|(id, at)| Ok((NoteId::from_stored(id), instant(&at)?))).collect()
}

/// The last lines of the tables that only grow.
fn newest(db: &Connection) -> Result<Option<DateTime<FixedOffset>>> {
    let last = |table: &str| -> Result<Option<DateTime<FixedOffset>>> {
        let at: Option<String> = db
            .query_row(&format!("SELECT at FROM {table} ORDER BY id DESC LIMIT 1"), [], |row| row.get(0))
            .optional()?;
        at.as_deref().map(instant).transpose()
    };
    Ok(last("attempts")?.max(last("story")?).max(last("heartbeat")?))
}

fn last_run(db: &Connection) -> Result<Option<DateTime<FixedOffset>>> {
    let at: Option<String> = db.query_row("SELECT at FROM heartbeat", [], |row| row.get(0)).optional()?;
    at.as_deref().map(instant).transpose()
}
