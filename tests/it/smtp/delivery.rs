//! What goes over the line, at what price, and what is left when it breaks.

use super::*;

/// Sends as many notes as asked on one connection, each announced with the dot before it.
fn send_all(session: &mut Session, count: usize) {
    with_message(WIRE, |message| {
        for n in 1..=count {
            session.body(message).unwrap();
            session.look().unwrap();
            let next = if n == count { Next::Quit } else { Next::Message(message) };
            assert!(matches!(session.end(next), Answer::Accepted(_)));
        }
    });
}

#[test]
fn a_further_note_costs_one_round_trip() {
    for count in [1, 2, 8] {
        let server = SmtpServer::builder().transport(Transport::Tls(Certificate::Good)).start();
        send_all(&mut open(&server, Security::Tls).unwrap(), count);
        assert_eq!(server.accepted().len(), count);
        assert_eq!(server.round_trips(), count + 6);
        let server = SmtpServer::builder().transport(Transport::StartTls(Certificate::Good)).start();
        send_all(&mut open(&server, Security::StartTls).unwrap(), count);
        assert_eq!(server.round_trips(), count + 8);
        assert_eq!(server.connections(), 1);
    }
}

#[test]
fn without_pipelining_a_note_costs_four_round_trips() {
    let server =
        SmtpServer::builder().transport(Transport::Tls(Certificate::Good)).without_pipelining().start();
    send_all(&mut open(&server, Security::Tls).unwrap(), 8);
    assert_eq!(server.accepted().len(), 8);
    assert_eq!(server.round_trips(), 5 + 4 * 8);
}

