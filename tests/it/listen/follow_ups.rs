//! No follow-up goes but after a look that succeeded and found nothing.

use super::*;

#[test]
fn a_follow_up_goes_after_a_look_that_found_nothing() {
    let house = House::due();
    let run = house.sandbox.run(&["nudge", "--yes"]);
    let (out, talk) = run.both();
    assert!(
        out.starts_with("sent     acme/jane/nudge, Mon 23 Mar 10:06 EDT, in the thread of Thu 5 Mar"),
        "{out}{talk}"
    );
    assert!(talk.contains("mailbox read: nothing from Jane Doe or acme.example since Thu 5 Mar\n"), "{talk}");
    let status = house.sandbox.run(&["status"]).text();
    assert!(status.contains("no answer (mailbox read 10:06)"), "{status}");
    assert_eq!(house.smtp.accepted().len(), 2);
}

#[test]
fn an_answer_stops_the_follow_up_and_is_said_with_exit_0() {
    let house = House::due();
    house.jane_answers("Dear Jo, we need one more week to decide.");
    let (out, talk) = house.sandbox.run(&["nudge", "--yes"]).both();
    assert!(talk.contains("acme: they have answered\n  Jane Doe <jane@acme.example>, Fri 6 Mar 10:00 EST, \"Re: Thank you\"\n  withdrawn: acme/jane/nudge\n"), "{talk}");
    assert!(
        out.starts_with("stopped  acme/jane/nudge, Jane Doe <jane@acme.example> has answered\n"),
        "{out}"
    );
    assert_eq!(house.smtp.accepted().len(), 1);
    assert_eq!(state(&house.sandbox, "acme/jane"), "answered");
    assert_eq!(state(&house.sandbox, "acme/jane/nudge"), "withdrawn");
    house.sandbox.run(&["nudge"]).talks("nothing to send\n").prints("");
}

#[test]
fn a_look_that_fails_lets_no_follow_up_go() {
    for (at, fault, code) in [
        (At::Greeting, Fault::Drop, 75),
        (At::Greeting, Fault::Bye("full"), 75),
        (At::Login, Fault::Refuse("NO [AUTHENTICATIONFAILED] no"), 77),
        (At::Examine, Fault::Refuse("NO not now"), 75),
        (At::Fetch, Fault::Drop, 75),
        (At::Fetch, Fault::Garbage, 75),
        (At::Fetch, Fault::LiteralBomb(1 << 30), 75),
        (At::Fetch, Fault::WrongTag, 75),
    ] {
        let house = House::due();
        house.imap.deliver("INBOX", FRIDAY, "From: x@y.example\nSubject: hello\n\nhi\n");
        house.imap.set_fault(Some((at, fault.clone())));
        for args in [&["nudge", "--yes"][..], &["nudge", "--yes", "--no-answer"]] {
            let run = house.sandbox.run(args).exits(code).talks_somehow().text();
            assert!(
                run.contains("no follow-up goes without a look at the mailbox"),
                "{at:?} {fault:?}: {run}"
            );
            assert_eq!(house.smtp.accepted().len(), 1, "{at:?} {fault:?}");
        }
        house.imap.set_fault(None);
        let _ = house.sandbox.run(&["nudge", "--yes"]).talks_somehow().text();
        assert_eq!(house.smtp.accepted().len(), 2, "{at:?} {fault:?}");
    }
}

#[test]
fn in_doubt_the_follow_up_waits_without_a_terminal() {
    let house = House::due();
    house.jane_answers("Thanks, Jo!");
    let (out, _) = house.sandbox.run(&["nudge", "--yes"]).both();
    assert!(out.starts_with("waiting  acme/jane/nudge, is this an answer? Jane Doe"), "{out}");
    let _ = house.sandbox.run(&["nudge", "--yes"]).exits(3).talks_somehow().text();
    assert_eq!(house.smtp.accepted().len(), 1);
    let status = house.sandbox.run(&["status"]).text();
    assert!(status.starts_with("ASKED\n  acme/jane  mail"), "{status}");
    // Its owner has read it, and says that it is none.
    let _ = house.sandbox.run(&["nudge", "--yes", "--no-answer"]).talks_somehow().text();
    assert_eq!(house.smtp.accepted().len(), 2);
}

