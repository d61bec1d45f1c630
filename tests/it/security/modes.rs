//! Whatever the umask: folders are 0700 and files 0600 from their first moment.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use super::{after, all_below, sent_home};
use crate::sandbox::Sandbox;
use crate::send::{acme, draft};
use crate::smtp_server::SmtpServer;

fn mode(path: &Path) -> u32 {
    path.symlink_metadata().unwrap().permissions().mode() & 0o7777
}

#[test]
fn all_that_is_written_is_its_owner_s_alone_under_every_umask() {
    for umask in ["000", "022", "077"] {
        let mut sandbox = Sandbox::new();
        let server = SmtpServer::builder().start();
        let (seen, out) = (sandbox.folder().join("seen"), sandbox.folder().join("out"));
        sandbox.set_editor(&format!("stat -c \"%a %n\" $0 >> {}; sed -i s/Best/Kind/ $0", seen.display()));
        let calendar = sandbox.folder().join("to-do.ics");
        let port = server.port().to_string();
        for args in [
            &[
                "init",
                "--email",
                "Jo Marsh <jo@example.com>",
                "--host",
                "127.0.0.1",
                "--port",
                &port,
                "--security",
                "none",
                "--auth-command",
                "printf x",
            ][..],
            &[
                "add",
                "--company",
                "Acme",
                "--role",
                "Engineer",
                "--ended",
                "15:45",
                "--with",
                "Jane Doe <jane@acme.example>",
                "--topic",
                "moving the billing jobs to Kafka",
            ],
            &["draft", "--edit"],
            &["draft", "--out", out.to_str().unwrap()],
            &["send", "--yes"],
            &["export", "--calendar", calendar.to_str().unwrap()],
        ] {
            let done = after(&format!("umask {umask}"), &sandbox, args).output().unwrap();
            assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
        }
        assert_eq!(server.accepted().len(), 1);
        let mut names = Vec::new();
        let mut written = all_below(&sandbox.home());
        written.extend(all_below(&sandbox.folder().join("user")));
        written.extend(all_below(&out));
        written.extend([sandbox.home(), out, calendar]);
        for path in written.iter().filter(|path| !path.ends_with("user")) {
            let wanted = if path.is_dir() { 0o700 } else { 0o600 };
            assert_eq!(mode(path), wanted, "{} under {umask}", path.display());
            names.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
        for name in [
            "config.toml",
            "thanks.db",
            "thanks.db-wal",
            "thanks.db-shm",
            "journal",
            "send.lock",
            "machine-id",
        ] {
            assert!(names.iter().any(|known| known == name), "{name} in {names:?}");
        }
        // The editor's file was as private, in the same folder, and is gone.
        let seen = fs::read_to_string(seen).unwrap();
        let (mode, path) = seen.trim().split_once(' ').unwrap();
        assert_eq!(mode, "600");
        assert!(Path::new(path).starts_with(sandbox.home()) && !Path::new(path).exists(), "{path}");
    }
}

#[test]
fn a_calendar_keeps_the_mode_that_its_owner_gave_it() {
    let sandbox = sent_home();
    let file = sandbox.folder().join("to-do.ics");
    fs::write(&file, "old").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let _ = sandbox.run(&["export", "--calendar", file.to_str().unwrap()]).text();
    assert_eq!(mode(&file), 0o644);
    assert!(fs::read_to_string(&file).unwrap().starts_with("BEGIN:VCALENDAR"));
}

#[test]
fn nothing_is_written_through_a_link_that_lies_in_the_way() {
    let sandbox = Sandbox::new();
    let _server = sandbox.with_server();
    acme(&sandbox);
    draft(&sandbox);
    let victim = sandbox.folder().join("victim");
    fs::write(&victim, "precious").unwrap();
    let out = sandbox.folder().join("out");
    fs::create_dir(&out).unwrap();
    for name in ["acme-jane.eml", "to-do.ics"] {
        symlink(&victim, out.join(name)).unwrap();
    }
    let _ = sandbox.run(&["draft", "--out", out.to_str().unwrap()]).talks_somehow().text();
    let calendar = out.join("to-do.ics");
    let _ = sandbox.run(&["export", "--calendar", calendar.to_str().unwrap()]).text();
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
    assert!(fs::read_to_string(out.join("acme-jane.eml")).unwrap().contains("Subject: "));
    assert!(fs::read_to_string(calendar).unwrap().starts_with("BEGIN:VCALENDAR"));
    // An editor's file of that name is somebody else's too.
    symlink(&victim, sandbox.home().join("acme.toml")).unwrap();
    let edited = after("EDITOR=true; export EDITOR", &sandbox, &["edit", "acme"]).output().unwrap();
    assert!(edited.status.success(), "{}", String::from_utf8_lossy(&edited.stderr));
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
}

#[test]
fn a_calendar_in_a_folder_that_is_not_there_is_refused() {
    let sandbox = sent_home();
    let file = sandbox.folder().join("typo/to-do.ics");
    let talk = sandbox.run(&["export", "--calendar", file.to_str().unwrap()]).exits(74).talk();
    assert!(talk.contains("to-do.ics cannot be written"), "{talk}");
    assert!(!file.parent().unwrap().exists());
}
