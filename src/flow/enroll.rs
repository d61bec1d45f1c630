//! A mail account by questions or flags: preset, password, a login that works, and only then the
//! configuration. `init` is this alone; `send` without an account goes through it and carries on.

use anyhow::Result;

use crate::adapters::config::{Config, Environment, Paths};
use crate::adapters::terminal::Terminal;

/// Asks for an account, logs in, writes the configuration, and returns it as it was read back.
pub fn by_questions(_: &Environment, _: &Paths, _: &Terminal) -> Result<Config> {
    anyhow::bail!("to be written")
}
