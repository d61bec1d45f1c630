//! The last look before an offer: into INBOX, for an answer that a follow-up must not follow; into
//! Sent, for a note that went out from elsewhere.

mod thanks;

use std::collections::BTreeMap;

use anyhow::Result;
use chrono::{DateTime, FixedOffset};

use super::listen::{self, News};
use super::mailbox::Mailbox;
use crate::adapters::imap::{ImapError, Reach, Session};
use crate::adapters::store::{Store, Which};
use crate::adapters::terminal::Terminal;
use crate::domain::inbound::{Mail, MailKind, is_public_provider};
use crate::domain::interview::Interview;
use crate::domain::note::{Note, NoteId, NoteKind};
use crate::domain::outbox::{Event, State};
use crate::domain::problem::{Kind, Problem};
use crate::domain::text::printable;
use crate::domain::view;
use crate::domain::zone::Zone;

/// What the look needs at hand.
pub struct LastLook<'a> {
    pub mailbox: &'a mut Mailbox,
    pub store: &'a mut Store,
    pub terminal: &'a Terminal,
    pub zone: &'a Zone,
    pub now: DateTime<FixedOffset>,
    pub voice: Voice,
    /// Whether a follow-up is due still, by the record as it is now.
    pub is_due: &'a dyn Fn(&Store, &NoteId) -> Result<bool>,
}

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// Also that nothing came.
    Full,
    /// What is new since somebody was told.
    NewsOnly,
}

/// Why an approved note is not offered now.
#[derive(Clone, Debug, PartialEq)]
pub enum Held {
    /// Its copy lies in Sent; recorded as sent.
    SentBefore { at: DateTime<FixedOffset> },
    /// News came, after which it must not go now.
    Overtaken { why: String, state: State },
    /// Its owner is to say something first.
    Asked { why: String, hint: String },
    /// A follow-up does not go without a look.
    NotLooked(Problem),
    /// Its owner wants to stop here.
    Stopped,
}

/// What a look came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Looked {
    /// All others may go.
    pub held: BTreeMap<NoteId, Held>,
    /// What could not be read, where anything could not.
    pub trouble: Option<Problem>,
}

