//! Our submission driver against a server that does what it should not.

use std::net::TcpListener;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use thanks::adapters::smtp::{
    Answer, BodyError, BodyFailure, CertificateProblem, Interrupt, Login, Message, Next, OpenError,
    OpenFailure, Patience, Phase, Security, Server, Session, Spoke,
};
use thanks::domain::address::EmailAddress;

use crate::smtp_server::{At, Builder, Certificate, Fault, SmtpServer, Transport};

const WIRE: &[u8] = b"Subject: x\r\n\r\nhello\r\n";

fn short() -> Patience {
    let moment = Duration::from_millis(400);
    Patience {
        connect: moment * 5,
        banner: moment,
        command: moment,
        body: moment,
        receipt: moment,
    }
}

/// Long enough that only an interruption ends it within a test.
fn long() -> Patience {
    let minute = Duration::from_secs(60);
    Patience {
        connect: minute,
        banner: minute,
        command: minute,
        body: minute,
        receipt: minute,
    }
}

fn target(server: &SmtpServer, security: Security) -> Server {
    Server {
        host: "127.0.0.1".into(),
        port: server.port(),
        security,
        ca_pem: (!server.ca_pem().is_empty()).then(|| server.ca_pem().to_vec()),
        user: Some("jo@example.com".into()),
    }
}

fn open_as(
    server: &SmtpServer,
    security: Security,
    login: Login<'_>,
) -> Result<Session, OpenError> {
    Session::open(
        &target(server, security),
        Some(&login),
        &short(),
        &Interrupt::default(),
    )
}

