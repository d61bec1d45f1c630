//! In: answers, threads, copies in Sent, and two computers on one mailbox.

use crate::home::Home;
use crate::message::header;
use crate::stand::Stand;

#[test]
fn an_answer_ends_the_follow_ups() {
    let Some(stand) = Stand::start() else { return };
    let mut home = Home::new(&stand);
    home.met("Acme", "Jane Doe <jane@acme.test>");
    let _ = home.says(&["send", "--yes"], 0);
    let note = stand.inbox_of("jane", 1).remove(0);
    stand.deliver(
        "candidate",
        &format!(
            "Return-Path: <jane@acme.test>\nFrom: Jane Doe <jane@acme.test>\nTo: candidate@thanks.test\n\
             Subject: Re: {}\nMessage-ID: <answer@acme.test>\nIn-Reply-To: {}\n\n\
             We need another week to decide.\n",
            header(&note, "Subject"),
            header(&note, "Message-ID"),
        ),
    );
    home.weeks_later();
    let said = home.says(&["nudge", "--yes"], 0);
    assert!(said.contains("acme: they have answered"), "{said}");
    assert_eq!(home.state("acme/jane"), "answered");
    assert_eq!(home.state("acme/jane/nudge"), "withdrawn");
    assert_eq!(stand.inbox("jane").len(), 1);
}

#[test]
fn without_an_answer_the_follow_up_goes_in_the_same_thread() {
    let Some(stand) = Stand::start() else { return };
    let mut home = Home::new(&stand);
    home.met("Acme", "Jane Doe <jane@acme.test>");
    let _ = home.says(&["send", "--yes"], 0);
    let first = stand.inbox_of("jane", 1).remove(0);
    home.weeks_later();
    let said = home.says(&["nudge", "--yes"], 0);
    assert!(said.contains("mailbox read: nothing from Jane Doe or acme.test since"), "{said}");
    let both = stand.inbox_of("jane", 2);
    let second = both.iter().find(|message| !header(message, "In-Reply-To").is_empty()).unwrap();
    assert_eq!(header(second, "In-Reply-To"), header(&first, "Message-ID"));
    assert_eq!(header(second, "Subject"), format!("Re: {}", header(&first, "Subject")));
}

#[test]
fn a_copy_lies_in_sent_exactly_once() {
    let Some(stand) = Stand::start() else { return };
    let home = Home::new(&stand);
    home.met("Acme", "Jane Doe <jane@acme.test>");
    let _ = home.says(&["send", "--yes"], 0);
    for _ in 0..2 {
        let _ = home.says(&["sync"], 0);
    }
    let sent = stand.sent("candidate");
    assert_eq!(sent.len(), 1, "{}", stand.logs());
    let received = stand.inbox_of("jane", 1).remove(0);
    assert_eq!(header(&sent[0], "Message-ID"), header(&received, "Message-ID"));
    assert_eq!(header(&sent[0], "Date"), header(&received, "Date"));
}

#[test]
fn two_computers_on_one_mailbox_send_a_note_once() {
    let Some(stand) = Stand::start() else { return };
    let (one, other) = (Home::new(&stand), Home::new(&stand));
    for home in [&one, &other] {
        home.met("Acme", "Jane Doe <jane@acme.test>");
    }
    assert_eq!(one.note("acme/jane")["message_id"], other.note("acme/jane")["message_id"]);
    let _ = one.says(&["send", "--yes"], 0);
    let said = other.says(&["send", "--yes"], 0);
    assert!(said.contains("acme/jane recorded as sent; nothing was sent now"), "{said}");
    assert_eq!(other.state("acme/jane"), "sent");
    assert_eq!(stand.inbox_of("jane", 1).len(), 1);
    assert_eq!(stand.sent("candidate").len(), 1);
}

#[test]
fn a_mailbox_that_is_not_there_lets_no_follow_up_go() {
    let Some(stand) = Stand::start() else { return };
    let mut home = Home::new(&stand);
    home.met("Acme", "Jane Doe <jane@acme.test>");
    let _ = home.says(&["send", "--yes"], 0);
    home.weeks_later();
    let stand = stand.without_mailbox();
    let said = home.says(&["nudge", "--yes"], 75);
    assert!(said.contains("no follow-up goes without a look at the mailbox"), "{said}");
    assert_eq!(stand.inbox_of("jane", 1).len(), 1);
}
