//! A home that was copied to another machine while notes were under way, and a record put back
//! from an older copy.

use std::fs;
use std::time::Duration;

use crate::aftermath::{Arrivals, arrivals, examine};
use crate::home::{Home, Look, Wire};
use crate::it::smtp_server::{At, Fault, SmtpServer};
use crate::plan::Plan;
use crate::scene::server;
use crate::table::{Fate, Row, Watch, say_broken};

const NOTES: usize = 2;
const LONGEST: Duration = Duration::from_secs(60);

/// A scene and its name.
type Scene = (&'static str, fn() -> Fate);

pub fn run(plan: &Plan) -> Vec<Row> {
    let watch = Watch::start();
    let scenes: [Scene; 4] =
        [("claimed", claimed), ("sending", sending), ("sent", sent), ("restored", restored)];
    let fates: Vec<Fate> = scenes
        .iter()
        .filter(|(name, _)| plan.includes(name))
        .map(|(name, scene)| {
            let fate = scene();
            say_broken("copied", name, &fate);
            fate
        })
        .collect();
    vec![Row::of("copied", scenes.len(), &fates, watch.read())]
}

/// A home whose sender died while the server was silent at that point.
fn died_at(at: At, server: &SmtpServer) -> Home {
    let home = Home::with_notes(NOTES).speaks_to(server, Wire::Plain);
    let mut sender = home.start(&["send", "--yes"]);
    server.wait_for(at);
    sender.child.kill().unwrap();
    assert!(sender.wait(LONGEST).was_killed());
    home
}

/// The data of a home on a machine of its own: what tells machines apart is not copied.
fn on_another_machine(home: &Home) -> Home {
    let other = home.copy();
    let _ = fs::remove_dir_all(other.user());
    fs::create_dir(other.user()).unwrap();
    other
}

fn claimed() -> Fate {
    elsewhere(At::Banner, ["claimed", "claimed"])
}

fn sending() -> Fate {
    elsewhere(At::Dot, ["sending", "claimed"])
}

/// The other machine leaves the notes alone and says whose they are; this one settles them.
fn elsewhere(at: At, states: [&str; NOTES]) -> Fate {
    let silent = SmtpServer::builder().fault(at, Fault::Hang).start();
    let home = died_at(at, &silent);
    let server = server(Wire::Plain);
    let other = on_another_machine(&home).speaks_to(&server, Wire::Plain);
    let mut broken = Vec::new();
    let ran = other.run(&["send", "--yes"]);
    let mut must = |is_so: bool, what: String| {
        if !is_so {
            broken.push(what);
        }
    };
    must(ran.code() == Some(3), format!("the other machine: {ran:?}"));
    must(ran.stdout.contains("another machine"), format!("it does not say whose they are: {ran:?}"));
    must(server.connections() == 0, "the other machine connected".to_owned());
    must(other.look().states() == states, format!("it touched them: {:?}", other.look().states()));
    let timer = other.run(&["schedule", "run", "--no-input"]);
    must(server.connections() == 0, format!("its timer connected: {timer:?}"));
    let home = home.speaks_to(&server, Wire::Plain);
    must(home.look().states() == states, format!("they are not as they were: {:?}", home.look().states()));
    let mut fate = examine(&home, &server, &Arrivals::new(), NOTES);
    fate.broken.extend(broken);
    fate.struck = true;
    fate
}

/// What was sent here is not sent there.
fn sent() -> Fate {
    let server = server(Wire::Plain);
    let home = Home::with_notes(NOTES).speaks_to(&server, Wire::Plain);
    assert!(home.run(&["send", "--yes"]).status.success());
    let had = arrivals(&server, &Arrivals::new());
    let other = on_another_machine(&home);
    let mut fate = examine(&other, &server, &Arrivals::new(), NOTES);
    if arrivals(&server, &Arrivals::new()) != had {
        fate.broken.push("the other machine sent it again".to_owned());
    }
    fate.struck = true;
    fate
}

/// An older copy of the database beside the journal that knows better.
fn restored() -> Fate {
    let server = server(Wire::Plain);
    let home = Home::with_notes(NOTES).speaks_to(&server, Wire::Plain);
    let older = home.copy();
    assert!(home.run(&["send", "--yes"]).status.success());
    let had = arrivals(&server, &Arrivals::new());
    for name in ["thanks.db", "thanks.db-wal", "thanks.db-shm"] {
        fs::copy(older.data().join(name), home.data().join(name)).unwrap();
    }
    let left = Look { journal: Arrivals::new().into_keys().map(|id| (id, 0)).collect(), ..home.look() };
    let rerun = home.run(&["send", "--yes"]);
    let (then, has) = (home.look(), arrivals(&server, &Arrivals::new()));
    let mut fate = Fate { struck: true, ..Fate::default() };
    crate::aftermath::settled(&mut fate, &left, &then, &has, &rerun, NOTES);
    if has != had {
        fate.broken.push("an older copy of the record sent it again".to_owned());
    }
    fate
}
