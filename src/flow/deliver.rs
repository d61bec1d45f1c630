//! Approved → sent: the one place where a note leaves. Each note is claimed before a connection is
//! opened, marked in journal and record before its final dot, and recorded before anything else
//! happens after it; so whatever dies, the record never offers a note twice by itself.

mod claiming;
pub(super) mod failure;
mod parcel;
mod turn;
mod waiting;

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use anyhow::{Context, Result};
use chrono::{DateTime, FixedOffset};

use crate::adapters::journal::{Journal, Lines, SendLock};
use crate::adapters::net::Interrupt;
use crate::adapters::smtp::{self, Answer, Next, OpenError, OpenFailure, Refusal, Server, Session, Spoke};
use crate::adapters::store::{Claim, Marked, Orphan, Store, Version, Wrong};
use crate::domain::delivery_failure::Cause;
use crate::domain::note::{Approved, NoteId};
use crate::domain::outbox::{Event, State};
use crate::domain::problem::{Kind, Problem};
use crate::domain::retry::Pause;

use claiming::Queue;
use failure::Failure;
use parcel::Parcel;
use turn::{Books, Gain, Line, MOST_FRUITLESS, Turn};
use waiting::while_watching;

pub use waiting::Waiting;

use super::fitness::Judgment;
use super::last_look::Held;
use super::refusal::Admission;
use super::vigil::Vigil;

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

/// The present, the one thing that may be said while a receipt is awaited, and what the record says
/// of approved notes at this moment.
pub struct Watch<'a> {
    pub now: &'a dyn Fn() -> DateTime<FixedOffset>,
    pub waiting: Waiting,
    pub judge: &'a Judge<'a>,
}

pub type Judge<'a> = dyn Fn(&Store, &[&NoteId]) -> Result<Judgment> + 'a;

/// What became of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Delivery {
    /// One for each note, in the order given, but for those that were held.
    pub outcomes: Vec<Outcome>,
    /// What a look at the mailbox kept back.
    pub held: BTreeMap<NoteId, Held>,
    /// What was claimed and came back, as it is approved now.
    pub kept: Vec<Approved>,
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

impl Delivery {
    /// What became of the same run later.
    pub(super) fn add(&mut self, later: Delivery) {
        let Delivery { outcomes, held, kept, trouble, admission } = later;
        self.outcomes.extend(outcomes);
        self.held.extend(held);
        self.kept.extend(kept);
        (self.trouble, self.admission) = (trouble, admission);
    }
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
    pub fn deliver(
        &mut self,
        approved: &[Approved],
        relay: &Relay<'_>,
        watch: &Watch<'_>,
        vigil: Option<&mut Vigil<'_>>,
    ) -> Result<Delivery> {
        let mut delivery = Delivery::default();
        let ready = self.ready(approved, &mut delivery.outcomes, watch)?;
        let Queue { parcels, version, until } = self.claim(ready, &mut delivery.outcomes, watch)?;
        let ids = parcels.iter().map(|parcel| parcel.id.clone()).collect();
        let judged = Judged { ids, version, until, wrong: BTreeMap::new() };
        let mut run = Run { desk: self, relay, watch, vigil, judged, delivery, reached: State::Claimed };
        if !parcels.is_empty() {
            run.all(&parcels);
        }
        let Run { mut delivery, .. } = run;
        let places: HashMap<&NoteId, usize> =
            approved.iter().enumerate().map(|(at, approved)| (&approved.id, at)).rev().collect();
        delivery.outcomes.sort_by_key(|outcome| places.get(&outcome.id).copied());
        Ok(delivery)
    }
}

/// One run of deliveries. From the claims on nothing fails it as a whole: each note has its outcome.
struct Run<'r, 'd, 'a, 'v> {
    desk: &'r mut Desk<'d>,
    relay: &'r Relay<'a>,
    watch: &'r Watch<'a>,
    vigil: Option<&'r mut Vigil<'v>>,
    judged: Judged,
    delivery: Delivery,
    /// What the record says of the note in hand, by the last step that was written down.
    reached: State,
}

/// What the record said of the notes of a run, when it was last asked.
struct Judged {
    ids: Vec<NoteId>,
    version: Version,
    until: Option<DateTime<FixedOffset>>,
    wrong: BTreeMap<NoteId, Wrong>,
}

