//! Which whole days one event covers, and how its other dates are read.

use calcard::common::PartialDateTime;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarDuration, ICalendarEntry,
    ICalendarProperty, ICalendarValue,
};
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};

use crate::domain::text::printable;
use crate::domain::zone::Zone;

/// The days of an event, before it is repeated.
#[derive(Clone, Debug)]
pub(super) struct Extent {
    pub first: NaiveDate,
    pub days: u64,
    clock: Clock,
    /// What is odd about it, although its days count.
    pub remark: Option<&'static str>,
}

/// How an instant of the event becomes a day.
#[derive(Clone, Debug)]
enum Clock {
    /// By the date that is written.
    Wall,
    In(Zone),
    /// The local midnight next to it, in a zone that is not known.
    Nearest,
}

/// A date or a time as it is written.
#[derive(Clone, Copy, Debug)]
enum Written {
    Date(NaiveDate),
    /// On a wall clock, wherever that is.
    Wall(NaiveDateTime),
    Instant(DateTime<Utc>),
}

/// The zones that times in UTC may have been meant in.
pub(super) fn zones(calendar: &ICalendar, own: &Zone) -> Vec<Zone> {
    let root =
        calendar.components.iter().find(|part| part.component_type == ICalendarComponentType::VCalendar);
    let named = root
        .and_then(|root| other(root, "X-WR-TIMEZONE"))
        .and_then(|name| Zone::named(name.trim_matches('"')).ok());
    [Zone::utc()].into_iter().chain(named).chain([own.clone()]).collect()
}

pub(super) fn of(event: &ICalendarComponent, zones: &[Zone]) -> Result<Extent, String> {
    let Some(start) = event.property(&ICalendarProperty::Dtstart) else {
        return Err("it has no start".to_owned());
    };
    let start = first_written(start).ok_or_else(|| unreadable("start", start))?;
    let end = match event.property(&ICalendarProperty::Dtend) {
        Some(end) => Some(first_written(end).ok_or_else(|| unreadable("end", end))?),
        None => None,
    };
    let length = match event.property(&ICalendarProperty::Duration) {
        Some(entry) => Some(duration(entry).ok_or_else(|| unreadable("duration", entry))?),
        None => None,
    };
    match start {
        Written::Date(first) => Ok(dates(first, end, length)),
        Written::Wall(start) => {
            let end = end.map(Written::naive).or(length.and_then(|length| start.checked_add_signed(length)));
            let days = match end.and_then(|end| whole(start, end)) {
                Some(days) => days,
                None if is_all_day(event) => end.map_or(1, |end| touched(start, end)),
                None => return Err(timed(start, end)),
            };
            Ok(Extent { first: start.date(), days, clock: Clock::Wall, remark: None })
        }
        Written::Instant(start) => {
            let end = match end {
                Some(end) => Some(end.naive().and_utc()),
                None => length.and_then(|length| start.checked_add_signed(length)),
            };
            for zone in zones {
                let local = zone.at(start).naive_local();
                if let Some(days) = end.and_then(|end| whole(local, zone.at(end).naive_local())) {
                    let clock = Clock::In(zone.clone());
                    return Ok(Extent { first: local.date(), days, clock, remark: None });
                }
            }
            if !is_all_day(event) {
                return Err(format!("{} UTC", timed(start.naive_utc(), end.map(|end| end.naive_utc()))));
            }
            let hours = end.map_or(24, |end| (end - start).num_hours());
            Ok(Extent {
                first: Clock::Nearest.day(Written::Instant(start)),
                days: u64::try_from((hours + 12) / 24).unwrap_or(0).max(1),
                clock: Clock::Nearest,
                remark: None,
            })
        }
    }
}

impl Extent {
    /// All the days that an entry such as EXDATE names; `None` where one cannot be read.
    pub(super) fn days_of(&self, entry: &ICalendarEntry) -> Option<Vec<NaiveDate>> {
        entry.values.iter().map(|value| written(value).map(|written| self.clock.day(written))).collect()
    }
}

impl Clock {
    fn day(&self, written: Written) -> NaiveDate {
        match (written, self) {
            (Written::Date(date), _) => date,
            (Written::Wall(wall), _) => wall.date(),
            (Written::Instant(instant), Clock::Wall) => instant.date_naive(),
            (Written::Instant(instant), Clock::In(zone)) => zone.at(instant).date_naive(),
            (Written::Instant(instant), Clock::Nearest) => {
                instant.checked_add_signed(TimeDelta::hours(12)).unwrap_or(instant).date_naive()
            }
        }
    }
}

impl Written {
    fn naive(self) -> NaiveDateTime {
        match self {
            Written::Date(date) => date.into(),
            Written::Wall(wall) => wall,
            Written::Instant(instant) => instant.naive_utc(),
        }
    }
}

/// The date that the first value of a property begins with.
pub(super) fn first_date(event: &ICalendarComponent, name: &ICalendarProperty) -> Option<NaiveDate> {
    first_written(event.property(name)?).map(|written| written.naive().date())
}

