use chrono::{DateTime, NaiveDate};

use super::*;
use crate::domain::address::{Mailbox, PersonName};
use crate::domain::application::{Status, Tone};
use crate::domain::interview::{End, Interview, InterviewKind, Meeting, Topic};
use crate::domain::note::{Edited, NoteId, NoteKind};
use crate::domain::outbox::State;
use crate::domain::person::Person;
use crate::domain::zone::Zone;

mod names;

const BODY: &str = "Hi Jane,\n\n\
    Thank you for talking with me today about the Platform Engineer role. Moving the billing jobs to Kafka \
    stayed with me, above all because the nightly freeze goes away.\n\n\
    You expected to decide in two weeks, and I look forward to hearing from you then. If anything would help \
    before that, I am easy to reach.\n\nBest regards,\nJo Marsh";

struct Case {
    app: Application,
    note: Note,
    others: Vec<(&'static str, &'static str, OtherKind)>,
    siblings: Vec<(&'static str, String)>,
}

fn person(key: &str, name: &str, address: &str) -> Person {
    Person {
        key: key.to_owned(),
        name: PersonName::parse(name).unwrap(),
        goes_by: None,
        honorific: None,
        title: None,
        away_until: None,
        address: Mailbox::parse(address).ok().map(|m| m.address),
    }
}

fn topic(what: &str) -> Topic {
    Topic { what: what.to_owned(), ..Topic::default() }
}

fn case() -> Case {
    let ended = DateTime::parse_from_rfc3339("2026-03-05T15:45:00-05:00").unwrap();
    let app = Application {
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
        people: vec![
            person("jane", "Jane Doe", "jane@acme.example"),
            person("omar", "Omar Aziz", "omar@acme.example"),
        ],
        interviews: vec![Interview {
            round: 1,
            ended,
            zone: Zone::utc(),
            end: End::Told,
            kind: InterviewKind::Video,
            meetings: vec![
                Meeting {
                    person: "jane".to_owned(),
                    topics: vec![topic("moving the billing jobs to Kafka")],
                },
                Meeting { person: "omar".to_owned(), topics: vec![topic("how on-call is shared")] },
            ],
        }],
    };
    let note = Note {
        id: NoteId::new("acme", "jane", NoteKind::ThankYou, 1, 1),
        application: "acme".to_owned(),
        person: "jane".to_owned(),
        round: 1,
        kind: NoteKind::ThankYou,
        ordinal: 1,
        state: State::Drafted,
        template: "thank-you".to_owned(),
        from: None,
        to: Mailbox::parse("Jane Doe <jane@acme.example>").ok(),
        subject: "Thank you for the Platform Engineer interview".to_owned(),
        body: BODY.to_owned(),
        edited: Edited::No,
        facts: String::new(),
        shown: None,
        departs_on: NaiveDate::from_ymd_opt(2026, 3, 5).unwrap(),
        send_before: None,
        send_after: None,
        next_try: None,
        message_id: None,
        server_message_id: None,
        in_reply_to: None,
        references: Vec::new(),
        allowed: Vec::new(),
        offers: 0,
        attempts: 0,
        sent_at: None,
        detail: None,
        created_at: ended,
    };
    Case { app, note, others: Vec::new(), siblings: Vec::new() }
}

impl Case {
    fn findings(&self) -> Vec<Finding> {
        let others = self.others.iter();
        let names =
            Names::new(others.map(|(application, name, kind)| Other { application, name, kind: *kind }));
        let phrasings: Vec<Phrasing> = self.siblings.iter().map(|(_, body)| Phrasing::of(body)).collect();
        let ids = self.siblings.iter().map(|(id, _)| *id);
        let siblings: Vec<Sibling> =
            ids.zip(&phrasings).map(|(id, phrasing)| Sibling { id, phrasing }).collect();
        check(&Subject {
            note: &self.note,
            application: &self.app,
            me: Some("Jo Marsh"),
            names: &names,
            siblings: &siblings,
            limits: super::Limits::default(),
        })
    }

