//! A candidate's computer: a home of its own, configured for the stand, and a fixed clock.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use chrono::{DateTime, Utc};
use tempfile::TempDir;

use crate::stand::{PASSWORD, Stand};

pub struct Home {
    root: TempDir,
    environment: Vec<(String, String)>,
    pub now: DateTime<Utc>,
}

/// How a home logs in.
pub enum Auth<'a> {
    Password,
    /// On connections that begin in clear.
    PasswordAfterStartTls,
    Token(&'a str),
}

pub const JANE: &str = "Jane Doe <jane@acme.test>";

impl Home {
    pub fn new(stand: &Stand) -> Home {
        Home::with(stand, &Auth::Password)
    }

    pub fn with(stand: &Stand, auth: &Auth<'_>) -> Home {
        let home = Home::bare();
        let ca = stand.ca_file();
        let ports = &stand.ports;
        let (method, secret) = match auth {
            Auth::Password | Auth::PasswordAfterStartTls => ("password", PASSWORD),
            Auth::Token(token) => ("xoauth2", *token),
        };
        let (smtp, imap, security) = match auth {
            Auth::PasswordAfterStartTls => (ports.submission, ports.imap, "starttls"),
            Auth::Password | Auth::Token(_) => (ports.smtps, ports.imaps, "tls"),
        };
        home.configure(&format!(
            "[smtp]\nhost = \"localhost\"\nport = {smtp}\nsecurity = \"{security}\"\nca_file = \"{ca}\"\n\n\
             [imap]\nhost = \"localhost\"\nport = {imap}\nsecurity = \"{security}\"\nca_file = \"{ca}\"\n\n\
             [auth]\nmethod = \"{method}\"\ncommand = [\"echo\", \"{secret}\"]\n",
            ca = ca.display()
        ));
        home
    }

    /// A home without a configuration, and with none of the folders of whoever runs the tests.
    pub fn bare() -> Home {
        let root = tempfile::tempdir().unwrap();
        let mut environment = vec![("PATH".to_owned(), "/usr/bin:/bin".to_owned())];
        for (name, folder) in [
            ("HOME", ""),
            ("XDG_DATA_HOME", "share"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_RUNTIME_DIR", "run"),
        ] {
            let path = root.path().join(folder);
            fs::create_dir_all(&path).unwrap();
            environment.push((name.to_owned(), path.to_str().unwrap().to_owned()));
        }
        Home { root, environment, now: now() }
    }

    pub fn path(&self) -> &Path {
        self.root.path()
    }

    pub fn config_file(&self) -> PathBuf {
        self.root.path().join("config/thanks/config.toml")
    }

    /// Writes the configuration of the candidate; `rest` are its sections but [me].
    pub fn configure(&self, rest: &str) {
        let file = self.config_file();
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        let me = "[me]\nname = \"Jo Marsh\"\nemail = \"candidate@thanks.test\"\n\n";
        fs::write(file, format!("{me}{rest}")).unwrap();
    }

    /// On a Tuesday, at an hour when mail may go by itself.
    pub fn at_work(mut self) -> Home {
        self.now = "2026-03-03T15:00:00Z".parse().unwrap();
        self
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    pub fn environment(&self) -> impl Iterator<Item = (&str, &str)> {
        self.environment.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub fn run(&self, args: &[&str]) -> Output {
        self.run_with_input(args, "")
    }

    pub fn run_with_input(&self, args: &[&str], input: &str) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_thanks"))
            .args(args)
            .env_clear()
            .envs(self.environment())
            .env("THANKS_NOW", self.now.to_rfc3339())
            .env("TZ", "UTC")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A program that does not read has closed its end.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }

    /// Standard output and error together, the exit code compared.
    pub fn says(&self, args: &[&str], code: i32) -> String {
        self.says_to(args, "", code)
    }

    pub fn says_to(&self, args: &[&str], input: &str, code: i32) -> String {
        let output = self.run_with_input(args, input);
        let both = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        assert_eq!(output.status.code(), Some(code), "{args:?}: {both}");
        assert!(!both.contains(PASSWORD), "the password is shown: {both}");
        both
    }

    /// Records an interview that ended an hour ago, and drafts its note.
    pub fn met(&self, company: &str, with: &str) {
        self.met_as(company, "Platform Engineer", with);
    }

    pub fn met_as(&self, company: &str, role: &str, with: &str) {
        let ended = (self.now - chrono::TimeDelta::hours(1)).format("%Y-%m-%dT%H:%MZ").to_string();
        let fixed = ["--zone=UTC", "--topic", "moving the billing jobs to Kafka"];
        let told = ["add", "--company", company, "--role", role, "--ended", &ended, "--with", with];
        let _ = self.says(&[&told[..], &fixed].concat(), 0);
        let _ = self.says(&["draft"], 0);
    }

    /// To the day on which a follow-up is due, and shows it.
    pub fn weeks_later(&mut self) {
        self.now += chrono::TimeDelta::days(21);
        let _ = self.says(&["draft"], 0);
    }

    pub fn minutes_later(&mut self, minutes: i64) {
        self.now += chrono::TimeDelta::minutes(minutes);
    }

    /// The message of a note as it is shown before it goes, from a file.
    pub fn previewed(&self, id: &str) -> String {
        let folder = self.root.path().join("preview");
        let _ = self.says(&["draft", id, "--out", folder.to_str().unwrap()], 0);
        fs::read_to_string(folder.join(format!("{}.eml", id.replace('/', "-")))).unwrap()
    }

    pub fn note(&self, id: &str) -> serde_json::Value {
        let output = self.run(&["status", "--json"]);
        let status: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let notes = status["notes"].as_array().unwrap();
        notes.iter().find(|note| note["id"] == id).unwrap_or_else(|| panic!("no {id} in {status}")).clone()
    }

    pub fn state(&self, id: &str) -> String {
        self.note(id)["state"].as_str().unwrap().to_owned()
    }

    /// The files below the home that hold these bytes.
    pub fn files_with(&self, bytes: &[u8]) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.root.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                let kind = entry.file_type().unwrap();
                if kind.is_dir() {
                    folders.push(entry.path());
                } else if kind.is_file()
                    && fs::read(entry.path()).unwrap().windows(bytes.len()).any(|part| part == bytes)
                {
                    found.push(entry.path());
                }
            }
        }
        found
    }
}

/// The servers' own present: what they receive is dated by it.
#[expect(clippy::disallowed_methods, reason = "the servers have a clock of their own")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}
