//! Approved notes → the post: lock, secret, delivery, and the one question that may follow, a new
//! password.

use std::time::Duration;

use anyhow::Result;
use chrono::{DateTime, FixedOffset};

use super::account::Account;
use super::deliver::{Delivery, Desk, Outcome, Relay, Watch, failure};
use super::refusal::Admission;
use crate::adapters::config;
use crate::adapters::journal::{Journal, SendLock};
use crate::adapters::net::Interrupt;
use crate::adapters::secrets::{self, Found, Secret, Source};
use crate::adapters::smtp::{Answer, Message, Next, Patience, Refusal, Session};
use crate::adapters::store::Store;
use crate::adapters::terminal::{Terminal, interrupt_flag};
use crate::domain::address::EmailAddress;
use crate::domain::note::NoteId;
use crate::domain::outbox::State;
use crate::domain::problem::{Kind, Problem};
use crate::domain::view;

/// What sending needs at hand.
pub struct Post<'a> {
    pub store: &'a mut Store,
    pub journal: &'a Journal,
    pub lock: SendLock,
    pub machine: &'a str,
    pub account: &'a Account,
    pub terminal: &'a Terminal,
    pub now: &'a dyn Fn() -> DateTime<FixedOffset>,
}

/// How long a typed command waits for another sender.
const PATIENCE_WITH_OTHERS: Duration = Duration::from_secs(15);

/// Takes the send lock, waiting for another sender for a while.
pub fn lock(paths: &config::Paths, terminal: &Terminal) -> Result<SendLock> {
    if let Some(lock) = SendLock::try_take(&paths.lock)? {
        return Ok(lock);
    }
    terminal.say("another thanks is sending; waiting up to 15 seconds for it");
    SendLock::take_within(&paths.lock, PATIENCE_WITH_OTHERS)?.ok_or_else(|| {
        Problem::new(Kind::TryAgain, "another command is sending")
            .detail("nothing was sent by this one")
            .hint("try again when it is done; `thanks status` shows what it did")
            .into()
    })
}

/// Hands the notes over. Where the server refuses the password and a person is there, they are
/// asked for another one.
pub fn deliver(post: Post<'_>, ids: &[NoteId]) -> Result<Delivery> {
    let Post { store, journal, lock, machine, account, terminal, now } = post;
    let mut desk = Desk::take(store, journal, lock, machine, now())?;
    let mut found = account.secret(terminal)?;
    let mut replaces_stored = false;
    let interrupt = Interrupt::from(interrupt_flag()?);
    let waiting =
        || terminal.say("waiting for the receipt; it may be there already; Ctrl-C only stops waiting");
    let watch = Watch { now, waiting: &waiting };
    let mut rest = ids.to_vec();
    let mut done: Vec<Outcome> = Vec::new();
    loop {
        let relay = Relay {
            server: &account.server,
            login: found.as_ref().map(|found| account.login(&found.secret)),
            patience: &Patience::default(),
            explain: &|error| account.problem(error),
            interrupt: &interrupt,
        };
        let mut delivery = desk.deliver(&rest, &relay, &watch)?;
        if let Some(attempted) = found.as_ref().and_then(|found| account.attempted(&found.secret)) {
            attempted.record(delivery.admission, desk.store(), terminal);
        }
        let refused = delivery.trouble.as_ref().filter(|_| delivery.admission == Admission::Refused);
        let (Some(trouble), true) = (refused, terminal.is_interactive() && account.takes_typed_password())
        else {
            if let Some(found) = found.filter(|_| replaces_stored && delivery.trouble.is_none()) {
                remember(account, &found.secret, terminal);
            }
            delivery.outcomes.extend(done);
            return Ok(delivery);
        };
        let Ok(Some(secret)) = another_password(trouble, terminal) else {
            delivery.outcomes.extend(done);
            return Ok(delivery);
        };
        // Only what that refusal kept back is tried again.
        let (kept, settled): (Vec<Outcome>, Vec<Outcome>) =
            delivery.outcomes.into_iter().partition(|outcome| {
                outcome.failure == Some(Kind::Permission) && outcome.state == State::Approved
            });
        rest = kept.into_iter().map(|outcome| outcome.id).collect();
        done.extend(settled);
        replaces_stored |= found.is_some_and(|found| found.source == Source::Keyring);
        found = Some(Found { secret, source: Source::Asked });
    }
}

/// Sends the bytes to the sender's own mailbox, and remembers nothing.
pub fn reflect(account: &Account, terminal: &Terminal, me: &EmailAddress, wires: &[&[u8]]) -> Result<()> {
    let found = account.secret(terminal)?;
    let interrupt = Interrupt::from(interrupt_flag()?);
    let login = found.as_ref().map(|found| account.login(&found.secret));
    let mut session = Session::open(&account.server, login.as_ref(), &Patience::default(), &interrupt)
        .map_err(|error| account.problem(&error))?;
    let mut rest = wires;
    while let Some((wire, others)) = rest.split_first() {
        rest = others;
        let told = |refusal: &Refusal| failure::problem(refusal, &account.server);
        session
            .body(&Message { from: me, to: me, wire })
            .map_err(|error| error.refusal().map_or_else(|| error.problem(), told))?;
        let next = others.first().map(|wire| Message { from: me, to: me, wire });
        match session.end(next.as_ref().map_or(Next::Quit, Next::Message)) {
            Answer::Accepted(_) => {}
            Answer::Refused(refusal) => return Err(told(&refusal).into()),
            Answer::Lost { what } => return Err(Problem::new(Kind::TryAgain, what).into()),
        }
    }
    Ok(())
}

/// `None` where the person stops.
fn another_password(trouble: &Problem, terminal: &Terminal) -> Result<Option<Secret>> {
    terminal.say(&view::problem_text(trouble));
    let hint = "`thanks init` stores a new one";
    let secret = secrets::typed(|| terminal.ask_secret("New password (Enter stops): ", hint))?;
    let secret = secret.without_app_password_blanks();
    Ok((!secret.expose().is_empty()).then_some(secret))
}

/// The new password takes the place of the one that was refused. That it is not stored is no
/// reason to say that a note was not sent.
fn remember(account: &Account, secret: &Secret, terminal: &Terminal) {
    let Some(user) = &account.server.user else {
        return;
    };
    if let Err(problem) = secrets::store(user, secret) {
        terminal.say(&format!("the new password could not be stored: {problem}"));
    }
}
