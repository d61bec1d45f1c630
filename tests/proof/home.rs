//! A home with notes that wait to be sent, made once and copied for each position; and a look at
//! its record that changes nothing.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use rusqlite::Connection;
use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;

use crate::it::smtp_server::{SmtpServer, pause};
use crate::table::Watch;

/// Thu 5 Mar 15:54 EST.
pub const NOW: &str = "2026-03-05T20:54:00Z";
/// Longer than any command takes that is not caught in an error.
const LONGEST: Duration = Duration::from_secs(300);

pub struct Home {
    root: TempDir,
    /// Where the clock is set to; `None` for the real one.
    pub now: Option<String>,
    pub zone: String,
}

/// How the home speaks to its server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    Plain,
    Tls,
}

/// What a command did.
#[derive(Debug)]
pub struct Ran {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
    /// It did not end by itself.
    pub hung: bool,
}

/// A note as the record has it.
#[derive(Clone, Debug)]
pub struct Known {
    pub id: String,
    pub to: String,
    pub state: String,
    pub journaled: u32,
    pub message_id: String,
    pub wire: Option<Vec<u8>>,
}

/// The record and the journal at one moment.
#[derive(Debug)]
pub struct Look {
    pub notes: Vec<Known>,
    /// What SQLite finds wrong.
    pub damage: Option<String>,
    /// How often each id stands in the journal.
    pub journal: BTreeMap<String, u32>,
}

impl Home {
    pub fn new() -> Home {
        let home =
            Home { root: quick_folder(), now: Some(NOW.to_owned()), zone: "America/New_York".to_owned() };
        fs::create_dir(home.user()).unwrap();
        home
    }

    /// With so many notes that their owner has seen.
    pub fn with_notes(count: usize) -> Home {
        let home = Home::new();
        home.configure(9, "security = \"none\"");
        for n in 0..count {
            home.meet(n);
        }
        home.draft();
        home
    }

    /// Records the `n`th interview.
    pub fn meet(&self, n: usize) {
        let words = Home::meeting(n);
        self.must(&words.iter().map(String::as_str).collect::<Vec<_>>());
    }

    /// The command line that records it.
    pub fn meeting(n: usize) -> Vec<String> {
        let (company, with) = (format!("Firm{n}"), format!("Ann Lee{n} <ann{n}@firm{n}.example>"));
        let told = ["--role", "Engineer", "--ended", "15:45", "--zone", "America/New_York"];
        let words = [&["add", "--company", &company, "--with", &with, "--topic", "the plan"][..], &told];
        words.concat().into_iter().map(str::to_owned).collect()
    }

    pub fn draft(&self) {
        self.must(&["draft"]);
    }

    pub fn must(&self, args: &[&str]) {
        let ran = self.run(args);
        assert!(ran.status.success(), "{args:?}: {}{}", ran.stdout, ran.stderr);
    }

    /// The same home once more, in another place.
    pub fn copy(&self) -> Home {
        let copy = Home { root: quick_folder(), now: self.now.clone(), zone: self.zone.clone() };
        copy_folder(self.root.path(), copy.root.path());
        copy
    }

    /// Configured for a server.
    pub fn speaks_to(self, server: &SmtpServer, wire: Wire) -> Home {
        let ca = self.root.path().join("ca.pem");
        let security = match wire {
            Wire::Plain => "security = \"none\"".to_owned(),
            Wire::Tls => {
                fs::write(&ca, server.ca_pem()).unwrap();
                format!("security = \"tls\"\nca_file = \"{}\"", ca.display())
            }
        };
        self.configure(server.port(), &security);
        self
    }

    pub fn configure(&self, port: u16, security: &str) {
        let config = format!(
            "[me]\nname = \"Jo Marsh\"\nemail = \"jo@example.com\"\n\n\
             [smtp]\nhost = \"127.0.0.1\"\nport = {port}\n{security}\nuser = \"\"\n"
        );
        fs::create_dir_all(self.data()).unwrap();
        fs::write(self.data().join("config.toml"), config).unwrap();
    }

    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// `THANKS_HOME`.
    pub fn data(&self) -> PathBuf {
        self.root.path().join("thanks")
    }

    /// `HOME`, below which the id of the machine is.
    pub fn user(&self) -> PathBuf {
        self.root.path().join("user")
    }

