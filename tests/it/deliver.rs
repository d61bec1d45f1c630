//! From approved to sent, through every fault that can be ordered: what the record says, what the
//! caller is told, and what a second run does.

use std::fs;
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use chrono::TimeDelta;
use thanks::adapters::smtp::{Patience, Security, Server};
use thanks::commands::Exit;
use thanks::domain::outbox::{Event, State};
use thanks::domain::problem::Kind;

use crate::ledger::{AT_CLAIM, AT_MARK, Ledger, Order, at};
use crate::pause;
use crate::smtp_server::{At, Builder, Certificate, Fault, SmtpServer, Transport};

mod batches;
mod books;
mod judged;
mod pauses;

pub fn to(server: &SmtpServer) -> Server {
    Server {
        host: "127.0.0.1".into(),
        port: server.port(),
        security: if server.ca_pem().is_empty() { Security::Plain } else { Security::Tls },
        ca_pem: (!server.ca_pem().is_empty()).then(|| server.ca_pem().to_vec()),
        user: Some("jo@example.com".into()),
    }
}

fn impatient() -> Order<'static> {
    let moment = Duration::from_millis(1000);
    Order {
        patience: Patience {
            connect: moment * 5,
            banner: moment,
            silence: moment,
            command: moment,
            body: moment,
            receipt: moment,
        },
        ..Order::default()
    }
}

/// One note against a server with one fault, and then against one that works.
fn fate(order: Builder) -> (State, Option<Kind>) {
    let told = format!("{order:?}");
    let server = order.start();
    let mut ledger = Ledger::approved(&["jane"]);
    let delivery = ledger.send_with(&to(&server), &impatient()).unwrap();
    let outcome = &delivery.outcomes[0];
    assert_eq!(ledger.states(), [outcome.state], "{told}");
    assert!(!matches!(outcome.state, State::Claimed | State::Sending), "{told}");
    let arrived = server.accepted().len();
    match outcome.state {
        State::Sent => assert_eq!(arrived, 1, "{told}"),
        State::Unsure => assert!(arrived <= 1, "{told}"),
        _ => assert_eq!(arrived, 0, "{told}"),
    }
    drop(server);

    let healthy = SmtpServer::builder().start();
    let again = ledger.send(&to(&healthy));
    if outcome.state == State::Approved {
        assert_eq!(again.outcomes[0].state, State::Sent, "{told}");
        assert_eq!(healthy.accepted().len(), 1, "{told}");
    } else {
        assert_eq!(again.outcomes[0].state, outcome.state, "{told}");
        assert!(again.outcomes[0].failure.is_some(), "{told}");
        assert_eq!(healthy.connections(), 0, "{told}: nothing is even connected for it");
    }
    (outcome.state, outcome.failure)
}

fn with(at: At, fault: Fault) -> Builder {
    SmtpServer::builder().fault(at, fault)
}

#[test]
fn a_failure_to_get_a_session_never_touches_the_note() {
    use Fault::{Drop, Garbage, Hang, HugeReply, Reply, Trickle};
    let retried = (State::Approved, Some(Kind::TryAgain));
    for at in [At::Connect, At::Banner, At::Ehlo, At::Auth] {
        for fault in [Drop, Hang, Garbage, Trickle, HugeReply, Reply("421 not now")] {
            if at == At::Connect && !matches!(fault, Drop | Hang) {
                continue;
            }
            assert_eq!(fate(with(at, fault.clone())), retried, "{at:?} {fault:?}");
        }
    }
    for at in [At::Banner, At::Ehlo] {
        assert_eq!(fate(with(at, Reply("554 go away"))), retried, "{at:?}");
    }
    assert_eq!(fate(with(At::Auth, Reply("454 later"))), retried);
    assert_eq!(fate(with(At::Auth, Reply("535 5.7.8 no"))), (State::Approved, Some(Kind::Permission)));
}

#[test]
fn a_refused_connection_never_touches_the_note() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let nobody =
        Server { port, security: Security::Plain, ca_pem: None, ..to(&SmtpServer::builder().start()) };
    let mut ledger = Ledger::approved(&["jane"]);
    let delivery = ledger.send(&nobody);
    assert_eq!(delivery.outcomes[0].failure, Some(Kind::TryAgain));
    assert_eq!(delivery.trouble.unwrap().kind, Kind::TryAgain);
    assert_eq!(ledger.states(), [State::Approved]);
}

