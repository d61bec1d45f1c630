//! An error at each call on the files of the home and on the connection, once and from there on.
//! Beside what must hold after a kill, the exit code must tell what happened.

use std::fmt;
use std::time::Duration;

use crate::aftermath::Arrivals;
use crate::home::{Known, Look, Ran, Wire};
use crate::plan::{Plan, side_by_side};
use crate::scene::{SEND, Scene};
use crate::table::{Fate, Row, Watch, say_broken};
use crate::trace::{self, Call, Stops};

/// Then it counts as killed: some errors, met again and again, are waited out for minutes.
const LONGEST: Duration = Duration::from_secs(40);

/// For how long the error stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lasts {
    Once,
    FromThereOn,
}

struct Place<'a> {
    scene: &'a Scene,
    name: String,
    nth: usize,
    lasts: Lasts,
    error: &'static str,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lasts = if self.lasts == Lasts::Once { "" } else { "+" };
        write!(f, "{}/{}/{}{lasts}/{}", self.scene.name, self.name, self.nth, self.error)
    }
}

pub fn run(plan: &Plan) -> Vec<Row> {
    [Scene::plain(), Scene::tls()].iter().map(|scene| over(plan, scene)).collect()
}

fn over(plan: &Plan, scene: &Scene) -> Row {
    let watch = Watch::start();
    let places: Vec<Place<'_>> = scene
        .calls()
        .iter()
        .filter(|call| is_on_wire(call) || (scene.wire == Wire::Plain && is_on_disk(call)))
        .flat_map(|call| possible(call, scene))
        .collect();
    let count = places.len();
    let chosen = plan.choose(places);
    let fates = side_by_side(&chosen, |place| {
        let fate = strike(place);
        say_broken("errors", &place.to_string(), &fate);
        fate
    });
    Row::of(&format!("errors, {}", scene.name), count, &fates, watch.read())
}

/// A file of the home, which is named as the folders of tests are; a program and its libraries lie
/// elsewhere.
fn is_on_disk(call: &Call) -> bool {
    call.text.contains("/.tmp") && call.name != "execve"
}

fn is_on_wire(call: &Call) -> bool {
    call.text.contains("<TCP:")
        || call.text.contains("<socket:")
        || matches!(call.name.as_str(), "socket" | "clone3")
}

/// The errors that this call may meet.
fn possible<'a>(call: &Call, scene: &'a Scene) -> Vec<Place<'a>> {
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
        .map(|(error, lasts)| Place { scene, name: call.name.clone(), nth: call.nth, lasts, error })
        .collect()
}

fn strike(place: &Place<'_>) -> Fate {
    let (server, home) = place.scene.open();
    let lasts = if place.lasts == Lasts::Once { "" } else { "+" };
    let trace = format!("trace={}", place.name);
    let inject = format!("inject={}:error={}:when={}{lasts}", place.name, place.error, place.nth);
    let options = ["-e", &trace, "-e", &inject];
    let (ran, trace) = trace::run(&home, &SEND, Stops::WhereAsked, &options, LONGEST);
    let wrong = (!ran.hung).then(|| wrong_code(&ran, &home.look(), &place.scene.arrivals(&server))).flatten();
    let mut fate = place.scene.examine(&home, &server);
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
