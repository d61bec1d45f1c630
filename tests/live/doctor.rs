//! The check of everything, at real servers and with a real keyring.

use crate::home::{Auth, Home, JANE};
use crate::keyring::Bus;
use crate::needed::{KEYRING, can_run};
use crate::stand::{PASSWORD, Stand};

/// The line of a check, without the blanks between its parts.
fn line(said: &str, name: &str) -> String {
    let lines = said.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let mut lines = lines.filter(|line| line.split_once(' ').is_some_and(|(_, rest)| rest.starts_with(name)));
    lines.next().unwrap_or_else(|| panic!("no {name} in {said}"))
}

#[test]
fn an_account_in_order_is_told_so_and_nothing_is_sent() {
    if !can_run(&KEYRING) {
        return;
    }
    let Some(stand) = Stand::start() else { return };
    let mut home = Home::bare();
    let bus = Bus::with_keyring(&mut home);
    bus.keep(&home, "candidate@thanks.test", &[], PASSWORD);
    let (ports, ca) = (&stand.ports, stand.ca_file());
    home.configure(&format!(
        "[smtp]\nhost = \"localhost\"\nport = {}\nsecurity = \"starttls\"\nca_file = \"{ca}\"\n\n\
         [imap]\nhost = \"localhost\"\nport = {}\nsecurity = \"tls\"\nca_file = \"{ca}\"\n",
        ports.submission,
        ports.imaps,
        ca = ca.display()
    ));
    home.met("Acme", JANE);
    let said = home.says(&["doctor"], 0);
    for expected in [
        "ok password in the keyring".to_owned(),
        format!("ok smtp server localhost:{}, STARTTLS, and its certificate is trusted", ports.submission),
        "ok smtp login accepted".to_owned(),
        format!("ok imap server localhost:{}, TLS, and its certificate is trusted", ports.imaps),
        "ok imap login accepted".to_owned(),
        "ok sent folder Sent".to_owned(),
        "ok last run the timer has not run yet".to_owned(),
    ] {
        let name: Vec<&str> = expected.split(' ').skip(1).take(2).collect();
        let name = if name[0] == "password" { "password".to_owned() } else { name.join(" ") };
        assert_eq!(line(&said, &name), expected);
    }
    assert!(!said.contains("candidate@"), "{said}");

    bus.lock();
    let said = home.says(&["doctor"], 1);
    assert!(line(&said, "password").starts_with("fail password keyring: it is locked"), "{said}");
    assert!(line(&said, "smtp server").starts_with("ok"), "{said}");
    assert_eq!(line(&said, "smtp login"), "warn smtp login not tried: there is no password");
    assert!(stand.inbox("jane").is_empty() && stand.sent("candidate").is_empty());
    assert_eq!(home.state("acme/jane"), "drafted");
}

#[test]
fn expired_certificates_are_told_of_both_servers() {
    let Some(stand) = Stand::showing("expired") else { return };
    for auth in [Auth::Password, Auth::PasswordAfterStartTls] {
        let home = Home::with(&stand, &auth);
        let said = home.says(&["doctor"], 1);
        let why = "localhost cannot be trusted: its certificate has expired; is your clock right?";
        assert_eq!(line(&said, "smtp server"), format!("fail smtp server {why}"));
        assert_eq!(line(&said, "imap server"), format!("fail imap server {why}"));
        let mends = said.matches("mend: see host and ca_file in [").count();
        assert_eq!(mends, 2, "{said}");
    }
}

#[test]
fn a_wrong_password_is_told_of_both_logins() {
    let Some(stand) = Stand::start() else { return };
    let home = Home::new(&stand);
    let text = std::fs::read_to_string(home.config_file()).unwrap();
    std::fs::write(home.config_file(), text.replace(PASSWORD, "swordfish")).unwrap();
    let said = home.says(&["doctor"], 1);
    assert!(
        line(&said, "smtp login").starts_with("fail smtp login localhost refuses the login of …@"),
        "{said}"
    );
    assert!(
        line(&said, "imap login").starts_with("fail imap login localhost refuses the login of …@"),
        "{said}"
    );
    assert!(line(&said, "smtp server").starts_with("ok") && line(&said, "imap server").starts_with("ok"));
}
