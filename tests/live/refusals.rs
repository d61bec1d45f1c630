//! What a server may say to a note: not now, never, and not with this password.

use std::fs;

use crate::home::{Home, JANE};
use crate::message::{as_handed_over, header};
use crate::stand::{PASSWORD, Stand};

const RUN: [&str; 3] = ["schedule", "run", "--no-input"];

#[test]
fn a_busy_mailbox_gets_the_same_message_later() {
    let Some(stand) = Stand::start() else { return };
    let mut home = Home::new(&stand).at_work();
    home.met("Acme", "Bo Usy <busy@acme.test>");
    let preview = home.previewed("acme/bo");
    let said = home.says(&["send", "--yes"], 75);
    assert!(said.contains("450 4.2.1") && said.contains("mailbox is busy"), "{said}");
    let id = home.note("acme/bo")["message_id"].clone();
    assert_eq!(home.state("acme/bo"), "approved");
    // Thanks go by themselves two hours after the interview.
    home.minutes_later(90);
    let said = home.says(&RUN, 75);
    assert!(said.contains("450 4.2.1"), "{said}");
    stand.free_the_busy_mailbox();
    home.minutes_later(10);
    assert!(home.says(&RUN, 0).contains("sent     acme/bo"), "{}", stand.logs());
    let received = stand.inbox_of("busy", 1);
    assert_eq!(received.len(), 1);
    assert_eq!(header(&received[0], "Message-ID"), id.as_str().unwrap());
    assert_eq!(as_handed_over(&received[0]), as_handed_over(&preview));
    let _ = home.says(&RUN, 0);
    assert_eq!(stand.inbox("busy").len(), 1);
}

#[test]
fn a_wrong_password_holds_the_note_and_is_not_tried_again_by_itself() {
    let Some(stand) = Stand::start() else { return };
    let mut home = Home::bare().at_work();
    let file = home.path().join("password");
    fs::write(&file, "swordfish\n").unwrap();
    home.configure(&format!(
        "[smtp]\nhost = \"localhost\"\nport = {}\nsecurity = \"tls\"\nca_file = \"{}\"\n\n\
         [auth]\ncommand = [\"cat\", \"{}\"]\n",
        stand.ports.smtps,
        stand.ca_file().display(),
        file.display()
    ));
    home.met("Acme", JANE);
    let said = home.says(&["send", "--yes"], 77);
    assert!(said.contains("localhost refuses the login of candidate@thanks.test"), "{said}");
    assert!(said.contains("535 5.7.8") && said.contains("nothing was sent; kept: acme/jane"), "{said}");
    let refusals = || stand.logs().matches("SASL PLAIN authentication failed").count();
    for _ in 0..3 {
        // Thanks go by themselves two hours after the interview.
        home.minutes_later(60);
        assert_eq!(home.says(&RUN, 77), "");
        assert_eq!(home.state("acme/jane"), "approved");
    }
    assert_eq!(refusals(), 1, "{}", stand.logs());
    fs::write(&file, format!("{PASSWORD}\n")).unwrap();
    home.minutes_later(20);
    assert!(home.says(&RUN, 0).contains("sent     acme/jane"));
    assert_eq!(stand.inbox_of("jane", 1).len(), 1);
}

/// A home that sends over that port, and reads nothing.
fn sending(stand: &Stand, port: u16) -> Home {
    let home = Home::bare().at_work();
    home.configure(&format!(
        "[smtp]\nhost = \"localhost\"\nport = {port}\nsecurity = \"tls\"\nca_file = \"{}\"\n\n\
         [auth]\ncommand = [\"echo\", \"{PASSWORD}\"]\n",
        stand.ca_file().display(),
    ));
    home
}

/// Postfix keeps the refused transaction open: the next MAIL is out of order to it, and the next
/// RCPT would be one more recipient of the refused message.
#[test]
fn a_note_that_is_refused_after_its_text_leaves_the_notes_around_it_alone() {
    let Some(stand) = Stand::start() else { return };
    let mut arrived = 0;
    for port in [stand.ports.late, stand.ports.late_lockstep] {
        for (judged, code, reply, state) in
            [("refused", 69, "550 5.7.1", "refused"), ("deferred", 75, "450 4.7.1", "approved")]
        {
            for place in 0..3 {
                let home = sending(&stand, port);
                let judged_here = format!("Kim Lee <{judged}@acme.test>");
                let mut people = vec!["Jane Doe <jane@acme.test>", "Omar Aziz <omar@acme.test>"];
                people.insert(place, &judged_here);
                for (company, with) in ["Acme", "Bolt", "Core"].into_iter().zip(people) {
                    home.met(company, with);
                }
                let said = home.says(&["send", "--yes"], code);
                let kim = format!("{}/kim", ["acme", "bolt", "core"][place]);
                assert!(said.contains(reply), "{said}");
                assert_eq!(home.state(&kim), state, "{said}");
                assert_eq!(said.matches("sent     ").count(), 2, "{said}\n{}", stand.logs());
                arrived += 1;
                for person in ["jane", "omar"] {
                    let inbox = stand.inbox_of(person, arrived);
                    assert_eq!(inbox.len(), arrived, "{person}");
                    let to = |mail: &String| header(mail, "To").contains(&format!("<{person}@acme.test>"));
                    assert!(inbox.iter().all(to), "{person} has a note to somebody else");
                }
                assert!(stand.inbox(judged).is_empty());
            }
        }
    }
}

/// A message of forty thousand octets, written by its owner.
fn large(stand: &Stand, port: u16) -> Home {
    let mut home = sending(stand, port);
    home.met("Acme", JANE);
    home.set("EDITOR", "sh -c 'yes \"The plan for the data lake.\" | head -c 40000 >> \"$0\"'");
    let _ = home.run(&["draft", "jane", "--edit"]);
    home
}

#[test]
fn a_message_that_is_too_large_is_refused_for_good() {
    let Some(stand) = Stand::start() else { return };
    for (port, why) in [
        (stand.ports.small, "the server takes at most 20000; not offered"),
        (stand.ports.silent, "552 5.3.4"),
    ] {
        let home = large(&stand, port);
        let said = home.says(&["send", "jane", "--yes"], 69);
        assert!(said.contains(why), "{said}");
        assert_eq!(home.state("acme/jane"), "refused");
        let _ = home.says(&RUN, 0);
    }
    assert!(stand.inbox("jane").is_empty());
}

#[test]
fn who_is_not_logged_in_is_told_so_and_keeps_the_note() {
    let Some(stand) = Stand::start() else { return };
    let home = Home::bare().at_work();
    home.configure(&format!(
        "[smtp]\nhost = \"localhost\"\nport = {}\nsecurity = \"tls\"\nuser = \"\"\nca_file = \"{}\"\n",
        stand.ports.smtps,
        stand.ca_file().display(),
    ));
    home.met("Acme", JANE);
    let said = home.says(&["send", "--yes"], 77);
    assert!(said.contains("Access denied") && said.contains("set user in [smtp]"), "{said}");
    assert!(!said.contains("thanks edit"), "{said}");
    assert_eq!(home.state("acme/jane"), "approved");
}
