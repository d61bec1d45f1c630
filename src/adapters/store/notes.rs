//! Notes and their steps. Every change of state is one conditional statement on the state that
//! the domain's table starts from.

use anyhow::{Context, Result};
use chrono::{DateTime, FixedOffset};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::claims::count_offer;
use super::rows::{COLUMNS, collect, read};
use super::story::{attempt, tell};
use super::{Store, Which, known};
use crate::domain::note::{Edited, Note, NoteId};
use crate::domain::outbox::{Event, Forbidden, State};
use crate::domain::problem::{Kind, Problem};

/// What an approval freezes.
#[derive(Clone, Debug)]
pub struct Approval<'a> {
    pub wire: &'a [u8],
    pub send_before: Option<DateTime<FixedOffset>>,
    /// The planned departure; `None` where it goes at once.
    pub send_after: Option<DateTime<FixedOffset>>,
}

/// The frozen bytes of a note, as they were when they were approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wire {
    pub bytes: Vec<u8>,
    pub sha256: Vec<u8>,
}

impl Store {
    /// Notes of the chosen applications, in the order in which they were drafted.
    pub fn notes(&self, which: Which<'_>) -> Result<Vec<Note>> {
        let (chosen, parameter) = which.query("slug");
        let condition = match which {
            // Also those whose application is gone.
            Which::All => "TRUE".to_owned(),
            _ => format!("application IN ({chosen})"),
        };
        let mut statement = self
            .connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM notes WHERE {condition} ORDER BY number"))?;
        collect(statement.query(rusqlite::params_from_iter(parameter))?)
    }

    pub fn note(&self, id: &NoteId) -> Result<Option<Note>> {
        read(&self.connection, id)
    }

