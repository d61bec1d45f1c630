//! The line to a server: runs one command of the library at a time and hands it whole responses,
//! each of which was first held to its limits. It must not know what a command is for.

use std::fmt;
use std::time::Duration;

use io_imap::codec::ResponseCodec;
use io_imap::codec::decode::Decoder;
use io_imap::codec::fragmentizer::Fragmentizer;
use io_imap::coroutine::{ImapCoroutine, ImapCoroutineState, ImapYield};
use zeroize::Zeroizing;

use super::{Failure, Patience, Refusal, Word};
use crate::adapters::net::{Echo, Stream};

/// The most that is asked of the beginning of a header or a text, and taken as one literal.
pub(super) const LITERAL: usize = 64 * 1024;
const LONGEST_RESPONSE: usize = 1024 * 1024;
const MOST_OCTETS: usize = 16 * 1024 * 1024;
const MOST_RESPONSES: usize = 10_000;
const LONGEST_TEXT: usize = 300;

pub(super) struct Wire {
    stream: Stream,
    /// What came with the last request to go on, which says why XOAUTH2 was refused.
    challenge: Vec<u8>,
    standing: Standing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Ready,
    /// Answers and commands may no longer fit together.
    Lost,
}

/// What a command may still cost.
struct Budget {
    octets: usize,
    responses: usize,
}

impl Wire {
    pub fn new(stream: Stream) -> Wire {
        Wire { stream, challenge: Vec::new(), standing: Standing::Ready }
    }

    /// Runs one command (or the reading of the greeting) to its end. A NO or BAD leaves the
    /// line usable, any other failure does not.
    pub fn run<C, T, E>(&mut self, patience: Duration, command: C) -> Result<T, Failure>
    where
        C: ImapCoroutine<Yield = ImapYield, Return = Result<T, E>>,
        E: fmt::Display,
    {
        if self.standing == Standing::Lost {
            return Err(Failure::Network("it broke before".into()));
        }
        if self.stream.is_interrupted() {
            return Err(Failure::Interrupted);
        }
        self.stream.begin(patience);
        let done = self.converse(command);
        if !matches!(done, Ok(_) | Err(Failure::Refused(_))) {
            self.standing = Standing::Lost;
        }
        done.map_err(|failure| match failure {
            Failure::Refused(refusal) => {
                Failure::Refused(Refusal { text: self.heard(refusal.text), ..refusal })
            }
            Failure::Bye(text) => Failure::Bye(self.heard(text)),
            Failure::Protocol(what) => Failure::Protocol(self.heard(what)),
            other => other,
        })
    }

    /// Writes a command whose answer does not matter, and closes.
    pub fn part<C: ImapCoroutine<Yield = ImapYield>>(&mut self, patience: Duration, mut command: C) {
        self.stream.begin(patience);
        let mut fragmentizer = Fragmentizer::new(0);
        if let (Standing::Ready, ImapCoroutineState::Yielded(ImapYield::WantsWrite(octets))) =
            (self.standing, command.resume(&mut fragmentizer, None))
        {
            // Nothing depends on it.
            let _ = self.stream.write_all(&octets);
        }
        self.standing = Standing::Lost;
        self.stream.close();
    }

    /// Upgrades to TLS; whatever came in clear after the answer to STARTTLS ends the connection.
    pub fn start_tls(&mut self, patience: &Patience) -> Result<(), Failure> {
        Ok(self.stream.start_tls(patience)?)
    }

    pub fn is_private(&self) -> bool {
        self.stream.is_private()
    }

    /// From here on no failure repeats this.
    pub fn guard(&mut self, echo: Echo) {
        self.stream.guard(echo);
    }

    pub fn heard(&self, text: String) -> String {
        self.stream.heard(text)
    }

    pub fn last_challenge(&self) -> &[u8] {
        &self.challenge
    }

