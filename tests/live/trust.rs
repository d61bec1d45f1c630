//! Certificates that must not be trusted: nothing is sent, and the reason is said in words.

use crate::home::{Home, JANE};
use crate::stand::{PASSWORD, Stand};

fn home(stand: &Stand, port: u16, ca: &std::path::Path) -> Home {
    let home = Home::bare().at_work();
    home.configure(&format!(
        "[smtp]\nhost = \"localhost\"\nport = {port}\nsecurity = \"tls\"\nca_file = \"{}\"\n\n\
         [auth]\ncommand = [\"echo\", \"{PASSWORD}\"]\n",
        ca.display()
    ));
    home.met("Acme", JANE);
    assert!(stand.inbox("jane").is_empty());
    home
}

#[test]
fn a_server_that_cannot_be_trusted_gets_nothing_and_the_reason_is_said() {
    let Some(stand) = Stand::start() else { return };
    for (fault, why) in [
        ("elsewhere", "its certificate is for another host: mail.elsewhere.test"),
        ("expired", "its certificate has expired; is your clock right?"),
        ("stranger", "its certificate is signed by nobody that this computer trusts"),
    ] {
        let mut home = home(&stand, stand.faulty(fault), &stand.ca_file());
        let said = home.says(&["send", "--yes"], 78);
        assert!(said.contains(&format!("error: localhost cannot be trusted: {why}")), "{fault}: {said}");
        assert!(said.contains("nothing was sent; kept: acme/jane"), "{fault}: {said}");
        assert_eq!(home.state("acme/jane"), "approved", "{fault}");
        home.minutes_later(90);
        let _ = home.says(&["schedule", "run", "--no-input"], 78);
        assert_eq!(home.state("acme/jane"), "approved", "{fault}");
    }
    assert!(!stand.logs().contains("sasl_username"), "somebody logged in: {}", stand.logs());
    assert!(stand.inbox("jane").is_empty());
}

#[test]
fn a_ca_of_ones_own_is_trusted_once_the_configuration_names_it() {
    let Some(stand) = Stand::start() else { return };
    let home = home(&stand, stand.faulty("stranger"), &stand.ca_file());
    let said = home.says(&["send", "--yes"], 78);
    assert!(said.contains("a CA of your own goes into ca_file"), "{said}");
    let text = std::fs::read_to_string(home.config_file()).unwrap();
    let named = |path: std::path::PathBuf| path.to_str().unwrap().to_owned();
    let mended = text.replace(&named(stand.ca_file()), &named(stand.strangers_ca_file()));
    std::fs::write(home.config_file(), mended).unwrap();
    assert!(home.says(&["send", "--yes"], 0).contains("sent     acme/jane"));
    assert_eq!(stand.inbox_of("jane", 1).len(), 1);
}
