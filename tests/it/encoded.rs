//! Text that another program left encoded, and names with quotation marks and commas: refused or
//! signed as they are meant.

use crate::sandbox::Sandbox;

const JANE: &str = "Jane Doe <jane@acme.example>";

fn add<'a>(company: &'a str, role: &'a str, with: &'a str, topic: &'a str) -> [&'a str; 11] {
    ["add", "--company", company, "--role", role, "--with", with, "--topic", topic, "--ended", "15:45"]
}

#[test]
fn nothing_that_was_encoded_elsewhere_is_recorded() {
    let sandbox = Sandbox::new();
    for (line, hint) in [
        (
            add("Acme", "SRE", "=?utf-8?q?J=C3=A4ne_Doe?= <jane@acme.example>", "pay"),
            "did you mean `Jäne Doe <jane@acme.example>`?",
        ),
        (
            add("Acme", "=?utf-8?q?Entwickler_f=C3=BCr_Java?=", JANE, "pay"),
            "did you mean `Entwickler für Java`?",
        ),
        (add("M%C3%BCller AG", "SRE", JANE, "pay"), "did you mean `Müller AG`?"),
        (add("MÃ¼ller AG", "SRE", JANE, "pay"), "did you mean `Müller AG`?"),
        (add("Smith &amp; Sons", "SRE", JANE, "pay"), "did you mean `Smith & Sons`?"),
        (add("Acme", "SRE", JANE, "why we donâ€™t page"), "did you mean `why we don’t page`?"),
        (add("Acme", "SRE", JANE, "the M=C3=BCnchen office"), "did you mean `the München office`?"),
    ] {
        let talk = sandbox.run(&line).exits(65).talk();
        assert!(talk.contains(" contains ") && talk.contains(hint), "{line:?}: {talk}");
    }
    let talk = sandbox.run(&["show"]).talks_somehow().exits(0).both();
    assert!(!talk.0.contains("acme"), "{talk:?}");
    let honest = add("AT&T R&D", "SRE (50%)", JANE, "why A=B saves 50%");
    sandbox.run(&honest).talks_somehow().text();
}

#[test]
fn a_name_with_quotes_and_commas_signs_and_sends_as_it_is_meant() {
    for (name, signed, from) in [
        ("Marsh, Jo", "Jo Marsh", "From: \"Jo Marsh\" <jo@example.com>"),
        ("Jo Marsh, PhD", "Jo Marsh, PhD", "From: \"Jo Marsh, PhD\" <jo@example.com>"),
        ("Jo \\\"JJ\\\" Marsh", "Jo \"JJ\" Marsh", "From: \"Jo \\\"JJ\\\" Marsh\" <jo@example.com>"),
    ] {
        let sandbox = Sandbox::new();
        let server = sandbox.with_server();
        let config = std::fs::read_to_string(sandbox.home().join("config.toml")).unwrap();
        let name_line = config.lines().find(|line| line.starts_with("name = ")).unwrap();
        sandbox.configure(&config.replace(name_line, &format!("name = \"{name}\"")));
        let line = add("Acme", "Engineer, \"Platform\"", JANE, "moving the billing jobs to Kafka");
        sandbox.run(&line).talks_somehow().text();
        let body = sandbox.run(&["draft", "--body"]).talks_somehow().text();
        assert!(body.trim_end().ends_with(&format!("\n{signed}")), "{body}");
        sandbox.run(&["draft"]).talks_somehow().text();
        sandbox.run(&["send", "--yes"]).talks_somehow().text();
        let bytes = server.raw();
        let wire = String::from_utf8_lossy(&bytes);
        assert!(wire.contains(&format!("{from}\r\n")), "{wire}");
        assert!(wire.contains("Engineer, \"Platform\""), "{wire}");
    }
}
