//! A keyring that does not give the password: the note is kept, nothing is connected, and it is
//! said why.

use std::time::{Duration, Instant};

use crate::home::{Home, JANE};
use crate::keyring::Bus;
use crate::needed::{KEYRING, can_run};
use crate::stand::{PASSWORD, Stand};

const ME: &str = "candidate@thanks.test";

/// A home whose password is to come from the keyring, for a server at `port`.
fn home(port: u16, ca: &str) -> Home {
    let home = Home::bare().at_work();
    home.configure(&format!(
        "[smtp]\nhost = \"localhost\"\nport = {port}\nsecurity = \"tls\"\nca_file = \"{ca}\"\n"
    ));
    home.met("Acme", JANE);
    home
}

/// A home where nothing may be connected: there is no server.
fn alone() -> Option<Home> {
    can_run(&KEYRING).then(|| home(1, "/etc/ssl/certs/ca-certificates.crt"))
}

/// A typed command and the timer's both keep the note, and say `why`.
fn is_kept(home: &mut Home, why: &str) {
    let said = home.says(&["send", "--yes"], 77);
    assert!(said.contains(&format!("keyring: {why}")), "{said}");
    assert!(said.contains("nothing was sent; kept: acme/jane"), "{said}");
    assert!(said.contains("hint: `thanks init` stores one, or names a command that prints it"), "{said}");
    assert_eq!(home.state("acme/jane"), "approved");
    home.minutes_later(90);
    let said = home.says(&["schedule", "run", "--no-input"], 77);
    assert!(said.contains(&format!("keyring: {why}")), "{said}");
    assert_eq!(home.state("acme/jane"), "approved");
}

#[test]
fn without_a_session_bus_the_note_is_kept() {
    let Some(mut home) = alone() else { return };
    is_kept(&mut home, "no session bus, and so no Secret Service");
}

#[test]
fn without_a_keyring_on_the_bus_the_note_is_kept() {
    let Some(mut home) = alone() else { return };
    let _bus = Bus::without_keyring(&mut home);
    is_kept(&mut home, "no Secret Service on the session bus");
}

#[test]
fn without_an_entry_the_note_is_kept() {
    let Some(mut home) = alone() else { return };
    let bus = Bus::with_keyring(&mut home);
    bus.keep(&home, "somebody@else.test", &[], "swordfish");
    is_kept(&mut home, "no entry for service thanks, user candidate@thanks.test");
}

#[test]
fn of_two_entries_none_is_guessed() {
    let Some(mut home) = alone() else { return };
    let bus = Bus::with_keyring(&mut home);
    bus.keep(&home, ME, &[], PASSWORD);
    bus.keep(&home, ME, &["made-by", "hand"], "swordfish");
    is_kept(&mut home, "2 entries for service thanks, user candidate@thanks.test: remove all but one");
}

#[test]
fn from_a_locked_keyring_the_note_goes_once_it_is_open() {
    if !can_run(&KEYRING) {
        return;
    }
    let Some(stand) = Stand::start() else { return };
    let mut home = home(stand.ports.smtps, stand.ca_file().to_str().unwrap());
    let bus = Bus::with_keyring(&mut home);
    bus.keep(&home, ME, &[], PASSWORD);
    bus.lock();
    is_kept(&mut home, "it is locked, or has no collection yet, and nobody answered its prompt");
    assert!(!stand.logs().contains("sasl_username"), "{}", stand.logs());
    bus.unlock();
    home.minutes_later(20);
    let said = home.says(&["schedule", "run", "--no-input"], 0);
    assert!(said.contains("sent     acme/jane"), "{said}");
    assert_eq!(stand.inbox_of("jane", 1).len(), 1);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the wait is what is measured")]
fn a_prompt_that_nobody_answers_is_given_up_after_half_a_minute() {
    let Some(mut home) = alone() else { return };
    // A mailbox wants the same password: nobody waits for it twice.
    let text = std::fs::read_to_string(home.config_file()).unwrap();
    let mailbox = "[imap]\nhost = \"localhost\"\nport = 1\nsecurity = \"tls\"\n";
    std::fs::write(home.config_file(), format!("{text}{mailbox}")).unwrap();
    let bus = Bus::with_keyring(&mut home);
    bus.keep(&home, ME, &[], PASSWORD);
    bus.nobody_answers();
    bus.lock();
    let begun = Instant::now();
    let said = home.says(&["send", "--yes"], 75);
    let waited = begun.elapsed();
    assert!(said.contains("keyring: no answer within 30 s"), "{said}");
    assert!(said.contains("nothing was sent; kept: acme/jane"), "{said}");
    assert_eq!(home.state("acme/jane"), "approved");
    let range = Duration::from_secs(29)..Duration::from_secs(45);
    assert!(range.contains(&waited), "{waited:?}");
}
