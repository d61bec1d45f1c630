//! Commands in one window while another one waits for its person: what either of them records is
//! there afterwards.

use std::fs;
use std::process::{Child, Stdio};

use super::with_acme;
use crate::sandbox::{Sandbox, Screen};
use crate::send::state;
use crate::smtp_server::{At, Fault, SmtpServer};

/// An editor that runs `thanks` with those words, as another window would, and then `script` on
/// the text.
fn edits_while(sandbox: &mut Sandbox, words: &str, script: &str) {
    let thanks = env!("CARGO_BIN_EXE_thanks");
    sandbox.set_editor(&format!("{thanks} {words} >/dev/null 2>&1; {script}"));
}

fn story(sandbox: &Sandbox) -> serde_json::Value {
    sandbox.run(&["show", "acme", "--json"]).json()
}

fn is_closed(sandbox: &Sandbox) -> bool {
    story(sandbox)["is_open"] == false
}

const OMAR: &str = "Omar Aziz <omar@acme.example>";

/// Questions that were answered but for the last one.
fn asked_up_to_the_decision(sandbox: &Sandbox, words: &[&str], who: &str) -> Screen {
    let mut screen = sandbox.terminal(words);
    if !words.contains(&"--ended") {
        let _ = screen.answer("When did it end", "15:30");
    }
    screen
        .answer("Whom did you meet? Name <address>:", who)
        .answer("What did you talk about?", "")
        .answer("Who else?", "")
        .sees("When do they decide");
    screen
}

#[test]
fn an_edit_keeps_what_another_window_recorded_while_the_editor_was_open() {
    let mut sandbox = with_acme();
    let _ = sandbox.run(&["draft"]).talks_somehow().text();
    edits_while(&mut sandbox, "heard acme --rejected", "sed -i \"s/jobs to Kafka/jobs to NATS/\" \"$0\"");
    sandbox
        .run(&["edit", "acme"])
        .talks("another command changed acme meanwhile; both changes were kept\n")
        .prints("updated acme\n");
    assert!(is_closed(&sandbox), "the rejection is lost");
    assert_eq!(story(&sandbox)["people"][0]["topics"][0], "moving the billing jobs to NATS");
    assert_eq!(state(&sandbox, "acme/jane"), "withdrawn");
    assert!(!sandbox.home().join("acme.toml").exists());

    // The same for news that leave the application open, and for somebody who was added.
    let mut sandbox = with_acme();
    edits_while(
        &mut sandbox,
        "add acme --with \"Omar Aziz <omar@acme.example>\" --no-input",
        "sed -i \"s/^role = .*/role = \\\"SRE\\\"/\" \"$0\"",
    );
    let _ = sandbox.run(&["edit", "acme"]).talks_somehow().text();
    let story = story(&sandbox);
    assert_eq!((&story["role"], &story["people"][1]["name"]), (&"SRE".into(), &"Omar Aziz".into()));
}

#[test]
fn values_changed_on_both_sides_are_shown_and_neither_is_lost() {
    let mut sandbox = with_acme();
    edits_while(
        &mut sandbox,
        "heard acme --decision \"end of March\"",
        "sed -i \"s/in two weeks/in three weeks/; s/jobs to Kafka/jobs to NATS/\" \"$0\"",
    );
    let kept = sandbox.home().join("acme.toml");
    sandbox
        .run(&["edit", "acme"])
        .exits(3)
        .talks(format!(
            "error: another command changed acme while you were editing it\n  \
             decision: you have \"in three weeks\", the record now has \"end of March\"\n\
             nothing was changed; your text is in {}\n\n\
             hint: `thanks edit acme` shows what is recorded now\n",
            kept.display()
        ))
        .prints("");
    assert!(fs::read_to_string(&kept).unwrap().contains("in three weeks"));
    assert_eq!(story(&sandbox)["decision"], "end of March");
    assert_eq!(story(&sandbox)["people"][0]["topics"][0], "moving the billing jobs to Kafka");
}

#[test]
fn on_a_terminal_a_clash_is_settled_in_the_next_text() {
    let mut sandbox = with_acme();
    // The first time it clashes; the next text has their value and names one's own.
    let thanks = env!("CARGO_BIN_EXE_thanks");
    sandbox.set_editor(&format!(
        "if grep -q \"^# You had, for decision: .in three weeks.\" \"$0\"; \
         then sed -i \"s/end of March/in four weeks/\" \"$0\"; \
         else {thanks} heard acme --decision \"end of March\" >/dev/null 2>&1; \
         sed -i \"s/in two weeks/in three weeks/; s/jobs to Kafka/jobs to NATS/\" \"$0\"; fi"
    ));
    let mut screen = sandbox.terminal(&["edit", "acme"]);
    screen
        .sees("decision: you have \"in three weeks\", the record now has \"end of March\"")
        .answer("[e]dit again [q]uit:", "e");
    assert!(screen.ends(0).ends_with("updated acme\n"));
    let story = story(&sandbox);
    assert_eq!(story["decision"], "in four weeks");
    assert_eq!(story["people"][0]["topics"][0], "moving the billing jobs to NATS");
}

#[test]
fn questions_of_add_keep_what_was_recorded_while_they_were_asked() {
    let sandbox = with_acme();
    let mut screen = asked_up_to_the_decision(&sandbox, &["add", "acme"], OMAR);
    let _ = sandbox.run(&["heard", "acme", "--rejected"]).talks_somehow().text();
    let _ = screen.answer("", "in three weeks");
    let shown = screen.ends(0);
    assert!(shown.contains("acme was closed meanwhile (rejected), and stays closed"), "{shown}");
    let story = story(&sandbox);
    assert!(is_closed(&sandbox), "the rejection is lost");
    assert_eq!(
        (&story["decision"], &story["people"][1]["name"]),
        (&"in three weeks".into(), &"Omar Aziz".into())
    );
}

