//! A message as the bytes that go over the wire, and back. It decides nothing about the text, and
//! reads its own bytes back before anybody may send them.

mod incoming;
mod names;

use std::time::SystemTime;

use chrono::{DateTime, FixedOffset};
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox as LettreMailbox, Message, SinglePart};
use mail_parser::{Addr, HeaderValue as ParsedValue, MessageParser};

use crate::domain::address::Mailbox;
use crate::domain::encoded::has_encoded_word;
use crate::domain::problem::{Kind, Problem};
use crate::domain::text::printable;

pub use incoming::incoming;

/// RFC 5322 2.1.1, without the line end.
const LONGEST_LINE: usize = 998;

/// What a message is to say.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    pub from: &'a Mailbox,
    pub to: &'a Mailbox,
    pub subject: &'a str,
    /// Plain text; line ends of any kind.
    pub body: &'a str,
    /// With angle brackets, as all ids here.
    pub message_id: &'a str,
    pub in_reply_to: Option<&'a str>,
    pub references: &'a [String],
    /// Its offset is the one that the reader sees.
    pub date: DateTime<FixedOffset>,
}

/// A name, if there is one, and an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    pub name: Option<String>,
    pub address: String,
}

/// What a message says, decoded; the words are a stranger's, so print them with care.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    pub subject: String,
    pub from: Vec<Party>,
    pub to: Vec<Party>,
    pub message_id: Option<String>,
    pub in_reply_to: Option<String>,
    pub references: Vec<String>,
    /// With LF line ends.
    pub body: String,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MimeError {
    /// A value that cannot stand in a message.
    #[error("{0}")]
    Unfit(String),
    /// The bytes do not say what they were made to say.
    #[error("the message was not built as it was meant: {0}")]
    Bug(String),
}

impl MimeError {
    pub fn problem(&self) -> Problem {
        let kind = match self {
            MimeError::Unfit(_) => Kind::Data,
            MimeError::Bug(_) => Kind::Bug,
        };
        Problem::new(kind, self.to_string())
    }
}

/// The same values give the same bytes: headers in a fixed order, text/plain in UTF-8 and
/// quoted-printable, CRLF line ends, one of them at the end. Nothing tells about the machine.
pub fn build(outgoing: &Outgoing<'_>) -> Result<Vec<u8>, MimeError> {
    let body = lines_of(outgoing.body);
    if body.is_empty() {
        return Err(MimeError::Unfit("the text is empty".into()));
    }
    if outgoing.subject.chars().any(char::is_control) {
        return Err(MimeError::Unfit("the subject holds a control character or a line end".into()));
    }
    if has_encoded_word(outgoing.subject) {
        // It would be shown decoded, which is not what was approved.
        return Err(MimeError::Unfit("the subject contains an encoded word of a mail header".into()));
    }
    let ids = outgoing.in_reply_to.into_iter().chain(outgoing.references.iter().map(String::as_str));
    for id in ids.chain([outgoing.message_id]) {
        require_id(id)?;
    }
    let mut builder = Message::builder()
        .from(mailbox(outgoing.from)?)
        .to(mailbox(outgoing.to)?)
        .subject(single_blanks(outgoing.subject))
        // Holds the place: the builder writes UTC only.
        .date(SystemTime::UNIX_EPOCH)
        .message_id(Some(outgoing.message_id.to_owned()));
    if let Some(id) = outgoing.in_reply_to {
        builder = builder.in_reply_to(id.to_owned());
    }
    if !outgoing.references.is_empty() {
        builder = builder.references(outgoing.references.join(" "));
    }
    let part = SinglePart::builder()
        .header(ContentType::TEXT_PLAIN)
        .header(ContentTransferEncoding::QuotedPrintable)
        .body(format!("{}\r\n", body.join("\r\n")));
    let mut message = builder.singlepart(part).map_err(|e| MimeError::Unfit(e.to_string()))?;
    for (header, mailbox) in [("From", outgoing.from), ("To", outgoing.to)] {
        let name = mailbox.name.as_ref().map(|name| single_blanks(name.as_str()));
        let name = name.filter(|name| !name.is_empty());
        let text = names::mailbox(header, name.as_deref(), &mailbox.address.wire());
        message.headers_mut().insert_raw(HeaderValue::dangerous_new_pre_encoded(
            HeaderName::new_from_ascii_str(header),
            text.clone(),
            text,
        ));
    }
    let date = date_text(outgoing.date);
    message.headers_mut().insert_raw(HeaderValue::dangerous_new_pre_encoded(
        HeaderName::new_from_ascii_str("Date"),
        date.clone(),
        date,
    ));
    let mut bytes = message.formatted();
    while bytes.ends_with(b"\r\n\r\n") {
        bytes.truncate(bytes.len() - 2);
    }
    verify(&bytes, outgoing, &body.join("\n"))?;
    Ok(bytes)
}

