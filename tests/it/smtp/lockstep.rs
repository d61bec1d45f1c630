//! What may be said before the receipt for a message has come (RFC 2920 3.1).

use super::*;

/// One message whose receipt is held back: what came after its dot meanwhile, and what was said in all
/// after its text.
fn said_ahead(order: Builder, next: impl Fn(&Message<'_>, &mut Session) -> Answer) -> (String, Vec<String>) {
    let server = order.fault_on(1, At::Dot, Fault::HoldBack).start();
    let mut session = open(&server, Security::Plain).unwrap();
    let answer = with_message(WIRE, |message| {
        session.body(message).unwrap();
        thread::scope(|scope| {
            scope.spawn(|| {
                server.wait_for(At::Dot);
                // What is said without waiting has time to come.
                crate::pause(Duration::from_millis(100));
                server.let_go();
            });
            next(message, &mut session)
        })
    });
    assert!(matches!(answer, Answer::Accepted(_)), "{answer:?}");
    session.quit();
    server.settle();
    let commands = server.commands();
    let text = commands.iter().position(|line| line == "DATA").unwrap();
    (server.ahead(), commands[text + 1..].to_vec())
}

fn goodbye(_: &Message<'_>, session: &mut Session) -> Answer {
    session.end(Next::Quit)
}

/// The same message once more.
fn another(message: &Message<'_>, session: &mut Session) -> Answer {
    session.end(Next::Message(message))
}

#[test]
fn without_pipelining_nothing_is_said_between_the_dot_and_its_receipt() {
    let order = || SmtpServer::builder().without_pipelining();
    let goodbye = said_ahead(order(), goodbye);
    assert_eq!(goodbye, (String::new(), vec!["QUIT".to_owned()]));
    let another = said_ahead(order(), another);
    assert_eq!(another, (String::new(), vec!["QUIT".to_owned()]), "nothing is announced yet");
}

#[test]
fn with_pipelining_the_goodbye_and_the_next_note_do_not_wait_for_the_receipt() {
    let (ahead, said) = said_ahead(SmtpServer::builder(), goodbye);
    assert_eq!((ahead.as_str(), said), ("QUIT\r\n", vec!["QUIT".to_owned()]));
    let (ahead, _) = said_ahead(SmtpServer::builder(), another);
    assert_eq!(ahead, "MAIL FROM:<jo@example.com> SIZE=21\r\nRCPT TO:<jane@acme.example>\r\nDATA\r\n");
}
