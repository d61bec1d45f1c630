//! Notes on their way, as a person reads it.

use super::Page;
use crate::commands::outcome::{Fate, NoteOutcome, Report as Outcomes};
use crate::commands::{App, draft, mark};
use crate::domain::problem::Kind;
use crate::domain::text::printable;
use crate::domain::view;

pub fn draft(report: &draft::Report) -> Page {
    let mut page = Page::default();
    for notice in &report.notices {
        page.talk.push_str(&format!("{notice}\n"));
    }
    for (place, note) in report.notes.iter().enumerate() {
        if place > 0 {
            page.data.push('\n');
        }
        if report.body_only {
            page.data.push_str(&format!("{}\n", printable(note.body.trim_end())));
        } else {
            page.data.push_str(&note.text);
        }
        if let Some(difference) = &note.difference {
            page.data.push_str("your words were kept; the record would now say:\n");
            page.data.push_str(difference);
        }
        let count = match note.findings.len() {
            0 => "nothing found".to_owned(),
            1 => "1 finding".to_owned(),
            several => format!("{several} findings"),
        };
        if !page.data.is_empty() && page.talk.is_empty() {
            page.talk.push('\n');
        }
        page.talk.push_str(&format!("{}: {} words, {count}\n", note.id, note.words));
        if let Some(file) = &note.file {
            page.talk.push_str(&format!("written to {}\n", file.display()));
        }
    }
    page.talk.push_str(&next_after_draft(report));
    page
}

fn next_after_draft(report: &draft::Report) -> String {
    let unset = report.notes.iter().any(|note| note.headers.from.is_none());
    let blocked = report.notes.iter().find(|note| note.blocked);
    match (report.notes.first(), blocked) {
        (None, _) => "nothing comes next\nnext: thanks add\n".to_owned(),
        (_, Some(note)) => format!("next: thanks draft {} --edit\n", note.id),
        (Some(_), None) if unset => "preview, sender not set\nnext: thanks init\n".to_owned(),
        (Some(note), None) if note.to.is_none() => {
            format!("no address: paste the text elsewhere, then thanks mark {} sent\n", note.id)
        }
        (Some(note), None) if matches!(note.kind, "nudge" | "close-out") => "next: thanks nudge\n".to_owned(),
        (Some(_), None) => "next: thanks send\n".to_owned(),
    }
}

pub fn outcomes(report: &Outcomes, app: &App) -> Page {
    let mut page = Page::default();
    if report.notes.is_empty() && report.trouble.is_none() {
        page.talk.push_str("nothing to send\n");
    }
    let is_kept = |note: &NoteOutcome| report.trouble.as_ref().is_some_and(|t| note.kind == Some(t.kind));
    if let Some(trouble) = &report.trouble {
        page.talk.push_str(&view::problem_text(trouble));
        let ids: Vec<&str> =
            report.notes.iter().filter(|note| is_kept(note)).map(|note| note.id.as_str()).collect();
        // The trouble may have come with a second connection.
        let may_have_left = |note: &NoteOutcome| matches!(note.fate, Fate::Sent { .. } | Fate::InDoubt);
        let word = if report.notes.iter().any(may_have_left) { "not sent, and" } else { "nothing was sent;" };
        page.talk.push_str(&format!("{word} kept: {}\n", ids.join(", ")));
        if trouble.kind == Kind::TryAgain && trouble.hint.is_none() {
            push_hint(
                &mut page,
                Some("try again when it works: `thanks send`; `thanks status` has the time left"),
            );
        }
    }
    for note in &report.notes {
        if !is_kept(note) {
            outcome(note, report, app, &mut page);
        }
    }
    for line in &report.next {
        page.talk.push_str(&format!("next: {line}\n"));
    }
    page
}

fn outcome(note: &NoteOutcome, report: &Outcomes, app: &App, page: &mut Page) {
    let id = &note.id;
    match &note.fate {
        Fate::Sent { at, thread_of } => {
            let stamp = app.zone.stamp(at.to_utc());
            let host = printable(&report.host);
            let thread = thread_of
                .map(|first| format!(", in the thread of {}", first.format("%a %-d %b")))
                .unwrap_or_default();
            page.data.push_str(&format!("sent     {id}, {stamp}{thread}, accepted by {host}\n"));
        }
        Fate::SentBefore => {
            page.data.push_str(&format!("{id} recorded as sent; nothing was sent now\n"));
        }
        Fate::WouldSend => {
            let to = note.to.as_deref().unwrap_or_default();
            page.data.push_str(&format!("would send  {id}, to {to}\n"));
        }
        Fate::SentToMe => {
            let to = note.to.as_deref().unwrap_or_default();
            page.data.push_str(&format!("sent to yourself  {id}, to {to}; nothing was recorded\n"));
        }
        Fate::Skipped => page.data.push_str(&format!("skipped  {id}, kept as a draft\n")),
        Fate::Later { at } => {
            page.data.push_str(&format!("planned  {id}, {}\n", app.zone.stamp(at.to_utc())));
        }
        Fate::InDoubt => {
            page.talk.push_str(&format!("in doubt: {id}, {}\n", note.detail));
            page.talk.push_str("it will not be offered again unless you say so\n");
            page.talk.push_str(&format!(
                "\nhint: look for your copy, then `thanks mark {id} sent` or `… not-sent`\n"
            ));
        }
        Fate::NotSent { word: "blocked", why, lines, hint } => {
            page.talk.push_str(&format!("error: {id} {why}\n"));
            for line in lines {
                page.talk.push_str(&format!("{line}\n"));
            }
            page.talk.push_str("it was not sent\n");
            push_hint(page, hint.as_deref());
        }
        Fate::NotSent { word, why, lines, hint } => {
            page.data.push_str(&format!("{word:<8} {id}, {why}\n"));
            for line in lines {
                page.data.push_str(&format!("{line}\n"));
            }
            push_hint(page, hint.as_deref());
        }
    }
}

fn push_hint(page: &mut Page, hint: Option<&str>) {
    if let Some(hint) = hint {
        page.talk.push_str(&format!("\nhint: {hint}\n"));
    }
}

pub fn mark(report: &mark::Report) -> Page {
    let again = if report.offered_again { "; `thanks send` offers the same bytes again" } else { "" };
    Page { data: format!("{} recorded as {}{again}\n", report.id, report.state), talk: String::new() }
}
