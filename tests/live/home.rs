//! A candidate's computer: a home of its own, configured for the stand, and a fixed clock.

use std::fs;
use std::process::{Command, Output};

use chrono::{DateTime, Utc};
use tempfile::TempDir;

use crate::stand::Stand;

pub struct Home {
    root: TempDir,
    pub now: DateTime<Utc>,
}

/// How a home logs in.
pub enum Auth<'a> {
    Password,
    /// On connections that begin in clear.
    PasswordAfterStartTls,
    Token(&'a str),
}

impl Home {
    pub fn new(stand: &Stand) -> Home {
        Home::with(stand, &Auth::Password)
    }

    pub fn with(stand: &Stand, auth: &Auth<'_>) -> Home {
        let home = Home { root: tempfile::tempdir().unwrap(), now: now() };
        let ca = stand.ca_file();
        let (method, secret) = match auth {
            Auth::Password | Auth::PasswordAfterStartTls => ("password", "cand-pass"),
            Auth::Token(token) => ("xoauth2", *token),
        };
        let (smtp, imap, security) = match auth {
            Auth::PasswordAfterStartTls => (stand.submission, stand.imap, "starttls"),
            Auth::Password | Auth::Token(_) => (stand.smtps, stand.imaps, "tls"),
        };
        let config = format!(
            "[me]\nname = \"Jo Marsh\"\nemail = \"candidate@thanks.test\"\n\n\
             [smtp]\nhost = \"localhost\"\nport = {smtp}\nsecurity = \"{security}\"\nca_file = \"{ca}\"\n\n\
             [imap]\nhost = \"localhost\"\nport = {imap}\nsecurity = \"{security}\"\nca_file = \"{ca}\"\n\n\
             [auth]\nmethod = \"{method}\"\ncommand = [\"echo\", \"{secret}\"]\n",
            ca = ca.display()
        );
        fs::write(home.root.path().join("config.toml"), config).unwrap();
        home
    }

    pub fn run(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_thanks"))
            .args(args)
            .env_clear()
            .env("THANKS_HOME", self.root.path())
            .env("THANKS_NOW", self.now.to_rfc3339())
            .env("TZ", "UTC")
            .env("PATH", "/usr/bin:/bin")
            .output()
            .unwrap()
    }

    /// Standard output and error together, the exit code compared.
    pub fn says(&self, args: &[&str], code: i32) -> String {
        let output = self.run(args);
        let both = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        assert_eq!(output.status.code(), Some(code), "{args:?}: {both}");
        both
    }

    /// Records an interview that ended an hour before the stand's present, and drafts its note.
    pub fn met(&self, company: &str, with: &str) {
        let ended = (now() - chrono::TimeDelta::hours(1)).format("%Y-%m-%dT%H:%MZ").to_string();
        let _ = self.says(
            &[
                "add",
                "--company",
                company,
                "--role",
                "Platform Engineer",
                "--ended",
                &ended,
                "--zone=UTC",
                "--with",
                with,
                "--topic",
                "moving the billing jobs to Kafka",
            ],
            0,
        );
        let _ = self.says(&["draft"], 0);
    }

    /// To the day on which a follow-up is due, and shows it.
    pub fn weeks_later(&mut self) {
        self.now += chrono::TimeDelta::days(21);
        let _ = self.says(&["draft"], 0);
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
}

/// The servers' own present: what they receive is dated by it.
#[expect(clippy::disallowed_methods, reason = "the servers have a clock of their own")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}
