//! What happened, in order: the story of an application and the steps of its notes.

use anyhow::Result;
use chrono::{DateTime, FixedOffset};
use rusqlite::{Connection, params};

use super::{Store, instant};

/// One line of an application's story.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    pub at: DateTime<FixedOffset>,
    pub what: String,
}

/// One step of a note, with the server's text where there is one.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    pub note: String,
    pub at: DateTime<FixedOffset>,
    pub step: String,
    pub text: Option<String>,
}

impl Store {
    pub fn story(&self, application: &str) -> Result<Vec<Told>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT at, what FROM story WHERE application = ?1 ORDER BY id")?;
        let mut rows = statement.query([application])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let at: String = row.get(0)?;
            found.push(Told { at: instant(&at)?, what: row.get(1)? });
        }
        Ok(found)
    }

    pub fn attempts(&self, application: &str) -> Result<Vec<Attempt>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT a.note, a.at, a.step, a.text FROM attempts a JOIN notes n ON n.id = a.note
             WHERE n.application = ?1 ORDER BY a.id",
        )?;
        let mut rows = statement.query([application])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let at: String = row.get(1)?;
            found.push(Attempt {
                note: row.get(0)?,
                at: instant(&at)?,
                step: row.get(2)?,
                text: row.get(3)?,
            });
        }
        Ok(found)
    }
}

pub(super) fn tell(
    change: &Connection,
    application: &str,
    at: DateTime<FixedOffset>,
    what: &str,
) -> Result<()> {
    change
        .prepare_cached("INSERT INTO story (application, at, what) VALUES (?1, ?2, ?3)")?
        .execute(params![application, at.to_rfc3339(), what])?;
    Ok(())
}

pub(super) fn attempt(
    change: &Connection,
    note: &str,
    at: DateTime<FixedOffset>,
    step: &str,
    text: Option<&str>,
) -> Result<()> {
    change
        .prepare_cached("INSERT INTO attempts (note, at, step, text) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![note, at.to_rfc3339(), step, text])?;
    Ok(())
}
