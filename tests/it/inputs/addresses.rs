//! Addresses: of those met, on the command line and in the editor, and of the sender; and several
//! spellings of one.

use super::names::{edited, quoted};
use super::trial::{Trial, is_fit_to_print};
use super::{Expect, Input, of};
use crate::smtp_server::SmtpServer;

pub const FIELDS: &[&str] = &["email", "recipients"];

const SAYS: [(&str, &str); 22] = [
    ("mail-crlf-rcpt", "one address per person"),
    ("mail-quoted-crlf", "quoted addresses are not supported"),
    ("mail-two", "one address per person"),
    ("mail-semicolon", "one address per person"),
    ("mail-trailing-dot", "did you mean `priya@example.org`?"),
    ("mail-noat", "is not an address: it has no @"),
    ("mail-notld", "the domain has no ending such as .com"),
    ("mail-ip", "an address literal is nobody's address"),
    ("mail-typo-domain", "did you mean priya@gmail.com?"),
    ("mail-homograph2", "looks like another domain: it is really xn--80ak6aa92e.com"),
    ("mail-fake-puny", "what follows the @ is not a host name"),
    ("mail-eai", "can be reached only through a server with SMTPUTF8; many have none"),
    ("mail-zw", "an invisible character, U+200B"),
    ("mail-self", "me@example.com is your own address"),
    ("mail-noreply", "nobody reads answers, nor notes, at such an address"),
    ("mail-long-local", "the part before the @ is longer than 64 octets"),
    ("mail-long-total", "the address is longer than 254 octets"),
    ("mail-ipv6-literal", "an address literal is nobody's address"),
    ("mail-underscore-domain", "what follows the @ is not a host name"),
    ("mail-bang", "routes with `!` or `%` are not supported"),
    ("mail-dup-person", "PRIYA@Example.org was Priya Rao, and is P. Rao from now on"),
    ("rcpt-dup", "acme/priya  Priya Rao <p@example.org>"),
];

/// Priya at an address as it was pasted.
fn who(address: &str) -> String {
    format!("Priya Rao <{address}>")
}

/// A trial in which Jo is who the input says.
fn trial(input: &Input) -> Trial {
    let trial = Trial::new();
    if let Some(email) = input.setup.get("me.email") {
        trial.sandbox.configure(&trial.account("Jo Marsh", email.as_str().unwrap()));
    }
    trial
}

#[test]
fn an_address_that_is_none_is_refused_and_one_in_doubt_is_asked_about() {
    for input in of(&["email"]) {
        let (Expect::Reject | Expect::Confirm, _) = input.expect() else { continue };
        let trial = trial(&input);
        let answer = trial.run(&trial.met(&who(&input.text())));
        input.judge(&answer, input.says(&SAYS));
        assert!(answer.err.contains("nothing was recorded\n"), "{answer}");
        assert_eq!(answer.err.contains("--with: "), input.expect().0 == Expect::Reject, "{answer}");
        assert_eq!(answer.err.lines().count(), answer.err.matches('\n').count());
        assert!(answer.err.contains("\nhint: "), "{answer}");
        assert!(trial.is_empty(), "{answer}");
        if input.expect().0 == Expect::Confirm {
            for (typed, code) in [("n", 1), ("y", 0)] {
                let who = who(&input.text());
                let mut screen = trial.sandbox.terminal(&[&["draft"], &trial.met(&who)[1..]].concat());
                let _ = screen.sees("Keep it? [y]es [n]o:").answer("", typed);
                let shown = screen.ends(code);
                is_fit_to_print(&shown);
                assert_eq!(trial.is_empty(), typed == "n", "{shown}");
            }
        }
        trial.ends_with(0);
    }
}

#[test]
fn no_refused_address_breaks_the_lines_of_the_message() {
    for id in ["mail-crlf-rcpt", "mail-quoted-crlf"] {
        let input = of(&["email"]).into_iter().find(|input| input.id == id).unwrap();
        let trial = Trial::new();
        let answer = trial.run(&trial.met(&who(&input.text())));
        let lines: Vec<&str> = answer.err.lines().collect();
        assert_eq!(lines[1], "nothing was recorded", "{answer}");
        assert!(lines[0].starts_with("error: --with: `"), "{answer}");
        trial.ends_with(0);
    }
}

