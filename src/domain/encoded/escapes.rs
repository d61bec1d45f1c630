//! Escapes in ASCII: encoded words, entities of HTML, percent signs, quoted-printable, backslashes.

use data_encoding::{BASE64, BASE64_NOPAD};

use super::{Piece, mojibake};
use crate::domain::text::nfc;

pub(super) const ENCODED_WORD: &str = "an encoded word of a mail header";

/// `=?charset?q?text?=` (RFC 2047), also cut off, or with blanks where `_` should be.
pub(super) fn encoded_word(text: &str) -> Option<Piece> {
    text.match_indices("=?").find_map(|(start, _)| {
        let body = text.get(start + 2..)?;
        let mut parts = body.splitn(3, '?');
        let (charset, encoding, rest) = (parts.next()?, parts.next()?, parts.next()?);
        let charset = charset.split('*').next().unwrap_or_default();
        let is_charset = !charset.is_empty()
            && charset.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':'));
        if !is_charset || !matches!(encoding, "q" | "Q" | "b" | "B") {
            return None;
        }
        let length = rest.find("?=");
        let word = length.and_then(|length| rest.get(..length));
        let bytes = word.and_then(|word| match encoding {
            "q" | "Q" => Some(word_bytes(word)),
            _ => base64(word),
        });
        let end = match length {
            Some(length) => text.len() - rest.len() + length + 2,
            None => text.len(),
        };
        let decoded = bytes.and_then(|bytes| in_charset(charset, &bytes));
        Some(Piece { what: ENCODED_WORD, start, end, decoded })
    })
}

/// `&amp;`, `&auml;`, `&#228;`, `&#xe4;`.
pub(super) fn entity(text: &str) -> Option<Piece> {
    text.match_indices('&').find_map(|(start, _)| {
        let rest = text.get(start + 1..)?;
        let length = rest.find(';').filter(|length| (1..=9).contains(length))?;
        let decoded = named(rest.get(..length)?)?;
        Some(Piece {
            what: "an entity of HTML",
            start,
            end: start + 1 + length + 1,
            decoded: Some(decoded.to_string()),
        })
    })
}

/// `%C3%A4`, `%E4`, `%20`, `%u00e4`; not in an address of the web, and not after a number.
pub(super) fn percent(text: &str) -> Option<Piece> {
    let what = "percent escapes";
    text.match_indices('%').find_map(|(start, _)| {
        if is_in_link(text, start) {
            return None;
        }
        let wide = text.get(start + 1..)?.strip_prefix(['u', 'U']).and_then(|rest| hex(rest.get(..4)?));
        if let Some(c) = wide.and_then(char::from_u32) {
            return Some(Piece { what, start, end: start + 6, decoded: Some(c.to_string()) });
        }
        let (bytes, end) = byte_run(text, start, "%");
        if let Some(decoded) = beyond_ascii(&bytes) {
            return Some(Piece { what, start, end, decoded: Some(decoded) });
        }
        let first = bytes.first()?;
        let before = text.get(..start)?.chars().next_back();
        let after = text.get(end..)?.chars().next();
        let after_number = before.is_none_or(|c| !c.is_alphabetic());
        let is_sign = matches!(first, 0x20..=0x2f | 0x3a..=0x40 | 0x5b..=0x60 | 0x7b..=0x7e);
        let is_letter = bytes.len() == 1 && *first >= 0xc0;
        if after_number || !(is_sign || is_letter) || (is_letter && after.is_some_and(|c| !c.is_alphabetic()))
        {
            return None;
        }
        Some(Piece { what, start, end, decoded: mojibake::western(&bytes) })
    })
}

