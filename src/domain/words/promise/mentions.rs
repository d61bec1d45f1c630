//! Everything in a sentence that names a time, from left to right.

use chrono::{Days, NaiveDate};

use super::super::NotUnderstood;
use super::super::tokens::{month, on_or_after, ordinal, weekday};
use super::named::{Found, Grain, exact};
use super::sense::{Sense, resolve, sense};
use super::sentence::STOP;
use super::span::{self, business_days, span};
use super::{LINKS, Mention, not_understood};

/// The most words that name one time.
const LONGEST: usize = 9;

/// Before "may", "march" and the like, which are more than months.
const BEFORE_MONTHS: &[&str] = &[
    "in", "by", "before", "until", "till", "during", "of", "for", "around", "about", "over", "to", "or",
    "and", "through", "than", "after", "since", "not", "late", "early", "maybe", "probably", "perhaps",
    "likely", STOP,
];

pub(super) fn mentions(
    text: &str,
    words: &[&str],
    said_on: NaiveDate,
    country: Option<&str>,
) -> Result<Vec<Mention>, NotUnderstood> {
    let mut mentions: Vec<Mention> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let before = mentions.last().map(|mention| mention.found);
        let relative = after_another(text, words, at, before, said_on, country)?;
        let Some((mut end, mut found)) =
            relative.map_or_else(|| longest(text, words, at, said_on, country), |it| Ok(Some(it)))?
        else {
            at += 1;
            continue;
        };
        if found.grain == Grain::Span
            && let Some((n, unit)) = span_of(words.get(at..end).unwrap_or_default())
            && let Some((until, last)) = counted_from(text, words, end, (n, unit), said_on, country)?
        {
            (end, found.last, found.first) = (until, last, last);
        }
        let since = mentions.last().map_or(0, |mention| mention.end);
        if let (Grain::Span, Some(earlier)) = (found.grain, mentions.last())
            && words.get(since..at).unwrap_or_default().contains(&"then")
            && let Some((n, unit)) = span_of(words.get(at..end).unwrap_or_default())
        {
            // "By the 20th, and then it takes a week".
            found.last = span::after(earlier.by, n, unit).unwrap_or(found.last);
        }
        let before = words.get(since..at).unwrap_or_default();
        let behind = words.get(end..).unwrap_or_default();
        let sense = sense(before, behind, &found);
        let mut by = resolve(sense, before, &found);
        if by < said_on && found.last >= said_on && sense == Sense::Then {
            // "Before Christmas", said at Christmas, is that of next year.
            let next = longest(text, words, at, found.last + Days::new(1), country)?;
            by = next.map_or(by, |(_, next)| resolve(sense, before, &next));
        }
        let is_linked = mentions.is_empty() || before.iter().any(|word| LINKS.contains(word));
        mentions.push(Mention { start: at, end, found, by, sense, is_linked });
        at = end;
    }
    Ok(mentions)
}

/// "The week after Easter", "the Monday after the 9th"; "the week after", behind another time.
fn after_another(
    text: &str,
    words: &[&str],
    at: usize,
    before: Option<Found>,
    said_on: NaiveDate,
    country: Option<&str>,
) -> Result<Option<(usize, Found)>, NotUnderstood> {
    let (unit, from) = match words.get(at..).unwrap_or_default() {
        ["day", "after", "tomorrow", ..] | ["week", "after", "next", ..] => return Ok(None),
        [unit, "after" | "following", "the" | "this", ..] => (*unit, at + 3),
        [unit, "after" | "following", ..] => (*unit, at + 2),
        _ => return Ok(None),
    };
    let weekday = weekday(unit);
    if !matches!(unit, "day" | "week") && weekday.is_none() {
        return Ok(None);
    }
    let (end, base) = match (longest(text, words, from, said_on, country)?, before) {
        (Some((end, base)), _) => (end, base),
        (None, Some(before)) => (at + 2, before),
        (None, None) => return Ok(None),
    };
    let next = base.last + Days::new(1);
    let found = match (unit, weekday) {
        (_, Some(weekday)) => Found::day(on_or_after(next, weekday), base.reach),
        ("day", _) => Found::day(business_days(base.last, 1), base.reach),
        _ => Found::week_of(base.last + Days::new(7), base.reach),
    };
    Ok(Some((end, found)))
}

