//! What `add` and `draft` are told about an interview: flags → a debrief → the record.

mod doubles;
mod flags;
mod reading;
mod record;

pub use doubles::{Record, Round, Understood, new_round, understand, unrecorded};
pub use flags::{DebriefArgs, Said, SaidTopic};
pub use reading::{
    Reading, Slot, named_zone, not_understood, read_decision, read_end, read_person, read_topic, zone_for,
};
pub use record::{Recorded, advise, known, odd, odd_about, propose, record, require, same_one, write};
