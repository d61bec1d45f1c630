use proptest::prelude::*;

use super::fresh::{Fresh, fresh};
use super::known::identity;
use super::*;
use crate::domain::address::{EmailAddress, Mailbox, PersonName};
use crate::domain::application::{Application, Status, Tone};
use crate::domain::note::{Edited, Note, NoteKind};
use crate::domain::outbox::State;
use crate::domain::person::Person;

fn thursday() -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339("2026-03-05T17:00:00-05:00").unwrap()
}

fn day(text: &str) -> Option<NaiveDate> {
    Some(text.parse().unwrap())
}

fn returns(text: &str) -> Option<NaiveDate> {
    returning::returns(&Message { text: Some(text.into()), ..Message::default() }, thursday())
}

fn kind(text: &str) -> Fresh {
    fresh(&Message {
        from: vec![Party { name: Some("Jane Doe".into()), address: "jane@acme.example".into() }],
        text: Some(text.into()),
        ..Message::default()
    })
}

#[test]
fn the_first_day_back_is_read_where_it_is_plain() {
    let table = [
        ("I am away until 12 March.", "2026-03-13"),
        ("Out until March 12th, 2026", "2026-03-13"),
        ("I'll be back on Monday 16 March.", "2026-03-16"),
        ("I will be back in the office on Monday, the 16th of March", "2026-03-16"),
        ("returning 2026-03-16", "2026-03-16"),
        ("on leave through Friday", "2026-03-07"),
        ("back on Thursday", "2026-03-12"),
        ("back next Monday", "2026-03-09"),
        ("Back tomorrow!", "2026-03-06"),
        ("on vacation from 9 March to 13 March", "2026-03-14"),
        ("Away 2026-03-09 \u{2013} 2026-03-13.", "2026-03-14"),
        ("away until 12 March and back on Monday, March 16", "2026-03-16"),
        ("out until 03/16", "2026-03-17"),
        ("out until 16/03/2026", "2026-03-17"),
        ("back on 04/04", "2026-04-04"),
        ("back on 5 January", ""),
        ("away until 5 August", "2026-08-06"),
        ("Ich bin bis zum 12. März nicht im Büro.", "2026-03-13"),
        ("Ich bin bis einschließlich 12.03.2026 abwesend", "2026-03-13"),
        ("Ab dem 16. März bin ich wieder erreichbar.", "2026-03-16"),
        ("Ich bin am 16.3. wieder da", "2026-03-16"),
        ("vom 9. bis 13. März im Urlaub", "2026-03-14"),
        ("Je suis absent jusqu\u{2019}au 13 mars inclus", "2026-03-14"),
        ("De retour le lundi 16 mars.", "2026-03-16"),
        ("absent du 9 au 13 mars", "2026-03-14"),
        ("jusqu'au 1er avril", "2026-04-02"),
        ("Estaré fuera hasta el 13 de marzo de 2026", "2026-03-14"),
        ("Regreso el lunes 16 de marzo", "2026-03-16"),
    ];
    for (text, wanted) in table {
        let wanted = if wanted.is_empty() { None } else { day(wanted) };
        assert_eq!(returns(text), wanted, "{text}");
    }
}

#[test]
fn what_can_mean_two_days_or_none_is_not_read() {
    for text in [
        "until 03/04",
        "until 3/4/2026",
        "back on 04-05-2026",
        "until further notice",
        "back in April",
        "I am back",
        "until March",
        "back on Tuesday 16 March",
        "back on 31 February",
        "I left on 12 March",
        "Ab 9. März bin ich im Urlaub",
        "until 2 March 2026",
        "back on 2027-09-01",
        "back on 2026-03-05",
        "I answer within 2 days, or call 555-0100",
    ] {
        assert_eq!(returns(text), None, "{text}");
    }
}

