//! What the timer calls: the mailbox is read, then what is approved, due and still right is sent.
//! It approves nothing, and says nothing without news.

use std::time::Duration;

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::super::outcome::{self, Manner, NoteOutcome};
use crate::adapters::config;
use crate::adapters::journal::SendLock;
use crate::adapters::store::{self, Store};
use crate::commands::App;
use crate::domain::note::{Note, NoteId};
use crate::domain::outbox::{Event, State};
use crate::domain::present;
use crate::domain::problem::{Kind, Problem};
use crate::domain::retry::{self, Pause};
use crate::domain::view;
use crate::flow::account::Account;
use crate::flow::compose::{Desk, Draft, Item, Wish};
use crate::flow::filing;
use crate::flow::fitness::{Day, is_still_right};
use crate::flow::listen;
use crate::flow::mailbox::{Hold, Mailbox};
use crate::flow::outgoing::Verdict;
use crate::flow::outgoing::departure::{opening, opening_hours};
use crate::flow::refusal::Admission;

/// Unattended notes of one day, so that a defect cannot flood anybody.
const MOST_A_DAY: usize = 20;
/// Between two of them.
const SPACING: Duration = Duration::from_secs(20);
/// A run comes so long after a plan at most; within it the owner's own moment counts, whatever the
/// hour is there.
const ON_TIME: TimeDelta = TimeDelta::minutes(15);
/// A follow-up that missed its moment by more is planned anew (T16).
const MISSED: TimeDelta = TimeDelta::hours(2);

/// Send what is approved and due; what the timer calls
#[derive(Debug, clap::Args)]
pub struct Args {}

#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Every note that was sent, tried, or handed back.
    pub notes: Vec<NoteOutcome>,
    /// What the mailbox brought, and what went wrong on the way.
    pub news: Vec<String>,
    #[serde(skip)]
    pub sent: Vec<outcome::Report>,
    /// Something waits for its owner since before.
    #[serde(skip)]
    pub waiting: Option<Kind>,
}

impl Report {
    /// Whether there is anything to say.
    fn tells(&self) -> bool {
        !self.notes.is_empty() || !self.news.is_empty() || !self.sent.is_empty()
    }

    pub fn gravest(&self) -> Option<Kind> {
        let notes = self.notes.iter().filter_map(|note| note.kind);
        let trouble = self.sent.iter().filter_map(outcome::Report::gravest);
        Kind::gravest(notes.chain(trouble).chain(self.waiting))
    }

    fn wait_for(&mut self, kind: Kind) {
        self.waiting = Kind::gravest(self.waiting.into_iter().chain([kind]));
    }
}

pub fn run(_: &Args, app: &mut App) -> Result<Report> {
    let mut report = Report::default();
    match work(app, &mut report) {
        // What was done is told, whatever becomes of the rest.
        Err(error) if report.tells() => {
            report.news.push(format!("error: {error:#}"));
            report.wait_for(kind_of(&error));
            Ok(report)
        }
        worked => worked.map(|()| report),
    }
}

fn kind_of(error: &anyhow::Error) -> Kind {
    let problem = error.downcast_ref::<Problem>().map(|problem| problem.kind);
    problem.or_else(|| store::kind_of(error)).unwrap_or(Kind::Bug)
}

fn work(app: &mut App, report: &mut Report) -> Result<()> {
    let Some(mut store) = app.existing_store()? else { return Ok(()) };
    // Another sender is at work; what it leaves is for the next run.
    if SendLock::try_take(&app.paths.lock)?.is_none() {
        return Ok(());
    }
    trust(app, &store)?;
    let mailbox = Mailbox::configured(app.config.as_ref())?;
    let mut mailbox = mailbox.map(|mailbox| mailbox.heeding(&app.interrupt));
    if let Some(mailbox) = &mut mailbox {
        sync(app, mailbox, &mut store, report)?;
    }
    let due = due(app, &mut store, mailbox.is_some(), report)?;
    for id in due {
        if !report.sent.is_empty() {
            app.clock.wait(SPACING, || app.interrupt.is_raised());
        }
        if app.interrupt.is_raised() {
            report.wait_for(Kind::Interrupted);
            break;
        }
        // Whoever has it sends, and the next run comes soon.
        let Some(lock) = SendLock::try_take(&app.paths.lock)? else { break };
        let Some(draft) = right_now(app, &mut store, &id, mailbox.is_some(), report)? else { continue };
        let account = account(app, &id)?;
        let account = match &mailbox {
            Some(mailbox) => mailbox.share(account),
            None => account,
        };
        let account = account.sought(&app.terminal);
        if account.is_held(&store)? {
            report.wait_for(Kind::Permission);
            // Said once of each note: from then on it has a next attempt, which is any run.
            if draft.note.next_try.is_none() {
                let why = "the login was refused and is not tried again by itself; `thanks send` tries it";
                report.notes.push(outcome::held_back(&draft.note, Kind::Permission, "waiting", why));
                store.put_off(&id, app.moment())?;
            }
            continue;
        }
        let wire = match store.wire(&id) {
            Ok(wire) => wire.bytes,
            // The others go all the same.
            Err(error) => {
                let why = format!("{error:#}; it was not sent");
                report.notes.push(outcome::held_back(&draft.note, Kind::LocalIo, "waiting", &why));
                continue;
            }
        };
        let verdicts = vec![Verdict::Go { draft, wire }];
        let manner = Manner { lock: Some(lock), day: Day::Worded };
        let mut sent = outcome::deliver(app, &mut store, account, mailbox.clone(), verdicts, manner)?;
        // What its owner may do next is no news.
        sent.next.clear();
        // Another password goes at a later run, and the same one at none.
        if let (Admission::Refused, Some(trouble)) = (sent.admission, &mut sent.trouble) {
            let why = "it is not tried again by itself with this password; `thanks send` tries it";
            trouble.details.push(why.to_owned());
        }
        let is_trouble = sent.trouble.is_some();
        report.sent.push(sent);
        // What the account cannot do for one note it cannot do for the next.
        if is_trouble {
            break;
        }
    }
    store.beat(app.moment())?;
    let is_taken = !store.claimed_elsewhere(&config::machine_id(&app.paths)?)?.is_empty();
    if is_taken || !store.notes_in(State::Unsure)?.is_empty() {
        report.wait_for(Kind::NeedsYou);
    }
    Ok(())
}

