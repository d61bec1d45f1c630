//! The grammar of instants and days: "yesterday 3pm", "fri 14:00", "2026-03-05". What it means by
//! a bare weekday or a bare time stands at [`super::when`].

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};

use super::tokens::{count, digits, in_week, iso, month, on_or_after, on_or_before, weekday, words, written};
use super::{NotUnderstood, When, Zone};

const EXAMPLES: &[&str] = &[
    "just now",
    "15:45",
    "yesterday 3pm",
    "fri 14:00",
    "5 March 15:45",
    "2026-11-20 14:00 America/New_York",
    "2 hours ago",
];

pub(super) fn read(
    text: &str,
    now: DateTime<Utc>,
    zone: &Zone,
    country: Option<&str>,
) -> Result<When, NotUnderstood> {
    let words = words(text)?;
    let (zone, words) = named_zone(text, &words, zone, country)?;
    let now = zone.at(now);
    let clock = clock_time(&words).ok_or_else(|| NotUnderstood::unknown(text, EXAMPLES))?;
    let rest: Vec<&str> = clock.rest.iter().map(String::as_str).collect();

    let Some((time, offset)) = clock.time else {
        if let Some(distance) = distance(&rest) {
            return now
                .checked_add_signed(distance)
                .map(|instant| When::At(zone.at(instant.to_utc()), zone.clone()))
                .ok_or_else(|| NotUnderstood::unknown(text, EXAMPLES));
        }
        return match day(text, &rest, now.date_naive(), country)? {
            Some(day) => Ok(When::Day(day)),
            None => Err(NotUnderstood::unknown(text, EXAMPLES)),
        };
    };
    let day = match rest.as_slice() {
        [] => now.date_naive(),
        rest => day(text, rest, now.date_naive(), country)?
            .ok_or_else(|| NotUnderstood::unknown(text, EXAMPLES))?,
    };
    let wall = day.and_time(time);
    let instant = match offset {
        Some(offset) => wall
            .and_local_timezone(offset)
            .single()
            .map(|instant| zone.at(instant.to_utc()))
            .ok_or_else(|| NotUnderstood::unknown(text, EXAMPLES))?,
        None => zone.instant(wall).map_err(|error| NotUnderstood::because(format!("in {zone} {error}")))?,
    };
    Ok(When::At(instant, zone))
}

pub(super) fn names_zone(text: &str, zone: &Zone, country: Option<&str>) -> bool {
    let is_named = |words: &[String]| {
        named_zone(text, words, zone, country).is_ok_and(|(_, rest)| rest.len() < words.len())
    };
    words(text).is_ok_and(|words| is_named(&words))
}

/// The zone that the text names, or the one that is meant without; and the other words.
fn named_zone(
    text: &str,
    words: &[String],
    zone: &Zone,
    country: Option<&str>,
) -> Result<(Zone, Vec<String>), NotUnderstood> {
    let mut named: Option<Zone> = None;
    let mut rest = Vec::new();
    for word in words {
        let letters = word.chars().all(char::is_alphabetic);
        let place = word.contains('/') && word.starts_with(char::is_alphabetic);
        if !place && (!letters || weekday(word).is_some() || month(word).is_some()) {
            rest.push(word.clone());
            continue;
        }
        match Zone::named(word).or_else(|unknown| zone.by_letters(word, country).ok_or(unknown)) {
            Ok(_) if named.is_some() => {
                return Err(NotUnderstood::because(format!(
                    "{} names two zones; write one",
                    super::quoted(text)
                )));
            }
            Ok(zone) => named = Some(zone),
            Err(unknown) if place || unknown.is_abbreviation() => {
                return Err(NotUnderstood::because(unknown.to_string()));
            }
            Err(_) => rest.push(word.clone()),
        }
    }
    Ok((named.unwrap_or_else(|| zone.clone()), rest))
}

/// A time of day, perhaps with an offset, and the words around it.
struct Clock {
    time: Option<(NaiveTime, Option<FixedOffset>)>,
    rest: Vec<String>,
}

/// `None` where two times are named.
fn clock_time(words: &[String]) -> Option<Clock> {
    // An ISO time stamp is a date and a time.
    let words: Vec<&str> = words
        .iter()
        .flat_map(|word| match word.split_once('t') {
            Some((date, time)) if iso(date).is_some() => vec![date, time],
            _ => vec![word.as_str()],
        })
        .collect();
    let mut time = None;
    let mut rest = Vec::new();
    let mut left = words.as_slice();
    while let [first, tail @ ..] = left {
        let (found, after) = match tail {
            [half @ ("am" | "pm" | "a.m" | "p.m"), tail @ ..] => {
                (twelve_hours(first, half).map(|time| (time, None)), tail)
            }
            [zone, tail @ ..] if offset(zone).is_some() => {
                (time_of_day(first).map(|(time, _)| (time, offset(zone))), tail)
            }
            tail => (time_of_day(first), tail),
        };
        match found {
            Some(_) if time.is_some() => return None,
            Some(found) => {
                time = Some(found);
                if rest.last().is_some_and(|word| word == "at") {
                    rest.pop();
                }
                left = after;
            }
            None => {
                rest.push((*first).to_owned());
                left = tail;
            }
        }
    }
    Some(Clock { time, rest })
}

/// `15:45`, `15:45:30`, `3pm`, `3:30pm`, `noon`, `15:45-05:00`, `15:45z`.
fn time_of_day(word: &str) -> Option<(NaiveTime, Option<FixedOffset>)> {
    if word == "noon" {
        return NaiveTime::from_hms_opt(12, 0, 0).map(|time| (time, None));
    }
    for half in ["am", "pm", "a.m", "p.m"] {
        if let Some(hours) = word.strip_suffix(half) {
            return twelve_hours(hours, half).map(|time| (time, None));
        }
    }
    let behind = word.find(['+', '-', 'z']).unwrap_or(word.len());
    let (time, zone) = word.split_at_checked(behind)?;
    let time = hours_and_minutes(time)?;
    match zone {
        "" => Some((time, None)),
        zone => offset(zone).map(|zone| (time, Some(zone))),
    }
}

