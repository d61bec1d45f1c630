//! An error at each call on the files of the home and on the connection, once and from there on.
//! Beside what must hold after a kill, the exit code must tell what happened.

use std::fmt;
use std::time::Duration;

use crate::aftermath::{Arrivals, arrivals, examine};
use crate::home::{Home, Known, Look, Ran, Wire};
use crate::kills::{calls, name, server};
use crate::plan::{Plan, side_by_side};
use crate::table::{Fate, Row, Watch, say_broken};
use crate::trace::{self, Call, Stops};

const NOTES: usize = 2;
/// Then it counts as killed: some errors, met again and again, are waited out for minutes.
const LONGEST: Duration = Duration::from_secs(40);

/// For how long the error stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lasts {
    Once,
    FromThereOn,
}

#[derive(Clone, Debug)]
struct Place {
    wire: Wire,
    name: String,
    nth: usize,
    lasts: Lasts,
    error: &'static str,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lasts = if self.lasts == Lasts::Once { "" } else { "+" };
        write!(f, "{}/{}/{}{lasts}/{}", name(self.wire), self.name, self.nth, self.error)
    }
}

pub fn run(plan: &Plan) -> Vec<Row> {
    let template = Home::with_notes(NOTES);
    [Wire::Plain, Wire::Tls].map(|wire| over(plan, &template, wire)).into()
}

fn over(plan: &Plan, template: &Home, wire: Wire) -> Row {
    let watch = Watch::start();
    let root = template.root().parent().unwrap().display().to_string();
    let places: Vec<Place> = calls(template, wire)
        .iter()
        .filter(|call| is_on_wire(call) || (wire == Wire::Plain && is_on_disk(call, &root)))
        .flat_map(|call| possible(call, wire))
        .collect();
    let count = places.len();
    let chosen = plan.choose(places);
    let fates = side_by_side(&chosen, |place| {
        let fate = strike(template, place);
        say_broken("errors", &place.to_string(), &fate);
        fate
    });
    Row::of(&format!("errors, {}", name(wire)), count, &fates, watch.read())
}

fn is_on_disk(call: &Call, root: &str) -> bool {
    // A program and its libraries lie elsewhere; a lock and a mapping name their file as well.
    call.text.contains(&format!("{root}/.tmp")) && call.name != "execve"
}

fn is_on_wire(call: &Call) -> bool {
    call.text.contains("<TCP:")
        || call.text.contains("<socket:")
        || matches!(call.name.as_str(), "socket" | "clone3")
}

/// The errors that this call may meet.
fn possible(call: &Call, wire: Wire) -> Vec<Place> {
    use Lasts::{FromThereOn, Once};
    let both = [Once, FromThereOn];
    let (lasting, passing): (&[&'static str], &[&'static str]) = match call.name.as_str() {
        "openat" => (&["EMFILE", "EACCES", "EIO", "ENOSPC"], &[]),
        "pwrite64" | "write" => (&["ENOSPC", "EIO"], &["EINTR"]),
        "fsync" | "fdatasync" => (&["EIO", "ENOSPC"], &[]),
        "ftruncate" | "mkdir" | "linkat" | "unlink" | "rename" => (&["ENOSPC", "EACCES"], &[]),
        "pread64" | "read" => (&["EIO"], &["EINTR"]),
        "newfstatat" | "statx" | "access" => (&["EACCES"], &[]),
        "mmap" => (&["ENOMEM"], &[]),
        "fcntl" => (&["ENOLCK"], &["EAGAIN"]),
        "flock" => (&["ENOLCK"], &["EAGAIN", "EINTR"]),
        "clone3" => (&["EAGAIN"], &[]),
        "socket" => (&["EMFILE", "EACCES"], &[]),
        "connect" => (&["ECONNREFUSED", "ENETUNREACH", "ETIMEDOUT"], &["EINTR"]),
        "setsockopt" => (&["EINVAL"], &[]),
        "ioctl" => (&["EIO"], &[]),
        "sendto" | "writev" => (&["EPIPE", "ECONNRESET"], &["EAGAIN", "EINTR"]),
        "recvfrom" => (&["ECONNRESET", "EIO"], &["EAGAIN", "EINTR"]),
        _ => (&[], &[]),
    };
    let lasting = lasting.iter().flat_map(|error| both.map(|lasts| (*error, lasts)));
    lasting
        .chain(passing.iter().map(|error| (*error, Once)))
        .map(|(error, lasts)| Place { wire, name: call.name.clone(), nth: call.nth, lasts, error })
        .collect()
}

fn strike(template: &Home, place: &Place) -> Fate {
    let server = server(place.wire);
    let home = template.copy().speaks_to(&server, place.wire);
    let lasts = if place.lasts == Lasts::Once { "" } else { "+" };
    let trace = format!("trace={}", place.name);
    let inject = format!("inject={}:error={}:when={}{lasts}", place.name, place.error, place.nth);
    let options = ["-e", &trace, "-e", &inject];
    let (ran, trace) = trace::run(&home, &["send", "--yes"], Stops::WhereAsked, &options, LONGEST);
    let wrong =
        (!ran.hung).then(|| wrong_code(&ran, &home.look(), &arrivals(&server, &Arrivals::new()))).flatten();
    let mut fate = examine(&home, &server, &Arrivals::new(), NOTES);
    fate.struck = trace.contains("(INJECTED)");
    fate.broken.extend(wrong);
    fate
}

/// Where the exit code, or a line about a note, does not tell what happened.
fn wrong_code(ran: &Ran, left: &Look, had: &Arrivals) -> Option<String> {
    let arrived = |note: &Known| had.get(&note.to).copied().unwrap_or(0) > 0;
    let is_offered = |note: &Known| matches!(note.state.as_str(), "sending" | "unsure" | "sent");
    let is_named = |word: &str, note: &Known| {
        ran.stdout
            .lines()
            .chain(ran.stderr.lines())
            .any(|line| line.strip_prefix(word).is_some_and(|rest| rest.trim_start().starts_with(&note.id)))
    };
    // Arrived, and the record could not be told: its owner must hear that it may have left.
    let untold = left.notes.iter().any(|note| arrived(note) && note.state != "sent");
    let is_right = match ran.code() {
        Some(0) => left.notes.iter().all(|note| note.state == "sent"),
        // A bug or a panic is never the right word, and 2 is for what was typed.
        None | Some(2 | 70 | 101) => false,
        Some(76) => left.notes.iter().any(|note| is_named("in doubt:", note)),
        // Nothing of what is not recorded has left.
        Some(_) => !untold,
    };
    let are_true = left.notes.iter().all(|note| {
        (!is_named("in doubt:", note) || is_offered(note)) && (!is_named("sent", note) || arrived(note))
    });
    let talk = || format!("{}{}", ran.stdout, ran.stderr);
    (!is_right || !are_true)
        .then(|| format!("it ended with {}, the notes being {:?}: {}", ran.status, left.states(), talk()))
}
