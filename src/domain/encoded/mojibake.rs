//! UTF-8 that was read as Windows-1252, Latin-1, Mac Roman or code page 850: `JÃ¤ne`, `weâ€™re`.

use super::Piece;

/// What Windows-1252 has at 0x80 to 0x9f; the five that it leaves open stay as in Latin-1.
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// What Mac Roman has at 0x80 to 0xbf, the second half of a letter with a mark.
const MAC: &str = "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø";

/// What code page 850 has at 0x80 to 0xbf.
const DOS: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐";

const WHAT: &str = "letters that were read in a wrong encoding";

/// The first run of characters that are really bytes of UTF-8.
pub(super) fn mojibake(text: &str) -> Option<Piece> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let is_ascii = |at: &usize| chars.get(*at).is_some_and(|(_, c)| c.is_ascii());
    (0..chars.len())
        .filter(|at| !is_ascii(at))
        .find_map(|at| western_run(text, &chars, at).or_else(|| other_run(text, &chars, at)))
}

/// Bytes as Windows-1252 has them.
pub(super) fn western(bytes: &[u8]) -> Option<String> {
    let text: String = bytes
        .iter()
        .map(|byte| match byte {
            0x80..=0x9f => WINDOWS.get(usize::from(byte - 0x80)).copied().unwrap_or_default(),
            _ => char::from(*byte),
        })
        .collect();
    (!text.chars().any(char::is_control)).then_some(text)
}

/// Consecutive characters of several bytes that begin at a character and read as one of another
/// encoding each.
fn western_run(text: &str, chars: &[(usize, char)], first: usize) -> Option<Piece> {
    let mut decoded = String::new();
    let mut at = first;
    let mut sure = false;
    while let Some((c, length)) = one_of(chars, at) {
        // Two letters of another script in a row are no coincidence.
        sure |= is_sure(chars, at, length, c) || !decoded.is_empty();
        decoded.push(c);
        at += length;
    }
    (sure && !decoded.is_empty()).then(|| piece(text, chars, first, at, Some(decoded)))
}

/// The character whose bytes stand here as characters, and how many they are.
fn one_of(chars: &[(usize, char)], at: usize) -> Option<(char, usize)> {
    let lead = byte_of(chars.get(at)?.1)?;
    let length = match lead {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    let bytes: Option<Vec<u8>> =
        chars.get(at..at + length)?.iter().map(|(_, c)| byte_of(*c).filter(|byte| *byte >= 0x80)).collect();
    let decoded = String::from_utf8(bytes?).ok()?;
    let c = decoded.chars().next()?;
    is_likely(c).then_some((c, length))
}

/// Characters of the names and texts that are met.
fn is_likely(c: char) -> bool {
    matches!(c,
        '\u{a0}'..='\u{17f}' | '\u{218}'..='\u{21b}' | '\u{386}'..='\u{3ce}' | '\u{400}'..='\u{4ff}'
        | '\u{5d0}'..='\u{5ea}' | '\u{621}'..='\u{64a}' | '\u{900}'..='\u{97f}' | '\u{e00}'..='\u{e5b}'
        | '\u{1e00}'..='\u{1eff}' | '\u{2010}'..='\u{2044}' | '\u{20ac}' | '\u{2122}' | '\u{2190}'..='\u{21ff}'
        | '\u{2600}'..='\u{27bf}' | '\u{3001}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{fe0f}' | '\u{ff01}'..='\u{ff5e}' | '\u{1f300}'..='\u{1faff}')
}

/// Whether one such character alone is no coincidence: "«CAFÉ»", "prêt à…", and "3×½" are text.
fn is_sure(chars: &[(usize, char)], at: usize, length: usize, decoded: char) -> bool {
    let tail: Vec<char> = chars.iter().skip(at + 1).take(length - 1).map(|(_, c)| *c).collect();
    let before = at.checked_sub(1).and_then(|before| chars.get(before)).map(|(_, c)| *c);
    let after = chars.get(at + length).map(|(_, c)| *c);
    let is_mark = |c: &char| !c.is_alphabetic();
    let after_capital = before.is_some_and(char::is_uppercase);
    match decoded {
        // "â€™": the first half of every quotation mark and dash.
        '\u{2010}'..='\u{2044}' | '\u{20ac}' | '\u{2122}' => true,
        // A letter with a mark: at the end of a word in capitals it may be a letter and a quotation mark.
        '\u{a0}'..='\u{17f}' | '\u{218}'..='\u{21b}' => {
            let at_end = after.is_none_or(|c| !c.is_alphanumeric());
            !(tail.iter().all(is_punctuation) && at_end && after_capital)
        }
        // Two bytes of Greek, Cyrillic, or Hebrew: one alone may be "5×…" or "Ñ".
        '\u{300}'..='\u{7ff}' => false,
        _ if length == 4 => true,
        // "café »" and "prêt…»" are French.
        _ => !tail.iter().all(is_punctuation) && tail.iter().any(is_mark),
    }
}

/// What follows a letter in a text that is in order.
fn is_punctuation(c: &char) -> bool {
    matches!(
        c,
        '«' | '»'
            | '‹'
            | '›'
            | '“'
            | '”'
            | '„'
            | '‘'
            | '’'
            | '‚'
            | '…'
            | '–'
            | '—'
            | '•'
            | '·'
            | '\u{a0}'
            | '™'
            | '®'
            | '©'
            | '°'
            | '€'
            | '£'
            | '¢'
            | '§'
            | '±'
            | '¹'
            | '²'
            | '³'
            | 'ª'
            | 'º'
    )
}

fn byte_of(c: char) -> Option<u8> {
    let special = WINDOWS.iter().position(|known| *known == c).and_then(|at| u8::try_from(at).ok());
    special.map(|at| 0x80 + at).or_else(|| u8::try_from(u32::from(c)).ok())
}

/// `J√§ne` and `J├ñne`: a sign in the middle of a word that only another encoding puts there.
fn other_run(text: &str, chars: &[(usize, char)], at: usize) -> Option<Piece> {
    let sign = chars.get(at)?.1;
    let second = chars.get(at + 1)?.1;
    let near = |place: Option<usize>| {
        place.and_then(|place| chars.get(place)).is_some_and(|(_, c)| c.is_alphabetic())
    };
    if !near(at.checked_sub(1)) && !near(Some(at + 2)) {
        return None;
    }
    let table = match sign {
        '√' => MAC,
        '├' => DOS,
        // `‚Äô`
        '‚' if second == 'Ä' => return Some(piece(text, chars, at, at + 3, None)),
        _ => return None,
    };
    let place = table.chars().position(|c| c == second)?;
    let low = u32::try_from(place).ok()? + 0x80;
    let decoded = char::from_u32(0xc0 + (low - 0x80))?;
    Some(piece(text, chars, at, at + 2, Some(decoded.to_string())))
}

fn piece(text: &str, chars: &[(usize, char)], first: usize, end: usize, decoded: Option<String>) -> Piece {
    let offset = |place: usize| chars.get(place).map_or(text.len(), |(offset, _)| *offset);
    Piece { what: WHAT, start: offset(first), end: offset(end), decoded }
}
