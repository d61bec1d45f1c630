//! The conversation with the mail server, from the greeting to the copy in Sent: 41 to 70.

use std::fs::File;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};

use super::world::{Told, World, finish};
use super::{By, KILLED, Play, Row, TYPED, Then, at, play, row};
use crate::imap_server;
use crate::smtp_server::{At, Fault, SmtpServer};

pub fn rows() -> Vec<Row> {
    let mut rows = before_a_note();
    rows.extend(the_envelope());
    rows.extend(the_dot());
    rows.extend(after_the_dot());
    rows
}

fn reply(phase: At, text: &'static str) -> Play {
    at(phase, Fault::Reply(text)).named(text)
}

fn before_a_note() -> Vec<Row> {
    vec![
        row(41, "a greeting that says no")
            .play(
                reply(At::Banner, "421 4.3.2 \u{1b}[31mbusy")
                    .says(&["takes no mail now, at the greeting", "421 4.3.2 ", "busy"])
                    .hides(&["\u{1b}"])
                    .then(Then::Retries(5)),
            )
            .play(reply(At::Banner, "554 5.7.1 no").says(&["takes no mail now, at the greeting", "554 5.7.1 no"]))
            .differs("a 554 at the greeting is about the server's day or our network, never about the note: 75"),
        row(42, "a greeting that does not come")
            .elsewhere("a minute is its limit: the tests of the SMTP session play it with a shorter one"),
        row(43, "an answer to EHLO that cannot be read")
            .play(
                reply(At::Ehlo, "250-mail.test\r\n250-   \r\n250 AUTH PLAIN").sent().hides(&["panicked"]),
            )
            .play(at(At::Ehlo, Fault::Garbage).named("garbage").says(&["does not answer as a mail server, at EHLO"]))
            .play(at(At::Ehlo, Fault::HugeReply).named("10 MB").says(&["the answer is too long"]))
            .differs("a blank keyword says nothing and does no harm"),
        row(44, "a password that is refused").play(
            reply(At::Auth, "535 5.7.8 bad credentials")
                .exits(77)
                .says(&["refuses the login of jo@example.com", "535 5.7.8 bad credentials"])
                .hides(&["secret"])
                .then(Then::Goes),
        ),
        row(45, "a login that cannot be now")
            .play(reply(At::Auth, "454 4.7.0 later").says(&["takes no mail now, at the login", "454 4.7.0 later"]))
            .play(reply(At::Auth, "421 4.7.0 later").then(Then::Retries(5))),
        row(46, "no way to log in that both know").play(
            play("")
                .server(|| SmtpServer::builder().keywords(&["AUTH CRAM-MD5"]))
                .exits(78)
                .says(&["offers no way to log in", "it offers: CRAM-MD5", "[auth]"])
                .mends(|world| world.replace_server(SmtpServer::builder().start())),
        ),
        row(47, "a token that is refused")
            .play(
                reply(At::Auth, "535 5.7.8 expired")
                    .breaks(|world| world.reconfigure("[auth]\n", "[auth]\nmethod = \"xoauth2\"\n"))
                    .exits(77)
                    .says(&["535 5.7.8 expired", "401"])
                    .hides(&["secret"])
                    .then(Then::Goes),
            )
            .differs("the token comes from a command that is run for each send: to refresh it is that command's part"),
    ]
}

