//! Another command changes the record while notes are on their way, or while something is waited
//! for: what leaves is what was approved, and still right.

use std::process::{Child, Stdio};

use chrono::{DateTime, Utc};
use thanks::adapters::journal::SendLock;
use thanks::adapters::store::{Beginning, Store};
use thanks::adapters::templates::Templates;
use thanks::domain::address::Mailbox;
use thanks::domain::calendar::Calendar;
use thanks::domain::checks::Limits;
use thanks::domain::outbox::Event;
use thanks::domain::policy::Policy;
use thanks::domain::zone::Zone;
use thanks::flow::compose::{Desk, Rule, Sender};
use thanks::flow::fitness::{Day, judge};

use super::{Sandbox, acme, draft, state};
use crate::imap_server::ImapServer;
use crate::smtp_server::{At, Fault, SmtpServer};

const RUN: [&str; 3] = ["schedule", "run", "--no-input"];
const OMAR: [&str; 6] =
    ["add", "acme", "--with", "Omar Aziz <omar@acme.example>", "--topic", "how on-call is shared"];

fn two(sandbox: &Sandbox) {
    acme(sandbox);
    let _ = sandbox.run(&OMAR).talks_somehow().text();
}

/// Both notes are approved for Thu 5 Mar 17:45, and it is two minutes past.
fn planned() -> (Sandbox, SmtpServer) {
    let mut sandbox = Sandbox::new();
    let server = SmtpServer::builder().fault_on(1, At::Dot, Fault::HoldBack).start();
    sandbox.use_server(&server);
    two(&sandbox);
    let mut screen = sandbox.terminal(&["send"]);
    let _ = screen.answer("[l]ater, 17:45", "l").answer("[l]ater, 17:45", "l");
    let _ = screen.answer("Install? [y]es [n]o:", "n");
    let _ = screen.ends(0);
    sandbox.set_now("2026-03-05T22:47:00Z");
    (sandbox, server)
}