#[test]
fn a_doubt_that_comes_with_the_look_is_not_settled_by_what_was_said_before_it() {
    let house = House::due();
    house.jane_answers("Thanks, Jo!");
    let _ = house.sandbox.run(&["nudge", "--yes", "--no-answer"]).exits(3).talks_somehow().text();
    assert_eq!(house.smtp.accepted().len(), 1);
}

#[test]
fn on_a_terminal_the_mailbox_is_read_before_the_note_is_shown_and_before_it_goes() {
    let house = House::due();
    house.jane_answers("Thanks, Jo!");
    let mut screen = house.sandbox.terminal(&["nudge"]);
    screen.answer("Is it an answer? [y]es [n]o [l]ater: ", "n");
    screen.sees("mailbox read: nothing from Jane Doe or acme.example since Thu 5 Mar");
    screen.sees("Send to jane@acme.example?");
    // It comes while its owner reads the note.
    house.imap.deliver(
        "INBOX",
        "23-Mar-2026 14:00:00 +0000",
        "From: Jane Doe <jane@acme.example>\nSubject: Your application\nMessage-ID: <two@acme.example>\n\nCan you come on Monday?\n",
    );
    screen.answer("", "y");
    screen.sees("acme: they have answered");
    screen.ends(0);
    assert_eq!(house.smtp.accepted().len(), 1);
}

#[test]
fn on_a_terminal_an_answer_ends_it_before_anything_is_shown() {
    let house = House::due();
    house.jane_answers("Thanks, Jo!");
    let mut screen = house.sandbox.terminal(&["nudge"]);
    screen.answer("Is it an answer? [y]es [n]o [l]ater: ", "y");
    screen.sees("withdrawn: acme/jane/nudge");
    screen.sees("stopped  acme/jane/nudge");
    screen.ends(0);
    assert_eq!(house.smtp.accepted().len(), 1);
    assert_eq!(state(&house.sandbox, "acme/jane/nudge"), "withdrawn");
}

#[test]
fn a_rehearsal_reads_no_mailbox() {
    let house = House::due();
    let before = house.imap.commands().len();
    let _ = house.sandbox.run(&["nudge", "--dry-run"]).text();
    assert_eq!(house.imap.commands().len(), before);
}

/// The follow-up was approved for Tue 24 Mar 10:00.
fn planned() -> House {
    let mut house = House::thanked();
    house.sandbox.set_now(DUE);
    let mut screen = house.sandbox.terminal(&["nudge", "acme"]);
    let _ = screen.answer("[y]es [l]ater [e]dit", "l").answer("Install? [y]es [n]o:", "n");
    let _ = screen.ends(0);
    house.sandbox.set_now("2026-03-24T14:02:00Z");
    house
}

#[test]
fn the_timer_sends_a_planned_follow_up_after_a_look_at_the_mailbox() {
    let house = planned();
    let text = house.sandbox.run(&["schedule", "run"]).talks_somehow().text();
    assert!(text.starts_with("sent     acme/jane/nudge, Tue 24 Mar 10:02 EDT"), "{text}");
    assert_eq!(house.smtp.accepted().len(), 2);
}

#[test]
fn an_answer_that_the_timer_finds_stops_the_planned_follow_up() {
    let house = planned();
    house.jane_answers("We have decided to go on with you.");
    let text = house.sandbox.run(&["schedule", "run"]).talks_somehow().text();
    assert!(text.contains("they have answered"), "{text}");
    assert_eq!(state(&house.sandbox, "acme/jane/nudge"), "withdrawn");
    house.sandbox.run(&["schedule", "run"]).prints("");
    assert_eq!(house.smtp.accepted().len(), 1);
}

#[test]
fn after_an_answer_that_was_told_of_the_follow_up_is_another_note_that_can_go() {
    let mut house = House::due();
    house.jane_answers("We need another week to decide.");
    let _ = house.sync(0);
    let _ = house.sandbox.run(&["heard", "acme", "--answered"]).talks_somehow().text();
    house.sandbox.set_now("2026-04-08T14:06:00Z");
    draft(&house.sandbox);
    let (out, talk) = house.sandbox.run(&["nudge", "--yes"]).both();
    assert!(out.starts_with("sent     acme/jane/nudge-2, "), "{out}{talk}");
    assert_eq!(house.smtp.accepted().len(), 2);
    assert_eq!(state(&house.sandbox, "acme/jane/nudge"), "withdrawn");
}

