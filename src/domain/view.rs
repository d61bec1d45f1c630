//! A note, its findings and a difference as plain text, for prompts and reports alike. Whatever
//! may come from a stranger passes through `printable`.

use super::checks::Finding;
use super::inbound::{Mail, MailKind, is_fault_of_the_sender};
use super::note::{Note, NoteId};
use super::problem::Problem;
use super::text::{WIDTH, printable, printable_line, wrap};
use super::zone::Zone;

/// In characters: a subject in a line.
const LONGEST_SUBJECT: usize = 80;

/// The note exactly as it will go out, wrapped for reading; each line ends with LF. A sender that
/// is not set yet is left out.
pub fn note_text(note: &Note) -> String {
    let mut lines = Vec::new();
    if let Some(from) = &note.from {
        lines.push(format!("From: {from}"));
    }
    match &note.to {
        Some(to) => lines.push(format!("To: {to}")),
        None => lines.push("To: (no address)".to_owned()),
    }
    lines.push(format!("Subject: {}", note.subject));
    // A header is one line, whatever its value says.
    let headers: String = lines.iter().map(|line| printable_line(line) + "\n").collect();
    format!("{headers}\n{}\n", wrap(&printable(note.body.trim_end()), WIDTH))
}

/// An error with its details and its hint, as it is printed everywhere.
pub fn problem_text(problem: &Problem) -> String {
    let mut text = format!("error: {}\n", printable_line(&problem.message));
    for line in &problem.details {
        text.push_str(&format!("{}\n", printable_line(line)));
    }
    if let Some(hint) = &problem.hint {
        text.push_str(&format!("\nhint: {}\n", printable_line(hint)));
    }
    text
}

/// What a new mail means, and what was withdrawn for it.
pub fn news_text(mail: &Mail, withdrawn: &[NoteId], zone: &Zone) -> String {
    let about = match (&mail.note, mail.kind) {
        (Some(note), MailKind::Bounce | MailKind::Delayed) => note.to_string(),
        _ => mail.application.clone(),
    };
    let what = match mail.kind {
        MailKind::Answer => "they have answered".to_owned(),
        MailKind::Courtesy | MailKind::Doubtful => format!("perhaps an answer, {}", mail.detail),
        MailKind::Bounce => format!("it came back: {}", mail.detail),
        MailKind::Unread => format!("mail that can't be read, perhaps a reply: {}", mail.detail),
        _ => mail.detail.clone(),
    };
    let mut text = format!("{about}: {}\n  {}", printable_line(&what), mail_text(mail, zone));
    if !withdrawn.is_empty() {
        let ids: Vec<String> = withdrawn.iter().map(ToString::to_string).collect();
        text.push_str(&format!("\n  withdrawn: {}", ids.join(", ")));
    }
    if mail.kind == MailKind::Bounce && is_fault_of_the_sender(&mail.detail) {
        text.push_str("\n  the address may be right: your own mail account caused it");
    } else if mail.kind == MailKind::Bounce {
        let slug = &mail.application;
        text.push_str(&format!("\n  another address? thanks add {slug} --with \"Name <address>\""));
    }
    text
}

/// A mail as it is named in a line: who, when and its subject.
pub fn mail_text(mail: &Mail, zone: &Zone) -> String {
    let stamp = zone.stamp(mail.received.to_utc());
    let subject: String = mail.subject.chars().take(LONGEST_SUBJECT).collect();
    if mail.kind == MailKind::Unread && subject.is_empty() {
        return printable_line(&format!("{}, {stamp}", mail.sender));
    }
    printable_line(&format!("{}, {stamp}, \"{subject}\"", mail.sender))
}

/// Why a follow-up waits for a word about a mail.
pub fn question_text(mail: &Mail, zone: &Zone) -> String {
    match mail.kind {
        MailKind::Unread => format!(
            "is there a reply in mail that can't be read? {}; {}",
            mail_text(mail, zone),
            printable_line(&mail.detail)
        ),
        _ => format!("is this an answer? {}", mail_text(mail, zone)),
    }
}

/// One line a finding, indented, with the name that `--allow` takes; empty without findings.
pub fn findings_text(findings: &[Finding]) -> String {
    findings.iter().map(|finding| finding_line(finding) + "\n").collect()
}

