//! Words for instants, days and decisions: what is understood lies in a range that a life has, and
//! is understood again as the same when it is written out in full.
#![no_main]

use chrono::{DateTime, Datelike, FixedOffset};
use libfuzzer_sys::fuzz_target;
use thanks::domain::words::{NotUnderstood, When, decision, when};
use thanks::domain::zone::Zone;

/// A winter's day, both nights on which clocks change, half hours, and the ends of the calendar.
const PRESENTS: [(&str, &str); 7] = [
    ("2026-03-05T12:00:00-05:00", "America/New_York"),
    ("2026-03-08T01:59:00-05:00", "America/New_York"),
    ("2026-10-25T02:30:00+02:00", "Europe/Berlin"),
    ("2026-04-05T01:45:00+11:00", "Australia/Lord_Howe"),
    ("2024-02-29T23:59:59+05:45", "Asia/Kathmandu"),
    ("1900-01-01T00:00:00+00:00", "UTC"),
    ("2200-12-31T23:59:59+14:00", "Pacific/Kiritimati"),
];

fuzz_target!(|text: &str| {
    // One for each text, always the same: a few more cost more than they find.
    let (now, zone) = PRESENTS[text.len() % PRESENTS.len()];
    let (now, zone) = (DateTime::parse_from_rfc3339(now).unwrap(), Zone::named(zone).unwrap());
    let country = [None, Some("US"), Some("DE")][text.len() % 3];
    check_when(text, now, &zone, country);
    check_decision(text, now, country);
});

fn check_when(text: &str, now: DateTime<FixedOffset>, zone: &Zone, country: Option<&str>) {
    match when(text, now, zone, country) {
        Ok(When::Day(day)) => {
            assert!(is_near(day.year(), now), "{text:?} is {day}");
            if (2000..2200).contains(&day.year()) {
                assert_eq!(when(&day.to_string(), now, zone, country), Ok(When::Day(day)), "{text:?}");
            }
        }
        Ok(When::At(instant, there)) => {
            assert!(is_near(instant.year(), now), "{text:?} is {instant}");
            assert_eq!(there.at(instant.to_utc()), instant, "{text:?}: its clock shows another time");
            if (2000..2200).contains(&instant.year()) {
                let full = format!("{} {}", instant.format("%Y-%m-%d %H:%M:%S %:z"), there.name());
                let again = when(&full, now, zone, country);
                let same = matches!(&again, Ok(When::At(same, zone))
                    if zone == &there && same.timestamp() == instant.timestamp());
                assert!(same, "{text:?} is {full}, which is {again:?}");
            }
        }
        Err(why) => check_reason(&why),
    }
}

fn check_decision(text: &str, now: DateTime<FixedOffset>, country: Option<&str>) {
    let said_on = now.date_naive();
    match decision(text, said_on, country) {
        Ok(deadline) => {
            if let Some(day) = deadline.by {
                assert!(day >= said_on && is_near(day.year(), now), "{text:?} is {day}");
            }
        }
        Err(why) => check_reason(&why),
    }
}

/// A year that was written, or at most 999 months away.
fn is_near(year: i32, now: DateTime<FixedOffset>) -> bool {
    (2000..2200).contains(&year) || (year - now.year()).abs() <= 84
}

fn check_reason(why: &NotUnderstood) {
    let shown = why.to_string();
    assert!(shown.chars().count() <= 600, "an endless reason: {shown:?}");
    assert!(!shown.chars().any(char::is_control), "{shown:?}");
}
