//! What is known before a message is read: our addresses, the notes that were offered, and the
//! people and companies they were about.

use chrono::{DateTime, FixedOffset, TimeDelta};

use super::tracking;
use super::{Message, Party};
use crate::domain::address::EmailAddress;
use crate::domain::application::Application;
use crate::domain::interview::Interview;
use crate::domain::note::{Note, NoteId};
use crate::domain::outbox::State;
use crate::domain::person::PersonKey;
use crate::domain::text::words;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Known {
    /// Every address that we write from.
    pub own: Vec<EmailAddress>,
    /// Our name, as it stands in From.
    pub own_name: Option<String>,
    pub sent: Vec<SentNote>,
    pub applications: Vec<KnownApplication>,
}

/// A note that a server was offered, be it in doubt.
#[derive(Clone, Debug, PartialEq)]
pub struct SentNote {
    pub id: NoteId,
    pub application: String,
    pub person: PersonKey,
    /// Ours and the server's, with angle brackets.
    pub message_ids: Vec<String>,
    pub to: EmailAddress,
    pub subject: String,
    /// When it was sent, or made, where nobody knows whether it was sent.
    pub sent_at: DateTime<FixedOffset>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct KnownApplication {
    pub slug: String,
    pub company: String,
    /// As in DNS, lower case; neither public providers nor tracking systems.
    pub domains: Vec<String>,
    /// All who were met, and the agent.
    pub people: Vec<KnownPerson>,
    /// From when on their mail counts, also before any note: the end of the first interview.
    pub met: Option<DateTime<FixedOffset>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct KnownPerson {
    pub key: PersonKey,
    pub name: String,
    pub address: Option<EmailAddress>,
}

/// An automatic answer can arrive before the note is recorded as sent, and clocks differ.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(5);

/// Providers that anybody can have an address at.
const PUBLIC_PROVIDERS: [&str; 38] = [
    "gmail",
    "googlemail",
    "outlook",
    "hotmail",
    "live",
    "msn",
    "yahoo",
    "ymail",
    "rocketmail",
    "icloud",
    "me.com",
    "mac.com",
    "aol",
    "proton",
    "protonmail",
    "pm.me",
    "fastmail",
    "gmx",
    "web.de",
    "t-online",
    "posteo",
    "mailbox.org",
    "freenet.de",
    "zoho",
    "yandex",
    "mail.ru",
    "mail.com",
    "hey.com",
    "tutanota",
    "tuta",
    "orange.fr",
    "wanadoo",
    "laposte",
    "free.fr",
    "libero.it",
    "qq.com",
    "163.com",
    "hushmail",
];

/// Whether a domain says nothing about whom its users work for.
pub fn is_public_provider(domain: &str) -> bool {
    let domain = domain.to_lowercase();
    let first = domain.split('.').next().unwrap_or_default();
    PUBLIC_PROVIDERS
        .iter()
        .any(|provider| if provider.contains('.') { *provider == domain } else { *provider == first })
}

impl Known {
    /// From the record: every note that was ever offered, and all of `applications`.
    pub fn new(
        own: Vec<EmailAddress>,
        own_name: Option<String>,
        applications: &[Application],
        notes: &[Note],
    ) -> Known {
        Known {
            own,
            own_name,
            sent: notes.iter().filter_map(SentNote::of).collect(),
            applications: applications.iter().map(KnownApplication::of).collect(),
        }
    }

    /// Whether we wrote it ourselves.
    pub(super) fn is_own(&self, message: &Message) -> bool {
        message.from.iter().any(|party| self.is_own_address(&party.address))
    }

    /// Whether somebody writes in our name from an address that is not known to be ours.
    pub(super) fn bears_own_name(&self, message: &Message) -> bool {
        let own = self.own_name.as_deref().map(words).unwrap_or_default();
        // "Marsh, Jo" and "Jo A. Marsh" are the same name.
        let is_own = |name: &str| {
            let name = words(name);
            own.iter().all(|word| name.contains(word))
        };
        let is_met = |party: &Party| self.applications.iter().any(|a| a.person_at(&party.address).is_some());
        own.len() > 1
            && message.from.iter().any(|party| !is_met(party) && party.name.as_deref().is_some_and(is_own))
    }

    pub(super) fn is_own_address(&self, address: &str) -> bool {
        let address = identity(address);
        self.own.iter().any(|own| identity(own.as_str()) == address)
    }

    /// The note with one of these ids, the first id that is known deciding.
    pub(super) fn note_of<'a>(&self, ids: impl IntoIterator<Item = &'a String>) -> Option<&SentNote> {
        ids.into_iter().find_map(|id| self.sent.iter().find(|note| note.message_ids.contains(id)))
    }

    /// The last note of an application that was sent before `moment`, to that person if there is one.
    pub(super) fn last_note(
        &self,
        application: &str,
        person: Option<&str>,
        moment: DateTime<FixedOffset>,
    ) -> Option<&SentNote> {
        self.sent
            .iter()
            .filter(|note| note.application == application && note.sent_at - CLOCKS_DIFFER <= moment)
            .max_by_key(|note| (person == Some(note.person.as_str()), note.sent_at))
    }
}

impl SentNote {
    fn of(note: &Note) -> Option<SentNote> {
        let offered = note.state.has_left() || note.state == State::Unsure || note.offers > 0;
        offered.then_some(())?;
        Some(SentNote {
            id: note.id.clone(),
            application: note.application.clone(),
            person: note.person.clone(),
            message_ids: note.known_ids().map(str::to_owned).collect(),
            to: note.to.as_ref()?.address.clone(),
            subject: note.subject.clone(),
            sent_at: note.sent_at.unwrap_or(note.created_at),
        })
    }
}

impl KnownApplication {
    fn of(application: &Application) -> KnownApplication {
        let people: Vec<KnownPerson> = application
            .people
            .iter()
            .map(|person| KnownPerson {
                key: person.key.clone(),
                name: person.name.as_str().to_owned(),
                address: person.address.clone(),
            })
            .collect();
        let mut domains: Vec<String> = people
            .iter()
            .filter_map(|person| Some(person.address.as_ref()?.ascii_domain()))
            .filter(|domain| !is_public_provider(domain) && !tracking::is_vendor(domain))
            .collect();
        domains.sort();
        domains.dedup();
        KnownApplication {
            slug: application.slug.clone(),
            company: application.company.clone(),
            domains,
            people,
            met: application.interviews.iter().map(Interview::may_end_from).min(),
        }
    }

