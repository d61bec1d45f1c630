//! A sender that is stopped while it waits for the receipt, as on a computer that sleeps: it holds
//! the lock, and nobody takes its notes from it.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::aftermath::{Arrivals, arrivals, examine};
use crate::home::{Home, Wire};
use crate::it::smtp_server::{At, Fault, SmtpServer};
use crate::plan::Plan;
use crate::scene;
use crate::table::{Fate, Row, Watch, say_broken};

/// Two that are with the stopped sender, and one that is told of meanwhile.
const NOTES: usize = 2;
const LONGEST: Duration = Duration::from_secs(60);
/// How long a typed send waits for another one, and what a loaded machine may add.
const WAITS: std::ops::Range<f64> = 15.0..40.0;

/// A way to be stopped, and its name.
type Way = (&'static str, fn() -> Fate);

pub fn run(plan: &Plan) -> Vec<Row> {
    let watch = Watch::start();
    let ways: [Way; 2] = [("receipt", stop), ("server-gone", wake_too_late)];
    let chosen = ways.iter().filter(|(name, _)| plan.includes(name));
    let fates: Vec<Fate> = chosen
        .map(|(name, way)| {
            let fate = way();
            say_broken("stopped", name, &fate);
            fate
        })
        .collect();
    vec![Row::of("stopped", ways.len(), &fates, watch.read())]
}

/// The server took the note and has gone when the sender wakes up: nobody can tell any more.
fn wake_too_late() -> Fate {
    let gone = SmtpServer::builder().fault_on(1, At::Dot, Fault::HoldBack).start();
    let home = Home::with_notes(NOTES).speaks_to(&gone, Wire::Plain);
    let holder = home.start(&["send", "--yes"]);
    gone.wait_for(At::Dot);
    let pid = Pid::from_child(&holder.child);
    kill_process(pid, Signal::STOP).unwrap();
    let taken = gone.accepted().into_iter().map(|accepted| (accepted.to, 1));
    let had: Arrivals = taken.collect();
    drop(gone);
    kill_process(pid, Signal::CONT).unwrap();
    let ran = holder.wait(LONGEST);
    let server = scene::server(Wire::Plain);
    let home = home.speaks_to(&server, Wire::Plain);
    let states = home.look().states().join(" ");
    let mut fate = examine(&home, &server, &had, NOTES);
    if ran.code() != Some(76) || states != "unsure approved" || fate.doubt_arrived != 1 {
        fate.broken.push(format!("it says {ran:?}, and the notes are {states}"));
    }
    fate.struck = true;
    fate
}

fn stop() -> Fate {
    let server = SmtpServer::builder().fault_on(1, At::Dot, Fault::HoldBack).start();
    let home = Home::with_notes(NOTES).speaks_to(&server, Wire::Plain);
    let holder = home.start(&["send", "--yes"]);
    server.wait_for(At::Dot);
    let pid = Pid::from_child(&holder.child);
    kill_process(pid, Signal::STOP).unwrap();
    let mut broken = Vec::new();
    let mut must = |is_so: bool, what: String| {
        if !is_so {
            broken.push(what);
        }
    };
    let ran = home.run(&["send", "--yes"]);
    must(ran.code() == Some(75), format!("a second send: {ran:?}"));
    must(ran.stdout.contains("another command is sending it"), format!("it does not say why: {ran:?}"));
    let meeting = Home::meeting(NOTES);
    let meeting: Vec<&str> = meeting.iter().map(String::as_str).collect();
    let quick: [&[&str]; 4] = [&["schedule", "run", "--no-input"], &["status"], &meeting, &["draft"]];
    for args in quick {
        let ran = home.run(args);
        must(ran.code() == Some(0), format!("{} while another is stopped: {ran:?}", args[0]));
        let is_quiet = ran.stdout.is_empty() && ran.stderr.is_empty();
        must(args[0] != "schedule" || is_quiet, format!("the timer speaks: {ran:?}"));
    }
    let watch = Watch::start();
    let ran = home.run(&["send", "--yes"]);
    let waited = watch.read().as_secs_f64();
    must(ran.code() == Some(75), format!("a send of another note: {ran:?}"));
    must(ran.stderr.contains("another command is sending"), format!("it does not say why: {ran:?}"));
    must(WAITS.contains(&waited), format!("it waited {waited:.1} s"));
    let states = home.look().states().join(" ");
    must(states == "sending claimed approved", format!("somebody touched the notes: {states}"));
    must(server.connections() == 1, "somebody else connected".to_owned());
    kill_process(pid, Signal::CONT).unwrap();
    server.let_go();
    let ran = holder.wait(LONGEST);
    must(ran.code() == Some(0), format!("the one that was stopped: {ran:?}"));
    let has = arrivals(&server, &Arrivals::new());
    must(has.len() == NOTES && has.values().all(|count| *count == 1), format!("arrived: {has:?}"));
    let mut fate = examine(&home, &server, &Arrivals::new(), NOTES + 1);
    fate.broken.extend(broken);
    fate.struck = true;
    fate
}
