//! Approved → sent: the one place where a note leaves. Each note is claimed before a connection is
//! opened, marked in journal and record before its final dot, and recorded before anything else
//! happens after it; so whatever dies, the record never offers a note twice by itself.

pub(super) mod failure;
mod parcel;
mod turn;

use std::collections::{HashMap, HashSet};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use chrono::{DateTime, FixedOffset};

use crate::adapters::journal::{Journal, Lines, SendLock};
use crate::adapters::net::Interrupt;
use crate::adapters::smtp::{self, Answer, Next, OpenError, OpenFailure, Refusal, Server, Session, Spoke};
use crate::adapters::store::{Claim, Orphan, Store};
use crate::domain::delivery_failure::Cause;
use crate::domain::note::{Note, NoteId};
use crate::domain::outbox::{Event, State};
use crate::domain::problem::{Kind, Problem};
use crate::domain::retry::Pause;

use failure::Failure;
use parcel::{Parcel, parcel};
use turn::{Books, Gain, Line, MOST_FRUITLESS, Turn};

use super::refusal::Admission;

/// When the person is told that the receipt is being waited for.
const SILENCE: Duration = Duration::from_secs(10);

/// What a sender needs at hand. The lock is held for as long as the desk stands.
pub struct Desk<'a> {
    store: &'a mut Store,
    journal: &'a Journal,
    _lock: SendLock,
    machine: &'a str,
    /// What a dead sender left, already put right.
    pub orphans: Vec<Orphan>,
}

/// Where to hand notes over.
pub struct Relay<'a> {
    pub server: &'a Server,
    pub login: Option<smtp::Login<'a>>,
    pub patience: &'a smtp::Patience,
    /// What a refused connection means for this account.
    pub explain: &'a dyn Fn(&OpenError) -> Problem,
    pub interrupt: &'a Interrupt,
}

/// The present, and the one thing that may be said while a receipt is awaited.
pub struct Watch<'a> {
    pub now: &'a dyn Fn() -> DateTime<FixedOffset>,
    pub waiting: &'a (dyn Fn() + Sync),
}

/// What became of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Delivery {
    /// One for each note, in the order given.
    pub outcomes: Vec<Outcome>,
    /// Why no connection could be used, or the account is not allowed to send.
    pub trouble: Option<Problem>,
    /// What the server said to the login.
    pub admission: Admission,
}

/// What became of one note.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub id: NoteId,
    pub state: State,
    /// `None` where the note was sent.
    pub failure: Option<Kind>,
    /// What the server's refusal is about.
    pub cause: Option<Cause>,
    /// The server's words, or ours.
    pub detail: String,
    /// How long the server wants to be left alone.
    pub pause: Pause,
    pub at: DateTime<FixedOffset>,
}

