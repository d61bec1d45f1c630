//! The way out and the way in, as the check of everything tries them: it logs in, and that is all.

use std::fs;

use serde_json::Value;

use super::statuses;
use crate::imap_server::{self, ImapServer};
use crate::sandbox::Sandbox;
use crate::send::{acme, draft, traces};
use crate::smtp_server::{At, Certificate, Fault, SmtpServer, Transport};

const NAMES: [&str; 7] =
    ["password", "smtp server", "smtp login", "imap server", "imap login", "inbox", "sent folder"];

fn smtp() -> crate::smtp_server::Builder {
    SmtpServer::builder().transport(Transport::Plain)
}

fn imap() -> crate::imap_server::Builder {
    ImapServer::builder().folder("Gesendet", "\\Sent")
}

/// `ok`, `warn` or `fail` for each of [`NAMES`]; `-` where there is no such check.
fn found(json: &Value) -> [String; 7] {
    let statuses = statuses(json);
    NAMES.map(|name| statuses.get(name).cloned().unwrap_or_else(|| "-".to_owned()))
}

fn check<'j>(json: &'j Value, name: &str) -> &'j Value {
    json["checks"].as_array().unwrap().iter().find(|check| check["name"] == name).unwrap()
}

#[test]
fn both_servers_are_logged_in_at_and_nothing_is_handed_over_or_written() {
    let sandbox = Sandbox::new();
    let (smtp, imap) = (smtp().start(), imap().start());
    sandbox.use_servers(&smtp, &imap, "imap");
    acme(&sandbox);
    draft(&sandbox);
    let before = traces(&sandbox);
    let json = sandbox.run(&["doctor", "--json"]).json();
    assert_eq!(found(&json), ["ok"; 7], "{json}");
    assert_eq!(check(&json, "sent folder")["detail"], "Gesendet");
    assert!(traces(&sandbox) == before, "a file has changed");
    smtp.settle();
    assert_eq!(smtp.logins(), ["PLAIN jo@example.com sesame-42"]);
    assert!(!smtp.commands().iter().any(|line| line.starts_with("MAIL")), "{:?}", smtp.commands());
    let changing = ["APPEND", "SELECT", "STORE", "CREATE"];
    let commands = imap.commands();
    assert!(!commands.iter().any(|line| changing.iter().any(|word| line.contains(word))), "{commands:?}");
}

#[test]
fn each_failure_of_a_server_is_a_finding_of_its_own() {
    let no = imap_server::Fault::Refuse("NO [AUTHENTICATIONFAILED] who is jo@example.com?");
    let list = imap_server::Fault::Refuse("NO not now");
    for (smtp, imap, expected, why) in [
        (
            smtp().fault(At::Auth, Fault::Reply("535 5.7.8 who is jo@example.com?")),
            imap(),
            ["ok", "ok", "fail", "ok", "ok", "ok", "ok"],
            "127.0.0.1 refuses the login of …@example.com",
        ),
        (
            smtp().fault(At::Banner, Fault::Reply("554 go away")),
            imap(),
            ["ok", "fail", "warn", "ok", "ok", "ok", "ok"],
            "127.0.0.1 takes no mail now, at the greeting",
        ),
        (
            smtp(),
            imap().fault(imap_server::At::Login, no),
            ["ok", "ok", "ok", "ok", "fail", "-", "-"],
            "127.0.0.1 refuses the login of …@example.com",
        ),
        (
            smtp(),
            imap().fault(imap_server::At::Greeting, imap_server::Fault::Bye("full")),
            ["ok", "ok", "ok", "fail", "warn", "-", "-"],
            "127.0.0.1 ended the connection, at the greeting",
        ),
        (
            smtp(),
            imap().fault(imap_server::At::List, list),
            ["ok", "ok", "ok", "ok", "ok", "ok", "fail"],
            "127.0.0.1 refuses the list of folders",
        ),
        (
            smtp(),
            ImapServer::builder(),
            ["ok", "ok", "ok", "ok", "ok", "ok", "warn"],
            "none is known, so that copies are neither found nor put there",
        ),
    ] {
        let sandbox = Sandbox::new();
        let (smtp, imap) = (smtp.start(), imap.start());
        sandbox.use_servers(&smtp, &imap, "none");
        let code = if expected.contains(&"fail") { 1 } else { 0 };
        let json = sandbox.run(&["doctor", "--json"]).exits(code).json();
        assert_eq!(found(&json), expected, "{json}");
        assert!(json.to_string().contains(why), "{why}: {json}");
        assert!(!json.to_string().contains("jo@"), "{json}");
        for check in json["checks"].as_array().unwrap() {
            assert_eq!(check["status"] == "ok", check["mend"].is_null(), "{check}");
        }
    }
}

