//! The program in a home of its own: a cleared environment, a fixed clock, and answers compared
//! exactly. Standard error must be empty unless a test names what stands there.

mod screen;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use snapbox::IntoData;
use tempfile::TempDir;

use crate::imap_server::ImapServer;
use crate::smtp_server::{SmtpServer, Transport};

pub use screen::Screen;

/// Thu 5 Mar 15:54 EST.
pub const NOW: &str = "2026-03-05T20:54:00Z";

/// A home, a clock and an environment. The home goes with it.
#[must_use]
pub struct Sandbox {
    root: TempDir,
    environment: Vec<(String, String)>,
}

/// What a command did. Its exit code and its standard error are compared when its output is taken.
#[must_use = "take the output with `prints`, `text` or `json`"]
pub struct Run {
    command: String,
    stdout: String,
    stderr: String,
    code: Option<i32>,
    expected_code: i32,
    expected_stderr: Option<snapbox::Data>,
}

/// A user session of systemd that accepts everything, and no timer yet.
#[cfg(unix)]
fn with_systemctl(bin: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let script = bin.join("systemctl");
    fs::write(&script, "#!/bin/sh\necho Id=thanks.timer; echo ActiveState=active\n").unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(not(unix))]
fn with_systemctl(_: &Path) {}

impl Sandbox {
    /// At [`NOW`], in New York, without a configuration.
    pub fn new() -> Sandbox {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("user")).unwrap();
        let text = |path: PathBuf| path.to_str().unwrap().to_owned();
        let mut sandbox = Sandbox { root, environment: Vec::new() };
        sandbox.set("THANKS_HOME", &text(sandbox.home()));
        sandbox.set("HOME", &text(sandbox.root.path().join("user")));
        sandbox.set("THANKS_NOW", NOW);
        sandbox.set("TZ", "America/New_York");
        sandbox.set("TERM", "xterm");
        let bin = sandbox.root.path().join("bin");
        fs::create_dir(&bin).unwrap();
        with_systemctl(&bin);
        sandbox.set("PATH", &format!("{}:{}", bin.display(), option_env!("PATH").unwrap_or_default()));
        sandbox
    }

    /// A variable of the environment, from now on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Moves the clock: an instant as in `2026-03-23T14:06:00Z`.
    pub fn set_now(&mut self, instant: &str) {
        self.set("THANKS_NOW", instant);
    }

    pub fn environment(&self) -> impl Iterator<Item = (&str, &str)> {
        self.environment.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// An editor that is a shell script; `$0` is the file.
    pub fn set_editor(&mut self, script: &str) {
        assert!(!script.contains('\''), "the script stands in single quotes");
        self.set("EDITOR", &format!("sh -c '{script}'"));
    }

    /// `THANKS_HOME`, which exists once something was written to it.
    pub fn home(&self) -> PathBuf {
        self.root.path().join("thanks")
    }

    /// A folder for a test's own files.
    pub fn folder(&self) -> &Path {
        self.root.path()
    }

    /// Writes the configuration.
    pub fn configure(&self, toml: &str) {
        fs::create_dir_all(self.home()).unwrap();
        fs::write(self.home().join("config.toml"), toml).unwrap();
    }

    /// Starts an SMTP server that takes everything, and configures it for Jo Marsh.
    pub fn with_server(&self) -> SmtpServer {
        let server = SmtpServer::builder().transport(Transport::Plain).start();
        self.use_server(&server);
        server
    }

    /// Configures a server (plain, without a login) for Jo Marsh.
    pub fn use_server(&self, server: &SmtpServer) {
        self.configure(&account(server, "user = \"\"\n"));
    }

    /// The same with a login, whose password a command prints.
    pub fn use_server_with_login(&self, server: &SmtpServer) {
        self.configure(&account(server, "\n[auth]\ncommand = [\"printf\", \"secret\"]\n"));
    }

    /// Configures servers for mail out and mail in, with a password that a command prints.
    pub fn use_servers(&self, smtp: &SmtpServer, imap: &ImapServer, sent_copy: &str) {
        self.configure(&format!(
            "[me]\nname = \"Jo Marsh\"\nemail = \"jo@example.com\"\n\n\
             [smtp]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\nsent_copy = \"{sent_copy}\"\n\n\
             [imap]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\n\n\
             [auth]\ncommand = [\"echo\", \"sesame-42\"]\n",
            smtp.port(),
            imap.port()
        ));
    }

    /// Runs the program without a terminal.
    pub fn run(&self, args: &[&str]) -> Run {
        self.run_with_input(args, "")
    }

    /// The program with its environment, for a test that starts it by itself.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_thanks"));
        command
            .args(args)
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(self.root.path());
        command
    }

    pub fn run_with_input(&self, args: &[&str], input: &str) -> Run {
        let mut child = self
            .command(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A program that does not read has closed its end.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Run {
            command: format!("thanks {}", args.join(" ")),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code(),
            expected_code: 0,
            expected_stderr: Some("".into_data()),
        }
    }

    /// Runs the program on a terminal of 100 columns.
    pub fn terminal(&self, args: &[&str]) -> Screen {
        let program = Path::new(env!("CARGO_BIN_EXE_thanks"));
        Screen::start(program, args, &self.environment, self.root.path())
    }
}

fn account(server: &SmtpServer, rest: &str) -> String {
    format!(
        "[me]\nname = \"Jo Marsh\"\nemail = \"jo@example.com\"\n\n\
         [smtp]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\n{rest}",
        server.port()
    )
}

impl Run {
    pub fn exits(mut self, code: i32) -> Run {
        self.expected_code = code;
        self
    }

    /// What must stand on standard error.
    pub fn talks(mut self, stderr: impl IntoData) -> Run {
        self.expected_stderr = Some(stderr.into_data());
        self
    }

    /// Whatever stands on standard error.
    pub fn talks_somehow(mut self) -> Run {
        self.expected_stderr = None;
        self
    }

    /// Standard output, all of it.
    pub fn prints(self, stdout: impl IntoData) {
        let command = self.command.clone();
        snapbox::Assert::new().eq_inner(&command, self.text(), stdout.into_data());
    }

    /// Standard output, for a closer look.
    pub fn text(mut self) -> String {
        let Run { command, stdout, stderr, code, .. } = &self;
        assert_eq!(
            *code,
            Some(self.expected_code),
            "the exit code of `{command}`\nstdout:\n{stdout}\nstderr:\n{stderr}"
        );
        if let Some(expected) = self.expected_stderr.take() {
            snapbox::Assert::new().eq_inner(&self.command, self.stderr.clone(), expected);
        }
        self.stdout
    }

    /// Standard error alone, the exit code compared.
    pub fn talk(mut self) -> String {
        self.expected_stderr = None;
        let stderr = std::mem::take(&mut self.stderr);
        let _ = self.text();
        stderr
    }

    /// Standard output and standard error, whatever the exit code.
    pub fn both(self) -> (String, String) {
        (self.stdout, self.stderr)
    }

    /// The exit code, for a closer look.
    pub fn exit(&self) -> i32 {
        self.code.unwrap_or(-1)
    }

    pub fn json(self) -> serde_json::Value {
        let text = self.text();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
    }
}

trait Named {
    fn eq_inner(&self, what: &str, actual: String, expected: snapbox::Data);
}

impl Named for snapbox::Assert {
    /// Compares and names the command where they differ.
    fn eq_inner(&self, what: &str, actual: String, expected: snapbox::Data) {
        if let Err(error) = self.try_eq(Some(&what), actual.into_data(), expected) {
            panic!("{error}");
        }
    }
}
