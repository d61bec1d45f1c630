//! The record from outside: what is told, changed, heard and closed, through the program itself.

use std::fs;

use crate::sandbox::Sandbox;

mod copies;
mod doubles;
mod erasing;
mod meanwhile;
mod telling;

const ADD: [&str; 13] = [
    "add",
    "--company",
    "Acme",
    "--role",
    "Platform Engineer",
    "--ended",
    "15:45",
    "--with",
    "Jane Doe <jane@acme.example>",
    "--topic",
    "moving the billing jobs to Kafka",
    "--decision",
    "in two weeks",
];

fn with_acme() -> Sandbox {
    let sandbox = Sandbox::new();
    let _ = sandbox
        .run(&ADD)
        .talks("their zone was not given: yours is taken, America/New_York (--zone)\nnext: thanks draft\n")
        .text();
    sandbox
}

#[test]
fn a_zone_that_is_taken_for_granted_is_said_once() {
    let takes = |sandbox: &Sandbox, more: &[&str]| {
        let who = ["add", "--company", "Globex", "--role", "Engineer", "--with", "Ann Lee"];
        let talk = sandbox.run(&[&who[..], more].concat()).talk();
        talk.contains("their zone was not given: yours is taken, America/New_York (--zone)")
    };
    assert!(takes(&Sandbox::new(), &["--ended", "15:45"]));
    assert!(takes(&Sandbox::new(), &["--starts", "2026-03-09T15:00-04:00", "--minutes", "45"]));
    assert!(takes(&Sandbox::new(), &["--country", "US"]), "a country may have several");
    assert!(!takes(&Sandbox::new(), &["--ended", "15:45", "--zone", "America/New_York"]));
    assert!(!takes(&Sandbox::new(), &["--ended", "15:45 America/New_York"]));
    assert!(!takes(&Sandbox::new(), &["--starts", "yesterday 9:00 Europe/Berlin", "--minutes", "45"]));
    // What is known of the application is not asked about again.
    let sandbox = with_acme();
    let talk = sandbox.run(&["add", "acme", "--ended", "yesterday 10:00", "--with", "Omar Aziz"]).talk();
    assert!(!talk.contains("their zone"), "{talk}");
}

#[test]
fn a_new_home_has_nothing_recorded() {
    let sandbox = Sandbox::new();
    sandbox.run(&["status"]).talks("nothing recorded yet\nnext: thanks add\n").prints("");
    assert!(!sandbox.home().join("thanks.db").exists());
    let shown = sandbox.terminal(&["status"]).ends(0);
    assert_eq!(shown, "nothing recorded yet\nnext: thanks add\n");
}

#[test]
fn news_of_a_rejection_close_the_application_and_allow_a_short_reply() {
    let mut sandbox = with_acme();
    let _ = sandbox.run(&["draft", "jane"]).talks_somehow().text();
    sandbox.set_now("2026-03-24T14:10:00Z");
    sandbox.run(&["heard", "acme", "--rejected"]).prints(
        "acme closed: rejected; all follow-ups stopped\n\
         withdrawn: acme/jane\n\
         a short reply can go from Tue 24 Mar 14:10 EDT: thanks draft acme\n",
    );
    let note = sandbox.run(&["show", "acme/jane", "--json"]).json();
    assert_eq!(note["state"], "withdrawn");
    sandbox
        .run(&["heard", "acme", "--answered"])
        .exits(1)
        .talks(
            "error: acme is closed: rejected\nnothing was changed\n\n\
             hint: only an invitation opens it again: `thanks heard acme --next-round`\n",
        )
        .prints("");
    let story = sandbox.run(&["show", "acme"]).text();
    assert!(story.starts_with("acme: Acme, Platform Engineer; closed, rejected\n"), "{story}");
    let reply = sandbox.run(&["draft", "acme", "--json"]).json();
    assert_eq!(reply["notes"][0]["kind"], "rejection-reply");
}

#[test]
fn an_answer_withdraws_what_is_pending_and_marks_the_note_that_was_answered() {
    let sandbox = with_acme();
    let omar = ["add", "acme", "--with", "Omar Aziz <omar@acme.example>", "--topic", "how on-call is shared"];
    let _ = sandbox.run(&omar).talks_somehow().text();
    let _ = sandbox.run(&["draft"]).talks_somehow().text();
    let _ = sandbox.run(&["mark", "acme/jane", "sent"]).text();
    sandbox
        .run(&["heard", "acme", "--answered"])
        .talks("next: a date? thanks heard acme --decision WORDS\n")
        .prints("acme answered, acme/jane\nwithdrawn: acme/omar\n");
    let note = |id| sandbox.run(&["show", id, "--json"]).json()["state"].clone();
    assert_eq!((note("acme/jane"), note("acme/omar")), ("answered".into(), "withdrawn".into()));
}

