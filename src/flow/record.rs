//! What the commands on the record ask of its notes.

use anyhow::Result;
use chrono::{DateTime, FixedOffset};

use crate::adapters::store::{Store, Which};
use crate::domain::note::{Note, NoteId};
use crate::domain::outbox::{Event, State};

/// The ids of notes that may have left, and that only their owner or a sender can settle.
pub fn in_doubt(notes: &[Note]) -> Vec<String> {
    notes
        .iter()
        .filter(|note| matches!(note.state, State::Unsure | State::Claimed | State::Sending))
        .map(|note| note.id.to_string())
        .collect()
}

/// They have answered: the last note that left is an answered one, and nothing pending goes.
/// Returns that note, and what was withdrawn.
pub fn answered(
    store: &mut Store,
    application: &str,
    at: DateTime<FixedOffset>,
    why: &str,
) -> Result<(Option<NoteId>, Vec<NoteId>)> {
    store.atomically(|store| {
        let notes = store.notes(Which::One(application))?;
        let sent = notes.into_iter().filter(|note| note.state == State::Sent);
        let last = sent.max_by_key(|note| note.sent_at).map(|note| note.id);
        if let Some(id) = &last {
            store.step(id, Event::Answer, at, Some(why))?;
        }
        Ok((last, store.withdraw(application, at, "they have answered")?))
    })
}
