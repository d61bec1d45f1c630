//! Several notes on one connection, while it lasts.

use super::{to, with};
use crate::ledger::Ledger;
use crate::smtp_server::{At, Certificate, Fault, SmtpServer, Transport};
use thanks::domain::outbox::State;
use thanks::domain::problem::Kind;
use thanks::domain::retry::Pause;

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
    for (at, connections) in [(At::Rcpt, 1), (At::Data, 1), (At::Dot, 2)] {
        for builder in [SmtpServer::builder(), SmtpServer::builder().without_pipelining()] {
            let server = builder.fault_on(2, at, Fault::Reply("550 5.1.1 no")).start();
            let mut ledger = Ledger::approved(&THREE);
            let delivery = ledger.send(&to(&server));
            assert_eq!(ledger.states(), [State::Sent, State::Refused, State::Sent], "{at:?}");
            assert_eq!(delivery.outcomes[1].failure, Some(Kind::Refused));
            assert_eq!(server.connections(), connections, "{at:?}");
            assert_eq!(recipients(&[&server]).len(), 2);
        }
    }
}

/// Postfix with `smtpd_end_of_data_restrictions`: the next MAIL is answered with a 503, and the next
/// RCPT would be one more recipient of the refused message.
#[test]
fn a_refused_note_that_stays_open_at_the_server_does_not_spoil_its_neighbors() {
    for builder in [SmtpServer::builder(), SmtpServer::builder().without_pipelining()] {
        for (reply, state) in [("550 5.7.1 spam", State::Refused), ("450 4.7.1 later", State::Approved)] {
            for nth in [1, 2, 3] {
                let builder = builder.clone().keeping_what_it_refuses();
                let server = builder.fault_on(nth, At::Dot, Fault::Reply(reply)).start();
                let mut ledger = Ledger::approved(&THREE);
                ledger.send(&to(&server));
                let mut expected = [State::Sent; 3];
                expected[nth - 1] = state;
                assert_eq!(ledger.states(), expected, "{reply}");
                assert_eq!(recipients(&[&server]).len(), 2);
                for taken in server.accepted() {
                    let headers = String::from_utf8(taken.data).unwrap();
                    assert!(headers.contains(&taken.to), "{} got {headers}", taken.to);
                }
            }
        }
    }
}

#[test]
fn a_note_that_was_announced_to_a_server_out_of_step_goes_over_another_connection() {
    for (at, reply) in [
        (At::Mail, "503 nested MAIL"),
        (At::Rcpt, "503 no"),
        (At::Data, "503 no"),
        (At::Mail, "554 5.5.1 no"),
    ] {
        for builder in [SmtpServer::builder(), SmtpServer::builder().without_pipelining()] {
            let server = builder.fault_on(2, at, Fault::Reply(reply)).start();
            let mut ledger = Ledger::approved(&THREE);
            let delivery = ledger.send(&to(&server));
            assert_eq!(ledger.states(), [State::Sent; 3], "{at:?} {reply}");
            assert_eq!(delivery.outcomes.len(), 3);
            assert_eq!((server.connections(), recipients(&[&server]).len()), (2, 3), "{at:?} {reply}");
        }
    }
}

#[test]
fn a_server_that_is_always_out_of_step_is_not_tried_for_ever() {
    let server = with(At::Mail, Fault::Reply("503 no")).start();
    let mut ledger = Ledger::approved(&THREE);
    ledger.send(&to(&server));
    assert_eq!(ledger.states(), [State::Approved; 3]);
    assert_eq!(server.connections(), 3);
}

#[test]
fn what_is_the_account_s_trouble_ends_the_run_for_all() {
    for (at, reply, kind) in [
        (At::Mail, "550 5.4.5 Daily user sending limit exceeded", Kind::TryAgain),
        (At::Rcpt, "452 4.5.3 too many recipients", Kind::TryAgain),
        (At::Dot, "554 5.2.0 SubmissionQuotaExceeded", Kind::TryAgain),
        (At::Mail, "530 5.7.57 not authenticated", Kind::Permission),
        (At::Dot, "550 5.7.60 SendAsDenied", Kind::Config),
    ] {
        for builder in [SmtpServer::builder(), SmtpServer::builder().without_pipelining()] {
            let server = builder.fault_on(2, at, Fault::Reply(reply)).start();
            let mut ledger = Ledger::approved(&THREE);
            let delivery = ledger.send(&to(&server));
            assert_eq!(ledger.states(), [State::Sent, State::Approved, State::Approved], "{reply}");
            let trouble = delivery.trouble.unwrap();
            assert_eq!(trouble.kind, kind, "{reply}");
            assert!(trouble.hint.is_some() && trouble.message.contains(reply), "{trouble}");
            for outcome in &delivery.outcomes[1..] {
                assert_eq!(outcome.failure, Some(kind), "{reply}");
                assert!(outcome.pause >= Pause::Hour, "{reply}");
            }
            server.settle();
            let taken = (server.connections(), server.accepted().len());
            assert_eq!(taken, (1, 1), "{reply}: the server is left alone");
            let healthy = SmtpServer::builder().start();
            ledger.send(&to(&healthy));
            assert_eq!(ledger.states(), [State::Sent; 3]);
        }
    }
}

#[test]
fn a_server_that_takes_nothing_now_is_asked_for_three_notes_at_most() {
    let people: Vec<String> = (0..6).map(|n| format!("person{n}")).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let server = with(At::Dot, Fault::Reply("451 4.3.0 later")).start();
    let mut ledger = Ledger::approved(&people);
    ledger.send(&to(&server));
    assert_eq!(ledger.states(), [State::Approved; 6]);
    assert_eq!(server.connections(), 3);
    let server = with(At::Dot, Fault::Reply("554 5.7.1 spam")).start();
    ledger.send(&to(&server));
    assert_eq!(ledger.states(), [State::Refused; 6]);
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
