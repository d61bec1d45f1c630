//! The whole of an application as one text in its owner's editor. Nothing is taken from it that
//! the flags would refuse, and a refused text stays in its file.

mod document;

use anyhow::Result;
use serde::Serialize;

use super::App;
use super::debrief::odd_about;
use crate::adapters::editor;
use crate::adapters::store::{Store, Which};
use crate::domain::address::Weight;
use crate::domain::application::{Application, Clash, Merged, merge};
use crate::domain::note::Note;
use crate::domain::outbox::Event;
use crate::domain::problem::{Kind, Problem};
use crate::domain::text::printable;
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
    /// An application: acme; `thanks status` names them
    #[arg(value_name = "APP")]
    application: String,
}

#[derive(Debug, Serialize)]
pub struct Report {
    pub application: String,
    pub changed: bool,
    /// Notes whose person or round is gone.
    pub withdrawn: Vec<String>,
    /// What is odd about people that have changed.
    pub notices: Vec<String>,
}

pub fn run(args: &Args, app: &mut App) -> Result<Report> {
    let mut store = app.store()?;
    let applications = store.applications(Which::All)?;
    let mut before = choose::application(&applications, &args.application)?.clone();
    let mut text = document::write(&before);
    let mut kept = Vec::new();
    loop {
        let edited = editor::edit(
            app.environment.editor_command(),
            &app.paths.data_dir,
            &before.slug,
            ".toml",
            &text,
        )?;
        let place = format!("nothing was changed; your text is in {}", edited.path.display());
        let read = document::read(&edited.text, &before, app.now)
            .and_then(|after| careful(&before, &after, app, &mut kept).map(|notices| (after, notices)));
        let problem = match read {
            Ok((after, notices)) => match write(&mut store, &before, &after, app) {
                Ok(Written::Done(mut report)) => {
                    report.notices.extend(notices);
                    edited.discard();
                    return Ok(report);
                }
                Ok(Written::Clashing(both)) => {
                    let (merged, current) = *both;
                    let problem = clashing(&current.slug, &merged.clashes);
                    // The next text starts from what is recorded now, with what both sides agree on.
                    text = document::write_clashing(&merged);
                    before = current;
                    problem
                }
                Err(error) => {
                    text.clone_from(&edited.text);
                    match error.downcast::<Problem>() {
                        Ok(problem) => problem,
                        Err(error) => return Err(error.context(place)),
                    }
                }
            },
            Err(problem) => {
                text.clone_from(&edited.text);
                problem
            }
        };
        let problem = told_once(problem, &place);
        if !app.terminal.is_interactive() || problem.kind == Kind::Interrupted {
            return Err(problem.into());
        }
        app.terminal.say(view::problem_text(&problem).trim_end());
        let answer = app.terminal.choose("[e]dit again [q]uit: ", "eq", "mend the text");
        if answer.map_err(|problem| problem.detail(&place))? == 'q' {
            return Err(Problem::new(Kind::Declined, "the text was not taken")
                .detail(format!("nothing was changed; it is in {}", edited.path.display()))
                .into());
        }
        // After a clash the next text is another one, so this one stays.
        if text == edited.text {
            edited.discard();
        }
    }
}

/// A problem that says once that nothing was changed, and where the text is.
fn told_once(mut problem: Problem, place: &str) -> Problem {
    problem.details.retain(|line| line != "nothing was changed");
    problem.detail(place)
}

/// Values that another command has changed as well, while the editor was open.
fn clashing(slug: &str, clashes: &[Clash]) -> Problem {
    let what = format!("another command changed {slug} while you were editing it");
    let lines = clashes.iter().map(|clash| {
        let Clash { what, mine, theirs } = clash;
        printable(&format!("  {what}: you have {mine}, the record now has {theirs}"))
    });
    let problem = lines.fold(Problem::new(Kind::NeedsYou, what), Problem::detail);
    problem.hint(format!("`thanks edit {slug}` shows what is recorded now"))
}

/// What is odd about people that are new or have changed: as at `add`, asked about on a terminal
/// where it is most likely wrong, else returned. `kept` is what is not asked about again.
fn careful(
    before: &Application,
    after: &Application,
    app: &App,
    kept: &mut Vec<String>,
) -> Result<Vec<String>, Problem> {
    let mut notices = Vec::new();
    for person in &after.people {
        if before.people.iter().any(|known| known.name == person.name && known.address == person.address) {
            continue;
        }
        for (weight, line) in odd_about(app, &person.name, person.address.as_ref()) {
            match weight {
                Weight::Mention if !notices.contains(&line) => notices.push(line),
                Weight::Mention => {}
                Weight::Ask if kept.contains(&line) => {}
                Weight::Ask => {
                    confirm(app, &line)?;
                    kept.push(line);
                }
            }
        }
    }
    Ok(notices)
}

fn confirm(app: &App, line: &str) -> Result<(), Problem> {
    if !app.terminal.is_interactive() {
        return Err(Problem::new(Kind::NeedsYou, line.to_owned())
            .hint("if it is right, edit it on a terminal and say so"));
    }
    app.terminal.say(&printable(line));
    match app.terminal.choose("Keep it? [y]es [n]o: ", "yn", "type it on a terminal")? {
        'y' => Ok(()),
        _ => Err(Problem::new(Kind::Declined, "the text was not taken")),
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

/// What became of an edited text.
enum Written {
    Done(Report),
    /// Another command changed the same values differently; nothing was written.
    Clashing(Box<(Merged, Application)>),
}

/// Joins what was edited to the record as it is now, in one transaction.
fn write(store: &mut Store, before: &Application, after: &Application, app: &App) -> Result<Written> {
    let at = app.local_now();
    store.update_application(&before.slug, at, |store, current| {
        let merged = merge(before, after, current);
        if !merged.clashes.is_empty() {
            return Ok((None, Written::Clashing(Box::new((merged, current.clone())))));
        }
        let merged = merged.application;
        let notes = store.notes(Which::One(&current.slug))?;
        may_go(current, &merged, &notes)?;
        let mut report = Report {
            application: current.slug.clone(),
            changed: merged != *current,
            withdrawn: Vec::new(),
            notices: Vec::new(),
        };
        if !report.changed {
            return Ok((None, Written::Done(report)));
        }
        if current != before {
            let slug = &current.slug;
            report.notices.push(format!("another command changed {slug} meanwhile; both changes were kept"));
        }
        for note in notes.iter().filter(|note| note.state.is_pending() && is_gone(&merged, note)) {
            store.step(&note.id, Event::Withdraw, at, Some("its person or its round was taken out"))?;
            report.withdrawn.push(note.id.to_string());
        }
        Ok((Some((merged, "edited".to_owned())), Written::Done(report)))
    })
}
