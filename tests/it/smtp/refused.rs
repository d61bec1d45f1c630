//! What follows a refusal at the dot: whether it is believed, and that nothing else rides on it.

use super::*;

/// The answer to the dot of one message, with `next` behind it.
fn answer(server: &SmtpServer, next: impl Fn(&Message<'_>, &mut Session) -> Answer) -> Answer {
    let mut session = open(server, Security::Plain).unwrap();
    let answer = with_message(WIRE, |message| {
        session.body(message).unwrap();
        next(message, &mut session)
    });
    assert!(!session.is_usable() || matches!(answer, Answer::Accepted(_)), "{answer:?}");
    answer
}

fn goodbye(_: &Message<'_>, session: &mut Session) -> Answer {
    session.end(Next::Quit)
}

/// Another recipient, so that the two can be told apart.
fn another(message: &Message<'_>, session: &mut Session) -> Answer {
    let omar = address("omar@acme.example");
    session.end(Next::Message(&Message { to: &omar, ..*message }))
}

const NEXTS: [fn(&Message<'_>, &mut Session) -> Answer; 2] = [goodbye, another];

fn orders() -> [Builder; 4] {
    [
        SmtpServer::builder(),
        SmtpServer::builder().keeping_what_it_refuses(),
        SmtpServer::builder().without_pipelining(),
        SmtpServer::builder().without_pipelining().keeping_what_it_refuses(),
    ]
}

#[test]
fn a_refusal_that_is_followed_by_what_was_asked_for_is_believed() {
    for reply in ["451 4.3.0 later", "452 later", "421 later", "550 5.7.1 spam", "554 no"] {
        for order in orders() {
            for next in NEXTS {
                let told = format!("{reply} {order:?}");
                let server = order.clone().fault_on(1, At::Dot, Fault::Reply(reply)).start();
                let answer = answer(&server, next);
                assert!(matches!(answer, Answer::Refused(_)), "{told}: {answer:?}");
                server.settle();
                assert!(server.accepted().is_empty(), "{told}");
                let dots = server.raw().windows(5).filter(|part| part == b"\r\n.\r\n").count();
                assert_eq!(dots, 1, "{told}: nothing else is sent on this connection");
            }
        }
    }
}

#[test]
fn a_no_that_is_followed_by_a_yes_is_neither() {
    for replies in [
        "451 4.3.0 later\r\n250 2.0.0 taken after all",
        "550 5.7.1 spam\r\n250 taken",
        "421 closing\r\n250 taken",
        "451 later\r\n354 go on",
        "451 later\r\n<html>",
    ] {
        for order in orders() {
            for next in NEXTS {
                let told = format!("{replies:?} {order:?}");
                let server = order.clone().fault_on(1, At::Dot, Fault::TakeAndSay(replies)).start();
                let answer = answer(&server, next);
                let Answer::Lost { what } = answer else { panic!("{told}: {answer:?}") };
                let first = replies.split("\r\n").next().unwrap();
                assert!(what.starts_with(&format!("the server said {first}, and then ")), "{told}: {what}");
                assert_eq!(server.accepted().len(), 1, "{told}");
            }
        }
    }
}

#[test]
fn the_replies_to_what_was_announced_are_not_mistaken_for_a_yes() {
    for (mail, rcpt, data) in [
        ("503 nested MAIL", "250 ok", "354 go ahead"),
        ("503 nested MAIL", "503 no", "503 no"),
        ("250 ok", "550 5.1.1 who?", "554 5.5.1 no recipients"),
        ("250 ok", "250 ok", "451 later"),
        ("554 5.7.1 no", "421 closing", "421 closing"),
    ] {
        let server = SmtpServer::builder()
            .fault_on(1, At::Dot, Fault::Reply("451 later"))
            .fault_on(2, At::Mail, Fault::Reply(mail))
            .fault_on(2, At::Rcpt, Fault::Reply(rcpt))
            .fault_on(2, At::Data, Fault::Reply(data))
            .start();
        let answer = answer(&server, another);
        assert!(matches!(answer, Answer::Refused(_)), "{mail}: {answer:?}");
    }
}

#[test]
fn a_yes_hidden_among_the_replies_to_what_was_announced_is_found() {
    for (mail, rcpt, data) in [
        ("250 ok", "250 ok", "451 later"),
        ("250 ok", "550 5.1.1 who?", "503 no"),
        ("503 nested MAIL", "503 no", "503 no"),
    ] {
        let server = SmtpServer::builder()
            .fault_on(1, At::Dot, Fault::TakeAndSay("451 later\r\n250 taken"))
            .fault_on(2, At::Mail, Fault::Reply(mail))
            .fault_on(2, At::Rcpt, Fault::Reply(rcpt))
            .fault_on(2, At::Data, Fault::Reply(data))
            .start();
        let answer = answer(&server, another);
        assert!(matches!(answer, Answer::Lost { .. }), "{mail}: {answer:?}");
    }
}

#[test]
fn who_hangs_up_after_a_clear_no_has_said_no() {
    for order in [SmtpServer::builder(), SmtpServer::builder().without_pipelining()] {
        for reply in ["451 later", "421 closing", "554 no"] {
            let order = order.clone().fault_on(1, At::Dot, Fault::Reply(reply));
            let server = order.clone().fault(At::Quit, Fault::Drop).start();
            assert!(matches!(answer(&server, goodbye), Answer::Refused(_)), "{reply}");
            let server = order.clone().fault(At::Quit, Fault::Reply("421 closing")).start();
            assert!(matches!(answer(&server, goodbye), Answer::Refused(_)), "{reply}");
            let server = order.fault_on(2, At::Mail, Fault::Drop).start();
            assert!(matches!(answer(&server, another), Answer::Refused(_)), "{reply}");
        }
    }
}

#[test]
fn who_hangs_up_after_a_no_and_what_may_be_a_yes_leaves_a_doubt() {
    for at in [At::Rcpt, At::Data] {
        let server = SmtpServer::builder()
            .fault_on(1, At::Dot, Fault::TakeAndSay("451 later\r\n250 taken"))
            .fault_on(2, At::Mail, Fault::Drop)
            .start();
        assert!(matches!(answer(&server, another), Answer::Lost { .. }));
        for fault in [Fault::Drop, Fault::Reply("421 closing")] {
            let server = SmtpServer::builder()
                .fault_on(1, At::Dot, Fault::Reply("451 later"))
                .fault_on(2, at, fault)
                .start();
            assert!(matches!(answer(&server, another), Answer::Lost { .. }), "{at:?}");
        }
    }
}

#[test]
fn silence_after_a_no_ends_in_time_and_in_doubt() {
    for order in [SmtpServer::builder(), SmtpServer::builder().without_pipelining()] {
        let server = order.fault(At::Dot, Fault::Reply("451 later")).fault(At::Quit, Fault::Hang).start();
        let start = now();
        let answer = answer(&server, goodbye);
        let what = "the server said 451 later, and then did not answer in time".to_owned();
        assert_eq!(answer, Answer::Lost { what });
        assert!(start.elapsed() < Duration::from_secs(20));
    }
}

#[test]
fn a_refusal_during_the_text_never_hides_that_the_text_was_taken() {
    for _ in 0..8 {
        let server = SmtpServer::builder().fault(At::Body, Fault::Reply("451 later")).start();
        let mut session = open(&server, Security::Plain).unwrap();
        let answer = with_message(WIRE, |message| {
            session.body(message).unwrap();
            session.look().ok().map(|()| session.end(Next::Quit))
        });
        drop(session);
        server.settle();
        match answer {
            None => assert!(server.accepted().is_empty()),
            Some(answer) => assert!(matches!(answer, Answer::Lost { .. }), "{answer:?}"),
        }
    }
}

#[test]
fn out_of_step_a_message_was_not_considered_and_the_connection_ends() {
    for order in [SmtpServer::builder(), SmtpServer::builder().without_pipelining()] {
        for (at, reply) in [
            (At::Mail, "503 5.5.1 nested MAIL command"),
            (At::Rcpt, "503 MAIL first"),
            (At::Data, "554 5.5.1 no valid recipients"),
        ] {
            let server = order.clone().fault_on(2, at, Fault::Reply(reply)).start();
            let mut session = open(&server, Security::Plain).unwrap();
            with_message(WIRE, |message| {
                session.body(message).unwrap();
                assert!(matches!(session.end(Next::Message(message)), Answer::Accepted(_)));
                let failed = session.body(message).unwrap_err();
                assert!(body_class(&failed.kind).starts_with("Sequence "), "{reply}: {failed:?}");
            });
            assert!(!session.is_usable(), "{reply}");
        }
        let order = order.fault_on(1, At::Rcpt, Fault::Reply("550 5.1.1 who?"));
        let server = order.fault_on(1, At::Reset, Fault::Reply("500 what?")).start();
        let mut session = open(&server, Security::Plain).unwrap();
        with_message(WIRE, |message| {
            assert_eq!(body_class(&session.body(message).unwrap_err().kind), "Note(Address) 550");
            assert_eq!(body_class(&session.body(message).unwrap_err().kind), "Sequence 500");
        });
        assert!(!session.is_usable());
    }
}
