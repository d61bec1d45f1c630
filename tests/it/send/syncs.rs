//! What a send costs on the disk: counted where strace is there to count.

use std::fs;
use std::io::{self, Write};
use std::process::{Command, Stdio};

use super::draft;
use crate::sandbox::Sandbox;

/// Calls that wait for the disk, or none where they cannot be counted here.
fn syncs(sandbox: &Sandbox, args: &[&str]) -> Option<usize> {
    Some(traced(sandbox, args, "fsync,fdatasync")?.iter().filter(|line| line.contains("sync(")).count())
}

/// These system calls with the files that they are about, or none where they cannot be traced.
fn traced(sandbox: &Sandbox, args: &[&str], calls: &str) -> Option<Vec<String>> {
    let log = sandbox.folder().join("syncs");
    let program = sandbox.command(args);
    let status = Command::new("strace")
        .args(["-f", "-qq", "-y", "-e", &format!("trace={calls}"), "-o"])
        .arg(&log)
        .arg(program.get_program())
        .args(program.get_args())
        .env_clear()
        .envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let text = fs::read_to_string(&log).unwrap_or_default();
    let _ = fs::remove_file(log);
    match status {
        Ok(status) if status.success() => Some(text.lines().map(str::to_owned).collect()),
        _ => {
            let _ = writeln!(io::stderr(), "skipped: strace cannot count the syncs here");
            None
        }
    }
}

#[test]
fn a_send_waits_for_the_disk_three_times_a_note_and_little_more() {
    for count in [1, 8] {
        let sandbox = Sandbox::new();
        let _server = sandbox.with_server();
        for n in 0..count {
            let (company, to) = (format!("Firm{n}"), format!("Ann Lee{n} <ann{n}@firm{n}.example>"));
            let told = ["--role", "Engineer", "--ended", "15:45", "--zone", "America/New_York"];
            let args =
                [&["add", "--company", &company, "--with", &to, "--topic", "the plan"][..], &told].concat();
            let Some(changed) = syncs(&sandbox, &args) else { return };
            // The first one makes the database.
            assert!(n == 0 || changed <= 5, "one change costs {changed} syncs");
        }
        draft(&sandbox);
        let Some(sent) = syncs(&sandbox, &["send", "--yes"]) else { return };
        let _ = writeln!(io::stderr(), "{count} notes: {sent} syncs");
        assert!(sent <= 3 * count + 8, "{count} notes cost {sent} syncs");
    }
}

#[test]
fn the_folder_of_a_journal_is_synced_also_where_the_file_is_there_already() {
    let sandbox = Sandbox::new();
    let _server = sandbox.with_server();
    super::acme(&sandbox);
    draft(&sandbox);
    // Somebody created it and crashed before the folder was on the disk.
    fs::write(sandbox.home().join("journal"), "").unwrap();
    let Some(calls) = traced(&sandbox, &["send", "--yes"], "openat,fsync,fdatasync") else { return };
    let opened = calls.iter().position(|line| line.contains("/journal\", O_RDWR")).unwrap();
    let next = calls[opened..].iter().find(|line| line.contains("sync(")).unwrap();
    let folder = format!("{}>)", sandbox.home().canonicalize().unwrap().display());
    assert!(next.contains(&folder), "{folder} is to be synced first, not {next}");
}