#[test]
fn the_story_of_a_note_that_went_out_has_the_words_of_the_server() {
    let sandbox = with_acme();
    let server = sandbox.with_server();
    let _ = sandbox.run(&["draft"]).talks_somehow().text();
    sandbox
        .run(&["send", "--yes"])
        .prints("sent     acme/jane, Thu 5 Mar 15:54 EST, accepted by 127.0.0.1\n");
    assert_eq!(server.accepted().len(), 1);
    let log = sandbox.run(&["show", "acme", "--log"]).text();
    let last = log.lines().last().unwrap();
    assert_eq!(last, "Thu 5 Mar 15:54 EST    acme/jane  sent, 250 2.0.0 taken <new@mail.test>");
    sandbox
        .run(&["heard", "acme", "--answered"])
        .talks("next: a date? thanks heard acme --decision WORDS\n")
        .prints("acme answered, acme/jane\n");
}

#[test]
fn a_new_date_moves_the_hold_and_withdraws_nothing() {
    let sandbox = with_acme();
    let _ = sandbox.run(&["draft"]).talks_somehow().text();
    sandbox
        .run(&["heard", "acme", "--decision", "end of March"])
        .prints("acme: \"end of March\" = Tue 31 Mar; no nudge before Thu 2 Apr 10:00 EDT\n");
    let note = sandbox.run(&["show", "acme/jane", "--json"]).json();
    assert_eq!(note["state"], "drafted");
    let _ = sandbox.run(&["heard", "acme", "--decision", "whenever"]).exits(65).talks_somehow().text();
}

#[test]
fn an_invitation_opens_a_short_reply_and_even_a_closed_application() {
    let mut sandbox = with_acme();
    sandbox.set_now("2026-03-10T14:10:00Z");
    let _ = sandbox.run(&["heard", "acme", "--rejected"]).text();
    sandbox.set_now("2026-03-11T14:10:00Z");
    sandbox
        .run(&["heard", "acme", "--next-round"])
        .talks("next: the new interview: thanks add acme\n")
        .prints(
            "acme is open again\nacme: another round; follow-ups stopped\n\
         a short reply can go now: thanks draft acme\n",
        );
}

#[test]
fn the_news_must_be_one_of_four() {
    let sandbox = with_acme();
    let _ = sandbox.run(&["heard", "acme"]).exits(2).talks_somehow().text();
    let _ = sandbox.run(&["heard", "acme", "--answered", "--rejected"]).exits(2).talks_somehow().text();
    sandbox
        .run(&["heard", "acne", "--answered"])
        .exits(66)
        .talks("error: no application acne\n\nhint: did you mean `acme`?\n")
        .prints("");
}

#[test]
fn an_editor_that_changes_nothing_records_nothing() {
    let mut sandbox = with_acme();
    sandbox.set_editor("true");
    sandbox.run(&["edit", "acme"]).prints("nothing changed in acme\n");
    assert!(!sandbox.run(&["show", "acme"]).text().contains("edited"));
    assert!(!sandbox.home().join("acme.toml").exists());
}

#[test]
fn a_person_taken_out_in_the_editor_loses_the_note_that_waits() {
    let mut sandbox = with_acme();
    let _ = sandbox.run(&["draft"]).talks_somehow().text();
    sandbox.set_editor("sed -i -e \"/^.*people/,/title/d\" -e \"/interviews.met/,\\$ d\" \"$0\"");
    sandbox.run(&["edit", "acme"]).prints("updated acme\nwithdrawn: acme/jane\n");
    let story = sandbox.run(&["show", "acme", "--json"]).json();
    assert_eq!(story["people"].as_array().unwrap().len(), 0);
}

#[test]
fn a_refused_text_stays_in_its_file() {
    let mut sandbox = with_acme();
    sandbox.set_editor("sed -i s/^role/rool/ \"$0\"");
    let kept = sandbox.home().join("acme.toml");
    let talk = sandbox.run(&["edit", "acme"]).exits(65).talk();
    assert!(talk.starts_with("error: line 4: there is no key rool\n"), "{talk}");
    assert!(talk.contains(&format!("nothing was changed; your text is in {}\n", kept.display())), "{talk}");
    assert!(fs::read_to_string(kept).unwrap().contains("\nrool = \"Platform Engineer\"\n"));
}

