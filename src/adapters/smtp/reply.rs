//! Replies of a server: how they are read, within limits, and what a session keeps of them.

use std::fmt;

use super::Trouble;
use crate::adapters::net::{Stream, take_line};
use crate::domain::text::printable;

/// RFC 5321 4.5.3.1.5 says 512 octets; real servers write more.
const LONGEST_LINE: usize = 2048;
const MOST_LINES: usize = 100;
const MOST_OCTETS: usize = 64 * 1024;
const LONGEST_TEXT: usize = 300;

/// A code with what the server wrote beside it: its lines joined by blanks, at most 300
/// characters, as raw as they came. Its `Display` is fit to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub code: u16,
    pub text: String,
}

impl Reply {
    /// Takes the first reply off `octets`, under the limits of [`read`]; `None` where its end is
    /// missing. A session reads from its connection; this is for whoever has the octets already.
    #[doc(hidden)]
    pub fn take(octets: &mut Vec<u8>) -> Result<Option<Reply>, String> {
        let mut reply = Unfinished::default();
        while let Some(line) = take_line(octets, LONGEST_LINE).map_err(|error| error.to_string())? {
            if let Some(whole) = reply.add(&line)? {
                return Ok(Some(whole.reply()));
            }
        }
        Ok(None)
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.text.is_empty() {
            true => write!(f, "{}", self.code),
            false => write!(f, "{} {}", self.code, printable(&self.text)),
        }
    }
}

/// A whole reply, line by line and without its codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lines {
    pub code: u16,
    pub lines: Vec<String>,
}

impl Lines {
    pub fn reply(&self) -> Reply {
        Reply { code: self.code, text: capped(&self.lines.join(" ")) }
    }
}

/// Reads one reply within the deadline of the phase.
pub(super) fn read(stream: &mut Stream) -> Result<Lines, Trouble> {
    let mut reply = Unfinished::default();
    loop {
        let line = stream.read_line(LONGEST_LINE)?;
        let whole = reply.add(&line).map_err(|what| Trouble::Protocol(stream.heard(what)))?;
        if let Some(Lines { code, lines }) = whole {
            return Ok(Lines { code, lines: lines.into_iter().map(|line| stream.heard(line)).collect() });
        }
    }
}

pub(super) fn capped(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}

#[derive(Default)]
struct Unfinished {
    code: Option<u16>,
    lines: Vec<String>,
    octets: usize,
}

impl Unfinished {
    /// Takes a line with its line end, and gives the reply if that was the last one.
    fn add(&mut self, line: &[u8]) -> Result<Option<Lines>, String> {
        self.octets += line.len();
        if self.octets > MOST_OCTETS || self.lines.len() >= MOST_LINES {
            return Err("the answer is too long".into());
        }
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned();
        let (code, last, text) =
            split(&line).ok_or_else(|| format!("not a mail server's answer: {}", capped(&line)))?;
        if *self.code.get_or_insert(code) != code {
            return Err(format!("an answer with two codes: {}", capped(&line)));
        }
        self.lines.push(text.to_owned());
        Ok(last.then(|| Lines { code, lines: std::mem::take(&mut self.lines) }))
    }
}