/// The most words from `at` on that name a time.
fn longest(
    text: &str,
    words: &[&str],
    at: usize,
    said_on: NaiveDate,
    country: Option<&str>,
) -> Result<Option<(usize, Found)>, NotUnderstood> {
    let before = at.checked_sub(1).and_then(|at| words.get(at)).copied();
    for end in (at + 1..=words.len().min(at + LONGEST)).rev() {
        let slice = words.get(at..end).unwrap_or_default();
        // "May" and "Jan" are more than months.
        let is_bare = matches!(slice, [name] | [name, _] if month(name).is_some());
        let is_month = before.is_none_or(|before| BEFORE_MONTHS.contains(&before));
        if let Some(found) = exact(text, slice, said_on, country)?
            && (found.grain != Grain::Month || !is_bare || is_month)
            && !is_cut_date(slice, words.get(end).copied())
        {
            return Ok(Some((end, found)));
        }
    }
    Ok(None)
}

/// "In March", before "5".
fn is_cut_date(words: &[&str], next: Option<&str>) -> bool {
    matches!(words, ["in" | "during", name] if month(name).is_some()) && next.and_then(ordinal).is_some()
}

fn span_of<'a>(words: &[&'a str]) -> Option<(u32, &'a str)> {
    match words {
        ["next" | "coming" | "following", rest @ ..] => span(rest),
        words => span(words),
    }
}

/// "Two weeks from Friday", "a week after the interview": where the count ends, and the day.
fn counted_from(
    text: &str,
    words: &[&str],
    end: usize,
    (n, unit): (u32, &str),
    said_on: NaiveDate,
    country: Option<&str>,
) -> Result<Option<(usize, NaiveDate)>, NotUnderstood> {
    let rest = words.get(end..).unwrap_or_default();
    let from = |day: NaiveDate| span::after(day, n, unit);
    let link = match rest {
        ["today", ..] => return Ok(from(said_on).map(|day| (end + 1, day))),
        ["tomorrow", ..] => return Ok(from(said_on + Days::new(1)).map(|day| (end + 1, day))),
        // British: so long after that day.
        ["on", name, ..] if weekday(name).is_some() => "on",
        [link @ ("from" | "after" | "following" | "past" | "of" | "before"), ..] => *link,
        _ => return Ok(None),
    };
    let is_article = |word: &&str| {
        matches!(*word, "the" | "our" | "your" | "this" | "that" | "my" | "on" | "last" | "final")
    };
    let skipped = rest.iter().skip(1).take_while(|word| is_article(word)).count();
    let spoken = [
        "now",
        "today",
        "interview",
        "interviews",
        "conversation",
        "talk",
        "call",
        "chat",
        "meeting",
        "then",
        "that",
    ];
    let is_talk = |at: usize| rest.get(at).is_some_and(|word| spoken.contains(word));
    if link != "before"
        && let Some(at) = (1..=skipped + 2).find(|at| is_talk(*at))
    {
        // "Of the final interview on Friday" names the day from which it counts.
        if rest.get(at + 1) == Some(&"on")
            && let Some((until, found)) = longest(text, words, end + at + 2, said_on, country)?
        {
            return Ok(from(found.last).map(|day| (until, day)));
        }
        return Ok(from(said_on).map(|day| (end + at + 1, day)));
    }
    for at in (1..=skipped + 1).rev() {
        if let Some((until, from)) = longest(text, words, end + at, said_on, country)? {
            let day = match link {
                "before" => span::before(from.first, n, unit),
                _ => span::after(from.last, n, unit),
            };
            return Ok(day.map(|day| (until, day)));
        }
    }
    match link {
        "after" | "from" | "following" | "past" => Err(not_understood(text)),
        _ => Ok(None),
    }
}
