//! Which application a message is about, and what says so. What it means for it is decided
//! elsewhere.

use chrono::{DateTime, FixedOffset};

use super::known::{KnownPerson, SentNote};
use super::{About, Certainty, Known, KnownApplication, Message};
use super::{subject, tracking};
use crate::domain::text::words;

pub(super) struct Concern {
    pub about: About,
    pub by: By,
}

/// What ties a message to an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// It refers to an id of ours.
    Thread,
    /// It comes from the address of somebody met, or from the agent's.
    Person,
    /// A tracking system writes for the company.
    Tracking(Certainty),
    /// Another address of the company's domain.
    Company,
    /// An unknown address with the name of somebody met.
    Name,
    /// An unknown address, the subject of a note.
    Subject,
    /// An invitation from nobody known that names the company.
    Named,
}

pub(super) fn concern(message: &Message, known: &Known, received: DateTime<FixedOffset>) -> Option<Concern> {
    if let Some(note) = thread(message, known) {
        let sender = known
            .applications
            .iter()
            .find(|application| application.slug == note.application)
            .and_then(|application| sender_of(message, application));
        let person = sender.map_or_else(|| note.person.clone(), |person| person.key.clone());
        return Some(Concern {
            about: About {
                application: note.application.clone(),
                note: Some(note.id.clone()),
                person: Some(person),
                others: Vec::new(),
            },
            by: By::Thread,
        });
    }
    let mut found: Vec<(By, &KnownApplication, Option<&KnownPerson>, Option<&SentNote>)> = known
        .applications
        .iter()
        .filter_map(|application| {
            let (by, person) = tie(message, application, known)?;
            let key = person.map(|person| person.key.as_str());
            let note = known.last_note(&application.slug, key, received);
            let counts = note.is_some() || application.met.is_some_and(|met| met <= received);
            counts.then_some((by, application, person, note))
        })
        .collect();
    // The strongest tie decides, then the note that went out last.
    let strongest = found.iter().map(|(by, ..)| by.rank()).min()?;
    found.retain(|(by, ..)| by.rank() == strongest);
    found.sort_by_key(|(_, application, _, note)| {
        std::cmp::Reverse(note.map(|note| note.sent_at).or(application.met))
    });
    let (by, application, person, note) = *found.first()?;
    Some(Concern {
        about: About {
            application: application.slug.clone(),
            note: note.map(|note| note.id.clone()),
            person: person.map(|person| &person.key).or(note.map(|note| &note.person)).cloned(),
            others: found.iter().skip(1).map(|(_, other, ..)| other.slug.clone()).collect(),
        },
        by,
    })
}

/// The note that a message refers to: what it answers, else the latest of ours in its thread.
fn thread<'k>(message: &Message, known: &'k Known) -> Option<&'k SentNote> {
    known.note_of(message.in_reply_to.iter().chain(message.references.iter().rev()))
}

fn tie<'k>(
    message: &Message,
    application: &'k KnownApplication,
    known: &Known,
) -> Option<(By, Option<&'k KnownPerson>)> {
    if let Some(person) = sender_of(message, application) {
        return Some((By::Person, Some(person)));
    }
    if let Some(certainty) = tracking::writes_for(message, application) {
        return Some((By::Tracking(certainty), None));
    }
    let organizer = message.calendar.as_ref().and_then(|calendar| calendar.organizer.as_deref());
    let mut senders = message.from.iter().map(|party| party.address.as_str()).chain(organizer);
    if senders.any(|address| application.is_domain_of(address)) {
        return Some((By::Company, None));
    }
    let namesake = application.people.iter().find(|person| {
        let name = sorted_words(&person.name);
        name.len() > 1
            && message
                .from
                .iter()
                .any(|party| party.name.as_deref().is_some_and(|other| sorted_words(other) == name))
    });
    if namesake.is_some() {
        return Some((By::Name, namesake));
    }
    let answered = words(subject::bare(&message.subject).text);
    let same = known.sent.iter().any(|note| {
        note.application == application.slug && words(subject::bare(&note.subject).text) == answered
    });
    if same && !answered.is_empty() {
        return Some((By::Subject, None));
    }
    tracking::invitation_names(message, application).then_some((By::Named, None))
}

/// "Doe, Jane" is Jane Doe.
fn sorted_words(name: &str) -> Vec<String> {
    let mut words = words(name);
    words.sort();
    words
}

/// The person met whose address sent it, wants the answer, or organizes the meeting.
fn sender_of<'k>(message: &Message, application: &'k KnownApplication) -> Option<&'k KnownPerson> {
    let organizer = message.calendar.as_ref().and_then(|calendar| calendar.organizer.as_deref());
    message
        .from
        .iter()
        .chain(&message.reply_to)
        .map(|party| party.address.as_str())
        .chain(organizer)
        .find_map(|address| application.person_at(address))
}

impl By {
    /// Whether the sender themselves ties it to the application, and no system does.
    pub(super) fn is_by_hand(self) -> bool {
        matches!(self, By::Thread | By::Company | By::Name | By::Subject)
    }

    /// The lower, the stronger.
    fn rank(self) -> u8 {
        match self {
            By::Thread => 0,
            By::Person => 1,
            By::Tracking(Certainty::Sure) => 2,
            By::Tracking(Certainty::Ask(_)) => 3,
            By::Company => 4,
            By::Name => 5,
            By::Subject => 6,
            By::Named => 7,
        }
    }
}
