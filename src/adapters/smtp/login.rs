//! The login of a session (RFC 4954). What it writes must never be logged or shown.

use data_encoding::BASE64;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use zeroize::Zeroizing;

use super::reply::{self, Lines, capped};
use super::{OpenError, OpenFailure, Patience, Phase, Reply, Trouble};
use crate::adapters::net::{Echo, Stream};
use crate::domain::login::{LoginVerdict, verdict};

/// What proves who we are. There is no `Debug`, so that it cannot get into a message.
#[derive(Clone, Copy)]
pub enum Login<'a> {
    Password(&'a str),
    /// An access token of OAuth 2.
    Xoauth2(&'a str),
}

/// Logs in with the best mechanism of those `offered`, but only where nobody can read along.
pub(super) fn log_in(
    stream: &mut Stream,
    offered: &[String],
    user: &str,
    login: Login<'_>,
    patience: &Patience,
) -> Result<(), OpenError> {
    attempt(stream, offered, user, login, patience).map_err(|kind| OpenError { phase: Phase::Auth, kind })
}

fn attempt(
    stream: &mut Stream,
    offered: &[String],
    user: &str,
    login: Login<'_>,
    patience: &Patience,
) -> Result<(), OpenFailure> {
    if !stream.is_private() {
        return Err(OpenFailure::Config("a password is never sent in clear to another machine".into()));
    }
    let mechanism = choose(offered, login).ok_or_else(|| OpenFailure::NoMechanism(offered.to_vec()))?;
    let (Login::Password(secret) | Login::Xoauth2(secret)) = login;
    stream.guard(Echo::of(user, secret));
    let mut say = |words: &str, proof: &str| -> Result<Lines, OpenFailure> {
        let line = Zeroizing::new(format!("{words}{proof}\r\n"));
        stream.begin(patience.command);
        if stream.is_interrupted() {
            return Err(OpenFailure::Interrupted);
        }
        stream.write_all(line.as_bytes()).map_err(Trouble::from)?;
        readable(reply::read(stream))
    };
    let answer = match mechanism {
        Mechanism::Login => {
            // The prompts are in any language; their order is fixed.
            let mut answer = say("AUTH LOGIN", "")?;
            for word in [user, secret] {
                if answer.code != 334 {
                    break;
                }
                answer = say("", &encoded(word))?;
            }
            answer.reply()
        }
        Mechanism::Plain | Mechanism::Xoauth2 => {
            let credentials = Credentials::new(user.to_owned(), secret.to_owned());
            let response = mechanism
                .response(&credentials, None)
                .map(Zeroizing::new)
                .map_err(|e| OpenFailure::Config(e.to_string()))?;
            let answer = say(&format!("AUTH {mechanism} "), &encoded(&response))?;
            match (mechanism, answer.code) {
                // The reason comes as a challenge; an empty answer to it brings the refusal.
                (Mechanism::Xoauth2, 334) => {
                    let refusal = say("", "")?.reply();
                    let told = with_reason(refusal, &answer);
                    Reply { text: stream.heard(told.text), ..told }
                }
                _ => answer.reply(),
            }
        }
    };
    match answer.code {
        235 => Ok(()),
        400..=499 => Err(OpenFailure::Transient(answer)),
        // A backend in trouble is reported with 5xx as well.
        500..=599 if verdict(&answer.text) == LoginVerdict::NotNow => Err(OpenFailure::Transient(answer)),
        500..=599 => Err(OpenFailure::Authentication(answer)),
        _ => Err(OpenFailure::Protocol(format!("expected 235, got {} {}", answer.code, answer.text))),
    }
}

fn choose(offered: &[String], login: Login<'_>) -> Option<Mechanism> {
    let fitting: &[Mechanism] = match login {
        Login::Password(_) => &[Mechanism::Plain, Mechanism::Login],
        Login::Xoauth2(_) => &[Mechanism::Xoauth2],
    };
    fitting.iter().copied().find(|m| offered.iter().any(|o| o.eq_ignore_ascii_case(&m.to_string())))
}

fn encoded(text: &str) -> Zeroizing<String> {
    Zeroizing::new(BASE64.encode(text.as_bytes()))
}

/// A line that cannot be read may hold anything of what was just written.
fn readable(answer: Result<Lines, Trouble>) -> Result<Lines, OpenFailure> {
    match answer {
        Err(Trouble::Protocol(_)) => {
            Err(OpenFailure::Protocol("the answer to the login cannot be read".into()))
        }
        answer => Ok(answer?),
    }
}

/// The refusal with the JSON of the challenge before it, which says what the refusal does not.
fn with_reason(refusal: Reply, challenge: &Lines) -> Reply {
    let reason = challenge
        .lines
        .first()
        .and_then(|line| BASE64.decode(line.trim().as_bytes()).ok())
        .map(|json| String::from_utf8_lossy(&json).into_owned());
    match reason {
        Some(reason) => Reply { code: refusal.code, text: capped(&format!("{} {reason}", refusal.text)) },
        None => refusal,
    }
}
