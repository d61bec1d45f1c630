//! The fault matrix: 90 faults by their numbers, and what each comes to: exit code, state, words,
//! and what the next runs do once it is gone. What no test can play in a moment says where it is
//! seen instead.

mod local;
mod mailbox;
mod network;
mod record;
mod schedule;
mod smtp;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::smtp_server::{At, Builder, Fault, SmtpServer};
use world::{Told, World};

/// One fault of the matrix.
pub struct Row {
    number: u8,
    fault: &'static str,
    plays: Vec<Play>,
    /// What is not played, and where it is seen.
    elsewhere: Option<&'static str>,
    /// Why our code or word is another one than the matrix has.
    differs: Option<&'static str>,
}

/// What there is to send, ready and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scene {
    ThankYou,
    /// Jane was thanked; the follow-up is due. There is a mailbox.
    FollowUp,
}

/// Who meets the fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// `send --yes` or `nudge --yes`.
    Typed,
    /// `schedule run`, of a note that was approved before.
    Timer,
}

/// The state that a play ends in.
#[derive(Clone, Copy, Debug)]
pub enum Ends {
    /// As it was before.
    Kept,
    In(&'static str),
    /// The note is not the point.
    Anyhow,
}

/// What follows once the fault is gone. Whatever it is, the note arrives once at most.
#[derive(Clone, Copy)]
pub enum Then {
    /// The timer leaves it alone for so many minutes and sends it then; a typed command does at once.
    Retries(i64),
    /// A typed command sends it; what the timer does is told elsewhere.
    Goes,
    /// Timer and typed command ask, with 3, and offer nothing.
    Asks,
    /// Its owner has to look at it again: then it goes.
    Redrafted,
    /// It is settled: nobody offers anything any more.
    Rests,
    /// Whatever this says.
    Shown(fn(&mut World)),
}

const TYPED: &[By] = &[By::Typed];
const TIMER: &[By] = &[By::Timer];

/// The program was killed.
const KILLED: i32 = -1;

pub struct Play {
    name: &'static str,
    by: &'static [By],
    scene: Scene,
    server: fn() -> Builder,
    faults: Vec<(usize, At, Fault)>,
    breaks: fn(&mut World),
    /// How the command is run.
    deed: fn(&mut World, &[&str]) -> Told,
    /// Another command than that of [`By`].
    words: Option<&'static [&'static str]>,
    exit: i32,
    ends: Ends,
    says: &'static [&'static str],
    /// Also what must not be said.
    hides: &'static [&'static str],
    mends: fn(&mut World),
    then: Then,
    /// The record cannot be read before it is mended.
    is_closed: bool,
}

pub fn row(number: u8, fault: &'static str) -> Row {
    Row { number, fault, plays: Vec::new(), elsewhere: None, differs: None }
}

impl Row {
    fn play(mut self, play: Play) -> Row {
        self.plays.push(play);
        self
    }

    fn elsewhere(mut self, why: &'static str) -> Row {
        self.elsewhere = Some(why);
        self
    }

    fn differs(mut self, why: &'static str) -> Row {
        self.differs = Some(why);
        self
    }
}

/// Certainly not sent, kept, and tried again: what most faults come to.
pub fn play(name: &'static str) -> Play {
    Play {
        name,
        by: &[By::Typed, By::Timer],
        scene: Scene::ThankYou,
        server: SmtpServer::builder,
        faults: Vec::new(),
        breaks: |_| {},
        deed: |world, words| world.run(words),
        words: None,
        exit: 75,
        ends: Ends::In("approved"),
        says: &[],
        hides: &[],
        mends: |_| {},
        then: Then::Retries(1),
        is_closed: false,
    }
}

/// Nothing was connected, and nothing has changed.
pub fn before_all(name: &'static str) -> Play {
    play(name).kept().then(Then::Goes)
}

/// The server does this at that point, each time until it is mended.
pub fn at(phase: At, fault: Fault) -> Play {
    play("").fault(0, phase, fault)
}

