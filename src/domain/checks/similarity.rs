//! Notes of one panel beside each other: they are compared and forwarded there (M22, M23).

use std::collections::BTreeSet;

use super::shape::{is_mentioned, topics};
use super::{Finding, Severity, Subject};
use crate::domain::text::{parts, words};

/// M22: how alike two bodies are, from 0 to 1: the share of runs of three words that both have
/// (Jaccard), greeting and sign-off apart.
pub fn similarity(one: &str, other: &str) -> f64 {
    let (one, other) = (shingles(one), shingles(other));
    let all = one.union(&other).count();
    if all == 0 {
        return 0.0;
    }
    #[allow(clippy::cast_precision_loss, reason = "counts of words in a mail")]
    let share = one.intersection(&other).count() as f64 / all as f64;
    share
}

pub(super) fn too_similar(subject: &Subject) -> Option<Finding> {
    let own = subject.note.id.as_str();
    let (nearest, share) = subject
        .siblings
        .iter()
        .filter(|sibling| sibling.id != own)
        .map(|sibling| (sibling.id, similarity(&subject.note.body, sibling.body)))
        .max_by(|(_, one), (_, other)| one.total_cmp(other))?;
    if share < subject.limits.similar_ask {
        return None;
    }
    Some(Finding {
        name: "too-similar",
        id: "M22",
        severity: if share < subject.limits.similar_block { Severity::Ask } else { Severity::Block },
        message: format!("reads much like {nearest} ({:.0} % the same)", share * 100.0),
        line: None,
    })
}

/// M23: a topic of this note that was recorded for somebody else of the same panel too.
pub(super) fn same_topic(subject: &Subject) -> Option<Finding> {
    let interview = subject.application.interview(subject.note.round)?;
    let own = interview.meeting(&subject.note.person)?;
    let body = words(&subject.note.body);
    topics(subject).into_iter().filter(|topic| is_mentioned(&topic.what, &body)).find_map(|topic| {
        let others = interview.meetings.iter().filter(|m| m.person != own.person);
        let twin =
            others.into_iter().find(|m| m.topics.iter().any(|t| words(&t.what) == words(&topic.what)))?;
        let name = subject.application.person(&twin.person).map_or(twin.person.as_str(), |p| p.name.as_str());
        Some(Finding {
            name: "same-topic",
            id: "M23",
            severity: Severity::Ask,
            message: format!("shares its topic \"{}\" with the note to {name}", topic.what),
            line: None,
        })
    })
}

fn shingles(body: &str) -> BTreeSet<Vec<String>> {
    let middle: Vec<&str> = parts(body).middle.into_iter().map(|(_, line)| line).collect();
    let words = words(&middle.join("\n"));
    // A note of one or two words is one run.
    words.windows(words.len().clamp(1, 3)).map(<[String]>::to_vec).collect()
}
