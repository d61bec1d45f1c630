//! The compiled-in texts as they go out, and what the checks say to them.

use chrono::{DateTime, FixedOffset, NaiveDate};

use super::Templates;
use crate::domain::address::{Mailbox, PersonName};
use crate::domain::application::{Application, Decision, Status, Tone};
use crate::domain::checks::{Finding, Limits, Names, Phrasing, Sibling, Subject, check};
use crate::domain::interview::{End, Interview, InterviewKind, Meeting, Topic};
use crate::domain::note::{Edited, Note, NoteId, NoteKind};
use crate::domain::outbox::State;
use crate::domain::person::Person;
use crate::domain::phrases::{Facts, values};
use crate::domain::text::word_count;
use crate::domain::view::note_text;
use crate::domain::zone::Zone;

mod panels;

const NAMES: [(&str, &str); 6] = [
    ("jane", "Jane Doe"),
    ("omar", "Omar Aziz"),
    ("ines", "Ines Silva"),
    ("raj", "Raj Patel"),
    ("mei", "Mei Tan"),
    ("sam", "Sam Field"),
];

fn at(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).unwrap()
}

fn topic(what: &str, why: &str, fit: &str, need: &str) -> Topic {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Topic { what: what.to_owned(), why: some(why), fit: some(fit), need: some(need) }
}

/// An application in which each person in turn was met about the given topics.
fn application(kind: InterviewKind, topics: &[Vec<Topic>]) -> Application {
    let person = |(key, name): &(&str, &str)| Person {
        key: (*key).to_owned(),
        name: PersonName::parse(name).unwrap(),
        goes_by: None,
        honorific: None,
        title: None,
        away_until: None,
        address: Mailbox::parse(&format!("{key}@acme.example")).ok().map(|m| m.address),
    };
    let meetings = NAMES.iter().zip(topics);
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
        people: NAMES.iter().map(person).collect(),
        interviews: vec![Interview {
            round: 1,
            ended: at("2026-03-05T15:45:00-05:00"),
            zone: Zone::utc(),
            end: End::Told,
            kind,
            meetings: meetings
                .map(|((key, _), topics)| Meeting { person: (*key).to_owned(), topics: topics.clone() })
                .collect(),
        }],
    }
}

fn decide(app: &mut Application, words: &str) {
    let said_on = NaiveDate::from_ymd_opt(2026, 3, 5).unwrap();
    app.decision = Some(Decision { words: words.to_owned(), said_on, by: Some(said_on) });
}

fn jane_and_kafka() -> Application {
    let why = "the nightly freeze goes away";
    let mut app =
        application(InterviewKind::Video, &[vec![topic("moving the billing jobs to Kafka", why, "", "")]]);
    decide(&mut app, "in two weeks");
    app
}

fn note(app: &Application, person: &str, kind: NoteKind, template: &str) -> Note {
    let follow_up = kind != NoteKind::ThankYou;
    let facts = Facts {
        application: app,
        person,
        round: 1,
        kind,
        tone: app.tone,
        departs: at(if follow_up { "2026-03-23T10:06:00-04:00" } else { "2026-03-05T17:45:00-05:00" }),
        sender: Some("Jo Marsh"),
        phone: None,
        thanked_on: None,
        thread_subject: follow_up.then_some("Thank you for the Platform Engineer interview"),
    };
    let rendered = Templates::new(None).render(template, &values(&facts)).unwrap();
    let to = app.recipient(person).unwrap();
    Note {
        id: NoteId::new("acme", person, kind, 1, 1),
        application: "acme".to_owned(),
        person: person.to_owned(),
        round: 1,
        kind,
        ordinal: 1,
        state: State::Drafted,
        template: template.to_owned(),
        from: Mailbox::parse("Jo Marsh <jo@example.com>").ok(),
        to: Mailbox::parse(&format!("{} <{}>", to.name, to.address.as_ref().unwrap())).ok(),
        subject: rendered.subject,
        body: rendered.body,
        edited: Edited::No,
        facts: String::new(),
        shown: None,
        departs_on: facts.departs.date_naive(),
        send_before: None,
        send_after: None,
        next_try: None,
        message_id: None,
        server_message_id: None,
        in_reply_to: follow_up.then(|| "<first@example.com>".to_owned()),
        references: Vec::new(),
        allowed: Vec::new(),
        offers: 0,
        attempts: 0,
        sent_at: None,
        detail: None,
        created_at: facts.departs,
    }
}

fn findings(app: &Application, note: &Note, siblings: &[Note]) -> Vec<Finding> {
    let phrasings: Vec<Phrasing> = siblings.iter().map(|n| Phrasing::of(&n.body)).collect();
    let ids = siblings.iter().map(|n| n.id.as_str());
    let siblings: Vec<Sibling> = ids.zip(&phrasings).map(|(id, phrasing)| Sibling { id, phrasing }).collect();
    check(&Subject {
        note,
        application: app,
        me: Some("Jo Marsh"),
        names: &Names::default(),
        siblings: &siblings,
        limits: Limits::default(),
    })
}

