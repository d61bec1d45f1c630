//! (to be written)

use anyhow::Result;
use serde::Serialize;

use super::App;

/// (to be written)
#[derive(Debug, clap::Args)]
pub struct Args {}

#[derive(Debug, Serialize)]
pub struct Report {}

pub fn run(_: &Args, _: &mut App) -> Result<Report> {
    Ok(Report {})
}
