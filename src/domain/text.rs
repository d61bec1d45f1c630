//! Text as characters and words: what may be printed, what counts as a word, how it is wrapped.
//! It knows nothing of notes but that they open with a greeting and end with a sign-off.

use std::fmt::Write as _;

use unicode_normalization::UnicodeNormalization;

/// The columns that a note is shown in.
pub const WIDTH: usize = 72;

/// The lines of a body, told apart by their place. Line numbers count from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts<'a> {
    /// The first line, where it greets somebody.
    pub salutation: Option<(usize, &'a str)>,
    /// What lies between greeting and sign-off, blank lines included.
    pub middle: Vec<(usize, &'a str)>,
    /// From "Best regards," to the end.
    pub sign_off: Vec<(usize, &'a str)>,
}

/// The text with control, direction-changing and invisible characters shown as `\u{1b}`: every
/// string that a stranger wrote passes through here before it is printed. Newlines are kept, and
/// so are the joiners that some scripts need.
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if hidden(c) {
            // Writing to a string cannot fail.
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// The same where one line is promised: a line feed is shown too, so that no value can write a
/// line of its own.
pub fn printable_line(text: &str) -> String {
    printable(text).replace('\n', "\\u{a}")
}

/// A JSON document with the same characters escaped as JSON does it: they stand only inside its
/// strings, and what is read from it is what was written.
pub fn printable_json(document: &str) -> String {
    let mut shown = String::with_capacity(document.len());
    for c in document.chars() {
        if hidden(c) {
            // All of them have four digits.
            let _ = write!(shown, "\\u{:04x}", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// The one composed form in which names are compared (Unicode NFC).
pub fn nfc(text: &str) -> String {
    text.nfc().collect()
}

/// The words in lower case, NFC: runs of letters and digits, with hyphens and apostrophes inside.
pub fn words(text: &str) -> Vec<String> {
    tokens(&nfc(text)).into_iter().map(str::to_lowercase).collect()
}

/// The words as written.
pub fn tokens(text: &str) -> Vec<&str> {
    text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '\'' | '’')))
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .collect()
}

/// How many words a note says, its greeting and sign-off apart (M08 to M11).
pub fn word_count(body: &str) -> usize {
    parts(body)
        .middle
        .iter()
        .flat_map(|(_, line)| line.split_whitespace())
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .count()
}

/// Lines of at most `width` columns where blanks allow it; a longer word, such as an address of
/// the web, stays whole. Line breaks of the text are kept.
pub fn wrap(body: &str, width: usize) -> String {
    let options = textwrap::Options::new(width)
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .wrap_algorithm(textwrap::WrapAlgorithm::FirstFit);
    let lines: Vec<String> = body.split('\n').map(|line| textwrap::fill(line.trim_end(), &options)).collect();
    lines.join("\n")
}

/// Greeting, middle and sign-off of a body.
pub fn parts(body: &str) -> Parts<'_> {
    let mut middle: Vec<(usize, &str)> = body.lines().enumerate().map(|(at, line)| (at + 1, line)).collect();
    let mut parts = Parts::default();

    let first = middle.iter().position(|(_, line)| !line.trim().is_empty());
    if let Some(first) = first
        && middle.get(first).is_some_and(|(_, line)| greets(line))
    {
        let rest = middle.split_off(first + 1);
        parts.salutation = middle.pop();
        middle = rest;
    }
    let closing = middle.iter().rposition(|(_, line)| closes(line));
    if let Some(closing) = closing {
        parts.sign_off = middle.split_off(closing);
    }
    parts.middle = middle;
    parts
}

/// With a capital at its start, but for words that carry their own: iOS, eBay, gRPC.
pub fn capitalised(text: &str) -> String {
    let first_word = text.split_whitespace().next().unwrap_or_default();
    let own_case = first_word.chars().skip(1).any(|c| c.is_uppercase() || c.is_numeric());
    let mut chars = text.chars();
    match chars.next() {
        Some(first) if !own_case => first.to_uppercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}

/// A character as it is compared where case doesn't matter; both small sigmas are one.
pub fn folded(c: char) -> impl Iterator<Item = char> {
    c.to_lowercase().map(|c| if c == 'ς' { 'σ' } else { c })
}

/// Byte offsets at which `name` occurs as whole words, regardless of case.
pub fn whole_words<'a>(line: &'a str, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    line.char_indices().filter_map(move |(start, _)| {
        let end = start + name.len();
        let found = line.get(start..end)?;
        let is_name = || found.chars().flat_map(folded).eq(name.chars().flat_map(folded));
        (is_name() && is_whole(line, start, end)).then_some(start)
    })
}

/// Whether neither a letter nor a digit touches this part of a line.
pub fn is_whole(line: &str, start: usize, end: usize) -> bool {
    let before = line.get(..start).and_then(|before| before.chars().next_back());
    let after = line.get(end..).and_then(|after| after.chars().next());
    [before, after].into_iter().flatten().all(|c| !c.is_alphanumeric())
}

/// How many letters have to be typed, dropped, changed or swapped to get from one word to the other.
pub fn distance(one: &str, other: &str) -> usize {
    strsim::damerau_levenshtein(one, other)
}

/// The text in letters without marks where there are such: `Zoë` as `Zoe`.
pub fn unaccented(text: &str) -> String {
    text.nfd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).collect()
}

/// The candidate that somebody who typed `text` most likely meant, if any is near.
pub fn nearest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let reach = (text.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (distance(text, candidate), candidate))
        .filter(|(distance, _)| *distance <= reach)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn hidden(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(
            c,
            '\u{61c}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}'
                | '\u{feff}'
        )
}

const GREETINGS: [&str; 11] =
    ["hi", "hello", "hey", "dear", "good", "greetings", "to", "bonjour", "hola", "guten", "sehr"];

const CLOSINGS: [&str; 30] = [
    "best",
    "best regards",
    "best wishes",
    "all the best",
    "kind regards",
    "kindest regards",
    "regards",
    "warm regards",
    "warmest regards",
    "warmly",
    "with best regards",
    "with kind regards",
    "many thanks",
    "thanks",
    "thanks again",
    "thank you",
    "thank you again",
    "with thanks",
    "with many thanks",
    "cheers",
    "sincerely",
    "sincerely yours",
    "yours sincerely",
    "yours truly",
    "yours",
    "yours faithfully",
    "respectfully",
    "respectfully yours",
    "cordially",
    "take care",
];

/// "Hi Jane,", "Dear Dr. Doe:", "Jane,", "Good morning Jane, thank you for …".
fn greets(line: &str) -> bool {
    let line = line.trim();
    let words = words(line);
    let opens = words.first().is_some_and(|word| GREETINGS.contains(&word.as_str()));
    let short = words.len() <= 4 && line.ends_with([',', ':', '!']);
    (opens && (words.len() <= 6 || line.contains(','))) || short
}

fn closes(line: &str) -> bool {
    let line = line.trim().trim_end_matches([',', '.', '!']).to_lowercase();
    CLOSINGS.contains(&line.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTE: &str = "Hi Jane,\n\nThank you for today.\n\nBest regards,\nJo Marsh\n+1 555 0100";

    #[test]
    fn escapes_and_direction_marks_become_visible() {
        assert_eq!(printable("a\u{1b}[31mb\u{7f}\u{9b}\r"), "a\\u{1b}[31mb\\u{7f}\\u{9b}\\u{d}");
        assert_eq!(
            printable("x\u{202e}y\u{2066}\u{61c}\u{200b}\u{feff}"),
            "x\\u{202e}y\\u{2066}\\u{61c}\\u{200b}\\u{feff}"
        );
    }

    #[test]
    fn a_json_document_keeps_its_values_and_loses_its_raw_characters() {
        let value = serde_json::json!({ "a\u{9b}": ["x\u{202e}\u{7f}\u{1b}\n", "می\u{200c}خواهم"] });
        let raw = serde_json::to_string_pretty(&value).unwrap();
        assert!(raw.contains('\u{202e}'));
        let shown = printable_json(&raw);
        assert!(!shown.chars().any(hidden), "{shown}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
    }

    #[test]
    fn a_line_stays_one_line() {
        assert_eq!(printable_line("a\r\nhint: b"), "a\\u{d}\\u{a}hint: b");
    }

    #[test]
    fn newlines_joiners_and_letters_of_all_scripts_are_printed() {
        let text = "René 山田\nनमस्\u{200d}ते می\u{200c}خواهم";
        assert_eq!(printable(text), text);
    }

    #[test]
    fn words_keep_their_hyphens_and_lose_their_case() {
        assert_eq!(
            words("How On-Call is shared, isn't it? -- 'yes'"),
            ["how", "on-call", "is", "shared", "isn't", "it", "yes"]
        );
        assert_eq!(words("Rene\u{301}"), ["ren\u{e9}"]);
    }

    #[test]
    fn greeting_and_sign_off_are_not_counted() {
        assert_eq!(word_count(NOTE), 4);
        assert_eq!(word_count("Thank you - really."), 3);
        assert_eq!(word_count(""), 0);
    }

    #[test]
    fn a_body_falls_into_greeting_middle_and_sign_off() {
        let parts = parts(NOTE);
        assert_eq!(parts.salutation, Some((1, "Hi Jane,")));
        assert_eq!(parts.middle, [(2, ""), (3, "Thank you for today."), (4, "")]);
        assert_eq!(parts.sign_off.first(), Some(&(5, "Best regards,")));
    }

    #[test]
    fn a_body_without_greeting_has_none() {
        assert_eq!(parts("Thank you for the long talk about Kafka,\nJo").salutation, None);
        assert!(parts("Hi Jane, thank you for the long talk about Kafka.").salutation.is_some());
    }

    #[test]
    fn wrapping_breaks_at_blanks_only() {
        let address = format!("https://example.com/{}", "on-call-".repeat(12));
        let text = format!("{} {address} end\nBest,\nJo", "word".repeat(3));
        assert_eq!(wrap(&text, 72), format!("wordwordword\n{address}\nend\nBest,\nJo"));
        assert!(wrap(&"four ".repeat(60), 72).lines().all(|line| line.len() <= 72));
    }

    #[test]
    fn a_capital_at_the_start_leaves_names_alone() {
        assert_eq!(capitalised("moving to Kafka"), "Moving to Kafka");
        assert_eq!(capitalised("iOS builds"), "iOS builds");
        assert_eq!(capitalised("eBay listings"), "eBay listings");
        assert_eq!(capitalised("k8s upgrades"), "k8s upgrades");
        assert_eq!(capitalised("élan"), "Élan");
    }

    #[test]
    fn only_near_words_are_suggested() {
        assert_eq!(nearest("frist", ["first", "phone"]), Some("first"));
        assert_eq!(nearest("salary", ["first", "phone"]), None);
    }
}
