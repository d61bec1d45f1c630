//! What was left open in a note (M01).

use super::{Finding, Severity, Subject, excerpt};
use crate::domain::text::tokens;

/// M01: `{x}`, `{{`, `[x]`, `<x>`, `%%x%%`, TODO, "First Name", "Hi ,".
pub(super) fn placeholders(subject: &Subject) -> Vec<Finding> {
    let recorded = subject.recorded();
    let subject_line = std::iter::once((None, subject.note.subject.as_str()));
    let body = subject.note.body.lines().enumerate().map(|(at, line)| (Some(at + 1), line));
    let mut findings = Vec::new();
    for (at, line) in subject_line.chain(body) {
        let open = open_places(line).into_iter().find(|(start, end)| {
            let text = line.get(*start..*end).unwrap_or_default();
            !recorded.iter().any(|known| known.contains(text))
        });
        if let Some((start, end)) = open {
            let place = if at.is_none() { " in the subject" } else { "" };
            findings.push(Finding {
                name: "placeholder",
                id: "M01",
                severity: Severity::Block,
                message: format!("has a place{place} that was not filled in"),
                line: at.map(|at| (at, excerpt(line, start, end))),
            });
        }
    }
    findings
}

/// Byte ranges of a line that look like something to be filled in.
fn open_places(line: &str) -> Vec<(usize, usize)> {
    let mut places = Vec::new();
    for (open, close) in [("{", "}"), ("[", "]"), ("<", ">"), ("%%", "%%")] {
        for (start, _) in line.match_indices(open) {
            let inside = start + open.len();
            let Some(rest) = line.get(inside..) else {
                continue;
            };
            let Some(length) = rest.find(close) else {
                continue;
            };
            let text = rest.get(..length).unwrap_or_default();
            if is_blank_to_fill(open, text) {
                places.push((start, inside + length + close.len()));
            }
        }
    }
    // Half of a template's mark is as telling as the whole.
    for mark in ["{{", "}}", "{%", "%}"] {
        places.extend(line.find(mark).map(|start| (start, start + mark.len())));
    }
    for phrase in ["Company Name", "First Name", "COMPANY NAME", "FIRST NAME", "Hi ,", "Hello ,", "Dear ,"] {
        if let Some(start) = line.find(phrase) {
            places.push((start, start + phrase.len()));
        }
    }
    for token in tokens(line).into_iter().filter(|token| matches!(*token, "TODO" | "XXX")) {
        if let Some(start) = line.find(token) {
            places.push((start, start + token.len()));
        }
    }
    if let Some(greeting) = ["Hi,", "Hello,", "Dear,", "Hey,"].into_iter().find(|bare| line.trim() == *bare) {
        places.push((0, greeting.len()));
    }
    places.sort_unstable();
    places
}

/// Not an address, a link, a footnote or an editor's `[sic]`.
fn is_blank_to_fill(open: &str, text: &str) -> bool {
    let text = text.trim();
    let worded = text.chars().any(char::is_alphabetic) && text.chars().count() <= 40;
    let named = text.contains('@') || text.contains("://") || text.starts_with("mailto:");
    worded
        && !(open == "<" && (named || !text.starts_with(char::is_alphabetic)))
        && !(open == "[" && text == "sic")
}
