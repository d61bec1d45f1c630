//! The line to a server: runs one command of the library at a time and hands it whole responses,
//! each of which was first held to its limits. It must not know what a command is for.

use std::fmt;
use std::time::Duration;

use io_imap::codec::decode::Decoder;
use io_imap::codec::fragmentizer::Fragmentizer;
use io_imap::codec::{CommandCodec, ResponseCodec};
use io_imap::coroutine::{ImapCoroutine, ImapCoroutineState, ImapYield};
use io_imap::send::ImapSend;
use io_imap::types::command::{Command, CommandBody};
use io_imap::types::core::TagGenerator;
use zeroize::Zeroizing;

use super::reply::{self, Condition, Status};
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
    /// The untagged data of a command, while we read it ourselves.
    kept: Option<Vec<Vec<u8>>>,
    /// So many octets may still come that belong to no response.
    stray: usize,
    standing: Standing,
}

/// What came of a command that went well.
pub(super) struct Answer {
    /// Untagged responses other than statuses, each with its literals.
    pub data: Vec<Vec<u8>>,
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
        Wire { stream, challenge: Vec::new(), kept: None, stray: 0, standing: Standing::Ready }
    }

    /// Runs one command (or the reading of the greeting) to its end. A NO or BAD leaves the
    /// line usable, any other failure does not.
    pub fn run<C, T, E>(&mut self, patience: Duration, command: C) -> Result<T, Failure>
    where
        C: ImapCoroutine<Yield = ImapYield, Return = Result<T, E>>,
        E: fmt::Display,
    {
        self.guarded(patience, |wire| wire.converse(command))
    }

    fn guarded<T>(
        &mut self,
        patience: Duration,
        talk: impl FnOnce(&mut Wire) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        if self.standing == Standing::Lost {
            return Err(Failure::Network("it broke before".into()));
        }
        if self.stream.is_interrupted() {
            return Err(Failure::Interrupted);
        }
        self.stream.begin(patience);
        let done = talk(self);
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

    /// Runs a command whose answer is read here and not by the library, which is strict: the data
    /// that came, response by response as it was sent, and the code of the last one.
    pub fn ask(&mut self, patience: Duration, body: CommandBody<'static>) -> Result<Answer, Failure> {
        let command = Command { tag: TagGenerator::new().generate(), body };
        self.kept = Some(Vec::new());
        let done = self.run(patience, ImapSend::new(CommandCodec::new(), command));
        let data = self.kept.take().unwrap_or_default();
        match done?.tagged {
            Some(_) => Ok(Answer { data }),
            None => Err(Failure::Protocol("it asks for more where there is no more".into())),
        }
    }

    /// The first thing that a server says.
    pub fn greeting(&mut self, patience: Duration) -> Result<Status, Failure> {
        self.guarded(patience, |wire| {
            let mut budget = Budget { octets: MOST_OCTETS, responses: MOST_RESPONSES };
            let greeting = wire.response(b"*", &mut budget)?;
            let status = reply::status(&greeting).filter(|_| greeting.starts_with(b"*"));
            match status {
                Some(status) => match status.condition {
                    Condition::Ok | Condition::PreAuth => Ok(status),
                    Condition::Bye => Err(Failure::Bye(capped(&status.text))),
                    Condition::No | Condition::Bad => Err(unreadable(&greeting)),
                },
                None => Err(unreadable(&greeting)),
            }
        })
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

    /// The next response for the library. While a literal of ours is held back, it would take any
    /// response for leave to send it, so all are gathered up to the one that gives or denies it.
    fn answer(&mut self, tag: &[u8], held_back: bool, budget: &mut Budget) -> Result<Vec<u8>, Failure> {
        let mut gathered = Vec::new();
        loop {
            let response = self.response(tag, budget)?;
            let for_library = self.checked(response, tag)?;
            let untagged = for_library.as_ref().is_none_or(|response| response.starts_with(b"* "));
            gathered.extend(for_library.into_iter().flatten());
            if !untagged || (!held_back && !gathered.is_empty()) {
                return Ok(gathered);
            }
        }
    }

    /// One response with all its literals, none of which is read before its size is known to be
    /// within the limit. A status has no literals (its text may end like one), yet some servers
    /// write them: what then follows is passed over.
    fn response(&mut self, tag: &[u8], budget: &mut Budget) -> Result<Vec<u8>, Failure> {
        let too_much = || Failure::Protocol("the answer is too long".into());
        budget.responses = budget.responses.checked_sub(1).ok_or_else(too_much)?;
        let mut response = Vec::new();
        loop {
            let left = LONGEST_RESPONSE.saturating_sub(response.len()).min(budget.octets);
            let line = self.stream.read_line(left)?;
            budget.octets = budget.octets.saturating_sub(line.len());
            if response.is_empty() && self.stray > 0 {
                self.stray = self.stray.saturating_sub(line.len());
                let (first, _) = reply::first_word(&line);
                if first != b"*" && first != b"+" && first != tag {
                    continue;
                }
            }
            let announced = announced(&line);
            if response.is_empty() && reply::status(&line).is_some() {
                self.stray = announced.map_or(0, |size| size.min(LITERAL) + LONGEST_TEXT);
                return Ok(line);
            }
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

    /// What the library is to read of a response. It takes any tag for its own and knows fewer
    /// forms of a status than servers do; data that we read ourselves is kept from it.
    fn checked(&mut self, response: Vec<u8>, tag: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        let (first, _) = reply::first_word(&response);
        let is_ours = !tag.is_empty() && first == tag;
        match (first, reply::status(&response)) {
            (b"*", Some(status)) => match status.condition {
                Condition::Bye => Err(Failure::Bye(capped(&status.text))),
                _ => Ok(plain(b"*", &status).filter(|_| self.kept.is_none())),
            },
            (b"*", None) => match &mut self.kept {
                Some(kept) => {
                    kept.push(response);
                    Ok(None)
                }
                None => match ResponseCodec::new().decode(&response) {
                    Ok(_) => Ok(Some(response)),
                    // It would be passed over, and a folder with it.
                    Err(_) => Ok(Some(reply::plain_list(&response).unwrap_or(response))),
                },
            },
            (b"+", _) => {
                self.challenge = response.get(2..).unwrap_or_default().trim_ascii().to_vec();
                let is_readable = ResponseCodec::new().decode(&response).is_ok();
                Ok(Some(if is_readable { response } else { b"+ go on\r\n".to_vec() }))
            }
            (_, Some(status)) if is_ours => match status.condition {
                Condition::Ok => Ok(plain(tag, &status)),
                Condition::No => Err(refused(Word::No, &status)),
                Condition::Bad => Err(refused(Word::Bad, &status)),
                Condition::Bye | Condition::PreAuth => Err(unreadable(&response)),
            },
            _ => Err(unreadable(&response)),
        }
    }
}

fn refused(word: Word, status: &Status) -> Failure {
    Failure::Refused(Refusal { word, text: capped(&status.text) })
}

/// The same status in a form that the library reads, with its code if that is one it knows.
fn plain(tag: &[u8], status: &Status) -> Option<Vec<u8>> {
    let word: &[u8] = match status.condition {
        Condition::Ok => b"OK",
        Condition::No => b"NO",
        Condition::Bad => b"BAD",
        Condition::Bye | Condition::PreAuth => return None,
    };
    let with = |code: &[u8]| [tag, b" ", word, b" ", code, b"done\r\n"].concat();
    let coded = status.code.as_ref().map(|code| with(&[b"[", code.as_slice(), b"] "].concat()));
    coded.filter(|line| ResponseCodec::new().decode(line).is_ok()).or_else(|| Some(with(b"")))
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