fn the_envelope() -> Vec<Row> {
    vec![
        row(48, "a sender who cannot be taken now").play(
            reply(At::Mail, "451 4.3.0 later").says(&["cannot take it now, at the sender: 451 4.3.0 later"]),
        ),
        row(49, "a sender who is refused")
            .play(
                reply(At::Mail, "550 5.7.60 not yours")
                    .exits(78)
                    .says(&[
                        "your account may not send from this address, at the sender: 550 5.7.60 not yours",
                        "nothing was sent; kept: acme/jane",
                        "set email in [me]",
                    ])
                    .hides(&["thanks edit"])
                    .then(Then::Retries(60)),
            )
            .play(
                reply(At::Dot, "554 5.2.0 SendAsDenied; jo may not send as jo")
                    .exits(78)
                    .says(&["your account may not send from this address, at the end of the text: 554 5.2.0"])
                    .hides(&["--edit"])
                    .then(Then::Retries(60)),
            )
            .play(
                reply(
                    At::Mail,
                    "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled",
                )
                .exits(77)
                .says(&["does not accept mail with this login", "535 5.7.139", "xoauth2"])
                .hides(&["thanks edit", "New password"])
                .then(Then::Retries(60)),
            )
            .play(
                reply(At::Rcpt, "554 5.7.1 <jane@acme.example>: Relay access denied")
                    .exits(77)
                    .says(&["at the recipient: 554 5.7.1", "thanks doctor"])
                    .hides(&["thanks edit"])
                    .then(Then::Retries(60)),
            )
            .differs("it is the account's trouble and not the note's: the approval is kept, 77 or 78"),
        row(50, "a quota that is spent")
            .play(
                reply(At::Mail, "550 5.4.5 Daily user sending limit exceeded")
                    .says(&["at the sender: 550 5.4.5 Daily user sending limit exceeded"])
                    .then(Then::Retries(60)),
            )
            .play(
                reply(At::Mail, "550 5.4.5 of the day, a follow-up")
                    .follow_up()
                    .by(TYPED)
                    .then(Then::Retries(24 * 60)),
            )
            .play(
                reply(At::Dot, "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceeded")
                    .says(&["your account has reached a sending limit, at the end of the text: 554 5.2.0"])
                    .hides(&["--edit", "thanks edit"])
                    .then(Then::Retries(60)),
            )
            .play(reply(At::Mail, "550 5.1.90 daily limit").then(Then::Retries(60)))
            .play(reply(At::Rcpt, "550 5.4.6 unusual sending activity").then(Then::Retries(60)))
            .play(reply(At::Mail, "452 4.5.3 too many").then(Then::Retries(60)))
            .play(reply(At::Dot, "421 4.7.28 unusual rate").then(Then::Retries(60)))
            .differs("an hour also for the limit of a day where a day is more than the note has left"),
        row(51, "a recipient who is greylisted")
            .play(reply(At::Rcpt, "450 4.2.0 greylisted").says(&["cannot take it now, at the recipient"]))
            .play(reply(At::Rcpt, "451 4.7.1 greylisted"))
            .differs("the first attempt is after a minute as for all; the next ones after 5, 15 and 30"),
        row(52, "a recipient whom nobody knows").play(
            reply(At::Rcpt, "550 5.1.1 no such user")
                .refused()
                .says(&["refuses it, at the recipient: 550 5.1.1 no such user", "thanks edit acme"]),
        ),
        row(53, "a mailbox that is full")
            .play(reply(At::Rcpt, "552 5.2.2 mailbox full").says(&["cannot take it now, at the recipient"]))
            .play(reply(At::Rcpt, "552 too much")),
        row(54, "a copy to oneself that is refused").play(
            play("")
                .fault(2, At::Rcpt, Fault::Reply("550 5.1.1 who"))
                .breaks(|world| {
                    world.reconfigure("security = \"none\"", "security = \"none\"\nsent_copy = \"self\"")
                })
                .sent()
                .says(&["sent     acme/jane", "warning: no copy to yourself"]),
        ),
        row(55, "another answer to DATA than 354")
            .play(reply(At::Data, "250 yes").says(&["does not answer as it should, at DATA", "250 yes"]))
            .play(reply(At::Data, "451 4.3.0 later").says(&["cannot take it now, at DATA"]))
            .play(
                reply(At::Data, "554 5.7.1 no")
                    .exits(77)
                    .says(&["does not let your account send, at DATA: 554 5.7.1 no"])
                    .then(Then::Retries(60)),
            )
            .play(reply(At::Data, "550 5.1.1 no").refused().says(&["refuses it, at DATA: 550 5.1.1 no"]))
            .differs("at DATA the text was not seen yet: a no without a reason is about who sends"),
        row(56, "a connection that breaks in the text").play(
            // The answer to DATA comes slowly; then the record is kept busy until the server has gone.
            at(At::Data, Fault::Slow)
                .fault(0, At::Body, Fault::Drop)
                .deed(|world, words| {
                    let child = world.start(words);
                    world.smtp.wait_for(At::Data);
                    let record = rusqlite::Connection::open(world.database()).unwrap();
                    record.execute_batch("BEGIN IMMEDIATE").unwrap();
                    world.smtp.settle();
                    record.execute_batch("ROLLBACK").unwrap();
                    finish(child)
                })
                .says(&["before the end of the message"]),
        ),
        row(57, "a kill in the text")
            .play(
                at(At::Data, Fault::HoldBack)
                    .deed(|world, words| killed_at(world, words, At::Data))
                    .exits(KILLED)
                    .then(Then::Retries(0)),
            )
            .differs(
                "the claim stands on the disk; whatever opens the record next makes it an approval again",
            ),
    ]
}

