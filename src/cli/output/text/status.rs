//! The timeline.

use super::Page;
use crate::commands::App;
use crate::commands::status::{Report, Section};
use crate::domain::text::printable;

pub fn status(report: &Report, _: &App) -> Page {
    let mut page = Page::default();
    if report.lines.is_empty() {
        page.talk = match report.open {
            0 if report.recorded => "nothing is due: every application is closed\n".to_owned(),
            0 => "nothing recorded yet\nnext: thanks add\n".to_owned(),
            _ => "nothing is due, nothing waits\n".to_owned(),
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
        let text = printable(&line.text);
        page.data.push_str(&format!("  {:<ids$}  {:<kinds$}  {text}\n", line.id, line.kind));
    }
    page
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
