//! The user's own timer: systemd, launchd or the Task Scheduler calls `thanks schedule run`. Its
//! files are rendered, written, activated and taken away here; what a run does is decided
//! elsewhere.

mod files;
mod launchd;
mod programs;
mod systemd;
mod tasks;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use crate::domain::problem::{Kind, Problem};
use crate::domain::text::printable;

pub use files::{File, FileState};
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

/// Who keeps the time on this computer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeper {
    Systemd,
    Launchd,
    TaskScheduler,
}

/// A keeper and the folders that it knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timer {
    pub keeper: Keeper,
    /// Where its files go.
    pub folder: PathBuf,
    /// Of the user; the log of launchd is below it.
    home: PathBuf,
}

/// A plan as text that every keeper can express.
struct Words<'a> {
    program: &'a str,
    environment: Vec<(&'static str, &'a str)>,
    home: &'a str,
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
    /// When the keeper last called the program.
    pub last_call: Option<DateTime<Utc>>,
    /// The exit code of that call.
    pub last_exit: Option<i32>,
}

/// What the keeper says of the timer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Activity {
    Active,
    Inactive,
    /// The keeper could not be asked, and why.
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

impl Keeper {
    /// That of the system that this program was built for.
    pub fn here() -> Keeper {
        if cfg!(target_os = "macos") {
            Keeper::Launchd
        } else if cfg!(windows) {
            Keeper::TaskScheduler
        } else {
            Keeper::Systemd
        }
    }
}

impl Timer {
    /// The timer of this user. `data` holds what the Task Scheduler is given, which knows no
    /// folder of its own for it.
    pub fn here(home: Option<&Path>, xdg_config_home: Option<&Path>, data: &Path) -> Result<Timer, Problem> {
        let Some(home) = home.filter(|home| home.is_absolute()) else {
            return Err(Problem::new(Kind::Config, "HOME is not set, so there is no place for a timer")
                .detail("nothing was changed"));
        };
        let keeper = Keeper::here();
        let folder = match keeper {
            Keeper::Systemd => xdg_config_home
                .filter(|folder| folder.is_absolute())
                .map_or_else(|| home.join(".config"), Path::to_owned)
                .join("systemd/user"),
            Keeper::Launchd => home.join("Library/LaunchAgents"),
            Keeper::TaskScheduler => data.to_owned(),
        };
        Ok(Timer { keeper, folder, home: home.to_owned() })
    }

    /// The files for a plan, as they would be written. `Data` where the keeper cannot express a
    /// path.
    pub fn files(&self, plan: &Plan) -> Result<Vec<File>, Problem> {
        let words = Words {
            program: speakable(&plan.program)?,
            environment: plan
                .environment
                .iter()
                .map(|(name, value)| Ok((*name, speakable(Path::new(value))?)))
                .collect::<Result<_, Problem>>()?,
            home: speakable(&self.home)?,
            minutes: plan.every.get(),
        };
        let texts = match self.keeper {
            Keeper::Systemd => systemd::render(&words)?,
            Keeper::Launchd => launchd::render(&words),
            Keeper::TaskScheduler => tasks::render(&words),
        };
        Ok(self.paths().into_iter().zip(texts).map(|(path, text)| File::sealed(path, &text)).collect())
    }

    /// Writes the files and activates the timer. A file that somebody else wrote or changed stops
    /// it before anything is written (`NeedsYou`). Where the keeper refuses, the files stay, and
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
        let commands = match self.keeper {
            Keeper::Systemd => systemd::activate(),
            Keeper::Launchd => launchd::activate(&self.folder),
            Keeper::TaskScheduler => tasks::activate(&self.folder),
        };
        let (calls, failure) = programs::call_all(commands);
        match failure {
            None => Ok(calls),
            Some(failure) => {
                let mut problem = failure.problem("the timer is not active: ");
                for file in files {
                    problem = problem.detail(format!("written: {}", file.path.display()));
                }
                problem = problem.detail("nothing is sent by itself until the timer is active");
                Err(problem.hint(failure.hint(self.keeper)))
            }
        }
    }

    /// Stops the timer and deletes what `install` wrote, and nothing else. Where the keeper
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
        let (calls, mut failure) = programs::call_all(match self.keeper {
            Keeper::Systemd => systemd::deactivate(),
            Keeper::Launchd => launchd::deactivate(),
            Keeper::TaskScheduler => tasks::deactivate(),
        });
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
        if self.keeper == Keeper::Systemd {
            // Without the keeper its link would point at nothing.
            systemd::drop_link(&self.folder);
            if failure.is_none() {
                let (calls, refused) = programs::call_all(systemd::reload());
                removal.calls.extend(calls);
                failure = refused;
            }
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
                Err(problem.hint(match self.keeper {
                    Keeper::Systemd => {
                        "it ends with your session, or with: systemctl --user stop thanks.timer"
                    }
                    Keeper::Launchd => "it ends with your session, or with: launchctl remove thanks.schedule",
                    Keeper::TaskScheduler => "try: schtasks /Delete /TN thanks /F",
                }))
            }
        }
    }

    /// What is written, and what the keeper says; changes nothing.
    pub fn status(&self) -> Result<Status, Problem> {
        let mut files = Vec::new();
        for path in self.paths() {
            let state = files::state(&path)?;
            files.push((path, state));
        }
        let first = files.first().and_then(|(path, _)| files::read(path).ok().flatten());
        let program = first.and_then(|text| match self.keeper {
            Keeper::Systemd => systemd::program(&text),
            Keeper::Launchd => launchd::program(&text),
            Keeper::TaskScheduler => tasks::program(&text),
        });
        let mut status = Status {
            files,
            program,
            activity: Activity::Inactive,
            next_run: None,
            last_call: None,
            last_exit: None,
        };
        if status.is_installed() {
            match self.keeper {
                Keeper::Systemd => systemd::ask(&mut status),
                Keeper::Launchd => launchd::ask(&mut status),
                Keeper::TaskScheduler => tasks::ask(&mut status),
            }
        }
        Ok(status)
    }

    fn paths(&self) -> Vec<PathBuf> {
        let names: &[&str] = match self.keeper {
            Keeper::Systemd => &systemd::NAMES,
            Keeper::Launchd => &launchd::NAMES,
            Keeper::TaskScheduler => &tasks::NAMES,
        };
        names.iter().map(|name| self.folder.join(name)).collect()
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
