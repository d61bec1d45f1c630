//! The record → what comes next → a drafted, checked note. Nothing is sent, and only drafts are
//! written.

mod begin;
mod notes;
mod upcoming;

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use anyhow::{Context, Result};
use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, Utc};
use data_encoding::BASE32_NOPAD;
use sha2::{Digest, Sha256};

use crate::adapters::store::{Store, Which};
use crate::adapters::templates::Templates;
use crate::domain::address::{EmailAddress, Mailbox, PersonName};
use crate::domain::application::{Application, Tone};
use crate::domain::calendar::Calendar;
use crate::domain::checks::{self, Finding};
use crate::domain::company;
use crate::domain::inbound::{Mail, letter_to_reply_to};
use crate::domain::note::{Edited, Note, NoteId, NoteKind, message_id};
use crate::domain::outbox::State;
use crate::domain::phrases;
use crate::domain::policy::{Policy, Step};
use crate::domain::view;
use crate::domain::zone::Zone;

pub use notes::Notes;
pub use upcoming::next_steps;

/// Who writes, as far as the configuration says.
#[derive(Clone, Debug)]
pub struct Sender {
    pub mailbox: Option<Mailbox>,
    pub phone: Option<String>,
    pub zone: Zone,
    /// How alike their notes may be.
    pub limits: checks::Limits,
}

/// The numbers and the calendar of a country.
#[derive(Clone, Debug)]
pub struct Rule {
    pub policy: Policy,
    pub calendar: Calendar,
}

/// How the configuration makes them.
pub type Rules = Box<dyn Fn(Option<&str>) -> Rc<Rule>>;

/// Everything that composing reads: the whole record, since a note must not name the company of
/// another application.
pub struct Desk {
    pub applications: Vec<Application>,
    pub notes: Notes,
    /// What they wrote, as the mailbox had it.
    pub letters: Vec<Mail>,
    pub sender: Sender,
    pub templates: Templates,
    pub rules: Rules,
    pub now: DateTime<Utc>,
    /// Places in `applications`, by slug.
    by_slug: HashMap<String, usize>,
    /// The same by company, however its name is spelled.
    by_company: HashMap<String, Vec<usize>>,
    /// What no note about another application may say; made once a text is checked.
    names: OnceCell<checks::Names>,
}

/// One thing that comes next, with its note if one was begun.
#[derive(Clone, Debug)]
pub struct Item {
    pub id: NoteId,
    pub step: Step,
    pub note: Option<Note>,
}

/// What the owner asks of a draft beyond the record.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    pub template: Option<String>,
    pub tone: Option<Tone>,
    /// Names of checks to override.
    pub allow: Vec<String>,
}

/// A note as it would go out, and what the careful friend says.
#[derive(Clone, Debug)]
pub struct Draft {
    pub note: Note,
    pub step: Step,
    pub findings: Vec<Finding>,
    /// What the record would say now, where its owner's own words were kept.
    pub difference: Option<String>,
    /// When the note that it follows went out.
    pub thread_of: Option<DateTime<FixedOffset>>,
}

impl Desk {
    pub fn open(
        store: &Store,
        sender: Sender,
        templates: Templates,
        rules: Rules,
        now: DateTime<Utc>,
    ) -> Result<Desk> {
        let (applications, notes, letters) = store.at_one_moment(|store| {
            Ok((store.applications(Which::All)?, store.notes(Which::All)?, store.letters()?))
        })?;
        let notes = Notes::new(notes);
        Ok(Desk::new(applications, notes, letters, sender, templates, rules, now))
    }

