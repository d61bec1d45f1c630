//! Out: over TLS with a password or a token, and what comes back.

use crate::home::{Auth, Home, JANE, now};
use crate::message::{as_handed_over, header};
use crate::stand::Stand;

#[test]
fn a_token_that_is_good_sends_and_reads_and_one_that_expired_does_neither() {
    let Some(stand) = Stand::start() else { return };
    let token = stand.token("candidate@thanks.test", now().timestamp() + 3600);
    let home = Home::with(&stand, &Auth::Token(&token));
    home.met("Acme", "Jane Doe <jane@acme.test>");
    assert!(home.says(&["send", "--yes"], 0).contains("sent     acme/jane"));
    let _ = home.says(&["sync"], 0);
    assert_eq!(stand.inbox_of("jane", 1).len(), 1);

    let old = stand.token("candidate@thanks.test", now().timestamp() - 3600);
    let home = Home::with(&stand, &Auth::Token(&old));
    home.met("Globex", "Jane Doe <jane@acme.test>");
    let _ = home.says(&["send", "--yes"], 77);
    let _ = home.says(&["sync"], 77);
    assert_eq!(home.state("globex/jane"), "approved");
    assert_eq!(stand.inbox("jane").len(), 1);
}

#[test]
fn a_note_to_nobody_comes_back_and_its_follow_up_never_goes() {
    let Some(stand) = Stand::start() else { return };
    let mut home = Home::new(&stand);
    home.met("Acme", "Gus Host <ghost@acme.test>");
    assert!(home.says(&["send", "--yes"], 0).contains("sent     acme/gus"));
    assert_eq!(stand.inbox_of("candidate", 1).len(), 1);
    let said = home.says(&["sync"], 3);
    assert!(said.contains("acme/gus: it came back: 550 5.1.1"), "{said}");
    assert_eq!(home.state("acme/gus"), "bounced");
    home.now += chrono::TimeDelta::days(21);
    assert!(home.says(&["nudge", "--yes"], 0).contains("nothing to send"));
}

#[test]
fn a_connection_that_begins_in_clear_is_encrypted_before_anything_is_said() {
    let Some(stand) = Stand::start() else { return };
    let home = Home::with(&stand, &Auth::PasswordAfterStartTls);
    home.met("Acme", "Jane Doe <jane@acme.test>");
    assert!(home.says(&["send", "--yes"], 0).contains("sent     acme/jane"));
    let _ = home.says(&["sync"], 0);
    assert_eq!(stand.inbox_of("jane", 1).len(), 1);
    assert_eq!(stand.sent("candidate").len(), 1);
}

#[test]
fn what_arrives_is_what_was_shown_byte_for_byte_but_for_the_date() {
    let Some(stand) = Stand::start() else { return };
    for (auth, with, id) in [
        (Auth::Password, JANE, "acme/jane"),
        (Auth::PasswordAfterStartTls, "Omar Aziz <omar@acme.test>", "acme/omar"),
    ] {
        let mut home = Home::with(&stand, &auth);
        home.met_as("Acme", "Ingénieure de données", with);
        let preview = home.previewed(id);
        home.minutes_later(7);
        let _ = home.says(&["send", "--yes"], 0);
        let received = &stand.inbox_of(id.split_once('/').unwrap().1, 1)[0];
        assert_eq!(as_handed_over(received), as_handed_over(&preview));
        assert_eq!(preview.matches('\n').count(), preview.matches("\r\n").count());
        assert_ne!(header(received, "Date"), header(&preview, "Date"));
        assert_eq!(header(received, "Date"), home.now.to_rfc2822());
    }
}

#[test]
fn names_and_addresses_in_any_script_arrive() {
    let Some(stand) = Stand::start() else { return };
    for (company, with, mailbox, id) in [
        ("Bücher", "Jürgen Groß <jürgen@bücher.test>", "jürgen", "bucher/jurgen"),
        ("Bücherei", "Anna Lee <desk@bücher.test>", "desk", "bucherei/anna"),
    ] {
        let home = Home::new(&stand);
        home.met_as(company, "Datenträger-Ingenieur für Müll", with);
        let preview = home.previewed(id);
        let said = home.says(&["send", "--yes"], 0);
        assert!(said.contains(&format!("sent     {id}")), "{said}");
        let received = stand.inbox_of(mailbox, 1).remove(0);
        assert_eq!(as_handed_over(&received), as_handed_over(&preview));
        assert!(header(&received, "To").contains(if mailbox == "desk" { "<desk@" } else { "jürgen@" }));
    }
}
