//! Why a note was not sent, as it is written down and told.

use crate::adapters::smtp::Reply;
use crate::domain::problem::Kind;
use crate::domain::retry::Pause;

/// Why a note was not sent now.
pub(super) struct Failure {
    pub kind: Kind,
    /// The server's words, or ours.
    pub detail: String,
    /// How long the server wants to be left alone.
    pub pause: Pause,
}

impl Failure {
    pub fn new(kind: Kind, detail: impl Into<String>) -> Failure {
        Failure { kind, detail: detail.into(), pause: Pause::None }
    }

    /// With the pause that the server wants.
    pub fn asking(self, reply: Option<&Reply>) -> Failure {
        let pause = reply.map_or(Pause::None, |reply| Pause::after(reply.code, &reply.text));
        Failure { pause, ..self }
    }
}
