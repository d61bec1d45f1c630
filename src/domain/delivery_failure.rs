//! What a mail server's "no" is about: this note, the account that sends it, or the moment. One
//! classification by enhanced status code (RFC 3463) and stage; state, exit code, pause and hint
//! all follow from it.

use super::problem::Kind;
use super::retry::Pause;

/// The part of a transaction that was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// MAIL: nothing is known yet but who sends.
    Sender,
    Recipient,
    /// DATA: the text has not been seen.
    Data,
    /// The final dot.
    Text,
}

/// Whether the server knows who we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    LoggedIn,
    /// The server offers a login, and none was configured.
    Anonymous,
    /// The server offers no login.
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The note cannot be sent as it is. Only this refuses it.
    Note(Flaw),
    /// The note is fine, and no other note would get through either.
    Account(Obstacle),
    /// The server has lost track of the conversation. The note was never considered.
    Sequence,
    /// Try again later.
    Passing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    Address,
    Size,
    Content,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// A limit on how much the account may send.
    Quota,
    /// The server wants another login, or one at all.
    Login,
    /// The account may not use this sender address.
    Sender,
    /// The server wants TLS first.
    Encryption,
    /// The provider does not let this account, or this network, send.
    Policy,
}

/// An enhanced status code without its class, which the reply code repeats.
type Status = (u16, u16);

const QUOTA: &[&str] = &[
    "submissionquota",
    "submission quota",
    "sending limit",
    "sending quota",
    "send limit",
    "send quota",
    "sender limit",
    "daily ",
    "hourly ",
    "per day",
    "per hour",
    "per minute",
    "rate limit",
    "rate-limit",
    "ratelimit",
    "limit exceeded",
    "exceeded the limit",
    "exceeded your",
    "reached your",
    "reached the limit",
    "recipient limit",
    "message limit",
    "too many messages",
    "too many emails",
    "too many mails",
    "too many recipients",
    "too much mail",
    "throttl",
    "unusual sending",
    "unusual rate",
];
const DAILY: &[&str] = &["daily", "per day", "24 hours", "24-hour", "24h", "tomorrow"];
const SIZE: &[&str] = &[
    "message size",
    "message length",
    "size limit",
    "maximum size",
    "max size",
    "maximum message",
    "too large",
    "too big",
    "too long",
];
const FULL: &[&str] = &["quota", "mailbox full", "mailbox is full", "inbox is full", "insufficient storage"];
const LATER: &[&str] = &[
    "again later",
    "try later",
    "retry later",
    "try again in",
    "try again after",
    "try after",
    "temporar",
    "greylist",
    "graylist",
    "too quickly",
];
const ENCRYPTION: &[&str] = &["starttls", "encryption", "tls required", "tls first", "requires tls"];
const LOGIN: &[&str] = &[
    "authentication required",
    "authentication is required",
    "authentication needed",
    "authentication unsuccessful",
    "authentication failed",
    "requires authentication",
    "require authentication",
    "authenticate first",
    "must authenticate",
    "must be authenticated",
    "please authenticate",
    "need to authenticate",
    "not authenticated",
    "auth first",
    "auth required",
    "smtp auth",
    "smtpclientauth",
    "basic authentication",
    "not logged in",
    "log in first",
    "login required",
    "please log in",
    "relaying",
    "relay access",
    "relay denied",
    "relay not",
    "to relay",
    "not relay",
    "no relay",
];
const SENDER: &[&str] = &[
    "sendas",
    "send as",
    "sender address",
    "sender not",
    "sender is not",
    "sender rejected",
    "sender denied",
    "sender unknown",
    "sender mismatch",
    "sender verif",
    "unknown sender",
    "invalid sender",
    "envelope sender",
    "not owned by",
    "does not own",
    "from address",
    "from header",
    "allowed to send",
    "permitted to send",
    "permission to send",
    "permissions to send",
    "authorized to send",
    "authorised to send",
];
/// The recipient does not want mail from us, which is about them and not about our account.
const TO_THEM: &[&str] =
    &["to send to", "send mail to", "send email to", "send messages to", "send a message to"];
