//! Submission of messages over SMTP (RFC 5321, 6409, 2920): one connection, each phase with its
//! own deadline and exact codes. It must not know what a note is, nor decide about trying again.

mod abilities;
mod login;
mod refusal;
mod reply;
mod session;
mod text;

use std::fmt;

pub use login::Login;
pub use refusal::Refusal;
pub use reply::Reply;
pub use session::Session;

pub use super::net::{CertificateProblem, Interrupt, Patience, Security, Speaks, Spoke};
use super::net::{ConnectError, NetError, Step, Usual};
use crate::domain::address::EmailAddress;
use crate::domain::problem::{Kind, Problem};
use crate::domain::text::printable;

/// Where to submit, and as whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// One more trusted root, as the text of a PEM file.
    pub ca_pem: Option<Vec<u8>>,
    /// Absent: no login, whatever secret there is.
    pub user: Option<String>,
}

/// One message to one recipient, as it goes over the wire: CRLF line ends, not dot-stuffed.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    pub from: &'a EmailAddress,
    pub to: &'a EmailAddress,
    pub wire: &'a [u8],
}

/// What follows the final dot of a message.
#[derive(Clone, Copy, Debug)]
pub enum Next<'a> {
    Message(&'a Message<'a>),
    Quit,
}

/// What became of a message whose final dot was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// 250 to 259: the server owns it now.
    Accepted(Reply),
    /// 4xx or 5xx, and nothing after it that says otherwise: certainly not taken.
    Refused(Refusal),
    /// No answer, one that cannot be read, or one that was taken back: it may have been taken.
    Lost { what: String },
}

const PORTS: Usual = Usual { section: "smtp", tls: 465, starttls: 587 };

/// How far a conversation had got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Connect,
    Tls,
    Banner,
    Ehlo,
    StartTls,
    Auth,
    Reset,
    Mail,
    Rcpt,
    Data,
    Body,
    Dot,
}

/// Why there is no session. No message was touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenError {
    pub phase: Phase,
    pub kind: OpenFailure,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenFailure {
    /// The settings cannot be right: the host's name, the CA file, no TLS to another machine.
    Config(String),
    Certificate(CertificateProblem),
    /// The login was refused for good; trying again may lock the account.
    Authentication(Reply),
    /// The server offers none of our ways to log in, only these.
    NoMechanism(Vec<String>),
    Transient(Reply),
    Permanent(Reply),
    /// What it says is not SMTP, or not what may be said here.
    Protocol(String),
    /// `security` is not what the port speaks.
    WrongMode(Speaks),
    Network(String),
    TimedOut,
    Interrupted,
}

/// Why a message was not handed over; its final dot was certainly not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodyError {
    pub phase: Phase,
    pub kind: BodyFailure,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyFailure {
    /// By the server, or (too big, no SMTPUTF8) on its behalf.
    Refused(Refusal),
    Protocol(String),
    Network(String),
    TimedOut,
    Interrupted,
}

/// The ids in an accepting reply, with angle brackets: Exchange, SES and others replace a
/// message's own and say so there.
pub fn server_ids(text: &str) -> Vec<String> {
    text.split('<')
        .skip(1)
        .filter_map(|rest| rest.split_once('>'))
        .map(|(id, _)| id)
        .filter(|id| {
            id.len() <= 250
                && id.chars().all(|c| c.is_ascii_graphic())
                && id.split_once('@').is_some_and(|(left, right)| !left.is_empty() && !right.is_empty())
        })
        .map(|id| format!("<{id}>"))
        .collect()
}

impl OpenError {
    /// What the server said, where it said anything.
    pub fn reply(&self) -> Option<&Reply> {
        match &self.kind {
            OpenFailure::Authentication(reply)
            | OpenFailure::Transient(reply)
            | OpenFailure::Permanent(reply) => Some(reply),
            _ => None,
        }
    }

