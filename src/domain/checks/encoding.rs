//! Text that another program left encoded, and that no record should hold any more (M34).

use super::{Finding, Severity, Subject, excerpt};
use crate::domain::encoded::encoded;

/// M34: `=?utf-8?q?J=C3=A4ne?=`, `JÃ¤ne`, `J%C3%A4ne` in a header or in the text.
pub(super) fn encoding(subject: &Subject) -> Vec<Finding> {
    let note = subject.note;
    let names = [("From", &note.from), ("To", &note.to)].into_iter().filter_map(|(header, mailbox)| {
        let name = mailbox.as_ref()?.name.as_ref()?;
        Some((Some(header), None, name.as_str()))
    });
    let subject_line = std::iter::once((Some("Subject"), None, note.subject.as_str()));
    let body = note.body.lines().enumerate().map(|(at, line)| (None, Some(at + 1), line));
    let found = |(header, at, line): (Option<&str>, Option<usize>, &str)| {
        let encoded = encoded(line)?;
        let place = header.map(|header| format!(" in {header}")).unwrap_or_default();
        let meant = encoded.decoded.map(|meant| meant.trim().to_owned()).filter(|_| header.is_some());
        let meant = meant.map(|meant| format!("; it says {meant}")).unwrap_or_default();
        let start = line.find(&encoded.found).unwrap_or_default();
        Some(Finding {
            name: "encoded",
            id: "M34",
            severity: Severity::Block,
            message: format!("has {}{place}{meant}", encoded.what),
            line: at.map(|at| (at, excerpt(line, start, start + encoded.found.len()))),
        })
    };
    names.chain(subject_line).chain(body).filter_map(found).collect()
}
