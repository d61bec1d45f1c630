//! What the benches share: a table of goals, a home with a record in it, child processes and what
//! they cost. Goals are ratios within one run, since times of different machines tell nothing.
#![allow(dead_code, reason = "each bench takes what it needs")]

/// The tests' own server.
#[path = "../../tests/it"]
pub mod it {
    pub mod smtp_server;
}

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use chrono::{DateTime, FixedOffset};
use thanks::adapters::store::{Beginning, Store};
use thanks::domain::address::{EmailAddress, PersonName};
use thanks::domain::application::{Application, Status, Tone};
use thanks::domain::interview::{End, Interview, InterviewKind, Meeting, Topic};
use thanks::domain::person::Person;
use thanks::domain::zone::Zone;

pub const NOW: &str = "2026-03-05T20:00:00+00:00";
const ENDED: &str = "2026-03-05T15:00:00+00:00";

/// Prints goals with what was measured, and at the end how many were met.
#[derive(Default)]
pub struct Table {
    met: usize,
    missed: usize,
}

impl Table {
    pub fn goal(&mut self, what: &str, measured: f64, limit: f64, detail: &str) {
        let verdict = if measured <= limit { "met" } else { "MISSED" };
        match measured <= limit {
            true => self.met += 1,
            false => self.missed += 1,
        }
        println!("{verdict:6}  {measured:8.2} <= {limit:<6}  {what}  ({detail})");
    }

    pub fn skipped(&self, what: &str, why: &str) {
        println!("-         not measured      {what}  ({why})");
    }

    pub fn end(self) {
        println!("{} goals met, {} missed", self.met, self.missed);
    }
}

pub fn moment(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).unwrap()
}

pub fn installed(program: &str) -> bool {
    let looked = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    looked.is_ok()
}

pub fn time<T>(work: impl FnOnce() -> T) -> Duration {
    let begun = Instant::now();
    drop(work());
    begun.elapsed()
}

/// The median of some runs, in milliseconds; the first one only warms up.
pub fn median(runs: usize, mut work: impl FnMut() -> Duration) -> f64 {
    work();
    let mut times: Vec<Duration> = (0..runs).map(|_| work()).collect();
    times.sort();
    times[runs / 2].as_secs_f64() * 1000.0
}

/// `thanks` in a home of its own, with a clock that stands still.
pub fn thanks(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_thanks"));
    command.args(arguments).env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command.env("THANKS_HOME", home).env("THANKS_NOW", NOW).env("TZ", "UTC");
    command.env("PATH", std::env::var_os("PATH").unwrap());
    command
}

pub fn must(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// Instructions of a process without its children, in millions, as callgrind counts them.
pub fn instructions(command: &Command) -> f64 {
    let mut counted = Command::new("valgrind");
    counted.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    counted.arg(command.get_program()).args(command.get_args()).env_clear();
    counted.envs(command.get_envs().filter_map(|(key, value)| Some((key, value?))));
    counted.stdin(Stdio::null()).stdout(Stdio::null());
    let output = must(&mut counted);
    let told = String::from_utf8_lossy(&output.stderr);
    let line = told.lines().find(|line| line.contains("Collected")).unwrap();
    line.split(':').nth(1).unwrap().trim().parse::<f64>().unwrap() / 1e6
}

/// The most memory that a process ever held, in MiB: its last word before it ends.
pub fn peak_memory(command: &mut Command) -> f64 {
    let mut child = command.stderr(Stdio::null()).spawn().unwrap();
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut peak = 0.0;
    while child.try_wait().unwrap().is_none() {
        let told = fs::read_to_string(&status).unwrap_or_default();
        if let Some(line) = told.lines().find(|line| line.starts_with("VmHWM")) {
            peak = line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0;
        }
        std::thread::sleep(Duration::from_micros(200));
    }
    assert!(child.wait().unwrap().success(), "{command:?}");
    peak
}

/// The calls of `fsync` and its like that a process makes.
pub fn syncs(command: &Command) -> usize {
    let mut traced = Command::new("strace");
    traced.args(["-f", "-qq", "-e", "trace=fsync,fdatasync,sync_file_range,msync"]);
    traced.arg(command.get_program()).args(command.get_args()).env_clear();
    traced.envs(command.get_envs().filter_map(|(key, value)| Some((key, value?))));
    traced.stdin(Stdio::null()).stdout(Stdio::null());
    let output = must(&mut traced);
    BufReader::new(output.stderr.as_slice())
        .lines()
        .filter(|line| line.as_ref().unwrap().contains("sync("))
        .count()
}

/// A word that is no other company's.
pub fn name(number: usize) -> String {
    let syllables = ["ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "zu"];
    let digits = format!("{number:05}");
    let word: String = digits.bytes().map(|digit| syllables[usize::from(digit - b'0')]).collect();
    format!("{}{}", word[..1].to_uppercase(), &word[1..])
}

/// An application with one interview today and one person met.
pub fn application(number: usize) -> Application {
    let company = name(number);
    Application {
        slug: company.to_lowercase(),
        company: company.clone(),
        role: "Platform Engineer".into(),
        role_short: None,
        country: Some("US".into()),
        zone: None,
        tone: Tone::Warm,
        contact: None,
        agent: None,
        status: Status::Open,
        decision: None,
        heard: Vec::new(),
        people: vec![Person {
            key: "jane".into(),
            name: PersonName::parse("Jane Doe").unwrap(),
            goes_by: None,
            honorific: None,
            title: None,
            away_until: None,
            address: Some(EmailAddress::parse(&format!("jane@{}.example", company.to_lowercase())).unwrap()),
        }],
        interviews: vec![Interview {
            round: 1,
            ended: moment(ENDED),
            zone: Zone::named("America/New_York").unwrap(),
            end: End::Told,
            kind: InterviewKind::Video,
            meetings: vec![Meeting {
                person: "jane".into(),
                topics: vec![Topic {
                    what: format!("moving the {company} billing jobs to Kafka"),
                    why: Some("it has to be done before the summer".into()),
                    ..Topic::default()
                }],
            }],
        }],
    }
}

/// A home whose record holds so many applications, each with one thank-you due.
pub fn home(applications: usize) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let mut store = Store::open(&home.path().join("thanks.db"), Beginning::Fresh).unwrap();
    for number in 0..applications {
        store.save_application(&application(number), moment(ENDED), "added").unwrap();
    }
    home
}

/// The account of a home, on a server on this machine.
pub fn set_up(home: &Path, port: u16, security: &str, ca_pem: &[u8]) {
    let ca_file = home.join("ca.pem");
    fs::write(&ca_file, ca_pem).unwrap();
    let text = format!(
        "[me]\nname = \"Jo Marsh\"\nemail = \"jo@example.com\"\n\n[smtp]\nhost = \"127.0.0.1\"\nport = {port}\n\
         security = \"{security}\"\nca_file = \"{}\"\n\n[auth]\ncommand = [\"echo\", \"secret\"]\n",
        ca_file.display()
    );
    fs::write(home.join("config.toml"), text).unwrap();
}
