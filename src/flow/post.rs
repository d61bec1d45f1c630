//! Approved notes → the post: lock, secret, delivery, and the one question that may follow, a new
//! password.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use chrono::{DateTime, FixedOffset};

use super::account::Account;
use super::deliver::{Delivery, Desk, Judge, Outcome, Relay, Watch, failure};
use super::refusal::Admission;
use super::vigil::Vigil;
use crate::adapters::config;
use crate::adapters::journal::{Journal, SendLock};
use crate::adapters::net::Interrupt;
use crate::adapters::secrets::{self, Found, Secret, Source};
use crate::adapters::smtp::{Answer, Message, Next, Patience, Refusal, Session};
use crate::adapters::store::{Store, kind_of};
use crate::adapters::terminal::{Terminal, set_on_interrupt};
use crate::domain::address::EmailAddress;
use crate::domain::note::Approved;
use crate::domain::outbox::State;
use crate::domain::problem::{Kind, Problem};
use crate::domain::retry::Pause;
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
    /// What the record says of approved notes at this moment.
    pub judge: &'a Judge<'a>,
    /// The mailbox, where there is one.
    pub vigil: Option<Vigil<'a>>,
    pub interrupt: &'a Interrupt,
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
pub fn deliver(post: Post<'_>, approved: &[Approved]) -> Result<Delivery> {
    let Post { store, journal, lock, machine, account, terminal, now, judge, mut vigil, interrupt } = post;
    let mut desk = Desk::take(store, journal, lock, machine, now())?;
    let mut found = account.secret(terminal)?;
    let mut replaces_stored = false;
    set_on_interrupt(&interrupt.flag())?;
    let voice = *terminal;
    let waiting = move || {
        voice.say("waiting for the receipt; it may be there already; Ctrl-C only stops waiting");
    };
    let watch = Watch { now, waiting: Arc::new(waiting), judge };
    let mut rest = approved.to_vec();
    let mut done = Delivery::default();
    let mut rounds = 0;
    loop {
        let relay = Relay {
            server: &account.server,
            login: found.as_ref().map(|found| account.login(&found.secret)),
            patience: &Patience::default(),
            explain: &|error| account.problem(error),
            interrupt,
        };
        let delivery = match desk.deliver(&rest, &relay, &watch, vigil.as_mut()) {
            Ok(delivery) => delivery,
            // What came of the first password is told, whatever becomes of the second.
            Err(error) if rounds > 0 => not_begun(&rest, problem_of(error), now()),
            Err(error) => return Err(error),
        };
        if let Some(attempted) = found.as_ref().and_then(|found| account.attempted(&found.secret)) {
            attempted.record(delivery.admission, desk.store(), terminal);
        }
        let refused = delivery.trouble.clone().filter(|_| delivery.admission == Admission::Refused);
        let asks = terminal.is_interactive() && account.takes_typed_password() && !interrupt.is_raised();
        let another = refused.filter(|_| asks).map(|trouble| another_password(&trouble, terminal));
        let Some(Ok(Some(secret))) = another else {
            if let Some(found) = found.filter(|_| replaces_stored && delivery.trouble.is_none()) {
                remember(account, &found.secret, terminal);
            }
            done.add(delivery);
            break;
        };
        // Only what that refusal kept back is tried again.
        let is_kept =
            |outcome: &Outcome| outcome.failure == Some(Kind::Permission) && outcome.state == State::Approved;
        let kept = delivery.outcomes.iter().filter(|outcome| is_kept(outcome));
        let kept = kept.filter_map(|outcome| delivery.kept.iter().find(|kept| kept.id == outcome.id));
        rest = kept.cloned().collect();
        let outcomes = delivery.outcomes.into_iter().filter(|outcome| !is_kept(outcome)).collect();
        done.add(Delivery { outcomes, ..delivery });
        rounds += 1;
        replaces_stored |= found.is_some_and(|found| found.source == Source::Keyring);
        found = Some(Found { secret, source: Source::Asked });
    }
    if let Some(vigil) = &mut vigil {
        vigil.end();
    }
    Ok(done)
}

/// The lock, the secret or the record could not be had: every note is kept, and the reason is said
/// once.
pub fn not_begun(approved: &[Approved], trouble: Problem, at: DateTime<FixedOffset>) -> Delivery {
    let outcomes = approved
        .iter()
        .map(|approved| Outcome {
            id: approved.id.clone(),
            state: State::Approved,
            failure: Some(trouble.kind),
            cause: None,
            detail: trouble.message.clone(),
            pause: Pause::None,
            at,
        })
        .collect();
    Delivery { outcomes, trouble: Some(trouble), ..Delivery::default() }
}

fn problem_of(error: anyhow::Error) -> Problem {
    error
        .downcast()
        .unwrap_or_else(|error| Problem::new(kind_of(&error).unwrap_or(Kind::Bug), format!("{error:#}")))
}

/// Sends the bytes to the sender's own mailbox, and remembers nothing.
pub fn reflect(
    account: &Account,
    terminal: &Terminal,
    me: &EmailAddress,
    wires: &[&[u8]],
    interrupt: &Interrupt,
) -> Result<()> {
    let found = account.secret(terminal)?;
    set_on_interrupt(&interrupt.flag())?;
    let login = found.as_ref().map(|found| account.login(&found.secret));
    let mut session = Session::open(&account.server, login.as_ref(), &Patience::default(), interrupt)
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
