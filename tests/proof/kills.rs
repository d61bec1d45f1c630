//! Killed before each system call of one send of two notes, in clear and inside TLS, and of one
//! that finds what a killed one has left.

use std::fmt;
use std::time::Duration;

use crate::home::Wire;
use crate::plan::{Plan, side_by_side};
use crate::scene::{SEND, Scene};
use crate::table::{Fate, Row, Watch, say_broken};
use crate::trace::{self, Stops};

const LONGEST: Duration = Duration::from_secs(60);

struct Place<'a> {
    scene: &'a Scene,
    name: String,
    nth: usize,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.scene.name, self.name, self.nth)
    }
}

pub fn run(plan: &Plan) -> Vec<Row> {
    [Scene::plain(), Scene::tls(), Scene::orphaned()].iter().map(|scene| over(plan, scene)).collect()
}

fn over(plan: &Plan, scene: &Scene) -> Row {
    let watch = Watch::start();
    let calls = scene.calls();
    // What differs inside TLS begins with the connection.
    let first = match scene.wire {
        Wire::Plain => 0,
        Wire::Tls => calls.iter().position(|call| call.name == "socket").unwrap(),
    };
    let places: Vec<Place<'_>> =
        calls.into_iter().skip(first).map(|call| Place { scene, name: call.name, nth: call.nth }).collect();
    let count = places.len();
    let chosen = plan.choose(places);
    let fates = side_by_side(&chosen, |place| {
        let fate = kill(place);
        say_broken("kills", &place.to_string(), &fate);
        fate
    });
    Row::of(&format!("kills, {}", scene.name), count, &fates, watch.read())
}

fn kill(place: &Place<'_>) -> Fate {
    let (server, home) = place.scene.open();
    let trace = format!("trace={}", place.name);
    let inject = format!("inject={}:signal=KILL:when={}", place.name, place.nth);
    let (ran, _) = trace::run(&home, &SEND, Stops::Always, &["-e", &trace, "-e", &inject], LONGEST);
    let mut fate = place.scene.examine(&home, &server);
    fate.struck = ran.was_killed() && !ran.hung;
    if ran.hung {
        fate.broken.push("the program hung".to_owned());
    }
    fate
}
