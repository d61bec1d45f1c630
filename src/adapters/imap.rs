//! Looks into a mailbox over IMAP (RFC 3501, 6154) and files a copy in Sent. It must not change
//! anything else there (EXAMINE and PEEK only), nor judge what it found.

mod fetch;
mod folder;
mod header;
mod login;
mod look;
mod query;
mod reply;
mod sent;
mod session;
mod wire;

use std::fmt;

use chrono::{DateTime, FixedOffset};

pub use folder::{Known, SentFolder};
pub use login::Login;
pub use session::Session;

pub use super::net::{CertificateProblem, Interrupt, Patience, Security, Speaks};
use super::net::{ConnectError, NetError, Step, Usual};
use crate::domain::problem::{Kind, Problem};
use crate::domain::text::printable;

/// Which mailbox to look into, and as whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// One more trusted root, as the text of a PEM file.
    pub ca_pem: Option<Vec<u8>>,
    pub user: String,
}

/// What a look into INBOX is for. The server is asked for these first; messages beside them are
/// found as well.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// `jane@acme.example`
    pub addresses: Vec<String>,
    /// `acme.example`
    pub domains: Vec<String>,
    /// Every known id of what was sent, with angle brackets.
    pub message_ids: Vec<String>,
}

/// One message, as far as it was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub uid: u32,
    /// When the server received it.
    pub internal_date: Option<DateTime<FixedOffset>>,
    /// The fields that matter here, as they came but for NULs, with the empty line; at most 64 KiB.
    pub header: Vec<u8>,
    /// The beginning of the text: 64 KiB of what looks like a bounce, 16 KiB of an automatic
    /// answer that concerns what is wanted, nothing of any other message.
    pub text: Option<Vec<u8>>,
}

/// What a look into INBOX has brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    pub found: Vec<Found>,
    /// Messages that are there and could not be read, or not whole.
    pub unread: Vec<Unread>,
    /// Domains from which more came than was read.
    pub cut: Vec<String>,
    pub reach: Reach,
    /// What did not work, and was done without.
    pub warnings: Vec<String>,
}

/// How far back a folder was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// As far as was asked for.
    #[default]
    Whole,
    /// Only since then, if the server says when that was.
    Since(Option<DateTime<FixedOffset>>),
    /// Not all that was found.
    Cut,
}

/// A message that is there and could not be read, with whatever is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The same at each look into this folder.
    pub name: String,
    pub uid: Option<u32>,
    pub internal_date: Option<DateTime<FixedOffset>>,
    pub header: Vec<u8>,
    pub why: Why,
}

/// Why a message could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// It is counted and not shown.
    NotShown,
    NoUid,
    NoHeader,
    /// Its header is longer than anybody should read.
    Cut,
    NoText,
    Refused(Refusal),
}

/// What Sent holds of a note.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InSent {
    /// They bear one of the ids, as their own or as the one that their server replaced.
    pub with_id: Vec<Found>,
    /// Others to the same address, received within a day of the day asked for.
    pub to_them: Vec<Found>,
    /// Copies from about that day that could not be read.
    pub unread: Vec<Unread>,
    /// How far back the copies were looked at.
    pub reach: Reach,
}

const PORTS: Usual = Usual { section: "imap", tls: 993, starttls: 143 };

/// How far a conversation had got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Connect,
    Tls,
    Greeting,
    Capability,
    StartTls,
    Login,
    Id,
    List,
    Examine,
    Search,
    Fetch,
    Append,
}

/// Why there is no session. Nothing was looked at.
pub type OpenError = ImapError;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImapError {
    pub phase: Phase,
    pub kind: Failure,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The settings cannot be right: the host's name, the CA file, no TLS to another machine.
    Config(String),
    Certificate(CertificateProblem),
    /// The login was refused; trying again may lock the account.
    Authentication(Refusal),
    /// The server takes none of our ways to log in, only these.
    NoMechanism(Vec<String>),
    /// NO or BAD.
    Refused(Refusal),
    /// The server ends the connection and says why.
    Bye(String),
    /// What it says is not IMAP, or not what may be said here, or more than anybody should read.
    Protocol(String),
    /// `security` is not what the port speaks.
    WrongMode(Speaks),
    Network(String),
    TimedOut,
    Interrupted,
}

/// A server's NO or BAD with its text, at most 300 characters, as raw as it came. Its `Display` is
/// fit to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub word: Word,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    No,
    Bad,
}

