//! The numbers of the policy, each with its default and the rule it comes from; and the presets
//! of countries. Nothing here looks at an application.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::interview::{Interview, InterviewKind};
use crate::domain::places;

/// Follow-ups of one round, whatever the configuration says (T10).
pub const MOST_FOLLOW_UPS: u32 = 3;

/// From the day on which somebody is back to a follow-up (etiquette 2.1).
pub(super) const AFTER_RETURN_BUSINESS_DAYS: u32 = 2;

/// How long to wait and when to stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// From the end of the interview to the thank-you (T01).
    pub thank_you_after_minutes: u32,
    /// The same, when they decide on the day or the next (T01).
    pub thank_you_after_minutes_if_deciding: u32,
    /// Elapsed hours from the end to the deadline (T02).
    pub thank_you_within_hours: u32,
    /// The deadline after an informational interview (etiquette 2.1).
    pub informational_within_days: u32,
    /// From here on a thank-you says that it comes late (T03).
    pub very_late_after_hours: u32,
    /// From here on only a follow-up is offered (T03), and no reply to old news.
    pub too_late_after_days: u32,
    /// From the last contact to the first follow-up (T06).
    pub nudge_after_business_days: u32,
    /// No follow-up sooner than this after the last contact (T06).
    pub nudge_floor_business_days: u32,
    /// From their answer to a follow-up on it (etiquette 2.1).
    pub nudge_after_answer_business_days: u32,
    /// From the last day of what they named to a follow-up (T07).
    pub after_decision_business_days: u32,
    /// From one follow-up to the next (T09).
    pub close_out_after_business_days: u32,
    /// No follow-up sooner than this after another (T09).
    pub close_out_floor_business_days: u32,
    /// Follow-ups of one round, up to [`MOST_FOLLOW_UPS`] (T10).
    pub follow_ups: u32,
    /// From a rejection to the reply to it (etiquette 2.1).
    pub rejection_after_hours: u32,
    pub rejection_within_hours: u32,
    /// From an invitation to the reply to it, which has no minimum (etiquette 2.1).
    pub next_round_within_hours: u32,
    /// Between two notes to one person (T13).
    pub same_person_pause_hours: u32,
}

/// How late a thank-you is that has not left yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lateness {
    InTime,
    /// Past the deadline: worded as late, without an apology.
    Late,
    /// So late that half a sentence may say so.
    VeryLate,
    /// A follow-up is all that is left.
    TooLate,
}

impl Default for Policy {
    fn default() -> Self {
        Policy {
            thank_you_after_minutes: 120,
            thank_you_after_minutes_if_deciding: 30,
            thank_you_within_hours: 24,
            informational_within_days: 5,
            very_late_after_hours: 72,
            too_late_after_days: 14,
            nudge_after_business_days: 5,
            nudge_floor_business_days: 3,
            nudge_after_answer_business_days: 5,
            after_decision_business_days: 2,
            close_out_after_business_days: 7,
            close_out_floor_business_days: 5,
            follow_ups: 2,
            rejection_after_hours: 4,
            rejection_within_hours: 48,
            next_round_within_hours: 24,
            same_person_pause_hours: 24,
        }
    }
}

impl Policy {
    /// The customs of a country (etiquette section 5), by its ISO 3166 code, perhaps with a
    /// subdivision. Of a range ("5 to 7 days") it is the upper end. Countries without a row there
    /// have the defaults, as have the US and GB.
    pub fn for_country(country: Option<&str>) -> Policy {
        let code = places::canonical(country.unwrap_or_default());
        match code.split('-').next().unwrap_or_default() {
            "DE" | "AT" | "CH" => Policy {
                nudge_after_business_days: 10,
                close_out_after_business_days: 10,
                after_decision_business_days: 3,
                follow_ups: 1,
                ..Policy::default()
            },
            "FR" => {
                Policy { nudge_after_business_days: 7, after_decision_business_days: 3, ..Policy::default() }
            }
            "ES" => Policy { nudge_after_business_days: 7, ..Policy::default() },
            "JP" => Policy {
                nudge_after_business_days: 7,
                after_decision_business_days: 1,
                follow_ups: 1,
                ..Policy::default()
            },
            _ => Policy::default(),
        }
    }

    /// How late a thank-you for this interview would be now.
    pub fn lateness(&self, interview: &Interview, now: DateTime<Utc>) -> Lateness {
        let elapsed = now.signed_duration_since(interview.ended);
        if elapsed <= self.thank_you_within(interview) {
            Lateness::InTime
        } else if elapsed <= hours(self.very_late_after_hours) {
            Lateness::Late
        } else if elapsed <= days(self.too_late_after_days) {
            Lateness::VeryLate
        } else {
            Lateness::TooLate
        }
    }

    /// From the end of the interview to the deadline of its thank-yous.
    pub fn thank_you_within(&self, interview: &Interview) -> TimeDelta {
        match interview.kind {
            InterviewKind::Informational => days(self.informational_within_days),
            _ => hours(self.thank_you_within_hours),
        }
    }
}

pub(super) fn hours(n: u32) -> TimeDelta {
    TimeDelta::hours(i64::from(n))
}

pub(super) fn days(n: u32) -> TimeDelta {
    TimeDelta::days(i64::from(n))
}