    /// For a reader: what happened, and of what class it is. That nothing was sent is for the
    /// caller to say, who knows what was to be sent.
    pub fn problem(&self, server: &Server) -> Problem {
        let host = printable(&server.host);
        let user = printable(server.user.as_deref().unwrap_or_default());
        match &self.kind {
            OpenFailure::Config(what) => {
                Problem::new(Kind::Config, format!("{host}: {what}")).hint("see [smtp] in the configuration")
            }
            OpenFailure::Certificate(why) => {
                Problem::new(Kind::Config, format!("{host} cannot be trusted: {why}"))
                    .hint(why.hint(&server.host, "smtp"))
            }
            OpenFailure::Authentication(reply) => {
                Problem::new(Kind::Permission, format!("{host} refuses the login of {user}"))
                    .detail(format!("  caused by: {reply}"))
            }
            OpenFailure::NoMechanism(offered) => Problem::new(
                Kind::Config,
                format!("{host} offers no way to log in that fits the [auth] method"),
            )
            .detail(format!("it offers: {}", printable(&list_or_nothing(offered))))
            .hint(match server.security {
                Security::Plain => PORTS.without_login(),
                Security::Tls | Security::StartTls => "see method in [auth] of the configuration: password, or xoauth2 with a command for the token".to_owned(),
            }),
            OpenFailure::Transient(reply) | OpenFailure::Permanent(reply) => {
                Problem::new(Kind::TryAgain, format!("{host} takes no mail now, at {}", self.phase))
                    .detail(format!("  caused by: {reply}"))
            }
            OpenFailure::Protocol(what) if self.phase == Phase::StartTls => {
                Problem::new(Kind::TryAgain, format!("{host}, port {}: {}", server.port, printable(what)))
                    .hint(PORTS.without_starttls(&server.host))
            }
            OpenFailure::Protocol(what) => Problem::new(
                Kind::TryAgain,
                format!("{host} does not answer as a mail server, at {}", self.phase),
            )
            .detail(format!("  caused by: {}", printable(what))),
            OpenFailure::WrongMode(speaks) => speaks.problem(server.security, (&server.host, server.port), &PORTS),
            OpenFailure::Network(what) if self.phase != Phase::Connect => Problem::new(
                Kind::TryAgain,
                format!("the connection to {host} broke, at {}: {}", self.phase, printable(what)),
            ),
            OpenFailure::Network(what) => Problem::new(
                Kind::TryAgain,
                format!("no connection to {host}, port {}: {}", server.port, printable(what)),
            ),
            OpenFailure::TimedOut => Problem::new(
                Kind::TryAgain,
                format!("{host}, port {}, does not answer in time, at {}", server.port, self.phase),
            ),
            OpenFailure::Interrupted => Problem::new(Kind::Interrupted, "interrupted while connecting"),
        }
    }
}

