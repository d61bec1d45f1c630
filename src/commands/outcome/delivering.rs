//! What was agreed to is looked at once more, sent, and reported on.

use std::collections::{BTreeMap, HashMap};

use anyhow::Result;

use super::{Fate, NoteOutcome, Report, held, told};
use crate::adapters::clock::Stopwatch;
use crate::adapters::config::{self, SentCopy};
use crate::adapters::journal::SendLock;
use crate::adapters::store::Store;
use crate::commands::App;
use crate::domain::note::{Approved, Note, NoteId, NoteKind};
use crate::domain::problem::Problem;
use crate::flow::account::Account;
use crate::flow::deliver::Delivery;
use crate::flow::filing;
use crate::flow::fitness::{self, Day};
use crate::flow::last_look::{Held, LastLook, Voice};
use crate::flow::mailbox::Mailbox;
use crate::flow::outgoing::Verdict;
use crate::flow::post::{self, Post};
use crate::flow::vigil::{Copies, Vigil};

/// How a person's command and the timer differ.
#[derive(Debug)]
pub struct Manner {
    /// `None` where another sender is waited for.
    pub lock: Option<SendLock>,
    pub day: Day,
}

impl Manner {
    pub const TYPED: Manner = Manner { lock: None, day: Day::Approved };
}

/// Sends what was agreed to and reports on every note that was looked at.
pub fn deliver(
    app: &App,
    store: &mut Store,
    account: Account,
    mailbox: Option<Mailbox>,
    verdicts: Vec<Verdict>,
    manner: Manner,
) -> Result<Report> {
    let going = verdicts.iter().filter_map(|verdict| match verdict {
        Verdict::Go { draft, .. } => Some(&draft.note),
        _ => None,
    });
    let going: Vec<&Note> = going.collect();
    // Who was asked note by note has just been told that nothing came.
    let voice = if mailbox.is_some() { Voice::NewsOnly } else { Voice::Full };
    let mailbox = match mailbox {
        Some(mailbox) => Some(mailbox),
        None => Mailbox::configured(app.config.as_ref())?,
    };
    let mut mailbox = mailbox.map(|mailbox| mailbox.heeding(&app.interrupt));
    let mut account = account;
    let mut held = BTreeMap::new();
    let looked = Stopwatch::start();
    if let (Some(mailbox), false) = (&mut mailbox, going.is_empty()) {
        held = last_look(app, store, mailbox, &going, voice)?;
        account = mailbox.share(account);
    }
    let approved = verdicts.iter().filter_map(Verdict::approved);
    let approved: Vec<Approved> = approved.filter(|approved| !held.contains_key(&approved.id)).collect();
    let mut delivery = Delivery::default();
    if !approved.is_empty() {
        delivery = hand_over(app, store, &account, mailbox.as_mut(), &approved, manner, looked)?;
        held.append(&mut delivery.held);
    }
    held::put_off(app, store, &going, &delivery);
    let outcomes: HashMap<&NoteId, _> =
        delivery.outcomes.iter().map(|outcome| (&outcome.id, outcome)).collect();
    let mut notes: Vec<NoteOutcome> = verdicts
        .iter()
        .map(|verdict| match verdict {
            Verdict::Go { draft, .. } => match held.get(&draft.note.id) {
                Some(held) => held::outcome(&draft.note, held),
                None => told::delivered(&draft.note, draft.thread_of, outcomes.get(&draft.note.id).copied()),
            },
            verdict => told::undelivered(verdict),
        })
        .collect();
    if let Err(error) = held::stopped_meanwhile(store, &verdicts, &mut notes) {
        app.terminal.say(&format!("warning: the record could not be read again: {error:#}"));
    }
    // That something went is told, whatever becomes of what comes after it.
    let next = after_follow_ups(app, store, &notes).unwrap_or_else(|error| {
        app.terminal.say(&format!("warning: what comes next could not be read: {error:#}"));
        Vec::new()
    });
    let Delivery { trouble, admission, .. } = delivery;
    Ok(Report { notes, trouble, admission, host: account.server.host, next })
}

