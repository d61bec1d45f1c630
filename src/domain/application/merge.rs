//! Two changes to one application that were made at the same time, joined field by field. What
//! both changed in different ways is a clash, which only a person can settle.

use super::{Application, Decision, Status};
use crate::domain::address::EmailAddress;
use crate::domain::interview::{Interview, Meeting, Topic};
use crate::domain::person::Person;
use crate::domain::zone::Zone;

/// One value that both sides changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// `decision`, `address of jane`, `end of round 2`.
    pub what: String,
    pub mine: String,
    pub theirs: String,
}

/// Both changes in one; where they clash it has theirs.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    pub application: Application,
    pub clashes: Vec<Clash>,
}

/// Joins what changed between `base` and `mine` to `theirs`, the record as it is now.
pub fn merge(base: &Application, mine: &Application, theirs: &Application) -> Merged {
    let mut merge = Merge { clashes: Vec::new() };
    let field = |merge: &mut Merge, what, of: fn(&Application) -> Option<&String>| {
        merge.value(what, [of(base), of(mine), of(theirs)], |text| optional(*text)).cloned()
    };
    let text = |merge: &mut Merge, what, of: fn(&Application) -> &String| {
        merge.value(what, [of(base), of(mine), of(theirs)], |text| (*text).clone()).clone()
    };
    let company = text(&mut merge, "company", |a| &a.company);
    let role = text(&mut merge, "role", |a| &a.role);
    let role_short = field(&mut merge, "role_short", |a| a.role_short.as_ref());
    let country = field(&mut merge, "country", |a| a.country.as_ref());
    let contact = field(&mut merge, "contact", |a| a.contact.as_ref());
    let agent = field(&mut merge, "agent", |a| a.agent.as_ref());
    let zones = [&base.zone, &mine.zone, &theirs.zone];
    let zone = merge.value("zone", zones, |zone| optional(zone.as_ref().map(Zone::name))).clone();
    let tone = merge.value("tone", [base.tone, mine.tone, theirs.tone], |tone| tone.name().to_owned());
    let statuses = [&base.status, &mine.status, &theirs.status];
    let status = merge.value("status", statuses, |status| shown_status(status)).clone();
    let decisions = [&base.decision, &mine.decision, &theirs.decision];
    let decision = merge.value("decision", decisions, |decision| shown_decision(decision.as_ref())).clone();
    let mut heard = theirs.heard.clone();
    heard.extend(mine.heard.iter().filter(|news| !base.heard.contains(news)).cloned());
    let people = merge.list("", [&base.people, &mine.people, &theirs.people], &PEOPLE);
    let mut interviews =
        merge.list("", [&base.interviews, &mine.interviews, &theirs.interviews], &INTERVIEWS);
    interviews.sort_by_key(|interview| interview.round);
    let application = Application {
        slug: theirs.slug.clone(),
        company,
        role,
        role_short,
        country,
        zone,
        tone,
        contact,
        agent,
        status,
        decision,
        heard,
        people,
        interviews,
    };
    merge.references(&application, mine);
    merge.addresses(&application, mine);
    Merged { application, clashes: merge.clashes }
}

struct Merge {
    clashes: Vec<Clash>,
}

/// What a list is made of, and how two versions of one element are joined.
struct Kind<T> {
    /// What tells one element from the others.
    key: fn(&T) -> String,
    /// How an element with that key is called, within what it belongs to.
    name: fn(key: &str, within: &str) -> String,
    shown: fn(&T) -> String,
    /// Whether two versions are the same to a person.
    same: fn(&T, &T) -> bool,
    join: fn(&mut Merge, name: &str, versions: [&T; 3]) -> T,
}

const PEOPLE: Kind<Person> = Kind {
    key: |person| person.key.clone(),
    name: |key, _| key.to_owned(),
    shown: |person| {
        let address = person.address.as_ref().map(|address| format!(" <{address}>")).unwrap_or_default();
        format!("{}{address}", person.name)
    },
    // Nobody writes by hand until when somebody is away.
    same: |one, other| *one == Person { away_until: one.away_until, ..other.clone() },
    join: join_person,
};

