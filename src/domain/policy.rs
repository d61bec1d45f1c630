//! What is due, when and why: pure functions over the record, the past and the present. They say
//! what comes next for whom, never to which address nor in which words.

mod follow_up;
mod numbers;
mod reply;
mod thank_you;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};

use super::address::EmailAddress;
use super::application::{Application, News, Status};
use super::calendar::Calendar;
use super::interview::Interview;
use super::note::{NoteId, NoteKind};
use super::outbox::State;
use super::person::PersonKey;
use super::zone::Zone;

pub use numbers::{Lateness, MOST_FOLLOW_UPS, Policy};

/// What the policy needs to know of a note that exists.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    pub kind: NoteKind,
    pub person: PersonKey,
    pub round: u32,
    pub state: State,
    pub to: Option<EmailAddress>,
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
    /// 1 unless such a note to them about this round was settled before.
    pub ordinal: u32,
    /// What the wait is counted from: the end of the interview, the last contact, their news.
    pub since: DateTime<FixedOffset>,
    /// The hard bound: before it the note is too early (T06, T07, T13).
    pub earliest: DateTime<FixedOffset>,
    /// The recommended moment; it does not move when it has passed.
    pub due: DateTime<FixedOffset>,
    /// After it a thank-you or a reply is late; follow-ups have none.
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

impl Step {
    /// The id of the note that it asks for.
    pub fn note_id(&self) -> NoteId {
        NoteId::new(&self.application, &self.person, self.kind, self.round, self.ordinal)
    }
}

/// What comes next in an application, the soonest first: a thank-you for each person met in each
/// round, one follow-up to one person, or the short reply to their news. Notes that have left, are
/// in doubt or were withdrawn have no step; one that is drafted or approved still has.
pub fn steps(
    application: &Application,
    past: &[Past],
    calendar: &Calendar,
    policy: &Policy,
    sender_zone: &Zone,
    now: DateTime<Utc>,
) -> Vec<Step> {
    let arrived = arrived(application, past);
    let case = Case { application, past: &arrived, written: past, calendar, policy, sender_zone, now };
    let rejected = case.rejection();
    let mut steps: Vec<Step> = match (&application.status, rejected) {
        (Status::Open, None) => {
            let mut steps = thank_you::steps(&case);
            steps.extend(reply::to_next_round(&case));
            steps.extend(follow_up::step(&case));
            steps
        }
        (Status::Open, Some(at)) => reply::to_rejection(&case, at).into_iter().collect(),
        (Status::Closed { reason, .. }, Some(at)) if reason == News::Rejected.name() => {
            reply::to_rejection(&case, at).into_iter().collect()
        }
        (Status::Closed { .. }, _) => Vec::new(),
    };
    steps.sort_by_key(|step| (step.due, step.round, step.kind));
    steps
}

/// The past without the notes that came back from an address which has been replaced since, and
/// those that were stopped for it (T15): the person never had them, and at the new address they
/// count as never written.
fn arrived<'a>(application: &Application, past: &'a [Past]) -> Cow<'a, [Past]> {
    let came_back = |to: &EmailAddress| {
        let to = to.canonical();
        past.iter()
            .filter(|note| note.state == State::Bounced)
            .any(|note| note.to.as_ref().is_some_and(|known| known.canonical() == to))
    };
    let is_replaced = |note: &Past, to: &EmailAddress| {
        let known = application.recipient(&note.person).and_then(|person| person.address.as_ref());
        known.is_some_and(|known| known.canonical() != to.canonical())
    };
    let is_lost = |note: &Past| {
        matches!(note.state, State::Bounced | State::Withdrawn)
            && note.to.as_ref().is_some_and(|to| is_replaced(note, to) && came_back(to))
    };
    if past.iter().any(is_lost) {
        Cow::Owned(past.iter().filter(|note| !is_lost(note)).cloned().collect())
    } else {
        Cow::Borrowed(past)
    }
}

/// The first moment after their decision date at which a follow-up is due, in the recipient's
/// zone; `None` where they named no date. It can be told before any thank-you has left.
pub fn held_until(
    application: &Application,
    calendar: &Calendar,
    policy: &Policy,
    sender_zone: &Zone,
) -> Option<DateTime<FixedOffset>> {
    let by = application.decision.as_ref()?.by?;
    let held = calendar.add_business_days(by, policy.after_decision_business_days);
    let zone = application.recipient_zone(application.interviews.last(), sender_zone);
    Some(Calendar::follow_up_aim(calendar.next_customary(held), zone))
}

/// One application with its past and present: what all the rules look at.
struct Case<'a> {
    application: &'a Application,
    past: &'a [Past],
    /// With those that never arrived: their ids are taken.
    written: &'a [Past],
    calendar: &'a Calendar,
    policy: &'a Policy,
    sender_zone: &'a Zone,
    now: DateTime<Utc>,
}

