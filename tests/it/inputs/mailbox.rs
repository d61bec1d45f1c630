//! What a mailbox may say and hold.

use super::trial::Trial;
use super::{Input, of};
use crate::imap_server::{At, Certificate, Fault, ImapServer, Transport};

pub const FIELDS: &[&str] = &["imap_line", "imap_subject"];

const FRIDAY: &str = " 6-Mar-2026 15:00:00 +0000";

/// A trial in which Jane was thanked, and the mailbox is this one.
fn thanked(imap: &ImapServer, security: &str, more: &str) -> Trial {
    let trial = Trial::new();
    trial.jane();
    trial.sends(&[]);
    let account = trial.account("Jo Marsh", "jo@example.com");
    trial.sandbox.configure(&format!(
        "{account}\n[imap]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"{security}\"\n{more}",
        imap.port()
    ));
    trial
}

#[test]
fn what_no_mailbox_may_say_ends_the_look_before_it_costs_anything() {
    for input in of(&["imap_line"]) {
        let line = input.text();
        let (imap, security, says) = match line.rsplit_once('{') {
            Some((_, size)) => {
                let size: u64 = size.trim_end_matches('}').parse().unwrap();
                let fault = Fault::LiteralBomb(size);
                let builder = ImapServer::builder().fault(At::Examine, fault);
                (
                    builder.start(),
                    "none",
                    "a literal of 4294967295 octets is announced, and at most 65536 were asked for",
                )
            }
            None => {
                let builder = ImapServer::builder().transport(Transport::StartTls(Certificate::Good));
                (builder.greeting(&line).start(), "starttls", "PREAUTH")
            }
        };
        let trial = thanked(&imap, security, "");
        let answer = trial.run(&["sync"]);
        input.judge(&answer, says);
        if security == "starttls" {
            let spoken = imap.commands();
            assert!(!spoken.iter().any(|line| line.starts_with("LOGIN") || line.starts_with("AUTH")));
        } else {
            assert!(imap.bombed() < 16 << 20, "{} octets were read", imap.bombed());
        }
        trial.ends_with(1);
    }
}

#[test]
fn a_subject_that_hides_what_steers_a_terminal_is_shown_escaped() {
    for input in of(&["imap_subject"]) {
        let imap = ImapServer::builder().folder("Sent", "\\Sent").start();
        let trial = thanked(&imap, "none", "");
        imap.deliver(
            "INBOX",
            FRIDAY,
            &format!(
                "From: Jane Doe <jane@acme.example>\nTo: jo@example.com\nSubject: {}\n\
                 Message-ID: <re-1@acme.example>\n\nWe need one more week to decide.\n",
                input.text()
            ),
        );
        let answer = trial.run(&["sync"]);
        input.judge(&answer, "\\u{1b}]0;pwned\\u{7}");
        for args in [&["status"][..], &["show", "acme"], &["sync", "--json"], &["status", "--json"]] {
            trial.run(args);
        }
        trial.ends_with(1);
    }
}

/// An invitation of Jane's with this calendar.
fn invitation(input: &Input) -> String {
    let lines = input.text().replace("\r\n", "\n");
    format!(
        "From: Jane Doe <jane@acme.example>\nTo: jo@example.com\nSubject: Invitation\n\
         Message-ID: <i1@acme.example>\nMIME-Version: 1.0\n\
         Content-Type: text/calendar; charset=utf-8; method=REQUEST\n\n{lines}"
    )
}

#[test]
fn a_calendar_in_a_mail_is_read_within_limits_and_none_of_its_words_steer_a_terminal() {
    for input in of(&["ics"]) {
        let imap = ImapServer::builder().folder("Sent", "\\Sent").start();
        let trial = thanked(&imap, "none", "");
        imap.deliver("INBOX", FRIDAY, &invitation(&input));
        let answer = trial.run(&["sync"]);
        // An invitation by somebody met is an answer; more than the first 64 KiB are never asked for.
        assert!(matches!(answer.code, 0 | 3), "{}: {answer}", input.id);
        assert!(answer.out.contains("Jane Doe <jane@acme.example>"), "{}: {answer}", input.id);
        assert!(!answer.everything().contains("e@example.net"), "{answer}");
        for args in [&["status"][..], &["show", "acme"], &["sync", "--json"]] {
            trial.run(args);
        }
        trial.ends_with(1);
    }
}
