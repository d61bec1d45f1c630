//! Words of a debrief as values: times, people, topics, each refused under the name of its flag.

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, Timelike, Utc};

use super::flags::{DebriefArgs, Said, SaidTopic};
use crate::domain::address::{Mailbox, Refused};
use crate::domain::application::{Application, Decision};
use crate::domain::debrief::{self, Debrief, Met, Round};
use crate::domain::interview::{End, Topic};
use crate::domain::person::Person;
use crate::domain::places;
use crate::domain::problem::{Kind, Problem};
use crate::domain::text::printable;
use crate::domain::words::{self, NotUnderstood, When};
use crate::domain::zone::{NoSuchTime, Zone};

/// What is taken where only a start is known.
const USUAL_MINUTES: u32 = 60;
/// The end of a day without a time.
const USUAL_END: u32 = 17;
/// An interview further away than this is more likely a slip.
const FAR_DAYS: i64 = 60;
/// After this only a follow-up is left (T03).
const OLD_DAYS: i64 = 14;

/// When words are read, and on whose clock.
#[derive(Clone, Debug)]
pub struct Reading {
    pub now: DateTime<Utc>,
    pub zone: Zone,
    /// Where the interview was, which says what "PST" and "03/04/2026" mean.
    pub country: Option<String>,
}

impl Reading {
    /// The same, where and as the interview was; `self` is the user's own.
    pub fn about(&self, args: &DebriefArgs, known: Option<&Application>) -> Result<Reading, Problem> {
        let told = args.country.as_deref().or(known.and_then(|known| known.country.as_deref()));
        let country = told.map(|code| code.trim().to_ascii_uppercase()).or_else(|| self.country.clone());
        let zone =
            args.zone.as_deref().map(|text| named_zone(text, &self.zone, country.as_deref())).transpose()?;
        Ok(Reading { now: self.now, zone: zone_for(zone.as_ref(), known, &self.zone), country })
    }
}

/// What a time is of an interview.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    End,
    Start { minutes: Option<u32> },
}

/// A round from a time, with what was taken for granted.
pub fn read_end(text: &str, slot: Slot, reading: &Reading) -> Result<(Round, Vec<String>), NotUnderstood> {
    let mut notices = Vec::new();
    let length = |notices: &mut Vec<String>, minutes: Option<u32>| {
        minutes.unwrap_or_else(|| {
            notices.push(format!("its length was not given: {USUAL_MINUTES} minutes are taken"));
            USUAL_MINUTES
        })
    };
    let round =
        match words::when(text, reading.zone.at(reading.now), &reading.zone, reading.country.as_deref())? {
            When::At(at, zone) => match slot {
                Slot::End => Round { ended: whole_minute(at), zone, end: End::Told, kind: None },
                Slot::Start { minutes } => {
                    let minutes = length(&mut notices, minutes);
                    let ended = at.to_utc() + TimeDelta::minutes(i64::from(minutes));
                    let ended = whole_minute(zone.at(ended));
                    Round { ended, zone, end: End::FromStart { minutes }, kind: None }
                }
            },
            When::Day(day) => {
                let ended = evening(day, &reading.zone);
                notices.push(format!("no time was given: {} is taken", reading.zone.stamp(ended.to_utc())));
                Round { ended, zone: reading.zone.clone(), end: End::BareDay, kind: None }
            }
        };
    notices.extend(far_away(&round, reading.now));
    Ok((round, notices))
}

/// Their words about the decision, said on a day.
pub fn read_decision(
    text: &str,
    said_on: NaiveDate,
    country: Option<&str>,
) -> Result<Decision, NotUnderstood> {
    let by = words::decision(text, said_on, country)?.by;
    let words = debrief::line("the decision", text)
        .map_err(|refused| NotUnderstood { message: refused.message, examples: Vec::new() })?;
    let words = words.trim_matches('"').trim_end_matches('.').to_owned();
    Ok(Decision { words, said_on, by })
}