#[test]
fn an_answer_after_what_was_told_stops_the_next_follow_up_too() {
    let mut house = House::due();
    house.jane_answers("We need another week to decide.");
    let _ = house.sync(0);
    let _ = house.sandbox.run(&["heard", "acme", "--answered"]).talks_somehow().text();
    house.sandbox.set_now("2026-04-08T14:06:00Z");
    draft(&house.sandbox);
    house.imap.deliver(
        "INBOX",
        " 7-Apr-2026 15:00:00 +0000",
        "From: Jane Doe <jane@acme.example>\nSubject: Your application\nMessage-ID: <two@acme.example>\n\nPlease call me.\n",
    );
    let talk = house.sandbox.run(&["nudge", "--yes"]).talk();
    assert!(talk.contains("withdrawn: acme/jane/nudge-2"), "{talk}");
    assert_eq!(house.smtp.accepted().len(), 1);
}

#[test]
fn a_mail_that_its_owner_has_told_of_already_changes_nothing() {
    let mut house = House::thanked();
    house.jane_answers("We need another week to decide.");
    house.sandbox.set_now("2026-03-06T18:00:00Z");
    let _ = house.sandbox.run(&["heard", "acme", "--decision", "end of March"]).talks_somehow().text();
    assert_eq!(house.sync(0), "mailbox read: nothing new\n");
    house.sandbox.set_now("2026-04-08T14:06:00Z");
    draft(&house.sandbox);
    let _ = house.sandbox.run(&["nudge", "--yes"]).talks_somehow().text();
    assert_eq!(house.smtp.accepted().len(), 2);
}

