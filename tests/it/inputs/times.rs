//! Dates, times, zones and delays in words.

use super::trial::Trial;
use super::{Expect, of};

pub const FIELDS: &[&str] = &["date", "when", "timezone", "delay"];

const SAYS: [(&str, &str); 11] = [
    ("date-feb30", "--ended: \"2026-02-30\" is not a date here"),
    ("date-ambig", "--ended: \"03/04/2026\" can be 4 March or 3 April; write the month as a word"),
    ("date-future", "Thu 1 Jan 2099 is 26600 days ahead: is the year right?"),
    ("date-old", "is 2495 days ago: too late for a thank-you"),
    ("time-gap", "write 2026-03-29T01:30+01:00 or 2026-03-29T03:30+02:00"),
    ("time-fold", "write 2026-10-25T02:30+02:00 or 2026-10-25T02:30+01:00"),
    ("tz-bad", "--zone: no time zone \"Europe/Pragu\"; did you mean Europe/Prague?"),
    ("tz-abbrev", "--zone: CST is not one place's time; name the place, as in America/Chicago"),
    ("dur-neg", "--at: cannot read \"-2h\" as a time; understood are "),
    ("dur-overflow", "--at: cannot read \"99999999999999999999d\" as a time; understood are "),
    ("time-leap", "--ended: cannot read \"2026-12-31T23:59:60Z\" as a time"),
];

#[test]
fn words_that_are_no_time_are_refused_under_the_name_of_their_flag() {
    let trial = Trial::new();
    trial.jane();
    for input in of(FIELDS).into_iter().filter(|input| input.expect().0 == Expect::Reject) {
        let text = input.text();
        let globex = ["add", "--company", "Globex", "--role", "Data Engineer", "--with", "Ann Lee"];
        let answer = match input.field.as_str() {
            "date" | "when" => trial.run(&[&globex[..], &["--ended", &text]].concat()),
            "timezone" => trial.run(&[&globex[..], &["--zone", &text]].concat()),
            _ => trial.run(&["send", &format!("--at={text}")]),
        };
        input.judge(&answer, input.says(&SAYS));
        assert!(answer.err.contains("\nnothing was "), "{answer}");
        assert!(!trial.run(&["status"]).everything().contains("globex"), "{}", input.id);
    }
    assert_eq!(trial.run(&["status", "--json"]).code, 0);
    trial.ends_with(0);
}

#[test]
fn what_is_written_instead_of_a_skipped_or_doubled_hour_is_taken() {
    let trial = Trial::new();
    for input in of(&["when"]).into_iter().filter(|input| input.becomes.is_some()) {
        let meant = input.becomes();
        let (instant, zone) = meant.trim_end_matches(']').split_once('[').unwrap();
        // What the refusal names can be typed as it stands.
        let typed = instant.replace(":00+", "+");
        assert!(input.says(&SAYS).contains(&typed), "{typed}");
        let args =
            ["add", "--company", "Globex", "--role", "Data Engineer", "--with", "Ann Lee", "--dry-run"];
        let answer = trial.run(&[&args[..], &["--json", "--zone", zone, "--ended", &typed]].concat());
        let told: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
        assert_eq!((told["ended"].as_str(), told["zone"].as_str()), (Some(instant), Some(zone)));
    }
    trial.ends_with(0);
}

#[test]
fn an_interview_far_ahead_or_long_ago_is_said_and_brings_nobody_a_note() {
    for input in of(&["date"]).into_iter().filter(|input| input.expect().0 == Expect::Accept) {
        let trial = Trial::new();
        let met = trial.met("Jane Doe <jane@acme.example>").map(|word| match word {
            "15:45" => input.value.as_str().unwrap(),
            word => word,
        });
        let answer = trial.run(&met);
        input.judge(&answer, input.says(&SAYS));
        trial.draft();
        let sent = trial.run(&["send", "--yes"]);
        assert!(matches!(sent.code, 0 | 1 | 3), "{sent}");
        trial.ends_with(0);
    }
}
