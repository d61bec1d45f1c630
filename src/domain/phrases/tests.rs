use super::*;
use crate::domain::address::PersonName;
use crate::domain::application::{Decision, Heard, News, Status};
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
    let said_on = NaiveDate::from_ymd_opt(2026, 3, 5).unwrap();
    app.decision = Some(Decision { words: "two weeks".to_owned(), said_on, by: day });
    assert_eq!(
        next(&app),
        "You expected to decide in two weeks, and I look forward to hearing from you then."
    );
    app.decision = Some(Decision { words: "soon".to_owned(), said_on, by: None });
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
    assert_eq!(get(&facts, "subject_line"), "Platform Engineer interview: timing");
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn decide(app: &mut Application, words: &str, said_on: &str, by: Option<&str>) {
    app.decision = Some(Decision { words: words.to_owned(), said_on: day(said_on), by: by.map(day) });
}

#[test]
fn words_counted_from_another_day_give_way_to_a_date() {
    let mut app = application();
    let mut next = |words: &str, by: Option<&str>, departs: &str| {
        decide(&mut app, words, "2026-03-05", by);
        let facts = Facts { departs: at(departs), ..facts(&app, "jane") };
        let text = get(&facts, "next_step");
        match text.strip_prefix("You expected to decide ") {
            Some(rest) => rest.split(',').next().unwrap().to_owned(),
            None => text,
        }
    };
    let (same_day, next_day) = ("2026-03-05T17:45:00-05:00", "2026-03-06T09:00:00-05:00");
    for (words, by) in [
        ("tomorrow", "2026-03-06"),
        ("this week", "2026-03-06"),
        ("next week", "2026-03-13"),
        ("in a couple of days", "2026-03-07"),
        ("in two to three weeks", "2026-03-26"),
        ("by Friday", "2026-03-06"),
        ("in 20-25 days", "2026-03-26"),
    ] {
        assert_eq!(next(words, Some(by), same_day), words);
        let later = match day(by).day() {
            6 => "today".to_owned(),
            n => format!("by March {n}"),
        };
        assert_eq!(next(words, Some(by), next_day), later, "{words}");
        assert_eq!(
            next(words, Some(by), "2026-03-27T09:00:00-04:00"),
            "I look forward to hearing about the next step.",
            "{words}"
        );
    }
    decide(&mut app, "tomorrow", "2026-03-05", Some("2026-03-06"));
    assert_eq!(get(&Facts { departs: at(next_day), ..facts(&app, "jane") }, "meanwhile"), "in the meantime");
    let mut next = |words: &str, by: Option<&str>, departs: &str| {
        decide(&mut app, words, "2026-03-05", by);
        let text = get(&Facts { departs: at(departs), ..facts(&app, "jane") }, "next_step");
        let rest = text.strip_prefix("You expected to decide ").unwrap();
        rest.split(',').next().unwrap().to_owned()
    };
    for (words, by) in [
        ("soon", None),
        ("by the end of the month", Some("2026-03-31")),
        ("by March 13", Some("2026-03-13")),
        ("by 2026-03-13", Some("2026-03-13")),
        ("by Friday 13 March", Some("2026-03-13")),
        ("by the end of March", Some("2026-03-31")),
    ] {
        assert_eq!(next(words, by, next_day), words);
    }
    assert_eq!(next("next month", Some("2026-04-30"), "2026-04-01T09:00:00-04:00"), "by April 30");
}

#[test]
fn a_nudge_says_where_and_when_the_decision_was_heard_of() {
    let mut app = application();
    app.people.truncate(1);
    let at_nudge = |app: &Application| {
        let facts =
            Facts { kind: NoteKind::Nudge, departs: at("2026-03-23T10:06:00-04:00"), ..facts(app, "jane") };
        let mut values = values(&facts);
        (
            values.remove("promised_when").unwrap(),
            values.remove("decision_words").unwrap(),
            values.remove("message"),
        )
    };
    let said = |a: &str, b: &str, c: Option<&str>| (a.to_owned(), b.to_owned(), c.map(str::to_owned));
    decide(&mut app, "in two weeks", "2026-03-05", Some("2026-03-19"));
    assert_eq!(at_nudge(&app), said("When we spoke on March 5", "in two weeks", None));
    decide(&mut app, "next week", "2026-03-05", Some("2026-03-13"));
    assert_eq!(at_nudge(&app), said("When we spoke on March 5", "by March 13", None));
    decide(&mut app, "by friday", "2026-03-16", Some("2026-03-20"));
    assert_eq!(at_nudge(&app), said("On March 16", "by Friday", None));
    let answered = |on: &str| Heard { at: at(on), news: News::Answered };
    app.heard = vec![answered("2026-03-16T09:00:00-04:00")];
    let thanks = "Thank you for your message of March 16.";
    assert_eq!(at_nudge(&app), said("At that time", "by Friday", Some(thanks)));
    app.heard.push(answered("2026-03-18T09:00:00-04:00"));
    let thanks = "Thank you for your message of March 18.";
    assert_eq!(at_nudge(&app), said("In your message of March 16", "by Friday", Some(thanks)));
    app.people = application().people;
    let thanks = "Thank you for the message of March 18.";
    assert_eq!(at_nudge(&app), said("In the message of March 16", "by Friday", Some(thanks)));
}

