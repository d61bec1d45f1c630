//! Two runs of the timer and a person at once, over one approved note.

use std::time::Duration;

use crate::aftermath::{Arrivals, arrivals, examine};
use crate::home::{Home, Started, Wire};
use crate::plan::{Dice, Plan, side_by_side};
use crate::scene::server;
use crate::table::{Fate, Row, Watch, say_broken};

const LONGEST: Duration = Duration::from_secs(60);

pub fn run(plan: &Plan) -> Vec<Row> {
    let watch = Watch::start();
    let template = approved();
    let rounds: Vec<usize> =
        (0..plan.count(200, 40)).filter(|round| plan.includes(&round.to_string())).collect();
    let fates = side_by_side(&rounds, |round| {
        let fate = at_once(&template, &mut Dice::new(plan.seed ^ (u64::try_from(*round).unwrap() << 8)));
        say_broken("timers", &round.to_string(), &fate);
        fate
    });
    vec![Row::of("timers", plan.count(200, 40), &fates, watch.read())]
}

/// A note that its owner let go when there was no server, at an hour at which the timer sends.
pub fn approved() -> Home {
    let mut home = Home::with_notes(1);
    home.now = Some("2026-03-05T23:00:00Z".to_owned());
    home.draft();
    let ran = home.run(&["send", "--yes"]);
    assert_eq!(ran.code(), Some(75), "{ran:?}");
    assert_eq!(home.look().states(), ["approved"]);
    home
}

fn at_once(template: &Home, dice: &mut Dice) -> Fate {
    let server = server(Wire::Plain);
    let home = template.copy().speaks_to(&server, Wire::Plain);
    let mut commands: Vec<&[&str]> =
        vec![&["schedule", "run", "--no-input"], &["send", "--yes"], &["schedule", "run", "--no-input"]];
    commands.rotate_left(dice.throw(3));
    let started: Vec<(&str, Started)> = commands
        .into_iter()
        .map(|args| {
            let started = home.start(args);
            crate::it::smtp_server::pause(Duration::from_millis(u64::try_from(dice.throw(12)).unwrap()));
            (args[0], started)
        })
        .collect();
    let mut broken = Vec::new();
    let mut met = 0;
    for (name, started) in started {
        let ran = started.wait(LONGEST);
        let has_sent = ran.stdout.starts_with("sent");
        met += usize::from(!has_sent);
        // Whoever finds another at work, or the note sent, says so with 1, 3 or 75; the timer is silent.
        if !matches!(ran.code(), Some(0 | 1 | 3 | 75)) || (has_sent && ran.code() != Some(0)) {
            broken.push(format!("{name} ended with {}: {}{}", ran.status, ran.stdout, ran.stderr));
        }
    }
    let has = arrivals(&server, &Arrivals::new());
    if has.values().sum::<usize>() != 1 {
        broken.push(format!("of three none or several sent it: {has:?}"));
    }
    let mut fate = examine(&home, &server, &Arrivals::new(), 1);
    fate.struck = met == 2;
    fate.broken.extend(broken);
    fate
}
