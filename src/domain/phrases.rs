//! The English of the notes: what templates receive, ready to read. It decides on words only; what
//! is sent when, and to whom, is decided elsewhere.

mod clauses;
mod names;
mod subjects;

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate};

use super::application::{Application, Decision, Tone};
use super::interview::{Interview, Topic};
use super::note::NoteKind;
use clauses::joined;
pub use names::{TITLES, bare_name, first_name, honorific, last_name, salutation};

/// What a note is written from.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    pub application: &'a Application,
    /// The person met; with an agency the note still goes to the agent.
    pub person: &'a str,
    pub round: u32,
    pub kind: NoteKind,
    pub tone: Tone,
    /// When it leaves, on the recipient's clock: "today" means this day.
    pub departs: DateTime<FixedOffset>,
    /// The sender's name.
    pub sender: Option<&'a str>,
    pub phone: Option<&'a str>,
    /// For follow-ups to a round that is not recorded: the day that they refer to.
    pub thanked_on: Option<NaiveDate>,
    /// The subject of the thread that the note continues.
    pub thread_subject: Option<&'a str>,
}

/// Every name that a template may use. Which of them have a value depends on the note: what is
/// not known is absent.
pub const NAMES: [&str; 32] = [
    "because",
    "company",
    "date",
    "decision_words",
    "first",
    "fit",
    "formal",
    "me",
    "meanwhile",
    "met",
    "need",
    "next_step",
    "other_topics",
    "phone",
    "role",
    "role_short",
    "salutation",
    "subject_line",
    "thread_subject",
    "topic",
    "topic_1",
    "topic_2",
    "topic_3",
    "topic_4",
    "topic_5",
    "topics",
    "turn",
    "variant",
    "via",
    "weekday",
    "when",
    "why",
];

/// Variants that the openings and middles of notes come in.
const VARIANTS: usize = 4;

/// The values of one note, each ready to read; what is not known is absent, never empty.
///
/// Mid-sentence texts start in lower case and have no full stop; `| start` in a template makes the
/// capital. `variant` ("1" to "4") and `turn` ("1" to "3") differ between the people of a panel and
/// between the rounds of one person.
pub fn values(facts: &Facts) -> BTreeMap<&'static str, String> {
    let app = facts.application;
    let interview = app.interview(facts.round);
    let recipient = app.recipient(facts.person);
    let met = people_met(facts, interview);
    let mut topics = topics_of(facts, interview);
    topics.retain(|t| !clauses::topic(&t.what).is_empty());
    let place = interview.and_then(|i| i.meetings.iter().position(|m| m.person == facts.person)).unwrap_or(0)
        + usize::try_from(facts.round.saturating_sub(1)).unwrap_or(0);

    let mut values = BTreeMap::new();
    let mut put = |name: &'static str, value: Option<String>| {
        if let Some(value) = value.map(|v| v.trim().to_owned())
            && !value.is_empty()
        {
            values.insert(name, value);
        }
    };

    put("role", Some(app.role.clone()));
    put("role_short", Some(app.short_role().to_owned()));
    put("company", Some(app.company.clone()));
    put("me", facts.sender.map(str::to_owned));
    put("phone", facts.phone.map(str::to_owned));
    put("thread_subject", facts.thread_subject.map(str::to_owned));
    put("formal", (facts.tone == Tone::Formal).then(|| "yes".to_owned()));
    put("variant", Some((place % VARIANTS + 1).to_string()));
    put("turn", Some(((place + place / VARIANTS) % 3 + 1).to_string()));

    if let Some(person) = recipient {
        put("first", Some(first_name(person)));
        put("salutation", Some(salutation(person, facts.tone)));
        if !met.is_empty() {
            put("via", Some(first_name(person)));
            put("met", Some(joined(&met)));
        }
    }

    let day =
        interview.map(|i| i.ended.with_timezone(facts.departs.offset()).date_naive()).or(facts.thanked_on);
    if let Some(day) = day {
        put("when", Some(when(day, facts.departs.date_naive(), app.country.as_deref())));
        put("date", Some(date(day, app.country.as_deref())));
        put("weekday", Some(day.format("%A").to_string()));
    }

    let whats: Vec<String> = topics.iter().map(|t| clauses::topic(&t.what)).collect();
    const NUMBERED: [&str; 5] = ["topic_1", "topic_2", "topic_3", "topic_4", "topic_5"];
    for (name, what) in NUMBERED.into_iter().zip(&whats) {
        put(name, Some(what.clone()));
    }
    put("topics", Some(joined(&whats)));
    // The one with a reason leads; without any, all share one sentence.
    let lead = topics.iter().position(|t| said(&t.why).is_some());
    match lead {
        Some(lead) => {
            let others: Vec<String> = others(&whats, lead);
            put("topic", whats.get(lead).cloned());
            put("other_topics", Some(joined(&others)));
        }
        None => put("topic", Some(joined(&whats))),
    }
    let why = lead.and_then(|at| topics.get(at)).and_then(|t| said(&t.why));
    put("why", why.map(clauses::why));
    put("because", why.map(clauses::because));
    put("fit", topics.iter().find_map(|t| said(&t.fit)).map(clauses::fit));
    put("need", topics.iter().find_map(|t| said(&t.need)).map(clauses::need));

    let decision = app.decision.as_ref().and_then(|d| Some((d, clauses::decision(&d.words)?)));
    let dated = decision.as_ref().is_some_and(|(d, _)| d.by.is_some());
    put("decision_words", decision.as_ref().map(|(_, words)| words.clone()));
    put("next_step", Some(if met.is_empty() { next_step(decision, place) } else { next_step_via(decision) }));
    put("meanwhile", Some(if dated { "before that" } else { "in the meantime" }.to_owned()));
    put("subject_line", Some(subjects::subject_line(facts, day)));
    values
}