#[test]
fn a_certificate_that_cannot_be_trusted_is_a_matter_of_configuration() {
    for certificate in [Certificate::WrongHost, Certificate::Expired, Certificate::UnknownCa] {
        let order = SmtpServer::builder().transport(Transport::Tls(certificate));
        assert_eq!(fate(order), (State::Approved, Some(Kind::Config)), "{certificate:?}");
    }
}

#[test]
fn a_4xx_before_the_text_keeps_the_note_and_a_5xx_about_its_recipient_refuses_it() {
    use Fault::{Drop, Garbage, Hang, Reply};
    for at in [At::Mail, At::Rcpt, At::Data] {
        for fault in [Drop, Hang, Garbage, Reply("451 later"), Reply("421 closing")] {
            let told = format!("{at:?} {fault:?}");
            assert_eq!(fate(with(at, fault)), (State::Approved, Some(Kind::TryAgain)), "{told}");
        }
    }
    for at in [At::Rcpt, At::Data] {
        assert_eq!(fate(with(at, Reply("550 5.1.1 no"))), (State::Refused, Some(Kind::Refused)), "{at:?}");
    }
    assert_eq!(fate(with(At::Data, Reply("250 ok"))), (State::Approved, Some(Kind::TryAgain)));
}

#[test]
fn what_the_account_may_not_do_keeps_the_note() {
    use Fault::Reply;
    for (at, reply, kind) in [
        (At::Dot, "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceeded", Kind::TryAgain),
        (At::Mail, "550 5.1.90 daily limit", Kind::TryAgain),
        (At::Rcpt, "550 5.4.6 unusual sending activity", Kind::TryAgain),
        (At::Dot, "554 5.7.1 please try again later", Kind::TryAgain),
        (At::Mail, "530 5.7.57 Client not authenticated", Kind::Permission),
        (At::Mail, "535 5.7.139 Authentication unsuccessful", Kind::Permission),
        (At::Rcpt, "554 5.7.1 <jane@acme.example>: Relay access denied", Kind::Permission),
        (At::Data, "554 5.7.1 no", Kind::Permission),
        (At::Dot, "554 5.7.60 SendAsDenied", Kind::Config),
        (At::Mail, "550 5.1.1 no", Kind::Config),
        (At::Mail, "530 5.7.0 Must issue a STARTTLS command first", Kind::Config),
        (At::Mail, "503 5.5.1 nested MAIL command", Kind::TryAgain),
    ] {
        for order in [SmtpServer::builder(), SmtpServer::builder().without_pipelining()] {
            let told = format!("{at:?} {reply}");
            assert_eq!(fate(order.fault(at, Reply(reply))), (State::Approved, Some(kind)), "{told}");
        }
    }
}

#[test]
fn a_no_that_is_followed_by_a_yes_leaves_a_doubt() {
    for reply in ["451 later\r\n250 taken", "550 spam\r\n250 taken"] {
        for order in [SmtpServer::builder(), SmtpServer::builder().without_pipelining()] {
            let fate = fate(order.fault(At::Dot, Fault::TakeAndSay(reply)));
            assert_eq!(fate, (State::Unsure, Some(Kind::InDoubt)), "{reply}");
        }
    }
}

#[test]
fn only_a_clear_answer_to_the_dot_settles_a_note() {
    use Fault::{Drop, Garbage, Hang, HugeReply, Reply, TakeThenDrop, Trickle};
    assert_eq!(fate(SmtpServer::builder()), (State::Sent, None));
    assert_eq!(fate(SmtpServer::builder().without_pipelining()), (State::Sent, None));
    assert_eq!(fate(with(At::Dot, Reply("251 taken"))), (State::Sent, None));
    assert_eq!(fate(with(At::Dot, Reply("451 later"))), (State::Approved, Some(Kind::TryAgain)));
    assert_eq!(fate(with(At::Dot, Reply("421 closing"))), (State::Approved, Some(Kind::TryAgain)));
    assert_eq!(fate(with(At::Dot, Reply("554 spam"))), (State::Refused, Some(Kind::Refused)));
    for fault in [
        Drop,
        TakeThenDrop,
        Hang,
        Garbage,
        Trickle,
        HugeReply,
        Reply("354 go on"),
        Reply("221 bye"),
        Reply("2"),
    ] {
        let told = format!("{fault:?}");
        assert_eq!(fate(with(At::Dot, fault)), (State::Unsure, Some(Kind::InDoubt)), "{told}");
    }
}

