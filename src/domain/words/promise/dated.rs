//! Dates: "5 March", "9 to 12 March", "the 9th", "the week of the 16th".

use chrono::{Datelike, Months, NaiveDate};

use super::super::tokens::{month, ordinal, weekday, written};
use super::super::{NotUnderstood, Reach, quoted};
use super::named::{Found, day, period};

/// A date with its month, or a day of this month or the next.
pub(super) fn dated(
    text: &str,
    words: &[&str],
    said_on: NaiveDate,
    country: Option<&str>,
) -> Result<Option<Found>, NotUnderstood> {
    let day_of_month = |day: &str| {
        let number = ["st", "nd", "rd", "th"].iter().any(|ending| day.ends_with(ending));
        ordinal(day).filter(|day| number && (1..=31).contains(day))
    };
    let next = |day: u32| {
        let months = (0..3).filter_map(|months| said_on.with_day(1)?.checked_add_months(Months::new(months)));
        months.filter_map(|first| first.with_day(day)).find(|day| *day > said_on)
    };
    let of = |found: Option<Found>, day: &str| {
        Some(Found::day(found?.first.with_day(day_of_month(day)?)?, Reach::Month))
    };
    match words {
        [day] if let Some(number) = day_of_month(day) => {
            return Ok(next(number).map(|day| Found::day(day, Reach::Month)));
        }
        [day, "of", rest @ ..] | [day, rest @ ..]
            if day_of_month(day).is_some()
                && matches!(rest, ["the" | "this" | "next" | "coming" | "following", "month"]) =>
        {
            return Ok(of(period(rest, said_on), day));
        }
        // "Friday the 13th" has to be one.
        [name, "the", day] | [name, day] if weekday(name).is_some() && day_of_month(day).is_some() => {
            let Some(date) = day_of_month(day).and_then(next) else { return Ok(None) };
            if weekday(name) != Some(date.weekday()) {
                return Err(NotUnderstood::because(format!(
                    "{} does not fit together: that day is {}",
                    quoted(text),
                    date.format("%a %-d %b %Y")
                )));
            }
            return Ok(Some(Found::day(date, Reach::Month)));
        }
        // "9 to 12 March", "March 9 to 12": the last day.
        [low, "to" | "or" | "and", high, rest @ ..]
            if ordinal(low).is_some() && ordinal(high).is_some() && !rest.is_empty() =>
        {
            let last: Vec<&str> = [*high].into_iter().chain(rest.iter().copied()).collect();
            return in_this_year(text, &last, said_on, country);
        }
        [name, low, "to" | "or" | "and", high, rest @ ..]
            if month(name).is_some() && ordinal(low).is_some() && ordinal(high).is_some() =>
        {
            let last: Vec<&str> = [*name, *high].into_iter().chain(rest.iter().copied()).collect();
            return in_this_year(text, &last, said_on, country);
        }
        ["week", "of" | "beginning" | "starting" | "commencing" | "from" | "ending", rest @ ..]
        | ["w/c" | "wc" | "w/b", rest @ ..] => {
            let rest = match rest {
                ["the" | "on", rest @ ..] => rest,
                rest => rest,
            };
            let day = match day(rest, said_on).filter(|found| found.weekday.is_some()) {
                Some(found) => Some(found),
                None => dated(text, rest, said_on, country)?,
            };
            return Ok(day.map(|found| Found::week_of(found.last, found.reach)));
        }
        _ => {}
    }
    in_this_year(text, words, said_on, country)
}

/// The next day of that date, where no year is written.
fn in_this_year(
    text: &str,
    words: &[&str],
    said_on: NaiveDate,
    country: Option<&str>,
) -> Result<Option<Found>, NotUnderstood> {
    let Some(date) = written(words, country)? else { return Ok(None) };
    let this_year = NaiveDate::from_ymd_opt(said_on.year(), date.month, date.day);
    let year = match this_year {
        Some(there) if there < said_on => said_on.year() + 1,
        _ => said_on.year(),
    };
    Ok(Some(Found::day(date.in_year(text, year)?, Reach::Fixed)))
}