/// `=C3=A4`, and `=E4` between letters.
pub(super) fn quoted_printable(text: &str) -> Option<Piece> {
    let what = "quoted-printable escapes";
    text.match_indices('=').find_map(|(start, _)| {
        if is_in_link(text, start) {
            return None;
        }
        let (bytes, end) = byte_run(text, start, "=");
        if let Some(decoded) = beyond_ascii(&bytes) {
            return Some(Piece { what, start, end, decoded: Some(decoded) });
        }
        let before = text.get(..start)?.chars().next_back();
        let after = text.get(end..)?.chars().next();
        let inside = before.is_some_and(char::is_alphabetic) && after.is_some_and(char::is_lowercase);
        let is_letter = bytes.len() == 1 && bytes.iter().all(|byte| *byte >= 0xc0);
        let upper = text.get(start..end)?.chars().all(|c| !c.is_lowercase());
        (inside && is_letter && upper).then(|| Piece { what, start, end, decoded: mojibake::western(&bytes) })
    })
}

/// `\u00e4`, `\u{e4}`, `\U000000e4`, `\xe4`, `\303\244`.
pub(super) fn backslash(text: &str) -> Option<Piece> {
    let what = "backslash escapes";
    text.match_indices('\\').find_map(|(start, _)| {
        let rest = text.get(start + 1..)?;
        let piece = |end: usize, decoded: Option<String>| Some(Piece { what, start, end, decoded });
        if let Some(inside) = rest.strip_prefix("u{") {
            let length = inside.find('}')?;
            let c = char::from_u32(hex(inside.get(..length)?)?)?;
            return piece(start + 4 + length, Some(c.to_string()));
        }
        if rest.starts_with('u') {
            let (decoded, length) = utf16_run(text.get(start..)?)?;
            return piece(start + length, decoded);
        }
        if let Some(digits) = rest.strip_prefix('U') {
            let c = char::from_u32(hex(digits.get(..8)?)?)?;
            return piece(start + 10, Some(c.to_string()));
        }
        if rest.starts_with('x') {
            let (bytes, end) = byte_run(text, start, "\\x");
            let high = bytes.iter().all(|byte| *byte >= 0x80) && !bytes.is_empty();
            let decoded = beyond_ascii(&bytes).or_else(|| mojibake::western(&bytes));
            return high.then(|| piece(end, decoded)).flatten();
        }
        let (bytes, end) = octal_run(text, start);
        beyond_ascii(&bytes).and_then(|decoded| piece(end, Some(decoded)))
    })
}

