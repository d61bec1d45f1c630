//! What comes next in the whole record. Nothing is composed here.

use chrono::{DateTime, Utc};

use super::{Desk, Item, Rule};
use crate::domain::application::Application;
use crate::domain::note::Note;
use crate::domain::policy::{Past, Step, steps};
use crate::domain::zone::Zone;

impl Desk {
    /// What comes next in every application that is not over, soonest first.
    pub fn items(&self) -> Vec<Item> {
        let mut items: Vec<Item> = self
            .applications
            .iter()
            .flat_map(|application| {
                let notes: Vec<&Note> = self.notes.of_application(&application.slug).collect();
                self.items_of(application, &notes)
            })
            .collect();
        items.sort_by_key(|item| item.step.due);
        items
    }

    fn items_of(&self, application: &Application, notes: &[&Note]) -> Vec<Item> {
        let rule = (self.rules)(application.country.as_deref());
        next_steps(application, notes.iter().copied(), &rule, &self.sender.zone, self.now)
            .into_iter()
            .map(|step| {
                let id = step.note_id();
                let note = self.notes.with_id(&id).cloned();
                Item { id, step, note }
            })
            .collect()
    }
}

/// The steps of one application, without those whose note has been settled.
pub fn next_steps<'n>(
    application: &Application,
    notes: impl IntoIterator<Item = &'n Note>,
    rule: &Rule,
    sender_zone: &Zone,
    now: DateTime<Utc>,
) -> Vec<Step> {
    let past = past_of(application, notes);
    steps(application, &past, &rule.calendar, &rule.policy, sender_zone, now)
}

/// The notes of an application as the policy sees them.
fn past_of<'n>(application: &Application, notes: impl IntoIterator<Item = &'n Note>) -> Vec<Past> {
    notes
        .into_iter()
        .filter(|note| note.application == application.slug)
        .map(|note| Past {
            kind: note.kind,
            person: note.person.clone(),
            round: note.round,
            state: note.state,
            to: note.to.as_ref().map(|to| to.address.clone()),
            sent_at: note.sent_at,
        })
        .collect()
}
