//! Words that name a day, a week, a month or another period, and what part of it is meant.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use super::super::tokens::{back_to_friday, digits, end_of_month, in_week, month, on_or_after, weekday};
use super::super::{NotUnderstood, Reach};
use super::dated::dated;
use super::feasts::feast;
use super::span::{after, business_days, span};

/// What some words name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub first: NaiveDate,
    pub last: NaiveDate,
    pub grain: Grain,
    pub reach: Reach,
    /// Of a weekday alone: the week may be named beside it.
    pub weekday: Option<Weekday>,
}

/// How exact it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grain {
    Day,
    Week,
    Month,
    Quarter,
    Year,
    /// A length of time from the day on which it was said.
    Span,
    Feast,
}

impl Found {
    pub(super) fn day(day: NaiveDate, reach: Reach) -> Found {
        Found { first: day, last: day, grain: Grain::Day, reach, weekday: None }
    }

    fn period(first: NaiveDate, last: NaiveDate, grain: Grain, reach: Reach) -> Found {
        Found { first, last, grain, reach, weekday: None }
    }

    /// The week of a day, from Monday to Friday.
    pub(super) fn week_of(day: NaiveDate, reach: Reach) -> Found {
        let (monday, friday) = (in_week(day, 0, Weekday::Mon), in_week(day, 0, Weekday::Fri));
        Found::period(monday, friday, Grain::Week, reach)
    }

    pub(super) fn span(last: NaiveDate, reach: Reach) -> Found {
        Found { first: last, last, grain: Grain::Span, reach, weekday: None }
    }
}

/// What exactly these words name, said on that day.
pub(super) fn exact(
    text: &str,
    words: &[&str],
    said_on: NaiveDate,
    country: Option<&str>,
) -> Result<Option<Found>, NotUnderstood> {
    if let Some(found) = day(words, said_on) {
        return Ok(Some(found));
    }
    if let Some(found) = part(words, said_on).or_else(|| period(words, said_on)) {
        return Ok(Some(found));
    }
    if let Some((first, last)) = feast(words, said_on, country) {
        return Ok(Some(Found::period(first, last, Grain::Feast, Reach::Fixed)));
    }
    if let Some(date) = dated(text, words, said_on, country)? {
        return Ok(Some(date));
    }
    let words = match words {
        ["next" | "coming" | "following", "fortnight"] => &["a", "fortnight"][..],
        ["next" | "coming" | "following", rest @ ..] if rest.len() > 1 => rest,
        words => words,
    };
    let with_one: Vec<&str> = ["a"].into_iter().chain(words.iter().copied()).collect();
    // "in the next week or two"
    let or_two = matches!(words, [_, "or" | "to", ..]).then(|| span(&with_one)).flatten();
    let found = span(words).or(or_two);
    Ok(found.and_then(|(n, unit)| {
        let is_vague = words
            .iter()
            .any(|word| matches!(*word, "few" | "several" | "number" | "some" | "many" | "handful"))
            || words.len() == 1;
        Some(Found::span(after(said_on, n, unit)?, if is_vague { Reach::Fixed } else { Reach::Span }))
    }))
}