/// The configuration without the command that prints the password.
fn asks_for_the_password(house: &mut House, imap_user: &str) {
    // Without a keyring, whatever this machine has.
    house.sandbox.set("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
    let path = house.sandbox.home().join("config.toml");
    let text = fs::read_to_string(&path).unwrap();
    let text = text.split("[auth]").next().unwrap().to_owned();
    fs::write(&path, text.replace("[imap]\n", &format!("[imap]\nuser = \"{imap_user}\"\n"))).unwrap();
}

#[test]
fn the_password_is_asked_for_once_where_the_user_is_the_same() {
    let mut house = House::due();
    asks_for_the_password(&mut house, "jo@example.com");
    let mut screen = house.sandbox.terminal(&["nudge"]);
    screen.answer("Password of jo@example.com", "sesame-42");
    screen.sees("mailbox read: nothing from Jane Doe");
    screen.answer("Send to jane@acme.example?", "y");
    screen.sees("sent     acme/jane/nudge");
    screen.ends(0);
    assert!(house.smtp.logins().last().unwrap().ends_with("jo@example.com sesame-42"));
    assert!(house.imap.commands().iter().any(|command| command.contains("sesame-42")));
}

#[test]
fn a_mailbox_of_another_user_has_a_password_of_its_own() {
    let mut house = House::due();
    asks_for_the_password(&mut house, "marsh");
    let mut screen = house.sandbox.terminal(&["nudge"]);
    screen.answer("Password of marsh (of the mailbox): ", "inward");
    screen.answer("Send to jane@acme.example?", "y");
    screen.answer("Password of jo@example.com (kept nowhere): ", "outward");
    screen.sees("sent     acme/jane/nudge");
    screen.ends(0);
    assert!(house.smtp.logins().last().unwrap().ends_with("jo@example.com outward"));
    assert!(
        house.imap.commands().iter().any(|command| command.contains("marsh") && command.contains("inward"))
    );
}

/// What `status` says of the nudge: its line, and the reason in JSON.
fn word_about_the_nudge(house: &House) -> (String, String) {
    let text = house.sandbox.run(&["status"]).talks_somehow().text();
    let json = house.sandbox.run(&["status", "--json"]).talks_somehow().json();
    let step = json["steps"].as_array().unwrap().iter().find(|step| step["kind"] == "nudge").unwrap();
    let words: Vec<&str> = text.split_whitespace().collect();
    (words.join(" "), step["reason"].as_str().unwrap().to_owned())
}

#[test]
fn why_a_follow_up_is_held_is_said_until_a_look_succeeds() {
    for (at, fault, code, why) in [
        (
            At::Login,
            Fault::Refuse("NO Temporary authentication failure"),
            75,
            "held: the mailbox could not be read: 127.0.0.1 can't check the login right now; thanks sync tries again",
        ),
        (
            At::Login,
            Fault::Refuse("NO [AUTHENTICATIONFAILED] no"),
            77,
            "held: 127.0.0.1 refuses the login of jo@example.com, so the timer waits; thanks init takes a new password",
        ),
        (
            At::Examine,
            Fault::Refuse("NO not now"),
            75,
            "held: the mailbox could not be read: 127.0.0.1 refuses opening the folder; thanks sync tries again",
        ),
        (
            At::Fetch,
            Fault::Drop,
            75,
            "held: the mailbox could not be read: the connection to 127.0.0.1 broke",
        ),
    ] {
        let house = House::due();
        assert!(!word_about_the_nudge(&house).0.contains("held"));
        house.imap.deliver("INBOX", FRIDAY, "From: x@y.example\nSubject: hello\n\nhi\n");
        house.imap.set_fault(Some((at, fault)));
        let _ = house.sandbox.run(&["nudge", "--yes"]).exits(code).talks_somehow().text();
        let (text, reason) = word_about_the_nudge(&house);
        assert!(text.contains(why), "{text}");
        assert!(reason.contains(why), "{reason}");
        house.imap.set_fault(None);
        let _ = house.sync(0);
        let (text, reason) = word_about_the_nudge(&house);
        assert!(!text.contains("held") && !reason.contains("held"), "{text} {reason}");
    }
}

#[test]
fn a_question_that_holds_a_follow_up_is_named_beside_it() {
    let house = House::due();
    house.jane_answers("Thanks, Jo!");
    let _ = house.sync(3);
    let why = "held: a mail from them may be a reply; thanks sync asks you about it";
    let (text, reason) = word_about_the_nudge(&house);
    assert!(text.contains(why) && reason.contains(why), "{text} {reason}");
}

#[test]
fn the_timer_tries_a_login_again_that_could_not_be_judged() {
    let mut house = House::due();
    let mut screen = house.sandbox.terminal(&["nudge"]);
    screen.answer("[y]es [l]ater", "l").answer("Install? [y]es [n]o:", "n");
    screen.ends(0);
    const RUN: [&str; 3] = ["schedule", "run", "--no-input"];
    for (moment, words) in [
        ("2026-03-24T14:02:00Z", "NO Temporary authentication failure"),
        ("2026-03-24T14:17:00Z", "NO [UNAVAILABLE] later"),
    ] {
        house.sandbox.set_now(moment);
        house.imap.set_fault(Some((At::Login, Fault::Refuse(words))));
        let said = house.sandbox.run(&RUN).talks_somehow().exits(75).text();
        assert!(said.contains("127.0.0.1 can't check the login right now"), "{said}");
        assert_eq!(house.smtp.accepted().len(), 1);
    }
    house.imap.set_fault(None);
    house.sandbox.set_now("2026-03-24T14:47:00Z");
    let said = house.sandbox.run(&RUN).talks_somehow().text();
    assert!(said.contains("sent     acme/jane/nudge"), "{said}");
    assert_eq!(house.smtp.accepted().len(), 2);
}

#[test]
fn what_an_answer_has_withdrawn_is_not_said_to_wait() {
    let house = House::due();
    let id = house.id("acme/jane");
    // Thanks alone raise a question; the mail behind them is an answer.
    for (at, text) in [(1, "Thanks, Jo!"), (2, "We decided to go on with you.")] {
        house.imap.deliver(
            "INBOX",
            FRIDAY,
            &format!(
                "From: Jane Doe <jane@acme.example>\nSubject: Re: Thank you\nMessage-ID: <w{at}@acme.example>\n\
                 In-Reply-To: {id}\n\n{text}\n"
            ),
        );
    }
    let (out, talk) = house.sandbox.run(&["nudge", "--yes"]).both();
    assert!(talk.contains("withdrawn: acme/jane/nudge"), "{talk}");
    assert!(out.starts_with("stopped  acme/jane/nudge, "), "{out}");
    assert!(!out.contains("waiting"), "{out}");
}