    fn new(
        applications: Vec<Application>,
        notes: Notes,
        letters: Vec<Mail>,
        sender: Sender,
        templates: Templates,
        rules: Rules,
        now: DateTime<Utc>,
    ) -> Desk {
        let mut by_slug = HashMap::new();
        let mut by_company: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, application) in applications.iter().enumerate() {
            by_slug.insert(application.slug.clone(), place);
            by_company.entry(company::key(&application.company)).or_default().push(place);
        }
        let names = OnceCell::new();
        Desk { applications, notes, letters, sender, templates, rules, now, by_slug, by_company, names }
    }

    /// Takes a note into account that was drafted just now, for those that are composed after it.
    pub fn adopt(&mut self, note: &Note) {
        self.notes.put(note.clone());
    }

    /// A desk to tell from what comes next, and what is in doubt: without what is over, so that it
    /// costs the same however long the record grows. Texts are checked at the whole one.
    pub fn of_what_is_current(
        store: &Store,
        sender: Sender,
        templates: Templates,
        rules: Rules,
        now: DateTime<Utc>,
    ) -> Result<Desk> {
        // No reply to a rejection is due so long after it, by any rule.
        let closed_since = (now - TimeDelta::days(30)).to_rfc3339();
        let which = Which::Current { closed_since: &closed_since };
        let (applications, notes, unsure, letters) = store.at_one_moment(|store| {
            let notes = (store.notes(which)?, store.notes_in(State::Unsure)?);
            Ok((store.applications(which)?, notes.0, notes.1, store.letters()?))
        })?;
        let mut notes = Notes::new(notes);
        for note in unsure {
            notes.put(note);
        }
        Ok(Desk::new(applications, notes, letters, sender, templates, rules, now))
    }

    pub fn application(&self, slug: &str) -> Option<&Application> {
        self.applications.get(*self.by_slug.get(slug)?)
    }

    /// Whether a note is written to another address than the record has for its recipient now.
    pub fn is_readdressed(&self, note: &Note) -> bool {
        let application = self.application(&note.application);
        let known = application.and_then(|application| application.recipient(&note.person)?.address.as_ref());
        let written = note.to.as_ref().map(|to| to.address.canonical());
        written.is_some() && known.map(EmailAddress::canonical) != written
    }

    /// The note of an item as it would go out at `departs`, which is the recipient's local time.
    pub fn compose(&self, item: &Item, departs: DateTime<FixedOffset>, wish: &Wish) -> Result<Draft> {
        let (note, difference) = self.write(item, departs, wish)?;
        let application = self.application(&item.step.application).context("no such application")?;
        let findings = self.findings(application, &note);
        let thread_of = self.thread(&note).and_then(|thread| thread.last_sent);
        Ok(Draft { note, step: item.step.clone(), findings, difference, thread_of })
    }

    /// The same without its checks; and how the text of its owner differs from the record's.
    pub fn write(
        &self,
        item: &Item,
        departs: DateTime<FixedOffset>,
        wish: &Wish,
    ) -> Result<(Note, Option<String>)> {
        let application = self.application(&item.step.application).context("no such application")?;
        let mut note = item.note.clone().unwrap_or_else(|| self.begin(item, item.step.zone.at(self.now)));
        let fresh = self.fresh_text(application, item, &note, departs, wish)?;
        let mut difference = None;
        if is_settled(&note) {
            // What was approved or offered is shown as it is; editing it takes a step of its own.
        } else if note.edited == Edited::ByOwner {
            if note.facts != fresh.facts && !note.facts.is_empty() {
                difference = Some(view::difference(&note.body, &fresh.body));
            }
            note.facts = fresh.facts;
        } else {
            note.template = fresh.template;
            note.subject = fresh.subject;
            note.body = fresh.body;
            note.facts = fresh.facts;
        }
        if !is_settled(&note) {
            note.departs_on = departs.date_naive();
            note.send_after = None;
            note.send_before = item.step.latest.filter(|latest| *latest > departs);
            self.address(application, &mut note)?;
        }
        note.allowed.extend(wish.allow.iter().cloned());
        note.allowed.sort();
        note.allowed.dedup();
        Ok((note, difference))
    }

    /// What the checks say of a note's present text.
    pub fn findings(&self, application: &Application, note: &Note) -> Vec<Finding> {
        let me = self.sender.mailbox.as_ref().and_then(|mailbox| mailbox.name.as_ref());
        checks::check(&checks::Subject {
            note,
            application,
            me: me.map(PersonName::as_str),
            names: self.names.get_or_init(|| checks::Names::of(&self.applications)),
            siblings: &self.siblings(application, note),
            limits: self.sender.limits,
        })
    }

    /// Names that must not stray into a note of this application.
    /// Other notes to the same company that a recipient might lay beside this one.
    fn siblings(&self, application: &Application, note: &Note) -> Vec<checks::Sibling<'_>> {
        let same_company = self.by_company.get(&company::key(&application.company));
        same_company
            .into_iter()
            .flatten()
            .filter_map(|place| self.applications.get(*place))
            .flat_map(|application| self.notes.phrased(&application.slug))
            .filter(|(other, _)| {
                other.id != note.id && other.kind == note.kind && other.person != note.person
            })
            .filter(|(other, _)| other.state != State::Withdrawn)
            .map(|(other, phrasing)| checks::Sibling { id: other.id.as_str(), phrasing })
            .collect()
    }

    fn fresh_text(
        &self,
        application: &Application,
        item: &Item,
        note: &Note,
        departs: DateTime<FixedOffset>,
        wish: &Wish,
    ) -> Result<Fresh> {
        let tone = wish.tone.unwrap_or(application.tone);
        let template = match &wish.template {
            Some(name) => name.clone(),
            None => template_for(application, tone, &item.step, departs).to_owned(),
        };
        let thread = self.thread(note);
        let me = self.sender.mailbox.as_ref().and_then(|mailbox| mailbox.name.as_ref());
        let values = phrases::values(&phrases::Facts {
            application,
            person: &item.step.person,
            round: item.step.round,
            kind: item.step.kind,
            tone,
            departs,
            sender: me.map(PersonName::as_str),
            phone: self.sender.phone.as_deref(),
            thanked_on: self.thanked_on(note, &item.step.zone),
            thread_subject: thread.as_ref().map(|thread| thread.subject.as_str()),
        });
        let rendered = self.templates.render(&template, &values)?;
        let facts = hash_of(&template, &values);
        Ok(Fresh { template, subject: rendered.subject, body: rendered.body, facts })
    }

    /// The local day on which that person was first thanked for that round.
    fn thanked_on(&self, note: &Note, zone: &Zone) -> Option<NaiveDate> {
        self.notes
            .of_application(&note.application)
            .filter(|other| other.person == note.person)
            .filter(|other| other.round == note.round && other.kind == NoteKind::ThankYou)
            .find_map(|other| other.sent_at)
            .map(|at| zone.at(at.to_utc()).date_naive())
    }

    /// Sender, recipient, thread and Message-ID, as far as they are known.
    fn address(&self, application: &Application, note: &mut Note) -> Result<()> {
        note.from.clone_from(&self.sender.mailbox);
        note.to = application.recipient(&note.person).and_then(|person| {
            person.address.clone().map(|address| Mailbox { name: Some(person.name.clone()), address })
        });
        if let Some(thread) = self.thread(note) {
            note.in_reply_to = Some(thread.last_id);
            note.references = thread.ids;
        }
        let (Some(from), Some(to)) = (&note.from, &note.to) else {
            note.message_id = None;
            return Ok(());
        };
        let interview = application.interview(note.round).context("the interview is missing")?;
        // The same person met for two roles on one day: the second note is another one.
        loop {
            let id = message_id(&from.address, &to.address, interview.date(), note.kind, note.ordinal);
            if !self.notes.is_taken(&id, &note.id) {
                note.message_id = Some(id);
                return Ok(());
            }
            note.ordinal += 1;
        }
    }

    /// The thread that a follow-up or a reply continues: the letter that is replied to where it is
    /// known, else what was last sent to that person.
    fn thread(&self, note: &Note) -> Option<Thread> {
        match note.kind {
            NoteKind::ThankYou => None,
            NoteKind::Nudge | NoteKind::CloseOut => self.own_thread(note),
            NoteKind::RejectionReply | NoteKind::NextRoundReply => {
                self.thread_of_theirs(note).or_else(|| self.own_thread(note))
            }
        }
    }

    fn thread_of_theirs(&self, note: &Note) -> Option<Thread> {
        let application = self.application(&note.application)?;
        let to = application.recipient(&note.person)?.address.as_ref()?;
        let letter = letter_to_reply_to(&self.letters, application, to)?;
        let last_id = letter.message_id()?.to_owned();
        let ids = vec![last_id.clone()];
        Some(Thread { subject: letter.reply_subject()?, last_id, ids, last_sent: Some(letter.received) })
    }

    fn own_thread(&self, note: &Note) -> Option<Thread> {
        let mut sent: Vec<&Note> = self
            .notes
            .of_application(&note.application)
            .filter(|other| other.person == note.person)
            .filter(|other| other.id != note.id && matches!(other.state, State::Sent | State::Answered))
            .collect();
        sent.sort_by_key(|other| other.sent_at);
        let last = sent.last()?;
        // Where the server gave it another id, answers refer to that one, and some to ours.
        let mut ids = last.references.clone();
        ids.extend(last.known_ids().map(str::to_owned));
        let last_id = ids.last()?.clone();
        let subject = last.subject.strip_prefix("Re: ").unwrap_or(&last.subject);
        Some(Thread { subject: format!("Re: {subject}"), last_id, ids, last_sent: last.sent_at })
    }
}

