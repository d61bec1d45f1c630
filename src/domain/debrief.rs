//! What was told after an interview, joined to the record: the same company, person and date
//! update what is there and never double it.

mod likeness;

use chrono::{DateTime, FixedOffset};

use super::address::{EmailAddress, PersonName, Refused};
use super::application::{Application, Decision, Status, Tone};
use super::encoded::refuse_encoded;
use super::interview::{End, Interview, InterviewKind, Meeting, Topic};
use super::person::{Person, PersonKey};
use super::text;
use super::zone::Zone;

pub use likeness::{Twin, corrected, twin};

/// What was told, as far as it was told.
#[derive(Clone, Debug, Default)]
pub struct Debrief {
    /// The application's name on the command line, where one was given.
    pub slug: Option<String>,
    pub company: Option<String>,
    pub role: Option<String>,
    pub role_short: Option<String>,
    pub country: Option<String>,
    /// The zone named for the application.
    pub zone: Option<Zone>,
    pub tone: Option<Tone>,
    pub round: Option<Round>,
    /// The round whose time is told anew; without it another date is another round.
    pub corrects: Option<u32>,
    pub met: Vec<Met>,
    pub agent: Option<Met>,
    /// The one person for follow-ups.
    pub contact: Option<Met>,
    pub decision: Option<Decision>,
}

/// When and where the interview was.
#[derive(Clone, Debug, PartialEq)]
pub struct Round {
    pub ended: DateTime<FixedOffset>,
    pub zone: Zone,
    pub end: End,
    pub kind: Option<InterviewKind>,
}

/// Somebody met, and what was talked about.
#[derive(Clone, Debug, PartialEq)]
pub struct Met {
    pub name: PersonName,
    pub address: Option<EmailAddress>,
    pub goes_by: Option<String>,
    pub honorific: Option<String>,
    pub title: Option<String>,
    pub topics: Vec<Topic>,
}

/// What became of a debrief.
#[derive(Clone, Debug, PartialEq)]
pub struct Applied {
    pub application: Application,
    pub how: How,
    /// The round that it was about.
    pub round: u32,
    /// The people that were named, in the order in which they were named.
    pub people: Vec<PersonKey>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    Added,
    Updated,
}

/// Why a debrief fits nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    NoSuchApplication {
        slug: String,
        nearest: Option<String>,
    },
    /// Several applications at that company, and the role was not said.
    WhichRole {
        company: String,
        slugs: Vec<String>,
    },
    /// A new application needs it.
    Missing {
        what: &'static str,
    },
    Closed {
        slug: String,
        reason: String,
    },
}

/// Joins what was told to the record; which application it belongs to comes from its name, or
/// from company and role.
pub fn apply(applications: &[Application], told: &Debrief) -> Result<Applied, Unfit> {
    let Some(found) = find(applications, told)? else {
        return join(begin(applications, told)?, How::Added, told);
    };
    if let Status::Closed { reason, .. } = &found.status {
        return Err(Unfit::Closed { slug: found.slug.clone(), reason: reason.clone() });
    }
    join(found.clone(), How::Updated, told)
}

/// Joins what was told to one application, whatever its state.
pub fn join(mut application: Application, how: How, told: &Debrief) -> Result<Applied, Unfit> {
    let replace = |field: &mut Option<String>, told: &Option<String>| {
        if told.is_some() {
            field.clone_from(told);
        }
    };
    replace(&mut application.role_short, &told.role_short);
    replace(&mut application.country, &told.country);
    if told.zone.is_some() {
        application.zone.clone_from(&told.zone);
    }
    application.tone = told.tone.unwrap_or(application.tone);
    if let (Some(role), Some(_)) = (&told.role, &told.slug) {
        application.role.clone_from(role);
    }
    if told.decision.is_some() {
        application.decision.clone_from(&told.decision);
    }
    let round = round(&mut application, told)?;
    let mut people = Vec::new();
    for met in &told.met {
        let key = person(&mut application, met);
        meet(&mut application, round, &key, &met.topics);
        people.push(key);
    }
    if let Some(agent) = &told.agent {
        application.agent = Some(person(&mut application, agent));
    }
    if let Some(contact) = &told.contact {
        application.contact = Some(person(&mut application, contact));
    }
    Ok(Applied { application, how, round, people })
}

/// What is typed for a name that has nothing to type.
const NAMELESS: &str = "x";

/// A name for the command line: lower-case ASCII letters and digits, joined by `-`.
pub fn slug(name: &str) -> String {
    let plain = text::unaccented(name).to_lowercase();
    let words: Vec<&str> =
        plain.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if words.is_empty() { NAMELESS.to_owned() } else { words.join("-") }
}

/// In characters: longer than any title or topic, short enough for a sentence.
const LONGEST_LINE: usize = 300;