impl<'a> Desk<'a> {
    /// Takes the place of the sender: with the lock held, every claim of this machine is a dead
    /// sender's and is put right.
    pub fn take(
        store: &'a mut Store,
        journal: &'a Journal,
        lock: SendLock,
        machine: &'a str,
        now: DateTime<FixedOffset>,
    ) -> Result<Desk<'a>> {
        let orphans = store.recover(machine, now)?;
        Ok(Desk { store, journal, _lock: lock, machine, orphans })
    }

    /// The record, for what is not about a note.
    pub(super) fn store(&mut self) -> &mut Store {
        self.store
    }

    /// Hands the approved notes over in the given order, on one connection while it lasts.
    pub fn deliver(&mut self, ids: &[NoteId], relay: &Relay<'_>, watch: &Watch<'_>) -> Result<Delivery> {
        let mut outcomes = Vec::new();
        let ready = self.ready(ids, &mut outcomes, watch)?;
        let queue = self.claim(ready, &mut outcomes, watch)?;
        let admission = Admission::default();
        let reached = State::Claimed;
        let mut run = Run { desk: self, relay, watch, outcomes, trouble: None, admission, reached };
        if !queue.is_empty() {
            run.all(&queue);
        }
        let Run { mut outcomes, trouble, admission, .. } = run;
        let places: HashMap<&NoteId, usize> = ids.iter().enumerate().map(|(at, id)| (id, at)).rev().collect();
        outcomes.sort_by_key(|outcome| places.get(&outcome.id).copied());
        Ok(Delivery { outcomes, trouble, admission })
    }

    /// The notes that may be offered: not expired, their bytes as they were approved, and offered
    /// no more often than the record knows.
    fn ready(
        &mut self,
        ids: &[NoteId],
        outcomes: &mut Vec<Outcome>,
        watch: &Watch<'_>,
    ) -> Result<Vec<Parcel>> {
        let offered = self.journal.offered()?;
        let now = (watch.now)();
        let mut ready: Vec<Parcel> = Vec::new();
        let mut seen = HashSet::new();
        for id in ids.iter().filter(|id| seen.insert(*id)) {
            let note = self.store.note(id)?.with_context(|| format!("no note {id}"))?;
            if note.state != State::Approved {
                outcomes.push(not_approved(&note, watch));
                continue;
            }
            let lines = note.message_id.as_ref().and_then(|id| offered.get(id)).copied().unwrap_or(0);
            let why = "the journal says that it was offered before; this record is older";
            if let Some(state) = self.store.lose_if_older(id, lines, now, why)? {
                outcomes.push(outcome(id, state, Some(Kind::NeedsYou), why, watch));
                continue;
            }
            if note.send_before.is_some_and(|before| before < now) {
                let why = "its time has passed; look at it again";
                match self.store.step_from(State::Approved, id, Event::Expire, now, Some(why))? {
                    Some(state) => outcomes.push(outcome(id, state, Some(Kind::NeedsYou), why, watch)),
                    None => {
                        let note = self.store.note(id)?.with_context(|| format!("no note {id}"))?;
                        outcomes.push(not_approved(&note, watch));
                    }
                }
                continue;
            }
            match self.store.wire(id) {
                Ok(wire) => ready.push(parcel(note, wire, now)?),
                Err(error) => {
                    let why = format!("{error:#}; it was not sent");
                    outcomes.push(outcome(id, note.state, Some(Kind::LocalIo), &why, watch));
                }
            }
        }
        Ok(ready)
    }

    /// All claims of a run are one commit. A note that another command has changed or taken since
    /// it was read is left to that one.
    fn claim(
        &mut self,
        ready: Vec<Parcel>,
        outcomes: &mut Vec<Outcome>,
        watch: &Watch<'_>,
    ) -> Result<Vec<Parcel>> {
        let claims: Vec<Claim<'_>> = ready
            .iter()
            .map(|parcel| Claim { id: &parcel.id, sha256: &parcel.approved, fresh: parcel.fresh() })
            .collect();
        let claimed: HashSet<NoteId> =
            self.store.claim(&claims, self.machine, (watch.now)())?.into_iter().collect();
        let (queue, lost): (Vec<Parcel>, Vec<Parcel>) =
            ready.into_iter().partition(|parcel| claimed.contains(&parcel.id));
        for Parcel { id, .. } in lost {
            let state = self.store.note(&id)?.map_or(State::Withdrawn, |note| note.state);
            let why = "another command has changed or taken it";
            outcomes.push(outcome(&id, state, Some(Kind::NeedsYou), why, watch));
        }
        Ok(queue)
    }
}

fn not_approved(note: &Note, watch: &Watch<'_>) -> Outcome {
    let (kind, why) = match note.state {
        state if state.has_left() => (Kind::Declined, "another command has sent it".to_owned()),
        state => (Kind::NeedsYou, format!("it is {}", state.name())),
    };
    outcome(&note.id, note.state, Some(kind), &why, watch)
}

/// One run of deliveries. From the claims on nothing fails it as a whole: each note has its outcome.
struct Run<'r, 'd, 'a> {
    desk: &'r mut Desk<'d>,
    relay: &'r Relay<'a>,
    watch: &'r Watch<'a>,
    outcomes: Vec<Outcome>,
    trouble: Option<Problem>,
    admission: Admission,
    /// What the record says of the note in hand, by the last step that was written down.
    reached: State,
}

