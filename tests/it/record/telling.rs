//! `add` and the flags of `draft`: in one line, by questions, and what is refused.

use super::{ADD, with_acme};
use crate::sandbox::Sandbox;

#[test]
fn a_debrief_by_questions_reads_as_promised() {
    let sandbox = Sandbox::new();
    let mut screen = sandbox.terminal(&["add"]);
    screen
        .answer("Company: ", "Acme")
        .answer("Role: ", "Platform Engineer")
        .answer("When did it end, or when does it start? [just now] ", "15:45")
        .answer("Whom did you meet? Name <address>: ", "Jane Doe <jane@acme.example>")
        .answer("  What did you talk about? ", "moving the billing jobs to Kafka")
        .answer("  Why did it matter? (Enter skips) ", "the nightly freeze goes away")
        .answer("Who else? (Enter: nobody) ", "Omar Aziz")
        .answer("  What did you talk about? ", "how on-call is shared")
        .answer("  Why did it matter? (Enter skips) ", "")
        .answer("Who else? (Enter: nobody) ", "")
        .answer("When do they decide, in their words? (Enter skips) ", "in two weeks");
    snapbox::assert_data_eq!(
        screen.ends(0),
        "Company: Acme
Role: Platform Engineer
When did it end, or when does it start? [just now] 15:45
Whom did you meet? Name <address>: Jane Doe <jane@acme.example>
  What did you talk about? moving the billing jobs to Kafka
  Why did it matter? (Enter skips) the nightly freeze goes away
Who else? (Enter: nobody) Omar Aziz
  What did you talk about? how on-call is shared
  Why did it matter? (Enter skips)
Who else? (Enter: nobody)
When do they decide, in their words? (Enter skips) in two weeks

added acme: Platform Engineer, ended Thu 5 Mar 15:45 EST
  acme/jane  Jane Doe <jane@acme.example>
  acme/omar  Omar Aziz, no address
thank them by Fri 6 Mar 15:45 EST
\"in two weeks\" = Thu 19 Mar; no nudge before Mon 23 Mar 10:00 EDT
their zone was not given: yours is taken, America/New_York (--zone)
next: thanks draft
"
    );
}

#[test]
fn an_answer_that_cannot_be_read_is_asked_for_again() {
    let sandbox = Sandbox::new();
    let mut screen = sandbox.terminal(&["add", "--company", "Acme", "--role", "SRE"]);
    screen
        .answer("[just now]", "03/04/2026")
        .sees("can be 4 March or 3 April")
        .answer("[just now]", "")
        .answer("Whom did you meet?", "")
        .sees("a name is needed")
        .answer("Whom did you meet?", "jane@acme.example")
        .sees("whose address is")
        .answer("Whom did you meet?", "Jane <jane@gmial.com>")
        .answer("did you mean jane@gmail.com?", "n")
        .answer("Whom did you meet?", "Jane <jane@gmial.com>")
        .answer("Keep it? [y]es [n]o:", "y")
        .answer("What did you talk about?", "")
        .answer("Who else?", "")
        .answer("When do they decide", "when pigs fly")
        .sees("cannot find a date")
        .answer("When do they decide", "");
    assert!(screen.ends(0).contains("\nadded acme: SRE, ended Thu 5 Mar 15:54 EST\n"));
}

#[test]
fn an_interview_ahead_is_asked_for_its_length_and_not_for_topics() {
    let sandbox = Sandbox::new();
    let mut screen = sandbox.terminal(&["add", "acme"]);
    screen
        .answer("Company: [acme]", "Acme")
        .answer("Role:", "SRE")
        .answer("[just now]", "tomorrow 14:00")
        .answer("How many minutes will it take? [60]", "45")
        .answer("Whom will you meet?", "Jane Doe")
        .answer("Who else?", "");
    assert!(screen.ends(0).contains("\nadded acme: SRE, ends Fri 6 Mar 14:45 EST\n"));
}

#[test]
fn nothing_is_recorded_where_the_questions_are_broken_off() {
    let sandbox = Sandbox::new();
    let mut screen = sandbox.terminal(&["add"]);
    screen.answer("Company:", "Acme").sees("Role:").hangs_up();
    assert!(screen.ends(130).ends_with("error: interrupted\nnothing was recorded\n"));
    let _ = sandbox.run(&["show", "acme"]).exits(66).talks_somehow().text();
}

#[test]
fn a_known_application_is_completed_or_gets_another_round() {
    let sandbox = with_acme();
    let _ = sandbox.run(&["add", "acme", "--with", "Omar Aziz"]).talks_somehow().text();
    let mut screen = sandbox.terminal(&["add", "acme"]);
    screen
        .answer("[c]omplete the interview of Thu 5 Mar, or add [a]nother:", "c")
        .answer("Address of Omar Aziz: (Enter skips)", "omar@acme.example")
        .answer("What did you talk about?", "how on-call is shared")
        .answer("Why did it matter?", "");
    assert!(screen.ends(0).contains("acme/omar  Omar Aziz <omar@acme.example>\n"));
    let mut screen = sandbox.terminal(&["add", "acme"]);
    screen
        .answer("[just now]", "tomorrow 10:00")
        .answer("How many minutes", "")
        .answer("Whom will you meet?", "jane")
        .answer("Who else?", "");
    assert!(screen.ends(0).contains("acme/jane/2  Jane Doe <jane@acme.example>\n"));
}

