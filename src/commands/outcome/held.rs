//! Notes that are held back: what a reader is told of those that the last look before an offer kept,
//! which of them another machine has, and when the timer tries what could not go.

use anyhow::Result;

use super::told::{not_sent, plain};
use super::{Fate, NoteOutcome};
use crate::adapters::config;
use crate::adapters::store::{Store, Which};
use crate::commands::App;
use crate::domain::note::{Note, NoteId};
use crate::domain::outbox::State;
use crate::domain::policy::Step;
use crate::domain::problem::Kind;
use crate::domain::retry;
use crate::flow::compose::next_steps;
use crate::flow::deliver::Delivery;
use crate::flow::last_look::Held;
use crate::flow::outgoing::Verdict;

/// How a note that was held back stands now.
pub fn outcome(note: &Note, held: &Held) -> NoteOutcome {
    let to = note.to.as_ref().map(|to| to.address.to_string());
    match held {
        Held::SentBefore { at } => {
            let detail = format!("found in Sent, {}", at.to_rfc3339());
            plain(&note.id, to, State::Sent, None, &detail, Fate::SentBefore)
        }
        Held::Overtaken { why, state } => {
            let slug = &note.application;
            let hint = format!(
                "tell what it says: `thanks heard {slug} --decision WORDS`, `--rejected` or `--next-round`"
            );
            let fate = Fate::NotSent {
                word: "stopped",
                why: why.clone(),
                lines: Vec::new(),
                hint: why.ends_with("answered").then_some(hint),
            };
            plain(&note.id, to, *state, None, why, fate)
        }
        Held::Asked { why, hint } => {
            not_sent(note, to, Kind::NeedsYou, "waiting", why.clone(), Vec::new(), Some(hint.clone()))
        }
        Held::NotLooked(problem) => {
            let why = format!("no follow-up goes without a look at the mailbox: {}", problem.message);
            let lines = problem.details.iter().map(|line| format!("  {line}")).collect();
            let again = format!("it is kept; try again: `thanks nudge {}`", note.application);
            let hint = problem.hint.clone().unwrap_or(again);
            not_sent(note, to, problem.kind, "not sent", why, lines, Some(hint))
        }
        Held::Stopped => {
            let why = "stopped before it was sent".to_owned();
            let hint = Some(format!("`thanks send {}` asks again", note.id));
            not_sent(note, to, Kind::Declined, "kept", why, Vec::new(), hint)
        }
    }
}

/// Notes that were not to go, and that the look for the others has stopped: they no longer wait for
/// anything.
pub(super) fn stopped_meanwhile(
    store: &Store,
    verdicts: &[Verdict],
    notes: &mut [NoteOutcome],
) -> Result<()> {
    for (told, verdict) in notes.iter_mut().zip(verdicts) {
        let note = match verdict {
            Verdict::Blocked { draft, .. }
            | Verdict::NoAddress { draft, .. }
            | Verdict::NotSeen { draft }
            | Verdict::TooEarly { draft }
            | Verdict::Later { draft, .. } => &draft.note,
            _ => continue,
        };
        if let Some(known) = store.note(&note.id)?.filter(|known| known.state == State::Withdrawn) {
            let why = known.detail.clone().unwrap_or_else(|| "an answer came".to_owned());
            *told = outcome(&known, &Held::Overtaken { why, state: known.state });
        }
    }
    Ok(())
}

/// The lines about plans, without those that the look for the others has stopped.
pub(super) fn still_planned(store: &Store, planned: Vec<(NoteId, String)>) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for (id, line) in planned {
        if store.note(&id)?.is_some_and(|note| note.state == State::Approved) {
            lines.push(line);
        }
    }
    Ok(lines)
}

/// Whether a follow-up is due still, by the record as it is now.
pub fn is_due(app: &App, store: &Store, id: &NoteId) -> Result<bool> {
    let Some(slug) = id.as_str().split('/').next() else { return Ok(false) };
    let which = Which::One(slug);
    let (applications, notes) =
        store.at_one_moment(|store| Ok((store.applications(which)?, store.notes(which)?)))?;
    let rules = app.rules();
    let is_meant = |step: &Step| step.note_id() == *id && step.earliest <= step.zone.at(app.now);
    Ok(applications.iter().any(|application| {
        let rule = rules(application.country.as_deref());
        next_steps(application, &notes, &rule, &app.zone, app.now).iter().any(is_meant)
    }))
}

/// Tells the notes of another machine from those that another command has in hand here.
pub(super) fn by_another_machine(
    app: &App,
    store: &Store,
    mut verdicts: Vec<Verdict>,
) -> Result<Vec<Verdict>> {
    if !verdicts.iter().any(|verdict| matches!(verdict, Verdict::Elsewhere { .. })) {
        return Ok(verdicts);
    }
    let foreign = store.claimed_elsewhere(&config::machine_id(&app.paths)?)?;
    for verdict in &mut verdicts {
        if let Verdict::Elsewhere { note } = verdict
            && foreign.contains(&note.id)
        {
            *verdict = Verdict::OnAnotherMachine { note: note.clone() };
        }
    }
    Ok(verdicts)
}

/// What could not go is left alone by the timer for a while.
pub(super) fn put_off(app: &App, store: &mut Store, notes: &[&Note], delivery: &Delivery) {
    let now = app.moment();
    for note in notes {
        let Ok(Some(note)) = store.note(&note.id) else { continue };
        if note.state == State::Approved {
            let outcome = delivery.outcomes.iter().find(|outcome| outcome.id == note.id);
            let pause = outcome.map(|outcome| outcome.pause).unwrap_or_default();
            let until = retry::next_try(now, note.attempts, pause, note.send_before);
            // Without it there is one attempt more; that it failed is no reason to lose the report.
            let _ = store.put_off(&note.id, until);
        }
    }
}