impl LastLook<'_> {
    /// Looks, and says what it found. The notes that are held back, all others may go.
    pub fn before(&mut self, notes: &[&Note]) -> Result<BTreeMap<NoteId, Held>> {
        let mut session = match self.mailbox.open(self.store, self.terminal) {
            Ok(session) => session,
            Err(problem) => return Ok(self.without(notes, &problem)),
        };
        let Looked { held, trouble } = self.with(&mut session, notes)?;
        if trouble.is_none() {
            session.logout();
        }
        Ok(held)
    }

    /// What is held back where there is no look: every follow-up.
    pub fn without(&self, notes: &[&Note], problem: &Problem) -> BTreeMap<NoteId, Held> {
        let follow_ups: Vec<&Note> = notes.iter().copied().filter(|note| note.kind.is_follow_up()).collect();
        if follow_ups.len() < notes.len() {
            self.terminal.say(&format!(
                "warning: the mailbox cannot be read, so that nobody knows whether it was sent from elsewhere: {problem}"
            ));
        }
        not_looked(&follow_ups, problem).collect()
    }

    /// The same look with a session that is open already.
    pub fn with(&mut self, session: &mut Session, notes: &[&Note]) -> Result<Looked> {
        let follow_ups: Vec<&Note> = notes.iter().copied().filter(|note| note.kind.is_follow_up()).collect();
        let (mut held, mut trouble) = (BTreeMap::new(), None);
        let awaited = notes.iter().copied().filter(|note| waits_for_mail(note)).collect::<Vec<_>>();
        if !awaited.is_empty() {
            match self.answers(session, &awaited)? {
                Ok(found) => held.extend(found),
                Err(problem) if problem.kind == Kind::Interrupted => return Err(problem.into()),
                Err(problem) => {
                    if follow_ups.len() < awaited.len() {
                        self.terminal
                            .say(&format!("warning: your inbox was not checked for replies: {problem}"));
                    }
                    held.extend(not_looked(&follow_ups, &problem));
                    trouble = Some(problem);
                }
            }
        }
        let fresh = notes.iter().copied().filter(|note| note.offers == 0 && !held.contains_key(&note.id));
        let fresh: Vec<&Note> = fresh.collect();
        match self.sent_before(session, &fresh) {
            Ok(found) => held.extend(found),
            Err(error) => match error.downcast::<Problem>() {
                Ok(problem) if problem.kind == Kind::Interrupted || problem.kind == Kind::NeedsYou => {
                    return Err(problem.into());
                }
                Ok(problem) => {
                    self.terminal.say(&format!("warning: the folder of sent mail cannot be read: {problem}"));
                    trouble = Some(problem);
                }
                Err(error) => return Err(error),
            },
        }
        Ok(Looked { held, trouble })
    }

    /// A look for answers alone, said on the terminal. A failure means that no follow-up may go.
    pub fn for_answers(&mut self, follow_ups: &[&Note]) -> Result<BTreeMap<NoteId, Held>> {
        let mut session = self.mailbox.open(self.store, self.terminal)?;
        let held = self.answers(&mut session, follow_ups)??;
        session.logout();
        Ok(held)
    }

    fn answers(
        &mut self,
        session: &mut Session,
        notes: &[&Note],
    ) -> Result<Result<BTreeMap<NoteId, Held>, Problem>> {
        let reading = match listen::read(session, self.mailbox, self.store, self.now) {
            Ok(reading) => reading,
            Err(error) => return Ok(Err(error.downcast::<Problem>()?)),
        };
        for warning in &reading.warnings {
            self.terminal.say(&format!("warning: {}", printable(warning)));
        }
        for news in &reading.news {
            self.say_news(news);
        }
        let mut held = BTreeMap::new();
        for note in notes {
            let slug = &note.application;
            // What the look has just stopped is asked about no more.
            if let Some(stopped) = self.stopped(note)? {
                held.insert(note.id.clone(), stopped);
                continue;
            }
            if note.kind == NoteKind::ThankYou {
                held.extend(self.crosses_an_answer(note)?.map(|why| (note.id.clone(), why)));
                continue;
            }
            let questions = listen::of_application(self.store, slug)?;
            let (open, news) = listen::ask(self.store, self.terminal, questions, self.zone, self.now)?;
            for news in &news {
                self.say_news(news);
            }
            if let Some(question) = open.first() {
                let why = view::question_text(&question.mail, self.zone);
                let hint = format!(
                    "`thanks sync` asks; or `thanks heard {slug} --answered`, or `thanks nudge {slug} --no-answer`"
                );
                held.insert(note.id.clone(), Held::Asked { why, hint });
            } else if !(self.is_due)(self.store, &note.id)? {
                let stopped = self.stopped(note)?;
                let why = "it is not due any more after what came".to_owned();
                let overtaken = stopped.unwrap_or(Held::Overtaken { why, state: note.state });
                held.insert(note.id.clone(), overtaken);
            } else if self.voice == Voice::Full {
                self.say_nothing_came(note)?;
            }
        }
        Ok(Ok(held))
    }

    /// A note that cannot leave any more, by the record as it is now.
    fn stopped(&self, note: &Note) -> Result<Option<Held>> {
        let known = self
            .store
            .note(&note.id)?
            .filter(|known| known.state == State::Withdrawn || known.state.has_left());
        Ok(known.map(|known| {
            let why = known.detail.unwrap_or_else(|| format!("it is {} already", known.state.name()));
            Held::Overtaken { why, state: known.state }
        }))
    }

    fn say_news(&self, news: &News) {
        self.terminal.say(&view::news_text(&news.mail, &news.withdrawn, self.zone));
    }

    /// "mailbox read: nothing from Jane Doe or acme.example since Thu 5 Mar": the end of the interview,
    /// or the last news that were told, which is where what counts begins.
    fn say_nothing_came(&self, note: &Note) -> Result<()> {
        let application = self.store.application(&note.application)?;
        let since = application.and_then(|application| {
            let ended = application.interview(note.round).map(Interview::may_end_from);
            ended.into_iter().chain(application.told_at()).max()
        });
        let who = note.to.as_ref().map(|to| {
            let name = to.name.as_ref().map_or(to.address.as_str(), |name| name.as_str());
            let domain = to.address.ascii_domain();
            match is_public_provider(&domain) {
                true => name.to_owned(),
                false => format!("{name} or {domain}"),
            }
        });
        let since = since.map(|at| format!(" since {}", self.zone.at(at.to_utc()).format("%a %-d %b")));
        self.terminal.say(&format!(
            "mailbox read: nothing from {}{}",
            printable(&who.unwrap_or_default()),
            since.unwrap_or_default()
        ));
        Ok(())
    }

    fn sent_before(&mut self, session: &mut Session, notes: &[&Note]) -> Result<BTreeMap<NoteId, Held>> {
        let mut held = BTreeMap::new();
        if notes.is_empty() {
            return Ok(held);
        }
        let server = self.mailbox.server.clone();
        let failed = |error: ImapError| error.problem(&server);
        let folder = self.mailbox.sent_folder(session)?;
        if let Some(guess) = self.mailbox.guess_to_say() {
            self.terminal.say(&guess);
        }
        let Some(folder) = folder else {
            self.terminal.say("warning: no folder of sent mail is known; name it with sent in [imap]");
            return Ok(held);
        };
        let (all, mut seen) = (self.store.notes(Which::All)?, self.store.seen_mail()?);
        for note in notes {
            let ids: Vec<&str> = note.known_ids().collect();
            let to = note.to.as_ref().map(|to| to.address.as_str());
            let today = self.zone.at(self.now.to_utc()).date_naive();
            let today_s = Note { departs_on: today, ..(*note).clone() };
            let found = session.find_in_sent(&folder, &ids, to, Some(today)).map_err(failed)?;
            if let Some(copy) = found.with_id.first() {
                let (mail, server_id) = listen::copy_of(note, copy, self.now);
                self.say_copy(note, mail.received);
                let why = "found in Sent before it was offered";
                let found = self.record_found(&note.id, mail.received, why, server_id.as_deref())?;
                held.insert(note.id.clone(), found);
                continue;
            }
            if found.reach != Reach::Whole {
                self.terminal.say(&format!(
                    "warning: Sent can't be searched, so it's not known whether {} was sent from elsewhere",
                    note.id
                ));
            }
            let after = self.last_met(note)?;
            let alike = listen::likely(&found.to_them, &today_s, &all, self.zone);
            let copies = alike.into_iter().map(|copy| listen::copy_of(note, copy, self.now));
            let unread = found.unread.iter();
            let unread =
                unread.map(|one| (listen::unread_mail(one, "Sent", &note.application, self.now), None));
            for (mail, server_id) in copies.chain(unread) {
                if seen.contains(&mail.key) || after.is_some_and(|after| mail.received < after) {
                    continue;
                }
                let is_read = mail.kind == MailKind::Copy;
                match is_read {
                    true => self.say_copy(note, mail.received),
                    false => self.say_unread(&mail),
                }
                let id = &note.id;
                if !self.terminal.is_interactive() {
                    let stamp = self.zone.stamp(mail.received.to_utc());
                    let why = match is_read {
                        true => format!("a mail to them was sent {stamp}"),
                        false => format!("a mail in Sent can't be read, {stamp}: {}", mail.detail),
                    };
                    let hint = format!("`thanks mark {id} sent`, or `thanks send {id}` on a terminal asks");
                    self.store.record_held(id, &why)?;
                    held.insert(id.clone(), Held::Asked { why, hint });
                    break;
                }
                let prompt = format!("Is this {id}? [y]es, record as sent [n]o [q]uit: ");
                match self.terminal.choose(&prompt, "ynq", "`thanks mark NOTE sent` records it")? {
                    'y' => {
                        let why = "found in Sent, its owner says";
                        let found = self.record_found(id, mail.received, why, server_id.as_deref())?;
                        held.insert(id.clone(), found);
                        break;
                    }
                    'n' => {
                        self.store.record_other_copy(&mail)?;
                        seen.push(mail.key);
                    }
                    _ => {
                        let ids = notes.iter().filter(|other| !held.contains_key(&other.id));
                        let stopped: Vec<NoteId> = ids.map(|other| other.id.clone()).collect();
                        held.extend(stopped.into_iter().map(|id| (id, Held::Stopped)));
                        return Ok(held);
                    }
                }
            }
        }
        Ok(held)
    }

    /// Its copy was found in Sent. Another command may have recorded that, or taken the note, first.
    fn record_found(
        &mut self,
        id: &NoteId,
        at: DateTime<FixedOffset>,
        why: &str,
        server_id: Option<&str>,
    ) -> Result<Held> {
        self.store.atomically(|store| {
            let note = store.note(id)?;
            let state = note.map_or(State::Withdrawn, |note| note.state);
            if state.has_left() || state.after(Event::ConfirmSent).is_ok() {
                store.record_sent(id, Event::ConfirmSent, at, why, server_id)?;
                return Ok(Held::SentBefore { at });
            }
            let why = format!("it is {} now: another command was faster", state.name());
            Ok(Held::Overtaken { why, state })
        })
    }

    /// A mail from before the interview is not its thank-you.
    fn last_met(&self, note: &Note) -> Result<Option<DateTime<FixedOffset>>> {
        let application = self.store.application(&note.application)?;
        Ok(application.and_then(|a| a.interview(note.round).map(|round| round.ended)))
    }

    fn say_unread(&self, mail: &Mail) {
        let text = view::mail_text(mail, self.zone);
        self.terminal
            .say(&format!("a mail in your Sent folder can't be read: {text}; {}", printable(&mail.detail)));
    }

    fn say_copy(&self, note: &Note, at: DateTime<FixedOffset>) {
        let to = note.to.as_ref().map(|to| to.address.to_string()).unwrap_or_default();
        let stamp = self.zone.stamp(at.to_utc());
        self.terminal.say(&format!("already in your Sent folder: {to}, {stamp}"));
    }
}

/// A reply may stop it, or question it.
fn waits_for_mail(note: &Note) -> bool {
    note.kind.is_follow_up() || note.kind == NoteKind::ThankYou
}

fn not_looked<'n>(
    notes: &'n [&Note],
    problem: &'n Problem,
) -> impl Iterator<Item = (NoteId, Held)> + use<'n> {
    notes.iter().map(|note| (note.id.clone(), Held::NotLooked(problem.clone())))
}
