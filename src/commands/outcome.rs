//! What became of a note, as `send` and `nudge` report it.

mod delivering;
mod held;
mod told;

use anyhow::{Context, Result};
use chrono::{DateTime, FixedOffset};
use serde::Serialize;

use super::{App, Exit};
use crate::adapters::store::Store;
use crate::domain::checks;
use crate::domain::note::{Note, NoteId};
use crate::domain::outbox::State;
use crate::domain::problem::{Kind, Problem};
use crate::flow::account::Account;
use crate::flow::compose::{Desk, Item, Wish};
use crate::flow::enroll;
use crate::flow::last_look::{LastLook, Voice};
use crate::flow::mailbox::Mailbox;
use crate::flow::outgoing::departure::Departure;
use crate::flow::outgoing::{Consent, Review, Trace, Verdict, wire_of};
use crate::flow::post;
use crate::flow::refusal::Admission;
use crate::flow::timer;
use told::{plain, undelivered};

pub(super) use delivering::{Manner, deliver};

#[derive(Debug, Default, Serialize)]
pub struct Report {
    pub notes: Vec<NoteOutcome>,
    /// Why no connection could be used.
    #[serde(skip)]
    pub trouble: Option<Problem>,
    /// What the server said to the login.
    #[serde(skip)]
    pub admission: Admission,
    /// The server that took what was sent.
    #[serde(skip)]
    pub host: String,
    /// What the calendar holds after a follow-up.
    #[serde(skip)]
    pub next: Vec<String>,
}

/// One note, and how it stands now.
#[derive(Debug, Serialize)]
pub struct NoteOutcome {
    pub id: String,
    pub to: Option<String>,
    pub state: &'static str,
    pub exit: Exit,
    pub detail: String,
    #[serde(skip)]
    pub fate: Fate,
    #[serde(skip)]
    pub kind: Option<Kind>,
}

/// What a reader is told about it.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    Sent {
        at: DateTime<FixedOffset>,
        /// When the note that it follows went out.
        thread_of: Option<DateTime<FixedOffset>>,
    },
    /// It went out from elsewhere, as its copy says.
    SentBefore,
    WouldSend,
    SentToMe,
    /// Not sent, and why; what may be typed next.
    NotSent {
        word: &'static str,
        why: String,
        lines: Vec<String>,
        hint: Option<String>,
    },
    InDoubt,
    Skipped,
    /// Approved, for a departure ahead.
    Later {
        at: DateTime<FixedOffset>,
    },
}

impl Report {
    pub fn gravest(&self) -> Option<Kind> {
        let trouble = self.trouble.iter().map(|trouble| trouble.kind);
        Kind::gravest(self.notes.iter().filter_map(|note| note.kind).chain(trouble))
    }
}

/// What is looked at now, and a line for each note that was left to its plan.
#[derive(Debug, Default)]
pub struct Chosen {
    pub items: Vec<Item>,
    pub planned: Vec<(NoteId, String)>,
}

/// How notes are sent, thank-yous and follow-ups alike.
#[derive(Debug, clap::Args)]
pub struct How {
    /// Send without asking what was shown before and has not changed since
    #[arg(short, long)]
    yes: bool,
    /// Do everything but send and remember
    #[arg(long, conflicts_with = "to_me")]
    dry_run: bool,
    /// Send each note to yourself, with its real headers; nothing is recorded
    #[arg(long)]
    to_me: bool,
    /// Override a check by its name; recorded with the note
    #[arg(long, value_name = "CHECK", value_parser = checks::NAMES)]
    allow: Vec<String>,
}

impl How {
    /// Whether nothing is to be sent to anybody else, and nothing remembered.
    pub fn is_rehearsal(&self) -> bool {
        self.dry_run || self.to_me
    }

    /// Whether its owner is asked about each note.
    pub fn asks(&self) -> bool {
        !self.is_rehearsal() && !self.yes
    }
}

/// Shows the items, asks, sends what was agreed to, and reports on all of them.
pub fn review(
    app: &mut App,
    store: &mut Store,
    desk: Desk,
    chosen: Chosen,
    departure: Departure,
    how: &How,
    mailbox: Option<Mailbox>,
) -> Result<Report> {
    let mut desk = desk;
    let Chosen { items, planned } = chosen;
    if items.is_empty() {
        return Ok(Report {
            notes: in_doubt(&desk),
            next: planned.into_iter().map(|(_, line)| line).collect(),
            ..Report::default()
        });
    }
    if matches!(departure, Departure::Planned(_)) && !how.dry_run {
        timer::ensure(&app.environment, &app.paths, &app.terminal, app.now)?;
    }
    let account = match Account::configured(app.config.as_ref())? {
        Some(account) => account,
        None if app.terminal.is_interactive() && !how.dry_run => {
            let enrolled = enroll::by_questions(&app.paths, &app.terminal)?;
            app.config = Some(enrolled.config);
            desk = app.compose(store)?;
            enrolled.account
        }
        None => {
            return Err(Problem::new(Kind::Config, "no mail account is set up")
                .detail("nothing was sent")
                .hint("`thanks init` sets one up; `thanks draft --body` prints the text to paste elsewhere")
                .into());
        }
    };
    let rehearsal = how.is_rehearsal();
    let doubts = in_doubt(&desk);
    let mut review = Review {
        desk,
        store,
        terminal: &app.terminal,
        environment: &app.environment,
        drafts: &app.paths.data_dir,
        wish: Wish { allow: how.allow.clone(), ..Wish::default() },
        consent: match (rehearsal, how.yes) {
            (true, _) => Consent::Rehearsal,
            (false, true) => Consent::ShownBefore,
            (false, false) => Consent::Ask,
        },
        departure,
        trace: if rehearsal { Trace::Nothing } else { Trace::Record },
        now: app.now,
    };
    let verdicts = review.all(&items)?;
    let verdicts = held::by_another_machine(app, store, verdicts)?;
    let mut report = if how.dry_run {
        rehearsed(&verdicts, &account)
    } else if how.to_me {
        to_me(app, &account, &verdicts)?
    } else {
        deliver(app, store, account, mailbox, verdicts, Manner::TYPED)?
    };
    // What goes now has gone before anything else is asked.
    match after_plans(app, &report.notes) {
        Ok(next) => report.next.extend(next),
        // What went and what was planned is told all the same.
        Err(error) => app.terminal.say(&format!("warning: no timer was installed: {error:#}")),
    }
    report.notes.extend(doubts);
    match held::still_planned(store, planned) {
        Ok(planned) => report.next.extend(planned),
        Err(error) => app.terminal.say(&format!("warning: what is planned could not be read: {error:#}")),
    }
    Ok(report)
}

