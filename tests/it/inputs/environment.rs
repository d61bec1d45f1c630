//! What a shell, a timer or a pipe may do to the program.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use super::trial::{Answer, CANARY, Trial, is_fit_to_print};
use super::{Expect, Input, of};
use crate::send::state;

pub const FIELDS: &[&str] = &["env", "argv", "stdin", "stdout"];

const SAYS: [(&str, &str); 12] = [
    ("env-home-unset", "neither HOME nor THANKS_HOME is set"),
    ("env-xdg-relative", "added acme"),
    ("env-tz-bad", "TZ names a time zone that is unknown: `Mars/Olympus`"),
    ("env-no-color", "added acme"),
    ("env-term-dumb", "added acme"),
    ("env-editor-args", "Subject: In words of my own"),
    ("env-rustlog", "sent     acme/jane"),
    ("env-sslkeylog", "sent     acme/jane"),
    ("arg-dash-name", "unexpected argument '--force' found"),
    ("arg-password", "unexpected argument '--password' found"),
    ("stdin-closed", "there is no terminal to ask on"),
    ("stdout-full", "No space left on device"),
];

/// The command with the variables of the input, and of THANKS_HOME only where `with_home`.
fn command(trial: &Trial, input: &Input, args: &[&str]) -> Command {
    let mut command = trial.sandbox.command(args);
    for (name, value) in input.value.as_object().unwrap() {
        match value.as_str() {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}

fn files(folder: &std::path::Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn without_a_home_nothing_is_written_anywhere() {
    for input in of(&["env"]).into_iter().filter(|input| input.expect().0 == Expect::Reject) {
        let trial = Trial::new();
        let before = files(trial.sandbox.folder());
        let met = trial.met("Jane Doe <jane@acme.example>");
        let mut command = command(&trial, &input, &met);
        if input.id == "env-home-unset" {
            command.env_remove("THANKS_HOME");
        }
        let answer = trial.run_command(command);
        input.judge(&answer, input.says(&SAYS));
        assert!(answer.err.contains("\nhint: "), "{answer}");
        assert_eq!(files(trial.sandbox.folder()), before);
        assert!(trial.is_empty());
        trial.ends_with(0);
    }
}

#[test]
fn a_relative_folder_of_data_is_passed_over_wherever_one_stands() {
    for input in of(&["env"]).into_iter().filter(|input| input.expect().0 == Expect::Normalise) {
        let trial = Trial::new();
        let met = trial.met("Jane Doe <jane@acme.example>");
        let other = trial.sandbox.folder().join("elsewhere");
        fs::create_dir(&other).unwrap();
        let mut add = command(&trial, &input, &met);
        add.env_remove("THANKS_HOME");
        input.judge(&trial.run_command(add), input.says(&SAYS));
        let mut status = command(&trial, &input, &["status"]);
        status.env_remove("THANKS_HOME").current_dir(&other);
        let answer = trial.run_command(status);
        assert!(answer.out.contains("acme/jane"), "one record, whatever the folder: {answer}");
        assert!(files(&other).is_empty() && !files(trial.sandbox.folder()).contains(&"data".to_owned()));
        assert!(trial.sandbox.folder().join("user/.local/share/thanks/thanks.db").exists());
        trial.ends_with(0);
    }
}

#[test]
fn a_terminal_gets_no_colour_and_a_dumb_one_no_movement() {
    for id in ["env-no-color", "env-term-dumb"] {
        let input = of(&["env"]).into_iter().find(|input| input.id == id).unwrap();
        let mut trial = Trial::new();
        let met = trial.met("Jane Doe <jane@acme.example>");
        input.judge(&trial.run_command(command(&trial, &input, &met)), input.says(&SAYS));
        for (name, value) in input.value.as_object().unwrap() {
            trial.sandbox.set(name, value.as_str().unwrap());
        }
        for args in [&["status"][..], &["draft"], &["doctor"], &["--help"]] {
            let octets = trial.sandbox.terminal(args).ends_with_octets();
            assert!(!octets.contains(&0x1b), "{args:?}: {}", String::from_utf8_lossy(&octets).escape_debug());
        }
        let mut screen = trial.sandbox.terminal(&["send"]);
        screen.answer("[q]uit:", "y");
        let octets = String::from_utf8(screen.ends_with_octets()).unwrap();
        let sequences: Vec<&str> = octets.split('\u{1b}').skip(1).collect();
        let colours = sequences.iter().any(|sequence| {
            let end = sequence.find(|c: char| c.is_ascii_alphabetic());
            end.and_then(|end| sequence.get(end..)).is_some_and(|rest| rest.starts_with('m'))
        });
        assert!(!colours && (id != "env-term-dumb" || sequences.is_empty()), "{}", octets.escape_debug());
        trial.ends_with(1);
    }
}

#[test]
fn an_editor_may_have_arguments_and_no_shell_reads_them() {
    let input = of(&["env"]).into_iter().find(|input| input.id == "env-editor-args").unwrap();
    let trial = Trial::new();
    trial.jane();
    let program = trial.sandbox.folder().join("code");
    let script = "#!/bin/sh\n[ \"$1\" = --wait ] && [ $# = 2 ] && sed -i '1s/.*/Subject: In words of my own/' \"$2\"\n";
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    for (editor, code) in [("", 0), ("; touch stray", 1), ("$(touch stray)", 1)] {
        let mut command = command(&trial, &input, &["draft", "--edit"]);
        let path = format!("{}:/usr/bin:/bin", trial.sandbox.folder().display());
        let named = input.value["EDITOR"].as_str().unwrap();
        command.env("PATH", path).env("EDITOR", format!("{named}{editor}"));
        let answer = trial.run_command(command);
        assert_eq!(answer.code, code, "{editor}: {answer}");
        assert!(!trial.sandbox.folder().join("stray").exists(), "a shell ran");
        if code == 0 {
            input.judge(&answer, input.says(&SAYS));
        }
    }
    trial.ends_with(0);
}

#[test]
fn no_variable_makes_the_program_tell_its_secrets() {
    for id in ["env-rustlog", "env-sslkeylog"] {
        let input = of(&["env"]).into_iter().find(|input| input.id == id).unwrap();
        let mut trial = Trial::with(
            crate::smtp_server::SmtpServer::builder()
                .transport(crate::smtp_server::Transport::Tls(crate::smtp_server::Certificate::Good))
                .start(),
        );
        let ca = trial.sandbox.folder().join("ca.pem");
        fs::write(&ca, trial.server.ca_pem()).unwrap();
        let door = trial.door("tls", &format!("ca_file = \"{}\"\n", ca.display()));
        trial.sandbox.configure(&format!("[me]\nname = \"Jo\"\nemail = \"jo@example.com\"\n{door}"));
        trial.jane();
        trial.draft();
        let keys = trial.sandbox.folder().join("keys");
        for (name, value) in input.value.as_object().unwrap() {
            let value =
                if name == "SSLKEYLOGFILE" { keys.to_str().unwrap() } else { value.as_str().unwrap() };
            trial.sandbox.set(name, value);
        }
        let answer = trial.run(&["send", "--yes", "-v"]);
        input.judge(&answer, input.says(&SAYS));
        assert!(!answer.everything().contains("Kafka") && !answer.everything().contains("AUTH"), "{answer}");
        assert_eq!(trial.server.logins(), [format!("PLAIN jo@example.com {CANARY}")]);
        assert!(!keys.exists());
        trial.ends_with(1);
    }
}

#[test]
fn a_flag_is_never_eaten_as_a_value_and_no_flag_takes_a_password() {
    for input in of(&["argv"]) {
        let trial = Trial::new();
        let args: Vec<&str> =
            input.value.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
        input.judge(&trial.run(&args), input.says(&SAYS));
        assert!(trial.is_empty());
        trial.ends_with(0);
    }
}

/// The program by a shell that has closed its standard input.
fn without_input(trial: &Trial, words: &str) -> Answer {
    let template = trial.sandbox.command(&[]);
    let mut command = Command::new("/bin/sh");
    command.args(["-c", &format!("exec \"$0\" {words} <&-"), env!("CARGO_BIN_EXE_thanks")]);
    command.env_clear().current_dir(trial.sandbox.folder());
    for (name, value) in template.get_envs() {
        command.env(name, value.unwrap());
    }
    trial.run_command(command)
}

#[test]
fn without_an_input_nobody_is_asked_and_nothing_goes() {
    for input in of(&["stdin"]) {
        let trial = Trial::new();
        trial.jane();
        trial.draft();
        let answer = without_input(&trial, "send");
        input.judge(&answer, input.says(&SAYS));
        for (words, code) in [("add", 3), ("add acme", 3), ("init", 3), ("status", 0), ("edit acme", 3)] {
            let answer = without_input(&trial, words);
            assert_eq!(answer.code, code, "{words}: {answer}");
        }
        assert!(trial.server.accepted().is_empty());
        assert_eq!(without_input(&trial, "send --yes").code, 0, "a timer has no input either");
        trial.ends_with(1);
    }
}

#[test]
fn whoever_reads_what_is_written_the_note_is_sent_once_and_recorded() {
    for input in of(&["stdout"]) {
        let trial = Trial::new();
        trial.jane();
        trial.draft();
        let mut command = trial.sandbox.command(&["send", "--yes"]);
        command.stdin(Stdio::null()).stderr(Stdio::piped());
        let child = match input.value.as_str().unwrap() {
            "closed pipe" => {
                let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
                drop(child.stdout.take());
                child
            }
            path => {
                let Ok(full) = File::options().write(true).open(path) else { continue };
                command.stdout(full).spawn().unwrap()
            }
        };
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        is_fit_to_print(&err);
        assert_eq!(output.status.code(), Some(input.expect().1), "{}: {err}", input.id);
        let says = if input.id == "stdout-closed" { "" } else { input.says(&SAYS) };
        assert!(err.contains(says), "{err}");
        assert_eq!(state(&trial.sandbox, "acme/jane"), "sent");
        trial.ends_with(1);
    }
}
