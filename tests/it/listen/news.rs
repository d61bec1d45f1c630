//! What `sync` finds in INBOX, and what it makes of it.

use super::*;

fn deliver(house: &House, message: &str) {
    house.imap.deliver("INBOX", FRIDAY, message);
}

#[test]
fn an_answer_is_said_once_and_withdraws_what_is_pending() {
    let house = House::due();
    house.jane_answers("Dear Jo, we need one more week to decide.");
    let json = house.sandbox.run(&["sync", "--json"]).talks_somehow().json();
    assert_eq!(json["news"][0]["kind"], "answer", "{json}");
    assert_eq!(json["news"][0]["application"], "acme");
    assert_eq!(json["news"][0]["from"], "Jane Doe <jane@acme.example>");
    assert_eq!(json["news"][0]["withdrawn"][0], "acme/jane/nudge");
    assert_eq!(house.sync(0), "mailbox read: nothing new\n");
    let status = house.sandbox.run(&["status"]).text();
    assert!(status.contains("answered: what does it say?"), "{status}");
}

#[test]
fn what_came_from_strangers_cannot_steer_the_terminal() {
    let house = House::thanked();
    let id = house.id("acme/jane");
    deliver(
        &house,
        &format!(
            "From: \"Jane\u{1b}[2J\" <jane@acme.example>\nSubject: =?utf-8?Q?hi=1B[31m=E2=80=AE?=\nIn-Reply-To: {id}\nMessage-ID: <a@b>\n\nNews\n"
        ),
    );
    for args in [&["sync"][..], &["status"], &["show", "acme"], &["sync", "--json"]] {
        let (out, talk) = house.sandbox.run(args).both();
        assert!(
            !out.contains('\u{1b}') && !talk.contains('\u{1b}') && !out.contains('\u{202e}'),
            "{args:?}: {out:?} {talk:?}"
        );
    }
}

#[test]
fn thanks_and_nothing_else_is_asked_about_and_no_means_no() {
    let house = House::thanked();
    house.jane_answers("Thanks, Jo!");
    let out = house.sync(3);
    assert!(out.starts_with("acme: is this an answer?\n  Jane Doe <jane@acme.example>"), "{out}");
    assert!(out.contains("thanks and nothing else"), "{out}");
    let mut screen = house.sandbox.terminal(&["sync"]);
    screen.answer("Is it an answer? [y]es [n]o [l]ater: ", "n");
    screen.ends(0);
    assert_eq!(house.sync(0), "mailbox read: nothing new\n");
    assert_eq!(state(&house.sandbox, "acme/jane"), "sent");
}

#[test]
fn to_hear_of_an_answer_settles_what_was_asked() {
    let house = House::thanked();
    house.jane_answers("Thanks, Jo!");
    let _ = house.sync(3);
    let _ = house.sandbox.run(&["heard", "acme", "--answered"]).talks_somehow().text();
    assert_eq!(house.sync(0), "mailbox read: nothing new\n");
}

#[test]
fn who_is_away_is_written_to_two_business_days_after_their_return() {
    let house = House::thanked();
    let id = house.id("acme/jane");
    deliver(
        &house,
        &format!(
            "From: Jane Doe <jane@acme.example>\nSubject: Automatic reply: Thank you\nAuto-Submitted: auto-replied\n\
             In-Reply-To: {id}\nMessage-ID: <ooo@acme.example>\n\nI am out of office and back on March 30, 2026.\n"
        ),
    );
    let out = house.sync(0);
    assert!(out.starts_with("acme: away until Mon 30 Mar\n"), "{out}");
    let status = house.sandbox.run(&["status"]).text();
    assert!(status.contains("Wed 1 Apr 10:00 EDT; away until Mon 30 Mar + 2 business"), "{status}");
    // Whoever edits the application does not lose it.
    let _ = house
        .sandbox
        .run(&["add", "acme", "--with", "Jane Doe", "--topic", "on-call"])
        .talks_somehow()
        .text();
    assert!(house.sandbox.run(&["status"]).text().contains("away until"));
}

#[test]
fn who_is_away_for_long_or_for_nobody_knows_how_long_is_asked_about() {
    for text in ["I am out of office until June 30, 2026.", "I am out of office. Regards"] {
        let house = House::thanked();
        let id = house.id("acme/jane");
        deliver(
            &house,
            &format!(
                "From: Jane Doe <jane@acme.example>\nSubject: Automatic reply\nAuto-Submitted: auto-replied\n\
                 In-Reply-To: {id}\nMessage-ID: <ooo@acme.example>\n\n{text}\n"
            ),
        );
        let out = house.sync(3);
        assert!(out.starts_with("acme: shall the follow-ups stop?\n"), "{out}");
    }
}

