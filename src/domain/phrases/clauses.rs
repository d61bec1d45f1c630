//! Free text of a debrief made to fit into sentences: each function takes what was typed and gives
//! a piece that its sentence frames can hold. It never adds a fact.

mod grammar;

use crate::domain::text::capitalised;
use grammar::{
    PRONOUNS, has_own_subject_after_that, is_clause, is_gerund, is_noun_phrase, is_past, says_something,
    starts_with_any,
};

/// A topic as it stands after "about": a noun phrase, a gerund or a how-clause.
///
/// "We talked about moving to Kafka." gives `moving to Kafka`, "you ship on Fridays" gives
/// `how you ship on Fridays`.
pub fn topic(typed: &str) -> String {
    let text = without_lead(
        &tidy(typed),
        &[
            "we talked about ",
            "we spoke about ",
            "we discussed ",
            "we were talking about ",
            "i talked about ",
            "i asked about ",
            "talked about ",
            "talking about ",
            "spoke about ",
            "speaking about ",
            "asked about ",
            "discussed ",
            "discussing ",
            "about ",
        ],
    );
    let text = mid_sentence(&text);
    if has_own_subject_after_that(&text) {
        format!("the fact {text}")
    } else if starts_with_any(&text, &PRONOUNS) {
        format!("how {text}")
    } else {
        text
    }
}

/// "their rota" is "your rota" in a note to themselves.
pub fn addressed(topic: &str) -> String {
    match topic.strip_prefix("their ") {
        Some(rest) => format!("your {rest}"),
        None => topic.to_owned(),
    }
}

/// Whether a topic is a clause ("how you test"), which cannot be what a sentence is about.
pub fn is_question(topic: &str) -> bool {
    const OPENERS: [&str; 10] =
        ["how", "what", "why", "when", "where", "which", "who", "whom", "whose", "whether"];
    OPENERS.contains(&topic.split(' ').next().unwrap_or_default()) || topic.starts_with("the fact that ")
}

/// A reason without its "because".
pub fn why(typed: &str) -> String {
    let text = without_lead(&tidy(typed), &["because of ", "because ", "since ", "as "]);
    let text = mid_sentence(&text);
    match text.strip_prefix("that ") {
        Some(rest) if has_own_subject_after_that(&text) => rest.to_owned(),
        _ => text,
    }
}

/// A reason as "because …": a clause takes `because`, a bare noun phrase `because of`. `None`
/// where it cannot be told which of the two it is.
pub fn because(typed: &str) -> Option<String> {
    let tidied = tidy(typed);
    let lower = tidied.to_lowercase();
    if lower.starts_with("because of ") {
        return Some(mid_sentence(&tidied));
    }
    if let Some(aim) = tidied.strip_prefix("to ") {
        return Some(format!("because it helps to {aim}"));
    }
    let reason = why(typed);
    if lower.starts_with("because ") || lower.starts_with("since ") || is_clause(&reason) {
        Some(format!("because {reason}"))
    } else if is_noun_phrase(&reason) {
        Some(format!("because of {reason}"))
    } else {
        None
    }
}

/// What of oneself fits, as a clause: "I ran …" stays, "ran …" gets its subject, a noun phrase
/// becomes "I would bring …".
pub fn fit(typed: &str) -> String {
    const VERBS: [&str; 46] = [
        "ran", "built", "led", "wrote", "made", "kept", "took", "grew", "cut", "did", "have", "had",
        "taught", "sold", "brought", "won", "spent", "set", "am", "was", "know", "found", "drew", "held",
        "rewrote", "rebuilt", "sped", "began", "gave", "saw", "spoke", "went", "run", "maintain", "own",
        "manage", "teach", "write", "enjoy", "like", "love", "care", "use", "speak", "learnt", "dealt",
    ];
    const STATES: [&str; 6] = ["experienced", "interested", "certified", "trained", "skilled", "used"];
    let text = mid_sentence(&tidy(typed));
    let mut words = text.split(' ');
    let first = words.next().unwrap_or_default().to_lowercase();
    let second = words.next().unwrap_or_default().to_lowercase();
    if starts_with_any(&text, &PRONOUNS) || text.starts_with("my ") && says_something(&text) {
        text
    } else if STATES.contains(&first.as_str()) && matches!(second.as_str(), "in" | "with" | "at" | "as") {
        format!("I am {text}")
    } else if VERBS.contains(&first.as_str()) || is_past(&first) {
        format!("I {text}")
    } else if is_gerund(&first) {
        format!("I would bring experience in {text}")
    } else {
        format!("I would bring {text}")
    }
}