/// Somebody met: one of the application's people by key or name, or a new one.
pub fn read_person(text: &str, known: Option<&Application>) -> Result<Met, Refused> {
    if let Some(person) = known.and_then(|application| application.person(text.trim())) {
        return Ok(met_again(person));
    }
    let (name, address) = Mailbox::parse_person(text)?;
    if name.as_str().split(' ').any(is_clock) {
        let message = format!("`{}` looks like a time, not like a name", printable(name.as_str()));
        return Err(Refused { message, instead: None });
    }
    Ok(Met { name, address, goes_by: None, honorific: None, title: None, topics: Vec::new() })
}

/// What was talked about; `field` names it in the refusal.
pub fn read_topic(field: &str, text: &str) -> Result<String, Refused> {
    let what = debrief::line(field, text)?;
    if Mailbox::parse(&what).is_ok() {
        let message = format!("{field} `{}` is an address; what you talked about is meant", printable(&what));
        return Err(Refused { message, instead: None });
    }
    Ok(what)
}

/// All flags as a debrief; `known` is the application that they are about. What was taken for
/// granted comes beside it.
pub fn read(
    args: &DebriefArgs,
    slug: Option<&str>,
    known: Option<&Application>,
    own: &Reading,
) -> Result<(Debrief, Vec<String>), Problem> {
    let reading = own.about(args, known)?;
    let (now, own_zone, country) = (own.now, &own.zone, reading.country.as_deref());
    let told_zone = args.zone.is_some().then(|| reading.zone.clone());
    let line = |flag: &str, text: &Option<String>| {
        text.as_deref().map(|text| debrief::line(flag, text).map_err(refused)).transpose()
    };
    let mut notices = Vec::new();
    let mut round = None;
    let times = [
        (&args.ended, "--ended", Slot::End),
        (&args.starts, "--starts", Slot::Start { minutes: args.minutes }),
    ];
    for (text, flag, slot) in times {
        if let Some(text) = text {
            let (read, said) = read_end(text, slot, &reading).map_err(|error| not_understood(flag, error))?;
            notices.extend(said);
            round = Some(read);
        }
    }
    if round.is_none() && known.is_none_or(|application| application.interviews.is_empty()) {
        let ended = whole_minute(reading.zone.at(now));
        notices.push(format!(
            "its end was not given: just now is taken, {}",
            reading.zone.stamp(ended.to_utc())
        ));
        round = Some(Round { ended, zone: reading.zone.clone(), end: End::Told, kind: None });
    }
    if round.is_some() && told_zone.is_none() && !is_zone_known(args, known, &reading) {
        notices.push(format!("their zone was not given: yours is taken, {own_zone} (--zone)"));
    }
    if let Some(round) = &mut round {
        round.kind = args.kind;
    } else if let (Some(kind), Some(latest)) = (args.kind, known.and_then(|a| a.interviews.last())) {
        round =
            Some(Round { ended: latest.ended, zone: latest.zone.clone(), end: latest.end, kind: Some(kind) });
    }
    let today = reading.zone.at(now).date_naive();
    let said_on = match &round {
        Some(round) if args.kind.is_none() || args.ended.is_some() || args.starts.is_some() => {
            round.ended.date_naive().min(today)
        }
        _ => today,
    };
    let decision = args.decision.as_deref().map(|text| {
        read_decision(text, said_on, country).map_err(|error| not_understood("--decision", error))
    });
    let person = |flag: &str, text: &str| {
        read_person(text, known).map_err(|error| {
            let problem = Problem::from(error);
            let hint = problem.hint.unwrap_or_else(|| {
                format!("{flag} \"Name <address>\" names one person; the address may be missing")
            });
            Problem::new(problem.kind, format!("{flag}: {}", problem.message))
                .detail("nothing was recorded")
                .hint(hint)
        })
    };
    let mut met = people(args, known, &person)?;
    let contact = args.contact.as_deref().map(|text| contact(text, &met, known, &person)).transpose()?;
    met.dedup_by(|later, earlier| same_person(later, earlier) && absorb(earlier, later));
    let agent = args.via.as_deref().map(|text| person("--via", text)).transpose()?;
    one_name_each(met.iter().chain(&agent).chain(&contact))?;
    let debrief = Debrief {
        slug: slug.map(str::to_owned),
        company: line("--company", &args.company)?,
        role: line("--role", &args.role)?,
        role_short: line("--role-short", &args.role_short)?,
        country: args
            .country
            .as_deref()
            .map(|text| places::country("--country", text).map_err(refused))
            .transpose()?,
        zone: told_zone,
        tone: args.tone,
        round,
        corrects: None,
        met,
        agent,
        contact,
        decision: decision.transpose()?,
    };
    Ok((debrief, notices))
}

