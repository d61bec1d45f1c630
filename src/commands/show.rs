//! The story of an application in the order of time, every attempt, or one note.

use anyhow::Result;
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::Serialize;

use super::App;
use crate::adapters::store::{Attempt, Store, Which};
use crate::domain::application::{Application, Status};
use crate::domain::note::Note;
use crate::domain::problem::{Kind, Problem};
use crate::domain::view;
use crate::flow::choose;

/// Show the story of an application, or one of its notes
///
/// Examples:
///   thanks show acme                    who, what, and what happened when
///   thanks show acme --log              every attempt, one line each
///   thanks show --log                   the attempts of all applications
///   thanks show acme/jane               that note, its state and its history
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// An application or one of its notes: acme, acme/jane
    #[arg(value_name = "APP", required_unless_present = "log")]
    name: Option<String>,
    /// Every attempt, one line each, with what the server said
    #[arg(long)]
    log: bool,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Report {
    Story(Box<Story>),
    Log(Log),
    Note(Box<NoteStory>),
}

#[derive(Debug, Serialize)]
pub struct Story {
    pub application: String,
    pub company: String,
    pub role: String,
    pub is_open: bool,
    pub reason: Option<String>,
    pub decision: Option<String>,
    pub decision_by: Option<NaiveDate>,
    pub people: Vec<PersonView>,
    pub story: Vec<Moment>,
}

#[derive(Debug, Serialize)]
pub struct PersonView {
    pub id: String,
    pub name: String,
    pub address: Option<String>,
    /// What was talked about, in all rounds.
    pub topics: Vec<String>,
}

/// One line of a story.
#[derive(Debug, Serialize)]
pub struct Moment {
    pub at: DateTime<FixedOffset>,
    pub what: String,
}

#[derive(Debug, Serialize)]
pub struct Log {
    /// `None` where those of all applications were asked for.
    pub application: Option<String>,
    pub attempts: Vec<AttemptView>,
}

#[derive(Debug, Serialize)]
pub struct AttemptView {
    pub at: DateTime<FixedOffset>,
    pub note: String,
    pub step: String,
    pub text: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct NoteStory {
    pub id: String,
    pub application: String,
    pub kind: &'static str,
    pub state: &'static str,
    pub to: Option<String>,
    pub subject: String,
    pub body: String,
    pub message_id: Option<String>,
    pub sent_at: Option<DateTime<FixedOffset>>,
    pub detail: Option<String>,
    pub attempts: Vec<AttemptView>,
    /// The note as a person reads it.
    #[serde(skip)]
    pub text: String,
}

/// Steps of a note that belong to the story; the others are in the log.
const OUTCOMES: [&str; 6] = ["unsure", "refused", "expired", "withdrawn", "answered", "bounced"];

pub fn run(args: &Args, app: &mut App) -> Result<Report> {
    let store = app.existing_store()?;
    let Some(name) = &args.name else {
        return Ok(Report::Log(Log { application: None, attempts: all_attempts(store.as_ref())? }));
    };
    let Some(store) = store else {
        return Err(Problem::new(Kind::NotFound, format!("no application {name}"))
            .hint("`thanks add` records an interview")
            .into());
    };
    if name.contains('/') {
        let note = note(&store, name)?;
        let attempts = attempts(&store, &note.application, Some(note.id.as_str()))?;
        return Ok(if args.log {
            Report::Log(Log { application: Some(note.application), attempts })
        } else {
            Report::Note(Box::new(note_story(note, attempts)))
        });
    }
    let applications = store.applications(Which::All)?;
    let application = choose::application(&applications, name)?;
    if args.log {
        let attempts = attempts(&store, &application.slug, None)?;
        return Ok(Report::Log(Log { application: Some(application.slug.clone()), attempts }));
    }
    Ok(Report::Story(Box::new(story(application, &store, app)?)))
}

/// Those of every application, in the order of time.
fn all_attempts(store: Option<&Store>) -> Result<Vec<AttemptView>> {
    let Some(store) = store else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for application in store.applications(Which::All)? {
        all.extend(attempts(store, &application.slug, None)?);
    }
    all.sort_by_key(|attempt| attempt.at);
    Ok(all)
}

/// A step of a note in words for a person.
pub fn plain_step(step: &str) -> &str {
    match step {
        "claimed" => "taken for sending",
        "sending" => "handing over",
        "unsure" => "in doubt",
        step => step,
    }
}

fn note(store: &Store, id: &str) -> Result<Note> {
    let notes = store.notes(Which::All)?;
    if let Some(note) = notes.iter().find(|note| note.id.as_str() == id) {
        return Ok(note.clone());
    }
    let near = crate::domain::text::nearest(id, notes.iter().map(|note| note.id.as_str()));
    let problem = Problem::new(Kind::NotFound, format!("no note {id}"));
    let hint = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("`thanks draft {id}` drafts what comes next"),
    };
    Err(problem.hint(hint).into())
}

