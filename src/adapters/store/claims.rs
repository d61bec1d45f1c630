//! What was approved, and who may take it: claims, marks, and the comparison with the journal.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use chrono::{DateTime, FixedOffset};
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

use super::notes::{in_utc, state_of, step};
use super::story::attempt;
use super::{Store, instant};
use crate::domain::note::{Approved, NoteId};
use crate::domain::outbox::{Event, Offered, State};

/// A wish to send a note.
#[derive(Clone, Debug)]
pub struct Claim<'a> {
    pub approved: &'a Approved,
    /// What takes the place of the approved bytes, where they were never offered.
    pub fresh: Option<&'a [u8]>,
}

/// Why an approved note goes back to its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    pub event: Event,
    pub why: String,
}

/// What became of claims. A note that is in neither list was changed or taken by another command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claimed {
    pub taken: Vec<NoteId>,
    pub handed_back: BTreeMap<NoteId, (State, String)>,
    /// The version of the record that this was decided on.
    pub version: Version,
}

/// Changes whenever another command writes to the record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Version(i64);

/// Whether a note was marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marked {
    /// This is the note's offer with that number.
    Offer(u32),
    /// Another command has written to the record since it was last judged.
    ChangedSince,
}

/// All that was approved, as it was approved, and its time has come.
const STILL_APPROVED: &str = "id = ?1 AND state = 'approved' AND recipient = ?2 AND wire_sha256 = ?3
     AND send_after IS ?4 AND coalesce(send_after, '') <= ?5";