/// The zone that bare times are meant in: the one named, the application's, the last interview's,
/// the user's own.
pub fn zone_for(told: Option<&Zone>, known: Option<&Application>, own: &Zone) -> Zone {
    let last = known.and_then(|a| a.interviews.last()).map(|interview| &interview.zone);
    told.or(known.and_then(|a| a.zone.as_ref())).or(last).unwrap_or(own).clone()
}

/// Whether anything but the user's own clock says where theirs stands.
fn is_zone_known(args: &DebriefArgs, known: Option<&Application>, reading: &Reading) -> bool {
    let names_zone = |text: &String| words::names_zone(text, &reading.zone, reading.country.as_deref());
    let in_words = args.ended.iter().chain(&args.starts).any(names_zone);
    in_words || known.is_some_and(|known| known.zone.is_some() || !known.interviews.is_empty())
}

/// By its name, or by letters that have one meaning in the country.
pub fn named_zone(text: &str, own: &Zone, country: Option<&str>) -> Result<Zone, Problem> {
    Zone::named(text)
        .or_else(|unknown| own.by_letters(text.trim(), country).ok_or(unknown))
        .map_err(|error| Problem::new(Kind::Data, format!("--zone: {error}")).detail("nothing was recorded"))
}

/// A failure of the grammar under the name of its flag, with what would be understood.
pub fn not_understood(flag: &str, error: NotUnderstood) -> Problem {
    let problem =
        Problem::new(Kind::Data, format!("{flag}: {}", error.message)).detail("nothing was recorded");
    if error.examples.is_empty() {
        return problem;
    }
    problem.hint(format!("understood are \"{}\"", error.examples.join("\", \"")))
}

fn refused(refused: Refused) -> Problem {
    Problem::from(refused).detail("nothing was recorded")
}

/// Those who were met, with their topics; topics alone belong to the only person of the last round.
fn people(
    args: &DebriefArgs,
    known: Option<&Application>,
    person: &impl Fn(&str, &str) -> Result<Met, Problem>,
) -> Result<Vec<Met>, Problem> {
    let mut met = Vec::new();
    for Said { who, topics: said } in &args.met {
        met.push(Met { topics: topics(said)?, ..person("--with", who)? });
    }
    if met.is_empty() && !args.topics.is_empty() {
        let last = known.and_then(|application| Some((application, application.interviews.last()?)));
        let meetings = last.map(|(_, interview)| interview.meetings.as_slice()).unwrap_or_default();
        let only = match (last, meetings) {
            (Some((application, _)), [only]) => application.person(&only.person),
            _ => None,
        };
        let Some(only) = only else {
            return Err(Problem::new(Kind::NeedsYou, "whom a topic was talked about with is not said")
                .detail("nothing was recorded")
                .hint("put `--with \"Name <address>\"` before its --topic"));
        };
        met.push(Met { topics: topics(&args.topics)?, ..met_again(only) });
    }
    Ok(met)
}

fn topics(said: &[SaidTopic]) -> Result<Vec<Topic>, Problem> {
    let line = |flag: &str, text: &Option<String>| {
        text.as_deref().map(|text| debrief::line(flag, text).map_err(refused)).transpose()
    };
    said.iter()
        .map(|topic| {
            Ok(Topic {
                what: read_topic("--topic", &topic.what).map_err(refused)?,
                why: line("--why", &topic.why)?,
                fit: line("--fit", &topic.fit)?,
                need: line("--need", &topic.need)?,
            })
        })
        .collect()
}