#[test]
fn certificates_are_judged_at_both_servers() {
    for (certificate, why) in [
        (Certificate::Expired, "its certificate has expired; is your clock right?"),
        (Certificate::WrongHost, "its certificate is for another host: mail.elsewhere.test"),
        (Certificate::UnknownCa, "its certificate is signed by nobody that this computer trusts"),
    ] {
        let sandbox = Sandbox::new();
        let smtp = SmtpServer::builder().transport(Transport::Tls(certificate)).start();
        let imap = ImapServer::builder().transport(Transport::StartTls(certificate)).start();
        for (name, pem) in [("smtp.pem", smtp.ca_pem()), ("imap.pem", imap.ca_pem())] {
            fs::write(sandbox.folder().join(name), pem).unwrap();
        }
        let ca = |name: &str| sandbox.folder().join(name).display().to_string();
        sandbox.configure(&format!(
            "[me]\nemail = \"jo@example.com\"\n\
             [smtp]\nhost = \"localhost\"\nport = {}\nsecurity = \"tls\"\nca_file = \"{}\"\n\
             [imap]\nhost = \"localhost\"\nport = {}\nsecurity = \"starttls\"\nca_file = \"{}\"\n\
             [auth]\ncommand = [\"echo\", \"sesame-42\"]\n",
            smtp.port(),
            ca("smtp.pem"),
            imap.port(),
            ca("imap.pem"),
        ));
        let json = sandbox.run(&["doctor", "--json"]).exits(1).json();
        assert_eq!(found(&json), ["ok", "fail", "warn", "fail", "warn", "-", "-"], "{json}");
        for (name, section) in [("smtp server", "[smtp]"), ("imap server", "[imap]")] {
            let check = check(&json, name);
            let text = |key: &str| check[key].as_str().unwrap().to_owned();
            assert!(text("detail").starts_with("localhost cannot be trusted: "), "{check}");
            assert!(text("detail").contains(why) && text("mend").contains(section), "{check}");
        }
        assert!(smtp.logins().is_empty());
    }
}

#[test]
fn without_an_account_nothing_is_connected_and_the_next_step_is_said() {
    let sandbox = Sandbox::new();
    let text = sandbox.run(&["doctor"]).text();
    assert!(text.contains("warn  account        no mail account is set up\n"), "{text}");
    assert!(text.contains("mend: thanks init\n"), "{text}");
    assert!(!text.contains("smtp") && !text.contains("imap"), "{text}");
}