fn hours_and_minutes(word: &str) -> Option<NaiveTime> {
    let mut parts = word.split(':');
    let hour = digits(parts.next()?, 1..=2)?;
    let minute = digits(parts.next()?, 2..=2)?;
    let second = match parts.next() {
        Some(second) => digits(second, 2..=2)?,
        None => 0,
    };
    match parts.next() {
        Some(_) => None,
        None => NaiveTime::from_hms_opt(hour, minute, second),
    }
}

fn twelve_hours(word: &str, half: &str) -> Option<NaiveTime> {
    let (hour, minute) = match word.split_once(':') {
        Some((hour, minute)) => (digits(hour, 1..=2)?, digits(minute, 2..=2)?),
        None => (digits(word, 1..=2)?, 0),
    };
    if !(1..=12).contains(&hour) {
        return None;
    }
    let noon = if half.starts_with('p') { 12 } else { 0 };
    NaiveTime::from_hms_opt(hour % 12 + noon, minute, 0)
}

/// `z`, `-05:00`, `+0530`.
fn offset(word: &str) -> Option<FixedOffset> {
    if word == "z" {
        return FixedOffset::east_opt(0);
    }
    let (sign, rest) = match (word.strip_prefix('+'), word.strip_prefix('-')) {
        (Some(rest), _) => (1, rest),
        (_, Some(rest)) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = match rest.split_once(':') {
        Some(parts) => parts,
        None => rest.split_at_checked(2)?,
    };
    let (hours, minutes) = (digits(hours, 2..=2)?, digits(minutes, 2..=2)?);
    if hours > 14 || minutes > 59 {
        return None;
    }
    FixedOffset::east_opt(sign * i32::try_from(hours * 3600 + minutes * 60).ok()?)
}

/// A distance from now in hours or minutes.
fn distance(words: &[&str]) -> Option<TimeDelta> {
    let (sign, amount) = match words {
        ["now"] | ["just" | "right", "now"] => return Some(TimeDelta::zero()),
        ["in", amount @ ..] => (1, amount),
        [amount @ .., "ago"] => (-1, amount),
        _ => return None,
    };
    let minutes = match amount {
        ["half", "an", "hour"] => 30,
        amount => match quantity(amount)? {
            (n, "m" | "min" | "mins" | "minute" | "minutes") => n,
            (n, "h" | "hr" | "hrs" | "hour" | "hours") => n * 60,
            _ => return None,
        },
    };
    TimeDelta::try_minutes(sign * i64::from(minutes))
}

/// `2 hours`, `a couple of days`, `2h`: the number and the unit.
fn quantity<'a>(words: &[&'a str]) -> Option<(u32, &'a str)> {
    match words {
        [glued] => {
            let split = glued.find(|c: char| !c.is_ascii_digit())?;
            let (number, unit) = glued.split_at_checked(split)?;
            Some((digits(number, 1..=3)?, unit))
        }
        [number, unit] => Some((count(number)?, unit)),
        ["a", number @ "few", unit] | ["a", number @ "couple", "of", unit] => Some((count(number)?, unit)),
        _ => None,
    }
}

fn day(
    text: &str,
    words: &[&str],
    today: NaiveDate,
    country: Option<&str>,
) -> Result<Option<NaiveDate>, NotUnderstood> {
    let yesterday = today - Days::new(1);
    let tomorrow = today + Days::new(1);
    let one = |word: &str, of: fn(NaiveDate, Weekday) -> NaiveDate, from: NaiveDate| {
        weekday(word).map(|weekday| of(from, weekday))
    };
    Ok(match words {
        ["today"] | ["this", "morning" | "afternoon" | "evening"] => Some(today),
        ["yesterday"] => Some(yesterday),
        ["tomorrow"] => Some(tomorrow),
        ["day", "before", "yesterday"] | ["the", "day", "before", "yesterday"] => {
            Some(yesterday - Days::new(1))
        }
        ["day", "after", "tomorrow"] | ["the", "day", "after", "tomorrow"] => Some(tomorrow + Days::new(1)),
        [day] if weekday(day).is_some() => one(day, on_or_before, today),
        ["last", day] if weekday(day).is_some() => one(day, on_or_before, yesterday),
        ["on" | "this", day] if weekday(day).is_some() => one(day, on_or_after, today),
        ["next", day] => weekday(day).map(|weekday| in_week(today, 1, weekday)),
        ["in", amount @ ..] => days(amount).map(|days| today + days),
        [amount @ .., "ago"] => days(amount).map(|days| today - days),
        ["on", date @ ..] | date => match written(date, country)? {
            None => None,
            Some(date) => {
                let away = |year: i32| {
                    NaiveDate::from_ymd_opt(year, date.month, date.day.min(28))
                        .map(|there| (there - today).abs())
                };
                let nearest = [today.year(), today.year() - 1, today.year() + 1]
                    .into_iter()
                    .min_by_key(|year| away(*year))
                    .unwrap_or(today.year());
                Some(date.in_year(text, nearest)?)
            }
        },
    })
}

fn days(amount: &[&str]) -> Option<Days> {
    match quantity(amount)? {
        (n, "d" | "day" | "days") => Some(Days::new(u64::from(n))),
        (n, "week" | "weeks") => Some(Days::new(u64::from(n) * 7)),
        _ => None,
    }
}