/// The moments of a step that is being made.
struct Moments {
    since: DateTime<FixedOffset>,
    earliest: DateTime<FixedOffset>,
    due: DateTime<FixedOffset>,
    latest: Option<DateTime<FixedOffset>>,
}

impl Application {
    /// The zone named for the application, else that of the round, else the sender's.
    fn recipient_zone<'a>(&'a self, round: Option<&'a Interview>, sender: &'a Zone) -> &'a Zone {
        self.zone.as_ref().or(round.map(|round| &round.zone)).unwrap_or(sender)
    }
}

impl<'a> Case<'a> {
    fn zone(&self, round: Option<&'a Interview>) -> &'a Zone {
        self.application.recipient_zone(round, self.sender_zone)
    }

    fn step(
        &self,
        kind: NoteKind,
        person: &str,
        round: Option<&'a Interview>,
        moments: Moments,
        reason: String,
    ) -> Step {
        let zone = self.zone(round);
        let there = |instant: DateTime<FixedOffset>| zone.at(instant.to_utc());
        let number = round.map_or(1, |round| round.round);
        let timing = if self.now < moments.earliest {
            Timing::Early
        } else if moments.latest.is_some_and(|latest| self.now > latest) {
            Timing::Late
        } else {
            Timing::Open
        };
        Step {
            application: self.application.slug.clone(),
            kind,
            person: person.to_owned(),
            round: number,
            ordinal: self.ordinal(kind, person, number),
            since: there(moments.since),
            earliest: there(moments.earliest),
            due: there(moments.due),
            latest: moments.latest.map(there),
            zone: zone.clone(),
            timing,
            reason,
        }
    }

    /// When they said no, unless they changed their mind later.
    fn rejection(&self) -> Option<DateTime<FixedOffset>> {
        let news = &self.application.heard;
        let (place, at) = news
            .iter()
            .enumerate()
            .rfind(|(_, heard)| heard.news == News::Rejected)
            .map(|(i, h)| (i, h.at))?;
        // In the order in which it was told, also where that took no second.
        let later = news.iter().skip(place).any(|heard| heard.news == News::NextRound && heard.at >= at)
            || self.application.interviews.iter().any(|round| round.ended > at && round.ended <= self.now);
        (!later).then_some(at)
    }

    /// The last round that was over at `instant`.
    fn round_before(&self, instant: DateTime<Utc>) -> Option<&'a Interview> {
        self.application.interviews.iter().rev().find(|round| round.ended <= instant)
    }

    /// The one person that follow-ups and replies go to.
    fn contact(&self, round: Option<&'a Interview>) -> Option<PersonKey> {
        let named = self.application.contact.clone().or_else(|| self.application.agent.clone());
        let thanked = || {
            self.past
                .iter()
                .filter(|note| note.kind == NoteKind::ThankYou && note.state.has_left())
                .filter(|note| round.is_some_and(|round| round.round == note.round))
                .min_by_key(|note| note.sent_at)
                .map(|note| note.person.clone())
        };
        let met = || round.and_then(|round| round.meetings.first()).map(|m| m.person.clone());
        let anyone = || self.application.people.first().map(|person| person.key.clone());
        named.or_else(thanked).or_else(met).or_else(anyone)
    }

    /// A day after the last note to this person (T13), if that is later than `instant`.
    fn after_last_note(&self, person: &str, instant: DateTime<FixedOffset>) -> DateTime<FixedOffset> {
        let pause = TimeDelta::hours(i64::from(self.policy.same_person_pause_hours));
        self.past
            .iter()
            .filter(|note| note.person == person && note.state.has_left())
            .filter_map(|note| note.sent_at?.checked_add_signed(pause))
            .fold(instant, DateTime::max)
    }

    /// Which of its kind a note to this person about that round is: those that were settled, sent
    /// or withdrawn, keep their numbers.
    fn ordinal(&self, kind: NoteKind, person: &str, round: u32) -> u32 {
        let settled = self
            .written
            .iter()
            .filter(|note| note.kind == kind && note.person == person && note.round == round)
            .filter(|note| is_settled(note.state))
            .count();
        u32::try_from(settled).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// Whether a note of this kind to anybody has been settled for the round, one way or another.
    fn settled(&self, kind: NoteKind, round: u32) -> bool {
        self.past.iter().any(|note| note.kind == kind && note.round == round && is_settled(note.state))
    }
}

/// Whether a note in this state leaves nothing to do for it.
fn is_settled(state: State) -> bool {
    state.has_left() || matches!(state, State::Unsure | State::Withdrawn)
}

/// `1 hour`, `2 hours`.
fn plural(n: u32, unit: &str) -> String {
    match n {
        1 => format!("1 {unit}"),
        n => format!("{n} {unit}s"),
    }
}
