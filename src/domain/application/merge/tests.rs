use chrono::DateTime;

use super::*;
use crate::domain::address::{EmailAddress, PersonName};
use crate::domain::application::{Heard, News, Tone};
use crate::domain::interview::{End, InterviewKind};

fn person(key: &str) -> Person {
    Person {
        key: key.into(),
        name: PersonName::parse(&format!("{key} Doe")).unwrap(),
        goes_by: None,
        honorific: None,
        title: None,
        address: Some(EmailAddress::parse(&format!("{key}@acme.example")).unwrap()),
        away_until: None,
    }
}

fn interview(round: u32, people: &[&str]) -> Interview {
    Interview {
        round,
        ended: DateTime::parse_from_rfc3339("2026-03-05T15:45:00-05:00").unwrap(),
        zone: Zone::named("America/New_York").unwrap(),
        end: End::Told,
        kind: InterviewKind::Video,
        meetings: people
            .iter()
            .map(|key| Meeting {
                person: (*key).to_owned(),
                topics: vec![Topic { what: "Kafka".into(), ..Topic::default() }],
            })
            .collect(),
    }
}

fn base() -> Application {
    Application {
        slug: "acme".into(),
        company: "Acme".into(),
        role: "SRE".into(),
        role_short: None,
        country: None,
        zone: None,
        tone: Tone::Warm,
        contact: None,
        agent: None,
        status: Status::Open,
        decision: None,
        heard: Vec::new(),
        people: vec![person("jane"), person("omar")],
        interviews: vec![interview(1, &["jane", "omar"])],
    }
}

fn changed(change: impl FnOnce(&mut Application)) -> Application {
    let mut application = base();
    change(&mut application);
    application
}

fn decision(words: &str) -> Option<Decision> {
    Some(Decision { words: words.into(), said_on: "2026-03-05".parse().unwrap(), by: None })
}

/// The merge of two changes to the same record; a clash is `what: mine / theirs`.
fn of(mine: &Application, theirs: &Application) -> (Application, Vec<String>) {
    let merged = merge(&base(), mine, theirs);
    let clashes =
        merged.clashes.iter().map(|clash| format!("{}: {} / {}", clash.what, clash.mine, clash.theirs));
    (merged.application, clashes.collect())
}

#[test]
fn a_change_of_one_side_alone_is_taken_as_it_is() {
    let mine = changed(|a| {
        a.people.reverse();
        a.interviews.push(interview(2, &["omar"]));
        a.role = "Platform Engineer".into();
    });
    assert_eq!(of(&mine, &base()), (mine.clone(), Vec::new()));
    assert_eq!(of(&base(), &mine), (mine, Vec::new()));
}

#[test]
fn changes_to_different_things_are_all_there() {
    let at = DateTime::parse_from_rfc3339("2026-03-06T09:00:00-05:00").unwrap();
    let mine = changed(|a| {
        a.people[0].address = Some(EmailAddress::parse("jd@acme.example").unwrap());
        a.interviews[0].meetings[0].topics[0].why = Some("the nightly freeze goes away".into());
        a.interviews[0].kind = InterviewKind::Onsite;
        a.people.push(person("ann"));
        a.tone = Tone::Brief;
        a.decision = decision("in two weeks");
    });
    let theirs = changed(|a| {
        a.status = Status::Closed { reason: "rejected".into(), at };
        a.heard.push(Heard { at, news: News::Rejected });
        a.people[0].away_until = "2026-03-20".parse().ok();
        a.people[1].title = Some("CTO".into());
        a.interviews[0].meetings[0].topics.push(Topic { what: "pay".into(), ..Topic::default() });
        a.interviews.push(interview(2, &["jane"]));
    });
    let (merged, clashes) = of(&mine, &theirs);
    assert_eq!(clashes, [""; 0]);
    assert_eq!((&merged.status, &merged.heard), (&theirs.status, &theirs.heard));
    assert_eq!((merged.tone, &merged.decision), (Tone::Brief, &mine.decision));
    assert_eq!(merged.people[0].address, mine.people[0].address);
    assert_eq!(merged.people[0].away_until, theirs.people[0].away_until);
    assert_eq!(merged.people[1].title, theirs.people[1].title);
    assert_eq!(merged.people[2], mine.people[2]);
    assert_eq!(merged.interviews.len(), 2);
    assert_eq!(merged.interviews[0].kind, InterviewKind::Onsite);
    let topics = &merged.interviews[0].meetings[0].topics;
    assert_eq!((topics.len(), topics[0].why.as_deref()), (2, Some("the nightly freeze goes away")));
}

#[test]
fn two_answers_to_one_question_clash_and_both_are_named() {
    let mine = changed(|a| {
        a.decision = decision("in two weeks");
        a.people[0].address = None;
        a.interviews[0].meetings[0].topics[0].fit = Some("six years".into());
    });
    let theirs = changed(|a| {
        a.decision = decision("end of March");
        a.people[0].address = Some(EmailAddress::parse("jd@acme.example").unwrap());
        a.interviews[0].meetings[0].topics[0].fit = Some("Kafka since 2015".into());
    });
    let (merged, clashes) = of(&mine, &theirs);
    assert_eq!(
        clashes,
        [
            "decision: \"in two weeks\" / \"end of March\"",
            "address of jane: nothing / jd@acme.example",
            "fit of topic \"Kafka\" of jane in round 1: six years / Kafka since 2015",
        ]
    );
    assert_eq!(merged, theirs);
    assert_eq!(of(&theirs, &theirs), (theirs, Vec::new()));
}

#[test]
fn somebody_removed_here_and_changed_there_is_a_clash() {
    let without = |a: &mut Application| {
        a.people.remove(1);
        a.interviews[0].meetings.remove(1);
    };
    let mine = changed(without);
    let renamed = changed(|a| a.people[1].title = Some("CTO".into()));
    assert_eq!(
        of(&mine, &renamed).1,
        ["omar: removed / omar Doe <omar@acme.example>"],
        "and their interview is not what was changed"
    );
    assert_eq!(of(&renamed, &mine).1, ["omar: omar Doe <omar@acme.example> / removed"]);
    // What an automatic answer said is no reason to keep somebody.
    let away = changed(|a| a.people[1].away_until = "2026-03-20".parse().ok());
    assert_eq!(of(&mine, &away), (mine.clone(), Vec::new()));
    let met_again = changed(|a| a.interviews.push(interview(2, &["omar"])));
    assert_eq!(of(&mine, &met_again).1, ["omar: removed / met in round 2"]);
    assert_eq!(of(&met_again, &mine).1, ["omar: met in round 2 / removed"]);
    let contact = changed(|a| a.contact = Some("omar".into()));
    assert_eq!(of(&mine, &contact).1, ["omar: removed / the contact"]);
}

#[test]
fn two_new_ones_under_one_name_clash_unless_they_are_the_same() {
    let mine = changed(|a| a.people.push(person("ann")));
    assert_eq!(of(&mine, &mine), (mine.clone(), Vec::new()));
    let theirs = changed(|a| {
        a.people.push(Person { name: PersonName::parse("Ann Lee").unwrap(), ..person("ann") });
        a.tone = Tone::Formal;
    });
    assert_eq!(of(&mine, &theirs).1, ["ann: ann Doe <ann@acme.example> / Ann Lee <ann@acme.example>"]);
    let same_address = changed(|a| a.people.push(Person { key: "lee".into(), ..person("ann") }));
    assert_eq!(of(&mine, &same_address).1, ["ann@acme.example: ann / lee"]);
}
