//! The mailbox → answers, absences, bounces and settled doubts, in the record. What a message
//! means is decided in the domain; nothing in the mailbox is changed.

mod doubts;
mod learning;
mod questions;
mod unread;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use chrono::{DateTime, FixedOffset, TimeDelta};

use super::mailbox::Mailbox;
use crate::adapters::imap::{Found, ImapError, Look, Session, Unread, Wanted, Why};
use crate::adapters::mime::incoming;
use crate::adapters::store::{Seen, Store, Which};
use crate::domain::application::Application;
use crate::domain::inbound::{
    Change, Known, KnownApplication, Mail, MailKind, Message, SentNote, Verdict, consequences, judge,
    may_be_report,
};
use crate::domain::note::{Note, NoteId};
use crate::domain::outbox::State;
use crate::domain::problem::{Kind, Problem};

pub use doubts::settle_doubts;
pub(super) use doubts::{copy_of, likely};
pub(super) use learning::learn;
pub use learning::learn_ids;
pub use questions::{ask, of_application};
use unread::Waiting;
pub(super) use unread::unread_mail;

/// So long after a note has left a server may still send it back.
const BOUNCES_COME_WITHIN: TimeDelta = TimeDelta::days(14);

/// What the sender of a report is called, where a server's search has to find it.
const SERVERS: [&str; 5] =
    ["mailer-daemon", "postmaster", "mail delivery", "system administrator", "microsoftexchange"];

/// What a look has brought.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    pub news: Vec<News>,
    pub settled: Vec<Settled>,
    /// What did not work, and was done without.
    pub warnings: Vec<String>,
}

/// A message that was not there before, and what was withdrawn for it.
#[derive(Clone, Debug)]
pub struct News {
    pub mail: Mail,
    pub withdrawn: Vec<NoteId>,
}

/// A doubt that is none any more.
#[derive(Clone, Debug)]
pub struct Settled {
    pub note: NoteId,
    pub at: DateTime<FixedOffset>,
    pub evidence: String,
}

/// Reads INBOX and applies what is new there. A failure says that nothing was read, and is
/// remembered until something is.
pub fn read(
    session: &mut Session,
    mailbox: &Mailbox,
    store: &mut Store,
    now: DateTime<FixedOffset>,
) -> Result<Reading> {
    let read = read_and_apply(session, mailbox, store, now);
    if let Some(problem) = read.as_ref().err().and_then(|error| error.downcast_ref::<Problem>())
        && problem.kind != Kind::Interrupted
    {
        store.record_mailbox_trouble(&problem.message)?;
    }
    read
}

fn read_and_apply(
    session: &mut Session,
    mailbox: &Mailbox,
    store: &mut Store,
    now: DateTime<FixedOffset>,
) -> Result<Reading> {
    let Scan { record, open, known, mut look, letters, mut understood } =
        scan(session, mailbox, Record::of(store)?, now)?;
    let Record { applications, notes, .. } = &record;
    let live = live(&known, applications, now);
    let mut reading = Reading { warnings: std::mem::take(&mut look.warnings), ..Reading::default() };
    for letter in &letters {
        let verdict = judge(&letter.message, &known, letter.received);
        if let Verdict::OwnCopy { note } = &verdict
            && let Some(note) = notes.iter().find(|known| known.id == *note)
        {
            learn(store, note, &letter.found)?;
        }
        if verdict != Verdict::Unrelated {
            understood.insert(letter.found.uid);
        }
        if matches!(verdict, Verdict::Unrelated | Verdict::Own) {
            continue;
        }
        // What the letters before it have changed counts for this one.
        let (applications, notes) =
            store.at_one_moment(|store| Ok((store.applications(Which::All)?, store.notes(Which::All)?)))?;
        let mail = Mail::of(&letter.message, letter.key.clone(), letter.received);
        for change in consequences(&verdict, &letter.message, &mail, &applications, &notes, now) {
            apply(store, change, now, &mut reading)?;
        }
    }
    let waiting = Waiting { applications: &open, since: waiting_since(&live, &known), now };
    waiting.ask(&look, &understood, &known, store, &mut reading)?;
    store.record_mailbox_read(now)?;
    Ok(reading)
}

/// What the record knows before a look.
#[derive(Debug, Default)]
pub struct Record {
    applications: Vec<Application>,
    notes: Vec<Note>,
    /// Keys of the messages that were seen before.
    seen: BTreeSet<String>,
}

