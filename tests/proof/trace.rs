//! The program under strace: which system calls it makes, and what happens when one of them is its
//! last or fails.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::home::{Home, Ran};

/// One system call of a run. strace counts the calls of each name by thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub name: String,
    /// From 1, among the calls of this name.
    pub nth: usize,
    /// As strace shows it.
    pub text: String,
}

/// How closely strace looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stops {
    /// At every call. A signal can be injected only there.
    Always,
    /// Only where something is asked for, which is quicker.
    WhereAsked,
}

/// Whether strace is installed and may trace.
pub fn is_there() -> bool {
    let traced = Command::new("strace")
        .args(["-f", "-o", "/dev/null", "true"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    traced.is_ok_and(|status| status.success())
}

/// Runs the program under strace; also what strace wrote.
pub fn run(home: &Home, args: &[&str], stops: Stops, options: &[&str], longest: Duration) -> (Ran, String) {
    let out = home.root().join("trace");
    let path = out.display().to_string();
    let mut words: Vec<String> = ["strace", "-f", "-o", &path].map(str::to_owned).to_vec();
    if stops == Stops::WhereAsked {
        words.push("--seccomp-bpf".to_owned());
    }
    words.extend(options.iter().map(ToString::to_string));
    let ran = home.run_under(&words, args, longest);
    let trace = fs::read(&out).unwrap_or_default();
    (ran, String::from_utf8_lossy(&trace).into_owned())
}

/// Every system call by its name and number, in the order in which they began. Of the threads, the
/// one with most calls of a name counts for it.
pub fn calls(trace: &str) -> Vec<Call> {
    let mut by_thread: BTreeMap<(&str, &str), Vec<(usize, &str)>> = BTreeMap::new();
    for (at, line) in trace.lines().enumerate() {
        let Some((thread, text)) = line.split_once(' ') else { continue };
        let text = text.trim_start();
        let Some((name, _)) = text.split_once('(') else { continue };
        if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.is_empty() {
            by_thread.entry((name, thread)).or_default().push((at, text));
        }
    }
    let mut most: BTreeMap<&str, &Vec<(usize, &str)>> = BTreeMap::new();
    for ((name, _), calls) in &by_thread {
        let known = most.entry(name).or_insert(calls);
        if calls.len() > known.len() {
            *known = calls;
        }
    }
    let mut calls: Vec<(usize, Call)> = most
        .into_iter()
        .flat_map(|(name, calls)| {
            calls.iter().enumerate().map(move |(n, (at, text))| {
                (*at, Call { name: name.to_owned(), nth: n + 1, text: (*text).to_owned() })
            })
        })
        .collect();
    calls.sort_by_key(|(at, _)| *at);
    calls.into_iter().map(|(_, call)| call).collect()
}
