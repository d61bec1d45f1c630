//! Single mails that the server cannot show, or shows in a way of its own: each is asked about once,
//! and none hides the others.

use super::*;
use crate::imap_server::Odd;

const UNREADABLE: [Odd; 8] = [
    Odd::Hidden,
    Odd::NoUid,
    Odd::OtherUid,
    Odd::NoHeader,
    Odd::NilHeader,
    Odd::EmptyHeader,
    Odd::BreaksHeader,
    Odd::Breaks,
];

const NEWSLETTER: &str = "From: shop@else.example\nSubject: Offers\nDate: Fri, 6 Mar 2026 15:00:00 +0000\nMessage-ID: <offer@else.example>\n\nBuy\n";

/// Something else in INBOX, then the odd one, then something else again.
fn with_odd(odd: Odd) -> House {
    let house = House::due();
    house.imap.deliver("INBOX", FRIDAY, &NEWSLETTER.replace("offer@", "first@"));
    house.imap.deliver("INBOX", FRIDAY, NEWSLETTER);
    house.imap.deliver("INBOX", FRIDAY, &NEWSLETTER.replace("offer@", "third@"));
    house.imap.set_odd("INBOX", 12, odd);
    house
}

#[test]
fn a_mail_that_cannot_be_read_is_asked_about_once_and_holds_the_follow_up() {
    for odd in UNREADABLE {
        let house = with_odd(odd);
        for _ in 0..2 {
            let (out, _) = house.sandbox.run(&["nudge", "--yes"]).both();
            let why = "waiting  acme/jane/nudge, is there a reply in mail that can't be read? ";
            assert!(out.starts_with(why), "{odd:?}: {out}");
            let _ = house.sandbox.run(&["nudge", "--yes"]).exits(3).talks_somehow().text();
        }
        let out = house.sync(3);
        let asked = "acme: is there a reply in mail that can't be read?";
        assert_eq!(out.matches(asked).count(), 1, "{odd:?}: {out}");
        assert_eq!(house.smtp.accepted().len(), 1, "{odd:?}");
        // Its owner has looked.
        let (out, talk) = house.sandbox.run(&["nudge", "--yes", "--no-answer"]).both();
        assert!(out.starts_with("sent     acme/jane/nudge"), "{odd:?}: {out}{talk}");
        assert_eq!(house.smtp.accepted().len(), 2, "{odd:?}");
        assert_eq!(house.sync(0), "mailbox read: nothing new\n", "{odd:?}");
    }
}

#[test]
fn on_a_terminal_its_owner_says_whether_it_is_a_reply() {
    for (answer, sent) in [("y", 1), ("n", 2)] {
        let house = with_odd(Odd::BreaksHeader);
        let mut screen = house.sandbox.terminal(&["nudge", "--yes"]);
        screen.sees("acme: mail that can't be read, perhaps a reply: the server says: NO FETCH Server error");
        screen.sees("unknown sender, Fri 6 Mar 10:00 EST");
        screen.answer("Is there a reply from them in it? [y]es [n]o [l]ater: ", answer);
        screen.ends(0);
        assert_eq!(house.smtp.accepted().len(), sent, "{answer}");
    }
}

#[test]
fn a_mail_that_cannot_be_read_hides_no_answer() {
    for odd in UNREADABLE {
        let house = with_odd(odd);
        house.jane_answers("Dear Jo, we need one more week to decide.");
        let (out, talk) = house.sandbox.run(&["nudge", "--yes"]).both();
        assert!(talk.contains("acme: they have answered\n"), "{odd:?}: {out}{talk}");
        assert_eq!(state(&house.sandbox, "acme/jane"), "answered", "{odd:?}");
        assert_eq!(house.smtp.accepted().len(), 1, "{odd:?}");
    }
}

#[test]
fn an_odd_date_or_flag_is_read_over() {
    for odd in [
        Odd::Date("\"00-Jan-0000 00:00:00 +0000\""),
        Odd::Date("\"6-Mar-2026 15:00:00 +0000\""),
        Odd::Date("NIL"),
        Odd::Date("\"\""),
        Odd::Flags("(\\Seen [Junk] ])"),
        Odd::Flags("(\\Seen \"\" caf\u{e9})"),
        Odd::Flags("()"),
    ] {
        let house = House::due();
        house.imap.deliver("INBOX", FRIDAY, NEWSLETTER);
        house.jane_answers("Dear Jo, we need one more week to decide.");
        for uid in [11, 12] {
            house.imap.set_odd("INBOX", uid, odd);
        }
        assert!(house.sync(0).starts_with("acme: they have answered\n"), "{odd:?}");
        assert_eq!(house.sync(0), "mailbox read: nothing new\n", "{odd:?}");
    }
}

