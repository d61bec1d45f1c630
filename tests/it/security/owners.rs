//! A record or a configuration that others may change is refused with a mend, and one's own is not,
//! whichever way leads to it.
#![cfg(unix)]

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::Path;

use super::{is_root, not_played, sent_home};
use crate::sandbox::Sandbox;
use crate::send::{acme, draft, traces};

const FILES: [&str; 5] = ["thanks.db", "thanks.db-wal", "thanks.db-shm", "journal", "send.lock"];

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Every command that opens the record stops at it, `doctor` tells of it, and nothing is changed.
fn is_refused(sandbox: &Sandbox, why: &str, mend: &str) {
    let before = traces(sandbox);
    for args in [
        &["status"][..],
        &["show", "acme"],
        &["send", "--yes"],
        &["nudge"],
        &["draft"],
        &["export", "--calendar"],
        &["schedule", "run"],
    ] {
        let talk = sandbox.run(args).exits(77).talk();
        assert!(talk.contains(why), "{args:?}: {talk}");
        assert!(talk.contains("nothing was done") && talk.contains(mend), "{args:?}: {talk}");
    }
    let doctor = sandbox.run(&["doctor"]).exits(1).text();
    assert!(doctor.contains("fail  files") && doctor.contains(mend), "{doctor}");
    assert!(traces(sandbox) == before, "a file has changed");
}

#[test]
fn a_record_that_others_may_write_is_refused_until_they_may_not() {
    let sandbox = sent_home();
    let home = sandbox.home();
    for (path, open, closed) in [
        (home.clone(), 0o777, 0o700),
        (home.join("thanks.db"), 0o606, 0o600),
        (home.join("journal"), 0o602, 0o600),
    ] {
        chmod(&path, open);
        let mend = format!("chmod go-w {}", path.display());
        is_refused(&sandbox, "others may write", &mend);
        chmod(&path, closed);
        let _ = sandbox.run(&["status"]).text();
    }
    // Each other file is as much part of it.
    for name in FILES {
        chmod(&home.join(name), 0o666);
        let talk = sandbox.run(&["status"]).exits(77).talk();
        assert!(talk.contains(name), "{talk}");
        chmod(&home.join(name), 0o600);
    }
}

#[test]
fn a_record_that_others_may_only_read_works_and_is_told_of() {
    let sandbox = sent_home();
    let _server = sandbox.with_server();
    chmod(&sandbox.home(), 0o755);
    let doctor = sandbox.run(&["doctor"]).text();
    assert!(doctor.contains("ok    files"), "{doctor}");
    chmod(&sandbox.home().join("thanks.db"), 0o644);
    let _ = sandbox.run(&["status"]).text();
    let doctor = sandbox.run(&["doctor"]).text();
    assert!(doctor.contains("warn  files") && doctor.contains("mend: chmod go-r"), "{doctor}");
}

#[test]
fn a_file_of_the_record_that_is_a_link_is_refused_and_its_target_left_alone() {
    for name in FILES {
        let sandbox = sent_home();
        let (path, target) = (sandbox.home().join(name), sandbox.folder().join("target"));
        fs::rename(&path, &target).unwrap();
        let before = fs::read(&target).unwrap();
        symlink(&target, &path).unwrap();
        is_refused(&sandbox, "is a link to another file", "put the file itself into");
        assert_eq!(fs::read(&target).unwrap(), before, "{name}");
    }
}

#[test]
fn a_link_to_nothing_makes_no_file_elsewhere() {
    for name in FILES {
        let sandbox = Sandbox::new();
        let target = sandbox.folder().join("target");
        fs::create_dir(sandbox.home()).unwrap();
        symlink(&target, sandbox.home().join(name)).unwrap();
        let add =
            ["add", "--company", "Acme", "--role", "Engineer", "--ended", "15:45", "--with", "Jane Doe"];
        let talk = sandbox.run(&add).exits(77).talk();
        assert!(talk.contains("is a link to another file"), "{talk}");
        assert!(!target.exists(), "{name}");
    }
}

#[test]
fn a_folder_of_ones_own_is_used_through_whatever_link_leads_to_it() {
    let mut sandbox = Sandbox::new();
    let real = sandbox.folder().join("disk/jobs");
    fs::create_dir_all(&real).unwrap();
    symlink(&real, sandbox.home()).unwrap();
    let server = sandbox.with_server();
    acme(&sandbox);
    draft(&sandbox);
    let _ = sandbox.run(&["send", "--yes"]).text();
    assert_eq!(server.accepted().len(), 1);
    assert!(real.join("thanks.db").exists());
    // The same below a linked ~/.local/share.
    let user = sandbox.folder().join("user");
    let share = sandbox.folder().join("disk/share");
    fs::create_dir_all(&share).unwrap();
    fs::create_dir_all(user.join(".local")).unwrap();
    symlink(&share, user.join(".local/share")).unwrap();
    sandbox.set("THANKS_HOME", "");
    acme(&sandbox);
    let _ = sandbox.run(&["status"]).text();
    assert!(share.join("thanks/thanks.db").exists());
}

#[test]
fn a_record_of_another_user_is_refused() {
    if !is_root() {
        return not_played("only root can give a file to another user");
    }
    let sandbox = sent_home();
    let home = sandbox.home();
    for path in [home.clone(), home.join("thanks.db"), home.join("journal"), home.join("send.lock")] {
        chown(&path, Some(54321), None).unwrap();
        is_refused(&sandbox, "belongs to another user", "run thanks as that user, or set THANKS_HOME");
        chown(&path, Some(0), None).unwrap();
    }
    chown(home.join("config.toml"), Some(54321), None).unwrap();
    let talk = sandbox.run(&["send", "--yes"]).exits(77).talk();
    assert!(talk.contains("belongs to another user\nit was not used"), "{talk}");
}

#[test]
fn a_configuration_that_others_may_write_gets_no_password() {
    let sandbox = Sandbox::new();
    let server = sandbox.with_server();
    acme(&sandbox);
    draft(&sandbox);
    let file = sandbox.home().join("config.toml");
    chmod(&file, 0o646);
    for args in [&["send", "--yes"][..], &["sync"], &["status"], &["init", "--user", ""]] {
        let talk = sandbox.run(args).exits(77).talk();
        assert!(talk.contains("says where the password goes, and others may write it (mode 0646)"), "{talk}");
        assert!(talk.contains(&format!("chmod go-w {}", file.display())), "{talk}");
    }
    let doctor = sandbox.run(&["doctor"]).exits(1).text();
    assert!(doctor.contains("fail  configuration"), "{doctor}");
    assert_eq!(server.connections(), 0);
    chmod(&file, 0o644);
    let _ = sandbox.run(&["send", "--yes"]).text();
    assert_eq!(server.accepted().len(), 1);
}
