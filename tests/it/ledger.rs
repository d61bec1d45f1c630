//! A record with approved notes, its journal and its lock: what a sender stands on, without the
//! command line.

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, TimeDelta};
use tempfile::TempDir;
use thanks::adapters::journal::{Journal, SendLock};
use thanks::adapters::smtp::{Interrupt, Login, Patience, Server};
use thanks::adapters::store::{Approval, Beginning, Orphan, Store};
use thanks::domain::address::Mailbox;
use thanks::domain::note::{Approved, Edited, Note, NoteId, NoteKind, message_id};
use thanks::domain::outbox::State;
use thanks::flow::deliver::{Delivery, Desk, Judge, Relay, Watch};
use thanks::flow::fitness::Judgment;
use thanks::flow::outgoing::wire_of;

pub const MACHINE: &str = "this-machine";

pub fn at() -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339("2026-03-05T16:00:00-05:00").unwrap()
}

/// A drafted note to `person`, of `acme`.
pub fn note(person: &str) -> Note {
    let from = Mailbox::parse("Jo Marsh <jo@example.com>").unwrap();
    let to = Mailbox::parse(&format!("{person} <{person}@acme.example>")).unwrap();
    let id = message_id(&from.address, &to.address, at().date_naive(), NoteKind::ThankYou, 1);
    Note {
        id: NoteId::new("acme", person, NoteKind::ThankYou, 1, 1),
        application: "acme".into(),
        person: person.into(),
        round: 1,
        kind: NoteKind::ThankYou,
        ordinal: 1,
        state: State::Drafted,
        template: "thank-you".into(),
        from: Some(from),
        to: Some(to),
        subject: "Thank you".into(),
        body: format!("Hi {person},\n\nthank you.\n\nJo"),
        edited: Edited::No,
        facts: String::new(),
        shown: None,
        departs_on: at().date_naive(),
        send_before: Some(at() + TimeDelta::hours(20)),
        send_after: None,
        next_try: None,
        message_id: Some(id),
        server_message_id: None,
        in_reply_to: None,
        references: Vec::new(),
        allowed: Vec::new(),
        offers: 0,
        attempts: 0,
        sent_at: None,
        detail: None,
        created_at: at(),
    }
}

pub struct Ledger {
    folder: TempDir,
    pub store: Store,
    pub journal: Journal,
    ids: Vec<NoteId>,
}

impl Ledger {
    /// One approved note for each person.
    pub fn approved(people: &[&str]) -> Ledger {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("thanks.db"), Beginning::Fresh).unwrap();
        let journal = Journal::at(folder.path().join("journal"));
        let mut ledger = Ledger { folder, store, journal, ids: Vec::new() };
        for person in people {
            let note = note(person);
            ledger.store.save_draft(&note, at()).unwrap();
            ledger.approve(&note);
            ledger.ids.push(note.id);
        }
        ledger
    }

    pub fn approve(&mut self, note: &Note) {
        let wire = wire_of(note, at()).unwrap();
        let approval = Approval { wire: &wire, send_before: note.send_before, send_after: None };
        assert_eq!(self.store.approve(&[(note, approval)], at()).unwrap().len(), 1);
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The database by itself, for faults of the record.
    pub fn sql(&self, sql: &str) {
        rusqlite::Connection::open(self.path("thanks.db")).unwrap().execute_batch(sql).unwrap();
    }

    pub fn states(&self) -> Vec<State> {
        self.ids.iter().map(|id| self.store.note(id).unwrap().unwrap().state).collect()
    }

    /// A note as it is approved now, whatever its bytes have become.
    pub fn known(&self, id: &NoteId) -> Approved {
        let db = rusqlite::Connection::open(self.path("thanks.db")).unwrap();
        let sql = "SELECT coalesce(wire_sha256, x'') FROM notes WHERE id = ?1";
        let wire_sha256: Vec<u8> = db.query_row(sql, [id.as_str()], |row| row.get(0)).unwrap();
        let note = self.store.note(id).unwrap().unwrap();
        Approved { wire_sha256, ..Approved::of(&note, &[]).unwrap() }
    }

    pub fn id(&self, place: usize) -> &NoteId {
        &self.ids[place]
    }

    /// Names a note once more in the next runs.
    pub fn repeat(&mut self, place: usize) {
        self.ids.push(self.ids[place].clone());
    }

    /// What a start finds left by the dead.
    pub fn recover(&mut self) -> Vec<Orphan> {
        let lock = self.lock();
        Desk::take(&mut self.store, &self.journal, lock, MACHINE, at()).unwrap().orphans
    }

    pub fn send(&mut self, server: &Server) -> Delivery {
        self.send_with(server, &Order::default()).unwrap()
    }

    /// One run over all notes.
    pub fn send_with(&mut self, server: &Server, order: &Order<'_>) -> anyhow::Result<Delivery> {
        let lock = self.lock();
        let approved: Vec<Approved> = self.ids.iter().map(|id| self.known(id)).collect();
        let mut desk = Desk::take(&mut self.store, &self.journal, lock, MACHINE, at())?;
        let relay = Relay {
            server,
            login: Some(Login::Password("pass word")),
            patience: &order.patience,
            explain: &|error| error.problem(server),
            interrupt: &order.interrupt,
        };
        let calls = Cell::new(0);
        let now = || {
            calls.set(calls.get() + 1);
            if let Some(meanwhile) = order.meanwhile {
                meanwhile(calls.get());
            }
            order.now
        };
        let judge = |store: &Store, ids: &[&NoteId]| (order.judge)(store, ids);
        let watch = Watch { now: &now, waiting: Arc::new(|| {}), judge: &judge };
        desk.deliver(&approved, &relay, &watch, None)
    }

    fn lock(&self) -> SendLock {
        // A test beside this one that starts a program holds every open file until it runs.
        let patience = std::time::Duration::from_secs(30);
        SendLock::take_within(&self.path("send.lock"), patience).unwrap().unwrap()
    }
}

/// How one run goes. The clock is read first for the look at the notes, then for the claim, then
/// for the mark of the first note: what happens `meanwhile` happens at that reading.
pub struct Order<'a> {
    pub patience: Patience,
    pub interrupt: Interrupt,
    pub now: DateTime<FixedOffset>,
    pub meanwhile: Option<&'a dyn Fn(usize)>,
    /// What the record says of the notes.
    pub judge: &'a Judge<'a>,
}

/// The readings of the clock, see [`Order`].
pub const AT_CLAIM: usize = 2;
pub const AT_MARK: usize = 3;

impl Default for Order<'_> {
    fn default() -> Self {
        let moment = std::time::Duration::from_secs(5);
        Order {
            patience: Patience {
                connect: moment,
                banner: moment,
                silence: moment,
                command: moment,
                body: moment,
                receipt: moment,
            },
            interrupt: Interrupt::default(),
            now: at(),
            meanwhile: None,
            judge: &|_, _| Ok(Judgment::default()),
        }
    }
}
