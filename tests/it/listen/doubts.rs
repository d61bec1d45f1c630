//! What Sent and one's own copies say of notes in doubt, and of notes that left from elsewhere.

use super::*;

/// The server took the note, and nobody heard of it.
fn in_doubt() -> House {
    let smtp =
        SmtpServer::builder().fault_on(1, smtp_server::At::Dot, smtp_server::Fault::TakeThenDrop).start();
    let house = House::with(smtp, "none");
    let _ = house.sandbox.run(&["send", "--yes"]).exits(76).talks_somehow().text();
    assert_eq!(state(&house.sandbox, "acme/jane"), "unsure");
    house
}

fn copy(id_lines: &str) -> String {
    format!(
        "From: Jo Marsh <jo@example.com>\nTo: Jane Doe <jane@acme.example>\nSubject: Thank you\n\
         Date: Thu, 5 Mar 2026 15:54:00 -0500\n{id_lines}\n\nHi\n"
    )
}

const THURSDAY: &str = " 5-Mar-2026 20:54:00 +0000";

#[test]
fn a_copy_in_sent_settles_a_doubt_by_any_of_its_ids() {
    for name in ["Message-ID", "X-Microsoft-Original-Message-ID", "X-Google-Original-Message-ID"] {
        let house = in_doubt();
        let id = house.id("acme/jane");
        let other = if name == "Message-ID" { "" } else { "\nMessage-ID: <other@exchange.example>" };
        house.imap.deliver("Sent", THURSDAY, &copy(&format!("{name}: {id}{other}")));
        let out = house.sync(0);
        assert_eq!(out, "acme/jane recorded as sent, Thu 5 Mar 15:54 EST; found in Sent\n", "{name}");
        assert_eq!(state(&house.sandbox, "acme/jane"), "sent");
        assert_eq!(house.smtp.accepted().len(), 1);
    }
}

#[test]
fn our_own_copy_in_inbox_settles_a_doubt() {
    let house = in_doubt();
    let id = house.id("acme/jane");
    house.imap.deliver("INBOX", THURSDAY, &copy(&format!("Message-ID: {id}")));
    assert!(house.sync(0).starts_with("acme/jane recorded as sent, Thu 5 Mar 15:54 EST; "));
}

#[test]
fn a_doubt_stands_above_a_question() {
    let house = in_doubt();
    house.imap.deliver(
        "INBOX",
        FRIDAY,
        "From: Jane Doe <jane@home.example>\nSubject: Hello\nMessage-ID: <h@home.example>\n\nPlease call me.\n",
    );
    let _ = house.sync(3);
    let status = house.sandbox.run(&["status"]).text();
    let places = ["IN DOUBT\n", "ASKED\n"].map(|heading| status.find(heading).unwrap());
    assert!(places.is_sorted(), "{status}");
}

#[test]
fn an_answer_to_what_was_in_doubt_settles_it() {
    let house = in_doubt();
    house.jane_answers("We need another week to decide.");
    let _ = house.sync(0);
    assert_eq!(state(&house.sandbox, "acme/jane"), "answered");
}

#[test]
fn that_nothing_is_found_changes_nothing_however_often() {
    let house = in_doubt();
    for _ in 0..3 {
        let (out, talk) = house.sandbox.run(&["sync"]).both();
        assert_eq!(out, "mailbox read: nothing new\n");
        assert!(talk.contains("in doubt: acme/jane; no copy was found, which proves nothing"), "{talk}");
        assert_eq!(state(&house.sandbox, "acme/jane"), "unsure");
    }
}

#[test]
fn a_likely_copy_is_asked_about_and_the_owner_decides() {
    for (answer, then) in [("y", "sent"), ("n", "unsure")] {
        let house = in_doubt();
        house.imap.deliver("Sent", THURSDAY, &copy("Message-ID: <unknown@exchange.example>"));
        assert!(house.sync(3).contains("acme: is this a note of yours?"));
        let mut screen = house.sandbox.terminal(&["sync"]);
        screen.answer("Is this acme/jane? [y]es, it was sent [n]o [l]ater: ", answer);
        screen.ends(0);
        assert_eq!(state(&house.sandbox, "acme/jane"), then);
        assert!(!house.sync(0).contains("is this a note of yours"));
    }
}

