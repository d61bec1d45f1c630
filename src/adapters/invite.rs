//! iCalendar (RFC 5545): what its owner has to do, written for calendars to keep up to date; and
//! whole days read from a file of holidays. It decides nothing about dates.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::Path;

use calcard::icalendar::{ICalendar, ICalendarComponentType, ICalendarProperty, ICalendarValue};
use chrono::{DateTime, Days, FixedOffset, NaiveDate, Utc};

use crate::domain::problem::{Kind, Problem};
use crate::domain::text::printable;

/// Something to do, or that was to do and is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// The same for the same thing in every export.
    pub uid: String,
    pub summary: String,
    pub description: String,
    pub at: DateTime<FixedOffset>,
    /// When to be reminded.
    pub alarms: Vec<DateTime<FixedOffset>>,
    pub standing: Standing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    ToDo,
    /// A calendar that has it takes it out.
    Over,
}

/// In bytes; a larger file is no calendar of holidays.
const LARGEST_FILE: u64 = 1 << 20;
/// Of one event; longer ones are no holidays.
const LONGEST_SPAN: u64 = 60;

/// A calendar of the tasks. A later export has a higher sequence, so that calendars replace what
/// they have (RFC 5546, 2.1.4).
pub fn calendar(tasks: &[Task], now: DateTime<Utc>) -> String {
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        format!("PRODID:-//thanks//{}//EN", env!("CARGO_PKG_VERSION")),
        "METHOD:PUBLISH".to_owned(),
        "X-WR-CALNAME:thanks".to_owned(),
    ];
    let stamp = utc(now);
    for task in tasks {
        lines.push("BEGIN:VEVENT".to_owned());
        lines.push(format!("UID:{}", escaped(&task.uid)));
        lines.push(format!("DTSTAMP:{stamp}"));
        lines.push(format!("LAST-MODIFIED:{stamp}"));
        // Minutes: they fit the 31 bits of an integer for some thousand years.
        lines.push(format!("SEQUENCE:{}", now.timestamp() / 60));
        lines.push(format!("DTSTART:{}", utc(task.at.to_utc())));
        lines.push("DURATION:PT15M".to_owned());
        lines.push(format!("SUMMARY:{}", escaped(&task.summary)));
        lines.push(format!("DESCRIPTION:{}", escaped(&task.description)));
        lines.push("TRANSP:TRANSPARENT".to_owned());
        let status = if task.standing == Standing::ToDo { "CONFIRMED" } else { "CANCELLED" };
        lines.push(format!("STATUS:{status}"));
        for alarm in task.alarms.iter().filter(|_| task.standing == Standing::ToDo) {
            lines.push("BEGIN:VALARM".to_owned());
            lines.push("ACTION:DISPLAY".to_owned());
            lines.push(format!("TRIGGER;VALUE=DATE-TIME:{}", utc(alarm.to_utc())));
            lines.push(format!("DESCRIPTION:{}", escaped(&task.summary)));
            lines.push("END:VALARM".to_owned());
        }
        lines.push("END:VEVENT".to_owned());
    }
    lines.push("END:VCALENDAR".to_owned());
    lines.iter().map(|line| folded(line)).collect()
}

/// The days of all-day events in a file; events with a time of day are no holidays, and rules that
/// repeat are not followed.
pub fn whole_days(path: &Path) -> Result<BTreeSet<NaiveDate>, Problem> {
    let shown = path.display();
    let refused = |why: String| {
        Problem::new(Kind::Config, format!("the holidays {shown} {why}")).hint("see holidays_ics in [policy]")
    };
    let file = fs::File::open(path).map_err(|error| refused(format!("cannot be read: {error}")))?;
    let mut bytes = Vec::new();
    file.take(LARGEST_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| refused(format!("cannot be read: {error}")))?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(refused("are larger than 1 MiB".to_owned()));
    }
    let text = String::from_utf8(bytes).map_err(|_| refused("are not UTF-8 text".to_owned()))?;
    // One that was cut off would lose its days without a word.
    let text = text.trim_start_matches('\u{feff}').trim();
    let (opens, closes) = (text.lines().next(), text.lines().next_back());
    let is = |line: Option<&str>, mark: &str| line.is_some_and(|line| line.trim().eq_ignore_ascii_case(mark));
    if !is(opens, "BEGIN:VCALENDAR") || !is(closes, "END:VCALENDAR") {
        return Err(refused("are no whole iCalendar file".to_owned()));
    }
    let calendar =
        ICalendar::parse(text).map_err(|_| refused("are no iCalendar file that can be read".to_owned()))?;
    let mut days = BTreeSet::new();
    for event in &calendar.components {
        if event.component_type != ICalendarComponentType::VEvent {
            continue;
        }
        let date = |name: &ICalendarProperty| {
            let entry = event.property(name)?;
            match entry.values.first()? {
                ICalendarValue::PartialDateTime(when) if when.hour.is_none() => NaiveDate::from_ymd_opt(
                    i32::from(when.year?),
                    u32::from(when.month?),
                    u32::from(when.day?),
                ),
                _ => None,
            }
        };
        let Some(first) = date(&ICalendarProperty::Dtstart) else { continue };
        let last = first + Days::new(LONGEST_SPAN);
        let end = date(&ICalendarProperty::Dtend).filter(|end| *end > first).unwrap_or(first + Days::new(1));
        days.extend(first.iter_days().take_while(|day| *day < end && *day < last));
    }
    Ok(days)
}