fn start(sandbox: &Sandbox, args: &[&str]) -> Child {
    let mut command = sandbox.command(args);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn ended(child: Child) -> (Option<i32>, String) {
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

fn recipients(server: &SmtpServer) -> Vec<String> {
    server.accepted().into_iter().map(|mail| mail.to).collect()
}

fn sql(sandbox: &Sandbox, sql: &str) {
    rusqlite::Connection::open(sandbox.home().join("thanks.db")).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn the_timer_judges_a_note_again_after_its_pause() {
    type Change = fn(&Sandbox);
    let changes: [(Change, &str, i32); 3] = [
        (
            |sandbox| {
                let line = ["add", "acme", "--with", "Omar Aziz <o.aziz@acme.example>"];
                let _ = sandbox.run(&line).talks_somehow().text();
            },
            "drafted  acme/omar, its recipient has another address now; look at it again",
            3,
        ),
        (
            |sandbox| {
                sql(sandbox, "UPDATE notes SET send_after = '2026-03-06T14:00:00Z' WHERE id = 'acme/omar'")
            },
            "",
            0,
        ),
        (
            |sandbox| {
                sql(
                    sandbox,
                    "UPDATE topics SET what = 'how incidents are reviewed' WHERE what LIKE '%on-call%'",
                )
            },
            "drafted  acme/omar, its text is not what the record says now; look at it again",
            3,
        ),
    ];
    for (change, told, code) in changes {
        let (sandbox, server) = planned();
        let timer = start(&sandbox, &RUN);
        server.wait_for(At::Dot);
        change(&sandbox);
        server.let_go();
        let (exit, said) = ended(timer);
        assert_eq!(recipients(&server), ["jane@acme.example"], "{said}");
        assert_eq!(exit, Some(code), "{said}");
        assert!(said.contains(told), "{said}");
        assert!(said.contains("sent     acme/jane"), "{said}");
        assert_ne!(state(&sandbox, "acme/omar"), "sent");
    }
}

#[test]
fn the_timer_stops_for_an_application_that_is_closed_in_its_pause() {
    let (sandbox, server) = planned();
    let timer = start(&sandbox, &RUN);
    server.wait_for(At::Dot);
    let _ = sandbox.run(&["close", "acme"]).talks_somehow().both();
    server.let_go();
    let (exit, said) = ended(timer);
    assert_eq!((exit, recipients(&server)), (Some(0), vec!["jane@acme.example".to_owned()]), "{said}");
    assert_eq!(state(&sandbox, "acme/omar"), "withdrawn");
}

#[test]
fn a_batch_sends_nothing_to_an_address_that_was_corrected_while_it_ran() {
    let sandbox = Sandbox::new();
    let server = SmtpServer::builder().fault_on(1, At::Dot, Fault::HoldBack).start();
    sandbox.use_server(&server);
    two(&sandbox);
    draft(&sandbox);
    let batch = start(&sandbox, &["send", "--yes"]);
    server.wait_for(At::Dot);
    // Omar's note is claimed already.
    sql(&sandbox, "UPDATE people SET address = 'o.aziz@acme.example' WHERE key = 'omar'");
    server.let_go();
    let (exit, said) = ended(batch);
    assert_eq!(recipients(&server), ["jane@acme.example"], "{said}");
    assert_eq!(exit, Some(3), "{said}");
    assert!(said.contains("acme/omar, its recipient has another address now; look at it again"), "{said}");
    assert_eq!(state(&sandbox, "acme/omar"), "drafted");
    let _ = sandbox.run(&["send", "--yes"]).exits(3).talks_somehow().text();
    draft(&sandbox);
    let _ = sandbox.run(&["send", "--yes"]).text();
    assert_eq!(recipients(&server)[1], "o.aziz@acme.example");
}

#[test]
fn what_changes_while_the_password_is_fetched_is_not_sent_as_it_was() {
    for (change, code, state_after) in [
        ("UPDATE people SET address = 'jane.doe@acme.example'", 3, "drafted"),
        ("UPDATE notes SET send_after = '2026-03-06T14:00:00Z'", 3, "approved"),
        ("UPDATE notes SET recipient = 'Jane Doe <jane.doe@acme.example>'", 3, "approved"),
        (
            "UPDATE applications SET closed_at = '2026-03-05T15:00:00-05:00', closed_reason = 'x'",
            3,
            "withdrawn",
        ),
    ] {
        let sandbox = Sandbox::new();
        let server = SmtpServer::builder().start();
        let (asked, answer) = (sandbox.folder().join("asked"), sandbox.folder().join("answer"));
        let wait = format!(
            "touch {}; while [ ! -e {} ]; do sleep 0.02; done; echo sesame",
            asked.display(),
            answer.display()
        );
        sandbox.configure(&format!(
            "[me]\nname = \"Jo Marsh\"\nemail = \"jo@example.com\"\n\n\
             [smtp]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\n\n\
             [auth]\ncommand = [\"sh\", \"-c\", \"{wait}\"]\n",
            server.port()
        ));
        acme(&sandbox);
        draft(&sandbox);
        let sender = start(&sandbox, &["send", "--yes"]);
        while !asked.exists() {
            crate::pause(std::time::Duration::from_millis(5));
        }
        sql(&sandbox, change);
        std::fs::write(&answer, "").unwrap();
        let (exit, said) = ended(sender);
        assert!(server.accepted().is_empty(), "{change}: {said}");
        assert_eq!(exit, Some(code), "{change}: {said}");
        assert_eq!(state(&sandbox, "acme/jane"), state_after, "{change}");
    }
}

#[test]
fn a_timer_that_loses_the_lock_leaves_quietly() {
    let (sandbox, server) = planned();
    let imap = ImapServer::builder().folder("Sent", "\\Sent").start();
    let (asked, answer) = (sandbox.folder().join("asked"), sandbox.folder().join("answer"));
    sandbox.use_servers(&server, &imap, "none");
    let wait = format!(
        "touch {}; while [ ! -e {} ]; do sleep 0.02; done; echo sesame",
        asked.display(),
        answer.display()
    );
    let toml = std::fs::read_to_string(sandbox.home().join("config.toml")).unwrap();
    let toml = toml.replace("[\"echo\", \"sesame-42\"]", &format!("[\"sh\", \"-c\", \"{wait}\"]"));
    sandbox.configure(&toml);
    let timer = start(&sandbox, &RUN);
    while !asked.exists() {
        crate::pause(std::time::Duration::from_millis(5));
    }
    // Another timer has begun to send while this one read the mailbox.
    let lock = SendLock::try_take(&sandbox.home().join("send.lock")).unwrap();
    assert!(lock.is_some());
    std::fs::write(&answer, "").unwrap();
    assert_eq!(ended(timer), (Some(0), String::new()));
    assert_eq!(server.connections(), 0);
    drop(lock);
    assert_eq!(state(&sandbox, "acme/jane"), "approved");
}

/// The record as it is judged at a moment.
fn desk(sandbox: &Sandbox, now: &str) -> Desk {
    let store = Store::open(&sandbox.home().join("thanks.db"), Beginning::Fresh).unwrap();
    let sender = Sender {
        mailbox: Some(Mailbox::parse("Jo Marsh <jo@example.com>").unwrap()),
        phone: None,
        zone: Zone::named("America/New_York").unwrap(),
        limits: Limits::default(),
    };
    let rules = Box::new(|country: Option<&str>| {
        std::rc::Rc::new(Rule { policy: Policy::for_country(country), calendar: Calendar::new(country, []) })
    });
    let now: DateTime<Utc> = now.parse().unwrap();
    Desk::open(&store, sender, Templates::new(None), rules, now).unwrap()
}

#[test]
fn a_text_that_says_today_does_not_leave_after_midnight() {
    for edited in [false, true] {
        let mut sandbox = Sandbox::new();
        let server = SmtpServer::builder().fault(At::Banner, Fault::Drop).start();
        sandbox.use_server(&server);
        // Two minutes before midnight in New York.
        sandbox.set_now("2026-03-06T04:58:00Z");
        acme(&sandbox);
        draft(&sandbox);
        if edited {
            sandbox.set_editor("echo >> \"$0\"; echo PS: I enjoyed the tour. >> \"$0\"");
            let mut screen = sandbox.terminal(&["draft", "jane", "--edit"]);
            let _ = screen.sees("jane");
            let _ = screen.ends(0);
            draft(&sandbox);
        }
        let _ = sandbox.run(&["send", "jane", "--yes"]).exits(75).talks_somehow().text();
        assert_eq!(state(&sandbox, "acme/jane"), "approved");
        let id = thanks::domain::note::NoteId::from_stored("acme/jane");
        let found = |now: &str, day| judge(&desk(&sandbox, now), &[&id], day).unwrap();
        let before = found("2026-03-06T04:59:59Z", Day::Approved);
        assert!(before.wrong.is_empty(), "{before:?}");
        let midnight = before.until.map(|until| until.to_rfc3339());
        assert_eq!(midnight.as_deref(), Some("2026-03-06T00:00:00-05:00"));
        for day in [Day::Approved, Day::Worded] {
            assert_eq!(found("2026-03-06T05:00:00Z", day).wrong[&id].event, Event::Redraft, "{day:?}");
        }
        // What was offered once keeps its bytes and its day.
        sql(&sandbox, "UPDATE notes SET offers = 1");
        assert!(found("2026-03-06T05:00:00Z", Day::Approved).wrong.is_empty());
    }
}

// Elsewhere the keyring of whoever runs the tests would be asked.
#[cfg(target_os = "linux")]
#[test]
fn what_came_of_the_first_password_is_told_although_the_second_round_fails() {
    let mut sandbox = Sandbox::new();
    sandbox.set("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
    // Jane's note is taken, the connection breaks, and the next login is refused.
    let server = SmtpServer::builder()
        .fault_on(2, At::Mail, Fault::Drop)
        .fault_on(2, At::Auth, Fault::Reply("535 5.7.8 no"))
        .start();
    sandbox.configure(&format!(
        "[me]\nname = \"Jo Marsh\"\nemail = \"jo@example.com\"\n\n\
         [smtp]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\n",
        server.port()
    ));
    two(&sandbox);
    let ann = ["add", "acme", "--with", "Ann Lee <ann@acme.example>", "--topic", "the roadmap"];
    let _ = sandbox.run(&ann).talks_somehow().text();
    draft(&sandbox);
    let mut screen = sandbox.terminal(&["send", "--yes"]);
    let _ = screen.answer("Password of jo@example.com", "wrong").sees("New password (Enter stops):");
    let journal = sandbox.home().join("journal");
    std::fs::remove_file(&journal).unwrap();
    std::fs::create_dir(&journal).unwrap();
    let _ = screen.answer("", "right");
    let shown = screen.ends(74);
    assert!(shown.contains("sent     acme/jane"), "{shown}");
    assert!(shown.contains("acme/ann"), "{shown}");
    assert_eq!(recipients(&server), ["jane@acme.example"]);
}
