//! The ways through the house that several commands share. No clap, no printing.

pub mod account;
pub mod choose;
pub mod compose;
pub mod deliver;
pub mod enroll;
pub mod filing;
pub mod fitness;
pub mod last_look;
pub mod listen;
pub mod mailbox;
pub mod outgoing;
pub mod post;
pub mod record;
pub mod refusal;
pub mod timer;
pub mod vigil;