#[test]
fn a_password_that_is_kept_nowhere_is_not_asked_for_and_the_server_is_tried_all_the_same() {
    let mut sandbox = Sandbox::new();
    let server = smtp().start();
    sandbox.configure(&format!(
        "[me]\nemail = \"jo@example.com\"\n[smtp]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\n",
        server.port()
    ));
    sandbox.set("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
    let mut screen = sandbox.terminal(&["doctor"]);
    let _ = screen.sees("keyring: no session bus, and so no Secret Service; it is asked for at each send");
    let _ = screen.sees("smtp server    127.0.0.1:");
    let _ = screen.sees("not tried: there is no password");
    let _ = screen.ends(0);
    server.settle();
    assert!(server.logins().is_empty());
}

#[test]
fn a_login_that_the_timer_does_not_try_is_told_with_what_lifts_it() {
    let sandbox = Sandbox::new();
    let server = smtp().fault_on(1, At::Auth, Fault::Reply("535 5.7.8 wrong")).start();
    sandbox.use_server_with_login(&server);
    acme(&sandbox);
    draft(&sandbox);
    let _ = sandbox.run(&["send", "--yes"]).exits(77).talks_somehow().text();
    for _ in 0..2 {
        let json = sandbox.run(&["doctor", "--json"]).json();
        let check = check(&json, "smtp login");
        assert_eq!(check["status"], "warn", "{check}");
        assert_eq!(check["mend"], "`thanks send` lifts that, or `thanks init`");
    }
    let _ = sandbox.run(&["send", "--yes"]).text();
    let json = sandbox.run(&["doctor", "--json"]).json();
    assert_eq!(check(&json, "smtp login")["status"], "ok", "{json}");
}

#[test]
fn the_last_run_of_the_timer_is_told() {
    let mut sandbox = Sandbox::new();
    let _server = sandbox.with_server();
    acme(&sandbox);
    let json = sandbox.run(&["doctor", "--json"]).json();
    assert_eq!(check(&json, "last run")["detail"], "the timer has not run yet");
    let _ = sandbox.run(&["schedule", "run", "--no-input"]).text();
    sandbox.set_now("2026-03-05T23:00:00Z");
    let json = sandbox.run(&["doctor", "--json"]).json();
    assert_eq!(check(&json, "last run")["detail"], "Thu 5 Mar 15:54 EST");
}

#[test]
fn the_mailbox_is_read_as_before_a_follow_up_and_each_step_that_fails_is_named() {
    use crate::imap_server::{At, Fault as Odd};
    let examine = Odd::Refuse("NO EXAMINE Unsafe Login");
    for (fault, inbox, sent, why) in [
        (None, "ok", "ok", "2 messages read, as before a follow-up"),
        (Some((At::Examine, examine)), "fail", "fail", "127.0.0.1 refuses opening the folder"),
        (Some((At::Fetch, Odd::Drop)), "fail", "fail", "the connection to 127.0.0.1 broke"),
        (Some((At::Fetch, Odd::Garbage)), "fail", "fail", "127.0.0.1"),
        (Some((At::Login, Odd::Refuse("NO Temporary authentication failure"))), "-", "-", "try again later"),
    ] {
        let sandbox = Sandbox::new();
        let header = "From: Jane Doe <jane@acme.example>\nSubject: hello\nMessage-ID: <1@acme.example>";
        let day = " 5-Mar-2026 18:00:00 +0000";
        let (smtp, imap) =
            (smtp(), imap().message("INBOX", day, header, "hi").message("INBOX", day, header, "ho"));
        let (smtp, imap) = (smtp.start(), imap.start());
        sandbox.use_servers(&smtp, &imap, "none");
        acme(&sandbox);
        draft(&sandbox);
        let before = traces(&sandbox);
        imap.set_fault(fault.clone());
        let code = if inbox == "ok" { 0 } else { 1 };
        let json = sandbox.run(&["doctor", "--json"]).exits(code).json();
        let [.., found_inbox, found_sent] = found(&json);
        assert_eq!((found_inbox.as_str(), found_sent.as_str()), (inbox, sent), "{fault:?}: {json}");
        assert!(json.to_string().contains(why), "{why}: {json}");
        assert!(traces(&sandbox) == before, "a file has changed");
        let changing = ["APPEND", "SELECT", "STORE", "CREATE", "BODY["];
        let commands = imap.commands();
        assert!(!commands.iter().any(|line| changing.iter().any(|word| line.contains(word))), "{commands:?}");
        let examines = commands.iter().filter(|line| line.starts_with("EXAMINE")).count();
        assert_eq!(examines, if fault.is_none() { 2 } else { examines });
    }
}
