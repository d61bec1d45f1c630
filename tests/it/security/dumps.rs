//! While a secret is held, a crash leaves no copy of the memory, and no other process can read it.
//! No test of this binary may hold a secret itself: its limits would hold for those that it starts.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::{after, all_below, is_root, not_played};
use crate::sandbox::Sandbox;
use crate::send::{acme, draft};
use crate::smtp_server::{At, Fault, SmtpServer};

/// Nobody has it.
const SOMEBODY: u32 = 54321;

/// A send that holds its secret and waits for a server that says nothing.
fn waiting(sandbox: &Sandbox, server: &SmtpServer) -> Child {
    sandbox.use_server_with_login(server);
    acme(sandbox);
    draft(sandbox);
    let mut command = after("ulimit -c unlimited 2>/dev/null", sandbox, &["send", "--yes"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let child = command.spawn().unwrap();
    server.wait_for(At::Auth);
    child
}

fn silent() -> SmtpServer {
    SmtpServer::builder().fault(At::Auth, Fault::Hang).start()
}

fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

#[test]
fn a_send_that_waits_may_write_no_core() {
    let own = fs::read_to_string("/proc/self/limits").unwrap();
    let line = own.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    let (sandbox, server) = (Sandbox::new(), silent());
    let mut child = waiting(&sandbox, &server);
    let limits = fs::read_to_string(format!("/proc/{}/limits", child.id()));
    signal(&child, Signal::KILL);
    child.wait().unwrap();
    let limits = limits.unwrap();
    let found = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    let words: Vec<&str> = found.split_whitespace().skip(4).take(2).collect();
    assert_eq!(words, ["0", "0"], "{found}");
    if line.split_whitespace().nth(5) == Some("0") {
        not_played("this machine allows no core anyway, so the limit says little");
    }
}

#[test]
fn the_memory_of_a_send_that_waits_belongs_to_nobody_else() {
    let (sandbox, server) = (Sandbox::new(), silent());
    // A process whose memory may be read belongs to its user in /proc, any other to root.
    let user = if is_root() { SOMEBODY } else { rustix::process::geteuid().as_raw() };
    let elsewhere = tempfile::tempdir().unwrap();
    fs::set_permissions(elsewhere.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = elsewhere.path().join("thanks");
    let mut reachable = Path::new(env!("CARGO_BIN_EXE_thanks")).to_owned();
    if is_root() {
        // The build may lie where only root goes.
        fs::copy(&reachable, &program).unwrap();
        reachable = program;
    }
    sandbox.use_server_with_login(&server);
    acme(&sandbox);
    draft(&sandbox);
    if is_root() {
        for path in all_below(sandbox.folder()).iter().map(AsRef::as_ref).chain([sandbox.folder()]) {
            chown(path, Some(SOMEBODY), Some(SOMEBODY)).unwrap();
        }
    }
    let owner = |pid: u32| fs::metadata(format!("/proc/{pid}/environ")).unwrap().uid();
    let as_user = |mut command: Command| {
        if is_root() {
            command.uid(user).gid(user);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let mut other = as_user(Command::new("cat"));
    let plain = owner(other.id());
    let mut command = Command::new(&reachable);
    let args = sandbox.command(&["send", "--yes"]);
    command.args(args.get_args()).env_clear().current_dir(sandbox.folder());
    command.envs(args.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut child = as_user(command);
    server.wait_for(At::Auth);
    let found = owner(child.id());
    for process in [&mut child, &mut other] {
        process.kill().unwrap();
        process.wait().unwrap();
    }
    assert_eq!(plain, user, "a process without secrets belongs to its user");
    assert_ne!(found, user, "a process with a secret does not");
}

#[test]
fn a_send_that_crashes_leaves_no_core() {
    let folder = tempfile::tempdir().unwrap();
    let crash = Command::new("sh")
        .args(["-c", "ulimit -c unlimited && kill -ABRT $$"])
        .current_dir(folder.path())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    if !crash.core_dumped() || all_below(folder.path()).is_empty() {
        return not_played("a crash leaves no core in its folder on this machine, whoever crashes");
    }
    let (sandbox, server) = (Sandbox::new(), silent());
    let mut child = waiting(&sandbox, &server);
    signal(&child, Signal::ABORT);
    let status = child.wait().unwrap();
    assert_eq!(status.signal(), Some(Signal::ABORT.as_raw()));
    assert!(!status.core_dumped());
    let left: Vec<_> = all_below(sandbox.folder())
        .into_iter()
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("core")))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}