#[test]
fn an_old_mail_without_a_date_of_its_server_has_that_of_its_date_line() {
    let house = House::due();
    house.imap.deliver(
        "INBOX",
        FRIDAY,
        "From: Jane Doe <jane@acme.example>\nSubject: See you\nDate: Mon, 2 Mar 2026 15:00:00 +0000\n\
         Message-ID: <old@acme.example>\n\nSee you on Thursday.\n",
    );
    house.imap.set_odd("INBOX", 11, Odd::Date("\"00-Jan-0000 00:00:00 +0000\""));
    let _ = house.sandbox.run(&["nudge", "--yes"]).talks_somehow().text();
    assert_eq!(house.smtp.accepted().len(), 2);
}

#[test]
fn a_nul_in_a_header_ends_nothing() {
    let house = House::due();
    let id = house.id("acme/jane");
    house.imap.deliver(
        "INBOX",
        FRIDAY,
        &format!(
            "X-Odd: a\0b\nFrom: Jane\0 Doe <jane@acme.example>\nSubject: Re: \0Thank you\nMessage-ID: <re-1@acme.example>\n\
             In-Reply-To: {id}\n\nWe need another \0week.\n"
        ),
    );
    assert!(house.sync(0).starts_with("acme: they have answered\n"));
}

#[test]
fn a_server_that_does_not_search_holds_nothing_where_the_newest_reach_back_far_enough() {
    let house = House::due();
    house.imap.deliver("INBOX", " 1-Feb-2026 15:00:00 +0000", &NEWSLETTER.replace("offer@", "old@"));
    for n in 0..250 {
        house.imap.deliver("INBOX", FRIDAY, &NEWSLETTER.replace("offer@", &format!("n{n}@")));
    }
    house.imap.set_fault(Some((At::Search, Fault::Refuse("NO [SERVERBUG] internal error"))));
    let talk = house.sandbox.run(&["nudge", "--yes"]).talk();
    assert!(talk.contains("warning: the server doesn't search INBOX, so only the newest messages"), "{talk}");
    assert_eq!(house.smtp.accepted().len(), 2);
}

#[test]
fn older_mail_that_nobody_looked_at_holds_the_follow_up_until_its_owner_says() {
    let house = House::due();
    house.jane_answers("Dear Jo, we need one more week to decide.");
    for n in 0..2000 {
        house.imap.deliver("INBOX", FRIDAY, &NEWSLETTER.replace("offer@", &format!("n{n}@")));
    }
    house.imap.set_fault(Some((At::Search, Fault::Refuse("BAD command line too long"))));
    let (out, _) = house.sandbox.run(&["nudge", "--yes"]).both();
    let why = "waiting  acme/jane/nudge, is there a reply in mail that can't be read? older mail in INBOX";
    assert!(out.starts_with(why), "{out}");
    assert_eq!(house.smtp.accepted().len(), 1);
    let _ = house.sandbox.run(&["nudge", "--yes", "--no-answer"]).talks_somehow().text();
    assert_eq!(house.smtp.accepted().len(), 2);
}

#[test]
fn many_notices_of_the_company_hide_no_answer() {
    let house = House::due();
    house.jane_answers("Dear Jo, we need one more week to decide.");
    for n in 0..250 {
        let notice = format!(
            "From: no-reply@acme.example\nSubject: Build {n}\nMessage-ID: <n{n}@acme.example>\nList-Id: <builds.acme.example>\nPrecedence: bulk\n\nDone\n"
        );
        house.imap.deliver("INBOX", FRIDAY, &notice);
    }
    let talk = house.sandbox.run(&["nudge", "--yes"]).talk();
    assert!(talk.contains("acme: they have answered\n"), "{talk}");
    assert_eq!(house.smtp.accepted().len(), 1);
}

#[test]
fn a_greeting_and_a_status_in_any_form_are_understood() {
    for greeting in [
        "* OK",
        "* OK ",
        "* ok ready",
        "* OK [UIDNEXT 3]",
        "* OK [ALERT]",
        "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN]",
        "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready {5}",
        "* OK {5}\r\nhello",
        "* OK {7}\r\nhe\r\nllo there",
        "* OK Gr\u{fc}\u{df} Gott",
        "* OK [broken ready",
    ] {
        let sandbox = Sandbox::new();
        let smtp = SmtpServer::builder().transport(Transport::Plain).start();
        let imap = ImapServer::builder().folder("Sent", "\\Sent").greeting(greeting).start();
        sandbox.use_servers(&smtp, &imap, "none");
        let out = sandbox.run(&["sync"]).exits(0).text();
        assert_eq!(out, "mailbox read: nothing new\n", "{greeting}");
    }
}