impl BodyError {
    /// What the server, or we on its behalf, said no to.
    pub fn refusal(&self) -> Option<&Refusal> {
        match &self.kind {
            BodyFailure::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// For a reader, as [`OpenError::problem`].
    pub fn problem(&self) -> Problem {
        match &self.kind {
            BodyFailure::Refused(refusal) => refusal.problem(),
            BodyFailure::Protocol(what) => Problem::new(
                Kind::TryAgain,
                format!("the server does not answer as it should, at {}: {}", self.phase, printable(what)),
            ),
            BodyFailure::Network(what) => Problem::new(
                Kind::TryAgain,
                format!(
                    "the connection broke before the end of the message, at {}: {}",
                    self.phase,
                    printable(what)
                ),
            ),
            BodyFailure::TimedOut => {
                Problem::new(Kind::TryAgain, format!("the server does not answer in time, at {}", self.phase))
            }
            BodyFailure::Interrupted => {
                Problem::new(Kind::Interrupted, "interrupted before the end of the message")
            }
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Connect => "connecting",
            Phase::Tls => "the TLS handshake",
            Phase::Banner => "the greeting",
            Phase::Ehlo => "EHLO",
            Phase::StartTls => "STARTTLS",
            Phase::Auth => "the login",
            Phase::Reset => "RSET",
            Phase::Mail => "the sender",
            Phase::Rcpt => "the recipient",
            Phase::Data => "DATA",
            Phase::Body => "the text",
            Phase::Dot => "the end of the text",
        })
    }
}

fn list_or_nothing(offered: &[String]) -> String {
    match offered {
        [] => "nothing".to_owned(),
        some => some.join(", "),
    }
}

/// What can go wrong on the line, before it is known what it means.
#[derive(Debug)]
enum Trouble {
    Net(NetError),
    Protocol(String),
}

impl From<NetError> for Trouble {
    fn from(error: NetError) -> Trouble {
        match error {
            NetError::LineTooLong => Trouble::Protocol("a line of the answer is too long".into()),
            other => Trouble::Net(other),
        }
    }
}

impl From<Trouble> for OpenFailure {
    fn from(trouble: Trouble) -> OpenFailure {
        match trouble {
            Trouble::Protocol(what) => OpenFailure::Protocol(what),
            Trouble::Net(error) => match error {
                NetError::Config(what) => OpenFailure::Config(what),
                NetError::Certificate(why) => OpenFailure::Certificate(why),
                NetError::Tampering | NetError::LineTooLong => OpenFailure::Protocol(error.to_string()),
                NetError::WrongMode(speaks) => OpenFailure::WrongMode(speaks),
                NetError::Name(_) | NetError::Network(_) | NetError::Closed => {
                    OpenFailure::Network(error.to_string())
                }
                NetError::TimedOut => OpenFailure::TimedOut,
                NetError::Interrupted => OpenFailure::Interrupted,
            },
        }
    }
}

impl From<Trouble> for BodyFailure {
    fn from(trouble: Trouble) -> BodyFailure {
        match trouble {
            Trouble::Protocol(what) => BodyFailure::Protocol(what),
            Trouble::Net(NetError::TimedOut) => BodyFailure::TimedOut,
            Trouble::Net(NetError::Interrupted) => BodyFailure::Interrupted,
            Trouble::Net(error) => BodyFailure::Network(error.to_string()),
        }
    }
}

impl From<ConnectError> for OpenError {
    fn from(failed: ConnectError) -> OpenError {
        let phase = match failed.step {
            Step::Reach => Phase::Connect,
            Step::Secure => Phase::Tls,
        };
        OpenError { phase, kind: Trouble::from(failed.error).into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_that_a_server_gave_instead_is_found_in_its_reply() {
        let exchange = "2.0.0 OK <AM0PR0402@AM0PR0402.eurprd04.prod.outlook.com> [Hostname=AM0PR0402]";
        assert_eq!(server_ids(exchange), ["<AM0PR0402@AM0PR0402.eurprd04.prod.outlook.com>"]);
        assert_eq!(
            server_ids("Ok <0100@email.amazonses.com> and <b@c>"),
            ["<0100@email.amazonses.com>", "<b@c>"]
        );
    }

    #[test]
    fn what_only_looks_like_an_id_is_not_taken_for_one() {
        for text in
            ["", "queued as 4XyZ", "<no-at>", "<a b@c>", "<@c>", "<a@>", "<a@b", "a@b>", "<a\u{1b}@b>"]
        {
            assert!(server_ids(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_refused_login_is_a_matter_of_permission_and_a_greylisting_is_not() {
        let server = Server {
            host: "mail.example.org".into(),
            port: 465,
            security: Security::Tls,
            ca_pem: None,
            user: Some("jo".into()),
        };
        let reply = |code, text: &str| Reply { code, text: text.into() };
        let kind = |phase, kind| OpenError { phase, kind }.problem(&server).kind;
        assert_eq!(kind(Phase::Auth, OpenFailure::Authentication(reply(535, "no"))), Kind::Permission);
        assert_eq!(kind(Phase::Banner, OpenFailure::Permanent(reply(554, "no"))), Kind::TryAgain);
        assert_eq!(kind(Phase::Tls, OpenFailure::Certificate(CertificateProblem::Expired)), Kind::Config);
    }

    #[test]
    fn the_ways_to_log_in_that_do_not_fit_are_named() {
        let server = Server {
            host: "mail.example.org".into(),
            port: 465,
            security: Security::Tls,
            ca_pem: None,
            user: Some("jo".into()),
        };
        let details = |offered: &[&str]| {
            let offered = offered.iter().map(|name| (*name).to_owned()).collect();
            let failed = OpenError { phase: Phase::Auth, kind: OpenFailure::NoMechanism(offered) };
            failed.problem(&server).details
        };
        assert_eq!(details(&[]), ["it offers: nothing"]);
        assert_eq!(details(&["NTLM", "CRAM-MD5"]), ["it offers: NTLM, CRAM-MD5"]);
    }

    #[test]
    fn what_the_server_said_is_at_hand_and_a_broken_connection_is_told_from_none() {
        let no = || Reply { code: 550, text: "no".into() };
        for kind in
            [OpenFailure::Authentication(no()), OpenFailure::Transient(no()), OpenFailure::Permanent(no())]
        {
            assert_eq!(OpenError { phase: Phase::Auth, kind }.reply(), Some(&no()));
        }
        assert_eq!(OpenError { phase: Phase::Auth, kind: OpenFailure::TimedOut }.reply(), None);

        let server = Server {
            host: "mail.example.org".into(),
            port: 465,
            security: Security::Tls,
            ca_pem: None,
            user: None,
        };
        let told =
            |phase| OpenError { phase, kind: OpenFailure::Network("reset".into()) }.problem(&server).message;
        assert_eq!(told(Phase::Connect), "no connection to mail.example.org, port 465: reset");
        assert_eq!(told(Phase::Ehlo), "the connection to mail.example.org broke, at EHLO: reset");
    }
}