#[test]
fn what_happens_to_the_goodbye_does_not_matter() {
    for fault in [Fault::Drop, Fault::Hang, Fault::Garbage, Fault::Reply("421 no")] {
        for order in [SmtpServer::builder(), SmtpServer::builder().without_pipelining()] {
            assert_eq!(fate(order.fault(At::Quit, fault.clone())), (State::Sent, None), "{fault:?}");
        }
    }
}

#[test]
fn a_server_that_goes_or_speaks_before_the_dot_never_sees_one() {
    for fault in [Fault::Drop, Fault::Reply("451 no more"), Fault::Reply("250 taken"), Fault::Garbage] {
        let told = format!("{fault:?}");
        for transport in [Transport::Plain, Transport::Tls(Certificate::Good)] {
            let server = with(At::Body, fault.clone()).transport(transport).start();
            let mut ledger = Ledger::approved(&["jane"]);
            let meanwhile = |reading| {
                if reading == AT_MARK {
                    server.wait_for(At::Body);
                    pause(Duration::from_millis(50));
                }
            };
            let order = Order { meanwhile: Some(&meanwhile), ..impatient() };
            let outcome = ledger.send_with(&to(&server), &order).unwrap().outcomes.remove(0);
            assert_eq!((outcome.state, outcome.failure), (State::Approved, Some(Kind::TryAgain)), "{told}");
            server.settle();
            assert!(!server.raw().ends_with(b".\r\n"), "{told}: no dot was written");
            let healthy = SmtpServer::builder().start();
            assert_eq!(ledger.send(&to(&healthy)).outcomes[0].state, State::Sent, "{told}");
        }
    }
}

#[test]
fn an_interruption_before_the_dot_releases_the_note() {
    for when in [AT_CLAIM, AT_MARK] {
        let server = SmtpServer::builder().start();
        let mut ledger = Ledger::approved(&["jane", "omar"]);
        let interrupt = thanks::adapters::smtp::Interrupt::default();
        let raise = |reading| {
            if reading == when {
                interrupt.raise();
            }
        };
        let order = Order { interrupt: interrupt.clone(), meanwhile: Some(&raise), ..Order::default() };
        let delivery = ledger.send_with(&to(&server), &order).unwrap();
        for outcome in &delivery.outcomes {
            assert_eq!(outcome.failure, Some(Kind::Interrupted), "{}", outcome.detail);
            assert_eq!(Exit::from(Kind::Interrupted).code(), 130);
        }
        assert_eq!(ledger.states(), [State::Approved, State::Approved]);
        server.settle();
        assert!(!server.raw().ends_with(b".\r\n"));
        ledger.send(&to(&server));
        assert_eq!(server.accepted().len(), 2);
    }
}

#[test]
fn an_interruption_while_the_receipt_is_awaited_leaves_a_doubt() {
    let server = with(At::Dot, Fault::Hang).start();
    let mut ledger = Ledger::approved(&["jane", "omar"]);
    let order = Order::default();
    let delivery = thread::scope(|scope| {
        let interrupt = order.interrupt.clone();
        let server = &server;
        scope.spawn(move || {
            server.wait_for(At::Dot);
            interrupt.raise();
        });
        ledger.send_with(&to(server), &order).unwrap()
    });
    let kinds: Vec<Option<Kind>> = delivery.outcomes.iter().map(|outcome| outcome.failure).collect();
    assert_eq!(kinds, [Some(Kind::InDoubt), Some(Kind::Interrupted)]);
    assert_eq!(Exit::from(Kind::InDoubt).code(), 76);
    assert_eq!(ledger.states(), [State::Unsure, State::Approved]);
}

