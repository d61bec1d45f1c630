//! Faults of the record and of the journal: what cannot be written down is not offered, and what
//! was offered is never forgotten.

use std::collections::BTreeMap;
use std::fs;

use chrono::TimeDelta;

use super::{fate, to, with};
use crate::ledger::{AT_CLAIM, Ledger, MACHINE, Order, at, note};
use crate::smtp_server::{At, Fault, SmtpServer};
use thanks::adapters::store::{Beginning, Store};
use thanks::commands::Exit;
use thanks::domain::note::Note;
use thanks::domain::outbox::{Event, State};
use thanks::domain::problem::Kind;

/// The disk is full for every step that `condition` names.
fn broken(condition: &str) -> String {
    format!(
        "CREATE TRIGGER broken BEFORE UPDATE OF state ON notes WHEN {condition}
         BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
    )
}

#[test]
fn what_was_taken_but_not_recorded_is_in_doubt_and_never_offered_again() {
    let server = SmtpServer::builder().start();
    let mut ledger = Ledger::approved(&["jane", "omar"]);
    ledger.sql(&broken("NEW.state = 'sent'"));
    let delivery = ledger.send(&to(&server));
    assert_eq!(delivery.outcomes[0].failure, Some(Kind::InDoubt));
    assert!(delivery.outcomes[0].detail.contains("the server took it"), "{}", delivery.outcomes[0].detail);
    assert_eq!(delivery.outcomes[1].failure, Some(Kind::LocalIo), "nothing more is offered");
    assert_eq!(ledger.states(), [State::Sending, State::Approved]);
    assert_eq!(server.accepted().len(), 1);
    ledger.sql("DROP TRIGGER broken");
    assert_eq!(ledger.recover().len(), 1);
    assert_eq!(ledger.states(), [State::Unsure, State::Approved]);
    ledger.send(&to(&server));
    assert_eq!(ledger.states(), [State::Unsure, State::Sent]);
    assert_eq!(server.accepted().len(), 2);
}

#[test]
fn an_answer_that_cannot_be_recorded_leaves_a_doubt_whatever_it_was() {
    for answer in ["451 later", "554 no", "354 what"] {
        let server = with(At::Dot, Fault::Reply(answer)).start();
        let mut ledger = Ledger::approved(&["jane"]);
        ledger.sql(&broken("OLD.state = 'sending'"));
        let delivery = ledger.send(&to(&server));
        assert_eq!(delivery.outcomes[0].failure, Some(Kind::InDoubt), "{answer}");
        ledger.sql("DROP TRIGGER broken");
        ledger.recover();
        assert_eq!(ledger.states(), [State::Unsure]);
    }
}

#[test]
fn what_cannot_be_marked_is_not_offered() {
    for (condition, then) in
        [("NEW.state = 'sending'", State::Approved), ("OLD.state = 'claimed'", State::Claimed)]
    {
        let server = SmtpServer::builder().start();
        let mut ledger = Ledger::approved(&["jane", "omar"]);
        ledger.sql(&broken(condition));
        let delivery = ledger.send(&to(&server));
        assert!(delivery.outcomes.iter().all(|outcome| outcome.failure == Some(Kind::LocalIo)));
        assert_eq!(ledger.states(), [then, then]);
        server.settle();
        assert!(server.accepted().is_empty());
        assert!(!server.raw().ends_with(b".\r\n"), "no dot was written");
        assert!(ledger.journal.is_empty(), "what was not offered is not in the journal");
        ledger.sql("DROP TRIGGER broken");
        ledger.send(&to(&server));
        assert_eq!(ledger.states(), [State::Sent, State::Sent], "{condition}");
        assert_eq!(server.accepted().len(), 2);
    }
}

#[test]
fn nothing_is_connected_where_a_claim_cannot_be_recorded() {
    let server = SmtpServer::builder().start();
    let mut ledger = Ledger::approved(&["jane"]);
    ledger.sql(&broken("NEW.state = 'claimed'"));
    assert!(ledger.send_with(&to(&server), &Order::default()).is_err());
    assert_eq!(ledger.states(), [State::Approved]);
    assert_eq!(server.connections(), 0);
}

