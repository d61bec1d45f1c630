//! Logins that a server has refused, as the timer must know them: where and as whom, never with
//! what.

use anyhow::{Context, Result};
use rusqlite::{OptionalExtension, params};

use super::Store;

impl Store {
    /// What is remembered of the last refusal on a `side`, sending or reading.
    pub fn refused_login(&self, side: &str) -> Result<Option<String>> {
        let sql = "SELECT value FROM facts WHERE name = ?1";
        Ok(self.connection.query_row(sql, [name(side)], |row| row.get(0)).optional()?)
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

fn name(side: &str) -> String {
    format!("login refused, {side}")
}
