//! What is told as new and is most likely recorded already: said without a terminal, asked on one.

use super::{ADD, with_acme};
use crate::sandbox::Sandbox;

const AGAIN: [&str; 4] = ["add", "acme", "--ended", "yesterday 15:45"];
const JANE: &str = "Jane Doe <jane@acme.example>";

fn rounds(sandbox: &Sandbox) -> usize {
    sandbox.run(&["show", "acme"]).text().matches("   round ").count()
}

#[test]
fn another_date_is_said_to_be_another_round() {
    let sandbox = with_acme();
    let text = sandbox.run(&AGAIN).talks("same one? thanks edit acme\nnext: thanks draft\n").text();
    let first =
        "added round 2 of acme (Thu 5 Mar is round 1): Platform Engineer, ended Wed 4 Mar 15:45 EST\n";
    assert!(text.starts_with(first), "{text}");
    let told = sandbox.run(&[&AGAIN[..], &["--json"]].concat()).json();
    assert_eq!((told["round"].clone(), told["how"].clone()), (2.into(), "unchanged".into()));
}

#[test]
fn on_a_terminal_a_date_can_be_corrected() {
    let sandbox = with_acme();
    let mut screen = sandbox.terminal(&[&AGAIN[..], &["--with", JANE]].concat());
    screen.sees("Thu 5 Mar is round 1 of acme").answer("[n]ew round [s]ame interview, other time:", "s");
    assert!(screen.ends(0).contains("\nupdated acme: Platform Engineer, ended Wed 4 Mar 15:45 EST\n"));
    assert_eq!(rounds(&sandbox), 1);
    let mut screen = sandbox.terminal(&["add", "acme", "--ended", "15:30", "--with", JANE]);
    screen.answer("[n]ew round [s]ame interview, other time:", "n");
    let shown = screen.ends(0);
    assert!(shown.contains("\nadded round 2 of acme (Wed 4 Mar is round 1): "), "{shown}");
    assert!(!shown.contains("same one?"), "{shown}");
    assert_eq!(rounds(&sandbox), 2);
}

#[test]
fn a_far_date_or_a_new_face_is_another_round_without_a_question() {
    let sandbox = with_acme();
    let shown = sandbox.terminal(&["add", "acme", "--ended", "2026-02-20 10:00", "--with", JANE]).ends(0);
    assert!(shown.starts_with("added round 2 of acme"), "{shown}");
    let sandbox = with_acme();
    let shown = sandbox.terminal(&[&AGAIN[..], &["--with", "Omar Aziz"]].concat()).ends(0);
    assert!(shown.starts_with("added round 2 of acme"), "{shown}");
}

#[test]
fn somebody_who_is_in_another_application_is_noticed() {
    let sandbox = with_acme();
    let ended = "15:45 America/New_York";
    let other = ["add", "--company", "Initech", "--role", "SRE", "--with", JANE, "--ended", ended];
    let dry = [&other[..], &["--dry-run"]].concat();
    let said = "jane@acme.example is also in acme\nnothing was recorded\n";
    let _ = sandbox.run(&dry).talks(said).text();
    let _ = sandbox.run(&["draft"]).talks_somehow().text();
    let _ = sandbox.run(&["mark", "jane", "sent"]).text();
    let said = "jane@acme.example is also in acme (thanked Thu 5 Mar)\nnothing was recorded\n";
    let _ = sandbox.run(&dry).talks(said).text();
    let mut screen = sandbox.terminal(&other);
    screen.answer("Is this acme, Platform Engineer? [y]es [n]o:", "n");
    assert!(screen.ends(0).contains("\nadded initech: SRE"));
}

#[test]
fn a_company_is_known_with_and_without_its_legal_form() {
    let sandbox = with_acme();
    let line = ["add", "--company", "ACME Inc.", "--role", "SRE", "--with", "Omar Aziz", "--ended", "15:45"];
    let talk = sandbox.run(&[&line[..], &["--dry-run"]].concat()).talk();
    assert!(talk.contains("\nACME Inc. is nearly Acme, which is acme\n"), "{talk}");
    let mut screen = sandbox.terminal(&line);
    screen.answer("Is this acme, Platform Engineer? [y]es [n]o:", "y");
    assert!(screen.ends(0).contains("\nupdated acme: Platform Engineer, ended Thu 5 Mar 15:45 EST\n"));
    let story = sandbox.run(&["show", "acme", "--json"]).json();
    assert_eq!(story["people"].as_array().unwrap().len(), 2);
    assert_eq!(story["company"], "Acme");
}

#[test]
fn a_question_about_a_double_that_is_broken_off_records_nothing() {
    let sandbox = with_acme();
    let mut screen = sandbox.terminal(&["add", "--company", "ACME Inc.", "--role", "SRE", "--with", "Omar"]);
    screen.sees("[y]es [n]o:").hangs_up();
    assert!(screen.ends(130).ends_with("error: interrupted\nnothing was recorded\n"));
}

#[test]
fn a_draft_says_the_same_of_a_new_round() {
    let sandbox = with_acme();
    let line = ["draft", "acme", "--to", JANE, "--topic", "the pager rota", "--ended", "yesterday 15:45"];
    let talk = sandbox.run(&line).talk();
    let said = "added round 2 of acme (Thu 5 Mar is round 1)\nsame one? thanks edit acme\n";
    assert!(talk.starts_with(said), "{talk}");
}

#[test]
fn another_name_for_a_known_address_is_said() {
    let sandbox = with_acme();
    let line = ["add", "acme", "--with", "Joan Doe <jane@acme.example>"];
    let _ = sandbox
        .run(&line)
        .talks("jane@acme.example was Jane Doe, and is Joan Doe from now on\nnext: thanks draft\n")
        .text();
    assert_eq!(sandbox.run(&["show", "acme", "--json"]).json()["people"][0]["name"], "Joan Doe");
    let _ = sandbox.run(&line).talks("next: thanks draft\n").text();
}

#[test]
fn a_role_that_differs_in_case_alone_joins() {
    let sandbox = Sandbox::new();
    let _ = sandbox.run(&ADD).talks_somehow().text();
    let mut again = ADD;
    again[4] = "platform  ENGINEER";
    let text = sandbox.run(&again).talks("next: thanks draft\n").text();
    assert!(text.starts_with("nothing new in acme: "), "{text}");
}
