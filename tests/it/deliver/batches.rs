//! Several notes on one connection, while it lasts.

use super::{to, with};
use crate::ledger::Ledger;
use crate::smtp_server::{At, Certificate, Fault, SmtpServer, Transport};
use thanks::domain::outbox::State;
use thanks::domain::problem::Kind;

const THREE: [&str; 3] = ["jane", "omar", "ann"];

/// Nobody is written to twice.
fn recipients(servers: &[&SmtpServer]) -> Vec<String> {
    let mut to: Vec<String> =
        servers.iter().flat_map(|server| server.accepted()).map(|accepted| accepted.to).collect();
    to.sort_unstable();
    let all = to.len();
    to.dedup();
    assert_eq!(to.len(), all, "twice: {to:?}");
    to
}

#[test]
fn a_note_that_is_refused_in_the_middle_does_not_keep_the_rest() {
    for at in [At::Mail, At::Rcpt, At::Data, At::Dot] {
        for builder in [SmtpServer::builder(), SmtpServer::builder().without_pipelining()] {
            let server = builder.fault_on(2, at, Fault::Reply("550 5.1.1 no")).start();
            let mut ledger = Ledger::approved(&THREE);
            let delivery = ledger.send(&to(&server));
            assert_eq!(ledger.states(), [State::Sent, State::Refused, State::Sent], "{at:?}");
            assert_eq!(delivery.outcomes[1].failure, Some(Kind::Refused));
            assert_eq!(server.connections(), 1, "{at:?}");
            assert_eq!(recipients(&[&server]).len(), 2);
        }
    }
}

#[test]
fn a_connection_that_breaks_after_a_sent_note_is_replaced() {
    for fault in [Fault::Drop, Fault::TakeThenDrop, Fault::Garbage] {
        let server = SmtpServer::builder().fault_on(2, At::Dot, fault.clone()).start();
        let mut ledger = Ledger::approved(&THREE);
        ledger.send(&to(&server));
        assert_eq!(ledger.states(), [State::Sent, State::Unsure, State::Sent], "{fault:?}");
        assert_eq!(server.connections(), 2);
        recipients(&[&server]);
        ledger.send(&to(&server));
        assert_eq!(server.connections(), 2, "nothing is left that may be offered");
    }
}

#[test]
fn a_server_that_takes_one_note_a_connection_gets_them_one_by_one() {
    let server = SmtpServer::builder().fault_on(2, At::Mail, Fault::Drop).start();
    let mut ledger = Ledger::approved(&THREE);
    ledger.send(&to(&server));
    assert_eq!(ledger.states(), [State::Sent, State::Approved, State::Sent]);
    ledger.send(&to(&server));
    assert_eq!(recipients(&[&server]).len(), 3);
}

#[test]
fn a_server_that_breaks_every_connection_is_left_alone() {
    for at in [At::Mail, At::Rcpt, At::Data] {
        let server = with(at, Fault::Drop).start();
        let mut ledger = Ledger::approved(&THREE);
        let delivery = ledger.send(&to(&server));
        assert!(delivery.outcomes.iter().all(|outcome| outcome.failure == Some(Kind::TryAgain)));
        assert_eq!(ledger.states(), [State::Approved; 3]);
        assert_eq!(server.connections(), 1, "{at:?}");
    }
}

#[test]
fn a_first_note_in_doubt_keeps_the_rest_for_another_time() {
    let server = with(At::Dot, Fault::TakeThenDrop).start();
    let mut ledger = Ledger::approved(&THREE);
    ledger.send(&to(&server));
    assert_eq!(ledger.states(), [State::Unsure, State::Approved, State::Approved]);
    let healthy = SmtpServer::builder().start();
    ledger.send(&to(&healthy));
    assert_eq!(recipients(&[&server, &healthy]).len(), 3);
}

#[test]
fn a_name_given_twice_is_one_note() {
    let server = SmtpServer::builder().start();
    let mut ledger = Ledger::approved(&["jane"]);
    ledger.repeat(0);
    let delivery = ledger.send(&to(&server));
    assert_eq!(delivery.outcomes.len(), 1);
    assert_eq!(recipients(&[&server]).len(), 1);
}

/// TCP, TLS, greeting, EHLO, AUTH, the announcement, and then one for each note.
#[test]
fn a_further_note_costs_one_round_trip() {
    let people: Vec<String> = (0..8).map(|n| format!("person{n}")).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    for count in [1, 8] {
        let server = SmtpServer::builder().transport(Transport::Tls(Certificate::Good)).start();
        let mut ledger = Ledger::approved(&people[..count]);
        ledger.send(&to(&server));
        server.settle();
        assert_eq!(recipients(&[&server]).len(), count);
        assert_eq!(server.round_trips(), count + 6);
        assert_eq!(server.commands().last().unwrap(), "QUIT");
    }
}
