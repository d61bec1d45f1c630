//! What `add` and `draft` are told about an interview: flags → a debrief → the record.

mod flags;
mod reading;
mod record;

pub use flags::{DebriefArgs, Said, SaidTopic};
pub use reading::{
    Reading, Slot, named_zone, not_understood, read, read_decision, read_end, read_person, zone_for,
};
pub use record::{Recorded, advise, known, odd, propose, record, require, write};