/// What changed from one text to the other, sentence by sentence: `- ` what went, `+ ` what came.
/// Empty where nothing changed.
pub fn difference(old: &str, new: &str) -> String {
    let (old, new) = (sentences(old), sentences(new));
    let common = common_lengths(&old, &new);
    let length = |i: usize, j: usize| common.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0);
    let mut text = String::new();
    let (mut i, mut j) = (0, 0);
    loop {
        match (old.get(i), new.get(j)) {
            (None, None) => return text,
            (Some(a), Some(b)) if a == b => {
                i += 1;
                j += 1;
            }
            (Some(gone), b) if b.is_none() || length(i + 1, j) >= length(i, j + 1) => {
                push_marked(&mut text, '-', gone);
                i += 1;
            }
            (_, Some(come)) => {
                push_marked(&mut text, '+', come);
                j += 1;
            }
            (Some(_), None) => i += 1,
        }
    }
}

fn finding_line(finding: &Finding) -> String {
    // What these say is plain from the words they quote.
    let speaks = matches!(finding.name, "wrong-company" | "wrong-person" | "placeholder");
    let text = match &finding.line {
        Some((at, words)) if speaks => format!("line {at}: \"{words}\""),
        Some((at, words)) => format!("line {at}: \"{words}\" {}", finding.message),
        None => finding.message.clone(),
    };
    format!("  {}  [{}]", printable_line(&text), finding.name)
}

fn push_marked(text: &mut String, mark: char, sentence: &str) {
    for (at, line) in wrap(&printable(sentence), WIDTH - 2).lines().enumerate() {
        let mark = if at == 0 { mark } else { ' ' };
        text.push_str(&format!("{mark} {line}\n"));
    }
}

/// The sentences of all lines that say something.
fn sentences(text: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    for mut line in text.lines() {
        while let Some(stop) = line.find(". ").or_else(|| line.find("? ")) {
            let (sentence, rest) = line.split_at_checked(stop + 1).unwrap_or((line, ""));
            sentences.push(sentence.trim());
            line = rest.trim_start();
        }
        sentences.push(line.trim());
    }
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

/// For each pair of ends the number of sentences that both have in order (the longest common
/// subsequence).
fn common_lengths(old: &[&str], new: &[&str]) -> Vec<Vec<usize>> {
    let mut rows = vec![vec![0; new.len() + 1]];
    for a in old.iter().rev() {
        let below = rows.last().cloned().unwrap_or_default();
        let mut row = vec![0];
        for (j, b) in new.iter().enumerate().rev() {
            let right = row.last().copied().unwrap_or(0);
            let down = below.get(j).copied().unwrap_or(0);
            let diagonal = below.get(j + 1).copied().unwrap_or(0);
            row.push(if a == b { diagonal + 1 } else { right.max(down) });
        }
        row.reverse();
        rows.push(row);
    }
    rows.reverse();
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::checks::Severity;

    fn finding(name: &'static str, message: &str, line: Option<(usize, &str)>) -> Finding {
        Finding {
            name,
            id: "M00",
            severity: Severity::Block,
            message: message.to_owned(),
            line: line.map(|(at, text)| (at, text.to_owned())),
        }
    }

    #[test]
    fn a_finding_shows_its_line_and_its_name() {
        let findings = [
            finding("wrong-company", "names another company of yours", Some((4, "what draws me to Globex"))),
            finding("wrong-name", "greets Jana; the record has Jane Doe", Some((1, "Hi Jana,"))),
            finding("length", "has 12 words\u{1b}[2J", None),
        ];
        assert_eq!(
            findings_text(&findings),
            "  line 4: \"what draws me to Globex\"  [wrong-company]\n\
             \x20 line 1: \"Hi Jana,\" greets Jana; the record has Jane Doe  [wrong-name]\n\
             \x20 has 12 words\\u{1b}[2J  [length]\n"
        );
        assert_eq!(findings_text(&[]), "");
    }

    #[test]
    fn a_difference_names_the_sentences_that_changed() {
        let old = "Hi Jane,\n\nThank you for today. It was good. Bye?";
        let new = "Hi Jane,\n\nThank you for yesterday. It was good. Really. Bye?";
        assert_eq!(difference(old, new), "- Thank you for today.\n+ Thank you for yesterday.\n+ Really.\n");
        assert_eq!(difference(old, old), "");
        assert_eq!(difference("", "New."), "+ New.\n");
        assert_eq!(difference("Old.", ""), "- Old.\n");
    }

    #[test]
    fn a_long_or_foreign_sentence_is_shown_in_a_readable_way() {
        let shown = difference("", &format!("{}\u{202e}", "four ".repeat(20)));
        assert_eq!(
            shown,
            format!("+ {}\n  {} \\u{{202e}}\n", "four ".repeat(14).trim_end(), "four ".repeat(6).trim_end())
        );
    }
}