impl Record {
    pub fn of(store: &Store) -> Result<Record> {
        let (applications, notes) =
            store.at_one_moment(|store| Ok((store.applications(Which::All)?, store.notes(Which::All)?)))?;
        Ok(Record { applications, notes, seen: store.seen_mail()?.into_iter().collect() })
    }

    /// An id to look for in Sent: that of the newest note that has one.
    pub fn newest_id(&self) -> Option<String> {
        self.notes.iter().rev().find_map(|note| note.message_id.clone())
    }
}

/// INBOX as it is read before a follow-up, before anything is made of it.
pub struct Scan {
    record: Record,
    open: Vec<Application>,
    known: Known,
    pub look: Look,
    letters: Vec<Letter>,
    /// The UIDs of mails whose meaning is known already.
    understood: BTreeSet<u32>,
}

impl Scan {
    /// How many messages could be read.
    pub fn read(&self) -> usize {
        self.letters.len() + self.understood.len()
    }
}

/// Reads INBOX and records nothing.
pub fn scan(
    session: &mut Session,
    mailbox: &Mailbox,
    record: Record,
    now: DateTime<FixedOffset>,
) -> Result<Scan, Problem> {
    let Record { applications, notes, seen } = &record;
    // Who was met for what is over may write for what is not.
    let open: Vec<Application> = applications.iter().filter(|a| a.is_open()).cloned().collect();
    let known = Known::new(mailbox.own.clone(), mailbox.own_name.clone(), &open, notes);
    let live = live(&known, applications, now);
    let met = known.applications.iter().filter_map(|application| application.met).filter(|met| *met <= now);
    let since = live.iter().map(|(_, at)| *at).chain(met).min().unwrap_or(now);
    let wanted = wanted(&known, &live, notes, now);
    let failed = |error: ImapError| -> Problem { error.problem(&mailbox.server) };
    let mut look = session.inbox_since(since.to_utc().date_naive(), &wanted).map_err(failed)?;
    let mut understood = BTreeSet::new();
    let mut letters: Vec<Letter> = Vec::new();
    for found in std::mem::take(&mut look.found) {
        let uid = found.uid;
        match Letter::of(found, now) {
            Ok(letter) if seen.contains(&letter.key) => drop(understood.insert(uid)),
            Ok(letter) => letters.push(letter),
            Err(found) => look.unread.push(Unread::of(&found, Why::NoHeader)),
        }
    }
    // Only of what concerns us the text is fetched: to tell thanks from an answer.
    let unread: Vec<u32> = letters
        .iter()
        .filter(|letter| letter.found.text.is_none() && letter.may_concern(&known))
        .map(|letter| letter.found.uid)
        .collect();
    let texts = session.texts(&unread).map_err(failed)?;
    for letter in &mut letters {
        if let Some(text) = texts.get(&letter.found.uid) {
            letter.read(text);
        }
    }
    let is_read = |uid: &u32| !unread.contains(uid) || texts.contains_key(uid);
    let without_text = letters.extract_if(.., |letter| !is_read(&letter.found.uid));
    look.unread.extend(without_text.map(|letter| Unread::of(&letter.found, Why::NoText)));
    letters.sort_by_key(|letter| letter.received);
    Ok(Scan { record, open, known, look, letters, understood })
}

/// One change, whole, in the record; told if it was not known before.
fn apply(store: &mut Store, change: Change, now: DateTime<FixedOffset>, reading: &mut Reading) -> Result<()> {
    let (mail, seen) = match change {
        Change::Answer { mail, confirms, answers } => {
            let seen = store.record_answer(&mail, confirms.as_ref(), answers.as_ref(), now)?;
            if let (Some(note), Seen::Now { .. }) = (confirms, &seen) {
                let evidence = "they have answered it".to_owned();
                reading.settled.push(Settled { note, at: mail.received, evidence });
            }
            (mail, seen)
        }
        Change::Ask { mail } => {
            let seen = store.record_question(&mail, now)?;
            (mail, seen)
        }
        Change::Away { mail, person, until } => {
            let seen = store.record_away(&mail, &person, until, now)?;
            (mail, seen)
        }
        Change::Bounce { mail, confirms, bounced, stops } => {
            let seen = store.record_bounce(&mail, confirms.as_ref(), &bounced, &stops, now)?;
            (mail, seen)
        }
        Change::Sent { mail, note, at, server_id } => {
            let seen = store.record_evidence(&mail, &note, at, server_id.as_deref())?;
            if seen != Seen::Before {
                reading.settled.push(Settled { note, at, evidence: mail.detail.clone() });
            }
            (mail, seen)
        }
        Change::Note { mail } => {
            let seen = store.record_mail(&mail)?;
            // An answer that its owner has told of before, or a second report of the same bounce.
            if matches!(mail.kind, MailKind::Answer | MailKind::Bounce) {
                return Ok(());
            }
            (mail, seen)
        }
    };
    if let Seen::Now { withdrawn } = seen
        && mail.kind != MailKind::Evidence
    {
        reading.news.push(News { mail, withdrawn });
    }
    Ok(())
}

