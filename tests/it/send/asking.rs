//! A send as a person at a terminal sees it.

use super::{Sandbox, acme, state};

#[test]
fn a_send_by_questions_reads_as_promised() {
    let sandbox = Sandbox::new();
    let server = sandbox.with_server();
    let _ = sandbox
        .run(&[
            "add",
            "--company",
            "Acme",
            "--role",
            "Platform Engineer",
            "--ended",
            "15:45",
            "--decision",
            "in two weeks",
            "--with",
            "Jane Doe <jane@acme.example>",
            "--topic",
            "moving the billing jobs to Kafka",
            "--why",
            "the nightly freeze goes away",
            "--with",
            "Omar Aziz",
            "--topic",
            "how on-call is shared",
        ])
        .talks_somehow()
        .text();
    let mut screen = sandbox.terminal(&["send"]);
    let question = "Send to jane@acme.example? [y]es [l]ater, 17:45 [e]dit [s]kip [q]uit: ";
    // Enter alone is no answer.
    screen.answer(question, "").answer(question, "y");
    let seen = screen.ends(3);
    snapbox::assert_data_eq!(
        seen,
        snapbox::str![[r#"
From: Jo Marsh <jo@example.com>
To: Jane Doe <jane@acme.example>
Subject: Thank you for the Platform Engineer interview

Hi Jane,

Thank you for talking with me today about the Platform Engineer role.
Moving the billing jobs to Kafka stayed with me, above all because the
nightly freeze goes away.

You expected to decide in two weeks, and I look forward to hearing from
you then. If anything would help before that, I am easy to reach.

Best regards,
Jo Marsh

15:54 EST, 9 minutes after the interview; two hours is customary
Send to jane@acme.example? [y]es [l]ater, 17:45 [e]dit [s]kip [q]uit:
Send to jane@acme.example? [y]es [l]ater, 17:45 [e]dit [s]kip [q]uit: y
sent     acme/jane, Thu 5 Mar 15:54 EST, accepted by 127.0.0.1
waiting  acme/omar, no address, due Fri 6 Mar 15:45 EST
         thanks add acme --with "Omar Aziz <address>"
         thanks draft acme/omar --body

"#]]
    );
    assert_eq!(server.accepted().len(), 1);
}

#[test]
fn a_note_that_is_skipped_stays_a_draft() {
    let sandbox = Sandbox::new();
    let server = sandbox.with_server();
    acme(&sandbox);
    let question = "[s]kip [q]uit: ";
    let mut screen = sandbox.terminal(&["send", "jane"]);
    screen.answer(question, "s");
    let seen = screen.ends(1);
    assert!(seen.contains("skipped  acme/jane, kept as a draft"), "{seen}");
    assert_eq!(state(&sandbox, "acme/jane"), "drafted");
    assert!(server.accepted().is_empty());
}

#[test]
fn whoever_quits_is_told_what_is_kept() {
    let sandbox = Sandbox::new();
    let server = sandbox.with_server();
    acme(&sandbox);
    let mut screen = sandbox.terminal(&["send"]);
    screen.answer("Send to jane@acme.example? [y]es [l]ater, 17:45 [e]dit [s]kip [q]uit: ", "q");
    let said = screen.ends(1);
    assert!(said.contains("acme/jane") && !said.contains("nothing to send"), "{said}");
    assert_eq!((server.connections(), state(&sandbox, "acme/jane").as_str()), (0, "drafted"));
}
