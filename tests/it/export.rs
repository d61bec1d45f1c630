//! What there is to do, for calendars; and own holidays read from one.

use std::fs;

use crate::sandbox::Sandbox;
use crate::send::{acme, draft};

/// The lines of one event, unfolded.
fn event(text: &str, uid: &str) -> String {
    let text = text.replace("\r\n ", "");
    let found = text.split("BEGIN:VEVENT\r\n").find(|event| event.contains(&format!("UID:{uid}\r\n")));
    found.unwrap_or_else(|| panic!("no {uid} in {text}")).to_owned()
}

#[test]
fn what_is_to_do_stands_in_a_calendar_with_its_reminders_until_it_is_done() {
    let mut sandbox = Sandbox::new();
    let _server = sandbox.with_server();
    acme(&sandbox);
    let text = sandbox.run(&["export", "--calendar"]).text();
    let thank = event(&text, "acme/jane@thanks.invalid");
    for line in [
        "SUMMARY:Thank Jane Doe\\, Acme",
        "DTSTART:20260305T224500Z",
        "STATUS:CONFIRMED",
        "TRIGGER;VALUE=DATE-TIME:20260306T004500Z",
        "TRIGGER;VALUE=DATE-TIME:20260306T140000Z",
        "TRIGGER;VALUE=DATE-TIME:20260306T164500Z",
    ] {
        assert!(thank.contains(&format!("{line}\r\n")), "{line}: {thank}");
    }
    draft(&sandbox);
    let _ = sandbox.run(&["send", "--yes"]).text();
    sandbox.set_now("2026-03-05T20:56:00Z");
    let file = sandbox.folder().join("thanks.ics");
    let path = file.to_str().unwrap();
    let out = sandbox.run(&["export", "--calendar", path]).text();
    assert_eq!(out, format!("written  {path}, things to do: 1\n"));
    let text = fs::read_to_string(file).unwrap();
    assert!(event(&text, "acme/jane@thanks.invalid").contains("STATUS:CANCELLED\r\n"), "{text}");
    assert!(
        event(&text, "acme/jane/nudge@thanks.invalid").contains("DTSTART:20260323T140000Z\r\n"),
        "{text}"
    );
}

#[test]
fn a_later_export_replaces_each_event_under_its_name() {
    let mut sandbox = Sandbox::new();
    let _server = sandbox.with_server();
    acme(&sandbox);
    draft(&sandbox);
    let _ = sandbox.run(&["send", "--yes"]).text();
    let file = sandbox.folder().join("thanks.ics");
    let mut export = |now: &str| {
        sandbox.set_now(now);
        let _ = sandbox.run(&["export", "--calendar", file.to_str().unwrap()]).text();
        let nudge = event(&fs::read_to_string(&file).unwrap(), "acme/jane/nudge@thanks.invalid");
        let line = |name: &str| {
            let start = format!("{name}:");
            nudge.lines().find_map(|line| line.strip_prefix(&start)).unwrap().to_owned()
        };
        let read = (line("DTSTART"), line("SEQUENCE").parse::<u32>().unwrap());
        let _ = sandbox.run(&["heard", "acme", "--decision", "in three weeks"]).text();
        read
    };
    let (first, one) = export("2026-03-05T20:56:00Z");
    let (second, two) = export("2026-03-06T15:00:00Z");
    assert_eq!((first.as_str(), second.as_str()), ("20260323T140000Z", "20260330T140000Z"));
    assert!(one < two, "calendars keep the higher one");
}

#[test]
fn days_of_a_calendar_of_one_s_own_are_not_used() {
    let sandbox = Sandbox::new();
    let config =
        "[me]\nname = \"Jo Marsh\"\nemail = \"jo@example.com\"\n[policy]\nholidays_ics = [\"own.ics\"]\n";
    sandbox.configure(config);
    let day = "BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20260323\r\nEND:VEVENT\r\n";
    let calendar = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{day}END:VCALENDAR\r\n");
    fs::write(sandbox.home().join("own.ics"), calendar).unwrap();
    acme(&sandbox);
    let json = sandbox.run(&["show", "acme", "--json"]).json();
    let status = sandbox.run(&["heard", "acme", "--decision", "in two weeks", "--json"]).json();
    assert_eq!(status["no_nudge_before"], "2026-03-24T10:00:00-04:00", "{status} {json}");
    fs::remove_file(sandbox.home().join("own.ics")).unwrap();
    let _ = sandbox.run(&["status"]).exits(78).talks_somehow().text();
}

#[test]
fn a_place_without_a_calendar_is_a_warning_with_the_nearest_one() {
    let sandbox = Sandbox::new();
    acme(&sandbox);
    let talk = sandbox.run(&["add", "acme", "--country", "US-CX"]).talk();
    assert!(talk.contains("no holidays are known for US-CX; those of US count"), "{talk}");
}

#[test]
fn an_application_that_its_owner_closed_goes_on_from_today_when_they_write() {
    let mut sandbox = Sandbox::new();
    let _server = sandbox.with_server();
    acme(&sandbox);
    draft(&sandbox);
    let _ = sandbox.run(&["send", "--yes"]).text();
    sandbox.set_now("2026-03-23T14:06:00Z");
    draft(&sandbox);
    let _ = sandbox.run(&["close", "acme"]).text();
    sandbox.run(&["status"]).talks_somehow().prints("");
    sandbox.set_now("2026-04-06T14:00:00Z");
    let json = sandbox.run(&["heard", "acme", "--answered", "--json"]).json();
    assert_eq!(json["reopened"], true, "{json}");
    let status = sandbox.run(&["status", "--json"]).json();
    assert_eq!(status["steps"][0]["kind"], "nudge", "{status}");
    assert_eq!(status["steps"][0]["due"], "2026-04-13T10:00:00-04:00", "{status}");
    sandbox.set_now("2026-04-13T14:06:00Z");
    let drafted = sandbox.run(&["draft", "--json"]).talks_somehow().json();
    assert_eq!(drafted["notes"][0]["id"], "acme/jane/nudge-2", "{drafted}");
}