    /// Names and severities.
    fn found(&self) -> Vec<(&'static str, Severity)> {
        self.findings().iter().map(|f| (f.name, f.severity)).collect()
    }
}

/// What is found after one sentence more in the body.
fn with_sentence(sentence: &str) -> Vec<(&'static str, Severity)> {
    with_sentence_beside(sentence, &[])
}

fn with_sentence_beside(
    sentence: &str,
    others: &[(&'static str, &'static str, OtherKind)],
) -> Vec<(&'static str, Severity)> {
    let mut case = case();
    case.note.body = BODY.replace("\n\nBest", &format!("\n\n{sentence}\n\nBest"));
    case.others = others.to_vec();
    case.found()
}

fn with_greeting(greeting: &str) -> Vec<(&'static str, Severity)> {
    let mut case = case();
    case.note.body = BODY.replace("Hi Jane,", greeting);
    case.found()
}

use OtherKind::{Company, Person as Someone};
use Severity::{Ask, Block, Inform};

#[test]
fn an_honest_note_has_no_findings() {
    let mut case = case();
    case.others = vec![("globex", "Globex", Company), ("globex", "Mark Hill", Someone)];
    assert_eq!(case.findings(), []);
}

#[test]
fn every_finding_has_a_listed_name() {
    let mut case = case();
    case.note.body = "Hi [Name],\nMr. Doe at Globex, Plattform, told Mark Hill.".to_owned();
    case.note.subject = String::new();
    case.others = vec![("globex", "Globex", Company), ("globex", "Mark Hill", Someone)];
    let found = case.findings();
    assert!(found.len() >= 6, "{found:?}");
    assert!(found.iter().all(|f| NAMES.contains(&f.name)));
    assert!(found.is_sorted_by_key(|f| std::cmp::Reverse(f.severity)));
}

#[test]
fn places_to_fill_in_are_found() {
    for sentence in [
        "I like {{ company }} a lot.",
        "I like {company} a lot.",
        "I like [company] a lot.",
        "I like <company> a lot.",
        "I like %%company%% a lot.",
        "TODO say why.",
        "Call me at XXX.",
        "I like Company Name a lot.",
    ] {
        assert_eq!(with_sentence(sentence), [("placeholder", Block)], "{sentence}");
    }
    assert_eq!(with_greeting("Hi ,"), [("placeholder", Block), ("salutation", Block)]);
    let mut case = case();
    case.note.subject = "Thank you for the [role] interview".to_owned();
    assert_eq!(case.found(), [("placeholder", Block)]);
}

#[test]
fn brackets_of_honest_text_are_no_places_to_fill_in() {
    for sentence in [
        "It was \"teh [sic] best\" part.",
        "See [1] for more.",
        "My page is <https://jo.example/talk>.",
        "Write to <jo@example.com>.",
        "That is 3 < 4 and 5 > 2.",
        "The first name is what counts.",
        "I did my todo list.",
    ] {
        assert_eq!(with_sentence(sentence), [], "{sentence}");
    }
    let mut case = case();
    case.app.interviews[0].meetings[0].topics[0].what = "why <head> grew in Kafka".to_owned();
    case.note.body = BODY.replace("Moving the billing jobs to Kafka", "Why <head> grew in Kafka");
    assert_eq!(case.found(), []);
}

#[test]
fn a_thank_you_without_the_persons_topic_blocks() {
    let mut case = case();
    case.note.body = BODY.replace("Moving the billing jobs to Kafka", "How on-call is shared");
    assert_eq!(case.found(), [("no-topic", Block)]);
    case.note.template = "thank-you-brief".to_owned();
    assert_eq!(case.found(), [("no-topic", Ask)]);
    case.app.interviews[0].meetings[0].topics[0].what = " ".to_owned();
    assert_eq!(case.found(), [("no-topic", Ask)]);
    case.app.interviews[0].meetings[0].topics.clear();
    assert_eq!(case.findings()[0].message, "has no recorded topic for Jane Doe");
}

#[test]
fn three_content_words_of_a_topic_are_enough_in_any_form() {
    let mut case = case();
    case.note.body = BODY.replace("Moving the billing jobs to Kafka", "Moving billing over to Kafka");
    assert_eq!(case.found(), []);
    case.note.kind = NoteKind::Nudge;
    case.note.body = BODY.replace("Moving the billing jobs to Kafka", "That");
    assert_eq!(case.found(), []);
}

#[test]
fn lengths_are_measured_by_kind() {
    let mut case = case();
    let with = |words: usize| {
        format!("Hi Jane,\n\nmoving billing jobs to Kafka {}\n\nBest,\nJo", "word ".repeat(words - 5))
    };
    let cases = [
        (
            NoteKind::ThankYou,
            "thank-you",
            [(39, Some(Ask)), (40, None), (180, None), (181, Some(Ask)), (251, Some(Block))],
        ),
        (
            NoteKind::ThankYou,
            "thank-you-late",
            [(39, Some(Ask)), (40, None), (180, None), (250, Some(Ask)), (251, Some(Block))],
        ),
        (
            NoteKind::ThankYou,
            "thank-you-brief",
            [(24, Some(Ask)), (25, None), (130, None), (131, Some(Ask)), (201, Some(Block))],
        ),
        (
            NoteKind::Nudge,
            "nudge",
            [(6, None), (110, None), (111, Some(Ask)), (150, Some(Ask)), (151, Some(Block))],
        ),
        (
            NoteKind::NextRoundReply,
            "x",
            [(6, None), (100, None), (101, Some(Ask)), (150, Some(Ask)), (151, Some(Block))],
        ),
        (
            NoteKind::RejectionReply,
            "x",
            [(6, None), (120, None), (121, Some(Ask)), (150, Some(Ask)), (151, Some(Block))],
        ),
    ];
    for (kind, template, lengths) in cases {
        case.note.kind = kind;
        case.note.template = template.to_owned();
        for (words, severity) in lengths {
            case.note.body = with(words);
            let found: Vec<Severity> = case.found().iter().map(|(_, severity)| *severity).collect();
            assert_eq!(found, severity.into_iter().collect::<Vec<_>>(), "{template} {words}");
        }
    }
    case.note.body = "Hi Jane,\n\nBest,\nJo".to_owned();
    assert_eq!(case.findings()[0].message, "says nothing");
}

#[test]
fn subjects_are_short_quiet_and_say_what_about() {
    let mut case = case();
    for (subject, expected) in [
        ("", vec![("subject", Block)]),
        ("Thank you for the interview!", vec![("subject", Block)]),
        ("THANK YOU FOR THE INTERVIEW", vec![("subject", Block)]),
        ("Thank you for the interview 🎉", vec![("subject", Block)]),
        ("Thank you for the Café Manager interview", vec![("subject", Inform)]),
        ("Thank you for your time", vec![("subject", Ask)]),
        ("Thank you for the long and pleasant interview at home", vec![("subject", Ask)]),
        ("Thank you for Thursday's conversation", vec![]),
        ("Thank you, and the Kafka jobs", vec![]),
        ("Re: Thank you for the Platform Engineer interview", vec![("subject", Ask)]),
        ("re: Interview", vec![("subject", Ask)]),
    ] {
        case.note.subject = subject.to_owned();
        assert_eq!(case.found(), expected, "{subject}");
    }
    case.note.subject = format!("The interview {}", "x".repeat(65));
    assert_eq!(case.found(), [("subject", Block)]);
    case.note.subject = "Re: Thank you for the Platform Engineer interview".to_owned();
    case.note.in_reply_to = Some("<first@example.com>".to_owned());
    assert_eq!(case.found(), []);
}

#[test]
fn a_note_that_repeats_its_sibling_is_found() {
    let mut case = case();
    let twin =
        BODY.replace("Jane", "Omar").replace("Moving the billing jobs to Kafka", "How on-call is shared");
    case.siblings = vec![("acme/jane", BODY.to_owned()), ("acme/omar", twin.clone())];
    assert_eq!(case.found(), [("too-similar", Block)]);
    let cousin = twin.replace("nightly freeze goes away", "pager is quiet");
    case.siblings = vec![("acme/omar", cousin)];
    assert_eq!(case.found(), [("too-similar", Ask)]);
    case.siblings = vec![("acme/omar", BODY.replace("Hi Jane", "Hello Omar").replace("Jo Marsh", "J."))];
    assert_eq!(case.found(), [("too-similar", Block)]);
    assert!(case.findings()[0].message.contains("acme/omar (100 % the same)"));
}

#[test]
fn similarity_is_that_of_three_word_runs() {
    assert!((similarity("a b c d", "a b c e") - 1.0 / 3.0).abs() < 1e-9);
    assert_eq!(similarity("", ""), 0.0);
    assert_eq!(similarity("yes indeed", "Yes, indeed"), 1.0);
    assert_eq!(similarity("one two three", "four five six"), 0.0);
}

#[test]
fn one_topic_for_two_people_is_asked_about() {
    let mut case = case();
    case.app.interviews[0].meetings[1].topics[0].what = "Moving the billing jobs to Kafka.".to_owned();
    assert_eq!(case.found(), [("same-topic", Ask)]);
    assert!(case.findings()[0].message.ends_with("the note to Omar Aziz"));
}

#[test]
fn a_note_to_another_address_than_the_records_blocks() {
    let mut case = case();
    case.note.to = Mailbox::parse("Jane Doe <jane@globex.example>").ok();
    assert_eq!(case.found(), [("recipients", Block)]);
    case.note.to = Mailbox::parse("Jane <JANE@ACME.example>").ok();
    assert_eq!(case.found(), []);
    case.note.to = None;
    assert_eq!(case.found(), []);
}

#[test]
fn with_an_agency_the_agent_is_greeted_and_written_to() {
    let mut case = case();
    case.app.people.push(person("sam", "Sam Field", "sam@agency.example"));
    case.app.agent = Some("sam".to_owned());
    assert_eq!(case.found(), [("wrong-name", Block), ("recipients", Block)]);
    case.note.to = Mailbox::parse("sam@agency.example").ok();
    case.note.body = BODY.replace("Hi Jane", "Hi Sam");
    assert_eq!(case.found(), []);
}

#[test]
fn a_day_named_by_its_owner_is_asked_about_once_it_is_another() {
    let edited = |sentence: &str, departs: u32| {
        let mut case = case();
        case.note.body = BODY.replace(" today", "").replace("\n\nBest", &format!("\n\n{sentence}\n\nBest"));
        case.note.edited = Edited::ByOwner;
        case.note.departs_on = NaiveDate::from_ymd_opt(2026, 3, departs).unwrap();
        case
    };
    for (sentence, right) in [
        ("It was good to meet today.", 5),
        ("This morning was a good one.", 5),
        ("It was good to meet yesterday.", 6),
        ("You said that you decide tomorrow.", 5),
    ] {
        assert_eq!(edited(sentence, right).found(), [], "{sentence}");
        assert_eq!(edited(sentence, right + 2).found(), [("stale-day", Ask)], "{sentence}");
    }
    let found = &edited("It was good to meet today.", 6).findings()[0];
    assert_eq!(found.message, "says today, and leaves on Fri 6 Mar; the interview was on Thu 5 Mar");
    assert_eq!(found.line, Some((7, "was good to meet today".to_owned())));
    let mut own = edited("We spoke of today's incident process.", 7);
    own.app.interviews[0].meetings[0].topics.push(topic("today's incident process"));
    assert_eq!(own.found(), []);
    own = edited("It was good to meet today.", 7);
    own.note.edited = Edited::No;
    assert_eq!(own.found(), []);
}

#[test]
fn the_own_salutation_is_never_objected_to() {
    const ODD: [&str; 28] = [
        "Doe, Jane",
        "Garcia Lopez, Maria",
        "Jane Doe, PhD",
        "PhD",
        "Mr Smith",
        "Dr Who",
        "Dr.",
        "jane doe",
        "JANE DOE",
        "DJ",
        "J. Doe",
        "J.R. Doe",
        "Day Lewis",
        "Good Will",
        "Hey",
        "All",
        "Team",
        "There",
        "Jane (JD) Doe",
        "\"Jane\" Doe",
        "Jane – Acme",
        "Jane: Doe",
        "O'Brien",
        "山田 太郎",
        "Иван Петров",
        "Jane Doe, Acme, Inc.",
        "Sir Ian",
        "Miss Jr.",
    ];
    for name in ODD {
        for honorific in [None, Some("Dr."), Some("Prof. Dr.")] {
            for tone in Tone::ALL {
                let mut case = case();
                case.app.people[0].name = PersonName::parse(name).unwrap();
                case.app.people[0].honorific = honorific.map(str::to_owned);
                let greeting = crate::domain::phrases::salutation(&case.app.people[0], tone);
                case.note.body = BODY.replace("Hi Jane,", &greeting);
                assert_eq!(case.found(), [], "{name} {tone:?} {greeting}");
                assert!(!greeting.contains("PhD") || name == "PhD", "{greeting}");
            }
        }
    }
}

#[test]
fn short_notes_that_differ_in_half_a_sentence_block() {
    let one = "Hi Jane,\n\nThank you for your time today. Our conversation about the Platform Engineer role \
        confirmed that I would like to go on. I look forward to hearing about the next step.\n\nBest,\nJo";
    let other =
        one.replace("Jane", "Omar").replace("I look forward to hearing about", "I would be glad to take");
    assert!(similarity(one, &other) >= 0.75, "{}", similarity(one, &other));
}

#[test]
fn text_that_was_encoded_elsewhere_blocks() {
    for sentence in ["We donâ€™t wait.", "I like J%C3%A4ne's way.", "Fish &amp; chips.", "It is J=C3=A4ne."]
    {
        assert_eq!(with_sentence(sentence), [("encoded", Block)], "{sentence}");
    }
    assert_eq!(with_sentence("It saves 50%, as A=B, AT&T and R&D showed."), []);
    let mut case = case();
    case.note.subject = "Thank you for the =?utf-8?q?J=C3=A4ne?= interview".to_owned();
    let finding = case.findings().remove(0);
    assert_eq!(
        finding.message,
        "has an encoded word of a mail header in Subject; it says Thank you for the Jäne interview"
    );
    case.note.subject = "Thank you for the interview".to_owned();
    case.note.to = Mailbox::parse("JÃ¤ne Doe <jane@acme.example>").ok();
    assert_eq!(case.found(), [("encoded", Block)]);
}