/// What they need, as it stands after "you need".
pub fn need(typed: &str) -> String {
    const VERBS: [&str; 20] = [
        "reduce", "move", "hire", "build", "cut", "ship", "scale", "grow", "get", "make", "fix", "migrate",
        "replace", "find", "improve", "automate", "keep", "speed", "stop", "own",
    ];
    let text = mid_sentence(&without_lead(
        &tidy(typed),
        &[
            "they need ",
            "you need ",
            "the team needs ",
            "they are looking for ",
            "they want ",
            "looking for ",
            "needs ",
            "need ",
        ],
    ));
    let first = text.split(' ').next().unwrap_or_default();
    if is_gerund(first) {
        format!("help with {text}")
    } else if VERBS.contains(&first) {
        format!("to {text}")
    } else {
        text
    }
}

/// When they decide, as it stands after "decide": "two weeks" gives `in two weeks`. `None` for
/// words that name no time.
pub fn decision(typed: &str) -> Option<String> {
    let text = without_lead(
        &tidy(typed),
        &[
            "we will ",
            "we'll ",
            "we ",
            "they will ",
            "they'll ",
            "they ",
            "you will ",
            "you'll ",
            "you should ",
            "you ",
            "i will ",
            "i'll ",
            "it will ",
            "it'll ",
        ],
    );
    let text = without_lead(&text, &["expect to ", "hope to ", "plan to ", "should ", "want to "]);
    let text = without_lead(
        &text,
        &[
            "have a decision ",
            "make a decision ",
            "get back to you ",
            "get back to me ",
            "let you know ",
            "let me know ",
            "hear from us ",
            "hear back ",
            "be in touch ",
            "come back to you ",
            "decision ",
            "decide ",
            "deciding ",
            "hear ",
            "know ",
            "take ",
        ],
    );
    let text = with_named_days(&mid_sentence(&spelled_out(&text)));
    let lower = text.to_lowercase();
    let first = lower.split(' ').next().unwrap_or_default().trim_end_matches([',', '.']).to_owned();
    let rest = lower.split(' ').nth(1).unwrap_or_default();
    match first.as_str() {
        "in" if matches!(rest, "touch" | "contact") => None,
        "in" | "by" | "within" | "next" | "on" | "before" | "after" | "at" | "around" | "early" | "late"
        | "later" | "soon" | "tomorrow" | "today" | "this" | "towards" | "toward" | "sometime" | "over"
        | "during" | "no" | "shortly" | "not" | "until" => Some(text),
        "when" | "once" | "sooner" | "between" | "from" => Some(text),
        "end" | "start" | "beginning" | "middle" => Some(format!("by the {text}")),
        "close" => Some(format!("by {text}")),
        "first" | "second" | "third" | "fourth" | "last" => Some(format!("in the {text}")),
        "the" => Some(format!("by {text}")),
        "a" | "an" | "one" | "two" | "three" | "four" | "five" | "six" | "seven" | "eight" | "ten"
        | "several" | "few" | "couple" => Some(format!("in {text}")),
        _ if first.starts_with("mid-") || is_quarter(&first) => Some(format!("in {text}")),
        _ if is_weekday(&first) || is_month(&first) => Some(format!("by {text}")),
        _ if first.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '–')) && !first.is_empty() => {
            let unit = ["day", "week", "month", "business", "working"].iter().any(|u| rest.starts_with(u));
            let range = matches!(rest, "to" | "or");
            Some(format!("{} {text}", if unit || range { "in" } else { "by" }))
        }
        _ => None,
    }
}

/// "COB Friday" and "EOW", as a letter says them.
fn spelled_out(text: &str) -> String {
    let mut words = text.split(' ');
    let (first, rest) = (words.next().unwrap_or_default(), words.collect::<Vec<_>>());
    let (led, short) = match (first.to_lowercase().as_str(), rest.split_first()) {
        (lead @ ("by" | "until" | "before"), Some((short, _))) => (format!("{lead} "), short.to_lowercase()),
        (short, _) => (String::new(), short.to_owned()),
    };
    let rest = match led.is_empty() {
        true => rest.as_slice(),
        false => rest.get(1..).unwrap_or_default(),
    };
    let long = match short.as_str() {
        "eow" => "the end of the week",
        "eom" => "the end of the month",
        "eoq" => "the end of the quarter",
        "eoy" => "the end of the year",
        "eod" => "the end of the day",
        "cob" | "cop" | "eob" | "eop" => "close of business",
        _ => return text.to_owned(),
    };
    let on = if rest.first().is_some_and(|word| is_weekday(&word.to_lowercase())) { " on" } else { "" };
    let rest: String = rest.iter().map(|word| format!(" {word}")).collect();
    format!("{led}{long}{on}{rest}")
}