#[test]
fn a_value_told_twice_at_once_is_the_last_one_and_the_other_is_named() {
    let sandbox = with_acme();
    let mut screen = asked_up_to_the_decision(&sandbox, &["add", "acme"], OMAR);
    let _ = sandbox.run(&["heard", "acme", "--decision", "end of March"]).talks_somehow().text();
    let _ = screen.answer("", "in three weeks");
    let shown = screen.ends(0);
    let notice =
        "decision: another command recorded \"end of March\" meanwhile; it is now \"in three weeks\"";
    assert!(shown.contains(notice), "{shown}");
    let story = story(&sandbox);
    assert_eq!(
        (&story["decision"], &story["people"][1]["name"]),
        (&"in three weeks".into(), &"Omar Aziz".into())
    );
}

#[test]
fn two_windows_that_begin_the_same_application_make_one() {
    let sandbox = Sandbox::new();
    let words =
        ["add", "--company", "Acme", "--role", "SRE", "--ended", "15:45", "--zone", "America/New_York"];
    let omar = ["--with", OMAR, "--topic", "on-call", "--decision", "in two weeks"];
    let mut screen = asked_up_to_the_decision(&sandbox, &words, "Jane Doe <jane@acme.example>");
    let _ = sandbox.run(&[&words[..], &omar].concat()).talks_somehow().text();
    let _ = screen.answer("", "");
    let _ = screen.ends(0);
    let story = story(&sandbox);
    let names: Vec<&str> =
        story["people"].as_array().unwrap().iter().map(|person| person["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Omar Aziz", "Jane Doe"]);
    assert_eq!(story["decision"], "in two weeks");
}

#[test]
fn an_application_erased_while_it_was_edited_is_not_brought_back() {
    let mut sandbox = with_acme();
    // An editor has the text in memory, and writes it to a file that is gone.
    let thanks = env!("CARGO_BIN_EXE_thanks");
    sandbox.set_editor(&format!(
        "sed s/Kafka/NATS/ \"$0\" > \"$0.new\"; {thanks} forget acme --yes >/dev/null; mv \"$0.new\" \"$0\""
    ));
    let talk = sandbox.run(&["edit", "acme"]).exits(66).talk();
    assert!(talk.starts_with("error: acme was erased by another command\nnothing was changed; "), "{talk}");
    let _ = sandbox.run(&["show", "acme"]).exits(66).talks_somehow().text();
}

#[test]
fn a_text_edited_in_two_windows_is_lost_in_neither() {
    let mut sandbox = with_acme();
    let _ = sandbox.run(&["draft"]).talks_somehow().text();
    // The window inside has an editor of its own.
    let inner = sandbox.folder().join("inner.sh");
    fs::write(&inner, "sed -i 's/^Hi/Hello/' \"$1\"\n").unwrap();
    let thanks = env!("CARGO_BIN_EXE_thanks");
    sandbox.set_editor(&format!(
        "EDITOR=\"sh {}\" {thanks} draft acme/jane --edit >/dev/null 2>&1; sed -i \"s/^Hi/Dear/\" \"$0\"",
        inner.display()
    ));
    let talk = sandbox.run(&["draft", "acme/jane", "--edit"]).exits(3).talk();
    assert!(
        talk.starts_with("error: another command changed acme/jane while you were editing it\n"),
        "{talk}"
    );
    let kept = sandbox.home().join("acme-jane.txt");
    assert!(talk.contains(&format!("your text is in {}", kept.display())), "{talk}");
    assert!(fs::read_to_string(&kept).unwrap().contains("\nDear Jane"));
    let body = sandbox.run(&["show", "acme/jane", "--json"]).json()["body"].to_string();
    assert!(body.contains("Hello Jane"), "{body}");
}

#[test]
fn what_is_being_sent_when_the_question_is_answered_is_not_forgotten() {
    let sandbox = with_acme();
    let server = SmtpServer::builder().fault_on(1, At::Dot, Fault::HoldBack).start();
    sandbox.use_server(&server);
    let _ = sandbox.run(&["draft"]).talks_somehow().text();
    let mut screen = sandbox.terminal(&["forget", "acme"]);
    let _ = screen.sees("Type acme to go on:");
    let mut send = sandbox.command(&["send", "--yes"]);
    let sender = send.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    server.wait_for(At::Dot);
    let _ = screen.answer("", "acme");
    let shown = screen.ends(3);
    assert!(shown.contains("error: acme/jane may have been sent\nnothing was erased\n"), "{shown}");
    server.let_go();
    assert!(sender.wait_with_output().unwrap().status.success());
    assert_eq!(state(&sandbox, "acme/jane"), "sent");
}

#[test]
fn six_commands_that_find_an_approval_expired_all_do_their_work() {
    let mut sandbox = with_acme();
    let server = SmtpServer::builder().fault(At::Banner, Fault::Reply("421 later")).start();
    sandbox.use_server(&server);
    let _ = sandbox.run(&["draft"]).talks_somehow().text();
    let _ = sandbox.run(&["send", "--yes"]).exits(75).talks_somehow().text();
    assert_eq!(state(&sandbox, "acme/jane"), "approved");
    sandbox.set_now("2026-03-06T21:00:00Z");
    let started: Vec<Child> = (0..6)
        .map(|_| {
            let mut status = sandbox.command(&["status", "--check"]);
            status.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for status in started {
        let output = status.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(!told.contains("error"), "{told}");
    }
    assert_eq!(state(&sandbox, "acme/jane"), "expired");
    let log = sandbox.run(&["show", "acme", "--log"]).talks_somehow().text();
    assert_eq!(log.matches("its time has passed").count(), 1, "{log}");
}
