//! The shape of a note: to whom it goes, its subject, its topic and its length (M07 to M11, M14,
//! M25).

use super::{Finding, Severity, Subject};
use crate::domain::application::Tone;
use crate::domain::interview::{InterviewKind, Topic};
use crate::domain::note::NoteKind;
use crate::domain::text::{word_count, words};

/// M25: the one recipient is the one on record (M31: with an agency, its agent).
pub(super) fn recipient(subject: &Subject) -> Option<Finding> {
    let to = subject.note.to.as_ref()?;
    let person = subject.application.recipient(&subject.note.person)?;
    let recorded = person.address.as_ref()?;
    if to.address.canonical() == recorded.canonical() {
        return None;
    }
    Some(Finding {
        name: "recipients",
        id: "M25",
        severity: Severity::Block,
        message: format!("goes to {}; the record has {recorded} for {}", to.address, person.name),
        line: None,
    })
}

/// M14: a subject that says what it is about, and fits.
pub(super) fn subject_line(subject: &Subject) -> Vec<Finding> {
    let text = subject.note.subject.trim();
    let found = |severity, message: &str| Finding {
        name: "subject",
        id: "M14",
        severity,
        message: message.to_owned(),
        line: None,
    };
    if text.is_empty() {
        return vec![found(Severity::Block, "has no subject")];
    }
    // A reply keeps the subject that they wrote, whatever it is.
    let is_reply = matches!(subject.note.kind, NoteKind::RejectionReply | NoteKind::NextRoundReply);
    if is_reply && subject.note.in_reply_to.is_some() && text.starts_with("Re: ") {
        return Vec::new();
    }
    // The old subject of a thread is not for us to shorten.
    let bare = text.strip_prefix("Re: ").unwrap_or(text);
    let letters = bare.chars().count();
    let mut findings = Vec::new();
    if letters > 78 {
        findings.push(found(Severity::Block, &format!("has a subject of {letters} characters; 78 at most")));
    } else if letters > 50 {
        findings.push(found(
            Severity::Ask,
            &format!("has a subject of {letters} characters; 50 fit into a list"),
        ));
    }
    let capitals = bare.chars().filter(|c| c.is_uppercase()).count();
    if capitals > 5 && !bare.contains(char::is_lowercase) {
        findings.push(found(Severity::Block, "shouts in its subject"));
    }
    if bare.contains('!') {
        findings.push(found(Severity::Block, "has an exclamation mark in its subject"));
    }
    if bare.contains(is_emoji) {
        findings.push(found(Severity::Block, "has an emoji in its subject"));
    } else if !bare.is_ascii() {
        findings.push(found(Severity::Inform, "has letters beyond ASCII in its subject"));
    }
    let replies = text.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("re:"));
    if replies && subject.note.in_reply_to.is_none() {
        findings.push(found(Severity::Ask, "begins with Re: and answers nothing"));
    }
    if !says_what_about(subject, bare) {
        let message = "has a subject without role, topic, weekday or the word interview";
        findings.push(found(Severity::Ask, message));
    }
    findings
}

/// M07: at least one topic of this person is in the body: all its content words, or three.
pub(super) fn topic(subject: &Subject) -> Option<Finding> {
    if subject.note.kind != NoteKind::ThankYou {
        return None;
    }
    let topics = topics(subject);
    let body = words(&subject.note.body);
    if topics.iter().any(|topic| is_mentioned(&topic.what, &body)) {
        return None;
    }
    let name = subject.application.person(&subject.note.person).map(|p| p.name.as_str());
    let name = name.unwrap_or(&subject.note.person);
    Some(Finding {
        name: "no-topic",
        id: "M07",
        severity: if is_brief(subject) { Severity::Ask } else { Severity::Block },
        message: match topics.first() {
            None => format!("has no recorded topic for {name}"),
            Some(topic) => format!("mentions nothing discussed with {name}, such as \"{}\"", topic.what),
        },
        line: None,
    })
}

