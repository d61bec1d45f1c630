//! What a subject says beside what gateways and replies put in front of it.

use super::Message;
use super::lexicon::plain;

/// How programs mark an answer or a forwarded message, in lower case.
const REPLIES: &[&str] = &[
    "re",
    "aw",
    "sv",
    "vs",
    "rv",
    "r",
    "ref",
    "rif",
    "rép",
    "réf",
    "res",
    "resp",
    "antw",
    "odp",
    "atb",
    "ynt",
    "vá",
    "bls",
    "hth",
    "απ",
    "σχετ",
    "отв",
    "ответ",
    "ha",
    "返信",
    "回复",
    "回覆",
    "答复",
    "答覆",
    "회신",
    "תשובה",
    "رد",
];
const FORWARDS: &[&str] = &[
    "fwd",
    "fw",
    "wg",
    "tr",
    "i",
    "enc",
    "doorst",
    "vl",
    "vb",
    "vid",
    "továbbítás",
    "пер",
    "转发",
    "轉寄",
    "転送",
];
/// The longest tag in brackets that a gateway puts before a subject.
const LONGEST_TAG: usize = 30;

/// A subject without the tags, `Re:` and `Fwd:` in front of it.
pub(super) struct Bare<'a> {
    pub text: &'a str,
    /// Something in front of it says that it answers.
    pub answers: bool,
}

pub(super) fn bare(subject: &str) -> Bare<'_> {
    let mut bare = Bare { text: subject.trim(), answers: false };
    loop {
        if let Some(rest) = after_tag(bare.text) {
            bare.text = rest;
        } else if let Some((rest, answers)) = after_prefix(bare.text) {
            bare.text = rest;
            bare.answers |= answers;
        } else {
            return bare;
        }
    }
}

/// The subject in plain letters, once without tags alone and once without anything in front of it.
pub(super) fn plain_of(message: &Message) -> (String, String, bool) {
    let mut untagged = message.subject.trim();
    while let Some(rest) = after_tag(untagged) {
        untagged = rest;
    }
    let bare = bare(&message.subject);
    (plain(untagged), plain(bare.text), bare.answers)
}

/// `[External]`, `(EXT)`, `***EXTERNAL***`, `EXTERNAL:`: what a gateway adds. A word that says that
/// the mail is automatic is no such tag.
fn after_tag(subject: &str) -> Option<&str> {
    let (open, close) = match subject.chars().next()? {
        '[' => ("[", "]"),
        '(' => ("(", ")"),
        '{' => ("{", "}"),
        '\u{3010}' => ("\u{3010}", "\u{3011}"),
        '*' => ("*", "*"),
        _ => return after_word(subject),
    };
    let inner = subject.trim_start_matches(open);
    let (tag, rest) = inner.split_once(close)?;
    let tag = plain(tag);
    let is_automatic =
        ["auto", "ooo", "out of", "abwesen", "absen", "undeliver"].iter().any(|sign| tag.contains(sign));
    let rest = rest.trim_start_matches(close).trim_start_matches([':', '-']).trim();
    (!is_automatic && tag.chars().count() <= LONGEST_TAG && !rest.is_empty()).then_some(rest)
}

fn after_word(subject: &str) -> Option<&str> {
    let (word, rest) = subject.split_once(':')?;
    let is_tag = matches!(
        plain(word).as_str(),
        "external"
            | "ext"
            | "extern"
            | "externe"
            | "externo"
            | "external email"
            | "external sender"
            | "caution"
            | "spam"
    );
    (is_tag && !rest.trim().is_empty()).then(|| rest.trim())
}

/// What follows `Re:`, `AW:`, `Re[2]:`, and whether it says that the mail answers.
fn after_prefix(subject: &str) -> Option<(&str, bool)> {
    let (prefix, rest) = subject.split_once([':', '\u{ff1a}'])?;
    let word = plain(prefix);
    let word = word
        .split(['[', '('])
        .next()
        .unwrap_or_default()
        .trim()
        .trim_end_matches(|c: char| c.is_ascii_digit());
    let answers = REPLIES.contains(&word);
    (answers || FORWARDS.contains(&word)).then(|| (rest.trim(), answers))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_gateways_and_replies_add_is_taken_away() {
        for (subject, text, answers) in [
            ("Re: Thank you", "Thank you", true),
            ("[External] Automatic reply: Thank you", "Automatic reply: Thank you", false),
            ("***EXT*** AW: [EXTERN] Re: Danke", "Danke", true),
            ("EXTERNAL: Sv: Tak", "Tak", true),
            ("RE[2]: (External) Thank you", "Thank you", true),
            ("\u{56de}\u{590d}\u{ff1a}Thank you", "Thank you", true),
            ("Fwd: Thank you", "Thank you", false),
            ("[Auto-Reply] Thank you", "[Auto-Reply] Thank you", false),
            ("[Acme]", "[Acme]", false),
            ("Your role: next steps", "Your role: next steps", false),
        ] {
            let bare = bare(subject);
            assert_eq!((bare.text, bare.answers), (text, answers), "{subject}");
        }
    }
}
