//! Messages as they lie in a mailbox, and what each of them means. Every fixture was written for
//! this project; all names are invented.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta};
use proptest::prelude::*;
use thanks::adapters::mime::incoming;
use thanks::domain::address::EmailAddress;
use thanks::domain::inbound::{
    About, Certainty, Doubt, Known, KnownApplication, KnownPerson, SentNote, Verdict, judge,
};
use thanks::domain::note::NoteId;
use thanks::domain::text::printable;

mod sorting;

/// What is expected of a fixture; the application is `acme`, the note `acme/jane`, unless named.
#[derive(Debug)]
enum Expected {
    /// An answer without doubt by the person.
    Answer(&'static str),
    Ask(&'static str, Doubt),
    Courtesy,
    Auto,
    Away(Option<(u32, u32)>),
    Bounce(&'static str, &'static str),
    Delayed,
    Delivered,
    OwnCopy,
    Own,
    Unrelated,
    NoMessage,
}

use Expected::{
    Answer, Ask, Auto, Away, Bounce, Courtesy, Delayed, Delivered, NoMessage, Own, OwnCopy, Unrelated,
};

const FIXTURES: &[(&str, Expected)] = &[
    ("answer-after-a-mailing-group", Answer("acme/jane by jane")),
    ("answer-before-the-note", Unrelated),
    ("answer-control-characters", Answer("acme/jane by jane")),
    ("answer-empty", Ask("acme/jane by jane", Doubt::Empty)),
    ("answer-forwarded-by-own-rule", Answer("acme/jane by jane")),
    ("answer-from-agency", Answer("globex/sam by ann")),
    ("answer-from-agency-colleague", Ask("globex/sam by sam", Doubt::SameCompany)),
    ("answer-from-colleague-in-thread", Answer("acme/jane by jane")),
    ("answer-from-private-address", Ask("acme/jane by jane", Doubt::SameName)),
    ("answer-from-recruiter-of-two", Ask("initech-2/ines by ines", Doubt::SeveralApplications)),
    ("answer-from-same-company", Ask("acme/jane by jane", Doubt::SameCompany)),
    ("answer-from-someone-met", Answer("acme/jane by omar")),
    ("answer-huge-references", Answer("acme/jane by jane")),
    ("answer-in-reply-to", Answer("acme/jane by jane")),
    ("answer-obsolete-in-reply-to", Answer("acme/jane by jane")),
    ("answer-references-only", Answer("acme/jane by jane")),
    ("answer-to-rewritten-id", Answer("acme/jane by jane")),
    ("answer-with-subject-only", Ask("acme/jane by jane", Doubt::SameSubject)),
    ("answer-without-thread", Answer("acme/jane by jane")),
    ("auto-bulk-precedence", Auto),
    ("auto-null-sender", Ask("acme/jane by jane", Doubt::NullSender)),
    ("auto-precedence-auto-reply", Auto),
    ("auto-ticket", Auto),
    ("auto-x-autoreply", Auto),
    ("away-ambiguous-date", Away(None)),
    ("away-exchange", Away(Some((3, 16)))),
    ("away-french", Away(Some((3, 16)))),
    ("away-german", Away(Some((3, 16)))),
    ("away-gmail", Away(Some((3, 18)))),
    ("away-no-longer-there", Ask("acme/jane by jane", Doubt::NoLongerThere)),
    ("away-sieve", Away(Some((3, 16)))),
    ("away-spanish", Away(Some((3, 14)))),
    ("away-without-date", Away(None)),
    (
        "bounce-exchange",
        Bounce("acme/jane", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found"),
    ),
    ("bounce-exim", Bounce("acme/jane", "550 5.7.1 sender refused by policy")),
    ("bounce-forwarded-inside", Bounce("acme/jane", "550 5.2.1 this mailbox is closed")),
    ("bounce-gmail", Bounce("acme/jane", "550-5.1.1 no such user here")),
    ("bounce-of-another-mail", Unrelated),
    ("bounce-of-own-copy", Unrelated),
    ("bounce-of-the-nudge", Bounce("acme/jane/nudge", "552 5.2.2 mailbox full")),
    (
        "bounce-plain-words",
        Bounce("acme/jane", "We were unable to deliver your message to jane@acme.example:"),
    ),
    ("bounce-postfix", Bounce("acme/jane", "550 5.1.1 <jane@acme.example>: no mailbox of that name")),
    ("bounce-qmail", Bounce("acme/jane", "Remote host said: 550 no such person here")),
    ("bounce-yahoo", Bounce("acme/jane", "554: delivery error: this user has no webmail account (-14)")),
    ("company-security-notice", Unrelated),
    ("courtesy-german", Courtesy),
    ("courtesy-thanks", Courtesy),
    ("courtesy-with-signature", Courtesy),
    ("delayed-exim", Delayed),
    ("delayed-gmail", Delayed),
    ("delayed-plain-words", Delayed),
    ("delayed-postfix", Delayed),
    ("delivered-postfix", Delivered),
    ("empty", NoMessage),
    ("friend", Unrelated),
    ("invitation-accepted", Ask("acme/jane by jane", Doubt::CalendarReply)),
    ("invitation-from-company", Answer("acme/jane by jane")),
    ("invitation-from-person", Answer("acme/jane by jane")),
    ("invitation-from-stranger", Ask("acme/jane by jane", Doubt::Invitation)),
    ("invitation-through-calendar-service", Answer("acme/jane by jane")),
    ("invitation-unrelated", Unrelated),
    ("mailing-list", Unrelated),
    ("network-notification", Unrelated),
    ("newsletter-from-company", Unrelated),
    ("newsletter-in-the-persons-name", Ask("acme/jane by jane", Doubt::ListMail)),
    ("nothing-but-from", Unrelated),
    ("own-copy", OwnCopy),
    ("own-copy-redirected", OwnCopy),
    ("own-copy-rewritten", OwnCopy),
    ("own-forward", Own),
    ("own-other-mail", Own),
    ("read-receipt", Auto),
    ("report-unclear", Ask("acme/jane by jane", Doubt::UnclearReport)),
    ("spam-naming-the-company", Unrelated),
    ("tracking-company-no-reply", Ask("acme/jane by jane", Doubt::Tracking)),
    ("tracking-greenhouse", Answer("acme/jane by jane")),
    ("tracking-in-the-persons-name", Ask("acme/jane by jane", Doubt::Tracking)),
    ("tracking-in-the-thread", Answer("acme/jane by jane")),
    ("tracking-job-alert", Unrelated),
    ("tracking-lever", Answer("acme/jane by jane")),
    ("tracking-other-company", Unrelated),
    ("tracking-own-system", Ask("acme/jane by jane", Doubt::Tracking)),
    ("tracking-workday", Answer("acme/jane by jane")),
];

fn fixtures() -> impl Iterator<Item = &'static (&'static str, Expected)> {
    FIXTURES.iter().chain(sorting::FIXTURES)
}

fn at(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).unwrap()
}

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn known() -> Known {
    let note = |id: &str, person: &str, ids: &[&str], to: &str, subject: &str, sent_at: &str| SentNote {
        id: NoteId::from_stored(id),
        application: id.split('/').next().unwrap().into(),
        person: person.into(),
        message_ids: ids.iter().map(|id| (*id).to_owned()).collect(),
        to: address(to),
        subject: subject.into(),
        sent_at: at(sent_at),
    };
    let person = |key: &str, name: &str, at: Option<&str>| KnownPerson {
        key: key.into(),
        name: name.into(),
        address: at.map(address),
    };
    let application = |slug: &str, company: &str, domain: &str, people: Vec<KnownPerson>| KnownApplication {
        slug: slug.into(),
        company: company.into(),
        domains: vec![domain.into()],
        people,
        met: None,
    };
    let engineer = "Thank you for the Platform Engineer interview";
    let jane = "jane@acme.example";
    Known {
        own: vec![address("jo@marsh.example"), address("jo@second.example")],
        own_name: Some("Jo Marsh".into()),
        sent: vec![
            note(
                "acme/jane",
                "jane",
                &["<thanks-jane@marsh.example>", "<VI1P000MB0042.relay@mail.provider.example>"],
                jane,
                engineer,
                "2026-03-05T16:00:00-05:00",
            ),
            note(
                "acme/jane/nudge",
                "jane",
                &["<nudge-jane@marsh.example>"],
                jane,
                &format!("Re: {engineer}"),
                "2026-03-23T10:00:00-04:00",
            ),
            note(
                "globex/sam",
                "sam",
                &["<thanks-sam@marsh.example>"],
                "ann@talentbridge.example",
                "Thank you for the Data Analyst interview",
                "2026-03-04T12:00:00-05:00",
            ),
            note(
                "initech/ines",
                "ines",
                &["<thanks-ines@marsh.example>"],
                "ines@initech.example",
                "Vielen Dank",
                "2026-03-02T12:00:00-05:00",
            ),
            note(
                "initech-2/ines",
                "ines",
                &["<thanks-ines-2@marsh.example>"],
                "ines@initech.example",
                "Danke",
                "2026-03-03T12:00:00-05:00",
            ),
        ],
        applications: vec![
            application(
                "acme",
                "Acme, Inc.",
                "acme.example",
                vec![
                    person("jane", "Jane Doe", Some(jane)),
                    person("omar", "Omar Aziz", Some("omar@acme.example")),
                ],
            ),
            application(
                "globex",
                "Globex",
                "talentbridge.example",
                vec![
                    person("sam", "Sam Hill", None),
                    person("ann", "Ann Reed", Some("ann@talentbridge.example")),
                ],
            ),
            application(
                "initech",
                "Initech GmbH",
                "initech.example",
                vec![person("ines", "Ines Roth", Some("ines@initech.example"))],
            ),
            application(
                "initech-2",
                "Initech GmbH",
                "initech.example",
                vec![person("ines", "Ines Roth", Some("ines@initech.example"))],
            ),
        ],
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/inbound")
}

fn fixture(name: &str) -> Vec<u8> {
    fs::read(folder().join(format!("{name}.eml"))).unwrap()
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

/// The verdict on a message that came a minute after it was written.
fn verdict(bytes: &[u8]) -> Option<Verdict> {
    let (header, text) = halves(bytes);
    let message = incoming(header, Some(text))?;
    let received =
        message.date.map_or_else(|| at("2026-03-06T09:13:00-05:00"), |date| date + TimeDelta::minutes(1));
    Some(judge(&message, &known(), received))
}

fn shown(about: &About) -> String {
    let note = about.note.as_ref().unwrap().as_str();
    assert!(note.starts_with(&format!("{}/", about.application)));
    format!("{note} by {}", about.person.as_deref().unwrap())
}

fn agrees(verdict: Option<&Verdict>, expected: &Expected) -> bool {
    const JANE: &str = "acme/jane by jane";
    let Some(verdict) = verdict else {
        return matches!(expected, NoMessage);
    };
    match (verdict, expected) {
        (Verdict::Answer { about, certainty: Certainty::Sure }, Answer(wanted)) => shown(about) == *wanted,
        (Verdict::Answer { about, certainty: Certainty::Ask(doubt) }, Ask(wanted, why)) => {
            shown(about) == *wanted && doubt == why
        }
        (Verdict::Courtesy { about }, Courtesy) | (Verdict::AutoReply { about }, Auto) => {
            shown(about) == JANE
        }
        (Verdict::OutOfOffice { about, returns }, Away(day)) => {
            shown(about) == JANE && *returns == day.map(|(m, d)| NaiveDate::from_ymd_opt(2026, m, d).unwrap())
        }
        (Verdict::Bounce { note, recipient, reason }, Bounce(wanted, why)) => {
            note.as_str() == *wanted && recipient.ends_with("acme.example") && reason == why
        }
        (Verdict::Delayed { note }, Delayed)
        | (Verdict::Delivered { note }, Delivered)
        | (Verdict::OwnCopy { note }, OwnCopy) => note.as_str() == "acme/jane",
        (Verdict::Own, Own) | (Verdict::Unrelated, Unrelated) => true,
        _ => false,
    }
}

#[test]
fn every_fixture_means_what_it_was_written_to_mean() {
    let mut wrong = Vec::new();
    for (name, expected) in fixtures() {
        let unix = fixture(name);
        let wire = String::from_utf8(unix.clone()).unwrap().replace('\n', "\r\n").into_bytes();
        for bytes in [unix, wire] {
            let verdict = verdict(&bytes);
            if !agrees(verdict.as_ref(), expected) {
                wrong.push(format!("{name}: {expected:?}, but {verdict:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_fixture_is_in_the_table() {
    let files: BTreeSet<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    let table: BTreeSet<String> = fixtures().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(files, table);
}

#[test]
fn all_names_of_the_fixtures_are_invented() {
    for (name, _) in fixtures() {
        for word in String::from_utf8(fixture(name))
            .unwrap()
            .split(|c: char| !c.is_alphanumeric() && c != '.' && c != '@' && c != '-')
        {
            if let Some((_, domain)) = word.trim_end_matches('.').rsplit_once('@') {
                assert!(domain.ends_with(".example") || domain == "mar", "{name}: {word}");
            }
        }
    }
}

#[test]
fn a_recruiter_of_two_applications_names_the_other_one() {
    let Some(Verdict::Answer { about, .. }) = verdict(&fixture("answer-from-recruiter-of-two")) else {
        panic!("no answer");
    };
    assert_eq!(about.others, ["initech"]);
}

#[test]
fn a_strangers_subject_is_shown_without_its_control_characters() {
    let bytes = fixture("answer-control-characters");
    let (header, text) = halves(&bytes);
    let subject = printable(&incoming(header, Some(text)).unwrap().subject);
    assert!(!subject.chars().any(char::is_control), "{subject:?}");
    assert!(subject.contains("your visit"), "{subject:?}");
}

#[test]
fn without_a_body_an_answer_is_still_an_answer_and_never_a_courtesy() {
    let known = known();
    for name in ["answer-in-reply-to", "courtesy-thanks"] {
        let bytes = fixture(name);
        let message = incoming(halves(&bytes).0, None).unwrap();
        assert_eq!(message.text, None);
        let verdict = judge(&message, &known, at("2026-03-06T10:00:00-05:00"));
        assert!(matches!(verdict, Verdict::Answer { certainty: Certainty::Sure, .. }), "{name}: {verdict:?}");
    }
}

#[test]
fn without_its_fields_a_report_is_read_by_its_subject() {
    let known = known();
    for (name, bounced) in [("bounce-gmail", true), ("delayed-gmail", false)] {
        let bytes = fixture(name);
        let verdict =
            judge(&incoming(halves(&bytes).0, None).unwrap(), &known, at("2026-03-06T10:00:00-05:00"));
        assert_eq!(matches!(verdict, Verdict::Bounce { .. }), bounced, "{verdict:?}");
        assert_eq!(matches!(verdict, Verdict::Delayed { .. }), !bounced, "{verdict:?}");
    }
}

#[test]
fn nothing_is_an_answer_to_nothing() {
    let known = Known { own: vec![address("jo@marsh.example")], ..Known::default() };
    for (name, _) in fixtures().filter(|(name, _)| *name != "empty") {
        let bytes = fixture(name);
        let (header, text) = halves(&bytes);
        let verdict = judge(&incoming(header, Some(text)).unwrap(), &known, at("2026-03-06T10:00:00-05:00"));
        assert!(matches!(verdict, Verdict::Own | Verdict::Unrelated), "{name}: {verdict:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_bytes_make_the_judge_panic(header in prop::collection::vec(any::<u8>(), 0..400), text in prop::option::of(prop::collection::vec(any::<u8>(), 0..400))) {
        if let Some(message) = incoming(&header, text.as_deref()) {
            let _ = judge(&message, &known(), at("2026-03-06T10:00:00-05:00"));
        }
    }

    #[test]
    fn no_damage_to_a_fixture_makes_the_judge_panic(
        which in 0..fixtures().count(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4u8), 1..12),
        cut in any::<prop::sample::Index>(),
        days in -400_000..400_000i64,
    ) {
        let mut bytes = fixture(fixtures().nth(which).unwrap().0);
        bytes.truncate(20_000);
        for (at, octet, how) in damage {
            let at = at.index(bytes.len().max(1));
            match how {
                0 => bytes.iter_mut().skip(at).take(1).for_each(|old| *old = octet),
                1 => { bytes.splice(at..at, [octet; 3]); }
                2 => { bytes.pop(); let at = at.min(bytes.len()); bytes.rotate_left(at); }
                _ => { bytes.splice(at..at, "\u{2019}\u{e9}\u{1F44B}".bytes()); }
            }
        }
        let (header, text) = bytes.split_at(cut.index(bytes.len().max(1)));
        let received = at("2026-03-06T10:00:00-05:00") + TimeDelta::days(days);
        for message in [incoming(header, Some(text)), incoming(&bytes, None), whole(&bytes)].into_iter().flatten() {
            let _ = judge(&message, &known(), received);
        }
    }
}

fn whole(bytes: &[u8]) -> Option<thanks::domain::inbound::Message> {
    let (header, text) = halves(bytes);
    incoming(header, Some(text))
}