fn hand_over(
    app: &App,
    store: &mut Store,
    account: &Account,
    mut mailbox: Option<&mut Mailbox>,
    approved: &[Approved],
    manner: Manner,
    looked: Stopwatch,
) -> Result<Delivery> {
    let machine = config::machine_id(&app.paths)?;
    let journal = app.journal();
    let now = || app.moment();
    let copy = app.config.as_ref().map_or(SentCopy::None, config::Config::sent_copy);
    if copy == SentCopy::Imap {
        let ids: Vec<NoteId> = approved.iter().map(|approved| approved.id.clone()).collect();
        store.plan_copies(&ids)?;
    }
    let Manner { lock, day } = manner;
    let lock = match lock {
        Some(lock) => Ok(lock),
        None => post::lock(&app.paths, &app.terminal),
    };
    let judge = |store: &Store, ids: &[&NoteId]| fitness::judge(&app.compose_now(store)?, ids, day);
    let is_due = |store: &Store, id: &NoteId| held::is_due(app, store, id);
    let posted = lock.and_then(|lock| {
        let (terminal, interrupt) = (&app.terminal, &app.interrupt);
        let vigil = mailbox.take().map(|mailbox| Vigil {
            mailbox,
            terminal,
            zone: &app.zone,
            copies: if copy == SentCopy::Imap { Copies::Ours } else { Copies::NotOurs },
            interrupt,
            is_due: &is_due,
            looked,
            session: None,
            filed: Vec::new(),
            trouble: None,
        });
        let post = Post {
            store,
            journal: &journal,
            lock,
            machine: &machine,
            account,
            terminal,
            now: &now,
            judge: &judge,
            vigil,
            interrupt,
        };
        post::deliver(post, approved)
    });
    let delivery = match posted {
        Ok(delivery) => delivery,
        Err(error) => post::not_begun(approved, error.downcast::<Problem>()?, app.moment()),
    };
    copies(app, store, account, copy, &delivery);
    Ok(delivery)
}

/// The last look before an offer.
fn last_look(
    app: &App,
    store: &mut Store,
    mailbox: &mut Mailbox,
    notes: &[&Note],
    voice: Voice,
) -> Result<BTreeMap<NoteId, Held>> {
    let is_due = |store: &Store, id: &NoteId| held::is_due(app, store, id);
    let (terminal, zone, now) = (&app.terminal, &app.zone, app.moment());
    LastLook { mailbox, store, terminal, zone, now, voice, is_due: &is_due }.before(notes)
}

/// Copies where neither the server nor the vigil has seen to them.
fn copies(app: &App, store: &Store, account: &Account, copy: SentCopy, delivery: &Delivery) {
    let sent = delivery.outcomes.iter().filter(|outcome| outcome.failure.is_none());
    let sent: Vec<NoteId> = sent.map(|outcome| outcome.id.clone()).collect();
    let has_mailbox = app.config.as_ref().is_some_and(|config| config.imap.is_some());
    match (copy, app.sender().mailbox) {
        _ if sent.is_empty() => {}
        (SentCopy::Imap, _) if !has_mailbox => {
            app.terminal
                .say("warning: no copy was put into Sent: sent_copy = \"imap\" needs a section [imap]");
        }
        (SentCopy::ToSelf, Some(me)) => {
            let (terminal, interrupt) = (&app.terminal, &app.interrupt);
            filing::send_to_self_or_say(account, store, terminal, &me.address, &sent, interrupt);
        }
        (SentCopy::ToSelf, None) => {
            app.terminal.say("warning: no copy to yourself: the account has no address");
        }
        (SentCopy::Imap | SentCopy::Auto | SentCopy::None, _) => {}
    }
}

/// The last note of a thread, for those whose first follow-up just went.
fn after_follow_ups(app: &App, store: &Store, notes: &[NoteOutcome]) -> Result<Vec<String>> {
    let followed = |fate: &Fate| matches!(fate, Fate::Sent { thread_of: Some(_), .. });
    if !notes.iter().any(|note| followed(&note.fate)) {
        return Ok(Vec::new());
    }
    let desk = app.compose(store)?;
    let steps = desk.items();
    Ok(notes
        .iter()
        .filter(|note| followed(&note.fate))
        .filter_map(|note| {
            let application = note.id.split('/').next()?;
            steps
                .iter()
                .find(|item| item.step.application == application && item.step.kind == NoteKind::CloseOut)
        })
        .map(|item| {
            let due = item.step.zone.stamp(item.step.due.to_utc());
            format!("one last note {due}, unless somebody answers")
        })
        .collect())
}