#[test]
fn a_text_that_the_server_cannot_show_is_asked_about() {
    let house = House::due();
    house.imap.deliver("INBOX", FRIDAY, NEWSLETTER);
    house.jane_answers("Thanks!");
    house.comes_back("acme/jane");
    for uid in [12, 13] {
        house.imap.set_odd("INBOX", uid, Odd::BreaksText);
    }
    let out = house.sync(3);
    assert!(
        out.contains(
            "  Jane Doe <jane@acme.example>, Fri 6 Mar 10:00 EST, \"Re: Thank you\"; the server doesn't show its text"
        ),
        "{out}"
    );
    assert!(out.contains("  MAILER-DAEMON@mx.example, Fri 6 Mar 10:00 EST, \"Undelivered"), "{out}");
    let _ = house.sandbox.run(&["nudge", "--yes"]).exits(3).talks_somehow().text();
    assert_eq!(house.smtp.accepted().len(), 1);
}

/// Another application, whose follow-up is due too.
fn with_globex() -> House {
    let mut house = House::thanked();
    let add = [
        "add",
        "--company",
        "Globex",
        "--role",
        "Data Engineer",
        "--ended",
        "15:30",
        "--with",
        "Omar Haddad <omar@globex.example>",
        "--topic",
        "how the team plans its quarters",
        "--zone=America/New_York",
    ];
    let _ = house.sandbox.run(&add).talks_somehow().text();
    draft(&house.sandbox);
    let _ = house.sandbox.run(&["send", "globex", "--yes"]).talks_somehow().text();
    house.sandbox.set_now(DUE);
    draft(&house.sandbox);
    house
}

#[test]
fn a_mail_that_several_may_wait_for_is_asked_about_once() {
    let house = with_globex();
    house.imap.deliver("INBOX", FRIDAY, NEWSLETTER);
    house.imap.deliver("INBOX", FRIDAY, NEWSLETTER);
    house.imap.set_odd("INBOX", 12, Odd::Hidden);
    assert_eq!(house.sync(3).matches("is there a reply in mail that can't be read?").count(), 2);
    let mut screen = house.sandbox.terminal(&["sync"]);
    screen.answer("Is there a reply from any of acme, globex in it? [y]es [n]o [l]ater: ", "y");
    screen.answer("From acme? [y]es [n]o: ", "n");
    screen.answer("From globex? [y]es [n]o: ", "y");
    screen.ends(0);
    let talk = house.sandbox.run(&["nudge", "--yes"]).talks_somehow().text();
    assert!(talk.starts_with("sent     acme/jane/nudge"), "{talk}");
    assert_eq!(state(&house.sandbox, "globex/omar"), "answered");
}

#[test]
fn what_was_settled_once_is_not_asked_again_for_a_later_application() {
    let mut house = House::thanked();
    house.imap.deliver("INBOX", " 6-Mar-2026 15:00:00 +0000", NEWSLETTER);
    house.imap.deliver("INBOX", " 6-Mar-2026 15:00:00 +0000", NEWSLETTER);
    house.imap.set_odd("INBOX", 12, Odd::Hidden);
    house.sandbox.set_now("2026-03-06T18:00:00Z");
    let _ = house.sync(3);
    let mut screen = house.sandbox.terminal(&["sync"]);
    screen.answer("Is there a reply from them in it? [y]es [n]o [l]ater: ", "n");
    screen.ends(0);
    house.sandbox.set_now("2026-03-12T20:40:00Z");
    let add = [
        "add",
        "--company",
        "Globex",
        "--role",
        "Data Engineer",
        "--ended",
        "15:30",
        "--with",
        "Omar Haddad <omar@globex.example>",
        "--topic",
        "how the team plans its quarters",
        "--zone=America/New_York",
    ];
    let _ = house.sandbox.run(&add).talks_somehow().text();
    draft(&house.sandbox);
    let _ = house.sandbox.run(&["send", "globex", "--yes"]).talks_somehow().text();
    assert_eq!(state(&house.sandbox, "globex/omar"), "sent");
    assert_eq!(house.sync(0), "mailbox read: nothing new\n");
}

