//! What the words around a time make of it: that it is then, after it, or not then.

use chrono::{Days, NaiveDate};

use super::super::Reach;
use super::super::tokens::{back_to_friday, end_of_month};
use super::named::{Found, Grain};
use super::sentence::STOP;
use super::span::business_days;

/// What is said about the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sense {
    /// It is the time.
    Then,
    /// Not before it ("won't hear until March").
    NotBefore,
    /// Some time after it ("after Easter").
    After,
    /// Not at that time, so some time after it ("not this week").
    NotThen,
    /// At least so long ("more than two weeks").
    AtLeast,
}

const NEGATIONS: &[&str] = &[
    "not", "no", "nothing", "nobody", "none", "cannot", "cant", "wont", "dont", "unlikely", "without",
    "hardly", "neither", "nor",
];

pub(super) fn is_negation(word: &&str) -> bool {
    NEGATIONS.contains(word) || word.ends_with("n't")
}

/// The words in front that still say something: after the last full stop or "but", and without
/// phrases in which "not" means nothing.
fn that_count<'a>(before: &[&'a str]) -> Vec<&'a str> {
    const IDIOMS: &[&[&str]] = &[
        &["not", "sure"],
        &["not", "certain"],
        &["not", "long"],
        &["be", "long"],
        &["don't", "know"],
        &["don't", "worry"],
        &["no", "problem"],
        &["no", "worries"],
        &["no", "rush"],
        &["can't", "promise"],
        &["can't", "say"],
        &["cannot", "say"],
        &["if", "not"],
        &["not", "only"],
    ];
    let from = before.iter().rposition(|word| matches!(*word, "but" | "yet" | STOP)).map_or(0, |at| at + 1);
    let mut left = before.get(from..).unwrap_or_default();
    let mut kept = Vec::new();
    while let [first, rest @ ..] = left {
        let idiom = IDIOMS.iter().find(|idiom| left.starts_with(idiom));
        match idiom {
            Some(idiom) => {
                // "It won't be long": the negation in front of it goes as well.
                if idiom.last() == Some(&"long") && kept.last().is_some_and(|word: &&str| is_negation(word)) {
                    kept.pop();
                }
                left = left.get(idiom.len()..).unwrap_or_default();
            }
            None => {
                kept.push(*first);
                left = rest;
            }
        }
    }
    kept
}

pub(super) fn sense(before: &[&str], behind: &[&str], found: &Found) -> Sense {
    let words = that_count(before);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(word));
    let is_negated = words.iter().any(is_negation);
    // "Out until Monday, so it will be after that".
    let is_before_that = behind
        .iter()
        .take_while(|word| **word != STOP)
        .take(8)
        .collect::<Vec<_>>()
        .windows(2)
        .any(|pair| matches!(pair, [one, two] if **one == "after" && matches!(**two, "that" | "then")));
    let behind = match behind {
        ["or", "more" | "longer" | "later", ..]
        | ["at", "least" | "minimum", ..]
        | ["minimum" | "plus", ..] => Sense::AtLeast,
        ["at", "the", "earliest", ..] | ["earliest", ..] => Sense::NotBefore,
        ["at", "the", "latest", ..] | ["latest", ..] => return Sense::Then,
        _ if is_before_that => Sense::After,
        _ => Sense::Then,
    };
    // "If you don't hear by Friday" names Friday.
    let is_deadline = has(&["if"]) && has(&["hear", "heard", "hearing", "reply", "call", "back"]);
    if let Some(than) = words.iter().rposition(|word| *word == "than") {
        let compared = words.get(..than).unwrap_or_default();
        let is_less =
            compared.iter().any(|word| matches!(*word, "less" | "sooner" | "earlier" | "before" | "fewer"));
        return match (is_less, is_negated) {
            (true, true) if found.grain == Grain::Span => Sense::AtLeast,
            (true, true) => Sense::NotBefore,
            (true, false) | (false, true) => Sense::Then,
            (false, false) => Sense::AtLeast,
        };
    }
    if has(&["least", "minimum", "earliest"]) {
        return if found.grain == Grain::Span { Sense::AtLeast } else { Sense::NotBefore };
    }
    if has(&["after", "following", "past"]) && !has(&["no", "not", "later"]) {
        return Sense::After;
    }
    match is_negated && !is_deadline {
        true if has(&["after"]) && has(&["until", "till", "before"]) => Sense::After,
        true if has(&["after"]) => Sense::Then,
        true if has(&["until", "till", "before", "for", "prior"]) => Sense::NotBefore,
        true => Sense::NotThen,
        false => behind,
    }
}

/// The last day that is meant.
pub(super) fn resolve(sense: Sense, before: &[&str], found: &Found) -> NaiveDate {
    let five_days_on = || business_days(found.last, 5);
    match (sense, found.grain) {
        (Sense::Then, Grain::Month | Grain::Quarter | Grain::Year | Grain::Feast) => {
            // "By next month" is as vague as that month; "by March" is not.
            let is_named = found.reach == Reach::Fixed;
            let close =
                before.iter().rev().take(2).find(|word| matches!(**word, "by" | "before") && is_named);
            match (close, found.grain) {
                (Some(&"before"), _) | (Some(_), Grain::Feast) => back_to_friday(found.first - Days::new(1)),
                (Some(_), _) => back_to_friday(found.first + Days::new(9)),
                (None, _) => found.last,
            }
        }
        (Sense::NotBefore, Grain::Feast) => five_days_on(),
        (Sense::Then | Sense::NotBefore, _) => found.last,
        (Sense::After | Sense::NotThen, Grain::Week) => found.last + Days::new(7),
        (Sense::NotThen, Grain::Month | Grain::Quarter | Grain::Year) => end_of_month(found.last, 1),
        (Sense::AtLeast, Grain::Span) => found.last + Days::new(7),
        (Sense::After | Sense::NotThen | Sense::AtLeast, _) => five_days_on(),
    }
}
