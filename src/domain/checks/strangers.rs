//! Names of other applications, which must not appear in a note (M04). All of them are searched
//! for in one pass over the text, so that a note costs the same however long the record is.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aho_corasick::AhoCorasick;

use super::{Finding, Severity, Subject, excerpt};
use crate::domain::application::Application;
use crate::domain::company::core_name;
use crate::domain::text::{folded, is_whole, nfc};

/// A name that must not appear in a note about another application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Other<'a> {
    /// The slug of its application.
    pub application: &'a str,
    pub name: &'a str,
    pub kind: OtherKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OtherKind {
    Company,
    Person,
}

/// The names of companies and people of a whole record, ready to be searched for.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Finds the spellings of `entries`; `None` if there are no names.
    search: Option<AhoCorasick>,
    /// By spelling, as the search numbers them: the entries that are spelled so.
    spelled: Vec<Vec<usize>>,
    entries: Vec<Entry>,
}

/// A name as one or more applications have it.
#[derive(Clone, Debug)]
struct Entry {
    /// As it is used in a text: a company's without its legal form.
    name: String,
    kind: OtherKind,
    /// An application that has this name, and another one if there is one.
    application: String,
    another: Option<String>,
}

/// A part of a text that spells a name.
struct Occurrence {
    spelling: usize,
    start: usize,
    end: usize,
}

impl Names {
    pub fn new<'a>(others: impl IntoIterator<Item = Other<'a>>) -> Names {
        let mut entries: Vec<Entry> = Vec::new();
        let mut known: HashMap<(OtherKind, String), usize> = HashMap::new();
        let mut spellings: Vec<String> = Vec::new();
        let mut spelled: Vec<Vec<usize>> = Vec::new();
        let mut numbers: HashMap<String, usize> = HashMap::new();
        for other in others {
            let name = match other.kind {
                OtherKind::Company => core_name(other.name),
                OtherKind::Person => nfc(other.name.trim()),
            };
            // A first name alone is also other people's: Mark, Will, Grace.
            let too_common = other.kind == OtherKind::Person && !name.contains(' ');
            if name.is_empty() || too_common {
                continue;
            }
            let key = (other.kind, name);
            if let Some(entry) = known.get(&key).and_then(|at| entries.get_mut(*at)) {
                if entry.application != other.application && entry.another.is_none() {
                    entry.another = Some(other.application.to_owned());
                }
                continue;
            }
            let spelling: String = key.1.chars().flat_map(folded).collect();
            let number = *numbers.entry(spelling).or_insert_with_key(|spelling| {
                spellings.push(spelling.clone());
                spelled.push(Vec::new());
                spelled.len() - 1
            });
            if let Some(spelled) = spelled.get_mut(number) {
                spelled.push(entries.len());
            }
            entries.push(Entry {
                name: key.1.clone(),
                kind: other.kind,
                application: other.application.to_owned(),
                another: None,
            });
            known.insert(key, entries.len() - 1);
        }
        // It can only fail for more bytes of names than fit into memory.
        let search = (!spellings.is_empty()).then(|| AhoCorasick::new(&spellings).ok()).flatten();
        Names { search, spelled, entries }
    }

    /// The company and the people of every application.
    pub fn of(applications: &[Application]) -> Names {
        Names::new(applications.iter().flat_map(|application| {
            let name = |name, kind| Other { application: &application.slug, name, kind };
            let people = application.people.iter().map(move |p| name(p.name.as_str(), OtherKind::Person));
            std::iter::once(name(&application.company, OtherKind::Company)).chain(people)
        }))
    }

    /// Where a name is spelled as whole words, regardless of case, in the order of the text.
    fn occurrences(&self, line: &str) -> Vec<Occurrence> {
        let Some(search) = &self.search else {
            return Vec::new();
        };
        let (text, places) = folded_with_places(line);
        let mut found: Vec<Occurrence> = search
            .find_overlapping_iter(&text)
            .filter_map(|hit| {
                let place = |at: usize| places.get(at).copied().flatten();
                let (start, end) = (place(hit.start())?, place(hit.end())?);
                is_whole(line, start, end).then_some(Occurrence {
                    spelling: hit.pattern().as_usize(),
                    start,
                    end,
                })
            })
            .collect();
        found.sort_by_key(|occurrence| occurrence.start);
        found
    }
}

impl Entry {
    fn is_of_another_than(&self, slug: &str) -> bool {
        self.application != slug || self.another.is_some()
    }
}

