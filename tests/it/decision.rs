//! When they decide, from a spoken sentence to the date that is echoed and the note that quotes it.

use crate::sandbox::Sandbox;

/// An interview at Acme that ended on Thursday 5 March 2026, with these words about the decision.
fn add(words: &str) -> Vec<&str> {
    let mut args = vec!["add", "--company", "Acme", "--role", "Platform Engineer", "--ended", "15:45"];
    args.extend(["--with", "Jane Doe <jane@acme.example>", "--topic", "the billing jobs"]);
    args.extend(["--zone", "America/New_York", "--decision", words]);
    args
}

#[test]
fn a_sentence_is_kept_as_typed_and_its_date_is_echoed() {
    let words = "You probably won't hear anything for a number of weeks";
    let sandbox = Sandbox::new();
    let out = sandbox.run(&add(words)).talks_somehow().text();
    let line = format!("\"{words}\" = Thu 2 Apr; no nudge before Mon 6 Apr 10:00 EDT\n");
    assert!(out.contains(&line), "{out}");
    let shown = sandbox.run(&["show", "acme", "--json"]).json();
    assert_eq!(shown["decision"], words, "{shown}");
    // The note quotes what names the time, not the sentence.
    let note = sandbox.run(&["draft", "--body"]).talks_somehow().text();
    assert!(note.contains("decide in a number of weeks"), "{note}");
    assert!(!note.contains("probably"), "{note}");
}

#[test]
fn what_they_said_later_is_read_the_same_way() {
    let sandbox = Sandbox::new();
    let _ = sandbox.run(&add("soon")).talks_somehow().text();
    for (words, by) in [
        ("COB Friday", "2026-03-06"),
        ("EOW", "2026-03-06"),
        ("the 9th", "2026-03-09"),
        ("when Sam is back on Monday", "2026-03-09"),
        ("not this week", "2026-03-13"),
        ("before Christmas", "2026-12-24"),
        ("after the holidays", "2027-01-08"),
        ("11/20/2026", "2026-11-20"),
    ] {
        let heard = sandbox.run(&["heard", "acme", "--decision", words, "--json"]).json();
        assert_eq!((&heard["decision"], &heard["decision_by"]), (&words.into(), &by.into()), "{heard}");
    }
}

#[test]
fn what_is_not_understood_is_refused_and_nothing_is_recorded() {
    for words in ["when the budget is approved", "tomorrow in two weeks", "by 03/04/2026", "two weeks ago"] {
        let sandbox = Sandbox::new();
        let (out, talk) = sandbox.run(&add(words)).exits(65).talks_somehow().both();
        assert_eq!(out, "", "{words}");
        assert!(talk.contains("--decision: ") && talk.contains("nothing was recorded"), "{words}: {talk}");
        assert_eq!(sandbox.run(&["status", "--json"]).json()["notes"].as_array().map(Vec::len), Some(0));
    }
}

#[test]
fn the_country_of_the_interview_says_what_letters_and_numbers_mean() {
    let ended = |country: &str, typed: &str| {
        let sandbox = Sandbox::new();
        let mut args = vec!["add", "--company", "Acme", "--role", "Platform Engineer", "--ended", typed];
        args.extend(["--with", "Jane Doe <jane@acme.example>", "--country", country, "--dry-run", "--json"]);
        sandbox.run(&args).talks_somehow().json()
    };
    let told = ended("US", "12:45 PST");
    assert_eq!(
        (&told["ended"], &told["zone"]),
        (&"2026-03-05T12:45:00-08:00".into(), &"America/Los_Angeles".into())
    );
    let told = ended("IN", "2026-03-05 12:45 IST");
    assert_eq!(told["zone"], "Asia/Kolkata");
    assert!(ended("US", "03/04/2026 15:00")["ended"].as_str().unwrap().starts_with("2026-03-04T15:00"));
    assert!(ended("DE", "04/03/2026 15:00")["ended"].as_str().unwrap().starts_with("2026-03-04T15:00"));
    let sandbox = Sandbox::new();
    let mut args = add("soon");
    args.extend(["--country", "CN", "--ended", "12:45 PST"]);
    args.retain(|word| *word != "15:45");
    let place = args.iter().position(|word| *word == "--ended").unwrap();
    args.remove(place);
    let _ = sandbox.run(&args).exits(65).talks_somehow().both();
}
