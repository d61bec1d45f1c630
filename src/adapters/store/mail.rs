//! What came of the mailbox: each message once, with all that followed from it in one commit; the
//! questions that it raised, and the copies that are still to be filed.

use anyhow::{Context, Result};
use chrono::{DateTime, FixedOffset, NaiveDate};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};

use super::endings::withdraw_all;
use super::notes::{sent, state_of, step};
use super::rows::{COLUMNS, collect};
use super::story::tell;
use super::{Store, instant, known};
use crate::domain::application::News;
use crate::domain::inbound::{Mail, MailKind};
use crate::domain::note::{Note, NoteId, NoteKind};
use crate::domain::outbox::{Event, State};

const COLUMNS_OF_MAIL: &str =
    "id, message, application, note, kind, sender, subject, received, detail, question";
const READ_AT: &str = "mailbox_read_at";
const TROUBLE: &str = "mailbox_trouble";

/// Whether a message was there at an earlier look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    Before,
    /// Not before; these notes were withdrawn for it.
    Now {
        withdrawn: Vec<NoteId>,
    },
}

/// A message that its owner is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub id: i64,
    /// Whether it waits for an answer still.
    pub is_open: bool,
    pub mail: Mail,
}

impl Store {
    /// When the mailbox was last read with success.
    pub fn mailbox_read_at(&self) -> Result<Option<DateTime<FixedOffset>>> {
        let text: Option<String> = self
            .connection
            .query_row("SELECT value FROM facts WHERE name = ?1", [READ_AT], |row| row.get(0))
            .optional()?;
        text.as_deref().map(instant).transpose()
    }

    pub fn record_mailbox_read(&mut self, at: DateTime<FixedOffset>) -> Result<()> {
        self.connection.execute(
            "INSERT INTO facts (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            params![READ_AT, at.to_rfc3339()],
        )?;
        self.connection.execute("DELETE FROM facts WHERE name = ?1", [TROUBLE])?;
        Ok(())
    }

    /// Why the mailbox could not be read, if the last look at it failed.
    pub fn mailbox_trouble(&self) -> Result<Option<String>> {
        let sql = "SELECT value FROM facts WHERE name = ?1";
        Ok(self.connection.query_row(sql, [TROUBLE], |row| row.get(0)).optional()?)
    }

    pub fn record_mailbox_trouble(&mut self, why: &str) -> Result<()> {
        self.connection.execute(
            "INSERT INTO facts (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            params![TROUBLE, why],
        )?;
        Ok(())
    }