#[test]
fn a_note_that_came_back_says_why_and_stops_what_follows() {
    let house = House::due();
    house.comes_back("acme/jane");
    let out = house.sync(3);
    assert!(out.starts_with("acme/jane: it came back: 550 5.1.1 no such user\n"), "{out}");
    assert!(out.contains("withdrawn: acme/jane/nudge"), "{out}");
    assert!(out.contains("another address? thanks add acme --with \"Name <address>\""), "{out}");
    assert_eq!(state(&house.sandbox, "acme/jane"), "bounced");
    assert_eq!(house.sync(0), "mailbox read: nothing new\n");
    // It is too late for thanks; that there were none is said.
    assert_eq!(
        house.sandbox.run(&["status"]).text(),
        "NOT SENT\n\x20 acme/jane  thank-you  bounced: 550 5.1.1 no such user\n"
    );
}

#[test]
fn a_note_that_came_back_asks_for_another_address_and_is_written_anew_to_it() {
    let mut house = House::thanked();
    house.comes_back("acme/jane");
    let _ = house.sync(3);
    assert_eq!(
        house.sandbox.run(&["status"]).text(),
        "DUE\n\x20 acme/jane  thank-you  bounced: 550 5.1.1 no such user; another address? thanks\n\
         \x20                       add acme --with \"Jane Doe <address>\"\n"
    );
    house.sandbox.run(&["status", "--check"]).exits(1).prints("thanks: 1 due\n");
    house.sandbox.run(&["send", "--yes"]).talks("nothing to send\n").prints("");

    let mended = ["add", "acme", "--with", "Jane Doe <jane.doe@acme.example>"];
    let _ = house.sandbox.run(&mended).talks_somehow().text();
    house.sandbox.set_now("2026-03-05T20:58:00Z");
    let status = house.sandbox.run(&["status"]).text();
    assert!(status.starts_with("DUE\n  acme/jane  thank-you  [--------] 23 h left"), "{status}");
    draft(&house.sandbox);
    house
        .sandbox
        .run(&["send", "acme/jane", "--yes"])
        .talks_somehow()
        .prints("sent     acme/jane/thank-you-2, Thu 5 Mar 15:58 EST, accepted by 127.0.0.1\n");
    assert_ne!(house.id("acme/jane/thank-you-2"), house.id("acme/jane"));
    let taken = house.smtp.accepted();
    let to: Vec<&str> = taken.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(to, ["jane@acme.example", "jane.doe@acme.example"]);
    let status = house.sandbox.run(&["status"]).text();
    assert!(status.contains("nudge      Mon 23 Mar 10:00 EDT"), "{status}");
}

#[test]
fn without_a_mailbox_there_is_nothing_to_read() {
    let sandbox = Sandbox::new();
    let _server = sandbox.with_server();
    let talk = sandbox.run(&["sync"]).exits(78).talk();
    assert!(talk.starts_with("error: no mailbox is set up\nnothing was read\n"), "{talk}");
}

#[test]
fn a_mailbox_that_cannot_be_read_changes_nothing() {
    let mut house = House::thanked();
    let read_at = |house: &House| house.sandbox.run(&["status", "--json"]).json()["mailbox_read_at"].clone();
    let before = read_at(&house);
    house.sandbox.set_now("2026-03-06T18:00:00Z");
    house.imap.set_fault(Some((At::Examine, Fault::Refuse("NO not now"))));
    house.jane_answers("We have decided.");
    let talk = house.sandbox.run(&["sync"]).exits(75).talk();
    assert!(talk.contains("refuses opening the folder"), "{talk}");
    assert_eq!(read_at(&house), before);
}

#[test]
fn reading_leaves_the_mailbox_as_it_was() {
    let house = House::thanked();
    house.jane_answers("We have decided.");
    let _ = house.sync(0);
    for command in house.imap.commands() {
        let changes = ["SELECT ", "STORE ", "APPEND ", "COPY ", "EXPUNGE", "UID STORE"];
        assert!(!changes.iter().any(|verb| command.starts_with(verb)), "{command}");
        assert!(!command.contains("BODY["), "{command}");
    }
}

#[test]
fn what_is_forgotten_takes_its_mail_along() {
    let house = House::thanked();
    house.jane_answers("We have decided.");
    let _ = house.sync(0);
    let _ = house.sandbox.run(&["forget", "acme", "--yes"]).talks_somehow().text();
    for name in ["thanks.db", "thanks.db-wal"] {
        let bytes = fs::read(house.sandbox.home().join(name)).unwrap_or_default();
        assert!(!String::from_utf8_lossy(&bytes).contains("jane@acme"), "{name}");
    }
}