fn note_story(note: Note, attempts: Vec<AttemptView>) -> NoteStory {
    NoteStory {
        text: view::note_text(&note),
        id: note.id.to_string(),
        application: note.application,
        kind: note.kind.name(),
        state: note.state.name(),
        to: note.to.map(|to| to.address.to_string()),
        subject: note.subject,
        body: note.body,
        message_id: note.message_id,
        sent_at: note.sent_at,
        detail: note.detail,
        attempts,
    }
}

fn attempts(store: &Store, application: &str, note: Option<&str>) -> Result<Vec<AttemptView>> {
    let wanted = |attempt: &Attempt| note.is_none_or(|id| attempt.note == id);
    let attempts = store.attempts(application)?.into_iter().filter(wanted);
    Ok(attempts
        .map(|attempt| AttemptView {
            at: attempt.at,
            note: attempt.note,
            step: attempt.step,
            text: attempt.text,
        })
        .collect())
}

fn story(application: &Application, store: &Store, app: &App) -> Result<Story> {
    let notes = store.notes(Which::One(&application.slug))?;
    let mut moments: Vec<Moment> = application
        .interviews
        .iter()
        .map(|interview| {
            let names: Vec<&str> = interview
                .meetings
                .iter()
                .filter_map(|meeting| application.person(&meeting.person))
                .map(|person| person.name.as_str())
                .collect();
            let over = if interview.ended <= app.now { "ended" } else { "ends" };
            let with = if names.is_empty() { String::new() } else { format!(" with {}", names.join(", ")) };
            let what = format!("round {}, {}{with}: {over}", interview.round, interview.kind.name());
            Moment { at: interview.ended, what }
        })
        .collect();
    let is_told = |what: &str| notes.iter().any(|note| what == format!("{} sent", note.id));
    let told = store.story(&application.slug)?.into_iter().filter(|told| !is_told(&told.what));
    moments.extend(told.map(|told| Moment { at: told.at, what: told.what }));
    for note in &notes {
        // A draft for a later day is dated on that day.
        let at = note.created_at.min(app.local_now());
        moments.push(Moment { at, what: format!("{} drafted: {}", note.id, note.subject) });
        if let Some(at) = note.sent_at {
            let to = note.to.as_ref().map(|to| format!(" to {}", to.address)).unwrap_or_default();
            moments.push(Moment { at, what: format!("{} sent{to}: {}", note.id, note.subject) });
        }
    }
    for attempt in store.attempts(&application.slug)? {
        if OUTCOMES.contains(&attempt.step.as_str()) {
            let text = attempt.text.map(|text| format!(": {text}")).unwrap_or_default();
            let step = plain_step(&attempt.step);
            moments.push(Moment { at: attempt.at, what: format!("{} {step}{text}", attempt.note) });
        }
    }
    moments.sort_by_key(|moment| moment.at);
    Ok(Story {
        application: application.slug.clone(),
        company: application.company.clone(),
        role: application.role.clone(),
        is_open: application.is_open(),
        reason: match &application.status {
            Status::Closed { reason, .. } if !reason.is_empty() => Some(reason.clone()),
            _ => None,
        },
        decision: application.decision.as_ref().map(|decision| decision.words.clone()),
        decision_by: application.decision.as_ref().and_then(|decision| decision.by),
        people: people(application),
        story: moments,
    })
}

fn people(application: &Application) -> Vec<PersonView> {
    application
        .people
        .iter()
        .map(|person| PersonView {
            id: format!("{}/{}", application.slug, person.key),
            name: person.name.to_string(),
            address: person.address.as_ref().map(ToString::to_string),
            topics: application
                .interviews
                .iter()
                .filter_map(|interview| interview.meeting(&person.key))
                .flat_map(|meeting| meeting.topics.iter().map(|topic| topic.what.clone()))
                .collect(),
        })
        .collect()
}