impl Run<'_, '_, '_> {
    fn all(&mut self, queue: &[Parcel]) {
        let mut lines = match self.desk.journal.open() {
            Ok(lines) => lines,
            Err(error) => return self.release(queue, &Failure::new(Kind::LocalIo, format!("{error:#}"))),
        };
        let mut rest = queue;
        let mut fruitless = 0;
        while !rest.is_empty() {
            let relay = self.relay;
            let opened = Session::open(relay.server, relay.login.as_ref(), relay.patience, relay.interrupt);
            let mut session = match opened {
                Ok(session) => {
                    self.admission = Admission::Accepted;
                    session
                }
                Err(error) => {
                    if matches!(error.kind, OpenFailure::Authentication(_)) {
                        self.admission = Admission::Refused;
                    }
                    let problem = (relay.explain)(&error);
                    self.release(rest, &Failure::unopened(&error, &problem));
                    self.trouble = Some(problem);
                    return;
                }
            };
            let before = self.outcomes.len();
            while let Some((parcel, others)) = rest.split_first() {
                let line = if self.outcomes.len() > before { Line::Used } else { Line::New };
                let turn = self.one(&mut session, line, &mut lines, parcel, others.first());
                if turn == Turn::Unconsidered {
                    break;
                }
                rest = others;
                if turn == Turn::Unrecorded {
                    // What cannot be written down must not be offered.
                    let why = "the record or the journal cannot be written";
                    return self.release(rest, &Failure::new(Kind::LocalIo, why));
                }
                if self.trouble.is_some() || !session.is_usable() {
                    break;
                }
            }
            if session.is_usable() {
                session.quit();
            }
            if let Some(trouble) = &self.trouble {
                // The last one has been told with it; what is true of it is true of the others.
                let failure = Failure::like(trouble, self.outcomes.last());
                return self.release(rest, &failure);
            }
            if relay.interrupt.is_raised() {
                let why = "interrupted before it was its turn";
                return self.release(rest, &Failure::new(Kind::Interrupted, why));
            }
            match Gain::of(self.outcomes.get(before..).unwrap_or_default()) {
                Gain::Some => fruitless = 0,
                Gain::Words => fruitless += 1,
                Gain::None => fruitless = MOST_FRUITLESS,
            }
            // A connection that took a note and broke is worth another; one that took none is not.
            if fruitless >= MOST_FRUITLESS {
                let why = "the connection broke before it was its turn";
                return self.release(rest, &Failure::new(Kind::TryAgain, why));
            }
        }
    }

    fn one(
        &mut self,
        session: &mut Session,
        line: Line,
        lines: &mut Lines,
        parcel: &Parcel,
        next: Option<&Parcel>,
    ) -> Turn {
        self.reached = State::Claimed;
        if let Err(error) = session.body(&parcel.message()) {
            let refusal = error.refusal();
            if line == Line::Used && refusal.is_some_and(|refusal| refusal.cause == Cause::Sequence) {
                return Turn::Unconsidered;
            }
            let failure = Failure::before_the_dot(&error);
            return self.refused(parcel, refusal, &failure).into();
        }
        if let Err(error) = self.mark(lines, parcel) {
            let why = format!("{error:#}; the connection was closed without the end of the message");
            self.settle(parcel, Event::Release, &Failure::new(Kind::LocalIo, why));
            return Turn::Unrecorded;
        }
        if let Err(spoke) = session.look() {
            let (kind, why) = match spoke {
                Spoke::Closed => {
                    (Kind::TryAgain, "the server closed the connection before the end of the message")
                }
                Spoke::Said => (Kind::TryAgain, "the server spoke before the end of the message"),
                Spoke::Interrupted => (Kind::Interrupted, "interrupted before the end of the message"),
            };
            return self.settle(parcel, Event::Release, &Failure::new(kind, why)).into();
        }
        let next = next.map(Parcel::message);
        let next = next.as_ref().map_or(Next::Quit, Next::Message);
        let answer = while_watching(self.watch, SILENCE, || session.end(next));
        self.record(parcel, &answer).into()
    }

    /// The record first: so it never counts fewer offers than the journal, unless it is an older copy.
    fn mark(&mut self, lines: &mut Lines, parcel: &Parcel) -> Result<()> {
        let now = (self.watch.now)();
        self.reached = self.desk.store.step(&parcel.id, Event::Mark, now, None)?;
        lines.append(&parcel.message_id, self.desk.machine, now)
    }

    fn record(&mut self, parcel: &Parcel, answer: &Answer) -> Books {
        match answer {
            Answer::Accepted(reply) => self.record_accepted(parcel, &reply.to_string()),
            Answer::Refused(refusal) => self.refused(parcel, Some(refusal), &Failure::refused(refusal)),
            Answer::Lost { what } => self.settle(parcel, Event::Lose, &Failure::new(Kind::InDoubt, what)),
        }
    }

    /// A refusal decides about the note, and what it says of the account about the rest of the run.
    fn refused(&mut self, parcel: &Parcel, refusal: Option<&Refusal>, failure: &Failure) -> Books {
        let server = self.relay.server;
        self.trouble = refusal.and_then(|refusal| failure::of_account(refusal, server));
        self.settle(parcel, failure.event(), failure)
    }

    /// Before QUIT, before any word: what the server took is on the disk.
    fn record_accepted(&mut self, parcel: &Parcel, text: &str) -> Books {
        let now = (self.watch.now)();
        let is_party = |id: &str| [&parcel.from, &parcel.to].iter().any(|party| id == format!("<{party}>"));
        let server_id =
            smtp::server_ids(text).into_iter().find(|id| *id != parcel.message_id && !is_party(id));
        let recorded =
            self.desk.store.record_sent(&parcel.id, Event::Accept, now, text, server_id.as_deref());
        let (told, books) = match recorded {
            Ok(()) => (outcome(&parcel.id, State::Sent, None, text, self.watch), Books::Kept),
            Err(error) => {
                let why = format!("the server took it ({text}), but that could not be recorded: {error:#}");
                let told = outcome(&parcel.id, State::Sending, Some(Kind::InDoubt), &why, self.watch);
                (told, Books::Broken)
            }
        };
        self.outcomes.push(told);
        books
    }

    /// Where a step cannot be recorded the note stays as it is: the next start releases a claim,
    /// and is in doubt about what was marked.
    fn settle(&mut self, parcel: &Parcel, event: Event, failure: &Failure) -> Books {
        let now = (self.watch.now)();
        let Failure { kind, detail, cause, pause } = failure;
        let (told, books) = match self.desk.store.step(&parcel.id, event, now, Some(detail)) {
            Ok(state) => {
                let told = outcome(&parcel.id, state, Some(*kind), detail, self.watch);
                (Outcome { cause: *cause, pause: *pause, ..told }, Books::Kept)
            }
            Err(error) => {
                let known = self.desk.store.note(&parcel.id).ok().flatten();
                let state = known.map_or(self.reached, |note| note.state);
                let kind = if state == State::Claimed { Kind::LocalIo } else { Kind::InDoubt };
                let why = format!("{detail}; that could not be recorded: {error:#}");
                (outcome(&parcel.id, state, Some(kind), &why, self.watch), Books::Broken)
            }
        };
        self.outcomes.push(told);
        books
    }

    fn release(&mut self, parcels: &[Parcel], failure: &Failure) {
        self.reached = State::Claimed;
        for parcel in parcels {
            self.settle(parcel, Event::Release, failure);
        }
    }
}

