//! A spoken sentence as words, each with its place in the text, so that what they said can be
//! quoted as it was typed.

use super::super::tokens::{count, digits, month, ordinal, weekday};
use super::super::{NotUnderstood, quoted};

/// Nobody says when they decide in more words than this.
const MOST_CHARS: usize = 400;

/// Where a sentence or a thought ends.
pub(super) const STOP: &str = "|";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// In lower case, without the punctuation around it.
    pub word: String,
    /// Bytes of the text.
    pub start: usize,
    pub end: usize,
}

/// Lower-case words; ranges ("2-3", "Mon-Wed") in three words, "mid-March" in two. Times of day are
/// left out.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, NotUnderstood> {
    if text.chars().count() > MOST_CHARS {
        return Err(NotUnderstood::because(format!(
            "{} is longer than {MOST_CHARS} characters; only what they said about the date, please",
            quoted(text)
        )));
    }
    let mut tokens: Vec<Token> = Vec::new();
    let is_apart = |c: char| {
        c.is_whitespace()
            || matches!(c, ',' | '"' | '\u{201c}' | '\u{201d}' | '[' | ']' | '(' | ')' | '\u{2026}')
    };
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (start, is_apart(c)) {
            (None, false) => start = Some(at),
            (Some(from), true) => {
                add(&mut tokens, text.get(from..at).unwrap_or_default(), from);
                start = None;
            }
            _ => {}
        }
    }
    Ok(without_times(tokens))
}

fn add(tokens: &mut Vec<Token>, typed: &str, start: usize) {
    let end = start + typed.len();
    let plain: String = typed
        .chars()
        .map(|c| match c {
            '\u{2018}' | '\u{2019}' => '\'',
            '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
            c => c,
        })
        .collect();
    let lower = plain.to_lowercase();
    let word = lower.trim_matches(|c: char| matches!(c, '.' | '!' | '?' | ';' | ':' | '\'' | '~' | '*'));
    let mut push = |word: &str| tokens.push(Token { word: word.to_owned(), start, end });
    if matches!(word, "" | "-" | "--") {
        return push(STOP);
    }
    let parts: Vec<&str> = word.split('-').filter(|part| !part.is_empty()).collect();
    let is_date = parts.len() == 3 && parts.iter().all(|part| digits(part, 1..=4).is_some());
    if is_date || parts.len() < 2 {
        for part in unglued(word) {
            push(part);
        }
    } else {
        let mut before: Option<&str> = None;
        for part in parts {
            if before.is_some_and(|before| is_range(before, part)) {
                push("to");
            }
            for part in unglued(part) {
                push(part);
            }
            before = Some(part);
        }
    }
    let ends = lower.ends_with(['!', '?', ';']) || lower.ends_with('.') && !is_shortened(word);
    if ends {
        tokens.push(Token { word: STOP.to_owned(), start: end, end });
    }
}

/// `2wks` and `10d` as two words.
fn unglued(word: &str) -> Vec<&str> {
    const UNITS: &[&str] = &[
        "d", "day", "days", "w", "wk", "wks", "week", "weeks", "mo", "mos", "month", "months", "hrs", "hours",
    ];
    let split = word.find(|c: char| !c.is_ascii_digit()).and_then(|at| word.split_at_checked(at));
    match split {
        Some((number, unit)) if !number.is_empty() && UNITS.contains(&unit) => vec![number, unit],
        _ => vec![word],
    }
}

fn is_range(low: &str, high: &str) -> bool {
    let number = |word: &str| count(word).is_some() || ordinal(word).is_some();
    let leading = |word: &str| digits(word.trim_end_matches(char::is_alphabetic), 1..=2).is_some();
    number(low) && (number(high) || leading(high))
        || weekday(low).is_some() && weekday(high).is_some()
        || month(low).is_some() && month(high).is_some()
}

/// "Fri." and "5." end no sentence.
fn is_shortened(word: &str) -> bool {
    weekday(word).is_some()
        || month(word).is_some() && word.len() < 5
        || word.chars().next_back().is_some_and(|c| c.is_ascii_digit())
        || matches!(
            word,
            "approx" | "ca" | "mr" | "ms" | "mrs" | "dr" | "prof" | "a.m" | "p.m" | "e.g" | "i.e"
        )
}

/// The day counts; "5 pm" and "17:00" do not.
fn without_times(tokens: Vec<Token>) -> Vec<Token> {
    let half = |word: &str| matches!(word, "am" | "pm" | "a.m" | "p.m" | "o'clock");
    let is_clock = |word: &str| {
        let number = ["am", "pm", "a.m", "p.m"].iter().find_map(|half| word.strip_suffix(half));
        let parts: Vec<&str> = number.unwrap_or(word).split(':').collect();
        match parts.as_slice() {
            [hour] => number.is_some() && digits(hour, 1..=2).is_some(),
            [hour, minute] => digits(hour, 1..=2).is_some() && digits(minute, 2..=2).is_some(),
            _ => false,
        }
    };
    let mut kept: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut left = tokens.into_iter().peekable();
    while let Some(token) = left.next() {
        let spaced = digits(&token.word, 1..=2).is_some() && left.peek().is_some_and(|next| half(&next.word));
        if spaced {
            left.next();
        } else if !is_clock(&token.word) {
            kept.push(token);
        }
    }
    kept
}
