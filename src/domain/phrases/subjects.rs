//! Subjects that fit into a list of mails: at most 50 ASCII characters for a new thread (M14), the
//! old subject with one "Re: " for a running one (M15).

use chrono::NaiveDate;

use super::Facts;
use crate::domain::interview::InterviewKind;
use crate::domain::note::NoteKind;
use crate::domain::text::words;

const LONGEST: usize = 50;

pub(super) fn subject_line(facts: &Facts, day: Option<NaiveDate>) -> String {
    if let Some(subject) = facts.thread_subject {
        let mut bare = subject.trim();
        while let Some(rest) = bare.get(..3).filter(|re| re.eq_ignore_ascii_case("re:")).and(bare.get(3..)) {
            bare = rest.trim_start();
        }
        return format!("Re: {bare}");
    }
    let kind = facts.application.interview(facts.round).map(|i| i.kind).unwrap_or_default();
    let occasion = match kind {
        InterviewKind::Phone => "call",
        InterviewKind::Informational => "conversation",
        _ => "interview",
    };
    let weekday = day.map(|day| day.format("%A").to_string());
    let with_role = |role: &str| match facts.kind {
        NoteKind::ThankYou => {
            vec![format!("Thank you for the {role} {occasion}"), format!("{role} {occasion}: thank you")]
        }
        NoteKind::Nudge => vec![format!("{role} interview: timing")],
        NoteKind::CloseOut => vec![format!("{role} interview: a last note")],
        NoteKind::RejectionReply => vec![format!("{role} interview: thank you")],
        NoteKind::NextRoundReply => {
            vec![format!("{role}: the next interview"), format!("{role}: next interview")]
        }
    };
    let day_of = weekday.map_or_else(|| "the".to_owned(), |day| format!("{day}'s"));
    let without_role = match facts.kind {
        NoteKind::ThankYou if kind == InterviewKind::Informational => {
            format!("Thank you for {day_of} conversation")
        }
        NoteKind::ThankYou => format!("Thank you for {day_of} {occasion}"),
        NoteKind::Nudge => format!("{} interview: timing", capital(&day_of)),
        NoteKind::CloseOut => format!("{} interview: a last note", capital(&day_of)),
        NoteKind::RejectionReply => format!("Thank you for {day_of} interview"),
        NoteKind::NextRoundReply => "The next interview".to_owned(),
    };
    shorter_roles(facts.application.short_role())
        .iter()
        .flat_map(|role| with_role(role))
        .find(|subject| subject.is_ascii() && subject.len() <= LONGEST && says_enough(subject))
        .unwrap_or(without_role)
}

/// What the check of subjects asks for: quiet, and about something. "QA" alone is too little.
fn says_enough(subject: &str) -> bool {
    let told = ["interview", "conversation", "call"];
    let plain = ["thank", "you", "for", "the", "role", "timing"];
    !subject.contains('!')
        && words(subject).iter().any(|word| {
            word == "interview"
                || (word.chars().count() > 2
                    && !told.contains(&word.as_str())
                    && !plain.contains(&word.as_str()))
        })
}

/// The role, then without what follows a comma or bracket, then without its rank.
fn shorter_roles(role: &str) -> Vec<String> {
    let role = role.trim();
    let plain = role.split([',', '(', '/', '|']).next().unwrap_or(role);
    let plain = plain.split(" - ").next().unwrap_or(plain).trim();
    let unranked = ["Senior ", "Junior ", "Sr. ", "Jr. ", "Sr ", "Jr "]
        .iter()
        .find_map(|rank| plain.strip_prefix(rank))
        .unwrap_or(plain);
    [role, plain, unranked].into_iter().filter(|r| !r.is_empty()).map(str::to_owned).collect()
}

fn capital(text: &str) -> String {
    crate::domain::text::capitalised(text)
}