/// A company, a role, a topic: one line with single blanks, and nothing in it that is not seen.
/// `field` names it in the refusal.
pub fn line(field: &str, text: &str) -> Result<String, Refused> {
    let tidy =
        text::nfc(&text.split([' ', '\t']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "));
    let tidy = tidy.trim();
    let refuse = |why: String| Refused { message: format!("{field} {why}"), instead: None };
    if tidy.is_empty() {
        return Err(refuse("is empty".to_owned()));
    }
    refuse_encoded(field, tidy, |text| line(field, text).is_ok())?;
    if let Some(c) = tidy.chars().find(|c| *c == '\n' || text::printable(&c.to_string()) != c.to_string()) {
        return Err(refuse(format!(
            "holds the character U+{:04X}, which cannot stand in a line",
            u32::from(c)
        )));
    }
    if tidy.chars().count() > LONGEST_LINE {
        return Err(refuse(format!("is longer than {LONGEST_LINE} characters")));
    }
    Ok(tidy.to_owned())
}

/// The application that is meant, `None` for a new one.
pub fn find<'a>(applications: &'a [Application], told: &Debrief) -> Result<Option<&'a Application>, Unfit> {
    if let Some(slug) = &told.slug {
        let known = applications.iter().find(|application| application.slug == *slug);
        if known.is_none() && told.company.is_none() {
            let nearest = text::nearest(slug, applications.iter().map(|a| a.slug.as_str()));
            return Err(Unfit::NoSuchApplication { slug: slug.clone(), nearest: nearest.map(str::to_owned) });
        }
        if known.is_some() {
            return Ok(known);
        }
    }
    let Some(company) = &told.company else {
        return Err(Unfit::Missing { what: "company" });
    };
    let same = |one: &str, other: &str| likeness::folded(one) == likeness::folded(other);
    let open: Vec<&Application> = applications
        .iter()
        .filter(|application| application.is_open() && same(&application.company, company))
        .collect();
    match &told.role {
        Some(role) => Ok(open.into_iter().find(|application| same(&application.role, role))),
        None => match open.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            several => Err(Unfit::WhichRole {
                company: company.clone(),
                slugs: several.iter().map(|application| application.slug.clone()).collect(),
            }),
        },
    }
}

fn begin(applications: &[Application], told: &Debrief) -> Result<Application, Unfit> {
    let company = told.company.clone().ok_or(Unfit::Missing { what: "company" })?;
    let role = told.role.clone().ok_or(Unfit::Missing { what: "role" })?;
    let wanted = told.slug.clone().unwrap_or_else(|| slug(&company));
    let slug = free(&wanted, |name| applications.iter().any(|application| application.slug == name));
    Ok(Application {
        slug,
        company,
        role,
        role_short: None,
        country: None,
        zone: None,
        tone: Tone::default(),
        contact: None,
        agent: None,
        status: Status::Open,
        decision: None,
        heard: Vec::new(),
        people: Vec::new(),
        interviews: Vec::new(),
    })
}

/// The round that is meant: the one that is corrected, else the one of that local date, else a new
/// one; without a date the latest.
fn round(application: &mut Application, told: &Debrief) -> Result<u32, Unfit> {
    let corrects = told.corrects;
    let Some(told) = &told.round else {
        let latest = application.interviews.last().map(|interview| interview.round);
        return latest.ok_or(Unfit::Missing { what: "end of the interview" });
    };
    let date = told.ended.date_naive();
    let interviews = &application.interviews;
    let corrected = interviews.iter().position(|interview| Some(interview.round) == corrects);
    let place = corrected.or_else(|| interviews.iter().position(|interview| interview.date() == date));
    if let Some(known) = place.and_then(|place| application.interviews.get_mut(place)) {
        // A bare day says nothing about a time that is known.
        if told.end != End::BareDay || known.date() != date {
            known.ended = told.ended;
            known.zone = told.zone.clone();
            known.end = told.end;
        }
        known.kind = told.kind.unwrap_or(known.kind);
        return Ok(known.round);
    }
    let round = application.interviews.last().map_or(1, |interview| interview.round + 1);
    application.interviews.push(Interview {
        round,
        ended: told.ended,
        zone: told.zone.clone(),
        end: told.end,
        kind: told.kind.unwrap_or_default(),
        meetings: Vec::new(),
    });
    Ok(round)
}

