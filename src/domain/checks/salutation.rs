//! Whom a note greets, and with which title (M02, M05, M06).

use super::{Finding, Severity, Subject};
use crate::domain::application::Tone;
use crate::domain::person::Person;
use crate::domain::phrases::{self, TITLES, bare_name, first_name, honorific, last_name};
use crate::domain::text::{nfc, parts, whole_words};

/// M02, M05, M06: the salutation greets the recipient, by a recorded name and title.
pub(super) fn salutation(subject: &Subject) -> Vec<Finding> {
    let Some(person) = subject.application.recipient(&subject.note.person) else {
        return Vec::new();
    };
    let found = |name, id, message: String, line: Option<(usize, &str)>| Finding {
        name,
        id,
        severity: Severity::Block,
        message,
        line: line.map(|(at, text)| (at, text.trim().to_owned())),
    };
    let Some((at, line)) = parts(&subject.note.body).salutation else {
        return vec![found("salutation", "M05", format!("does not greet {}", person.name), None)];
    };
    // What the record itself gives is right, however odd the name: "Hi Day," greets Day.
    if Tone::ALL.iter().any(|tone| nfc(line.trim()) == nfc(&phrases::salutation(person, *tone))) {
        return Vec::new();
    }
    let greeted = greeted(line);
    if is_impersonal(line, &greeted) {
        let message = format!("greets nobody by name; the record has {}", person.name);
        return vec![found("salutation", "M05", message, Some((at, line)))];
    }
    let mut findings = Vec::new();
    let (title, name) = split_title(&greeted);
    if let Some(title) = title
        && honorific(person).is_none_or(|known| !same_title(&known, title))
    {
        let message = match honorific(person) {
            Some(known) => format!("says {title}; the record has {known}"),
            None => format!("says {title}, which is not recorded for {}", person.name),
        };
        findings.push(found("honorific", "M06", message, Some((at, line))));
    }
    let name = nfc(name);
    let known = names_of(person);
    let alone = last_name(person).map(|last| nfc(&last));
    let by_title = title.is_some() && alone.as_ref() == Some(&name);
    if !by_title && !known.contains(&name) {
        let message = format!("greets {name}; the record has {}", person.name);
        findings.push(found("wrong-name", "M02", message, Some((at, line))));
    }
    findings
}

/// M06 in the text: "Mr. Doe" for a person whose honorific nobody told.
pub(super) fn honorifics(subject: &Subject) -> Vec<Finding> {
    let mut findings = Vec::new();
    for person in &subject.application.people {
        let Some(last) = last_name(person) else {
            continue;
        };
        for (at, line) in parts(&subject.note.body).middle {
            let Some((before, _)) =
                whole_words(line, &last).next().and_then(|start| line.split_at_checked(start))
            else {
                continue;
            };
            let title = before.split_whitespace().next_back().unwrap_or_default();
            if is_title(title) && honorific(person).is_none_or(|known| !same_title(&known, title)) {
                findings.push(Finding {
                    name: "honorific",
                    id: "M06",
                    severity: Severity::Block,
                    message: format!("says {title}, which is not recorded for {}", person.name),
                    line: Some((at, format!("{title} {last}"))),
                });
            }
        }
    }
    findings
}

/// The forms of a name that a salutation may use.
fn names_of(person: &Person) -> Vec<String> {
    let mut names = vec![
        first_name(person),
        bare_name(person),
        person.name.as_str().to_owned(),
        bare_name(person).split(' ').next().unwrap_or_default().to_owned(),
    ];
    names.extend(person.goes_by.clone());
    names.iter().map(|name| nfc(name)).collect()
}

const GREETING_WORDS: [&str; 11] =
    ["hi", "hello", "hey", "dear", "good", "morning", "afternoon", "evening", "day", "again", "greetings"];

/// The name in "Hi Jane,", "Hello again, Jane!", "Good morning Dr. Doe, thank you for …".
fn greeted(line: &str) -> String {
    for piece in line.split([',', ':', '!', ';', '—', '–']) {
        let name: Vec<&str> = piece
            .split_whitespace()
            .skip_while(|word| GREETING_WORDS.contains(&word.to_lowercase().as_str()))
            .collect();
        if !name.is_empty() {
            return name.join(" ");
        }
    }
    String::new()
}

fn is_impersonal(line: &str, greeted: &str) -> bool {
    const NOBODY: [&str; 16] = [
        "sir",
        "madam",
        "sirs",
        "sir/madam",
        "sir or madam",
        "hiring manager",
        "hiring team",
        "recruiter",
        "there",
        "all",
        "team",
        "everyone",
        "both",
        "folks",
        "recruiting team",
        "hiring committee",
    ];
    let greeted = greeted.trim_end_matches('.').to_lowercase();
    greeted.is_empty()
        || line.trim().to_lowercase().starts_with("to whom")
        || NOBODY.contains(&greeted.as_str())
}

fn split_title(name: &str) -> (Option<&str>, &str) {
    match name.split_once(' ') {
        Some((title, rest)) if is_title(title) => (Some(title), rest),
        _ => (None, name),
    }
}

fn is_title(word: &str) -> bool {
    TITLES.contains(&word.trim_end_matches('.').to_lowercase().as_str())
}

/// "Dr" and "Dr." are one; British and American usage differ in the stop. Of "Prof. Dr." each is.
fn same_title(known: &str, title: &str) -> bool {
    let bare = |word: &str| word.trim_end_matches('.').to_lowercase();
    known.split(' ').any(|part| bare(part) == bare(title)) || bare(known) == bare(title)
}
