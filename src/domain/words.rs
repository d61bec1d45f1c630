//! Date words as people type and say them: a closed grammar that refuses what it does not know.

use chrono::{DateTime, FixedOffset, NaiveDate};

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
    pub examples: Vec<&'static str>,
}

/// Reads an instant or a day; `now` in the zone that bare times are meant in.
pub fn when(text: &str, now: DateTime<FixedOffset>, zone: &Zone) -> Result<When, NotUnderstood> {
    let _ = (text, now, zone);
    Err(NotUnderstood { message: String::new(), examples: Vec::new() })
}

/// Reads "in two to three weeks", said on `said_on`: the last day of what was named, `None` for
/// words without a date ("soon").
pub fn decision(text: &str, said_on: NaiveDate) -> Result<Option<NaiveDate>, NotUnderstood> {
    let _ = (text, said_on);
    Ok(None)
}