#[test]
fn nothing_is_sent_without_a_journal() {
    for reading in [1, AT_CLAIM] {
        let server = SmtpServer::builder().start();
        let mut ledger = Ledger::approved(&["jane"]);
        let journal = ledger.path("journal");
        if reading == 1 {
            fs::create_dir(&journal).unwrap();
        }
        let in_the_way = |now| {
            if now == reading && now > 1 {
                fs::create_dir(&journal).unwrap();
            }
        };
        let order = Order { meanwhile: Some(&in_the_way), ..Order::default() };
        let kind = match ledger.send_with(&to(&server), &order) {
            Ok(delivery) => Exit::from(delivery.outcomes[0].failure.unwrap()),
            Err(error) => Exit::of(&error),
        };
        assert_eq!(kind, Exit::from(Kind::LocalIo));
        assert_eq!(ledger.states(), [State::Approved]);
        assert_eq!(server.connections(), 0);
        fs::remove_dir(&journal).unwrap();
        assert_eq!(ledger.send(&to(&server)).outcomes[0].state, State::Sent);
    }
}

#[test]
fn bytes_that_changed_behind_our_back_keep_that_note_alone() {
    let server = SmtpServer::builder().start();
    let mut ledger = Ledger::approved(&["jane", "omar"]);
    ledger.sql("UPDATE notes SET wire = CAST(wire || x'20' AS BLOB) WHERE id = 'acme/jane'");
    let delivery = ledger.send(&to(&server));
    assert_eq!(delivery.outcomes[0].failure, Some(Kind::LocalIo));
    assert!(delivery.outcomes[0].detail.contains("changed after it was approved"));
    assert_eq!(ledger.states(), [State::Approved, State::Sent]);
    assert_eq!(server.accepted().len(), 1);
}

/// A backup of the record, put back after `then`; the journal stays.
fn restored(mut ledger: Ledger, then: impl FnOnce(&mut Ledger)) -> Ledger {
    let backup = ledger.path("backup.db");
    ledger.sql(&format!("VACUUM INTO '{}'", backup.display()));
    then(&mut ledger);
    let path = ledger.path("thanks.db");
    ledger.store = Store::open(&ledger.path("elsewhere.db"), Beginning::Fresh).unwrap();
    for name in ["thanks.db", "thanks.db-wal", "thanks.db-shm"] {
        let _ = fs::remove_file(ledger.path(name));
    }
    fs::rename(backup, &path).unwrap();
    ledger.store = Store::open(&path, Beginning::JournalHasLines).unwrap();
    ledger
}

#[test]
fn an_older_copy_of_the_record_does_not_send_again() {
    let server = SmtpServer::builder().start();
    let mut ledger = restored(Ledger::approved(&["jane"]), |ledger| {
        ledger.send(&to(&server));
    });
    let delivery = ledger.send(&to(&server));
    assert_eq!(delivery.outcomes[0].failure, Some(Kind::NeedsYou));
    assert_eq!(ledger.states(), [State::Unsure]);
    assert_eq!(server.accepted().len(), 1);
    let id = ledger.id(0).clone();
    ledger.store.step(&id, Event::ConfirmNotSent, at(), None).unwrap();
    ledger.send(&to(&server));
    assert_eq!(ledger.states(), [State::Sent], "its owner's word settles it");
}

#[test]
fn a_copy_from_between_two_offers_does_not_send_again_either() {
    let server = SmtpServer::builder().fault_on(1, At::Dot, Fault::Reply("451 later")).start();
    let mut ledger = Ledger::approved(&["jane"]);
    ledger.send(&to(&server));
    assert_eq!(ledger.states(), [State::Approved]);
    let mut ledger = restored(ledger, |ledger| {
        ledger.send(&to(&server));
    });
    ledger.send(&to(&server));
    assert_eq!(ledger.states(), [State::Unsure]);
    assert_eq!(server.accepted().len(), 1);
}

/// The record counts an offer whose journal line could not be written: the disk was full.
fn marked_without_a_line(ledger: &mut Ledger) {
    let id = ledger.id(0).clone();
    let approved = ledger.known(&id);
    let claim = thanks::adapters::store::Claim { approved: &approved, fresh: None };
    let claimed = ledger.store.claim(&[claim], MACHINE, at(), |_| Ok(BTreeMap::new())).unwrap();
    assert_eq!(claimed.taken.len(), 1);
    ledger.store.step(&id, Event::Mark, at(), None).unwrap();
    ledger.store.step(&id, Event::Release, at(), None).unwrap();
}