fn word_bytes(word: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(word.len());
    let mut rest = word;
    while let Some(c) = rest.chars().next() {
        let escaped = rest.strip_prefix('=').and_then(|digits| hex(digits.get(..2)?));
        let length = match escaped.and_then(|byte| u8::try_from(byte).ok()) {
            Some(byte) => {
                bytes.push(byte);
                3
            }
            None => {
                let plain = if c == '_' { ' ' } else { c };
                bytes.extend(plain.to_string().as_bytes());
                c.len_utf8()
            }
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    bytes
}

fn base64(word: &str) -> Option<Vec<u8>> {
    let word = word.trim_end_matches('=');
    BASE64_NOPAD.decode(word.as_bytes()).or_else(|_| BASE64.decode(word.as_bytes())).ok()
}

fn in_charset(charset: &str, bytes: &[u8]) -> Option<String> {
    match charset.to_ascii_lowercase().as_str() {
        "utf-8" | "utf8" | "us-ascii" | "ascii" => String::from_utf8(bytes.to_vec()).ok(),
        "iso-8859-1" | "iso-8859-15" | "latin1" | "windows-1252" | "cp1252" => mojibake::western(bytes),
        _ => None,
    }
}

/// Bytes as a text in UTF-8 with at least one character beyond ASCII.
fn beyond_ascii(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8(bytes.to_vec()).ok()?;
    (!text.is_ascii() && !text.contains('\u{fffd}')).then_some(text)
}

/// The bytes that are written from `start` on with `mark` before each two hexadecimal digits, and
/// where they end.
fn byte_run(text: &str, start: usize, mark: &str) -> (Vec<u8>, usize) {
    let mut bytes = Vec::new();
    let mut end = start;
    while let Some(byte) =
        text.get(end..).and_then(|rest| rest.strip_prefix(mark)).and_then(|rest| hex(rest.get(..2)?))
    {
        bytes.extend(u8::try_from(byte));
        end += mark.len() + 2;
    }
    (bytes, end)
}

fn octal_run(text: &str, start: usize) -> (Vec<u8>, usize) {
    let mut bytes = Vec::new();
    let mut end = start;
    while let Some(digits) = text.get(end..).and_then(|rest| rest.strip_prefix('\\')?.get(..3))
        && let Ok(byte) = u8::from_str_radix(digits, 8)
    {
        bytes.push(byte);
        end += 4;
    }
    (bytes, end)
}

/// `\u00e4` and pairs such as `\ud83d\ude00`; none if there is no escape.
fn utf16_run(text: &str) -> Option<(Option<String>, usize)> {
    let mut units = Vec::new();
    let mut length = 0;
    while let Some(unit) =
        text.get(length..).and_then(|rest| rest.strip_prefix("\\u")).and_then(|rest| hex(rest.get(..4)?))
    {
        units.extend(u16::try_from(unit));
        length += 6;
    }
    (length > 0).then(|| (String::from_utf16(&units).ok(), length))
}

fn hex(digits: &str) -> Option<u32> {
    let is_hex = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
    is_hex.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
}

/// Whether the place is inside an address of the web, where escapes are in order.
fn is_in_link(text: &str, at: usize) -> bool {
    let word = text.get(..at).and_then(|before| before.split_whitespace().next_back());
    let touches = text.get(..at).is_some_and(|before| !before.ends_with(char::is_whitespace));
    touches && word.is_some_and(|word| word.contains("://") || word.starts_with("www."))
}

fn named(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let hexadecimal = number.strip_prefix(['x', 'X']).map(hex);
        return char::from_u32(hexadecimal.unwrap_or_else(|| number.parse().ok())?);
    }
    const SIGNS: [(&str, char); 36] = [
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("apos", '\''),
        ("nbsp", ' '),
        ("shy", '\u{ad}'),
        ("szlig", 'ß'),
        ("aelig", 'æ'),
        ("AElig", 'Æ'),
        ("oelig", 'œ'),
        ("OElig", 'Œ'),
        ("oslash", 'ø'),
        ("Oslash", 'Ø'),
        ("lstrok", 'ł'),
        ("Lstrok", 'Ł'),
        ("eth", 'ð'),
        ("ETH", 'Ð'),
        ("thorn", 'þ'),
        ("THORN", 'Þ'),
        ("ndash", '–'),
        ("mdash", '—'),
        ("lsquo", '‘'),
        ("rsquo", '’'),
        ("sbquo", '‚'),
        ("ldquo", '“'),
        ("rdquo", '”'),
        ("bdquo", '„'),
        ("laquo", '«'),
        ("raquo", '»'),
        ("hellip", '…'),
        ("bull", '•'),
        ("middot", '·'),
        ("euro", '€'),
        ("copy", '©'),
        ("reg", '®'),
    ];
    const MARKS: [(&str, char); 9] = [
        ("uml", '\u{308}'),
        ("acute", '\u{301}'),
        ("grave", '\u{300}'),
        ("circ", '\u{302}'),
        ("tilde", '\u{303}'),
        ("ring", '\u{30a}'),
        ("cedil", '\u{327}'),
        ("caron", '\u{30c}'),
        ("ogon", '\u{328}'),
    ];
    let sign = SIGNS.iter().find(|(known, _)| *known == name).map(|(_, sign)| *sign);
    sign.or_else(|| {
        let letter = name.chars().next().filter(char::is_ascii_alphabetic)?;
        let mark = MARKS.iter().find(|(known, _)| name.get(1..) == Some(*known))?.1;
        let composed = nfc(&format!("{letter}{mark}"));
        let mut chars = composed.chars();
        // "xuml" composes to nothing.
        chars.next().filter(|_| chars.next().is_none())
    })
}