    /// The person whose address it is.
    pub(super) fn person_at(&self, address: &str) -> Option<&KnownPerson> {
        let wanted = identity(address);
        self.people.iter().find(|person| {
            person.address.as_ref().is_some_and(|address| identity(address.as_str()) == wanted)
        })
    }

    /// Whether the address is at the company: its domain, one below it, or the one it is below.
    pub(super) fn is_domain_of(&self, address: &str) -> bool {
        let identity = identity(address);
        let Some((_, domain)) = identity.rsplit_once('@') else {
            return false;
        };
        if is_public_provider(domain) || tracking::is_vendor(domain) {
            return false;
        }
        self.domains.iter().any(|known| {
            known == domain || is_below(domain, known) || (is_below(known, domain) && is_registrable(domain))
        })
    }
}

/// The address for comparing: lower case, A-labels, without what follows a `+`.
pub(super) fn identity(address: &str) -> String {
    let canonical = match EmailAddress::parse(address) {
        Ok(address) => address.canonical(),
        Err(_) => address.trim().to_lowercase(),
    };
    match canonical.rsplit_once('@') {
        Some((local, domain)) => {
            let account = local.split('+').next().filter(|account| !account.is_empty()).unwrap_or(local);
            format!("{account}@{domain}")
        }
        None => canonical,
    }
}

fn is_below(domain: &str, parent: &str) -> bool {
    domain.strip_suffix(parent).is_some_and(|rest| rest.ends_with('.'))
}

/// Not an ending that many companies share, such as `co.uk`.
fn is_registrable(domain: &str) -> bool {
    match domain.split('.').collect::<Vec<_>>().as_slice() {
        [] | [_] => false,
        [second, top] => second.len() > 3 || top.len() > 2,
        _ => true,
    }
}