/// Whether the text stands as it is: approved, offered or gone. What was offered and refused for
/// good may be written anew.
pub fn is_settled(note: &Note) -> bool {
    match note.state {
        State::Drafted | State::Refused => false,
        State::Expired => note.offers > 0,
        _ => true,
    }
}

/// The template for a step, where its owner names none.
fn template_for(
    application: &Application,
    tone: Tone,
    step: &Step,
    departs: DateTime<FixedOffset>,
) -> &'static str {
    let promised: Option<NaiveDate> = application.decision.as_ref().and_then(|decision| decision.by);
    match step.kind {
        NoteKind::ThankYou if step.latest.is_some_and(|latest| latest < departs) => "thank-you-late",
        NoteKind::ThankYou if tone == Tone::Brief => "thank-you-brief",
        NoteKind::ThankYou => "thank-you",
        NoteKind::Nudge if promised.is_some_and(|day| day < departs.date_naive()) => "nudge-past-date",
        NoteKind::Nudge => "nudge",
        NoteKind::CloseOut => "close-out",
        NoteKind::RejectionReply => "rejection-reply",
        NoteKind::NextRoundReply => "next-round-reply",
    }
}

struct Fresh {
    template: String,
    subject: String,
    body: String,
    facts: String,
}

struct Thread {
    subject: String,
    last_id: String,
    ids: Vec<String>,
    last_sent: Option<DateTime<FixedOffset>>,
}

fn hash_of(template: &str, values: &BTreeMap<&'static str, String>) -> String {
    let mut hash = Sha256::new();
    for part in std::iter::once(template).chain(values.iter().flat_map(|(key, value)| [*key, value.as_str()]))
    {
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    BASE32_NOPAD.encode(&hash.finalize())
}
