//! The rules of timing, T01 to T16, each by what the program does about it.

use serde_json::Value;

use crate::listen::House;
use crate::sandbox::Sandbox;
use crate::send::{acme, draft, state};
use crate::smtp_server::SmtpServer;

/// Each rule and what keeps it; a failure stands in the function that is named here.
const RULES: [(&str, fn()); 16] = [
    ("T01", thanks_two_hours_after_the_end_are_advice),
    ("T02", thanks_are_due_after_twenty_four_elapsed_hours),
    ("T03", late_thanks_are_worded_as_late_and_give_way_to_a_follow_up),
    ("T04", thanks_keep_to_waking_hours_also_of_a_weekend),
    ("T05", follow_ups_keep_to_office_hours),
    ("T06", a_follow_up_is_refused_before_three_business_days_and_advised_against_before_five),
    ("T07", nothing_but_thanks_goes_before_the_promised_day_and_two),
    ("T08", weeks_are_a_hold_up_to_their_upper_bound),
    ("T09", a_second_follow_up_waits_seven_business_days_and_never_less_than_five),
    ("T10", after_two_follow_ups_there_is_silence),
    ("T11", one_person_of_a_panel_is_followed_up),
    ("T12", an_answer_stops_everything),
    ("T13", the_same_person_is_left_in_peace_for_a_day),
    ("T14", holidays_are_neither_counted_nor_used_but_never_delay_thanks),
    ("T15", a_bounce_stops_and_asks_for_another_address),
    ("T16", after_a_sleep_everything_is_judged_anew),
];

#[test]
fn every_rule_of_timing_is_kept() {
    for (number, (id, is_kept)) in (1..).zip(RULES) {
        assert_eq!(id, format!("T{number:02}"));
        println!("{id}");
        is_kept();
    }
}

#[test]
fn the_text_says_today_by_the_recipient_s_clock() {
    let mut sandbox = Sandbox::new();
    sandbox.set("TZ", "Europe/Berlin");
    // 17:00 in Los Angeles is past midnight in Berlin.
    for (now, day) in [("2026-06-05T00:30:00Z", "today"), ("2026-06-05T15:00:00Z", "yesterday")] {
        sandbox.set_now(now);
        let ended = ["--zone", "America/Los_Angeles", "--ended", "2026-06-04 17:00"];
        globex(&sandbox, &ended);
        let text = sandbox.run(&["draft"]).talks_somehow().text();
        assert!(text.contains(day), "{now}: {text}");
    }
}

/// Globex named no day; it met Ann in New York.
fn globex(sandbox: &Sandbox, more: &[&str]) {
    let add = ["add", "--company", "Globex", "--role", "Data Engineer"];
    let zone: &[&str] = if more.contains(&"--zone") { &[] } else { &["--zone", "America/New_York"] };
    let who = ["--with", "Ann Lee <ann@globex.example>", "--topic", "the plan for the data lake"];
    let _ = sandbox.run(&[&add[..], &who, zone, more].concat()).talks_somehow().text();
}

/// Globex on Thu 5 Mar, and Ann has been thanked.
fn thanked_globex() -> (Sandbox, SmtpServer) {
    let sandbox = Sandbox::new();
    let server = sandbox.with_server();
    globex(&sandbox, &["--ended", "14:00"]);
    draft(&sandbox);
    let _ = sandbox.run(&["send", "--yes"]).text();
    (sandbox, server)
}

/// `kind to, due` of everything that comes next.
fn next(sandbox: &Sandbox) -> Vec<String> {
    let status = sandbox.run(&["status", "--json"]).json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let steps = status["steps"].as_array().unwrap();
    steps.iter().map(|s| format!("{} {}, {}", text(&s["kind"]), text(&s["to"]), text(&s["due"]))).collect()
}

fn first_step(sandbox: &Sandbox) -> Value {
    sandbox.run(&["status", "--json"]).json()["steps"][0].clone()
}

/// The error of a follow-up that is asked for by name.
fn refused(sandbox: &Sandbox, application: &str) -> String {
    sandbox.run(&["nudge", application, "--no-answer", "--yes"]).exits(1).talk()
}

