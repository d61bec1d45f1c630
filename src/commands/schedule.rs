//! What runs `thanks schedule run`: a systemd timer, shown before it is written and removed without a
//! trace, or text to paste into another scheduler.

pub mod run;

use std::path::PathBuf;

use anyhow::Result;
use chrono::{DateTime, FixedOffset};
use clap::{Subcommand, ValueEnum};
use serde::Serialize;

use super::App;
use crate::adapters::store;
use crate::adapters::timer::{self, Activity, File, FileState, Minutes, Scheduler, Timer};
use crate::domain::problem::{Kind, Problem};
use crate::flow::timer::{agreed, here, lines, plan, show};

/// Let a timer of your own send what you approved, when it is due
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Install(Install),
    Print(Print),
    /// Stop the timer and delete exactly what `install` wrote
    Remove,
    /// Whether the timer is there, when it ran and when it runs next
    Status,
    Run(run::Args),
}

/// Show the files of the timer, ask, write them and start it
///
/// Examples:
///   thanks schedule install              every 5 minutes, while you are logged in
///   thanks schedule install --print      only shows the files
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
struct Install {
    /// Minutes between two runs: 1, 2, 3, 4, 5, 6 or 10
    #[arg(long, value_name = "MINUTES", default_value = "5", value_parser = minutes)]
    every: Minutes,
    /// Write without asking
    #[arg(long, conflicts_with = "print")]
    yes: bool,
    /// Print the files and write nothing
    #[arg(long)]
    print: bool,
}