const INTERVIEWS: Kind<Interview> = Kind {
    key: |interview| interview.round.to_string(),
    name: |key, _| format!("round {key}"),
    shown: |interview| interview.ended.format("%a %-d %b %Y %H:%M").to_string(),
    same: |one, other| one == other,
    join: join_interview,
};

const MEETINGS: Kind<Meeting> = Kind {
    key: |meeting| meeting.person.clone(),
    name: |key, within| format!("{key} in {within}"),
    shown: |meeting| {
        let topics: Vec<&str> = meeting.topics.iter().map(|topic| topic.what.as_str()).collect();
        if topics.is_empty() { "met".to_owned() } else { topics.join("; ") }
    },
    same: |one, other| one == other,
    join: |merge, name, [base, mine, theirs]| Meeting {
        person: theirs.person.clone(),
        topics: merge.list(name, [&base.topics, &mine.topics, &theirs.topics], &TOPICS),
    },
};

const TOPICS: Kind<Topic> = Kind {
    key: |topic| topic.what.clone(),
    name: |key, within| format!("topic \"{key}\" of {within}"),
    shown: |topic| topic.what.clone(),
    same: |one, other| one == other,
    join: |merge, name, [base, mine, theirs]| {
        let part = |merge: &mut Merge, part, of: fn(&Topic) -> Option<&String>| {
            let versions = [of(base), of(mine), of(theirs)];
            merge.value(&format!("{part} of {name}"), versions, |text| optional(*text)).cloned()
        };
        Topic {
            what: theirs.what.clone(),
            why: part(merge, "why", |topic| topic.why.as_ref()),
            fit: part(merge, "fit", |topic| topic.fit.as_ref()),
            need: part(merge, "need", |topic| topic.need.as_ref()),
        }
    },
};

fn join_person(merge: &mut Merge, name: &str, [base, mine, theirs]: [&Person; 3]) -> Person {
    let part = |merge: &mut Merge, part, of: fn(&Person) -> Option<&String>| {
        let versions = [of(base), of(mine), of(theirs)];
        merge.value(&format!("{part} of {name}"), versions, |text| optional(*text)).cloned()
    };
    let names = [&base.name, &mine.name, &theirs.name];
    let addresses = [&base.address, &mine.address, &theirs.address];
    let away = [base.away_until, mine.away_until, theirs.away_until];
    Person {
        key: theirs.key.clone(),
        name: merge.value(&format!("name of {name}"), names, ToString::to_string).clone(),
        goes_by: part(merge, "goes_by", |person| person.goes_by.as_ref()),
        honorific: part(merge, "honorific", |person| person.honorific.as_ref()),
        title: part(merge, "title", |person| person.title.as_ref()),
        address: merge
            .value(&format!("address of {name}"), addresses, |address| {
                optional(address.as_ref().map(EmailAddress::as_str))
            })
            .clone(),
        away_until: merge.value(&format!("absence of {name}"), away, |day| optional(day.as_ref())),
    }
}

fn join_interview(merge: &mut Merge, name: &str, [base, mine, theirs]: [&Interview; 3]) -> Interview {
    let end = |interview: &Interview| (interview.ended, interview.zone.clone(), interview.end);
    let (ended, zone, end) =
        merge.value(&format!("end of {name}"), [end(base), end(mine), end(theirs)], |(ended, zone, _)| {
            format!("{} {zone}", ended.format("%a %-d %b %Y %H:%M"))
        });
    let kinds = [base.kind, mine.kind, theirs.kind];
    let kind = merge.value(&format!("kind of {name}"), kinds, |kind| kind.name().to_owned());
    let meetings = merge.list(name, [&base.meetings, &mine.meetings, &theirs.meetings], &MEETINGS);
    Interview { round: theirs.round, ended, zone, end, kind, meetings }
}

impl Merge {
    /// The value that one side changed, or neither; theirs where both did.
    fn value<T: PartialEq>(
        &mut self,
        what: &str,
        [base, mine, theirs]: [T; 3],
        shown: impl Fn(&T) -> String,
    ) -> T {
        if mine == theirs || mine == base {
            return theirs;
        }
        if theirs == base {
            return mine;
        }
        self.clash(what, shown(&mine), shown(&theirs));
        theirs
    }