#[test]
fn a_mail_from_between_the_interview_and_the_thank_you_counts() {
    let mut house = House::drafted();
    house.sandbox.set_now("2026-03-06T15:00:00Z");
    draft(&house.sandbox);
    let _ = house.sandbox.run(&["send", "--yes"]).talks_somehow().text();
    assert_eq!(state(&house.sandbox, "acme/jane"), "sent");
    house.imap.deliver("INBOX", " 5-Mar-2026 22:00:00 +0000", NEWSLETTER);
    house.imap.deliver("INBOX", " 5-Mar-2026 22:00:00 +0000", NEWSLETTER);
    house.imap.set_odd("INBOX", 12, Odd::NilHeader);
    assert!(house.sync(3).starts_with("acme: is there a reply in mail that can't be read?\n"));
}

#[test]
fn more_than_can_be_read_from_one_company_holds_its_follow_up_alone() {
    let house = with_globex();
    for n in 0..1100 {
        let notice = format!(
            "From: no-reply@acme.example\nSubject: Build {n}\nMessage-ID: <n{n}@acme.example>\nList-Id: <b.acme.example>\nPrecedence: bulk\n\nDone\n"
        );
        house.imap.deliver("INBOX", FRIDAY, &notice);
    }
    let (out, _) = house.sandbox.run(&["nudge", "--yes"]).both();
    assert!(
        out.contains(
            "waiting  acme/jane/nudge, is there a reply in mail that can't be read? mail from acme.example"
        ),
        "{out}"
    );
    assert!(out.contains("sent     globex/omar/nudge"), "{out}");
    assert_eq!(house.smtp.accepted().len(), 3);
    let _ = house.sandbox.run(&["nudge", "acme", "--yes", "--no-answer"]).talks_somehow().text();
    assert_eq!(house.smtp.accepted().len(), 4);
}

#[test]
fn very_many_that_cannot_be_read_are_one_question() {
    let house = House::due();
    house.imap.deliver("INBOX", FRIDAY, NEWSLETTER);
    for n in 0..12 {
        house.imap.deliver("INBOX", FRIDAY, NEWSLETTER);
        house.imap.set_odd("INBOX", 12 + n, Odd::NilHeader);
    }
    let out = house.sync(3);
    assert_eq!(out.matches("acme: ").count(), 1, "{out}");
    assert!(out.contains("  12 mails in INBOX, "), "{out}");
}

#[test]
fn a_copy_in_sent_that_cannot_be_read_may_be_the_note() {
    for odd in UNREADABLE {
        let house = House::drafted();
        let other =
            "To: a@b.example\nSubject: x\nDate: Thu, 5 Mar 2026 15:54:00 -0500\nMessage-ID: <x@y>\n\nHi\n";
        for _ in 0..3 {
            house.imap.deliver("Sent", " 5-Mar-2026 20:54:00 +0000", other);
        }
        house.imap.set_odd("Sent", 12, odd);
        let (out, talk) = house.sandbox.run(&["send", "--yes"]).both();
        assert!(
            out.starts_with("waiting  acme/jane, a mail in Sent can't be read, "),
            "{odd:?}: {out}{talk}"
        );
        assert!(house.smtp.accepted().is_empty(), "{odd:?}");
        let mut screen = house.sandbox.terminal(&["send", "--yes"]);
        screen.sees("a mail in your Sent folder can't be read: unknown sender, ");
        screen.answer("Is this acme/jane? [y]es, record as sent [n]o [q]uit: ", "n");
        screen.ends(0);
        assert_eq!(house.smtp.accepted().len(), 1, "{odd:?}");
    }
}

#[test]
fn a_copy_that_cannot_be_read_settles_no_doubt_by_itself() {
    let smtp =
        SmtpServer::builder().fault_on(1, smtp_server::At::Dot, smtp_server::Fault::TakeThenDrop).start();
    let house = House::with(smtp, "none");
    let _ = house.sandbox.run(&["send", "--yes"]).exits(76).talks_somehow().text();
    let other = "To: a@b.example\nSubject: x\nMessage-ID: <x@y>\n\nHi\n";
    for _ in 0..2 {
        house.imap.deliver("Sent", " 5-Mar-2026 20:54:00 +0000", other);
    }
    house.imap.set_odd("Sent", 12, Odd::NilHeader);
    let out = house.sync(3);
    assert!(
        out.starts_with("acme: is this a note of yours?\n  unknown sender, Thu 5 Mar 15:54 EST"),
        "{out}"
    );
    let mut screen = house.sandbox.terminal(&["sync"]);
    screen.answer("Is this acme/jane? [y]es, it was sent [n]o [l]ater: ", "y");
    screen.ends(0);
    assert_eq!(state(&house.sandbox, "acme/jane"), "sent");
}
