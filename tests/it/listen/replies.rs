//! The short reply to news: it continues the letter that brought them, where the mailbox had it.

use super::*;

/// Jane's letter, read by `sync`, and its news told on Friday at 13:00.
fn told(subject: &str, id: &str, news: &str) -> House {
    let mut house = House::thanked();
    house.imap.deliver(
        "INBOX",
        FRIDAY,
        &format!("From: Jane Doe <jane@acme.example>\nTo: jo@example.com\nSubject: {subject}\nMessage-ID: {id}\n\nWe decided today.\n"),
    );
    let _ = house.sync(0);
    house.sandbox.set_now("2026-03-06T18:00:00Z");
    let _ = house.sandbox.run(&["heard", "acme", news]).talks_somehow().text();
    // A day after the thank-you, and after the pause that a rejection asks for.
    house.sandbox.set_now("2026-03-07T21:00:00Z");
    house
}

/// What the reply looks like on the wire.
fn reply(house: &House) -> String {
    draft(&house.sandbox);
    let _ = house.sandbox.run(&["send", "--yes"]).talks_somehow().text();
    let taken = house.smtp.accepted();
    assert_eq!(taken.len(), 2);
    String::from_utf8(taken[1].data.clone()).unwrap().replace("\r\n", "\n")
}

#[test]
fn a_reply_continues_their_letter_with_its_subject() {
    for news in ["--next-round", "--rejected"] {
        let house = told("Your visit on Tuesday!", "<news-1@acme.example>", news);
        let wire = reply(&house);
        assert!(wire.contains("\nSubject: Re: Your visit on Tuesday!\n"), "{news}: {wire}");
        assert!(wire.contains("\nIn-Reply-To: <news-1@acme.example>\n"), "{news}: {wire}");
        assert!(wire.contains("\nReferences: <news-1@acme.example>\n"), "{news}: {wire}");
    }
}

#[test]
fn their_subject_gets_one_re_and_loses_what_gateways_added() {
    let house =
        told("[EXT] RE: AW: =?utf-8?Q?N=C3=A4chster?= Schritt", "<news-2@acme.example>", "--next-round");
    let status = {
        draft(&house.sandbox);
        house.sandbox.run(&["status", "--json"]).json()
    };
    let notes = status["notes"].as_array().unwrap();
    let reply = notes.iter().find(|note| note["kind"] == "next-round-reply").unwrap();
    assert_eq!(reply["subject"], "Re: N\u{e4}chster Schritt", "{status}");
}

#[test]
fn without_their_letter_a_reply_continues_our_own_thread() {
    let mut house = House::thanked();
    let id = house.id("acme/jane");
    house.sandbox.set_now("2026-03-06T18:00:00Z");
    let _ = house.sandbox.run(&["heard", "acme", "--next-round"]).talks_somehow().text();
    house.sandbox.set_now("2026-03-07T21:00:00Z");
    let wire = reply(&house);
    assert!(wire.contains(&format!("\nReferences: {id} ")), "{wire}");
}

#[test]
fn an_id_that_cannot_stand_in_a_header_is_not_referred_to() {
    let house = told("Your visit", "<two words>", "--next-round");
    let id = house.id("acme/jane");
    let wire = reply(&house);
    assert!(wire.contains(&format!("\nReferences: {id} ")), "{wire}");
}
