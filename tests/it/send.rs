//! Notes on their way, through the program itself: what is seen is what goes, once, and whatever
//! did not go is said.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use thanks::adapters::mime::{parse, with_date};

use crate::ledger::at;
use crate::sandbox::Sandbox;
use crate::smtp_server::{At, Fault, SmtpServer};

mod asking;
mod follow_up;
mod meanwhile;
mod plans;
mod races;
mod readdressed;
mod refused;
mod syncs;
mod two_computers;
mod unattended;

/// Acme: Jane has an address and Omar has none.
pub const ACME: [&str; 16] = [
    "add",
    "--company",
    "Acme",
    "--role",
    "Platform Engineer",
    "--ended",
    "15:45",
    "--with",
    "Jane Doe <jane@acme.example>",
    "--topic",
    "moving the billing jobs to Kafka",
    "--why",
    "the nightly freeze goes away",
    "--decision",
    "in two weeks",
    "--zone=America/New_York",
];

pub fn acme(sandbox: &Sandbox) {
    let _ = sandbox.run(&ACME).talks_somehow().text();
}

pub fn draft(sandbox: &Sandbox) {
    let _ = sandbox.run(&["draft"]).talks_somehow().text();
}

pub fn state(sandbox: &Sandbox, id: &str) -> String {
    let status = sandbox.run(&["status", "--json"]).json();
    let notes = status["notes"].as_array().unwrap();
    let note = notes.iter().find(|note| note["id"] == id).unwrap_or_else(|| panic!("no {id} in {status}"));
    note["state"].as_str().unwrap().to_owned()
}

/// Every file of the home but the index of the log, which readers write to.
pub fn traces(sandbox: &Sandbox) -> BTreeMap<String, Vec<u8>> {
    fs::read_dir(sandbox.home())
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .filter(|(name, _)| name != "thanks.db-shm")
        .collect()
}

#[test]
fn what_was_shown_goes_with_yes_and_only_once() {
    let sandbox = Sandbox::new();
    let server = sandbox.with_server();
    acme(&sandbox);
    draft(&sandbox);
    sandbox
        .run(&["send", "--yes"])
        .prints("sent     acme/jane, Thu 5 Mar 15:54 EST, accepted by 127.0.0.1\n");
    assert_eq!(state(&sandbox, "acme/jane"), "sent");
    sandbox.run(&["send", "--yes"]).talks("nothing to send\n").prints("");
    let again = sandbox.run(&["send", "jane", "--yes"]).exits(1).talk();
    assert!(
        again.starts_with("error: acme/jane is sent, Thu 5 Mar 15:54 EST\nnothing was sent now\n"),
        "{again}"
    );
    assert_eq!(server.accepted().len(), 1);
}

#[test]
fn the_delivered_bytes_are_the_previewed_ones_but_for_the_date() {
    let mut sandbox = Sandbox::new();
    let server = sandbox.with_server();
    acme(&sandbox);
    let out = sandbox.folder().join("out");
    let preview = sandbox.run(&["draft", "--json", "--out", out.to_str().unwrap()]).talks_somehow().json();
    sandbox.set_now("2026-03-05T21:30:00Z");
    let _ = sandbox.run(&["send", "--yes"]).text();
    let delivered = server.accepted().remove(0).data;
    let shown = fs::read(out.join("acme-jane.eml")).unwrap();
    assert_eq!(with_date(&delivered, at()), with_date(&shown, at()));
    assert_ne!(delivered, shown, "the date is that of the departure");
    assert!(String::from_utf8_lossy(&delivered).contains("Date: Thu, 5 Mar 2026 16:30:00 -0500\r\n"));
    let (read, note) = (parse(&delivered).unwrap(), &preview["notes"][0]);
    assert_eq!(read.body.trim_end(), note["body"].as_str().unwrap().trim_end());
    assert_eq!(read.subject, note["headers"]["Subject"]);
    assert_eq!(read.message_id.unwrap(), note["headers"]["Message-ID"]);
}

#[test]
fn a_rehearsal_leaves_no_trace() {
    let sandbox = Sandbox::new();
    let server = sandbox.with_server();
    acme(&sandbox);
    for drafted in [false, true] {
        if drafted {
            draft(&sandbox);
        }
        let before = traces(&sandbox);
        sandbox.run(&["send", "--dry-run"]).prints("would send  acme/jane, to jane@acme.example\n");
        let after = traces(&sandbox);
        assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
        assert!(before == after, "a file has changed");
        assert_eq!(server.connections(), 0);
    }
}

