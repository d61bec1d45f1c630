//! The exit codes, as mail programs use them (sysexits): of the process, and of each note in a
//! report. The README's table is compared with this one by a test.

use serde::Serialize;

use crate::adapters::store;
use crate::domain::outbox::Forbidden;
use crate::domain::problem::{Kind, Problem};

/// An exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Exit(u8);

impl Exit {
    pub const DONE: Exit = Exit(0);

    pub fn code(self) -> u8 {
        self.0
    }

    /// The code for an error: its kind's, where it has one; a local file's or the record's trouble;
    /// else a bug.
    pub fn of(error: &anyhow::Error) -> Exit {
        if let Some(problem) = error.downcast_ref::<Problem>() {
            return Exit::from(problem.kind);
        }
        let kind = error.chain().find_map(|cause| {
            if let Some(problem) = cause.downcast_ref::<Problem>() {
                return Some(problem.kind);
            }
            if cause.is::<Forbidden>() {
                return Some(Kind::NeedsYou);
            }
            cause.is::<std::io::Error>().then_some(Kind::LocalIo)
        });
        Exit::from(kind.or_else(|| store::kind_of(error)).unwrap_or(Kind::Bug))
    }
}

impl From<Kind> for Exit {
    fn from(kind: Kind) -> Exit {
        Exit(match kind {
            Kind::Declined => 1,
            Kind::Usage => 2,
            Kind::NeedsYou => 3,
            Kind::Data => 65,
            Kind::NotFound => 66,
            Kind::Refused => 69,
            Kind::Bug => 70,
            Kind::LocalIo => 74,
            Kind::TryAgain => 75,
            Kind::InDoubt => 76,
            Kind::Permission => 77,
            Kind::Config => 78,
            Kind::Interrupted => 130,
        })
    }
}
