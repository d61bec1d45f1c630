//! What a dead sender left, put right.

use anyhow::{Context, Result};
use chrono::{DateTime, FixedOffset};
use rusqlite::params;

use super::Store;
use super::notes::step;
use crate::domain::note::NoteId;
use crate::domain::outbox::{Event, State};

/// A note whose sender died.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    pub id: NoteId,
    pub now: State,
}

impl Store {
    /// Puts right what a dead sender of this machine left: to be called under the send lock only.
    /// A claim becomes an approval again; a note whose dot may have left becomes `unsure`.
    pub fn recover(&mut self, machine: &str, at: DateTime<FixedOffset>) -> Result<Vec<Orphan>> {
        let change = self.begin()?;
        let mut orphans = Vec::new();
        for (state, event) in [(State::Claimed, Event::Release), (State::Sending, Event::Lose)] {
            let ids: Vec<String> = change
                .prepare_cached(
                    "SELECT id FROM notes WHERE state = ?1 AND claimed_by = ?2
                     AND state NOT IN ('sent', 'withdrawn', 'answered', 'bounced') ORDER BY number",
                )?
                .query_map(params![state.name(), machine], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            for id in ids {
                let id = NoteId::from_stored(id);
                let now = step(&change, &id, state, event, at, Some("its sender ended before an answer"))?;
                orphans.push(Orphan { id, now });
            }
        }
        if orphans.is_empty() {
            return Ok(orphans);
        }
        change.commit().context("the recovery could not be recorded")?;
        Ok(orphans)
    }

    /// Notes that another machine has in hand, or had when it died: only that one may settle them.
    pub fn claimed_elsewhere(&self, machine: &str) -> Result<Vec<NoteId>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id FROM notes WHERE state IN ('claimed', 'sending') AND claimed_by IS NOT ?1
             AND state NOT IN ('sent', 'withdrawn', 'answered', 'bounced') ORDER BY number",
        )?;
        let ids: Vec<String> = statement.query_map([machine], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(ids.into_iter().map(NoteId::from_stored).collect())
    }
}