    /// The program in this home, called by another one if need be.
    pub fn command(&self, before: &[String], args: &[&str]) -> Command {
        let words = [before, &[env!("CARGO_BIN_EXE_thanks").to_owned()]].concat();
        let mut command = Command::new(&words[0]);
        command
            .args(&words[1..])
            .args(args)
            .env_clear()
            .env("THANKS_HOME", self.data())
            .env("HOME", self.user())
            .env("TZ", &self.zone)
            .env("PATH", "/usr/bin:/bin")
            .current_dir(self.root.path())
            .stdin(Stdio::null());
        if let Some(now) = &self.now {
            command.env("THANKS_NOW", now);
        }
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        start(self.command(&[], args)).wait(LONGEST)
    }

    /// Starts it, and leaves it alone.
    pub fn start(&self, args: &[&str]) -> Started {
        start(self.command(&[], args))
    }

    /// Starts it with an editor that is a shell script; `$0` is the file.
    pub fn start_with_editor(&self, args: &[&str], script: &str) -> Started {
        let mut command = self.command(&[], args);
        command.env("EDITOR", format!("sh -c '{script}'"));
        start(command)
    }

    pub fn run_under(&self, before: &[String], args: &[&str], longest: Duration) -> Ran {
        start(self.command(before, args)).wait(longest)
    }

    /// The record as the next command will find it, read from a copy.
    pub fn look(&self) -> Look {
        let copy = quick_folder();
        for name in ["thanks.db", "thanks.db-wal", "thanks.db-journal"] {
            let _ = fs::copy(self.data().join(name), copy.path().join(name));
        }
        let path = copy.path().join("thanks.db");
        let journal = read_journal(&self.data().join("journal"));
        match path.exists().then(|| read_record(&path)) {
            None => Look { notes: Vec::new(), damage: None, journal },
            Some(Ok((notes, damage))) => Look { notes, damage, journal },
            Some(Err(error)) => Look { notes: Vec::new(), damage: Some(error.to_string()), journal },
        }
    }
}

impl Look {
    pub fn states(&self) -> Vec<&str> {
        self.notes.iter().map(|note| note.state.as_str()).collect()
    }
}

impl Ran {
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    pub fn was_killed(&self) -> bool {
        self.status.signal() == Some(9)
    }
}

/// A command that runs.
pub struct Started {
    pub child: Child,
    stdout: fs::File,
    stderr: fs::File,
}

impl Started {
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits for its end, or ends it.
    pub fn wait(mut self, longest: Duration) -> Ran {
        let watch = Watch::start();
        let mut hung = false;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if watch.read() > longest && !hung {
                hung = true;
                let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
            }
            pause(Duration::from_millis(1));
        };
        Ran { status, stdout: text(self.stdout), stderr: text(self.stderr), hung }
    }
}

fn start(mut command: Command) -> Started {
    let (stdout, stderr) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
    command.stdout(stdout.try_clone().unwrap()).stderr(stderr.try_clone().unwrap()).process_group(0);
    Started { child: command.spawn().unwrap(), stdout, stderr }
}

fn text(mut file: fs::File) -> String {
    use std::io::{Read, Seek};
    let mut bytes = Vec::new();
    file.rewind().unwrap();
    file.read_to_end(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn read_record(path: &Path) -> rusqlite::Result<(Vec<Known>, Option<String>)> {
    let db = Connection::open(path)?;
    let found: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    let tables: u32 =
        db.query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'notes'", [], |row| row.get(0))?;
    if tables == 0 {
        return Ok((Vec::new(), (found != "ok").then_some(found)));
    }
    let mut notes = db.prepare(
        "SELECT id, coalesce(recipient, ''), state, journaled, coalesce(message_id, ''), wire FROM notes ORDER BY number",
    )?;
    let known = |row: &rusqlite::Row<'_>| {
        let to: String = row.get(1)?;
        let to = to.split_once('<').map_or(to.as_str(), |(_, rest)| rest.trim_end_matches('>')).to_owned();
        Ok(Known {
            id: row.get(0)?,
            to,
            state: row.get(2)?,
            journaled: row.get(3)?,
            message_id: row.get(4)?,
            wire: row.get(5)?,
        })
    };
    let notes = notes.query_map([], known)?.collect::<Result<_, _>>()?;
    Ok((notes, (found != "ok").then_some(found)))
}

fn read_journal(path: &Path) -> BTreeMap<String, u32> {
    let mut journal = BTreeMap::new();
    let text = fs::read(path).unwrap_or_default();
    for id in String::from_utf8_lossy(&text).lines().filter_map(|line| line.split_whitespace().nth(1)) {
        *journal.entry(id.to_owned()).or_insert(0) += 1;
    }
    journal
}

/// In memory where the system has such a place: what reaches a disk is proven by `power`.
pub fn quick_folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

pub fn copy_folder(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            fs::set_permissions(&target, entry.metadata().unwrap().permissions()).unwrap();
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}
