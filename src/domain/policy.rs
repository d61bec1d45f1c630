//! What is due, when and why: one pure function over the record, the past and the present.

use chrono::{DateTime, FixedOffset, Utc};

use super::application::Application;
use super::calendar::Calendar;
use super::note::NoteKind;
use super::outbox::State;
use super::person::PersonKey;
use super::zone::Zone;

/// The numbers; sources in the documentation of each.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {}
impl Default for Policy {
    fn default() -> Self {
        Policy {}
    }
}

/// What the policy needs to know of a note that exists.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    pub kind: NoteKind,
    pub person: PersonKey,
    pub round: u32,
    pub state: State,
    pub sent_at: Option<DateTime<FixedOffset>>,
}

/// What comes next for one person.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub application: String,
    pub kind: NoteKind,
    /// The person met, or the contact for follow-ups.
    pub person: PersonKey,
    pub round: u32,
    pub earliest: DateTime<FixedOffset>,
    pub due: DateTime<FixedOffset>,
    pub latest: Option<DateTime<FixedOffset>>,
    /// The recipient's zone, which all three are given in.
    pub zone: Zone,
    pub timing: Timing,
    /// Why then, in words: `"in two weeks" + 2 business days`.
    pub reason: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timing {
    /// Before `earliest`.
    Early,
    Open,
    /// Past `latest`.
    Late,
}

pub fn steps(
    _application: &Application,
    _past: &[Past],
    _calendar: &Calendar,
    _policy: &Policy,
    _sender_zone: &Zone,
    _now: DateTime<Utc>,
) -> Vec<Step> {
    Vec::new()
}
