//! Names in a note: those it must not mention, and those it nearly gets right (M03, M04).

use super::{Finding, Other, OtherKind, Severity, Subject, excerpt};
use crate::domain::text::{distance, nfc, parts, tokens};

/// M04: no company and no person of another application, in subject or body.
pub(super) fn strangers(subject: &Subject) -> Vec<Finding> {
    let own = own_texts(subject);
    let mut findings: Vec<Finding> = Vec::new();
    for other in subject.others.iter().filter(|o| o.application != subject.application.slug) {
        let name = match other.kind {
            OtherKind::Company => core_name(other.name),
            OtherKind::Person => nfc(other.name.trim()),
        };
        // A first name alone is somebody else's too: Mark, Will, Grace.
        let too_common = other.kind == OtherKind::Person && !name.contains(' ');
        if name.is_empty() || too_common || own.iter().any(|text| contains_name(text, &name)) {
            continue;
        }
        let subject_line = std::iter::once((None, subject.note.subject.as_str()));
        let body = subject.note.body.lines().enumerate().map(|(at, line)| (Some(at + 1), line));
        for (at, line) in subject_line.chain(body) {
            let line = nfc(line);
            if let Some(start) = whole_words(&line, &name).find(|start| counts(&line, *start, &name, other)) {
                let quote = excerpt(&line, start, start + name.len());
                findings.push(stranger(other, at.map(|at| (at, quote))));
                break;
            }
        }
    }
    findings.dedup();
    findings
}

/// M03: own name, role and company, and the names of those met, are spelt as recorded.
pub(super) fn near_misses(subject: &Subject) -> Vec<Finding> {
    let app = subject.application;
    let people = app.people.iter().flat_map(|p| [Some(p.name.as_str()), p.goes_by.as_deref()]).flatten();
    let known: Vec<String> = [app.company.as_str(), app.role.as_str(), app.short_role()]
        .into_iter()
        .chain(subject.me)
        .chain(people)
        .flat_map(tokens)
        .map(nfc)
        .collect();
    let recorded: Vec<String> = subject.recorded().into_iter().flat_map(tokens).map(nfc).collect();
    let mut findings = Vec::new();
    // The salutation has its own, stricter check.
    let greeting = parts(&subject.note.body).salutation.map(|(at, _)| at);
    for (at, line) in subject.note.body.lines().enumerate().map(|(at, line)| (at + 1, line)) {
        if Some(at) == greeting {
            continue;
        }
        for token in tokens(line) {
            let word = nfc(singular(token));
            let passed = !word.starts_with(char::is_uppercase)
                || is_common(&word)
                || [&known, &recorded].into_iter().flatten().any(|k| *k == word || *k == nfc(token));
            if passed {
                continue;
            }
            if let Some(meant) = known.iter().find(|known| is_near(known, &word)) {
                let start = line.find(token).unwrap_or_default();
                findings.push(Finding {
                    name: "near-miss",
                    id: "M03",
                    severity: Severity::Ask,
                    message: format!("writes {token}; the record has {meant}"),
                    line: Some((at, excerpt(line, start, start + token.len()))),
                });
            }
        }
    }
    findings
}

/// What the recipient, the own company and the record contain is never a stranger.
fn own_texts(subject: &Subject) -> Vec<String> {
    let app = subject.application;
    let people =
        app.people.iter().flat_map(|p| [Some(p.name.as_str()), p.title.as_deref(), p.goes_by.as_deref()]);
    [Some(app.company.as_str()), Some(app.role.as_str()), app.role_short.as_deref(), subject.me]
        .into_iter()
        .chain(people)
        .flatten()
        .chain(subject.recorded())
        .map(nfc)
        .collect()
}

/// The name without its legal form: "Globex, Inc." is called Globex in a text.
fn core_name(name: &str) -> String {
    const FORMS: [&str; 16] = [
        "inc",
        "ltd",
        "llc",
        "gmbh",
        "ag",
        "corp",
        "corporation",
        "co",
        "company",
        "plc",
        "sa",
        "se",
        "bv",
        "limited",
        "kg",
        "ab",
    ];
    let name = nfc(name);
    let mut words: Vec<&str> = name.split_whitespace().collect();
    while words.len() > 1
        && words.last().is_some_and(|word| {
            let bare: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
            FORMS.contains(&bare.to_lowercase().as_str())
        })
    {
        words.pop();
    }
    words.join(" ").trim_end_matches(',').to_owned()
}