fn outcome(id: &NoteId, state: State, failure: Option<Kind>, detail: &str, watch: &Watch<'_>) -> Outcome {
    let (id, detail) = (id.clone(), detail.to_owned());
    Outcome { id, state, failure, cause: None, detail, pause: Pause::None, at: (watch.now)() }
}

/// Runs `wait`, and says once that it takes longer than `silence`.
fn while_watching<T>(watch: &Watch<'_>, silence: Duration, wait: impl FnOnce() -> T) -> T {
    let (done, is_done) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let waiting = watch.waiting;
        // The word is said or not; no lack of threads may come between the mark and the dot.
        let _ = thread::Builder::new().spawn_scoped(scope, move || {
            if is_done.recv_timeout(silence) == Err(mpsc::RecvTimeoutError::Timeout) {
                waiting();
            }
        });
        let value = wait();
        drop(done);
        value
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was said during `wait`, with so much patience.
    fn said(silence: Duration, wait: impl FnOnce(&mpsc::Receiver<()>)) -> usize {
        let (say, heard) = mpsc::channel();
        let say = std::sync::Mutex::new(say);
        let now = || DateTime::UNIX_EPOCH.fixed_offset();
        let waiting = || say.lock().unwrap().send(()).unwrap();
        while_watching(&Watch { now: &now, waiting: &waiting }, silence, || wait(&heard));
        heard.try_iter().count()
    }

    #[test]
    fn a_receipt_that_comes_in_time_is_not_worth_a_word_and_a_late_one_is_worth_one() {
        assert_eq!(said(Duration::from_secs(600), |_| ()), 0);
        let mut first = None;
        let more = said(Duration::ZERO, |heard| first = heard.recv_timeout(Duration::from_secs(60)).ok());
        assert_eq!((first, more), (Some(()), 0));
    }
}
