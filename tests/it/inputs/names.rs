//! Names: of those met, on the command line and in the editor, and of the sender.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;

use super::trial::Trial;
use super::{Expect, Input, of};
use crate::sandbox::Sandbox;

pub const FIELDS: &[&str] = &["name", "identity_name"];

const SAYS: [(&str, &str); 14] = [
    ("name-crlf-bcc", "the name holds a control character, U+000D"),
    ("name-lf", "the name holds a control character, U+000A"),
    ("name-nul", "the name holds a control character, U+0000"),
    ("name-esc", "the name holds a control character, U+001B"),
    ("name-bidi-override", "the name holds an invisible character, U+202E"),
    ("name-zero-width", "did you mean `Priya`?"),
    ("name-angle", "one address per person"),
    ("name-empty", "the name is empty"),
    ("name-spaces", "the name is empty"),
    ("name-test", "`Test Test`: is that a real person?"),
    ("name-nonutf8", "not UTF-8"),
    ("name-cyrillic-mix", "mixes Latin letters with others that look like them"),
    ("name-upper", "`PRIYA RAO` is all in capitals; `Priya Rao`?"),
    ("name-tera-block", "[placeholder]"),
];

#[test]
fn a_name_that_is_none_is_refused_and_one_in_doubt_is_asked_about() {
    let trial = Trial::new();
    for input in of(&["name"]) {
        let (Expect::Reject | Expect::Confirm, _) = input.expect() else { continue };
        let name = OsString::from_vec(input.bytes());
        // No argument can hold it: the editor below can.
        if input.bytes().contains(&0) {
            continue;
        }
        let mut who = name.clone();
        if !input.bytes().trim_ascii().is_empty() {
            who.push(" <priya@example.org>");
        }
        let met = trial.met("");
        let answer = trial.run_with(&met[..10], &who);
        input.judge(&answer, input.says(&SAYS));
        assert!(answer.err.contains("nothing was recorded\n") || input.hex.is_some(), "{answer}");
        assert!(answer.err.contains("--with") || input.expect().0 == Expect::Confirm || input.hex.is_some());
        assert!(trial.is_empty(), "{answer}");
    }
    trial.ends_with(0);
}

#[test]
fn a_name_in_doubt_is_kept_by_whoever_says_so_on_a_terminal() {
    for input in of(&["name"]).into_iter().filter(|input| input.expect().0 == Expect::Confirm) {
        let trial = Trial::new();
        let who = format!("{} <priya@example.org>", input.text());
        for (answer, code) in [("n", 1), ("y", 0)] {
            let args = [&["draft"], &trial.met(&who)[1..]].concat();
            let mut screen = trial.sandbox.terminal(&args);
            screen.sees(input.says(&SAYS)).answer("Keep it? [y]es [n]o:", answer);
            let shown = screen.ends(code);
            assert_eq!(trial.is_empty(), answer == "n", "{shown}");
            super::trial::is_fit_to_print(&shown);
        }
        trial.ends_with(0);
    }
}

#[test]
fn a_real_name_arrives_as_it_is_written() {
    for input in of(&["name"]).into_iter().filter(Input::is_taken) {
        let trial = Trial::new();
        let who = format!("{} <priya@example.org>", input.text());
        let answer = trial.run(&trial.met(&who));
        let id = &input.id;
        let says = SAYS.iter().find(|(known, _)| known == id).map_or("added acme", |(_, says)| says);
        input.judge(&answer, says);
        let read = trial.sends(&[]);
        assert_eq!(read.to[0].name.as_deref(), Some(input.becomes().as_str()), "{id}");
        assert_eq!(read.to[0].address, "priya@example.org");
        let greeting = read.body.lines().next().unwrap();
        assert!(greeting.starts_with("Hi ") && greeting.len() > "Hi ,".len(), "{id}: {greeting}");
        trial.ends_with(1);
    }
}

#[test]
fn a_mark_of_a_template_in_a_name_is_a_text_that_the_checks_hold_back() {
    for input in of(&["name"]).into_iter().filter(|input| input.expect().0 == Expect::Hold) {
        let trial = Trial::new();
        let who = format!("{} <priya@example.org>", input.text());
        assert_eq!(trial.run(&trial.met(&who)).code, 0);
        trial.draft();
        let answer = trial.run(&["send", "--yes"]);
        input.judge(&answer, input.says(&SAYS));
        assert!(trial.server.accepted().is_empty());
        let read = trial.sends(&["--allow", "placeholder"]);
        assert_eq!(read.to[0].name, Some(input.text()), "it is never filled in");
        trial.ends_with(1);
    }
}

