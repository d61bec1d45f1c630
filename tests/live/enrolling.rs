//! A new account whose password goes into the keyring and nowhere else.

use std::fs;

use crate::home::{Home, JANE};
use crate::keyring::{Bus, has_keyring, holds_nowhere};
use crate::needed::{KEYRING, can_run};
use crate::stand::{PASSWORD, Stand};

const ME: &str = "candidate@thanks.test";

/// Sets the account up with a password on standard input, and sends a note.
fn enrolled_and_sent(security: &str) {
    if !can_run(&KEYRING) {
        return;
    }
    let Some(stand) = Stand::start() else { return };
    let mut home = Home::bare();
    let bus = Bus::with_keyring(&mut home);
    let port = if security == "tls" { stand.ports.smtps } else { stand.ports.submission };
    let (port, imap) = (port.to_string(), format!("localhost:{}", stand.ports.imap));
    let ca = stand.ca_file();
    let init = ["init", "-v", "--email", "Jo Marsh <candidate@thanks.test>", "--host", "localhost"];
    let door = ["--port", &port, "--security", security, "--ca-file", ca.to_str().unwrap(), "--imap", &imap];
    let args = [&init[..], &door, &["--imap-security", "none", "--password-stdin"]].concat();

    // What cannot log in is kept nowhere.
    let said = home.says_to(&args, "swordfish\n", 77);
    assert!(said.contains("535 5.7.8") && said.contains("nothing was written"), "{said}");
    assert!(!home.config_file().exists());

    let said = home.says_to(&args, &format!("{PASSWORD}\n"), 0);
    assert!(said.contains("keyring"), "{said}");
    let config = fs::read_to_string(home.config_file()).unwrap();
    assert!(config.contains(&format!("security = \"{security}\"")), "{config}");
    home.met("Acme", JANE);
    let said = home.says(&["send", "-v", "--yes"], 0);
    assert!(said.contains("sent     acme/jane"), "{said}");
    let _ = home.says(&["sync", "-v"], 0);
    assert_eq!(stand.inbox_of("jane", 1).len(), 1);
    assert_eq!(stand.sent("candidate").len(), 1);

    assert!(has_keyring(home.path()));
    assert_eq!(holds_nowhere(&home, ME, PASSWORD), Vec::<std::path::PathBuf>::new());
    // It was the keyring that knew it.
    drop(bus);
    home.met("Globex", "Omar Aziz <omar@acme.test>");
    let said = home.says(&["send", "--yes"], 77);
    assert!(said.contains("no password for candidate@thanks.test"), "{said}");
}

#[test]
fn a_password_that_is_told_once_lies_in_the_keyring_alone_and_sends() {
    enrolled_and_sent("tls");
}

#[test]
fn so_it_does_where_the_connection_begins_in_clear() {
    enrolled_and_sent("starttls");
}
