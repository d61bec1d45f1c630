//! What comes between the interview and the thank-you: an answer is asked about before the note
//! leaves, and everything else lets it go.

use super::*;
use crate::send::ACME;

/// Thu 5 Mar 18:00 EST, after the interview and before the note.
const EVENING: &str = " 5-Mar-2026 23:00:00 +0000";
/// Thu 5 Mar 12:00 EST, before the interview.
const NOON: &str = " 5-Mar-2026 17:00:00 +0000";
const COME: &str = "Could you come by on Thursday?";

fn mail(from: &str, head: &str, text: &str) -> String {
    format!(
        "From: {from}\nTo: jo@example.com\nSubject: Thursday\nMessage-ID: <t@acme.example>\n{head}\n{text}\n"
    )
}

fn from_jane(text: &str) -> String {
    mail("Jane Doe <jane@acme.example>", "", text)
}

/// Jane's note was drafted on Thursday, and is to go on Friday at 09:02.
fn on_friday() -> House {
    let mut house = House::drafted();
    house.sandbox.set_now("2026-03-06T14:02:00Z");
    let _ = house.sandbox.run(&["draft"]).talks_somehow().text();
    house
}

/// It was approved on Thursday at 20:30 for Friday 09:00, before anything came.
fn planned() -> House {
    let mut house = House::drafted();
    house.sandbox.set_now("2026-03-06T01:30:00Z");
    let mut screen = house.sandbox.terminal(&["send"]);
    let _ = screen
        .answer("[l]ater, Fri 6 Mar", "l")
        .answer("on Fri 6 Mar 09:00 EST? [y]es", "y")
        .answer("Install? [y]es [n]o:", "n");
    let _ = screen.ends(0);
    house.sandbox.set_now("2026-03-06T14:02:00Z");
    house
}

#[test]
fn an_answer_from_before_the_thank_you_holds_it_where_nobody_can_be_asked() {
    let house = on_friday();
    house.imap.deliver("INBOX", EVENING, &from_jane(COME));
    let (out, talk) = house.sandbox.run(&["send", "--yes"]).exits(3).both();
    assert!(
        out.starts_with(
            "waiting  acme/jane, they wrote after the interview: Jane Doe <jane@acme.example>, Thu 5 Mar 18:00 EST, \"Thursday\"\n"
        ),
        "{out}{talk}"
    );
    assert!(house.smtp.accepted().is_empty());
    assert_eq!(state(&house.sandbox, "acme/jane"), "approved");
    let status = house.sandbox.run(&["status"]).text();
    let status = status.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(status.contains("they wrote after the interview, so you're asked before it's sent"), "{status}");
}

#[test]
fn the_timer_holds_a_planned_thank_you_that_an_answer_has_crossed() {
    let house = planned();
    house.imap.deliver("INBOX", EVENING, &from_jane(COME));
    let text = house.sandbox.run(&["schedule", "run", "--no-input"]).exits(3).talks_somehow().text();
    assert!(text.contains("waiting  acme/jane, they wrote after the interview: Jane Doe"), "{text}");
    assert!(!text.contains("withdrawn"), "{text}");
    assert!(house.smtp.accepted().is_empty());
}

#[test]
fn without_an_answer_the_timer_sends_a_planned_thank_you() {
    let house = planned();
    let text = house.sandbox.run(&["schedule", "run", "--no-input"]).talks_somehow().text();
    assert!(text.starts_with("sent     acme/jane, "), "{text}");
}

#[test]
fn on_a_terminal_its_owner_decides_whether_it_goes_all_the_same() {
    for (word, code, sent) in [("n", 3, 0), ("y", 0, 1)] {
        let house = on_friday();
        house.imap.deliver("INBOX", EVENING, &from_jane(COME));
        let mut screen = house.sandbox.terminal(&["send", "--yes"]);
        screen.sees("acme: they wrote after the interview: Jane Doe <jane@acme.example>");
        screen.answer("Send acme/jane anyway? [y]es [n]o: ", word);
        screen.ends(code);
        assert_eq!(house.smtp.accepted().len(), sent, "{word}");
    }
}

#[test]
fn what_was_answered_with_yes_is_not_asked_again() {
    let house = on_friday();
    house.imap.deliver("INBOX", EVENING, &from_jane(COME));
    let _ = house.sandbox.run(&["send", "--yes"]).exits(3).talks_somehow().text();
    let mut screen = house.sandbox.terminal(&["send", "--yes"]);
    screen.answer("Send acme/jane anyway? [y]es [n]o: ", "y");
    screen.ends(0);
    // The follow-up waits for what the mail said.
    let status = house.sandbox.run(&["status", "--json"]).json();
    assert!(status["steps"].as_array().unwrap().is_empty(), "{status}");
}

#[test]
fn news_that_were_told_after_the_mail_let_the_thank_you_go() {
    let mut house = on_friday();
    house.imap.deliver("INBOX", EVENING, &from_jane(COME));
    let _ = house.sandbox.run(&["send", "--yes"]).exits(3).talks_somehow().text();
    let _ = house.sandbox.run(&["heard", "acme", "--next-round"]).talks_somehow().text();
    house.sandbox.set_now("2026-03-06T14:05:00Z");
    draft(&house.sandbox);
    let _ = house.sandbox.run(&["send", "acme/jane", "--yes"]).talks_somehow().text();
    assert_eq!(house.smtp.accepted().len(), 1);
}

