//! What follows from a message for the record: one or more changes, each of which is applied
//! whole. It changes nothing itself.

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta};

use super::{About, Certainty, Doubt, Message, Verdict};
use crate::domain::application::Application;
use crate::domain::note::{Note, NoteId};
use crate::domain::outbox::State;
use crate::domain::person::PersonKey;

/// An absence that lasts longer is asked about (etiquette 2.1).
const LONGEST_ABSENCE: TimeDelta = TimeDelta::days(30);
/// An answer can arrive before the note is recorded as sent, and clocks differ.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(5);

/// A message that concerns an application, as it is remembered: sender, subject and detail are a
/// stranger's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The same at each look: the Message-ID, else its place in the mailbox.
    pub key: String,
    pub application: String,
    pub note: Option<NoteId>,
    pub kind: MailKind,
    pub sender: String,
    pub subject: String,
    pub received: DateTime<FixedOffset>,
    /// Why it is asked about, or what it says that matters.
    pub detail: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailKind {
    Answer,
    /// Perhaps an answer.
    Doubtful,
    /// Thanks and nothing else.
    Courtesy,
    /// A machine's answer that says nothing.
    Automatic,
    Away,
    Bounce,
    Delayed,
    /// A server's word, or our own copy, that says that a note went out.
    Evidence,
    /// A mail in Sent that may be one of the notes.
    Copy,
    /// A mail that could not be read, or more of them than were read.
    Unread,
}

/// What is to be done about a message.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Everything pending of the application stops (T12).
    Answer {
        mail: Mail,
        /// A note in doubt that it refers to, which has therefore arrived.
        confirms: Option<NoteId>,
        answers: Option<NoteId>,
    },
    /// The owner is asked, and meanwhile no follow-up goes.
    Ask { mail: Mail },
    /// Somebody is away, until the day on which they are there again.
    Away { mail: Mail, person: PersonKey, until: NaiveDate },
    /// The note came back, and what is pending to the same address stops (T15).
    Bounce {
        mail: Mail,
        confirms: Option<NoteId>,
        bounced: NoteId,
        /// Pending notes to the same address.
        stops: Vec<NoteId>,
    },
    /// A note in doubt went out.
    Sent {
        mail: Mail,
        note: NoteId,
        at: DateTime<FixedOffset>,
        /// What the server calls it, if it gave it another id.
        server_id: Option<String>,
    },
    /// Nothing but that it was seen.
    Note { mail: Mail },
}

/// What a verdict on a message comes to; nothing where it concerns nobody, or tells what is known.
pub fn consequences(
    verdict: &Verdict,
    message: &Message,
    mail: &Mail,
    applications: &[Application],
    notes: &[Note],
    now: DateTime<FixedOffset>,
) -> Vec<Change> {
    let case = Case { message, mail, applications, notes, now };
    match verdict {
        Verdict::Answer { about, certainty: Certainty::Sure } => case.answer(about),
        Verdict::Answer { about, certainty: Certainty::Ask(doubt) } => {
            case.ask(about, MailKind::Doubtful, doubt.words())
        }
        Verdict::Courtesy { about } => case.ask(about, MailKind::Courtesy, "it says thanks and nothing else"),
        Verdict::AutoReply { about } => {
            vec![Change::Note { mail: case.mail_of(about, MailKind::Automatic, "an automatic answer") }]
        }
        Verdict::OutOfOffice { about, returns } => case.away(about, *returns),
        Verdict::Bounce { note, reason, .. } => case.bounce(note, reason),
        Verdict::Delayed { note } => case.evidence(note, MailKind::Delayed, "a server is still trying"),
        Verdict::Delivered { note } => case.evidence(note, MailKind::Evidence, "a server has passed it on"),
        Verdict::OwnCopy { note } => case.evidence(note, MailKind::Evidence, "your copy of it came"),
        Verdict::Own | Verdict::Unrelated => Vec::new(),
    }
}

