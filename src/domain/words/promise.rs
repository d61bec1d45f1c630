//! The grammar of decisions: "in two to three weeks", "by Friday 13 March", "soon". Vague words
//! are read as late as they can be meant (etiquette 2.2); the words for a third of a month or the
//! first days of a week are judgement.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use super::tokens::{
    back_to_friday, count, end_of_month, in_week, month, on_or_after, weekday, words, written,
};
use super::{NotUnderstood, quoted};

const EXAMPLES: &[&str] = &[
    "tomorrow",
    "end of the week",
    "early next week",
    "in two to three weeks",
    "10 business days",
    "end of the month",
    "by Friday 13 March",
    "by 2026-03-13",
    "soon",
];

/// Words that may stand before a date without changing it.
const LEAD_INS: &[&str] = &[
    "about",
    "approximately",
    "around",
    "at",
    "back",
    "be",
    "before",
    "by",
    "decide",
    "decision",
    "during",
    "expect",
    "expected",
    "get",
    "hear",
    "hopefully",
    "i",
    "i'll",
    "in",
    "it",
    "know",
    "latest",
    "let",
    "likely",
    "maybe",
    "on",
    "out",
    "over",
    "perhaps",
    "possibly",
    "probably",
    "reach",
    "roughly",
    "should",
    "some",
    "sometime",
    "take",
    "the",
    "they",
    "they'll",
    "till",
    "time",
    "to",
    "touch",
    "until",
    "we",
    "we'll",
    "will",
    "within",
    "you",
    "you'll",
];

pub(super) fn read(text: &str, said_on: NaiveDate) -> Result<Option<NaiveDate>, NotUnderstood> {
    let words = words(text)?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if let [.., "in", "touch"] | [.., "soon" | "shortly" | "asap"] = words.as_slice()
        && words.iter().all(|word| is_vague(word))
    {
        return Ok(None);
    }
    let mut core = words.as_slice();
    loop {
        // The whole is tried first: "in March" is more than a lead-in before "March".
        if let Some(date) = date(text, core, said_on)? {
            return if date < said_on {
                Err(NotUnderstood::because(format!(
                    "{} is {}, before the day on which it was said",
                    quoted(text),
                    date.format("%a %-d %b %Y")
                )))
            } else {
                Ok(Some(date))
            };
        }
        core = match core {
            [first, rest @ ..] if LEAD_INS.contains(first) => rest,
            [rest @ .., "at", "the", "latest"]
            | [rest @ .., "from", "now" | "today"]
            | [rest @ .., "or", "so"]
            | [rest @ .., "time" | "latest" | "morning" | "afternoon" | "evening" | "noon"] => rest,
            _ => return Err(not_understood(text)),
        };
    }
}

fn not_understood(text: &str) -> NotUnderstood {
    NotUnderstood { message: format!("cannot find a date in {}", quoted(text)), examples: EXAMPLES.to_vec() }
}

fn is_vague(word: &str) -> bool {
    LEAD_INS.contains(&word) || matches!(word, "soon" | "shortly" | "asap" | "very" | "keep")
}

/// The last day of what exactly these words name, counted from the day on which they were said.
fn date(text: &str, words: &[&str], said_on: NaiveDate) -> Result<Option<NaiveDate>, NotUnderstood> {
    let friday = || match said_on.weekday() {
        // This week is over; nobody promises its Friday.
        Weekday::Sat | Weekday::Sun => in_week(said_on, 1, Weekday::Fri),
        _ => in_week(said_on, 0, Weekday::Fri),
    };
    let this_month = || match end_of_month(said_on, 0) {
        end if end < said_on => end_of_month(said_on, 1),
        end => end,
    };
    Ok(match words {
        ["today" | "tonight"]
        | ["later", "today"]
        | ["this", "afternoon" | "evening"]
        | ["end" | "close", "of", "day" | "today" | "business"]
        | ["end", "of", "the", "day"] => Some(said_on),
        ["tomorrow"] => Some(business_days(said_on, 1)),
        ["day", "after", "tomorrow"] => Some(business_days(said_on, 2)),

        ["this", "week"]
        | ["later" | "late", "this", "week"]
        | ["end", "of", "week"]
        | ["end", "of", "the" | "this", "week"] => Some(friday()),
        ["next", "week"] | ["late" | "later", "next", "week"] | ["end", "of", "next", "week"] => {
            Some(in_week(said_on, 1, Weekday::Fri))
        }
        ["early", "next", "week"] | ["start" | "beginning", "of", "next", "week"] => {
            Some(in_week(said_on, 1, Weekday::Wed))
        }
        ["week", "after", "next"] => Some(in_week(said_on, 2, Weekday::Fri)),

        ["this", "month"]
        | ["later" | "late", "this", "month"]
        | ["month", "end"]
        | ["end", "of", "month"]
        | ["end", "of", "the" | "this", "month"] => Some(this_month()),
        ["next", "month"] | ["late", "next", "month"] | ["end", "of", "next", "month"] => {
            Some(end_of_month(said_on, 1))
        }
        ["end", "of", "year"] | ["end", "of", "the" | "this", "year"] => {
            NaiveDate::from_ymd_opt(said_on.year(), 12, 31).map(back_to_friday)
        }
        ["in", name] | ["late" | "later", name] | ["late" | "later", "in", name] | ["end", "of", name]
            if month(name).is_some() =>
        {
            part_of_month(said_on, name, 31)
        }
        ["early", name] | ["early", "in", name] | ["start" | "beginning", "of", name]
            if month(name).is_some() =>
        {
            part_of_month(said_on, name, 10)
        }
        ["mid", name] | ["middle", "of", name] if month(name).is_some() => part_of_month(said_on, name, 20),
        [name] if let Some(name) = name.strip_prefix("mid-") => part_of_month(said_on, name, 20),

        ["this", day] => weekday(day).map(|weekday| on_or_after(said_on, weekday)),
        ["next", day] => weekday(day).map(|weekday| in_week(said_on, 1, weekday)),
        // "By Monday", said on a Monday, is not today.
        [day] if let Some(weekday) = weekday(day) => Some(on_or_after(said_on + Days::new(1), weekday)),
        words => match written(words)? {
            Some(date) => {
                let this_year = NaiveDate::from_ymd_opt(said_on.year(), date.month, date.day);
                let year = match this_year {
                    Some(there) if there < said_on => said_on.year() + 1,
                    _ => said_on.year(),
                };
                Some(date.in_year(text, year)?)
            }
            None => {
                let words = match words {
                    ["next", span @ ..] => span,
                    words => words,
                };
                span(words).and_then(|(n, unit)| after(said_on, n, unit))
            }
        },
    })
}