fn an_hour_later() -> Order<'static> {
    Order { now: at() + TimeDelta::hours(1), ..Order::default() }
}

#[test]
fn a_copy_that_counts_an_offer_too_much_does_not_send_again() {
    let server = SmtpServer::builder().start();
    let mut ledger = Ledger::approved(&["jane"]);
    marked_without_a_line(&mut ledger);
    let mut ledger = restored(ledger, |ledger| {
        assert_eq!(ledger.send(&to(&server)).outcomes[0].state, State::Sent);
        let journal = fs::read_to_string(ledger.path("journal")).unwrap();
        assert!(journal.ends_with(" this-machine 2\n"), "{journal}");
    });
    assert_eq!(ledger.send(&to(&server)).outcomes[0].failure, Some(Kind::NeedsYou));
    assert_eq!(ledger.states(), [State::Unsure]);
    assert_eq!(server.accepted().len(), 1);
}

#[test]
fn neither_does_one_whose_journal_has_lines_without_numbers() {
    let server = SmtpServer::builder().start();
    let mut ledger = Ledger::approved(&["jane"]);
    marked_without_a_line(&mut ledger);
    let mut ledger = restored(ledger, |ledger| {
        ledger.send_with(&to(&server), &an_hour_later()).unwrap();
        let journal = fs::read_to_string(ledger.path("journal")).unwrap();
        // As an earlier version wrote it.
        fs::write(ledger.path("journal"), journal.replace(" this-machine 2\n", " this-machine\n")).unwrap();
    });
    ledger.send(&to(&server));
    assert_eq!(ledger.states(), [State::Unsure]);
    assert_eq!(server.accepted().len(), 1);
    // Settled once, it is not asked about again.
    let id = ledger.id(0).clone();
    ledger.store.step(&id, Event::ConfirmNotSent, at() + TimeDelta::hours(2), None).unwrap();
    ledger.send(&to(&server));
    assert_eq!(ledger.states(), [State::Sent], "its owner's word settles it");
}

#[test]
fn lines_of_an_earlier_version_hold_up_nothing_that_is_as_they_say() {
    let server = SmtpServer::builder().fault_on(1, At::Dot, Fault::Reply("451 later")).start();
    let mut ledger = Ledger::approved(&["jane"]);
    ledger.send_with(&to(&server), &an_hour_later()).unwrap();
    let journal = fs::read_to_string(ledger.path("journal")).unwrap();
    fs::write(ledger.path("journal"), journal.replace(" this-machine 1\n", " this-machine\n")).unwrap();
    ledger.send(&to(&server));
    assert_eq!(ledger.states(), [State::Sent]);
    assert!(fs::read_to_string(ledger.path("journal")).unwrap().ends_with(" this-machine 2\n"));
}

#[test]
fn what_was_refused_after_its_dot_can_be_written_anew_and_goes() {
    assert_eq!(fate(with(At::Dot, Fault::Reply("554 spam"))).0, State::Refused);
    let server = SmtpServer::builder().fault_on(1, At::Dot, Fault::Reply("554 spam")).start();
    let mut ledger = Ledger::approved(&["jane"]);
    ledger.send(&to(&server));
    let anew = Note { body: "Other words.".into(), ..note("jane") };
    ledger.store.save_draft(&anew, at()).unwrap();
    ledger.approve(&anew);
    ledger.send(&to(&server));
    assert_eq!(ledger.states(), [State::Sent]);
    assert!(String::from_utf8_lossy(&server.accepted()[0].data).contains("Other words."));
}

#[test]
fn another_machine_s_claim_is_left_alone() {
    let server = SmtpServer::builder().start();
    let mut ledger = Ledger::approved(&["jane"]);
    let id = ledger.id(0).clone();
    let approved = ledger.known(&id);
    let claim = thanks::adapters::store::Claim { approved: &approved, fresh: None };
    ledger.store.claim(&[claim], "another-machine", at(), |_| Ok(BTreeMap::new())).unwrap();
    let delivery = ledger.send(&to(&server));
    assert_eq!(delivery.outcomes[0].failure, Some(Kind::NeedsYou));
    assert_eq!(ledger.states(), [State::Claimed]);
    assert_eq!(server.connections(), 0);
}
