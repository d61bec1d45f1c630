//! Follow-ups: one person, seldom, never before the day they named, and not for ever.

use chrono::{DateTime, FixedOffset, NaiveDate};

use super::numbers::{AFTER_RETURN_BUSINESS_DAYS, Lateness, MOST_FOLLOW_UPS};
use super::{Case, Moments, Past, Step, plural};
use crate::domain::application::{Decision, News};
use crate::domain::calendar::Calendar;
use crate::domain::interview::{Interview, InterviewKind};
use crate::domain::note::NoteKind;
use crate::domain::outbox::State;

/// The last time that either side was heard.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Contact {
    at: DateTime<FixedOffset>,
    what: What,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Interview,
    Note(NoteKind),
    Answer,
}

/// The day from which a follow-up is allowed, the day on which it is recommended, and why.
struct Plan {
    floor: NaiveDate,
    day: NaiveDate,
    reason: String,
    since: DateTime<FixedOffset>,
}

pub(super) fn step(case: &Case<'_>) -> Option<Step> {
    let round = case.application.interviews.last()?;
    if round.ended > case.now || round.kind == InterviewKind::Informational {
        return None;
    }
    let in_round: Vec<&Past> = case.past.iter().filter(|note| note.round == round.round).collect();
    if !thanked_or_missed(case, round, &in_round) || waits_for_the_owner(case, round, &in_round) {
        return None;
    }
    let person = case.contact(Some(round))?;
    if last_note_bounced(case, &person) {
        return None;
    }

    let sent: Vec<&Past> =
        in_round.iter().filter(|note| note.kind.is_follow_up() && note.state.has_left()).copied().collect();
    let most = case.policy.follow_ups.min(MOST_FOLLOW_UPS);
    let number = u32::try_from(sent.len()).unwrap_or(u32::MAX);
    if number >= most || sent.iter().any(|note| note.kind == NoteKind::CloseOut) {
        return None;
    }
    let kind = match number {
        0 => NoteKind::Nudge,
        n if n + 1 < most => NoteKind::Nudge,
        _ => NoteKind::CloseOut,
    };

    let plan = not_while_away(case, &person, plan(case, round, number));
    let zone = case.zone(Some(round));
    let opening = case.calendar.follow_up_opening(plan.floor, zone);
    let paused = case.after_last_note(&person, opening);
    let earliest = case.calendar.follow_up_from(paused.to_utc(), zone);
    let due = Calendar::follow_up_aim(case.calendar.next_customary(plan.day), zone);
    let moments = Moments { since: plan.since, earliest, due: due.max(earliest), latest: None };
    Some(case.step(kind, &person, Some(round), moments, plan.reason))
}

/// Whether the round has had its thank-you, or will not get one any more.
fn thanked_or_missed(case: &Case<'_>, round: &Interview, notes: &[&Past]) -> bool {
    let mut thanks = notes.iter().filter(|note| note.kind == NoteKind::ThankYou);
    let withdrawn = !round.meetings.is_empty()
        && round.meetings.iter().all(|meeting| {
            notes.iter().any(|note| {
                note.kind == NoteKind::ThankYou
                    && note.person == meeting.person
                    && note.state == State::Withdrawn
            })
        });
    thanks.any(|note| note.state.has_left())
        || withdrawn
        || case.policy.lateness(round, case.now) == Lateness::TooLate
}

/// Whether something must be said first: an invitation stands (T12), a follow-up is in doubt
/// or left at an unknown time, or an answer came to the mailbox and nobody has told yet what it says.
fn waits_for_the_owner(case: &Case<'_>, round: &Interview, notes: &[&Past]) -> bool {
    let heard = &case.application.heard;
    let invited = heard.iter().any(|h| h.news == News::NextRound && h.at >= round.ended);
    let doubt = notes
        .iter()
        .filter(|note| note.kind.is_follow_up())
        .any(|note| note.state == State::Unsure || note.state.has_left() && note.sent_at.is_none());
    let untold = notes
        .iter()
        .filter(|note| note.state == State::Answered)
        .any(|note| !note.sent_at.is_some_and(|at| case.application.has_told_since(at)));
    invited || doubt || untold || case.application.waits_for_news_since(round.ended)
}

