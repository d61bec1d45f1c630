use super::*;
use crate::domain::address::PersonName;
use crate::domain::application::Status;
use crate::domain::interview::{End, InterviewKind, Meeting};
use crate::domain::person::Person;
use crate::domain::zone::Zone;

fn person(key: &str, name: &str) -> Person {
    Person {
        key: key.to_owned(),
        name: PersonName::parse(name).unwrap(),
        goes_by: None,
        honorific: None,
        title: None,
        away_until: None,
        address: None,
    }
}

fn application() -> Application {
    let topic = |what: &str| Topic { what: what.to_owned(), ..Topic::default() };
    let meeting = |key: &str, what: &str| Meeting { person: key.to_owned(), topics: vec![topic(what)] };
    Application {
        slug: "acme".to_owned(),
        company: "Acme".to_owned(),
        role: "Platform Engineer".to_owned(),
        role_short: None,
        country: Some("US".to_owned()),
        zone: None,
        tone: Tone::Warm,
        contact: None,
        agent: None,
        status: Status::Open,
        decision: None,
        heard: Vec::new(),
        people: vec![person("jane", "Jane Doe"), person("omar", "Omar Aziz"), person("sam", "Sam Field")],
        interviews: vec![Interview {
            round: 1,
            ended: at("2026-03-05T15:45:00-05:00"),
            zone: Zone::utc(),
            end: End::Told,
            kind: InterviewKind::Video,
            meetings: vec![
                meeting("jane", "Moving the billing jobs"),
                meeting("omar", "How on-call is shared."),
            ],
        }],
    }
}

fn at(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).unwrap()
}

fn facts<'a>(application: &'a Application, person: &'a str) -> Facts<'a> {
    Facts {
        application,
        person,
        round: 1,
        kind: NoteKind::ThankYou,
        tone: application.tone,
        departs: at("2026-03-05T17:45:00-05:00"),
        sender: None,
        phone: None,
        thanked_on: None,
        thread_subject: None,
    }
}

fn value(facts: &Facts, name: &str) -> Option<String> {
    values(facts).remove(name)
}

fn get(facts: &Facts, name: &str) -> String {
    value(facts, name).unwrap_or_else(|| panic!("{name} is absent"))
}

#[test]
fn what_is_not_known_is_absent() {
    let mut app = application();
    app.interviews[0].meetings[0].topics[0].why = Some("  ".to_owned());
    let values = values(&facts(&app, "jane"));
    for name in
        ["me", "phone", "why", "because", "fit", "need", "via", "met", "formal", "decision_words", "topic_2"]
    {
        assert_eq!(values.get(name), None, "{name}");
    }
    assert!(values.keys().all(|name| NAMES.contains(name)));
    assert!(values.values().all(|value| !value.trim().is_empty()));
}

#[test]
fn the_day_is_that_of_the_recipients_clock() {
    let app = application();
    let mut facts = facts(&app, "jane");
    for (departs, when) in [
        ("2026-03-05T23:59:00-05:00", "today"),
        ("2026-03-06T00:10:00-05:00", "yesterday"),
        ("2026-03-05T12:45:00-08:00", "today"),
        ("2026-03-06T05:45:00+09:00", "today"),
        ("2026-03-07T09:00:00-05:00", "on Thursday"),
        ("2026-03-11T09:00:00-05:00", "on Thursday"),
        ("2026-03-12T09:00:00-05:00", "on March 5"),
    ] {
        facts.departs = at(departs);
        assert_eq!(get(&facts, "when"), when, "{departs}");
    }
}

#[test]
fn dates_are_written_as_the_recipients_country_does() {
    let mut app = application();
    for (country, date) in
        [(None, "March 5"), (Some("US-NY"), "March 5"), (Some("GB"), "5 March"), (Some("DE-BY"), "5 March")]
    {
        app.country = country.map(str::to_owned);
        assert_eq!(get(&facts(&app, "jane"), "date"), date);
    }
}

#[test]
fn a_salutation_uses_what_is_recorded_and_nothing_else() {
    let mut app = application();
    let mut greet = |name: &str, title: Option<&str>, goes_by: Option<&str>, tone| {
        app.people[0].name = PersonName::parse(name).unwrap();
        app.people[0].honorific = title.map(str::to_owned);
        app.people[0].goes_by = goes_by.map(str::to_owned);
        app.tone = tone;
        get(&facts(&app, "jane"), "salutation")
    };
    assert_eq!(greet("Jane Doe", None, None, Tone::Warm), "Hi Jane,");
    assert_eq!(greet("Jane Doe", Some("Dr."), None, Tone::Warm), "Hi Jane,");
    assert_eq!(greet("Jane Doe", None, None, Tone::Formal), "Dear Jane Doe,");
    assert_eq!(greet("Jane Doe", Some("Dr."), None, Tone::Formal), "Dear Dr. Doe,");
    assert_eq!(greet("Dr. Jane Doe", None, None, Tone::Warm), "Hi Jane,");
    assert_eq!(greet("Dr. Jane Doe", None, None, Tone::Formal), "Dear Dr. Doe,");
    assert_eq!(greet("Jan van der Berg", Some("Mr."), None, Tone::Formal), "Dear Mr. van der Berg,");
    assert_eq!(greet("Jane Doe, PhD", Some("Dr."), None, Tone::Formal), "Dear Dr. Doe,");
    assert_eq!(greet("J. Doe", None, None, Tone::Warm), "Hi J. Doe,");
    assert_eq!(greet("William Doe", None, Some("Bill"), Tone::Warm), "Hi Bill,");
    assert_eq!(greet("山田 太郎", None, None, Tone::Warm), "Hi 山田 太郎,");
    assert_eq!(greet("Cher", Some("Ms."), None, Tone::Formal), "Dear Ms. Cher,");
}

