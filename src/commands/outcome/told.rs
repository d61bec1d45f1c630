//! What became of one note, in the words of a report.

use chrono::{DateTime, FixedOffset};

use super::{Fate, NoteOutcome};
use crate::commands::Exit;
use crate::domain::checks::Severity;
use crate::domain::delivery_failure::{Cause, Flaw};
use crate::domain::note::{Note, NoteId};
use crate::domain::outbox::State;
use crate::domain::problem::Kind;
use crate::domain::text::printable;
use crate::domain::view;
use crate::flow::deliver::Outcome;
use crate::flow::outgoing::Verdict;

pub(super) fn delivered(
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
            let change = match outcome.cause {
                Some(Cause::Note(Flaw::Address)) => {
                    format!("correct the address with `thanks edit {}`", note.application)
                }
                Some(Cause::Note(Flaw::Size)) => format!("shorten the text with `thanks draft {id} --edit`"),
                _ => format!("change the text with `thanks draft {id} --edit`"),
            };
            let hint = Some(format!("{change}; it is offered again only after `thanks draft {id}`"));
            let word = "refused";
            (Fate::NotSent { word, why: detail.clone(), lines: Vec::new(), hint }, Some(*kind))
        }
        (Some(kind), State::Expired) => {
            let hint =
                Some(format!("`thanks draft {id}` shows the late wording, `thanks send {id}` asks again"));
            let word = "expired";
            (Fate::NotSent { word, why: detail.clone(), lines: Vec::new(), hint }, Some(*kind))
        }
        // A full disk does not even take that it was not sent.
        (Some(kind), State::Claimed) => {
            let hint = format!("it is kept; when the record can be written again: `thanks send {id}`");
            (
                Fate::NotSent { word: "not sent", why: detail.clone(), lines: Vec::new(), hint: Some(hint) },
                Some(*kind),
            )
        }
        // Something has changed since it was approved.
        (Some(kind), State::Drafted) => {
            let hint = Some(format!("`thanks send {id}` shows it as it is now and asks again"));
            let word = "waiting";
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
pub(super) fn undelivered(verdict: &Verdict) -> NoteOutcome {
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
            let allow = format!("`thanks send {id} {}`", allow.join(" "));
            let hint = match draft.note.offers {
                0 => format!("`thanks draft {id} --edit`, or {allow}"),
                // What was offered once is never changed.
                _ => allow,
            };
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
        Verdict::OnAnotherMachine { note } => {
            let to = note.to.as_ref().map(|to| to.address.to_string());
            let why = "another machine has it in hand; this one leaves it alone".to_owned();
            let hint = "`thanks send` on that machine settles it".to_owned();
            not_sent(note, to, Kind::NeedsYou, "waiting", why, Vec::new(), Some(hint))
        }
        Verdict::TooEarly { draft } => {
            let to = draft.note.to.as_ref().map(|to| to.address.to_string());
            let why = format!("not before {}", draft.step.zone.stamp(draft.step.earliest.to_utc()));
            not_sent(&draft.note, to, Kind::Declined, "early", why, Vec::new(), None)
        }
        Verdict::Skipped { note } => {
            let to = note.to.as_ref().map(|to| to.address.to_string());
            plain(&note.id, to, note.state, Some(Kind::Declined), "skipped", Fate::Skipped)
        }
        Verdict::Later { draft, at } => {
            let to = draft.note.to.as_ref().map(|to| to.address.to_string());
            let detail = format!("planned for {}", at.to_rfc3339());
            plain(&draft.note.id, to, State::Approved, None, &detail, Fate::Later { at: *at })
        }
    }
}

pub(super) fn plain(
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

pub(super) fn not_sent(
    note: &Note,
    to: Option<String>,
    kind: Kind,
    word: &'static str,
    why: String,
    lines: Vec<String>,
    hint: Option<String>,
) -> NoteOutcome {
    let why = printable(&why);
    let detail = why.clone();
    plain(&note.id, to, note.state, Some(kind), &detail, Fate::NotSent { word, why, lines, hint })
}
