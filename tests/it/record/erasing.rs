//! The end of applications: closed, or forgotten.

use std::fs;

use super::with_acme;
use crate::smtp_server::{At, Fault, SmtpServer};

#[test]
fn a_closed_application_is_not_added_to() {
    let sandbox = with_acme();
    sandbox
        .run(&["close", "acme", "--reason", "took another offer"])
        .prints("acme closed: took another offer; all follow-ups stopped\n");
    sandbox
        .run(&["add", "acme", "--with", "Omar Aziz"])
        .exits(1)
        .talks(
            "error: acme is closed (took another offer)\nnothing was recorded\n\n\
             hint: `thanks add --company COMPANY --role ROLE` begins another application there\n",
        )
        .prints("");
    let again = ["add", "--company", "Acme", "--role", "Platform Engineer", "--with", "Jane Doe", "--json"];
    assert_eq!(sandbox.run(&again).json()["application"], "acme-2");
    let _ = sandbox.run(&["close", "acme"]).exits(1).talks_somehow().text();
}

#[test]
fn forgetting_needs_a_word_of_its_owner() {
    let sandbox = with_acme();
    sandbox
        .run(&["forget", "acme"])
        .exits(3)
        .talks(
            "error: erasing acme cannot be undone\nnothing was erased\n\n\
             hint: `thanks forget acme --yes` erases it without a question\n",
        )
        .prints("");
    let mut screen = sandbox.terminal(&["forget", "acme"]);
    screen.answer("Type acme to go on:", "yes");
    assert!(screen.ends(1).contains("error: acme was kept\nnothing was erased\n"));
    let mut screen = sandbox.terminal(&["forget", "acme"]);
    screen.answer("This erases 1 person and 0 notes. Type acme to go on:", "acme");
    assert!(screen.ends(0).contains("acme forgotten: 1 person, 0 notes\n"));
    let _ = sandbox.run(&["show", "acme"]).exits(66).talks_somehow().text();
}

#[test]
fn what_is_forgotten_is_in_no_file_any_more() {
    let sandbox = with_acme();
    let _ = sandbox.run(&["draft"]).talks_somehow().text();
    sandbox.run(&["forget", "acme", "--yes"]).prints("acme forgotten: 1 person, 1 note\n");
    for file in fs::read_dir(sandbox.home()).unwrap() {
        let path = file.unwrap().path();
        let octets = fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&octets);
        assert!(!text.contains("Jane") && !text.contains("Kafka"), "{}", path.display());
    }
}

#[test]
fn forgetting_erases_the_texts_that_an_editor_left_and_no_others() {
    let mut sandbox = with_acme();
    sandbox.set_editor("echo Jane >> \"$0\"; exit 1");
    let _ = sandbox.run(&["draft", "jane", "--edit"]).exits(1).talks_somehow().text();
    let _ = sandbox.run(&["edit", "acme"]).exits(1).talks_somehow().text();
    let _ = sandbox.run(&["edit", "acme"]).exits(1).talks_somehow().text();
    let mine = ["acme-jane.txt", "acme.toml", "acme.2.toml"].map(|name| sandbox.home().join(name));
    assert!(mine.iter().all(|path| path.exists()));
    let others = ["acme-2.toml", "acme-jane-doe.txt", "acme-notes.txt"].map(|name| sandbox.home().join(name));
    for path in &others {
        fs::write(path, "somebody else's").unwrap();
    }
    let _ = sandbox.run(&["forget", "acme", "--yes"]).text();
    assert!(mine.iter().all(|path| !path.exists()));
    assert!(others.iter().all(|path| path.exists()));
}

#[test]
fn forgetting_that_is_broken_off_says_that_nothing_was_erased() {
    let sandbox = with_acme();
    let mut screen = sandbox.terminal(&["forget", "acme"]);
    screen.sees("Type acme to go on:").hangs_up();
    assert!(screen.ends(130).ends_with("error: interrupted\nnothing was erased\n"));
}

#[test]
fn what_may_have_been_sent_is_not_forgotten() {
    let sandbox = with_acme();
    let server = SmtpServer::builder().fault(At::Dot, Fault::TakeThenDrop).start();
    sandbox.use_server(&server);
    let _ = sandbox.run(&["draft"]).talks_somehow().text();
    let _ = sandbox.run(&["send", "--yes"]).exits(76).talks_somehow().text();
    sandbox
        .run(&["forget", "acme", "--yes"])
        .exits(3)
        .talks(
            "error: acme/jane may have been sent\nnothing was erased\n\n\
             hint: settle it first: `thanks mark acme/jane sent` or `… not-sent`\n",
        )
        .prints("");
    let log = sandbox.run(&["show", "acme", "--log"]).text();
    assert!(log.contains("  taken for sending\n") && log.contains("  in doubt, "), "{log}");
    assert!(!sandbox.run(&["show", "acme"]).text().contains("unsure"));
    sandbox
        .run(&["close", "acme"])
        .talks("acme/jane is still in doubt: thanks mark acme/jane sent, or not-sent\n")
        .prints("acme closed; all follow-ups stopped\n");
    let _ = sandbox.run(&["mark", "acme/jane", "sent"]).text();
    sandbox.run(&["forget", "acme", "--yes"]).prints("acme forgotten: 1 person, 1 note\n");
    assert!(fs::read_to_string(sandbox.home().join("journal")).unwrap().contains("@example.com"));
}