/// `250-text` or `250 text` or `250`: the code, whether it is the last line, and the text.
fn split(line: &str) -> Option<(u16, bool, &str)> {
    let digits = line.get(..3).filter(|digits| digits.bytes().all(|d| d.is_ascii_digit()))?;
    let code: u16 = digits.parse().ok()?;
    if !(200..=599).contains(&code) {
        return None;
    }
    let rest = line.get(3..)?;
    match rest.strip_prefix('-') {
        Some(text) => Some((code, false, text)),
        None if rest.is_empty() => Some((code, true, "")),
        None => rest.strip_prefix(' ').map(|text| (code, true, text)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_all(lines: &[&[u8]]) -> Result<Option<Lines>, String> {
        let mut reply = Unfinished::default();
        for line in lines {
            if let Some(whole) = reply.add(line)? {
                return Ok(Some(whole));
            }
        }
        Ok(None)
    }

    #[test]
    fn a_reply_ends_with_the_line_that_has_no_hyphen() {
        let whole =
            read_all(&[b"250-a.example\r\n", b"250-SIZE 1000\r\n", b"250 HELP\r\n"]).unwrap().unwrap();
        assert_eq!(
            whole,
            Lines { code: 250, lines: vec!["a.example".into(), "SIZE 1000".into(), "HELP".into()] }
        );
        assert_eq!(whole.reply().text, "a.example SIZE 1000 HELP");
        assert_eq!(read_all(&[b"571\n"]).unwrap().unwrap().reply().to_string(), "571");
        assert_eq!(read_all(&[b"250-more\r\n"]).unwrap(), None);
    }

    #[test]
    fn what_is_not_a_reply_is_refused() {
        for line in [
            "\r\n",
            "HTTP/1.1 400 Bad Request\r\n",
            "25 x\r\n",
            "2500 x\r\n",
            "199 x\r\n",
            "600 x\r\n",
            "250x\r\n",
            "\u{661}\u{662}\u{663} x\r\n",
            " 250 x\r\n",
        ] {
            assert!(read_all(&[line.as_bytes()]).is_err(), "{line}");
        }
        assert!(read_all(&[b"250-a\r\n", b"550 b\r\n"]).is_err());
    }

    #[test]
    fn an_endless_reply_is_cut_off() {
        let mut reply = Unfinished::default();
        let results: Vec<_> = (0..101).map(|_| reply.add(b"250-x\r\n").is_ok()).collect();
        assert!(results[..100].iter().all(|ok| *ok) && !results[100]);
        let long = [b"250-".as_slice(), &[b'x'; 2000], b"\r\n"].concat();
        let mut reply = Unfinished::default();
        let taken = (0..100).take_while(|_| reply.add(&long).is_ok()).count();
        assert_eq!(taken, MOST_OCTETS / long.len());
    }

    #[test]
    fn the_kept_text_has_at_most_300_characters_and_prints_without_control_codes_being_lost() {
        let line = format!("550 {}\r\n", "\u{fc}".repeat(900));
        let reply = read_all(&[line.as_bytes()]).unwrap().unwrap().reply();
        assert_eq!(reply.text.chars().count(), 300);
        let raw = read_all(&[b"550 \x1b[31mred\xff\r\n"]).unwrap().unwrap().reply();
        assert_eq!(raw.text, "\u{1b}[31mred\u{fffd}");
    }

    #[test]
    fn a_reply_of_just_the_longest_length_is_taken() {
        let line = |octets: usize| [b"250-".as_slice(), &vec![b'x'; octets - 6], b"\r\n"].concat();
        let mut reply = Unfinished::default();
        for _ in 0..63 {
            assert_eq!(reply.add(&line(1024)), Ok(None));
        }
        assert_eq!(reply.add(&line(1018)), Ok(None));
        assert!(reply.add(b"250 \r\n").is_ok_and(|whole| whole.is_some()), "64 KiB in all");

        let mut reply = Unfinished::default();
        for _ in 0..64 {
            assert_eq!(reply.add(&line(1024)), Ok(None));
        }
        assert!(reply.add(b"250 \r\n").is_err());
    }

    #[test]
    fn replies_are_taken_off_what_was_read_one_by_one() {
        let mut octets = b"250-one\r\n250 two\n354 go\r\n250-and so".to_vec();
        let two = Reply { code: 250, text: "one two".into() };
        assert_eq!(Reply::take(&mut octets), Ok(Some(two)));
        assert_eq!(Reply::take(&mut octets), Ok(Some(Reply { code: 354, text: "go".into() })));
        assert_eq!(Reply::take(&mut octets), Ok(None));
        assert!(Reply::take(&mut b"220\t\r\n".to_vec()).is_err());
        assert!(Reply::take(&mut vec![b'2'; LONGEST_LINE]).is_err());
    }

    proptest! {
        #[test]
        fn no_line_makes_the_reader_panic(lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..8)) {
            let lines: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
            if let Ok(Some(whole)) = read_all(&lines) {
                prop_assert!((200..=599).contains(&whole.code));
            }
        }

        #[test]
        fn every_well_formed_reply_is_read_back(code in 200u16..600, texts in prop::collection::vec("[ -~]{0,60}", 1..20)) {
            let last = texts.len() - 1;
            let lines: Vec<String> = texts.iter().enumerate()
                .map(|(n, text)| format!("{code}{}{text}\r\n", if n == last { ' ' } else { '-' })).collect();
            let lines: Vec<&[u8]> = lines.iter().map(|line| line.as_bytes()).collect();
            prop_assert_eq!(read_all(&lines).unwrap(), Some(Lines { code, lines: texts }));
        }
    }
}