#[test]
fn to_me_is_the_real_message_in_my_own_mailbox_and_changes_nothing() {
    let sandbox = Sandbox::new();
    let server = sandbox.with_server();
    acme(&sandbox);
    let globex = [
        "add",
        "--company",
        "Globex",
        "--role",
        "Data Engineer",
        "--ended",
        "15:30",
        "--zone=America/New_York",
    ];
    let with = ["--with", "Ann Lee <ann@globex.example>", "--topic", "how the team plans its quarters"];
    let _ = sandbox.run(&[&globex[..], &with].concat()).talks_somehow().text();
    draft(&sandbox);
    let before = traces(&sandbox);
    let _ = sandbox.run(&["send", "--to-me"]).text();
    assert!(before == traces(&sandbox), "a file has changed");
    let arrived = server.accepted();
    assert_eq!(arrived.len(), 2);
    assert!(arrived.iter().all(|accepted| accepted.to == "jo@example.com"), "{arrived:?}");
    let _ = sandbox.run(&["send", "--yes"]).text();
    let sent = server.accepted().split_off(2);
    for (mine, theirs) in arrived.iter().zip(&sent) {
        // Its own id, so that a copy of it never passes for the note.
        let mine =
            String::from_utf8(mine.data.clone()).unwrap().replace("Message-ID: <to-me.", "Message-ID: <");
        assert_eq!(with_date(mine.as_bytes(), at()), with_date(&theirs.data, at()));
        assert_ne!(theirs.to, "jo@example.com");
    }
}

#[test]
fn yes_does_not_send_what_was_not_shown_or_has_changed_since() {
    let sandbox = Sandbox::new();
    let server = sandbox.with_server();
    acme(&sandbox);
    let unseen = sandbox.run(&["send", "--yes"]).exits(3).talks_somehow().text();
    assert!(unseen.starts_with("waiting  acme/jane, it was not shown before\n"), "{unseen}");
    draft(&sandbox);
    let topic = ["add", "acme", "--with", "Jane Doe", "--topic", "how incidents are reviewed"];
    let _ = sandbox.run(&topic).talks_somehow().text();
    let changed = sandbox.run(&["send", "--yes"]).exits(3).talks_somehow().text();
    assert!(changed.starts_with("waiting  acme/jane, it changed since it was shown\n"), "{changed}");
    assert_eq!(server.connections(), 0);
    draft(&sandbox);
    let _ = sandbox.run(&["send", "--yes"]).text();
    assert_eq!(server.accepted().len(), 1);
}

#[test]
fn a_text_that_changes_while_its_owner_looks_at_it_is_not_sent() {
    for changes in [false, true] {
        let sandbox = Sandbox::new();
        let server = sandbox.with_server();
        acme(&sandbox);
        let mut screen = sandbox.terminal(&["send"]);
        let _ = screen.sees("Send to jane@acme.example?");
        if changes {
            let topic = ["add", "acme", "--with", "Jane Doe", "--topic", "how incidents are reviewed"];
            let _ = sandbox.run(&topic).talks_somehow().text();
            draft(&sandbox);
        }
        let _ = screen.answer("[q]uit:", "y");
        let _ = screen.ends(if changes { 3 } else { 0 });
        assert_eq!(server.accepted().len(), usize::from(!changes));
        assert_eq!(state(&sandbox, "acme/jane"), if changes { "drafted" } else { "sent" });
    }
}

#[test]
fn a_note_without_an_address_waits_and_the_rest_goes() {
    let sandbox = Sandbox::new();
    let server = sandbox.with_server();
    acme(&sandbox);
    let omar = ["add", "acme", "--with", "Omar Aziz", "--topic", "how on-call is shared"];
    let _ = sandbox.run(&omar).talks_somehow().text();
    draft(&sandbox);
    sandbox.run(&["send", "--yes"]).exits(3).prints(
        "sent     acme/jane, Thu 5 Mar 15:54 EST, accepted by 127.0.0.1\n\
         waiting  acme/omar, no address, due Fri 6 Mar 15:45 EST\n         \
         thanks add acme --with \"Omar Aziz <address>\"\n         \
         thanks draft acme/omar --body\n",
    );
    assert_eq!(server.accepted().len(), 1);
}

