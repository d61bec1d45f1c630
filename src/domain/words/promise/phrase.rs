//! The part of their words that a note can quote.

use super::named::Grain;
use super::sense::Sense;
use super::sentence::{STOP, Token};
use super::{LINKS, Mention};

/// What they said about the time, as it was typed, for a sentence that quotes it.
pub(super) fn phrase(text: &str, tokens: &[Token], mentions: &[Mention], chosen: &Mention) -> Option<String> {
    const LEADS: &[&str] = &[
        "before",
        "by",
        "until",
        "till",
        "after",
        "within",
        "in",
        "over",
        "during",
        "on",
        "around",
        "about",
        "the",
        "next",
        "early",
        "sometime",
        "shortly",
        "soon",
        "coming",
        "right",
        "somewhere",
        "towards",
        "toward",
        "between",
    ];
    const TAILS: &[&[&str]] = &[
        &["at", "the", "latest"],
        &["or", "so"],
        &["from", "now"],
        &["from", "today"],
        &["time"],
        &["morning"],
        &["afternoon"],
        &["evening"],
    ];
    let word = |at: usize| tokens.get(at).map(|token| token.word.as_str()).unwrap_or_default();
    // A range is quoted as a whole.
    let is_link = |at: usize| LINKS.contains(&word(at)) && word(at) != STOP || LEADS.contains(&word(at));
    let mut first = chosen.start;
    for mention in mentions.iter().rev().filter(|mention| mention.end <= chosen.start) {
        let is_near = (mention.end..first).all(is_link) && first - mention.end <= 3;
        if chosen.sense == Sense::Then && mention.sense == Sense::Then && is_near {
            first = mention.start;
        } else {
            break;
        }
    }
    let begun = mentions.iter().map(|mention| mention.end).filter(|end| *end <= first).max().unwrap_or(0);
    let led = (begun..first).rev().take_while(|at| LEADS.contains(&word(*at))).last().unwrap_or(first);
    let condition = (begun..first).rev().find(|at| matches!(word(*at), "when" | "once" | "after"));
    let tail = TAILS
        .iter()
        .find(|tail| tail.iter().enumerate().all(|(place, expected)| word(chosen.end + place) == *expected));
    let end = chosen.end + tail.map_or(0, |tail| tail.len());
    let quote = |from: usize| {
        let (start, end) = (tokens.get(from)?.start, tokens.get(end.checked_sub(1)?)?.end);
        text.get(start..end).map(|text| text.trim_end_matches(['.', ',', ';', '!', '?', ')', '"']).to_owned())
    };
    match chosen.sense {
        Sense::Then if condition.is_some_and(|at| at + 8 > first) => quote(condition?),
        Sense::After => quote(condition?),
        Sense::Then => quote(led),
        Sense::NotBefore if chosen.found.grain != Grain::Span => {
            let article = first.checked_sub(1).filter(|at| word(*at) == "the");
            Some(format!("not before {}", quote(article.unwrap_or(first))?))
        }
        Sense::NotBefore => quote(first),
        Sense::NotThen | Sense::AtLeast => None,
    }
}
