//! The timeline.

use super::Page;
use crate::commands::App;
use crate::commands::status::{Brevity, Record, Report, Section};
use crate::domain::text::{printable_line, wrap};

/// Of a terminal.
const COLUMNS: usize = 80;

pub fn status(report: &Report, _: &App) -> Page {
    let mut page = Page::default();
    if report.brevity == Brevity::Word {
        page.data = word(report);
        return page;
    }
    if report.lines.is_empty() {
        page.talk = match (report.record, report.open) {
            (Record::None, _) => "nothing recorded yet\nnext: thanks add\n".to_owned(),
            (Record::Empty, _) => "no applications yet\nnext: thanks add\n".to_owned(),
            (Record::Kept, 0) => "nothing is due: every application is closed\n".to_owned(),
            (Record::Kept, _) => "nothing is due, nothing waits\n".to_owned(),
        };
        return page;
    }
    let widest = |of: fn(&crate::commands::status::Line) -> &str| {
        report.lines.iter().map(|line| of(line).chars().count()).max().unwrap_or_default()
    };
    let (ids, kinds) = (widest(|line| &line.id), widest(|line| line.kind));
    let mut section = None;
    for line in &report.lines {
        if section != Some(line.section) {
            section = Some(line.section);
            page.data.push_str(heading(line.section));
            page.data.push('\n');
        }
        let head = format!("  {:<ids$}  {:<kinds$}  ", line.id, line.kind);
        page.data.push_str(&row(&head, &printable_line(&line.text)));
    }
    page
}

/// `2 due, 1 in doubt`, or nothing.
fn word(report: &Report) -> String {
    let counts = [(Section::InDoubt, "in doubt"), (Section::Asked, "asked"), (Section::Due, "due")];
    let words: Vec<String> = counts
        .into_iter()
        .map(|(section, word)| (report.count(section), word))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    if words.is_empty() { String::new() } else { format!("thanks: {}\n", words.join(", ")) }
}

/// One line, or more where the words do not fit beside what they are about.
fn row(head: &str, text: &str) -> String {
    let width = head.chars().count();
    let (first, indent, room) = match COLUMNS.checked_sub(width) {
        Some(room) if room >= 40 => (head.to_owned(), width, room),
        _ => (format!("{}\n{:6}", head.trim_end(), ""), 6, COLUMNS - 6),
    };
    let lines: Vec<String> = wrap(text, room).lines().map(str::to_owned).collect();
    format!("{first}{}\n", lines.join(&format!("\n{:indent$}", "")))
}

fn heading(section: Section) -> &'static str {
    match section {
        Section::Asked => "ASKED",
        Section::InDoubt => "IN DOUBT",
        Section::Due => "DUE",
        Section::Waiting => "WAITING",
        Section::NotSent => "NOT SENT",
        Section::Sent => "SENT",
    }
}