/// The key of a person, found by address, then by name, else made.
fn person(application: &mut Application, met: &Met) -> PersonKey {
    let by_address = met.address.as_ref().and_then(|address| {
        application.people.iter().position(|person| {
            person.address.as_ref().is_some_and(|known| known.canonical() == address.canonical())
        })
    });
    let place = by_address.or_else(|| application.people.iter().position(|person| person.name == met.name));
    if let Some(person) = place.and_then(|place| application.people.get_mut(place)) {
        person.name = met.name.clone();
        person.address = met.address.clone().or(person.address.take());
        person.goes_by = met.goes_by.clone().or(person.goes_by.take());
        person.honorific = met.honorific.clone().or(person.honorific.take());
        person.title = met.title.clone().or(person.title.take());
        return person.key.clone();
    }
    let first = match slug(met.goes_by.as_deref().unwrap_or(met.name.first_word())) {
        // A first word without a Latin letter or digit.
        nameless if nameless == NAMELESS => slug(met.name.as_str()),
        first => first,
    };
    let taken = |key: &str| application.people.iter().any(|person| person.key == key);
    let key = if taken(&first) { free(&slug(met.name.as_str()), taken) } else { first };
    application.people.push(Person {
        key: key.clone(),
        name: met.name.clone(),
        goes_by: met.goes_by.clone(),
        honorific: met.honorific.clone(),
        title: met.title.clone(),
        away_until: None,
        address: met.address.clone(),
    });
    key
}

fn meet(application: &mut Application, round: u32, person: &str, topics: &[Topic]) {
    let Some(interview) = application.interviews.iter_mut().find(|interview| interview.round == round) else {
        return;
    };
    let place = interview.meetings.iter().position(|meeting| meeting.person == person);
    let place = place.unwrap_or_else(|| {
        interview.meetings.push(Meeting { person: person.to_owned(), topics: Vec::new() });
        interview.meetings.len() - 1
    });
    let Some(meeting) = interview.meetings.get_mut(place) else {
        return;
    };
    for topic in topics {
        match meeting.topics.iter_mut().find(|known| known.what == topic.what) {
            Some(known) => {
                known.why = topic.why.clone().or(known.why.take());
                known.fit = topic.fit.clone().or(known.fit.take());
                known.need = topic.need.clone().or(known.need.take());
            }
            None => meeting.topics.push(topic.clone()),
        }
    }
}

