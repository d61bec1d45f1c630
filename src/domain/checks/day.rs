//! Words such as "today" in a note that leaves on another day than they were written for.

use super::{Finding, Severity, Subject, excerpt};
use crate::domain::note::{Edited, NoteKind};
use crate::domain::text::{parts, whole_words, words};
use chrono::Days;

/// A thank-you in its owner's words, which no template keeps true: a day is named in it from
/// where the interview stood, and the note leaves on another.
pub(super) fn stale_day(subject: &Subject) -> Option<Finding> {
    if subject.note.edited != Edited::ByOwner || subject.note.kind != NoteKind::ThankYou {
        return None;
    }
    let departs = subject.note.departs_on;
    let interview = subject.application.interview(subject.note.round)?.date();
    let promised = subject.application.decision.as_ref().and_then(|decision| decision.by);
    let recorded: Vec<String> = subject.recorded().into_iter().flat_map(words).collect();
    let stale = |name: &str| match name {
        "yesterday" => interview.checked_add_days(Days::new(1)) != Some(departs),
        "tomorrow" => {
            interview != departs && (promised.is_none() || promised != departs.checked_add_days(Days::new(1)))
        }
        "today" => interview != departs && promised != Some(departs),
        _ => interview != departs,
    };
    const WORDS: [&str; 7] =
        ["today", "yesterday", "tomorrow", "tonight", "this morning", "this afternoon", "this evening"];
    let middle = parts(&subject.note.body).middle;
    let found = middle.into_iter().find_map(|(at, line)| {
        let name = WORDS.into_iter().find(|name| {
            stale(name)
                && !recorded.iter().any(|word| word.trim_end_matches("'s") == *name)
                && whole_words(line, name).next().is_some()
        })?;
        let start = whole_words(line, name).next()?;
        Some((name, at, excerpt(line, start, start + name.len())))
    });
    let (name, at, quote) = found?;
    Some(Finding {
        name: "stale-day",
        id: "M33",
        severity: Severity::Ask,
        message: format!(
            "says {name}, and leaves on {}; the interview was on {}",
            departs.format("%a %-d %b"),
            interview.format("%a %-d %b")
        ),
        line: Some((at, quote)),
    })
}
