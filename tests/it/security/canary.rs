//! A secret is in nothing that is printed or kept, whatever the server repeats.

use std::fs;
use std::path::Path;

use data_encoding::BASE64;

use super::all_below;
use crate::imap_server::{self, ImapServer};
use crate::sandbox::Sandbox;
use crate::send::{acme, draft};
use crate::smtp_server::{At, Fault, SmtpServer};

const CANARY: &str = "hunter2-canary-71c";
const USER: &str = "jo@example.com";

/// The secret as it goes over a line.
fn shapes() -> Vec<String> {
    let coded = |text: String| BASE64.encode(text.as_bytes());
    vec![
        CANARY.to_owned(),
        coded(CANARY.to_owned()),
        coded(format!("\0{USER}\0{CANARY}")),
        coded(format!("user={USER}\u{1}auth=Bearer {CANARY}\u{1}\u{1}")),
    ]
}

/// Its end counts as well: so much gives it away.
fn gives_away(text: &str) -> bool {
    shapes().iter().any(|shape| {
        let bare = shape.trim_end_matches('=');
        let end = bare.get(bare.len().saturating_sub(12)..).unwrap_or(bare);
        text.contains(bare) || text.contains(end)
    })
}

/// A home whose password a command prints from a file that lies elsewhere.
fn home(servers: (u16, Option<u16>), method: &str, secret: &Path) -> Sandbox {
    let sandbox = Sandbox::new();
    let imap = match servers.1 {
        Some(port) => format!("[imap]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\n"),
        None => String::new(),
    };
    sandbox.configure(&format!(
        "[me]\nname = \"Jo Marsh\"\nemail = \"{USER}\"\n\n\
         [smtp]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\n\n{imap}\n\
         [auth]\nmethod = \"{method}\"\ncommand = [\"cat\", \"{}\"]\n",
        servers.0,
        secret.display()
    ));
    acme(&sandbox);
    draft(&sandbox);
    sandbox
}

fn search(sandbox: &Sandbox, said: &str) {
    assert!(!gives_away(said), "{said}");
    for path in all_below(sandbox.folder()).iter().filter(|path| path.is_file()) {
        let kept = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
        assert!(!gives_away(&kept), "in {}", path.display());
    }
}

/// A reply that repeats one shape of the secret, and the whole line where it is a login.
fn repeating(code: &str, shape: &str) -> Fault {
    Fault::Reply(format!("{code} 5.7.8 cannot read AUTH PLAIN {shape} of yours").leak())
}

#[test]
fn a_password_or_token_that_the_server_repeats_is_nowhere() {
    let elsewhere = tempfile::tempdir().unwrap();
    let secret = elsewhere.path().join("pw");
    fs::write(&secret, format!("{CANARY}\n")).unwrap();
    let mut cases: Vec<(&str, At, Fault)> = vec![
        ("password", At::Auth, Fault::Garbage),
        ("password", At::Mail, repeating("550", CANARY)),
        ("password", At::Dot, repeating("250", CANARY)),
        ("xoauth2", At::Dot, repeating("554", &shapes()[3])),
        ("xoauth2", At::Auth, repeating("535", &shapes()[3])),
        ("xoauth2", At::Auth, repeating("535", CANARY)),
    ];
    for shape in shapes().iter().take(3) {
        cases.push(("password", At::Auth, repeating("535", shape)));
    }
    cases.push(("password", At::Auth, repeating("454", CANARY)));
    for (method, at, fault) in cases {
        let server = SmtpServer::builder().fault(at, fault).start();
        let sandbox = home((server.port(), None), method, &secret);
        let mut said = String::new();
        for args in [
            &["send", "--yes", "-v"][..],
            &["send", "jane", "--yes", "--json", "-v"],
            &["status", "--json"],
            &["show", "--log"],
            &["show", "acme/jane", "--json"],
            &["doctor", "-v"],
            &["export", "--calendar"],
        ] {
            let (out, err) = sandbox.run(args).both();
            said.push_str(&out);
            said.push_str(&err);
        }
        assert!(server.logins().iter().all(|login| login.contains(CANARY)) && !server.logins().is_empty());
        search(&sandbox, &said);
    }
}

