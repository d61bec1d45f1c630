//! Names that a note nearly gets right (M03).

use std::collections::HashSet;

use super::{Finding, Severity, Subject, excerpt};
use crate::domain::text::{distance, nfc, parts, tokens};

/// M03: own name, role and company, and the names of those met, are spelt as recorded.
pub(super) fn near_misses(subject: &Subject) -> Vec<Finding> {
    let app = subject.application;
    let people = app.people.iter().flat_map(|p| [Some(p.name.as_str()), p.goes_by.as_deref()]).flatten();
    let written = [app.company.as_str(), app.role.as_str(), app.short_role()];
    let known: Vec<&str> = written.into_iter().chain(subject.me).chain(people).flat_map(tokens).collect();
    let known: Vec<String> = known.into_iter().map(nfc).collect();
    let recorded = subject.recorded().into_iter().flat_map(tokens).map(nfc);
    let spelled: HashSet<String> = known.iter().cloned().chain(recorded).collect();
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
                || spelled.contains(&word)
                || spelled.contains(&nfc(token));
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
