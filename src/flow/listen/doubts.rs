//! Notes in doubt → the folder of sent mail. A copy proves that a note left; that there is none
//! proves nothing.

use anyhow::Result;
use chrono::{DateTime, FixedOffset};

use super::{Settled, unread_mail};
use crate::adapters::imap::{Found, ImapError, Session};
use crate::adapters::mime::incoming;
use crate::adapters::store::{Seen, Store, Which};
use crate::domain::inbound::{Mail, MailKind, Message};
use crate::domain::note::{Note, is_rehearsal};
use crate::domain::outbox::State;
use crate::domain::problem::Problem;
use crate::domain::zone::Zone;
use crate::flow::mailbox::Mailbox;

/// Looks for the notes that nobody knows to have left. A likely copy without their id becomes a
/// question.
pub fn settle_doubts(
    session: &mut Session,
    mailbox: &Mailbox,
    store: &mut Store,
    zone: &Zone,
    now: DateTime<FixedOffset>,
) -> Result<Vec<Settled>> {
    let all = store.notes(Which::All)?;
    let doubtful: Vec<&Note> = all.iter().filter(|note| note.state == State::Unsure).collect();
    let mut settled = Vec::new();
    if doubtful.is_empty() {
        return Ok(settled);
    }
    let failed = |error: ImapError| -> Problem { error.problem(&mailbox.server) };
    let Some(folder) = mailbox.sent_folder(session)? else { return Ok(settled) };
    let seen = store.seen_mail()?;
    for note in doubtful {
        let ids: Vec<&str> = note.known_ids().collect();
        let to = note.to.as_ref().map(|to| to.address.as_str());
        let found = session.find_in_sent(&folder, &ids, to, Some(note.departs_on)).map_err(failed)?;
        if let Some(copy) = found.with_id.first() {
            let (mail, server_id) = copy_of(note, copy, now);
            let at = mail.received;
            if store.record_evidence(&mail, &note.id, at, server_id.as_deref())? != Seen::Before {
                settled.push(Settled { note: note.id.clone(), at, evidence: mail.detail });
            }
            continue;
        }
        for copy in likely(&found.to_them, note, &all, zone) {
            let (mail, _) = copy_of(note, copy, now);
            if !seen.contains(&mail.key) {
                let detail = "a mail to them of that day, without the id of the note".to_owned();
                store.record_question(&Mail { detail, ..mail }, now)?;
            }
        }
        for unread in &found.unread {
            let mail = unread_mail(unread, "Sent", &note.application, now);
            if !seen.contains(&mail.key) {
                let mail = Mail { kind: MailKind::Copy, note: Some(note.id.clone()), ..mail };
                store.record_question(&mail, now)?;
            }
        }
    }
    Ok(settled)
}

/// Copies of that very day that are of none of the notes and not older than the note.
pub(in crate::flow) fn likely<'f>(
    copies: &'f [Found],
    note: &Note,
    all: &[Note],
    zone: &Zone,
) -> Vec<&'f Found> {
    let is_another = |message: &Message| {
        let ids = message.message_id.iter().chain(&message.earlier_ids);
        ids.clone()
            .any(|id| is_rehearsal(id) || all.iter().any(|other| other.known_ids().any(|known| known == id)))
    };
    copies
        .iter()
        .filter(|copy| {
            incoming(&copy.header, None).is_some_and(|message| {
                let at = message.date.or(copy.internal_date);
                let day = at.map(|at| zone.at(at.to_utc()).date_naive());
                day == Some(note.departs_on) && !is_another(&message)
            })
        })
        .collect()
}

/// A copy in Sent as it is remembered, dated as its Date line says, and its own id where that is
/// not ours.
pub(in crate::flow) fn copy_of(
    note: &Note,
    copy: &Found,
    now: DateTime<FixedOffset>,
) -> (Mail, Option<String>) {
    let message = incoming(&copy.header, None).unwrap_or_default();
    let at = message.date.or(copy.internal_date).unwrap_or(now);
    let other = message.message_id.clone().filter(|id| note.known_ids().all(|known| known != id));
    let id = message.message_id.clone().unwrap_or_else(|| format!("uid {}", copy.uid));
    let mail = Mail {
        application: note.application.clone(),
        note: Some(note.id.clone()),
        kind: MailKind::Copy,
        detail: "found in Sent".to_owned(),
        ..Mail::of(&message, format!("copy of {}: {id}", note.id), at)
    };
    (mail, other)
}
