//! The ways through the house that several commands share. No clap, no printing.

pub mod compose;
pub mod deliver;