/// Whether clock and record can be relied upon while nobody watches.
fn trust(app: &App, store: &Store) -> Result<()> {
    let newest = store.newest()?.map(|at| at.to_utc());
    if let Some(doubt) = present::doubt(app.now, newest) {
        return Err(Problem::new(Kind::NeedsYou, doubt.to_string())
            .detail("nothing was sent")
            .hint("set the clock of this computer right, or send by hand: `thanks send`")
            .into());
    }
    match store.damage()? {
        None => Ok(()),
        Some(damage) => Err(Problem::new(Kind::LocalIo, format!("the database is damaged: {damage}"))
            .detail("nothing was sent")
            .hint("put it back from a copy; `thanks doctor` says more")
            .into()),
    }
}

/// The account that an approved note needs.
fn account(app: &App, id: &NoteId) -> Result<Account> {
    let problem = || {
        Problem::new(Kind::Config, "no mail account is set up")
            .detail(format!("{id} is approved and was not sent"))
            .hint("`thanks init` sets one up")
    };
    Ok(Account::configured(app.config.as_ref())?.ok_or_else(problem)?)
}

/// Trouble with the mailbox is news; a thank-you goes all the same, and a follow-up waits for the
/// look before it.
fn sync(app: &App, mailbox: &mut Mailbox, store: &mut Store, report: &mut Report) -> Result<()> {
    let now = app.local_now();
    if mailbox.hold_if_refused(store, &app.terminal)? == Hold::Closed {
        // That was news when it was refused.
        report.wait_for(Kind::Permission);
        return Ok(());
    }
    let read = mailbox.open(store, &app.terminal).map_err(anyhow::Error::from).and_then(|mut session| {
        let mut reading = listen::read(&mut session, mailbox, store, now)?;
        reading.settled.extend(listen::settle_doubts(&mut session, mailbox, store, &app.zone, now)?);
        filing::file(&mut session, mailbox, store, &mut Vec::new())?;
        // A typed `sync` says what is wrong with Sent.
        if listen::learn_ids(&mut session, mailbox, store, now).is_ok() {
            session.logout();
        }
        Ok(reading)
    });
    match read {
        Ok(reading) => {
            let news = reading.news.iter();
            report.news.extend(news.map(|news| view::news_text(&news.mail, &news.withdrawn, &app.zone)));
            let settled = reading.settled.iter();
            report.news.extend(settled.map(|one| format!("{}: {}", one.note, one.evidence)));
        }
        Err(error) => {
            let problem = error.downcast::<Problem>()?;
            if problem.kind == Kind::Permission {
                report.wait_for(Kind::Permission);
            }
            report.news.push(format!("warning: the mailbox was not read: {}", problem.message));
        }
    }
    Ok(())
}

/// The approved notes that may leave now, the earliest plan first. What is not right any more is
/// handed back to its owner.
fn due(app: &App, store: &mut Store, has_mailbox: bool, report: &mut Report) -> Result<Vec<NoteId>> {
    let mut approved = store.notes_in(State::Approved)?;
    approved.retain(|note| is_time(note, app.clock.now()));
    approved.sort_by_key(|note| note.send_after);
    let Some(first) = approved.first() else { return Ok(Vec::new()) };
    // Without it the sender's name is missing, and every text would seem to have changed.
    account(app, &first.id)?;
    let desk = app.compose_now(store)?;
    let items = desk.items();
    let mut due = Vec::new();
    for note in approved {
        if let Some(draft) = fit(app, store, (&desk, &items), &note, due.len(), has_mailbox, report)? {
            due.push(draft.note.id);
        }
    }
    Ok(due)
}

