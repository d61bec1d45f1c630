//! Names in a header: as they are if they are ASCII, else in encoded words (RFC 2047) that end
//! where words end.

use data_encoding::BASE64;

/// RFC 2047, 2: of an encoded word, and of a line with one.
const LONGEST_WORD: usize = 75;
const LONGEST_LINE: usize = 76;

/// `Jo <jo@example.com>` after `From: `, on as many lines as it takes.
pub(super) fn mailbox(header: &str, name: Option<&str>, address: &str) -> String {
    let Some(name) = name else {
        return address.to_owned();
    };
    let start = header.len() + ": ".len();
    let pieces = if is_plain(name) { quoted(name) } else { encoded(name, LONGEST_LINE - start) };
    let mut text = String::new();
    let mut length = start;
    for piece in pieces.iter().map(String::as_str).chain([format!("<{address}>").as_str()]) {
        if text.is_empty() {
            // The name of the header is never alone on its line.
        } else if length + 1 + piece.len() <= LONGEST_LINE {
            text.push(' ');
            length += 1;
        } else {
            text.push_str("\r\n ");
            length = 1;
        }
        text.push_str(piece);
        length += piece.len();
    }
    text
}

/// Whether it can stand in a header without being encoded, and isn't taken for encoded there.
fn is_plain(name: &str) -> bool {
    name.chars().all(|c| c == ' ' || c.is_ascii_graphic()) && !name.contains("=?")
}

/// An atom, or a quoted string, in pieces that spaces separate (RFC 5322, 3.2.4).
fn quoted(name: &str) -> Vec<String> {
    if !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
        return vec![name.to_owned()];
    }
    let escaped = name.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"").split(' ').map(str::to_owned).collect()
}

/// Encoded words, the first of which has only `room`. The space between two words of the name is
/// the first character of the second encoded word: what is between encoded words is not read.
fn encoded(name: &str, room: usize) -> Vec<String> {
    let encode = if q_text(name).len() <= BASE64.encode_len(name.len()) { q_word } else { b_word };
    let mut words: Vec<String> = Vec::new();
    let mut chunk = String::new();
    for (at, word) in name.split(' ').enumerate() {
        let part = if at == 0 { word.to_owned() } else { format!(" {word}") };
        let limit = if words.is_empty() { room.min(LONGEST_WORD) } else { LONGEST_WORD };
        let longer = format!("{chunk}{part}");
        if encode(&longer).len() <= limit {
            chunk = longer;
            continue;
        }
        if !chunk.is_empty() {
            words.push(encode(&std::mem::take(&mut chunk)));
        }
        // A word too long for a line is cut between characters.
        for c in part.chars() {
            let limit = if words.is_empty() { room.min(LONGEST_WORD) } else { LONGEST_WORD };
            let longer = format!("{chunk}{c}");
            if !chunk.is_empty() && encode(&longer).len() > limit {
                words.push(encode(&std::mem::take(&mut chunk)));
            }
            chunk.push(c);
        }
    }
    if !chunk.is_empty() {
        words.push(encode(&chunk));
    }
    words
}

fn q_word(text: &str) -> String {
    format!("=?utf-8?q?{}?=", q_text(text))
}

fn b_word(text: &str) -> String {
    format!("=?utf-8?b?{}?=", BASE64.encode(text.as_bytes()))
}

/// RFC 2047, 5 (3): what may stand unencoded in a name.
fn q_text(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        match byte {
            b' ' => encoded.push('_'),
            b'!' | b'*' | b'+' | b'-' | b'/' => encoded.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("={byte:02X}")),
        }
    }
    encoded
}