#[test]
fn a_note_that_was_sent_from_elsewhere_is_recorded_and_not_sent_again() {
    let house = House::drafted();
    let id = house.id("acme/jane");
    house.imap.deliver("Sent", THURSDAY, &copy(&format!("Message-ID: {id}")));
    let (out, talk) = house.sandbox.run(&["send", "--yes"]).both();
    assert_eq!(out, "acme/jane recorded as sent; nothing was sent now\n");
    assert!(talk.contains("already in your Sent folder: jane@acme.example, Thu 5 Mar 15:54 EST\n"), "{talk}");
    assert!(house.smtp.accepted().is_empty());
    assert_eq!(state(&house.sandbox, "acme/jane"), "sent");
}

#[test]
fn a_mail_to_them_of_that_day_is_asked_about_before_a_first_offer() {
    let house = House::drafted();
    house.imap.deliver("Sent", THURSDAY, &copy("Message-ID: <by-hand@example.com>"));
    let (out, _) = house.sandbox.run(&["send", "--yes"]).both();
    assert!(out.starts_with("waiting  acme/jane, a mail to them was sent Thu 5 Mar 15:54 EST\n"), "{out}");
    let status = house.sandbox.run(&["status"]).talks_somehow().text();
    let words: Vec<&str> = status.split_whitespace().collect();
    let why = "approved, not sent yet: a mail to them was sent Thu 5 Mar 15:54 EST";
    assert!(words.join(" ").contains(why), "{status}");
    let mut screen = house.sandbox.terminal(&["send", "--yes"]);
    screen.sees("already in your Sent folder: jane@acme.example, Thu 5 Mar 15:54 EST");
    screen.answer("Is this acme/jane? [y]es, record as sent [n]o [q]uit: ", "q");
    screen.ends(1);
    assert!(house.smtp.accepted().is_empty());
    let mut screen = house.sandbox.terminal(&["send", "--yes"]);
    screen.answer("Is this acme/jane? [y]es, record as sent [n]o [q]uit: ", "n");
    screen.ends(0);
    assert_eq!(house.smtp.accepted().len(), 1);
}

#[test]
fn mail_to_them_from_before_the_interview_or_another_day_is_no_likely_copy() {
    let house = House::drafted();
    for (received, date) in [
        (" 5-Mar-2026 14:00:00 +0000", "Thu, 5 Mar 2026 09:00:00 -0500"),
        (" 4-Mar-2026 14:00:00 +0000", "Wed, 4 Mar 2026 09:00:00 -0500"),
    ] {
        let before = format!(
            "To: jane@acme.example\nSubject: see you\nDate: {date}\nMessage-ID: <b@example.com>\n\nHi\n"
        );
        house.imap.deliver("Sent", received, &before);
    }
    let _ = house.sandbox.run(&["send", "--yes"]).talks_somehow().text();
    assert_eq!(house.smtp.accepted().len(), 1);
}

#[test]
fn a_thank_you_goes_with_a_warning_while_the_mailbox_cannot_be_read() {
    for at in [At::Greeting, At::Login, At::List, At::Examine, At::Fetch] {
        let house = House::drafted();
        house.imap.deliver("Sent", " 1-Mar-2026 14:00:00 +0000", "To: a@b.example\nSubject: x\n\nHi\n");
        house.imap.set_fault(Some((at, Fault::Drop)));
        let talk = house.sandbox.run(&["send", "--yes"]).talk();
        assert!(talk.contains("warning: "), "{at:?}: {talk}");
        assert_eq!(house.smtp.accepted().len(), 1, "{at:?}");
    }
}

#[test]
fn a_copy_of_a_rehearsal_to_oneself_is_not_taken_for_the_note() {
    let house = House::drafted();
    let _ = house.sandbox.run(&["send", "--to-me"]).talks_somehow().text();
    let mine = String::from_utf8(house.smtp.accepted()[0].data.clone()).unwrap().replace("\r\n", "\n");
    for folder in ["Sent", "INBOX"] {
        house.imap.deliver(folder, THURSDAY, &mine);
    }
    let _ = house.sandbox.run(&["send", "--yes"]).talks_somehow().text();
    assert_eq!(house.smtp.accepted().len(), 2);
}