#[test]
fn what_further_topics_add_is_said_while_there_is_room() {
    let mut app = application();
    let topic = |what: &str, why: &str, fit: &str, need: &str| {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Topic { what: what.to_owned(), why: some(why), fit: some(fit), need: some(need) }
    };
    app.interviews[0].meetings[0].topics = vec![
        topic("Kafka", "", "", ""),
        topic("how you ship", "it is calm", "ran Kafka", "a calmer rota"),
        topic("their pager", "it is loud", "led two moves", "someone patient"),
    ];
    let get_all = |app: &Application, name: &str| get(&facts(app, "jane"), name);
    assert_eq!(get_all(&app, "fit"), "I ran Kafka and led two moves");
    assert_eq!(get_all(&app, "need"), "a calmer rota and someone patient");
    assert_eq!(get_all(&app, "also"), "As for your pager, I can see why that matters: it is loud.");
    assert_eq!(get_all(&app, "rest_topics"), "Kafka");
    app.interviews[0].meetings[0].topics.remove(0);
    assert_eq!(get_all(&app, "other_because"), "because it is loud");
    app.agent = Some("sam".to_owned());
    assert_eq!(get_all(&app, "topic_2"), "their pager");
}

#[test]
fn a_question_or_a_list_is_no_subject_of_a_sentence() {
    let mut app = application();
    assert_eq!(get(&facts(&app, "jane"), "topic_subject"), "moving the billing jobs");
    assert_eq!(get(&facts(&app, "omar"), "topic_subject"), "our conversation about how on-call is shared");
    app.interviews[0].meetings[0].topics.push(Topic { what: "pay".to_owned(), ..Topic::default() });
    assert_eq!(
        get(&facts(&app, "jane"), "topic_subject"),
        "our conversation about moving the billing jobs and pay"
    );
}

#[test]
fn a_subject_without_a_thread_passes_its_own_check() {
    let mut app = application();
    for (role, kind, subject) in [
        ("QA", NoteKind::Nudge, "QA interview: timing"),
        ("Yahoo! Engineer", NoteKind::Nudge, "Thursday's interview: timing"),
        ("QA", NoteKind::CloseOut, "QA interview: a last note"),
        ("QA", NoteKind::NextRoundReply, "QA: the next interview"),
    ] {
        app.role = role.to_owned();
        assert_eq!(get(&Facts { kind, ..facts(&app, "jane") }, "subject_line"), subject);
    }
}

#[test]
fn a_name_is_said_as_its_bearer_would() {
    let mut app = application();
    let mut greet = |name: &str| {
        app.people[0].name = PersonName::parse(name).unwrap();
        let warm = salutation(&app.people[0], Tone::Brief);
        (warm, salutation(&app.people[0], Tone::Formal))
    };
    for (name, warm, formal) in [
        ("Doe, Jane", "Hi Jane,", "Dear Jane Doe,"),
        ("Doe, Dr. Jane, PhD", "Hi Jane,", "Dear Dr. Doe,"),
        ("van der Berg, Jan", "Hi Jan,", "Dear Jan van der Berg,"),
        ("Jane Doe PhD, MBA", "Hi Jane,", "Dear Jane Doe,"),
        ("Dr. Jane Doe, M.D., CFA", "Hi Jane,", "Dear Dr. Doe,"),
        ("Mr. John Smith Jr.", "Hi John,", "Dear Mr. Smith,"),
        ("Mr Smith", "Dear Mr Smith,", "Dear Mr Smith,"),
        ("Dr Who", "Dear Dr Who,", "Dear Dr Who,"),
        ("Prof. Dr. Jane Doe", "Hi Jane,", "Dear Prof. Dr. Doe,"),
        ("jane doe", "Hi Jane,", "Dear Jane Doe,"),
        ("JANE DOE", "Hi Jane,", "Dear Jane Doe,"),
        ("SEAN O'BRIEN", "Hi Sean,", "Dear Sean O'Brien,"),
        ("jean-luc de la cruz", "Hi Jean-Luc,", "Dear Jean-Luc de la Cruz,"),
        ("DJ", "Hi DJ,", "Dear DJ,"),
        ("JD Smith", "Hi JD,", "Dear JD Smith,"),
        ("Jane Doe (she/her)", "Hi Jane,", "Dear Jane Doe,"),
        ("Jane Ma", "Hi Jane,", "Dear Jane Ma,"),
    ] {
        assert_eq!(greet(name), (warm.to_owned(), formal.to_owned()), "{name}");
    }
}

#[test]
fn everybody_signs_as_they_are_called() {
    for (written, signed) in [
        ("Jo Marsh", "Jo Marsh"),
        ("Marsh, Jo", "Jo Marsh"),
        ("Marsh, Jo, PhD", "Jo Marsh, PhD"),
        ("van der Berg, Jan", "Jan van der Berg"),
        ("Jo Marsh, PhD", "Jo Marsh, PhD"),
        ("Jo Marsh, PhD, MBA", "Jo Marsh, PhD, MBA"),
        ("Jo \"JJ\" Marsh", "Jo \"JJ\" Marsh"),
        ("Jo Marsh, Platform Engineer", "Jo Marsh, Platform Engineer"),
        ("Jo, Platform Engineer", "Jo, Platform Engineer"),
        ("Marsh", "Marsh"),
        ("Marsh,", "Marsh,"),
    ] {
        assert_eq!(signature(&PersonName::parse(written).unwrap()).as_str(), signed, "{written}");
    }
}