#[test]
fn a_mail_that_may_mean_several_applications_is_asked_about_for_each() {
    let house = House::thanked();
    let other = [
        "add",
        "--company",
        "Acme",
        "--role",
        "Data Engineer",
        "--ended",
        "15:30",
        "--with",
        "Jane Doe <jane@acme.example>",
        "--topic",
        "how the team plans its quarters",
        "--zone=America/New_York",
    ];
    let _ = house.sandbox.run(&other).talks_somehow().text();
    draft(&house.sandbox);
    let _ = house.sandbox.run(&["send", "acme-2", "--yes"]).talks_somehow().text();
    deliver(
        &house,
        "From: Jane Doe <jane@acme.example>\nSubject: News\nMessage-ID: <n@acme.example>\n\nPlease call me.\n",
    );
    let json = house.sandbox.run(&["sync", "--json"]).exits(3).talks_somehow().json();
    let mut asked: Vec<&str> =
        json["questions"].as_array().unwrap().iter().map(|q| q["application"].as_str().unwrap()).collect();
    asked.sort_unstable();
    assert_eq!(asked, ["acme", "acme-2"], "{json}");
    let _ = house.sandbox.run(&["heard", "acme", "--answered"]).talks_somehow().text();
    let json = house.sandbox.run(&["sync", "--json"]).exits(3).talks_somehow().json();
    assert_eq!(json["questions"][0]["application"], "acme-2", "{json}");
}

#[test]
fn a_bounce_in_prose_from_any_sender_is_found_and_its_text_read() {
    let house = House::due();
    let id = house.id("acme/jane");
    for (from, subject) in [
        ("Mail Delivery Service <mds@mail.example>", "Message status"),
        ("IT Desk <desk@mail.example>", "Delivery Failure"),
    ] {
        let text = format!(
            "From: {from}\nTo: jo@example.com\nSubject: {subject}\nMessage-ID: <b{}@mail.example>\n\n\
             The mail for jane@acme.example failed:\n550 5.1.1 nobody here\n\nMessage-ID: {id}\n",
            subject.len()
        );
        deliver(&house, &text);
    }
    let out = house.sync(3);
    assert!(out.starts_with("acme/jane: it came back: 550 5.1.1 nobody here\n"), "{out}");
    assert_eq!(state(&house.sandbox, "acme/jane"), "bounced");
    assert_eq!(state(&house.sandbox, "acme/jane/nudge"), "withdrawn");
}

#[test]
fn a_bounce_for_which_the_account_is_to_blame_asks_for_no_other_address() {
    let house = House::thanked();
    let id = house.id("acme/jane");
    deliver(
        &house,
        &format!(
            "From: Mail Delivery Subsystem <mailer-daemon@webmail.example>\nTo: jo@example.com\n\
             Subject: Delivery Status Notification (Failure)\nMessage-ID: <g@webmail.example>\nIn-Reply-To: {id}\n\
             X-Failed-Recipients: jane@acme.example\n\nMessage not delivered\n\nThe response was:\n\n\
             The smtp server does not advertise AUTH capability\n"
        ),
    );
    let out = house.sync(3);
    assert!(
        out.starts_with("acme/jane: it came back: The smtp server does not advertise AUTH capability\n"),
        "{out}"
    );
    let status = house.sandbox.run(&["status"]).text();
    for text in [out, status] {
        assert!(!text.contains("another address?"), "{text}");
        assert!(text.contains("the address may be right"), "{text}");
    }
}

#[test]
fn mail_from_an_alias_is_ours_and_our_name_at_an_unknown_address_is_asked_about() {
    let copy = |house: &House| {
        let id = house.id("acme/jane");
        deliver(
            house,
            &format!(
                "From: Jo Marsh <jo.marsh@other.example>\nTo: Jane Doe <jane@acme.example>\nCc: jo@example.com\n\
                 Subject: Re: Thank you\nMessage-ID: <mine@other.example>\nIn-Reply-To: {id}\n\nOne more link.\n"
            ),
        );
    };
    let house = House::due();
    copy(&house);
    assert!(house.sync(3).contains("it bears your name; if the address is yours, add it to aliases in [me]"));
    assert_ne!(state(&house.sandbox, "acme/jane/nudge"), "withdrawn");

    let house = House::due();
    let path = house.sandbox.home().join("config.toml");
    let config = fs::read_to_string(&path).unwrap();
    fs::write(&path, config.replace("[me]\n", "[me]\naliases = [\"jo.marsh@other.example\"]\n")).unwrap();
    copy(&house);
    assert_eq!(house.sync(0), "mailbox read: nothing new\n");
    assert!(
        house.sandbox.run(&["nudge", "--yes"]).talks_somehow().text().starts_with("sent     acme/jane/nudge")
    );
}