#[test]
fn the_same_line_twice_updates_and_never_doubles() {
    let sandbox = with_acme();
    let again = sandbox.run(&ADD).talks("next: thanks draft\n").text();
    assert!(
        again.starts_with("nothing new in acme: Platform Engineer, ended Thu 5 Mar 15:45 EST\n"),
        "{again}"
    );
    let story = sandbox.run(&["show", "acme", "--json"]).json();
    assert_eq!(story["people"].as_array().unwrap().len(), 1);
    assert_eq!(story["people"][0]["topics"].as_array().unwrap().len(), 1);
}

#[test]
fn a_person_named_twice_in_one_line_is_one_person() {
    let sandbox = Sandbox::new();
    let line = ["add", "--company", "A", "--role", "B", "--with", "Jane", "--topic", "x"];
    let more = ["--with", "Jane", "--topic", "y", "--dry-run", "--json"];
    let told = sandbox.run(&[&line[..], &more].concat()).json();
    assert_eq!(told["people"].as_array().unwrap().len(), 1);
    assert_eq!(told["people"][0]["topics"].as_array().unwrap().len(), 2);
}

#[test]
fn a_dry_run_says_what_would_be_recorded_and_leaves_nothing_behind() {
    let sandbox = Sandbox::new();
    let told = sandbox.run(&[&ADD[..], &["--dry-run", "--json"]].concat()).json();
    assert_eq!(told["ended"], "2026-03-05T15:45:00-05:00");
    assert_eq!(told["decision_by"], "2026-03-19");
    assert_eq!(told["people"][0]["id"], "acme/jane");
    assert_eq!(told["people"][0]["topics"][0]["what"], "moving the billing jobs to Kafka");
    assert_eq!(told["no_nudge_before"], "2026-03-23T10:00:00-04:00");
    assert_eq!(told["how"], "added");
    assert!(!sandbox.home().exists());
}

#[test]
fn times_are_meant_on_the_clock_of_the_zone_that_was_named() {
    let sandbox = Sandbox::new();
    let line = ["add", "--company", "A", "--role", "B", "--with", "Jane", "--dry-run", "--json"];
    let ended = |more: &[&str]| sandbox.run(&[&line[..], more].concat()).json()["ended"].clone();
    assert_eq!(ended(&["--ended", "15:45", "--zone", "Europe/Berlin"]), "2026-03-05T15:45:00+01:00");
    assert_eq!(ended(&["--starts", "14:00", "--minutes", "45"]), "2026-03-05T14:45:00-05:00");
    assert_eq!(ended(&["--ended", "yesterday"]), "2026-03-04T17:00:00-05:00");
    let told = sandbox
        .run(&[&line[..], &["--ended", "yesterday 15:00", "--decision", "in two weeks"]].concat())
        .json();
    assert_eq!(told["decision_by"], "2026-03-18", "it was said at the interview");
    let told = sandbox.run(&[&line[..], &["--ended", "2019-05-05"]].concat()).json();
    assert!(told["notices"][1].as_str().unwrap().contains("2495 days ago"), "{told}");
}

#[test]
fn what_cannot_be_read_is_refused_under_the_name_of_its_flag() {
    let sandbox = Sandbox::new();
    let line = ["add", "--company", "A", "--role", "B", "--with"];
    for (rest, code, message) in [
        (&["Jane", "--ended", "03/04/2026"][..], 65, "error: --ended: "),
        (&["Jane", "--decision", "when pigs fly"], 65, "error: --decision: cannot find a date"),
        (&["Jane", "--zone", "CST"], 65, "error: --zone: CST is not one place's time"),
        (&["Jane", "--country", "usa"], 65, "error: --country \"usa\" is no country code"),
        (&["Jane", "--country", "XX"], 65, "error: --country \"XX\" is no country code"),
        (&["yesterday 25:00"], 65, "error: --with: `yesterday 25:00` looks like a time"),
        (&["Jane", "--topic", "omar@acme.example"], 65, "error: --topic `omar@acme.example` is an address"),
        (
            &["Rob <rob@h.example>", "--with", "Bob <rob@h.example>"],
            65,
            "error: Rob and Bob have one address",
        ),
        (&["Rob <rob@h.example>", "--via", "Bob <ROB@h.example>"], 65, "error: Rob and Bob have one address"),
        (&["Jane", "--contact", "Bob"], 65, "error: --contact: nobody is called Bob"),
        (&["Jane", "--topic", "a\nb"], 65, "error: --topic holds the character U+000A"),
        (&["Jane <jane@acme>"], 65, "error: --with: `jane@acme`: the domain has no ending"),
        (&["Jane <jane@gmial.com>"], 3, "error: jane@gmial.com: did you mean jane@gmail.com?"),
        (&["Jane", "--kind", "tea"], 2, "error: invalid value 'tea'"),
        (&["Jane", "--why", "x"], 2, "error: --why belongs behind the --topic"),
        (&["Jane", "--ended", "15:45", "--starts", "15:00"], 2, "error: the argument '--ended <WHEN>'"),
    ] {
        let talk = sandbox.run(&[&line[..], rest].concat()).exits(code).talk();
        assert!(talk.starts_with(message), "{talk}");
    }
    let _ = sandbox.run(&["show", "a"]).exits(66).talks_somehow().text();
}

