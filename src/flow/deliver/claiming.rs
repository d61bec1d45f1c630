//! Which approved notes may be offered, and the claims on them.

use std::collections::HashSet;

use anyhow::{Context, Result};
use chrono::{DateTime, FixedOffset};

use super::parcel::{Parcel, parcel};
use super::{Desk, Outcome, Watch, outcome};
use crate::adapters::store::{Claim, Claimed, Store, Version};
use crate::domain::note::{Approved, Note, NoteId};
use crate::domain::outbox::{Event, State};
use crate::domain::problem::Kind;
use crate::flow::fitness::Judgment;

const CHANGED: &str = "another command has changed or taken it";

/// What was claimed, and what that was decided on.
#[derive(Default)]
pub(super) struct Queue {
    pub parcels: Vec<Parcel>,
    pub version: Version,
    /// How long the judgment lasts if nobody writes to the record.
    pub until: Option<DateTime<FixedOffset>>,
}

impl Desk<'_> {
    /// The notes that may be offered: as they were approved, not expired, and offered no more often
    /// than the record knows.
    pub(super) fn ready(
        &mut self,
        approved: &[Approved],
        outcomes: &mut Vec<Outcome>,
        watch: &Watch<'_>,
    ) -> Result<Vec<Parcel>> {
        let offered = self.journal.offered()?;
        let now = (watch.now)();
        let mut ready: Vec<Parcel> = Vec::new();
        let mut seen = HashSet::new();
        for approved in approved.iter().filter(|approved| seen.insert(&approved.id)) {
            let id = &approved.id;
            let note = self.store.note(id)?.with_context(|| format!("no note {id}"))?;
            if note.state != State::Approved {
                outcomes.push(not_approved(&note, watch));
                continue;
            }
            if let Some(offered) = note.message_id.as_ref().and_then(|id| offered.get(id)) {
                let why = "the journal says that it was offered before; this record is older";
                if let Some(state) = self.store.lose_if_older(id, offered, now, why)? {
                    outcomes.push(outcome(id, state, Some(Kind::NeedsYou), why, watch));
                    continue;
                }
            }
            if note.send_before.is_some_and(|before| before < now) {
                let why = "its time has passed; look at it again";
                match self.store.step_from(State::Approved, id, Event::Expire, now, Some(why))? {
                    Some(state) => outcomes.push(outcome(id, state, Some(Kind::NeedsYou), why, watch)),
                    None => {
                        let note = self.store.note(id)?.with_context(|| format!("no note {id}"))?;
                        outcomes.push(not_approved(&note, watch));
                    }
                }
                continue;
            }
            match self.store.wire(id) {
                Ok(wire) if wire.sha256 != approved.wire_sha256 => {
                    outcomes.push(outcome(id, note.state, Some(Kind::NeedsYou), CHANGED, watch));
                }
                Ok(wire) => ready.push(parcel(note, approved.clone(), wire, now)?),
                Err(error) => {
                    let now = self.store.note(id)?;
                    if now.as_ref().is_none_or(|now| now.state != State::Approved) {
                        let state = now.map_or(State::Withdrawn, |now| now.state);
                        outcomes.push(outcome(id, state, Some(Kind::NeedsYou), CHANGED, watch));
                        continue;
                    }
                    let why = format!("{error:#}; it was not sent");
                    outcomes.push(outcome(id, note.state, Some(Kind::LocalIo), &why, watch));
                }
            }
        }
        Ok(ready)
    }

    /// All claims of a run are one commit. A note that another command has changed or taken since
    /// it was approved is left to that one, and what is not right any more goes back to its owner.
    pub(super) fn claim(
        &mut self,
        ready: Vec<Parcel>,
        outcomes: &mut Vec<Outcome>,
        watch: &Watch<'_>,
    ) -> Result<Queue> {
        let claims: Vec<Claim<'_>> =
            ready.iter().map(|parcel| Claim { approved: &parcel.approved, fresh: parcel.fresh() }).collect();
        let ids: Vec<&NoteId> = ready.iter().map(|parcel| &parcel.id).collect();
        let mut until = None;
        let judge = |store: &Store| {
            let Judgment { wrong, until: lasts } = (watch.judge)(store, &ids)?;
            until = lasts;
            Ok(wrong)
        };
        let claimed = self.store.claim(&claims, self.machine, (watch.now)(), judge)?;
        let taken: HashSet<&NoteId> = claimed.taken.iter().collect();
        let (parcels, lost): (Vec<Parcel>, Vec<Parcel>) =
            ready.into_iter().partition(|parcel| taken.contains(&parcel.id));
        for Parcel { id, .. } in lost {
            outcomes.push(self.lost(&id, &claimed, watch)?);
        }
        Ok(Queue { parcels, version: claimed.version, until })
    }

    /// Why a note could not be claimed.
    pub(super) fn lost(&self, id: &NoteId, claimed: &Claimed, watch: &Watch<'_>) -> Result<Outcome> {
        if let Some((state, why)) = claimed.handed_back.get(id) {
            return Ok(outcome(id, *state, Some(Kind::NeedsYou), why, watch));
        }
        let state = self.store.note(id)?.map_or(State::Withdrawn, |note| note.state);
        Ok(outcome(id, state, Some(Kind::NeedsYou), CHANGED, watch))
    }
}

fn not_approved(note: &Note, watch: &Watch<'_>) -> Outcome {
    let (kind, why) = match note.state {
        state if state.has_left() => (Kind::Declined, "another command has sent it".to_owned()),
        state => (Kind::NeedsYou, format!("it is {}", state.name())),
    };
    outcome(&note.id, note.state, Some(kind), &why, watch)
}
