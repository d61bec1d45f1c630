//! When they decide, in words that are true on the day on which they are read. Their own words
//! are kept as long as they are; no date is shown as theirs that they did not name.

use chrono::{Datelike, NaiveDate};

use super::{clauses, date};
use crate::domain::application::Decision;
use crate::domain::words::{self, Reach};

/// After "you expected to decide", in a note of `departs` that does not say when that was said.
/// `None` for words that name no time, and for a day that is past.
pub(super) fn now(decision: &Decision, departs: NaiveDate, country: Option<&str>) -> Option<String> {
    let (words, reach) = quoted(decision, country)?;
    let Some(by) = decision.by else {
        return Some(words);
    };
    if by < departs {
        return None;
    }
    let stale = departs != decision.said_on
        && match reach {
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
    let (words, reach) = quoted(decision, country)?;
    let same_month = (departs.year(), departs.month()) == (decision.said_on.year(), decision.said_on.month());
    let stale = match reach {
        Reach::Day => departs != decision.said_on,
        Reach::Month => !same_month && !words.contains("end of the month"),
        Reach::Fixed | Reach::Span => false,
    };
    match decision.by {
        Some(by) if stale => Some(format!("by {}", date(by, country))),
        _ => Some(words),
    }
}

/// What they said about the time, after "decide", and from where it is counted.
fn quoted(decision: &Decision, country: Option<&str>) -> Option<(String, Reach)> {
    match words::decision(&decision.words, decision.said_on, country) {
        Ok(deadline) => {
            let phrase = match deadline.by {
                Some(_) => deadline.phrase?,
                None => decision.words.clone(),
            };
            Some((clauses::decision(&phrase)?, deadline.reach))
        }
        // Recorded when other words were known: they are quoted on that day alone.
        Err(_) => Some((clauses::decision(&decision.words)?, Reach::Day)),
    }
}
