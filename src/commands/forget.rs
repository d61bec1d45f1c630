//! Erases an application: people, topics and texts. What was offered to a server stays known by
//! its id alone, so that it is never offered again.

use anyhow::Result;
use serde::Serialize;

use super::App;
use crate::adapters::store::Which;
use crate::domain::problem::{Kind, Problem};
use crate::flow::choose;
use crate::flow::record::in_doubt;

/// Erase an application: people, topics and texts
///
/// The ids of notes that were offered to a server stay in the journal, so that nothing is ever
/// sent twice. This cannot be undone.
///
/// Examples:
///   thanks forget acme
///   thanks forget acme --yes            without a question
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[arg(value_name = "APP")]
    application: String,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

#[derive(Debug, Serialize)]
pub struct Report {
    pub application: String,
    pub people: usize,
    pub notes: usize,
}

pub fn run(args: &Args, app: &mut App) -> Result<Report> {
    let mut store = app.store()?;
    let applications = store.applications(Which::All)?;
    let application = choose::application(&applications, &args.application)?;
    let slug = &application.slug;
    let notes = store.notes(Which::One(slug))?;
    if let Some(doubtful) = in_doubt(&notes).first() {
        return Err(Problem::new(Kind::NeedsYou, format!("{doubtful} may have been sent"))
            .detail("nothing was erased")
            .hint(format!("settle it first: `thanks mark {doubtful} sent` or `… not-sent`"))
            .into());
    }
    if !args.yes {
        let people = counted(application.people.len(), "person", "people");
        let count = counted(notes.len(), "note", "notes");
        let hint = format!("`thanks forget {slug} --yes` erases it without a question");
        if !app.terminal.is_interactive() {
            return Err(Problem::new(Kind::NeedsYou, format!("erasing {slug} cannot be undone"))
                .detail("nothing was erased")
                .hint(hint)
                .into());
        }
        let prompt = format!("This erases {people} and {count}. Type {slug} to go on: ");
        if app.terminal.ask(&prompt, &hint)? != *slug {
            return Err(Problem::new(Kind::Declined, format!("{slug} was kept"))
                .detail("nothing was erased")
                .into());
        }
    }
    store.forget_application(slug)?;
    Ok(Report { application: slug.clone(), people: application.people.len(), notes: notes.len() })
}

/// `1 note`, `2 notes`.
pub fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
