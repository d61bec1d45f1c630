//! Reports and errors on their way to the reader: data to standard output, everything else to
//! standard error. Whatever a report forgot to escape is escaped here, the last place before a
//! terminal.

mod text;

use std::io::{self, Write};

use serde_json::json;

use super::{Format, Streams};
use crate::adapters::store;
use crate::commands::{App, Exit, Loudness, Report};
use crate::domain::problem::Problem;
use crate::domain::text::{printable, printable_json, printable_line};

/// A report as text, in two parts.
#[derive(Debug, Default)]
pub struct Page {
    /// What was asked for.
    pub data: String,
    /// What went wrong and what to type next.
    pub talk: String,
}

pub fn report(report: &Report, format: Format, app: &App, streams: &mut Streams<'_>) -> io::Result<()> {
    match format {
        Format::Json => {
            let document = serde_json::to_string_pretty(report).map_err(io::Error::other)?;
            writeln!(streams.out, "{}", printable_json(&document))?;
        }
        Format::Text => {
            let page = text::page(report, app);
            let quiet = app.loudness == Loudness::Quiet;
            if !quiet || report.is_asked_for() || report.gravest().is_some() {
                streams.out.write_all(harmless(&page.data).as_bytes())?;
            }
            streams.out.flush()?;
            let needed = |line: &&str| !quiet || !line.starts_with("next: ");
            let talk: String = page.talk.split_inclusive('\n').filter(needed).collect();
            let _ = streams.err.write_all(harmless(&talk).as_bytes());
        }
    }
    streams.out.flush()
}

/// Text that moves no cursor and rings no bell. Line ends stay as they are, a calendar's too.
pub fn harmless(text: &str) -> String {
    let line = |line: &str| match line.strip_suffix("\r\n") {
        Some(line) => printable(line) + "\r\n",
        None => printable(line),
    };
    text.split_inclusive('\n').map(line).collect()
}

/// The one place that prints an error. Nothing can be done about a reader who does not listen.
pub fn error(error: &anyhow::Error, format: Format, err: &mut dyn Write) {
    let told = match format {
        Format::Json => error_json(error),
        Format::Text => error_text(error),
    };
    let _ = err.write_all(told.as_bytes());
}

fn error_text(error: &anyhow::Error) -> String {
    let problem = problem_of(error);
    let mut text = String::new();
    let headline = headline(error, problem);
    text.push_str(&format!("error: {}\n", printable_line(&headline)));
    for cause in causes(error, &headline) {
        text.push_str(&format!("  caused by: {}\n", printable_line(&cause)));
    }
    for line in problem.iter().flat_map(|problem| &problem.details) {
        text.push_str(&format!("{}\n", printable_line(line)));
    }
    if let Some(hint) = hint(error, problem) {
        text.push_str(&format!("\nhint: {}\n", printable_line(hint)));
    }
    text
}

fn error_json(error: &anyhow::Error) -> String {
    let problem = problem_of(error);
    let headline = headline(error, problem);
    let value = json!({
        "error": headline,
        "causes": causes(error, &headline),
        "details": problem.map(|problem| problem.details.clone()).unwrap_or_default(),
        "hint": hint(error, problem),
        "exit": Exit::of(error).code(),
    });
    printable_json(&value.to_string()) + "\n"
}

fn headline(error: &anyhow::Error, problem: Option<&Problem>) -> String {
    match problem {
        Some(problem) => problem.message.clone(),
        None if store::kind_of(error).is_some() => {
            "the record cannot be used; nothing was changed".to_owned()
        }
        None => error.to_string(),
    }
}

fn hint<'a>(error: &anyhow::Error, problem: Option<&'a Problem>) -> Option<&'a str> {
    match problem {
        Some(problem) => problem.hint.as_deref(),
        None => store::hint_of(error),
    }
}

/// Also where it was given as the context of a cause.
fn problem_of(error: &anyhow::Error) -> Option<&Problem> {
    error.downcast_ref::<Problem>().or_else(|| error.chain().find_map(|cause| cause.downcast_ref()))
}

fn causes(error: &anyhow::Error, headline: &str) -> Vec<String> {
    error.chain().map(ToString::to_string).filter(|cause| cause != headline).collect()
}
