//! A row of the table of notes as a note. It only reads.

use anyhow::{Context, Result};
use rusqlite::{Connection, Row, Rows};

use super::{day, instant, known};
use crate::domain::address::Mailbox;
use crate::domain::note::{Edited, Note, NoteId, NoteKind};
use crate::domain::outbox::State;

pub(super) const COLUMNS: &str = "id, application, person, round, kind, ordinal, state, template, sender, recipient, subject, \
     body, edited, facts, shown, departs_on, send_before, message_id, server_message_id, in_reply_to, \
     reference_ids, allowed, offers, attempts, sent_at, detail, created_at, \
     send_after, next_try";

pub(super) fn read(db: &Connection, id: &NoteId) -> Result<Option<Note>> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM notes WHERE id = ?1"))?;
    Ok(collect(statement.query([id.as_str()])?)?.pop())
}

pub(super) fn collect(mut rows: Rows<'_>) -> Result<Vec<Note>> {
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(note(row)?);
    }
    Ok(found)
}

fn note(row: &Row<'_>) -> Result<Note> {
    let (kind, state): (String, String) = (row.get(4)?, row.get(6)?);
    let mailbox = |text: Option<String>| -> Result<Option<Mailbox>> {
        text.map(|text| {
            Mailbox::parse(&text).with_context(|| format!("the record holds the address {text:?}"))
        })
        .transpose()
    };
    let moment = |text: Option<String>| text.as_deref().map(instant).transpose();
    let words = |text: String| text.split_whitespace().map(str::to_owned).collect();
    let (departs_on, created_at): (String, String) = (row.get(15)?, row.get(26)?);
    let edited = if row.get(12)? { Edited::ByOwner } else { Edited::No };
    Ok(Note {
        id: NoteId::from_stored(row.get::<_, String>(0)?),
        application: row.get(1)?,
        person: row.get(2)?,
        round: row.get(3)?,
        kind: known(NoteKind::named(&kind), "kind of note", &kind)?,
        ordinal: row.get(5)?,
        state: known(State::named(&state), "state", &state)?,
        template: row.get(7)?,
        from: mailbox(row.get(8)?)?,
        to: mailbox(row.get(9)?)?,
        subject: row.get(10)?,
        body: row.get(11)?,
        edited,
        facts: row.get(13)?,
        shown: row.get(14)?,
        departs_on: day(&departs_on)?,
        send_before: moment(row.get(16)?)?,
        send_after: moment(row.get(27)?)?,
        next_try: moment(row.get(28)?)?,
        message_id: row.get(17)?,
        server_message_id: row.get(18)?,
        in_reply_to: row.get(19)?,
        references: words(row.get(20)?),
        allowed: words(row.get(21)?),
        offers: row.get(22)?,
        attempts: row.get(23)?,
        sent_at: moment(row.get(24)?)?,
        detail: row.get(25)?,
        created_at: instant(&created_at)?,
    })
}
