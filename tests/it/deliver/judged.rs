//! Approved notes are judged by the record once more when they are claimed and before their dot.

use std::cell::RefCell;
use std::collections::BTreeMap;

use chrono::TimeDelta;
use thanks::adapters::store::{Store, Wrong};
use thanks::domain::note::NoteId;
use thanks::domain::outbox::{Event, State};
use thanks::domain::problem::Kind;
use thanks::flow::fitness::Judgment;

use super::to;
use crate::ledger::{Ledger, Order, at};
use crate::smtp_server::{At, Fault, SmtpServer};

fn wrong(id: &NoteId) -> Judgment {
    let wrong = Wrong { event: Event::Redraft, why: "the day that it speaks of has passed".into() };
    Judgment { wrong: BTreeMap::from([(id.clone(), wrong)]), until: None }
}

#[test]
fn a_note_that_is_not_right_any_more_at_its_claim_goes_back_and_the_others_go() {
    let server = SmtpServer::builder().start();
    let mut ledger = Ledger::approved(&["jane", "omar"]);
    let jane = ledger.id(0).clone();
    let judge = |_: &Store, ids: &[&NoteId]| {
        assert_eq!(ids.len(), 2, "all notes are judged together");
        Ok(wrong(&jane))
    };
    let order = Order { judge: &judge, ..Order::default() };
    let delivery = ledger.send_with(&to(&server), &order).unwrap();
    let told = &delivery.outcomes[0];
    assert_eq!(
        (told.failure, told.detail.as_str()),
        (Some(Kind::NeedsYou), "the day that it speaks of has passed")
    );
    assert_eq!(ledger.states(), [State::Drafted, State::Sent]);
    assert_eq!(server.accepted().len(), 1);
}

#[test]
fn a_change_while_a_batch_is_sent_stops_the_notes_that_it_concerns() {
    let server = SmtpServer::builder().fault_on(1, At::Dot, Fault::HoldBack).start();
    let mut ledger = Ledger::approved(&["jane", "omar", "ann"]);
    let omar = ledger.id(1).clone();
    let path = ledger.path("thanks.db");
    let changed = RefCell::new(false);
    let judge =
        |_: &Store, _: &[&NoteId]| Ok(if *changed.borrow() { wrong(&omar) } else { Judgment::default() });
    // Another command writes after the claims, while the first note is on its way.
    let meanwhile = |reading| {
        if reading == crate::ledger::AT_MARK {
            let other = rusqlite::Connection::open(&path).unwrap();
            other.execute("UPDATE notes SET facts = 'changed' WHERE id = 'acme/omar'", []).unwrap();
            *changed.borrow_mut() = true;
            server.let_go();
        }
    };
    let order = Order { judge: &judge, meanwhile: Some(&meanwhile), ..Order::default() };
    let delivery = ledger.send_with(&to(&server), &order).unwrap();
    assert_eq!(ledger.states(), [State::Sent, State::Drafted, State::Sent]);
    assert_eq!(delivery.outcomes[1].failure, Some(Kind::NeedsYou));
    let to: Vec<String> = server.accepted().into_iter().map(|mail| mail.to).collect();
    assert_eq!(to, ["jane@acme.example", "ann@acme.example"], "no dot was written for the one between");
}

#[test]
fn a_judgment_ends_with_the_day() {
    let server = SmtpServer::builder().start();
    let mut ledger = Ledger::approved(&["jane"]);
    let jane = ledger.id(0).clone();
    let judgments = RefCell::new(0);
    let judge = |_: &Store, _: &[&NoteId]| {
        *judgments.borrow_mut() += 1;
        match *judgments.borrow() {
            1 => Ok(Judgment { until: Some(at() + TimeDelta::hours(1)), ..Judgment::default() }),
            _ => Ok(wrong(&jane)),
        }
    };
    // Midnight comes between the claim and the dot.
    let order = Order { judge: &judge, now: at() + TimeDelta::hours(1), ..Order::default() };
    ledger.send_with(&to(&server), &order).unwrap();
    assert_eq!(ledger.states(), [State::Drafted]);
    server.settle();
    assert!(server.accepted().is_empty() && ledger.journal.is_empty());
}