#[test]
fn a_first_thank_you_reads_as_promised() {
    let app = jane_and_kafka();
    let note = note(&app, "jane", NoteKind::ThankYou, "thank-you");
    assert_eq!(
        note_text(&note),
        "From: Jo Marsh <jo@example.com>\n\
         To: Jane Doe <jane@acme.example>\n\
         Subject: Thank you for the Platform Engineer interview\n\
         \n\
         Hi Jane,\n\
         \n\
         Thank you for talking with me today about the Platform Engineer role.\n\
         Moving the billing jobs to Kafka stayed with me, above all because the\n\
         nightly freeze goes away.\n\
         \n\
         You expected to decide in two weeks, and I look forward to hearing from\n\
         you then. If anything would help before that, I am easy to reach.\n\
         \n\
         Best regards,\n\
         Jo Marsh\n"
    );
    assert_eq!(word_count(&note.body), 56);
    assert_eq!(findings(&app, &note, &[]), []);
}

#[test]
fn a_nudge_after_a_promised_date_reads_as_promised() {
    let app = jane_and_kafka();
    let mut note = note(&app, "jane", NoteKind::Nudge, "nudge-past-date");
    note.from = None;
    assert_eq!(
        note_text(&note),
        "To: Jane Doe <jane@acme.example>\n\
         Subject: Re: Thank you for the Platform Engineer interview\n\
         \n\
         Hi Jane,\n\
         \n\
         When we spoke on March 5 you expected to decide in two weeks. Dates like\n\
         that move, so may I ask how the timing looks now? I am still very\n\
         interested in the Platform Engineer role.\n\
         \n\
         Best regards,\n\
         Jo Marsh\n"
    );
    assert_eq!(findings(&app, &note, &[]), []);
}

const TEXTS: [(NoteKind, &str); 8] = [
    (NoteKind::ThankYou, "thank-you"),
    (NoteKind::ThankYou, "thank-you-brief"),
    (NoteKind::ThankYou, "thank-you-late"),
    (NoteKind::Nudge, "nudge"),
    (NoteKind::Nudge, "nudge-past-date"),
    (NoteKind::CloseOut, "close-out"),
    (NoteKind::RejectionReply, "rejection-reply"),
    (NoteKind::NextRoundReply, "next-round-reply"),
];

/// Topics as they are typed, alone and together, with and without their company.
fn debriefs() -> Vec<Vec<Topic>> {
    let why = "because it cuts costs";
    let fit = "ran Kafka for three years";
    let need = "They need a calmer on-call rota.";
    vec![
        vec![topic("Kafka", "", "", "")],
        vec![topic("Kafka", "it scales", "", "")],
        vec![topic("How on-call is shared.", "fewer incidents", "", need)],
        vec![topic("the new pricing page", why, fit, "")],
        vec![topic("we talked about iOS builds", "", fit, need)],
        vec![topic("Kafka migration", why, fit, need), topic("the pager", "", "", "")],
        vec![
            topic("Kafka migration", "", "", ""),
            topic("how you ship", why, "", ""),
            topic("pay, and levels", "", "", ""),
        ],
        vec![
            topic(
                "moving the billing jobs to Kafka",
                why,
                "I moved a payroll system to Kafka last year",
                need,
            ),
            topic("how on-call is shared", "", "", ""),
            topic("the new pricing page", "", "", ""),
            topic("hiring juniors and growing them", "", "", ""),
            topic("what you would rebuild with three free months", "", "", ""),
        ],
    ]
}

#[test]
fn every_text_passes_the_checks_in_every_shape() {
    for debrief in debriefs() {
        for (kind, template) in TEXTS {
            for tone in Tone::ALL {
                for (place, (key, _)) in NAMES.iter().enumerate().take(4) {
                    for words in [None, Some("in two weeks")] {
                        // The shorter notes against the lower bound, the longer against the upper.
                        let kind_of_interview = match words {
                            None => InterviewKind::Video,
                            Some(_) => InterviewKind::Panel,
                        };
                        let mut topics = vec![vec![topic("nothing of note", "", "", "")]; place];
                        topics.push(debrief.clone());
                        let mut app = application(kind_of_interview, &topics);
                        app.tone = tone;
                        if let Some(words) = words {
                            decide(&mut app, words);
                        }
                        let note = note(&app, key, kind, template);
                        assert_eq!(
                            findings(&app, &note, &[]),
                            [],
                            "{template} {tone:?} {place}\n{}",
                            note.body
                        );
                        assert_reads_well(&note);
                    }
                }
            }
        }
    }
}

