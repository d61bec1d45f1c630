//! Whether anything calls `thanks schedule run`, what a timer would call, and the question before one
//! is installed.

use std::ffi::OsString;

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};

use crate::adapters::config::{Environment, Paths};
use crate::adapters::store;
use crate::adapters::terminal::Terminal;
use crate::adapters::timer::{self, Activity, Call, File, Minutes, Plan, Timer};
use crate::domain::problem::{Kind, Problem};
use crate::domain::text::printable;
use crate::domain::view;

/// A scheduler whose last run is older than this doesn't work; a computer may sleep overnight.
pub const SILENT: TimeDelta = TimeDelta::hours(26);

pub fn here(environment: &Environment) -> Result<Timer, Problem> {
    Timer::here(environment.home.as_deref(), environment.xdg_config_home.as_deref())
}

/// What a timer in this environment calls.
pub fn plan(environment: &Environment, every: Minutes) -> Result<Plan> {
    Ok(Plan { program: timer::running_program()?, environment: kept(environment)?, every })
}

/// Why nothing is sent by itself; `None` where something does run `thanks schedule run`. Every run
/// leaves a heartbeat in the record, whichever scheduler starts it; systemd is asked as well, since
/// a new timer hasn't run yet and a stopped one has.
pub fn idle(environment: &Environment, paths: &Paths, now: DateTime<Utc>) -> Option<String> {
    let is_recent = |at: DateTime<Utc>| now - at < SILENT;
    let has_run = store::heartbeat(&paths.database).ok().flatten().is_some_and(|at| is_recent(at.to_utc()));
    let status = match here(environment).and_then(|timer| timer.status()) {
        Ok(status) => status,
        Err(_) if has_run => return None,
        Err(problem) => return Some(problem.message),
    };
    if !status.is_installed() {
        return (!has_run).then(|| "no timer is installed".to_owned());
    }
    if !status.program.as_ref().is_some_and(|program| program.is_file()) {
        return Some("the timer calls a program that is not there".to_owned());
    }
    match status.activity {
        Activity::Active => None,
        Activity::Inactive => Some("the timer is not active".to_owned()),
        Activity::Unknown(_) if has_run => None,
        Activity::Unknown(why) => {
            let why = why.lines().next().unwrap_or_default().to_owned();
            Some(format!("whether the timer is active is not known: {why}"))
        }
    }
}

/// Makes sure that what is planned will be sent: by the timer there is, or by one that the person
/// agrees to now.
pub fn ensure(
    environment: &Environment,
    paths: &Paths,
    terminal: &Terminal,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(why) = idle(environment, paths, now) else { return Ok(()) };
    let refusal = |kind| {
        Problem::new(kind, format!("nothing is sent by itself: {why}"))
            .detail("nothing was planned and nothing was sent")
            .hint("`thanks schedule install`, or `thanks send` when the time has come")
    };
    if !terminal.is_interactive() {
        return Err(refusal(Kind::NeedsYou).into());
    }
    match install_if_agreed(&why, environment, terminal)? {
        true => Ok(()),
        false => Err(refusal(Kind::Declined).into()),
    }
}

/// Offers the same for what was planned already, which stands whatever becomes of the offer.
pub fn offer(
    environment: &Environment,
    paths: &Paths,
    terminal: &Terminal,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(why) = idle(environment, paths, now).filter(|_| terminal.is_interactive()) else {
        return Ok(());
    };
    match install_if_agreed(&why, environment, terminal) {
        Ok(_) => {}
        Err(error) => terminal.say(view::problem_text(&error.downcast::<Problem>()?).trim_end()),
    }
    Ok(())
}

/// Shows why nothing is sent by itself and what would be written, and asks.
fn install_if_agreed(why: &str, environment: &Environment, terminal: &Terminal) -> Result<bool> {
    terminal.say(&format!("nothing is sent by itself: {why}"));
    let timer = here(environment)?;
    if let Some(problem) = timer.unavailable() {
        return Err(problem.into());
    }
    let files = timer.files(&plan(environment, Minutes::USUAL)?)?;
    show(&files, terminal);
    let is_agreed = agreed(terminal)?;
    if is_agreed {
        timer.install(&files)?;
    }
    Ok(is_agreed)
}

/// The files as they would be written.
pub fn show(files: &[File], terminal: &Terminal) {
    for file in files {
        let text: Vec<String> = file.text.lines().map(printable).collect();
        terminal.say(&format!("{}:\n\n{}\n", file.path.display(), text.join("\n")));
    }
}

/// Asks whether they may be written.
pub fn agreed(terminal: &Terminal) -> Result<bool, Problem> {
    Ok(terminal.choose("Install? [y]es [n]o: ", "yn", "thanks schedule install --yes")? == 'y')
}

/// The commands that were run, as a person would type them.
pub fn lines(calls: Vec<Call>) -> Vec<String> {
    calls.into_iter().map(|call| call.line).collect()
}

/// Everything that decides where the files are and which clock on the wall is meant: without it a
/// timer would look into another record than its owner. Never the fixed clock.
fn kept(e: &Environment) -> Result<Vec<(&'static str, OsString)>> {
    let folders = [
        ("THANKS_HOME", &e.thanks_home),
        ("THANKS_CONFIG", &e.thanks_config),
        ("XDG_CONFIG_HOME", &e.xdg_config_home),
        ("XDG_DATA_HOME", &e.xdg_data_home),
        ("XDG_STATE_HOME", &e.xdg_state_home),
    ];
    let mut kept = Vec::new();
    for (name, folder) in folders {
        if let Some(folder) = folder {
            kept.push((name, std::path::absolute(folder)?.into_os_string()));
        }
    }
    kept.extend(e.tz.as_ref().map(|tz| ("TZ", tz.into())));
    Ok(kept)
}
