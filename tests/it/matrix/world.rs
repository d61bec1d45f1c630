//! The place where a fault is played: a home that was made once and is copied, a server for mail
//! out, and, where it is wanted, one for mail in.

use std::any::Any;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use rustix::process::{Pid, Resource, Rlimit, prlimit};

use super::{By, KILLED, Play, Scene};
use crate::imap_server::ImapServer;
use crate::sandbox::{NOW, Sandbox};
use crate::send::acme;
use crate::smtp_server::{At, Fault, SmtpServer};

/// The follow-up is due.
const DUE: &str = "2026-03-23T14:06:00Z";

/// What a command did.
pub struct Told {
    pub code: i32,
    /// Standard output and standard error.
    pub text: String,
}

pub struct World {
    pub sandbox: Sandbox,
    pub smtp: SmtpServer,
    pub imap: Option<ImapServer>,
    /// A further server that took the place of the first.
    pub earlier: Vec<SmtpServer>,
    /// What the fault consists of, until it is mended.
    pub held: Vec<Box<dyn Any>>,
    /// A command that is still running.
    pub running: Option<Child>,
    scene: Scene,
    now: DateTime<Utc>,
}

/// A home as it was left, and the time.
struct Left {
    sandbox: Sandbox,
    now: DateTime<Utc>,
}

static SHOWN: LazyLock<Left> = LazyLock::new(|| {
    let sandbox = Sandbox::new();
    sandbox.configure("[me]\nname = \"Jo Marsh\"\nemail = \"jo@example.com\"\n");
    acme(&sandbox);
    let _ = sandbox.run(&["draft"]).talks_somehow().text();
    Left { sandbox, now: NOW.parse().unwrap() }
});

/// Approved, and then there was no password.
static APPROVED: LazyLock<Left> = LazyLock::new(|| {
    let left = &*SHOWN;
    let sandbox = copied(&left.sandbox);
    let server = SmtpServer::builder().start();
    sandbox.use_server_with_login(&server);
    change(&config(&sandbox), "\"printf\", \"secret\"", "\"false\"");
    let _ = sandbox.run(&["send", "--yes"]).exits(77).talks_somehow().text();
    assert_eq!(server.connections(), 0);
    Left { sandbox, now: left.now + TimeDelta::minutes(16) }
});

static FOLLOW_UP_SHOWN: LazyLock<Left> = LazyLock::new(|| {
    let mut sandbox = copied(&SHOWN.sandbox);
    let server = SmtpServer::builder().start();
    sandbox.use_server(&server);
    let _ = sandbox.run(&["send", "--yes"]).text();
    sandbox.set_now(DUE);
    let _ = sandbox.run(&["draft"]).talks_somehow().text();
    Left { sandbox, now: DUE.parse().unwrap() }
});

static FOLLOW_UP_APPROVED: LazyLock<Left> = LazyLock::new(|| {
    let left = &*FOLLOW_UP_SHOWN;
    let mut sandbox = copied(&left.sandbox);
    sandbox.set_now(DUE);
    let server = SmtpServer::builder().fault(At::Banner, Fault::Reply("421 later")).start();
    sandbox.use_server(&server);
    let _ = sandbox.run(&["nudge", "--yes", "--no-answer"]).exits(75).talks_somehow().text();
    Left { sandbox, now: left.now + TimeDelta::minutes(6) }
});

impl World {
    pub fn open(play: &Play, by: By) -> World {
        let left = match (play.scene, by) {
            (Scene::ThankYou, By::Typed) => &*SHOWN,
            (Scene::ThankYou, By::Timer) => &*APPROVED,
            (Scene::FollowUp, By::Typed) => &*FOLLOW_UP_SHOWN,
            (Scene::FollowUp, By::Timer) => &*FOLLOW_UP_APPROVED,
        };
        let sandbox = copied(&left.sandbox);
        let faults = play.faults.iter().cloned();
        let smtp = faults.fold((play.server)(), |server, (nth, at, fault)| server.fault_on(nth, at, fault));
        let mut world = World {
            sandbox,
            smtp: smtp.start(),
            imap: None,
            earlier: Vec::new(),
            held: Vec::new(),
            running: None,
            scene: play.scene,
            now: left.now,
        };
        world.pass(0);
        match play.scene {
            Scene::ThankYou => world.sandbox.use_server_with_login(&world.smtp),
            Scene::FollowUp => world.with_mailbox("none"),
        }
        world
    }

