//! A login that was refused is not tried again by the timer, since servers lock accounts: not until
//! the password or the account is another one, or its owner has used it.

use std::fs;

use crate::imap_server::{self, ImapServer};
use crate::sandbox::Sandbox;
use crate::send::{acme, draft, state};
use crate::smtp_server::{At, Fault, SmtpServer, Transport};

const RUN: [&str; 3] = ["schedule", "run", "--no-input"];

/// A server that refuses the first login of all, and takes every other one.
fn refuses_once() -> SmtpServer {
    SmtpServer::builder()
        .transport(Transport::Plain)
        .fault_on(1, At::Auth, Fault::Reply("535 5.7.8 wrong"))
        .start()
}

/// Jane's note is approved for 17:45, and the password lies in a file.
fn planned(smtp: &SmtpServer, rest: &str) -> Sandbox {
    let mut sandbox = Sandbox::new();
    let file = sandbox.folder().join("password");
    fs::write(&file, "hunter2-canary\n").unwrap();
    sandbox.configure(&format!(
        "[me]\nname = \"Jo Marsh\"\nemail = \"jo@example.com\"\n\n\
         [smtp]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\n\n\
         [auth]\ncommand = [\"cat\", \"{}\"]\n{rest}",
        smtp.port(),
        file.display()
    ));
    acme(&sandbox);
    let mut screen = sandbox.terminal(&["send"]);
    let _ = screen.answer("[l]ater, 17:45", "l").answer("Install? [y]es [n]o:", "n");
    let _ = screen.ends(0);
    sandbox.set_now("2026-03-05T22:47:00Z");
    sandbox
}

/// The run that meets the refusal, and one that must not.
fn refused(sandbox: &mut Sandbox, server: &SmtpServer) {
    let talk = sandbox.run(&RUN).exits(77).talk();
    assert!(talk.contains("refuses the login") && talk.contains("535 5.7.8 wrong"), "{talk}");
    assert!(talk.contains("it is not tried again by itself with this password"), "{talk}");
    assert!(talk.contains("nothing was sent; kept: acme/jane"), "{talk}");
    sandbox.set_now("2026-03-05T23:47:00Z");
    sandbox.run(&RUN).exits(77).prints("");
    assert_eq!(server.connections(), 1);
    assert_eq!(state(sandbox, "acme/jane"), "approved");
}

#[test]
fn the_timer_tries_again_only_with_another_password() {
    let server = refuses_once();
    let mut sandbox = planned(&server, "");
    refused(&mut sandbox, &server);
    for name in ["thanks.db", "thanks.db-wal"] {
        let bytes = fs::read(sandbox.home().join(name)).unwrap_or_default();
        assert!(!bytes.windows(7).any(|part| part == b"hunter2"), "{name}");
    }
    fs::write(sandbox.folder().join("password"), "swordfish\n").unwrap();
    let sent = "sent     acme/jane, Thu 5 Mar 18:47 EST, accepted by 127.0.0.1\n";
    sandbox.run(&RUN).prints(sent);
    assert_eq!(server.accepted().len(), 1);
}

#[test]
fn the_timer_tries_again_with_another_account() {
    let server = refuses_once();
    let mut sandbox = planned(&server, "");
    refused(&mut sandbox, &server);
    let config = sandbox.home().join("config.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("security = \"none\"\n", "security = \"none\"\nuser = \"jo\"\n"))
        .unwrap();
    let _ = sandbox.run(&RUN).text();
    assert_eq!(server.accepted().len(), 1);
}

#[test]
fn the_owner_is_never_held_up_and_a_login_that_works_frees_the_timer() {
    let server = refuses_once();
    let mut sandbox = planned(&server, "");
    let args = ["add", "--company", "Globex", "--role", "Engineer", "--ended", "2026-03-05T16:00"];
    let with = ["--with", "Omar Aziz <omar@globex.example>", "--topic", "how on-call is shared"];
    let _ = sandbox.run(&[&args[..], &with].concat()).talks_somehow().text();
    refused(&mut sandbox, &server);
    let _ = sandbox.run(&["draft", "omar"]).talks_somehow().text();
    let _ = sandbox.run(&["send", "omar", "--yes"]).text();
    assert_eq!(server.connections(), 2);
    let _ = sandbox.run(&RUN).text();
    assert_eq!(server.accepted().len(), 2);
}