/// A message on its way to a verdict.
struct Letter {
    key: String,
    found: Found,
    message: Message,
    received: DateTime<FixedOffset>,
}

impl Letter {
    /// The message as it was found where nothing in it can be read.
    fn of(found: Found, now: DateTime<FixedOffset>) -> Result<Letter, Found> {
        let Some(message) = incoming(&found.header, found.text.as_deref()) else { return Err(found) };
        let received = found.internal_date.or(message.date);
        let key = match (&message.message_id, received) {
            (Some(id), _) => id.clone(),
            (None, Some(received)) => format!("uid {}, {}", found.uid, received.to_rfc3339()),
            (None, None) => format!("uid {}, without a date", found.uid),
        };
        Ok(Letter { key, found, message, received: received.unwrap_or(now) })
    }

    fn may_concern(&self, known: &Known) -> bool {
        may_be_report(&self.message)
            || !matches!(judge(&self.message, known, self.received), Verdict::Unrelated | Verdict::Own)
    }

    fn read(&mut self, text: &[u8]) {
        if let Some(message) = incoming(&self.found.header, Some(text)) {
            self.message = message;
        }
    }
}

/// The notes that something may still come of, and when they left.
fn live<'k>(
    known: &'k Known,
    applications: &[Application],
    now: DateTime<FixedOffset>,
) -> Vec<(&'k SentNote, DateTime<FixedOffset>)> {
    let is_open = |slug: &str| applications.iter().any(|a| a.slug == slug && a.is_open());
    known
        .sent
        .iter()
        .filter(|note| is_open(&note.application) || now - note.sent_at <= BOUNCES_COME_WITHIN)
        .map(|note| (note, note.sent_at))
        .collect()
}

/// The open applications among them, each since the interview, or its first note if that is older.
fn waiting_since<'k>(
    live: &[(&'k SentNote, DateTime<FixedOffset>)],
    known: &Known,
) -> BTreeMap<&'k str, DateTime<FixedOffset>> {
    let mut since: BTreeMap<&str, DateTime<FixedOffset>> = BTreeMap::new();
    for (note, at) in live {
        let Some(open) = known.applications.iter().find(|open| open.slug == note.application) else {
            continue;
        };
        let at = open.met.map_or(*at, |met| met.min(*at));
        let first = since.entry(note.application.as_str()).or_insert(at);
        *first = (*first).min(at);
    }
    since
}

fn wanted(
    known: &Known,
    live: &[(&SentNote, DateTime<FixedOffset>)],
    notes: &[Note],
    now: DateTime<FixedOffset>,
) -> Wanted {
    let mut wanted = Wanted::default();
    let about = |slug: &str| live.iter().any(|(note, _)| note.application == slug);
    let counts = |application: &KnownApplication| {
        about(&application.slug) || application.met.is_some_and(|met| met <= now)
    };
    for application in known.applications.iter().filter(|application| counts(application)) {
        let addresses = application.people.iter().filter_map(|person| person.address.as_ref());
        wanted.addresses.extend(addresses.map(ToString::to_string));
        wanted.domains.extend(application.domains.iter().cloned());
    }
    wanted.domains.sort();
    wanted.domains.dedup();
    wanted.message_ids.extend(live.iter().flat_map(|(note, _)| note.message_ids.iter().cloned()));
    if live.iter().any(|(_, at)| now - *at <= BOUNCES_COME_WITHIN) {
        wanted.addresses.extend(SERVERS.map(str::to_owned));
    }
    // Our own copy may prove that a note left.
    if notes.iter().any(|note| note.state == State::Unsure) {
        wanted.addresses.extend(known.own.iter().map(ToString::to_string));
    }
    wanted
}