#[test]
fn nothing_is_accepted_when_the_connection_dies_between_text_and_dot() {
    let server = SmtpServer::builder().fault_on(2, At::Banner, Fault::Reply("421 once is enough")).start();
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
    for (transport, security) in
        [(Transport::Plain, Security::Plain), (Transport::Tls(Certificate::Good), Security::Tls)]
    {
        for (fault, expected) in
            [(Fault::Drop, Spoke::Closed), (Fault::Reply("421 shutting down"), Spoke::Said)]
        {
            let server = SmtpServer::builder().transport(transport).fault(At::Body, fault).start();
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
    for builder in [SmtpServer::builder(), SmtpServer::builder().without_pipelining()] {
        let server = builder.fault_on(2, At::Rcpt, Fault::Reply("550 5.1.1 who?")).start();
        let mut session = open(&server, Security::Plain).unwrap();
        with_message(WIRE, |message| {
            session.body(message).unwrap();
            assert!(matches!(session.end(Next::Message(message)), Answer::Accepted(_)));
            let refused = session.body(message).unwrap_err();
            assert_eq!((refused.phase, body_class(&refused.kind)), (Phase::Rcpt, "Note(Address) 550".into()));
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
    assert_eq!((refused.phase, body_class(&refused.kind)), (Phase::Rcpt, "Note(Address) 550".into()));
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
    assert_eq!(story(&server, Security::Plain), "Rcpt: Note(Address) 550");
}

#[test]
fn another_note_than_the_announced_one_gets_no_dot() {
    let server = SmtpServer::builder().start();
    let mut session = open(&server, Security::Plain).unwrap();
    with_message(WIRE, |message| {
        session.body(message).unwrap();
        session.end(Next::Message(message));
        let other = address("omar@acme.example");
        let wrong = Message { to: &other, ..*message };
        assert_eq!(body_class(&session.body(&wrong).unwrap_err().kind), "network");
    });
    assert!(!session.is_usable());
    assert_eq!(server.accepted().len(), 1);
}

#[test]
fn what_the_server_says_it_cannot_take_is_not_offered() {
    let server = SmtpServer::builder().keywords(&["SIZE 30", "AUTH PLAIN"]).start();
    let mut session = open(&server, Security::Plain).unwrap();
    with_message(&[b'x'; 31], |big| {
        let refused = session.body(big).unwrap_err();
        assert_eq!(body_class(&refused.kind), "Note(Size) 552");
        with_message(WIRE, |message| {
            session.body(message).unwrap();
            assert!(matches!(session.end(Next::Message(big)), Answer::Accepted(_)));
        });
        assert_eq!(body_class(&session.body(big).unwrap_err().kind), "Note(Size) 552");
    });
    let (from, to) = (address("jo@example.com"), address("j\u{f6}rg@acme.example"));
    let beyond_ascii = Message { from: &from, to: &to, wire: WIRE };
    assert_eq!(body_class(&session.body(&beyond_ascii).unwrap_err().kind), "Note(Address) 553");
    with_message(b"\xc3\xbc\r\n", |eight_bit| {
        assert_eq!(body_class(&session.body(eight_bit).unwrap_err().kind), "Note(Content) 554");
    });
    session.quit();
    let mails = server.commands().iter().filter(|line| line.starts_with("MAIL")).count();
    assert_eq!((mails, server.accepted().len()), (1, 1));
    let server = SmtpServer::builder().start();
    let mut session = open(&server, Security::Plain).unwrap();
    session.body(&beyond_ascii).unwrap();
    assert!(matches!(session.end(Next::Quit), Answer::Accepted(_)));
    assert!(server.commands().contains(&"MAIL FROM:<jo@example.com> SIZE=21 SMTPUTF8".to_owned()));
}

#[test]
fn an_interruption_is_seen_within_a_second_wherever_it_falls() {
    // A listener that accepts nothing still lets the kernel connect: the greeting is waited for.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let target_of =
        |port| Server { host: "127.0.0.1".into(), port, security: Security::Plain, ca_pem: None, user: None };
    let interrupt = Interrupt::default();
    let took = raised_after(&interrupt, || {
        let port = silent.local_addr().unwrap().port();
        let error = Session::open(&target_of(port), None, &long(), &interrupt).err().unwrap();
        assert_eq!(error, OpenError { phase: Phase::Banner, kind: OpenFailure::Interrupted });
    });
    assert!(took < Duration::from_secs(1), "{took:?}");

    for fault in [Fault::Hang, Fault::Trickle] {
        let server = SmtpServer::builder().fault(At::Dot, fault).start();
        let interrupt = Interrupt::default();
        let mut session = Session::open(&target_of(server.port()), None, &long(), &interrupt).unwrap();
        with_message(WIRE, |message| session.body(message)).unwrap();
        let took = raised_after(&interrupt, || {
            assert_eq!(
                session.end(Next::Quit),
                Answer::Lost { what: "interrupted before the receipt".into() }
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
    let mut session = Session::open(&target(&server, Security::Plain), None, &long(), &interrupt).unwrap();
    with_message(WIRE, |message| {
        session.body(message).unwrap();
        interrupt.raise();
        assert!(matches!(session.end(Next::Message(message)), Answer::Accepted(_)));
        let stopped = session.body(message).unwrap_err();
        assert_eq!(stopped.kind, BodyFailure::Interrupted);
    });
    assert_eq!(server.accepted().len(), 1);
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
        ["MAIL FROM:<jo@example.com> SIZE=21", "RCPT TO:<jane@acme.example>", "DATA", "QUIT"]
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
    assert_eq!(line_feeds, raw.windows(2).filter(|pair| pair == b"\r\n").count(), "a bare LF");
}

#[test]
fn after_421_nothing_more_is_said() {
    let server = SmtpServer::builder().fault(At::Dot, Fault::Reply("421 4.3.2 going down")).start();
    let mut session = open(&server, Security::Plain).unwrap();
    with_message(WIRE, |message| {
        session.body(message).unwrap();
        assert!(matches!(session.end(Next::Message(message)), Answer::Refused(_)));
        assert!(!session.is_usable());
        assert_eq!(body_class(&session.body(message).unwrap_err().kind), "network");
    });
    assert!(server.accepted().is_empty());
}

#[test]
fn after_a_421_to_a_command_the_connection_is_over_too() {
    for (at, phase) in [(At::Mail, Phase::Mail), (At::Rcpt, Phase::Rcpt), (At::Data, Phase::Data)] {
        let server = SmtpServer::builder().fault(at, Fault::Reply("421 4.3.2 going down")).start();
        let mut session = open(&server, Security::Plain).unwrap();
        let failed = with_message(WIRE, |message| session.body(message)).unwrap_err();
        assert_eq!((failed.phase, body_class(&failed.kind)), (phase, "Passing 421".into()));
        assert!(!session.is_usable(), "{at:?}");
    }
}

#[test]
fn without_pipelining_nothing_is_asked_after_a_refusal() {
    let server = SmtpServer::builder().without_pipelining().fault(At::Mail, Fault::Reply("550 no")).start();
    let mut session = open(&server, Security::Plain).unwrap();
    with_message(WIRE, |message| session.body(message)).unwrap_err();
    session.quit();
    server.settle();
    let commands = server.commands();
    assert!(!commands.iter().any(|line| line.starts_with("RCPT") || line == "DATA"), "{commands:?}");
    assert_eq!(commands.last().map(String::as_str), Some("QUIT"), "{commands:?}");
}

#[test]
fn a_closed_port_is_named() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let target = Server { host: "127.0.0.1".into(), port, security: Security::Tls, ca_pem: None, user: None };
    let error = Session::open(&target, None, &short(), &Interrupt::default()).err().unwrap();
    let problem = error.problem(&target).to_string();
    assert_eq!(error.phase, Phase::Connect);
    assert!(problem.starts_with(&format!("no connection to 127.0.0.1, port {port}: ")), "{problem}");
}