/// A note right before it is taken: another command may have changed it, its address or its
/// application while this run paused or read the mailbox.
fn right_now(
    app: &App,
    store: &mut Store,
    id: &NoteId,
    has_mailbox: bool,
    report: &mut Report,
) -> Result<Option<Draft>> {
    let note = store.note(id)?.filter(|note| note.state == State::Approved);
    let Some(note) = note.filter(|note| is_time(note, app.clock.now())) else { return Ok(None) };
    let desk = app.compose_now(store)?;
    let items = desk.items();
    fit(app, store, (&desk, &items), &note, 0, has_mailbox, report)
}

/// Whether neither the plan nor the next attempt lies ahead.
fn is_time(note: &Note, now: DateTime<Utc>) -> bool {
    [note.send_after, note.next_try].into_iter().flatten().all(|at| at <= now)
}

/// The draft of a note that may leave now, after so many others of this run; else what becomes of
/// it.
fn fit(
    app: &App,
    store: &mut Store,
    (desk, items): (&Desk, &[Item]),
    note: &Note,
    others: usize,
    has_mailbox: bool,
    report: &mut Report,
) -> Result<Option<Draft>> {
    let now = app.moment();
    let fitness = match items.iter().find(|item| item.id == note.id) {
        Some(item) => judge(app, desk, item, note, has_mailbox)?,
        None => {
            let has_passed = note.send_before.is_some_and(|before| before < now);
            let what = if has_passed { "its time has passed" } else { "nothing calls for it any more" };
            Fitness::Wrong(Event::Expire, format!("{what}; look at it again"))
        }
    };
    match fitness {
        Fitness::Right(draft) if sent_within_a_day(desk) + others < MOST_A_DAY => return Ok(Some(*draft)),
        Fitness::Right(_) => {
            let why = format!("{MOST_A_DAY} notes went out within a day; it goes when there is room");
            report.notes.push(outcome::held_back(note, Kind::TryAgain, "waiting", &why));
            store.put_off(&note.id, retry::next_try(now, note.attempts, Pause::Hour, note.send_before))?;
        }
        Fitness::OutOfHours => {}
        Fitness::Unread(why) => {
            report.notes.push(outcome::held_back(note, Kind::TryAgain, "waiting", &why));
            store.put_off(&note.id, retry::next_try(now, note.attempts, Pause::None, note.send_before))?;
        }
        Fitness::Wrong(event, why) => {
            // Another command was faster where there is none, and has told its user.
            if let Some(state) = store.step_from(State::Approved, &note.id, event, now, Some(&why))? {
                let note = Note { state, ..note.clone() };
                report.notes.push(outcome::held_back(&note, Kind::NeedsYou, state.name(), &why));
            }
        }
    }
    Ok(None)
}

enum Fitness {
    Right(Box<Draft>),
    /// It goes when the hours there begin.
    OutOfHours,
    /// A follow-up, and nobody can look for an answer.
    Unread(String),
    /// It goes back to its owner.
    Wrong(Event, String),
}

fn judge(app: &App, desk: &Desk, item: &Item, note: &Note, has_mailbox: bool) -> Result<Fitness> {
    let now = app.moment();
    if note.send_before.is_some_and(|before| before < now) {
        return Ok(Fitness::Wrong(Event::Expire, "its time has passed; look at it again".to_owned()));
    }
    let lateness = note.send_after.map_or(TimeDelta::zero(), |at| now - at);
    if note.kind.is_follow_up() && lateness > MISSED && note.offers == 0 {
        let why = "it missed its time and is planned anew; look at it again".to_owned();
        return Ok(Fitness::Wrong(Event::Redraft, why));
    }
    if desk.is_readdressed(note) {
        // What was offered once keeps its bytes, and goes nowhere without a word of its owner.
        let event = if note.offers > 0 { Event::Expire } else { Event::Redraft };
        let why = "its recipient has another address now; look at it again".to_owned();
        return Ok(Fitness::Wrong(event, why));
    }
    if !is_still_right(desk, item, note)? {
        let why = "its text is not what the record says now; look at it again".to_owned();
        return Ok(Fitness::Wrong(Event::Redraft, why));
    }
    let country = desk.application(&note.application).and_then(|application| application.country.as_deref());
    let rule = (desk.rules)(country);
    let opens = match note.send_after {
        Some(_) if lateness <= ON_TIME => None,
        Some(_) => opening(&item.step, &rule.calendar, desk.now),
        // Its owner has sent it at once: that it is early was theirs to say, and what is late is not.
        None => opening_hours(&item.step, &rule.calendar, desk.now),
    };
    if opens.is_some() {
        return Ok(Fitness::OutOfHours);
    }
    if note.kind.is_follow_up() && !has_mailbox {
        let slug = &note.application;
        return Ok(Fitness::Unread(format!("nobody has looked for an answer; thanks nudge {slug} asks")));
    }
    let departs = item.step.zone.at(desk.now);
    Ok(Fitness::Right(Box::new(desk.compose(item, departs, &Wish::default())?)))
}

fn sent_within_a_day(desk: &Desk) -> usize {
    let recent = |note: &&Note| note.sent_at.is_some_and(|at| desk.now - at.to_utc() < TimeDelta::days(1));
    desk.notes.iter().filter(recent).count()
}
