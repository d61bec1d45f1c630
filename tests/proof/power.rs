//! The power fails at each write and each sync: what was written to the files of a home is
//! recorded, and played back with only so much as the disk has to have by then. From the first day
//! of a record on, and where its log is full and is worked into the database.

mod disk;
mod recording;

use std::fmt;
use std::fs;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use crate::aftermath::{Arrivals, examine};
use crate::home::{Home, Wire};
use crate::it::smtp_server::SmtpServer;
use crate::plan::{Dice, Plan, side_by_side};
use crate::scene::server;
use crate::table::{Fate, Row, Watch, say_broken};
use crate::trace::{self, Stops};
use disk::{Disk, Loss};
use recording::{Act, acts};

const NOTES: usize = 2;
const LONGEST: Duration = Duration::from_secs(60);
/// Frames of the log when a send begins: more than 4 MiB, which a command works into the database
/// when it opens the record.
const FRAMES: [u64; 2] = [1019, 1100];

/// A send, recorded.
struct Story {
    name: String,
    /// Before the first act.
    disk: Disk,
    acts: Vec<Act>,
    /// Where the send begins; before it, the notes are recorded and shown.
    send: usize,
    /// In the order in which they were written to.
    recipients: Vec<String>,
}

/// The power fails before the act with this number.
struct Place<'a> {
    story: &'a Story,
    act: usize,
    loss: Loss,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.story.name, self.act, self.loss.name())
    }
}

pub fn run(plan: &Plan) -> Vec<Row> {
    let watch = Watch::start();
    let first = vec![first_day()];
    let mut rows = vec![over(plan, "power, first day", &first, &watch)];
    let watch = Watch::start();
    let full: Vec<Story> = FRAMES.iter().map(|frames| full_log(*frames)).collect();
    rows.push(over(plan, "power, full log", &full, &watch));
    rows
}

fn over(plan: &Plan, part: &str, stories: &[Story], watch: &Watch) -> Row {
    let mut places = Vec::new();
    for story in stories {
        for act in 0..=story.acts.len() {
            places.extend(Loss::EACH.map(|loss| Place { story, act, loss }));
        }
    }
    let count = places.len();
    let chosen = plan.choose(places);
    let fates = side_by_side(&chosen, |place| {
        let fate = fail(place, plan.seed);
        say_broken("power", &place.to_string(), &fate);
        fate
    });
    Row::of(part, count, &fates, watch.read())
}

/// Everything from an empty home on.
fn first_day() -> Story {
    let server = server(Wire::Plain);
    let home = Home::new().speaks_to(&server, Wire::Plain);
    let disk = Disk::of(home.root());
    let mut acts = Vec::new();
    for n in 0..NOTES {
        acts.extend(recorded(&home, &Home::meeting(n)));
    }
    acts.extend(recorded(&home, &["draft".to_owned()]));
    let send = acts.len();
    acts.extend(recorded(&home, &["send", "--yes"].map(str::to_owned)));
    story("first-day".to_owned(), disk, acts, send, &server, &home)
}

fn full_log(frames: u64) -> Story {
    let server = server(Wire::Plain);
    let home = Home::with_notes(NOTES).speaks_to(&server, Wire::Plain);
    let log = home.data().join("thanks.db-wal");
    let db = Connection::open(home.data().join("thanks.db")).unwrap();
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).unwrap();
    db.execute_batch("PRAGMA wal_autocheckpoint = 0; PRAGMA synchronous = OFF").unwrap();
    while (fs::metadata(&log).unwrap().len() - 32) / 4120 < frames {
        db.execute(
            "INSERT INTO facts VALUES ('n', '1') ON CONFLICT (name) DO UPDATE SET value = value + 1",
            [],
        )
        .unwrap();
    }
    drop(db);
    let disk = Disk::of(home.root());
    let acts = recorded(&home, &["send", "--yes"].map(str::to_owned));
    let at_work = |act: &Act| matches!(act, Act::Write { path, .. } if path.ends_with("thanks.db"));
    assert!(acts.iter().any(at_work), "the log of {frames} frames is not worked into the database");
    story(format!("full-log-{frames}"), disk, acts, 0, &server, &home)
}

fn recorded(home: &Home, args: &[String]) -> Vec<Act> {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let (ran, trace) = trace::run(home, &args, Stops::WhereAsked, &recording::OPTIONS, LONGEST);
    assert!(ran.status.success(), "{args:?}: {ran:?}");
    acts(&trace, home.root())
}

fn story(name: String, disk: Disk, acts: Vec<Act>, send: usize, server: &SmtpServer, home: &Home) -> Story {
    let recipients: Vec<String> = server.accepted().into_iter().map(|accepted| accepted.to).collect();
    assert_eq!(recipients.len(), NOTES);
    assert_eq!(acts.iter().filter(|act| **act == Act::Dot).count(), NOTES, "each dot is seen");
    let mut end = disk.clone();
    acts.iter().for_each(|act| end.apply(act));
    assert_eq!(end.differs_from(home.root()), None, "the recording is whole");
    Story { name, disk, acts, send, recipients }
}

fn fail(place: &Place<'_>, seed: u64) -> Fate {
    let Place { story, act, loss } = place;
    let mut disk = story.disk.clone();
    for act in &story.acts[..*act] {
        disk.apply(act);
    }
    let home = Home::new();
    let mut dice = Dice::new(seed ^ (u64::try_from(*act).unwrap() << 8));
    disk.write(home.root(), *loss, &mut dice);
    let server = server(Wire::Plain);
    let home = home.speaks_to(&server, Wire::Plain);
    // Whoever had not come to the end of it tells it again.
    if *act < story.send {
        for n in 0..NOTES {
            home.meet(n);
        }
        home.draft();
    }
    let dots = story.acts[..*act].iter().filter(|act| **act == Act::Dot).count();
    let had: Arrivals = story.recipients[..dots].iter().map(|to| (to.clone(), 1)).collect();
    let done = *act == story.acts.len() && home.look().states() != ["sent"; NOTES];
    let mut fate = examine(&home, &server, &had, NOTES);
    fate.struck = true;
    if done {
        fate.broken.push("it was told as sent, and that is not on the disk".to_owned());
    }
    fate
}
