//! What came of a note's turn on a connection, and of the connection as a whole.

use super::Outcome;
use crate::domain::delivery_failure::Cause;
use crate::domain::outbox::State;
use crate::domain::retry::Pause;

/// Whether the record still takes what is told to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Books {
    Kept,
    Broken,
}

/// Whether a connection has carried a note before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    New,
    Used,
}

/// What came of a note's turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It has its outcome.
    Done,
    /// The server was still busy with an earlier note: this one needs another connection.
    Unconsidered,
    /// It is not right any more, or not to be sent by this command: the connection was closed
    /// before the end of the message.
    Withheld,
    /// It has its outcome, but the record does not.
    Unrecorded,
}

/// What a connection was good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gain {
    /// A note was taken, or refused for good.
    Some,
    /// The server only said that it cannot take a note now.
    Words,
    None,
}

/// So many connections in a row may bring nothing but words.
pub(super) const MOST_FRUITLESS: usize = 3;

impl From<Books> for Turn {
    fn from(books: Books) -> Turn {
        match books {
            Books::Kept => Turn::Done,
            Books::Broken => Turn::Unrecorded,
        }
    }
}

impl Gain {
    /// What the connection was good for that these notes went over.
    pub fn of(outcomes: &[Outcome]) -> Gain {
        let settled =
            |outcome: &Outcome| outcome.state == State::Sent || matches!(outcome.cause, Some(Cause::Note(_)));
        match outcomes.last() {
            _ if outcomes.iter().any(settled) => Gain::Some,
            Some(Outcome { cause: Some(_), pause: Pause::None, .. }) => Gain::Words,
            _ => Gain::None,
        }
    }
}