#[test]
fn a_note_to_an_agent_passes_the_checks() {
    for debrief in debriefs() {
        for (kind, template) in TEXTS {
            for who in ["jane", "sam"] {
                let mut app = application(InterviewKind::Video, std::slice::from_ref(&debrief));
                app.agent = Some("sam".to_owned());
                decide(&mut app, "in two weeks");
                let note = note(&app, who, kind, template);
                assert!(note.body.starts_with("Hi Sam,"), "{}", note.body);
                if kind == NoteKind::ThankYou {
                    assert!(note.body.contains("pass my thanks on to Jane Doe"), "{}", note.body);
                }
                assert_eq!(findings(&app, &note, &[]), [], "{template}\n{}", note.body);
                assert_reads_well(&note);
            }
        }
    }
}

#[test]
fn without_a_topic_a_thank_you_is_drafted_and_the_check_asks_for_one() {
    for tone in Tone::ALL {
        for template in ["thank-you", "thank-you-brief", "thank-you-late"] {
            let mut app = application(InterviewKind::Video, &[Vec::new()]);
            app.tone = tone;
            let note = note(&app, "jane", NoteKind::ThankYou, template);
            let names: Vec<&str> = findings(&app, &note, &[]).iter().map(|f| f.name).collect();
            assert_eq!(names, ["no-topic"], "{}", note.body);
            assert_reads_well(&note);
        }
    }
}

/// Single blanks, one full stop a sentence, a capital at each start, no contraction.
fn assert_reads_well(note: &Note) {
    let body = &note.body;
    for slip in ["  ", " ,", " .", "..", ".,", ",,", "because because", "n't ", "I'm", " ;", "{", "}"] {
        assert!(!body.contains(slip), "{slip:?} in\n{body}");
    }
    for sentence in body.lines().flat_map(|line| line.split(". ")) {
        let own_case = sentence.starts_with("iOS");
        assert!(own_case || !sentence.starts_with(char::is_lowercase), "{sentence:?} in\n{body}");
    }
    assert!(body.matches('?').count() <= 1, "{body}");
}

#[test]
fn odd_debriefs_give_a_note_and_no_crash() {
    for odd in
        ["", " ", ".", "…", "the", "we", "about", "{{ me }}", "ß", "🎉", "a;b,c", "I", "to ", "'", "İstanbul"]
    {
        let mut app =
            application(InterviewKind::Phone, &[vec![topic(odd, odd, odd, odd), topic(odd, "", "", "")]]);
        decide(&mut app, odd);
        app.role_short = Some(odd.to_owned());
        for tone in Tone::ALL {
            app.tone = tone;
            for (kind, template) in TEXTS {
                let note = note(&app, "jane", kind, template);
                assert!(note.body.contains("Jane"), "{}", note.body);
                assert!(!note.subject.is_empty());
                findings(&app, &note, std::slice::from_ref(&note));
            }
        }
    }
}

#[test]
fn an_agent_who_arranged_several_conversations_hears_of_all() {
    let topics = vec![vec![topic("their on-call rota", "", "", "")], vec![topic("Kafka", "", "", "")]];
    let mut app = application(InterviewKind::Video, &topics);
    app.agent = Some("sam".to_owned());
    let to_agent = note(&app, "sam", NoteKind::ThankYou, "thank-you");
    assert!(to_agent.body.contains("I enjoyed the conversations today."), "{}", to_agent.body);
    assert!(to_agent.body.contains("their on-call rota"), "{}", to_agent.body);
    app.agent = None;
    let direct = note(&app, "jane", NoteKind::ThankYou, "thank-you");
    assert!(direct.body.contains("Your on-call rota stayed with me"), "{}", direct.body);
}

#[test]
fn a_late_note_of_the_brief_tone_is_the_shorter_one() {
    let mut app = jane_and_kafka();
    let warm = note(&app, "jane", NoteKind::ThankYou, "thank-you-late");
    app.tone = Tone::Brief;
    let brief = note(&app, "jane", NoteKind::ThankYou, "thank-you-late");
    assert!(word_count(&brief.body) + 10 < word_count(&warm.body), "{}", brief.body);
    assert_eq!(findings(&app, &brief, &[]), []);
}

#[test]
fn a_reason_of_which_the_grammar_is_unclear_stands_alone() {
    for (place, (key, _)) in NAMES.iter().enumerate().take(4) {
        for tone in Tone::ALL {
            for template in ["thank-you", "thank-you-brief", "thank-you-late"] {
                let mut topics = vec![Vec::new(); place];
                topics.push(vec![topic("iOS builds", "teams feel heard", "", "calm people")]);
                let mut app = application(InterviewKind::Video, &topics);
                app.tone = tone;
                let note = note(&app, key, NoteKind::ThankYou, template);
                assert!(note.body.contains("I can see why that matters: teams feel heard."), "{}", note.body);
                assert!(!note.body.contains("because"), "{}", note.body);
                assert_reads_well(&note);
            }
        }
    }
}