    fn converse<C, T, E>(&mut self, mut command: C) -> Result<T, Failure>
    where
        C: ImapCoroutine<Yield = ImapYield, Return = Result<T, E>>,
        E: fmt::Display,
    {
        let mut fragmentizer = Fragmentizer::new(4 * LONGEST_RESPONSE as u32);
        let mut budget = Budget { octets: MOST_OCTETS, responses: MOST_RESPONSES };
        let mut tag = Vec::new();
        let mut held_back = false;
        let mut answer: Option<Vec<u8>> = None;
        loop {
            match command.resume(&mut fragmentizer, answer.take().as_deref()) {
                ImapCoroutineState::Complete(done) => {
                    return done.map_err(|e| Failure::Protocol(capped(&e.to_string())));
                }
                ImapCoroutineState::Yielded(ImapYield::WantsWrite(octets)) => {
                    let octets = Zeroizing::new(octets);
                    if tag.is_empty() {
                        tag = octets.split(|octet| *octet == b' ').next().unwrap_or_default().to_vec();
                    }
                    held_back = octets.ends_with(b"}\r\n") && !octets.ends_with(b"+}\r\n");
                    self.stream.write_all(&octets)?;
                }
                ImapCoroutineState::Yielded(ImapYield::WantsRead) => {
                    answer = Some(self.answer(&tag, held_back, &mut budget)?);
                }
            }
        }
    }

    /// The next response. While a literal of ours is held back, the library would take any
    /// response for leave to send it, so all are gathered up to the one that gives or denies it.
    fn answer(&mut self, tag: &[u8], held_back: bool, budget: &mut Budget) -> Result<Vec<u8>, Failure> {
        let mut gathered = Vec::new();
        loop {
            let response = self.response(budget)?;
            let untagged = response.starts_with(b"* ");
            gathered.extend(self.checked(response, tag)?);
            if !(held_back && untagged) {
                return Ok(gathered);
            }
        }
    }

    /// One response with all its literals, none of which is read before its size is known to be
    /// within the limit.
    fn response(&mut self, budget: &mut Budget) -> Result<Vec<u8>, Failure> {
        let too_much = || Failure::Protocol("the answer is too long".into());
        budget.responses = budget.responses.checked_sub(1).ok_or_else(too_much)?;
        let mut response = Vec::new();
        loop {
            let left = LONGEST_RESPONSE.saturating_sub(response.len()).min(budget.octets);
            let line = self.stream.read_line(left)?;
            budget.octets = budget.octets.saturating_sub(line.len());
            let announced = announced(&line);
            response.extend(line);
            let Some(mut size) = announced else {
                return Ok(response);
            };
            if size > LITERAL || size > budget.octets || response.len() + size > LONGEST_RESPONSE {
                return Err(Failure::Protocol(format!(
                    "a literal of {size} octets is announced, and at most {LITERAL} were asked for"
                )));
            }
            budget.octets -= size;
            while size > 0 {
                let some = self.stream.read_some(size)?;
                size -= some.len();
                response.extend(some);
            }
        }
    }

    /// The library takes any tag for its own, and passes over untagged responses that it cannot
    /// read: an unreadable answer to a search would look like "nothing found".
    fn checked(&mut self, response: Vec<u8>, tag: &[u8]) -> Result<Vec<u8>, Failure> {
        let words = Words::of(&response);
        match (words.first.as_slice(), words.second.as_str()) {
            (b"*", "BYE") => Err(Failure::Bye(words.rest)),
            (b"*", _) => {
                let asked_for = || {
                    let rest = words.rest.to_ascii_uppercase();
                    ["BODY[", "INTERNALDATE"].iter().any(|item| rest.contains(item))
                };
                let matters = words.second == "SEARCH" || (words.third == "FETCH" && asked_for());
                match ResponseCodec::new().decode(&response) {
                    Err(_) if matters => Err(unreadable(&response)),
                    _ => Ok(response),
                }
            }
            (b"+", _) | (b"+\r\n", _) => {
                self.challenge = response.get(2..).unwrap_or_default().trim_ascii().to_vec();
                Ok(response)
            }
            (first, word) if !tag.is_empty() && first == tag => match word {
                "OK" => Ok(seven_bit(response)),
                "NO" => Err(Failure::Refused(Refusal { word: Word::No, text: words.rest })),
                "BAD" => Err(Failure::Refused(Refusal { word: Word::Bad, text: words.rest })),
                _ => Err(unreadable(&response)),
            },
            _ => Err(unreadable(&response)),
        }
    }
}

