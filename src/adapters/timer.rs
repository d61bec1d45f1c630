//! What calls `thanks schedule run`: a timer of the systemd user manager, whose units are rendered,
//! written, activated and removed here, or another scheduler, for which there is text to paste. What
//! a run does is decided elsewhere.

mod files;
mod print;
mod programs;
mod systemd;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use crate::domain::problem::{Kind, Problem};
use crate::domain::text::printable;

pub use files::{File, FileState};
pub use print::{Instructions, Scheduler};
pub use programs::{Call, Outcome};

/// What the timer calls, after the program.
pub const ARGUMENTS: [&str; 3] = ["schedule", "run", "--no-input"];

/// What the timer runs, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Absolute.
    pub program: PathBuf,
    /// What the program needs of today's environment to find the same files again.
    pub environment: Vec<(&'static str, OsString)>,
    pub every: Minutes,
}

/// Between two runs. They divide the hour, so that the runs are evenly spaced, and are at most
/// ten: a note that is 15 minutes past its plan counts as missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Minutes(u8);

/// The timer of the systemd user manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timer {
    /// Where its units go.
    pub folder: PathBuf,
}

/// A plan as text that every scheduler can express.
struct Words<'a> {
    program: &'a str,
    environment: Vec<(&'static str, &'a str)>,
    minutes: u8,
}

/// What `remove` did.
#[derive(Debug, Default)]
pub struct Removal {
    pub deleted: Vec<PathBuf>,
    /// Files that are not, or no longer, as they were written, and are still there.
    pub left: Vec<PathBuf>,
    pub calls: Vec<Call>,
}

/// What there is.
#[derive(Debug)]
pub struct Status {
    pub files: Vec<(PathBuf, FileState)>,
    /// The program that the installed timer calls, if that can be read.
    pub program: Option<PathBuf>,
    pub activity: Activity,
    pub next_run: Option<DateTime<Utc>>,
    /// When systemd last called the program.
    pub last_call: Option<DateTime<Utc>>,
    /// The exit code of that call.
    pub last_exit: Option<i32>,
}

/// What systemd says about the timer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Activity {
    Active,
    Inactive,
    /// systemd couldn't be asked, and why.
    Unknown(String),
}

impl Minutes {
    pub const USUAL: Minutes = Minutes(5);

    pub fn new(minutes: u8) -> Option<Minutes> {
        ((1..=10).contains(&minutes) && 60_u8.is_multiple_of(minutes)).then_some(Minutes(minutes))
    }

    pub fn get(self) -> u8 {
        self.0
    }
}

impl Plan {
    /// `Data` where a path can't be written as text.
    fn words(&self) -> Result<Words<'_>, Problem> {
        Ok(Words {
            program: speakable(&self.program)?,
            environment: self
                .environment
                .iter()
                .map(|(name, value)| Ok((*name, speakable(Path::new(value))?)))
                .collect::<Result<_, Problem>>()?,
            minutes: self.every.get(),
        })
    }
}

impl Timer {
    /// The timer of this user.
    pub fn here(home: Option<&Path>, xdg_config_home: Option<&Path>) -> Result<Timer, Problem> {
        let config = match xdg_config_home.filter(|folder| folder.is_absolute()) {
            Some(folder) => folder.to_owned(),
            None => match home.filter(|home| home.is_absolute()) {
                Some(home) => home.join(".config"),
                None => {
                    return Err(Problem::new(
                        Kind::Config,
                        "HOME is not set, so there is no place for a timer",
                    )
                    .detail("nothing was changed"));
                }
            },
        };
        Ok(Timer { folder: config.join("systemd/user") })
    }

    /// Why no timer can run here, before anything is written: not a system with systemd, or no user
    /// manager to talk to (WSL, containers, su).
    pub fn unavailable(&self) -> Option<Problem> {
        let (why, scheduler) = match () {
            () if cfg!(target_os = "macos") => ("this is macOS".to_owned(), "launchd"),
            () if cfg!(windows) => ("this is Windows".to_owned(), "windows"),
            () => (systemd::unreachable()?, "cron"),
        };
        let problem = Problem::new(
            Kind::Permission,
            format!("no systemd user session here ({}); nothing was installed", printable(&why)),
        );
        Some(problem.hint(format!("`thanks schedule print {scheduler}` prints what to use instead")))
    }

    /// The units for a plan, as they would be written. `Data` where systemd can't express a path.
    pub fn files(&self, plan: &Plan) -> Result<Vec<File>, Problem> {
        let texts = systemd::render(&plan.words()?)?;
        Ok(self.paths().into_iter().zip(texts).map(|(path, text)| File::sealed(path, &text)).collect())
    }

