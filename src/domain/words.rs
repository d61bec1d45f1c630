//! Date words as people type and say them: a closed grammar that refuses what it does not know.
//! It never guesses an order of day and month, and never reads the clock.

mod instant;
mod promise;
mod tokens;

#[cfg(test)]
mod tests;

use std::fmt;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate};

use super::text::printable;
use super::zone::Zone;

/// What a date or a time given by hand means.
#[derive(Clone, Debug, PartialEq)]
pub enum When {
    At(DateTime<FixedOffset>, Zone),
    Day(NaiveDate),
}

/// Words that the grammar does not know: what was read, and what would be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotUnderstood {
    pub message: String,
    /// Empty where the message itself names what to type.
    pub examples: Vec<&'static str>,
}

/// Reads an instant or a day; `now` in the zone that bare times are meant in.
///
/// A zone name anywhere in the text, or an offset behind the time, says where its clock stands. A
/// bare time is today's, even if it lies ahead. A bare weekday is the nearest one that is not
/// ahead, today included; after "on" or "this" it is the nearest one that is not past, after
/// "last" one before today, after "next" the one in the next week (weeks start on Monday). A date
/// without a year is the one nearest to today. The caller should echo what was understood.
///
/// `country` is that of the interview: it says what "PST" and "03/04/2026" mean.
pub fn when(
    text: &str,
    now: DateTime<FixedOffset>,
    zone: &Zone,
    country: Option<&str>,
) -> Result<When, NotUnderstood> {
    within_the_calendar(now.date_naive())?;
    instant::read(text, now.to_utc(), zone, country)
}

/// Whether the text says itself in which zone its time is meant; an offset alone names no place.
pub fn names_zone(text: &str, zone: &Zone, country: Option<&str>) -> bool {
    instant::names_zone(text, zone, country)
}

/// What their words say about when they decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// The last day of what was named; `None` for words without a date ("soon").
    pub by: Option<NaiveDate>,
    pub reach: Reach,
    /// The part of the words that names the time, as it was typed; `None` where it cannot be quoted
    /// by itself.
    pub phrase: Option<String>,
}

/// From where the words are counted, and so how long they stay true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// "By March 13", "a number of weeks".
    Fixed,
    /// "In two weeks", "by Friday": from the day on which it was said, if that is named.
    Span,
    /// "Next month": from the month of reading.
    Month,
    /// "Tomorrow", "next week": from the day of reading.
    Day,
}

/// Finds when they decide in words as they were spoken on `said_on`, be it "in two weeks" or a whole
/// sentence. Whatever is vague is read as late as it can be meant, since nothing but the thank-you is
/// sent before that day (T07, T08); the table is in the module that reads it. `country` is that of the
/// interview: it says what "03/04/2026" means.
pub fn decision(text: &str, said_on: NaiveDate, country: Option<&str>) -> Result<Deadline, NotUnderstood> {
    within_the_calendar(said_on)?;
    promise::read(text, said_on, country)
}

impl fmt::Display for NotUnderstood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if !self.examples.is_empty() {
            write!(f, "; understood are \"{}\"", self.examples.join("\", \""))?;
        }
        Ok(())
    }
}

impl std::error::Error for NotUnderstood {}

impl NotUnderstood {
    /// A failure that says itself what to write.
    fn because(message: impl Into<String>) -> NotUnderstood {
        NotUnderstood { message: message.into(), examples: Vec::new() }
    }

    fn unknown(text: &str, examples: &[&'static str]) -> NotUnderstood {
        NotUnderstood {
            message: format!("cannot read {} as a time", quoted(text)),
            examples: examples.to_vec(),
        }
    }
}

/// Everything is counted from here, and the distances of the grammar must not leave the calendar.
fn within_the_calendar(date: NaiveDate) -> Result<(), NotUnderstood> {
    if (1900..=2200).contains(&date.year()) {
        return Ok(());
    }
    Err(NotUnderstood::because(format!("the clock stands at {date}; set it right first")))
}

/// A stranger's words in quotes, cut to what fits a line.
fn quoted(text: &str) -> String {
    let shown: String = printable(text.trim()).chars().take(60).collect();
    format!("\"{}\"", shown.replace('\n', " "))
}
