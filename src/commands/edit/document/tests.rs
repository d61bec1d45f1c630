use super::*;
use crate::domain::debrief::{Debrief, How, Met, Round, apply};

fn met(name: &str, topic: Topic) -> Met {
    Met {
        name: PersonName::parse(name).unwrap(),
        address: None,
        goes_by: None,
        honorific: Some("Dr.".into()),
        title: None,
        topics: vec![topic],
    }
}

/// An end that clocks show twice, words with quotes, and a decision computed long ago.
fn application() -> Application {
    let topic =
        Topic {
            what: "the \"big\" move \\ back".into(), why: Some("it’s slow".into()), ..Topic::default()
        };
    let told = Debrief {
        company: Some("Acme".into()),
        role: Some("Platform Engineer".into()),
        round: Some(Round {
            ended: "2026-11-01T01:30:00-05:00".parse().unwrap(),
            zone: Zone::named("America/New_York").unwrap(),
            end: End::FromStart { minutes: 45 },
            kind: Some(InterviewKind::Panel),
        }),
        met: vec![met("Jane Doe", topic.clone()), met("Omar Aziz", topic)],
        decision: Some(Decision {
            words: "in two weeks".into(),
            said_on: "2026-11-01".parse().unwrap(),
            by: Some("2026-11-15".parse().unwrap()),
        }),
        ..Debrief::default()
    };
    let applied = apply(&[], &told).unwrap();
    assert_eq!(applied.how, How::Added);
    applied.application
}

fn now() -> DateTime<Utc> {
    "2026-11-02T12:00:00Z".parse().unwrap()
}

fn changed(from: &str, to: &str) -> Result<Application, Problem> {
    let before = application();
    let text = write(&before);
    assert!(text.contains(from), "{text}");
    read(&text.replacen(from, to, 1), &before, now())
}

#[test]
fn an_untouched_text_changes_nothing() {
    let before = application();
    assert_eq!(read(&write(&before), &before, now()).unwrap(), before);
}

#[test]
fn a_comment_becomes_a_value() {
    let after = changed("# role_short = \"\"", "role_short = \"SRE\"").unwrap();
    assert_eq!(after.role_short.as_deref(), Some("SRE"));
    assert_eq!(changed("# address = \"\"", "address = \"\"").unwrap(), application());
}

#[test]
fn a_new_end_is_read_as_words() {
    let after = changed("2026-11-01T01:30-05:00", "2 Nov 2026 10:00").unwrap();
    assert_eq!(after.interviews[0].ended.to_rfc3339(), "2026-11-02T10:00:00-05:00");
    assert_eq!(after.interviews[0].end, End::Told);
}

#[test]
fn a_new_promise_is_computed_from_the_day_on_which_it_was_said() {
    let after = changed("in two weeks", "in three weeks").unwrap();
    assert_eq!(after.decision.unwrap().by, "2026-11-22".parse().ok());
    assert_eq!(changed("decision = \"in two weeks\"", "").unwrap().decision, None);
}

#[test]
fn a_person_keeps_their_key_under_another_name() {
    let after = changed("Jane Doe", "Janet Doe").unwrap();
    assert_eq!(after.people[0].key, "jane");
}

#[test]
fn what_the_flags_refuse_is_refused_here() {
    for (from, to, message) in [
        ("company = \"Acme\"", "company = \"\"", "company is empty"),
        (
            "tone = \"warm\"",
            "tone = \"loud\"",
            "tone \"loud\" is not known; it is one of formal, warm, brief",
        ),
        ("zone = \"America/New_York\"", "zone = \"CST\"", "zone: CST is not one place's time"),
        ("key = \"omar\"", "key = \"jane\"", "key \"jane\" stands twice"),
        ("key = \"omar\"", "key = \"Omar A\"", "the key \"Omar A\" holds more than small letters"),
        ("person = \"omar\"", "person = \"omra\"", "person \"omra\" is not the key of one of the people"),
        ("person = \"omar\"", "person = \"jane\"", "person \"jane\" stands twice"),
        ("round = 1", "round = 0", "rounds are counted from 1"),
        ("round = 1", "round = -1", "line 31: "),
        ("Jane Doe", "Jane\\nDoe", "the name holds a control character"),
        ("# address = \"\"", "address = \"jane@acme\"", "`jane@acme`: the domain has no ending"),
        ("in two weeks", "when pigs fly", "decision: cannot find a date in"),
        ("2026-11-01T01:30-05:00", "2026-11-01 01:30", "ended: in America/New_York clocks show"),
    ] {
        let problem = changed(from, to).unwrap_err();
        assert!(problem.message.starts_with(message), "{to}: {}", problem.message);
        assert_eq!(problem.kind, Kind::Data);
    }
}

#[test]
fn a_mistyped_key_is_answered_with_the_nearest() {
    let problem = changed("# contact", "contct = \"jane\" #").unwrap_err();
    assert_eq!(problem.hint.as_deref(), Some("did you mean `contact`?"));
}

#[test]
fn two_people_do_not_share_an_address() {
    let before = application();
    let text = write(&before).replace("# address = \"\"", "address = \"office@acme.example\"");
    let problem = read(&text, &before, now()).unwrap_err();
    assert_eq!(problem.message, "address \"office@acme.example\" stands twice");
}
