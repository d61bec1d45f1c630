//! A copy among one's own sent mail: once, and never at the cost of the note.

use super::*;

fn house(sent_copy: &str) -> House {
    House::with(SmtpServer::builder().start(), sent_copy)
}

#[test]
fn the_copy_in_sent_is_what_was_sent_and_is_there_once() {
    for how in ["auto", "imap"] {
        let house = house(how);
        let _ = house.sandbox.run(&["send", "--yes"]).talks_somehow().text();
        let _ = house.sync(0);
        let appended = house.imap.appended();
        assert_eq!(appended.len(), 1, "{how}");
        assert_eq!(appended[0].folder, "Sent");
        assert_eq!(appended[0].wire, house.smtp.accepted()[0].data);
    }
}

#[test]
fn where_the_server_has_filed_it_nothing_is_added() {
    let house = house("imap");
    // The server is slow with the answer to the copy, and quick with the copy itself.
    house.imap.set_fault(Some((At::Append, Fault::Drop)));
    let talk = house.sandbox.run(&["send", "--yes"]).talk();
    assert!(talk.contains("warning: no copy was put into Sent"), "{talk}");
    assert!(!talk.contains("try again"), "{talk}");
    assert_eq!(state(&house.sandbox, "acme/jane"), "sent");
    house.imap.set_fault(None);
    let sent = String::from_utf8(house.smtp.accepted()[0].data.clone()).unwrap().replace("\r\n", "\n");
    house.imap.deliver("Sent", " 5-Mar-2026 20:54:00 +0000", &sent);
    assert_eq!(house.sync(0), "mailbox read: nothing new\n");
    assert!(house.imap.appended().is_empty());
}

#[test]
fn a_copy_that_failed_is_filed_by_the_next_sync() {
    let house = house("imap");
    house.imap.set_fault(Some((At::Append, Fault::Refuse("NO full"))));
    let out = house.sandbox.run(&["send", "--yes"]).talks_somehow().text();
    assert!(out.starts_with("sent     acme/jane"), "{out}");
    let (_, talk) = house.sandbox.run(&["sync"]).both();
    assert!(talk.contains("warning: no copy was put into Sent"), "{talk}");
    house.imap.set_fault(None);
    assert_eq!(house.sync(0), "acme/jane: a copy was put into Sent\n");
    assert_eq!(house.sync(0), "mailbox read: nothing new\n");
    assert_eq!(house.imap.appended().len(), 1);
    assert_eq!(house.smtp.accepted().len(), 1);
}

#[test]
fn a_copy_to_oneself_is_a_second_transaction_of_the_same_bytes() {
    let house = house("self");
    let _ = house.sandbox.run(&["send", "--yes"]).talks_somehow().text();
    let taken = house.smtp.accepted();
    assert_eq!(taken.len(), 2);
    assert_eq!((taken[0].to.as_str(), taken[1].to.as_str()), ("jane@acme.example", "jo@example.com"));
    assert_eq!(taken[0].data, taken[1].data);
    assert!(house.imap.appended().is_empty());
}

#[test]
fn a_copy_to_oneself_that_fails_is_a_warning() {
    let smtp =
        SmtpServer::builder().fault_on(2, smtp_server::At::Rcpt, smtp_server::Fault::Reply("550 no")).start();
    let house = House::with(smtp, "self");
    let talk = house.sandbox.run(&["send", "--yes"]).talk();
    assert!(talk.contains("warning: no copy to yourself: "), "{talk}");
    assert_eq!(state(&house.sandbox, "acme/jane"), "sent");
}

#[test]
fn none_means_none() {
    let house = house("none");
    let _ = house.sandbox.run(&["send", "--yes"]).talks_somehow().text();
    let _ = house.sync(0);
    assert!(house.imap.appended().is_empty());
    assert_eq!(house.smtp.accepted().len(), 1);
}

/// A copy of Jane's note as a server keeps it that gives every mail an id of its own.
fn rewritten(house: &House, field: &str) -> String {
    format!(
        "From: Jo Marsh <jo@example.com>\nTo: Jane Doe <jane@acme.example>\nSubject: Thank you\n\
         Date: Thu, 5 Mar 2026 15:54:00 -0500\nMessage-ID: <new@exchange.example>\n{field}: {}\n\nHi\n",
        house.id("acme/jane")
    )
}

