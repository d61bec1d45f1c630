//! A message of the mailbox, and what it is taken to mean: no bytes make the reader or the judge
//! fail, and a verdict speaks only of what is known.
#![no_main]

use std::sync::OnceLock;

use chrono::{DateTime, FixedOffset, TimeDelta};
use libfuzzer_sys::fuzz_target;
use thanks::adapters::mime::{self, incoming};
use thanks::domain::address::EmailAddress;
use thanks::domain::inbound::{
    About, Known, KnownApplication, KnownPerson, Mail, Message, SentNote, Verdict, judge,
};
use thanks::domain::note::NoteId;

fuzz_target!(|bytes: &[u8]| {
    let (header, text) = halves(bytes);
    for message in [incoming(header, Some(text)), incoming(header, None)].into_iter().flatten() {
        check(&message);
    }
    let _ = mime::parse(bytes);
});

fn check(message: &Message) {
    let ids = [&message.in_reply_to, &message.references, &message.earlier_ids].into_iter().flatten();
    for id in ids.chain(&message.message_id) {
        assert!(id.starts_with('<') && id.ends_with('>') && !id.contains(char::is_whitespace), "{id:?}");
    }
    assert!(message.references.len() <= 500);
    assert!(message.text.as_ref().is_none_or(|text| text.chars().count() <= 100_000));
    assert!(!message.subject.contains(['\n', '\r']), "{:?}", message.subject);
    let received = message
        .date
        .and_then(|date| date.checked_add_signed(TimeDelta::minutes(1)))
        .unwrap_or_else(|| at("2026-03-06T09:13:00-05:00"));
    let known = known();
    match judge(message, known, received) {
        Verdict::Answer { about, .. } | Verdict::Courtesy { about } | Verdict::AutoReply { about } => {
            check_about(known, &about);
        }
        Verdict::OutOfOffice { about, returns } => {
            check_about(known, &about);
            if let Some(day) = returns {
                let away = day.signed_duration_since(received.date_naive());
                assert!((-7..=400).contains(&away.num_days()), "away until {day}, told on {received}");
            }
        }
        Verdict::Bounce { note, reason, .. } => {
            assert!(known.sent.iter().any(|sent| sent.id == note), "{note}");
            assert!(!reason.contains(['\n', '\r']) && reason.chars().count() <= 1_000, "{reason:?}");
        }
        Verdict::Delayed { note } | Verdict::Delivered { note } | Verdict::OwnCopy { note } => {
            assert!(known.sent.iter().any(|sent| sent.id == note), "{note}");
        }
        Verdict::Own | Verdict::Unrelated => {}
    }
    let mail = Mail::of(message, String::new(), received);
    assert!(!mail.sender.contains(['\n', '\r']), "{:?}", mail.sender);
}

fn check_about(known: &Known, about: &About) {
    let application = known.applications.iter().find(|known| known.slug == about.application);
    let application = application.expect("an application that is known");
    if let Some(note) = &about.note {
        let sent = known.sent.iter().find(|sent| sent.id == *note).expect("a note that was sent");
        assert_eq!(sent.application, about.application);
    }
    if let Some(person) = &about.person {
        assert!(application.people.iter().any(|known| known.key == *person), "{person}");
    }
    for other in &about.others {
        assert!(known.applications.iter().any(|known| known.slug == *other), "{other}");
    }
}

/// Header and body, as IMAP hands them out.
fn halves(bytes: &[u8]) -> (&[u8], &[u8]) {
    for blank in [b"\r\n\r\n".as_slice(), b"\n\n"] {
        if let Some(at) = bytes.windows(blank.len()).position(|window| window == blank) {
            return bytes.split_at(at + blank.len());
        }
    }
    (bytes, &[])
}

fn at(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).unwrap()
}

/// Two applications, one through an agency; the names are those of the seeds.
fn known() -> &'static Known {
    static KNOWN: OnceLock<Known> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let address = |text: &str| EmailAddress::parse(text).unwrap();
        let note = |id: &str, person: &str, message_id: &str, to: &str, subject: &str, sent: &str| SentNote {
            id: NoteId::from_stored(id),
            application: id.split('/').next().unwrap().into(),
            person: person.into(),
            message_ids: vec![message_id.into()],
            to: address(to),
            subject: subject.into(),
            sent_at: at(sent),
        };
        let person = |key: &str, name: &str, at: Option<&str>| KnownPerson {
            key: key.into(),
            name: name.into(),
            address: at.map(address),
        };
        let (jane, ann) = ("jane@acme.example", "ann@talentbridge.example");
        let subject = "Thank you for the Platform Engineer interview";
        let nudge = format!("Re: {subject}");
        Known {
            own: vec![address("jo@marsh.example")],
            own_name: Some("Jo Marsh".into()),
            sent: vec![
                note(
                    "acme/jane",
                    "jane",
                    "<thanks-jane@marsh.example>",
                    jane,
                    subject,
                    "2026-03-05T16:00:00-05:00",
                ),
                note(
                    "acme/jane/nudge",
                    "jane",
                    "<nudge-jane@marsh.example>",
                    jane,
                    &nudge,
                    "2026-03-23T10:00:00-04:00",
                ),
                note(
                    "globex/sam",
                    "sam",
                    "<thanks-sam@marsh.example>",
                    ann,
                    "Thank you",
                    "2026-03-04T12:00:00-05:00",
                ),
            ],
            applications: vec![
                KnownApplication {
                    slug: "acme".into(),
                    company: "Acme, Inc.".into(),
                    domains: vec!["acme.example".into()],
                    people: vec![
                        person("jane", "Jane Doe", Some(jane)),
                        person("omar", "Omar Aziz", Some("omar@acme.example")),
                    ],
                    met: Some(at("2026-03-05T14:00:00-05:00")),
                },
                KnownApplication {
                    slug: "globex".into(),
                    company: "Globex".into(),
                    domains: vec!["talentbridge.example".into()],
                    people: vec![person("sam", "Sam Hill", None), person("ann", "Ann Reed", Some(ann))],
                    met: None,
                },
            ],
        }
    })
}
