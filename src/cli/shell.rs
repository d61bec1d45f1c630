//! What belongs to the shell: completions and the man page, both made from the command line as it
//! is.

use std::io::{self, Write};

use clap_complete::Shell;

use super::command;

/// Write the completions of a shell to standard output
///
/// For bash: thanks completions bash > ~/.local/share/bash-completion/completions/thanks
#[derive(Debug, clap::Args)]
pub struct Completions {
    shell: Shell,
}

/// Write the man page to standard output
///
/// thanks man > ~/.local/share/man/man1/thanks.1
#[derive(Debug, clap::Args)]
pub struct Man {}

pub fn completions(args: &Completions, out: &mut dyn Write) -> io::Result<()> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "thanks", &mut text);
    out.write_all(&text)
}

pub fn man(_: &Man, out: &mut dyn Write) -> io::Result<()> {
    let mut text = Vec::new();
    // The page has its own list of commands, so it is made from the plain command line.
    clap_mangen::Man::new(<super::Cli as clap::CommandFactory>::command()).render(&mut text)?;
    out.write_all(&text)
}