#[test]
fn a_real_address_arrives_at_exactly_one_recipient() {
    for input in of(&["email"]).into_iter().filter(Input::is_taken) {
        let trial = Trial::new();
        let mut messages = 1;
        if let Some(existing) = input.setup.get("existing") {
            let known = trial.run(&trial.met(&who(existing.as_str().unwrap())));
            assert_eq!(known.code, 0, "{known}");
            let answer = trial.run(&trial.met(&format!("P. Rao <{}>", input.text())));
            input.judge(&answer, input.says(&SAYS));
        } else {
            let answer = trial.run(&trial.met(&who(&input.text())));
            let said = SAYS.iter().find(|(id, _)| *id == input.id).map_or("added acme", |(_, says)| says);
            input.judge(&answer, said);
        }
        trial.sends(&[]);
        let (local, domain) =
            input.becomes().rsplit_once('@').map(|(l, d)| (l.to_owned(), d.to_owned())).unwrap();
        let wire = format!("{local}@{}", idna::domain_to_ascii_strict(&domain).unwrap());
        assert_eq!(trial.server.accepted()[0].to, wire, "{}", input.id);
        let again = trial.run(&["send", "--yes"]);
        assert_eq!((again.code, again.err.as_str()), (0, "nothing to send\n"));
        if input.id == "mail-eai" {
            is_refused_without_smtputf8(&input);
            messages = 1;
        }
        trial.ends_with(messages);
    }
}

fn is_refused_without_smtputf8(input: &Input) {
    let server = SmtpServer::builder().keywords(&["8BITMIME", "AUTH PLAIN"]).start();
    let trial = Trial::with(server);
    assert_eq!(trial.run(&trial.met(&who(&input.text()))).code, 0);
    trial.draft();
    let answer = trial.run(&["send", "--yes"]);
    assert_eq!(answer.code, 69, "{answer}");
    assert!(answer.out.contains("the server takes no addresses beyond ASCII (SMTPUTF8)"), "{answer}");
    assert!(trial.run(&["status"]).out.contains("refused"));
    trial.ends_with(0);
}

#[test]
fn an_address_in_the_editor_is_read_like_one_on_the_command_line() {
    for input in of(&["email"]) {
        let mut trial = trial(&input);
        trial.jane();
        let to = [b"address = ".to_vec(), quoted(&input.bytes())].concat();
        let answer = edited(&mut trial, "address = \"jane@acme.example\"", &to);
        match input.expect() {
            (Expect::Accept | Expect::Normalise, _) => {
                assert_eq!(answer.code, 0, "{answer}");
                let shown: serde_json::Value =
                    serde_json::from_str(&trial.run(&["draft", "--json"]).out).unwrap();
                assert_eq!(shown["notes"][0]["to"], input.becomes(), "{}", input.id);
            }
            _ => {
                let says = match input.id.as_str() {
                    "mail-crlf-rcpt" => "a control character, U+000D",
                    "mail-quoted-crlf" => "a control character, U+000D",
                    _ => input.says(&SAYS),
                };
                input.judge(&answer, says);
                assert!(answer.err.contains("nothing was changed; your text is in "), "{answer}");
            }
        }
        trial.ends_with(0);
    }
}

#[test]
fn an_address_of_ones_own_is_read_the_same_way() {
    let trial = Trial::new();
    trial.jane();
    for input in of(&["email"]) {
        trial.sandbox.configure(&trial.account("Jo Marsh", &input.text()));
        let answer = trial.run(&["draft", "--json"]);
        // What is odd about somebody else's address is one's own affair.
        if input.expect().0 == Expect::Reject {
            assert_eq!(answer.code, 78, "{}: {answer}", input.id);
            assert!(answer.err.contains("config.toml:3:9: "), "{answer}");
            continue;
        }
        let shown: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
        let from = format!("Jo Marsh <{}>", input.becomes());
        assert_eq!(shown["notes"][0]["headers"]["From"], from, "{}", input.id);
    }
    trial.ends_with(0);
}

#[test]
fn one_address_in_several_spellings_is_one_person_and_one_recipient() {
    for input in of(&["recipients"]) {
        let trial = Trial::new();
        let spellings: Vec<String> =
            input.value.as_array().unwrap().iter().map(|one| who(one.as_str().unwrap())).collect();
        let mut args = trial.met(&spellings[0]).to_vec();
        for other in &spellings[1..] {
            args.extend(["--with", other]);
        }
        let answer = trial.run(&args);
        input.judge(&answer, input.says(&SAYS));
        let read = trial.sends(&[]);
        assert_eq!(serde_json::json!([read.to[0].address]), input.becomes.clone().unwrap());
        let commands = trial.server.commands();
        assert_eq!(commands.iter().filter(|line| line.starts_with("RCPT TO:")).count(), 1, "{commands:?}");
        trial.ends_with(1);
    }
}
