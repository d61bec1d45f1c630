//! The whole of an application as one text in its owner's editor. Nothing is taken from it that
//! the flags would refuse, and a refused text stays in its file.

mod document;

use anyhow::Result;
use serde::Serialize;

use super::App;
use crate::adapters::editor;
use crate::adapters::store::{Store, Which};
use crate::domain::application::Application;
use crate::domain::note::Note;
use crate::domain::outbox::Event;
use crate::domain::problem::{Kind, Problem};
use crate::domain::view;
use crate::flow::choose;

/// Change everything about an application in $EDITOR
///
/// Examples:
///   thanks edit acme
///   EDITOR="code --wait" thanks edit acme
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[arg(value_name = "APP")]
    application: String,
}

#[derive(Debug, Serialize)]
pub struct Report {
    pub application: String,
    pub changed: bool,
    /// Notes whose person or round is gone.
    pub withdrawn: Vec<String>,
}

pub fn run(args: &Args, app: &mut App) -> Result<Report> {
    let mut store = app.store()?;
    let applications = store.applications(Which::All)?;
    let before = choose::application(&applications, &args.application)?;
    let notes = store.notes(Which::One(&before.slug))?;
    let mut text = document::write(before);
    loop {
        let edited = editor::edit(
            app.environment.editor_command(),
            &app.paths.data_dir,
            &before.slug,
            ".toml",
            &text,
        )?;
        let read = document::read(&edited.text, before, app.now)
            .and_then(|after| may_go(before, &after, &notes).map(|()| after));
        match read {
            Ok(after) => {
                let report = write(&mut store, before, &after, &notes, app)?;
                edited.discard();
                return Ok(report);
            }
            Err(problem) => {
                let problem =
                    problem.detail(format!("nothing was changed; your text is in {}", edited.path.display()));
                if !app.terminal.is_interactive() {
                    return Err(problem.into());
                }
                app.terminal.say(view::problem_text(&problem).trim_end());
                if app.terminal.choose("[e]dit again [q]uit: ", "eq", "mend the text")? == 'q' {
                    return Err(Problem::new(Kind::Declined, "the text was not taken")
                        .detail(format!("nothing was changed; it is in {}", edited.path.display()))
                        .into());
                }
                text.clone_from(&edited.text);
                edited.discard();
            }
        }
    }
}

/// Somebody whose note is with the server cannot be taken out of the record.
fn may_go(before: &Application, after: &Application, notes: &[Note]) -> Result<(), Problem> {
    let stuck = notes.iter().filter(|note| is_gone(after, note) && !is_gone(before, note));
    match stuck.into_iter().find(|note| !note.state.is_pending() && !is_over(note)) {
        Some(note) => Err(Problem::new(Kind::NeedsYou, format!("{} is {}", note.id, note.state.name()))
            .hint(format!("settle it first: `thanks mark {} sent` or `… not-sent`", note.id))),
        None => Ok(()),
    }
}

fn is_over(note: &Note) -> bool {
    use crate::domain::outbox::State;
    note.state.has_left() || matches!(note.state, State::Withdrawn | State::Refused)
}

fn is_gone(application: &Application, note: &Note) -> bool {
    application.person(&note.person).is_none() || application.interview(note.round).is_none()
}

fn write(
    store: &mut Store,
    before: &Application,
    after: &Application,
    notes: &[Note],
    app: &App,
) -> Result<Report> {
    let mut report = Report { application: before.slug.clone(), changed: false, withdrawn: Vec::new() };
    if before == after {
        return Ok(report);
    }
    let at = app.local_now();
    store.save_application(after, at, "edited")?;
    for note in notes.iter().filter(|note| note.state.is_pending() && is_gone(after, note)) {
        store.step(&note.id, Event::Withdraw, at, Some("its person or its round was taken out"))?;
        report.withdrawn.push(note.id.to_string());
    }
    report.changed = true;
    Ok(report)
}