/// `name`, or `name-2`, `name-3`, whichever is free first.
fn free(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    std::iter::once(name.to_owned())
        .chain(numbered)
        .find(|name| !taken(name))
        .unwrap_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(day: &str) -> Round {
        Round {
            ended: DateTime::parse_from_rfc3339(&format!("{day}T15:45:00-05:00")).unwrap(),
            zone: Zone::named("America/New_York").unwrap(),
            end: End::Told,
            kind: None,
        }
    }

    fn met(name: &str, address: Option<&str>, topic: &str) -> Met {
        Met {
            name: PersonName::parse(name).unwrap(),
            address: address.map(|text| EmailAddress::parse(text).unwrap()),
            goes_by: None,
            honorific: None,
            title: None,
            topics: vec![Topic { what: topic.into(), ..Topic::default() }],
        }
    }

    fn told(day: &str, people: Vec<Met>) -> Debrief {
        Debrief {
            company: Some("Acme".into()),
            role: Some("Platform Engineer".into()),
            round: Some(ended(day)),
            met: people,
            ..Debrief::default()
        }
    }

    #[test]
    fn the_same_company_person_and_date_update_instead_of_doubling() {
        let first =
            apply(&[], &told("2026-03-05", vec![met("Jane Doe", Some("jane@acme.example"), "Kafka")]))
                .unwrap();
        assert_eq!((first.how, first.application.slug.as_str()), (How::Added, "acme"));
        let again = told("2026-03-05", vec![met("Jane Doe", Some("JANE@acme.example"), "on-call")]);
        let second = apply(&[first.application], &again).unwrap();
        assert_eq!(second.how, How::Updated);
        assert_eq!(second.application.people.len(), 1);
        assert_eq!(second.application.interviews.len(), 1);
        let topics = &second.application.interviews[0].meetings[0].topics;
        assert_eq!(topics.iter().map(|topic| topic.what.as_str()).collect::<Vec<_>>(), ["Kafka", "on-call"]);
    }

    #[test]
    fn another_date_is_another_round() {
        let first = apply(&[], &told("2026-03-05", vec![met("Jane Doe", None, "Kafka")])).unwrap();
        let second =
            apply(&[first.application], &told("2026-03-12", vec![met("Jane Doe", None, "pay")])).unwrap();
        assert_eq!(second.round, 2);
        assert_eq!(second.application.people.len(), 1);
    }

    #[test]
    fn a_round_that_is_corrected_moves_to_its_new_date() {
        let first = apply(&[], &told("2026-03-05", vec![met("Jane Doe", None, "Kafka")])).unwrap();
        let correction = Debrief { corrects: Some(1), ..told("2026-03-04", vec![]) };
        let second = apply(&[first.application], &correction).unwrap();
        assert_eq!((second.round, second.application.interviews.len()), (1, 1));
        assert_eq!(second.application.interviews[0].ended.to_rfc3339(), "2026-03-04T15:45:00-05:00");
        assert_eq!(second.application.interviews[0].meetings.len(), 1);
    }

    #[test]
    fn a_role_that_differs_in_case_and_blanks_alone_joins() {
        let first = apply(&[], &told("2026-03-05", vec![])).unwrap();
        let mut again = told("2026-03-05", vec![]);
        again.role = Some(" platform  ENGINEER".into());
        assert_eq!(apply(&[first.application], &again).unwrap().how, How::Updated);
    }

    #[test]
    fn an_address_is_added_to_a_person_known_by_name() {
        let first = apply(&[], &told("2026-03-05", vec![met("Omar Aziz", None, "on-call")])).unwrap();
        let mut later = met("Omar Aziz", Some("omar@acme.example"), "on-call");
        later.topics.clear();
        let told = Debrief { slug: Some("acme".into()), met: vec![later], ..Debrief::default() };
        let second = apply(&[first.application], &told).unwrap();
        let omar = &second.application.people[0];
        assert_eq!(omar.address.as_ref().unwrap().as_str(), "omar@acme.example");
        assert_eq!(second.application.interviews[0].meetings[0].topics.len(), 1);
    }

    #[test]
    fn two_people_of_one_first_name_have_two_keys() {
        let people = vec![met("Jane Doe", None, "Kafka"), met("Jane Roe", None, "pay")];
        let applied = apply(&[], &told("2026-03-05", people)).unwrap();
        assert_eq!(applied.people, ["jane", "jane-roe"]);
    }

    #[test]
    fn another_role_at_the_same_company_is_another_application() {
        let first = apply(&[], &told("2026-03-05", vec![])).unwrap();
        let mut other = told("2026-03-05", vec![]);
        other.role = Some("Data Engineer".into());
        let second = apply(std::slice::from_ref(&first.application), &other).unwrap();
        assert_eq!((second.how, second.application.slug.as_str()), (How::Added, "acme-2"));
        let mut unsaid = told("2026-03-06", vec![]);
        unsaid.role = None;
        let both = [first.application, second.application];
        assert!(matches!(apply(&both, &unsaid), Err(Unfit::WhichRole { .. })));
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest() {
        let first = apply(&[], &told("2026-03-05", vec![])).unwrap();
        let told = Debrief { slug: Some("amce".into()), ..Debrief::default() };
        assert_eq!(
            apply(&[first.application], &told),
            Err(Unfit::NoSuchApplication { slug: "amce".into(), nearest: Some("acme".into()) })
        );
    }

    #[test]
    fn an_agent_and_a_contact_are_people_too() {
        let mut debrief = told("2026-03-05", vec![met("Jane Doe", None, "Kafka")]);
        debrief.agent = Some(met("Ann Agent", Some("ann@agency.example"), "unused"));
        debrief.contact = Some(met("Jane Doe", None, "unused"));
        let application = apply(&[], &debrief).unwrap().application;
        assert_eq!(application.agent.as_deref(), Some("ann"));
        assert_eq!(application.contact.as_deref(), Some("jane"));
        assert_eq!(application.people.len(), 2);
        assert_eq!(application.interviews[0].meetings.len(), 1);
    }

    #[test]
    fn a_line_is_tidied_and_holds_nothing_unseen() {
        assert_eq!(line("the role", "  Platform \t Engineer ").unwrap(), "Platform Engineer");
        assert_eq!(line("the role", "Zoe\u{301}").unwrap(), "Zo\u{e9}");
        for bad in ["", " \t", "a\nb", "a\u{1b}[2J", "a\u{202e}b", &"a".repeat(301)] {
            assert!(line("the role", bad).unwrap_err().message.starts_with("the role "), "{bad:?}");
        }
    }

    #[test]
    fn a_name_without_latin_letters_at_its_front_still_has_a_key() {
        let people = vec![met("{% raw %}Priya", None, "a"), met("用户", None, "b")];
        assert_eq!(apply(&[], &told("2026-03-05", people)).unwrap().people, ["raw-priya", "x"]);
    }

    #[test]
    fn a_bare_day_does_not_forget_a_known_time() {
        let first = apply(&[], &told("2026-03-05", vec![])).unwrap();
        let mut again = told("2026-03-05", vec![]);
        if let Some(round) = &mut again.round {
            round.end = End::BareDay;
            round.ended = DateTime::parse_from_rfc3339("2026-03-05T17:00:00-05:00").unwrap();
        }
        let second = apply(&[first.application], &again).unwrap();
        assert_eq!(second.application.interviews[0].ended.to_rfc3339(), "2026-03-05T15:45:00-05:00");
    }
}