impl Run<'_, '_, '_, '_> {
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
                    self.delivery.admission = Admission::Accepted;
                    session
                }
                Err(error) => {
                    if matches!(error.kind, OpenFailure::Authentication(_)) {
                        self.delivery.admission = Admission::Refused;
                    }
                    let problem = (relay.explain)(&error);
                    self.release(rest, &Failure::unopened(&error, &problem));
                    self.delivery.trouble = Some(problem);
                    return;
                }
            };
            let before = self.delivery.outcomes.len();
            let mut is_withheld = false;
            while let Some((parcel, others)) = rest.split_first() {
                let line = if self.delivery.outcomes.len() > before { Line::Used } else { Line::New };
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
                is_withheld = turn == Turn::Withheld;
                if self.delivery.trouble.is_some() || !session.is_usable() {
                    break;
                }
            }
            if session.is_usable() {
                session.quit();
            }
            if let Some(trouble) = &self.delivery.trouble {
                // The last one has been told with it; what is true of it is true of the others.
                let failure = Failure::like(trouble, self.delivery.outcomes.last());
                return self.release(rest, &failure);
            }
            if relay.interrupt.is_raised() {
                let why = "interrupted before it was its turn";
                return self.release(rest, &Failure::new(Kind::Interrupted, why));
            }
            match Gain::of(self.delivery.outcomes.get(before..).unwrap_or_default()) {
                Gain::Some => fruitless = 0,
                // It was we who left.
                _ if is_withheld => fruitless = 0,
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
        match self.mark(lines, parcel) {
            Ok(true) => {}
            Ok(false) => return Turn::Withheld,
            Err(error) => {
                let why = format!("{error:#}; the connection was closed without the end of the message");
                self.settle(parcel, Event::Release, &Failure::new(Kind::LocalIo, why));
                return Turn::Unrecorded;
            }
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
        let answer = while_watching(&self.watch.waiting, SILENCE, || session.end(next));
        let turn = self.record(parcel, &answer).into();
        if let (Answer::Accepted(_), Turn::Done, Some(vigil)) = (&answer, turn, &mut self.vigil) {
            vigil.file(self.desk.store);
        }
        turn
    }

    /// The record first: so it never counts fewer offers than the journal, unless it is an older
    /// copy. Whether it was marked: not a note that is not right any more, or that went out from
    /// elsewhere.
    fn mark(&mut self, lines: &mut Lines, parcel: &Parcel) -> Result<bool> {
        if self.vigil.as_ref().is_some_and(|vigil| vigil.is_stale()) && !self.look_again(parcel)? {
            return Ok(false);
        }
        loop {
            let now = (self.watch.now)();
            if self.judged.until.is_some_and(|until| until <= now) {
                self.judge_again()?;
            }
            if let Some(wrong) = self.judged.wrong.remove(&parcel.id) {
                let state = self.desk.store.hand_back(&parcel.id, &wrong, now)?;
                self.tell(outcome(&parcel.id, state, Some(Kind::NeedsYou), &wrong.why, self.watch));
                return Ok(false);
            }
            match self.desk.store.mark(&parcel.id, self.judged.version, now)? {
                Marked::ChangedSince => self.judge_again()?,
                Marked::Offer(number) => {
                    self.reached = State::Sending;
                    lines.append(&parcel.message_id, self.desk.machine, number, now)?;
                    return Ok(true);
                }
            }
        }
    }

    /// Another command has written to the record, or a day has passed, since the notes were judged.
    fn judge_again(&mut self) -> Result<()> {
        let ids: Vec<&NoteId> = self.judged.ids.iter().collect();
        let (version, judgment) = self.desk.store.judged(|store| (self.watch.judge)(store, &ids))?;
        let Judgment { wrong, until } = judgment;
        self.judged = Judged { version, until, wrong, ids: std::mem::take(&mut self.judged.ids) };
        Ok(())
    }

    /// Asks Sent again: a note that went out from elsewhere meanwhile is not offered here. What the
    /// look finds may only happen to a note that is not claimed. Whether it is claimed again.
    fn look_again(&mut self, parcel: &Parcel) -> Result<bool> {
        let Some(vigil) = &mut self.vigil else { return Ok(true) };
        let (id, now) = (&parcel.id, (self.watch.now)());
        self.reached = self.desk.store.step(id, Event::Release, now, None)?;
        let note = self.desk.store.note(id)?.with_context(|| format!("no note {id}"))?;
        match vigil.look(self.desk.store, &note, now) {
            Ok(None) => {}
            Ok(Some(held)) => {
                self.delivery.held.insert(id.clone(), held);
                return Ok(false);
            }
            Err(error) => {
                let Problem { kind, message, .. } = error.downcast()?;
                self.delivery.kept.push(parcel.dated());
                self.tell(outcome(id, note.state, Some(kind), &message, self.watch));
                return Ok(false);
            }
        }
        let approved = parcel.dated();
        let claims = [Claim { approved: &approved, fresh: None }];
        let judge = |store: &Store| Ok((self.watch.judge)(store, &[id])?.wrong);
        let claimed = self.desk.store.claim(&claims, self.desk.machine, now, judge)?;
        if claimed.taken.is_empty() {
            let lost = self.desk.lost(id, &claimed, self.watch)?;
            self.tell(lost);
            return Ok(false);
        }
        self.reached = State::Claimed;
        Ok(true)
    }

    fn tell(&mut self, outcome: Outcome) {
        self.delivery.outcomes.push(outcome);
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
        self.delivery.trouble = refusal.and_then(|refusal| failure::of_account(refusal, server));
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
        self.tell(told);
        books
    }

    /// Where a step cannot be recorded the note stays as it is: the next start releases a claim,
    /// and is in doubt about what was marked.
    fn settle(&mut self, parcel: &Parcel, event: Event, failure: &Failure) -> Books {
        let now = (self.watch.now)();
        let Failure { kind, detail, cause, pause } = failure;
        let (told, books) = match self.desk.store.step(&parcel.id, event, now, Some(detail)) {
            Ok(state) => {
                if state == State::Approved {
                    self.delivery.kept.push(parcel.dated());
                }
                let told = outcome(&parcel.id, state, Some(*kind), detail, self.watch);
                (Outcome { cause: *cause, pause: *pause, ..told }, Books::Kept)
            }
            Err(error) => {
                let known = self.desk.store.note(&parcel.id).ok().flatten();
                let state = known.map_or(self.reached, |note| note.state);
                let kind = match state {
                    State::Claimed | State::Approved => Kind::LocalIo,
                    _ => Kind::InDoubt,
                };
                let why = format!("{detail}; that could not be recorded: {error:#}");
                (outcome(&parcel.id, state, Some(kind), &why, self.watch), Books::Broken)
            }
        };
        self.tell(told);
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