/// The same message with another Date line; all other bytes stay.
pub fn with_date(bytes: &[u8], date: DateTime<FixedOffset>) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 8);
    let mut in_header = true;
    for line in bytes.split_inclusive(|octet| *octet == b'\n') {
        let is_date = line.get(..5).is_some_and(|name| name.eq_ignore_ascii_case(b"date:"));
        if in_header && is_date {
            out.extend_from_slice(format!("Date: {}\r\n", date_text(date)).as_bytes());
        } else {
            out.extend_from_slice(line);
        }
        in_header &= line != b"\r\n";
    }
    out
}

/// What a message says; none if there is no message in the bytes.
pub fn parse(bytes: &[u8]) -> Option<Parsed> {
    let message = MessageParser::default().parse(bytes)?;
    let parties = |address: Option<&mail_parser::Address<'_>>| -> Vec<Party> {
        address.map(|a| a.iter().filter_map(party).collect()).unwrap_or_default()
    };
    Some(Parsed {
        subject: message.subject().unwrap_or_default().to_owned(),
        from: parties(message.from()),
        to: parties(message.to()),
        message_id: message.message_id().map(bracketed),
        in_reply_to: ids(message.in_reply_to()).into_iter().next(),
        references: ids(message.references()),
        body: message.body_text(0).unwrap_or_default().replace("\r\n", "\n"),
    })
}

/// Reads the bytes back: what a mail program will show must be what was meant.
fn verify(bytes: &[u8], meant: &Outgoing<'_>, body: &str) -> Result<(), MimeError> {
    let bug = |what: &str| Err(MimeError::Bug(what.to_owned()));
    let text = bytes.strip_suffix(b"\r\n").unwrap_or_default();
    for line in text.split(|octet| *octet == b'\n') {
        if line.strip_suffix(b"\r").unwrap_or(line).contains(&b'\r') {
            return bug("a lone CR");
        }
        if line.len() > LONGEST_LINE + 1 {
            return Err(MimeError::Unfit(format!(
                "a line of the header is longer than {LONGEST_LINE} octets"
            )));
        }
    }
    let feeds = bytes.iter().filter(|octet| **octet == b'\n').count();
    if feeds != bytes.windows(2).filter(|pair| *pair == b"\r\n").count() {
        return bug("a lone LF");
    }
    let Some(message) = MessageParser::default().parse(bytes) else {
        return bug("it cannot be read back");
    };
    let mut expected = vec!["From", "To", "Subject", "Date", "Message-ID"];
    expected.extend(meant.in_reply_to.map(|_| "In-Reply-To"));
    expected.extend((!meant.references.is_empty()).then_some("References"));
    expected.extend(["MIME-Version", "Content-Type", "Content-Transfer-Encoding"]);
    let names: Vec<&str> = message.headers_raw().map(|(name, _)| name).collect();
    if names != expected {
        return bug(&format!("its headers are {}", printable(&names.join(", "))));
    }
    let Some(read) = parse(bytes) else {
        return bug("it cannot be read back");
    };
    let same_words = |a: &str, b: &str| a.split_whitespace().eq(b.split_whitespace());
    let same_party = |read: &[Party], meant: &Mailbox| match read {
        [one] => {
            let unquoted = |address: &str| address.replace(['"', '\\'], "");
            unquoted(&one.address) == unquoted(&meant.address.wire())
                && same_words(
                    one.name.as_deref().unwrap_or_default(),
                    meant.name.as_ref().map(|name| name.as_str()).unwrap_or_default(),
                )
        }
        _ => false,
    };
    let checks = [
        ("From", same_party(&read.from, meant.from)),
        ("To", same_party(&read.to, meant.to)),
        ("Subject", same_words(&read.subject, meant.subject)),
        ("Message-ID", read.message_id.as_deref() == Some(meant.message_id)),
        ("In-Reply-To", read.in_reply_to.as_deref() == meant.in_reply_to),
        ("References", read.references == meant.references),
        ("the text", read.body.trim_end_matches('\n') == body),
    ];
    match checks.iter().find(|(_, same)| !same) {
        Some((what, _)) => bug(&format!("{what} reads differently")),
        None => Ok(()),
    }
}

