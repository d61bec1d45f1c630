//! Free text of a debrief made to fit into sentences: each function takes what was typed and gives
//! a piece that its sentence frames can hold. It never adds a fact.

use crate::domain::text::words;

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
    if starts_with_any(&text, &PRONOUNS) { format!("how {text}") } else { text }
}

/// A reason without its "because".
pub fn why(typed: &str) -> String {
    mid_sentence(&without_lead(&tidy(typed), &["because of ", "because ", "since ", "as ", "that "]))
}

/// A reason as "because …": a clause takes `because`, a bare noun phrase `because of`.
pub fn because(typed: &str) -> String {
    let tidied = tidy(typed);
    if tidied.to_lowercase().starts_with("because of ") {
        return mid_sentence(&tidied);
    }
    if let Some(aim) = tidied.strip_prefix("to ") {
        return format!("because it helps to {aim}");
    }
    let reason = why(typed);
    if is_clause(&reason) { format!("because {reason}") } else { format!("because of {reason}") }
}

/// What of oneself fits, as a clause: "I ran …" stays, "ran …" gets its subject, a noun phrase
/// becomes "what I would bring is …".
pub fn fit(typed: &str) -> String {
    const PAST: [&str; 24] = [
        "ran", "built", "led", "wrote", "made", "kept", "took", "grew", "cut", "did", "have", "had",
        "taught", "sold", "brought", "won", "spent", "set", "am", "was", "know", "found", "drew", "held",
    ];
    let text = mid_sentence(&tidy(typed));
    let first = text.split(' ').next().unwrap_or_default().to_lowercase();
    if starts_with_any(&text, &PRONOUNS) || text.starts_with("my ") && is_clause(&text) {
        text
    } else if PAST.contains(&first.as_str()) || (first.ends_with("ed") && first.len() > 4) {
        format!("I {text}")
    } else {
        format!("what I would bring is {text}")
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
    let text = mid_sentence(&text);
    let lower = text.to_lowercase();
    let first = lower.split(' ').next().unwrap_or_default().to_owned();
    let rest = lower.split(' ').nth(1).unwrap_or_default();
    match first.as_str() {
        "in" if matches!(rest, "touch" | "contact") => None,
        "in" | "by" | "within" | "next" | "on" | "before" | "after" | "at" | "around" | "early" | "late"
        | "later" | "soon" | "tomorrow" | "today" | "this" | "towards" | "toward" | "sometime" | "over"
        | "during" | "no" | "shortly" | "not" | "until" => Some(text),
        "end" => Some(format!("by the {text}")),
        "the" => Some(format!("by {text}")),
        "a" | "an" | "one" | "two" | "three" | "four" | "five" | "six" | "seven" | "eight" | "ten"
        | "several" | "few" | "couple" => Some(format!("in {text}")),
        _ if is_day(&first) => Some(format!("by {text}")),
        _ if first.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '–')) && !first.is_empty() => {
            let unit = ["day", "week", "month", "business", "working"].iter().any(|u| rest.starts_with(u));
            let range = matches!(rest, "to" | "or");
            Some(format!("{} {text}", if unit || range { "in" } else { "by" }))
        }
        _ => None,
    }
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

const PRONOUNS: [&str; 9] = ["i", "we", "you", "they", "it", "he", "she", "there", "i've"];

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

fn starts_with_any(text: &str, list: &[&str]) -> bool {
    let first = text.split([' ', '\'', '’']).next().unwrap_or_default().to_lowercase();
    list.contains(&first.as_str())
}

fn is_gerund(word: &str) -> bool {
    word.len() > 5 && word.ends_with("ing") && word.chars().next().is_some_and(char::is_lowercase)
}

/// Whether a verb is likely in it: enough to choose between "because" and "because of".
fn is_clause(text: &str) -> bool {
    const VERBS: [&str; 34] = [
        "is", "are", "was", "were", "be", "has", "have", "had", "will", "would", "can", "could", "may",
        "might", "must", "should", "do", "does", "did", "go", "goes", "need", "make", "get", "keep", "let",
        "save", "become", "stay", "take", "isn't", "can't", "won't", "don't",
    ];
    const MEASURES: [&str; 8] = ["fewer", "less", "lower", "more", "no", "better", "faster", "higher"];
    let words = words(text);
    let first = words.first().map(String::as_str).unwrap_or_default();
    if starts_with_any(text, &PRONOUNS)
        || matches!(first, "this" | "that" | "nobody" | "everyone" | "everybody")
    {
        return true;
    }
    if words.iter().any(|word| VERBS.contains(&word.as_str())) {
        return true;
    }
    if MEASURES.contains(&first) && words.len() <= 4 {
        return false;
    }
    words.iter().skip(1).any(|word| (word.ends_with('s') && !word.ends_with("ss")) || word.ends_with("ed"))
}

fn is_day(word: &str) -> bool {
    const DAYS: [&str; 19] = [
        "mon", "tue", "wed", "thu", "fri", "sat", "sun", "jan", "feb", "mar", "apr", "may", "jun", "jul",
        "aug", "sep", "oct", "nov", "dec",
    ];
    let letters: String = word.chars().take(3).collect();
    let full = ["day", "ary", "ch", "il", "may", "ne", "ly", "ust", "ber"];
    DAYS.contains(&letters.as_str())
        && (word.chars().count() <= 4 || full.iter().any(|end| word.trim_end_matches(',').ends_with(end)))
}

#[cfg(test)]
mod tests;
