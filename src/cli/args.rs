//! The command line as a whole: global flags and the grouped help. Each command's own flags stand
//! with the command.

use std::path::PathBuf;

use clap::{CommandFactory, Parser, Subcommand};

use super::{demo, shell};
use crate::adapters::terminal::Interaction;
use crate::commands::{Command, Loudness};

/// Thank-you and follow-up emails after an interview: the right words, at the right time, sent once
#[derive(Debug, Parser)]
#[command(name = "thanks", version, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Option<Subcommands>,
}

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Everywhere")]
pub struct Global {
    /// Print JSON for programs
    #[arg(long, global = true)]
    json: bool,
    /// Say only what needs you
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Say first what is read: configuration, data, time zone
    #[arg(short, long, global = true)]
    verbose: bool,
    /// Another configuration
    #[arg(short, long, global = true, value_name = "PATH")]
    pub config: Option<PathBuf>,
    /// Never ask; what would have been asked fails instead
    #[arg(long, global = true)]
    no_input: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
}

/// Every command: those of the house, and those that are about the command line itself.
#[derive(Debug, Subcommand)]
pub enum Subcommands {
    #[command(flatten)]
    House(Box<Command>),
    Demo(demo::Args),
    Completions(shell::Completions),
    Man(shell::Man),
}

/// The order and the groups of the help; a test says that no command is missing.
const GROUPS: [(&str, &[&str]); 4] = [
    ("Everyday", &["add", "draft", "send", "nudge", "status"]),
    ("An application", &["edit", "show", "heard", "mark", "close", "forget"]),
    ("By itself", &["sync", "schedule"]),
    ("Set up", &["init", "doctor", "holidays", "export", "completions", "man", "demo"]),
];

/// The whole command line, its help grouped.
pub fn command() -> clap::Command {
    let command = Cli::command();
    let mut help = String::new();
    for (group, names) in GROUPS {
        help.push_str(&format!("{group}:\n"));
        for name in names {
            let about = command.find_subcommand(name).and_then(clap::Command::get_about);
            let about = about.map(ToString::to_string).unwrap_or_default();
            help.push_str(&format!("  {name:<12} {about}\n"));
        }
        help.push('\n');
    }
    command.help_template(format!(
        "{{about}}\n\n{{usage-heading}} {{usage}}\n\n{help}{{options}}\n\n\
         `thanks` alone is `thanks status`; `thanks COMMAND --help` has examples."
    ))
}

impl Global {
    pub fn format(&self) -> Format {
        if self.json { Format::Json } else { Format::Text }
    }

    pub fn interaction(&self) -> Interaction {
        if self.no_input { Interaction::Never } else { Interaction::Allowed }
    }

    pub fn loudness(&self) -> Loudness {
        match (self.quiet, self.verbose) {
            (true, _) => Loudness::Quiet,
            (_, true) => Loudness::Verbose,
            _ => Loudness::Normal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn the_grouped_help_names_every_command_once() {
        let mut grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        let command = command();
        let mut all: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
        grouped.sort_unstable();
        all.sort_unstable();
        assert_eq!(grouped, all);
    }
}
