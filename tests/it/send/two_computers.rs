//! The same notes on two computers, which share a mailbox and nothing else; and copies in Sent, one
//! by one.

use std::process::{Child, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::{Sandbox, acme, draft, state};
use crate::imap_server::{self, ImapServer};
use crate::smtp_server::{At, Fault, SmtpServer};

const OMAR: [&str; 6] =
    ["add", "acme", "--with", "Omar Aziz <omar@acme.example>", "--topic", "how on-call is shared"];

fn mailbox() -> ImapServer {
    ImapServer::builder().folder("Sent", "\\Sent").start()
}

/// A computer on which Jane's and Omar's notes were drafted.
fn computer(smtp: &SmtpServer, imap: &ImapServer) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.use_servers(smtp, imap, "imap");
    acme(&sandbox);
    let _ = sandbox.run(&OMAR).talks_somehow().text();
    draft(&sandbox);
    sandbox
}

fn start(sandbox: &Sandbox) -> Child {
    let mut command = sandbox.command(&["send", "--yes"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Exit code, standard output and standard error.
fn ended(child: Child) -> (Option<i32>, String, String) {
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn recipients(servers: &[&SmtpServer]) -> Vec<String> {
    servers.iter().flat_map(|server| server.accepted()).map(|mail| mail.to).collect()
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..1000 {
        if is_so() {
            return;
        }
        crate::pause(Duration::from_millis(20));
    }
    panic!("{what}");
}

#[test]
fn a_copy_is_in_sent_before_the_next_note_is_offered() {
    let imap = mailbox();
    let (here, there) =
        (SmtpServer::builder().fault_on(2, At::Dot, Fault::HoldBack).start(), SmtpServer::builder().start());
    let (first, second) = (computer(&here, &imap), computer(&there, &imap));
    let sender = start(&first);
    until("Jane's copy is not filed while Omar's note is on its way", || imap.appended().len() == 1);
    let talk = second.run(&["send", "jane", "--yes"]).talk();
    assert!(talk.contains("already in your Sent folder: jane@acme.example"), "{talk}");
    assert!(there.accepted().is_empty());
    here.let_go();
    assert_eq!(ended(sender).0, Some(0));
    assert_eq!(recipients(&[&here, &there]), ["jane@acme.example", "omar@acme.example"]);
    assert_eq!(imap.appended().len(), 2);
    assert_eq!(state(&second, "acme/jane"), "sent");
}

#[test]
fn sent_is_asked_again_before_a_note_when_the_last_look_is_old() {
    let imap = mailbox();
    let (here, there) =
        (SmtpServer::builder().fault_on(1, At::Dot, Fault::HoldBack).start(), SmtpServer::builder().start());
    let (first, second) = (computer(&here, &imap), computer(&there, &imap));
    let sender = start(&first);
    here.wait_for(At::Dot);
    let _ = second.run(&["send", "omar", "--yes"]).talks_somehow().text();
    assert_eq!(recipients(&[&there]), ["omar@acme.example"]);
    // What is older than a second is not relied upon.
    crate::pause(Duration::from_millis(1100));
    here.let_go();
    let (code, out, talk) = ended(sender);
    assert_eq!(recipients(&[&here]), ["jane@acme.example"], "{out}{talk}");
    assert_eq!(code, Some(0), "{out}{talk}");
    assert!(talk.contains("already in your Sent folder: omar@acme.example"), "{talk}");
    assert_eq!(state(&first, "acme/omar"), "sent");
    assert_eq!(imap.appended().len(), 2, "each has one copy");
}

#[test]
fn a_copy_that_cannot_be_filed_stops_nothing_and_is_said_once() {
    let imap = mailbox();
    let smtp = SmtpServer::builder().start();
    let sandbox = computer(&smtp, &imap);
    imap.set_fault(Some((imap_server::At::Append, imap_server::Fault::Refuse("NO full"))));
    let (code, out, talk) = ended(start(&sandbox));
    assert_eq!(code, Some(0), "{out}{talk}");
    assert_eq!(recipients(&[&smtp]).len(), 2);
    assert_eq!(talk.matches("warning: no copy was put into Sent").count(), 1, "{talk}");
    imap.set_fault(None);
    let _ = sandbox.run(&["sync"]).text();
    assert_eq!(imap.appended().len(), 2);
}

#[test]
fn a_signal_ends_the_filing_of_copies_and_what_is_missing_is_said() {
    for signal in [Signal::INT, Signal::TERM] {
        let imap = mailbox();
        let smtp = SmtpServer::builder().start();
        let sandbox = computer(&smtp, &imap);
        imap.set_fault(Some((imap_server::At::Append, imap_server::Fault::Hang)));
        let sender = start(&sandbox);
        imap.wait_for("APPEND");
        kill_process(Pid::from_child(&sender), signal).unwrap();
        let (code, out, talk) = ended(sender);
        assert_eq!(code, Some(130), "{out}{talk}");
        assert!(
            talk.contains("warning: no copy was put into Sent: interrupted; not filed: acme/jane;"),
            "{talk}"
        );
        assert!(out.contains("sent     acme/jane"), "{out}");
        assert_eq!(recipients(&[&smtp]), ["jane@acme.example"], "what was not offered is not offered now");
        assert_eq!(state(&sandbox, "acme/omar"), "approved");
        imap.set_fault(None);
        let _ = sandbox.run(&["sync"]).text();
        assert_eq!(imap.appended().len(), 1);
    }
}
