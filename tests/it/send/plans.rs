//! Approved now, sent at another time: the words of that day, by the timer or by a typed `send`
//! when the time has come.

use std::fs;

use super::{acme, draft, state};
use crate::sandbox::Sandbox;

fn with_timer(sandbox: &Sandbox) {
    let _ = sandbox.run(&["schedule", "install", "--yes"]).talks_somehow().text();
}

#[test]
fn later_is_approved_for_the_next_opening_and_left_alone_until_then() {
    let mut sandbox = Sandbox::new();
    let server = sandbox.with_server();
    acme(&sandbox);
    let mut screen = sandbox.terminal(&["send"]);
    let _ = screen.sees("15:54 EST, 9 minutes after the interview; two hours is customary");
    let _ = screen.answer("[y]es [l]ater, 17:45 [e]dit [s]kip [q]uit:", "l");
    let _ = screen.sees("nothing is sent by itself: no timer is installed").sees("thanks.timer");
    let _ = screen.answer("Install? [y]es [n]o:", "n");
    let _ = screen.sees("planned  acme/jane, Thu 5 Mar 17:45 EST");
    let _ = screen.sees("next: thanks schedule install, or thanks send at that time; no timer is installed");
    let _ = screen.ends(0);
    assert_eq!(state(&sandbox, "acme/jane"), "approved");
    sandbox
        .run(&["send", "--yes"])
        .talks("nothing to send\nnext: acme/jane goes Thu 5 Mar 17:45 EST, as planned\n")
        .prints("");
    sandbox.set_now("2026-03-05T22:46:00Z");
    sandbox
        .run(&["send", "--yes"])
        .prints("sent     acme/jane, Thu 5 Mar 17:46 EST, accepted by 127.0.0.1\n");
    assert_eq!(server.accepted().len(), 1);
}

#[test]
fn later_offers_the_timer_that_it_needs() {
    let sandbox = Sandbox::new();
    let _server = sandbox.with_server();
    acme(&sandbox);
    let mut screen = sandbox.terminal(&["send"]);
    let _ = screen.answer("[l]ater, 17:45", "l").answer("Install? [y]es [n]o:", "y");
    let _ = screen.sees("planned  acme/jane, Thu 5 Mar 17:45 EST");
    let seen = screen.ends(0);
    assert!(!seen.contains("thanks send at that time"), "{seen}");
    let units = sandbox.folder().join("user/.config/systemd/user");
    assert!(units.join("thanks.timer").exists() && units.join("thanks.service").exists());
}

#[test]
fn a_plan_stands_where_no_timer_can_be_installed() {
    let mut sandbox = Sandbox::new();
    let _server = sandbox.with_server();
    let empty = sandbox.folder().join("empty");
    fs::create_dir(&empty).unwrap();
    sandbox.set("PATH", empty.to_str().unwrap());
    acme(&sandbox);
    let mut screen = sandbox.terminal(&["send"]);
    let _ = screen.answer("[l]ater, 17:45", "l");
    let _ = screen
        .sees("error: no systemd user session here (there is no systemctl here); nothing was installed");
    let _ = screen.sees("`thanks schedule print cron`");
    let _ = screen.sees("planned  acme/jane, Thu 5 Mar 17:45 EST");
    let _ = screen.sees("thanks send at that time; ");
    let _ = screen.ends(0);
    assert_eq!(state(&sandbox, "acme/jane"), "approved");
}

#[test]
fn a_note_that_is_named_goes_before_its_time() {
    let sandbox = Sandbox::new();
    let server = sandbox.with_server();
    acme(&sandbox);
    let mut screen = sandbox.terminal(&["send"]);
    let _ = screen.answer("[l]ater, 17:45", "l").answer("Install? [y]es [n]o:", "n");
    let _ = screen.ends(0);
    let _ = sandbox.run(&["send", "jane", "--yes"]).text();
    assert_eq!(server.accepted().len(), 1);
}

#[test]
fn a_later_day_has_other_words_which_are_shown_before_they_are_approved() {
    let mut sandbox = Sandbox::new();
    let server = sandbox.with_server();
    acme(&sandbox);
    sandbox.set_now("2026-03-06T02:30:00Z");
    let mut screen = sandbox.terminal(&["send"]);
    let _ = screen
        .sees("Thank you for talking with me today")
        .sees("21:30 EST there; 07:00 to 20:00 is customary");
    let _ = screen.answer("[l]ater, Fri 6 Mar 09:00", "l");
    let _ = screen.sees("Thank you for talking with me yesterday");
    let _ =
        screen.answer("Send to jane@acme.example on Fri 6 Mar 09:00 EST? [y]es [e]dit [s]kip [q]uit:", "y");
    let _ = screen.answer("Install? [y]es [n]o:", "n");
    let _ = screen.sees("planned  acme/jane, Fri 6 Mar 09:00 EST");
    let _ = screen.ends(0);
    sandbox.set_now("2026-03-06T14:00:00Z");
    let _ = sandbox.run(&["send", "--yes"]).text();
    let taken = String::from_utf8(server.accepted().remove(0).data).unwrap();
    assert!(taken.contains("with me yesterday"), "{taken}");
}

#[test]
fn a_named_moment_needs_a_timer_that_works() {
    let sandbox = Sandbox::new();
    let server = sandbox.with_server();
    acme(&sandbox);
    draft(&sandbox);
    let at = ["send", "jane", "--at", "18:30", "--yes"];
    sandbox
        .run(&at)
        .exits(3)
        .talks(
            "error: nothing is sent by itself: no timer is installed\n\
             nothing was planned and nothing was sent\n\n\
             hint: `thanks schedule install`, or `thanks send` when the time has come\n",
        )
        .prints("");
    assert_eq!(state(&sandbox, "acme/jane"), "drafted");
    with_timer(&sandbox);
    sandbox.run(&at).prints("planned  acme/jane, Thu 5 Mar 18:30 EST\n");
    assert_eq!(state(&sandbox, "acme/jane"), "approved");
    // What is shown of another day has to be read as well.
    let tomorrow = ["send", "jane", "--at", "tomorrow 9:00", "--yes"];
    let _ = sandbox.run(&tomorrow).exits(3).talks_somehow().text();
    let _ = sandbox.run(&["draft", "jane", "--at", "tomorrow 9:00"]).talks_somehow().text();
    sandbox.run(&tomorrow).prints("planned  acme/jane, Fri 6 Mar 09:00 EST\n");
    assert_eq!(server.accepted().len(), 0);
}

#[test]
fn a_moment_that_has_passed_or_is_a_whole_day_is_refused() {
    let sandbox = Sandbox::new();
    let _server = sandbox.with_server();
    acme(&sandbox);
    for (at, why) in [
        ("15:00", "--at: Thu 5 Mar 15:00 EST has passed"),
        ("tomorrow", "--at: Fri 6 Mar is a whole day; say a time too"),
        ("03/04", "--at: "),
    ] {
        let talk = sandbox.run(&["send", "--at", at, "--yes"]).exits(65).talk();
        assert!(talk.starts_with(&format!("error: {why}")), "{talk}");
    }
}