    /// The note that it is about.
    pub fn note(&self) -> &'static str {
        match self.scene {
            Scene::ThankYou => "acme/jane",
            Scene::FollowUp => "acme/jane/nudge",
        }
    }

    pub fn command(&self, by: By) -> &'static [&'static str] {
        match (by, self.scene) {
            (By::Timer, _) => &["schedule", "run", "--no-input"],
            (By::Typed, Scene::ThankYou) => &["send", "--yes", "--no-input"],
            (By::Typed, Scene::FollowUp) => &["nudge", "--yes", "--no-input"],
        }
    }

    /// From now on there is a mailbox, with a folder of sent mail.
    pub fn with_mailbox(&mut self, sent_copy: &str) {
        self.use_mailbox(ImapServer::builder().folder("Sent", "\\Sent").start(), sent_copy);
    }

    pub fn use_mailbox(&mut self, imap: ImapServer, sent_copy: &str) {
        self.sandbox.use_servers(&self.smtp, &imap, sent_copy);
        self.imap = Some(imap);
    }

    pub fn imap(&self) -> &ImapServer {
        self.imap.as_ref().unwrap()
    }

    /// What was sent lies in Sent.
    pub fn files_what_was_sent(&self) {
        let wire = String::from_utf8(self.smtp.accepted().last().unwrap().data.clone()).unwrap();
        self.imap().deliver("Sent", " 5-Mar-2026 20:54:00 +0000", &wire.replace("\r\n", "\n"));
    }

    /// The Message-ID of a note.
    pub fn id(&self, note: &str) -> String {
        let status = self.status();
        status.iter().find(|known| known["id"] == note).unwrap()["message_id"].as_str().unwrap().to_owned()
    }

    /// Lets the clock go on.
    pub fn pass(&mut self, seconds: i64) {
        self.now += TimeDelta::seconds(seconds);
        self.sandbox.set_now(&self.now.to_rfc3339());
    }

    pub fn database(&self) -> PathBuf {
        self.sandbox.home().join("thanks.db")
    }

    pub fn config(&self) -> PathBuf {
        config(&self.sandbox)
    }

    /// Writes something else into the configuration.
    pub fn reconfigure(&self, from: &str, to: &str) {
        change(&self.config(), from, to);
    }

    /// Another server, in the place of the one there was.
    pub fn replace_server(&mut self, server: SmtpServer) {
        let text = fs::read_to_string(self.config()).unwrap();
        let text = text.replacen(&self.smtp.port().to_string(), &server.port().to_string(), 1);
        fs::write(self.config(), text).unwrap();
        self.earlier.push(std::mem::replace(&mut self.smtp, server));
    }

    /// The database by itself.
    pub fn sql(&self, sql: &str) {
        rusqlite::Connection::open(self.database()).unwrap().execute_batch(sql).unwrap();
    }

    pub fn run(&mut self, words: &[&str]) -> Told {
        let child = self.start(words);
        finish(child)
    }

    pub fn start(&self, words: &[&str]) -> Child {
        spawn(self.sandbox.command(words))
    }

    /// A command that sees a write beyond the limit of a file as an error, and is not ended by it.
    pub fn start_for_limit(&self, words: &[&str]) -> Child {
        self.start_in_shell("trap '' XFSZ", words)
    }

    /// A command for which a shell has prepared something.
    pub fn start_in_shell(&self, prepare: &str, words: &[&str]) -> Child {
        let program = self.sandbox.command(words);
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("{prepare}; exec \"$0\" \"$@\"")).arg(program.get_program());
        shell.args(program.get_args()).env_clear();
        shell.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        shell.current_dir(self.sandbox.folder());
        spawn(shell)
    }

    /// No file of that process may grow beyond the log of the database as it is now.
    pub fn fill_the_disk_for(&self, child: &Child) {
        let log = fs::metadata(self.sandbox.home().join("thanks.db-wal")).unwrap().len();
        let limit = Rlimit { current: Some(log), maximum: Some(log) };
        prlimit(Some(Pid::from_child(child)), Resource::Fsize, limit).unwrap();
    }

    /// Runs a command that must end in one of these ways.
    pub fn expects(&mut self, words: &[&str], codes: &[i32]) -> String {
        let told = self.run(words);
        assert!(codes.contains(&told.code), "{words:?} exits {}\n{}", told.code, told.text);
        told.text
    }

    /// Takes the fault away.
    pub fn mend(&mut self, mends: fn(&mut World)) {
        self.held.clear();
        self.smtp.mend();
        if let Some(imap) = &self.imap {
            imap.set_fault(None);
        }
        mends(self);
    }

    pub fn state(&self) -> String {
        self.state_of(self.note())
    }

    pub fn state_of(&self, note: &str) -> String {
        let status = self.status();
        let known = status.iter().find(|known| known["id"] == note);
        known.unwrap_or_else(|| panic!("no {note} in {status:?}"))["state"].as_str().unwrap().to_owned()
    }

    fn status(&self) -> Vec<serde_json::Value> {
        let json = self.sandbox.run(&["status", "--json"]).talks_somehow().json();
        json["notes"].as_array().unwrap().clone()
    }

    /// How often Jane was written to in this play.
    pub fn arrived(&self) -> usize {
        let servers = self.earlier.iter().chain([&self.smtp]);
        let accepted = servers.flat_map(SmtpServer::accepted);
        accepted.filter(|accepted| accepted.to == "jane@acme.example").count()
    }

    /// Sent, and nobody sends it again.
    pub fn assert_sent_once(&mut self) {
        assert_eq!((self.state().as_str(), self.arrived()), ("sent", 1));
        for by in [By::Timer, By::Typed] {
            self.expects(self.command(by), &[0]);
            assert_eq!(self.arrived(), 1, "{by:?}");
        }
    }
}

pub fn finish(child: Child) -> Told {
    let output = child.wait_with_output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    Told { code: output.status.code().unwrap_or(KILLED), text: String::from_utf8(text).unwrap() }
}

fn spawn(mut command: Command) -> Child {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

pub fn change(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "no {from} in {text}");
    fs::write(file, text.replace(from, to)).unwrap();
}

fn config(sandbox: &Sandbox) -> PathBuf {
    sandbox.home().join("config.toml")
}

/// Another sandbox with the same record; the index of the log is made anew.
fn copied(from: &Sandbox) -> Sandbox {
    let to = Sandbox::new();
    copy(&from.home(), &to.home());
    to
}

/// Every file but the index of the log.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    fs::set_permissions(to, fs::Permissions::from_mode(0o700)).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name() != "thanks.db-shm" {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(mut child) = self.running.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
