//! What the timer calls: it sends what was approved, when it is due and still right, and is silent
//! otherwise.

use crate::sandbox::Sandbox;
use crate::send::{acme, draft, state};
use crate::smtp_server::{At, Fault, SmtpServer};

const RUN: [&str; 3] = ["schedule", "run", "--no-input"];

/// Jane's note is approved for Thu 5 Mar 17:45.
fn planned(sandbox: &Sandbox) {
    acme(sandbox);
    let mut screen = sandbox.terminal(&["send"]);
    let _ = screen.answer("[l]ater, 17:45", "l").answer("Install? [y]es [n]o:", "n");
    let _ = screen.ends(0);
}

/// Jane was thanked, and the nudge is approved for Tue 24 Mar 10:00.
fn planned_nudge(sandbox: &mut Sandbox) {
    acme(sandbox);
    draft(sandbox);
    let _ = sandbox.run(&["send", "--yes"]).text();
    sandbox.set_now("2026-03-23T14:06:00Z");
    let mut screen = sandbox.terminal(&["nudge", "acme", "--no-answer"]);
    let _ = screen.answer("[y]es [l]ater [e]dit", "l").answer("Install? [y]es [n]o:", "n");
    let _ = screen.sees("planned  acme/jane/nudge, Tue 24 Mar 10:00 EDT");
    let _ = screen.ends(0);
}

#[test]
fn without_anything_to_do_it_is_silent() {
    let sandbox = Sandbox::new();
    sandbox.run(&RUN).prints("");
    let server = sandbox.with_server();
    planned(&sandbox);
    sandbox.run(&RUN).prints("");
    assert_eq!(server.connections(), 0);
}

#[test]
fn what_is_approved_goes_at_its_time_and_once() {
    let mut sandbox = Sandbox::new();
    let server = sandbox.with_server();
    planned(&sandbox);
    sandbox.set_now("2026-03-05T22:47:00Z");
    sandbox.run(&RUN).prints("sent     acme/jane, Thu 5 Mar 17:47 EST, accepted by 127.0.0.1\n");
    sandbox.run(&RUN).prints("");
    assert_eq!(server.accepted().len(), 1);
}