const SENDER_POLICY: &[&str] = &["spf", "dkim", "dmarc"];
const POLICY: &[&str] = &[
    "your account",
    "sender blocked",
    "sender is blocked",
    "banned",
    "outbound",
    "spamhaus",
    "blacklist",
    "blocklist",
    "block list",
    "client host",
    "your ip",
    "reputation",
];
/// At the recipient these would speak of the recipient's account.
const OUR_ACCOUNT: &[&str] = &["account", "suspended", "disabled", "restricted"];

impl Cause {
    /// What a 4xx or 5xx reply is about; `text` is what follows its code.
    pub fn of(stage: Stage, code: u16, text: &str, client: Client) -> Cause {
        let status = status(text);
        let words = text.to_lowercase();
        if code < 500 {
            return for_now(status, &words);
        }
        by_code(code, &words)
            .or_else(|| by_status(stage, status?, &words))
            .or_else(|| by_words(stage, &words))
            .unwrap_or_else(|| by_stage(stage, code, status, client))
    }

    /// What a note comes to, and with which exit code.
    pub fn kind(self) -> Kind {
        match self {
            Cause::Note(_) => Kind::Refused,
            Cause::Account(Obstacle::Login | Obstacle::Policy) => Kind::Permission,
            Cause::Account(Obstacle::Sender | Obstacle::Encryption) => Kind::Config,
            Cause::Account(Obstacle::Quota) | Cause::Sequence | Cause::Passing => Kind::TryAgain,
        }
    }

    /// How long to leave the server alone. What a person has to fix is not asked about every minute.
    pub fn pause(self, code: u16, text: &str) -> Pause {
        let asked = Pause::after(code, text);
        match self {
            Cause::Account(Obstacle::Quota) if contains(&text.to_lowercase(), DAILY) => Pause::Day,
            Cause::Account(_) => asked.max(Pause::Hour),
            Cause::Note(_) | Cause::Sequence | Cause::Passing => asked,
        }
    }
}

/// The enhanced status code that a reply's text begins with.
fn status(text: &str) -> Option<Status> {
    let word = text.split_whitespace().next()?.trim_matches(['#', '(', ')', '[', ']', ',', ';', ':']);
    let mut parts = word.split('.');
    let (class, subject, detail) = (parts.next()?, parts.next()?, parts.next()?);
    if !matches!(class, "4" | "5") || parts.next().is_some() {
        return None;
    }
    Some((subject.parse().ok()?, detail.parse().ok()?))
}

fn contains(words: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| words.contains(phrase))
}

/// A 4xx is always tried again; the question is whether the other notes may be tried now.
fn for_now(status: Option<Status>, words: &str) -> Cause {
    match status {
        Some((5, 3) | (7, 28) | (4, 5)) => Cause::Account(Obstacle::Quota),
        // Their mailbox, not our account.
        Some((2, _)) => Cause::Passing,
        _ if contains(words, QUOTA) => Cause::Account(Obstacle::Quota),
        _ => Cause::Passing,
    }
}

/// Codes that mean one thing wherever they come.
fn by_code(code: u16, words: &str) -> Option<Cause> {
    match code {
        530 | 538 if contains(words, ENCRYPTION) => Some(Cause::Account(Obstacle::Encryption)),
        530 | 534 | 535 | 538 => Some(Cause::Account(Obstacle::Login)),
        503 if contains(words, LOGIN) => Some(Cause::Account(Obstacle::Login)),
        503 => Some(Cause::Sequence),
        _ => None,
    }
}

