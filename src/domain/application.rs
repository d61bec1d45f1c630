//! One candidacy: a company, a role, the people met, the rounds so far and what was said about
//! the decision. It knows nothing of notes.

mod merge;

use chrono::{DateTime, FixedOffset, NaiveDate};

use super::interview::{Interview, Meeting};
use super::person::{Person, PersonKey};
use super::zone::Zone;

pub use merge::{Clash, Merged, merge};

#[derive(Clone, Debug, PartialEq)]
pub struct Application {
    /// Its name on the command line: `acme`, `acme-2`.
    pub slug: String,
    pub company: String,
    pub role: String,
    /// A shorter role, for subjects.
    pub role_short: Option<String>,
    /// ISO 3166, with a subdivision where one was named: `US`, `DE-BY`.
    pub country: Option<String>,
    pub zone: Option<Zone>,
    pub tone: Tone,
    /// The one person whom follow-ups go to.
    pub contact: Option<PersonKey>,
    /// The agent of an agency: with one, everything goes to them.
    pub agent: Option<PersonKey>,
    pub status: Status,
    pub decision: Option<Decision>,
    pub heard: Vec<Heard>,
    pub people: Vec<Person>,
    /// In the order of their rounds.
    pub interviews: Vec<Interview>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    Formal,
    #[default]
    Warm,
    Brief,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    Open,
    Closed { reason: String, at: DateTime<FixedOffset> },
}

/// When they said that they would decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// In their words, quoted in notes.
    pub words: String,
    /// The day on which it was said.
    pub said_on: NaiveDate,
    /// The last day of what they named, for the owner only; `None` for "soon".
    pub by: Option<NaiveDate>,
}

/// Something that came from them.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    pub at: DateTime<FixedOffset>,
    pub news: News,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// A mail came, and nobody has told yet what it says.
    Wrote,
    Answered,
    Decision,
    Rejected,
    NextRound,
}

impl Application {
    pub fn is_open(&self) -> bool {
        self.status == Status::Open
    }

    pub fn person(&self, key: &str) -> Option<&Person> {
        self.people.iter().find(|p| p.key == key)
    }

    /// Whom a note about `person` is written to: the agent where there is one.
    pub fn recipient(&self, person: &str) -> Option<&Person> {
        match &self.agent {
            Some(agent) => self.person(agent),
            None => self.person(person),
        }
    }

    pub fn interview(&self, round: u32) -> Option<&Interview> {
        self.interviews.iter().find(|i| i.round == round)
    }

    pub fn meeting(&self, round: u32, person: &str) -> Option<&Meeting> {
        self.interview(round)?.meeting(person)
    }

    /// Whether a mail came at `moment` or later, of which its owner has not yet told what it says.
    pub fn waits_for_news_since(&self, moment: DateTime<FixedOffset>) -> bool {
        self.heard
            .iter()
            .any(|heard| heard.news == News::Wrote && heard.at >= moment && !self.has_told_since(heard.at))
    }

    /// When its owner last told of news.
    pub fn told_at(&self) -> Option<DateTime<FixedOffset>> {
        self.heard.iter().filter(|heard| heard.news != News::Wrote).map(|heard| heard.at).max()
    }

    /// Whether its owner has told of news at `moment` or later.
    pub fn has_told_since(&self, moment: DateTime<FixedOffset>) -> bool {
        self.told_at().is_some_and(|at| at >= moment)
    }

    /// The role as subjects name it.
    pub fn short_role(&self) -> &str {
        self.role_short.as_deref().unwrap_or(&self.role)
    }
}

impl Tone {
    pub const ALL: [Tone; 3] = [Tone::Formal, Tone::Warm, Tone::Brief];

    pub fn name(self) -> &'static str {
        match self {
            Tone::Formal => "formal",
            Tone::Warm => "warm",
            Tone::Brief => "brief",
        }
    }

    pub fn named(name: &str) -> Option<Tone> {
        Self::ALL.into_iter().find(|tone| tone.name() == name)
    }
}

impl News {
    pub const ALL: [News; 5] = [News::Wrote, News::Answered, News::Decision, News::Rejected, News::NextRound];

    pub fn name(self) -> &'static str {
        match self {
            News::Wrote => "wrote",
            News::Answered => "answered",
            News::Decision => "decision",
            News::Rejected => "rejected",
            News::NextRound => "next-round",
        }
    }

    pub fn named(name: &str) -> Option<News> {
        Self::ALL.into_iter().find(|news| news.name() == name)
    }
}