fn the_dot() -> Vec<Row> {
    const GONE: &[&str] = &[
        "in doubt: acme/jane, the connection broke before the receipt",
        "not be offered again",
        "mark acme/jane sent",
    ];
    vec![
        row(58, "a message that cannot be taken now")
            .play(reply(At::Dot, "451 4.3.0 later").says(&["not sent acme/jane, 451 4.3.0 later"]))
            .play(reply(At::Dot, "554 5.7.1 try again later").says(&["not sent acme/jane, 554 5.7.1"]))
            .play(
                at(At::Dot, Fault::TakeAndSay("451 4.3.0 later\r\n250 2.0.0 taken"))
                    .named("and then a yes")
                    .in_doubt()
                    .says(&["the server said 451 4.3.0 later, and then 250 2.0.0 taken"]),
            ),
        row(59, "a message that is refused")
            .play(reply(At::Dot, "554 5.7.1 spam").refused().says(&["554 5.7.1 spam", "--edit"]))
            .play(
                reply(At::Dot, "552 5.3.4 too big")
                    .refused()
                    .says(&["552 5.3.4 too big", "shorten the text"])
                    .hides(&["thanks edit"]),
            )
            .play(
                reply(At::Mail, "552 5.3.4 too big")
                    .refused()
                    .says(&["at the sender: 552 5.3.4 too big", "shorten the text"])
                    .hides(&["thanks edit"]),
            )
            .play(
                reply(At::Dot, "550 5.1.1 no such user")
                    .refused()
                    .says(&["thanks edit acme"])
                    .hides(&["--edit"]),
            ),
        row(60, "no answer to the dot")
            .play(at(At::Dot, Fault::Drop).named("gone").in_doubt().says(GONE))
            .play(at(At::Dot, Fault::TakeThenDrop).named("taken and gone").in_doubt().says(GONE))
            .play(
                at(At::Dot, Fault::TakeThenDrop)
                    .named("a copy in Sent")
                    .breaks(|world| world.with_mailbox("none"))
                    .in_doubt()
                    .then(Then::Shown(|world| {
                        // That nothing is found proves nothing.
                        world.expects(world.command(By::Timer), &[3]);
                        world.expects(&["sync"], &[0, 3]);
                        assert_eq!(world.state(), "unsure");
                        world.files_what_was_sent();
                        let told = world.expects(world.command(By::Timer), &[0]);
                        assert!(told.contains("found in Sent"), "{told}");
                        world.assert_sent_once();
                    })),
            )
            .play(at(At::Dot, Fault::Drop).named("its owner says no").in_doubt().then(Then::Shown(|world| {
                world.expects(&["mark", "acme/jane", "not-sent"], &[0]);
                world.expects(world.command(By::Timer), &[0]);
                world.assert_sent_once();
            })))
            .elsewhere("silence for ten minutes: the tests of delivery, with a shorter limit"),
        row(61, "an answer to the dot that is none")
            .play(at(At::Dot, Fault::Garbage).named("garbage").in_doubt().hides(&["\u{1b}"]))
            .play(reply(At::Dot, "354 what").in_doubt())
            .play(at(At::Dot, Fault::HugeReply).named("too long").in_doubt()),
        row(62, "an answer that comes octet by octet").play(at(At::Dot, Fault::Slow).sent()),
        row(63, "Ctrl-C while the receipt is awaited").play(
            at(At::Dot, Fault::Hang)
                .deed(|world, words| {
                    let child = world.start(words);
                    world.smtp.wait_for(At::Dot);
                    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
                    finish(child)
                })
                .in_doubt(),
        ),
        row(64, "a kill while the receipt is awaited")
            .play(
                at(At::Dot, Fault::Hang)
                    .deed(|world, words| killed_at(world, words, At::Dot))
                    .exits(KILLED)
                    .ends("unsure")
                    .then(Then::Asks),
            )
            .differs("on the disk it is `sending`; whatever opens the record next is in doubt about it"),
        row(65, "a computer that sleeps while the receipt is awaited")
            .elsewhere("nothing here can be put to sleep; the connection is lost then, which is row 60"),
    ]
}

