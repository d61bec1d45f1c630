//! The mailbox before and after a note: 71 to 79.

use super::world::World;
use super::{By, Play, Row, TYPED, Then, play, row};
use crate::imap_server::{At, Fault, ImapServer};

const FRIDAY: &str = " 6-Mar-2026 15:00:00 +0000";

pub fn rows() -> Vec<Row> {
    let mut rows = unreadable();
    rows.extend(news());
    rows
}

/// The mailbox cannot be read, so that the follow-up waits.
fn unread(name: &'static str, breaks: fn(&mut World)) -> Play {
    play(name)
        .follow_up()
        .by(TYPED)
        .breaks(breaks)
        .says(&["no follow-up goes without a look at the mailbox"])
        .then(Then::Retries(15))
}

fn fault(world: &mut World, at: At, fault: Fault) {
    world.imap().deliver("INBOX", FRIDAY, "From: x@y.example\nSubject: hello\n\nhi\n");
    world.imap().set_fault(Some((at, fault)));
}

fn unreadable() -> Vec<Row> {
    vec![
        row(71, "a mailbox that cannot be reached before a follow-up")
            .play(unread("", |world| fault(world, At::Greeting, Fault::Drop)))
            .play(
                unread("by the timer", |world| fault(world, At::Greeting, Fault::Drop))
                    .by(&[By::Timer])
                    .then(Then::Shown(|world| {
                        let timer = world.command(By::Timer);
                        world.expects(timer, &[0]);
                        assert_eq!(world.arrived(), 0, "too early");
                        world.pass(15 * 60);
                        world.expects(timer, &[0]);
                        world.assert_sent_once();
                    })),
            ),
        row(72, "a mailbox that refuses the login").play(
            unread("", |world| fault(world, At::Login, Fault::Refuse("NO [AUTHENTICATIONFAILED] no")))
                .exits(77)
                .then(Then::Goes),
        ),
        row(73, "no folder of sent mail").play(
            play("")
                .breaks(|world| world.use_mailbox(ImapServer::builder().start(), "none"))
                .sent()
                .says(&["no folder of sent mail is known; name it with sent in [imap]"]),
        ),
        row(74, "answers of a mailbox that nobody should read")
            .play(unread("a literal without an end", |world| {
                fault(world, At::Fetch, Fault::LiteralBomb(1 << 30))
            }))
            .play(unread("garbage", |world| fault(world, At::Fetch, Fault::Garbage)).hides(&["\u{1b}"]))
            .play(
                unread("no login wanted", |world| {
                    let imap = ImapServer::builder().greeting("* PREAUTH welcome").start();
                    world.use_mailbox(imap, "none");
                })
                .says(&["PREAUTH"])
                .mends(|world| world.with_mailbox("none")),
            ),
    ]
}

/// An answer to the note that names `id`.
fn mail(world: &World, from: &str, id: &str, header: &str, text: &str) {
    let message = format!(
        "From: {from}\nTo: jo@example.com\nSubject: Re: Thank you\nMessage-ID: <re-1@acme.example>\n\
         In-Reply-To: {id}\n{header}\n{text}\n"
    );
    world.imap().deliver("INBOX", FRIDAY, &message);
}

fn news() -> Vec<Row> {
    const JANE: &str = "Jane Doe <jane@acme.example>";
    let follow_up = || play("").follow_up();
    /// Nothing but the thank-you was ever sent to her.
    fn withdrawn(world: &mut World) {
        for by in [By::Timer, By::Typed] {
            world.expects(world.command(by), &[0]);
            assert_eq!((world.state().as_str(), world.arrived()), ("withdrawn", 0));
        }
    }
    vec![
        row(75, "an answer").play(
            follow_up()
                .breaks(|world| mail(world, JANE, &world.id("acme/jane"), "", "We need one more week to decide."))
                .exits(0)
                .ends("withdrawn")
                .says(&["acme: they have answered", "withdrawn: acme/jane/nudge"])
                .then(Then::Shown(withdrawn)),
        ),
        row(76, "nothing but an automatic answer").play(
            follow_up()
                .by(TYPED)
                .breaks(|world| {
                    let id = world.id("acme/jane");
                    mail(world, JANE, &id, "Auto-Submitted: auto-replied\n", "I am out of office. Regards");
                })
                .exits(3)
                .says(&["waiting  acme/jane/nudge", "heard acme"])
                .then(Then::Shown(|world| {
                    let typed = world.command(By::Typed);
                    world.expects(typed, &[3]);
                    assert_eq!(world.arrived(), 0);
                    // Its owner has read it: nobody has answered.
                    world.expects(&["nudge", "--yes", "--no-answer"], &[0]);
                    world.assert_sent_once();
                })),
        ),
        row(77, "a thank-you that came back").play(
            follow_up()
                .by(TYPED)
                .breaks(|world| {
                    let id = world.id("acme/jane");
                    world.imap().deliver(
                        "INBOX",
                        FRIDAY,
                        &format!(
                            "From: MAILER-DAEMON@mx.example\nTo: jo@example.com\nSubject: Undelivered Mail\n\
                             Message-ID: <dsn@mx.example>\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
                             --b\nContent-Type: text/plain\n\nIt failed.\n\
                             --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n\
                             Final-Recipient: rfc822; jane@acme.example\nAction: failed\nStatus: 5.1.1\n\
                             Diagnostic-Code: smtp; 550 5.1.1 no such user\n\
                             --b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {id}\n\n--b--\n"
                        ),
                    );
                })
                .exits(0)
                .ends("withdrawn")
                .says(&["acme/jane: it came back: 550 5.1.1 no such user", "withdrawn: acme/jane/nudge"])
                .then(Then::Shown(|world| {
                    assert_eq!(world.state_of("acme/jane"), "bounced");
                    withdrawn(world);
                })),
        )
        .differs("`nudge` has done its work, which is to send nothing, and says why: 0; `sync` says 3"),
        row(78, "a note that went out from elsewhere").play(
            play("")
                .breaks(|world| {
                    world.with_mailbox("none");
                    let id = world.id("acme/jane");
                    world.imap().deliver(
                        "Sent",
                        " 5-Mar-2026 20:54:00 +0000",
                        &format!(
                            "From: Jo Marsh <jo@example.com>\nTo: {JANE}\nSubject: Thank you\n\
                             Date: Thu, 5 Mar 2026 15:54:00 -0500\nMessage-ID: {id}\n\nHi\n"
                        ),
                    );
                })
                .exits(0)
                .ends("sent")
                .says(&["already in your Sent folder: jane@acme.example", "nothing was sent now"])
                .then(Then::Shown(|world| {
                    for by in [By::Timer, By::Typed] {
                        world.expects(world.command(by), &[0]);
                        assert_eq!(world.arrived(), 0);
                    }
                })),
        ),
        row(79, "an answer to an id that the server gave").play(
            follow_up()
                // From an address that nobody knows: only the id tells what it answers.
                .breaks(|world| mail(world, "Ann Lee <ann@agency.example>", "<new@mail.test>", "", "We have decided."))
                .exits(0)
                .ends("withdrawn")
                .says(&["acme: they have answered"])
                .then(Then::Shown(withdrawn)),
        ),
    ]
}
