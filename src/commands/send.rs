//! Thank-yous and replies: show, ask, and send each once.

use anyhow::Result;

use super::App;
use super::outcome::{self, How};
use crate::domain::note::NoteKind;
use crate::flow::outgoing::departure::{self, Departure};

pub use super::outcome::Report;

/// Send thank-yous and replies: shows each note, asks, and sends it once
///
/// Examples:
///   thanks send                         everything that is next, one question a note
///   thanks send jane --yes              what `thanks draft` has shown, unchanged
///   thanks send jane --at "tomorrow 9:00"   approved now, sent then
///   thanks send --dry-run               says what would be sent, and leaves no trace
///   thanks send --to-me                 the real message, but to your own mailbox
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Which notes: acme/jane, jane, or acme for all of them
    #[arg(value_name = "NOTE")]
    notes: Vec<String>,
    /// Send at a moment ahead, by the timer: "tomorrow 9:00", on your own clock
    #[arg(long, value_name = "WHEN", conflicts_with = "to_me")]
    at: Option<String>,
    #[command(flatten)]
    how: How,
}

pub fn run(args: &Args, app: &mut App) -> Result<Report> {
    let store = match args.notes.is_empty() {
        true => app.existing_store()?,
        false => Some(app.store()?),
    };
    let Some(mut store) = store else { return Ok(Report::default()) };
    let desk = app.compose(&store)?;
    let departure = match &args.at {
        Some(text) => departure::read("--at", text, app.now, &app.zone, app.country().as_deref())?,
        None => Departure::Now,
    };
    let items = desk.choose(&args.notes, |kind| !NoteKind::is_follow_up(kind))?;
    let chosen = outcome::chosen(&desk, items, &args.notes);
    outcome::review(app, &mut store, desk, chosen, departure, &args.how, None)
}