#[test]
fn a_note_whose_time_has_passed_is_not_sent() {
    let server = SmtpServer::builder().start();
    let mut ledger = Ledger::approved(&["jane"]);
    let late = Order { now: at() + TimeDelta::hours(21), ..Order::default() };
    let outcome = ledger.send_with(&to(&server), &late).unwrap().outcomes.remove(0);
    assert_eq!((outcome.state, outcome.failure), (State::Expired, Some(Kind::NeedsYou)));
    assert_eq!(server.connections(), 0);
    assert_eq!(
        ledger.send(&to(&server)).outcomes[0].failure,
        Some(Kind::NeedsYou),
        "it needs a new approval"
    );
    assert_eq!(server.connections(), 0);
}

#[test]
fn only_an_id_that_the_server_made_itself_is_remembered_as_its_own() {
    let given = |reply: &'static str| {
        let server = with(At::Dot, Fault::Reply(reply)).start();
        let mut ledger = Ledger::approved(&["jane"]);
        assert_eq!(ledger.send(&to(&server)).outcomes[0].state, State::Sent, "{reply}");
        ledger.store.note(ledger.id(0)).unwrap().unwrap().server_message_id
    };
    let own = crate::ledger::note("jane").message_id.unwrap();
    assert_eq!(given("250 2.0.0 OK <AM0P@mail.example>").as_deref(), Some("<AM0P@mail.example>"));
    let echo: &'static str = format!("250 <jo@example.com> to <jane@acme.example>: {own} taken").leak();
    assert_eq!(given(echo), None, "they are the sender, the recipient, and our own id");
    let all: &'static str = format!("{echo} as <AM0P@mail.example>").leak();
    assert_eq!(given(all).as_deref(), Some("<AM0P@mail.example>"));
}

#[test]
fn a_note_may_still_go_in_its_very_last_moment() {
    let server = SmtpServer::builder().start();
    let mut ledger = Ledger::approved(&["jane"]);
    let last = Order { now: at() + TimeDelta::hours(20), ..Order::default() };
    assert_eq!(ledger.send_with(&to(&server), &last).unwrap().outcomes[0].state, State::Sent);
}

#[test]
fn a_note_that_is_not_approved_is_left_alone_with_the_reason() {
    let server = SmtpServer::builder().start();
    let mut ledger = Ledger::approved(&["jane", "omar"]);
    ledger.store.step(&ledger.id(1).clone(), Event::Withdraw, at(), None).unwrap();
    ledger.send(&to(&server));
    let again = ledger.send(&to(&server));
    let told: Vec<_> = again.outcomes.iter().map(|o| (o.failure, o.detail.as_str())).collect();
    assert_eq!(
        told,
        [(Some(Kind::Declined), "another command has sent it"), (Some(Kind::NeedsYou), "it is withdrawn")]
    );
    assert_eq!(server.accepted().len(), 1);
}

#[test]
fn the_date_is_renewed_before_a_first_offer_and_never_after_one() {
    let server = SmtpServer::builder().fault_on(1, At::Dot, Fault::TakeThenDrop).start();
    let mut ledger = Ledger::approved(&["jane"]);
    let hour = |hours| Order { now: at() + TimeDelta::hours(hours), ..Order::default() };
    let approved = ledger.store.wire(ledger.id(0)).unwrap().bytes;
    ledger.send_with(&to(&server), &hour(1)).unwrap();
    let id = ledger.id(0).clone();
    ledger.store.step(&id, Event::ConfirmNotSent, at(), None).unwrap();
    ledger.send_with(&to(&server), &hour(2)).unwrap();
    let taken: Vec<Vec<u8>> = server.accepted().into_iter().map(|taken| taken.data).collect();
    assert_eq!(taken[0], taken[1], "what was offered once is offered again byte for byte");
    assert_ne!(taken[0], approved);
    let undated = |bytes: &[u8]| thanks::adapters::mime::with_date(bytes, at());
    assert_eq!(undated(&taken[0]), undated(&approved));
    assert!(String::from_utf8_lossy(&taken[0]).contains("Date: Thu, 5 Mar 2026 17:00:00 -0500"));
    assert_eq!(fs::read_to_string(ledger.path("journal")).unwrap().lines().count(), 2);
}