#[test]
fn a_blocked_note_is_left_out_and_the_rest_goes() {
    let mut sandbox = Sandbox::new();
    let server = sandbox.with_server();
    acme(&sandbox);
    let omar = ["add", "acme", "--with", "Omar Aziz <omar@acme.example>", "--topic", "how on-call is shared"];
    let _ = sandbox.run(&omar).talks_somehow().text();
    sandbox.set_editor(
        "printf \"Subject: Thanks\\n\\nDear [Name],\\n\\nthank you for today.\\n\\nJo\\n\" > \"$0\"",
    );
    let _ = sandbox.run(&["draft", "jane", "--edit"]).exits(1).talks_somehow().text();
    draft_whatever(&sandbox);
    let run = sandbox.run(&["send", "--yes"]).exits(1).talks_somehow().text();
    assert_eq!(run, "sent     acme/omar, Thu 5 Mar 15:54 EST, accepted by 127.0.0.1\n");
    assert_eq!(server.accepted().len(), 1);
    assert_eq!(state(&sandbox, "acme/jane"), "drafted");
}

fn draft_whatever(sandbox: &Sandbox) {
    let _ = sandbox.run(&["draft"]).exits(1).talks_somehow().text();
}

#[test]
fn a_text_that_says_today_is_written_anew_the_next_day() {
    let mut sandbox = Sandbox::new();
    let server = SmtpServer::builder().fault_on(1, At::Banner, Fault::Reply("421 busy")).start();
    sandbox.use_server(&server);
    acme(&sandbox);
    draft(&sandbox);
    let _ = sandbox.run(&["send", "--yes"]).exits(75).talks_somehow().text();
    assert_eq!(state(&sandbox, "acme/jane"), "approved");
    sandbox.set_now("2026-03-06T14:00:00Z");
    let _ = sandbox.run(&["send", "--yes"]).exits(3).talks_somehow().text();
    assert_eq!(state(&sandbox, "acme/jane"), "drafted");
    assert!(server.accepted().is_empty());
    draft(&sandbox);
    let _ = sandbox.run(&["send", "--yes"]).text();
    let body = parse(&server.accepted()[0].data).unwrap().body;
    assert!(body.contains("yesterday") && !body.contains("today"), "{body}");
}

#[test]
fn a_note_that_was_never_claimed_in_time_expires_and_is_asked_about() {
    let mut sandbox = Sandbox::new();
    let server = SmtpServer::builder().fault_on(1, At::Dot, Fault::Reply("451 later")).start();
    sandbox.use_server(&server);
    acme(&sandbox);
    draft(&sandbox);
    let _ = sandbox.run(&["send", "--yes"]).exits(75).talks_somehow().text();
    sandbox.set_now("2026-03-06T21:00:00Z");
    let _ = sandbox.run(&["send", "--yes"]).exits(3).talks_somehow().text();
    assert_eq!(state(&sandbox, "acme/jane"), "expired");
    assert!(server.accepted().is_empty());
    // Its owner has to look at these very bytes once more.
    draft(&sandbox);
    let _ = sandbox.run(&["send", "--yes"]).text();
    assert_eq!(server.accepted().len(), 1);
}

#[test]
fn a_doubt_is_never_settled_by_the_program_and_not_sent_offers_the_same_bytes() {
    let mut sandbox = Sandbox::new();
    let server = SmtpServer::builder().fault_on(1, At::Dot, Fault::TakeThenDrop).start();
    sandbox.use_server(&server);
    acme(&sandbox);
    draft(&sandbox);
    let talk = sandbox.run(&["send", "--yes"]).exits(76).talk();
    assert!(talk.starts_with("in doubt: acme/jane, "), "{talk}");
    assert!(talk.contains("it will not be offered again unless you say so\n"), "{talk}");
    sandbox.set_now("2026-03-05T22:30:00Z");
    for args in [&["send", "--yes"][..], &["send"], &["draft"]] {
        let _ = sandbox.run(args).exits(if args == ["draft"] { 0 } else { 3 }).talks_somehow().text();
    }
    assert_eq!(state(&sandbox, "acme/jane"), "unsure");
    assert_eq!(server.accepted().len(), 1);
    sandbox
        .run(&["mark", "acme/jane", "not-sent"])
        .prints("acme/jane recorded as approved; `thanks send` offers the same bytes again\n");
    let _ = sandbox.run(&["send", "--yes"]).text();
    let taken = server.accepted();
    assert_eq!(taken.len(), 2);
    assert_eq!(taken[0], taken[1], "with Message-ID and Date");
}

