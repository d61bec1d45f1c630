//! The note that comes next for a step, before it has a text.

use chrono::{DateTime, FixedOffset};

use super::{Desk, Item};
use crate::domain::note::{Edited, Note};
use crate::domain::outbox::State;
use crate::domain::policy::Step;

impl Desk {
    /// The first ordinal that no note of the same kind to the same person about the same round has.
    fn next_ordinal(&self, step: &Step) -> u32 {
        let alike = self
            .notes
            .of_application(&step.application)
            .filter(|note| note.person == step.person && note.kind == step.kind && note.round == step.round);
        alike.map(|note| note.ordinal).max().unwrap_or_default() + 1
    }

    /// A note of which nothing is known but whom it goes to and what for.
    pub(super) fn begin(&self, item: &Item, now: DateTime<FixedOffset>) -> Note {
        Note {
            id: item.id.clone(),
            application: item.step.application.clone(),
            person: item.step.person.clone(),
            round: item.step.round,
            kind: item.step.kind,
            ordinal: self.next_ordinal(&item.step),
            state: State::Drafted,
            template: String::new(),
            from: None,
            to: None,
            subject: String::new(),
            body: String::new(),
            edited: Edited::No,
            facts: String::new(),
            shown: None,
            departs_on: now.date_naive(),
            send_before: None,
            send_after: None,
            next_try: None,
            message_id: None,
            server_message_id: None,
            in_reply_to: None,
            references: Vec::new(),
            allowed: Vec::new(),
            offers: 0,
            attempts: 0,
            sent_at: None,
            detail: None,
            created_at: now,
        }
    }
}
