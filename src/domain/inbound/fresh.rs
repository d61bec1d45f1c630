//! The words that an answer adds to what it quotes, and whether they are more than a courtesy.
//! In doubt they are: a courtesy is only what consists of nothing but thanks.

use super::Message;
use crate::domain::text::{parts, tokens, words};

/// What the sender wrote, apart from what they quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fresh {
    Courtesy,
    /// Nothing at all.
    Empty,
    Content,
}

const MOST_COURTEOUS_WORDS: usize = 40;

/// At least one of these makes a courtesy.
const THANKS: [&str; 24] = [
    "thanks",
    "thank",
    "thx",
    "ty",
    "welcome",
    "pleasure",
    "likewise",
    "cheers",
    "appreciate",
    "appreciated",
    "danke",
    "vielen",
    "dank",
    "gern",
    "gerne",
    "bitte",
    "merci",
    "plaisir",
    "gracias",
    "nada",
    "gusto",
    "noted",
    "received",
    "same",
];

/// Words that promise, ask and tell nothing.
const HOLLOW: [&str; 118] = [
    "a",
    "again",
    "all",
    "also",
    "and",
    "as",
    "back",
    "best",
    "chat",
    "chatting",
    "conversation",
    "day",
    "dear",
    "email",
    "enjoy",
    "enjoyed",
    "evening",
    "for",
    "from",
    "glad",
    "good",
    "got",
    "great",
    "had",
    "happy",
    "have",
    "hello",
    "here",
    "hey",
    "hi",
    "i",
    "i'm",
    "it",
    "kind",
    "kindly",
    "lot",
    "lovely",
    "many",
    "me",
    "meet",
    "meeting",
    "message",
    "morning",
    "much",
    "my",
    "nice",
    "note",
    "of",
    "one",
    "our",
    "out",
    "pleased",
    "quick",
    "reaching",
    "real",
    "really",
    "regards",
    "rest",
    "sending",
    "so",
    "speak",
    "speaking",
    "sweet",
    "talk",
    "talking",
    "that",
    "the",
    "this",
    "thoughtful",
    "time",
    "to",
    "today",
    "too",
    "us",
    "very",
    "warm",
    "warmly",
    "was",
    "we",
    "weekend",
    "well",
    "were",
    "wonderful",
    "words",
    "writing",
    "yesterday",
    "you",
    "you're",
    "your",
    "yours",
    "die",
    "das",
    "der",
    "für",
    "ihre",
    "deine",
    "nachricht",
    "schönen",
    "schönes",
    "tag",
    "wochenende",
    "war",
    "mir",
    "uns",
    "sehr",
    "auch",
    "ihnen",
    "dir",
    "pour",
    "votre",
    "ton",
    "beaucoup",
    "bonne",
    "journée",
    "por",
    "tu",
    "su",
    "mensaje",
];

/// Lines that programs put under a text.
const PROGRAM_LINES: [&str; 8] = [
    "sent from my",
    "sent from outlook",
    "sent from mail",
    "get outlook for",
    "von meinem",
    "gesendet von",
    "envoyé de mon",
    "enviado desde mi",
];

/// Tells courtesy from content; a text that was not fetched counts as content.
pub(super) fn fresh(message: &Message) -> Fresh {
    let Some(text) = &message.text else {
        return Fresh::Content;
    };
    let own = unquoted(text);
    if !own.chars().any(char::is_alphanumeric) {
        // A thumb is a courtesy; a reply that lost its text is a question.
        return if own.chars().any(|c| u32::from(c) > 0x2000) { Fresh::Courtesy } else { Fresh::Empty };
    }
    if own.contains(['?', '\u{ff1f}']) {
        return Fresh::Content;
    }
    let account = |address: &str| words(address.split('@').next().unwrap_or_default());
    let names: Vec<String> = message
        .from
        .iter()
        .flat_map(|party| {
            [words(party.name.as_deref().unwrap_or_default()), account(&party.address)].concat()
        })
        .collect();
    let said = said(&own, &names);
    let thanks = said.iter().any(|word| THANKS.contains(&word.as_str()));
    let hollow = said.iter().all(|word| {
        THANKS.contains(&word.as_str()) || HOLLOW.contains(&word.as_str()) || names.contains(word)
    });
    match thanks && hollow && said.len() <= MOST_COURTEOUS_WORDS {
        true => Fresh::Courtesy,
        false => Fresh::Content,
    }
}