fn thanks_two_hours_after_the_end_are_advice() {
    let sandbox = Sandbox::new();
    let _server = sandbox.with_server();
    acme(&sandbox);
    let mut screen = sandbox.terminal(&["send"]);
    let _ = screen.sees("15:54 EST, 9 minutes after the interview; two hours is customary");
    let _ = screen.answer("Send to jane@acme.example? [y]es [l]ater, 17:45", "y");
    let _ = screen.ends(0);

    let sandbox = Sandbox::new();
    let _server = sandbox.with_server();
    globex(&sandbox, &["--ended", "15:45", "--decision", "tomorrow"]);
    let mut screen = sandbox.terminal(&["send"]);
    let _ = screen.sees("15:54 EST, 9 minutes after the interview; half an hour is customary");
    let _ = screen.answer("[l]ater, 16:15", "s");
    let _ = screen.ends(1);
}

fn thanks_are_due_after_twenty_four_elapsed_hours() {
    let mut sandbox = Sandbox::new();
    acme(&sandbox);
    assert_eq!(first_step(&sandbox)["latest"], "2026-03-06T15:45:00-05:00");
    let calendar = sandbox.run(&["export", "--calendar"]).text();
    assert!(calendar.contains("TRIGGER;VALUE=DATE-TIME:20260306T164500Z"), "an alarm at 20 h: {calendar}");
    // The clocks are put forward in the night.
    let mut sandbox_of_march = Sandbox::new();
    sandbox_of_march.set_now("2026-03-07T21:05:00Z");
    globex(&sandbox_of_march, &["--ended", "16:00"]);
    assert_eq!(first_step(&sandbox_of_march)["latest"], "2026-03-08T17:00:00-04:00");
    sandbox.set_now("2026-03-06T20:46:00Z");
    assert!(sandbox.run(&["status"]).text().contains("late since Fri 6 Mar 15:45 EST; it still counts"));
}

fn late_thanks_are_worded_as_late_and_give_way_to_a_follow_up() {
    let mut sandbox = Sandbox::new();
    let _server = sandbox.with_server();
    acme(&sandbox);
    for now in ["2026-03-06T20:46:00Z", "2026-03-09T15:00:00Z", "2026-03-16T15:00:00Z"] {
        sandbox.set_now(now);
        let text = sandbox.run(&["draft"]).talks_somehow().text();
        assert!(text.contains("March 5") && !text.contains("yesterday"), "{now}: {text}");
        let told = text.to_lowercase();
        assert!(!["sorry", "apolog", "late"].iter().any(|word| told.contains(word)), "{now}: {text}");
    }
    sandbox.set_now("2026-03-19T20:46:00Z");
    assert_eq!(next(&sandbox), ["nudge jane@acme.example, 2026-03-23T10:00:00-04:00"]);
    assert!(sandbox.run(&["status"]).text().contains("never sent, and too late"));
}

fn thanks_keep_to_waking_hours_also_of_a_weekend() {
    let mut sandbox = Sandbox::new();
    let _server = sandbox.with_server();
    acme(&sandbox);
    sandbox.set_now("2026-03-06T02:30:00Z");
    let mut screen = sandbox.terminal(&["send"]);
    let _ = screen.sees("21:30 EST there; 07:00 to 20:00 is customary");
    let _ = screen.answer("[l]ater, Fri 6 Mar 09:00", "s");
    let _ = screen.ends(1);

    let mut sandbox = Sandbox::new();
    sandbox.set_now("2026-03-07T00:30:00Z");
    globex(&sandbox, &["--ended", "19:00"]);
    assert_eq!(next(&sandbox), ["thank-you ann@globex.example, 2026-03-07T09:00:00-05:00"]);
}

