//! When they decide, out of a whole spoken sentence: "you probably won't hear anything for a number
//! of weeks". Everything that names a time is found first; the words around it say whether that
//! time is meant, what comes after it, or that it is not then.
//!
//! Vague words are read as late as they can be meant, since nothing but the thank-you is sent before
//! that day:
//!
//! | said | read as |
//! |---|---|
//! | a couple of weeks; a few weeks | 2 weeks; 3 weeks |
//! | several weeks, some weeks, a number of weeks, weeks | 4 weeks |
//! | early, mid, late March | the 10th, the 20th, the last business day |
//! | early, mid next week; the end of the week | Wednesday, Thursday; Friday |
//! | by March; before March | the 10th of March; the last business day of February |
//! | in, not before, until March; in the new year | the last business day of the month; of January |
//! | before Christmas; after the holidays | the day before; five business days after 1 January |
//! | after a day; not this week; not in March | five business days later; next week; in April |
//! | two dates with "or", "to", "and" | the later one |

mod dated;
mod feasts;
mod mentions;
mod named;
mod phrase;
mod rest;
mod sense;
mod sentence;
mod span;

#[cfg(test)]
mod tests;

use chrono::{Datelike, Days, NaiveDate};

use super::tokens::{in_week, on_or_after};
use super::{Deadline, NotUnderstood, Reach, quoted};
use mentions::mentions;
use named::{Found, Grain};
use phrase::phrase;
use rest::{names_no_time, refuse_the_rest};
use sense::Sense;
use sentence::{STOP, tokens};

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

/// A time that was found, and what the words around it make of it.
#[derive(Clone, Debug)]
struct Mention {
    /// Tokens, the last one excluded.
    start: usize,
    end: usize,
    found: Found,
    by: NaiveDate,
    sense: Sense,
    /// The words in front of it are linked to the time before.
    is_linked: bool,
}

pub(super) fn read(text: &str, said_on: NaiveDate, country: Option<&str>) -> Result<Deadline, NotUnderstood> {
    let tokens = tokens(text)?;
    let words: Vec<&str> = tokens.iter().map(|token| token.word.as_str()).collect();
    let mut mentions = mentions(text, &words, said_on, country)?;
    refuse_the_rest(text, &words, &mentions)?;
    if mentions.is_empty() {
        return match names_no_time(&words) {
            true => Ok(Deadline { by: None, reach: Reach::Fixed, phrase: None }),
            false => Err(not_understood(text)),
        };
    }
    in_the_week_named(&mut mentions, &words);
    one_after_another(&mut mentions);
    let chosen = choose(text, &mentions)?;
    if chosen.by < said_on {
        return Err(NotUnderstood::because(format!(
            "{} is {}, before the day on which it was said",
            quoted(text),
            chosen.by.format("%a %-d %b %Y")
        )));
    }
    let reach = mentions.iter().map(|mention| mention.found.reach).max().unwrap_or(Reach::Fixed);
    Ok(Deadline { by: Some(chosen.by), reach, phrase: phrase(text, &tokens, &mentions, chosen) })
}

fn not_understood(text: &str) -> NotUnderstood {
    NotUnderstood { message: format!("cannot find a date in {}", quoted(text)), examples: EXAMPLES.to_vec() }
}

/// Between two times: the later one is meant.
const LINKS: &[&str] = &[
    "or",
    "to",
    "and",
    "but",
    "maybe",
    "possibly",
    "perhaps",
    "probably",
    "otherwise",
    "through",
    "till",
    "until",
    "then",
    "so",
    "latest",
    "likely",
    "hopefully",
    "by",
    "not",
    "rather",
    "instead",
    STOP,
];

/// "Tuesday or Wednesday next week": the days of that week.
fn in_the_week_named(mentions: &mut Vec<Mention>, words: &[&str]) {
    let near = |start: usize, end: usize| {
        let between = words.get(start..end).unwrap_or_default();
        between.iter().all(|word| {
            matches!(
                *word,
                "on" | "of"
                    | "in"
                    | "probably"
                    | "likely"
                    | "maybe"
                    | "morning"
                    | "afternoon"
                    | "evening"
                    | "the"
            )
        })
    };
    let mut at = 0;
    while at + 1 < mentions.len() {
        let (Some(one), Some(other)) = (mentions.get(at), mentions.get(at + 1)) else { break };
        let (week, weekday) = match (one.found.weekday, other.found.weekday) {
            (Some(weekday), None) if other.found.grain == Grain::Week => (other.found, weekday),
            (None, Some(weekday)) if one.found.grain == Grain::Week => (one.found, weekday),
            _ => {
                at += 1;
                continue;
            }
        };
        let is_one = near(one.end, other.start) && one.sense == Sense::Then && other.sense == Sense::Then;
        if !is_one {
            at += 1;
            continue;
        }
        let day = on_or_after(
            week.first - Days::new(u64::from(week.first.weekday().num_days_from_monday())),
            weekday,
        );
        let found = Found { first: day, last: day, grain: Grain::Day, reach: week.reach, weekday: None };
        let merged = Mention { end: other.end, found, by: day, ..one.clone() };
        mentions.splice(at..at + 2, [merged]);
        // The weekdays in front of it, "Tuesday or", are days of the same week.
        for mention in mentions.iter_mut().take(at) {
            if let Some(weekday) = mention.found.weekday {
                mention.by = on_or_after(in_week(day, 0, chrono::Weekday::Mon), weekday);
                mention.found.last = mention.by;
            }
        }
    }
}

/// "Tuesday … by Friday": a weekday behind another one comes after it.
fn one_after_another(mentions: &mut [Mention]) {
    let mut latest: Option<NaiveDate> = None;
    for mention in mentions.iter_mut().filter(|mention| mention.found.weekday.is_some()) {
        if latest.is_some_and(|latest| mention.by < latest) && mention.sense == Sense::Then {
            mention.by = mention.by + Days::new(7);
        }
        latest = latest.max(Some(mention.by));
    }
}

/// The one that counts: the last day of what is said to be the time.
fn choose<'a>(text: &str, mentions: &'a [Mention]) -> Result<&'a Mention, NotUnderstood> {
    let contradicts = |one: &Mention, other: &Mention| {
        let day = |mention: &Mention| mention.by.format("%a %-d %b %Y").to_string();
        NotUnderstood::because(format!(
            "{} names {} and {}; give only the last day",
            quoted(text),
            day(one),
            day(other)
        ))
    };
    let is_bound = |mention: &&Mention| matches!(mention.sense, Sense::NotBefore | Sense::NotThen);
    let times: Vec<&Mention> = mentions.iter().filter(|mention| !is_bound(mention)).collect();
    for pair in times.windows(2) {
        if let [one, other] = pair
            && one.by != other.by
            && !other.is_linked
            && !(one.found.weekday.is_some() && other.found.weekday.is_some())
        {
            return Err(contradicts(one, other));
        }
    }
    let latest = |mentions: &[&'a Mention]| mentions.iter().copied().max_by_key(|mention| mention.by);
    let bounds: Vec<&Mention> = mentions.iter().filter(is_bound).collect();
    let (time, bound) = (latest(&times), latest(&bounds));
    match (time, bound) {
        (Some(time), Some(bound)) if bound.sense == Sense::NotBefore && time.by < bound.by => {
            Err(contradicts(time, bound))
        }
        (Some(time), Some(bound)) if bound.sense == Sense::NotThen && time.by <= bound.found.last => {
            Err(contradicts(time, bound))
        }
        (Some(time), _) => Ok(time),
        (None, Some(bound)) => Ok(bound),
        (None, None) => Err(not_understood(text)),
    }
}
