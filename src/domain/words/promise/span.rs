//! Lengths of time: "two to three weeks", "a number of weeks", "ten business days".

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use super::super::tokens::{back_to_friday, count};

/// Words that say nothing about a length.
const EMPTY: &[&str] = &[
    "more",
    "full",
    "whole",
    "solid",
    "good",
    "further",
    "additional",
    "extra",
    "other",
    "calendar",
    "very",
];

/// `two weeks`, `2 to 3 weeks`, `a week or two`, `a number of weeks`: the upper number, the unit.
/// Bare plurals ("weeks") are as vague as "a number of".
pub(super) fn span<'a>(words: &[&'a str]) -> Option<(u32, &'a str)> {
    if words.iter().any(|word| EMPTY.contains(word)) {
        let rest: Vec<&str> = words.iter().copied().filter(|word| !EMPTY.contains(word)).collect();
        let first_is_length = words.first().is_some_and(|word| !EMPTY.contains(word));
        let last_is_unit = words.last().is_some_and(|word| !EMPTY.contains(word));
        return if first_is_length && last_is_unit { span(&rest) } else { None };
    }
    const MAYBE: &[&str] = &["maybe", "possibly", "perhaps", "even"];
    if let Some(at) = words.iter().position(|word| MAYBE.contains(word)) {
        // "A week, maybe two" is "a week or two".
        let (before, behind) = (words.get(..at)?, words.get(at + 1..)?);
        if before.is_empty() || behind.is_empty() {
            return None;
        }
        let or = if before.last() == Some(&"or") { &[][..] } else { &["or"][..] };
        return span(&[before, or, behind].concat());
    }
    let ordered = |low: &str, high: &str| {
        let (low, high) = (count(low)?, count(high)?);
        (low <= high).then_some(high)
    };
    Some(match words {
        ["weeks"] => (4, "weeks"),
        ["months"] => (4, "months"),
        ["days"] => (7, "days"),
        ["half", "a", "year"] | ["half", "year"] => (6, "months"),
        ["a" | "one", "week", "and", "a", "half"] => (11, "days"),
        ["a" | "one", "month", "and", "a", "half"] => (45, "days"),
        ["another", rest @ ..] if rest.first().is_some_and(|word| count(word).is_some()) => span(rest)?,
        [low, "to" | "or", high, unit @ ..] | ["between", low, "and", high, unit @ ..] => {
            (ordered(low, high)?, one_unit(unit)?)
        }
        // "a week or two"; "a week to ten days"
        [low @ ("a" | "one" | "another"), unit, "or" | "to", high] => {
            (ordered(low, high)?, one_unit(&[unit])?)
        }
        [_, from, "or" | "to", high, unit @ ..] if days_in(from) > 0 => {
            let (low, _) = span(words.get(..2)?)?;
            let (high, unit) = (count(high)?, one_unit(unit)?);
            (low * days_in(from) <= high * days_in(unit)).then_some((high, unit))?
        }
        ["a", number @ ("few" | "couple" | "handful" | "dozen"), "of", unit @ ..]
        | ["a", number @ ("few" | "couple" | "handful" | "dozen"), unit @ ..]
        | [number @ ("few" | "couple" | "handful" | "several"), "of", unit @ ..] => {
            (count(number)?, one_unit(unit)?)
        }
        ["a" | "any" | "the", "number", "of", unit @ ..] | ["number", "of", unit @ ..] => {
            (4, one_unit(unit)?)
        }
        [number @ ("some" | "many"), unit @ ..] if unit.last().is_some_and(|unit| unit.ends_with('s')) => {
            (if *number == "some" { 4 } else { 6 }, one_unit(unit)?)
        }
        [number, unit @ ..] => (count(number)?, one_unit(unit)?),
        [] => return None,
    })
}

pub(super) fn one_unit<'a>(words: &[&'a str]) -> Option<&'a str> {
    Some(match words {
        ["day" | "days" | "day's" | "days'" | "d"] => "days",
        ["business" | "working" | "work" | "week", "day" | "days"] => "business days",
        ["workday" | "workdays" | "weekday" | "weekdays" | "bd" | "bds"] => "business days",
        ["week" | "weeks" | "week's" | "weeks'" | "wk" | "wks" | "w"]
        | ["business" | "working", "week" | "weeks"] => "weeks",
        ["fortnight" | "fortnights" | "fortnight's"] => "fortnights",
        ["month" | "months" | "month's" | "mo" | "mos"] => "months",
        ["quarter" | "quarters"] => "quarters",
        ["year" | "years" | "year's"] => "years",
        ["hour" | "hours" | "hr" | "hrs" | "h"] => "hours",
        _ => return None,
    })
}

/// For comparing the two ends of a range; 0 for what is no unit of days.
fn days_in(unit: &str) -> u32 {
    match unit {
        "day" | "days" | "business days" => 1,
        "week" | "weeks" => 7,
        "fortnight" | "fortnights" => 14,
        "month" | "months" => 30,
        _ => 0,
    }
}

pub(super) fn after(from: NaiveDate, n: u32, unit: &str) -> Option<NaiveDate> {
    let days = |n: u32| from.checked_add_days(Days::new(u64::from(n)));
    let months = |n: u32| from.checked_add_months(Months::new(n)).map(back_to_friday);
    match unit {
        "hours" => days(n.div_ceil(24)),
        "days" => days(n),
        "business days" => Some(business_days(from, n)),
        "weeks" => days(n * 7),
        "fortnights" => days(n * 14),
        "months" => months(n),
        "quarters" => months(n.min(100) * 3),
        "years" => months(n.min(50) * 12),
        _ => None,
    }
}

pub(super) fn before(to: NaiveDate, n: u32, unit: &str) -> Option<NaiveDate> {
    let days = after(to, n, unit)? - to;
    to.checked_sub_signed(days)
}

/// Monday to Friday is enough here: what a firm means by a day is not our calendar.
pub(super) fn business_days(date: NaiveDate, n: u32) -> NaiveDate {
    date.iter_days()
        .skip(1)
        .filter(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
        .nth(usize::try_from(n).unwrap_or_default().saturating_sub(1))
        .unwrap_or(date)
}