fn follow_ups_keep_to_office_hours() {
    let (mut sandbox, _server) = thanked_globex();
    for (now, advice, later) in [
        ("2026-03-12T22:00:00Z", "18:00 EDT there; 09:00 to 17:00 is customary", "Fri 13 Mar 09:00"),
        ("2026-03-13T19:30:00Z", "15:30 EDT there; 09:00 to 15:00 is customary", "Mon 16 Mar 10:00"),
        ("2026-03-14T15:00:00Z", "Saturday 14 March there; a business day is customary", "Mon 16 Mar 10:00"),
        ("2026-03-16T13:30:00Z", "09:30 EDT there; 10:00 to 17:00 is customary", "10:00"),
    ] {
        sandbox.set_now(now);
        let mut screen = sandbox.terminal(&["nudge", "globex", "--no-answer"]);
        let _ = screen.sees(advice);
        let _ = screen.answer(&format!("[l]ater, {later}"), "s");
        let _ = screen.ends(1);
    }
}

fn a_follow_up_is_refused_before_three_business_days_and_advised_against_before_five() {
    let (mut sandbox, server) = thanked_globex();
    assert_eq!(next(&sandbox), ["nudge ann@globex.example, 2026-03-12T10:00:00-04:00"]);
    sandbox.set_now("2026-03-09T15:00:00Z");
    let mut screen = sandbox.terminal(&["nudge", "globex", "--no-answer"]);
    let _ = screen.sees("error: too early to nudge globex");
    let _ = screen.ends(1);
    sandbox.set_now("2026-03-10T15:00:00Z");
    assert!(refused(&sandbox, "globex").contains("hint: due Thu 12 Mar 10:00 EDT"));
    let mut screen = sandbox.terminal(&["nudge", "globex", "--no-answer"]);
    let _ = screen.sees("early: Thu 12 Mar 10:00 EDT is customary, 5 business days after the thank-you");
    let _ = screen.answer("[l]ater, Thu 12 Mar 10:00", "y");
    let _ = screen.ends(0);
    assert_eq!(server.accepted().len(), 2);
}

fn nothing_but_thanks_goes_before_the_promised_day_and_two() {
    let mut sandbox = Sandbox::new();
    let server = sandbox.with_server();
    acme(&sandbox);
    draft(&sandbox);
    let _ = sandbox.run(&["send", "--yes"]).text();
    sandbox.set_now("2026-03-20T18:00:00Z");
    let talk = refused(&sandbox, "acme");
    assert!(talk.contains("\"in two weeks\" = Thu 19 Mar, plus 2 business days"), "{talk}");
    assert!(talk.contains("hint: due Mon 23 Mar 10:00 EDT"), "{talk}");
    assert_eq!(server.accepted().len(), 1);
}

fn weeks_are_a_hold_up_to_their_upper_bound() {
    for (words, held) in [
        ("in two to three weeks", "= Thu 26 Mar; no nudge before Mon 30 Mar 10:00 EDT"),
        ("a number of weeks", "= Thu 2 Apr; no nudge before Mon 6 Apr 10:00 EDT"),
        ("soon", "names no day; the usual pause holds"),
    ] {
        let sandbox = Sandbox::new();
        acme(&sandbox);
        let text = sandbox.run(&["heard", "acme", "--decision", words]).text();
        assert_eq!(text, format!("acme: \"{words}\" {held}\n"));
    }
}

/// Globex, thanked on Thu 5 Mar and nudged on Thu 12 Mar.
fn nudged_globex() -> (Sandbox, SmtpServer) {
    let (mut sandbox, server) = thanked_globex();
    sandbox.set_now("2026-03-12T14:00:00Z");
    draft(&sandbox);
    let _ = sandbox.run(&["nudge", "--no-answer", "--yes"]).talks_somehow().text();
    (sandbox, server)
}

fn a_second_follow_up_waits_seven_business_days_and_never_less_than_five() {
    let (mut sandbox, _server) = nudged_globex();
    assert_eq!(next(&sandbox), ["close-out ann@globex.example, 2026-03-23T10:00:00-04:00"]);
    assert_eq!(first_step(&sandbox)["earliest"], "2026-03-19T09:00:00-04:00");
    sandbox.set_now("2026-03-18T15:00:00Z");
    assert!(refused(&sandbox, "globex").contains("7 business days after the nudge of Thu 12 Mar"));
}