/// What stands above the quotation, the signature and the line that a telephone adds.
fn unquoted(text: &str) -> String {
    let mut own: Vec<&str> = Vec::new();
    for line in text.lines() {
        let bare = line.trim();
        let low = bare.to_lowercase();
        if line.trim_end() == "--" || line == "-- " || quotes_from_here(bare, &low) {
            break;
        }
        if !bare.starts_with('>') && !PROGRAM_LINES.iter().any(|start| low.starts_with(start)) {
            own.push(line);
        }
    }
    own.join("\n")
}

/// "On Thu, Jo Marsh wrote:", "-----Original Message-----", a line of Outlook, "From: …".
fn quotes_from_here(line: &str, low: &str) -> bool {
    let wrote = ["wrote:", "schrieb:", "écrit :", "a écrit:", "escribió:", "ha scritto:", "schreef:"];
    let opens = ["on ", "am ", "le ", "el ", "il ", "op "];
    (wrote.iter().any(|end| low.ends_with(end)))
        || (opens.iter().any(|start| low.starts_with(start)) && low.contains('@') && low.contains('<'))
        || low.starts_with("-----")
        || (line.len() > 9 && line.chars().all(|c| c == '_'))
        || ["from: ", "von: ", "de : ", "de: "].iter().any(|start| low.starts_with(start))
            && low.contains('@')
}

/// The words between greeting and sign-off. Where thanks stand as the sign-off, what follows is
/// read on: only the sender's name ends a text.
fn said(own: &str, names: &[String]) -> Vec<String> {
    let parts = parts(own);
    let mut said: Vec<String> = Vec::new();
    let mut lines: Vec<&str> = parts.salutation.iter().chain(&parts.middle).map(|(_, line)| *line).collect();
    let closes_with_thanks = parts
        .sign_off
        .first()
        .is_some_and(|(_, line)| words(line).iter().any(|word| THANKS.contains(&word.as_str())));
    if closes_with_thanks {
        lines.extend(parts.sign_off.iter().map(|(_, line)| *line));
    }
    let mut lines = lines.into_iter().filter(|line| line.chars().any(char::is_alphanumeric));
    if let Some(first) = lines.next() {
        said.extend(without_addressee(first));
    }
    for line in lines {
        let line = words(line);
        if line.iter().all(|word| names.contains(word)) {
            break;
        }
        said.extend(line);
    }
    said
}

/// "Hi Jo, thanks" and "Thanks, Jo!" without the name of whoever is spoken to.
fn without_addressee(line: &str) -> Vec<String> {
    const OPENINGS: [&str; 12] = [
        "hi", "hello", "hey", "dear", "good", "morning", "hallo", "liebe", "lieber", "bonjour", "hola",
        "ciao",
    ];
    let opens = |word: &String| OPENINGS.contains(&word.as_str()) || is_thanks(word);
    let mut said = Vec::new();
    for piece in line.split_inclusive([',', '!', '.', ':', ';']) {
        let mut piece_words = words(piece);
        let named =
            tokens(piece).last().is_some_and(|word| word.chars().next().is_some_and(char::is_uppercase));
        let spoken_to = piece_words.split_last().is_some_and(|(_, before)| before.iter().all(opens));
        if named && spoken_to && !piece_words.last().is_some_and(is_thanks) {
            piece_words.pop();
        }
        said.extend(piece_words);
    }
    said
}

fn is_thanks(word: &String) -> bool {
    THANKS.contains(&word.as_str()) || word == "you"
}
