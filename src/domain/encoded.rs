//! Text that another program left encoded: `=?utf-8?q?J=C3=A4ne?=`, `J%C3%A4ne`, `JÃ¤ne`,
//! `J&auml;ne`. A recipient would see it just so. Only what nobody writes on purpose is reported:
//! "50%", "A=B", "AT&T" and "R&D" are text.

mod escapes;
mod mojibake;

use super::address::Refused;
use super::text::printable_line;

/// How a text is encoded, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// The encoding, as the end of "contains …".
    pub what: &'static str,
    /// The part that gives it away.
    pub found: String,
    /// The text decoded, if that is certain.
    pub decoded: Option<String>,
}

/// A part of a text that is encoded.
struct Piece {
    what: &'static str,
    start: usize,
    end: usize,
    decoded: Option<String>,
}

/// How often a text may be encoded on top of itself.
const LAYERS: usize = 4;

/// What is encoded in a text, and the whole text decoded.
pub fn encoded(text: &str) -> Option<Encoded> {
    if text.is_ascii() && !text.contains(['=', '&', '%', '\\']) {
        return None;
    }
    let first = first_piece(text)?;
    let found = text.get(first.start..first.end).unwrap_or_default().to_owned();
    let mut decoded = text.to_owned();
    for _ in 0..LAYERS {
        match step(&decoded) {
            Step::Clean => return Some(Encoded { what: first.what, found, decoded: Some(decoded) }),
            Step::Decoded(text) => decoded = text,
            Step::Stuck => break,
        }
    }
    Some(Encoded { what: first.what, found, decoded: None })
}

/// Whether a mail program would show part of this text decoded (RFC 2047).
pub fn has_encoded_word(text: &str) -> bool {
    escapes::encoded_word(text).is_some()
}

/// Refuses an encoded text and offers it decoded, where that makes what is wanted. `field` names
/// it in the refusal.
pub fn refuse_encoded(field: &str, text: &str, is_fit: impl Fn(&str) -> bool) -> Result<(), Refused> {
    let Some(encoded) = encoded(text) else {
        return Ok(());
    };
    let found = printable_line(&encoded.found);
    Err(Refused {
        message: format!("{field} contains {}: `{found}`", encoded.what),
        instead: encoded.decoded.map(|text| text.trim().to_owned()).filter(|text| is_fit(text)),
    })
}

enum Step {
    Clean,
    Decoded(String),
    /// Something is encoded in a way that can't be undone.
    Stuck,
}

/// One layer of encoding removed.
fn step(text: &str) -> Step {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    let mut after_word = false;
    while let Some(piece) = first_piece(rest) {
        let Some(said) = piece.decoded else { return Step::Stuck };
        let is_word = piece.what == escapes::ENCODED_WORD;
        let before = rest.get(..piece.start).unwrap_or_default();
        // Blanks between two encoded words are no part of the text (RFC 2047, 6.2).
        if !(after_word && is_word && before.trim().is_empty()) {
            decoded.push_str(before);
        }
        decoded.push_str(&said);
        rest = rest.get(piece.end..).unwrap_or_default();
        after_word = is_word;
    }
    decoded.push_str(rest);
    if decoded.chars().any(char::is_control) {
        return Step::Stuck;
    }
    if decoded == text { Step::Clean } else { Step::Decoded(decoded) }
}

fn first_piece(text: &str) -> Option<Piece> {
    let replaced = || {
        let start = text.find('\u{fffd}')?;
        Some(Piece {
            what: "the mark of a lost character, U+FFFD",
            start,
            end: start + '\u{fffd}'.len_utf8(),
            decoded: None,
        })
    };
    [
        escapes::encoded_word(text),
        escapes::entity(text),
        escapes::percent(text),
        escapes::quoted_printable(text),
        escapes::backslash(text),
        mojibake::mojibake(text),
        replaced(),
    ]
    .into_iter()
    .flatten()
    .min_by_key(|piece| piece.start)
}

#[cfg(test)]
mod tests;