#[test]
fn an_account_set_up_anew_frees_the_timer_though_the_password_is_the_same() {
    let server = refuses_once();
    let mut sandbox = planned(&server, "");
    refused(&mut sandbox, &server);
    let command = format!("cat {}", sandbox.folder().join("password").display());
    let _ = sandbox.run(&["init", "--auth-command", &command]).talks_somehow().text();
    let _ = sandbox.run(&RUN).text();
    assert_eq!(server.accepted().len(), 1);
}

#[test]
fn what_its_owner_was_refused_the_timer_does_not_try() {
    let server = refuses_once();
    let mut sandbox = planned(&server, "");
    let _ = sandbox.run(&["send", "jane", "--yes"]).exits(77).talks_somehow().text();
    sandbox.set_now("2026-03-05T22:52:00Z");
    sandbox.run(&RUN).exits(77).prints("");
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_mailbox_that_refused_the_login_is_left_alone_and_the_thank_you_goes() {
    let smtp = SmtpServer::builder().transport(Transport::Plain).start();
    let refusal = imap_server::Fault::Refuse("NO [AUTHENTICATIONFAILED] wrong");
    let imap = ImapServer::builder().folder("Sent", "\\Sent").fault(imap_server::At::Login, refusal).start();
    let rest = format!("[imap]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\n", imap.port());
    let mut sandbox = planned(&smtp, &rest);
    sandbox.set_now("2026-03-05T21:47:00Z");
    let logins = || imap.commands().iter().filter(|line| line.contains("LOGIN")).count();
    let said = sandbox.run(&RUN).exits(77).text();
    assert!(said.starts_with("warning: the mailbox was not read: 127.0.0.1 refuses the login"), "{said}");
    sandbox.run(&RUN).exits(77).prints("");
    sandbox.set_now("2026-03-05T22:47:00Z");
    let said = sandbox.run(&RUN).exits(77).talks_somehow().text();
    assert!(said.contains("sent     acme/jane"), "{said}");
    assert_eq!(logins(), 1);
    // Its owner asks, and from then on it is read again.
    imap.set_fault(None);
    let _ = sandbox.run(&["sync"]).talks_somehow().text();
    sandbox.set_now("2026-03-06T15:00:00Z");
    sandbox.run(&RUN).prints("");
    assert_eq!(logins(), 3);
}

#[test]
fn one_command_knocks_once_at_a_mailbox_that_refuses_it() {
    let sandbox = Sandbox::new();
    let smtp = SmtpServer::builder().transport(Transport::Plain).start();
    let refusal = imap_server::Fault::Refuse("NO [AUTHENTICATIONFAILED] wrong");
    let imap = ImapServer::builder().fault(imap_server::At::Login, refusal).start();
    sandbox.use_servers(&smtp, &imap, "imap");
    acme(&sandbox);
    draft(&sandbox);
    let talk = sandbox.run(&["send", "--yes"]).talk();
    // Both the look for a copy and the copy itself would have wanted it.
    assert!(
        talk.contains("the mailbox cannot be read") && talk.contains("no copy was put into Sent"),
        "{talk}"
    );
    assert_eq!(smtp.accepted().len(), 1);
    assert_eq!(imap.commands().iter().filter(|line| line.contains("LOGIN")).count(), 1);
}

#[test]
fn a_note_that_is_planned_after_the_refusal_is_not_held_in_silence() {
    let server = refuses_once();
    let mut sandbox = planned(&server, "");
    refused(&mut sandbox, &server);
    let args = ["add", "--company", "Globex", "--role", "Engineer", "--ended", "2026-03-05T16:00"];
    let with = ["--with", "Omar Aziz <omar@globex.example>", "--topic", "how on-call is shared"];
    let _ = sandbox.run(&[&args[..], &with].concat()).talks_somehow().text();
    let mut screen = sandbox.terminal(&["send", "omar"]);
    let _ = screen.answer("[l]ater", "l").answer("on Fri 6 Mar 09:00 EST?", "y");
    let _ = screen.ends(0);
    sandbox.set_now("2026-03-06T14:01:00Z");
    let said = sandbox.run(&RUN).exits(77).talks_somehow().text();
    let held = "the login was refused and is not tried again by itself; `thanks send` tries it";
    assert!(said.contains(&format!("globex/omar, {held}")), "{said}");
    let said = sandbox.run(&RUN).exits(77).talks_somehow().text();
    assert!(!said.contains("globex/omar"), "{said}");
    assert_eq!(server.connections(), 1);
}
