//! Our submission driver against a server that does what it should not.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use thanks::adapters::smtp::{
    Answer, BodyError, BodyFailure, CertificateProblem, Interrupt, Login, Message, Next, OpenError,
    OpenFailure, Patience, Phase, Security, Server, Session, Speaks, Spoke,
};
use thanks::domain::address::EmailAddress;
use thanks::domain::problem::Kind;

use crate::smtp_server::{At, Builder, Certificate, Fault, SmtpServer, Transport};

mod delivery;
mod faults;
mod lockstep;
mod refused;
mod trust;

/// Shorter than any wait that a test is about.
const GLANCE: Duration = Duration::from_millis(50);
const WIRE: &[u8] = b"Subject: x\r\n\r\nhello\r\n";

fn short() -> Patience {
    let moment = Duration::from_secs(1);
    Patience {
        connect: moment * 2,
        banner: moment,
        silence: moment,
        command: moment,
        body: moment,
        receipt: moment,
    }
}

/// Long enough that only an interruption ends it within a test.
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

fn target(server: &SmtpServer, security: Security) -> Server {
    Server {
        host: "127.0.0.1".into(),
        port: server.port(),
        security,
        ca_pem: (!server.ca_pem().is_empty()).then(|| server.ca_pem().to_vec()),
        user: Some("jo@example.com".into()),
    }
}

fn open_as(server: &SmtpServer, security: Security, login: Login<'_>) -> Result<Session, OpenError> {
    Session::open(&target(server, security), Some(&login), &short(), &Interrupt::default())
}

fn open(server: &SmtpServer, security: Security) -> Result<Session, OpenError> {
    open_as(server, security, Login::Password("pass word"))
}

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn with_message<T>(wire: &[u8], then: impl FnOnce(&Message<'_>) -> T) -> T {
    let (from, to) = (address("jo@example.com"), address("jane@acme.example"));
    then(&Message { from: &from, to: &to, wire })
}

fn open_class(kind: &OpenFailure) -> String {
    match kind {
        OpenFailure::Config(_) => "config".into(),
        OpenFailure::Certificate(_) => "certificate".into(),
        OpenFailure::Authentication(reply) => format!("authentication {}", reply.code),
        OpenFailure::NoMechanism(_) => "no mechanism".into(),
        OpenFailure::Transient(reply) => format!("transient {}", reply.code),
        OpenFailure::Permanent(reply) => format!("permanent {}", reply.code),
        OpenFailure::Protocol(_) => "protocol".into(),
        OpenFailure::WrongMode(_) => "wrong mode".into(),
        OpenFailure::Network(_) => "network".into(),
        OpenFailure::TimedOut => "timed out".into(),
        OpenFailure::Interrupted => "interrupted".into(),
    }
}

fn body_class(kind: &BodyFailure) -> String {
    match kind {
        BodyFailure::Refused(refusal) => format!("{:?} {}", refusal.cause, refusal.reply.code),
        BodyFailure::Protocol(_) => "protocol".into(),
        BodyFailure::Network(_) => "network".into(),
        BodyFailure::TimedOut => "timed out".into(),
        BodyFailure::Interrupted => "interrupted".into(),
    }
}

/// One message from the first byte to the last, as one line.
fn story(server: &SmtpServer, security: Security) -> String {
    let mut session = match open(server, security) {
        Ok(session) => session,
        Err(OpenError { phase, kind }) => return format!("{phase:?}: {}", open_class(&kind)),
    };
    let told = with_message(WIRE, |message| match session.body(message) {
        Err(BodyError { phase, kind }) => format!("{phase:?}: {}", body_class(&kind)),
        Ok(()) => match session.end(Next::Quit) {
            Answer::Accepted(reply) => format!("accepted {}", reply.code),
            Answer::Refused(refusal) => format!("dot: {:?} {}", refusal.cause, refusal.reply.code),
            Answer::Lost { .. } => "lost".into(),
        },
    });
    let known_outcome = told.starts_with("accepted") || told == "lost";
    assert!(known_outcome || server.accepted().is_empty(), "{told}, but it was accepted");
    assert!(!told.starts_with("accepted") || server.accepted().len() == 1, "{told}, but it was not");
    told
}

#[expect(clippy::disallowed_methods, reason = "the test is about how long a wait lasts")]
fn now() -> Instant {
    Instant::now()
}
