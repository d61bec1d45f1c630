//! Killed before each system call of one send of two notes, in clear and inside TLS.

use std::fmt;
use std::time::Duration;

use crate::aftermath::{Arrivals, examine};
use crate::home::{Home, Wire};
use crate::it::smtp_server::{Certificate, SmtpServer, Transport};
use crate::plan::{Plan, side_by_side};
use crate::table::{Fate, Row, Watch, say_broken};
use crate::trace::{self, Stops};

const NOTES: usize = 2;
const LONGEST: Duration = Duration::from_secs(60);
const SEND: [&str; 2] = ["send", "--yes"];

#[derive(Clone, Debug)]
struct Place {
    wire: Wire,
    name: String,
    nth: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", name(self.wire), self.name, self.nth)
    }
}

pub fn run(plan: &Plan) -> Vec<Row> {
    let template = Home::with_notes(NOTES);
    [Wire::Plain, Wire::Tls].map(|wire| over(plan, &template, wire)).into()
}

fn over(plan: &Plan, template: &Home, wire: Wire) -> Row {
    let watch = Watch::start();
    let calls = calls(template, wire);
    // Without TLS from the start of the program; what differs within TLS begins with the connection.
    let first = match wire {
        Wire::Plain => 0,
        Wire::Tls => calls.iter().position(|call| call.name == "socket").unwrap(),
    };
    let places: Vec<Place> =
        calls.into_iter().skip(first).map(|call| Place { wire, name: call.name, nth: call.nth }).collect();
    let count = places.len();
    let chosen = plan.choose(places);
    let fates = side_by_side(&chosen, |place| {
        let fate = kill(template, place);
        say_broken("kills", &place.to_string(), &fate);
        fate
    });
    Row::of(&format!("kills, {}", name(wire)), count, &fates, watch.read())
}

pub fn name(wire: Wire) -> &'static str {
    match wire {
        Wire::Plain => "plain",
        Wire::Tls => "tls",
    }
}

pub fn server(wire: Wire) -> SmtpServer {
    let transport = match wire {
        Wire::Plain => Transport::Plain,
        Wire::Tls => Transport::Tls(Certificate::Good),
    };
    SmtpServer::builder().transport(transport).start()
}

/// The system calls of a send that nothing happens to.
pub fn calls(template: &Home, wire: Wire) -> Vec<trace::Call> {
    let server = server(wire);
    let home = template.copy().speaks_to(&server, wire);
    let (ran, trace) = trace::run(&home, &SEND, Stops::Always, &["-y"], LONGEST);
    assert!(ran.status.success(), "{ran:?}");
    assert_eq!(server.accepted().len(), NOTES);
    trace::calls(&trace)
}

fn kill(template: &Home, place: &Place) -> Fate {
    let server = server(place.wire);
    let home = template.copy().speaks_to(&server, place.wire);
    let trace = format!("trace={}", place.name);
    let inject = format!("inject={}:signal=KILL:when={}", place.name, place.nth);
    let (ran, _) = trace::run(&home, &SEND, Stops::Always, &["-e", &trace, "-e", &inject], LONGEST);
    let mut fate = examine(&home, &server, &Arrivals::new(), NOTES);
    fate.struck = ran.was_killed() && !ran.hung;
    if ran.hung {
        fate.broken.push("the program hung".to_owned());
    }
    fate
}
