//! From what comes next to what became of it: each note is shown, checked and approved, then all
//! go out on one connection. `send` and `nudge` differ only in which notes they bring.

pub mod departure;
mod text;

use std::collections::HashSet;
use std::path::Path;

use anyhow::{Context, Result};
use chrono::{DateTime, FixedOffset, Utc};

use super::compose::{Desk, Draft, Item, Wish, is_settled};
use crate::adapters::config::Environment;
use crate::adapters::store::{Approval, Store};
use crate::adapters::terminal::Terminal;
use crate::domain::checks::{Finding, Severity};
use crate::domain::note::{Approved, Edited, Note, NoteId, NoteKind};
use crate::domain::outbox::{Event, Forbidden, State};
use crate::domain::problem::{Kind, Problem};
use crate::domain::view;
use crate::domain::zone::Zone;
use departure::Departure;

pub use text::{edit_text, keep, keep_edited, wire_of};

/// Who says that a note may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// The person at the terminal, note by note.
    Ask,
    /// `--yes`: what was shown before and has not changed since.
    ShownBefore,
    /// Nobody: nothing is sent to its recipient.
    Rehearsal,
}

/// Whether anything is to be remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trace {
    Record,
    /// A rehearsal leaves nothing behind.
    Nothing,
}

/// What became of a note before anything was connected.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// Its owner agrees: these bytes.
    Go {
        draft: Draft,
        wire: Vec<u8>,
    },
    /// A check forbids it.
    Blocked {
        draft: Draft,
        findings: Vec<Finding>,
    },
    /// There is nobody to send it to.
    NoAddress {
        draft: Draft,
        /// Who it is.
        name: String,
    },
    /// Not shown before, or changed since.
    NotSeen {
        draft: Draft,
    },
    /// Nobody can tell whether it arrived, and only its owner may say.
    InDoubt {
        note: Note,
    },
    /// Another command has it in hand, or has settled it meanwhile.
    Elsewhere {
        note: Note,
    },
    /// Another machine has it in hand, or had when it died.
    OnAnotherMachine {
        note: Note,
    },
    /// Nobody is there to say that it may go so early.
    TooEarly {
        draft: Draft,
    },
    Skipped {
        note: Note,
    },
    /// Approved, for a departure that lies ahead.
    Later {
        draft: Draft,
        at: DateTime<FixedOffset>,
    },
}

impl Verdict {
    /// What its owner agreed to, where it may go.
    pub fn approved(&self) -> Option<Approved> {
        match self {
            Verdict::Go { draft, wire } => Approved::of(&draft.note, wire),
            _ => None,
        }
    }
}

/// What the review needs at hand.
pub struct Review<'a> {
    pub desk: Desk,
    pub store: &'a mut Store,
    pub terminal: &'a Terminal,
    pub environment: &'a Environment,
    /// Where a text lies while it is edited.
    pub drafts: &'a Path,
    pub wish: Wish,
    pub consent: Consent,
    pub trace: Trace,
    pub departure: Departure,
    pub now: DateTime<Utc>,
}

/// What the person says to a note.
enum Word {
    Send,
    Later(DateTime<FixedOffset>),
    Edit,
    Skip,
    Quit,
}