/// M04: no company and no person of another application, in subject or body.
pub(super) fn strangers(subject: &Subject) -> Vec<Finding> {
    let names = subject.names;
    let subject_line = std::iter::once((None, subject.note.subject.as_str()));
    let body = subject.note.body.lines().enumerate().map(|(at, line)| (Some(at + 1), line));
    let mut own: Option<BTreeSet<usize>> = None;
    let mut found: BTreeMap<usize, Finding> = BTreeMap::new();
    for (at, line) in subject_line.chain(body) {
        let line = nfc(line);
        for Occurrence { spelling, start, end } in names.occurrences(&line) {
            // Most notes name nobody, and then it doesn't matter what they may name.
            if own.get_or_insert_with(|| own_spellings(subject)).contains(&spelling) {
                continue;
            }
            for number in names.spelled.get(spelling).into_iter().flatten() {
                let Some(entry) = names.entries.get(*number) else { continue };
                let is_new = !found.contains_key(number);
                if is_new
                    && entry.is_of_another_than(&subject.application.slug)
                    && counts(&line, start, end, entry)
                {
                    let quote = at.map(|at| (at, excerpt(&line, start, end)));
                    found.insert(*number, stranger(entry.kind, quote));
                }
            }
        }
    }
    let mut findings: Vec<Finding> = found.into_values().collect();
    findings.dedup();
    findings
}

/// The recipient, the own company and whatever the record says of the meeting may be named.
fn own_spellings(subject: &Subject) -> BTreeSet<usize> {
    let app = subject.application;
    let people =
        app.people.iter().flat_map(|p| [Some(p.name.as_str()), p.title.as_deref(), p.goes_by.as_deref()]);
    [Some(app.company.as_str()), Some(app.role.as_str()), app.role_short.as_deref(), subject.me]
        .into_iter()
        .chain(people)
        .flatten()
        .chain(subject.recorded())
        .flat_map(|text| subject.names.occurrences(&nfc(text)))
        .map(|occurrence| occurrence.spelling)
        .collect()
}

/// The text as it is compared, and for each of its bytes the place in `line` of the character
/// that begins there; one place more for the end.
fn folded_with_places(line: &str) -> (String, Vec<Option<usize>>) {
    let mut text = String::with_capacity(line.len());
    let mut places = Vec::with_capacity(line.len() + 1);
    for (at, c) in line.char_indices() {
        places.push(Some(at));
        text.extend(folded(c));
        places.resize(text.len(), None);
    }
    places.push(Some(line.len()));
    (text, places)
}

/// Whether an occurrence means the name and not a word of the language: people as written;
/// companies with a capital, and ordinary words only where not every word has one.
fn counts(line: &str, start: usize, end: usize, entry: &Entry) -> bool {
    const ORDINARY: [&str; 48] = [
        "apple", "block", "box", "bolt", "capital", "chase", "dash", "every", "first", "focus", "future",
        "gap", "general", "global", "home", "human", "indeed", "linear", "man", "match", "meta", "national",
        "new", "next", "notion", "open", "our", "people", "plain", "progress", "remote", "ring", "shell",
        "slack", "snap", "south", "square", "standard", "star", "stripe", "target", "team", "together",
        "trade", "union", "united", "unity", "world",
    ];
    let found = line.get(start..end).unwrap_or_default();
    if entry.kind == OtherKind::Person {
        return found == entry.name;
    }
    let own_marks = entry.name.chars().any(|c| !c.is_alphanumeric() && c != ' ' && c != '-');
    if !found.contains(char::is_uppercase) && !own_marks && found.contains(char::is_lowercase) {
        return false;
    }
    let before = line.get(..start).unwrap_or_default().trim_end();
    let opens = before.is_empty() || before.ends_with(['.', '!', '?', ':']);
    !(opens && ORDINARY.contains(&entry.name.to_lowercase().as_str()))
}

fn stranger(kind: OtherKind, line: Option<(usize, String)>) -> Finding {
    let (name, kind) = match kind {
        OtherKind::Company => ("wrong-company", "company"),
        OtherKind::Person => ("wrong-person", "person"),
    };
    let place = if line.is_none() { " in the subject" } else { "" };
    Finding {
        name,
        id: "M04",
        severity: Severity::Block,
        message: format!("names another {kind} of yours{place}"),
        line,
    }
}
