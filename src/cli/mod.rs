//! argv in, text and an exit code out. The only layer that prints, and the only one that knows
//! numbers for failures.

mod args;
pub mod bug;
mod demo;
mod output;
mod shell;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches};

use crate::adapters::config::Environment;
use crate::adapters::terminal::Terminal;
use crate::commands::{self, App, Command, Exit, Loudness};
use crate::domain::problem::{Kind, Problem};
use crate::domain::text::printable;

pub use args::{Cli, Format, command};

/// Where a command's words go: data, and everything else.
pub struct Streams<'a> {
    pub out: &'a mut dyn Write,
    pub err: &'a mut dyn Write,
}

/// The program: parse, open, run, print, exit code.
pub fn main() -> ExitCode {
    let argv: Vec<OsString> = std::env::args_os().collect();
    let format = format_of(&argv);
    let exit = bug::watch(format, &mut io::stderr(), || {
        let mut streams = Streams { out: &mut io::stdout().lock(), err: &mut io::stderr() };
        play(argv, &Environment::from_process(), &mut streams)
    });
    ExitCode::from(exit.code())
}

/// One command line from argv to its exit code, in a given environment: what `main` does, and
/// what `demo` plays in a home of its own.
pub fn play(
    argv: impl IntoIterator<Item = OsString>,
    environment: &Environment,
    streams: &mut Streams<'_>,
) -> Exit {
    let argv: Vec<OsString> = argv.into_iter().collect();
    let cli = match parse(&argv) {
        Ok(cli) => cli,
        Err(error) => return refuse(&error, format_of(&argv), streams),
    };
    let format = cli.global.format();
    match run(&cli, environment, streams) {
        Ok(exit) => exit,
        // Whoever reads has gone; the work is done and recorded.
        Err(error) if is_broken_pipe(&error) => Exit::DONE,
        Err(error) => {
            output::error(&error, format, streams.err);
            Exit::of(&error)
        }
    }
}

/// The grouped help is made only when it is asked for: most runs do not want it.
fn parse(argv: &[OsString]) -> Result<Cli, clap::Error> {
    let mut command = Cli::command();
    let matches = match command.try_get_matches_from_mut(argv) {
        Err(error) if error.kind() == ErrorKind::DisplayHelp => {
            args::command().try_get_matches_from_mut(argv)
        }
        matches => matches,
    }?;
    Cli::from_arg_matches(&matches).map_err(|error| {
        let name = matches.subcommand_name().unwrap_or_default();
        match command.find_subcommand_mut(name) {
            Some(subcommand) => error.format(subcommand),
            None => error.format(&mut command),
        }
    })
}

/// What was wished for on a command line that cannot be read.
fn format_of(argv: &[OsString]) -> Format {
    let mut flags = argv.iter().take_while(|word| *word != "--");
    if flags.any(|word| word == "--json") { Format::Json } else { Format::Text }
}

fn run(cli: &Cli, environment: &Environment, streams: &mut Streams<'_>) -> Result<Exit> {
    use args::Subcommands;
    let status = Command::default();
    let command = match &cli.command {
        Some(Subcommands::Completions(args)) => {
            shell::completions(args, streams.out)?;
            return Ok(Exit::DONE);
        }
        Some(Subcommands::Man(args)) => {
            shell::man(args, streams.out)?;
            return Ok(Exit::DONE);
        }
        Some(Subcommands::Demo(args)) => return demo::run(args, streams),
        Some(Subcommands::House(command)) => command,
        None => &status,
    };
    let terminal = Terminal::new(cli.global.interaction());
    let config = cli.global.config.as_deref();
    let mut app = App::open(environment.clone(), config, terminal, cli.global.loudness())?;
    if app.loudness == Loudness::Verbose {
        let _ = streams.err.write_all(what_is_read(&app).as_bytes());
    }
    if !matches!(command, Command::Doctor(_)) {
        app.require_order()?;
    }
    if !matches!(command, Command::Init(_) | Command::Doctor(_)) {
        app.require_named_config()?;
    }
    let report = commands::run(command, &mut app)?;
    let exit = report.gravest().map_or(Exit::DONE, Exit::from);
    match output::report(&report, cli.global.format(), &app, streams) {
        // The outcome of the work counts for more than who listened to it.
        Err(error) if exit == Exit::DONE && error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(exit),
    }
}

/// Help and version are data; everything else that clap says is about the usage. An argument that
/// is no text is a refused value.
fn refuse(error: &clap::Error, format: Format, streams: &mut Streams<'_>) -> Exit {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let _ = write!(streams.out, "{}", error.render());
            Exit::DONE
        }
        ErrorKind::InvalidUtf8 => {
            let problem =
                Problem::new(Kind::Data, "an argument is not UTF-8 text").detail("nothing was done");
            output::error(&problem.into(), format, streams.err);
            Exit::from(Kind::Data)
        }
        _ => {
            match format {
                Format::Json => output::error(&misused(error).into(), format, streams.err),
                Format::Text => {
                    let _ = write!(streams.err, "{}", output::harmless(&error.render().to_string()));
                }
            }
            Exit::from(Kind::Usage)
        }
    }
}

/// What clap says about the usage, in the parts of a problem.
fn misused(error: &clap::Error) -> Problem {
    let text = error.render().to_string();
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let message = lines.next().unwrap_or_default();
    let problem = Problem::new(Kind::Usage, message.strip_prefix("error: ").unwrap_or(message));
    lines.fold(problem, |problem, line| match line.strip_prefix("tip: ") {
        Some(tip) if problem.hint.is_none() => problem.hint(tip),
        _ if line.starts_with("For more information") => problem,
        _ => problem.detail(line),
    })
}

/// What `-v` says before anything else.
fn what_is_read(app: &App) -> String {
    let config = app.paths.config_file.display();
    let absent = if app.config.is_none() { ", not there" } else { "" };
    let data = app.paths.data_dir.display();
    let text = format!("configuration  {config}{absent}\ndata           {data}\nzone           {}", app.zone);
    printable(&text) + "\n"
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}
