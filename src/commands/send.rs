//! Thank-yous and replies: show, ask, and send each once.

use anyhow::Result;

use super::App;
use super::outcome::{self, undelivered};
use crate::domain::note::NoteKind;
use crate::domain::problem::{Kind, Problem};
use crate::flow::account::Account;
use crate::flow::compose::Wish;
use crate::flow::enroll;
use crate::flow::outgoing::{Consent, Review, Trace, Verdict};
use crate::flow::post;

pub use super::outcome::Report;

/// Send thank-yous and replies: shows each note, asks, and sends it once
///
/// Examples:
///   thanks send                         everything that is next, one question a note
///   thanks send jane --yes              what `thanks draft` has shown, unchanged
///   thanks send --dry-run               says what would be sent, and leaves no trace
///   thanks send --to-me                 the real message, but to your own mailbox
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Which notes: acme/jane, jane, or acme for all of them
    #[arg(value_name = "NOTE")]
    notes: Vec<String>,
    #[command(flatten)]
    how: How,
}

/// How notes are sent, for thank-yous and follow-ups alike.
#[derive(Debug, clap::Args)]
pub struct How {
    /// Send without asking what was shown before and has not changed since
    #[arg(short, long)]
    pub yes: bool,
    /// Do everything but send and remember
    #[arg(long, conflicts_with = "to_me")]
    pub dry_run: bool,
    /// Send the note to yourself, with its real headers; nothing is recorded
    #[arg(long)]
    pub to_me: bool,
    /// Override a check by its name; recorded with the note
    #[arg(long, value_name = "CHECK")]
    pub allow: Vec<String>,
}

pub fn run(args: &Args, app: &mut App) -> Result<Report> {
    outcome::go(app, &args.notes, &args.how, |kind| !NoteKind::is_follow_up(kind))
}