pub(super) fn day(words: &[&str], said_on: NaiveDate) -> Option<Found> {
    let deictic = |day: NaiveDate| Some(Found::day(day, Reach::Day));
    let bare = |weekday: Weekday| {
        let day = on_or_after(said_on + Days::new(1), weekday);
        Found { weekday: Some(weekday), ..Found::day(day, Reach::Span) }
    };
    let ahead = |weekday: Weekday, days: u64| Found::day(bare(weekday).last + Days::new(days), Reach::Span);
    match words {
        ["today" | "tonight"] | ["later", "today"] | ["this", "afternoon" | "evening"] => deictic(said_on),
        ["end" | "close", "of", "day" | "today" | "business" | "play"]
        | ["end", "of", "the", "day" | "business"]
        | ["eod" | "cob" | "cop" | "eob" | "eop"] => Some(Found::day(said_on, Reach::Day)),
        ["end" | "close", "of", "day" | "business" | "play", rest @ ..]
        | ["eod" | "cob" | "cop" | "eob" | "eop", rest @ ..] => match rest {
            ["on" | "by" | "of", rest @ ..] => day(rest, said_on),
            rest => day(rest, said_on),
        },
        [rest @ .., "eod" | "cob" | "cop" | "eob" | "eop"] => day(rest, said_on),
        ["tomorrow" | "tmrw" | "tmr"] => deictic(business_days(said_on, 1)),
        ["tomorrow", "week"] => deictic(said_on + Days::new(8)),
        ["day", "after", "tomorrow"] => deictic(business_days(said_on, 2)),
        ["this", name] | ["this", "coming", name] if weekday(name).is_some() => {
            deictic(on_or_after(said_on, weekday(name)?))
        }
        ["next" | "following", name] if weekday(name).is_some() => {
            deictic(in_week(said_on, 1, weekday(name)?))
        }
        ["coming", name] if weekday(name).is_some() => deictic(bare(weekday(name)?).last),
        [name, "after", "next"] if weekday(name).is_some() => deictic(in_week(said_on, 2, weekday(name)?)),
        // "By Monday", said on a Monday, is not today.
        [name] => weekday(name).map(bare),
        // British: a week after that day.
        [name, "week"] | ["a", "week", name] | ["a", "week", "on", name] if weekday(name).is_some() => {
            Some(ahead(weekday(name)?, 7))
        }
        [name, "fortnight"] => Some(ahead(weekday(name)?, 14)),
        [name, "in", length @ ..] if weekday(name).is_some() => {
            let (n, unit) = span(length)?;
            Some(Found::day(on_or_after(after(said_on, n, unit)?, weekday(name)?), Reach::Span))
        }
        _ => None,
    }
}

/// A part of a period: its end, its middle, its third Friday. One of a month that is over is next
/// year's.
fn part(words: &[&str], said_on: NaiveDate) -> Option<Found> {
    let found = this_part(words, said_on)?;
    if found.last < said_on && found.reach == Reach::Fixed {
        return this_part(words, said_on + Days::new(120));
    }
    Some(found)
}

fn this_part(words: &[&str], said_on: NaiveDate) -> Option<Found> {
    let whole = |words: &[&str]| {
        let words = match words {
            ["in" | "of", rest @ ..] => rest,
            words => words,
        };
        match words {
            // "Early in the week" is that of next week, unless this one has just begun.
            ["the", "week"] | ["week"] => None,
            ["the", "new", "year"] | ["new", "year"] => january(said_on),
            ["month"] => Some(this_month(said_on)),
            ["quarter"] => quarter(said_on, 0),
            ["year"] => year(said_on.year()),
            words => period(words, said_on),
        }
    };
    let at = |found: Found, day: NaiveDate| Some(Found::day(day, found.reach));
    match words {
        ["eow"] => at(this_week(said_on, Reach::Span), this_week(said_on, Reach::Span).last),
        ["eom"] => at(this_month(said_on), this_month(said_on).last),
        ["eoq"] => quarter(said_on, 0).and_then(|found| at(found, found.last)),
        ["eoy"] | ["year's" | "years" | "year", "end"] => {
            year(said_on.year()).and_then(|found| at(found, found.last))
        }
        ["week's" | "week", "end"] => {
            at(this_week(said_on, Reach::Span), this_week(said_on, Reach::Span).last)
        }
        ["month's" | "month", "end"] => at(this_month(said_on), this_month(said_on).last),
        ["quarter's" | "quarter", "end"] => quarter(said_on, 0).and_then(|found| at(found, found.last)),
        ["end", "of", "week"] => at(this_week(said_on, Reach::Span), this_week(said_on, Reach::Span).last),
        ["end", "of", "the", "week"] => {
            at(this_week(said_on, Reach::Span), this_week(said_on, Reach::Span).last)
        }
        ["early" | "earlier" | "start" | "beginning", "in" | "of", "the" | "this", "week"] => {
            Some(Found::day(in_week(said_on, 1, Weekday::Wed), Reach::Span))
        }
        ["midweek"] | ["mid", "week"] | ["middle", "of", "the", "week"] => {
            let thursday = on_or_after(said_on + Days::new(1), Weekday::Thu);
            Some(Found::day(thursday, Reach::Span))
        }
        ["mid" | "middle", "to", "late", rest @ ..] | ["late" | "later" | "end", rest @ ..] => {
            let found = whole(rest)?;
            at(found, found.last)
        }
        ["early", "to", "mid", rest @ ..] => middle(whole(rest)?),
        ["early" | "earlier" | "start" | "beginning", rest @ ..] => early(whole(rest)?),
        ["mid" | "middle", rest @ ..] => middle(whole(rest)?),
        ["first" | "1st", "half", rest @ ..] => {
            let found = whole(rest)?;
            at(found, found.first + Days::new(u64::try_from((found.last - found.first).num_days() / 2).ok()?))
        }
        ["second" | "2nd" | "latter" | "last", "half" | "part", rest @ ..] => {
            let found = whole(rest)?;
            at(found, found.last)
        }
        ["last", "week", rest @ ..]
        | ["last", "day", rest @ ..]
        | ["last", "business" | "working", "day", rest @ ..]
            if !rest.is_empty() =>
        {
            let found = whole(rest)?;
            at(found, found.last)
        }
        [nth, "week", rest @ ..] if !rest.is_empty() => {
            let (found, nth) = (whole(rest)?, place(nth)?);
            if found.grain == Grain::Week || nth > 5 {
                return None;
            }
            // A week that begins in the middle of another month is not meant.
            let monday = in_week(found.first + Days::new(4), 0, Weekday::Mon);
            let friday = monday + Days::new(u64::from(nth - 1) * 7 + 4);
            Some(Found::period(monday.max(found.first), friday, Grain::Week, found.reach))
        }
        ["last", name, rest @ ..] if weekday(name).is_some() && !rest.is_empty() => {
            let (found, weekday) = (whole(rest)?, weekday(name)?);
            let end = (found.first + Months::new(1)).pred_opt()?;
            at(found, super::super::tokens::on_or_before(end, weekday))
        }
        [nth, name, rest @ ..] if weekday(name).is_some() && !rest.is_empty() => {
            let (found, weekday, nth) = (whole(rest)?, weekday(name)?, place(nth)?);
            at(found, on_or_after(found.first, weekday) + Days::new(u64::from(nth - 1) * 7))
        }
        _ => None,
    }
}