#[test]
fn a_draft_never_goes_by_itself() {
    let mut sandbox = Sandbox::new();
    let server = sandbox.with_server();
    acme(&sandbox);
    draft(&sandbox);
    sandbox.set_now("2026-03-06T15:00:00Z");
    sandbox.run(&RUN).prints("");
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_thank_you_missed_by_a_sleeping_machine_waits_for_the_hours_there() {
    let mut sandbox = Sandbox::new();
    let server = sandbox.with_server();
    planned(&sandbox);
    sandbox.set_now("2026-03-06T00:30:00Z");
    sandbox.run(&RUN).prints("sent     acme/jane, Thu 5 Mar 19:30 EST, accepted by 127.0.0.1\n");
    assert_eq!(server.accepted().len(), 1);

    let mut sandbox = Sandbox::new();
    let server = sandbox.with_server();
    planned(&sandbox);
    sandbox.set_now("2026-03-06T02:30:00Z");
    sandbox.run(&RUN).prints("");
    // The text says "today", and tomorrow that is not true any more.
    sandbox.set_now("2026-03-06T14:00:00Z");
    sandbox
        .run(&RUN)
        .exits(3)
        .prints("drafted  acme/jane, its text is not what the record says now; look at it again\n");
    sandbox.run(&RUN).prints("");
    assert_eq!(server.connections(), 0);
}

#[test]
fn past_its_last_moment_it_expires() {
    let mut sandbox = Sandbox::new();
    let server = sandbox.with_server();
    planned(&sandbox);
    sandbox.set_now("2026-03-06T20:46:00Z");
    sandbox.run(&RUN).exits(3).prints("expired  acme/jane, its time has passed; look at it again\n");
    assert_eq!(state(&sandbox, "acme/jane"), "expired");
    assert_eq!(server.connections(), 0);
}

#[test]
fn changed_facts_are_shown_before_anything_goes() {
    let mut sandbox = Sandbox::new();
    let server = sandbox.with_server();
    planned(&sandbox);
    let topic = ["add", "acme", "--with", "Jane Doe", "--topic", "how incidents are reviewed"];
    let _ = sandbox.run(&topic).talks_somehow().text();
    sandbox.set_now("2026-03-05T22:47:00Z");
    let _ = sandbox.run(&RUN).exits(3).text();
    assert_eq!(state(&sandbox, "acme/jane"), "drafted");
    assert_eq!(server.connections(), 0);
}

#[test]
fn what_was_closed_does_not_go() {
    let mut sandbox = Sandbox::new();
    let server = sandbox.with_server();
    planned(&sandbox);
    let _ = sandbox.run(&["close", "acme"]).text();
    sandbox.set_now("2026-03-05T22:47:00Z");
    sandbox.run(&RUN).prints("");
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_follow_up_does_not_go_where_nobody_can_look_for_an_answer() {
    let mut sandbox = Sandbox::new();
    let server = sandbox.with_server();
    planned_nudge(&mut sandbox);
    sandbox.set_now("2026-03-24T14:02:00Z");
    sandbox
        .run(&RUN)
        .exits(75)
        .prints("approved acme/jane/nudge, nobody has looked for an answer; thanks nudge acme asks\n");
    sandbox.run(&RUN).prints("");
    // More than two hours late it is its owner's again.
    sandbox.set_now("2026-03-24T16:01:00Z");
    let _ = sandbox.run(&RUN).exits(3).text();
    assert_eq!(state(&sandbox, "acme/jane/nudge"), "drafted");
    assert_eq!(server.accepted().len(), 1);
}

#[test]
fn a_clock_that_was_put_back_or_leapt_stops_everything() {
    let mut sandbox = Sandbox::new();
    let server = sandbox.with_server();
    planned(&sandbox);
    for now in ["2026-03-05T20:48:00Z", "2027-05-01T12:00:00Z", "2001-01-01T00:00:00Z"] {
        sandbox.set_now(now);
        let talk = sandbox.run(&RUN).exits(3).talk();
        assert!(talk.contains("the clock shows") && talk.contains("nothing was sent"), "{talk}");
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_busy_server_is_asked_again_later_and_a_person_at_once() {
    let mut sandbox = Sandbox::new();
    let server = SmtpServer::builder().fault_on(1, At::Mail, Fault::Reply("451 later")).start();
    sandbox.use_server(&server);
    planned(&sandbox);
    sandbox.set_now("2026-03-05T22:47:00Z");
    let _ = sandbox.run(&RUN).exits(75).talks_somehow().text();
    sandbox.set_now("2026-03-05T22:47:30Z");
    sandbox.run(&RUN).prints("");
    sandbox.set_now("2026-03-05T22:48:01Z");
    sandbox.run(&RUN).prints("sent     acme/jane, Thu 5 Mar 17:48 EST, accepted by 127.0.0.1\n");
    assert_eq!(server.accepted().len(), 1);
}

#[test]
fn a_plan_that_nobody_keeps_is_said_by_every_other_command() {
    let mut sandbox = Sandbox::new();
    let _server = sandbox.with_server();
    planned(&sandbox);
    sandbox.set_now("2026-03-05T23:00:00Z");
    let _ = sandbox.run(&["show", "acme"]).text();
    sandbox.set_now("2026-03-05T23:01:00Z");
    let warning =
        "warning: acme/jane was to go Thu 5 Mar 17:45 EST and has not left: thanks send acme/jane\n";
    let each: [&[&str]; 9] = [
        &["show", "acme"],
        &["add", "acme", "--with", "Omar Aziz", "--dry-run"],
        &["heard", "acme", "--decision", "never mind"],
        &["nudge"],
        &["mark", "nobody", "sent"],
        &["export", "--calendar"],
        &["holidays", "US"],
        &["schedule", "status"],
        &["schedule", "remove"],
    ];
    for args in each {
        let (_, talk) = sandbox.run(args).both();
        assert_eq!(talk.matches(warning).count(), 1, "{args:?}: {talk}");
    }
    // These say it in words of their own.
    for (args, said) in [
        (&["status"][..], "was to go Thu"),
        (&["doctor"], "not sent as planned: acme/jane was to go Thu 5 Mar 17:45 EST"),
        (&["send", "--dry-run"], "acme/jane"),
    ] {
        let (out, talk) = sandbox.run(args).both();
        assert!(out.contains(said) && !talk.contains("warning"), "{args:?}: {out}{talk}");
    }
}

#[test]
fn an_approval_that_ran_out_is_said_until_its_owner_looks_at_the_note() {
    let mut sandbox = Sandbox::new();
    let _server = sandbox.with_server();
    planned(&sandbox);
    sandbox.set_now("2026-03-06T20:46:00Z");
    for _ in 0..2 {
        let _ = sandbox
            .run(&["show", "acme"])
            .talks("warning: acme/jane has not left by Fri 6 Mar 15:45 EST, its last moment: thanks send acme/jane\n")
            .text();
    }
    let _ = sandbox.run(&["draft"]).talks_somehow().text();
    let _ = sandbox.run(&["show", "acme"]).text();
}

#[test]
fn while_another_command_sends_it_leaves_quietly() {
    let mut sandbox = Sandbox::new();
    let server = sandbox.with_server();
    planned(&sandbox);
    sandbox.set_now("2026-03-05T22:47:00Z");
    let lock = std::fs::File::create(sandbox.home().join("send.lock")).unwrap();
    lock.lock().unwrap();
    sandbox.run(&RUN).prints("");
    assert_eq!(server.connections(), 0);
}

#[test]
fn two_notes_of_a_run_leave_twenty_seconds_apart() {
    let mut sandbox = Sandbox::new();
    let server = sandbox.with_server();
    acme(&sandbox);
    let _ = sandbox
        .run(&["add", "acme", "--with", "Omar Aziz <omar@acme.example>", "--topic", "how on-call is shared"])
        .talks_somehow()
        .text();
    let mut screen = sandbox.terminal(&["send"]);
    let _ = screen.answer("[l]ater, 17:45", "l").answer("[l]ater, 17:45", "l");
    let _ = screen.answer("Install? [y]es [n]o:", "n");
    let _ = screen.ends(0);
    sandbox.set_now("2026-03-05T22:47:00Z");
    let _ = sandbox.run(&RUN).text();
    let status = sandbox.run(&["status", "--json"]).json();
    let left: Vec<&str> =
        status["notes"].as_array().unwrap().iter().filter_map(|note| note["sent_at"].as_str()).collect();
    assert_eq!(left, ["2026-03-05T17:47:00-05:00", "2026-03-05T17:47:20-05:00"]);
    assert_eq!(server.accepted().len(), 2);

    // Whoever types it waits for nothing.
    let mut sandbox = Sandbox::new();
    let _server = sandbox.with_server();
    acme(&sandbox);
    let _ = sandbox
        .run(&["add", "acme", "--with", "Omar Aziz <omar@acme.example>", "--topic", "how on-call is shared"])
        .talks_somehow()
        .text();
    draft(&sandbox);
    let _ = sandbox.run(&["send", "--yes"]).text();
    sandbox.set_now("2026-03-05T20:55:00Z");
    let status = sandbox.run(&["status", "--json"]).json();
    for note in status["notes"].as_array().unwrap() {
        assert_eq!(note["sent_at"], "2026-03-05T15:54:00-05:00");
    }
}

#[test]
fn another_date_takes_back_what_was_planned_with_the_old_one() {
    let mut sandbox = Sandbox::new();
    let server = sandbox.with_server();
    planned(&sandbox);
    sandbox.run(&["heard", "acme", "--decision", "in three weeks"]).prints(
        "acme: \"in three weeks\" = Thu 26 Mar; no nudge before Mon 30 Mar 10:00 EDT\n\
         approved no more: acme/jane; look again: thanks draft acme\n",
    );
    assert_eq!(state(&sandbox, "acme/jane"), "drafted");
    sandbox.set_now("2026-03-05T22:47:00Z");
    sandbox.run(&RUN).prints("");
    assert_eq!(server.connections(), 0);
}

#[test]
fn after_twenty_notes_of_a_day_the_next_one_waits() {
    let mut sandbox = Sandbox::new();
    let server = sandbox.with_server();
    let names: Vec<String> = (b'a'..b'u').map(|letter| format!("{0}{0}na Lee", char::from(letter))).collect();
    let mut line = vec!["add", "--company", "Acme", "--role", "Engineer", "--ended", "15:45"];
    for name in &names {
        line.extend(["--with", name]);
    }
    let _ = sandbox.run(&line).talks_somehow().text();
    let _ = sandbox.run(&["add", "acme", "--with", "Jane Doe <jane@acme.example>", "--topic", "Kafka"]);
    let _ = sandbox.run(&["draft"]).exits(1).talks_somehow().text();
    for name in &names {
        let key = name.split(' ').next().unwrap().to_lowercase();
        let _ = sandbox.run(&["mark", &format!("acme/{key}"), "sent"]).text();
    }
    let mut screen = sandbox.terminal(&["send", "jane"]);
    let _ = screen.answer("[l]ater, 17:45", "l").answer("Install? [y]es [n]o:", "n");
    let _ = screen.ends(0);
    sandbox.set_now("2026-03-05T22:47:00Z");
    sandbox
        .run(&RUN)
        .exits(75)
        .prints("approved acme/jane, 20 notes went out within a day; it goes when there is room\n");
    // Told once an hour, not at each run.
    sandbox.set_now("2026-03-05T22:52:00Z");
    sandbox.run(&RUN).prints("");
    assert!(server.accepted().is_empty());
    assert_eq!(state(&sandbox, "acme/jane"), "approved");
    // A quarter of an hour past its plan every command says so.
    sandbox.set_now("2026-03-05T23:05:00Z");
    let talk = sandbox.run(&["show", "acme"]).talk();
    assert!(talk.contains("acme/jane") && talk.contains("17:45"), "{talk}");
}

#[test]
fn a_note_whose_bytes_are_damaged_does_not_keep_the_others() {
    let mut sandbox = Sandbox::new();
    let server = sandbox.with_server();
    planned(&sandbox);
    let args = ["add", "--company", "Globex", "--role", "Engineer", "--ended", "15:46"];
    let with = ["--with", "Omar Aziz <omar@globex.example>", "--topic", "how on-call is shared"];
    let _ = sandbox.run(&[&args[..], &with].concat()).talks_somehow().text();
    let mut screen = sandbox.terminal(&["send", "omar"]);
    let _ = screen.answer("[l]ater, 17:46", "l").answer("Install? [y]es [n]o:", "n");
    let _ = screen.ends(0);
    let db = rusqlite::Connection::open(sandbox.home().join("thanks.db")).unwrap();
    let damage = "UPDATE notes SET wire = CAST(wire || x'20' AS BLOB) WHERE id = 'acme/jane'";
    db.execute_batch(damage).unwrap();
    drop(db);
    sandbox.set_now("2026-03-05T22:47:00Z");
    let said = sandbox.run(&RUN).exits(74).talks_somehow().text();
    assert!(said.contains("acme/jane, the bytes of acme/jane changed after it was approved"), "{said}");
    assert!(said.contains("sent     globex/omar"), "{said}");
    assert_eq!(server.accepted().len(), 1);
}
