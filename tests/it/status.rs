//! The picture: eight situations as a person sees them, each within 80 columns, and the one word
//! for a prompt.

use crate::sandbox::Sandbox;
use crate::send::{acme, draft};
use crate::smtp_server::{At, Fault, SmtpServer};

/// The picture, no line of which is too long.
fn picture(sandbox: &Sandbox) -> String {
    let text = sandbox.run(&["status"]).text();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    text
}

fn thanked(sandbox: &Sandbox) -> SmtpServer {
    let server = sandbox.with_server();
    acme(sandbox);
    draft(sandbox);
    let _ = sandbox.run(&["send", "--yes"]).text();
    server
}

/// Globex named no day.
fn globex(sandbox: &Sandbox) {
    let add = ["add", "--company", "Globex", "--role", "Data Engineer", "--ended", "14:00", "--with"];
    let topic = ["Ann Lee <ann@globex.example>", "--topic", "the plan for the data lake"];
    let _ = sandbox.run(&[&add[..], &topic].concat()).talks_somehow().text();
}

#[test]
fn before_anything_was_recorded() {
    let sandbox = Sandbox::new();
    sandbox.run(&["status"]).talks("nothing recorded yet\nnext: thanks add\n").prints("");
    sandbox.run(&["status", "--check"]).prints("");
}

#[test]
fn after_the_interview_the_soonest_deadline_stands_first() {
    let mut sandbox = Sandbox::new();
    acme(&sandbox);
    globex(&sandbox);
    sandbox.set_now("2026-03-06T02:44:00Z");
    assert_eq!(
        picture(&sandbox),
        "\
DUE\n\
\x20 globex/ann  thank-you  [##------] 16 h left, Fri 6 Mar 14:00 EST\n\
\x20 acme/jane   thank-you  [#-------] 18 h left, Fri 6 Mar 15:45 EST\n"
    );
    sandbox.run(&["status", "--check"]).exits(1).prints("thanks: 2 due\n");
}

#[test]
fn what_was_promised_holds_the_nudge() {
    let sandbox = Sandbox::new();
    let _server = thanked(&sandbox);
    assert_eq!(
        picture(&sandbox),
        "\
WAITING\n\
\x20 acme/jane  nudge      Mon 23 Mar 10:00 EDT; \"in two weeks\" + 2 business days\n\
SENT\n\
\x20 acme/jane  thank-you  Thu 5 Mar 15:54 EST; no answer heard\n"
    );
    sandbox.run(&["status", "--check"]).prints("");
}

#[test]
fn without_a_date_the_business_days_are_counted() {
    let mut sandbox = Sandbox::new();
    let _server = sandbox.with_server();
    globex(&sandbox);
    draft(&sandbox);
    let _ = sandbox.run(&["send", "--yes"]).text();
    sandbox.set_now("2026-03-09T15:00:00Z");
    assert_eq!(
        picture(&sandbox),
        "\
WAITING\n\
\x20 globex/ann  nudge      [##---] Thu 12 Mar 10:00 EDT; business day 2 of 5\n\
SENT\n\
\x20 globex/ann  thank-you  Thu 5 Mar 15:54 EST; no answer heard\n"
    );
}

#[test]
fn a_nudge_that_is_due_says_since_when() {
    let mut sandbox = Sandbox::new();
    let _server = thanked(&sandbox);
    sandbox.set_now("2026-03-23T14:06:00Z");
    assert_eq!(
        picture(&sandbox),
        "\
DUE\n\
\x20 acme/jane  nudge      since Mon 23 Mar 10:00 EDT; \"in two weeks\" + 2 business\n\
\x20                       days\n\
SENT\n\
\x20 acme/jane  thank-you  Thu 5 Mar 15:54 EST; no answer heard\n"
    );
    sandbox.run(&["status", "--check"]).exits(1).prints("thanks: 1 due\n");
}

#[test]
fn a_doubt_stands_on_top() {
    let sandbox = Sandbox::new();
    let server = SmtpServer::builder().fault_on(1, At::Dot, Fault::TakeThenDrop).start();
    sandbox.use_server(&server);
    acme(&sandbox);
    draft(&sandbox);
    let _ = sandbox.run(&["send", "--yes"]).exits(76).talks_somehow().text();
    globex(&sandbox);
    assert_eq!(
        picture(&sandbox),
        "\
IN DOUBT\n\
\x20 acme/jane   thank-you  the connection broke before the receipt; `thanks mark\n\
\x20                        acme/jane sent` or `… not-sent`\n\
DUE\n\
\x20 globex/ann  thank-you  [--------] 22 h left, Fri 6 Mar 14:00 EST\n"
    );
    sandbox.run(&["status", "--check"]).exits(1).prints("thanks: 1 in doubt, 1 due\n");
}

#[test]
fn what_is_planned_waits_and_what_missed_its_plan_is_due() {
    let mut sandbox = Sandbox::new();
    let _server = sandbox.with_server();
    acme(&sandbox);
    let mut screen = sandbox.terminal(&["send"]);
    let _ = screen.answer("[l]ater, 17:45", "l").answer("Install? [y]es [n]o:", "n");
    let _ = screen.ends(0);
    assert_eq!(
        picture(&sandbox),
        "\
WAITING\n\
\x20 acme/jane  thank-you  Thu 5 Mar 17:45 EST; approved, goes then\n"
    );
    sandbox.set_now("2026-03-05T23:45:00Z");
    assert_eq!(
        picture(&sandbox),
        "\
DUE\n\
\x20 acme/jane  thank-you  [#-------] 21 h left, Fri 6 Mar 15:45 EST; was to go Thu\n\
\x20                       5 Mar 17:45 EST\n"
    );
}

