//! Negative replies to the commands that hand a message over, and what they are about.

use super::{Phase, Reply};
use crate::domain::delivery_failure::{Cause, Client, Obstacle, Stage};
use crate::domain::problem::Problem;

/// A negative reply, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub phase: Phase,
    pub reply: Reply,
    pub cause: Cause,
}

impl Refusal {
    /// What a reply to a command, or to the final dot, is about.
    pub(super) fn of(phase: Phase, reply: Reply, client: Client) -> Refusal {
        let cause = match phase {
            Phase::Mail => Cause::of(Stage::Sender, reply.code, &reply.text, client),
            Phase::Rcpt => Cause::of(Stage::Recipient, reply.code, &reply.text, client),
            Phase::Data => Cause::of(Stage::Data, reply.code, &reply.text, client),
            Phase::Body | Phase::Dot => Cause::of(Stage::Text, reply.code, &reply.text, client),
            // Before MAIL there is no note that could be refused.
            _ => Cause::Sequence,
        };
        Refusal { phase, reply, cause }
    }

    /// For a reader: what happened, and of what class it is.
    pub fn problem(&self) -> Problem {
        let what = match self.cause {
            Cause::Note(_) => "the server refuses it",
            Cause::Account(Obstacle::Quota) => "your account has reached a sending limit",
            Cause::Account(Obstacle::Login) => "the server does not accept mail with this login",
            Cause::Account(Obstacle::Sender) => "your account may not send from this address",
            Cause::Account(Obstacle::Encryption) => "the server accepts mail only over TLS",
            Cause::Account(Obstacle::Policy) => "the server does not let your account send",
            Cause::Sequence => "the server lost track of the conversation",
            Cause::Passing => "the server cannot take it now",
        };
        Problem::new(self.cause.kind(), format!("{what}, at {}: {}", self.phase, self.reply))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::problem::Kind;

    #[test]
    fn a_refusal_says_at_which_phase_and_what_it_is_about() {
        let told = |phase, code, text: &str| {
            let reply = Reply { code, text: text.into() };
            let refusal = Refusal::of(phase, reply, Client::LoggedIn);
            let problem = refusal.problem();
            (problem.kind, problem.message)
        };
        for (phase, code, text, kind, message) in [
            (Phase::Rcpt, 550, "5.1.1 who?", Kind::Refused, "the server refuses it, at the recipient"),
            (Phase::Mail, 451, "", Kind::TryAgain, "the server cannot take it now, at the sender"),
            (
                Phase::Mail,
                550,
                "5.4.5",
                Kind::TryAgain,
                "your account has reached a sending limit, at the sender",
            ),
            (
                Phase::Mail,
                530,
                "",
                Kind::Permission,
                "the server does not accept mail with this login, at the sender",
            ),
            (
                Phase::Dot,
                554,
                "5.7.60",
                Kind::Config,
                "your account may not send from this address, at the end of the text",
            ),
            (
                Phase::Mail,
                530,
                "STARTTLS",
                Kind::Config,
                "the server accepts mail only over TLS, at the sender",
            ),
            (Phase::Data, 554, "", Kind::Permission, "the server does not let your account send, at DATA"),
            (Phase::Body, 552, "", Kind::Refused, "the server refuses it, at the text"),
            (
                Phase::Mail,
                503,
                "",
                Kind::TryAgain,
                "the server lost track of the conversation, at the sender",
            ),
            (Phase::Reset, 550, "", Kind::TryAgain, "the server lost track of the conversation, at RSET"),
        ] {
            let reply = Reply { code, text: text.into() };
            assert_eq!(told(phase, code, text), (kind, format!("{message}: {reply}")));
        }
    }
}
