//! The English of the notes: what templates receive, ready to read. It decides on words only; what
//! is sent when, and to whom, is decided elsewhere.

mod clauses;
mod decisions;
mod names;
mod sentences;
mod subjects;

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate};

use super::application::{Application, Tone};
use super::interview::{Interview, Topic};
use super::note::NoteKind;
use clauses::joined;
pub use names::{TITLES, bare_name, first_name, honorific, last_name, salutation, signature};

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
pub const NAMES: [&str; 41] = [
    "also",
    "because",
    "brief",
    "company",
    "date",
    "decision_words",
    "first",
    "fit",
    "formal",
    "me",
    "meanwhile",
    "message",
    "met",
    "need",
    "next_step",
    "other_because",
    "other_topics",
    "phone",
    "promised_when",
    "reason",
    "rest_topics",
    "role",
    "role_short",
    "salutation",
    "several",
    "subject_line",
    "thread_subject",
    "topic",
    "topic_1",
    "topic_2",
    "topic_3",
    "topic_4",
    "topic_5",
    "topic_subject",
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
    let yes = |is: bool| is.then(|| "yes".to_owned());
    put("formal", yes(facts.tone == Tone::Formal));
    put("brief", yes(facts.tone == Tone::Brief));
    put("several", yes(met.len() > 1));
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

    let whats: Vec<String> = topics
        .iter()
        .map(|t| clauses::topic(&t.what))
        .map(|what| if met.is_empty() { clauses::addressed(&what) } else { what })
        .collect();
    const NUMBERED: [&str; 5] = ["topic_1", "topic_2", "topic_3", "topic_4", "topic_5"];
    for (name, what) in NUMBERED.into_iter().zip(&whats) {
        put(name, Some(what.clone()));
    }
    put("topics", Some(joined(&whats)));
    // The one with a reason leads; without any, all share one sentence.
    let lead = topics.iter().position(|t| said(&t.why).is_some());
    let topic = match lead {
        Some(lead) => {
            let others: Vec<sentences::Other> = whats
                .iter()
                .zip(&topics)
                .enumerate()
                .filter(|(at, _)| *at != lead)
                .map(|(_, (what, topic))| sentences::Other { what, why: said(&topic.why) })
                .collect();
            let told = sentences::others(&others, room(facts, interview, &met));
            put("other_topics", Some(joined(&others.iter().map(|o| o.what.clone()).collect::<Vec<_>>())));
            put("rest_topics", Some(joined(&told.rest)));
            put("other_because", told.because);
            put("also", Some(told.also));
            whats.get(lead).cloned().unwrap_or_default()
        }
        None => joined(&whats),
    };
    let plain = !clauses::is_question(&topic) && (lead.is_some() || whats.len() == 1);
    let subject = if plain { topic.clone() } else { format!("our conversation about {topic}") };
    put("topic_subject", Some(subject).filter(|_| !topic.is_empty()));
    put("topic", Some(topic));
    let why = lead.and_then(|at| topics.get(at)).and_then(|t| said(&t.why));
    let because = why.and_then(clauses::because);
    let reason = why.filter(|_| because.is_none()).map(clauses::why);
    put("reason", reason.map(|why| format!("I can see why that matters: {why}.")));
    put("why", why.map(clauses::why));
    put("because", because);
    let fits: Vec<String> = topics.iter().filter_map(|t| said(&t.fit)).map(clauses::fit).collect();
    put("fit", sentences::fits(&fits));
    let needs: Vec<String> = topics.iter().filter_map(|t| said(&t.need)).map(clauses::need).collect();
    put("need", sentences::needs(&needs));

    let (departs, country) = (facts.departs.date_naive(), app.country.as_deref());
    let decision = app.decision.as_ref();
    let words = decision.and_then(|d| decisions::now(d, departs, country));
    let quoted = match facts.kind {
        NoteKind::ThankYou => words.clone(),
        _ => decision.and_then(|d| decisions::then(d, departs, country)),
    };
    let dated =
        words.as_ref().is_some_and(|words| words != "today") && decision.is_some_and(|d| d.by.is_some());
    put("decision_words", quoted);
    put("next_step", Some(sentences::next_step(words.as_deref(), dated, place, met.is_empty())));
    put("meanwhile", Some(if dated { "before that" } else { "in the meantime" }.to_owned()));
    let message = sentences::message(facts, interview);
    put("promised_when", sentences::promised_when(facts, day, message, &joined(&met)));
    put("message", message.map(|on| sentences::thanks_for_message(facts, on)));
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

/// How many words the reasons of further topics may take, so that the note stays in its bounds.
fn room(facts: &Facts, interview: Option<&Interview>, met: &[String]) -> usize {
    use super::interview::InterviewKind::{Informational, Panel, Phone};
    let short = matches!(interview.map(|i| i.kind), Some(Phone | Panel | Informational));
    if short || facts.tone == Tone::Brief || !met.is_empty() { 25 } else { 60 }
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