fn is_quarter(word: &str) -> bool {
    matches!(word, "q1" | "q2" | "q3" | "q4")
}

/// "a", "a and b", "a, b and c"; where a part has its own comma, semicolons keep them apart.
pub fn joined(parts: &[String]) -> String {
    let busy = parts.iter().any(|part| part.contains(','));
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [one, two] if !busy => format!("{one} and {two}"),
        [one, two] => format!("{one}, as well as {two}"),
        [first @ .., last] if busy => format!("{}; and {last}", first.join("; ")),
        [first @ .., last] => {
            // A part with its own "and" needs the comma before the last one.
            let comma = if parts.iter().any(|p| p.contains(" and ")) { "," } else { "" };
            format!("{}{comma} and {last}", first.join(", "))
        }
    }
}

/// One line, single blanks, no full stop at the end.
fn tidy(typed: &str) -> String {
    let text = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    let dots = text.ends_with("...");
    if dots { text } else { text.trim_end_matches(['.', ',', ';']).to_owned() }
}

fn without_lead(text: &str, leads: &[&str]) -> String {
    for lead in leads {
        if text.len() > lead.len()
            && let Some(start) = text.get(..lead.len())
            && start.eq_ignore_ascii_case(lead)
        {
            return text.get(lead.len()..).unwrap_or_default().trim().to_owned();
        }
    }
    text.to_owned()
}

/// Without the capital of a sentence start, where the first word is surely no name.
fn mid_sentence(text: &str) -> String {
    const FUNCTION_WORDS: [&str; 34] = [
        "The", "A", "An", "How", "What", "Why", "When", "Where", "Which", "Who", "Whether", "That", "This",
        "Your", "Their", "Our", "My", "His", "Her", "Its", "We", "You", "They", "It", "He", "She", "There",
        "Because", "Since", "To", "In", "By", "Next", "Some",
    ];
    const GERUNDS: [&str; 26] = [
        "Moving",
        "Building",
        "Using",
        "Scaling",
        "Splitting",
        "Migrating",
        "Making",
        "Getting",
        "Running",
        "Keeping",
        "Sharing",
        "Hiring",
        "Growing",
        "Reducing",
        "Writing",
        "Testing",
        "Working",
        "Learning",
        "Replacing",
        "Rewriting",
        "Shipping",
        "Having",
        "Giving",
        "Taking",
        "Cutting",
        "Bringing",
    ];
    let first = text.split(' ').next().unwrap_or_default();
    if !FUNCTION_WORDS.contains(&first) && !GERUNDS.contains(&first) {
        return text.to_owned();
    }
    let mut chars = text.chars();
    match chars.next() {
        Some(c) => c.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// Names of months and weekdays as English writes them: "by friday 13 march".
fn with_named_days(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let named = words.iter().enumerate().map(|(at, word)| {
        let lower = word.trim_matches([',', '.']).to_lowercase();
        let before =
            at.checked_sub(1).and_then(|at| words.get(at)).map(|w| w.to_lowercase()).unwrap_or_default();
        let dated = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
        let after = words.get(at + 1).is_some_and(|word| dated(word));
        // The month, not the verb.
        let may = matches!(
            before.as_str(),
            "in" | "by" | "of" | "early" | "late" | "mid" | "before" | "until" | "end"
        ) || dated(&before)
            || after
            || words.len() == 1;
        if let Some(month) = lower.strip_prefix("mid-").filter(|month| is_month(month)) {
            format!("mid-{}", capitalised(month))
        } else if is_weekday(&lower) || is_month(&lower) && (lower != "may" || may) {
            capitalised(&word.to_lowercase())
        } else {
            (*word).to_owned()
        }
    });
    named.collect::<Vec<_>>().join(" ")
}

pub(super) fn is_weekday(word: &str) -> bool {
    const DAYS: [&str; 17] = [
        "mon",
        "monday",
        "tue",
        "tues",
        "tuesday",
        "wed",
        "wednesday",
        "thu",
        "thur",
        "thurs",
        "thursday",
        "fri",
        "friday",
        "sat",
        "saturday",
        "sun",
        "sunday",
    ];
    DAYS.contains(&word)
}

pub(super) fn is_month(word: &str) -> bool {
    const MONTHS: [&str; 24] = [
        "jan",
        "january",
        "feb",
        "february",
        "mar",
        "march",
        "apr",
        "april",
        "may",
        "jun",
        "june",
        "jul",
        "july",
        "aug",
        "august",
        "sep",
        "sept",
        "september",
        "oct",
        "october",
        "nov",
        "november",
        "dec",
        "december",
    ];
    MONTHS.contains(&word)
}

#[cfg(test)]
mod tests;
