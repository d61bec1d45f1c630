//! What may not get out, what may not get in, and whose files these are: through the program
//! itself, with real servers, links, owners and disks.

mod canary;
mod database;
mod dumps;
mod guards;
mod modes;
mod owners;
mod strangers;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::sandbox::Sandbox;
use crate::send::{acme, draft};

/// A home with a note that was sent through a server that is gone.
fn sent_home() -> Sandbox {
    let sandbox = Sandbox::new();
    let _server = sandbox.with_server();
    acme(&sandbox);
    draft(&sandbox);
    let _ = sandbox.run(&["send", "--yes"]).text();
    sandbox
}

fn database(sandbox: &Sandbox) -> PathBuf {
    sandbox.home().join("thanks.db")
}

fn open(sandbox: &Sandbox) -> rusqlite::Connection {
    rusqlite::Connection::open(database(sandbox)).unwrap()
}

/// The program below a shell that runs `before` first.
fn after(before: &str, sandbox: &Sandbox, args: &[&str]) -> Command {
    let program = sandbox.command(args);
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{before}; exec \"$0\" \"$@\"")]);
    shell.arg(program.get_program()).args(program.get_args()).env_clear().current_dir(sandbox.folder());
    shell.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell
}

/// Everything below a folder; links are not followed.
fn all_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.symlink_metadata().unwrap().is_dir() {
            found.extend(all_below(&path));
        }
        found.push(path);
    }
    found
}

/// Said where a test cannot be played on this machine, so that nobody takes it for a success.
fn not_played(why: &str) {
    let mut out = std::io::stderr().lock();
    let _ = std::io::Write::write_all(&mut out, format!("not played: {why}\n").as_bytes());
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