impl Play {
    fn named(self, name: &'static str) -> Play {
        Play { name, ..self }
    }

    fn by(self, by: &'static [By]) -> Play {
        Play { by, ..self }
    }

    fn follow_up(self) -> Play {
        Play { scene: Scene::FollowUp, ..self }
    }

    fn server(self, server: fn() -> Builder) -> Play {
        Play { server, ..self }
    }

    fn fault(mut self, nth: usize, at: At, fault: Fault) -> Play {
        self.faults.push((nth, at, fault));
        self
    }

    fn breaks(self, breaks: fn(&mut World)) -> Play {
        Play { breaks, ..self }
    }

    fn deed(self, deed: fn(&mut World, &[&str]) -> Told) -> Play {
        Play { deed, ..self }
    }

    fn words(self, words: &'static [&'static str]) -> Play {
        Play { words: Some(words), by: &[By::Typed], ..self }
    }

    fn exits(self, exit: i32) -> Play {
        Play { exit, ..self }
    }

    fn ends(self, state: &'static str) -> Play {
        Play { ends: Ends::In(state), ..self }
    }

    fn kept(self) -> Play {
        Play { ends: Ends::Kept, ..self }
    }

    fn anyhow(self) -> Play {
        Play { ends: Ends::Anyhow, ..self }
    }

    fn says(self, says: &'static [&'static str]) -> Play {
        Play { says, ..self }
    }

    fn hides(self, hides: &'static [&'static str]) -> Play {
        Play { hides, ..self }
    }

    fn mends(self, mends: fn(&mut World)) -> Play {
        Play { mends, ..self }
    }

    fn then(self, then: Then) -> Play {
        Play { then, ..self }
    }

    fn closed(self) -> Play {
        Play { is_closed: true, ..self }
    }

    /// Sent, at once and for good.
    fn sent(self) -> Play {
        self.exits(0).ends("sent").then(Then::Rests)
    }

    /// Refused for good: its owner changes it.
    fn refused(self) -> Play {
        self.exits(69).ends("refused").then(Then::Redrafted)
    }

    /// May have been sent.
    fn in_doubt(self) -> Play {
        self.exits(76)
            .ends("unsure")
            .says(&["in doubt: acme/jane, ", "not be offered again"])
            .then(Then::Asks)
    }

    fn run(&self, by: By) {
        let mut world = World::open(self, by);
        let before = world.arrived();
        (self.breaks)(&mut world);
        let words = self.words.unwrap_or(world.command(by));
        let told = (self.deed)(&mut world, words);
        assert_eq!(told.code, self.exit, "the exit code\n{}", told.text);
        for word in self.says {
            assert!(told.text.contains(word), "it does not say {word:?}\n{}", told.text);
        }
        for word in self.hides {
            assert!(!told.text.contains(word), "it says {word:?}\n{}", told.text);
        }
        if self.is_closed {
            world.mend(self.mends);
        }
        let state = match self.ends {
            Ends::Anyhow => None,
            Ends::In(state) => Some(state),
            Ends::Kept => Some(if by == By::Typed { "drafted" } else { "approved" }),
        };
        if let Some(state) = state {
            assert_eq!(world.state(), state, "{}", told.text);
            if matches!(state, "drafted" | "approved" | "refused" | "expired") {
                assert_eq!(world.arrived(), before, "it is {state} and was sent");
            }
        }
        if !self.is_closed {
            world.mend(self.mends);
        }
        self.follows(by, &mut world);
        assert!(world.arrived() <= 1, "it was sent twice");
    }

    /// What the next runs do.
    fn follows(&self, by: By, world: &mut World) {
        let typed = world.command(By::Typed);
        let timer = world.command(By::Timer);
        match self.then {
            Then::Retries(minutes) if by == By::Typed => {
                if minutes > 0 {
                    world.pass(minutes * 60 - 30);
                    world.expects(timer, &[0]);
                    assert_eq!((world.arrived(), world.state().as_str()), (0, "approved"), "too early");
                    world.pass(30);
                }
                world.expects(timer, &[0]);
                world.assert_sent_once();
            }
            Then::Retries(_) | Then::Goes => {
                world.expects(typed, &[0]);
                world.assert_sent_once();
            }
            Then::Asks => {
                let (state, arrived) = (world.state(), world.arrived());
                for command in [timer, typed, timer] {
                    world.expects(command, &[3]);
                    assert_eq!((world.state(), world.arrived()), (state.clone(), arrived), "{command:?}");
                }
            }
            Then::Redrafted => {
                world.expects(timer, &[0]);
                world.expects(typed, &[3]);
                assert_eq!(world.arrived(), 0, "nobody has looked at it");
                world.expects(&["draft"], &[0]);
                world.expects(typed, &[0]);
                world.assert_sent_once();
            }
            Then::Rests => {
                let (state, arrived) = (world.state(), world.arrived());
                for command in [timer, typed] {
                    world.expects(command, &[0, 1]);
                    assert_eq!((world.state(), world.arrived()), (state.clone(), arrived), "{command:?}");
                }
            }
            Then::Shown(shows) => shows(world),
        }
    }
}

