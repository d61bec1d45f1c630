//! Approved → sent: the one place where a note leaves. Each note is claimed before a connection is
//! opened, marked in journal and record before its final dot, and recorded before anything else
//! happens after it; so whatever dies, the record never offers a note twice by itself.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use chrono::{DateTime, FixedOffset};

use crate::adapters::journal::{Journal, Lines, SendLock};
use crate::adapters::mime;
use crate::adapters::net::Interrupt;
use crate::adapters::smtp::{self, Answer, BodyFailure, Message, Next, Server, Session, Spoke};
use crate::adapters::store::{Orphan, Store};
use crate::domain::address::EmailAddress;
use crate::domain::note::{Note, NoteId};
use crate::domain::outbox::{Event, State};
use crate::domain::problem::{Kind, Problem};

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
    /// Why no connection could be used, where the account itself is the trouble.
    pub trouble: Option<Problem>,
}

/// What became of one note.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub id: NoteId,
    pub state: State,
    /// `None` where the note was sent.
    pub failure: Option<Kind>,
    /// The server's words, or ours.
    pub detail: String,
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

    /// Hands the approved notes over in the given order, on one connection while it lasts.
    pub fn deliver(&mut self, ids: &[NoteId], relay: &Relay<'_>, watch: &Watch<'_>) -> Result<Delivery> {
        let mut outcomes = Vec::new();
        let ready = self.ready(ids, &mut outcomes, watch)?;
        let claimed = self.claim(&ready, watch)?;
        for id in ids.iter().filter(|id| ready.iter().any(|note| note.id == **id) && !claimed.contains(id)) {
            let state = self.store.note(id)?.map_or(State::Withdrawn, |note| note.state);
            outcomes.push(outcome(id, state, Some(Kind::NeedsYou), "another command has taken it", watch));
        }
        let mut queue: Vec<Parcel> = Vec::new();
        for note in ready.into_iter().filter(|note| claimed.contains(&note.id)) {
            queue.push(self.parcel(note)?);
        }
        let mut run = Run { desk: self, relay, watch, outcomes, trouble: None };
        if !queue.is_empty() {
            run.all(&queue)?;
        }
        let Run { mut outcomes, trouble, .. } = run;
        outcomes.sort_by_key(|outcome| ids.iter().position(|id| *id == outcome.id));
        Ok(Delivery { outcomes, trouble })
    }

    /// The notes that may be offered: not expired, and not known to the journal while the record
    /// says that they never left.
    fn ready(&mut self, ids: &[NoteId], outcomes: &mut Vec<Outcome>, watch: &Watch<'_>) -> Result<Vec<Note>> {
        let offered = self.journal.offered()?;
        let now = (watch.now)();
        let mut ready = Vec::new();
        for id in ids {
            let note = self.store.note(id)?.with_context(|| format!("no note {id}"))?;
            let known = note.message_id.as_ref().is_some_and(|id| offered.contains(id));
            if note.state != State::Approved {
                let why = format!("it is {}", note.state.name());
                outcomes.push(outcome(id, note.state, Some(Kind::NeedsYou), &why, watch));
            } else if known && note.offers == 0 {
                let why = "the journal says that it was offered before; this record is older";
                let state = self.store.step(id, Event::Lose, now, Some(why))?;
                outcomes.push(outcome(id, state, Some(Kind::NeedsYou), why, watch));
            } else if note.send_before.is_some_and(|before| before < now) {
                let why = "its time has passed; look at it again";
                let state = self.store.step(id, Event::Expire, now, Some(why))?;
                outcomes.push(outcome(id, state, Some(Kind::NeedsYou), why, watch));
            } else {
                ready.push(note);
            }
        }
        Ok(ready)
    }

    /// All claims of a run are one commit; a note that was never offered gets today's Date.
    fn claim(&mut self, notes: &[Note], watch: &Watch<'_>) -> Result<Vec<NoteId>> {
        let now = (watch.now)();
        let mut claims = Vec::new();
        for note in notes {
            let wire = match note.offers {
                0 => Some(mime::with_date(&self.store.wire(&note.id)?.bytes, now)),
                _ => None,
            };
            claims.push((note.id.clone(), wire));
        }
        self.store.claim(&claims, self.machine, now)
    }

    fn parcel(&self, note: Note) -> Result<Parcel> {
        let wire = self.store.wire(&note.id)?.bytes;
        let (from, to) =
            note.from.zip(note.to).with_context(|| format!("{} has no sender or recipient", note.id))?;
        Ok(Parcel {
            from: from.address,
            to: to.address,
            message_id: note.message_id.with_context(|| format!("{} has no Message-ID", note.id))?,
            id: note.id,
            wire,
        })
    }
}

/// A claimed note with all that goes over the wire.
struct Parcel {
    id: NoteId,
    message_id: String,
    from: EmailAddress,
    to: EmailAddress,
    wire: Vec<u8>,
}

impl Parcel {
    fn message(&self) -> Message<'_> {
        Message { from: &self.from, to: &self.to, wire: &self.wire }
    }
}

/// One run of deliveries. It ends early only where the account itself is the trouble.
struct Run<'r, 'd, 'a> {
    desk: &'r mut Desk<'d>,
    relay: &'r Relay<'a>,
    watch: &'r Watch<'a>,
    outcomes: Vec<Outcome>,
    trouble: Option<Problem>,
}

