//! What became of a note, as `send` and `nudge` report it.

use anyhow::{Context, Result};
use chrono::{DateTime, FixedOffset};
use serde::Serialize;

use super::{App, Exit};
use crate::adapters::config;
use crate::adapters::store::Store;
use crate::domain::checks::{self, Severity};
use crate::domain::note::{Note, NoteId, NoteKind};
use crate::domain::outbox::State;
use crate::domain::problem::{Kind, Problem};
use crate::domain::text::printable;
use crate::domain::view;
use crate::flow::account::Account;
use crate::flow::compose::{Desk, Item, Wish};
use crate::flow::deliver::Outcome;
use crate::flow::enroll;
use crate::flow::outgoing::departure::Departure;
use crate::flow::outgoing::{Consent, Review, Trace, Verdict};
use crate::flow::post::{self, Post};
use crate::flow::timer;

#[derive(Debug, Default, Serialize)]
pub struct Report {
    pub notes: Vec<NoteOutcome>,
    /// Why no connection could be used.
    #[serde(skip)]
    pub trouble: Option<Problem>,
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
    pub planned: Vec<String>,
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

/// Shows the items, asks, sends what was agreed to, and reports on all of them.
pub fn review(
    app: &mut App,
    store: &mut Store,
    desk: Desk,
    chosen: Chosen,
    departure: Departure,
    how: &How,
) -> Result<Report> {
    let mut desk = desk;
    let Chosen { items, planned } = chosen;
    if items.is_empty() {
        return Ok(Report { notes: in_doubt(&desk), trouble: None, host: String::new(), next: planned });
    }
    if matches!(departure, Departure::Planned(_)) && !how.dry_run {
        timer::ensure(&app.environment, &app.paths, &app.terminal)?;
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
    let rehearsal = how.dry_run || how.to_me;
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
    let mut report = if how.dry_run {
        rehearsed(&verdicts, &account)
    } else if how.to_me {
        to_me(app, &account, &verdicts)?
    } else {
        deliver(app, store, &account, verdicts)?
    };
    report.notes.extend(doubts);
    report.next.extend(planned);
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
                chosen.planned.push(format!("{} goes {stamp}, as planned", item.id));
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
    Report { notes, trouble: None, host: account.server.host.clone(), next: Vec::new() }
}

/// The real bytes to one's own mailbox: no claim, no mark, no record.
fn to_me(app: &App, account: &Account, verdicts: &[Verdict]) -> Result<Report> {
    let me = app.sender().mailbox.context("the account has no address")?;
    let wires = verdicts.iter().filter_map(|verdict| match verdict {
        Verdict::Go { draft, wire } => Some((draft, wire)),
        _ => None,
    });
    let bytes: Vec<&[u8]> = wires.map(|(_, wire)| wire.as_slice()).collect();
    post::reflect(account, &app.terminal, &me.address, &bytes)?;
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
    Ok(Report { notes, trouble: None, host: account.server.host.clone(), next: Vec::new() })
}

/// Sends what was agreed to and reports on every note that was looked at.
fn deliver(app: &App, store: &mut Store, account: &Account, verdicts: Vec<Verdict>) -> Result<Report> {
    let ids: Vec<NoteId> = verdicts
        .iter()
        .filter_map(|verdict| match verdict {
            Verdict::Go { draft, .. } => Some(draft.note.id.clone()),
            _ => None,
        })
        .collect();
    let mut delivery = Default::default();
    if !ids.is_empty() {
        let machine = config::machine_id(&app.paths)?;
        let journal = app.journal();
        let now = || app.moment();
        let post = Post {
            store,
            journal: &journal,
            lock: post::lock(&app.paths)?,
            machine: &machine,
            account,
            terminal: &app.terminal,
            now: &now,
        };
        delivery = post::deliver(post, &ids)?;
    }
    let notes: Vec<NoteOutcome> = verdicts
        .iter()
        .map(|verdict| match verdict {
            Verdict::Go { draft, .. } => {
                let outcome = delivery.outcomes.iter().find(|outcome| outcome.id == draft.note.id);
                delivered(&draft.note, draft.thread_of, outcome)
            }
            verdict => undelivered(verdict),
        })
        .collect();
    let mut next = after_follow_ups(app, store, &notes)?;
    next.extend(after_plans(app, &notes));
    Ok(Report { notes, trouble: delivery.trouble, host: account.server.host.clone(), next })
}

/// The last note of a thread, for those whose first follow-up just went.
fn after_follow_ups(app: &App, store: &Store, notes: &[NoteOutcome]) -> Result<Vec<String>> {
    let followed = |fate: &Fate| matches!(fate, Fate::Sent { thread_of: Some(_), .. });
    if !notes.iter().any(|note| followed(&note.fate)) {
        return Ok(Vec::new());
    }
    let desk = app.compose(store)?;
    let steps = desk.items();
    Ok(notes
        .iter()
        .filter(|note| followed(&note.fate))
        .filter_map(|note| {
            let application = note.id.split('/').next()?;
            steps
                .iter()
                .find(|item| item.step.application == application && item.step.kind == NoteKind::CloseOut)
        })
        .map(|item| {
            let due = item.step.zone.stamp(item.step.due.to_utc());
            format!("one last note {due}, unless somebody answers")
        })
        .collect())
}

/// What its owner has to do for what is planned, where no timer does it.
fn after_plans(app: &App, notes: &[NoteOutcome]) -> Option<String> {
    let planned = notes.iter().any(|note| matches!(note.fate, Fate::Later { .. }));
    let why = planned.then(|| timer::idle(&app.environment, &app.paths))??;
    Some(format!("thanks schedule install, or thanks send at that time; {why}"))
}

fn delivered(
    note: &Note,
    thread_of: Option<DateTime<FixedOffset>>,
    outcome: Option<&Outcome>,
) -> NoteOutcome {
    let to = note.to.as_ref().map(|to| to.address.to_string());
    let Some(outcome) = outcome else {
        return not_sent(note, to, Kind::Bug, "failed", "it was not offered".into(), Vec::new(), None);
    };
    let detail = printable(&outcome.detail);
    let id = note.id.to_string();
    let (fate, kind) = match (&outcome.failure, outcome.state) {
        (None, _) => (Fate::Sent { at: outcome.at, thread_of }, None),
        (Some(Kind::InDoubt), _) => (Fate::InDoubt, Some(Kind::InDoubt)),
        (Some(kind), State::Unsure) => (Fate::InDoubt, Some(*kind)),
        (Some(kind), State::Refused) => {
            let hint = Some(format!(
                "`thanks edit {}` mends an address, then `thanks draft {id}`",
                note.application
            ));
            let word = "refused";
            (Fate::NotSent { word, why: detail.clone(), lines: Vec::new(), hint }, Some(*kind))
        }
        (Some(kind), State::Expired) => {
            let hint =
                Some(format!("`thanks draft {id}` shows the late wording, `thanks send {id}` asks again"));
            let word = "expired";
            (Fate::NotSent { word, why: detail.clone(), lines: Vec::new(), hint }, Some(*kind))
        }
        (Some(kind), state) if state != State::Approved => {
            let word = if state.has_left() { "settled" } else { "waiting" };
            (Fate::NotSent { word, why: detail.clone(), lines: Vec::new(), hint: None }, Some(*kind))
        }
        (Some(kind), _) => {
            let hint = Some(format!("it is kept as approved; try again: `thanks send {id}`"));
            let word = "not sent";
            (Fate::NotSent { word, why: detail.clone(), lines: Vec::new(), hint }, Some(*kind))
        }
    };
    NoteOutcome {
        id,
        to,
        state: outcome.state.name(),
        exit: kind.map_or(Exit::DONE, Exit::from),
        detail,
        fate,
        kind,
    }
}

/// What a verdict other than `Go` comes to.
fn undelivered(verdict: &Verdict) -> NoteOutcome {
    match verdict {
        Verdict::Go { draft, .. } => {
            let to = draft.note.to.as_ref().map(|to| to.address.to_string());
            plain(&draft.note.id, to, draft.note.state, None, "would send", Fate::WouldSend)
        }
        Verdict::Blocked { draft, findings } => {
            let to = draft.note.to.as_ref().map(|to| to.address.to_string());
            let why = findings.first().map(|finding| finding.message.clone()).unwrap_or_default();
            let lines = view::findings_text(findings).lines().map(str::to_owned).collect();
            let allow: Vec<String> = findings
                .iter()
                .filter(|finding| finding.severity == Severity::Block)
                .map(|finding| format!("--allow {}", finding.name))
                .collect();
            let id = &draft.note.id;
            let hint = format!("`thanks draft {id} --edit`, or `thanks send {id} {}`", allow.join(" "));
            not_sent(&draft.note, to, Kind::Declined, "blocked", why, lines, Some(hint))
        }
        Verdict::NoAddress { draft, name } => {
            let note = &draft.note;
            let due = draft.step.latest.unwrap_or(draft.step.due);
            let why = format!("no address, due {}", draft.step.zone.stamp(due.to_utc()));
            let lines = vec![
                format!("         thanks add {} --with \"{} <address>\"", note.application, printable(name)),
                format!("         thanks draft {} --body", note.id),
            ];
            not_sent(note, None, Kind::NeedsYou, "waiting", why, lines, None)
        }
        Verdict::NotSeen { draft } => {
            let to = draft.note.to.as_ref().map(|to| to.address.to_string());
            let why = match draft.note.shown {
                None => "it was not shown before".to_owned(),
                Some(_) => "it changed since it was shown".to_owned(),
            };
            let hint = format!("`thanks draft {}` shows it", draft.note.id);
            not_sent(&draft.note, to, Kind::NeedsYou, "waiting", why, Vec::new(), Some(hint))
        }
        Verdict::InDoubt { note } => {
            let to = note.to.as_ref().map(|to| to.address.to_string());
            let detail = note.detail.clone().unwrap_or_else(|| "nobody can tell whether it arrived".into());
            plain(&note.id, to, note.state, Some(Kind::NeedsYou), &detail, Fate::InDoubt)
        }
        Verdict::Elsewhere { note } => {
            let to = note.to.as_ref().map(|to| to.address.to_string());
            let (word, why) = match note.state {
                State::Claimed | State::Sending => ("waiting", "another command is sending it".to_owned()),
                state => ("settled", format!("it is {} already", state.name())),
            };
            let kind = if word == "waiting" { Kind::TryAgain } else { Kind::Declined };
            not_sent(note, to, kind, word, why, Vec::new(), None)
        }
        Verdict::Skipped { id } => {
            plain(id, None, State::Drafted, Some(Kind::Declined), "skipped", Fate::Skipped)
        }
        Verdict::Later { draft, at } => {
            let to = draft.note.to.as_ref().map(|to| to.address.to_string());
            let detail = format!("planned for {}", at.to_rfc3339());
            plain(&draft.note.id, to, State::Approved, None, &detail, Fate::Later { at: *at })
        }
    }
}

fn plain(
    id: &NoteId,
    to: Option<String>,
    state: State,
    kind: Option<Kind>,
    detail: &str,
    fate: Fate,
) -> NoteOutcome {
    NoteOutcome {
        id: id.to_string(),
        to,
        state: state.name(),
        exit: kind.map_or(Exit::DONE, Exit::from),
        detail: printable(detail),
        fate,
        kind,
    }
}

fn not_sent(
    note: &Note,
    to: Option<String>,
    kind: Kind,
    word: &'static str,
    why: String,
    lines: Vec<String>,
    hint: Option<String>,
) -> NoteOutcome {
    let detail = why.clone();
    plain(&note.id, to, note.state, Some(kind), &detail, Fate::NotSent { word, why, lines, hint })
}
