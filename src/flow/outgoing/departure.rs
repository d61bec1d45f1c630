//! When a note may leave: the moment that a person names, the next opening there, and what is
//! customary about an hour. Nothing here keeps a note back.

use chrono::{DateTime, FixedOffset, NaiveTime, TimeDelta, Utc};

use crate::domain::calendar::Calendar;
use crate::domain::policy::Step;
use crate::domain::problem::{Kind, Problem};
use crate::domain::words::{self, When};
use crate::domain::zone::Zone;

/// When the notes of a run are to leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Departure {
    Now,
    Planned(DateTime<Utc>),
}

/// A moment ahead in a person's words, on their own clock where they name no other.
pub fn read(
    flag: &str,
    text: &str,
    now: DateTime<Utc>,
    zone: &Zone,
    country: Option<&str>,
) -> Result<Departure, Problem> {
    let refused = |message: String| {
        Problem::new(Kind::Data, format!("{flag}: {message}")).detail("nothing was sent or planned")
    };
    let local = zone.at(now);
    let read = |text: &str| words::when(text, local, zone, country);
    let mut when = read(text).map_err(|error| refused(error.to_string()))?;
    let is_past = |when: &When| matches!(when, When::At(at, _) if *at <= now);
    // A bare weekday is one that was; here only one that comes can be meant.
    if is_past(&when)
        && let Ok(ahead) = read(&format!("on {text}"))
        && !is_past(&ahead)
    {
        when = ahead;
    }
    match when {
        When::At(at, zone) if at <= now => {
            Err(refused(format!("{} has passed", zone.stamp(at.to_utc()))).hint("such as `tomorrow 9:00`"))
        }
        When::At(at, _) => Ok(Departure::Planned(at.to_utc())),
        When::Day(day) => Err(refused(format!("{} is a whole day; say a time too", day.format("%a %-d %b")))
            .hint("such as `tomorrow 9:00`")),
    }
}

/// The next moment at which it would be customary to send the note, after `now`; `None` where a
/// thank-you would be late by then.
pub fn later(step: &Step, calendar: &Calendar, now: DateTime<Utc>) -> Option<DateTime<FixedOffset>> {
    let here = step.zone.at(now);
    let next = match opening(step, calendar, now) {
        Some(opening) => opening,
        None => {
            let tomorrow = here.date_naive().succ_opt()?;
            match step.kind.is_follow_up() {
                true => Calendar::follow_up_aim(calendar.next_usable(tomorrow), &step.zone),
                false => {
                    let night = step.zone.instant(tomorrow.and_time(NaiveTime::MIN)).ok()?;
                    calendar.thank_you_from(night.to_utc(), &step.zone)
                }
            }
        }
    };
    let makes_late = |latest: DateTime<FixedOffset>| here <= latest && next > latest;
    (!step.latest.is_some_and(makes_late)).then_some(next)
}

/// The next opening, where this is no customary moment: it is early, or out of hours there.
pub fn opening(step: &Step, calendar: &Calendar, now: DateTime<Utc>) -> Option<DateTime<FixedOffset>> {
    let here = step.zone.at(now);
    if here < step.due && (here < step.earliest || step.kind.is_follow_up()) {
        return Some(step.due);
    }
    opening_hours(step, calendar, now)
}

/// The next opening, where it is out of hours there; whether it is early does not matter.
pub fn opening_hours(step: &Step, calendar: &Calendar, now: DateTime<Utc>) -> Option<DateTime<FixedOffset>> {
    let open = match step.kind.is_follow_up() {
        true => calendar.follow_up_from(now, &step.zone),
        false => calendar.thank_you_from(now, &step.zone),
    };
    (open > step.zone.at(now)).then_some(open)
}

/// What is customary about the hour.
pub fn advice(
    step: &Step,
    calendar: &Calendar,
    ended: Option<DateTime<FixedOffset>>,
    departs: DateTime<FixedOffset>,
) -> Option<String> {
    let stamp = format!("{} {}", departs.format("%H:%M"), step.zone.abbreviation(departs.to_utc()));
    let date = departs.date_naive();
    if step.kind.is_follow_up() && departs < step.due {
        let due = step.zone.stamp(step.due.to_utc());
        return Some(format!("early: {due} is customary, {}", step.reason));
    }
    if step.kind.is_follow_up() && calendar.is_holiday_season(date) {
        return Some("in August most are on holiday there; September is kinder".to_owned());
    }
    if step.kind.is_follow_up() {
        let out_of_hours = calendar.follow_up_from(departs.to_utc(), &step.zone) > departs;
        return out_of_hours.then(|| match calendar.follow_up_hours(date) {
            Some((opens, closes)) => customary(&format!("{stamp} there"), opens, closes),
            None => format!("{} there; a business day is customary", departs.format("%A %-d %B")),
        });
    }
    let elapsed = ended.map(|ended| departs - ended);
    let minutes = elapsed.map(|elapsed| elapsed.num_minutes());
    let (opens, closes) = calendar.thank_you_hours(date);
    let is_thank_you = step.kind == crate::domain::note::NoteKind::ThankYou;
    match minutes.filter(|_| is_thank_you) {
        Some(..0) => Some(format!("{stamp}, before the interview has ended")),
        Some(minutes) if departs < step.earliest => {
            let usual =
                |pause: &str| format!("{stamp}, {minutes} minutes after the interview; {pause} is customary");
            Some(match (step.earliest - step.since).num_minutes() {
                120 => usual("two hours"),
                30 => usual("half an hour"),
                // Another note to the same person, or its owner's own number.
                _ => {
                    format!("early: {} is customary, {}", step.zone.stamp(step.due.to_utc()), step.reason)
                }
            })
        }
        _ if departs.time() < opens || departs.time() > closes => {
            Some(customary(&format!("{stamp} there"), opens, closes))
        }
        Some(_) if elapsed > Some(TimeDelta::hours(24)) => {
            elapsed.map(|elapsed| format!("{stamp}, {} hours after the interview", elapsed.num_hours()))
        }
        _ => None,
    }
}

fn customary(now: &str, opens: NaiveTime, closes: NaiveTime) -> String {
    format!("{now}; {} to {} is customary", opens.format("%H:%M"), closes.format("%H:%M"))
}