impl ImapError {
    /// For a reader: what happened, and of what class it is. What follows from it is for the
    /// caller to say.
    pub fn problem(&self, server: &Server) -> Problem {
        let host = printable(&server.host);
        let again = |message| Problem::new(Kind::TryAgain, message);
        match &self.kind {
            Failure::Config(what) => Problem::new(Kind::Config, format!("{host}: {what}"))
                .hint("see [imap] in the configuration, then `thanks doctor`"),
            Failure::Certificate(why) => {
                Problem::new(Kind::Config, format!("{host} cannot be trusted: {why}"))
                    .hint(why.hint(&server.host, "imap"))
            }
            Failure::Authentication(refusal) => Problem::new(
                Kind::Permission,
                format!("{host} refuses the login of {}", printable(&server.user)),
            )
            .detail(format!("caused by: {refusal}")),
            Failure::NoMechanism(offered) => Problem::new(
                Kind::Config,
                format!("{host} offers no way to log in that fits the [auth] method"),
            )
            .detail(match offered.as_slice() {
                [] => "it offers nothing".to_owned(),
                some => format!("it offers: {}", printable(&some.join(", "))),
            })
            .hint(match server.security {
                Security::Plain => PORTS.without_login(),
                Security::Tls | Security::StartTls => {
                    "see method in [auth] of the configuration: password or xoauth2".to_owned()
                }
            }),
            Failure::Refused(refusal) if self.phase == Phase::Login => {
                again(format!("{host} can't check the login right now"))
                    .detail(format!("caused by: {refusal}"))
                    .hint("this says nothing about the password; try again later")
            }
            Failure::Refused(refusal) => {
                again(format!("{host} refuses {}", self.phase)).detail(format!("caused by: {refusal}"))
            }
            Failure::Bye(text) if text.is_empty() => {
                again(format!("{host} ended the connection, at {}, without a reason", self.phase))
            }
            Failure::Bye(text) => again(format!("{host} ended the connection, at {}", self.phase))
                .detail(format!("caused by: {}", printable(text))),
            Failure::Protocol(what) if self.phase == Phase::StartTls => {
                again(format!("{host}, port {}: {}", server.port, printable(what)))
                    .hint(PORTS.without_starttls(&server.host))
            }
            Failure::Protocol(what) => {
                again(format!("{host} does not answer as a mailbox server, at {}", self.phase))
                    .detail(format!("caused by: {}", printable(what)))
            }
            Failure::WrongMode(speaks) => {
                speaks.problem(server.security, (&server.host, server.port), &PORTS)
            }
            Failure::Network(what) if self.phase == Phase::Connect => {
                again(format!("no connection to {host}, port {}: {}", server.port, printable(what)))
            }
            Failure::Network(what) => {
                again(format!("the connection to {host} broke, at {}: {}", self.phase, printable(what)))
            }
            Failure::TimedOut => {
                again(format!("{host}, port {}, does not answer in time, at {}", server.port, self.phase))
            }
            Failure::Interrupted => Problem::new(Kind::Interrupted, "interrupted while reading the mailbox"),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.word {
            Word::No => "NO",
            Word::Bad => "BAD",
        };
        write!(f, "{word} {}", printable(&self.text))
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::NotShown => f.write_str("the server counts it but doesn't show it"),
            Why::NoUid => f.write_str("the server doesn't say which message it is"),
            Why::NoHeader => f.write_str("the server shows no header"),
            Why::Cut => f.write_str("its header is too long to read"),
            Why::NoText => f.write_str("the server doesn't show its text"),
            Why::Refused(refusal) => write!(f, "the server says: {refusal}"),
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Connect => "connecting",
            Phase::Tls => "the TLS handshake",
            Phase::Greeting => "the greeting",
            Phase::Capability => "CAPABILITY",
            Phase::StartTls => "STARTTLS",
            Phase::Login => "the login",
            Phase::Id => "ID",
            Phase::List => "the list of folders",
            Phase::Examine => "opening the folder",
            Phase::Search => "the search",
            Phase::Fetch => "the headers",
            Phase::Append => "the copy for Sent",
        })
    }
}

impl From<NetError> for Failure {
    fn from(error: NetError) -> Failure {
        match error {
            NetError::Config(what) => Failure::Config(what),
            NetError::Certificate(why) => Failure::Certificate(why),
            NetError::Tampering | NetError::LineTooLong => Failure::Protocol(error.to_string()),
            NetError::WrongMode(speaks) => Failure::WrongMode(speaks),
            NetError::Name(_) | NetError::Network(_) | NetError::Closed => {
                Failure::Network(error.to_string())
            }
            NetError::TimedOut => Failure::TimedOut,
            NetError::Interrupted => Failure::Interrupted,
        }
    }
}

impl From<ConnectError> for ImapError {
    fn from(failed: ConnectError) -> ImapError {
        let phase = match failed.step {
            Step::Reach => Phase::Connect,
            Step::Secure => Phase::Tls,
        };
        ImapError { phase, kind: failed.error.into() }
    }
}

/// For `map_err`: what failed, with where.
fn at(phase: Phase) -> impl Fn(Failure) -> ImapError {
    move |kind| ImapError { phase, kind }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(phase: Phase, kind: Failure) -> Problem {
        let server = Server {
            host: "mail.example.org".into(),
            port: 993,
            security: Security::Tls,
            ca_pem: None,
            user: "jo".into(),
        };
        ImapError { phase, kind }.problem(&server)
    }

    #[test]
    fn a_refused_login_is_a_matter_of_permission_and_a_refused_folder_is_not() {
        let no = |text: &str| Refusal { word: Word::No, text: text.into() };
        let refused = problem(Phase::Login, Failure::Authentication(no("who\u{1b}[31m?")));
        assert_eq!(refused.kind, Kind::Permission);
        assert!(!refused.details.concat().contains('\u{1b}'), "{refused:?}");
        assert_eq!(problem(Phase::Examine, Failure::Refused(no("gone"))).kind, Kind::TryAgain);
        assert_eq!(problem(Phase::Greeting, Failure::Bye("full".into())).kind, Kind::TryAgain);
    }

    #[test]
    fn what_only_the_configuration_can_mend_is_a_matter_of_configuration() {
        let expired = problem(Phase::Tls, Failure::Certificate(CertificateProblem::Expired));
        assert_eq!(expired.kind, Kind::Config);
        assert_eq!(problem(Phase::Login, Failure::NoMechanism(Vec::new())).kind, Kind::Config);
    }
}
