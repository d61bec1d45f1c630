//! iCalendar (RFC 5545): what its owner has to do, written for calendars to keep up to date; and
//! whole days read from a file of holidays. It decides nothing about dates.

mod holidays;

use chrono::{DateTime, FixedOffset, Utc};

use crate::domain::text::printable;

pub use holidays::{OwnDays, whole_days};

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
    use calcard::icalendar::{ICalendar, ICalendarComponentType, ICalendarProperty};

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
}
