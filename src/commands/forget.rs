//! Erases an application: people, topics and texts. What was offered to a server stays known by
//! its id alone, so that it is never offered again.

use anyhow::Result;
use serde::Serialize;

use super::App;
use crate::adapters::editor;
use crate::adapters::store::{Store, Which};
use crate::domain::application::Application;
use crate::domain::note::{Note, NoteId, NoteKind};
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
    /// An application: acme; `thanks status` names them
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
    may_go(&notes)?;
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
        let typed =
            app.terminal.ask(&prompt, &hint).map_err(|problem| problem.detail("nothing was erased"))?;
        if typed != *slug {
            return Err(Problem::new(Kind::Declined, format!("{slug} was kept"))
                .detail("nothing was erased")
                .into());
        }
    }
    let app = &*app;
    let report = store.atomically(|store| erase(slug, store, app))?;
    store.scrub()?;
    Ok(report)
}

/// Erases what is there now: a sender may have taken a note since its owner was asked.
fn erase(slug: &str, store: &mut Store, app: &App) -> Result<Report> {
    let applications = store.applications(Which::All)?;
    let application = choose::application(&applications, slug)?;
    let notes = store.notes(Which::One(slug))?;
    may_go(&notes)?;
    discard_texts(application, &applications, &notes, app)?;
    store.forget_application(slug)?;
    Ok(Report { application: slug.to_owned(), people: application.people.len(), notes: notes.len() })
}

/// A note that may have been sent is not forgotten before that is settled.
fn may_go(notes: &[Note]) -> Result<(), Problem> {
    match in_doubt(notes).first() {
        Some(doubtful) => Err(Problem::new(Kind::NeedsYou, format!("{doubtful} may have been sent"))
            .detail("nothing was erased")
            .hint(format!("settle it first: `thanks mark {doubtful} sent` or `… not-sent`"))),
        None => Ok(()),
    }
}

/// Removes what an editor left: the application, and its notes, also those that were never kept.
fn discard_texts(
    application: &Application,
    applications: &[Application],
    notes: &[Note],
    app: &App,
) -> Result<()> {
    let folder = &app.paths.data_dir;
    let others: Vec<String> =
        applications.iter().filter(|other| other.slug != application.slug).flat_map(stems).collect();
    let mut texts = stems(application);
    texts.extend(notes.iter().map(|note| stem(&note.id)));
    // `acme-jane/bob` and `acme/jane-bob` are edited under one name.
    texts.retain(|text| !others.contains(text));
    editor::discard_left(folder, &application.slug, ".toml")
        .and_then(|()| texts.iter().try_for_each(|text| editor::discard_left(folder, text, ".txt")))
        .map_err(|error| {
            Problem::new(Kind::LocalIo, format!("edited texts in {} cannot be removed", folder.display()))
                .detail(error.to_string())
                .detail(format!("{} is still recorded", application.slug))
        })?;
    Ok(())
}

/// The names under which its notes are edited.
fn stems(application: &Application) -> Vec<String> {
    let mut stems = Vec::new();
    for person in &application.people {
        for interview in &application.interviews {
            stems.extend(
                NoteKind::ALL.iter().map(|kind| {
                    stem(&NoteId::new(&application.slug, &person.key, *kind, interview.round, 1))
                }),
            );
        }
    }
    stems
}

fn stem(id: &NoteId) -> String {
    id.as_str().replace('/', "-")
}

/// `1 note`, `2 notes`.
pub fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
