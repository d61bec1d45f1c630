//! Whether approved notes are still right, by the record as it is at this moment. It is asked
//! right before a note is taken, and again before its final dot. Nothing is written here.

use std::collections::{BTreeMap, HashMap};

use anyhow::Result;
use chrono::{DateTime, FixedOffset, NaiveTime, TimeDelta};

use super::compose::{Desk, Item, Wish};
use crate::adapters::store::Wrong;
use crate::domain::note::{Edited, Note, NoteId};
use crate::domain::outbox::{Event, State};
use crate::domain::zone::Zone;

/// What ties a note that was never offered to its day of departure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    /// It was approved for that day: what a person has just agreed to.
    Approved,
    /// Its words: what was planned and missed its day goes if it would be written the same today.
    Worded,
}

/// What is wrong with some notes, and how long all others stay right if nobody writes to the
/// record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judgment {
    pub wrong: BTreeMap<NoteId, Wrong>,
    pub until: Option<DateTime<FixedOffset>>,
}

/// Judges notes that are approved or taken. What the record does not have is not judged.
pub fn judge(desk: &Desk, ids: &[&NoteId], day: Day) -> Result<Judgment> {
    let mut judgment = Judgment::default();
    let items = desk.items();
    let items: HashMap<&NoteId, &Item> = items.iter().map(|item| (&item.id, item)).collect();
    for id in ids {
        let Some(note) = desk.notes.with_id(id) else { continue };
        let item = items.get(id).copied();
        if let Some(wrong) = wrong(desk, item, note, day)? {
            judgment.wrong.insert((*id).clone(), wrong);
            continue;
        }
        let midnight = item.filter(|_| note.offers == 0).and_then(|item| midnight(&item.step.zone, desk));
        judgment.until = [judgment.until, midnight].into_iter().flatten().min();
    }
    Ok(judgment)
}

fn wrong(desk: &Desk, item: Option<&Item>, note: &Note, day: Day) -> Result<Option<Wrong>> {
    // What was offered once keeps its bytes, and goes nowhere without a word of its owner.
    let back = if note.offers > 0 { Event::Expire } else { Event::Redraft };
    let told = |event, why: &str| Ok(Some(Wrong { event, why: format!("{why}; look at it again") }));
    let is_open = desk.application(&note.application).is_some_and(|application| application.is_open());
    let Some(item) = item else {
        let why = "its application is closed".to_owned();
        return match is_open {
            true => told(Event::Expire, "nothing calls for it any more"),
            false => Ok(Some(Wrong { event: Event::Withdraw, why })),
        };
    };
    if desk.is_readdressed(note) {
        return told(back, "its recipient has another address now");
    }
    let now = item.step.zone.at(desk.now);
    if note.kind.is_follow_up() && item.step.earliest > now {
        return told(back, "it is not due any more");
    }
    if note.offers == 0 && day == Day::Approved && note.departs_on != now.date_naive() {
        return told(back, "the day that it speaks of has passed");
    }
    if !is_still_right(desk, item, note)? {
        return told(back, "its text is not what the record says now");
    }
    Ok(None)
}

/// Whether the same words would be written today. What was offered once never changes.
pub fn is_still_right(desk: &Desk, item: &Item, note: &Note) -> Result<bool> {
    if note.offers > 0 {
        return Ok(true);
    }
    let departs = item.step.zone.at(desk.now);
    let drafted = Note { state: State::Drafted, ..note.clone() };
    let wish = Wish { template: Some(note.template.clone()), ..Wish::default() };
    let anew = desk.write(&Item { note: Some(drafted), ..item.clone() }, departs, &wish)?.0;
    Ok(match note.edited {
        Edited::No => anew.shown_hash() == note.shown_hash(),
        // Their own words may say "today", and only they know.
        Edited::ByOwner => {
            anew.facts == note.facts && anew.from == note.from && note.departs_on == departs.date_naive()
        }
    })
}

/// The next moment at which a text that says "today" is wrong.
fn midnight(zone: &Zone, desk: &Desk) -> Option<DateTime<FixedOffset>> {
    let tomorrow = zone.at(desk.now).date_naive().succ_opt()?;
    let begins = zone.instant(tomorrow.and_time(NaiveTime::MIN));
    // A day that begins at another hour is asked about again and again until it comes.
    Some(begins.unwrap_or_else(|_| zone.at(desk.now) + TimeDelta::minutes(1)))
}