/// Sorts out what is approved for later and was not named: that goes when its time has come.
pub fn chosen(desk: &Desk, items: Vec<Item>, names: &[String]) -> Chosen {
    let ahead = |item: &Item| {
        let note = item.note.as_ref().filter(|note| note.state == State::Approved && names.is_empty())?;
        note.send_after.filter(|at| *at > desk.now)
    };
    let mut chosen = Chosen::default();
    for item in items {
        match ahead(&item) {
            Some(at) => {
                let stamp = item.step.zone.stamp(at.to_utc());
                let line = format!("{} goes {stamp}, as planned", item.id);
                chosen.planned.push((item.id, line));
            }
            None => chosen.items.push(item),
        }
    }
    chosen
}

/// Notes that only their owner can settle are said at every send.
fn in_doubt(desk: &Desk) -> Vec<NoteOutcome> {
    desk.notes
        .iter()
        .filter(|note| note.state == State::Unsure)
        .map(|note| undelivered(&Verdict::InDoubt { note: note.clone() }))
        .collect()
}

fn rehearsed(verdicts: &[Verdict], account: &Account) -> Report {
    let notes = verdicts.iter().map(undelivered).collect();
    Report { notes, host: account.server.host.clone(), ..Report::default() }
}

/// The real bytes to one's own mailbox: no claim, no mark, no record.
fn to_me(app: &App, account: &Account, verdicts: &[Verdict]) -> Result<Report> {
    let me = app.sender().mailbox.context("the account has no address")?;
    let mut wires = Vec::new();
    for verdict in verdicts {
        if let Verdict::Go { draft, .. } = verdict {
            let note = Note { message_id: draft.note.rehearsal_id(), ..draft.note.clone() };
            wires.push(wire_of(&note, app.local_now())?);
        }
    }
    let bytes: Vec<&[u8]> = wires.iter().map(Vec::as_slice).collect();
    post::reflect(account, &app.terminal, &me.address, &bytes, &app.interrupt)?;
    let notes = verdicts
        .iter()
        .map(|verdict| match verdict {
            Verdict::Go { draft, .. } => {
                let to = Some(me.address.to_string());
                plain(&draft.note.id, to, draft.note.state, None, "sent to yourself", Fate::SentToMe)
            }
            verdict => undelivered(verdict),
        })
        .collect();
    Ok(Report { notes, host: account.server.host.clone(), ..Report::default() })
}

/// A look for answers before follow-ups are shown. Those that are to wait or must not go, with what
/// is told of them.
pub fn look_for_answers(
    app: &App,
    store: &mut Store,
    mailbox: &mut Mailbox,
    notes: &[&Note],
) -> Result<Vec<NoteOutcome>> {
    let is_due = |store: &Store, id: &NoteId| held::is_due(app, store, id);
    let (terminal, zone, now, voice) = (&app.terminal, &app.zone, app.moment(), Voice::Full);
    let mut look = LastLook { mailbox, store, terminal, zone, now, voice, is_due: &is_due };
    let held = look.for_answers(notes).map_err(|error| match error.downcast::<Problem>() {
        Ok(problem) => {
            problem.detail("nothing was sent: no follow-up goes without a look at the mailbox").into()
        }
        Err(error) => error,
    })?;
    Ok(notes.iter().filter_map(|note| Some(held::outcome(note, held.get(&note.id)?))).collect())
}

/// A note that was looked at and not offered.
pub(super) fn held_back(note: &Note, kind: Kind, word: &'static str, why: &str) -> NoteOutcome {
    let to = note.to.as_ref().map(|to| to.address.to_string());
    told::not_sent(note, to, kind, word, why.to_owned(), Vec::new(), None)
}

/// A timer for what is planned, where there is none and its owner agrees; else what they have to
/// do.
fn after_plans(app: &App, notes: &[NoteOutcome]) -> Result<Option<String>> {
    if !notes.iter().any(|note| matches!(note.fate, Fate::Later { .. })) {
        return Ok(None);
    }
    timer::offer(&app.environment, &app.paths, &app.terminal, app.now)?;
    let why = timer::idle(&app.environment, &app.paths, app.now);
    Ok(why.map(|why| format!("thanks schedule install, or thanks send at that time; {why}")))
}