/// For a note through an agency: who was met. Empty where the recipient was met themselves.
fn people_met(facts: &Facts, interview: Option<&Interview>) -> Vec<String> {
    let app = facts.application;
    let Some(agent) = &app.agent else {
        return Vec::new();
    };
    let name = |key: &str| app.person(key).map(bare_name);
    if agent != facts.person {
        return name(facts.person).into_iter().collect();
    }
    match interview {
        Some(i) if i.meeting(agent).is_none() => i.meetings.iter().filter_map(|m| name(&m.person)).collect(),
        _ => Vec::new(),
    }
}

/// The topics of the person; a note to the agent alone takes the first topic of everyone met.
fn topics_of<'a>(facts: &Facts, interview: Option<&'a Interview>) -> Vec<&'a Topic> {
    let Some(interview) = interview else {
        return Vec::new();
    };
    match interview.meeting(facts.person) {
        Some(meeting) => meeting.topics.iter().collect(),
        None if facts.application.agent.as_deref() == Some(facts.person) => {
            interview.meetings.iter().filter_map(|m| m.topics.first()).collect()
        }
        None => Vec::new(),
    }
}

/// What was typed, where it says something.
fn said(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

fn others(whats: &[String], lead: usize) -> Vec<String> {
    whats.iter().enumerate().filter(|(at, _)| *at != lead).map(|(_, what)| what.clone()).collect()
}

/// Quotes their words, never a date of ours.
fn next_step(decision: Option<(&Decision, String)>, place: usize) -> String {
    match (decision, (place + place / VARIANTS) % VARIANTS) {
        (None, 0) => "I look forward to hearing about the next step.".to_owned(),
        (None, 1) => "I would be glad to take the next step.".to_owned(),
        (None, 2) => "I am keen to hear what the next step will be.".to_owned(),
        (None, _) => "I am curious to hear how it goes on from here.".to_owned(),
        (Some((decision, words)), shape) => {
            let then = if decision.by.is_some() { " then" } else { "" };
            match shape {
                0 => format!("You expected to decide {words}, and I look forward to hearing from you{then}."),
                1 => format!("As I gathered, you mean to decide {words}, and I will be glad to hear of it."),
                2 => format!("As you plan to decide {words}, I will watch for news{then}."),
                _ => format!("I heard that the decision comes {words}, and I am happy to wait for it."),
            }
        }
    }
}

/// For an agent, who does not decide.
fn next_step_via(decision: Option<(&Decision, String)>) -> String {
    match decision {
        None => "I look forward to hearing from you about the next step.".to_owned(),
        Some((_, words)) => {
            format!("They expected to decide {words}, and I look forward to hearing from you.")
        }
    }
}

fn when(day: NaiveDate, departs: NaiveDate, country: Option<&str>) -> String {
    match (departs - day).num_days() {
        0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        2..=6 => day.format("on %A").to_string(),
        _ => format!("on {}", date(day, country)),
    }
}

/// "March 5" where the month comes first, else "5 March".
fn date(day: NaiveDate, country: Option<&str>) -> String {
    let country = country.and_then(|c| c.split('-').next());
    match country {
        None | Some("US" | "CA" | "PH" | "JP" | "KR" | "CN" | "TW") => {
            format!("{} {}", day.format("%B"), day.day())
        }
        Some(_) => format!("{} {}", day.day(), day.format("%B")),
    }
}

#[cfg(test)]
mod tests;