struct Case<'a> {
    message: &'a Message,
    mail: &'a Mail,
    applications: &'a [Application],
    notes: &'a [Note],
    now: DateTime<FixedOffset>,
}

impl Case<'_> {
    fn mail_of(&self, about: &About, kind: MailKind, detail: &str) -> Mail {
        Mail {
            application: about.application.clone(),
            note: about.note.clone(),
            kind,
            detail: detail.to_owned(),
            ..self.mail.clone()
        }
    }

    fn application(&self, slug: &str) -> Option<&Application> {
        self.applications.iter().find(|application| application.slug == slug)
    }

    fn note(&self, id: &NoteId) -> Option<&Note> {
        self.notes.iter().find(|note| note.id == *id)
    }

    /// Whether the mail can change nothing any more: the application is over, its owner has told of
    /// news since, or they have met since.
    fn is_overtaken(&self, slug: &str) -> bool {
        self.application(slug).is_none_or(|application| {
            !application.is_open()
                || application.has_told_since(self.mail.received)
                || application
                    .interviews
                    .iter()
                    .any(|round| round.ended <= self.now && self.mail.received < round.may_end_from())
        })
    }

    /// Whether it may have come before an interview of the same day, of which only the day is known.
    fn may_be_older(&self, slug: &str) -> bool {
        self.application(slug).is_some_and(|application| {
            application
                .interviews
                .iter()
                .any(|round| round.may_end_from() <= self.mail.received && self.mail.received < round.ended)
        })
    }

    fn answer(&self, about: &About) -> Vec<Change> {
        let mail = self.mail_of(about, MailKind::Answer, "");
        if self.is_overtaken(&about.application) {
            return vec![Change::Note { mail }];
        }
        if about.note.is_none() && self.may_be_older(&about.application) {
            return self.ask(about, MailKind::Doubtful, Doubt::DayOfInterview.words());
        }
        let named = about.note.as_ref().and_then(|id| self.note(id));
        let confirms = named.filter(|note| is_in_doubt(note) && self.refers_to(note));
        let last = || {
            self.notes
                .iter()
                .filter(|note| note.application == about.application && note.state == State::Sent)
                .filter(|note| note.sent_at.is_some_and(|at| at - CLOCKS_DIFFER <= self.mail.received))
                .max_by_key(|note| note.sent_at)
        };
        let answers = named.filter(|note| note.state == State::Sent).or(confirms).or_else(last);
        let id = |note: &Note| note.id.clone();
        vec![Change::Answer { mail, confirms: confirms.map(id), answers: answers.map(id) }]
    }

    fn refers_to(&self, note: &Note) -> bool {
        let referred = self.message.in_reply_to.iter().chain(&self.message.references);
        referred.map(String::as_str).any(|id| note.known_ids().any(|known| known == id))
    }

    /// One question for each application that may be meant.
    fn ask(&self, about: &About, kind: MailKind, why: &str) -> Vec<Change> {
        let meant = std::iter::once(&about.application).chain(&about.others);
        meant
            .filter(|slug| !self.is_overtaken(slug))
            .map(|slug| {
                let note = about.note.clone().filter(|_| *slug == about.application);
                let mail = Mail { application: slug.clone(), note, ..self.mail_of(about, kind, why) };
                Change::Ask { mail }
            })
            .collect()
    }

    fn away(&self, about: &About, returns: Option<NaiveDate>) -> Vec<Change> {
        let plausible = |until: &NaiveDate| *until - self.mail.received.date_naive() <= LONGEST_ABSENCE;
        match (returns.filter(plausible), &about.person) {
            (Some(until), Some(person)) => {
                let detail = format!("away until {}", until.format("%a %-d %b"));
                let mail = self.mail_of(about, MailKind::Away, &detail);
                vec![Change::Away { mail, person: person.clone(), until }]
            }
            _ => {
                let why = match returns {
                    Some(until) => {
                        format!("a machine says that they are away until {}", until.format("%-d %b %Y"))
                    }
                    None => "a machine says that they are away, and no date that can be read".to_owned(),
                };
                self.ask(about, MailKind::Away, &why)
            }
        }
    }

    fn bounce(&self, id: &NoteId, reason: &str) -> Vec<Change> {
        let Some(note) = self.note(id) else { return Vec::new() };
        let mail = self.mail_about(note, MailKind::Bounce, reason);
        let confirms = is_in_doubt(note) && note.state != State::Unsure;
        if note.state != State::Sent && !is_in_doubt(note) {
            return vec![Change::Note { mail }];
        }
        let address = |note: &Note| note.to.as_ref().map(|to| to.address.canonical());
        let stops = self
            .notes
            .iter()
            .filter(|other| other.application == note.application && other.id != note.id)
            .filter(|other| other.person == note.person || address(other) == address(note))
            .filter(|other| other.state.is_pending())
            .map(|other| other.id.clone())
            .collect();
        vec![Change::Bounce { mail, confirms: confirms.then(|| id.clone()), bounced: id.clone(), stops }]
    }

    /// Matters only for what is in doubt; that a server is still trying is said anyway.
    fn evidence(&self, id: &NoteId, kind: MailKind, what: &str) -> Vec<Change> {
        let Some(note) = self.note(id) else { return Vec::new() };
        let mail = self.mail_about(note, kind, what);
        if !is_in_doubt(note) {
            return if kind == MailKind::Delayed { vec![Change::Note { mail }] } else { Vec::new() };
        }
        let server_id = self
            .message
            .message_id
            .clone()
            .filter(|_| kind == MailKind::Evidence && !self.message.earlier_ids.is_empty())
            .filter(|other| note.known_ids().all(|known| known != other));
        let at = match kind {
            MailKind::Evidence => self.message.date.unwrap_or(mail.received),
            _ => mail.received,
        };
        vec![Change::Sent { mail, note: id.clone(), at, server_id }]
    }

    fn mail_about(&self, note: &Note, kind: MailKind, detail: &str) -> Mail {
        let about =
            About { application: note.application.clone(), note: Some(note.id.clone()), ..About::default() };
        self.mail_of(&about, kind, detail)
    }
}

