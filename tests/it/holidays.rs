//! `thanks holidays`, from argv to the words that a person or a program reads.

use std::fs;

use serde_json::Value;
use thanks::adapters::config::Environment;
use thanks::cli::{Streams, play};

/// Exit code, standard output and standard error of one run on 5 March 2026 in UTC, with this
/// configuration.
fn run_with(config: &str, arguments: &[&str]) -> (u8, String, String) {
    let home = tempfile::tempdir().unwrap();
    if !config.is_empty() {
        fs::write(home.path().join("config.toml"), config).unwrap();
    }
    let environment = Environment {
        thanks_home: Some(home.path().to_owned()),
        thanks_now: Some("2026-03-05T17:00:00Z".to_owned()),
        tz: Some("UTC".into()),
        ..Environment::default()
    };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let argv = ["thanks", "holidays"].iter().chain(arguments).map(Into::into);
    let exit = play(argv, &environment, &mut Streams { out: &mut out, err: &mut err });
    (exit.code(), String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

fn text(arguments: &[&str]) -> String {
    let (exit, out, err) = run_with("", arguments);
    assert_eq!((exit, err.as_str()), (0, ""));
    out
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&text(&[arguments, &["--json"]].concat())).unwrap()
}

#[test]
fn a_year_in_california_is_listed_day_by_day() {
    let told = text(&["us-ca"]);
    assert_eq!(
        told,
        "\
US-CA (United States) in 2026: no follow-up on Saturday and Sunday, nor on
  Thu  1 Jan  public holiday; quiet: the end of the year
  Fri  2 Jan  counted, but not used: the first business day of January
  Mon 19 Jan  public holiday
  Mon 16 Feb  public holiday
  Tue 31 Mar  public holiday
  Mon 25 May  public holiday
  Fri 19 Jun  public holiday
  Fri  3 Jul  public holiday
  Mon  7 Sep  public holiday
  Wed 11 Nov  public holiday
  Thu 26 Nov  public holiday; quiet: Thanksgiving
  Fri 27 Nov  public holiday; quiet: Thanksgiving
  Thu 24 Dec  quiet: the end of the year
  Fri 25 Dec  public holiday; quiet: the end of the year
  Mon 28 Dec  quiet: the end of the year
  Tue 29 Dec  quiet: the end of the year
  Wed 30 Dec  quiet: the end of the year
  Thu 31 Dec  quiet: the end of the year

from the Python package holidays 0.109, 2025 to 2035; dates only
"
    );
    assert!(text(&["US-CA", "--year", "2027"]).contains("  Wed 31 Mar  public holiday\n"));
}

#[test]
fn a_country_says_what_most_of_its_parts_have_besides() {
    let told = text(&["GB"]);
    assert!(!told.contains("Mon  6 Apr"), "{told}");
    assert!(told.contains("\nnot in all of GB, but in most parts of it: Mon 6 Apr, Mon 31 Aug\n"), "{told}");
    assert!(told.contains("\nparts with days of their own: GB-ENG GB-NIR GB-SCT GB-WLS\n"), "{told}");
    assert!(text(&["GB-ENG"]).contains("  Mon  6 Apr  public holiday\n"));
}

#[test]
fn other_weekends_and_days_worked_in_exchange_are_named() {
    assert!(text(&["IL"]).starts_with("IL (Israel) in 2026: no follow-up on Friday and Saturday, nor on\n"));
    let told = text(&["CN"]);
    let worked = "\nworked, although at a weekend: Sun 4 Jan, Sat 14 Feb, Sat 28 Feb, Sat 9 May,\n";
    assert!(told.contains(worked), "{told}");
    assert!(text(&["AE"]).contains("\nsome dates are estimates: they hang on the moon\n"));
}

#[test]
fn a_year_past_the_table_says_so() {
    let told = text(&["DE", "--year", "2036"]);
    let said =
        "no public holidays: the table has 2025 to 2035, so in 2036 they are counted as business days\n";
    assert!(told.contains(said), "{told}");
    assert!(!told.contains("public holiday\n"), "{told}");
    assert_eq!(json(&["DE", "--year", "2036"])["covered"], false);
}

#[test]
fn a_program_gets_the_year_as_json() {
    let year = json(&["JP"]);
    assert_eq!(year["place"], "JP");
    assert_eq!((&year["package"], &year["last_year"]), (&"holidays 0.109".into(), &2035.into()));
    assert_eq!(year["weekend"], serde_json::json!(["Saturday", "Sunday"]));
    let day = |date: &str| {
        let days = year["days"].as_array().unwrap();
        days.iter().find(|day| day["date"] == date).cloned().unwrap_or_default()
    };
    assert_eq!(
        day("2026-04-29"),
        serde_json::json!({
            "date": "2026-04-29", "weekday": "Wednesday", "kind": "public", "name": null, "public": true
        })
    );
    assert_eq!(day("2026-04-30")["name"], "Golden Week");
    assert_eq!(day("2026-04-30")["kind"], "unused");
    assert_eq!(day("2026-08-13")["kind"], "quiet");
    assert_eq!(json(&["CN"])["worked"][0], "2026-01-04");
}

#[test]
fn the_known_countries_are_listed_without_one() {
    let told = text(&[]);
    assert!(told.contains("\nUS  United States, and 57 parts, US-AK to US-WY\n"), "{told}");
    assert!(told.contains("\nJP  Japan\n"), "{told}");
    let countries = json(&[])["countries"].as_array().unwrap().clone();
    assert!(countries.len() >= 40);
    let germany = countries.iter().find(|country| country["code"] == "DE").unwrap();
    assert_eq!((&germany["name"], &germany["parts"][3]), (&"Germany".into(), &"DE-BY".into()));
}

#[test]
fn an_unknown_country_is_refused_with_the_nearest_one() {
    let (exit, out, err) = run_with("", &["UK"]);
    assert_eq!((exit, out.as_str()), (65, ""));
    assert_eq!(
        err,
        "\
error: no holidays are known for UK
those of 63 countries are; elsewhere only weekends and the end of the year are free

hint: `thanks holidays GB`, or `thanks holidays` for all
"
    );
    let (exit, _, err) = run_with("", &["zz\u{1b}"]);
    assert_eq!(exit, 65);
    assert!(err.contains("hint: `thanks holidays` lists the 63\n") && !err.contains('\u{1b}'), "{err}");
    assert_eq!(run_with("", &["--year", "2027"]).0, 2);
}

#[test]
fn days_of_the_configuration_are_among_them() {
    let (exit, out, err) = run_with("[policy]\nholidays = [\"2026-03-09\"]\n", &["FR"]);
    assert_eq!((exit, err.as_str()), (0, ""));
    assert!(out.contains("  Mon  9 Mar  named in your configuration\n"), "{out}");
}

/// What `holidays` and `doctor` say with a calendar of one's own that has these events.
fn with_calendar(events: &str, arguments: &[&str]) -> (u8, String, String) {
    let home = tempfile::tempdir().unwrap();
    let config =
        "[me]\nname = \"Jo Marsh\"\nemail = \"jo@example.com\"\n[policy]\nholidays_ics = [\"own.ics\"]\n";
    fs::write(home.path().join("config.toml"), config).unwrap();
    let calendar = format!("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//EN\n{events}END:VCALENDAR\n");
    fs::write(home.path().join("own.ics"), calendar).unwrap();
    let environment = Environment {
        thanks_home: Some(home.path().to_owned()),
        thanks_now: Some("2026-03-05T17:00:00Z".to_owned()),
        tz: Some("UTC".into()),
        ..Environment::default()
    };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let argv = ["thanks"].iter().chain(arguments).map(Into::into);
    let exit = play(argv, &environment, &mut Streams { out: &mut out, err: &mut err });
    (exit.code(), String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

fn event(lines: &str) -> String {
    format!("BEGIN:VEVENT\nUID:1\nSUMMARY:Company day\n{lines}\nEND:VEVENT\n")
}

#[test]
fn days_of_a_calendar_are_among_them_however_they_are_written() {
    for lines in [
        "DTSTART;VALUE=DATE:20260309",
        "DTSTART:20260309T000000\nDTEND:20260310T000000\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE",
        "DTSTART:20260309T000000\nDTEND:20260310T000000",
        "DTSTART:20260309T000100\nDTEND:20260309T235900",
        "DTSTART:20260309T000000Z\nDTEND:20260310T000000Z",
        "DTSTART;VALUE=DATE:20200309\nRRULE:FREQ=YEARLY",
        "DTSTART;VALUE=DATE:20250309\nRDATE;VALUE=DATE:20260309",
        "DTSTART;VALUE=DATE:20260308\nDURATION:P2D",
    ] {
        let (exit, out, err) = with_calendar(&event(lines), &["holidays", "FR"]);
        assert_eq!((exit, err.as_str()), (0, ""), "{lines}");
        assert!(out.contains("  Mon  9 Mar  named in your configuration\n"), "{lines}: {out}");
    }
    let canceled = event("DTSTART;VALUE=DATE:20260309\nSTATUS:CANCELLED");
    let (exit, out, _) = with_calendar(&canceled, &["holidays", "FR"]);
    assert!(exit == 0 && !out.contains("Mon  9 Mar"), "{out}");
}

#[test]
fn an_event_that_is_no_whole_day_is_named_and_the_others_count() {
    let events =
        event("DTSTART;VALUE=DATE:20260309") + &event("DTSTART:20260310T100000\nDTEND:20260310T110000");
    let (exit, out, err) = with_calendar(&events, &["holidays", "FR"]);
    assert_eq!(exit, 0);
    assert!(out.contains("  Mon  9 Mar  named in your configuration\n"), "{out}");
    let reason = "\"Company day\", Tue 10 Mar 2026: it isn't a whole day: 10:00 to 11:00";
    assert_eq!(err, format!("not read: own.ics: {reason}\n"));
    let (_, out, _) = with_calendar(&events, &["doctor"]);
    assert!(out.replace("\n", " ").contains("own.ics: 1 day, and not read: \"Company day\""), "{out}");
    let (_, out, _) = with_calendar(&event("DTSTART;VALUE=DATE:20260309"), &["doctor"]);
    assert!(out.contains("until 2035; own.ics: 1 day\n"), "{out}");
}
