//! Completions and the man page name every command, and the shells take them.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::sandbox::Sandbox;

/// As the grouped help has them.
fn commands(sandbox: &Sandbox) -> Vec<String> {
    let help = sandbox.run(&["--help"]).text();
    let (_, groups) = help.split_once("\n\nEveryday:\n").unwrap();
    let (groups, _) = groups.split_once("\n      --json").unwrap();
    let lines = groups.lines().filter_map(|line| line.strip_prefix("  "));
    lines.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

/// What a program makes of a script, if it is there.
fn taken_by(program: &str, args: &[&str], script: &str) -> Option<String> {
    let pipe = Stdio::piped;
    let child = Command::new(program).args(args).stdin(pipe()).stdout(pipe()).stderr(pipe()).spawn();
    let mut child = child.ok()?;
    let _ = child.stdin.take().unwrap().write_all(script.as_bytes());
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && told.is_empty(), "{program}: {told}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_completions_of_each_shell_name_every_command() {
    let sandbox = Sandbox::new();
    let commands = commands(&sandbox);
    assert!(commands.len() >= 15, "{commands:?}");
    for (shell, checks) in [("bash", &["-n"][..]), ("zsh", &["-n"]), ("fish", &["--no-execute"])] {
        let script = sandbox.run(&["completions", shell]).text();
        for command in &commands {
            assert!(script.contains(command.as_str()), "{shell}: {command}");
        }
        taken_by(shell, checks, &script);
    }
    sandbox.run(&["completions", "tcsh"]).exits(2).talk();
}

#[test]
fn bash_completes_commands_and_their_flags() {
    let script = Sandbox::new().run(&["completions", "bash"]).text();
    let ask = "COMP_WORDS=(thanks dr); COMP_CWORD=1; _thanks thanks dr thanks; echo \"${COMPREPLY[@]}\"\n\
               COMP_WORDS=(thanks init --pass); COMP_CWORD=2; _thanks thanks --pass init; \
               echo \"${COMPREPLY[@]}\"\n";
    if let Some(completed) = taken_by("bash", &["--norc"], &format!("{script}\n{ask}")) {
        assert_eq!(completed, "draft\n--password-stdin\n");
    }
}

#[test]
fn the_man_page_lists_every_command_and_formats_without_a_warning() {
    let sandbox = Sandbox::new();
    let page = sandbox.run(&["man"]).text();
    assert!(page.contains(".TH thanks 1"), "{page}");
    for command in commands(&sandbox) {
        assert!(
            page.contains(&format!(".SH \"THANKS {}\"\n", command.to_uppercase())),
            "{command} in\n{page}"
        );
    }
    assert_eq!(page.matches(".SH OPTIONS\n").count(), 1);
    taken_by("groff", &["-man", "-Tutf8", "-ww"], &page);
}
