//! Calendars and tables of others.

use std::fs;

use super::trial::Trial;
use super::{Expect, of};

pub const FIELDS: &[&str] = &["csv", "csv_hex", "ics"];

#[test]
fn no_table_is_imported_and_none_is_taken_for_something_else() {
    for input in of(&["csv", "csv_hex"]) {
        let trial = Trial::new();
        let path = trial.sandbox.folder().join("people.csv");
        fs::write(&path, input.bytes()).unwrap();
        let answer = trial.run(&["import", path.to_str().unwrap()]);
        assert_ne!(answer.code, 0, "{}: {answer}", input.id);
        assert!(trial.is_empty(), "{}: {answer}", input.id);
        // The one file of others that is read is a calendar.
        let (expect, exit) = input.expect();
        assert_eq!(expect, Expect::Reject);
        let account = trial.account("Jo Marsh", "jo@example.com");
        let config = format!("{account}\n[policy]\nholidays_ics = [\"{}\"]\n", path.display());
        trial.sandbox.configure(&config);
        let answer = trial.run(&["status"]);
        assert_eq!(answer.code, exit, "{}: {answer}", input.id);
        let says = match input.hex {
            Some(_) => "people.csv are not UTF-8 text",
            None => "people.csv are no whole iCalendar file",
        };
        input.judge(&answer, says);
        trial.ends_with(0);
    }
}

#[test]
fn a_cell_that_a_table_would_compute_is_a_text_everywhere() {
    let input = of(&["csv"]).into_iter().find(|input| input.id == "csv-formula").unwrap();
    let text = input.text();
    let (name, address) = text.lines().nth(1).unwrap().rsplit_once(',').unwrap();
    let trial = Trial::new();
    assert_eq!(trial.run(&trial.met(&format!("{name} <{address}>"))).code, 0);
    let path = trial.sandbox.folder().join("tasks.ics");
    assert_eq!(trial.run(&["export", "--calendar", path.to_str().unwrap()]).code, 0);
    let calendar = fs::read_to_string(path).unwrap();
    assert!(calendar.contains(&format!("SUMMARY:Thank {name}\\, Acme\r\n")), "{calendar}");
    assert!(!calendar.lines().any(|line| line.starts_with(['=', '+', '-', '@'])), "{calendar}");
    let read = trial.sends(&["--allow=placeholder"]);
    assert_eq!(read.to[0].name.as_deref(), Some(name));
    trial.ends_with(1);
}

#[test]
fn a_calendar_of_holidays_is_read_within_limits() {
    for input in of(&["ics"]) {
        let trial = Trial::new();
        let path = trial.sandbox.folder().join("days.ics");
        fs::write(&path, input.bytes()).unwrap();
        let account = trial.account("Jo Marsh", "jo@example.com");
        let config = format!("{account}\n[policy]\nholidays_ics = [\"{}\"]\n", path.display());
        trial.sandbox.configure(&config);
        let answer = trial.run(&["holidays", "US"]);
        let says = match input.expect().0 {
            Expect::Reject if input.id == "ics-huge" => "days.ics are larger than 1 MiB",
            Expect::Reject => "days.ics are no whole iCalendar file",
            _ => "US (United States) in 2026",
        };
        input.judge(&answer, says);
        trial.ends_with(0);
    }
}

#[test]
fn events_within_events_do_not_exhaust_the_stack() {
    let input = of(&["ics"]).into_iter().find(|input| input.id == "ics-nested").unwrap();
    let trial = Trial::new();
    let path = trial.sandbox.folder().join("days.ics");
    fs::write(&path, format!("BEGIN:VCALENDAR\r\n{}END:VCALENDAR\r\n", input.text())).unwrap();
    let account = trial.account("Jo Marsh", "jo@example.com");
    let config = format!("{account}\n[policy]\nholidays_ics = [\"{}\"]\n", path.display());
    trial.sandbox.configure(&config);
    let answer = trial.run(&["holidays", "US"]);
    assert!(matches!(answer.code, 0 | 78), "{answer}");
    trial.ends_with(0);
}
