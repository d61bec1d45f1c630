//! An address that was mended after a note to the old one was approved: nothing goes to the old one.

use super::{Sandbox, acme, draft, state};
use crate::smtp_server::{At, Fault, SmtpServer};

const RUN: [&str; 3] = ["schedule", "run", "--no-input"];
const MENDED: [&str; 4] = ["add", "acme", "--with", "Jane Doe <jane.doe@acme.example>"];

fn mend(sandbox: &Sandbox) {
    let _ = sandbox.run(&MENDED).talks_somehow().text();
}

/// Jane's note, in its owner's own words, is approved for Thu 5 Mar 17:45.
fn planned_in_own_words(sandbox: &mut Sandbox) {
    acme(sandbox);
    sandbox.set_editor(
        "sed -i s/afterwards/since/ \"$0\"; echo >> \"$0\"; echo PS: I enjoyed the tour. >> \"$0\"",
    );
    let mut screen = sandbox.terminal(&["draft", "jane", "--edit"]);
    let _ = screen.sees("jane");
    let _ = screen.ends(0);
    let mut screen = sandbox.terminal(&["send", "jane"]);
    let _ = screen.answer("[l]ater, 17:45", "l").answer("Install? [y]es [n]o:", "n");
    let _ = screen.ends(0);
}

#[test]
fn the_timer_hands_a_note_in_own_words_back_instead_of_sending_it_to_the_old_address() {
    let mut sandbox = Sandbox::new();
    let server = sandbox.with_server();
    planned_in_own_words(&mut sandbox);
    mend(&sandbox);
    sandbox.set_now("2026-03-05T22:47:00Z");
    sandbox
        .run(&RUN)
        .exits(3)
        .prints("drafted  acme/jane, its recipient has another address now; look at it again\n");
    assert_eq!(server.connections(), 0);
    draft(&sandbox);
    let _ = sandbox.run(&["send", "--yes"]).text();
    let taken = server.accepted();
    assert_eq!(taken.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), ["jane.doe@acme.example"]);
}

#[test]
fn what_was_offered_to_the_old_address_is_not_offered_again_by_itself() {
    let mut sandbox = Sandbox::new();
    let server = SmtpServer::builder().fault_on(1, At::Dot, Fault::Reply("451 4.3.0 later")).start();
    sandbox.use_server(&server);
    acme(&sandbox);
    draft(&sandbox);
    let _ = sandbox.run(&["send", "--yes"]).exits(75).talks_somehow().text();
    mend(&sandbox);
    // Neither by a script nor by the timer.
    let talk = sandbox.run(&["send", "--yes"]).exits(1).talk();
    assert!(talk.contains("the record has jane.doe@acme.example for Jane Doe"), "{talk}");
    sandbox.set_now("2026-03-05T22:47:00Z");
    sandbox
        .run(&RUN)
        .exits(3)
        .prints("expired  acme/jane, its recipient has another address now; look at it again\n");
    assert!(server.accepted().is_empty());
}

#[test]
fn a_script_sends_nothing_to_the_old_address_of_an_approved_note() {
    let mut sandbox = Sandbox::new();
    let server = sandbox.with_server();
    planned_in_own_words(&mut sandbox);
    mend(&sandbox);
    let _ = sandbox.run(&["send", "jane", "--yes"]).exits(3).talks_somehow().text();
    assert_eq!((server.connections(), state(&sandbox, "acme/jane").as_str()), (0, "drafted"));
}
