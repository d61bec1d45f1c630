//! Whether what is told as new is most likely recorded already under another name or date. It
//! decides nothing: its owner is asked, or told.

use chrono::{DateTime, Utc};

use super::{Debrief, Met};
use crate::domain::address::EmailAddress;
use crate::domain::application::Application;
use crate::domain::company;
use crate::domain::interview::Interview;

/// A date this near is likelier a correction than another round.
const NEAR_DAYS: i64 = 3;

/// Another open application that is perhaps the same one.
#[derive(Clone, Debug, PartialEq)]
pub struct Twin<'a> {
    pub application: &'a Application,
    /// The address that stands there too; `None` where it is the company's name that is alike.
    pub address: Option<EmailAddress>,
}

/// What a new application is perhaps a double of: somebody's address is in it already, or its
/// company has nearly the same name.
pub fn twin<'a>(applications: &'a [Application], told: &Debrief) -> Option<Twin<'a>> {
    let open = || applications.iter().filter(|application| application.is_open());
    let shared = open().find_map(|application| {
        let address = told.met.iter().filter_map(|met| met.address.as_ref()).find(|address| {
            let mut known = application.people.iter().filter_map(|person| person.address.as_ref());
            known.any(|known| known.canonical() == address.canonical())
        });
        address.map(|address| Twin { application, address: Some(address.clone()) })
    });
    let company = told.company.as_deref().unwrap_or_default();
    let key = company::key(company);
    let alike = |application: &&Application| {
        folded(&application.company) != folded(company) && company::key(&application.company) == key
    };
    shared.or_else(|| open().find(alike).map(|application| Twin { application, address: None }))
}

/// The last round, where another date that was told is most likely its correction: a few days
/// apart, on the same side of the present, and nobody new was met.
pub fn corrected<'a>(
    application: &'a Application,
    told: &Debrief,
    now: DateTime<Utc>,
) -> Option<&'a Interview> {
    let ended = told.round.as_ref()?.ended;
    let date = ended.date_naive();
    let last = application.interviews.last()?;
    let is_new = application.interviews.iter().all(|interview| interview.date() != date);
    let is_near = (date - last.date()).num_days().abs() <= NEAR_DAYS && (last.ended <= now) == (ended <= now);
    let was_there = |met: &Met| {
        last.meetings.iter().filter_map(|meeting| application.person(&meeting.person)).any(|person| {
            let is_address =
                |known: &EmailAddress, told: &EmailAddress| known.canonical() == told.canonical();
            match (&person.address, &met.address) {
                (Some(known), Some(told)) if is_address(known, told) => true,
                _ => person.name == met.name,
            }
        })
    };
    (is_new && is_near && told.met.iter().all(was_there)).then_some(last)
}

/// In lower case with single blanks.
pub(super) fn folded(name: &str) -> String {
    name.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}
