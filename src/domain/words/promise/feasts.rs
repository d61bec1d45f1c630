//! Days that people name instead of a date: Christmas, Easter, Thanksgiving, the holidays.

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// The first and the last day of the next feast of that name; one that is on counts.
pub(super) fn feast(
    words: &[&str],
    said_on: NaiveDate,
    country: Option<&str>,
) -> Option<(NaiveDate, NaiveDate)> {
    let words = match words {
        ["the", rest @ ..] => rest,
        words => words,
    };
    (said_on.year() - 1..=said_on.year() + 1)
        .filter_map(|year| in_year(words, year, country))
        .find(|(_, last)| *last >= said_on)
}

fn in_year(words: &[&str], year: i32, country: Option<&str>) -> Option<(NaiveDate, NaiveDate)> {
    let day = |month: u32, day: u32| NaiveDate::from_ymd_opt(year, month, day);
    let one = |day: Option<NaiveDate>| day.map(|day| (day, day));
    let year_end = || Some((day(12, 24)?, NaiveDate::from_ymd_opt(year + 1, 1, 1)?));
    let nth =
        |month: u32, weekday: Weekday, n: u8| NaiveDate::from_weekday_of_month_opt(year, month, weekday, n);
    let in_canada = country.is_some_and(|country| country.split('-').next() == Some("CA"));
    match words {
        ["christmas" | "xmas" | "x-mas"] | ["christmas", "day"] => Some((day(12, 25)?, day(12, 26)?)),
        ["christmas", "eve"] => one(day(12, 24)),
        ["boxing", "day"] => one(day(12, 26)),
        ["christmas" | "xmas" | "winter" | "holiday" | "festive" | "year-end", what]
            if matches!(
                *what,
                "break" | "holiday" | "holidays" | "vacation" | "shutdown" | "season" | "period"
            ) =>
        {
            year_end()
        }
        ["holidays"] => year_end(),
        ["new", "year" | "years" | "year's"] | ["new", "year's" | "years", "day"] => one(day(1, 1)),
        ["new", "year's" | "years", "eve"] => one(day(12, 31)),
        ["thanksgiving"] | ["thanksgiving", "day" | "weekend" | "break" | "holiday" | "week"]
            if in_canada =>
        {
            one(nth(10, Weekday::Mon, 2))
        }
        ["thanksgiving"] | ["thanksgiving", "day" | "weekend" | "break" | "holiday" | "week"] => {
            let thursday = nth(11, Weekday::Thu, 4)?;
            Some((thursday, thursday.succ_opt()?))
        }
        ["good", "friday"] => one(easter(year).and_then(|sunday| sunday.checked_sub_days(Days::new(2)))),
        ["easter", "sunday"] => one(easter(year)),
        ["easter", "monday"] => one(easter(year).and_then(|sunday| sunday.succ_opt())),
        ["easter"] | ["easter", "weekend" | "break" | "holiday" | "holidays" | "vacation"] => {
            let sunday = easter(year)?;
            Some((sunday.checked_sub_days(Days::new(2))?, sunday.succ_opt()?))
        }
        ["memorial", "day"] => one(nth(5, Weekday::Mon, 5).or_else(|| nth(5, Weekday::Mon, 4))),
        ["independence", "day"] => one(day(7, 4)),
        ["labor" | "labour", "day"] => one(nth(9, Weekday::Mon, 1)),
        ["columbus", "day"] => one(nth(10, Weekday::Mon, 2)),
        ["halloween"] => one(day(10, 31)),
        ["veterans" | "veterans'", "day"] => one(day(11, 11)),
        ["valentine's" | "valentines", "day"] => one(day(2, 14)),
        _ => None,
    }
}

/// Easter Sunday of the Gregorian calendar.
fn easter(year: i32) -> Option<NaiveDate> {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let d = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    let e = (32 + 2 * (b % 4) + 2 * (c / 4) - d - c % 4) % 7;
    let f = d + e - 7 * ((a + 11 * d + 22 * e) / 451) + 114;
    NaiveDate::from_ymd_opt(year, u32::try_from(f / 31).ok()?, u32::try_from(f % 31 + 1).ok()?)
}
