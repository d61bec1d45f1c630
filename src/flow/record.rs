//! What the commands on the record ask of its notes.

use crate::domain::note::Note;
use crate::domain::outbox::State;

/// The ids of notes that may have left, and that only their owner or a sender can settle.
pub fn in_doubt(notes: &[Note]) -> Vec<String> {
    notes
        .iter()
        .filter(|note| matches!(note.state, State::Unsure | State::Claimed | State::Sending))
        .map(|note| note.id.to_string())
        .collect()
}
