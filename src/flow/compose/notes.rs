//! The notes of a record as composing asks for them: by id, by application and by Message-ID,
//! without a walk through all of them.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::Deref;

use crate::domain::checks::Phrasing;
use crate::domain::note::{Note, NoteId};

/// All notes, in the order in which they were drafted.
#[derive(Debug, Default)]
pub struct Notes {
    notes: Vec<Note>,
    /// By the place of the note; computed for those that others are compared with.
    phrasings: Vec<OnceCell<Phrasing>>,
    by_id: HashMap<NoteId, usize>,
    by_application: HashMap<String, Vec<usize>>,
    by_message_id: HashMap<String, Vec<usize>>,
}

impl Notes {
    pub fn new(notes: Vec<Note>) -> Notes {
        let mut all = Notes::default();
        for note in notes {
            all.put(note);
        }
        all
    }

    /// Adds a note, or replaces the one with its id.
    pub fn put(&mut self, note: Note) {
        let known = self.by_id.get(&note.id).copied();
        let place = known.unwrap_or(self.notes.len());
        if let Some(id) = &note.message_id {
            let places = self.by_message_id.entry(id.clone()).or_default();
            if !places.contains(&place) {
                places.push(place);
            }
        }
        match self.notes.get_mut(place).zip(self.phrasings.get_mut(place)) {
            Some((known, phrasing)) => {
                *phrasing = OnceCell::new();
                *known = note;
            }
            None => {
                self.by_id.insert(note.id.clone(), place);
                self.by_application.entry(note.application.clone()).or_default().push(place);
                self.notes.push(note);
                self.phrasings.push(OnceCell::new());
            }
        }
    }

    pub fn with_id(&self, id: &NoteId) -> Option<&Note> {
        self.notes.get(*self.by_id.get(id)?)
    }

    pub fn of_application(&self, slug: &str) -> impl DoubleEndedIterator<Item = &Note> {
        self.places_of(slug).iter().filter_map(|place| self.notes.get(*place))
    }

    /// The same with the wording of each.
    pub fn phrased(&self, slug: &str) -> impl Iterator<Item = (&Note, &Phrasing)> {
        self.places_of(slug).iter().filter_map(|place| {
            let note = self.notes.get(*place)?;
            let phrasing = self.phrasings.get(*place)?.get_or_init(|| Phrasing::of(&note.body));
            Some((note, phrasing))
        })
    }

    /// Whether a note other than `id` has that Message-ID.
    pub fn is_taken(&self, message_id: &str, id: &NoteId) -> bool {
        let places = self.by_message_id.get(message_id).map(Vec::as_slice).unwrap_or_default();
        places
            .iter()
            .filter_map(|place| self.notes.get(*place))
            // A note that was drafted anew may have another one by now.
            .any(|note| note.id != *id && note.message_id.as_deref() == Some(message_id))
    }

    fn places_of(&self, slug: &str) -> &[usize] {
        self.by_application.get(slug).map(Vec::as_slice).unwrap_or_default()
    }
}

impl Deref for Notes {
    type Target = [Note];

    fn deref(&self) -> &[Note] {
        &self.notes
    }
}
