//! One round of interviews: when it ended, where its clock stands, who was met and what was
//! talked about.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime};

use super::person::PersonKey;
use super::zone::Zone;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InterviewKind {
    Phone,
    #[default]
    Video,
    Onsite,
    Technical,
    Panel,
    Informational,
}

/// How exactly the end of the interview is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The time was given.
    Told,
    /// Only the day was given; 17:00 there is taken.
    BareDay,
    /// The start was given, and the end computed from the length.
    FromStart { minutes: u32 },
}

#[derive(Clone, Debug, PartialEq)]
pub struct Interview {
    /// Its place in the application: 1 for the first round.
    pub round: u32,
    /// The end; the 24 hours run from here. It may lie ahead.
    pub ended: DateTime<FixedOffset>,
    pub zone: Zone,
    pub end: End,
    pub kind: InterviewKind,
    pub meetings: Vec<Meeting>,
}

/// One person met in an interview, and what was said with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meeting {
    pub person: PersonKey,
    pub topics: Vec<Topic>,
}

/// What was discussed, why it mattered to them, what of oneself fits, and what they need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topic {
    pub what: String,
    pub why: Option<String>,
    pub fit: Option<String>,
    pub need: Option<String>,
}

impl Interview {
    /// The earliest moment at which it can have been over: where only its day is known, the start of
    /// that day.
    pub fn may_end_from(&self) -> DateTime<FixedOffset> {
        match self.end {
            End::Told | End::FromStart { .. } => self.ended,
            End::BareDay => self.ended - self.ended.time().signed_duration_since(NaiveTime::MIN),
        }
    }

    /// The local date of the interview, which its Message-IDs are made from.
    pub fn date(&self) -> NaiveDate {
        self.ended.date_naive()
    }

    pub fn meeting(&self, person: &str) -> Option<&Meeting> {
        self.meetings.iter().find(|m| m.person == person)
    }
}

impl InterviewKind {
    pub const ALL: [InterviewKind; 6] = [
        InterviewKind::Phone,
        InterviewKind::Video,
        InterviewKind::Onsite,
        InterviewKind::Technical,
        InterviewKind::Panel,
        InterviewKind::Informational,
    ];

    pub fn name(self) -> &'static str {
        match self {
            InterviewKind::Phone => "phone",
            InterviewKind::Video => "video",
            InterviewKind::Onsite => "onsite",
            InterviewKind::Technical => "technical",
            InterviewKind::Panel => "panel",
            InterviewKind::Informational => "informational",
        }
    }

    pub fn named(name: &str) -> Option<InterviewKind> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
