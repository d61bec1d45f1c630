//! A note costs the same however many others are in the record.
#![allow(clippy::disallowed_methods, reason = "what is measured is time itself")]

use std::rc::Rc;
use std::time::{Duration, Instant};

use chrono::{DateTime, FixedOffset};
use thanks::adapters::store::{Beginning, Store};
use thanks::adapters::templates::Templates;
use thanks::domain::address::{EmailAddress, Mailbox, PersonName};
use thanks::domain::application::{Application, Status, Tone};
use thanks::domain::calendar::Calendar;
use thanks::domain::checks::Limits;
use thanks::domain::interview::{End, Interview, InterviewKind, Meeting, Topic};
use thanks::domain::person::Person;
use thanks::domain::policy::Policy;
use thanks::domain::zone::Zone;
use thanks::flow::compose::{Desk, Rule, Sender, Wish};

const ENDED: &str = "2026-03-05T15:00:00+00:00";
const NOW: &str = "2026-03-05T20:00:00+00:00";

fn moment(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).unwrap()
}

/// A company with a name of its own, where one person was met.
fn application(number: usize) -> Application {
    let word = |number: usize| ["Ba", "Ke", "Li", "Mo", "Nu", "Ra", "Se", "Ti", "Vo", "Zu"][number % 10];
    let name = format!("{}{}{} Works", word(number), word(number / 10), word(number / 100)).to_lowercase();
    let company = format!("Q{name}, Inc.");
    let address = format!("jane@c{number}.example");
    Application {
        slug: format!("c{number}"),
        company: company.clone(),
        role: "Platform Engineer".into(),
        role_short: None,
        country: None,
        zone: None,
        tone: Tone::Warm,
        contact: None,
        agent: None,
        status: Status::Open,
        decision: None,
        heard: Vec::new(),
        people: vec![Person {
            key: "jane".into(),
            name: PersonName::parse(&format!("Jane Doe{number}")).unwrap(),
            goes_by: None,
            honorific: None,
            title: None,
            away_until: None,
            address: Some(EmailAddress::parse(&address).unwrap()),
        }],
        interviews: vec![Interview {
            round: 1,
            ended: moment(ENDED),
            zone: Zone::named("America/New_York").unwrap(),
            end: End::Told,
            kind: InterviewKind::Video,
            meetings: vec![Meeting {
                person: "jane".into(),
                topics: vec![Topic {
                    what: "moving the billing jobs to Kafka".into(),
                    why: Some("it has to be done before the summer".into()),
                    ..Topic::default()
                }],
            }],
        }],
    }
}

/// The time for a note where so many are drafted, each checked beside those before it.
fn per_note(applications: usize) -> Duration {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("thanks.db"), Beginning::Fresh).unwrap();
    store
        .atomically(|store| {
            for number in 0..applications {
                store.save_application(&application(number), moment(ENDED), "added")?;
            }
            Ok(())
        })
        .unwrap();
    let rule = Rc::new(Rule { policy: Policy::default(), calendar: Calendar::default() });
    let sender = Sender {
        mailbox: Some(Mailbox::parse("Jo Marsh <jo@example.com>").unwrap()),
        phone: None,
        zone: Zone::utc(),
        limits: Limits::default(),
    };
    let rules = Box::new(move |_: Option<&str>| Rc::clone(&rule));
    let mut desk = Desk::open(&store, sender, Templates::new(None), rules, moment(NOW).to_utc()).unwrap();
    let items = desk.items();
    assert_eq!(items.len(), applications);
    let begun = Instant::now();
    for item in &items {
        let draft = desk.compose(item, moment(NOW), &Wish::default()).unwrap();
        desk.adopt(&draft.note);
    }
    begun.elapsed() / u32::try_from(applications).unwrap()
}

/// The best of some runs: what else the machine does only adds to it.
#[test]
fn a_note_costs_the_same_in_a_long_record() {
    let best = |applications| (0..3).map(|_| per_note(applications)).min().unwrap();
    let (few, many) = (best(40), best(400));
    assert!(many < few * 3, "{many:?} a note among 400, {few:?} among 40");
}
