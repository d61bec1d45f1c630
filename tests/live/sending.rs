//! Out: over TLS with a password or a token, and what comes back.

use crate::home::{Auth, Home, now};
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