fn utc(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

/// TEXT of RFC 5545, 3.3.11; control characters have no place there, and what turns the direction
/// of reading is seen.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let plain: String = text.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    for c in printable(&plain).chars() {
        match c {
            '\\' | ';' | ',' => safe.extend(['\\', c]),
            '\n' => safe.push_str("\\n"),
            c => safe.push(c),
        }
    }
    safe
}

/// Lines of at most 75 octets, each continued after CRLF and a blank (RFC 5545, 3.1).
fn folded(line: &str) -> String {
    let mut text = String::with_capacity(line.len() + 2);
    let mut octets = 0;
    for c in line.chars() {
        if octets + c.len_utf8() > 75 {
            text.push_str("\r\n ");
            octets = 1;
        }
        text.push(c);
        octets += c.len_utf8();
    }
    text.push_str("\r\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<FixedOffset> {
        text.parse().unwrap()
    }

    fn task() -> Task {
        Task {
            uid: "acme/jane@thanks".to_owned(),
            summary: "Thank Jürgen Müller, Acme; today\nor never \\o/ and a long line that has to be folded"
                .to_owned(),
            description: "thanks send acme/jane".to_owned(),
            at: at("2026-03-05T17:45:00-05:00"),
            alarms: vec![at("2026-03-05T19:45:00-05:00"), at("2026-03-06T11:45:00-05:00")],
            standing: Standing::ToDo,
        }
    }

    #[test]
    fn what_is_written_is_read_back_and_no_line_is_too_long() {
        let text = calendar(&[task()], at("2026-03-05T16:00:00-05:00").to_utc());
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
        let read = ICalendar::parse(&text).unwrap();
        let event = read
            .components
            .iter()
            .find(|component| component.component_type == ICalendarComponentType::VEvent)
            .unwrap();
        let summary = event.property(&ICalendarProperty::Summary).unwrap().values[0].as_text().unwrap();
        assert_eq!(summary, task().summary);
        assert_eq!(text.matches("BEGIN:VALARM").count(), 2);
        assert!(text.contains("DTSTART:20260305T224500Z\r\n"), "{text}");
    }

    #[test]
    fn a_later_export_replaces_the_earlier_and_takes_out_what_is_over() {
        let line = |text: &str| {
            let line = text.lines().find(|line| line.starts_with("SEQUENCE:")).unwrap().to_owned();
            line.split_once(':').unwrap().1.parse::<i32>().unwrap()
        };
        let earlier = calendar(&[task()], at("2026-03-05T16:00:00-05:00").to_utc());
        let over = Task { standing: Standing::Over, ..task() };
        let later = calendar(&[over], at("2026-03-05T16:01:00-05:00").to_utc());
        assert!(line(&later) > line(&earlier));
        assert!(later.contains("STATUS:CANCELLED") && !later.contains("VALARM"), "{later}");
    }

    #[test]
    fn whole_days_are_read_and_meetings_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.ics");
        let event = |lines: &str| format!("BEGIN:VEVENT\r\nUID:x\r\n{lines}\r\nEND:VEVENT\r\n");
        let text = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}{}{}{}END:VCALENDAR\r\n",
            event("DTSTART;VALUE=DATE:20260306\r\nSUMMARY:Company day"),
            event("DTSTART;VALUE=DATE:20260810\r\nDTEND;VALUE=DATE:20260812"),
            event("DTSTART:20260309T100000Z\r\nDTEND:20260309T110000Z"),
            event("DTSTART;VALUE=DATE:20260401\r\nDTEND;VALUE=DATE:99991231"),
        );
        fs::write(&path, text).unwrap();
        let days = whole_days(&path).unwrap();
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert!(days.contains(&day("2026-03-06")) && !days.contains(&day("2026-03-07")));
        assert!(days.contains(&day("2026-08-11")) && !days.contains(&day("2026-08-12")));
        assert!(!days.contains(&day("2026-03-09")));
        assert_eq!(days.len(), 3 + 60);
        fs::write(&path, "x".repeat((1 << 20) + 1)).unwrap();
        assert_eq!(whole_days(&path).unwrap_err().kind, Kind::Config);
        let cut_off = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20260306\r\n";
        for text in ["no calendar", "", cut_off] {
            fs::write(&path, text).unwrap();
            assert_eq!(whole_days(&path).unwrap_err().kind, Kind::Config, "{text}");
        }
        fs::write(&path, format!("\u{feff}{cut_off}END:VEVENT\r\nend:vcalendar\r\n\r\n")).unwrap();
        assert_eq!(whole_days(&path).unwrap().len(), 1);
        assert_eq!(whole_days(&folder.path().join("absent")).unwrap_err().kind, Kind::Config);
    }
}