fn after_two_follow_ups_there_is_silence() {
    let (mut sandbox, server) = nudged_globex();
    sandbox.set_now("2026-03-23T14:00:00Z");
    draft(&sandbox);
    let _ = sandbox.run(&["nudge", "--no-answer", "--yes"]).talks_somehow().text();
    assert_eq!(server.accepted().len(), 3);
    sandbox.set_now("2026-05-04T14:00:00Z");
    assert_eq!(next(&sandbox), Vec::<String>::new());
}

fn one_person_of_a_panel_is_followed_up() {
    let sandbox = Sandbox::new();
    let _server = sandbox.with_server();
    globex(
        &sandbox,
        &["--ended", "14:00", "--with", "Bo Berg <bo@globex.example>", "--topic", "how on-call is shared"],
    );
    draft(&sandbox);
    let _ = sandbox.run(&["send", "--yes"]).text();
    assert_eq!(next(&sandbox), ["nudge ann@globex.example, 2026-03-12T10:00:00-04:00"]);
}

fn an_answer_stops_everything() {
    let house = House::due();
    house.jane_answers("We need one more week.");
    let _ = house.sync(0);
    assert_eq!(state(&house.sandbox, "acme/jane/nudge"), "withdrawn");
    assert_eq!(next(&house.sandbox), Vec::<String>::new());
}

fn the_same_person_is_left_in_peace_for_a_day() {
    let (mut sandbox, _server) = thanked_globex();
    sandbox.set_now("2026-03-06T17:30:00Z");
    let second = ["add", "globex", "--ended", "10:00", "--with", "Ann Lee", "--topic", "the budget for 2027"];
    let _ = sandbox.run(&second).talks_somehow().text();
    let thanks = first_step(&sandbox);
    assert_eq!(thanks["earliest"], "2026-03-06T15:54:00-05:00");
    let mut screen = sandbox.terminal(&["send"]);
    let _ = screen.sees("early: Fri 6 Mar 15:54 EST is customary, 24 hours after the last note to the same");
    let _ = screen.answer("[l]ater, 15:54", "s");
    let _ = screen.ends(1);
}

fn holidays_are_neither_counted_nor_used_but_never_delay_thanks() {
    let mut sandbox = Sandbox::new();
    let _server = sandbox.with_server();
    sandbox.set_now("2026-11-24T20:00:00Z");
    globex(&sandbox, &["--ended", "14:00", "--country", "US"]);
    draft(&sandbox);
    let _ = sandbox.run(&["send", "--yes"]).text();
    assert_eq!(next(&sandbox), ["nudge ann@globex.example, 2026-12-03T10:00:00-05:00"]);

    let mut sandbox = Sandbox::new();
    sandbox.set_now("2026-11-26T20:00:00Z");
    globex(&sandbox, &["--ended", "14:00", "--country", "US"]);
    assert_eq!(next(&sandbox), ["thank-you ann@globex.example, 2026-11-26T16:00:00-05:00"]);
}

fn a_bounce_stops_and_asks_for_another_address() {
    let house = House::thanked();
    house.comes_back("acme/jane");
    let _ = house.sync(3);
    assert_eq!(next(&house.sandbox), Vec::<String>::new());
    let status = house.sandbox.run(&["status"]).text();
    assert!(status.contains("another address?"), "{status}");
    assert_eq!(house.smtp.accepted().len(), 1);
}

fn after_a_sleep_everything_is_judged_anew() {
    let mut sandbox = Sandbox::new();
    let server = sandbox.with_server();
    acme(&sandbox);
    let mut screen = sandbox.terminal(&["send"]);
    let _ = screen.answer("[l]ater, 17:45", "l").answer("Install? [y]es [n]o:", "n");
    let _ = screen.ends(0);
    // It was to say "today", and wakes up the next morning.
    sandbox.set_now("2026-03-06T14:00:00Z");
    let _ = sandbox.run(&["schedule", "run", "--no-input"]).exits(3).text();
    assert_eq!(state(&sandbox, "acme/jane"), "drafted");
    assert_eq!(server.connections(), 0);
}