    /// The keys of all messages that were seen.
    pub fn seen_mail(&self) -> Result<Vec<String>> {
        let mut statement = self.connection.prepare_cached("SELECT message FROM mail")?;
        Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// When a message came, or was first noticed, by its key.
    pub fn first_noticed(&self, key: &str) -> Result<Option<DateTime<FixedOffset>>> {
        let mut statement = self.connection.prepare_cached("SELECT received FROM mail WHERE message = ?1")?;
        let times: Vec<String> = statement.query_map([key], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let times: Vec<_> = times.iter().map(|time| instant(time)).collect::<Result<_>>()?;
        Ok(times.into_iter().min())
    }

    /// A message from which nothing follows.
    pub fn record_mail(&mut self, mail: &Mail) -> Result<Seen> {
        let change = self.begin()?;
        let is_new = remember(&change, mail, "none")?;
        change.commit()?;
        Ok(seen(is_new, Vec::new()))
    }

    /// A message that its owner has to judge.
    pub fn record_question(&mut self, mail: &Mail, at: DateTime<FixedOffset>) -> Result<Seen> {
        let change = self.begin()?;
        let is_new = remember(&change, mail, "open")?;
        if is_new {
            let what = format!("a mail from {} came: {}", mail.sender, mail.detail);
            tell(&change, &mail.application, at, &what)?;
        }
        change.commit()?;
        Ok(seen(is_new, Vec::new()))
    }

    /// Somebody answered: everything pending of the application is withdrawn, but for thank-yous, which
    /// are asked about before they leave.
    pub fn record_answer(
        &mut self,
        mail: &Mail,
        confirms: Option<&NoteId>,
        answers: Option<&NoteId>,
        at: DateTime<FixedOffset>,
    ) -> Result<Seen> {
        let change = self.begin()?;
        if !remember(&change, mail, "none")? {
            return Ok(Seen::Before);
        }
        if let Some(id) = confirms.filter(|id| confirmable(&change, id)) {
            sent(&change, id, Event::ConfirmSent, mail.received, "they have answered it", None)?;
        }
        let withdrawn = answer(&change, mail, answers, at)?;
        change.commit().context("an answer could not be recorded")?;
        Ok(Seen::Now { withdrawn })
    }

    /// Somebody is away until that day.
    pub fn record_away(
        &mut self,
        mail: &Mail,
        person: &str,
        until: NaiveDate,
        at: DateTime<FixedOffset>,
    ) -> Result<Seen> {
        let change = self.begin()?;
        let is_new = remember(&change, mail, "none")?;
        if is_new {
            change.execute(
                "UPDATE people SET away_until = ?3 WHERE key = ?2
                 AND application IN (SELECT id FROM applications WHERE slug = ?1)",
                params![mail.application, person, until.to_string()],
            )?;
            tell(&change, &mail.application, at, &format!("{} is {}", mail.sender, mail.detail))?;
        }
        change.commit()?;
        Ok(seen(is_new, Vec::new()))
    }

    /// A note came back: it is bounced, and `stops` are withdrawn.
    pub fn record_bounce(
        &mut self,
        mail: &Mail,
        confirms: Option<&NoteId>,
        bounced: &NoteId,
        stops: &[NoteId],
        at: DateTime<FixedOffset>,
    ) -> Result<Seen> {
        let change = self.begin()?;
        if !remember(&change, mail, "none")? {
            return Ok(Seen::Before);
        }
        if let Some(id) = confirms.filter(|id| confirmable(&change, id)) {
            sent(&change, id, Event::ConfirmSent, mail.received, "it came back", None)?;
        }
        let state = state_of(&change, bounced)?.with_context(|| format!("no note {bounced}"))?;
        if state.after(Event::Bounce).is_err() {
            // Its owner, or another report, has settled it since it was read.
            change.commit()?;
            return Ok(Seen::Before);
        }
        step(&change, bounced, state, Event::Bounce, at, Some(&mail.detail))?;
        let mut withdrawn = Vec::new();
        for id in stops {
            let Some(state) = state_of(&change, id)?.filter(|state| state.is_pending()) else { continue };
            step(&change, id, state, Event::Withdraw, at, Some("an earlier note came back"))?;
            withdrawn.push(id.clone());
        }
        tell(&change, &mail.application, at, &format!("{bounced} came back: {}", mail.detail))?;
        change.commit().context("a bounce could not be recorded")?;
        Ok(Seen::Now { withdrawn })
    }

    /// A note in doubt went out, as this message proves.
    pub fn record_evidence(
        &mut self,
        mail: &Mail,
        note: &NoteId,
        at: DateTime<FixedOffset>,
        server_message_id: Option<&str>,
    ) -> Result<Seen> {
        let change = self.begin()?;
        // Another command may have the note in hand; the next look finds the copy again.
        if !confirmable(&change, note) || !remember(&change, mail, "none")? {
            return Ok(Seen::Before);
        }
        sent(&change, note, Event::ConfirmSent, at, &mail.detail, server_message_id)?;
        change.commit()?;
        Ok(Seen::Now { withdrawn: Vec::new() })
    }

    /// Questions that wait for their owner, oldest first.
    pub fn questions(&self) -> Result<Vec<Question>> {
        self.mail_where(
            "question = 'open'
             AND application IN (SELECT slug FROM applications WHERE closed_at IS NULL)
             AND (kind <> 'copy' OR note IN (SELECT id FROM notes WHERE state IN ('unsure', 'approved')))",
            &[],
        )
    }

    /// Mail of an application that is an answer or may be one, oldest first: all but what its owner
    /// has set aside.
    pub fn possible_answers(&self, application: &str) -> Result<Vec<Question>> {
        self.mail_where(
            "application = ?1 AND (kind = 'answer' AND question <> 'no'
             OR kind IN ('doubtful', 'unread') AND question IN ('open', 'yes'))",
            &[&application],
        )
    }

    /// Every mail in which somebody wrote something that may need a reply, oldest first.
    pub fn letters(&self) -> Result<Vec<Mail>> {
        let found = self.mail_where(
            "kind = 'answer' OR kind IN ('doubtful', 'courtesy') AND question IN ('open', 'yes')",
            &[],
        )?;
        Ok(found.into_iter().map(|question| question.mail).collect())
    }

    fn mail_where(&self, condition: &str, values: &[&dyn ToSql]) -> Result<Vec<Question>> {
        let mut statement = self
            .connection
            .prepare_cached(&format!("SELECT {COLUMNS_OF_MAIL} FROM mail WHERE {condition} ORDER BY id"))?;
        let mut rows = statement.query(values)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(question(row)?);
        }
        Ok(found)
    }