fn open(server: &SmtpServer, security: Security) -> Result<Session, OpenError> {
    open_as(server, security, Login::Password("pass word"))
}

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn with_message<T>(wire: &[u8], then: impl FnOnce(&Message<'_>) -> T) -> T {
    let (from, to) = (address("jo@example.com"), address("jane@acme.example"));
    then(&Message {
        from: &from,
        to: &to,
        wire,
    })
}

fn open_class(kind: &OpenFailure) -> String {
    match kind {
        OpenFailure::Config(_) => "config".into(),
        OpenFailure::Certificate(_) => "certificate".into(),
        OpenFailure::Authentication(reply) => format!("authentication {}", reply.code),
        OpenFailure::NoMechanism(_) => "no mechanism".into(),
        OpenFailure::Transient(reply) => format!("transient {}", reply.code),
        OpenFailure::Permanent(reply) => format!("permanent {}", reply.code),
        OpenFailure::Protocol(_) => "protocol".into(),
        OpenFailure::Network(_) => "network".into(),
        OpenFailure::TimedOut => "timed out".into(),
        OpenFailure::Interrupted => "interrupted".into(),
    }
}

fn body_class(kind: &BodyFailure) -> String {
    match kind {
        BodyFailure::Transient(reply) => format!("transient {}", reply.code),
        BodyFailure::Permanent(reply) => format!("permanent {}", reply.code),
        BodyFailure::Protocol(_) => "protocol".into(),
        BodyFailure::Network(_) => "network".into(),
        BodyFailure::TimedOut => "timed out".into(),
        BodyFailure::Interrupted => "interrupted".into(),
    }
}

/// One message from the first byte to the last, as one line.
fn story(server: &SmtpServer, security: Security) -> String {
    let mut session = match open(server, security) {
        Ok(session) => session,
        Err(OpenError { phase, kind }) => return format!("{phase:?}: {}", open_class(&kind)),
    };
    let told = with_message(WIRE, |message| match session.body(message) {
        Err(BodyError { phase, kind }) => format!("{phase:?}: {}", body_class(&kind)),
        Ok(()) => match session.end(Next::Quit) {
            Answer::Accepted(reply) => format!("accepted {}", reply.code),
            Answer::Transient(reply) => format!("dot: transient {}", reply.code),
            Answer::Permanent(reply) => format!("dot: permanent {}", reply.code),
            Answer::Lost { .. } => "lost".into(),
        },
    });
    let known_outcome = told.starts_with("accepted") || told == "lost";
    assert!(
        known_outcome || server.accepted().is_empty(),
        "{told}, but it was accepted"
    );
    assert!(
        !told.starts_with("accepted") || server.accepted().len() == 1,
        "{told}, but it was not"
    );
    told
}

fn table(rows: Vec<(At, Fault, &str)>, security: Security, order: impl Fn() -> Builder + Sync) {
    thread::scope(|scope| {
        for (at, fault, expected) in rows {
            let order = &order;
            scope.spawn(move || {
                let server = order().fault(at, fault.clone()).start();
                assert_eq!(story(&server, security), expected, "{at:?} {fault:?}");
            });
        }
    });
}

fn faults_of_the_conversation() -> Vec<(At, Fault, &'static str)> {
    use Fault::{Drop, Garbage, Hang, HugeReply, Reply, TakeThenDrop, Trickle};
    vec![
        (At::Connect, Drop, "Banner: network"),
        (At::Banner, Drop, "Banner: network"),
        (At::Banner, Hang, "Banner: timed out"),
        (At::Banner, Trickle, "Banner: timed out"),
        (At::Banner, Garbage, "Banner: protocol"),
        (At::Banner, HugeReply, "Banner: protocol"),
        (At::Banner, Reply("421 busy"), "Banner: transient 421"),
        (At::Banner, Reply("554 no"), "Banner: permanent 554"),
        (At::Banner, Reply("250 hi"), "Banner: protocol"),
        (At::Ehlo, Drop, "Ehlo: network"),
        (At::Ehlo, Hang, "Ehlo: timed out"),
        (At::Ehlo, Trickle, "Ehlo: timed out"),
        (At::Ehlo, Garbage, "Ehlo: protocol"),
        (At::Ehlo, HugeReply, "Ehlo: protocol"),
        (At::Ehlo, Reply(""), "Ehlo: protocol"),
        (At::Ehlo, Reply("421 busy"), "Ehlo: transient 421"),
        (At::Ehlo, Reply("550 no"), "Ehlo: permanent 550"),
        (At::Auth, Drop, "Auth: network"),
        (At::Auth, Hang, "Auth: timed out"),
        (At::Auth, Reply("535 5.7.8 no"), "Auth: authentication 535"),
        (At::Auth, Reply("454 later"), "Auth: transient 454"),
        (At::Auth, Reply("250 ok"), "Auth: protocol"),
        (At::Auth, Garbage, "Auth: protocol"),
        (At::Mail, Drop, "Mail: network"),
        (At::Mail, Hang, "Mail: timed out"),
        (At::Mail, Reply("450 later"), "Mail: transient 450"),
        (At::Mail, Reply("550 not you"), "Mail: permanent 550"),
        (At::Mail, Reply("354 go"), "Mail: protocol"),
        (At::Rcpt, Drop, "Rcpt: network"),
        (At::Rcpt, Trickle, "Rcpt: timed out"),
        (At::Rcpt, Garbage, "Rcpt: protocol"),
        (At::Rcpt, Reply("451 greylisted"), "Rcpt: transient 451"),
        (At::Rcpt, Reply("550 5.1.1 who?"), "Rcpt: permanent 550"),
        (At::Rcpt, Reply("421 bye"), "Rcpt: transient 421"),
        (At::Rcpt, Reply("252 perhaps"), "Rcpt: protocol"),
        (At::Rcpt, Reply("251 forwarded"), "accepted 250"),
        (At::Data, Drop, "Data: network"),
        (At::Data, Hang, "Data: timed out"),
        (At::Data, Reply("451 later"), "Data: transient 451"),
        (At::Data, Reply("554 no"), "Data: permanent 554"),
        (At::Data, Reply("250 ok"), "Data: protocol"),
        (At::Dot, Drop, "lost"),
        (At::Dot, TakeThenDrop, "lost"),
        (At::Dot, Hang, "lost"),
        (At::Dot, Trickle, "lost"),
        (At::Dot, Garbage, "lost"),
        (At::Dot, HugeReply, "lost"),
        (At::Dot, Reply("354 go on"), "lost"),
        (At::Dot, Reply("220 hi"), "lost"),
        (At::Dot, Reply("260 odd"), "lost"),
        (At::Dot, Reply("250-cut\r\n550 two codes"), "lost"),
        (At::Dot, Reply("451 later"), "dot: transient 451"),
        (At::Dot, Reply("554 spam"), "dot: permanent 554"),
        (At::Dot, Reply("571 an old code"), "dot: permanent 571"),
        (At::Quit, Drop, "accepted 250"),
        (At::Quit, Hang, "accepted 250"),
    ]
}

#[test]
fn each_fault_has_its_class_where_the_server_pipelines() {
    table(
        faults_of_the_conversation(),
        Security::Plain,
        SmtpServer::builder,
    );
}

#[test]
fn each_fault_has_the_same_class_where_it_does_not() {
    table(faults_of_the_conversation(), Security::Plain, || {
        SmtpServer::builder().without_pipelining()
    });
}

#[test]
fn each_fault_on_the_way_into_tls_has_its_class() {
    let rows = vec![
        (At::Connect, Fault::Drop, "Tls: network"),
        (At::Tls, Fault::Drop, "Tls: network"),
        (At::Tls, Fault::Hang, "Tls: timed out"),
        (At::Tls, Fault::Reply("220 plain ESMTP"), "Tls: network"),
        (At::Dot, Fault::Drop, "lost"),
        (At::Mail, Fault::Drop, "Mail: network"),
        (At::Quit, Fault::Drop, "accepted 250"),
    ];
    table(rows, Security::Tls, || {
        SmtpServer::builder().transport(Transport::Tls(Certificate::Good))
    });
    let rows = vec![
        (At::StartTls, Fault::Drop, "StartTls: network"),
        (
            At::StartTls,
            Fault::Reply("454 not now"),
            "StartTls: transient 454",
        ),
        (
            At::StartTls,
            Fault::Reply("502 never"),
            "StartTls: permanent 502",
        ),
        (At::StartTls, Fault::Reply("250 ok"), "StartTls: protocol"),
        (
            At::StartTls,
            Fault::Inject("250 injected\r\n"),
            "Tls: protocol",
        ),
        (At::StartTls, Fault::Inject("2"), "Tls: protocol"),
        (At::Tls, Fault::Drop, "Tls: network"),
        (At::Tls, Fault::Hang, "Tls: timed out"),
        (At::Quit, Fault::Drop, "accepted 250"),
    ];
    table(rows, Security::StartTls, || {
        SmtpServer::builder().transport(Transport::StartTls(Certificate::Good))
    });
}

#[test]
fn a_certificate_that_cannot_be_trusted_is_named_and_gets_no_password() {
    let rows = [
        (Certificate::UnknownCa, CertificateProblem::UnknownAuthority),
        (Certificate::Expired, CertificateProblem::Expired),
        (Certificate::NotYetValid, CertificateProblem::NotYetValid),
        (
            Certificate::TheCaItself,
            CertificateProblem::CaUsedAsEndEntity,
        ),
    ];
    for (certificate, expected) in rows {
        let server = SmtpServer::builder()
            .transport(Transport::Tls(certificate))
            .start();
        let error = open(&server, Security::Tls).err().unwrap();
        assert_eq!(
            error,
            OpenError {
                phase: Phase::Tls,
                kind: OpenFailure::Certificate(expected)
            }
        );
        assert!(server.commands().is_empty());
    }
    let server = SmtpServer::builder()
        .transport(Transport::StartTls(Certificate::WrongHost))
        .start();
    let error = open(&server, Security::StartTls).err().unwrap();
    let OpenFailure::Certificate(CertificateProblem::WrongHost(names)) = &error.kind else {
        panic!("{error:?}")
    };
    assert!(names.join(" ").contains("mail.elsewhere.test"), "{names:?}");
    assert_eq!(server.commands(), ["EHLO [127.0.0.1]", "STARTTLS"]);
}

#[test]
fn without_the_extra_root_its_certificate_is_unknown() {
    let server = SmtpServer::builder()
        .transport(Transport::Tls(Certificate::Good))
        .start();
    let mut target = target(&server, Security::Tls);
    target.ca_pem = None;
    let error = Session::open(&target, None, &short(), &Interrupt::default())
        .err()
        .unwrap();
    // A machine without any roots says so before it connects.
    assert!(
        matches!(
            error.kind,
            OpenFailure::Certificate(CertificateProblem::UnknownAuthority) | OpenFailure::Config(_)
        ),
        "{error:?}"
    );
    target.ca_pem = Some(b"nothing here".to_vec());
    let error = Session::open(&target, None, &short(), &Interrupt::default())
        .err()
        .unwrap();
    assert_eq!(
        (error.phase, open_class(&error.kind)),
        (Phase::Tls, "config".into())
    );
    assert!(
        error
            .problem(&target)
            .message
            .contains("ca_file holds no certificate"),
        "{error:?}"
    );
}

#[test]
fn starttls_that_is_not_offered_ends_the_conversation_before_the_password() {
    let server = SmtpServer::builder().start();
    assert_eq!(story(&server, Security::StartTls), "StartTls: protocol");
    assert_eq!(server.commands(), ["EHLO [127.0.0.1]"]);
}

#[test]
fn nothing_is_said_in_clear_to_another_machine() {
    for host in ["192.0.2.1", "mail.example.org", "127.0.0.1.example.org"] {
        let target = Server {
            host: host.into(),
            port: 25,
            security: Security::Plain,
            ca_pem: None,
            user: Some("jo".into()),
        };
        let error = Session::open(
            &target,
            Some(&Login::Password("x")),
            &short(),
            &Interrupt::default(),
        )
        .err()
        .unwrap();
        assert_eq!(
            (error.phase, open_class(&error.kind)),
            (Phase::Connect, "config".into()),
            "{host}"
        );
    }
}

/// Sends as many notes as asked on one connection, each announced with the dot before it.
fn send_all(session: &mut Session, count: usize) {
    with_message(WIRE, |message| {
        for n in 1..=count {
            session.body(message).unwrap();
            session.look().unwrap();
            let next = if n == count {
                Next::Quit
            } else {
                Next::Message(message)
            };
            assert!(matches!(session.end(next), Answer::Accepted(_)));
        }
    });
}

#[test]
fn a_further_note_costs_one_round_trip() {
    for count in [1, 2, 8] {
        let server = SmtpServer::builder()
            .transport(Transport::Tls(Certificate::Good))
            .start();
        send_all(&mut open(&server, Security::Tls).unwrap(), count);
        assert_eq!(server.accepted().len(), count);
        assert_eq!(server.round_trips(), count + 6);
        let server = SmtpServer::builder()
            .transport(Transport::StartTls(Certificate::Good))
            .start();
        send_all(&mut open(&server, Security::StartTls).unwrap(), count);
        assert_eq!(server.round_trips(), count + 8);
        assert_eq!(server.connections(), 1);
    }
}

#[test]
fn without_pipelining_a_note_costs_four_round_trips() {
    let server = SmtpServer::builder()
        .transport(Transport::Tls(Certificate::Good))
        .without_pipelining()
        .start();
    send_all(&mut open(&server, Security::Tls).unwrap(), 8);
    assert_eq!(server.accepted().len(), 8);
    assert_eq!(server.round_trips(), 5 + 4 * 8);
}

#[test]
fn each_way_to_log_in_says_what_the_server_expects() {
    let expected = [
        ("AUTH PLAIN LOGIN XOAUTH2", "PLAIN jo@example.com pass word"),
        ("auth login", "LOGIN jo@example.com pass word"),
        ("AUTH=LOGIN", "LOGIN jo@example.com pass word"),
    ];
    for (keyword, attempt) in expected {
        let server = SmtpServer::builder().keywords(&[keyword]).start();
        open(&server, Security::Plain).unwrap().quit();
        assert_eq!(server.logins(), [attempt], "{keyword}");
    }
    let server = SmtpServer::builder().start();
    open_as(&server, Security::Plain, Login::Xoauth2("ya29.token")).unwrap();
    assert_eq!(
        server.logins(),
        ["XOAUTH2 user=jo@example.com|auth=Bearer ya29.token||"]
    );
}

#[test]
fn a_refused_token_says_why() {
    let server = SmtpServer::builder()
        .fault(At::Auth, Fault::Reply("535 5.7.8 refused"))
        .start();
    let error = open_as(&server, Security::Plain, Login::Xoauth2("old"))
        .err()
        .unwrap();
    let OpenFailure::Authentication(reply) = error.kind else {
        panic!("{error:?}")
    };
    assert_eq!(reply.code, 535);
    assert_eq!(
        reply.text,
        r#"5.7.8 refused {"status":"401","schemes":"bearer"}"#
    );
}

#[test]
fn a_server_without_our_way_to_log_in_is_told_apart_from_a_wrong_password() {
    let server = SmtpServer::builder()
        .keywords(&["AUTH GSSAPI CRAM-MD5"])
        .start();
    let error = open(&server, Security::Plain).err().unwrap();
    assert_eq!(
        error.kind,
        OpenFailure::NoMechanism(vec!["GSSAPI".into(), "CRAM-MD5".into()])
    );
    assert!(server.logins().is_empty());
}

#[test]
fn nothing_is_accepted_when_the_connection_dies_between_text_and_dot() {
    let server = SmtpServer::builder()
        .fault_on(2, At::Banner, Fault::Reply("421 once is enough"))
        .start();
    let mut session = open(&server, Security::Plain).unwrap();
    with_message(WIRE, |message| session.body(message)).unwrap();
    assert!(!session.is_usable());
    drop(session);
    assert_eq!(story(&server, Security::Plain), "Banner: transient 421");
    assert!(server.accepted().is_empty());
}

/// Looks until the server has spoken; the octets need a moment to arrive.
fn look_until_it_spoke(session: &mut Session) -> Spoke {
    let start = now();
    loop {
        match session.look() {
            Err(spoke) => return spoke,
            Ok(()) => assert!(start.elapsed() < Duration::from_secs(5), "it never spoke"),
        }
        thread::yield_now();
    }
}

#[test]
fn a_server_that_goes_or_speaks_before_the_dot_is_noticed() {
    for (transport, security) in [
        (Transport::Plain, Security::Plain),
        (Transport::Tls(Certificate::Good), Security::Tls),
    ] {
        for (fault, expected) in [
            (Fault::Drop, Spoke::Closed),
            (Fault::Reply("421 shutting down"), Spoke::Said),
        ] {
            let server = SmtpServer::builder()
                .transport(transport)
                .fault(At::Body, fault)
                .start();
            let mut session = open(&server, security).unwrap();
            with_message(WIRE, |message| session.body(message)).unwrap();
            assert_eq!(look_until_it_spoke(&mut session), expected);
            drop(session);
            assert!(server.accepted().is_empty());
        }
    }
}

#[test]
fn a_refused_recipient_leaves_the_note_before_and_the_note_after_alone() {
    for builder in [
        SmtpServer::builder(),
        SmtpServer::builder().without_pipelining(),
    ] {
        let server = builder
            .fault_on(2, At::Rcpt, Fault::Reply("550 5.1.1 who?"))
            .start();
        let mut session = open(&server, Security::Plain).unwrap();
        with_message(WIRE, |message| {
            session.body(message).unwrap();
            assert!(matches!(
                session.end(Next::Message(message)),
                Answer::Accepted(_)
            ));
            let refused = session.body(message).unwrap_err();
            assert_eq!(
                (refused.phase, body_class(&refused.kind)),
                (Phase::Rcpt, "permanent 550".into())
            );
            assert!(session.is_usable());
            session.body(message).unwrap();
            assert!(matches!(session.end(Next::Quit), Answer::Accepted(_)));
        });
        assert_eq!(server.accepted().len(), 2);
        assert!(server.commands().contains(&"RSET".to_owned()));
        assert!(!session.is_usable());
    }
}

#[test]
fn text_that_is_asked_for_after_a_refusal_is_never_ended() {
    let server = SmtpServer::builder()
        .fault(At::Rcpt, Fault::Reply("550 5.1.1 who?"))
        .fault(At::Data, Fault::Reply("354 go ahead all the same"))
        .start();
    let mut session = open(&server, Security::Plain).unwrap();
    let refused = with_message(WIRE, |message| session.body(message)).unwrap_err();
    assert_eq!(
        (refused.phase, body_class(&refused.kind)),
        (Phase::Rcpt, "permanent 550".into())
    );
    assert!(!session.is_usable());
    session.quit();
    assert!(server.accepted().is_empty() && server.raw().is_empty());
}

#[test]
fn a_refusal_counts_although_the_server_hangs_up_after_it() {
    let server = SmtpServer::builder()
        .fault(At::Rcpt, Fault::Reply("550 5.1.1 who?"))
        .fault(At::Data, Fault::Drop)
        .start();
    assert_eq!(story(&server, Security::Plain), "Rcpt: permanent 550");
}

#[test]
fn another_note_than_the_announced_one_gets_no_dot() {
    let server = SmtpServer::builder().start();
    let mut session = open(&server, Security::Plain).unwrap();
    with_message(WIRE, |message| {
        session.body(message).unwrap();
        session.end(Next::Message(message));
        let other = address("omar@acme.example");
        let wrong = Message {
            to: &other,
            ..*message
        };
        assert_eq!(
            body_class(&session.body(&wrong).unwrap_err().kind),
            "network"
        );
    });
    assert!(!session.is_usable());
    assert_eq!(server.accepted().len(), 1);
}

#[test]
fn what_the_server_says_it_cannot_take_is_not_offered() {
    let server = SmtpServer::builder()
        .keywords(&["SIZE 30", "AUTH PLAIN"])
        .start();
    let mut session = open(&server, Security::Plain).unwrap();
    with_message(&[b'x'; 31], |big| {
        let refused = session.body(big).unwrap_err();
        assert_eq!(body_class(&refused.kind), "permanent 552");
        with_message(WIRE, |message| {
            session.body(message).unwrap();
            assert!(matches!(
                session.end(Next::Message(big)),
                Answer::Accepted(_)
            ));
        });
        assert_eq!(
            body_class(&session.body(big).unwrap_err().kind),
            "permanent 552"
        );
    });
    let (from, to) = (address("jo@example.com"), address("j\u{f6}rg@acme.example"));
    let beyond_ascii = Message {
        from: &from,
        to: &to,
        wire: WIRE,
    };
    assert_eq!(
        body_class(&session.body(&beyond_ascii).unwrap_err().kind),
        "permanent 553"
    );
    with_message(b"\xc3\xbc\r\n", |eight_bit| {
        assert_eq!(
            body_class(&session.body(eight_bit).unwrap_err().kind),
            "permanent 554"
        );
    });
    session.quit();
    let mails = server
        .commands()
        .iter()
        .filter(|line| line.starts_with("MAIL"))
        .count();
    assert_eq!((mails, server.accepted().len()), (1, 1));
    let server = SmtpServer::builder().start();
    let mut session = open(&server, Security::Plain).unwrap();
    session.body(&beyond_ascii).unwrap();
    assert!(matches!(session.end(Next::Quit), Answer::Accepted(_)));
    assert!(
        server
            .commands()
            .contains(&"MAIL FROM:<jo@example.com> SIZE=21 SMTPUTF8".to_owned())
    );
}

#[test]
fn an_interruption_is_seen_within_a_second_wherever_it_falls() {
    // A listener that accepts nothing still lets the kernel connect: the greeting is waited for.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let target_of = |port| Server {
        host: "127.0.0.1".into(),
        port,
        security: Security::Plain,
        ca_pem: None,
        user: None,
    };
    let interrupt = Interrupt::default();
    let took = raised_after(&interrupt, || {
        let port = silent.local_addr().unwrap().port();
        let error = Session::open(&target_of(port), None, &long(), &interrupt)
            .err()
            .unwrap();
        assert_eq!(
            error,
            OpenError {
                phase: Phase::Banner,
                kind: OpenFailure::Interrupted
            }
        );
    });
    assert!(took < Duration::from_secs(1), "{took:?}");

    for fault in [Fault::Hang, Fault::Trickle] {
        let server = SmtpServer::builder().fault(At::Dot, fault).start();
        let interrupt = Interrupt::default();
        let mut session =
            Session::open(&target_of(server.port()), None, &long(), &interrupt).unwrap();
        with_message(WIRE, |message| session.body(message)).unwrap();
        let took = raised_after(&interrupt, || {
            assert_eq!(
                session.end(Next::Quit),
                Answer::Lost {
                    what: "interrupted".into()
                }
            );
        });
        assert!(took < Duration::from_secs(1), "{took:?}");
        assert_eq!(session.look(), Err(Spoke::Interrupted));
    }
}