#[test]
fn an_interruption_while_the_receipt_is_awaited_exits_76() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let sandbox = Sandbox::new();
        let server = SmtpServer::builder().fault_on(1, At::Dot, Fault::Hang).start();
        sandbox.use_server(&server);
        acme(&sandbox);
        draft(&sandbox);
        let mut child = sandbox
            .command(&["send", "--yes"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        server.wait_for(At::Dot);
        kill_process(Pid::from_child(&child), signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(76), "{signal:?}");
        assert_eq!(state(&sandbox, "acme/jane"), "unsure");
        let _ = sandbox.run(&["send", "--yes"]).exits(3).talks_somehow().text();
        assert!(server.accepted().is_empty(), "it is not offered again");
        let _ = sandbox.run(&["mark", "jane", "not-sent"]).text();
        let _ = sandbox.run(&["send", "--yes"]).text();
        assert_eq!(server.accepted().len(), 1);
    }
}

#[test]
fn a_reader_who_has_gone_does_not_matter_and_a_full_disk_for_words_is_said() {
    for (full, code) in [(false, 0), (true, 74)] {
        let sandbox = Sandbox::new();
        let server = sandbox.with_server();
        acme(&sandbox);
        draft(&sandbox);
        let mut command = sandbox.command(&["send", "--yes"]);
        command.stdin(Stdio::null()).stderr(Stdio::null());
        let status = match File::options().write(true).open("/dev/full") {
            Ok(no_space) if full => command.stdout(no_space).status().unwrap(),
            Err(_) if full => continue,
            _ => {
                let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
                drop(child.stdout.take());
                child.wait().unwrap()
            }
        };
        assert_eq!(status.code(), Some(code));
        assert_eq!(state(&sandbox, "acme/jane"), "sent");
        assert_eq!(server.accepted().len(), 1);
    }
}

#[test]
fn the_server_decides_the_exit_code() {
    for (at, reply, code, then) in [
        (At::Auth, "535 5.7.8 no", 77, "approved"),
        (At::Banner, "421 busy", 75, "approved"),
        (At::Rcpt, "550 5.1.1 who", 69, "refused"),
        (At::Dot, "354 what", 76, "unsure"),
    ] {
        let sandbox = Sandbox::new();
        let server = SmtpServer::builder().fault_on(1, at, Fault::Reply(reply)).start();
        sandbox.use_server_with_login(&server);
        acme(&sandbox);
        draft(&sandbox);
        let json = sandbox.run(&["send", "--yes", "--json"]).exits(code).talks_somehow().json();
        assert_eq!(json["notes"][0]["state"], then, "{json}");
        assert_eq!(json["notes"][0]["exit"], code, "{json}");
        assert_eq!(state(&sandbox, "acme/jane"), then);
    }
}

#[test]
fn a_login_that_is_refused_after_a_sent_note_does_not_say_that_nothing_was_sent() {
    let sandbox = Sandbox::new();
    let server = SmtpServer::builder()
        .fault_on(2, At::Mail, Fault::Drop)
        .fault_on(2, At::Auth, Fault::Reply("535 5.7.8 no"))
        .start();
    sandbox.use_server_with_login(&server);
    acme(&sandbox);
    for (name, topic) in [("Omar Aziz", "how on-call is shared"), ("Ann Lee", "the plan for the data lake")] {
        let with = format!("{name} <{}@acme.example>", name.replace(' ', "."));
        let args = ["add", "acme", "--with", &with, "--topic", topic];
        let _ = sandbox.run(&args).talks_somehow().text();
    }
    let _ = sandbox.run(&["draft"]).talks_somehow().text();
    let talk = sandbox.run(&["send", "--yes"]).exits(77).talk();
    assert!(talk.contains("\nnot sent, and kept: acme/ann\n"), "{talk}");
    assert_eq!(server.accepted().len(), 1);
    assert_eq!(state(&sandbox, "acme/ann"), "approved");
}

#[test]
fn what_the_record_cannot_take_is_local_trouble_and_nothing_is_connected() {
    let sandbox = Sandbox::new();
    let server = sandbox.with_server();
    acme(&sandbox);
    draft(&sandbox);
    let db = rusqlite::Connection::open(sandbox.home().join("thanks.db")).unwrap();
    db.execute_batch("PRAGMA max_page_count = 1").unwrap();
    drop(db);
    fs::create_dir(sandbox.home().join("journal")).unwrap();
    let talk = sandbox.run(&["send", "--yes"]).exits(74).talk();
    assert!(talk.contains("nothing was sent"), "{talk}");
    assert_eq!(server.connections(), 0);
    assert_eq!(state(&sandbox, "acme/jane"), "approved");
}

