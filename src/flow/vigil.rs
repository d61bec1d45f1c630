//! The mailbox while notes are handed over: each copy is filed right after its receipt, and Sent is
//! asked again before a note when the last look is no longer fresh. So a second computer that sends
//! the same notes finds what this one has sent, and the other way round.

use std::time::Duration;

use anyhow::Result;
use chrono::{DateTime, FixedOffset};

use super::filing;
use super::last_look::{Held, LastLook, Looked, Voice};
use super::mailbox::Mailbox;
use crate::adapters::clock::Stopwatch;
use crate::adapters::imap::Session;
use crate::adapters::net::Interrupt;
use crate::adapters::store::Store;
use crate::adapters::terminal::{Interaction, Terminal};
use crate::domain::note::{Note, NoteId};
use crate::domain::problem::Problem;
use crate::domain::zone::Zone;

/// So old a look may be when a note is offered.
const FRESH: Duration = Duration::from_secs(1);

/// Whether the copies in Sent are ours to file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copies {
    Ours,
    /// The server files them, or there are none.
    NotOurs,
}

pub struct Vigil<'a> {
    pub mailbox: &'a mut Mailbox,
    pub terminal: &'a Terminal,
    pub zone: &'a Zone,
    pub copies: Copies,
    pub interrupt: &'a Interrupt,
    /// Whether a follow-up is due still, by the record as it is now.
    pub is_due: &'a dyn Fn(&Store, &NoteId) -> Result<bool>,
    /// Since the last look.
    pub looked: Stopwatch,
    /// The one session that serves a whole run.
    pub session: Option<Session>,
    /// The notes whose copy is there.
    pub filed: Vec<NoteId>,
    /// Why looking was given up: what fails once is not waited for before every note.
    pub trouble: Option<Problem>,
}

impl Vigil<'_> {
    /// Whether what the last look found may have changed since.
    pub fn is_stale(&self) -> bool {
        self.looked.elapsed() > FRESH
    }

    /// Looks again for one approved note. Nobody is asked anything now: a question is left for the
    /// next command.
    pub fn look(
        &mut self,
        store: &mut Store,
        note: &Note,
        now: DateTime<FixedOffset>,
    ) -> Result<Option<Held>> {
        if let Some(problem) = &self.trouble {
            return Ok(note.kind.is_follow_up().then(|| Held::NotLooked(problem.clone())));
        }
        let quiet = Terminal::new(Interaction::Never);
        let opened = self.opened(store);
        let mut look = LastLook {
            mailbox: &mut *self.mailbox,
            store,
            terminal: &quiet,
            zone: self.zone,
            now,
            voice: Voice::NewsOnly,
            is_due: self.is_due,
        };
        let Looked { mut held, trouble } = match opened {
            Ok(mut session) => {
                let looked = look.with(&mut session, &[note])?;
                self.session = looked.trouble.is_none().then_some(session);
                looked
            }
            Err(problem) => Looked { held: look.without(&[note], &problem), trouble: Some(problem) },
        };
        self.trouble = trouble;
        self.looked = Stopwatch::start();
        Ok(held.remove(&note.id))
    }

    /// Files what was sent and has no copy yet. What fails is said once and left for `sync`.
    pub fn file(&mut self, store: &mut Store) {
        if self.copies == Copies::NotOurs {
            return;
        }
        // A session that has waited for a slow server may have been closed meanwhile.
        let was_open = self.session.is_some();
        let mut filed = self.try_to_file(store);
        if filed.is_err() && was_open && !self.interrupt.is_raised() {
            filed = self.try_to_file(store);
        }
        if let Err(error) = filed {
            filing::say_unfiled(store, self.terminal, &self.filed, &error);
            self.copies = Copies::NotOurs;
        }
    }

    fn try_to_file(&mut self, store: &mut Store) -> Result<()> {
        let done = match self.interrupt.is_raised() {
            true => Err(filing::interrupted().into()),
            false => self.opened(store).map_err(anyhow::Error::from).and_then(|mut session| {
                let done = filing::file(&mut session, self.mailbox, store, &mut self.filed);
                if let Some(guess) = self.mailbox.guess_to_say() {
                    self.terminal.say(&guess);
                }
                self.session = done.is_ok().then_some(session);
                done
            }),
        };
        match done {
            Err(_) if self.interrupt.is_raised() => Err(filing::interrupted().into()),
            done => done,
        }
    }

    fn opened(&mut self, store: &mut Store) -> Result<Session, Problem> {
        match self.session.take() {
            Some(session) => Ok(session),
            None => self.mailbox.open(store, self.terminal),
        }
    }

    /// Takes leave of the mailbox.
    pub fn end(&mut self) {
        if let Some(session) = self.session.take() {
            session.logout();
        }
    }
}