    /// It is an answer: everything pending of the application but thank-yous is withdrawn. It answers
    /// the last note that was sent.
    pub fn settle_as_answer(
        &mut self,
        question: &Question,
        at: DateTime<FixedOffset>,
    ) -> Result<Vec<NoteId>> {
        let change = self.begin()?;
        let mail = &question.mail;
        if !settle_yes(&change, question.id)? {
            return Ok(Vec::new());
        }
        let last: Option<String> = change
            .query_row(
                "SELECT id FROM notes WHERE application = ?1 AND state = 'sent' ORDER BY sent_at DESC, number DESC",
                [&mail.application],
                |row| row.get(0),
            )
            .optional()?;
        let withdrawn = answer(&change, mail, last.map(NoteId::from_stored).as_ref(), at)?;
        change.commit().context("the answer could not be recorded")?;
        Ok(withdrawn)
    }

    /// It is the copy of the note that it was asked about.
    pub fn settle_as_sent(&mut self, question: &Question, note: &NoteId) -> Result<()> {
        let change = self.begin()?;
        settle_yes(&change, question.id)?;
        let why = "found in Sent, its owner says";
        sent(&change, note, Event::ConfirmSent, question.mail.received, why, None)?;
        change.commit()?;
        Ok(())
    }

    /// It is not what it may seem to be.
    pub fn settle_as_nothing(&mut self, question: &Question) -> Result<()> {
        // A "yes" in another window stays: it only keeps notes back.
        self.connection
            .execute("UPDATE mail SET question = 'no' WHERE id = ?1 AND question = 'open'", [question.id])?;
        Ok(())
    }

    /// Its owner has told of news, which says what the messages were.
    pub fn settle_questions_of(&mut self, application: &str) -> Result<()> {
        self.connection.execute(
            "UPDATE mail SET question = 'yes' WHERE application = ?1 AND question = 'open'",
            [application],
        )?;
        Ok(())
    }

    /// A copy in Sent that its owner says is not the note.
    pub fn record_other_copy(&mut self, mail: &Mail) -> Result<()> {
        remember(&self.connection, mail, "no").map(drop)
    }

    /// From now on a copy of each note is to be put into Sent once it was sent.
    pub fn plan_copies(&mut self, ids: &[NoteId]) -> Result<()> {
        let change = self.begin()?;
        for id in ids {
            change.execute("UPDATE notes SET copy = 'due' WHERE id = ?1 AND copy IS NULL", [id.as_str()])?;
        }
        change.commit()?;
        Ok(())
    }