/// Byte offsets at which `name` stands as whole words, whatever its case.
pub(super) fn whole_words<'a>(line: &'a str, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    line.char_indices().filter_map(move |(start, _)| {
        let found = line.get(start..start + name.len())?;
        let before = line.get(..start)?.chars().next_back();
        let after = line.get(start + name.len()..)?.chars().next();
        let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        (found.to_lowercase() == name.to_lowercase() && edge(before) && edge(after)).then_some(start)
    })
}

fn contains_name(text: &str, name: &str) -> bool {
    whole_words(text, name).next().is_some()
}

/// Whether an occurrence means the name and not a word of the language: persons as written;
/// companies with a capital, and ordinary words not where every word has one.
fn counts(line: &str, start: usize, name: &str, other: &Other) -> bool {
    const ORDINARY: [&str; 26] = [
        "apple", "block", "box", "bolt", "chase", "dash", "every", "gap", "indeed", "linear", "match",
        "meta", "notion", "open", "plain", "progress", "remote", "ring", "shell", "slack", "snap", "square",
        "stripe", "target", "together", "unity",
    ];
    let found = line.get(start..start + name.len()).unwrap_or_default();
    if other.kind == OtherKind::Person {
        return found == name;
    }
    let own_marks = name.chars().any(|c| !c.is_alphanumeric() && c != ' ' && c != '-');
    if !found.contains(char::is_uppercase) && !own_marks && found.contains(char::is_lowercase) {
        return false;
    }
    let before = line.get(..start).unwrap_or_default().trim_end();
    let opens = before.is_empty() || before.ends_with(['.', '!', '?', ':']);
    !(opens && ORDINARY.contains(&name.to_lowercase().as_str()))
}

fn stranger(other: &Other, line: Option<(usize, String)>) -> Finding {
    let (name, kind) = match other.kind {
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

/// "Acme's" and "Engineers" are Acme and Engineer.
fn singular(token: &str) -> &str {
    let token = token.strip_suffix("'s").or_else(|| token.strip_suffix("’s")).unwrap_or(token);
    match token.strip_suffix('s') {
        Some(stem) if stem.chars().count() >= 4 && !stem.ends_with('s') => stem,
        _ => token,
    }
}

/// One letter off from five letters on, two from nine on; the plural of a name is the name.
fn is_near(known: &str, word: &str) -> bool {
    let letters = known.chars().count();
    let reach = match letters {
        0..=4 => return false,
        5..=8 => 1,
        _ => 2,
    };
    known.starts_with(char::is_uppercase)
        && singular(known) != word
        && word.chars().count().abs_diff(letters) <= reach
        && (1..=reach).contains(&distance(known, word))
}

/// Words that stand capitalised in any note: dates, and what sentences begin with.
fn is_common(word: &str) -> bool {
    const WORDS: [&str; 66] = [
        "January",
        "February",
        "March",
        "April",
        "August",
        "September",
        "October",
        "November",
        "December",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "Thank",
        "Thanks",
        "There",
        "These",
        "Those",
        "Their",
        "Where",
        "While",
        "Which",
        "Would",
        "Could",
        "Should",
        "Please",
        "Having",
        "Being",
        "Hearing",
        "Learning",
        "Moving",
        "Since",
        "Still",
        "After",
        "Before",
        "Because",
        "About",
        "Again",
        "Great",
        "Given",
        "Every",
        "Other",
        "Maybe",
        "First",
        "Third",
        "Today",
        "Later",
        "Although",
        "However",
        "Regards",
        "Regard",
        "Sincerely",
        "Thing",
        "Things",
        "Though",
        "Through",
        "Using",
        "Making",
        "Working",
        "Building",
        "Seeing",
        "Talking",
        "Speaking",
    ];
    WORDS.contains(&word)
}
