//! Guesses at grammar, by short lists: whether words are a clause, a thing or a deed. Where it cannot
//! tell, it says no to each.

use crate::domain::text::words;

pub(super) const PRONOUNS: [&str; 9] = ["i", "we", "you", "they", "it", "he", "she", "there", "i've"];

pub(super) fn starts_with_any(text: &str, list: &[&str]) -> bool {
    let first = text.split([' ', '\'', '’']).next().unwrap_or_default().to_lowercase();
    list.contains(&first.as_str())
}

pub(super) fn is_gerund(word: &str) -> bool {
    word.len() > 5 && word.ends_with("ing") && word.chars().next().is_some_and(char::is_lowercase)
}

/// Verbs that stand in a clause and hardly anywhere else.
const SURE_VERBS: [&str; 49] = [
    "is", "are", "was", "were", "has", "have", "had", "would", "could", "should", "might", "does", "did",
    "goes", "makes", "become", "becomes", "isn't", "can't", "won't", "don't", "aren't", "wasn't", "doesn't",
    "didn't", "can", "cannot", "will", "must", "may", "went", "grew", "broke", "fell", "came", "gets",
    "keeps", "lets", "saves", "takes", "stays", "helps", "gives", "comes", "happens", "allows", "became",
    "made", "got",
];

/// Words that are verbs or nouns.
const OTHER_VERBS: [&str; 16] = [
    "go", "need", "make", "get", "keep", "let", "save", "stay", "take", "be", "do", "help", "wait", "matter",
    "mean", "ask",
];

const DETERMINERS: [&str; 22] = [
    "the", "a", "an", "my", "your", "our", "their", "its", "his", "her", "this", "these", "those", "no",
    "every", "each", "some", "many", "most", "all", "both", "any",
];

/// "moved", but not "speed".
pub(super) fn is_past(word: &str) -> bool {
    word.len() > 4 && word.ends_with("ed") && !word.ends_with("eed")
}

/// Surely a clause: it takes "because".
pub(super) fn is_clause(text: &str) -> bool {
    const RELATIVES: [&str; 5] = ["that", "which", "who", "where", "whose"];
    let words = words(text);
    let first = words.first().map(String::as_str).unwrap_or_default();
    if starts_with_any(text, &PRONOUNS)
        || matches!(first, "this" | "that" | "nobody" | "everyone" | "everybody" | "someone" | "people")
            && words.len() > 2
    {
        return true;
    }
    let verb = words.iter().position(|word| SURE_VERBS.contains(&word.as_str()));
    // "a plan that is ready" is none.
    verb.is_some_and(|at| at > 0 && !words.iter().take(at).any(|word| RELATIVES.contains(&word.as_str())))
}

/// Surely a noun phrase: it takes "because of".
pub(super) fn is_noun_phrase(text: &str) -> bool {
    const MEASURES: [&str; 9] =
        ["fewer", "less", "lower", "more", "better", "faster", "higher", "no", "shorter"];
    let words = words(text);
    let first = words.first().map(String::as_str).unwrap_or_default();
    // After "the", "need" is a thing.
    let noun = |at: usize, word: &str| at == 0 && DETERMINERS.contains(&first) && OTHER_VERBS.contains(&word);
    let rest = || {
        let rest = words.iter().skip(1).map(String::as_str).enumerate();
        rest.filter(|(at, word)| !noun(*at, word)).map(|(_, word)| word)
    };
    let verb = |word: &str| {
        SURE_VERBS.contains(&word)
            || OTHER_VERBS.contains(&word)
            || (word.ends_with('s') && !word.ends_with("ss"))
            || is_past(word)
    };
    match words.len() {
        0 => false,
        1 => true,
        2..=4 if MEASURES.contains(&first) => !rest().any(|w| SURE_VERBS.contains(&w)),
        2..=4 => {
            (DETERMINERS.contains(&first) || words.len() == 2 && !first.ends_with('s')) && !rest().any(verb)
        }
        _ => false,
    }
}

/// "that the API is slow" and "that deploys are slow", but not "that annoys customers".
pub(super) fn has_own_subject_after_that(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("that ") else {
        return false;
    };
    let mut words = rest.split(' ');
    let first = words.next().unwrap_or_default();
    let second = words.next().unwrap_or_default();
    if SURE_VERBS.contains(&first) || second.is_empty() {
        return false;
    }
    let named = first.starts_with(char::is_uppercase) && second.ends_with('s');
    starts_with_any(rest, &PRONOUNS)
        || DETERMINERS.contains(&first)
        || matches!(first, "nobody" | "everyone" | "everybody" | "people")
        || SURE_VERBS.contains(&second) && !first.ends_with("s")
        || SURE_VERBS.contains(&second) && matches!(second, "are" | "were" | "have" | "can" | "will" | "must")
        || named
}

/// "my team runs Kafka", and not "my thesis on module boundaries".
pub(super) fn says_something(text: &str) -> bool {
    const VERBS: [&str; 22] = [
        "runs",
        "ran",
        "uses",
        "builds",
        "built",
        "ships",
        "moved",
        "led",
        "owns",
        "maintains",
        "covers",
        "shows",
        "deals",
        "fits",
        "taught",
        "won",
        "wrote",
        "handles",
        "works",
        "serves",
        "grew",
        "cut",
    ];
    const BEFORE_NOUNS: [&str; 12] =
        ["a", "an", "the", "on", "of", "in", "with", "for", "at", "from", "about", "and"];
    let words = words(text);
    let word = |at: usize| words.get(at).map(String::as_str).unwrap_or_default();
    (2..words.len()).any(|at| {
        let told = is_past(word(at)) && !BEFORE_NOUNS.contains(&word(at - 1));
        SURE_VERBS.contains(&word(at)) || VERBS.contains(&word(at)) || told
    })
}
