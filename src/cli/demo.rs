//! (to be written)

use anyhow::Result;

use super::Streams;
use crate::adapters::config::Environment;
use crate::commands::Exit;

/// (to be written)
#[derive(Debug, clap::Args)]
pub struct Args {}

pub fn run(_: &Args, _: &Environment, _: &mut Streams<'_>) -> Result<Exit> {
    Ok(Exit::DONE)
}
