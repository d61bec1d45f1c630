//! Notes of one panel beside each other: they are compared and forwarded there (M22, M23).

use std::cmp::Ordering;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::shape::{is_mentioned, topics};
use super::{Finding, Severity, Subject};
use crate::domain::text::{parts, words};

/// Up to here, in words, a note is so short that half a sentence hides how much the rest repeats.
const SHORT: usize = 45;

/// A body as it is compared with others: its words, greeting and sign-off apart, in runs of three.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phrasing {
    words: usize,
    /// A hash of each run, in the order of the text: comparing bodies pair by pair must be cheap.
    runs: Vec<u64>,
    /// The same ones, sorted, each once.
    distinct: Vec<u64>,
}

impl Phrasing {
    pub fn of(body: &str) -> Phrasing {
        let middle: Vec<&str> = parts(body).middle.into_iter().map(|(_, line)| line).collect();
        let words = words(&middle.join("\n"));
        let hash = |run: &[String]| {
            let mut hasher = DefaultHasher::new();
            run.hash(&mut hasher);
            hasher.finish()
        };
        // A note of one or two words is one run.
        let runs: Vec<u64> = words.windows(words.len().clamp(1, RUN)).map(hash).collect();
        let mut distinct = runs.clone();
        distinct.sort_unstable();
        distinct.dedup();
        Phrasing { words: words.len(), runs, distinct }
    }

    /// M22: how alike two bodies are, from 0 to 1: the share of runs of three words that both have
    /// (Jaccard). Of two short notes it is the share of words that are part of such runs, if that
    /// is more: there, another name alone breaks every tenth run.
    pub fn similarity(&self, other: &Phrasing) -> f64 {
        let both = shared(&self.distinct, &other.distinct);
        let by_runs = share(both, self.distinct.len() + other.distinct.len() - both);
        if self.words.max(other.words) > SHORT || self.words.min(other.words) < RUN * 3 {
            return by_runs;
        }
        let repeated = self.repeated_in(other) + other.repeated_in(self);
        by_runs.max(share(repeated, self.words + other.words))
    }

    /// How many words are part of a run that the other one has too.
    fn repeated_in(&self, other: &Phrasing) -> usize {
        let mut repeated = 0;
        let mut counted = 0;
        for (start, run) in self.runs.iter().enumerate() {
            if other.distinct.binary_search(run).is_ok() {
                repeated += start + RUN - counted.max(start);
                counted = start + RUN;
            }
        }
        repeated
    }
}

/// How alike two bodies are, from 0 to 1.
pub fn similarity(one: &str, other: &str) -> f64 {
    Phrasing::of(one).similarity(&Phrasing::of(other))
}

/// How many numbers two sorted lists have in common.
fn shared(one: &[u64], other: &[u64]) -> usize {
    let (mut one, mut other) = (one.iter().peekable(), other.iter().peekable());
    let mut both = 0;
    while let (Some(a), Some(b)) = (one.peek(), other.peek()) {
        match a.cmp(b) {
            Ordering::Less => one.next(),
            Ordering::Greater => other.next(),
            Ordering::Equal => {
                both += 1;
                one.next();
                other.next()
            }
        };
    }
    both
}

pub(super) fn too_similar(subject: &Subject) -> Option<Finding> {
    let own = subject.note.id.as_str();
    if subject.siblings.is_empty() {
        return None;
    }
    let phrasing = Phrasing::of(&subject.note.body);
    let (nearest, share) = subject
        .siblings
        .iter()
        .filter(|sibling| sibling.id != own)
        .map(|sibling| (sibling.id, phrasing.similarity(sibling.phrasing)))
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

const RUN: usize = 3;

#[allow(clippy::cast_precision_loss, reason = "counts of words in a mail")]
fn share(part: usize, all: usize) -> f64 {
    if all == 0 { 0.0 } else { part as f64 / all as f64 }
}