fn early(found: Found) -> Option<Found> {
    let day = match found.grain {
        Grain::Week => found.first + Days::new(2),
        Grain::Month => back_to_friday(found.first + Days::new(9)),
        Grain::Quarter => end_of_month(found.first, 0),
        Grain::Year => end_of_month(found.first, 2),
        _ => return None,
    };
    Some(Found::day(day, found.reach))
}

fn middle(found: Found) -> Option<Found> {
    let day = match found.grain {
        Grain::Week => found.first + Days::new(3),
        Grain::Month => back_to_friday(found.first + Days::new(19)),
        Grain::Quarter => back_to_friday(found.first + Months::new(1) + Days::new(19)),
        Grain::Year => end_of_month(found.first, 6),
        _ => return None,
    };
    Some(Found::day(day, found.reach))
}

/// A period by its name. A month that is over is next year's.
pub(super) fn period(words: &[&str], said_on: NaiveDate) -> Option<Found> {
    let week = |weeks: u32, reach: Reach| {
        let (monday, friday) = (in_week(said_on, weeks, Weekday::Mon), in_week(said_on, weeks, Weekday::Fri));
        Found::period(monday, friday, Grain::Week, reach)
    };
    let next_month = |months: u32| {
        let first = said_on.with_day(1)? + Months::new(months);
        Some(Found::period(first, end_of_month(first, 0), Grain::Month, Reach::Month))
    };
    match words {
        ["this", "week"] => Some(this_week(said_on, Reach::Day)),
        ["next" | "coming" | "following", "week"]
        | ["this", "coming", "week"]
        | ["next", "week", "or", "the", "week", "before"] => Some(week(1, Reach::Day)),
        ["week", "after", "next"]
        | ["next", "week", "or", "the", "week", "after"]
        | ["next", "week", "or", "the", "one", "after"] => Some(week(2, Reach::Day)),
        ["weekend"] | ["this" | "coming", "weekend"] | ["this", "coming", "weekend"] => {
            let sunday = on_or_after(said_on, Weekday::Sun);
            Some(Found::period(sunday.pred_opt()?, sunday, Grain::Day, Reach::Day))
        }
        ["next", "weekend"] => {
            let sunday = in_week(said_on, 1, Weekday::Sun);
            Some(Found::period(sunday.pred_opt()?, sunday, Grain::Day, Reach::Day))
        }
        ["this", "month"] | ["the", "month"] => Some(this_month(said_on)),
        ["next" | "coming" | "following", "month"] => next_month(1),
        ["month", "after", "next"] => next_month(2),
        ["this", "quarter"] | ["the", "quarter"] => quarter(said_on, 0),
        ["next" | "coming", "quarter"] => quarter(said_on, 1),
        ["this", "year"] | ["the", "year"] => year(said_on.year()),
        ["next", "year"] => year(said_on.year() + 1),
        ["in", "the", "new", "year"] | ["in", "new", "year"] => january(said_on),
        ["in" | "during", name] | ["this" | "next" | "coming", name] if month(name).is_some() => {
            named_month(name, None, said_on)
        }
        ["in" | "during", name, year] if month(name).is_some() => named_month(name, Some(year), said_on),
        [name] if month(name).is_some() => named_month(name, None, said_on),
        [name, year] if month(name).is_some() => named_month(name, Some(year), said_on),
        [quarter] => named_quarter(quarter, None, said_on),
        [quarter, year] => named_quarter(quarter, Some(year), said_on).or_else(|| {
            (*year == "quarter")
                .then(|| named_quarter(&format!("q{}", place(quarter)?), None, said_on))
                .flatten()
        }),
        _ => None,
    }
}