/// M08 to M11: words of the body, greeting and sign-off apart.
pub(super) fn length(subject: &Subject) -> Option<Finding> {
    let kind = subject.application.interview(subject.note.round).map(|i| i.kind);
    let short_kind =
        matches!(kind, Some(InterviewKind::Phone | InterviewKind::Panel | InterviewKind::Informational));
    let agency = subject.application.agent.is_some();
    let late = subject.note.template == "thank-you-late";
    let (id, least, most, never) = match subject.note.kind {
        NoteKind::ThankYou if is_brief(subject) || (!late && (short_kind || agency)) => ("M09", 25, 130, 200),
        NoteKind::ThankYou => ("M08", 40, 180, 250),
        NoteKind::Nudge | NoteKind::CloseOut => ("M10", 0, 110, 150),
        NoteKind::RejectionReply => ("M11", 0, 120, 150),
        NoteKind::NextRoundReply => ("M11", 0, 100, 150),
    };
    let count = word_count(&subject.note.body);
    let words = if count == 1 { "word" } else { "words" };
    let (severity, message) = if count == 0 {
        (Severity::Block, "says nothing".to_owned())
    } else if count > never {
        (Severity::Block, format!("has {count} words; {never} at most"))
    } else if count > most {
        (Severity::Ask, format!("has {count} words; up to {most} are read"))
    } else if count < least {
        (Severity::Ask, format!("has {count} {words}; fewer than {least} look careless"))
    } else {
        return None;
    };
    Some(Finding { name: "length", id, severity, message, line: None })
}

/// The topics of the person that the note is about; with an agency and no meeting of the agent,
/// those of everyone met.
pub(super) fn topics<'a>(subject: &Subject<'a>) -> Vec<&'a Topic> {
    let Some(interview) = subject.application.interview(subject.note.round) else {
        return Vec::new();
    };
    match interview.meeting(&subject.note.person) {
        Some(meeting) => meeting.topics.iter().collect(),
        None if subject.application.agent.as_ref() == Some(&subject.note.person) => {
            interview.meetings.iter().flat_map(|m| &m.topics).collect()
        }
        None => Vec::new(),
    }
}

/// Whether the content words of a topic are among the words of a body.
pub(super) fn is_mentioned(topic: &str, body: &[String]) -> bool {
    let content = content_words(topic);
    let needed = content.len().min(3);
    let there = content.iter().filter(|word| body.iter().any(|b| is_form_of(b, word))).count();
    needed > 0 && there >= needed
}

/// The words of a topic that carry it: none of them is a function word, unless all are.
fn content_words(topic: &str) -> Vec<String> {
    const FUNCTION_WORDS: [&str; 72] = [
        "asked",
        "discussing",
        "speaking",
        "spoke",
        "spoken",
        "talking",
        "a",
        "about",
        "all",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "being",
        "by",
        "can",
        "did",
        "do",
        "does",
        "for",
        "from",
        "get",
        "had",
        "has",
        "have",
        "he",
        "her",
        "his",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "me",
        "my",
        "of",
        "on",
        "or",
        "our",
        "she",
        "so",
        "talked",
        "that",
        "the",
        "their",
        "them",
        "they",
        "this",
        "those",
        "to",
        "us",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "why",
        "will",
        "with",
        "would",
        "you",
        "your",
        "discussed",
    ];
    let all = words(topic);
    let content: Vec<String> =
        all.iter().filter(|word| !FUNCTION_WORDS.contains(&word.as_str())).cloned().collect();
    if content.is_empty() { all } else { content }
}

/// The same word, or another form of it: migrating, migration.
fn is_form_of(one: &str, other: &str) -> bool {
    let shared = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let shorter = one.chars().count().min(other.chars().count());
    one == other || (shared >= 5 && shared + 3 >= shorter) || (shared >= 4 && shared == shorter)
}

fn is_brief(subject: &Subject) -> bool {
    subject.note.template == "thank-you-brief" || subject.application.tone == Tone::Brief
}

fn says_what_about(subject: &Subject, text: &str) -> bool {
    const WEEKDAYS: [&str; 7] =
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let said = words(text);
    let app = subject.application;
    let role: Vec<String> = [app.role.as_str(), app.short_role()].into_iter().flat_map(words).collect();
    said.iter().any(|word| {
        let bare = word.strip_suffix("'s").unwrap_or(word);
        bare.starts_with("interview")
            || WEEKDAYS.contains(&bare)
            || (bare.chars().count() > 2 && role.iter().any(|r| r == bare))
    }) || topics(subject)
        .iter()
        .any(|topic| content_words(&topic.what).iter().any(|word| said.iter().any(|s| is_form_of(s, word))))
}

fn is_emoji(c: char) -> bool {
    matches!(u32::from(c), 0x2600..=0x27bf | 0x2b50..=0x2b55 | 0x1f000..=0x1faff)
}