#[test]
fn a_question_is_not_answered_with_the_answer_to_another() {
    let sandbox = Sandbox::new();
    let mut screen = sandbox.terminal(&["add", "--company", "Acme", "--role", "SRE"]);
    screen
        .answer("[just now]", "")
        .answer("Whom did you meet?", "yesterday 25:00")
        .sees("looks like a time")
        .answer("Whom did you meet?", "Jane <jane@gmial.com>")
        .answer("Keep it? [y]es [n]o:", "perhaps")
        .sees("type y or n")
        .answer("Keep it? [y]es [n]o:", "y")
        .answer("What did you talk about?", "Omar Aziz <omar@acme.example>")
        .sees("is an address; what you talked about is meant")
        .answer("What did you talk about?", "the pager")
        .answer("Why did it matter?", "")
        .sees("Who else?")
        .hangs_up();
    let _ = screen.ends(130);
}

#[test]
fn a_mistake_in_the_order_of_flags_shows_the_usage_of_its_command() {
    let sandbox = Sandbox::new();
    let talk = sandbox.run(&["add", "--need", "x", "--with", "Jane"]).exits(2).talk();
    assert!(talk.starts_with("error: --need belongs behind the --topic"), "{talk}");
    assert!(talk.contains("about\n\nUsage: thanks add "), "{talk}");
}

#[test]
fn without_a_terminal_the_missing_flags_are_named() {
    let sandbox = Sandbox::new();
    let talk = sandbox.run(&["add", "--company", "Acme"]).exits(3).talk();
    assert!(
        talk.starts_with(
            "error: to record an interview, --role ROLE, --with \"Name <address>\" are missing\n\
             nothing was recorded\n"
        ),
        "{talk}"
    );
}

#[test]
fn a_draft_records_and_previews_in_one_step() {
    let sandbox = Sandbox::new();
    let line = ["draft", "--to", "Jane Doe <jane@acme.example>", "--company", "Acme", "--role", "SRE"];
    let run = sandbox.run(&[&line[..], &["--topic", "how on-call is shared"]].concat()).talks(
        "its end was not given: just now is taken, Thu 5 Mar 15:54 EST\n\
         their zone was not given: yours is taken, America/New_York (--zone)\n\
         acme/jane: [..] words, nothing found\npreview, sender not set\nnext: thanks init\n",
    );
    let text = run.text();
    assert!(
        text.contains("To: Jane Doe <jane@acme.example>\n")
            && text.contains("Our conversation\nabout how on-call is shared"),
        "{text}"
    );
    let more = sandbox.run(&["draft", "acme/jane", "--topic", "the pager rota", "--json"]).json();
    assert_eq!(more["notes"].as_array().unwrap().len(), 1);
    assert!(more["notes"][0]["body"].as_str().unwrap().contains("the pager rota"));
}

#[test]
fn what_stands_where_an_address_belongs_is_not_taken_for_a_name() {
    let sandbox = Sandbox::new();
    let line = ["add", "--company", "Acme", "--role", "SRE", "--topic", "pay", "--with"];
    let talk = sandbox.run(&[&line[..], &["C D <priya.example.org>"]].concat()).exits(65).talk();
    assert!(talk.contains("`priya.example.org` is not an address: it has no @"), "{talk}");
    // A name may hold what looks like a tag, and half of a template's mark is held back.
    let _ = sandbox.run(&[&line[..], &["Priya <b>Rao</b> & Sons"]].concat()).talks_somehow().text();
    let _ = sandbox.run(&[&line[..], &["{% raw %}Priya <p@acme.example>"]].concat()).talks_somehow().text();
    let out = sandbox.run(&["draft", "acme", "--json"]).exits(1).talks_somehow().json();
    let held = out["notes"].as_array().unwrap().iter().any(|note| {
        let found = note["findings"].as_array().unwrap();
        note["to"] == "p@acme.example" && found.iter().any(|finding| finding["name"] == "placeholder")
    });
    assert!(held, "{out}");
}
