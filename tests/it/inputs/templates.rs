//! Templates of one's own, by their text, their file and their name.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

use super::of;
use super::trial::Trial;
use crate::smtp_server::SmtpServer;

pub const FIELDS: &[&str] =
    &["template", "template_name", "template_file_symlink_to", "template_file_kind", "template_file_hex"];

const SAYS: [(&str, &str); 13] = [
    ("tpl-getenv", "thank-you/body.txt.tera, line 1: Unknown function `get_env`"),
    ("tpl-undefined", "thank-you/body.txt.tera, line 1: there is no variable \"frist\""),
    ("tpl-include-abs", "line 1: Unknown template `/etc/passwd`\n\nhint: a template stands alone"),
    ("tpl-name-traversal", "\"../../etc/passwd\" cannot name a template"),
    ("tpl-name-abs", "\"/etc/passwd\" cannot name a template"),
    ("tpl-name-win", "\"CON\" cannot name a template"),
    ("tpl-symlink", "templates/thank-you/body.txt.tera is a link that leaves the template folder"),
    ("tpl-fifo", "templates/thank-you/body.txt.tera is not a regular file"),
    ("tpl-nonutf8", "templates/thank-you/body.txt.tera is not UTF-8 at byte 4"),
    ("tpl-bomb", "the template thank-you/body.txt.tera "),
    ("tpl-deep-nest", "thank-you/body.txt.tera, line 1: "),
    ("tpl-empty-out", "the template thank-you/body.txt.tera gives an empty text"),
    ("tpl-missing", "there are: thank-you, thank-you-brief"),
];

/// The user's own body of a thank-you, which is not there yet.
fn body(trial: &Trial) -> PathBuf {
    let folder = trial.sandbox.home().join("templates/thank-you");
    fs::create_dir_all(&folder).unwrap();
    folder.join("body.txt.tera")
}

#[test]
fn a_template_that_cannot_be_filled_is_named_with_its_line_and_nothing_is_drafted() {
    let trial = Trial::new();
    trial.jane();
    for input in of(FIELDS) {
        let answer = match input.field.as_str() {
            "template_name" => trial.run(&["draft", "--template", &input.text()]),
            field => {
                let path = body(&trial);
                let _ = fs::remove_file(&path);
                match field {
                    "template" | "template_file_hex" => fs::write(&path, input.bytes()).unwrap(),
                    "template_file_symlink_to" => symlink(input.text(), &path).unwrap(),
                    "template_file_kind" => {
                        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
                    }
                    _ => panic!("{field}"),
                }
                trial.run(&["draft"])
            }
        };
        input.judge(&answer, input.says(&SAYS));
        assert!(answer.out.is_empty(), "{answer}");
        assert!(!answer.err.contains("root:"), "the file is shown: {answer}");
        let db = rusqlite::Connection::open(trial.sandbox.home().join("thanks.db")).unwrap();
        let notes: i64 = db.query_row("SELECT count(*) FROM notes", [], |row| row.get(0)).unwrap();
        assert_eq!(notes, 0, "{}", input.id);
    }
    // What the nearest known one is, is said.
    fs::write(body(&trial), "Hi {{ frist }}").unwrap();
    assert!(trial.run(&["draft"]).err.contains("\nhint: did you mean first?\n"));
    assert!(trial.run(&["draft", "--template", "nugde"]).err.contains("\nhint: did you mean nudge?\n"));
    trial.ends_with(0);
}

#[test]
fn nothing_of_an_environment_gets_into_a_note() {
    let mut trial = Trial::with(SmtpServer::builder().start());
    trial.jane();
    trial.sandbox.set("SECRET_OF_MINE", "canary-of-the-environment");
    for text in [
        "{{ get_env(name=\"SECRET_OF_MINE\") }}",
        "{{ __tera_context }}",
        "{{ SECRET_OF_MINE }}",
        "{% set x = get_env(name=\"SECRET_OF_MINE\") %}{{ x }}",
    ] {
        fs::write(body(&trial), format!("Hi {{{{ first }}}},\n{text}\n")).unwrap();
        let answer = trial.run(&["draft"]);
        assert!(!answer.everything().contains("canary-of-the-environment"), "{answer}");
    }
    trial.ends_with(0);
}
