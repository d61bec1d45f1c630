//! Different commands at once over one record, as in several windows beside the timer: each does
//! its work, nothing that one of them recorded is lost, and each note is sent once.

use std::fs;
use std::path::Path;
use std::time::Duration;

use chrono::{Timelike, Utc};
use serde_json::Value;

use crate::aftermath::{Arrivals, arrivals, contradictions};
use crate::home::{Home, Ran, Started, Wire};
use crate::it::sandbox::screen::Screen;
use crate::it::smtp_server::{SmtpServer, pause};
use crate::plan::{Dice, Plan, side_by_side};
use crate::scene::server;
use crate::table::{Fate, Row, Watch, say_broken};

const LONGEST: Duration = Duration::from_secs(120);
const FIRMS: usize = 4;

/// A scene and its name.
type Scene = (&'static str, fn() -> Fate);

const SCENES: [Scene; 5] = [
    ("editor", beside_an_editor),
    ("pause", in_the_timer_s_pause),
    ("prompts", two_prompts),
    ("expired", six_that_find_it_expired),
    ("first", eight_that_begin_the_record),
];

pub fn run(plan: &Plan) -> Vec<Row> {
    let watch = Watch::start();
    let scenes: Vec<Scene> = SCENES.into_iter().filter(|(name, _)| plan.includes(name)).collect();
    let fates = side_by_side(&scenes, |(name, scene)| {
        let fate = scene();
        say_broken("windows", name, &fate);
        fate
    });
    let first = Row::of("windows", SCENES.len(), &fates, watch.read());
    let watch = Watch::start();
    let template = Home::with_notes(FIRMS);
    let rounds: Vec<usize> =
        (0..plan.count(100, 15)).filter(|round| plan.includes(&round.to_string())).collect();
    let fates = side_by_side(&rounds, |round| {
        let fate = mixed(&template, &mut Dice::new(plan.seed ^ (u64::try_from(*round).unwrap() << 16)));
        say_broken("windows", &round.to_string(), &fate);
        fate
    });
    vec![first, Row::of("windows, mixed", plan.count(100, 15), &fates, watch.read())]
}

/// What must hold, collected in words.
#[derive(Default)]
struct Claims(Vec<String>);

impl Claims {
    fn must(&mut self, is_so: bool, what: impl FnOnce() -> String) {
        if !is_so {
            self.0.push(what());
        }
    }

    fn ends(&mut self, name: &str, ran: &Ran, codes: &[i32]) {
        self.must(ran.code().is_some_and(|code| codes.contains(&code)), || format!("{name}: {ran:?}"));
    }

    /// Record, journal and server agree, and no note arrived twice.
    fn agree(&mut self, home: &Home, server: &SmtpServer) {
        let left = home.look();
        let had = arrivals(server, &Arrivals::new());
        self.0.extend(contradictions(&left, &had, left.notes.len()));
    }

    fn fate(self) -> Fate {
        Fate { struck: true, broken: self.0, ..Fate::default() }
    }
}

fn shown(home: &Home, slug: &str) -> Value {
    let ran = home.run(&["show", slug, "--json"]);
    serde_json::from_str(&ran.stdout).unwrap_or(Value::Null)
}

fn met(story: &Value, name: &str) -> bool {
    story["people"].as_array().is_some_and(|people| people.iter().any(|person| person["name"] == name))
}

/// A dozen commands that are started within a few milliseconds. Those that record something must
/// succeed, and what they recorded must be there.
fn mixed(template: &Home, dice: &mut Dice) -> Fate {
    let server = server(Wire::Plain);
    let home = template.copy().speaks_to(&server, Wire::Plain);
    let role = "sleep 0.0$(($$ % 10)); sed -i \"s/^role = .*/role = \\\"Staff Engineer\\\"/\" \"$0\"";
    let firm = |dice: &mut Dice| format!("firm{}", dice.throw(FIRMS));
    let (decided, joined, edited, begun) = (firm(dice), firm(dice), firm(dice), 10 + dice.throw(3));
    let meeting = Home::meeting(begun);
    let mut commands: Vec<Vec<&str>> = vec![
        vec!["heard", &decided, "--decision", "in three weeks"],
        vec!["add", &joined, "--with", "Omar Aziz <omar@firm.example>", "--topic", "how on-call is shared"],
        vec!["edit", &edited],
        meeting.iter().map(String::as_str).collect(),
        vec!["send", "--yes"],
        vec!["send", "--yes"],
        vec!["schedule", "run", "--no-input"],
        vec!["draft"],
        vec!["status"],
        vec!["status", "--check"],
        vec!["show", "--log"],
    ];
    let first = dice.throw(commands.len());
    commands.rotate_left(first);
    let started: Vec<(String, Started)> = commands
        .into_iter()
        .map(|args| {
            let started = home.start_with_editor(&args, role);
            pause(Duration::from_millis(u64::try_from(dice.throw(15)).unwrap()));
            (args.join(" "), started)
        })
        .collect();
    let mut claims = Claims::default();
    for (name, started) in started {
        let ran = started.wait(LONGEST);
        let codes: &[i32] = match name.split(' ').next() {
            // Another sender is at work, a text is not the one that was shown, or something is due.
            Some("send") => &[0, 1, 3, 75],
            Some("schedule") => &[0, 3, 75],
            Some("status") if name.ends_with("--check") => &[0, 1],
            _ => &[0],
        };
        claims.ends(&name, &ran, codes);
    }
    claims.must(shown(&home, &decided)["decision"] == "in three weeks", || {
        format!("{decided}: the date is lost")
    });
    claims.must(met(&shown(&home, &joined), "Omar Aziz"), || format!("{joined}: Omar is lost"));
    claims.must(shown(&home, &edited)["role"] == "Staff Engineer", || format!("{edited}: the edit is lost"));
    claims.must(shown(&home, &format!("firm{begun}")) != Value::Null, || format!("firm{begun} is lost"));
    claims.agree(&home, &server);
    claims.fate()
}

/// The editor is open while the timer sends, a date is told and somebody is added.
fn beside_an_editor() -> Fate {
    let server = server(Wire::Plain);
    let home = crate::timers::approved().speaks_to(&server, Wire::Plain);
    tries_at_once(&home);
    let go = home.root().join("go");
    let script = format!(
        "while ! test -e {}; do sleep 0.02; done; sed -i \"s/^role = .*/role = \\\"SRE\\\"/\" \"$0\"",
        go.display()
    );
    let editor = home.start_with_editor(&["edit", "firm0"], &script);
    appears(&home.data().join("firm0.toml"));
    let mut claims = Claims::default();
    for args in [
        &["schedule", "run", "--no-input"][..],
        &["heard", "firm0", "--decision", "in three weeks"],
        &["add", "firm0", "--with", "Omar Aziz <omar@firm.example>"],
    ] {
        claims.ends(args[0], &home.run(args), &[0]);
    }
    fs::write(&go, "").unwrap();
    claims.ends("edit", &editor.wait(LONGEST), &[0]);
    let story = shown(&home, "firm0");
    claims.must(
        story["role"] == "SRE" && story["decision"] == "in three weeks" && met(&story, "Omar Aziz"),
        || format!("something is lost: {story}"),
    );
    claims.must(home.look().states() == ["sent"], || format!("it is {:?}", home.look().states()));
    claims.agree(&home, &server);
    claims.fate()
}

/// The timer needn't wait for its next attempt.
fn tries_at_once(home: &Home) {
    let db = rusqlite::Connection::open(home.data().join("thanks.db")).unwrap();
    db.execute_batch("UPDATE notes SET next_try = NULL").unwrap();
}

fn appears(path: &Path) {
    let watch = Watch::start();
    while !path.exists() && watch.read() < LONGEST {
        pause(Duration::from_millis(2));
    }
}

/// Between two notes the timer waits for twenty real seconds; meanwhile people go on.
fn in_the_timer_s_pause() -> Fate {
    let mut home = Home::new();
    home.configure(9, "security = \"none\"");
    // Somewhere it is noon, so that the timer sends.
    let hours = 12 - i32::try_from(hour_in_utc()).unwrap();
    home.now = None;
    // POSIX counts to the west.
    home.zone = format!("Etc/GMT{:+}", -hours);
    for n in 0..2 {
        let mut words = Home::meeting(n);
        for (place, word) in ["15:45", "America/New_York"].into_iter().zip(["3 hours ago", &home.zone]) {
            let at = words.iter().position(|known| known == place).unwrap();
            word.clone_into(&mut words[at]);
        }
        home.must(&words.iter().map(String::as_str).collect::<Vec<_>>());
    }
    home.draft();
    assert_eq!(home.run(&["send", "--yes"]).code(), Some(75));
    tries_at_once(&home);
    let server = server(Wire::Plain);
    let home = home.speaks_to(&server, Wire::Plain);
    let timer = home.start(&["schedule", "run", "--no-input"]);
    let watch = Watch::start();
    while server.accepted().is_empty() && watch.read() < LONGEST {
        pause(Duration::from_millis(5));
    }
    let mut claims = Claims::default();
    for args in [
        &["add", "firm0", "--with", "Omar Aziz <omar@firm.example>"][..],
        &["heard", "firm0", "--decision", "in three weeks"],
        &["status"],
    ] {
        claims.ends(args[0], &home.run(args), &[0]);
    }
    let mends = "sed -i s/ann1@firm1.example/lee@firm1.example/ \"$0\"";
    claims.ends("edit", &home.start_with_editor(&["edit", "firm1"], mends).wait(LONGEST), &[0]);
    claims.must(server.accepted().len() == 1, || "the pause was over before the others were".to_owned());
    claims.ends("the timer", &timer.wait(LONGEST), &[3]);
    let story = shown(&home, "firm0");
    claims.must(story["decision"] == "in three weeks" && met(&story, "Omar Aziz"), || {
        format!("something is lost: {story}")
    });
    // The second note goes to its new address only after another look.
    claims
        .must(home.look().states() == ["sent", "drafted"], || format!("they are {:?}", home.look().states()));
    claims.must(server.accepted().len() == 1, || "it went to the old address".to_owned());
    claims.agree(&home, &server);
    claims.fate()
}

#[expect(clippy::disallowed_methods, reason = "a real pause needs the real clock")]
fn hour_in_utc() -> u32 {
    Utc::now().hour()
}

/// Two people are asked about the same notes, and both say yes.
fn two_prompts() -> Fate {
    let server = server(Wire::Plain);
    let home = Home::with_notes(2).speaks_to(&server, Wire::Plain);
    let environment: Vec<(String, String)> = home
        .command(&[], &[])
        .get_envs()
        .filter_map(|(name, value)| Some((name.to_str()?.to_owned(), value?.to_str()?.to_owned())))
        .collect();
    let program = Path::new(env!("CARGO_BIN_EXE_thanks"));
    let mut screens: Vec<Screen> =
        (0..2).map(|_| Screen::start(program, &["send"], &environment, home.root())).collect();
    for _ in 0..2 {
        for screen in &mut screens {
            let _ = screen.sees("Send to ");
        }
        for screen in &mut screens {
            let _ = screen.answer("", "y");
        }
    }
    let told: Vec<String> = screens
        .into_iter()
        .map(|screen| String::from_utf8_lossy(&screen.ends_with_octets()).into_owned())
        .collect();
    let mut claims = Claims::default();
    claims.must(home.look().states() == ["sent", "sent"], || format!("{:?}: {told:?}", home.look().states()));
    claims.must(!told.iter().any(|told| told.contains("not possible")), || format!("{told:?}"));
    claims.agree(&home, &server);
    claims.fate()
}

fn six_that_find_it_expired() -> Fate {
    let mut home = crate::timers::approved();
    home.now = Some("2026-03-06T22:00:00Z".to_owned());
    let started: Vec<Started> = (0..6).map(|_| home.start(&["status", "--check"])).collect();
    let mut claims = Claims::default();
    for status in started {
        claims.ends("status", &status.wait(LONGEST), &[1]);
    }
    claims.must(home.look().states() == ["expired"], || format!("it is {:?}", home.look().states()));
    claims.fate()
}

/// There is no record yet, and each command would begin it.
fn eight_that_begin_the_record() -> Fate {
    let home = Home::new();
    home.configure(9, "security = \"none\"");
    let started: Vec<Started> = (0..8)
        .map(|n| home.start(&Home::meeting(n).iter().map(String::as_str).collect::<Vec<_>>()))
        .collect();
    let mut claims = Claims::default();
    for add in started {
        claims.ends("add", &add.wait(LONGEST), &[0]);
    }
    for n in 0..8 {
        claims.must(shown(&home, &format!("firm{n}")) != Value::Null, || format!("firm{n} is lost"));
    }
    claims.fate()
}
