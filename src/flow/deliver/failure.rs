//! Why a note was not sent, as it is written down and told.

use crate::adapters::config;
use crate::adapters::smtp::{BodyError, OpenError, Phase, Refusal, Server};
use crate::domain::delivery_failure::{Cause, Obstacle};
use crate::domain::outbox::Event;
use crate::domain::problem::{Kind, Problem};
use crate::domain::retry::Pause;
use crate::domain::text::printable;

use super::Outcome;

/// Why a note was not sent now.
pub(super) struct Failure {
    pub kind: Kind,
    /// The server's words, or ours.
    pub detail: String,
    /// What a refusal is about.
    pub cause: Option<Cause>,
    /// How long the server wants to be left alone.
    pub pause: Pause,
}

impl Failure {
    pub fn new(kind: Kind, detail: impl Into<String>) -> Failure {
        Failure { kind, detail: detail.into(), cause: None, pause: Pause::None }
    }

    /// No session, as `problem` tells it.
    pub fn unopened(error: &OpenError, problem: &Problem) -> Failure {
        let pause = error.reply().map_or(Pause::None, |reply| Pause::after(reply.code, &reply.text));
        Failure { pause, ..Failure::new(problem.kind, &problem.message) }
    }

    /// What came before the final dot.
    pub fn before_the_dot(error: &BodyError) -> Failure {
        match error.refusal() {
            Some(refusal) => Failure::refused(refusal),
            None => {
                let problem = error.problem();
                Failure::new(problem.kind, problem.message)
            }
        }
    }

    pub fn refused(refusal: &Refusal) -> Failure {
        let Refusal { phase, reply, cause } = refusal;
        let problem = refusal.problem();
        let detail = match (phase, cause) {
            // The server's own words say best what it has against the text.
            (Phase::Dot, Cause::Note(_) | Cause::Passing) => reply.to_string(),
            _ => problem.message,
        };
        let pause = cause.pause(reply.code, &reply.text);
        Failure { kind: problem.kind, detail, cause: Some(*cause), pause }
    }

    /// What becomes of the note.
    pub fn event(&self) -> Event {
        match self.cause {
            Some(Cause::Note(_)) => Event::Refuse,
            Some(Cause::Account(_) | Cause::Sequence | Cause::Passing) | None => Event::Release,
        }
    }

    /// What is true of the note that met `trouble` is true of those after it.
    pub fn like(trouble: &Problem, met: Option<&Outcome>) -> Failure {
        let (cause, pause) = met.map_or((None, Pause::None), |met| (met.cause, met.pause));
        Failure { cause, pause, ..Failure::new(trouble.kind, &trouble.message) }
    }
}

/// What to tell where the account is in trouble, so that the other notes wait too.
pub(super) fn of_account(refusal: &Refusal, server: &Server) -> Option<Problem> {
    matches!(refusal.cause, Cause::Account(_)).then(|| problem(refusal, server))
}

/// A refusal for a reader, with what can be done about it where that is known.
pub(in crate::flow) fn problem(refusal: &Refusal, server: &Server) -> Problem {
    let problem = refusal.problem();
    let Cause::Account(obstacle) = refusal.cause else {
        return problem;
    };
    let known = match obstacle {
        Obstacle::Login | Obstacle::Policy => {
            config::explain_login(&server.host, refusal.reply.code, &refusal.reply.text)
        }
        _ => None,
    };
    let hint = known.unwrap_or(match (obstacle, &server.user) {
        (Obstacle::Quota, _) => "wait until the limit is lifted, then try again: `thanks send`",
        (Obstacle::Login, None) => "set user in [smtp] of the configuration, or run `thanks init`",
        (Obstacle::Login, Some(_)) => {
            "check [smtp] and [auth] in the configuration; `thanks doctor` tries the login"
        }
        (Obstacle::Sender, _) => "set email in [me] to an address that this account may send from",
        (Obstacle::Encryption, _) => "set security in [smtp] of the configuration to \"tls\" or \"starttls\"",
        (Obstacle::Policy, _) => "ask your mail provider to let this account send, then: `thanks send`",
    });
    let message = format!("{}: {}", printable(&server.host), problem.message);
    Problem { message, ..problem }.hint(hint)
}