impl Review<'_> {
    /// Goes through the items; stops at the first `quit`, which leaves the rest as it was.
    pub fn all(&mut self, items: &[Item]) -> Result<Vec<Verdict>> {
        let mut verdicts = Vec::new();
        for item in items {
            match self.one(item)? {
                Some(verdict) => verdicts.push(verdict),
                None => {
                    for item in items.iter().skip(verdicts.len()) {
                        // What was shown just now was drafted for it.
                        let note = self.store.note(&item.id)?.or_else(|| item.note.clone());
                        verdicts.extend(note.map(|note| Verdict::Skipped { note }));
                    }
                    break;
                }
            }
        }
        if self.consent == Consent::ShownBefore {
            self.approve(&mut verdicts)?;
        }
        Ok(verdicts)
    }

    fn one(&mut self, item: &Item) -> Result<Option<Verdict>> {
        let mut item = item.clone();
        // The person may have taken their time over the notes before this one.
        if let Some(note) = self.store.note(&item.id)? {
            if is_out_of_hand(&note) {
                return Ok(Some(elsewhere(note)));
            }
            item.note = Some(note);
        }
        let id = item.id.clone();
        match self.considered(item) {
            Err(error) if error.chain().any(|cause| cause.is::<Forbidden>()) => {
                // Another sender was quicker between that look and the next.
                let note = self.store.note(&id)?.filter(is_out_of_hand);
                note.map(|note| Some(elsewhere(note))).ok_or(error)
            }
            verdict => verdict,
        }
    }

    fn considered(&mut self, mut item: Item) -> Result<Option<Verdict>> {
        let mut plan = match self.departure {
            Departure::Now => None,
            Departure::Planned(at) => Some(item.step.zone.at(at)),
        };
        // What was agreed to, for another moment.
        let mut agreed: Option<String> = None;
        loop {
            let departs = plan.unwrap_or_else(|| item.step.zone.at(self.now));
            let mut draft = self.redrafted(&item, departs)?;
            draft.note.send_after = plan;
            if draft.note.to.is_none() {
                let recipient = self.desk.application(&draft.note.application);
                let recipient = recipient.and_then(|application| application.recipient(&draft.note.person));
                let name = recipient.map_or("NAME", |person| person.name.as_str()).to_owned();
                return Ok(Some(Verdict::NoAddress { draft, name }));
            }
            let blocked = self.blocked(&draft);
            if !blocked.is_empty() && self.consent != Consent::Ask {
                return Ok(Some(Verdict::Blocked { draft, findings: blocked }));
            }
            let opening = Some(item.step.earliest).filter(|earliest| *earliest > departs);
            if self.consent == Consent::Rehearsal {
                return self.go(draft).map(Some);
            }
            if self.consent == Consent::ShownBefore && opening.is_some() && self.must_wait(&draft.note) {
                return Ok(Some(Verdict::TooEarly { draft }));
            }
            if self.consent == Consent::ShownBefore {
                let unchanged = draft.note.shown.as_deref() == Some(draft.note.shown_hash().as_str());
                let seen = unchanged && draft.difference.is_none();
                return if seen { self.go(draft).map(Some) } else { Ok(Some(Verdict::NotSeen { draft })) };
            }
            // The words that were read are those of the later day as well.
            if agreed.take().is_some_and(|agreed| blocked.is_empty() && agreed == draft.note.shown_hash()) {
                return self.go(draft).map(Some);
            }
            match self.ask(&draft, &blocked, departs)? {
                Word::Send => return self.go(draft).map(Some),
                Word::Later(at) => {
                    plan = Some(at);
                    agreed = Some(draft.note.shown_hash());
                    item.note = Some(draft.note);
                }
                Word::Skip => return Ok(Some(Verdict::Skipped { note: draft.note })),
                Word::Edit => item.note = Some(self.edit(draft)?),
                Word::Quit => return Ok(None),
            }
        }
    }

    /// The draft as it would go out now, recorded if it is to be.
    fn redrafted(&mut self, item: &Item, departs: DateTime<FixedOffset>) -> Result<Draft> {
        let mut item = item.clone();
        if let Some(note) = item.note.as_mut()
            && let Some(why) = self.stale(note, departs)
        {
            if self.trace == Trace::Record {
                let from = note.state;
                if self.store.step_from(from, &note.id, Event::Redraft, departs, Some(why))?.is_none()
                    && self.store.note(&note.id)?.is_none_or(|now| is_out_of_hand(&now))
                {
                    return Err(Forbidden { from, event: Event::Redraft }.into());
                }
            }
            note.state = State::Drafted;
        }
        let draft = self.desk.compose(&item, departs, &self.wish)?;
        let may_keep =
            !is_settled(&draft.note) && (draft.difference.is_none() || self.consent == Consent::Ask);
        if self.trace == Trace::Record && may_keep {
            keep(self.store, &draft.note, departs)?;
        }
        if self.trace == Trace::Record && is_settled(&draft.note) && !self.wish.allow.is_empty() {
            self.store.record_allowed(&draft.note.id, &draft.note.allowed)?;
        }
        self.desk.adopt(&draft.note);
        Ok(draft)
    }

    /// Why an approved note is not what would be approved now, whoever wrote it: a text that says
    /// "today" is not that of yesterday, and one to an old address is for nobody.
    fn stale(&self, note: &Note, departs: DateTime<FixedOffset>) -> Option<&'static str> {
        if note.state != State::Approved || note.offers > 0 {
            return None;
        }
        if self.desk.is_readdressed(note) {
            return Some("its recipient has another address now");
        }
        (note.departs_on != departs.date_naive()).then_some("the day that it speaks of has passed")
    }

    /// Whether a note that is early waits where no person decides: thanks for an interview that
    /// has not ended, and replies that want a pause. Other thanks are early only by custom.
    fn must_wait(&self, note: &Note) -> bool {
        let application = self.desk.application(&note.application);
        let interview = application.and_then(|application| application.interview(note.round));
        note.kind != NoteKind::ThankYou || interview.is_some_and(|interview| interview.ended > self.now)
    }

    fn blocked(&self, draft: &Draft) -> Vec<Finding> {
        draft
            .findings
            .iter()
            .filter(|finding| finding.severity == Severity::Block)
            .filter(|finding| !draft.note.allowed.iter().any(|name| name == finding.name))
            .cloned()
            .collect()
    }

    /// Shows the note and asks; a blocked note cannot be sent, only mended or left.
    fn ask(&mut self, draft: &Draft, blocked: &[Finding], departs: DateTime<FixedOffset>) -> Result<Word> {
        let note = &draft.note;
        let hint = format!("`thanks send {} --yes` sends what `thanks draft` has shown", note.id);
        if !self.terminal.is_interactive() {
            let why = "there is no terminal to ask on";
            return Err(Problem::new(Kind::NeedsYou, why).detail("nothing was sent").hint(hint).into());
        }
        self.terminal.say(&view::note_text(note));
        if let Some(difference) = &draft.difference {
            self.terminal.say("your words were kept; the record would now say:");
            self.terminal.say(difference);
        }
        let found = view::findings_text(&draft.findings);
        if !found.is_empty() {
            self.terminal.say(found.trim_end());
        }
        if self.trace == Trace::Record {
            self.store.remember_shown(&note.id, &note.shown_hash())?;
        }
        let application = self.desk.application(&note.application);
        let ended = application.and_then(|a| a.interview(note.round)).map(|interview| interview.ended);
        let rule = (self.desk.rules)(application.and_then(|a| a.country.as_deref()));
        let calendar = &rule.calendar;
        if let Some(advice) = departure::advice(&draft.step, calendar, ended, departs) {
            self.terminal.say(&advice);
        }
        let to = note.to.as_ref().map(|to| to.address.to_string()).unwrap_or_default();
        let is_fixed = note.offers > 0 && is_settled(note);
        let later = departure::later(&draft.step, calendar, self.now).filter(|_| note.send_after.is_none());
        let opening = departure::opening(&draft.step, calendar, self.now);
        let (prompt, letters) = if !blocked.is_empty() {
            ("This cannot go as it is. [e]dit [s]kip [q]uit: ".to_owned(), "esq")
        } else if is_fixed {
            (format!("Send to {to}, as it was offered before? [y]es [s]kip [q]uit: "), "ysq")
        } else if let Some(at) = note.send_after {
            let stamp = draft.step.zone.stamp(at.to_utc());
            (format!("Send to {to} on {stamp}? [y]es [e]dit [s]kip [q]uit: "), "yesq")
        } else if let Some(later) = later {
            let named = opening.map(|at| named(at, &draft.step.zone, self.now)).unwrap_or_default();
            debug_assert!(opening.is_none_or(|at| at == later), "the same moment is told and taken");
            (format!("Send to {to}? [y]es [l]ater{named} [e]dit [s]kip [q]uit: "), "ylesq")
        } else {
            (format!("Send to {to}? [y]es [e]dit [s]kip [q]uit: "), "yesq")
        };
        Ok(match (self.terminal.choose(&prompt, letters, &hint)?, later) {
            ('y', _) => Word::Send,
            ('l', Some(at)) => Word::Later(at),
            ('e', _) => Word::Edit,
            ('s', _) => Word::Skip,
            _ => Word::Quit,
        })
    }

    fn edit(&mut self, draft: Draft) -> Result<Note> {
        let mut note = draft.note;
        let before = self.store.note(&note.id)?;
        let text = edit_text(&mut note, self.environment, self.drafts)?;
        note.edited = Edited::ByOwner;
        if self.trace == Trace::Record {
            keep_edited(self.store, before.as_ref(), &note, text, draft.step.zone.at(self.now))?;
            note.state = State::Drafted;
        } else {
            text.discard();
        }
        Ok(note)
    }

    /// The bytes that were agreed to. The word of a person is frozen at once, that of `--yes` for
    /// all notes together.
    fn go(&mut self, draft: Draft) -> Result<Verdict> {
        let note = &draft.note;
        // What was offered once keeps its bytes when it is approved again.
        let is_frozen = note.state == State::Approved || (note.offers > 0 && is_settled(note));
        let wire = match is_frozen {
            true => match self.store.wire(&note.id) {
                Ok(wire) => wire.bytes,
                Err(error) if error.downcast_ref::<Problem>().is_some_and(|p| p.kind == Kind::TryAgain) => {
                    // Another command made it a draft again; what it says now was not seen.
                    return Ok(Verdict::NotSeen { draft });
                }
                Err(error) => return Err(error),
            },
            false => wire_of(note, self.desk.sender.zone.at(self.now))?,
        };
        let mut verdicts = [Verdict::Go { draft, wire }];
        if self.consent == Consent::Ask {
            self.approve(&mut verdicts)?;
        }
        let [verdict] = verdicts;
        Ok(verdict)
    }

    /// Freezes what may go. What another command has changed meanwhile was not seen; what it has
    /// approved as well may still go, and whoever claims it first sends it.
    fn approve(&mut self, verdicts: &mut [Verdict]) -> Result<()> {
        let now = self.desk.sender.zone.at(self.now);
        let waiting = verdicts.iter().filter_map(|verdict| match verdict {
            Verdict::Go { draft, wire }
                if draft.note.state != State::Approved || self.is_replanned(draft) =>
            {
                let send_after = draft.note.send_after;
                let departs = send_after.unwrap_or(now);
                let send_before = draft.step.latest.filter(|latest| *latest > departs);
                Some((&draft.note, Approval { wire, send_before, send_after }))
            }
            _ => None,
        });
        let waiting: Vec<(&Note, Approval<'_>)> = waiting.collect();
        let approved = match waiting.is_empty() {
            true => Vec::new(),
            false => self.store.approve(&waiting, now)?,
        };
        let approved: HashSet<NoteId> = approved.into_iter().collect();
        for verdict in verdicts.iter_mut() {
            let Verdict::Go { draft, wire } = verdict else { continue };
            if approved.contains(&draft.note.id) {
                draft.note.state = State::Approved;
            } else if draft.note.state != State::Approved {
                let known = self.store.note(&draft.note.id)?.context("a note has gone")?;
                let is_same = known.shown_hash() == draft.note.shown_hash();
                if is_out_of_hand(&known) {
                    *verdict = elsewhere(known);
                } else if known.state == State::Approved && is_same {
                    draft.note.state = State::Approved;
                    *wire = self.store.wire(&known.id)?.bytes;
                } else {
                    *verdict = Verdict::NotSeen { draft: draft.clone() };
                }
            }
        }
        for verdict in verdicts {
            if let Verdict::Go { draft, .. } = verdict
                && let Some(at) = draft.note.send_after
            {
                *verdict = Verdict::Later { draft: draft.clone(), at };
            }
        }
        Ok(())
    }

    /// Whether an approved note is to leave at another time than the record says.
    fn is_replanned(&self, draft: &Draft) -> bool {
        let known = self.desk.notes.with_id(&draft.note.id);
        known.is_some_and(|known| known.send_after != draft.note.send_after)
    }
}

/// A moment in a prompt: the time alone where it is today's.
fn named(at: DateTime<FixedOffset>, zone: &Zone, now: DateTime<Utc>) -> String {
    match at.date_naive() == zone.at(now).date_naive() {
        true => format!(", {}", at.format("%H:%M")),
        false => format!(", {}", at.format("%a %-d %b %H:%M")),
    }
}

/// Whether the note is with its owner or with another sender, or was settled, so that there is
/// nothing to review.
fn is_out_of_hand(note: &Note) -> bool {
    !note.state.is_pending() && note.state != State::Refused
}

fn elsewhere(note: Note) -> Verdict {
    if note.state == State::Unsure { Verdict::InDoubt { note } } else { Verdict::Elsewhere { note } }
}
