//! Settles what only its owner can know: whether a note went out.

use anyhow::Result;
use chrono::{DateTime, FixedOffset};
use serde::Serialize;

use super::App;
use crate::adapters::journal::SendLock;
use crate::adapters::store::Store;
use crate::domain::note::{Note, NoteId};
use crate::domain::outbox::{Event, State};
use crate::domain::problem::{Kind, Problem};

/// Say whether a note went out: for one in doubt, or one that you sent by hand
///
/// Examples:
///   thanks mark acme/jane sent          it is in your Sent folder, or you pasted it elsewhere
///   thanks mark acme/jane not-sent      it never arrived: the same bytes may be offered again
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// A note: acme/jane, or jane where there is only one
    #[arg(value_name = "NOTE")]
    note: String,
    /// What became of it
    fate: Fate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Fate {
    Sent,
    NotSent,
}

#[derive(Debug, Serialize)]
pub struct Report {
    pub id: String,
    pub state: &'static str,
    /// Whether the same bytes may go out again.
    #[serde(skip)]
    pub offered_again: bool,
}

pub fn run(args: &Args, app: &mut App) -> Result<Report> {
    let mut store = app.store()?;
    let app = &*app;
    // A note that is read here is still in that state when it takes its step.
    store.atomically(|store| mark(args, store, app))
}

fn mark(args: &Args, store: &mut Store, app: &App) -> Result<Report> {
    let desk = app.compose(store)?;
    let note = find(&desk.notes, &args.note)?;
    let id = note.id.clone();
    let at = app.local_now();
    let state = match (args.fate, note.state) {
        (Fate::Sent, State::Unsure | State::Drafted | State::Approved) => {
            store.record_sent(&id, Event::ConfirmSent, at, "as told by its owner", None)?;
            State::Sent
        }
        (Fate::Sent, State::Refused | State::Expired) => {
            store.step(&id, Event::Redraft, at, Some("sent by hand, as told by its owner"))?;
            store.record_sent(&id, Event::ConfirmSent, at, "as told by its owner", None)?;
            State::Sent
        }
        (Fate::NotSent, State::Unsure) => {
            store.step(&id, Event::ConfirmNotSent, at, Some("not sent, as told by its owner"))?
        }
        (Fate::Sent, State::Sent | State::Answered) => note.state,
        (fate, State::Claimed | State::Sending) => {
            let Some(_lock) = SendLock::try_take(&app.paths.lock)? else {
                return Err(Problem::new(Kind::TryAgain, format!("{id} is being sent"))
                    .detail("nothing was changed")
                    .hint("`thanks status` says what became of it")
                    .into());
            };
            release_claim(store, &id, note.state, fate, at)?
        }
        (fate, state) => return Err(impossible(&id, fate, state).into()),
    };
    Ok(Report { id: id.to_string(), state: state.name(), offered_again: state == State::Approved })
}

/// A claim of another computer, since what the dead of this one left was put right: its owner knows
/// what became of it.
fn release_claim(
    store: &mut Store,
    id: &NoteId,
    state: State,
    fate: Fate,
    at: DateTime<FixedOffset>,
) -> Result<State> {
    let event = if state == State::Claimed { Event::Release } else { Event::Lose };
    let known = store.step(id, event, at, Some("begun on another computer"))?;
    match fate {
        Fate::Sent => {
            store.record_sent(id, Event::ConfirmSent, at, "as told by its owner", None)?;
            Ok(State::Sent)
        }
        Fate::NotSent if known == State::Unsure => {
            store.step(id, Event::ConfirmNotSent, at, Some("not sent, as told by its owner"))
        }
        Fate::NotSent => Ok(known),
    }
}

fn find<'a>(notes: &'a [Note], name: &str) -> Result<&'a Note> {
    let exact = notes.iter().find(|note| note.id.as_str() == name);
    let close: Vec<&Note> = notes
        .iter()
        .filter(|note| note.id.as_str().split_once('/').is_some_and(|(_, rest)| rest == name))
        .collect();
    match (exact, close.as_slice()) {
        (Some(note), _) => Ok(note),
        (None, [note]) => Ok(note),
        (None, []) => Err(Problem::new(Kind::NotFound, format!("no note {name}"))
            .detail("only a note that was drafted can be marked")
            .hint(format!("`thanks draft {name}` drafts it; `thanks status` names the notes"))
            .into()),
        (None, several) => {
            let ids: Vec<&str> = several.iter().map(|note| note.id.as_str()).collect();
            Err(Problem::new(Kind::NotFound, format!("{name} means more than one note"))
                .detail(format!("it may be {}", ids.join(", ")))
                .into())
        }
    }
}

fn impossible(id: &NoteId, fate: Fate, state: State) -> Problem {
    let told = match fate {
        Fate::Sent => "sent",
        Fate::NotSent => "not-sent",
    };
    Problem::new(Kind::Declined, format!("{id} is {}, and cannot be marked {told}", state.name()))
        .detail("nothing was changed")
        .hint(format!("`thanks show {id}` tells its story"))
}
