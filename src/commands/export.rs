//! What there is to do as a calendar, for programs that remind without sending anything.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::Result;
use chrono::{DateTime, FixedOffset, TimeDelta};
use serde::Serialize;

use super::App;
use crate::adapters::config;
use crate::adapters::invite::{Standing, Task, calendar};
use crate::domain::application::Application;
use crate::domain::calendar::Calendar;
use crate::domain::note::{Note, NoteId, NoteKind};
use crate::domain::outbox::State;
use crate::domain::policy::Step;
use crate::flow::compose::{Desk, Item};

/// What there is to do, as a calendar with reminders
///
/// Examples:
///   thanks export --calendar                 to standard output
///   thanks export --calendar ~/thanks.ics    a file that a calendar can subscribe to
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// An iCalendar file; - or nothing is standard output
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-", required = true)]
    calendar: PathBuf,
}

#[derive(Debug, Serialize)]
pub struct Report {
    /// Where it was written; absent for standard output.
    pub file: Option<PathBuf>,
    /// Things to do in it.
    pub tasks: usize,
    pub calendar: String,
}

pub fn run(args: &Args, app: &mut App) -> Result<Report> {
    let tasks = match app.existing_store()? {
        Some(store) => tasks(&app.current(&store)?),
        None => Vec::new(),
    };
    let text = calendar(&tasks, app.now);
    let file = Some(args.calendar.clone()).filter(|path| path != Path::new("-"));
    if let Some(path) = &file {
        config::write_private(path, text.as_bytes())?;
    }
    let to_do = tasks.iter().filter(|task| task.standing == Standing::ToDo).count();
    Ok(Report { file, tasks: to_do, calendar: text })
}

fn tasks(desk: &Desk) -> Vec<Task> {
    let items = desk.items();
    let mut tasks: Vec<Task> = items
        .iter()
        .filter_map(|item| Some(to_do(desk, desk.application(&item.step.application)?, item)))
        .collect();
    // What is settled is taken out of calendars that have it.
    let coming: HashSet<&NoteId> = items.iter().map(|item| &item.id).collect();
    let over = desk.notes.iter().filter(|note| !coming.contains(&note.id));
    tasks.extend(over.filter(|note| note.state != State::Unsure).map(|note| done(desk, note)));
    tasks
}

fn to_do(desk: &Desk, application: &Application, item: &Item) -> Task {
    let step = &item.step;
    let rule = (desk.rules)(application.country.as_deref());
    let planned = item.note.as_ref().filter(|note| note.state == State::Approved).and_then(|n| n.send_after);
    let at = planned.unwrap_or(step.due);
    let mut lines = vec![step.reason.clone()];
    if let Some(latest) = step.latest {
        lines.push(format!("until {}", step.zone.stamp(latest.to_utc())));
    }
    lines.push(match (planned, step.kind.is_follow_up()) {
        (Some(_), _) => "approved, goes by itself where the timer is installed".to_owned(),
        (None, true) => format!("thanks nudge {}", application.slug),
        (None, false) => format!("thanks send {}", item.id),
    });
    Task {
        uid: uid(item.id.as_str()),
        summary: summary(application, step.kind, &step.person),
        description: lines.join("\n"),
        at,
        alarms: if planned.is_some() { Vec::new() } else { alarms(step, &rule.calendar) },
        standing: Standing::ToDo,
    }
}

/// At its moment; a thank-you also 4, 12 and 20 hours after the interview, but not in the night.
fn alarms(step: &Step, calendar: &Calendar) -> Vec<DateTime<FixedOffset>> {
    let mut alarms = vec![step.due];
    if step.kind == NoteKind::ThankYou {
        let again = [4, 12, 20].map(|hours| step.since + TimeDelta::hours(hours));
        let in_time =
            |at: &DateTime<FixedOffset>| *at > step.due && step.latest.is_none_or(|last| *at < last);
        let by_day = |at: DateTime<FixedOffset>| calendar.thank_you_from(at.to_utc(), &step.zone);
        alarms.extend(again.into_iter().map(by_day).filter(in_time));
        alarms.dedup();
    }
    alarms
}

fn done(desk: &Desk, note: &Note) -> Task {
    let application = desk.application(&note.application);
    Task {
        uid: uid(note.id.as_str()),
        summary: application.map_or_else(String::new, |a| summary(a, note.kind, &note.person)),
        description: note.state.name().to_owned(),
        at: note.sent_at.unwrap_or(note.created_at),
        alarms: Vec::new(),
        standing: Standing::Over,
    }
}

fn summary(application: &Application, kind: NoteKind, person: &str) -> String {
    let name = application.person(person).map_or(person, |person| person.name.as_str());
    let company = &application.company;
    match kind {
        NoteKind::ThankYou => format!("Thank {name}, {company}"),
        NoteKind::Nudge => format!("Ask {name} for news, {company}"),
        NoteKind::CloseOut => format!("A last note to {name}, {company}"),
        NoteKind::RejectionReply | NoteKind::NextRoundReply => format!("Reply to {name}, {company}"),
    }
}

fn uid(id: &str) -> String {
    format!("{id}@thanks.invalid")
}
