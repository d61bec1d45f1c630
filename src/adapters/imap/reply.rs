//! Reads what a server says, as leniently as can be done without guessing: one odd date, flag or
//! octet must not hide the rest of a response. It knows nothing of what was asked.

use std::num::NonZeroU32;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, TimeZone};

#[cfg(test)]
mod tests;

/// Servers that have lost a date give one from before IMAP was invented.
const FIRST_YEAR: i32 = 1971;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    Ok,
    No,
    Bad,
    Bye,
    PreAuth,
}

/// `* OK [UIDNEXT 3] ready`, with or without its code, with or without its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Status {
    pub condition: Condition,
    /// Without its brackets.
    pub code: Option<Vec<u8>>,
    /// Everything after the condition, the code too.
    pub text: String,
}

/// What a FETCH response says of one message. `None` is what it does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fetched {
    pub place: u32,
    pub uid: Option<NonZeroU32>,
    pub date: Option<DateTime<FixedOffset>>,
    pub header: Option<Vec<u8>>,
    pub text: Option<Vec<u8>>,
}

impl Fetched {
    /// Two responses about the same message, the later one filling in what the other left out.
    pub fn join(&mut self, other: Fetched) {
        self.uid = self.uid.or(other.uid);
        self.date = self.date.or(other.date);
        self.header = self.header.take().or(other.header);
        self.text = self.text.take().or(other.text);
    }
}

/// A tagged or untagged status response; `None` if it is something else.
pub(super) fn status(response: &[u8]) -> Option<Status> {
    let (_, rest) = first_word(response);
    let (word, rest) = first_word(rest);
    let condition = match word.to_ascii_uppercase().as_slice() {
        b"OK" => Condition::Ok,
        b"NO" => Condition::No,
        b"BAD" => Condition::Bad,
        b"BYE" => Condition::Bye,
        b"PREAUTH" => Condition::PreAuth,
        _ => return None,
    };
    let rest = rest.trim_ascii();
    let code = rest.strip_prefix(b"[").and_then(|rest| {
        let end = rest.iter().position(|octet| *octet == b']')?;
        rest.get(..end).map(<[u8]>::to_vec)
    });
    Some(Status { condition, code, text: String::from_utf8_lossy(rest).into_owned() })
}

/// The first word of a response and what follows it, both without the blanks between them.
pub(super) fn first_word(text: &[u8]) -> (&[u8], &[u8]) {
    let text = text.trim_ascii_start();
    let end = text.iter().position(|octet| octet.is_ascii_whitespace()).unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end).unwrap_or((text, &[]));
    (word, rest.trim_ascii_start())
}

/// What the server can do, one word at a time; `None` if the response is about something else.
pub(super) fn capabilities(response: &[u8]) -> Option<Vec<&[u8]>> {
    let (first, mut rest) = first_word(response);
    if first == b"*" {
        let (word, after) = first_word(rest);
        if !word.eq_ignore_ascii_case(b"CAPABILITY") {
            return None;
        }
        rest = after;
    } else if !first.eq_ignore_ascii_case(b"CAPABILITY") {
        return None;
    }
    Some(rest.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect())
}

/// A row of a list of folders without the attributes that nobody knows, its name as a literal: a
/// form that any reader reads. `None` if it is something else.
pub(super) fn plain_list(response: &[u8]) -> Option<Vec<u8>> {
    let (star, rest) = first_word(response);
    let (word, rest) = first_word(rest);
    if star != b"*" || !word.eq_ignore_ascii_case(b"LIST") {
        return None;
    }
    let (attributes, rest) =
        rest.strip_prefix(b"(")?.split_at_checked(rest.iter().position(|o| *o == b')')?)?;
    let is_plain = |word: &&[u8]| match word.split_first() {
        Some((b'\\', name)) => !name.is_empty() && name.iter().all(u8::is_ascii_alphabetic),
        _ => false,
    };
    let words =
        attributes.trim_ascii().strip_suffix(b")").unwrap_or(attributes).split(u8::is_ascii_whitespace);
    let attributes: Vec<&[u8]> = words.filter(is_plain).collect();
    let mut cursor = Cursor { rest };
    let separator = match cursor.value().as_deref() {
        Some([separator @ (b'"' | b'\\')]) => vec![b'"', b'\\', *separator, b'"'],
        Some([separator]) => vec![b'"', *separator, b'"'],
        _ => b"NIL".to_vec(),
    };
    let name = cursor.value()?;
    let head = format!("{{{}}}\r\n", name.len());
    let attributes = attributes.join(&b" "[..]);
    Some(
        [b"* LIST (", attributes.as_slice(), b") ", &separator, b" ", head.as_bytes(), &name, b"\r\n"]
            .concat(),
    )
}

/// The numbers of a SEARCH response; `None` if it is about something else, an error if it is one
/// and cannot be read: that is not the same as nothing found.
pub(super) fn search(response: &[u8]) -> Option<Result<Vec<NonZeroU32>, ()>> {
    let (star, rest) = first_word(response);
    let (word, mut rest) = first_word(rest);
    if star != b"*" || !word.eq_ignore_ascii_case(b"SEARCH") {
        return None;
    }
    let mut numbers = Vec::new();
    loop {
        let (word, after) = first_word(rest);
        // RFC 7162 appends "(MODSEQ 12)".
        if word.is_empty() || word.starts_with(b"(") {
            return Some(Ok(numbers));
        }
        match number(word).and_then(NonZeroU32::new) {
            Some(number) => numbers.push(number),
            None => return Some(Err(())),
        }
        rest = after;
    }
}

