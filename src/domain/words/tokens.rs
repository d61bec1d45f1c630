//! What both grammars share: words, numbers, weekdays and dates. Nothing here knows the present.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use super::{NotUnderstood, quoted};

/// Nobody says a date in more words than this.
const MOST_CHARS: usize = 120;

/// Lower-case words without the punctuation around them; ranges ("2-3") in three words.
pub(super) fn words(text: &str) -> Result<Vec<String>, NotUnderstood> {
    if text.chars().count() > MOST_CHARS {
        return Err(NotUnderstood::because(format!(
            "{} is longer than any date; only the date words, please",
            quoted(text)
        )));
    }
    let plain: String = text
        .chars()
        .map(|c| match c {
            '\u{2018}' | '\u{2019}' => '\'',
            '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
            '[' | ']' | ',' | '"' | '\u{201c}' | '\u{201d}' => ' ',
            c => c,
        })
        .collect();
    Ok(plain
        .to_lowercase()
        .split_whitespace()
        .map(|word| word.trim_end_matches(['.', '!', '?', ';', '\'']))
        .filter(|word| !word.is_empty())
        .flat_map(range)
        .collect())
}

/// `2-3` and `two-three` as a range; everything else is one word.
fn range(word: &str) -> Vec<String> {
    match word.split_once('-') {
        Some((low, high)) if count(low).is_some() && count(high).is_some() => {
            vec![low.to_owned(), "to".to_owned(), high.to_owned()]
        }
        _ => vec![word.to_owned()],
    }
}

pub(super) fn count(word: &str) -> Option<u32> {
    const NAMES: [&str; 21] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
    ];
    if let Some(n) = NAMES.iter().position(|name| *name == word) {
        return u32::try_from(n).ok();
    }
    match word {
        "a" | "an" | "another" => Some(1),
        "couple" => Some(2),
        "few" => Some(3),
        "several" => Some(4),
        "handful" => Some(5),
        "dozen" => Some(12),
        "thirty" => Some(30),
        "sixty" => Some(60),
        "ninety" => Some(90),
        _ => digits(word, 1..=3),
    }
}

pub(super) fn digits(word: &str, lengths: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let plain = word.chars().all(|c| c.is_ascii_digit()) && lengths.contains(&word.len());
    plain.then(|| word.parse().ok()).flatten()
}

pub(super) fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "mon" | "monday" => Weekday::Mon,
        "tue" | "tues" | "tuesday" => Weekday::Tue,
        "wed" | "wednesday" => Weekday::Wed,
        "thu" | "thur" | "thurs" | "thursday" => Weekday::Thu,
        "fri" | "friday" => Weekday::Fri,
        "sat" | "saturday" => Weekday::Sat,
        "sun" | "sunday" => Weekday::Sun,
        _ => return None,
    })
}

/// 1 to 12.
pub(super) fn month(word: &str) -> Option<u32> {
    Some(match word {
        "jan" | "january" => 1,
        "feb" | "february" => 2,
        "mar" | "march" => 3,
        "apr" | "april" => 4,
        "may" => 5,
        "jun" | "june" => 6,
        "jul" | "july" => 7,
        "aug" | "august" => 8,
        "sep" | "sept" | "september" => 9,
        "oct" | "october" => 10,
        "nov" | "november" => 11,
        "dec" | "december" => 12,
        _ => return None,
    })
}

/// A date as written, the year and the weekday perhaps left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Written {
    pub weekday: Option<Weekday>,
    pub day: u32,
    pub month: u32,
    pub year: Option<i32>,
}

/// `2026-03-05`, `5 March`, `5th of March 2026`, `March 5`, `11/20/2026`, each perhaps with a weekday
/// before it.
/// `None` where the words are no date at all.
pub(super) fn written(words: &[&str], country: Option<&str>) -> Result<Option<Written>, NotUnderstood> {
    let (named, rest) = match words {
        [first, rest @ ..] if weekday(first).is_some() && !rest.is_empty() => (weekday(first), rest),
        _ => (None, words),
    };
    let of = |day: &str, name: &str, year: Option<&str>| {
        let year = match year {
            Some(year) => Some(i32::try_from(digits(year, 4..=4)?).ok()?),
            None => None,
        };
        Some(Written { weekday: named, day: ordinal(day)?, month: month(name)?, year })
    };
    let date = match rest {
        [one] => numeric(one, country)?.map(|date| Written { weekday: named, ..date }),
        ["the", day, "of", name] | [day, "of", name] | ["the", day, name] => of(day, name, None),
        ["the", day, "of", name, year] | [day, "of", name, year] | ["the", day, name, year] => {
            of(day, name, Some(year))
        }
        [first, second] => of(first, second, None).or_else(|| of(second, first, None)),
        [first, second, year] => of(first, second, Some(year)).or_else(|| of(second, first, Some(year))),
        _ => None,
    };
    Ok(date)
}

impl Written {
    /// The date in the year that was written, else in `year`; refused if it is no date or not on
    /// the weekday that was named.
    pub(super) fn in_year(&self, text: &str, year: i32) -> Result<NaiveDate, NotUnderstood> {
        let year = self.year.unwrap_or(year);
        if !(2000..=2199).contains(&year) {
            return Err(NotUnderstood::because(format!(
                "{} is too far away; write a year from 2000 to 2199",
                quoted(text)
            )));
        }
        let Some(date) = NaiveDate::from_ymd_opt(year, self.month, self.day) else {
            let text = quoted(text);
            return Err(NotUnderstood::because(format!("{year} has no such day as {text}")));
        };
        if self.weekday.is_some_and(|weekday| date.weekday() != weekday) {
            return Err(NotUnderstood::because(format!(
                "{} does not fit together: that day is {}",
                quoted(text),
                date.format("%a %-d %b %Y")
            )));
        }
        Ok(date)
    }
}

