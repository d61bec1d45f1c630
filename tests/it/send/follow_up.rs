//! Follow-ups: when they are due, after somebody has looked for an answer, in the thread.

use super::{acme, draft, state};
use crate::sandbox::Sandbox;
use thanks::adapters::mime::parse;

/// Jane was thanked on Thursday.
fn thanked(sandbox: &Sandbox) -> crate::smtp_server::SmtpServer {
    let server = sandbox.with_server();
    acme(sandbox);
    draft(sandbox);
    let _ = sandbox.run(&["send", "--yes"]).text();
    server
}

#[test]
fn too_early_says_when() {
    let sandbox = Sandbox::new();
    let server = thanked(&sandbox);
    sandbox
        .run(&["nudge", "acme", "--no-answer", "--yes"])
        .exits(1)
        .talks(
            "error: too early to nudge acme\n  \
             \"in two weeks\" = Thu 19 Mar, plus 2 business days\n\
             nothing was sent\n\n\
             hint: due Mon 23 Mar 10:00 EDT; news? `thanks heard acme --decision WORDS`\n",
        )
        .prints("");
    sandbox.run(&["nudge"]).talks("nothing to send\n").prints("");
    assert_eq!(server.accepted().len(), 1);
}

#[test]
fn without_a_look_at_the_mailbox_no_follow_up_goes() {
    let mut sandbox = Sandbox::new();
    let server = thanked(&sandbox);
    sandbox.set_now("2026-03-23T14:06:00Z");
    draft(&sandbox);
    for args in
        [&["nudge", "--yes"][..], &["nudge"], &["nudge", "--dry-run"], &["nudge", "--yes", "--no-input"]]
    {
        let _ = sandbox.run(args).exits(3).talks_somehow().text();
    }
    assert_eq!(server.accepted().len(), 1);
}

#[test]
fn a_follow_up_continues_the_thread_and_goes_once() {
    let mut sandbox = Sandbox::new();
    let server = thanked(&sandbox);
    sandbox.set_now("2026-03-23T14:06:00Z");
    let _ = sandbox.run(&["nudge", "--no-answer", "--yes"]).exits(3).talks_somehow().text();
    draft(&sandbox);
    sandbox
        .run(&["nudge", "--no-answer", "--yes"])
        .talks("next: one last note Wed 1 Apr 10:00 EDT, unless somebody answers\n")
        .prints(
            "sent     acme/jane/nudge, Mon 23 Mar 10:06 EDT, in the thread of Thu 5 Mar, \
             accepted by 127.0.0.1\n",
        );
    let _ = sandbox.run(&["nudge", "--no-answer", "--yes"]).talks_somehow().text();
    assert_eq!(state(&sandbox, "acme/jane/nudge"), "sent");
    let taken = server.accepted();
    assert_eq!(taken.len(), 2);
    let (first, second) = (parse(&taken[0].data).unwrap(), parse(&taken[1].data).unwrap());
    assert_eq!(second.subject, format!("Re: {}", first.subject));
    // The server said that it gave the first one another id.
    assert_eq!(second.in_reply_to.as_deref(), Some("<new@mail.test>"));
    assert_eq!(second.references, [first.message_id.clone().unwrap(), "<new@mail.test>".to_owned()]);
    assert_ne!(first.message_id, second.message_id);
}

#[test]
fn a_doubt_about_the_thanks_holds_the_follow_up() {
    let mut sandbox = Sandbox::new();
    let server = crate::smtp_server::SmtpServer::builder()
        .fault_on(1, crate::smtp_server::At::Dot, crate::smtp_server::Fault::TakeThenDrop)
        .start();
    sandbox.use_server(&server);
    acme(&sandbox);
    draft(&sandbox);
    let _ = sandbox.run(&["send", "--yes"]).exits(76).talks_somehow().text();
    sandbox.set_now("2026-03-23T14:06:00Z");
    let _ = sandbox.run(&["nudge", "--no-answer", "--yes"]).exits(3).talks_somehow().text();
    assert_eq!(server.accepted().len(), 1);
}

#[test]
fn before_the_customary_day_only_a_person_at_the_terminal_decides() {
    let mut sandbox = Sandbox::new();
    let server = sandbox.with_server();
    let add = ["add", "--company", "Acme", "--role", "Engineer", "--ended", "15:45", "--with"];
    let jane = ["Jane Doe <jane@acme.example>", "--topic", "moving the billing jobs to Kafka"];
    let _ = sandbox.run(&[add.as_slice(), jane.as_slice()].concat()).talks_somehow().text();
    draft(&sandbox);
    let _ = sandbox.run(&["send", "--yes"]).text();
    // Three business days later: past the hard bound, before the five that are customary.
    sandbox.set_now("2026-03-10T16:00:00Z");
    draft(&sandbox);
    let talk = sandbox.run(&["nudge", "acme", "--no-answer", "--yes"]).exits(1).talk();
    assert!(talk.contains("too early to nudge acme") && talk.contains("due Thu 12 Mar 10:00 EDT"), "{talk}");
    assert_eq!(server.accepted().len(), 1);
}
