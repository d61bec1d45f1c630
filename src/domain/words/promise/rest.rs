//! The words that name no time: some change the meaning of those that do, and some say that there is
//! no date.

use super::super::NotUnderstood;
use super::super::tokens::count;
use super::sense::is_negation;
use super::{Mention, not_understood};

/// Refuses words that change what a time means in a way that is not known here.
pub(super) fn refuse_the_rest(text: &str, words: &[&str], mentions: &[Mention]) -> Result<(), NotUnderstood> {
    const UNKNOWN: &[&str] = &[
        "never",
        "unless",
        "depends",
        "depending",
        "whether",
        "ago",
        "yesterday",
        "previous",
        "every",
        "each",
        "week",
        "month",
        "year",
        "quarter",
        "fortnight",
        "weeks",
        "months",
        "chinese",
        "lunar",
        "fiscal",
        "academic",
        "orthodox",
        "spring",
        "summer",
        "autumn",
        "winter",
        "last",
    ];
    let is_in = |at: usize| mentions.iter().any(|mention| (mention.start..mention.end).contains(&at));
    let word = |at: usize| words.get(at).copied().unwrap_or_default();
    for at in (0..words.len()).filter(|at| !is_in(*at)) {
        let this = word(at);
        let is_fine_last = this == "last"
            && matches!(
                word(at + 1),
                "interview"
                    | "interviews"
                    | "round"
                    | "candidate"
                    | "candidates"
                    | "step"
                    | "steps"
                    | "stage"
            );
        // "The beginning of next" leaves out what it is of.
        let is_cut =
            this == "next" && !is_in(at + 1) && !matches!(word(at + 1), "round" | "step" | "steps" | "stage");
        if UNKNOWN.contains(&this) && !is_fine_last
            || is_cut
            || this == "if" && !is_known_condition(words, at)
        {
            return Err(not_understood(text));
        }
        // "Three to two weeks", "Friday 13".
        let is_number = count(this).is_some()
            && !matches!(this, "a" | "an" | "another" | "few" | "couple" | "several" | "one");
        let is_glue = |word: &str| {
            matches!(
                word,
                "to" | "or" | "and" | "of" | "the" | "and/or" | "maybe" | "possibly" | "perhaps" | "even"
            )
        };
        let next = (at + 1..words.len()).find(|at| is_in(*at) || !is_glue(word(*at)));
        let back = (0..at).rev().find(|at| is_in(*at) || !is_glue(word(*at)));
        let is_near = next.is_some_and(is_in) || back.is_some_and(is_in);
        let has_digit = this.chars().any(|c| c.is_ascii_digit());
        if (is_number || has_digit) && is_near {
            return Err(not_understood(text));
        }
    }
    Ok(())
}

/// "If you don't hear by Friday", "if all goes well", "if not sooner".
fn is_known_condition(words: &[&str], at: usize) -> bool {
    let rest = words.get(at + 1..).unwrap_or_default();
    match rest {
        [
            "not" | "possible" | "necessary" | "needed" | "all" | "everything" | "that's" | "any"
            | "anything",
            ..,
        ] => true,
        ["you", "have", "any", ..] | ["you", "need", ..] | ["things", "go", ..] => true,
        rest => {
            let near = || rest.iter().take(7);
            near().any(is_negation) && near().any(|word| matches!(*word, "hear" | "heard" | "hearing"))
        }
    }
}

/// "Soon", "we'll be in touch": something was said, and it names no time.
pub(super) fn names_no_time(words: &[&str]) -> bool {
    const PHRASES: &[&[&str]] = &[
        &["soon"],
        &["shortly"],
        &["asap"],
        &["in", "touch"],
        &["as", "soon", "as"],
        &["due", "course"],
        &["let", "you", "know"],
        &["get", "back", "to"],
        &["reach", "out"],
        &["a", "while"],
        &["some", "time"],
        &["any", "day", "now"],
        &["no", "date"],
        &["no", "timeline"],
        &["don't", "know"],
        &["not", "sure"],
        &["no", "idea"],
        &["tbd"],
        &["when", "we", "can"],
    ];
    // What it waits for is not known here.
    let waits =
        words.iter().any(|word| matches!(*word, "when" | "once" | "after" | "until" | "before" | "if"));
    let has = |phrase: &[&str]| words.windows(phrase.len()).any(|window| window == phrase);
    let possible = has(&["as", "soon", "as"])
        && !has(&["as", "possible"])
        && !has(&["we", "can"])
        && !has(&["i", "can"]);
    let knows = has(&["when", "we", "can"]) || has(&["when", "we", "know"]);
    (!waits || knows) && !possible && PHRASES.iter().any(|phrase| has(phrase))
}
