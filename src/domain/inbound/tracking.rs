//! Applicant-tracking and scheduling systems: who they are, and how their mail names a company.
//! Whether such a mail is news for an application is decided elsewhere.

use super::{Certainty, Doubt, KnownApplication, Message};
use crate::domain::company::core_name;
use crate::domain::text::words;

/// A label of the domain that such systems send from.
const VENDORS: [&str; 53] = [
    "greenhouse",
    "greenhouse-mail",
    "lever",
    "myworkday",
    "myworkdayjobs",
    "workday",
    "ashbyhq",
    "smartrecruiters",
    "icims",
    "jobvite",
    "taleo",
    "bamboohr",
    "workable",
    "workablemail",
    "breezy",
    "breezy-mail",
    "recruitee",
    "teamtailor",
    "teamtailor-mail",
    "personio",
    "successfactors",
    "softgarden",
    "goodtime",
    "calendly",
    "modernloop",
    "pinpointhq",
    "applytojob",
    "jazzhr",
    "recruiterbox",
    "trakstar",
    "comeet",
    "comeet-notifications",
    "avature",
    "eightfold",
    "phenompeople",
    "hirevue",
    "hackerrank",
    "codility",
    "coderpad",
    "codesignal",
    "testgorilla",
    "hackerearth",
    "bullhorn",
    "rexx-systems",
    "d-vinci",
    "onlyfy",
    "prescreen",
    "welcomekit",
    "flatchr",
    "infojobs",
    "homerun",
    "rippling-ats",
    "selectminds",
];

/// Words of a subject that concern a candidacy.
const TRADE: [&str; 31] = [
    "application",
    "applying",
    "applicant",
    "candidacy",
    "candidate",
    "interview",
    "interviews",
    "interviewing",
    "position",
    "role",
    "hiring",
    "recruiting",
    "recruitment",
    "offer",
    "assessment",
    "availability",
    "vacancy",
    "bewerbung",
    "vorstellungsgespräch",
    "gespräch",
    "stelle",
    "bewerbungsprozess",
    "candidature",
    "entretien",
    "poste",
    "recrutement",
    "candidatura",
    "entrevista",
    "puesto",
    "vacante",
    "selección",
];

/// Whether the domain belongs to a tracking or scheduling system.
pub(super) fn is_vendor(domain: &str) -> bool {
    domain.to_lowercase().split('.').any(|label| VENDORS.contains(&label))
}

pub(super) fn comes_from_vendor(message: &Message) -> bool {
    message
        .from
        .iter()
        .any(|party| party.address.rsplit_once('@').is_some_and(|(_, domain)| is_vendor(domain)))
}

/// Whether the subject is about a candidacy; without it a machine's mail is about anything.
pub(super) fn subject_is_of_the_trade(message: &Message) -> bool {
    words(&message.subject).iter().any(|word| TRADE.contains(&word.as_str()))
}

/// Whether it comes from an address that takes no answers.
pub(super) fn nobody_reads(message: &Message) -> bool {
    message.from.iter().any(|party| {
        let local = party.address.split('@').next().unwrap_or_default().to_lowercase();
        let letters: String = local.chars().filter(|c| c.is_alphanumeric()).collect();
        ["noreply", "donotreply", "notification", "automated", "mailer"]
            .iter()
            .any(|sign| letters.contains(sign))
    })
}

/// Whether a tracking system writes for the company, and how sure that is.
pub(super) fn writes_for(message: &Message, application: &KnownApplication) -> Option<Certainty> {
    let company = Company::of(&application.company)?;
    let named_by_sender = message.from.iter().any(|party| {
        party.name.as_deref().is_some_and(|name| company.is_named_in(name))
            || company.is_account(&party.address)
    });
    let doubt = Certainty::Ask(Doubt::Tracking);
    if comes_from_vendor(message) {
        return match named_by_sender || company.is_named_in(&message.subject) {
            true => Some(Certainty::Sure),
            false => company.is_named_in(message.text.as_deref().unwrap_or_default()).then_some(doubt),
        };
    }
    // A system nobody has heard of: it calls itself by the company's name and is about a candidacy.
    (named_by_sender && nobody_reads(message) && subject_is_of_the_trade(message)).then_some(doubt)
}

/// Whether an invitation names the company.
pub(super) fn invitation_names(message: &Message, application: &KnownApplication) -> bool {
    let Some(company) = Company::of(&application.company) else {
        return false;
    };
    message.calendar.as_ref().is_some_and(|calendar| {
        company.is_named_in(calendar.summary.as_deref().unwrap_or_default())
            || company.is_named_in(&message.subject)
    })
}

/// A company's name in words, without its legal form.
struct Company(Vec<String>);

impl Company {
    fn of(name: &str) -> Option<Company> {
        let name = words(&core_name(name));
        (!name.is_empty()).then_some(Company(name))
    }

    fn is_named_in(&self, text: &str) -> bool {
        words(text).windows(self.0.len()).any(|window| window == self.0)
    }

    /// `acme@tracking.example`, `no-reply@acme.tracking.example`.
    fn is_account(&self, address: &str) -> bool {
        let whole = self.0.concat();
        let address = address.to_lowercase();
        let mut labels = address.split(['@', '.', '+']);
        whole.chars().count() >= 3 && labels.any(|label| label.replace(['-', '_'], "") == whole)
    }
}