#[test]
fn on_a_terminal_a_refused_text_can_be_edited_again() {
    let mut sandbox = with_acme();
    // The first time it spoils the text, the second time it mends and changes it.
    sandbox.set_editor(
        "if grep -q ^rool \"$0\"; then sed -i \"s/^rool.*/role = \\\"SRE\\\"/\" \"$0\"; \
         else sed -i s/^role/rool/ \"$0\"; fi",
    );
    let mut screen = sandbox.terminal(&["edit", "acme"]);
    screen.sees("error: line 4: there is no key rool").answer("[e]dit again [q]uit:", "e");
    assert!(screen.ends(0).ends_with("updated acme\n"));
    assert_eq!(sandbox.run(&["show", "acme", "--json"]).json()["role"], "SRE");
    assert!(!sandbox.home().join("acme.toml").exists());
}

#[test]
fn an_address_changed_in_the_editor_is_looked_at_as_at_first() {
    let mut sandbox = with_acme();
    sandbox.set_editor("sed -i s/jane@acme.example/jane@gmial.com/ \"$0\"");
    let talk = sandbox.run(&["edit", "acme"]).exits(3).talk();
    assert!(talk.starts_with("error: jane@gmial.com: did you mean jane@gmail.com?\n"), "{talk}");
    assert!(talk.contains("nothing was changed; your text is in "), "{talk}");
    let mut screen = sandbox.terminal(&["edit", "acme"]);
    screen
        .answer("Keep it? [y]es [n]o:", "n")
        .answer("[e]dit again [q]uit:", "e")
        .answer("Keep it? [y]es [n]o:", "y");
    assert!(screen.ends(0).ends_with("updated acme\n"));
    sandbox.set_editor("sed -i s/jane@gmial.com/jobs@acme.example/ \"$0\"");
    sandbox
        .run(&["edit", "acme"])
        .talks("jobs@acme.example belongs to a role, not to a person\n")
        .prints("updated acme\n");
}

#[test]
fn the_log_tells_every_attempt_in_one_line() {
    let sandbox = with_acme();
    sandbox.run(&["show", "acme", "--log"]).talks("nothing was attempted yet\n").prints("");
    let _ = sandbox.run(&["draft"]).talks_somehow().text();
    let _ = sandbox.run(&["close", "acme"]).text();
    sandbox
        .run(&["show", "acme", "--log"])
        .prints("Thu 5 Mar 15:54 EST    acme/jane  withdrawn, its application was closed\n");
}

#[test]
fn the_story_stands_in_the_order_of_time() {
    let mut sandbox = with_acme();
    let _ = sandbox.run(&["draft"]).talks_somehow().text();
    sandbox.set_now("2026-03-05T22:45:00Z");
    let _ = sandbox.run(&["mark", "jane", "sent"]).text();
    sandbox.run(&["show", "acme"]).prints(
        "acme: Acme, Platform Engineer; open\n  Jane Doe <jane@acme.example>\n    \
         moving the billing jobs to Kafka\n  they decide \"in two weeks\" = Thu 19 Mar 2026\n\n\
         Thu 5 Mar 15:45 EST    round 1, video with Jane Doe: ended\n\
         Thu 5 Mar 15:54 EST    recorded: Acme, Platform Engineer; met Jane Doe\n\
         Thu 5 Mar 15:54 EST    acme/jane drafted: Thank you for the Platform Engineer interview\n\
         Thu 5 Mar 17:45 EST    acme/jane sent to jane@acme.example: Thank you for the Platform Engineer interview\n",
    );
}

#[test]
fn the_log_of_all_applications_stands_in_one_list() {
    let sandbox = with_acme();
    let _server = sandbox.with_server();
    sandbox.run(&["show"]).exits(2).talks_somehow().text();
    sandbox.run(&["show", "--log"]).talks("nothing was attempted yet\n").prints("");
    let _ = sandbox.run(&["draft"]).talks_somehow().text();
    let _ = sandbox.run(&["send", "--yes"]).talks_somehow().text();
    let log = sandbox.run(&["show", "--log"]).text();
    assert_eq!(log, sandbox.run(&["show", "acme", "--log"]).text());
    assert!(log.contains("acme/jane  sent, 250 "), "{log}");
}
