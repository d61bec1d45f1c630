//! A system that has no thread left.

use std::fs;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::geteuid;

use crate::sandbox::Sandbox;
use crate::send::{acme, draft, state};
use crate::smtp_server::{SmtpServer, Transport};

/// The limit counts all that runs as a user, and does not bind root: as root the program runs as a
/// user who has nothing else running.
struct Limited {
    user: Option<u32>,
    program: PathBuf,
}

impl Limited {
    fn new(sandbox: &Sandbox) -> Limited {
        if !geteuid().is_root() {
            return Limited { user: None, program: env!("CARGO_BIN_EXE_thanks").into() };
        }
        let program = sandbox.folder().join("thanks-bin");
        fs::copy(env!("CARGO_BIN_EXE_thanks"), &program).unwrap();
        Limited { user: Some(61_000 + std::process::id() % 1_000), program }
    }

    /// Which limits say something: for a user with more running only that none may be added.
    fn limits(&self) -> std::ops::Range<usize> {
        if self.user.is_some() { 0..12 } else { 0..1 }
    }

    fn run(&self, sandbox: &Sandbox, threads: usize, words: &[&str]) -> (Option<i32>, String) {
        let mut command = match self.user {
            None => Command::new("prlimit"),
            Some(user) => {
                give(sandbox.folder(), user);
                let mut command = Command::new("setpriv");
                let user = user.to_string();
                command.args(["--reuid", &user, "--regid", &user, "--clear-groups", "prlimit"]);
                command
            }
        };
        let output = command
            .arg(format!("--nproc={threads}"))
            .arg(&self.program)
            .args(words)
            .env_clear()
            .envs(sandbox.environment())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        if self.user.is_some() {
            give(sandbox.folder(), 0);
        }
        (output.status.code(), String::from_utf8(text).unwrap())
    }
}

fn give(path: &Path, user: u32) {
    chown(path, Some(user), Some(user)).unwrap();
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            give(&entry.unwrap().path(), user);
        }
    }
}

fn assert_no_panic(threads: usize, (code, text): &(Option<i32>, String)) {
    assert!(!text.contains("panic") && !text.contains("hit a bug"), "{threads}: {text}");
    assert!(matches!(code, Some(0 | 74 | 75 | 77)), "{threads}: {code:?} {text}");
}

#[test]
fn without_a_thread_nothing_is_sent_and_nothing_panics() {
    let sandbox = Sandbox::new();
    let server = SmtpServer::builder().transport(Transport::Plain).start();
    sandbox.configure(&format!(
        "[me]\nname = \"Jo Marsh\"\nemail = \"jo@example.com\"\n\n\
         [smtp]\nhost = \"localhost\"\nport = {}\nsecurity = \"none\"\nuser = \"\"\n",
        server.port()
    ));
    acme(&sandbox);
    draft(&sandbox);
    let limited = Limited::new(&sandbox);
    let mut failed = 0;
    for threads in limited.limits() {
        let told = limited.run(&sandbox, threads, &["send", "--yes"]);
        assert_no_panic(threads, &told);
        match told.0 {
            Some(0) => break,
            _ => {
                failed += 1;
                assert!(told.1.contains("cannot start a thread"), "{threads}: {}", told.1);
                assert!(matches!(state(&sandbox, "acme/jane").as_str(), "drafted" | "approved"));
            }
        }
    }
    assert!(failed > 0, "the limit does not bind");
    if limited.user.is_some() {
        assert_eq!((state(&sandbox, "acme/jane").as_str(), server.accepted().len()), ("sent", 1));
    }
}

#[test]
fn a_secret_for_which_there_is_no_thread_is_an_error() {
    for (auth, whole) in [("", "keyring: "), ("\n[auth]\ncommand = [\"echo\", \"x\"]\n", "")] {
        let sandbox = Sandbox::new();
        sandbox.configure(&format!(
            "[me]\nname = \"Jo Marsh\"\nemail = \"jo@example.com\"\n\n\
             [imap]\nhost = \"127.0.0.1\"\nport = 9\nsecurity = \"none\"\n{auth}"
        ));
        acme(&sandbox);
        let limited = Limited::new(&sandbox);
        let mut failed = 0;
        for threads in limited.limits() {
            let told = limited.run(&sandbox, threads, &["sync", "--no-input"]);
            assert_no_panic(threads, &told);
            failed += usize::from(told.1.contains(&format!("{whole}cannot start a thread")));
        }
        // A user with more running cannot even start the command.
        assert!(failed > 0 || limited.user.is_none(), "the limit does not bind: {auth}");
    }
}
