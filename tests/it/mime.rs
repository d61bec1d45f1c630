//! Built messages, over the wire and back.

use chrono::DateTime;
use thanks::adapters::loopback::Loopback;
use thanks::adapters::mime::{Outgoing, build, parse};
use thanks::adapters::smtp::{Answer, Interrupt, Login, Message, Next, Patience, Security, Server, Session};
use thanks::domain::address::Mailbox;

#[test]
fn a_built_message_arrives_byte_for_byte_and_reads_as_it_was_written() {
    let (from, to) = (
        Mailbox::parse("Jo Marsh <jo@example.com>").unwrap(),
        Mailbox::parse("Jane Doe <jane@acme.example>").unwrap(),
    );
    let body = "Hi Jane,\n\n.\n..hidden file\nFrom here on: caf\u{e9}, \u{1f44b}, a = b, and a line that is far longer than the seventy-six characters of quoted-printable  \n\nJo";
    let bytes = build(&Outgoing {
        from: &from,
        to: &to,
        subject: "Thank you for the Platform Engineer interview",
        body,
        message_id: "<abc@example.com>",
        in_reply_to: None,
        references: &[],
        date: DateTime::parse_from_rfc3339("2026-03-05T15:54:00-05:00").unwrap(),
    })
    .unwrap();
    let loopback = Loopback::start().unwrap();
    let server = Server {
        host: "localhost".into(),
        port: loopback.port(),
        security: Security::Plain,
        ca_pem: None,
        user: Some("demo".into()),
    };
    let mut session =
        Session::open(&server, Some(&Login::Password("demo")), &Patience::default(), &Interrupt::default())
            .unwrap();
    session.body(&Message { from: &from.address, to: &to.address, wire: &bytes }).unwrap();
    assert!(loopback.messages().is_empty(), "nothing is taken before the dot");
    assert!(matches!(session.end(Next::Quit), Answer::Accepted(_)));
    let received = loopback.messages();
    assert_eq!(received[0].from, "jo@example.com");
    assert_eq!(received[0].to, ["jane@acme.example"]);
    assert_eq!(received[0].data, bytes);
    let read = parse(&received[0].data).unwrap();
    assert_eq!(read.body.trim_end_matches('\n'), body);
    assert_eq!(read.to[0].name.as_deref(), Some("Jane Doe"));
}