#[test]
fn the_lines_of_one_application_stand_together() {
    let mut sandbox = Sandbox::new();
    let _server = sandbox.with_server();
    acme(&sandbox);
    globex(&sandbox);
    draft(&sandbox);
    let _ = sandbox.run(&["send", "--yes"]).text();
    sandbox.set_now("2026-03-12T14:06:00Z");
    draft(&sandbox);
    let _ = sandbox.run(&["nudge", "--no-answer", "--yes"]).talks_somehow().text();
    sandbox.set_now("2026-03-23T14:06:00Z");
    draft(&sandbox);
    let _ = sandbox.run(&["nudge", "acme", "--no-answer", "--yes"]).talks_somehow().text();
    assert_eq!(
        picture(&sandbox),
        "\
DUE\n\
\x20 globex/ann  close-out  since Mon 23 Mar 10:00 EDT; 7 business days after the\n\
\x20                        nudge of Thu 12 Mar\n\
WAITING\n\
\x20 acme/jane   close-out  [-------] Wed 1 Apr 10:00 EDT; business day 0 of 7\n\
SENT\n\
\x20 globex/ann  thank-you  Thu 5 Mar 15:54 EST; no answer heard\n\
\x20 globex/ann  nudge      Thu 12 Mar 10:06 EDT; no answer heard\n\
\x20 acme/jane   thank-you  Thu 5 Mar 15:54 EST; no answer heard\n\
\x20 acme/jane   nudge      Mon 23 Mar 10:06 EDT; no answer heard\n"
    );
}

#[test]
fn after_a_month_of_silence_the_picture_is_empty() {
    let mut sandbox = Sandbox::new();
    let _server = thanked(&sandbox);
    for now in ["2026-03-23T14:06:00Z", "2026-04-01T14:06:00Z"] {
        sandbox.set_now(now);
        draft(&sandbox);
        let _ = sandbox.run(&["nudge", "--no-answer", "--yes"]).talks_somehow().text();
    }
    sandbox.set_now("2026-05-01T14:05:00Z");
    assert_eq!(picture(&sandbox).lines().count(), 4);
    sandbox.set_now("2026-05-01T14:07:00Z");
    sandbox.run(&["status"]).talks("nothing is due, nothing waits\n").prints("");
    // Nothing is lost, and news bring it back.
    let _ = sandbox.run(&["heard", "acme", "--answered"]).talks_somehow().text();
    assert!(picture(&sandbox).contains("close-out  Wed 1 Apr 10:06 EDT; answered"));
}

#[test]
fn somebody_who_was_never_thanked_is_not_dropped_in_silence() {
    let mut sandbox = Sandbox::new();
    acme(&sandbox);
    sandbox.set_now("2026-03-20T14:00:00Z");
    assert_eq!(
        picture(&sandbox),
        "\
WAITING\n\
\x20 acme/jane  nudge      Mon 23 Mar 10:00 EDT; \"in two weeks\" + 2 business days\n\
NOT SENT\n\
\x20 acme/jane  thank-you  never sent, and too late: due by Fri 6 Mar 15:45 EST\n"
    );
    let _ = sandbox.run(&["close", "acme"]).text();
    sandbox.run(&["status"]).talks_somehow().prints("");
}

#[test]
fn long_names_stand_on_a_line_of_their_own() {
    let sandbox = Sandbox::new();
    let add = ["add", "--company", "The Extraordinarily Long Company", "--role", "Data Engineer", "--ended"];
    let who = ["14:00", "--with", "Maximiliana Featherstonehaugh <m@x.example>", "--topic", "the data lake"];
    let _ = sandbox.run(&[&add[..], &who].concat()).talks_somehow().text();
    assert_eq!(
        picture(&sandbox),
        "\
DUE\n\
\x20 the-extraordinarily-long-company/maximiliana  thank-you\n\
\x20     [--------] 22 h left, Fri 6 Mar 14:00 EST\n"
    );
}

#[test]
fn thanks_that_an_answer_has_overtaken_are_not_called_late() {
    let sandbox = Sandbox::new();
    crate::send::acme(&sandbox);
    crate::send::draft(&sandbox);
    let _ = sandbox.run(&["heard", "acme", "--answered"]).talks_somehow().text();
    let said = sandbox.run(&["status"]).text();
    assert!(said.contains("acme/jane  thank-you  never sent: an answer came"), "{said}");
}

#[test]
fn an_invitation_after_a_rejection_gets_the_reply_even_in_the_same_second() {
    let sandbox = Sandbox::new();
    let _server = sandbox.with_server();
    crate::send::acme(&sandbox);
    crate::send::draft(&sandbox);
    let _ = sandbox.run(&["send", "--yes"]).talks_somehow().text();
    let said = sandbox.run(&["heard", "acme", "--rejected"]).talks_somehow().text();
    assert!(said.contains("acme closed: rejected"), "{said}");
    let _ = sandbox.run(&["heard", "acme", "--next-round"]).talks_somehow().text();
    let said = sandbox.run(&["draft", "acme"]).talks_somehow().text();
    assert!(said.contains("next-round-reply") || said.contains("next round"), "{said}");
    assert!(!said.contains("did not work out"), "{said}");
}