/// A bounce stops follow-ups to an address until a later note went through (T15).
fn last_note_bounced(case: &Case<'_>, person: &str) -> bool {
    case.past
        .iter()
        .filter(|note| note.person == person && note.state.has_left())
        .max_by_key(|note| note.sent_at)
        .is_some_and(|note| note.state == State::Bounced)
}

fn plan(case: &Case<'_>, round: &Interview, number: u32) -> Plan {
    let (policy, calendar) = (case.policy, case.calendar);
    let zone = case.zone(Some(round));
    let date = |at: DateTime<FixedOffset>| zone.at(at.to_utc()).date_naive();
    let last = last_contact(case, round);
    let (wait, floor) = match (last.what, number) {
        (What::Answer, _) => (policy.nudge_after_answer_business_days, policy.nudge_floor_business_days),
        (_, 0) => (policy.nudge_after_business_days, policy.nudge_floor_business_days),
        _ => (policy.close_out_after_business_days, policy.close_out_floor_business_days),
    };
    let since = |n: u32| {
        let what = match last.what {
            What::Interview => "the interview",
            What::Note(NoteKind::ThankYou) => "the thank-you",
            What::Note(NoteKind::Nudge) => "the nudge",
            What::Note(_) => "the last note",
            What::Answer => "their answer",
        };
        format!(
            "{} after {what} of {}",
            plural(n, "business day"),
            zone.at(last.at.to_utc()).format("%a %-d %b")
        )
    };
    let bound = calendar.add_business_days(date(last.at), floor);
    let Some((decision, by)) = standing_decision(case, round, &date) else {
        return Plan {
            floor: bound.min(calendar.add_business_days(date(last.at), wait)),
            day: calendar.add_business_days(date(last.at), wait),
            reason: since(wait),
            since: last.at,
        };
    };
    let held = calendar.add_business_days(by, policy.after_decision_business_days);
    let reason = if held >= bound {
        let pause = plural(policy.after_decision_business_days, "business day");
        format!("\"{}\" + {pause}", decision.words)
    } else {
        since(floor)
    };
    let day = held.max(bound);
    Plan { floor: day, day, reason, since: last.at }
}

/// Nobody is written to while they are away, nor on the first days after.
fn not_while_away(case: &Case<'_>, person: &str, plan: Plan) -> Plan {
    let Some(back) = case.application.person(person).and_then(|person| person.away_until) else {
        return plan;
    };
    let held = case.calendar.add_business_days(back, AFTER_RETURN_BUSINESS_DAYS);
    if held <= plan.day {
        return plan;
    }
    let pause = plural(AFTER_RETURN_BUSINESS_DAYS, "business day");
    let reason = format!("away until {} + {pause}", back.format("%a %-d %b"));
    Plan { floor: held, day: held, reason, since: plan.since }
}

/// The last contact in either direction; the interview itself where there was none since.
fn last_contact(case: &Case<'_>, round: &Interview) -> Contact {
    let notes = case
        .past
        .iter()
        .filter(|note| note.state.has_left())
        .filter_map(|note| Some(Contact { at: note.sent_at?, what: What::Note(note.kind) }));
    let heard = case
        .application
        .heard
        .iter()
        .filter(|heard| is_answer(heard.news))
        .map(|heard| Contact { at: heard.at, what: What::Answer });
    notes
        .chain(heard)
        .max()
        .filter(|contact| contact.at >= round.ended)
        .unwrap_or(Contact { at: round.ended, what: What::Interview })
}

/// The decision and its day, unless that day passed before the latest round, before an answer or
/// before a follow-up: then it has been overtaken.
fn standing_decision<'a>(
    case: &Case<'a>,
    round: &Interview,
    date: &impl Fn(DateTime<FixedOffset>) -> NaiveDate,
) -> Option<(&'a Decision, NaiveDate)> {
    let decision = case.application.decision.as_ref()?;
    let by = decision.by?;
    let follow_ups = case
        .past
        .iter()
        .filter(|note| note.kind.is_follow_up() && note.state.has_left())
        .filter_map(|note| note.sent_at);
    let answers = case.application.heard.iter().filter(|h| is_answer(h.news)).map(|heard| heard.at);
    let overtaken = follow_ups.chain(answers).chain([round.ended]).any(|at| date(at) > by);
    (!overtaken).then_some((decision, by))
}

fn is_answer(news: News) -> bool {
    matches!(news, News::Wrote | News::Answered | News::Decision)
}
