//! A failure as its reader should meet it: what happened, what did not, what to type next. Only
//! the kind is for the program; `cli` alone turns it into an exit code.

use std::fmt;

/// The classes of failure that callers and scripts tell apart (see the table in the README).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A check found something, it is too early, or the user said no.
    Declined,
    /// The command line makes no sense.
    Usage,
    /// A decision of the user is waiting.
    NeedsYou,
    /// A value or a template was refused.
    Data,
    /// No such application, note or file.
    NotFound,
    /// The server refused for good.
    Refused,
    /// A mistake in the program.
    Bug,
    /// A local file or database failed.
    LocalIo,
    /// Certainly not handed over; can be tried again.
    TryAgain,
    /// May have been sent.
    InDoubt,
    /// Login, keyring or a file's permissions.
    Permission,
    /// Configuration, certificate, or data of a newer version.
    Config,
    /// Interrupted where nothing was under way.
    Interrupted,
}

/// An error with its kind, the lines that explain it, and the next command to type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub kind: Kind,
    pub message: String,
    /// Further lines, printed as they are below the message.
    pub details: Vec<String>,
    pub hint: Option<String>,
}

impl Problem {
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Problem { kind, message: message.into(), details: Vec::new(), hint: None }
    }

    #[must_use]
    pub fn detail(mut self, line: impl Into<String>) -> Self {
        self.details.push(line.into());
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

impl Kind {
    /// Over several notes the gravest counts.
    const GRAVEST_FIRST: [Kind; 13] = [
        Kind::Bug,
        Kind::InDoubt,
        Kind::LocalIo,
        Kind::Permission,
        Kind::Config,
        Kind::Refused,
        Kind::Data,
        Kind::TryAgain,
        Kind::Interrupted,
        Kind::NotFound,
        Kind::NeedsYou,
        Kind::Declined,
        Kind::Usage,
    ];

    /// The gravest of several, if there is any.
    pub fn gravest(kinds: impl IntoIterator<Item = Kind>) -> Option<Kind> {
        let kinds: Vec<Kind> = kinds.into_iter().collect();
        Self::GRAVEST_FIRST.into_iter().find(|kind| kinds.contains(kind))
    }
}
