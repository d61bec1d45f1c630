//! When they decide, in words that are true on the day on which they are read. Their own words
//! are kept as long as they are; no date is shown as theirs that they did not name.

use chrono::{Datelike, NaiveDate};

use super::{clauses, date};
use crate::domain::application::Decision;

/// After "you expected to decide", in a note of `departs` that does not say when that was said.
/// `None` for words that name no time, and for a day that is past.
pub(super) fn now(decision: &Decision, departs: NaiveDate, country: Option<&str>) -> Option<String> {
    let words = clauses::decision(&decision.words)?;
    let Some(by) = decision.by else {
        return Some(words);
    };
    if by < departs {
        return None;
    }
    let stale = departs != decision.said_on
        && match reach(&words) {
            Reach::Fixed => false,
            Reach::Month => {
                (departs.year(), departs.month()) != (decision.said_on.year(), decision.said_on.month())
            }
            Reach::Span | Reach::Day => true,
        };
    Some(match stale {
        false => words,
        true if by == departs => "today".to_owned(),
        true => format!("by {}", date(by, country)),
    })
}

/// After "on March 5 you expected to decide": "in two weeks" is counted from that day, "tomorrow"
/// would be counted from the day of reading.
pub(super) fn then(decision: &Decision, departs: NaiveDate, country: Option<&str>) -> Option<String> {
    let words = clauses::decision(&decision.words)?;
    let same_month = (departs.year(), departs.month()) == (decision.said_on.year(), decision.said_on.month());
    let stale = match reach(&words) {
        Reach::Day => departs != decision.said_on,
        Reach::Month => !same_month && !words.contains("end of the month"),
        Reach::Fixed | Reach::Span => false,
    };
    match decision.by {
        Some(by) if stale => Some(format!("by {}", date(by, country))),
        _ => Some(words),
    }
}

/// From where the words are counted.
enum Reach {
    /// "by March 13", "soon".
    Fixed,
    /// "next month": from the month of reading.
    Month,
    /// "in two weeks", "by Friday": from the day on which it was said, if that is named.
    Span,
    /// "tomorrow", "next week": from the day of reading.
    Day,
}

fn reach(words: &str) -> Reach {
    let lower = words.to_lowercase();
    let words: Vec<&str> = lower.split(' ').map(|word| word.trim_matches(',')).collect();
    let any = |list: &[&str]| words.iter().any(|word| list.contains(word));
    let deictic = words.windows(2).any(
        |pair| matches!(pair, ["this" | "next", rest] if !matches!(*rest, "month" | "year" | "quarter")),
    );
    let named = words.iter().any(|word| clauses::is_month(word)) && any_digit(&words);
    if any(&["today", "tonight", "tomorrow"]) || deictic {
        Reach::Day
    } else if any(&["month", "year"]) && !any(&["a", "one", "within"]) {
        Reach::Month
    } else if named || words.iter().any(|word| word.len() == 10 && word.matches('-').count() == 2) {
        Reach::Fixed
    } else if any(&["day", "days", "week", "weeks", "fortnight", "fortnights", "hours", "month", "months"])
        || words.iter().any(|word| clauses::is_weekday(word))
    {
        Reach::Span
    } else {
        Reach::Fixed
    }
}

fn any_digit(words: &[&str]) -> bool {
    words.iter().any(|word| word.starts_with(|c: char| c.is_ascii_digit()))
}