fn mailbox(mailbox: &Mailbox) -> Result<LettreMailbox, MimeError> {
    let name = mailbox.name.as_ref().map(|name| single_blanks(name.as_str())).filter(|name| !name.is_empty());
    // On a line end in a name lettre 0.11.23 panics, and older ones write it.
    if name.as_ref().is_some_and(|name| name.chars().any(char::is_control)) {
        return Err(MimeError::Unfit(format!(
            "the name {} holds a control character or a line end",
            printable(name.as_deref().unwrap_or_default())
        )));
    }
    let wire = mailbox.address.wire();
    let address = wire.parse().map_err(|_| {
        MimeError::Unfit(format!("the address {} cannot stand in a header", printable(&wire)))
    })?;
    Ok(LettreMailbox::new(name, address))
}

/// Two blanks before an encoded word would be lost by the reader (RFC 2047 6.2).
fn single_blanks(text: &str) -> String {
    text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// `<left@right>` of visible ASCII: nothing else is written into an id header.
fn require_id(id: &str) -> Result<(), MimeError> {
    let inner = id.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or_default();
    let fit = inner.chars().all(|c| c.is_ascii_graphic() && c != '<' && c != '>')
        && inner.split_once('@').is_some_and(|(left, right)| !left.is_empty() && !right.is_empty());
    match fit {
        true => Ok(()),
        false => Err(MimeError::Unfit(format!("{} is not a Message-ID", printable(id)))),
    }
}

/// The lines of a text with line ends of any kind, without the empty ones at its end.
fn lines_of(text: &str) -> Vec<&str> {
    let text = text.trim_end_matches(['\r', '\n', ' ', '\t']);
    let mut lines = Vec::new();
    for line in text.split('\n') {
        lines.extend(line.strip_suffix('\r').unwrap_or(line).split('\r'));
    }
    if text.is_empty() { Vec::new() } else { lines }
}

/// RFC 5322 3.3.
fn date_text(date: DateTime<FixedOffset>) -> String {
    date.format("%a, %-d %b %Y %H:%M:%S %z").to_string()
}

fn party(addr: &Addr<'_>) -> Option<Party> {
    Some(Party {
        name: addr.name.as_ref().map(|name| name.to_string()),
        address: addr.address.as_ref()?.to_string(),
    })
}

fn ids(value: &ParsedValue<'_>) -> Vec<String> {
    match value {
        ParsedValue::Text(id) => vec![bracketed(id)],
        ParsedValue::TextList(ids) => ids.iter().map(|id| bracketed(id)).collect(),
        _ => Vec::new(),
    }
}

fn bracketed(id: &str) -> String {
    format!("<{id}>")
}

#[cfg(test)]
mod tests;
