//! Configurations: broken ones, dangerous ones, and who may have written them.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use super::trial::{Answer, Trial};
use super::{Expect, Input, of};

pub const FIELDS: &[&str] = &["config", "config_mode", "config_kind"];

const SAYS: [(&str, &str); 12] = [
    ("cfg-syntax", "config.toml:1:6: "),
    ("cfg-truncated", "config.toml:2:18: "),
    ("cfg-unknown-key", "config.toml:2:1: unknown key `hots`\n\nhint: did you mean `host`?"),
    ("cfg-type", "config.toml:2:8: "),
    ("cfg-plain-tls", "security = \"none\" is for this computer only, and smtp.example.org is elsewhere"),
    ("cfg-invalid-certs", "config.toml:2:1: unknown key `accept_invalid_certs`"),
    ("cfg-pwcmd-string", "a command is a list, run without a shell: [\"pass\", \"show\", \"mail\"]"),
    ("cfg-pwcmd-fail", "the command for the password, `false`, ended with exit code 1"),
    ("cfg-world-readable", "says where the password goes, and others may write it (mode 0666)"),
    ("cfg-newer", "config.toml:1:1: written by a newer thanks"),
    ("cfg-bom", "From: Ana <a@example.com>"),
    ("cfg-dir", "config.toml is a directory"),
];

fn file(trial: &Trial) -> PathBuf {
    trial.sandbox.home().join("config.toml")
}

/// Puts the input where the configuration is.
fn configure(trial: &Trial, input: &Input) {
    let file = file(trial);
    match input.field.as_str() {
        "config" => fs::write(file, input.bytes()).unwrap(),
        "config_mode" => {
            let mode = u32::from_str_radix(input.value.as_str().unwrap(), 8).unwrap();
            fs::set_permissions(file, Permissions::from_mode(mode)).unwrap();
        }
        "config_kind" => {
            fs::remove_file(&file).unwrap();
            fs::create_dir(file).unwrap();
        }
        field => panic!("{field}"),
    }
}

#[test]
fn a_configuration_that_cannot_be_used_stops_every_command_but_doctor() {
    let is_refused = |input: &Input| input.expect() == (Expect::Reject, 78) || input.field == "config_mode";
    for input in of(FIELDS).into_iter().filter(is_refused) {
        let trial = Trial::new();
        trial.jane();
        trial.draft();
        configure(&trial, &input);
        for args in [&["send", "--yes"][..], &["status"], &["draft"], &["schedule", "run"]] {
            let answer = trial.run(args);
            input.judge(&answer, input.says(&SAYS));
            assert!(answer.out.is_empty(), "{answer}");
        }
        let doctor = trial.run(&["doctor"]);
        assert_eq!(doctor.code, 1, "{doctor}");
        assert!(doctor.out.contains("fail  configuration"), "{doctor}");
        trial.ends_with(0);
    }
}

#[test]
fn no_setup_overwrites_a_configuration_that_it_cannot_read() {
    for input in of(&["config"]).into_iter().filter(|input| input.expect() == (Expect::Reject, 78)) {
        let trial = Trial::new();
        configure(&trial, &input);
        let answer = trial.run(&[
            "init",
            "--email=Jo Marsh <jo@example.com>",
            "--host=127.0.0.1",
            "--security=none",
            &format!("--port={}", trial.server.port()),
            "--user=",
        ]);
        assert_eq!(answer.code, 78, "{}: {answer}", input.id);
        assert_eq!(fs::read(file(&trial)).unwrap(), input.bytes(), "{}", input.id);
        trial.ends_with(0);
    }
}

#[test]
fn a_command_for_the_password_that_fails_sends_nothing_and_its_words_are_not_shown() {
    for input in of(&["config"]).into_iter().filter(|input| input.expect() == (Expect::Reject, 77)) {
        let words = "[auth]\ncommand=[\"sh\",\"-c\",\"echo words-of-the-vault >&2; exit 1\"]\n".to_owned();
        for (auth, says) in [
            (input.text(), input.says(&SAYS)),
            (words, "the command for the password, `sh`, ended with exit code 1"),
        ] {
            let trial = Trial::new();
            trial.jane();
            trial.draft();
            let account = trial.account("Jo Marsh", "jo@example.com");
            let (before, _) = account.split_once("[auth]").unwrap();
            trial.sandbox.configure(&format!("{before}{auth}"));
            let answer: Answer = trial.run(&["send", "--yes"]);
            input.judge(&answer, says);
            assert!(answer.err.contains("nothing was sent"), "{answer}");
            assert!(!answer.everything().contains("words-of-the-vault"), "{answer}");
            assert_eq!(trial.server.connections(), 0);
            trial.ends_with(0);
        }
    }
}

#[test]
fn a_configuration_of_another_editor_is_read() {
    for input in of(FIELDS).into_iter().filter(Input::is_taken) {
        let trial = Trial::new();
        trial.jane();
        configure(&trial, &input);
        input.judge(&trial.run(&["draft"]), input.says(&SAYS));
        trial.ends_with(0);
    }
}