/// What `thanks edit acme` shows of Jane.
fn document(sandbox: &Sandbox) -> String {
    let copy = sandbox.folder().join("document");
    let mut command = sandbox.command(&["edit", "acme"]);
    command.env("EDITOR", format!("sh -c 'cp \"$0\" {}'", copy.display()));
    assert!(command.output().unwrap().status.success());
    fs::read_to_string(copy).unwrap()
}

/// The same document with another value under one of Jane's keys, in the editor.
pub fn edited(trial: &mut Trial, from: &str, to: &[u8]) -> super::Answer {
    let document = document(&trial.sandbox);
    let (before, after) = document.split_once(from).unwrap();
    let file = trial.sandbox.folder().join("edited");
    fs::write(&file, [before.as_bytes(), to, after.as_bytes()].concat()).unwrap();
    trial.sandbox.set_editor(&format!("cp {} \"$0\"", file.display()));
    trial.run(&["edit", "acme"])
}

/// A value as TOML writes it; one that is no text, as its bytes.
pub fn quoted(bytes: &[u8]) -> Vec<u8> {
    match std::str::from_utf8(bytes) {
        Ok(text) => toml::Value::String(text.to_owned()).to_string().into_bytes(),
        Err(_) => [b"\"", bytes, b"\""].concat(),
    }
}

#[test]
fn a_name_in_the_editor_is_read_like_one_on_the_command_line() {
    let mut trial = Trial::new();
    trial.jane();
    for input in of(&["name"]) {
        let to = [b"name = ".to_vec(), quoted(&input.bytes())].concat();
        let answer = edited(&mut trial, "name = \"Jane Doe\"", &to);
        if input.is_taken() || input.expect().0 == Expect::Hold {
            assert_eq!(answer.code, 0, "{}: {answer}", input.id);
            let shown: serde_json::Value =
                serde_json::from_str(&trial.run(&["draft", "--json"]).out).unwrap();
            let to = shown["notes"][0]["headers"]["To"].as_str().unwrap().to_owned();
            assert_eq!(to, format!("{} <jane@acme.example>", input.becomes()), "{}", input.id);
            let back = format!("name = {}", toml::Value::String(input.becomes()));
            assert_eq!(edited(&mut trial, &back, b"name = \"Jane Doe\"").code, 0);
            continue;
        }
        // A whole mailbox is one argument; here the address has a key of its own.
        let says = match input.id.as_str() {
            "name-angle" => "the name `Priya <ceo@example.net>` looks like an address",
            _ => input.says(&SAYS),
        };
        input.judge(&answer, says);
        assert!(answer.err.contains("nothing was changed; your text is in "), "{answer}");
    }
    trial.ends_with(0);
}

#[test]
fn a_name_of_ones_own_is_read_the_same_way() {
    let trial = Trial::new();
    trial.jane();
    for input in of(&["name"]) {
        let account = trial.account("NAME", "jo@example.com");
        let (before, after) = account.split_once("\"NAME\"").unwrap();
        let config = [before.as_bytes(), &quoted(&input.bytes()), after.as_bytes()].concat();
        fs::write(trial.sandbox.home().join("config.toml"), config).unwrap();
        // Whoever sets up their own name is not asked whether it is theirs, and an empty one is none.
        let is_empty = input.bytes().trim_ascii().is_empty();
        if input.expect().0 == Expect::Reject && !is_empty {
            let answer = trial.run(&["status"]);
            assert_eq!(answer.code, 78, "{}: {answer}", input.id);
            let place = match input.hex {
                Some(_) => "config.toml is not UTF-8",
                None => "config.toml:2:8: the name ",
            };
            assert!(answer.err.contains(place), "{answer}");
            continue;
        }
        let shown: serde_json::Value = serde_json::from_str(&trial.run(&["draft", "--json"]).out).unwrap();
        let from = shown["notes"][0]["headers"]["From"].as_str().unwrap().to_owned();
        let meant = match is_empty {
            true => "jo@example.com".to_owned(),
            false => format!("{} <jo@example.com>", input.becomes()),
        };
        assert_eq!(from, meant, "{}", input.id);
    }
    trial.ends_with(0);
}

#[test]
fn without_a_name_of_ones_own_from_is_the_bare_address() {
    for input in of(&["identity_name"]) {
        let trial = Trial::new();
        trial.sandbox.configure(&trial.account(&input.text(), "jo@example.com"));
        let answer = trial.run(&trial.met("Priya Rao <priya@example.org>"));
        input.judge(&answer, "added acme");
        let read = trial.sends(&[]);
        assert_eq!((read.from[0].name.as_ref(), input.becomes.as_ref()), (None, None));
        let taken = trial.server.accepted().remove(0).data;
        assert!(taken.starts_with(b"From: jo@example.com\r\n"), "{}", String::from_utf8_lossy(&taken));
        trial.ends_with(1);
    }
}