fn after_the_dot() -> Vec<Row> {
    fn with_copy(world: &mut World) {
        world.with_mailbox("imap");
    }
    /// The timer files one copy, of what was sent once.
    fn files_one_copy(world: &mut World) {
        for _ in 0..2 {
            world.expects(world.command(By::Timer), &[0]);
            assert_eq!(world.imap().appended().len(), 1);
        }
        world.assert_sent_once();
    }
    fn append(fault: imap_server::Fault, world: &mut World) {
        with_copy(world);
        world.imap().set_fault(Some((imap_server::At::Append, fault)));
    }
    vec![
        row(66, "a kill between the answer and its record")
            .play(
                at(At::Dot, Fault::HoldBack)
                    .breaks(|world| world.with_mailbox("none"))
                    .deed(|world, words| killed_at(world, words, At::Dot))
                    .exits(KILLED)
                    .ends("unsure")
                    .then(Then::Shown(|world| {
                        world.files_what_was_sent();
                        world.expects(world.command(By::Timer), &[0]);
                        world.assert_sent_once();
                    })),
            )
            .elsewhere("the very moment: the crash proof, which kills at each system call"),
        row(67, "a QUIT that is not answered")
            .play(at(At::Quit, Fault::Drop).named("gone").sent().hides(&["QUIT", "warning"]))
            .play(
                at(At::Quit, Fault::Hang)
                    .named("silent, without pipelining")
                    .server(|| SmtpServer::builder().without_pipelining())
                    .sent()
                    .hides(&["QUIT", "warning"]),
            ),
        row(68, "nobody who listens")
            .play(play("closed").sent().deed(|world, words| {
                let mut child = world.start(words);
                drop(child.stdout.take());
                finish(child)
            }))
            .play(play("full").sent().exits(74).deed(|world, words| {
                let full = File::options().write(true).open("/dev/full").unwrap();
                let mut command = world.sandbox.command(words);
                let command = command.stdin(Stdio::null()).stdout(full).stderr(Stdio::piped());
                finish(command.spawn().unwrap())
            })),
        row(69, "a copy that Sent does not take").play(
            play("")
                .breaks(|world| append(imap_server::Fault::Refuse("NO [OVERQUOTA] full"), world))
                .exits(0)
                .ends("sent")
                .says(&["sent     acme/jane", "warning: no copy was put into Sent"])
                .then(Then::Shown(files_one_copy)),
        ),
        row(70, "a copy of which nobody knows whether it is there").play(
            play("").breaks(|world| append(imap_server::Fault::Drop, world)).exits(0).ends("sent").then(
                Then::Shown(|world| {
                    // It is there: it is looked for before it would be filed again.
                    world.files_what_was_sent();
                    world.expects(world.command(By::Timer), &[0]);
                    assert!(world.imap().appended().is_empty());
                    world.assert_sent_once();
                }),
            ),
        ),
    ]
}

/// Ends the program the hard way when it has come so far.
fn killed_at(world: &mut World, words: &[&str], phase: At) -> Told {
    let mut child = world.start(words);
    world.smtp.wait_for(phase);
    child.kill().unwrap();
    let told = finish(child);
    world.smtp.let_go();
    world.smtp.settle();
    told
}