impl Store {
    /// Takes approved notes for sending, all in one commit; each with fresh bytes where the note
    /// was never offered. No other command can write between the judgment and the claim: `judge`
    /// reads the record and names what is not right any more, which goes back to its owner.
    pub fn claim(
        &mut self,
        claims: &[Claim<'_>],
        machine: &str,
        at: DateTime<FixedOffset>,
        judge: impl FnOnce(&Store) -> Result<BTreeMap<NoteId, Wrong>>,
    ) -> Result<Claimed> {
        let change = self.connection.unchecked_transaction()?;
        let mut claimed = Claimed { version: version(&change)?, ..Claimed::default() };
        let wrong = judge(self)?;
        for Claim { approved, fresh } in claims {
            let id = &approved.id;
            let (to, plan) = (approved.recipient.to_string(), approved.not_before.map(in_utc));
            let known = params![id.as_str(), to, approved.wire_sha256, plan, in_utc(at)];
            if let Some(wrong) = wrong.get(id) {
                let sql = format!("SELECT count(*) FROM notes WHERE {STILL_APPROVED}");
                let count: u32 = change.prepare_cached(&sql)?.query_row(known, |row| row.get(0))?;
                if count == 1 {
                    let state = hand_back(&change, id, State::Approved, wrong, at)?;
                    claimed.handed_back.insert(id.clone(), (state, wrong.why.clone()));
                }
                continue;
            }
            let sql = format!(
                "UPDATE notes SET state = 'claimed', claimed_by = ?6, attempts = attempts + 1
                 WHERE {STILL_APPROVED}"
            );
            let known = params![id.as_str(), to, approved.wire_sha256, plan, in_utc(at), machine];
            if change.prepare_cached(&sql)?.execute(known)? == 0 {
                continue;
            }
            if let Some(wire) = fresh {
                change.execute(
                    "UPDATE notes SET wire = ?2, wire_sha256 = ?3 WHERE id = ?1 AND offers = 0",
                    params![id.as_str(), wire, Sha256::digest(wire).as_slice()],
                )?;
            }
            attempt(&change, id.as_str(), at, "claimed", None)?;
            claimed.taken.push(id.clone());
        }
        change.commit().context("the claim could not be recorded")?;
        Ok(claimed)
    }

    /// Gives a note that was claimed and not offered back to its owner.
    pub fn hand_back(&mut self, id: &NoteId, wrong: &Wrong, at: DateTime<FixedOffset>) -> Result<State> {
        let change = self.begin()?;
        let state = state_of(&change, id)?.with_context(|| format!("no note {id}"))?;
        let approved = step(&change, id, state, Event::Release, at, None)?;
        let after = hand_back(&change, id, approved, wrong, at)?;
        change.commit().with_context(|| format!("{id} could not be recorded as {}", after.name()))?;
        Ok(after)
    }

    /// What `judge` finds, with the version of the record that it looked at.
    pub fn judged<T>(&self, judge: impl FnOnce(&Store) -> Result<T>) -> Result<(Version, T)> {
        let look = self.connection.unchecked_transaction()?;
        let version = version(&look)?;
        Ok((version, judge(self)?))
    }

    /// Records that a claimed note is about to be offered, unless another command has written
    /// since `judged`.
    pub fn mark(&mut self, id: &NoteId, judged: Version, at: DateTime<FixedOffset>) -> Result<Marked> {
        let change = self.begin()?;
        if version(&change)? != judged {
            return Ok(Marked::ChangedSince);
        }
        let state = state_of(&change, id)?.with_context(|| format!("no note {id}"))?;
        let after = step(&change, id, state, Event::Mark, at, None)?;
        let number = count_offer(&change, id)?;
        change.commit().with_context(|| format!("{id} could not be recorded as {}", after.name()))?;
        Ok(Marked::Offer(number))
    }

    /// Compares the record of an approved note with what the journal says of its id. An offer that
    /// the record does not know means that this is an older copy: the note is in doubt, and from
    /// then on the record counts that offer too. `None` where the two agree.
    pub fn lose_if_older(
        &mut self,
        id: &NoteId,
        offered: &Offered,
        at: DateTime<FixedOffset>,
        why: &str,
    ) -> Result<Option<State>> {
        let change = self.begin()?;
        let recorded: u32 =
            change.query_row("SELECT journaled FROM notes WHERE id = ?1", [id.as_str()], |row| row.get(0))?;
        let unknown = unknown(&change, id, &offered.unnumbered)?;
        if offered.highest <= recorded && unknown.is_empty() {
            return Ok(None);
        }
        let state = state_of(&change, id)?.with_context(|| format!("no note {id}"))?;
        if state.after(Event::Lose).is_err() {
            // Another command has taken or settled it since it was read, so this one won't offer it.
            return Ok(None);
        }
        for offer in unknown {
            attempt(&change, id.as_str(), offer, State::Sending.name(), Some("as the journal says"))?;
        }
        let after = step(&change, id, state, Event::Lose, at, Some(why))?;
        change.execute(
            "UPDATE notes SET journaled = max(journaled, ?2), offers = max(offers, 1) WHERE id = ?1",
            params![id.as_str(), offered.highest],
        )?;
        change.commit().with_context(|| format!("{id} could not be recorded as {}", after.name()))?;
        Ok(Some(after))
    }
}

/// It is looked at again before it is offered again.
fn hand_back(
    change: &Connection,
    id: &NoteId,
    from: State,
    wrong: &Wrong,
    at: DateTime<FixedOffset>,
) -> Result<State> {
    let state = step(change, id, from, wrong.event, at, Some(&wrong.why))?;
    change.execute("UPDATE notes SET shown = NULL WHERE id = ?1", [id.as_str()])?;
    Ok(state)
}

/// Counts one more offer of a note; its number.
pub(super) fn count_offer(change: &Connection, id: &NoteId) -> Result<u32> {
    Ok(change.query_row(
        "UPDATE notes SET offers = offers + 1, journaled = journaled + 1 WHERE id = ?1 RETURNING journaled",
        [id.as_str()],
        |row| row.get(0),
    )?)
}

/// The offers, by their times, that the record does not have.
fn unknown(
    change: &Connection,
    id: &NoteId,
    offers: &[DateTime<FixedOffset>],
) -> Result<Vec<DateTime<FixedOffset>>> {
    let mut unknown = offers.to_vec();
    if unknown.is_empty() {
        return Ok(unknown);
    }
    let mut statement =
        change.prepare_cached("SELECT at FROM attempts WHERE note = ?1 AND step = 'sending'")?;
    let mut rows = statement.query([id.as_str()])?;
    while let Some(row) = rows.next()? {
        let at = instant(&row.get::<_, String>(0)?)?;
        unknown.retain(|offer| *offer != at);
    }
    Ok(unknown)
}

fn version(db: &Connection) -> Result<Version> {
    Ok(Version(db.query_row("PRAGMA data_version", [], |row| row.get(0))?))
}
