//! The short replies to news: a rejection after a pause, an invitation at once.

use chrono::{DateTime, FixedOffset};

use super::numbers::{days, hours};
use super::{Case, Moments, Step, plural};
use crate::domain::application::News;
use crate::domain::note::NoteKind;

pub(super) fn to_rejection(case: &Case<'_>, at: DateTime<FixedOffset>) -> Option<Step> {
    let policy = case.policy;
    let round = case.round_before(at.to_utc());
    let number = round.map_or(1, |round| round.round);
    if case.settled(NoteKind::RejectionReply, number) || is_old(case, at) {
        return None;
    }
    let person = case.contact(round)?;
    let zone = case.zone(round);
    let cool = at + hours(policy.rejection_after_hours);
    let earliest = case.after_last_note(&person, cool);
    let reason = if earliest > cool {
        format!("{} hours after the last note to the same person", policy.same_person_pause_hours)
    } else {
        format!(
            "{} after the news of {}",
            plural(policy.rejection_after_hours, "hour"),
            zone.stamp(at.to_utc())
        )
    };
    let moments = Moments {
        since: at,
        earliest,
        due: case.calendar.thank_you_from(earliest.to_utc(), zone),
        latest: Some(at + hours(policy.rejection_within_hours)),
    };
    Some(case.step(NoteKind::RejectionReply, &person, round, moments, reason))
}

pub(super) fn to_next_round(case: &Case<'_>) -> Option<Step> {
    let news = case.application.heard.iter().filter(|heard| heard.news == News::NextRound);
    let at = news.map(|heard| heard.at).max()?;
    let round = case.round_before(at.to_utc());
    // They have met since: the invitation was answered somehow.
    let met = case.round_before(case.now).map(|round| round.round);
    let number = round.map_or(1, |round| round.round);
    if met > round.map(|round| round.round)
        || case.settled(NoteKind::NextRoundReply, number)
        || is_old(case, at)
    {
        return None;
    }
    let person = case.contact(round)?;
    let zone = case.zone(round);
    let moments = Moments {
        since: at,
        earliest: at,
        due: case.calendar.thank_you_from(at.to_utc(), zone),
        latest: Some(at + hours(case.policy.next_round_within_hours)),
    };
    let reason = format!("they invited you on {}", zone.stamp(at.to_utc()));
    Some(case.step(NoteKind::NextRoundReply, &person, round, moments, reason))
}

fn is_old(case: &Case<'_>, at: DateTime<FixedOffset>) -> bool {
    case.now.signed_duration_since(at) > days(case.policy.too_late_after_days)
}