/// Whom follow-ups go to: somebody met, somebody known, or a new person with an address.
fn contact(
    text: &str,
    met: &[Met],
    known: Option<&Application>,
    person: &impl Fn(&str, &str) -> Result<Met, Problem>,
) -> Result<Met, Problem> {
    let read = person("--contact", text)?;
    let is_meant = |name: &str| name == read.name.as_str() || debrief::slug(name) == debrief::slug(text);
    let named = |name: &str| {
        let first = name.split(' ').next().unwrap_or_default();
        read.address.is_none() && (is_meant(name) || is_meant(first))
    };
    if let Some(met) = met.iter().find(|met| named(met.name.as_str())) {
        return Ok(Met { topics: Vec::new(), ..met.clone() });
    }
    let people = known.map(|application| application.people.as_slice()).unwrap_or_default();
    if let Some(person) = people.iter().find(|person| named(person.name.as_str())) {
        return Ok(met_again(person));
    }
    if read.address.is_none() {
        return Err(Problem::new(Kind::Data, format!("--contact: nobody is called {}", printable(text)))
            .detail("nothing was recorded")
            .hint("name somebody you met, or write \"Name <address>\""));
    }
    Ok(read)
}

fn met_again(person: &Person) -> Met {
    Met {
        name: person.name.clone(),
        address: person.address.clone(),
        goes_by: person.goes_by.clone(),
        honorific: person.honorific.clone(),
        title: person.title.clone(),
        topics: Vec::new(),
    }
}

fn same_person(one: &Met, other: &Met) -> bool {
    one.name == other.name && (one.address.is_none() || one.address == other.address)
}

/// An address that is told for two names in one breath belongs to one of them at most.
fn one_name_each<'a>(people: impl Iterator<Item = &'a Met>) -> Result<(), Problem> {
    let mut seen: Vec<(&Met, String)> = Vec::new();
    for met in people {
        let Some(address) = &met.address else { continue };
        let canonical = address.canonical();
        let other = seen.iter().find(|(known, theirs)| *theirs == canonical && known.name != met.name);
        if let Some((other, _)) = other {
            let message = format!("{} and {} have one address, {address}", other.name, met.name);
            return Err(Problem::new(Kind::Data, printable(&message))
                .detail("nothing was recorded")
                .hint("give each their own, or leave out the one that you do not know"));
        }
        seen.push((met, canonical));
    }
    Ok(())
}

/// `15:45`, and also `25:00`: digits on both sides of a colon.
fn is_clock(word: &str) -> bool {
    let digits = |part: &str| part.len() <= 2 && part.chars().all(|c| c.is_ascii_digit());
    word.split_once(':').is_some_and(|(hour, minute)| {
        let minute = minute.get(..2).unwrap_or(minute);
        !hour.is_empty() && digits(hour) && digits(minute)
    })
}

/// Adds what was said with the same person a second time.
fn absorb(earlier: &mut Met, later: &mut Met) -> bool {
    earlier.topics.append(&mut later.topics);
    true
}

fn whole_minute(at: DateTime<FixedOffset>) -> DateTime<FixedOffset> {
    at.with_second(0).and_then(|at| at.with_nanosecond(0)).unwrap_or(at)
}

fn evening(day: NaiveDate, zone: &Zone) -> DateTime<FixedOffset> {
    let wall = day.and_hms_opt(USUAL_END, 0, 0).unwrap_or_default();
    match zone.instant(wall) {
        Ok(at) | Err(NoSuchTime::Gap { after: at, .. } | NoSuchTime::Twice { second: at, .. }) => at,
    }
}

fn far_away(round: &Round, now: DateTime<Utc>) -> Option<String> {
    let ahead = (round.ended.to_utc() - now).num_days();
    let day = round.ended.format("%a %-d %b %Y");
    if ahead > FAR_DAYS {
        Some(format!("{day} is {ahead} days ahead: is the year right?"))
    } else if ahead < -OLD_DAYS {
        let days = -ahead;
        Some(format!("{day} is {days} days ago: too late for a thank-you, a follow-up is what is left"))
    } else {
        None
    }
}
