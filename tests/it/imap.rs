//! Our look into a mailbox, against servers good and bad.

use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate};
use thanks::adapters::imap::{
    CertificateProblem, Failure, Found, ImapError, Interrupt, Known, Login, Look, OpenError, Patience, Reach,
    Refusal, Security, Server, Session, Speaks, Wanted, Why, Word,
};
use thanks::domain::problem::Kind;

use crate::imap_server::{At, Builder, Certificate, Fault, ImapServer, Lie, Odd, Transport};

mod faults;
mod inbox;
mod sent;
mod trust;

const PASSWORD: Login<'_> = Login::Password("sesame-42");

fn short() -> Patience {
    let moment = Duration::from_secs(1);
    Patience {
        connect: moment * 5,
        banner: moment,
        silence: moment,
        command: moment,
        body: moment,
        receipt: moment,
    }
}

/// Long enough that only a limit or an interruption ends it within a test.
fn long() -> Patience {
    let minute = Duration::from_secs(60);
    Patience {
        connect: minute,
        banner: minute,
        silence: minute,
        command: minute,
        body: minute,
        receipt: minute,
    }
}

fn target(server: &ImapServer, security: Security) -> Server {
    Server {
        host: "127.0.0.1".into(),
        port: server.port(),
        security,
        ca_pem: (!server.ca_pem().is_empty()).then(|| server.ca_pem().to_vec()),
        user: "jo@example.com".into(),
    }
}

fn open(server: &ImapServer, security: Security) -> Result<Session, OpenError> {
    Session::open(&target(server, security), &PASSWORD, &short(), &Interrupt::default())
}

/// A session with all the time it may need.
fn patient(server: &ImapServer) -> Session {
    Session::open(&target(server, Security::Plain), &PASSWORD, &long(), &Interrupt::default()).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn wanted() -> Wanted {
    Wanted {
        addresses: vec!["jane@acme.example".into()],
        domains: vec!["acme.example".into()],
        message_ids: vec!["<one@example.com>".into()],
    }
}

/// The class of a failure as one word, with its phase.
fn class(error: &ImapError) -> String {
    let kind = match &error.kind {
        Failure::Config(_) => "config",
        Failure::Certificate(_) => "certificate",
        Failure::Authentication(_) => "authentication",
        Failure::NoMechanism(_) => "no mechanism",
        Failure::Refused(_) => "refused",
        Failure::Bye(_) => "bye",
        Failure::Protocol(_) => "protocol",
        Failure::WrongMode(_) => "wrong mode",
        Failure::Network(_) => "network",
        Failure::TimedOut => "timed out",
        Failure::Interrupted => "interrupted",
    };
    format!("{:?}: {kind}", error.phase)
}

fn uids(found: &[Found]) -> Vec<u32> {
    found.iter().map(|found| found.uid).collect()
}

/// The only commands that may ever be said, whatever happens.
fn assert_nothing_was_changed(server: &ImapServer) {
    for command in server.commands() {
        let allowed =
            ["CAPABILITY", "ID (", "STARTTLS", "LOGIN ", "AUTHENTICATE ", "LIST ", "EXAMINE ", "LOGOUT"];
        let reads = ["UID SEARCH ", "UID FETCH ", "FETCH "];
        let is_read = reads.iter().any(|verb| command.starts_with(verb));
        assert!(is_read || allowed.iter().any(|verb| command.starts_with(verb)), "{command}");
        assert!(!command.contains("BODY["), "without PEEK a message becomes read: {command}");
        assert!(!command.contains("RFC822"), "{command}");
    }
}

#[expect(clippy::disallowed_methods, reason = "the test is about how long a wait lasts")]
fn now() -> Instant {
    Instant::now()
}