    /// Writes the files and activates the timer. A file that somebody else wrote or changed stops
    /// it before anything is written (`NeedsYou`). Where systemd refuses, the files stay, and
    /// the problem says what is missing.
    pub fn install(&self, files: &[File]) -> Result<Vec<Call>, Problem> {
        for file in files {
            if files::state(&file.path)? == FileState::Foreign {
                return Err(Problem::new(
                    Kind::NeedsYou,
                    format!("{} is not as thanks would have written it", file.path.display()),
                )
                .detail("nothing was written and nothing was activated")
                .hint("move it away, then: thanks schedule install"));
            }
        }
        for file in files {
            file.write()?;
        }
        let (calls, failure) = programs::call_all(systemd::ACTIVATE);
        match failure {
            None => Ok(calls),
            Some(failure) => {
                let mut problem = failure.problem("the timer is not active: ");
                for file in files {
                    problem = problem.detail(format!("written: {}", file.path.display()));
                }
                problem = problem.detail("nothing is sent by itself until the timer is active");
                Err(problem.hint(failure.hint()))
            }
        }
    }

    /// Stops the timer and deletes what `install` wrote, and nothing else. Where systemd
    /// refuses, the files are deleted all the same, and the problem says what may still run.
    pub fn remove(&self) -> Result<Removal, Problem> {
        let mut states = Vec::new();
        for path in self.paths() {
            let state = files::state(&path)?;
            states.push((path, state));
        }
        let mut removal = Removal::default();
        if states.iter().all(|(_, state)| *state == FileState::Absent) {
            return Ok(removal);
        }
        let (calls, mut failure) = programs::call_all(systemd::DEACTIVATE);
        removal.calls = calls;
        for (path, state) in states {
            match state {
                FileState::Ours => {
                    fs::remove_file(&path).map_err(|error| files::failed("deleted", &path, &error))?;
                    removal.deleted.push(path);
                }
                FileState::Foreign => removal.left.push(path),
                FileState::Absent => {}
            }
        }
        // Where systemd refused, its link would point at nothing.
        systemd::drop_link(&self.folder);
        if failure.is_none() {
            let (calls, refused) = programs::call_all(systemd::AFTER_REMOVAL);
            removal.calls.extend(calls);
            failure = refused;
        }
        match failure {
            None => Ok(removal),
            Some(failure) => {
                let mut problem = failure.problem("the timer could not be stopped: ");
                for path in &removal.deleted {
                    problem = problem.detail(format!("deleted: {}", path.display()));
                }
                for path in &removal.left {
                    problem = problem.detail(format!("left, changed by hand: {}", path.display()));
                }
                let hint = "it ends with your session, or with: systemctl --user stop thanks.timer";
                Err(problem.hint(hint))
            }
        }
    }

    /// What is written, and what systemd says; changes nothing.
    pub fn status(&self) -> Result<Status, Problem> {
        let mut files = Vec::new();
        for path in self.paths() {
            let state = files::state(&path)?;
            files.push((path, state));
        }
        let first = files.first().and_then(|(path, _)| files::read(path).ok().flatten());
        let program = first.and_then(|text| systemd::program(&text));
        let mut status = Status {
            files,
            program,
            activity: Activity::Inactive,
            next_run: None,
            last_call: None,
            last_exit: None,
        };
        if status.is_installed() {
            systemd::ask(&mut status);
        }
        Ok(status)
    }

    fn paths(&self) -> Vec<PathBuf> {
        systemd::NAMES.iter().map(|name| self.folder.join(name)).collect()
    }
}

impl Status {
    /// Whether there is any file of the timer.
    pub fn is_installed(&self) -> bool {
        self.files.iter().any(|(_, state)| *state != FileState::Absent)
    }
}

/// The program that is running, as the timer is to call it. An updated one is found again only
/// where the update keeps the path.
pub fn running_program() -> Result<PathBuf, Problem> {
    std::env::current_exe().ok().filter(|path| path.is_absolute() && path.is_file()).ok_or_else(|| {
        Problem::new(Kind::LocalIo, "the path of the running program cannot be found")
            .detail("nothing was changed")
            .hint("start thanks again by its full path")
    })
}

fn speakable(path: &Path) -> Result<&str, Problem> {
    match path.to_str() {
        None => Err(unspeakable(&path.to_string_lossy(), "bytes that are not UTF-8")),
        Some(text) if text.chars().any(char::is_control) => Err(unspeakable(text, "control characters")),
        Some(text) => Ok(text),
    }
}

fn unspeakable(value: &str, what: &str) -> Problem {
    Problem::new(Kind::Data, format!("a timer cannot name `{}`: it holds {what}", printable(value)))
        .detail("nothing was changed")
        .hint("use a path without them")
}
