//! One file a command: its flags, its report, and a `run` that is thin over `flow`. A command
//! never calls another one and never prints.

pub mod add;
mod app;
pub mod close;
pub mod debrief;
pub mod doctor;
pub mod draft;
pub mod edit;
mod exit;
pub mod export;
pub mod forget;
pub mod heard;
pub mod holidays;
pub mod init;
pub mod mark;
pub mod nudge;
pub mod outcome;
pub mod schedule;
pub mod send;
pub mod show;
pub mod status;
pub mod sync;

use anyhow::Result;
use clap::Subcommand;
use serde::Serialize;

use crate::domain::problem::Kind;

pub use app::{App, Loudness, Overdue};
pub use exit::Exit;

#[derive(Debug, Subcommand)]
pub enum Command {
    Add(add::Args),
    Draft(draft::Args),
    Send(send::Args),
    Nudge(nudge::Args),
    Status(status::Args),
    Edit(edit::Args),
    Show(show::Args),
    Heard(heard::Args),
    Mark(mark::Args),
    Close(close::Args),
    Forget(forget::Args),
    Sync(sync::Args),
    Init(init::Args),
    Export(export::Args),
    Doctor(doctor::Args),
    Holidays(holidays::Args),
    Schedule(schedule::Args),
}

/// `thanks` alone is `thanks status`.
impl Default for Command {
    fn default() -> Self {
        Command::Status(status::Args::default())
    }
}

/// What a command has to say, as data.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Report {
    Add(add::Report),
    Draft(draft::Report),
    Send(send::Report),
    Nudge(nudge::Report),
    Status(status::Report),
    Edit(edit::Report),
    Show(show::Report),
    Heard(heard::Report),
    Mark(mark::Report),
    Close(close::Report),
    Forget(forget::Report),
    Sync(sync::Report),
    Init(init::Report),
    Export(export::Report),
    Doctor(doctor::Report),
    Holidays(holidays::Report),
    Schedule(schedule::Report),
}

pub fn run(command: &Command, app: &mut App) -> Result<Report> {
    app.overdue = match command {
        Command::Schedule(_) => Overdue::Judged,
        Command::Send(_) | Command::Status(_) => Overdue::Known,
        _ => Overdue::Said,
    };
    match command {
        Command::Holidays(_) | Command::Init(_) => app.say_overdue_unopened(),
        Command::Schedule(args) if !args.is_run() => app.say_overdue_unopened(),
        _ => {}
    }
    Ok(match command {
        Command::Add(args) => Report::Add(add::run(args, app)?),
        Command::Draft(args) => Report::Draft(draft::run(args, app)?),
        Command::Send(args) => Report::Send(send::run(args, app)?),
        Command::Nudge(args) => Report::Nudge(nudge::run(args, app)?),
        Command::Status(args) => Report::Status(status::run(args, app)?),
        Command::Edit(args) => Report::Edit(edit::run(args, app)?),
        Command::Show(args) => Report::Show(show::run(args, app)?),
        Command::Heard(args) => Report::Heard(heard::run(args, app)?),
        Command::Mark(args) => Report::Mark(mark::run(args, app)?),
        Command::Close(args) => Report::Close(close::run(args, app)?),
        Command::Forget(args) => Report::Forget(forget::run(args, app)?),
        Command::Sync(args) => Report::Sync(sync::run(args, app)?),
        Command::Export(args) => Report::Export(export::run(args, app)?),
        Command::Init(args) => Report::Init(init::run(args, app)?),
        Command::Doctor(args) => Report::Doctor(doctor::run(args, app)?),
        Command::Holidays(args) => Report::Holidays(holidays::run(args, app)?),
        Command::Schedule(args) => Report::Schedule(schedule::run(args, app)?),
    })
}

impl Report {
    /// Whether the words on standard output are what the command is for, so that `-q` keeps them.
    pub fn is_asked_for(&self) -> bool {
        match self {
            Report::Schedule(report) => report.is_asked_for(),
            Report::Doctor(report) => report.gravest().is_some(),
            Report::Export(report) => report.file.is_none(),
            _ => matches!(self, Report::Draft(_) | Report::Status(_) | Report::Show(_) | Report::Holidays(_)),
        }
    }

    /// The gravest thing in it, which becomes the exit code; `None` where all is well.
    pub fn gravest(&self) -> Option<Kind> {
        match self {
            Report::Draft(report) => report.gravest(),
            Report::Send(report) => report.gravest(),
            Report::Nudge(report) => report.gravest(),
            Report::Schedule(report) => report.gravest(),
            Report::Doctor(report) => report.gravest(),
            Report::Status(report) => report.gravest(),
            Report::Sync(report) => report.gravest(),
            _ => None,
        }
    }
}
