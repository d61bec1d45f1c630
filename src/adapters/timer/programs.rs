//! The system's own programs, found by PATH and run with an argv, their words kept.

use std::io::ErrorKind;
use std::process::{Command, Stdio};

use super::Keeper;
use crate::domain::problem::{Kind, Problem};

/// A command line to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub argv: Vec<String>,
    pub matters: Matters,
}

/// Whether a failure stops the lines that follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Matters {
    Yes,
    /// As stopping what may not be running.
    No,
}

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

pub(super) fn line(argv: &[&str]) -> Line {
    Line { argv: argv.iter().map(|word| (*word).to_owned()).collect(), matters: Matters::Yes }
}

/// Runs one after the other, up to the first failure that matters.
pub(super) fn call_all(lines: Vec<Line>) -> (Vec<Call>, Option<Failure>) {
    let mut calls = Vec::new();
    let mut rest = lines.into_iter();
    while let Some(line) = rest.next() {
        let (call, _) = call(&line.argv);
        if call.outcome != Outcome::Done && line.matters == Matters::Yes {
            let not_run = std::iter::once(call.line.clone()).chain(rest.map(|line| shown(&line.argv)));
            let not_run = not_run.collect();
            return (calls, Some(Failure { call, not_run }));
        }
        calls.push(call);
    }
    (calls, None)
}

/// One call, with what it wrote to its standard output. Words and times come in English and UTC.
pub(super) fn call(argv: &[String]) -> (Call, String) {
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
}

impl Failure {
    pub fn problem(&self, what: &str) -> Problem {
        let (program, _) = self.call.line.split_once(' ').unwrap_or((self.call.line.as_str(), ""));
        let mut problem = match &self.call.outcome {
            Outcome::Missing => Problem::new(Kind::LocalIo, format!("{what}there is no {program} here")),
            _ => Problem::new(
                if self.lacks_session() { Kind::Permission } else { Kind::LocalIo },
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

    /// What to type to have the timer all the same.
    pub fn hint(&self, keeper: Keeper) -> String {
        if keeper == Keeper::Systemd && self.call.outcome == Outcome::Missing {
            return "without systemd any other timer will do, such as a line of cron: \
                    */5 * * * * thanks schedule run --no-input"
                .to_owned();
        }
        let lines = self.not_run.join(" && ");
        match self.lacks_session() {
            true => format!("log in as this user, not through su or sudo, then: {lines}"),
            false => lines,
        }
    }

    /// No user manager to talk to: no login session, or one of another user.
    fn lacks_session(&self) -> bool {
        matches!(&self.call.outcome, Outcome::Failed(words)
            if words.contains("connect to bus") || words.contains("connect to user scope bus")
                || words.contains("XDG_RUNTIME_DIR"))
    }
}

fn shown(argv: &[String]) -> String {
    let plain = |word: &String| !word.is_empty() && !word.contains([' ', '"', '\'', '$', '\\', '`']);
    let words: Vec<String> =
        argv.iter().map(|word| if plain(word) { word.clone() } else { format!("\"{word}\"") }).collect();
    words.join(" ")
}