fn this_week(said_on: NaiveDate, reach: Reach) -> Found {
    // When the week is over, nobody promises its Friday.
    let weeks = u32::from(matches!(said_on.weekday(), Weekday::Sat | Weekday::Sun));
    let (monday, friday) = (in_week(said_on, weeks, Weekday::Mon), in_week(said_on, weeks, Weekday::Fri));
    Found::period(monday, friday, Grain::Week, reach)
}

fn this_month(said_on: NaiveDate) -> Found {
    let months = u32::from(end_of_month(said_on, 0) < said_on);
    let first = said_on - Days::new(u64::from(said_on.day0())) + Months::new(months);
    Found::period(first, end_of_month(first, 0), Grain::Month, Reach::Month)
}

fn january(said_on: NaiveDate) -> Option<Found> {
    let year = if said_on.month() == 1 { said_on.year() } else { said_on.year() + 1 };
    let first = NaiveDate::from_ymd_opt(year, 1, 1)?;
    Some(Found::period(first, end_of_month(first, 0), Grain::Month, Reach::Month))
}

fn quarter(said_on: NaiveDate, quarters: u32) -> Option<Found> {
    let first =
        NaiveDate::from_ymd_opt(said_on.year(), said_on.month0() / 3 * 3 + 1, 1)? + Months::new(3 * quarters);
    Some(Found::period(first, end_of_month(first, 2), Grain::Quarter, Reach::Month))
}

fn year(year: i32) -> Option<Found> {
    let (first, last) = (NaiveDate::from_ymd_opt(year, 1, 1)?, NaiveDate::from_ymd_opt(year, 12, 31)?);
    Some(Found::period(first, back_to_friday(last), Grain::Year, Reach::Month))
}

fn named_month(name: &str, year: Option<&str>, said_on: NaiveDate) -> Option<Found> {
    let month = month(name)?;
    let in_year = |year: i32| {
        let first = NaiveDate::from_ymd_opt(year, month, 1)?;
        Some(Found::period(first, end_of_month(first, 0), Grain::Month, Reach::Fixed))
    };
    match year {
        Some(year) => {
            in_year(i32::try_from(digits(year, 4..=4)?).ok().filter(|year| (2000..2200).contains(year))?)
        }
        None => in_year(said_on.year())
            .filter(|found| found.last >= said_on)
            .or_else(|| in_year(said_on.year() + 1)),
    }
}

fn named_quarter(name: &str, year: Option<&str>, said_on: NaiveDate) -> Option<Found> {
    let number = name.strip_prefix('q').and_then(|number| digits(number, 1..=1))?;
    let in_year = |year: i32| {
        let month = number.checked_sub(1).filter(|number| *number < 4)? * 3 + 1;
        let first = NaiveDate::from_ymd_opt(year, month, 1)?;
        Some(Found::period(first, end_of_month(first, 2), Grain::Quarter, Reach::Fixed))
    };
    match year {
        Some(year) => {
            in_year(i32::try_from(digits(year, 4..=4)?).ok().filter(|year| (2000..2200).contains(year))?)
        }
        None => in_year(said_on.year())
            .filter(|found| found.last >= said_on)
            .or_else(|| in_year(said_on.year() + 1)),
    }
}

/// "first", "3rd": up to five.
fn place(word: &str) -> Option<u32> {
    let names = [["first", "1st"], ["second", "2nd"], ["third", "3rd"], ["fourth", "4th"], ["fifth", "5th"]];
    let at = names.iter().position(|names| names.contains(&word))?;
    u32::try_from(at + 1).ok()
}