#[test]
fn what_may_be_an_answer_holds_it_too() {
    for (from, head) in [
        ("Recruiting <people@acme.example>", ""),
        ("Jane Doe <jane@home.example>", ""),
        ("Jane Doe <jane@acme.example>", "List-Unsubscribe: <mailto:x@acme.example>\n"),
    ] {
        let house = on_friday();
        house.imap.deliver("INBOX", EVENING, &mail(from, head, COME));
        let out = house.sandbox.run(&["send", "--yes"]).exits(3).talks_somehow().text();
        assert!(out.starts_with("waiting  acme/jane, is this an answer? "), "{from}: {out}");
        assert!(house.smtp.accepted().is_empty(), "{from}");
    }
}

#[test]
fn what_is_no_answer_lets_it_go() {
    for (received, text) in [
        (NOON, from_jane("See you at three.")),
        (EVENING, from_jane("Thanks for coming by today!")),
        (EVENING, from_jane("I am out of the office until Monday 16 March.")),
        (
            EVENING,
            mail(
                "Jane Doe <jane@acme.example>",
                "Auto-Submitted: auto-replied\n",
                "This mailbox is not monitored.",
            ),
        ),
        (EVENING, mail("Shop <news@shop.example>", "", "Buy one.")),
    ] {
        let house = on_friday();
        house.imap.deliver("INBOX", received, &text);
        let _ = house.sandbox.run(&["send", "--yes"]).talks_somehow().text();
        assert_eq!(house.smtp.accepted().len(), 1, "{text}");
    }
}

/// Jane and Omar were met; both have addresses.
fn two_people() -> House {
    let mut house = House::drafted();
    let omar = ["--with", "Omar Aziz <omar@acme.example>", "--topic", "how the on-call rota is shared"];
    let _ = house.sandbox.run(&[&ACME[..], &omar].concat()).talks_somehow().text();
    house.sandbox.set_now("2026-03-06T14:02:00Z");
    draft(&house.sandbox);
    house
}

#[test]
fn one_persons_answer_does_not_hold_anothers_thank_you() {
    let house = two_people();
    house.imap.deliver("INBOX", EVENING, &from_jane(COME));
    let (out, talk) = house.sandbox.run(&["send", "--yes"]).exits(3).both();
    assert!(out.contains("waiting  acme/jane, they wrote"), "{out}{talk}");
    assert!(out.contains("sent     acme/omar, "), "{out}{talk}");
    let to: Vec<String> = house.smtp.accepted().iter().map(|mail| mail.to.clone()).collect();
    assert_eq!(to, ["omar@acme.example"]);
}

#[test]
fn a_companys_mail_about_the_application_holds_everybodys() {
    let house = two_people();
    house.imap.deliver("INBOX", EVENING, &mail("Recruiting <people@acme.example>", "", COME));
    let out = house.sandbox.run(&["send", "--yes"]).exits(3).talks_somehow().text();
    assert!(out.contains("waiting  acme/jane") && out.contains("waiting  acme/omar"), "{out}");
    assert!(house.smtp.accepted().is_empty());
}

#[test]
fn an_answer_before_any_note_stops_a_follow_up_to_somebody_never_thanked() {
    let mut house = House::drafted();
    house.imap.deliver("INBOX", EVENING, &from_jane(COME));
    house.sandbox.set_now(DUE);
    draft(&house.sandbox);
    let text = house.sandbox.run(&["nudge", "--yes"]).talk();
    assert!(text.contains("acme: they have answered"), "{text}");
    assert!(house.smtp.accepted().is_empty());
}

#[test]
fn where_only_the_day_of_the_interview_is_known_a_mail_of_that_day_is_asked_about() {
    let house = House::with(SmtpServer::builder().transport(Transport::Plain).start(), "none");
    let _ = house.sandbox.run(&["forget", "acme", "--yes"]).talks_somehow().text();
    let mut day = ACME.to_vec();
    for word in &mut day {
        if *word == "15:45" {
            *word = "2026-03-05";
        }
    }
    let mut house = house;
    house.sandbox.set_now("2026-03-06T14:02:00Z");
    let _ = house.sandbox.run(&day).talks_somehow().text();
    draft(&house.sandbox);
    house.imap.deliver("INBOX", NOON, &from_jane(COME));
    let out = house.sandbox.run(&["send", "--yes"]).exits(3).talks_somehow().text();
    assert!(out.contains("is this an answer?"), "{out}");
    assert!(house.smtp.accepted().is_empty());
}

#[test]
fn a_mail_from_before_the_last_interview_is_no_answer_to_its_thank_you() {
    let mut house = House::thanked();
    house.jane_answers("Please come again on Monday.");
    house.sandbox.set_now("2026-03-09T20:00:00Z");
    let mut again = ACME.to_vec();
    for word in &mut again {
        if *word == "15:45" {
            *word = "2026-03-09T15:00";
        }
    }
    let _ = house.sandbox.run(&again).talks_somehow().text();
    draft(&house.sandbox);
    let out = house.sandbox.run(&["send", "--yes"]).talks_somehow().text();
    assert!(out.starts_with("sent     acme/jane"), "{out}");
    assert_eq!(house.smtp.accepted().len(), 2);
}