/// Whether a note may have left: nobody knows, or a server took it back after the whole text.
fn is_in_doubt(note: &Note) -> bool {
    note.state == State::Unsure || (note.state == State::Approved && note.offers > 0)
}

impl Mail {
    /// Sender, subject and arrival alone, before anything is known of its meaning.
    pub fn of(message: &Message, key: String, received: DateTime<FixedOffset>) -> Mail {
        let sender = message.from.first().map(|party| match &party.name {
            Some(name) if party.address.is_empty() => name.clone(),
            Some(name) => format!("{name} <{}>", party.address),
            None => party.address.clone(),
        });
        Mail {
            key,
            application: String::new(),
            note: None,
            kind: MailKind::Automatic,
            sender: sender.unwrap_or_else(|| "nobody".to_owned()),
            subject: message.subject.clone(),
            received,
            detail: String::new(),
        }
    }
}

impl MailKind {
    pub const ALL: [MailKind; 10] = [
        MailKind::Answer,
        MailKind::Doubtful,
        MailKind::Courtesy,
        MailKind::Automatic,
        MailKind::Away,
        MailKind::Bounce,
        MailKind::Delayed,
        MailKind::Evidence,
        MailKind::Copy,
        MailKind::Unread,
    ];

    pub fn name(self) -> &'static str {
        match self {
            MailKind::Answer => "answer",
            MailKind::Doubtful => "doubtful",
            MailKind::Courtesy => "courtesy",
            MailKind::Automatic => "automatic",
            MailKind::Away => "away",
            MailKind::Bounce => "bounce",
            MailKind::Delayed => "delayed",
            MailKind::Evidence => "evidence",
            MailKind::Copy => "copy",
            MailKind::Unread => "unread",
        }
    }

    pub fn named(name: &str) -> Option<MailKind> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