/// Print what to paste into another scheduler
///
/// Examples:
///   thanks schedule print cron           a line for crontab -e
///   thanks schedule print launchd        a launch agent for macOS
///   thanks schedule print windows        PowerShell that registers a task
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
struct Print {
    #[arg(value_name = "SCHEDULER")]
    scheduler: SchedulerName,
    /// Minutes between two runs: 1, 2, 3, 4, 5, 6 or 10
    #[arg(long, value_name = "MINUTES", default_value = "5", value_parser = minutes)]
    every: Minutes,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SchedulerName {
    Cron,
    Launchd,
    Windows,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Report {
    Pasted(Instructions),
    Printed(Printed),
    Installed(Installed),
    Removed(Removed),
    Status(Status),
    Ran(run::Report),
}

/// Text to paste, and where.
#[derive(Debug, Serialize)]
pub struct Instructions {
    pub text: String,
    pub how: &'static str,
}

/// The files as they would be written.
#[derive(Debug, Serialize)]
pub struct Printed {
    pub installed: bool,
    pub files: Vec<FileView>,
}

#[derive(Debug, Serialize)]
pub struct Installed {
    pub installed: bool,
    pub every_minutes: u8,
    pub files: Vec<FileView>,
    pub commands: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct FileView {
    pub path: PathBuf,
    pub text: String,
}

#[derive(Debug, Serialize)]
pub struct Removed {
    pub deleted: Vec<PathBuf>,
    /// Changed by hand, and still there.
    pub left: Vec<PathBuf>,
    pub commands: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Status {
    pub installed: bool,
    /// Unknown where the system could not be asked; `why` says why.
    pub active: Option<bool>,
    pub why: Option<String>,
    pub next_run: Option<DateTime<FixedOffset>>,
    pub last_run: Option<DateTime<FixedOffset>>,
    pub last_exit: Option<i32>,
    /// What the timer calls.
    pub program: Option<PathBuf>,
    pub program_is: Option<Program>,
    pub files: Vec<FileStateView>,
    /// Where the words of the runs are.
    pub log: Option<&'static str>,
    #[serde(skip)]
    pub shown: Times,
}

/// The times of a status as the user's clock shows them.
#[derive(Debug, Default)]
pub struct Times {
    pub next_run: Option<String>,
    pub last_run: Option<String>,
}

/// What the timer calls, beside the program that was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Program {
    /// The very one.
    This,
    /// Another one.
    Other,
    /// One that is not there any more.
    Missing,
}

#[derive(Debug, Serialize)]
pub struct FileStateView {
    pub path: PathBuf,
    /// `absent`, `ours` or `changed`.
    pub state: &'static str,
}

impl Args {
    /// Whether it is the timer's own call.
    pub fn is_run(&self) -> bool {
        matches!(self.what, What::Run(_))
    }
}

pub fn run(args: &Args, app: &mut App) -> Result<Report> {
    let timer = || here(&app.environment);
    Ok(match &args.what {
        What::Install(args) => install(args, &timer()?, app)?,
        What::Print(args) => Report::Pasted(print(args, app)?),
        What::Remove => Report::Removed(remove(&timer()?, app)?),
        What::Status => Report::Status(status(&timer()?, app)?),
        What::Run(args) => Report::Ran(run::run(args, app)?),
    })
}

impl Report {
    /// A file that was left waits for its owner; so does a timer that calls nothing.
    pub fn gravest(&self) -> Option<Kind> {
        match self {
            Report::Removed(removed) => (!removed.left.is_empty()).then_some(Kind::NeedsYou),
            Report::Status(status) => status.needs_its_owner().then_some(Kind::NeedsYou),
            Report::Ran(ran) => ran.gravest(),
            Report::Pasted(_) | Report::Printed(_) | Report::Installed(_) => None,
        }
    }

    pub fn is_asked_for(&self) -> bool {
        matches!(self, Report::Pasted(_) | Report::Printed(_) | Report::Status(_) | Report::Ran(_))
    }
}

impl Status {
    /// It is there, and still nothing will be sent.
    pub fn needs_its_owner(&self) -> bool {
        self.installed && (self.active == Some(false) || self.program_is == Some(Program::Missing))
    }
}

fn install(args: &Install, timer: &Timer, app: &App) -> Result<Report> {
    let plan = plan(&app.environment, args.every)?;
    let files = timer.files(&plan)?;
    if args.print {
        return Ok(Report::Printed(Printed { installed: false, files: views(files) }));
    }
    if let Some(problem) = timer.unavailable() {
        return Err(problem.into());
    }
    show(&files, &app.terminal);
    if !args.yes && !agreed(&app.terminal)? {
        return Err(Problem::new(Kind::Declined, "no timer was installed")
            .detail("nothing was written")
            .into());
    }
    let calls = timer.install(&files)?;
    Ok(Report::Installed(Installed {
        installed: true,
        every_minutes: args.every.get(),
        files: views(files),
        commands: lines(calls),
    }))
}

fn print(args: &Print, app: &App) -> Result<Instructions> {
    let scheduler = match args.scheduler {
        SchedulerName::Cron => Scheduler::Cron,
        SchedulerName::Launchd => Scheduler::Launchd,
        SchedulerName::Windows => Scheduler::Windows,
    };
    let timer::Instructions { text, how } = scheduler.instructions(&plan(&app.environment, args.every)?)?;
    Ok(Instructions { text, how })
}

fn remove(timer: &Timer, app: &App) -> Result<Removed> {
    let removal = timer.remove()?;
    if !removal.deleted.is_empty()
        && let Some(mut store) = app.existing_store()?
    {
        // Its last run is no sign any more that something will send.
        store.clear_heartbeat()?;
    }
    Ok(Removed { deleted: removal.deleted, left: removal.left, commands: lines(removal.calls) })
}

fn status(timer: &Timer, app: &App) -> Result<Status> {
    let status = timer.status()?;
    let installed = status.is_installed();
    let (active, why) = match status.activity {
        Activity::Active => (Some(true), None),
        Activity::Inactive => (Some(false), None),
        Activity::Unknown(why) => (None, Some(why)),
    };
    let stamp = |at: Option<DateTime<_>>| at.map(|at| app.zone.stamp(at));
    let local = |at: Option<DateTime<_>>| at.map(|at| app.zone.at(at));
    // Whichever scheduler started it.
    let heartbeat = store::heartbeat(&app.paths.database)?.map(|at| at.to_utc());
    let last_run = status.last_call.max(heartbeat);
    Ok(Status {
        installed,
        active,
        why,
        shown: Times { next_run: stamp(status.next_run), last_run: stamp(last_run) },
        next_run: local(status.next_run),
        last_run: local(last_run),
        last_exit: status.last_exit,
        program_is: status.program.as_ref().map(|program| compared(program)),
        program: status.program,
        files: status.files.into_iter().map(|(path, state)| file_state(path, state)).collect(),
        log: installed.then_some("journalctl --user -u thanks"),
    })
}

fn compared(program: &std::path::Path) -> Program {
    let real = |path: &std::path::Path| path.canonicalize().ok();
    match (real(program), timer::running_program().ok().and_then(|path| real(&path))) {
        (None, _) => Program::Missing,
        (theirs, ours) if theirs == ours => Program::This,
        _ => Program::Other,
    }
}

fn file_state(path: PathBuf, state: FileState) -> FileStateView {
    let state = match state {
        FileState::Absent => "absent",
        FileState::Ours => "ours",
        FileState::Foreign => "changed",
    };
    FileStateView { path, state }
}

fn views(files: Vec<File>) -> Vec<FileView> {
    files.into_iter().map(|file| FileView { path: file.path, text: file.text }).collect()
}

fn minutes(text: &str) -> Result<Minutes, &'static str> {
    let known = text.parse().ok().and_then(Minutes::new);
    known.ok_or("runs are 1, 2, 3, 4, 5, 6 or 10 minutes apart")
}