    /// Notes that were sent and have no copy in Sent yet.
    pub fn notes_to_file(&self) -> Result<Vec<Note>> {
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM notes WHERE copy = 'due' AND state IN ('sent', 'answered', 'bounced')
             ORDER BY number"
        ))?;
        collect(statement.query([])?)
    }

    /// A server gave a note this id, beside ours and any that is known.
    pub fn record_server_id(&mut self, id: &NoteId, server_id: &str) -> Result<()> {
        self.connection.execute(
            "UPDATE notes SET server_message_id = coalesce(server_message_id || ' ', '') || ?2 WHERE id = ?1",
            params![id.as_str(), server_id],
        )?;
        Ok(())
    }

    pub fn record_filed(&mut self, id: &NoteId) -> Result<()> {
        self.connection.execute("UPDATE notes SET copy = 'filed' WHERE id = ?1", [id.as_str()])?;
        Ok(())
    }
}

/// Whether it was not known before.
fn remember(change: &Connection, mail: &Mail, question: &str) -> Result<bool> {
    let written = change
        .prepare_cached(
            "INSERT INTO mail (message, application, note, kind, sender, subject, received, detail, question)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (message, application) DO NOTHING",
        )?
        .execute(params![
            mail.key,
            mail.application,
            mail.note.as_ref().map(NoteId::as_str),
            mail.kind.name(),
            mail.sender,
            mail.subject,
            mail.received.to_rfc3339(),
            mail.detail,
            question,
        ])?;
    Ok(written == 1)
}

fn seen(is_new: bool, withdrawn: Vec<NoteId>) -> Seen {
    if is_new { Seen::Now { withdrawn } } else { Seen::Before }
}

fn answer(
    change: &Connection,
    mail: &Mail,
    answers: Option<&NoteId>,
    at: DateTime<FixedOffset>,
) -> Result<Vec<NoteId>> {
    let why = format!("{} has answered", mail.sender);
    if let Some(id) = answers
        && state_of(change, id)? == Some(State::Sent)
    {
        step(change, id, State::Sent, Event::Answer, at, Some(&why))?;
    }
    change.execute(
        "INSERT INTO heard (application, at, news) SELECT id, ?2, ?3 FROM applications WHERE slug = ?1",
        params![mail.application, mail.received.to_rfc3339(), News::Wrote.name()],
    )?;
    tell(change, &mail.application, at, &why)?;
    // A thank-you is asked about before it leaves.
    withdraw_all(change, &mail.application, at, &why, |kind| kind != NoteKind::ThankYou.name())
}

/// Whether nobody else has said yes before.
fn settle_yes(change: &Connection, id: i64) -> Result<bool> {
    let sql = "UPDATE mail SET question = 'yes' WHERE id = ?1 AND question <> 'yes'";
    Ok(change.execute(sql, [id])? == 1)
}

/// Whether a note can be recorded as sent, or was.
fn confirmable(change: &Connection, id: &NoteId) -> bool {
    let state = state_of(change, id).ok().flatten();
    state.is_some_and(|state| state.has_left() || state.after(Event::ConfirmSent).is_ok())
}

fn question(row: &Row<'_>) -> Result<Question> {
    let (kind, received): (String, String) = (row.get(4)?, row.get(7)?);
    let note: Option<String> = row.get(3)?;
    Ok(Question {
        id: row.get(0)?,
        is_open: row.get::<_, String>(9)? == "open",
        mail: Mail {
            key: row.get(1)?,
            application: row.get(2)?,
            note: note.map(NoteId::from_stored),
            kind: known(MailKind::named(&kind), "kind of mail", &kind)?,
            sender: row.get(5)?,
            subject: row.get(6)?,
            received: instant(&received)?,
            detail: row.get(8)?,
        },
    })
}
