//! The system's own programs, found by PATH and run with an argv, their words kept.

use std::io::ErrorKind;
use std::process::{Command, Stdio};

use crate::domain::problem::{Kind, Problem};

/// A command line that was run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// As it could be typed.
    pub line: String,
    pub outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// What it said, foreign and unescaped.
    Failed(String),
    /// There is no such program.
    Missing,
}

/// The call that failed, and the lines that were left.
#[derive(Debug)]
pub(super) struct Failure {
    call: Call,
    not_run: Vec<String>,
}

/// Runs command lines one after the other, up to the first failure.
pub(super) fn call_all(lines: &[&[&str]]) -> (Vec<Call>, Option<Failure>) {
    let mut calls = Vec::new();
    let mut rest = lines.iter();
    while let Some(argv) = rest.next() {
        let (call, _) = call(argv);
        if call.outcome != Outcome::Done {
            let not_run = std::iter::once(call.line.clone()).chain(rest.map(|argv| shown(argv)));
            let not_run = not_run.collect();
            return (calls, Some(Failure { call, not_run }));
        }
        calls.push(call);
    }
    (calls, None)
}

/// One call, with what it wrote to its standard output. Words and times come in English and UTC.
pub(super) fn call(argv: &[&str]) -> (Call, String) {
    let line = shown(argv);
    let Some((program, arguments)) = argv.split_first() else {
        return (Call { line, outcome: Outcome::Missing }, String::new());
    };
    let ran = Command::new(program)
        .args(arguments)
        .env("LC_ALL", "C")
        .env("TZ", "UTC")
        .stdin(Stdio::null())
        .output();
    match ran {
        Ok(output) if output.status.success() => {
            (Call { line, outcome: Outcome::Done }, String::from_utf8_lossy(&output.stdout).into_owned())
        }
        Ok(output) => {
            let words = if output.stderr.is_empty() { &output.stdout } else { &output.stderr };
            let words = String::from_utf8_lossy(words).trim().to_owned();
            let words = if words.is_empty() { output.status.to_string() } else { words };
            (Call { line, outcome: Outcome::Failed(words) }, String::new())
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            (Call { line, outcome: Outcome::Missing }, String::new())
        }
        Err(error) => (Call { line, outcome: Outcome::Failed(error.to_string()) }, String::new()),
    }
}

impl Outcome {
    /// Why it failed, in a few words; none for one that did not.
    pub fn failure(&self) -> Option<&str> {
        match self {
            Outcome::Done => None,
            Outcome::Failed(words) => Some(words),
            Outcome::Missing => Some("there is no such program"),
        }
    }

    /// Whether there is no systemd user session to talk to: none was started (WSL, containers), or it
    /// belongs to another user (su, sudo).
    pub fn is_no_session(&self) -> bool {
        match self {
            Outcome::Done => false,
            Outcome::Failed(words) => is_no_session(words),
            Outcome::Missing => true,
        }
    }
}

impl Failure {
    pub fn problem(&self, what: &str) -> Problem {
        let (program, _) = self.call.line.split_once(' ').unwrap_or((self.call.line.as_str(), ""));
        let mut problem = match &self.call.outcome {
            Outcome::Missing => Problem::new(Kind::LocalIo, format!("{what}there is no {program} here")),
            _ => Problem::new(
                if self.call.outcome.is_no_session() { Kind::Permission } else { Kind::LocalIo },
                format!("{what}{program} refused"),
            ),
        };
        if let Outcome::Failed(words) = &self.call.outcome {
            for line in words.lines().take(5) {
                problem = problem.detail(format!("{program}: {line}"));
            }
        }
        problem
    }

    /// The commands that would have followed, to type by hand.
    pub fn hint(&self) -> String {
        self.not_run.join(" && ")
    }
}

/// As systemctl says it.
fn is_no_session(words: &str) -> bool {
    words.contains("connect to bus")
        || words.contains("connect to user scope bus")
        || words.contains("XDG_RUNTIME_DIR")
        || words.contains("not been booted with systemd")
}

fn shown(argv: &[&str]) -> String {
    argv.join(" ")
}
