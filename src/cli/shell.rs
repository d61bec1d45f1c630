//! What belongs to the shell: completions and the man page, both made from the command line as it
//! is.

use std::io::{self, Write};

use clap_complete::Shell;

use super::command;

/// Write the completions of a shell to standard output
///
/// Examples:
///   thanks completions bash > ~/.local/share/bash-completion/completions/thanks
///   thanks completions zsh > ~/.zsh/completions/_thanks
///   thanks completions fish > ~/.config/fish/completions/thanks.fish
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
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

/// One page for everything: a section for each command, since there is one page to install.
pub fn man(_: &Man, out: &mut dyn Write) -> io::Result<()> {
    let command = <super::Cli as clap::CommandFactory>::command();
    let page = clap_mangen::Man::new(command.clone());
    let mut text = Vec::new();
    page.render_title(&mut text)?;
    page.render_name_section(&mut text)?;
    page.render_synopsis_section(&mut text)?;
    page.render_description_section(&mut text)?;
    page.render_options_section(&mut text)?;
    for subcommand in command.get_subcommands() {
        let name = format!("thanks {}", subcommand.get_name());
        let subcommand = subcommand.clone().bin_name(name.clone()).disable_help_flag(true);
        let section = clap_mangen::Man::new(subcommand);
        let mut lines = Vec::new();
        section.render_synopsis_section(&mut lines)?;
        lines.extend_from_slice(b".PP\n");
        section.render_description_section(&mut lines)?;
        section.render_options_section(&mut lines)?;
        text.extend_from_slice(format!(".SH \"{}\"\n", name.to_uppercase()).as_bytes());
        text.extend_from_slice(as_section(&String::from_utf8_lossy(&lines)).as_bytes());
    }
    page.render_version_section(&mut text)?;
    out.write_all(&text)
}

/// A page of its own as a part of a larger one: its headings are gone or one step lower, and
/// examples keep their lines.
fn as_section(page: &str) -> String {
    let mut section = String::new();
    let mut is_example = false;
    for line in page.lines() {
        if line.starts_with("  ") != is_example {
            is_example = !is_example;
            section.push_str(if is_example { ".nf\n" } else { ".fi\n" });
        }
        match line.strip_prefix(".SH ") {
            Some("SYNOPSIS" | "DESCRIPTION" | "OPTIONS") => continue,
            Some(heading) => section.push_str(&format!(".SS {heading}\n")),
            // The page has its definitions already.
            None if line.starts_with(".ie ") || line.starts_with(".el ") => {}
            None => section.push_str(&format!("{line}\n")),
        }
    }
    section
}
