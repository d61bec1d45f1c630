//! What a server that takes mail may say, and what it shows as its certificate.

use std::fs;

use super::trial::Trial;
use super::{Input, of};
use crate::send::state;
use crate::smtp_server::{At, Builder, Certificate, Fault, SmtpServer, Transport};

pub const FIELDS: &[&str] = &[
    "smtp_reply",
    "smtp_reply_to_DATA",
    "smtp_reply_after_dot",
    "smtp_reply_to_AUTH",
    "smtp_reply_to_STARTTLS",
    "tls",
];

/// The words, and what becomes of the note.
const SAYS: [(&str, &str, &str); 8] = [
    ("smtp-reply-esc", "550 5.1.1 \\u{1b}]0;pwned\\u{7}\\u{1b}[31mno such user", "refused"),
    ("smtp-ehlo-blank", "sent     acme/jane", "sent"),
    ("smtp-data-250", "250 ok", "approved"),
    ("smtp-final-354", "354 go on", "unsure"),
    ("smtp-final-garbage", "%$#@!", "unsure"),
    ("smtp-xoauth-334", "127.0.0.1 refuses the login of jo@example.com", "approved"),
    ("tls-wrong-host", "certificate", "approved"),
    ("tls-starttls-inject", "tampering", "approved"),
];

/// A server that says the input where it belongs.
fn server(input: &Input) -> Builder {
    let builder = SmtpServer::builder();
    let mut text = input.text();
    if input.id == "smtp-ehlo-blank" {
        // A line of a reply that goes on.
        text = format!("250-mail.test\r\n{text}\r\n250 AUTH PLAIN");
    }
    let text: &'static str = Box::leak(text.into_boxed_str());
    match (input.id.as_str(), input.field.as_str()) {
        ("smtp-ehlo-blank", _) => builder.fault(At::Ehlo, Fault::Reply(text)),
        (_, "smtp_reply") => builder.fault(At::Rcpt, Fault::Reply(text)),
        (_, "smtp_reply_to_DATA") => builder.fault(At::Data, Fault::Reply(text)),
        (_, "smtp_reply_after_dot") => builder.fault(At::Dot, Fault::Reply(text)),
        (_, "smtp_reply_to_AUTH") => builder.fault(At::Auth, Fault::Reply(text)),
        (_, "smtp_reply_to_STARTTLS") => {
            let (right, injected) = text.split_once("\r\n").unwrap();
            assert!(right.starts_with("220 "));
            builder
                .transport(Transport::StartTls(Certificate::Good))
                .fault(At::StartTls, Fault::Inject(injected))
        }
        (_, "tls") => builder.transport(Transport::Tls(Certificate::WrongHost)),
        (_, field) => panic!("{field}"),
    }
}

#[test]
fn whatever_a_server_says_the_note_is_where_it_can_be_proved_to_be() {
    for input in of(FIELDS) {
        let (_, says, then) = *SAYS.iter().find(|(id, ..)| *id == input.id).unwrap();
        let trial = Trial::with(server(&input).start());
        trial.jane();
        let ca = trial.sandbox.folder().join("ca.pem");
        fs::write(&ca, trial.server.ca_pem()).unwrap();
        let (security, more) = match input.field.as_str() {
            "smtp_reply_to_STARTTLS" => ("starttls", format!("ca_file = \"{}\"\n", ca.display())),
            "tls" => ("tls", format!("ca_file = \"{}\"\n", ca.display())),
            _ => ("none", String::new()),
        };
        let method = if input.field == "smtp_reply_to_AUTH" { "method = \"xoauth2\"\n" } else { "" };
        trial.sandbox.configure(&format!(
            "[me]\nname = \"Jo Marsh\"\nemail = \"jo@example.com\"\n{}{method}",
            trial.door(security, &more)
        ));
        trial.draft();
        let answer = trial.run(&["send", "--yes"]);
        let (_, exit) = input.expect();
        assert_eq!(answer.code, exit, "{} ({}): {answer}", input.id, input.why);
        assert!(answer.everything().contains(says), "{} should say {says:?}: {answer}", input.id);
        assert_eq!(state(&trial.sandbox, "acme/jane"), then, "{}: {answer}", input.id);
        let spoken = trial.server.commands();
        if matches!(input.field.as_str(), "tls" | "smtp_reply_to_STARTTLS") {
            assert!(!spoken.iter().any(|line| line.starts_with("AUTH")), "{spoken:?}");
        }
        // A second attempt is for what certainly was not handed over.
        if then == "unsure" {
            let again = trial.run(&["send", "--yes"]);
            assert_eq!(again.code, 3, "{}: {again}", input.id);
            assert_eq!(trial.server.connections(), 1, "{}", input.id);
        }
        for args in [&["status"][..], &["show", "acme"], &["show", "--log", "acme"]] {
            trial.run(args);
        }
        trial.ends_with(usize::from(then == "sent"));
    }
}
