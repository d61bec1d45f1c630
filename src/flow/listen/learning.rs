//! The ids that servers give our notes in place of ours, learned from each copy that is seen:
//! answers refer to them.

use anyhow::Result;
use chrono::{DateTime, FixedOffset, TimeDelta};

use crate::adapters::imap::{Found, ImapError, Session};
use crate::adapters::mime::incoming;
use crate::adapters::store::{Store, Which};
use crate::domain::inbound::{Mail, MailKind};
use crate::domain::note::Note;
use crate::domain::problem::Problem;
use crate::flow::mailbox::Mailbox;

/// A server that keeps a copy has put it into Sent by then.
const COPIES_COME_WITHIN: TimeDelta = TimeDelta::days(3);

/// Remembers the id of a copy where it is another than ours.
pub(in crate::flow) fn learn(store: &mut Store, note: &Note, copy: &Found) -> Result<()> {
    let message = incoming(&copy.header, None).unwrap_or_default();
    let is_ours = message.earlier_ids.iter().any(|id| note.known_ids().any(|known| known == id));
    match message.message_id.filter(|id| is_ours && note.known_ids().all(|known| known != id)) {
        Some(other) => store.record_server_id(&note.id, &other),
        None => Ok(()),
    }
}

/// Looks at the copies in Sent of what was sent lately, each once.
pub fn learn_ids(
    session: &mut Session,
    mailbox: &Mailbox,
    store: &mut Store,
    now: DateTime<FixedOffset>,
) -> Result<()> {
    let seen = store.seen_mail()?;
    let key = |note: &Note| format!("copy of {}", note.id);
    let is_recent = |note: &Note| note.sent_at.is_some_and(|at| now - at <= COPIES_COME_WITHIN);
    let mut notes = store.notes(Which::All)?;
    notes.retain(|note| note.state.has_left() && is_recent(note) && !seen.contains(&key(note)));
    let Some(first) = notes.iter().filter_map(|note| note.sent_at).min() else { return Ok(()) };
    let failed = |error: ImapError| -> Problem { error.problem(&mailbox.server) };
    let Some(folder) = mailbox.sent_folder(session)? else { return Ok(()) };
    let ids: Vec<&str> = notes.iter().flat_map(Note::known_ids).collect();
    let found = session.find_in_sent(&folder, &ids, None, Some(first.date_naive())).map_err(failed)?;
    for copy in &found.with_id {
        let message = incoming(&copy.header, None).unwrap_or_default();
        let bears = |id: &str| message.message_id.iter().chain(&message.earlier_ids).any(|own| own == id);
        let Some(note) = notes.iter().find(|note| note.known_ids().any(bears)) else { continue };
        learn(store, note, copy)?;
        let at = copy.internal_date.or(message.date).unwrap_or(now);
        let mail = Mail {
            application: note.application.clone(),
            note: Some(note.id.clone()),
            kind: MailKind::Copy,
            detail: "seen in Sent".to_owned(),
            ..Mail::of(&message, key(note), at)
        };
        store.record_mail(&mail)?;
    }
    Ok(())
}