    /// Notes in a state, in the order in which they were drafted.
    pub fn notes_in(&self, state: State) -> Result<Vec<Note>> {
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM notes WHERE state = ?1
             AND state NOT IN ('sent', 'withdrawn', 'answered', 'bounced') ORDER BY number"
        ))?;
        collect(statement.query([state.name()])?)
    }

    /// Writes a drafted note: a new one, or a new text of one that may still be drafted again.
    pub fn save_draft(&mut self, note: &Note, at: DateTime<FixedOffset>) -> Result<()> {
        let change = self.begin()?;
        match state_of(&change, &note.id)? {
            None => insert(&change, note)?,
            Some(State::Drafted) => {}
            Some(state) => {
                state.after(Event::Redraft).map_err(|forbidden| overtaken(&note.id, forbidden))?;
                release_bytes(&change, &note.id, state)?;
                step(&change, &note.id, state, Event::Redraft, at, None)?;
            }
        }
        change.execute(
            "UPDATE notes SET template = ?2, sender = ?3, recipient = ?4, subject = ?5, body = ?6, edited = ?7,
                    facts = ?8, shown = ?9, departs_on = ?10, send_before = ?11, message_id = ?12,
                    in_reply_to = ?13, reference_ids = ?14, allowed = ?15, wire = NULL, wire_sha256 = NULL,
                    send_after = NULL, next_try = NULL
             WHERE id = ?1",
            params![
                note.id.as_str(),
                note.template,
                note.from.as_ref().map(ToString::to_string),
                note.to.as_ref().map(ToString::to_string),
                note.subject,
                note.body,
                note.edited == Edited::ByOwner,
                note.facts,
                note.shown,
                note.departs_on.to_string(),
                note.send_before.map(|at| at.to_rfc3339()),
                note.message_id,
                note.in_reply_to,
                note.references.join(" "),
                note.allowed.join(" "),
            ],
        )?;
        change.commit().with_context(|| format!("the draft {} could not be recorded", note.id))
    }

    /// Remembers the hash of what its owner was shown.
    pub fn remember_shown(&mut self, id: &NoteId, hash: &str) -> Result<()> {
        self.connection
            .prepare_cached("UPDATE notes SET shown = ?2 WHERE id = ?1 AND shown IS NOT ?2")?
            .execute(params![id.as_str(), hash])?;
        Ok(())
    }

    /// Remembers which checks the owner overrode for a note whose text stands.
    pub fn record_allowed(&mut self, id: &NoteId, names: &[String]) -> Result<()> {
        self.connection
            .execute("UPDATE notes SET allowed = ?2 WHERE id = ?1", params![id.as_str(), names.join(" ")])?;
        Ok(())
    }

    /// Freezes the bytes of notes that their owner has approved, all in one commit. A note whose
    /// bytes were offered before keeps those, and one that is approved word for word may only be
    /// planned anew. Returns those that are approved: not one that the record holds with another
    /// text or in another state than was read.
    pub fn approve(
        &mut self,
        approvals: &[(&Note, Approval<'_>)],
        at: DateTime<FixedOffset>,
    ) -> Result<Vec<NoteId>> {
        let change = self.begin()?;
        let mut approved = Vec::new();
        for (note, approval) in approvals {
            let known = read(&change, &note.id)?.with_context(|| format!("no note {}", note.id))?;
            let is_same = known.shown_hash() == note.shown_hash();
            let can_be = known.state == State::Approved || known.state.after(Event::Approve).is_ok();
            if !is_same || !can_be {
                continue;
            }
            let id = note.id.as_str();
            if known.state != State::Approved {
                step(&change, &note.id, known.state, Event::Approve, at, None)?;
                change.execute(
                    "UPDATE notes SET wire = ?2, wire_sha256 = ?3 WHERE id = ?1 AND offers = 0",
                    params![id, approval.wire, Sha256::digest(approval.wire).as_slice()],
                )?;
                change.execute(
                    "UPDATE notes SET send_before = ?2 WHERE id = ?1",
                    params![id, approval.send_before.map(|at| at.to_rfc3339())],
                )?;
            }
            change.execute(
                "UPDATE notes SET send_after = ?2, next_try = NULL WHERE id = ?1",
                params![id, approval.send_after.map(in_utc)],
            )?;
            approved.push(note.id.clone());
        }
        if !approved.is_empty() {
            change.commit().context("the approval could not be recorded")?;
        }
        Ok(approved)
    }

    /// The frozen bytes, checked against the hash that was taken when they were approved.
    pub fn wire(&self, id: &NoteId) -> Result<Wire> {
        let sql = "SELECT wire, wire_sha256 FROM notes WHERE id = ?1 AND wire IS NOT NULL";
        let row = self.connection.query_row(sql, [id.as_str()], |row| Ok((row.get(0)?, row.get(1)?)));
        let Some((bytes, hash)): Option<(Vec<u8>, Option<Vec<u8>>)> = row.optional()? else {
            // It was when it was read: another command has changed it since.
            let what = format!("{id} is not approved any more: another command changed it");
            return Err(Problem::new(Kind::TryAgain, what).detail("it was not sent").into());
        };
        let sha256 = Sha256::digest(&bytes).to_vec();
        if hash.as_ref() != Some(&sha256) {
            return Err(Problem::new(
                Kind::LocalIo,
                format!("the bytes of {id} changed after it was approved"),
            )
            .detail("nothing was sent")
            .hint(format!("look at the text and approve it again: `thanks draft {id} --edit`"))
            .into());
        }
        Ok(Wire { bytes, sha256 })
    }

    /// Takes one legal step, with what was said on the occasion.
    pub fn step(
        &mut self,
        id: &NoteId,
        event: Event,
        at: DateTime<FixedOffset>,
        text: Option<&str>,
    ) -> Result<State> {
        let change = self.begin()?;
        let state = state_of(&change, id)?.with_context(|| format!("no note {id}"))?;
        state.after(event).map_err(|forbidden| overtaken(id, forbidden))?;
        let after = step(&change, id, state, event, at, text)?;
        if matches!(event, Event::Refuse | Event::Expire) {
            // It is looked at again before it is offered again.
            change.execute("UPDATE notes SET shown = NULL WHERE id = ?1", [id.as_str()])?;
        }
        if event == Event::Mark {
            count_offer(&change, id)?;
        }
        change.commit().with_context(|| format!("{id} could not be recorded as {}", after.name()))?;
        Ok(after)
    }

    /// The same, but only if the note is still in the state in which the caller read it; `None`
    /// where another command was first.
    pub fn step_from(
        &mut self,
        from: State,
        id: &NoteId,
        event: Event,
        at: DateTime<FixedOffset>,
        text: Option<&str>,
    ) -> Result<Option<State>> {
        self.atomically(|store| match state_of(&store.connection, id)? {
            Some(state) if state == from => store.step(id, event, at, text).map(Some),
            _ => Ok(None),
        })
    }

    /// Records that a note went out: from the server's own word, or from its owner's.
    pub fn record_sent(
        &mut self,
        id: &NoteId,
        event: Event,
        at: DateTime<FixedOffset>,
        text: &str,
        server_message_id: Option<&str>,
    ) -> Result<()> {
        let change = self.begin()?;
        sent(&change, id, event, at, text, server_message_id)?;
        change.commit().with_context(|| format!("{id} could not be recorded as sent"))
    }

    /// Whether some sender has notes in hand, or had when it died.
    pub fn has_claims(&self) -> Result<bool> {
        let mut statement = self.connection.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM notes WHERE state IN ('claimed', 'sending')
             AND state NOT IN ('sent', 'withdrawn', 'answered', 'bounced'))",
        )?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }
}