#[test]
fn days_are_counted_from_the_day_of_the_letter_unless_its_clock_is_wrong() {
    let written = |date: &str| Message {
        text: Some("back on Monday".into()),
        date: Some(DateTime::parse_from_rfc3339(date).unwrap()),
        ..Message::default()
    };
    assert_eq!(returning::returns(&written("2026-03-04T23:00:00-05:00"), thursday()), day("2026-03-09"));
    assert_eq!(returning::returns(&written("2019-01-01T00:00:00Z"), thursday()), day("2026-03-09"));
}

#[test]
fn thanks_and_nothing_else_are_a_courtesy() {
    for text in [
        "Thanks!",
        "Thanks, Jo!",
        "Thank you Jo",
        "Thanks\nJane",
        "You're welcome, it was a pleasure.",
        "Hi Jo,\n\nThank you so much for your kind words!\n\nBest,\nJane Doe\nDirector of Platform",
        "Thanks!\n\nJane Doe\nVP Engineering, Acme",
        "Danke!\n\nVon meinem Telefon gesendet",
        "Merci beaucoup !",
        "\u{1f44d}",
        "Thank you!\n\nAm 5. März schrieb Jo Marsh <jo@marsh.example>:\n> We start on Monday.",
    ] {
        assert_eq!(kind(text), Fresh::Courtesy, "{text:?}");
    }
}

#[test]
fn thanks_with_anything_behind_them_are_content() {
    for text in [
        "Thanks! Are you free on Tuesday?",
        "Thanks, we decided to go with somebody else.",
        "Thanks.\nPlease call me on Tuesday",
        "Thank you. We will be in touch.",
        "Hi Jo,\n\nThanks, more on Friday.\n\nJane",
        "Great to meet you",
        "Thanks for the update",
    ] {
        assert_eq!(kind(text), Fresh::Content, "{text:?}");
    }
    assert_eq!(kind("\n> quoted\n"), Fresh::Empty);
    assert_eq!(kind(""), Fresh::Empty);
}

#[test]
fn a_company_is_known_by_its_domain_but_never_by_a_providers() {
    let application = |domains: &[&str]| KnownApplication {
        slug: "acme".into(),
        company: "Acme".into(),
        domains: domains.iter().map(|d| (*d).to_owned()).collect(),
        people: Vec::new(),
        met: None,
    };
    let acme = application(&["eu.acme.example", "b\u{fc}cher.example"]);
    for (address, same) in [
        ("x@eu.acme.example", true),
        ("x@mail.eu.acme.example", true),
        ("x@acme.example", true),
        ("X@EU.ACME.EXAMPLE", true),
        ("x@notacme.example", false),
        ("x@example", false),
        ("x@us.acme.example", false),
        ("no address", false),
    ] {
        assert_eq!(acme.is_domain_of(address), same, "{address}");
    }
    assert!(!application(&["acme.co.uk"]).is_domain_of("x@co.uk"));
    assert!(!application(&["gmail.com"]).is_domain_of("x@gmail.com"));
    for domain in ["gmail.com", "Yahoo.fr", "gmx.de", "web.de", "outlook.com"] {
        assert!(is_public_provider(domain), "{domain}");
    }
    assert!(!is_public_provider("acme.example") && !is_public_provider("gmail-tools.example"));
}

#[test]
fn an_address_is_the_same_in_other_letters_and_with_a_tag() {
    assert_eq!(identity("Jane+jobs@ACME.example"), identity("<jane@acme.example>"));
    assert_ne!(identity("jane@acme.example"), identity("jan@acme.example"));
    assert_eq!(identity("+@acme.example"), "+@acme.example");
}

