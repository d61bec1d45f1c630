//! Whole days read from a calendar of holidays, however the program that wrote it spells them.
//! What is not read is named, so that no day gets lost without a word.

mod extent;
mod repeats;

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io::Read;
use std::path::Path;

use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarProperty, ICalendarStatus, ICalendarValue,
};
use calcard::{Entry, Parser};
use chrono::{Days, Months, NaiveDate};

use crate::domain::problem::{Kind, Problem};
use crate::domain::text::printable;
use crate::domain::zone::Zone;

/// The free days that a file names, and why the rest of its events name none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnDays {
    pub days: BTreeSet<NaiveDate>,
    /// One line for each event that is left out in whole or in part.
    pub left_out: Vec<String>,
}

/// In bytes; a larger file is no calendar of holidays.
const LARGEST_FILE: u64 = 1 << 20;
/// Of one event; longer ones are no holidays.
const LONGEST_SPAN: u64 = 60;
/// How far ahead repeating events are followed.
const YEARS_AHEAD: u32 = 20;
/// Of all repeating events of a file together; a hostile one would keep the program busy.
const MOST_RULES: usize = 300;

/// The days of all events that last whole days, repeating ones up to 20 years after `today`.
///
/// A day counts as whole where its event is a date, runs from midnight to midnight (or from 00:01
/// to 23:59), or was marked as lasting all day by the program that wrote it. Times in UTC are also
/// tried in the calendar's own zone and in `zone`. Canceled events name no days.
pub fn whole_days(path: &Path, today: NaiveDate, zone: &Zone) -> Result<OwnDays, Problem> {
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
    let horizon = today.checked_add_months(Months::new(12 * YEARS_AHEAD)).unwrap_or(NaiveDate::MAX);
    let mut own = OwnDays::default();
    for calendar in
        calendars(text).ok_or_else(|| refused("are no iCalendar file that can be read".to_owned()))?
    {
        let rules =
            calendar.components.iter().filter(|part| part.property(&ICalendarProperty::Rrule).is_some());
        if rules.count() > MOST_RULES {
            return Err(refused(format!("have more than {MOST_RULES} repeating events")));
        }
        add_days(&calendar, horizon, zone, &mut own);
    }
    Ok(own)
}

/// Some programs write several calendars one after another.
fn calendars(text: &str) -> Option<Vec<ICalendar>> {
    let mut parser = Parser::new(text);
    let mut found = Vec::new();
    loop {
        match parser.entry() {
            Entry::ICalendar(calendar) => found.push(calendar),
            Entry::Eof => return (!found.is_empty()).then_some(found),
            Entry::InvalidLine(line) if line.trim().is_empty() => {}
            _ => return None,
        }
    }
}

fn add_days(calendar: &ICalendar, horizon: NaiveDate, zone: &Zone, own: &mut OwnDays) {
    let zones = extent::zones(calendar, zone);
    let events =
        || calendar.components.iter().filter(|part| part.component_type == ICalendarComponentType::VEvent);
    // An occurrence that was changed by itself replaces that of the rule.
    let replaced: HashSet<(&str, NaiveDate)> = events()
        .filter_map(|event| {
            let occurrence = extent::first_date(event, &ICalendarProperty::RecurrenceId)?;
            Some((event.uid()?, occurrence))
        })
        .collect();
    for event in events().filter(|event| !is_canceled(event)) {
        let mut leave_out = |reason: &str| own.left_out.push(format!("{}: {reason}", name(event)));
        let extent = match extent::of(event, &zones) {
            Ok(extent) => extent,
            Err(reason) => {
                leave_out(&reason);
                continue;
            }
        };
        let starts = match repeats::starts(event, &extent, horizon) {
            Ok(starts) => starts,
            Err(reason) => {
                leave_out(&reason);
                continue;
            }
        };
        let is_master = event.property(&ICalendarProperty::RecurrenceId).is_none();
        let is_replaced =
            |first: NaiveDate| is_master && event.uid().is_some_and(|uid| replaced.contains(&(uid, first)));
        if extent.days > LONGEST_SPAN {
            leave_out(&format!("lasts {} days; only the first {LONGEST_SPAN} count", extent.days));
        }
        if let Some(remark) = extent.remark {
            leave_out(remark);
        }
        for first in starts.into_iter().filter(|first| !is_replaced(*first)) {
            let last = first.checked_add_days(Days::new(extent.days.min(LONGEST_SPAN))).unwrap_or(first);
            own.days.extend(first.iter_days().take_while(|day| *day < last));
        }
    }
}

fn is_canceled(event: &ICalendarComponent) -> bool {
    event.status() == Some(&ICalendarStatus::Cancelled)
}

/// `"Company day", Mon 9 Mar 2026`, as far as the event says it.
fn name(event: &ICalendarComponent) -> String {
    let summary = event
        .property(&ICalendarProperty::Summary)
        .and_then(|entry| entry.values.first())
        .and_then(ICalendarValue::as_text)
        .map(|text| printable(text.trim()).replace('\n', " "))
        .filter(|text| !text.is_empty());
    let summary = match summary {
        Some(text) => format!("\"{}\"", text.chars().take(60).collect::<String>()),
        None => "an event without a title".to_owned(),
    };
    match extent::first_date(event, &ICalendarProperty::Dtstart) {
        Some(date) => format!("{summary}, {}", date.format("%a %-d %b %Y")),
        None => summary,
    }
}

#[cfg(test)]
mod tests;