#[test]
fn an_answer_that_is_already_there_counts_although_the_user_interrupts() {
    let server = SmtpServer::builder().start();
    let interrupt = Interrupt::default();
    let mut session =
        Session::open(&target(&server, Security::Plain), None, &long(), &interrupt).unwrap();
    with_message(WIRE, |message| {
        session.body(message).unwrap();
        interrupt.raise();
        assert!(matches!(
            session.end(Next::Message(message)),
            Answer::Accepted(_)
        ));
        let stopped = session.body(message).unwrap_err();
        assert_eq!(stopped.kind, BodyFailure::Interrupted);
    });
    assert_eq!(server.accepted().len(), 1);
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test is about how long a wait lasts"
)]
fn now() -> Instant {
    Instant::now()
}

/// Runs `wait`, raises the flag a moment later, and tells how long the wait lasted after that.
fn raised_after(interrupt: &Interrupt, wait: impl FnOnce()) -> Duration {
    let (_keep, never) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let raising = scope.spawn(move || {
            let _ = never.recv_timeout(Duration::from_millis(100));
            interrupt.raise();
            now()
        });
        wait();
        raising.join().unwrap().elapsed()
    })
}

#[test]
fn the_envelope_says_who_and_how_big_and_nothing_else() {
    let server = SmtpServer::builder().start();
    let mut session = open(&server, Security::Plain).unwrap();
    send_all(&mut session, 1);
    drop(session);
    server.settle();
    assert_eq!(
        server.commands()[2..],
        [
            "MAIL FROM:<jo@example.com> SIZE=21",
            "RCPT TO:<jane@acme.example>",
            "DATA",
            "QUIT"
        ]
    );
}