    /// Elements of both sides. What one side removed is gone unless the other one changed it.
    fn list<T: Clone + PartialEq>(
        &mut self,
        within: &str,
        [base, mine, theirs]: [&Vec<T>; 3],
        kind: &Kind<T>,
    ) -> Vec<T> {
        if mine == theirs || mine == base {
            return theirs.clone();
        }
        if theirs == base {
            return mine.clone();
        }
        let find = |list: &Vec<T>, key: &str| list.iter().find(|one| (kind.key)(one) == key).cloned();
        let mut merged = Vec::new();
        for their in theirs {
            let key = (kind.key)(their);
            let name = (kind.name)(&key, within);
            match (find(base, &key), find(mine, &key)) {
                (Some(base), Some(mine)) => merged.push((kind.join)(self, &name, [&base, &mine, their])),
                (None, Some(mine)) => {
                    if !(kind.same)(&mine, their) {
                        self.clash(&name, (kind.shown)(&mine), (kind.shown)(their));
                    }
                    merged.push(their.clone());
                }
                (Some(base), None) if (kind.same)(&base, their) => {}
                (Some(_), None) => {
                    self.clash(&name, "removed".to_owned(), (kind.shown)(their));
                    merged.push(their.clone());
                }
                (None, None) => merged.push(their.clone()),
            }
        }
        for mine in mine {
            let key = (kind.key)(mine);
            if find(theirs, &key).is_some() {
                continue;
            }
            match find(base, &key) {
                None => merged.push(mine.clone()),
                Some(base) if (kind.same)(&base, mine) => {}
                Some(_) => {
                    let name = (kind.name)(&key, within);
                    self.clash(&name, (kind.shown)(mine), "removed".to_owned());
                }
            }
        }
        merged
    }

    /// Somebody whom one side removed and the other one still needs.
    fn references(&mut self, merged: &Application, mine: &Application) {
        let met = merged
            .interviews
            .iter()
            .flat_map(|interview| interview.meetings.iter().map(|m| (&m.person, interview.round)))
            .map(|(person, round)| (person, format!("met in round {round}")));
        let roles = [(&merged.contact, "the contact"), (&merged.agent, "the agent")];
        let roles =
            roles.into_iter().filter_map(|(key, role)| key.as_ref().map(|key| (key, role.to_owned())));
        for (key, role) in met.chain(roles).filter(|(key, _)| merged.person(key).is_none()) {
            let removed = "removed".to_owned();
            match mine.person(key) {
                None => self.clash(key, removed, role),
                Some(_) => self.clash(key, role, removed),
            }
        }
    }

    /// One address of two people.
    fn addresses(&mut self, merged: &Application, mine: &Application) {
        for (place, person) in merged.people.iter().enumerate() {
            let Some(address) = &person.address else { continue };
            let same = |other: &&Person| {
                other.address.as_ref().is_some_and(|known| known.canonical() == address.canonical())
            };
            if let Some(other) = merged.people.iter().take(place).find(same) {
                let is_mine =
                    |key: &str| mine.person(key).is_some_and(|mine| mine.address.as_ref() == Some(address));
                let (one, two) = match is_mine(&other.key) {
                    true => (other, person),
                    false => (person, other),
                };
                self.clash(address.as_str(), one.key.clone(), two.key.clone());
            }
        }
    }

    fn clash(&mut self, what: &str, mine: String, theirs: String) {
        let clash = Clash { what: what.to_owned(), mine, theirs };
        if !self.clashes.contains(&clash) {
            self.clashes.push(clash);
        }
    }
}

fn optional<T: ToString + ?Sized>(value: Option<&T>) -> String {
    value.map_or("nothing".to_owned(), T::to_string)
}

fn shown_status(status: &Status) -> String {
    match status {
        Status::Open => "open".to_owned(),
        Status::Closed { reason, .. } if reason.is_empty() => "closed".to_owned(),
        Status::Closed { reason, .. } => format!("closed ({reason})"),
    }
}

fn shown_decision(decision: Option<&Decision>) -> String {
    decision.map_or("nothing".to_owned(), |decision| format!("\"{}\"", decision.words))
}

#[cfg(test)]
mod tests;