#[test]
fn their_words_are_quoted_and_never_our_date() {
    let mut app = application();
    let next = |app: &Application| get(&facts(app, "jane"), "next_step");
    assert_eq!(next(&app), "I look forward to hearing about the next step.");
    let day = NaiveDate::from_ymd_opt(2026, 3, 19);
    app.decision = Some(Decision { words: "two weeks".to_owned(), said_on: day.unwrap(), by: day });
    assert_eq!(
        next(&app),
        "You expected to decide in two weeks, and I look forward to hearing from you then."
    );
    app.decision = Some(Decision { words: "soon".to_owned(), said_on: day.unwrap(), by: None });
    assert_eq!(next(&app), "You expected to decide soon, and I look forward to hearing from you.");
    assert_eq!(get(&facts(&app, "jane"), "meanwhile"), "in the meantime");
}

#[test]
fn the_topic_with_a_reason_leads() {
    let mut app = application();
    let topics = &mut app.interviews[0].meetings[0].topics;
    topics.push(Topic {
        what: "how you ship".to_owned(),
        why: Some("it is calm".to_owned()),
        ..Topic::default()
    });
    topics.push(Topic { what: "Kafka".to_owned(), ..Topic::default() });
    let facts = facts(&app, "jane");
    assert_eq!(get(&facts, "topic"), "how you ship");
    assert_eq!(get(&facts, "because"), "because it is calm");
    assert_eq!(get(&facts, "other_topics"), "moving the billing jobs and Kafka");
    assert_eq!(get(&facts, "topics"), "moving the billing jobs, how you ship and Kafka");
    assert_eq!(get(&facts, "topic_2"), "how you ship");
}

#[test]
fn a_blank_topic_is_none() {
    let mut app = application();
    app.interviews[0].meetings[0].topics.insert(0, Topic { what: " . ".to_owned(), ..Topic::default() });
    assert_eq!(get(&facts(&app, "jane"), "topics"), "moving the billing jobs");
    app.interviews[0].meetings[0].topics.truncate(1);
    assert_eq!(value(&facts(&app, "jane"), "topic"), None);
}

#[test]
fn people_of_a_panel_and_rounds_of_a_person_get_different_variants() {
    let mut app = application();
    let mut second = app.interviews[0].clone();
    second.round = 2;
    app.interviews.push(second);
    let again = Facts { round: 2, ..facts(&app, "jane") };
    assert_eq!(get(&facts(&app, "jane"), "variant"), "1");
    assert_eq!(get(&facts(&app, "omar"), "variant"), "2");
    assert_eq!(get(&again, "variant"), "2");
}

#[test]
fn a_note_to_an_agent_names_who_was_met() {
    let mut app = application();
    app.agent = Some("sam".to_owned());
    let one = facts(&app, "jane");
    assert_eq!((get(&one, "salutation"), get(&one, "via")), ("Hi Sam,".to_owned(), "Sam".to_owned()));
    assert_eq!(get(&one, "met"), "Jane Doe");
    let all = facts(&app, "sam");
    assert_eq!(get(&all, "met"), "Jane Doe and Omar Aziz");
    assert_eq!(get(&all, "topics"), "moving the billing jobs and how on-call is shared");
}

#[test]
fn subjects_fit_into_fifty_ascii_characters() {
    let mut app = application();
    for (role, subject) in [
        ("Platform Engineer", "Thank you for the Platform Engineer interview"),
        ("Senior Platform Engineer", "Senior Platform Engineer interview: thank you"),
        ("Product Marketing Manager, EMEA", "Product Marketing Manager interview: thank you"),
        ("Senior Product Marketing Manager, EMEA", "Product Marketing Manager interview: thank you"),
        ("Head of Very Long and Winding Departments", "Thank you for Thursday's interview"),
        ("Café Manager", "Thank you for Thursday's interview"),
    ] {
        app.role = role.to_owned();
        assert_eq!(get(&facts(&app, "jane"), "subject_line"), subject);
    }
    app.role_short = Some("PMM".to_owned());
    assert_eq!(get(&facts(&app, "jane"), "subject_line"), "Thank you for the PMM interview");
}

#[test]
fn a_thread_keeps_its_subject_with_one_re() {
    let app = application();
    for old in ["Thank you, Acme", "Re: Thank you, Acme", "RE: re:Thank you, Acme"] {
        let facts = Facts { thread_subject: Some(old), kind: NoteKind::Nudge, ..facts(&app, "jane") };
        assert_eq!(get(&facts, "subject_line"), "Re: Thank you, Acme");
    }
    let facts = Facts { kind: NoteKind::Nudge, ..facts(&app, "jane") };
    assert_eq!(get(&facts, "subject_line"), "Platform Engineer role: timing");
}