pub(super) fn iso(word: &str) -> Option<NaiveDate> {
    let mut parts = word.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    NaiveDate::from_ymd_opt(
        i32::try_from(digits(year, 4..=4)?).ok()?,
        digits(month, 2..=2)?,
        digits(day, 2..=2)?,
    )
}

/// `5`, `5th`.
pub(super) fn ordinal(word: &str) -> Option<u32> {
    let number = ["st", "nd", "rd", "th"].iter().find_map(|ending| word.strip_suffix(ending)).unwrap_or(word);
    digits(number, 1..=2)
}

/// Which number comes first in `03/04/2026`.
enum Order {
    MonthFirst,
    DayFirst,
}

impl Order {
    /// As people write it in a country; `None` where both are usual, or the year comes first.
    fn of(country: &str) -> Option<Order> {
        match country.split('-').next().unwrap_or(country) {
            "US" | "PH" | "PR" | "GU" => Some(Order::MonthFirst),
            "CA" | "CN" | "HU" | "IR" | "JP" | "KR" | "LT" | "MN" | "SE" | "TW" | "ZA" => None,
            _ => Some(Order::DayFirst),
        }
    }
}

/// `2026-03-05`, `2026/3/5`, `20/11/2026`, `20.11.26`, `11/20`. What can be read two ways is read as
/// people in that country write it, and refused where it is not known.
fn numeric(word: &str, country: Option<&str>) -> Result<Option<Written>, NotUnderstood> {
    if let Some(date) = iso(word) {
        let (day, month, year) = (date.day(), date.month(), Some(date.year()));
        return Ok(Some(Written { weekday: None, day, month, year }));
    }
    let parts: Vec<&str> = word.split(['/', '.', '-']).collect();
    let numbers: Option<Vec<u32>> = parts.iter().map(|part| digits(part, 1..=4)).collect();
    let no_date = || {
        let message =
            format!("{} is not a date here; write the month as a word, or 2026-03-05", quoted(word));
        NotUnderstood::because(message)
    };
    let year_of = |text: &str, number: u32| {
        let number = i32::try_from(number).ok()?;
        match text.len() {
            4 => Some(number),
            2 => Some(2000 + number),
            _ => None,
        }
    };
    let (first, second, year) = match (numbers.as_deref(), parts.as_slice()) {
        (Some([year, month, day]), [first, ..]) if first.len() == 4 => {
            let year = i32::try_from(*year).map_err(|_| no_date())?;
            // With hyphens all digits are written.
            let date = NaiveDate::from_ymd_opt(year, *month, *day).filter(|_| !word.contains('-'));
            let date = date.ok_or_else(no_date)?;
            let (day, month, year) = (date.day(), date.month(), Some(date.year()));
            return Ok(Some(Written { weekday: None, day, month, year }));
        }
        (Some([first, second, year]), [.., text]) => {
            (*first, *second, Some(year_of(text, *year).ok_or_else(no_date)?))
        }
        (Some([first, second]), _) => (*first, *second, None),
        _ => return Ok(None),
    };
    let order = match (first, second) {
        (1..=12, 1..=12) if first != second => {
            country.and_then(Order::of).ok_or_else(|| two_ways(word, first, second))?
        }
        (1..=12, 1..=31) => Order::MonthFirst,
        (1..=31, 1..=12) => Order::DayFirst,
        _ => return Err(no_date()),
    };
    let (month, day) = match order {
        Order::MonthFirst => (first, second),
        Order::DayFirst => (second, first),
    };
    // A leap year, where none is written.
    match NaiveDate::from_ymd_opt(year.unwrap_or(2000), month, day) {
        Some(_) => Ok(Some(Written { weekday: None, day, month, year })),
        None => Err(no_date()),
    }
}

/// `03/04/2026` is March to some and April to others.
fn two_ways(word: &str, first: u32, second: u32) -> NotUnderstood {
    let name = |month: u32| {
        NaiveDate::from_ymd_opt(2000, month, 1).map(|date| date.format("%B").to_string()).unwrap_or_default()
    };
    let (low, high) = (first.min(second), first.max(second));
    NotUnderstood::because(format!(
        "{} can be {high} {} or {low} {}; write the month as a word",
        quoted(word),
        name(low),
        name(high)
    ))
}

/// The first `weekday` from `date` on.
pub(super) fn on_or_after(date: NaiveDate, weekday: Weekday) -> NaiveDate {
    let days = weekday.days_since(date.weekday());
    date + Days::new(u64::from(days))
}

/// The last `weekday` up to `date`.
pub(super) fn on_or_before(date: NaiveDate, weekday: Weekday) -> NaiveDate {
    let days = date.weekday().days_since(weekday);
    date - Days::new(u64::from(days))
}

/// `weekday` of the week `weeks` after the one that `date` is in; weeks start on Monday.
pub(super) fn in_week(date: NaiveDate, weeks: u32, weekday: Weekday) -> NaiveDate {
    on_or_before(date, Weekday::Mon) + Days::new(u64::from(weeks * 7 + weekday.num_days_from_monday()))
}

/// The last Monday-to-Friday day of a month, `months` after the one that `date` is in.
pub(super) fn end_of_month(date: NaiveDate, months: u32) -> NaiveDate {
    let first = date - Days::new(u64::from(date.day0()));
    back_to_friday(first + Months::new(months + 1) - Days::new(1))
}

pub(super) fn back_to_friday(date: NaiveDate) -> NaiveDate {
    match date.weekday() {
        Weekday::Sat | Weekday::Sun => on_or_before(date, Weekday::Fri),
        _ => date,
    }
}
