//! Notes that end unsent: withdrawn for what came meanwhile, or expired.

use anyhow::{Context, Result};
use chrono::{DateTime, FixedOffset};
use rusqlite::{Connection, params};

use super::notes::step;
use super::story::attempt;
use super::{Store, known};
use crate::domain::note::NoteId;
use crate::domain::outbox::{Event, State};

impl Store {
    /// Withdraws everything of an application that is pending; returns what that was.
    pub fn withdraw(
        &mut self,
        application: &str,
        at: DateTime<FixedOffset>,
        why: &str,
    ) -> Result<Vec<NoteId>> {
        let change = self.begin()?;
        let withdrawn = withdraw_all(&change, application, at, why, |_| true)?;
        change.commit()?;
        Ok(withdrawn)
    }

    /// Lets approvals end whose last moment has passed. Of several commands that do so at once, one
    /// finds them, and the others have nothing left to do.
    pub fn expire_overdue(&mut self, at: DateTime<FixedOffset>) -> Result<Vec<NoteId>> {
        const OVERDUE: &str = "state = 'approved' AND unixepoch(send_before) < ?1
             AND state NOT IN ('sent', 'withdrawn', 'answered', 'bounced')";
        let moment = at.timestamp();
        let mut any = self
            .connection
            .prepare_cached(&format!("SELECT EXISTS (SELECT 1 FROM notes WHERE {OVERDUE})"))?;
        // Without anything to do this command doesn't wait for one that is writing.
        if !any.query_row([moment], |row| row.get::<_, bool>(0))? {
            return Ok(Vec::new());
        }
        drop(any);
        let why = "its time has passed";
        let expired = State::Approved.after(Event::Expire)?;
        let change = self.begin()?;
        let ids: Vec<String> = change
            .prepare_cached(&format!(
                "UPDATE notes SET state = ?2, detail = ?3, shown = NULL WHERE {OVERDUE} RETURNING id"
            ))?
            .query_map(params![moment, expired.name(), why], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for id in &ids {
            attempt(&change, id, at, expired.name(), Some(why))?;
        }
        change.commit().context("the expired approvals could not be recorded")?;
        Ok(ids.into_iter().map(NoteId::from_stored).collect())
    }
}

pub(super) fn withdraw_all(
    change: &Connection,
    application: &str,
    at: DateTime<FixedOffset>,
    why: &str,
    may: impl Fn(&str) -> bool,
) -> Result<Vec<NoteId>> {
    let rows: Vec<(String, String, String)> = change
        .prepare_cached("SELECT id, state, kind FROM notes WHERE application = ?1 ORDER BY number")?
        .query_map([application], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    let mut withdrawn = Vec::new();
    for (id, name, kind) in rows {
        let state = known(State::named(&name), "state", &name)?;
        if state.is_pending() && may(&kind) {
            let id = NoteId::from_stored(id);
            step(change, &id, state, Event::Withdraw, at, Some(why))?;
            withdrawn.push(id);
        }
    }
    Ok(withdrawn)
}
