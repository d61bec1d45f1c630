//! An application as TOML and back: written by hand so that it reads well, read strictly. What
//! was not touched comes back exactly as it was.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;

use crate::commands::debrief::{Reading, Slot, read_decision, read_end};
use crate::domain::address::{EmailAddress, PersonName};
use crate::domain::application::{Application, Clash, Decision, Merged, Tone};
use crate::domain::debrief::{line, slug};
use crate::domain::interview::{End, Interview, InterviewKind, Meeting, Topic};
use crate::domain::person::Person;
use crate::domain::places::country;
use crate::domain::problem::{Kind, Problem};
use crate::domain::text;
use crate::domain::zone::Zone;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    company: String,
    role: String,
    role_short: Option<String>,
    country: Option<String>,
    zone: Option<String>,
    tone: String,
    contact: Option<String>,
    agent: Option<String>,
    decision: Option<String>,
    decision_said: Option<String>,
    #[serde(default)]
    people: Vec<PersonTable>,
    #[serde(default)]
    interviews: Vec<InterviewTable>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonTable {
    key: Option<String>,
    name: String,
    address: Option<String>,
    goes_by: Option<String>,
    honorific: Option<String>,
    title: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct InterviewTable {
    round: u32,
    ended: String,
    zone: String,
    kind: String,
    #[serde(default)]
    met: Vec<MeetingTable>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MeetingTable {
    person: String,
    #[serde(default)]
    topics: Vec<TopicTable>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TopicTable {
    what: String,
    why: Option<String>,
    fit: Option<String>,
    need: Option<String>,
}

const HEADER: &str = "\
# Save and close to record it; leave it unchanged to record nothing.
# A line behind # is not set; take the # away to set it. The key of a person names their notes.
";

/// The application as its owner edits it.
pub fn write(application: &Application) -> String {
    let a = application;
    let mut text = HEADER.to_owned();
    set(&mut text, "company", Some(&a.company));
    set(&mut text, "role", Some(&a.role));
    set(&mut text, "role_short", a.role_short.as_deref());
    set(&mut text, "country", a.country.as_deref());
    set(&mut text, "zone", a.zone.as_ref().map(Zone::name));
    set(&mut text, "tone", Some(a.tone.name()));
    set(&mut text, "contact", a.contact.as_deref());
    set(&mut text, "agent", a.agent.as_deref());
    set(&mut text, "decision", a.decision.as_ref().map(|decision| decision.words.as_str()));
    let said = a.decision.as_ref().map(|decision| decision.said_on.to_string());
    set(&mut text, "decision_said", said.as_deref());
    for person in &a.people {
        text.push_str("\n[[people]]\n");
        set(&mut text, "key", Some(&person.key));
        set(&mut text, "name", Some(person.name.as_str()));
        set(&mut text, "address", person.address.as_ref().map(EmailAddress::as_str));
        set(&mut text, "goes_by", person.goes_by.as_deref());
        set(&mut text, "honorific", person.honorific.as_deref());
        set(&mut text, "title", person.title.as_deref());
    }
    for interview in &a.interviews {
        text.push_str(&format!("\n[[interviews]]\nround = {}\n", interview.round));
        set(&mut text, "ended", Some(&ended(interview)));
        set(&mut text, "zone", Some(interview.zone.name()));
        set(&mut text, "kind", Some(interview.kind.name()));
        for meeting in &interview.meetings {
            text.push_str("\n[[interviews.met]]\n");
            set(&mut text, "person", Some(&meeting.person));
            for topic in &meeting.topics {
                text.push_str("\n[[interviews.met.topics]]\n");
                set(&mut text, "what", Some(&topic.what));
                set(&mut text, "why", topic.why.as_deref());
                set(&mut text, "fit", topic.fit.as_deref());
                set(&mut text, "need", topic.need.as_deref());
            }
        }
    }
    text
}

/// What two commands made of an application, for the person to settle where they clash.
pub fn write_clashing(merged: &Merged) -> String {
    let mut document = String::from(
        "# Another command changed the same values meanwhile; below they are as it left them.\n",
    );
    for Clash { what, mine, .. } in &merged.clashes {
        document.push_str(&text::printable_line(&format!("# You had, for {what}: {mine}")));
        document.push('\n');
    }
    document + &write(&merged.application)
}

/// The edited text as an application; what a text cannot say (news, the state) stays as it is.
pub fn read(text: &str, before: &Application, now: DateTime<Utc>) -> Result<Application, Problem> {
    let document: Document = toml::from_str(text).map_err(|error| explain(text, &error))?;
    let mut after = before.clone();
    after.company = one_line("company", &document.company)?;
    after.role = one_line("role", &document.role)?;
    after.role_short = maybe_line("role_short", document.role_short.as_deref())?;
    after.country = document.country.map(|code| country("country", &code)).transpose()?;
    after.zone = document.zone.map(|name| zone("zone", &name)).transpose()?;
    after.tone = one_of("tone", &document.tone, Tone::named, &Tone::ALL.map(Tone::name))?;
    after.people = people(document.people, before)?;
    for (field, key, to) in
        [("contact", document.contact, &mut after.contact), ("agent", document.agent, &mut after.agent)]
    {
        if let Some(key) = &key {
            known_person(field, key, &after.people)?;
        }
        *to = key;
    }
    let mut interviews = Vec::new();
    for table in document.interviews {
        interviews.push(interview(table, before, &after, now)?);
    }
    interviews.sort_by_key(|interview| interview.round);
    unique("round", interviews.iter().map(|interview| interview.round.to_string()))?;
    after.interviews = interviews;
    let today = after.interviews.last().map_or(now.date_naive(), Interview::date);
    let said = (document.decision, document.decision_said);
    after.decision = decision(said, before, today, after.country.as_deref())?;
    Ok(after)
}

/// `key = "value"`, or a comment that shows where it would stand.
fn set(text: &mut String, key: &str, value: Option<&str>) {
    match value {
        Some(value) => {
            text.push_str(&format!("{key} = {}\n", toml::Value::String(value.to_owned())));
        }
        None => text.push_str(&format!("# {key} = \"\"\n")),
    }
}

/// The local end, with an offset only where the wall clock alone would not do.
fn ended(interview: &Interview) -> String {
    if interview.end == End::BareDay {
        return interview.date().to_string();
    }
    let wall = interview.ended.naive_local();
    match interview.zone.instant(wall) {
        Ok(at) if at == interview.ended => wall.format("%Y-%m-%d %H:%M").to_string(),
        _ => interview.ended.format("%Y-%m-%dT%H:%M%:z").to_string(),
    }
}

fn people(tables: Vec<PersonTable>, before: &Application) -> Result<Vec<Person>, Problem> {
    let mut people = Vec::new();
    for table in tables {
        let name = PersonName::typed(&table.name)?;
        let first = table.goes_by.as_deref().unwrap_or(name.first_word());
        let key = table.key.unwrap_or_else(|| slug(first));
        if slug(&key) != key {
            return Err(Problem::new(
                Kind::Data,
                format!("the key {key:?} holds more than small letters, digits and `-`"),
            ));
        }
        people.push(Person {
            goes_by: maybe_line("goes_by", table.goes_by.as_deref())?,
            honorific: maybe_line("honorific", table.honorific.as_deref())?,
            title: maybe_line("title", table.title.as_deref())?,
            away_until: before.person(&key).and_then(|person| person.away_until),
            address: address(table.address.as_deref(), before.person(&key))?,
            key,
            name,
        });
    }
    unique("key", people.iter().map(|person| person.key.clone()))?;
    unique("address", people.iter().filter_map(|person| Some(person.address.as_ref()?.canonical())))?;
    Ok(people)
}

/// An address that is empty is none.
fn address(text: Option<&str>, before: Option<&Person>) -> Result<Option<EmailAddress>, Problem> {
    let known = before.and_then(|person| person.address.clone());
    match text.map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) if known.as_ref().is_some_and(|known| known.as_str() == text) => Ok(known),
        Some(text) => Ok(Some(EmailAddress::parse(text)?)),
    }
}

fn interview(
    table: InterviewTable,
    before: &Application,
    after: &Application,
    now: DateTime<Utc>,
) -> Result<Interview, Problem> {
    if table.round == 0 {
        return Err(Problem::new(Kind::Data, "rounds are counted from 1"));
    }
    let known = before.interview(table.round);
    let zone = zone("zone", &table.zone)?;
    let untouched = known.filter(|known| known.zone == zone && ended(known) == table.ended.trim());
    let (ended, zone, end) = match untouched {
        Some(known) => (known.ended, zone, known.end),
        None => {
            let (round, _) =
                read_end(&table.ended, Slot::End, &Reading { now, zone, country: after.country.clone() })
                    .map_err(|error| Problem::new(Kind::Data, format!("ended: {error}")))?;
            (round.ended, round.zone, round.end)
        }
    };
    let mut meetings = Vec::new();
    for met in table.met {
        known_person("person", &met.person, &after.people)?;
        meetings.push(Meeting { person: met.person, topics: topics(met.topics)? });
    }
    unique("person", meetings.iter().map(|meeting| meeting.person.clone()))?;
    let kind =
        one_of("kind", &table.kind, InterviewKind::named, &InterviewKind::ALL.map(InterviewKind::name))?;
    Ok(Interview { round: table.round, ended, zone, end, kind, meetings })
}

fn topics(tables: Vec<TopicTable>) -> Result<Vec<Topic>, Problem> {
    tables
        .into_iter()
        .map(|table| {
            Ok(Topic {
                what: one_line("what", &table.what)?,
                why: maybe_line("why", table.why.as_deref())?,
                fit: maybe_line("fit", table.fit.as_deref())?,
                need: maybe_line("need", table.need.as_deref())?,
            })
        })
        .collect()
}

/// What was computed from the same words on the same day is kept.
fn decision(
    (words, said): (Option<String>, Option<String>),
    before: &Application,
    today: NaiveDate,
    country: Option<&str>,
) -> Result<Option<Decision>, Problem> {
    let Some(words) = words.filter(|words| !words.trim().is_empty()) else {
        return Ok(None);
    };
    let said_on = match said.as_deref().map(str::trim) {
        None | Some("") => before.decision.as_ref().map_or(today, |decision| decision.said_on),
        Some(day) => day.parse().map_err(|_| {
            Problem::new(Kind::Data, format!("decision_said {day:?} is no day; write it as 2026-03-05"))
        })?,
    };
    if let Some(known) = &before.decision
        && known.words == words
        && known.said_on == said_on
    {
        return Ok(Some(known.clone()));
    }
    let read = read_decision(&words, said_on, country);
    read.map(Some).map_err(|error| Problem::new(Kind::Data, format!("decision: {error}")))
}

fn one_line(field: &str, value: &str) -> Result<String, Problem> {
    Ok(line(field, value)?)
}

fn maybe_line(field: &str, value: Option<&str>) -> Result<Option<String>, Problem> {
    value.filter(|value| !value.trim().is_empty()).map(|value| one_line(field, value)).transpose()
}

fn zone(field: &str, name: &str) -> Result<Zone, Problem> {
    Zone::named(name).map_err(|error| Problem::new(Kind::Data, format!("{field}: {error}")))
}

fn one_of<T>(
    field: &str,
    value: &str,
    named: fn(&str) -> Option<T>,
    names: &[&'static str],
) -> Result<T, Problem> {
    named(value).ok_or_else(|| {
        let known = names.join(", ");
        Problem::new(Kind::Data, format!("{field} {value:?} is not known; it is one of {known}"))
    })
}

fn known_person(field: &str, key: &str, people: &[Person]) -> Result<(), Problem> {
    if people.iter().any(|person| person.key == key) {
        return Ok(());
    }
    let problem = Problem::new(Kind::Data, format!("{field} {key:?} is not the key of one of the people"));
    Err(match text::nearest(key, people.iter().map(|person| person.key.as_str())) {
        Some(near) => problem.hint(format!("did you mean `{near}`?")),
        None => problem,
    })
}

fn unique(field: &str, values: impl Iterator<Item = String>) -> Result<(), Problem> {
    let mut values: Vec<String> = values.collect();
    values.sort();
    match values.iter().zip(values.iter().skip(1)).find(|(one, other)| one == other) {
        Some((twice, _)) => Err(Problem::new(Kind::Data, format!("{field} {twice:?} stands twice"))),
        None => Ok(()),
    }
}

/// What the reader says, with the line, and for an unknown key the nearest known one.
fn explain(text: &str, error: &toml::de::Error) -> Problem {
    let start = error.span().map_or(0, |span| span.start);
    let line = text.get(..start).unwrap_or_default().matches('\n').count() + 1;
    let message = error.message();
    let mut quoted = message.split('`').skip(1).step_by(2);
    if let (Some(key), true) = (quoted.next(), message.starts_with("unknown field")) {
        let known: Vec<&str> = quoted.collect();
        let problem = Problem::new(Kind::Data, format!("line {line}: there is no key {key}"));
        return match text::nearest(key, known.iter().copied()) {
            Some(near) => problem.hint(format!("did you mean `{near}`?")),
            None => problem.hint(format!("there is {}", known.join(", "))),
        };
    }
    let first = message.lines().next().unwrap_or_default();
    Problem::new(Kind::Data, format!("line {line}: {first}"))
}

#[cfg(test)]
mod tests;