/// The end of a date is the day after the last one; many write the last one itself.
fn dates(first: NaiveDate, end: Option<Written>, length: Option<TimeDelta>) -> Extent {
    let end = end.map(Written::naive).map(|end| match end.time().num_seconds_from_midnight() {
        0 => end.date(),
        _ => end.date().succ_opt().unwrap_or(end.date()),
    });
    let days = match (end, length) {
        (Some(end), _) => (end - first).num_days(),
        (None, Some(length)) => (length + TimeDelta::days(1) - TimeDelta::seconds(1)).num_days(),
        (None, None) => 1,
    };
    Extent {
        first,
        days: u64::try_from(days).unwrap_or(0).max(1),
        clock: Clock::Wall,
        remark: (days < 0).then_some("it ends before it starts; only its first day counts"),
    }
}

/// How many whole days lie between these times: from midnight to midnight, or from a minute past it
/// to a minute before.
fn whole(start: NaiveDateTime, end: NaiveDateTime) -> Option<u64> {
    let minute = |time: NaiveDateTime| time.hour() * 60 + time.minute();
    let days = match minute(end) {
        0 => (end.date() - start.date()).num_days(),
        1439 => (end.date() - start.date()).num_days() + 1,
        _ => return None,
    };
    u64::try_from(days).ok().filter(|days| minute(start) <= 1 && *days > 0)
}

/// How many days these times touch.
fn touched(start: NaiveDateTime, end: NaiveDateTime) -> u64 {
    let last = end.checked_sub_signed(TimeDelta::seconds(1)).unwrap_or(end).date();
    u64::try_from((last - start.date()).num_days()).unwrap_or(0).saturating_add(1)
}

fn timed(start: NaiveDateTime, end: Option<NaiveDateTime>) -> String {
    let from = start.format("%H:%M");
    match end {
        Some(end) if end.date() == start.date() => {
            format!("it isn't a whole day: {from} to {}", end.format("%H:%M"))
        }
        Some(end) => format!("it isn't whole days: {from} to {}", end.format("%a %-d %b %Y %H:%M")),
        None => format!("it isn't a whole day: it has no end and starts at {from}"),
    }
}

fn unreadable(what: &str, entry: &ICalendarEntry) -> String {
    let text = entry.values.first().and_then(ICalendarValue::as_text).unwrap_or_default();
    let text: String = printable(text).chars().take(40).collect();
    match text.trim() {
        "" => format!("its {what} can't be read"),
        text => format!("its {what} \"{}\" can't be read", text.replace('\n', " ")),
    }
}

/// Outlook's mark, and that of some phones.
fn is_all_day(event: &ICalendarComponent) -> bool {
    ["X-MICROSOFT-CDO-ALLDAYEVENT", "X-FUNAMBOL-ALLDAY"].iter().any(|name| {
        other(event, name).is_some_and(|value| matches!(value.to_ascii_uppercase().as_str(), "TRUE" | "1"))
    })
}

fn other<'a>(part: &'a ICalendarComponent, name: &str) -> Option<&'a str> {
    let is_it = |entry: &&ICalendarEntry| matches!(&entry.name, ICalendarProperty::Other(other) if other.eq_ignore_ascii_case(name));
    part.entries.iter().find(is_it)?.values.first()?.as_text().map(str::trim)
}

fn first_written(entry: &ICalendarEntry) -> Option<Written> {
    written(entry.values.first()?)
}

fn written(value: &ICalendarValue) -> Option<Written> {
    let ICalendarValue::PartialDateTime(value) = value else { return None };
    let date =
        NaiveDate::from_ymd_opt(i32::from(value.year?), u32::from(value.month?), u32::from(value.day?))?;
    let PartialDateTime { hour: Some(hour), minute, second, .. } = **value else {
        return Some(Written::Date(date));
    };
    // A leap second is not known here.
    let second = u32::from(second.unwrap_or(0)).min(59);
    let wall = date.and_hms_opt(u32::from(hour), u32::from(minute.unwrap_or(0)), second)?;
    let Some(zone_hour) = value.tz_hour else { return Some(Written::Wall(wall)) };
    let minutes = i64::from(zone_hour) * 60 + i64::from(value.tz_minute.unwrap_or(0));
    let east = TimeDelta::minutes(if value.tz_minus { -minutes } else { minutes });
    Some(Written::Instant(wall.checked_sub_signed(east)?.and_utc()))
}

fn duration(entry: &ICalendarEntry) -> Option<TimeDelta> {
    let ICalendarValue::Duration(ICalendarDuration { neg, weeks, days, hours, minutes, seconds }) =
        entry.values.first()?
    else {
        return None;
    };
    let days = i64::from(*weeks) * 7 + i64::from(*days);
    let seconds = i64::from(*hours) * 3600 + i64::from(*minutes) * 60 + i64::from(*seconds);
    let length = TimeDelta::try_days(days)?.checked_add(&TimeDelta::try_seconds(seconds)?)?;
    (!neg).then_some(length)
}
