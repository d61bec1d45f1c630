//! A note as it goes over the wire.

use anyhow::{Context, Result};
use chrono::{DateTime, FixedOffset};

use crate::adapters::mime;
use crate::adapters::smtp::Message;
use crate::adapters::store::Wire;
use crate::domain::address::EmailAddress;
use crate::domain::note::{Approved, Note, NoteId};

/// A note with all that goes over the wire.
pub(super) struct Parcel {
    pub id: NoteId,
    pub message_id: String,
    pub from: EmailAddress,
    pub to: EmailAddress,
    pub wire: Vec<u8>,
    /// What its owner agreed to.
    pub approved: Approved,
    pub date: DateLine,
}

/// Whether a parcel carries the Date of its approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DateLine {
    /// It was never offered, so that it can tell the present.
    Fresh,
    Kept,
}

pub(super) fn parcel(
    note: Note,
    approved: Approved,
    wire: Wire,
    now: DateTime<FixedOffset>,
) -> Result<Parcel> {
    let (from, to) =
        note.from.zip(note.to).with_context(|| format!("{} has no sender or recipient", note.id))?;
    let (date, bytes) = match note.offers {
        0 => (DateLine::Fresh, mime::with_date(&wire.bytes, now)),
        _ => (DateLine::Kept, wire.bytes),
    };
    Ok(Parcel {
        from: from.address,
        to: to.address,
        message_id: note.message_id.with_context(|| format!("{} has no Message-ID", note.id))?,
        id: note.id,
        wire: bytes,
        approved,
        date,
    })
}

impl Parcel {
    pub fn message(&self) -> Message<'_> {
        Message { from: &self.from, to: &self.to, wire: &self.wire }
    }

    /// What is approved once it was claimed, with the Date of the claim.
    pub fn dated(&self) -> Approved {
        self.approved.with_bytes(&self.wire)
    }

    pub fn fresh(&self) -> Option<&[u8]> {
        (self.date == DateLine::Fresh).then_some(self.wire.as_slice())
    }
}