/// `two weeks`, `2 to 3 weeks`, `a week or two`, `a number of weeks`: the upper number, the unit.
fn span<'a>(words: &[&'a str]) -> Option<(u32, &'a str)> {
    let ordered = |low: &str, high: &str| {
        let (low, high) = (count(low)?, count(high)?);
        (low <= high).then_some(high)
    };
    Some(match words {
        [low, "to" | "or", high, unit @ ..] | ["between", low, "and", high, unit @ ..] => {
            (ordered(low, high)?, one_unit(unit)?)
        }
        // "a week or two"; "a week to ten days"
        [low @ ("a" | "one"), unit, "or" | "to", high] => (ordered(low, high)?, one_unit(&[unit])?),
        [_, from, "or" | "to", high, unit @ ..] if days_in(from) > 0 => {
            let (low, _) = span(words.get(..2)?)?;
            let (high, unit) = (count(high)?, one_unit(unit)?);
            (low * days_in(from) <= high * days_in(unit)).then_some((high, unit))?
        }
        ["a", number @ ("few" | "couple"), "of", unit @ ..] | ["a", number @ "few", unit @ ..] => {
            (count(number)?, one_unit(unit)?)
        }
        ["a" | "any", "number", "of", unit @ ..] => (4, one_unit(unit)?),
        ["number" | "couple", "of", unit @ ..] => {
            (if words.first() == Some(&"number") { 4 } else { 2 }, one_unit(unit)?)
        }
        [number, unit @ ..] => (count(number)?, one_unit(unit)?),
        [] => return None,
    })
}

fn one_unit<'a>(words: &[&'a str]) -> Option<&'a str> {
    Some(match words {
        ["day" | "days"] => "days",
        ["business" | "working" | "work", "day" | "days"] => "business days",
        ["week" | "weeks" | "week's" | "weeks'"] => "weeks",
        ["fortnight" | "fortnights"] => "fortnights",
        ["month" | "months"] => "months",
        ["hour" | "hours"] => "hours",
        _ => return None,
    })
}

/// For comparing the two ends of a range; 0 for what is no unit of days.
fn days_in(unit: &str) -> u32 {
    match unit {
        "day" | "days" | "business days" => 1,
        "week" | "weeks" => 7,
        "fortnights" => 14,
        "month" | "months" => 30,
        _ => 0,
    }
}

fn after(said_on: NaiveDate, n: u32, unit: &str) -> Option<NaiveDate> {
    let days = |n: u32| said_on.checked_add_days(Days::new(u64::from(n)));
    match unit {
        "hours" => days(n.div_ceil(24)),
        "days" => days(n),
        "business days" => Some(business_days(said_on, n)),
        "weeks" => days(n * 7),
        "fortnights" => days(n * 14),
        "months" => said_on.checked_add_months(Months::new(n)).map(back_to_friday),
        _ => None,
    }
}

/// A day of the next such month, back to a Friday; a month that is over is next year's.
fn part_of_month(said_on: NaiveDate, name: &str, day: u32) -> Option<NaiveDate> {
    let month = month(name)?;
    let in_year = |year: i32| {
        let first = NaiveDate::from_ymd_opt(year, month, 1)?;
        let end = end_of_month(first, 0);
        Some(first.with_day(day).map_or(end, |there| back_to_friday(there).min(end)))
    };
    in_year(said_on.year()).filter(|there| *there >= said_on).or_else(|| in_year(said_on.year() + 1))
}

/// Monday to Friday is enough here: what a firm means by a day is not our calendar.
fn business_days(date: NaiveDate, n: u32) -> NaiveDate {
    date.iter_days()
        .skip(1)
        .filter(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
        .nth(usize::try_from(n).unwrap_or_default().saturating_sub(1))
        .unwrap_or(date)
}
