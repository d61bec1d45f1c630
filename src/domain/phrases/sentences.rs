//! Whole sentences, and parts that are put together from several things said: how notes go on, what
//! a follow-up refers to, what further topics add.

use chrono::NaiveDate;

use super::{Facts, VARIANTS, clauses, date};
use crate::domain::application::News;
use crate::domain::interview::Interview;
use crate::domain::note::NoteKind;
use crate::domain::text::words;

/// A topic beside the leading one.
pub(super) struct Other<'a> {
    pub what: &'a String,
    pub why: Option<&'a str>,
}

/// What is said of the topics beside the leading one.
pub(super) struct Told {
    /// Those that share one sentence.
    pub rest: Vec<String>,
    /// The reason of the only one.
    pub because: Option<String>,
    /// Sentences of their own for those with a reason.
    pub also: String,
}

/// Gives each further topic its reason while there is room for as many words.
pub(super) fn others(others: &[Other], room: usize) -> Told {
    let mut told = Told { rest: Vec::new(), because: None, also: String::new() };
    let mut room = room;
    let mut sentences: Vec<String> = Vec::new();
    for other in others {
        let because = other.why.and_then(clauses::because);
        if let ([_], Some(because)) = (others, &because)
            && words(because).len() <= room.min(20)
        {
            told.because = Some(because.clone());
            told.rest.push(other.what.clone());
            continue;
        }
        let sentence =
            other.why.map(|why| (other.what, clauses::why(why))).map(|(what, why)| match sentences.len() {
                0 => format!("As for {what}, I can see why that matters: {why}."),
                1 => format!("What you said about {what} struck me too: {why}."),
                _ => format!("I will also remember {what}: {why}."),
            });
        match sentence {
            Some(sentence) if sentences.len() < 3 && words(&sentence).len() <= room => {
                room -= words(&sentence).len();
                sentences.push(sentence);
            }
            _ => told.rest.push(other.what.clone()),
        }
    }
    told.also = sentences.join(" ");
    told
}

/// The first, and the second where one sentence holds both: "I ran Kafka and led two migrations".
pub(super) fn fits(fits: &[String]) -> Option<String> {
    joined_pair(fits, |first, second| {
        let rest = second.strip_prefix("I ")?;
        let rest = match (first.strip_prefix("I would bring "), rest.strip_prefix("would bring ")) {
            (Some(_), Some(rest)) => rest,
            (None, None) if first.starts_with("I ") => rest,
            _ => return None,
        };
        Some(format!("{first} and {rest}"))
    })
}

/// The first, and the second where both are things or both are deeds.
pub(super) fn needs(needs: &[String]) -> Option<String> {
    joined_pair(needs, |first, second| {
        let same = first.starts_with("to ") == second.starts_with("to ")
            && first.starts_with("help ") == second.starts_with("help ");
        same.then(|| format!("{first} and {second}"))
    })
}

fn joined_pair(parts: &[String], join: impl Fn(&str, &str) -> Option<String>) -> Option<String> {
    let first = parts.first()?;
    let second = parts.get(1).filter(|second| *second != first);
    let brief = |text: &str| words(text).len() <= 12 && !text.contains(',') && !text.contains(" and ");
    let both = second.filter(|second| brief(first) && brief(second)).and_then(|second| join(first, second));
    Some(both.unwrap_or_else(|| first.clone()))
}

/// Quotes their words. An agent does not decide, so it is not theirs there.
pub(super) fn next_step(decision: Option<&str>, dated: bool, place: usize, direct: bool) -> String {
    let shape = (place + place / VARIANTS) % VARIANTS;
    let Some(words) = decision else {
        return match shape {
            _ if !direct => "I look forward to hearing from you about the next step.",
            0 => "I look forward to hearing about the next step.",
            1 => "I would be glad to take the next step.",
            2 => "I am keen to hear what the next step will be.",
            _ => "I am curious to hear how it goes on from here.",
        }
        .to_owned();
    };
    let then = if dated { " then" } else { "" };
    match shape {
        _ if !direct => format!("They expected to decide {words}, and I look forward to hearing from you."),
        0 => format!("You expected to decide {words}, and I look forward to hearing from you{then}."),
        1 => format!("As I gathered, you mean to decide {words}, and I will be glad to hear of it."),
        2 => format!("As you plan to decide {words}, I look forward to your news{then}."),
        _ => format!("You mentioned that the decision will come {words}, and I am happy to wait for it."),
    }
}

/// The day of the last message that came from them since the interview, for a nudge.
pub(super) fn message(facts: &Facts, interview: Option<&Interview>) -> Option<NaiveDate> {
    if facts.kind != NoteKind::Nudge {
        return None;
    }
    let ended = interview?.ended;
    let answers = facts.application.heard.iter().filter(|heard| heard.news == News::Answered);
    answers
        .map(|heard| heard.at)
        .filter(|at| (ended..=facts.departs).contains(at))
        .max()
        .map(|at| at.date_naive())
}

/// "your", unless somebody else there may have written it.
pub(super) fn thanks_for_message(facts: &Facts, on: NaiveDate) -> String {
    let app = facts.application;
    let whose = if app.people.len() == 1 || app.agent.is_some() { "your" } else { "the" };
    format!("Thank you for {whose} message of {}.", date(on, app.country.as_deref()))
}

/// When they said when they would decide, as a sentence begins with it.
pub(super) fn promised_when(
    facts: &Facts,
    day: Option<NaiveDate>,
    message: Option<NaiveDate>,
    met: &str,
) -> Option<String> {
    let app = facts.application;
    let said_on = app.decision.as_ref().map(|decision| decision.said_on).or(day)?;
    let on = date(said_on, app.country.as_deref());
    let answered = app.heard.iter().any(|h| h.news == News::Answered && h.at.date_naive() == said_on);
    let your = if app.people.len() == 1 || app.agent.is_some() { "your" } else { "the" };
    Some(if Some(said_on) == day && met.is_empty() {
        format!("When we spoke on {on}")
    } else if Some(said_on) == day {
        format!("When I met {met} on {on}")
    } else if message == Some(said_on) {
        "At that time".to_owned()
    } else if answered {
        format!("In {your} message of {on}")
    } else {
        format!("On {on}")
    })
}