#[cfg(unix)]
#[test]
fn a_record_that_is_a_link_to_itself_is_not_taken_for_none() {
    let sandbox = Sandbox::new();
    let server = sandbox.with_server();
    acme(&sandbox);
    draft(&sandbox);
    let (record, aside) = (sandbox.home().join("thanks.db"), sandbox.home().join("aside"));
    fs::rename(&record, &aside).unwrap();
    // Whoever follows it goes round in a circle.
    std::os::unix::fs::symlink(&record, &record).unwrap();
    for args in [&["send", "--yes"][..], &["schedule", "run"], &["status"]] {
        let talk = sandbox.run(args).exits(77).talk();
        assert!(talk.contains("thanks.db is a link to another file"), "{args:?}: {talk}");
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_refused_note_is_offered_again_only_after_another_look() {
    let sandbox = Sandbox::new();
    let server = SmtpServer::builder().fault_on(1, At::Rcpt, Fault::Reply("550 5.1.1 who")).start();
    sandbox.use_server(&server);
    acme(&sandbox);
    draft(&sandbox);
    let _ = sandbox.run(&["send", "--yes"]).exits(69).talks_somehow().text();
    let _ = sandbox.run(&["send", "--yes"]).exits(3).talks_somehow().text();
    assert!(server.accepted().is_empty());
    draft(&sandbox);
    let _ = sandbox.run(&["send", "--yes"]).text();
    assert_eq!(server.accepted().len(), 1);
}

#[test]
fn a_reply_that_wants_a_pause_waits_where_nobody_decides() {
    let sandbox = Sandbox::new();
    let server = sandbox.with_server();
    acme(&sandbox);
    draft(&sandbox);
    let _ = sandbox.run(&["send", "--yes"]).text();
    let _ = sandbox.run(&["heard", "acme", "--rejected"]).talks_somehow().text();
    draft(&sandbox);
    let out = sandbox.run(&["send", "--yes"]).exits(1).talks_somehow().text();
    assert!(out.contains("not before Fri 6 Mar 15:54 EST"), "{out}");
    assert_eq!(server.accepted().len(), 1);
}

#[test]
fn nobody_met_vanishes_from_the_status_without_thanks() {
    let mut sandbox = Sandbox::new();
    acme(&sandbox);
    sandbox.set_now("2026-03-24T14:00:00Z");
    let out = sandbox.run(&["status"]).text();
    assert!(
        out.contains("NOT SENT\n  acme/jane  thank-you  never sent, and too late: due by Fri 6 Mar"),
        "{out}"
    );
}

#[test]
fn a_question_without_a_terminal_shows_nothing_as_seen() {
    let sandbox = Sandbox::new();
    let server = sandbox.with_server();
    acme(&sandbox);
    let talk = sandbox.run(&["send"]).exits(3).talk();
    assert!(talk.contains("there is no terminal to ask on\nnothing was sent"), "{talk}");
    let _ = sandbox.run(&["send", "--yes"]).exits(3).talks_somehow().text();
    assert!(server.accepted().is_empty());
}

#[test]
fn words_of_its_owner_are_approved_anew_on_another_day() {
    let mut sandbox = Sandbox::new();
    let server = SmtpServer::builder().fault_on(1, At::Rcpt, Fault::Reply("450 later")).start();
    sandbox.use_server(&server);
    acme(&sandbox);
    sandbox.set_editor("sed -i s/Best/Kind/ $0");
    let _ = sandbox.run(&["draft", "jane", "--edit"]).talks_somehow().text();
    let _ = sandbox.run(&["send", "--yes"]).exits(75).talks_somehow().text();
    assert_eq!(state(&sandbox, "acme/jane"), "approved");
    sandbox.set_now("2026-03-06T15:00:00Z");
    let _ = sandbox.run(&["send", "--yes"]).exits(3).talks_somehow().text();
    assert_eq!(state(&sandbox, "acme/jane"), "drafted");
    assert!(server.accepted().is_empty());
    // Once its owner has seen it beside what the record would say now, it goes.
    draft(&sandbox);
    let _ = sandbox.run(&["send", "--yes"]).talks_somehow().text();
    assert_eq!(server.accepted().len(), 1);
}