/// What a FETCH response says; `None` if it is about something else.
pub(super) fn fetch(response: &[u8]) -> Option<Fetched> {
    let (place, rest) = numbered(response)?;
    let (word, rest) = match rest.iter().position(|octet| *octet == b'(') {
        Some(start) => rest.split_at_checked(start)?,
        None => (rest, &[][..]),
    };
    if !word.trim_ascii().eq_ignore_ascii_case(b"FETCH") {
        return None;
    }
    let mut fetched = Fetched { place, ..Fetched::default() };
    let mut cursor = Cursor { rest: rest.strip_prefix(b"(").unwrap_or(rest) };
    loop {
        let before = cursor.rest.len();
        let name = cursor.name().to_ascii_uppercase();
        match name.as_slice() {
            b"UID" => fetched.uid = cursor.value().and_then(|uid| NonZeroU32::new(number(&uid)?)),
            b"INTERNALDATE" => fetched.date = cursor.value().and_then(|date| internal_date(&date)),
            // Any client may have invented them, so nothing inside counts but where they end.
            b"FLAGS" => cursor.skip_flags(),
            name if name.starts_with(b"BODY[HEADER") => fetched.header = cursor.value(),
            name if name.starts_with(b"BODY[TEXT]") => {
                fetched.text = Some(cursor.value().unwrap_or_default());
            }
            b"" => cursor.skip_one(),
            _ => drop(cursor.value()),
        }
        if cursor.rest.is_empty() || cursor.rest.len() == before {
            return Some(fetched);
        }
    }
}

/// ` 5-Mar-2026 10:00:00 +0100`, also with a day of one digit; `None` for a day that never was.
fn internal_date(text: &[u8]) -> Option<DateTime<FixedOffset>> {
    let text = std::str::from_utf8(text).ok()?;
    let mut words = text.split_whitespace();
    let (day, time) = (words.next()?, words.next()?);
    let day = NaiveDate::parse_from_str(day, "%d-%b-%Y").ok().filter(|day| day.year() >= FIRST_YEAR)?;
    let time = NaiveTime::parse_from_str(time, "%H:%M:%S").ok()?;
    // Without a zone of its own it is off by some hours at most.
    let zone = words.next().and_then(|zone| zone.parse().ok()).or(FixedOffset::east_opt(0))?;
    zone.from_local_datetime(&day.and_time(time)).single()
}

/// `* 12 FETCH …` as 12 and the rest.
fn numbered(response: &[u8]) -> Option<(u32, &[u8])> {
    let (star, rest) = first_word(response);
    let (word, rest) = first_word(rest);
    (star == b"*").then_some(())?;
    Some((number(word)?, rest))
}

fn number(text: &[u8]) -> Option<u32> {
    let is_number = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    is_number.then(|| std::str::from_utf8(text).ok()?.parse().ok()).flatten()
}

struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at_checked(count).unwrap_or((self.rest, &[]));
        self.rest = rest;
        taken
    }

    fn skip_one(&mut self) {
        self.take(1);
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_ascii_start();
    }

    /// The name of an item with its brackets: `BODY[HEADER.FIELDS (FROM "TO")]<0>`.
    fn name(&mut self) -> &'a [u8] {
        self.skip_blanks();
        let mut in_brackets = false;
        let ends = |octet: &u8| {
            match octet {
                b'[' => in_brackets = true,
                b']' => in_brackets = false,
                _ => {}
            }
            !in_brackets && (octet.is_ascii_whitespace() || b"(){\"".contains(octet))
        };
        let end = self.rest.iter().position(ends).unwrap_or(self.rest.len());
        self.take(end)
    }

    /// A string in any form, or an atom; `None` for NIL. A list is passed over.
    fn value(&mut self) -> Option<Vec<u8>> {
        self.skip_blanks();
        match self.rest {
            [b'"', ..] => Some(self.quoted()),
            [b'{', ..] | [b'~', b'{', ..] => self.literal(),
            [b'(', ..] => {
                self.skip_list();
                None
            }
            _ => {
                let ends = |octet: &u8| octet.is_ascii_whitespace() || *octet == b')';
                let end = self.rest.iter().position(ends).unwrap_or(self.rest.len());
                let atom = self.take(end);
                (!atom.eq_ignore_ascii_case(b"NIL") && !atom.is_empty()).then(|| atom.to_vec())
            }
        }
    }

    fn quoted(&mut self) -> Vec<u8> {
        self.skip_one();
        let mut text = Vec::new();
        loop {
            match self.take(1) {
                [] | [b'"'] => return text,
                [b'\\'] => text.extend(self.take(1)),
                octet => text.extend(octet),
            }
        }
    }

    /// `None` where fewer octets follow than are announced.
    fn literal(&mut self) -> Option<Vec<u8>> {
        let end = self.rest.iter().position(|octet| *octet == b'\n');
        let announced = self.take(end.map_or(self.rest.len(), |end| end + 1)).trim_ascii();
        let digits: Vec<u8> = announced.iter().copied().filter(u8::is_ascii_digit).collect();
        let count = usize::try_from(number(&digits)?).ok()?;
        let octets = self.take(count);
        (octets.len() == count).then(|| octets.to_vec())
    }

    fn skip_flags(&mut self) {
        self.skip_blanks();
        let end = self.rest.iter().position(|octet| *octet == b')');
        self.take(end.map_or(self.rest.len(), |end| end + 1));
    }

    fn skip_list(&mut self) {
        let mut depth = 0_usize;
        while !self.rest.is_empty() {
            match self.rest {
                [b'"', ..] => drop(self.quoted()),
                [b'{', ..] => drop(self.literal()),
                [octet, ..] => {
                    match octet {
                        b'(' => depth += 1,
                        b')' => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                    self.skip_one();
                }
                [] => {}
            }
            if depth == 0 {
                return;
            }
        }
    }
}