#[test]
fn a_server_without_plain_gets_the_secret_in_a_line_of_its_own_and_repeats_it_in_vain() {
    let elsewhere = tempfile::tempdir().unwrap();
    let secret = elsewhere.path().join("pw");
    fs::write(&secret, CANARY).unwrap();
    let fault = Fault::Reply(format!("535 what is {}?", shapes()[1]).leak());
    let server = SmtpServer::builder().keywords(&["AUTH LOGIN"]).fault(At::Auth, fault).start();
    let sandbox = home((server.port(), None), "password", &secret);
    let (out, err) = sandbox.run(&["send", "--yes", "-v"]).both();
    assert!(err.contains("left out"), "{err}");
    search(&sandbox, &format!("{out}{err}"));
}

#[test]
fn a_mailbox_that_repeats_the_login_later_is_not_quoted() {
    let elsewhere = tempfile::tempdir().unwrap();
    let secret = elsewhere.path().join("pw");
    fs::write(&secret, CANARY).unwrap();
    use imap_server::{At as Stage, Fault as Trouble};
    let said: &'static str = format!("NO LOGIN {USER} {CANARY} was yours").leak();
    let parting: &'static str = format!("good bye {}", shapes()[2]).leak();
    for (stage, trouble) in [
        (Stage::Login, Trouble::Refuse(said)),
        (Stage::Login, Trouble::Bye(parting)),
        (Stage::List, Trouble::Refuse(said)),
        (Stage::Examine, Trouble::Refuse(said)),
        (Stage::Search, Trouble::Bye(parting)),
    ] {
        let (smtp, imap) =
            (SmtpServer::builder().start(), ImapServer::builder().fault(stage, trouble).start());
        let sandbox = home((smtp.port(), Some(imap.port())), "password", &secret);
        let mut told = String::new();
        for args in [&["send", "--yes", "-v"][..], &["sync", "--json"], &["sync", "-v"], &["status"]] {
            let (out, err) = sandbox.run(args).both();
            told.push_str(&format!("{out}{err}"));
        }
        assert!(imap.commands().iter().any(|command| command.contains(CANARY)), "{stage:?}");
        search(&sandbox, &told);
    }
}

// Elsewhere the keyring of whoever runs the tests would be asked.
#[cfg(target_os = "linux")]
#[test]
fn what_is_typed_at_the_prompt_is_on_no_screen_and_in_no_file() {
    let mut sandbox = Sandbox::new();
    sandbox.set("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
    let server = SmtpServer::builder().fault_on(1, At::Auth, repeating("535", CANARY)).start();
    sandbox.configure(&format!(
        "[me]\nname = \"Jo Marsh\"\nemail = \"{USER}\"\n\n\
         [smtp]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\n",
        server.port()
    ));
    acme(&sandbox);
    draft(&sandbox);
    let mut screen = sandbox.terminal(&["send", "--yes", "-v"]);
    screen.answer("Password of jo@example.com", CANARY);
    screen.answer("New password (Enter stops):", CANARY);
    let octets = screen.ends_with_octets();
    assert_eq!(server.logins().len(), 2);
    search(&sandbox, &String::from_utf8_lossy(&octets));
}

#[test]
fn no_argument_takes_a_secret() {
    let sandbox = Sandbox::new();
    for flag in ["--password", "--secret", "--token"] {
        let args = ["init", "--email", USER, "--host", "127.0.0.1", flag, CANARY];
        let _ = sandbox.run(&args).exits(2).talks_somehow().text();
    }
    assert!(!sandbox.home().exists());
}

#[test]
fn a_password_in_the_configuration_is_refused_without_being_quoted() {
    let sandbox = Sandbox::new();
    for line in
        [format!("password = \"{CANARY}\""), format!("port = \"{CANARY}\""), format!("token = [\"{CANARY}\"")]
    {
        sandbox.configure(&format!("[smtp]\nhost = \"smtp.example.com\"\n{line}\n"));
        for args in [&["status"][..], &["status", "--json"], &["doctor", "--json", "-v"]] {
            let (out, err) = sandbox.run(args).both();
            assert!(!gives_away(&format!("{out}{err}")), "{line}: {out}{err}");
        }
    }
}