pub(super) fn sent(
    change: &Connection,
    id: &NoteId,
    event: Event,
    at: DateTime<FixedOffset>,
    text: &str,
    server_message_id: Option<&str>,
) -> Result<()> {
    let state = state_of(change, id)?.with_context(|| format!("no note {id}"))?;
    if event == Event::ConfirmSent && state.has_left() {
        // Another command was first to find that out.
        return Ok(());
    }
    state.after(event).map_err(|forbidden| overtaken(id, forbidden))?;
    step(change, id, state, event, at, Some(text))?;
    let application: String = change.query_row(
        "UPDATE notes SET sent_at = ?2, server_message_id = coalesce(?3, server_message_id)
         WHERE id = ?1 RETURNING application",
        params![id.as_str(), at.to_rfc3339(), server_message_id],
        |row| row.get(0),
    )?;
    tell(change, &application, at, &format!("{id} sent"))
}

/// One step on the state that was read, or an error: never a second step on a state that moved.
pub(super) fn step(
    change: &Connection,
    id: &NoteId,
    from: State,
    event: Event,
    at: DateTime<FixedOffset>,
    text: Option<&str>,
) -> Result<State> {
    let to = from.after(event)?;
    let changed = change
        .prepare_cached(
            "UPDATE notes SET state = ?3, detail = coalesce(?4, detail) WHERE id = ?1 AND state = ?2",
        )?
        .execute(params![id.as_str(), from.name(), to.name(), text])?;
    if changed != 1 {
        return Err(Forbidden { from, event }.into());
    }
    attempt(change, id.as_str(), at, to.name(), text)?;
    Ok(to)
}

/// A step that is no longer possible, since another command has changed the note meanwhile.
fn overtaken(id: &NoteId, forbidden: Forbidden) -> anyhow::Error {
    let problem = Problem::new(
        Kind::TryAgain,
        format!("{id} is {} now: another command was faster", forbidden.from.name()),
    );
    let problem = problem.detail("nothing was changed").hint("`thanks status` shows where things are");
    anyhow::Error::new(forbidden).context(problem)
}

/// Bytes that the server refused for good make room for others; otherwise what was once offered
/// stays.
fn release_bytes(change: &Connection, id: &NoteId, state: State) -> Result<()> {
    let offers: u32 =
        change.query_row("SELECT offers FROM notes WHERE id = ?1", [id.as_str()], |row| row.get(0))?;
    if offers > 0 && state != State::Refused {
        return Err(Problem::new(Kind::NeedsYou, format!("{id} was offered to the server once"))
            .detail("what was offered is never changed; nothing was done")
            .into());
    }
    change.execute(
        "UPDATE notes SET wire = NULL, wire_sha256 = NULL, offers = 0 WHERE id = ?1",
        [id.as_str()],
    )?;
    Ok(())
}

/// As a text that can be compared with others.
pub(super) fn in_utc(at: DateTime<FixedOffset>) -> String {
    at.to_utc().to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

pub(super) fn state_of(change: &Connection, id: &NoteId) -> Result<Option<State>> {
    let name: Option<String> = change
        .prepare_cached("SELECT state FROM notes WHERE id = ?1")?
        .query_row([id.as_str()], |row| row.get(0))
        .optional()?;
    name.map(|name| known(State::named(&name), "state", &name)).transpose()
}

fn insert(change: &Connection, note: &Note) -> Result<()> {
    change.execute(
        "INSERT INTO notes (id, application, person, round, kind, ordinal, state, template, subject, body,
                            edited, facts, departs_on, reference_ids, allowed, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'drafted', ?7, '', '', 0, '', ?8, '', '', ?9)",
        params![
            note.id.as_str(),
            note.application,
            note.person,
            note.round,
            note.kind.name(),
            note.ordinal,
            note.template,
            note.departs_on.to_string(),
            note.created_at.to_rfc3339(),
        ],
    )?;
    Ok(())
}
