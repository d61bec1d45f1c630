//! The careful friend: reads a note before it leaves, and says what it finds by name. It changes
//! nothing and decides nothing; severities are those of the etiquette (M01 to M25), M33 and M34
//! are ours.

mod day;
mod encoding;
mod names;
mod placeholders;
mod salutation;
mod shape;
mod similarity;
mod strangers;

use super::application::Application;
use super::note::Note;
pub use similarity::{Phrasing, similarity};
pub use strangers::{Names, Other, OtherKind};

/// Whether a finding blocks (`E` of the etiquette), asks (`W`) or informs (`I`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Inform,
    Ask,
    Block,
}

impl Severity {
    /// As the etiquette writes it.
    pub fn letter(self) -> &'static str {
        match self {
            Severity::Inform => "I",
            Severity::Ask => "W",
            Severity::Block => "E",
        }
    }
}

/// One thing found in a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// `wrong-company`, as typed after `--allow`.
    pub name: &'static str,
    /// `M04`, as the documentation numbers it.
    pub id: &'static str,
    pub severity: Severity,
    /// What the note does, to be read after its id: "names another company of yours".
    pub message: String,
    /// The line of the body, from 1, and the words of it that matter.
    pub line: Option<(usize, String)>,
}

/// Every name that a finding can have, as typed after `--allow`.
pub const NAMES: [&str; 15] = [
    "placeholder",
    "wrong-name",
    "near-miss",
    "wrong-company",
    "wrong-person",
    "salutation",
    "honorific",
    "no-topic",
    "length",
    "subject",
    "too-similar",
    "same-topic",
    "recipients",
    "stale-day",
    "encoded",
];

/// A note with all that it is read against.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub note: &'a Note,
    /// The application that the note belongs to.
    pub application: &'a Application,
    /// The sender's name.
    pub me: Option<&'a str>,
    /// Names of all applications; those of its own are passed over.
    pub names: &'a Names,
    /// The other notes to the same company; the note itself is passed over.
    pub siblings: &'a [Sibling<'a>],
    pub limits: Limits,
}

/// How alike two notes to one company may be (M22), as shares from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// From here on it asks.
    pub similar_ask: f64,
    /// From here on it blocks.
    pub similar_block: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { similar_ask: 0.60, similar_block: 0.75 }
    }
}

/// Another note to the same company.
#[derive(Clone, Copy, Debug)]
pub struct Sibling<'a> {
    pub id: &'a str,
    pub phrasing: &'a Phrasing,
}

/// All findings, the gravest first, then in the order of the text.
pub fn check(subject: &Subject) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(placeholders::placeholders(subject));
    findings.extend(encoding::encoding(subject));
    findings.extend(salutation::salutation(subject));
    findings.extend(strangers::strangers(subject));
    findings.extend(salutation::honorifics(subject));
    findings.extend(names::near_misses(subject));
    findings.extend(shape::recipient(subject));
    findings.extend(shape::subject_line(subject));
    findings.extend(shape::topic(subject));
    findings.extend(shape::length(subject));
    findings.extend(day::stale_day(subject));
    findings.extend(similarity::too_similar(subject));
    findings.extend(similarity::same_topic(subject));
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

impl Subject<'_> {
    /// Everything that was recorded about the meeting and may therefore stand in the note.
    fn recorded(&self) -> Vec<&str> {
        let interview = self.application.interview(self.note.round);
        let topics = interview.into_iter().flat_map(|i| &i.meetings).flat_map(|m| &m.topics);
        topics
            .flat_map(|t| [Some(&t.what), t.why.as_ref(), t.fit.as_ref(), t.need.as_ref()])
            .flatten()
            .map(String::as_str)
            .collect()
    }
}

/// The words around a place of a line, enough to find it again.
fn excerpt(line: &str, start: usize, end: usize) -> String {
    let before: Vec<&str> = line.get(..start).unwrap_or_default().split_inclusive(' ').collect();
    let after = line.get(end..).unwrap_or_default();
    let kept = before.get(before.len().saturating_sub(4)..).unwrap_or_default().concat();
    // A sentence that ended before the place says nothing about it.
    let kept = kept.rsplit(". ").next().unwrap_or_default();
    let hit = line.get(start..end).unwrap_or_default();
    let rest: String = after.split_inclusive(' ').take(2).collect();
    let stop = rest.find(['.', ',', ';', '!', '?']).unwrap_or(rest.len());
    format!("{kept}{hit}{}", rest.get(..stop).unwrap_or_default()).trim().to_owned()
}

#[cfg(test)]
mod tests;