fn rows() -> Vec<Row> {
    [
        local::rows(),
        record::rows(),
        record::waiting(),
        network::rows(),
        smtp::rows(),
        mailbox::rows(),
        schedule::rows(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Plays rows, several at a time since most of that is waiting, and names those that fail.
fn play_all(rows: &[Row]) {
    let plays: Vec<(&Row, &Play, By)> = rows
        .iter()
        .flat_map(|row| row.plays.iter().map(move |play| (row, play)))
        .flat_map(|(row, play)| play.by.iter().map(move |by| (row, play, *by)))
        .collect();
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some((row, play, by)) = plays.get(next.fetch_add(1, Ordering::SeqCst)) {
                    if let Err(why) = catch_unwind(AssertUnwindSafe(|| play.run(*by))) {
                        let why = why.downcast_ref::<String>().cloned().unwrap_or_default();
                        let (number, fault, name) = (row.number, row.fault, play.name);
                        failed.lock().unwrap().push(format!("row {number}, {fault} {name} ({by:?}): {why}"));
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

#[test]
fn every_fault_of_the_matrix_is_played_once_or_says_where_it_is() {
    let mut rows = rows();
    rows.sort_by_key(|row| row.number);
    let numbers: Vec<u8> = rows.iter().map(|row| row.number).collect();
    assert_eq!(numbers, (1..=90).collect::<Vec<u8>>());
    for row in &rows {
        let number = row.number;
        assert!(!row.plays.is_empty() || row.elsewhere.is_some(), "row {number} says nothing");
        assert!(row.differs.is_none_or(|why| why.len() > 20), "row {number} gives no reason");
    }
    let played = rows.iter().filter(|row| !row.plays.is_empty()).count();
    assert!(played >= 70, "{played} rows are played");
}

#[test]
fn faults_of_settings_and_secrets_send_nothing_and_are_told() {
    play_all(&local::rows());
}

#[test]
fn what_the_record_cannot_take_is_not_offered_and_what_was_offered_is_not_forgotten() {
    play_all(&record::rows());
}

#[test]
fn what_another_process_holds_is_waited_for_and_then_left() {
    play_all(&record::waiting());
}

#[test]
fn faults_of_the_network_never_touch_a_note() {
    play_all(&network::rows());
}

#[test]
fn a_mail_server_decides_about_a_note_once() {
    play_all(&smtp::rows());
}

#[test]
fn a_mailbox_stops_follow_ups_and_settles_doubts() {
    play_all(&mailbox::rows());
}

#[test]
fn time_and_other_processes_neither_lose_nor_double_a_note() {
    play_all(&schedule::rows());
}