/// The first words of a response; the second and third in upper case, the rest after the second.
struct Words {
    first: Vec<u8>,
    second: String,
    third: String,
    rest: String,
}

impl Words {
    fn of(response: &[u8]) -> Words {
        let mut parts = response.splitn(3, |octet| *octet == b' ');
        let first = parts.next().unwrap_or_default().to_vec();
        let second = parts.next().unwrap_or_default();
        let rest = parts.next().unwrap_or_default();
        let upper = |octets: &[u8]| String::from_utf8_lossy(octets.trim_ascii()).to_ascii_uppercase();
        let third = rest.split(|octet| *octet == b' ').next().unwrap_or_default();
        Words {
            first,
            second: upper(second),
            third: upper(third),
            rest: capped(&String::from_utf8_lossy(rest.trim_ascii())),
        }
    }
}

/// The size in `{123}` or `{123+}` at the end of a line; one that cannot be held is `usize::MAX`.
fn announced(line: &[u8]) -> Option<usize> {
    let line = line.strip_suffix(b"\n")?;
    let line = line.strip_suffix(b"\r").unwrap_or(line).strip_suffix(b"}")?;
    let line = line.strip_suffix(b"+").unwrap_or(line);
    let start = line.iter().rposition(|octet| !octet.is_ascii_digit())?;
    let (before, digits) = line.split_at_checked(start + 1)?;
    match std::str::from_utf8(digits) {
        Ok(digits) if before.ends_with(b"{") && !digits.is_empty() => {
            Some(digits.parse().unwrap_or(usize::MAX))
        }
        _ => None,
    }
}

/// RFC 3501 allows a text only seven bits, and the library holds servers to it; some write more.
fn seven_bit(mut response: Vec<u8>) -> Vec<u8> {
    for octet in response.iter_mut().filter(|octet| !octet.is_ascii()) {
        *octet = b'?';
    }
    response
}

fn unreadable(response: &[u8]) -> Failure {
    let text = String::from_utf8_lossy(response.trim_ascii()).into_owned();
    Failure::Protocol(format!("not a readable answer: {}", capped(&text)))
}

pub(super) fn capped(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_is_announced_only_at_the_end_of_a_line() {
        for (line, size) in [
            (&b"* 1 FETCH (BODY[] {12}\r\n"[..], Some(12)),
            (b"x {012}\n", Some(12)),
            (b"x {0+}\r\n", Some(0)),
            (b"x {{7}\r\n", Some(7)),
            (b"{7}\r\n", Some(7)),
            (b"x {99999999999999999999999}\r\n", Some(usize::MAX)),
            (b"x {12} \r\n", None),
            (b"x {}\r\n", None),
            (b"x {+}\r\n", None),
            (b"x {-1}\r\n", None),
            (b"x 12}\r\n", None),
            (b"12}\r\n", None),
            (b"x {12}\r\r\n", None),
            (b"x {12}", None),
        ] {
            assert_eq!(announced(line), size, "{}", String::from_utf8_lossy(line));
        }
    }

    #[test]
    fn the_library_sees_the_same_literals() {
        for line in [
            &b"x {2}\r\n"[..],
            b"x {02}\n",
            b"x {2+}\r\n",
            b"x {{2}\r\n",
            b"{2}\r\n",
            b"x {2} \r\n",
            b"x {}\r\n",
            b"x {+}\r\n",
            b"x 2}\r\n",
            b"x {2}\r\r\n",
            b"x {1{2}\r\n",
        ] {
            let mut fragmentizer = Fragmentizer::new(1000);
            fragmentizer.enqueue_bytes(line);
            assert!(fragmentizer.progress().is_some());
            let expected = !fragmentizer.is_message_complete();
            assert_eq!(announced(line).is_some(), expected, "{}", String::from_utf8_lossy(line));
        }
    }
}