#[test]
fn the_record_says_what_was_offered_and_whose_domains_are_companies() {
    let person = |key: &str, address: &str| Person {
        key: key.into(),
        name: PersonName::parse("Jane Doe").unwrap(),
        goes_by: None,
        honorific: None,
        title: None,
        away_until: None,
        address: EmailAddress::parse(address).ok(),
    };
    let application = Application {
        slug: "acme".into(),
        company: "Acme".into(),
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
        people: vec![
            person("jane", "jane@Acme.example"),
            person("omar", "omar@acme.example"),
            person("kim", "kim@gmail.com"),
            person("lee", "lee@us.greenhouse-mail.example"),
        ],
        interviews: Vec::new(),
    };
    let note = |id: &str, state: State, offers: u32| Note {
        id: NoteId::from_stored(id),
        application: "acme".into(),
        person: id.into(),
        round: 1,
        kind: NoteKind::ThankYou,
        ordinal: 1,
        state,
        template: String::new(),
        from: None,
        to: Mailbox::parse("jane@acme.example").ok(),
        subject: "s".into(),
        body: String::new(),
        edited: Edited::No,
        facts: String::new(),
        shown: None,
        departs_on: thursday().date_naive(),
        send_before: None,
        send_after: None,
        next_try: None,
        message_id: Some("<ours@marsh.example>".into()),
        server_message_id: Some("<theirs@provider.example>".into()),
        in_reply_to: None,
        references: Vec::new(),
        allowed: Vec::new(),
        offers,
        attempts: 0,
        sent_at: None,
        detail: None,
        created_at: thursday(),
    };
    let notes = [
        note("sent", State::Sent, 1),
        note("unsure", State::Unsure, 0),
        note("offered", State::Approved, 1),
        note("draft", State::Drafted, 0),
    ];
    let known = Known::new(Vec::new(), None, &[application], &notes);
    let ids: Vec<&str> = known.sent.iter().map(|note| note.id.as_str()).collect();
    assert_eq!(ids, ["sent", "unsure", "offered"]);
    assert!(known.sent.iter().all(|note| note.sent_at == thursday()
        && note.message_ids == ["<ours@marsh.example>", "<theirs@provider.example>"]));
    assert_eq!(known.applications.first().unwrap().domains, ["acme.example"]);
}

#[test]
fn mail_counts_only_from_the_first_note_on() {
    let note = SentNote {
        id: NoteId::from_stored("acme/jane"),
        application: "acme".into(),
        person: "jane".into(),
        message_ids: vec!["<a@b>".into()],
        to: EmailAddress::parse("jane@acme.example").unwrap(),
        subject: "Thank you".into(),
        sent_at: thursday(),
    };
    let known = Known {
        own: Vec::new(),
        own_name: None,
        sent: vec![note],
        applications: vec![KnownApplication {
            slug: "acme".into(),
            company: "Acme".into(),
            domains: vec!["acme.example".into()],
            people: vec![KnownPerson {
                key: "jane".into(),
                name: "Jane Doe".into(),
                address: EmailAddress::parse("jane@acme.example").ok(),
            }],
            met: None,
        }],
    };
    let message = Message {
        from: vec![Party { name: None, address: "jane@acme.example".into() }],
        text: Some("Can you come on Monday?".into()),
        ..Message::default()
    };
    let earlier = thursday() - chrono::TimeDelta::minutes(6);
    assert_eq!(judge(&message, &known, earlier), Verdict::Unrelated);
    assert!(matches!(
        judge(&message, &known, thursday()),
        Verdict::Answer { certainty: Certainty::Sure, .. }
    ));
    let threaded = Message { in_reply_to: vec!["<a@b>".into()], ..message };
    assert!(matches!(judge(&threaded, &known, earlier), Verdict::Answer { certainty: Certainty::Sure, .. }));
}

proptest! {
    #[test]
    fn a_day_back_lies_ahead_and_within_a_year(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "back", "until", "bis", "au", "to", "on", "monday", "freitag", "12", "31", "2026", "march", "mai",
                "2026-03-16", "16.03.", "3/4", "29.02.2028", "tomorrow", "next", "-", "de", "99.99.9999", "ab", "wieder",
            ]),
            0..12,
        ),
        offset in -2_000_000..2_000_000i64,
    ) {
        let received = thursday() + chrono::TimeDelta::hours(offset);
        let message = Message { text: Some(words.join(" ")), ..Message::default() };
        if let Some(day) = returning::returns(&message, received) {
            prop_assert!(day > received.date_naive() && (day - received.date_naive()).num_days() <= 366);
        }
    }
}
