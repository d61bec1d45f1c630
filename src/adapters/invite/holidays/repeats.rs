//! The days on which an event starts: its own, those of its rule, and those added or taken out by
//! hand.

use std::collections::BTreeSet;

use calcard::common::PartialDateTime;
use calcard::icalendar::{
    ICalendarComponent, ICalendarDay, ICalendarEntry, ICalendarFrequency, ICalendarMonth, ICalendarProperty,
    ICalendarRecurrenceRule, ICalendarValue,
};
use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::extent::Extent;

/// Some programs let what happens each year begin in 1601.
const EARLIEST_YEAR: i32 = 1600;

/// Up to `horizon` where a rule repeats the event, else all of them.
pub(super) fn starts(
    event: &ICalendarComponent,
    extent: &Extent,
    horizon: NaiveDate,
) -> Result<BTreeSet<NaiveDate>, String> {
    let rules: Vec<&ICalendarEntry> = event.properties(&ICalendarProperty::Rrule).collect();
    let mut starts = match rules.as_slice() {
        [] => BTreeSet::from([extent.first]),
        // The rule alone says which days there are: many calendars start it on any day before.
        [entry] => match entry.values.first() {
            Some(ICalendarValue::RecurrenceRule(rule)) => followed(rule, extent.first, horizon)?,
            _ => return Err("the rule by which it repeats can't be read".to_owned()),
        },
        _ => return Err("it repeats by more than one rule".to_owned()),
    };
    let named = |name: &ICalendarProperty, what: &str| {
        let mut days = Vec::new();
        for entry in event.properties(name) {
            days.extend(extent.days_of(entry).ok_or_else(|| format!("{what} can't be read"))?);
        }
        Ok::<_, String>(days)
    };
    starts.extend(named(&ICalendarProperty::Rdate, "the dates on which it repeats")?);
    for day in named(&ICalendarProperty::Exdate, "the dates on which it is left out")? {
        starts.remove(&day);
    }
    Ok(starts)
}

/// Each day from the first one to the horizon is held against the rule: that is bounded, whatever
/// the rule says.
fn followed(
    rule: &ICalendarRecurrenceRule,
    first: NaiveDate,
    horizon: NaiveDate,
) -> Result<BTreeSet<NaiveDate>, String> {
    if first.year() < EARLIEST_YEAR {
        return Err(format!("it repeats since {}", first.year()));
    }
    let unknown = [
        ("BYYEARDAY", !rule.byyearday.is_empty()),
        ("BYWEEKNO", !rule.byweekno.is_empty()),
        ("BYSETPOS", !rule.bysetpos.is_empty()),
        ("RSCALE", rule.rscale.is_some()),
    ];
    if let Some((name, _)) = unknown.iter().find(|(_, is_used)| *is_used) {
        return Err(format!("it repeats by {name}, which isn't supported"));
    }
    let often = match rule.freq {
        ICalendarFrequency::Hourly => Some("HOURLY"),
        ICalendarFrequency::Minutely => Some("MINUTELY"),
        ICalendarFrequency::Secondly => Some("SECONDLY"),
        _ => None,
    };
    if let Some(often) = often {
        return Err(format!("it repeats {often}, which no holiday does"));
    }
    let until = match &rule.until {
        Some(until) => date(until).ok_or("the rule by which it repeats can't be read")?.min(horizon),
        None => horizon,
    };
    let most = rule.count.map_or(usize::MAX, |count| usize::try_from(count).unwrap_or(usize::MAX));
    let days: BTreeSet<NaiveDate> = first
        .iter_days()
        .take_while(|day| *day <= until)
        .filter(|day| is_on(*day, first, rule))
        .take(most)
        .collect();
    match days.is_empty() && first <= horizon {
        true => Err("the rule by which it repeats names no day".to_owned()),
        false => Ok(days),
    }
}

/// Whether the rule of an event that starts on `first` names this day (RFC 5545, 3.3.10).
fn is_on(day: NaiveDate, first: NaiveDate, rule: &ICalendarRecurrenceRule) -> bool {
    let months = |date: NaiveDate| i64::from(date.year()) * 12 + i64::from(date.month0());
    let week = |date: NaiveDate| {
        let starts = rule.wkst.map_or(Weekday::Mon, Into::into);
        date - Days::new(u64::from(date.weekday().days_since(starts)))
    };
    let distance = match rule.freq {
        ICalendarFrequency::Yearly => i64::from(day.year() - first.year()),
        ICalendarFrequency::Monthly => months(day) - months(first),
        ICalendarFrequency::Weekly => (week(day) - week(first)).num_weeks(),
        _ => (day - first).num_days(),
    };
    if distance % i64::from(rule.interval.unwrap_or(1).max(1)) != 0 {
        return false;
    }
    let month = |month: &ICalendarMonth| u32::from(month.month()) == day.month();
    let in_month = rule.bymonth.is_empty() || rule.bymonth.iter().any(month);
    let from_end = i64::from(day.day()) - i64::from(day.num_days_in_month()) - 1;
    let number = |number: &i8| i64::from(*number) == i64::from(day.day()) || i64::from(*number) == from_end;
    let on_number = rule.bymonthday.is_empty() || rule.bymonthday.iter().any(number);
    let on_weekday = rule.byday.is_empty() || rule.byday.iter().any(|named| is_weekday(day, named, rule));
    let is_bare = rule.bymonthday.is_empty() && rule.byday.is_empty();
    let as_first = match rule.freq {
        ICalendarFrequency::Yearly if is_bare && rule.bymonth.is_empty() => {
            (day.month(), day.day()) == (first.month(), first.day())
        }
        ICalendarFrequency::Yearly | ICalendarFrequency::Monthly if is_bare => day.day() == first.day(),
        ICalendarFrequency::Weekly if rule.byday.is_empty() => day.weekday() == first.weekday(),
        _ => true,
    };
    in_month && on_number && on_weekday && as_first
}

/// "The fourth Thursday" counts in the month, or in the year where the rule names no month.
fn is_weekday(day: NaiveDate, named: &ICalendarDay, rule: &ICalendarRecurrenceRule) -> bool {
    let by_year = rule.freq == ICalendarFrequency::Yearly && rule.bymonth.is_empty();
    let (place, length) = match by_year {
        true => (day.ordinal0(), if day.leap_year() { 366 } else { 365 }),
        false => (day.day0(), u32::from(day.num_days_in_month())),
    };
    let (ahead, behind) = (place / 7 + 1, (length - 1 - place) / 7 + 1);
    let is_place = |nth: i16| i64::from(nth) == i64::from(ahead) || i64::from(nth) == -i64::from(behind);
    day.weekday() == named.weekday.into() && named.ordwk.is_none_or(is_place)
}

fn date(written: &PartialDateTime) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::from(written.year?), u32::from(written.month?), u32::from(written.day?))
}
