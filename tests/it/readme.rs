//! The console blocks of the README, played in order in one home: what is shown there is what
//! comes out. `THANKS_README=overwrite cargo test readme` writes what comes out into the file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::sandbox::Sandbox;

#[test]
fn the_readme_shows_what_comes_out() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let written = fs::read_to_string(&path).unwrap();
    let played = play(&written);
    #[expect(clippy::disallowed_methods, reason = "how a person asks the test to write")]
    let overwrite = std::env::var_os("THANKS_README").is_some();
    if overwrite {
        fs::write(&path, played).unwrap();
    } else {
        snapbox::assert_data_eq!(played, snapbox::Data::from(written).raw());
    }
}

/// The text with the output of each command as it is.
fn play(text: &str) -> String {
    let mut sandbox = Sandbox::new();
    let _server = sandbox.with_server();
    let mut played = String::new();
    let mut lines = text.lines().peekable();
    let mut in_console = false;
    while let Some(line) = lines.next() {
        if let Some(now) = line.strip_prefix("<!-- ").and_then(|line| line.strip_suffix(" -->")) {
            sandbox.set_now(now);
        }
        if !in_console {
            in_console = line == "```console";
            played.push_str(&format!("{line}\n"));
            continue;
        }
        let Some(first) = line.strip_prefix("$ ") else {
            if line == "```" {
                in_console = false;
                played.push_str("```\n");
            }
            continue;
        };
        played.push_str(&format!("{line}\n"));
        let mut command = first.to_owned();
        while let Some(more) = lines.next_if(|line| line.starts_with("> ")) {
            played.push_str(&format!("{more}\n"));
            command = format!("{}{}", command.trim_end_matches('\\'), more.strip_prefix("> ").unwrap());
        }
        played.push_str(&output(&sandbox, &command));
    }
    played
}

fn output(sandbox: &Sandbox, command: &str) -> String {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_thanks"));
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let ran = Command::new("/bin/sh")
        .args(["-c", &format!("{{ {command}\n}} 2>&1")])
        .env_clear()
        .envs(sandbox.environment())
        .env("PATH", path)
        .output()
        .unwrap();
    String::from_utf8(ran.stdout).unwrap().replace("127.0.0.1", "smtp.example.com")
}