fn by_status(stage: Stage, status: Status, words: &str) -> Option<Cause> {
    use Obstacle::{Encryption, Login, Policy, Quota, Sender};
    let is_sender = stage == Stage::Sender;
    let cause = match status {
        (1, 90) | (4, 5) | (5, 3) => Cause::Account(Quota),
        // Zoho's "unusual sending activity"; elsewhere a loop on the way to the recipient.
        (4, 6) if !contains(words, &["loop", "hop"]) => Cause::Account(Quota),
        (2, 0 | 2) if contains(words, &["submission"]) => Cause::Account(Quota),
        (2, 252) => Cause::Account(Sender),
        (1, 8) if contains(words, &["outbound"]) => Cause::Account(Policy),
        (1, 7 | 8) => Cause::Account(Sender),
        // At MAIL only the sender's address can be meant.
        (1, _) if is_sender => Cause::Account(Sender),
        (1, _) => Cause::Note(Flaw::Address),
        (2, 1) if contains(words, LATER) || contains(words, &["rate"]) => Cause::Passing,
        (2, 1) if is_sender => Cause::Account(Policy),
        (2, 1) => Cause::Note(Flaw::Address),
        (2, 2) if is_sender => Cause::Account(Quota),
        (2, 2 | 121 | 122) => Cause::Passing,
        (2, 3) | (3, 4) => Cause::Note(Flaw::Size),
        (3, 1 | 2 | 5) => Cause::Passing,
        (4, _) if is_sender => Cause::Passing,
        (4, _) => Cause::Note(Flaw::Address),
        (5, 1) if contains(words, LOGIN) => Cause::Account(Login),
        (5, 1) => Cause::Sequence,
        (6, _) => Cause::Note(Flaw::Content),
        (7, 10 | 11) => Cause::Account(Encryption),
        (7, 3 | 8 | 9 | 12..=14 | 30 | 54 | 57 | 64 | 68 | 139) => Cause::Account(Login),
        (7, 60) => Cause::Account(Sender),
        (7, 20..=29) => Cause::Account(Policy),
        (7, 232 | 233 | 705) => Cause::Account(Quota),
        // Groups and mailboxes that take mail from chosen senders only.
        (7, 100..=199) => Cause::Note(Flaw::Address),
        (7, 500..=799) => Cause::Account(Policy),
        _ => return None,
    };
    Some(cause)
}

fn by_words(stage: Stage, words: &str) -> Option<Cause> {
    let says = |phrases| contains(words, phrases);
    let takes_us = matches!(stage, Stage::Sender | Stage::Data);
    let cause = match () {
        () if says(SENDER_POLICY) => Cause::Account(Obstacle::Policy),
        () if says(SIZE) => Cause::Note(Flaw::Size),
        () if says(QUOTA) => Cause::Account(Obstacle::Quota),
        () if says(FULL) && takes_us => Cause::Account(Obstacle::Quota),
        () if says(FULL) || says(LATER) => Cause::Passing,
        () if says(ENCRYPTION) => Cause::Account(Obstacle::Encryption),
        () if says(LOGIN) => Cause::Account(Obstacle::Login),
        () if says(TO_THEM) && !takes_us => Cause::Note(Flaw::Address),
        () if says(SENDER) => Cause::Account(Obstacle::Sender),
        () if says(POLICY) || (takes_us && says(OUR_ACCOUNT)) => Cause::Account(Obstacle::Policy),
        () => return None,
    };
    Some(cause)
}

/// Where neither code nor words say more: what the server had seen so far.
fn by_stage(stage: Stage, code: u16, status: Option<Status>, client: Client) -> Cause {
    let subject = status.map(|(subject, _)| subject);
    let is_rights = subject == Some(7);
    match (stage, code) {
        (Stage::Sender | Stage::Recipient | Stage::Data, 500 | 502 | 504 | 555) => Cause::Passing,
        (Stage::Sender | Stage::Recipient, _) if client == Client::Anonymous && is_rights => {
            Cause::Account(Obstacle::Login)
        }
        // RFC 5321 4.5.3.1.10: at RCPT it is a full mailbox.
        (Stage::Recipient, 552) => Cause::Passing,
        (Stage::Recipient, _) => Cause::Note(Flaw::Address),
        (_, 552) => Cause::Note(Flaw::Size),
        (Stage::Sender, 554) => Cause::Account(Obstacle::Policy),
        (Stage::Sender, _) if is_rights => Cause::Account(Obstacle::Policy),
        (Stage::Sender, _) if matches!(subject, Some(3 | 5)) => Cause::Passing,
        (Stage::Sender, _) => Cause::Account(Obstacle::Sender),
        (Stage::Data, _) if subject == Some(2) => Cause::Note(Flaw::Address),
        (Stage::Data, _) => Cause::Account(Obstacle::Policy),
        (Stage::Text, _) if subject == Some(2) => Cause::Note(Flaw::Address),
        (Stage::Text, _) => Cause::Note(Flaw::Content),
    }
}

#[cfg(test)]
mod tests;
