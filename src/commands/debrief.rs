//! What `add` and `draft` are told about an interview: flags → a debrief → the record.

use anyhow::Result;

use super::App;
use crate::adapters::store::Store;
use crate::domain::application::Tone;

#[derive(Debug, Default, clap::Args)]
pub struct DebriefArgs {}

/// What was recorded on the way to a draft.
pub struct Recorded {
    /// The notes of the people that were named.
    pub notes: Vec<String>,
    pub notices: Vec<String>,
}

impl DebriefArgs {
    pub fn is_empty(&self) -> bool {
        true
    }
    pub fn tone(&self) -> Option<Tone> {
        None
    }
}

pub fn record(_: &DebriefArgs, _: &[String], _: &App, _: &mut Store) -> Result<Recorded> {
    Ok(Recorded { notes: Vec::new(), notices: Vec::new() })
}
