//! Eight senders at once over one record, left alone and killed at random.

use std::time::Duration;

use crate::aftermath::{Arrivals, examine};
use crate::home::{Home, Started, Wire};
use crate::it::smtp_server::{SmtpServer, pause};
use crate::plan::{Dice, Plan};
use crate::scene::server;
use crate::table::{Fate, Row, Watch, say_broken};

const SENDERS: usize = 8;
const ROUNDS: usize = 10;
const LONGEST: Duration = Duration::from_secs(600);

/// What happens to a crowd, and its name.
type Scene = (&'static str, fn(&Home, &SmtpServer, &mut Dice) -> Struck);

pub fn run(plan: &Plan) -> Vec<Row> {
    let notes = plan.count(200, 40);
    let template = Home::with_notes(notes);
    let parts: [Scene; 2] = [("alone", left_alone), ("killed", killed)];
    let parts = parts.into_iter().filter(|(name, _)| plan.includes(name));
    parts
        .map(|(name, happens)| {
            let watch = Watch::start();
            let server = server(Wire::Plain);
            let home = template.copy().speaks_to(&server, Wire::Plain);
            let mut struck = happens(&home, &server, &mut Dice::new(plan.seed));
            let fate = examine(&home, &server, &Arrivals::new(), notes);
            struck.broken.extend(fate.broken.iter().cloned());
            if name == "alone" && fate.sent != notes {
                struck.broken.push(format!("only {} of {notes} notes were sent", fate.sent));
            }
            say_broken("crowd", name, &Fate { broken: struck.broken.clone(), ..Fate::default() });
            Row {
                part: format!("crowd, {name}"),
                places: struck.senders,
                tried: struck.senders,
                struck: struck.count,
                sent: fate.sent,
                again: fate.again,
                doubt: fate.doubt,
                doubt_arrived: fate.doubt_arrived,
                broken: struck.broken.len(),
                took: watch.read(),
            }
        })
        .collect()
}

/// How many senders there were, and how many met another one or were killed.
struct Struck {
    senders: usize,
    count: usize,
    broken: Vec<String>,
}

fn left_alone(home: &Home, _: &SmtpServer, _: &mut Dice) -> Struck {
    let senders: Vec<Started> = (0..SENDERS).map(|_| home.start(&["send", "--yes"])).collect();
    let mut struck = Struck { senders: SENDERS, count: 0, broken: Vec::new() };
    for sender in senders {
        let ran = sender.wait(LONGEST);
        match ran.code() {
            Some(0) => {}
            Some(1 | 75) => struck.count += 1,
            _ => struck
                .broken
                .push(format!("a sender ended with {}: {}{}", ran.status, ran.stdout, ran.stderr)),
        }
    }
    struck
}

/// Each round ends somewhere between two arrivals, for all senders or for every other one.
fn killed(home: &Home, server: &SmtpServer, dice: &mut Dice) -> Struck {
    let mut struck = Struck { senders: 0, count: 0, broken: Vec::new() };
    for round in 0..ROUNDS {
        let mut senders: Vec<Started> = (0..SENDERS).map(|_| home.start(&["send", "--yes"])).collect();
        struck.senders += SENDERS;
        let enough = server.accepted().len() + dice.throw(6);
        while server.accepted().len() < enough && senders.iter_mut().any(Started::is_running) {
            pause(Duration::from_micros(200));
        }
        pause(Duration::from_micros(u64::try_from(dice.throw(20_000)).unwrap()));
        let every = if round + 2 < ROUNDS { 1 } else { 2 };
        for sender in senders.iter_mut().step_by(every) {
            let _ = sender.child.kill();
        }
        for sender in senders {
            let ran = sender.wait(LONGEST);
            if ran.was_killed() {
                struck.count += 1;
            } else if !matches!(ran.code(), Some(0 | 1 | 3 | 75)) {
                struck
                    .broken
                    .push(format!("a sender ended with {}: {}{}", ran.status, ran.stdout, ran.stderr));
            }
        }
    }
    struck
}
