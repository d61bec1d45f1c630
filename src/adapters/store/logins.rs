//! Logins that a server has refused, as the timer must know them: where and as whom, never with
//! what.

use std::path::Path;

use anyhow::{Context, Result};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use super::Store;

/// What is remembered of the last refusal on a `side`, sending or reading, without changing
/// anything.
pub fn refused_login(path: &Path, side: &str) -> Result<Option<String>> {
    look(&Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?, side)
}

impl Store {
    /// What is remembered of the last refusal on a `side`, sending or reading.
    pub fn refused_login(&self, side: &str) -> Result<Option<String>> {
        look(&self.connection, side)
    }

    pub fn remember_refused_login(&mut self, side: &str, login: &str) -> Result<()> {
        self.connection
            .execute(
                "INSERT INTO facts (name, value) VALUES (?1, ?2)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                params![name(side), login],
            )
            .context("that the login was refused could not be recorded")?;
        Ok(())
    }

    pub fn forget_refused_login(&mut self, side: &str) -> Result<()> {
        self.connection.execute("DELETE FROM facts WHERE name = ?1", [name(side)])?;
        Ok(())
    }
}

fn look(db: &Connection, side: &str) -> Result<Option<String>> {
    let sql = "SELECT value FROM facts WHERE name = ?1";
    Ok(db.query_row(sql, [name(side)], |row| row.get(0)).optional()?)
}

fn name(side: &str) -> String {
    format!("login refused, {side}")
}