fn reply_to_the_new_id(house: &House) {
    house.imap.deliver(
        "INBOX",
        FRIDAY,
        "From: J. D. <jd@private.example>\nTo: jo@example.com\nSubject: Your note\nMessage-ID: <re@private.example>\n\
         In-Reply-To: <new@exchange.example>\n\nCould you come by on Monday?\n",
    );
}

#[test]
fn an_id_that_the_server_gave_is_learned_wherever_a_copy_is_seen() {
    for field in ["X-Microsoft-Original-Message-ID", "X-Google-Original-Message-ID"] {
        for (copies, folder) in [("none", "Sent"), ("none", "INBOX"), ("imap", "Sent")] {
            let mut house = house(copies);
            if copies == "imap" {
                house.imap.set_fault(Some((At::Append, Fault::Refuse("NO full"))));
            }
            let _ = house.sandbox.run(&["send", "--yes"]).talks_somehow().text();
            house.imap.set_fault(None);
            house.imap.deliver(folder, " 5-Mar-2026 20:54:00 +0000", &rewritten(&house, field));
            assert_eq!(house.sync(0), "mailbox read: nothing new\n", "{field} {copies} {folder}");
            assert_eq!(house.sync(0), "mailbox read: nothing new\n", "{field} {copies} {folder}");
            house.sandbox.set_now(DUE);
            draft(&house.sandbox);
            let _ = house.sandbox.run(&["nudge", "--yes"]).talks_somehow().text();
            let nudge =
                String::from_utf8(house.smtp.accepted()[1].data.clone()).unwrap().replace("\r\n ", " ");
            let id = house.id("acme/jane");
            // The server named one of its own at the receipt, too.
            let references = format!("References: {id} <new@mail.test> <new@exchange.example>\r\n");
            assert!(nudge.contains(&references), "{nudge}");
            assert!(nudge.contains("In-Reply-To: <new@exchange.example>\r\n"), "{nudge}");
            reply_to_the_new_id(&house);
            assert!(house.sync(0).starts_with("acme: they have answered\n"), "{field} {copies} {folder}");
        }
    }
}

#[test]
fn an_id_that_the_server_gives_a_copy_at_filing_is_learned_there() {
    let sandbox = Sandbox::new();
    let smtp = SmtpServer::builder().start();
    let imap = ImapServer::builder().folder("Sent", "\\Sent").rewrites().start();
    sandbox.use_servers(&smtp, &imap, "imap");
    acme(&sandbox);
    draft(&sandbox);
    let house = House { sandbox, smtp, imap };
    let _ = house.sandbox.run(&["send", "--yes"]).talks_somehow().text();
    reply_to_the_new_id(&house);
    assert!(house.sync(0).starts_with("acme: they have answered\n"));
}

#[test]
fn a_copy_of_another_mail_teaches_nothing() {
    let house = house("none");
    let _ = house.sandbox.run(&["send", "--yes"]).talks_somehow().text();
    let copy = rewritten(&house, "References");
    house.imap.deliver("Sent", " 5-Mar-2026 20:54:00 +0000", &copy);
    let _ = house.sync(0);
    reply_to_the_new_id(&house);
    assert_eq!(house.sync(0), "mailbox read: nothing new\n");
}

#[test]
fn a_guessed_folder_of_sent_mail_is_used_and_named_once() {
    let sandbox = Sandbox::new();
    let smtp = SmtpServer::builder().start();
    let imap = ImapServer::builder().folder("Gesendete Objekte", "\\HasNoChildren").start();
    sandbox.use_servers(&smtp, &imap, "imap");
    acme(&sandbox);
    draft(&sandbox);
    let talk = sandbox.run(&["send", "--yes"]).talk();
    let guess = "using \"Gesendete Objekte\" as your Sent folder; if that's wrong, set sent in [imap]\n";
    assert_eq!(talk.matches(guess).count(), 1, "{talk}");
    assert_eq!(imap.appended()[0].folder, "Gesendete Objekte");
    let (out, talk) = sandbox.run(&["sync"]).both();
    assert_eq!(out, "mailbox read: nothing new\n");
    assert_eq!(talk.matches(guess).count(), 1, "{talk}");
    sandbox.run(&["schedule", "run"]).prints("");
}
