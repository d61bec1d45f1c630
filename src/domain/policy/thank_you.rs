//! Thank-yous: one for each person met in each round, within a day. Calendars do not delay them.

use chrono::TimeDelta;

use super::numbers::Lateness;
use super::{Case, Moments, Past, Step, is_settled, plural};
use crate::domain::application::Application;
use crate::domain::interview::Interview;
use crate::domain::note::NoteKind;

pub(super) fn steps(case: &Case<'_>) -> Vec<Step> {
    unthanked(case.application, case.past)
        .filter(|(round, _)| case.policy.lateness(round, case.now) != Lateness::TooLate)
        .map(|(round, person)| step(case, round, person))
        .collect()
}

/// Everybody whose thank-you has not been settled, with the round.
fn unthanked<'a>(
    application: &'a Application,
    past: &'a [Past],
) -> impl Iterator<Item = (&'a Interview, &'a str)> {
    let pairs = application
        .interviews
        .iter()
        .flat_map(|round| thanked(application, round).into_iter().map(move |person| (round, person)));
    pairs.filter(|(round, person)| {
        !past.iter().any(|note| {
            note.kind == NoteKind::ThankYou
                && note.round == round.round
                && note.person == *person
                && is_settled(note.state)
        })
    })
}

/// Whom a round's thanks go to: everybody met; through an agency one note to the agent, who passes
/// them on.
fn thanked<'a>(application: &'a Application, round: &'a Interview) -> Vec<&'a str> {
    match &application.agent {
        Some(_) if round.meetings.is_empty() => Vec::new(),
        Some(agent) => vec![agent],
        None => round.meetings.iter().map(|meeting| meeting.person.as_str()).collect(),
    }
}

fn step<'a>(case: &Case<'a>, round: &'a Interview, person: &str) -> Step {
    let zone = case.zone(Some(round));
    let policy = case.policy;
    let (minutes, because) = match deciding_at_once(case, round) {
        Some(words) => (policy.thank_you_after_minutes_if_deciding, format!(", as they decide \"{words}\"")),
        None => (policy.thank_you_after_minutes, String::new()),
    };
    let rested = round.ended + TimeDelta::minutes(i64::from(minutes));
    let earliest = case.after_last_note(person, rested);
    let reason = if earliest > rested {
        format!("{} hours after the last note to the same person", policy.same_person_pause_hours)
    } else {
        let pause = match minutes {
            minutes if minutes % 60 == 0 => plural(minutes / 60, "hour"),
            minutes => plural(minutes, "minute"),
        };
        format!("{pause} after the interview of {}{because}", zone.stamp(round.ended.to_utc()))
    };
    let moments = Moments {
        since: round.ended,
        earliest,
        due: case.calendar.thank_you_from(earliest.to_utc(), zone),
        latest: Some(round.ended + policy.thank_you_within(round)),
    };
    case.step(NoteKind::ThankYou, person, Some(round), moments, reason)
}

/// Their words, if they decide on the day of the interview or on the next business day.
fn deciding_at_once<'a>(case: &Case<'a>, round: &Interview) -> Option<&'a str> {
    let decision = case.application.decision.as_ref()?;
    let date = round.date();
    let next = case.calendar.add_business_days(date, 1);
    (date..=next).contains(&decision.by?).then_some(decision.words.as_str())
}