impl Run<'_, '_, '_> {
    fn all(&mut self, queue: &[Parcel]) -> Result<()> {
        let mut lines = match self.desk.journal.open() {
            Ok(lines) => lines,
            Err(error) => {
                self.release(queue, Kind::LocalIo, &format!("{error:#}"))?;
                return Ok(());
            }
        };
        let mut rest = queue;
        while !rest.is_empty() {
            let relay = self.relay;
            let opened = Session::open(relay.server, relay.login.as_ref(), relay.patience, relay.interrupt);
            let mut session = match opened {
                Ok(session) => session,
                Err(error) => {
                    let problem = error.problem(relay.server);
                    self.release(rest, problem.kind, &problem.message)?;
                    self.trouble = Some(problem);
                    return Ok(());
                }
            };
            let before = rest.len();
            while let Some((parcel, others)) = rest.split_first() {
                rest = others;
                self.one(&mut session, &mut lines, parcel, others.first())?;
                if !session.is_usable() {
                    break;
                }
            }
            if self.relay.interrupt.is_raised() {
                return self.release(rest, Kind::Interrupted, "interrupted before it was its turn");
            }
            let sent_one = self.outcomes.iter().any(|outcome| outcome.state == State::Sent);
            // A connection that took one note and broke is worth another; one that took none is not.
            if !rest.is_empty() && (!sent_one || before == rest.len() + 1) {
                return self.release(rest, Kind::TryAgain, "the connection broke before it was its turn");
            }
        }
        Ok(())
    }

    fn one(
        &mut self,
        session: &mut Session,
        lines: &mut Lines,
        parcel: &Parcel,
        next: Option<&Parcel>,
    ) -> Result<()> {
        if let Err(error) = session.body(&parcel.message()) {
            let problem = error.problem();
            let event = match error.kind {
                BodyFailure::Permanent(_) => Event::Refuse,
                _ => Event::Release,
            };
            return self.settle(parcel, event, Some(problem.kind), &problem.message);
        }
        if let Err(error) = self.mark(lines, parcel) {
            // Where even this cannot be recorded the note stays claimed, and the next start releases it.
            let why = format!("{error:#}; the connection was closed without the end of the message");
            return self.settle(parcel, Event::Release, Some(Kind::LocalIo), &why).or_else(|_| {
                self.outcomes.push(outcome(
                    &parcel.id,
                    State::Claimed,
                    Some(Kind::LocalIo),
                    &why,
                    self.watch,
                ));
                Ok(())
            });
        }
        if let Err(spoke) = session.look() {
            let (kind, why) = match spoke {
                Spoke::Closed => {
                    (Kind::TryAgain, "the server closed the connection before the end of the message")
                }
                Spoke::Said => (Kind::TryAgain, "the server spoke before the end of the message"),
                Spoke::Interrupted => (Kind::Interrupted, "interrupted before the end of the message"),
            };
            return self.settle(parcel, Event::Release, Some(kind), why);
        }
        let next = next.map(Parcel::message);
        let next = next.as_ref().map_or(Next::Quit, Next::Message);
        let answer = while_watching(self.watch, || session.end(next));
        self.record(parcel, &answer)
    }

    fn mark(&mut self, lines: &mut Lines, parcel: &Parcel) -> Result<()> {
        let now = (self.watch.now)();
        lines.append(&parcel.message_id, self.desk.machine, now)?;
        self.desk.store.step(&parcel.id, Event::Mark, now, None)?;
        Ok(())
    }

    fn record(&mut self, parcel: &Parcel, answer: &Answer) -> Result<()> {
        let (event, kind, why) = match answer {
            Answer::Accepted(reply) => return self.record_accepted(parcel, &reply.text),
            Answer::Transient(reply) => (Event::Release, Kind::TryAgain, reply.to_string()),
            Answer::Permanent(reply) => (Event::Refuse, Kind::Refused, reply.to_string()),
            Answer::Lost { what } => (Event::Lose, Kind::InDoubt, what.clone()),
        };
        self.settle(parcel, event, Some(kind), &why)
    }

    /// Before QUIT, before any word: what the server took is on the disk.
    fn record_accepted(&mut self, parcel: &Parcel, text: &str) -> Result<()> {
        let now = (self.watch.now)();
        let server_id = smtp::server_ids(text).into_iter().find(|id| *id != parcel.message_id);
        let recorded =
            self.desk.store.record_sent(&parcel.id, Event::Accept, now, text, server_id.as_deref());
        let told = match recorded {
            Ok(()) => outcome(&parcel.id, State::Sent, None, text, self.watch),
            Err(error) => {
                let why = format!("the server took it ({text}), but that could not be recorded: {error:#}");
                outcome(&parcel.id, State::Sending, Some(Kind::InDoubt), &why, self.watch)
            }
        };
        self.outcomes.push(told);
        Ok(())
    }

    fn settle(&mut self, parcel: &Parcel, event: Event, failure: Option<Kind>, detail: &str) -> Result<()> {
        let state = self.desk.store.step(&parcel.id, event, (self.watch.now)(), Some(detail))?;
        self.outcomes.push(outcome(&parcel.id, state, failure, detail, self.watch));
        Ok(())
    }

    fn release(&mut self, parcels: &[Parcel], kind: Kind, detail: &str) -> Result<()> {
        for parcel in parcels {
            self.settle(parcel, Event::Release, Some(kind), detail)?;
        }
        Ok(())
    }
}

fn outcome(id: &NoteId, state: State, failure: Option<Kind>, detail: &str, watch: &Watch<'_>) -> Outcome {
    Outcome { id: id.clone(), state, failure, detail: detail.to_owned(), at: (watch.now)() }
}

/// Runs `wait`, and says once that it takes long.
fn while_watching<T>(watch: &Watch<'_>, wait: impl FnOnce() -> T) -> T {
    let (done, is_done) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let waiting = watch.waiting;
        scope.spawn(move || {
            if is_done.recv_timeout(SILENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
                waiting();
            }
        });
        let value = wait();
        drop(done);
        value
    })
}