#[test]
fn every_text_arrives_as_it_was_and_never_ends_early() {
    let server = SmtpServer::builder().start();
    let mut session = open(&server, Security::Plain).unwrap();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        failure_persistence: None,
        cases: 200,
        ..ProptestConfig::default()
    });
    let texts = prop::collection::vec(prop_oneof!["[.]{0,4}", "[.a ]{0,6}", "[ -~]{0,90}"], 0..12);
    let sent = std::cell::Cell::new(0);
    let session = std::cell::RefCell::new(&mut session);
    runner
        .run(&texts, |lines| {
            let wire: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
            let mut session = session.borrow_mut();
            let taken = with_message(wire.as_bytes(), |message| {
                session.body(message).unwrap();
                // A different message follows, so nothing is announced: an oversized one says that.
                with_message(&[b'x'; 200_000], |big| session.end(Next::Message(big)))
            });
            prop_assert!(matches!(taken, Answer::Accepted(_)));
            sent.set(sent.get() + 1);
            let accepted = server.accepted();
            prop_assert_eq!(accepted.len(), sent.get());
            prop_assert_eq!(&accepted[sent.get() - 1].data, wire.as_bytes());
            Ok(())
        })
        .unwrap();
    let raw = server.raw();
    let line_feeds = raw.iter().filter(|octet| **octet == b'\n').count();
    assert_eq!(
        line_feeds,
        raw.windows(2).filter(|pair| pair == b"\r\n").count(),
        "a bare LF"
    );
}
