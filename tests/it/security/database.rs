//! A database that is newer, empty, missing, damaged, another program's, or on a disk that takes
//! nothing: the codes and words of the fault matrix, and never a fresh start.

use std::fs;
use std::process::Command;

use rusqlite::Connection;

use super::{database, is_root, not_played, open, sent_home};
use crate::sandbox::Sandbox;
use crate::send::{acme, draft, traces};
use crate::smtp_server::SmtpServer;

const COMMANDS: [&[&str]; 6] = [
    &["status"],
    &["status", "--json"],
    &["send", "--yes"],
    &["draft"],
    &["show", "acme"],
    &["schedule", "run"],
];

/// Every command stops with that code and these words, and not an octet changes.
fn stops(sandbox: &Sandbox, code: i32, words: &[&str]) {
    let before = traces(sandbox);
    for args in COMMANDS {
        let talk = sandbox.run(args).exits(code).talk();
        for word in words {
            assert!(talk.contains(word), "{args:?} does not say {word:?}: {talk}");
        }
    }
    let doctor = sandbox.run(&["doctor"]).exits(1).text();
    assert!(doctor.contains("fail  record"), "{doctor}");
    let after = traces(sandbox);
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    assert!(before == after, "a file has changed");
}

fn without_log(sandbox: &Sandbox) {
    open(sandbox).query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    for name in ["thanks.db-wal", "thanks.db-shm"] {
        let _ = fs::remove_file(sandbox.home().join(name));
    }
}

#[test]
fn a_newer_database_is_left_alone_octet_for_octet() {
    for mode in ["wal", "delete"] {
        let sandbox = sent_home();
        let db = open(&sandbox);
        db.execute_batch("PRAGMA user_version = 999").unwrap();
        db.query_row(&format!("PRAGMA journal_mode = {mode}"), [], |_| Ok(())).unwrap();
        drop(db);
        without_log(&sandbox);
        let before = fs::read(database(&sandbox)).unwrap();
        for args in COMMANDS {
            let talk = sandbox.run(args).exits(78).talk();
            assert!(talk.contains("was written by a newer thanks") && talk.contains("nothing was changed"));
            assert!(talk.contains("use that version"), "{talk}");
        }
        let doctor = sandbox.run(&["doctor"]).exits(1).text();
        assert!(doctor.contains("fail  record") && doctor.contains("newer thanks"), "{doctor}");
        assert!(fs::read(database(&sandbox)).unwrap() == before, "the {mode} database has changed");
    }
}

#[test]
fn an_empty_or_missing_database_beside_a_journal_is_no_fresh_start() {
    for is_empty in [true, false] {
        let sandbox = sent_home();
        without_log(&sandbox);
        fs::remove_file(database(&sandbox)).unwrap();
        if is_empty {
            // As a file that is its owner's alone.
            let lock = sandbox.home().join("send.lock");
            fs::copy(lock, database(&sandbox)).unwrap();
            assert_eq!(fs::metadata(database(&sandbox)).unwrap().len(), 0);
        }
        stops(&sandbox, 74, &["is missing or empty", "put the database back from a copy"]);
        assert_eq!(database(&sandbox).exists(), is_empty);
    }
}

#[test]
fn an_empty_database_without_a_journal_is_a_fresh_start() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.home()).unwrap();
    fs::write(database(&sandbox), "").unwrap();
    acme(&sandbox);
    let _ = sandbox.run(&["status"]).text();
}

#[test]
fn what_is_no_database_is_kept() {
    let sandbox = sent_home();
    without_log(&sandbox);
    let text = "not a database, but precious\n".repeat(300);
    fs::write(database(&sandbox), &text).unwrap();
    stops(&sandbox, 74, &["is damaged or not a database of thanks", "it was left as it is"]);
    assert_eq!(fs::read_to_string(database(&sandbox)).unwrap(), text);
}

#[test]
fn a_damaged_page_stops_everything_and_is_kept() {
    let sandbox = sent_home();
    without_log(&sandbox);
    let mut bytes = fs::read(database(&sandbox)).unwrap();
    // Every page but the first, which says that this is a database of ours.
    for octet in bytes.iter_mut().skip(4096) {
        *octet = 0x5a;
    }
    fs::write(database(&sandbox), &bytes).unwrap();
    for args in COMMANDS {
        let talk = sandbox.run(args).exits(74).talk();
        assert!(talk.contains("malformed") || talk.contains("damaged"), "{args:?}: {talk}");
    }
    let doctor = sandbox.run(&["doctor"]).exits(1).text();
    assert!(doctor.contains("fail  record"), "{doctor}");
    assert!(fs::read(database(&sandbox)).unwrap() == bytes, "the damaged file has changed");
}

#[test]
fn the_database_of_another_program_is_left_as_it_is() {
    let sandbox = sent_home();
    without_log(&sandbox);
    fs::remove_file(database(&sandbox)).unwrap();
    let other = Connection::open(database(&sandbox)).unwrap();
    other.execute_batch("CREATE TABLE bookmarks (url TEXT); PRAGMA application_id = 77").unwrap();
    drop(other);
    stops(&sandbox, 74, &["belongs to another program", "nothing was changed"]);
}

#[test]
fn a_database_that_may_not_be_opened_is_a_matter_of_permission() {
    if is_root() {
        return not_played("root may open everything");
    }
    let sandbox = sent_home();
    let mode = |mode| std::os::unix::fs::PermissionsExt::from_mode(mode);
    fs::set_permissions(database(&sandbox), mode(0o000)).unwrap();
    let talk = sandbox.run(&["status"]).exits(77).talk();
    assert!(talk.contains("may not be opened"), "{talk}");
}

/// What the commands say on a disk of its own, one block a command: `== code`, then its words.
/// `{}` in a line is the program. `None` where no disk can be had.
#[cfg(target_os = "linux")]
fn on_a_disk(sandbox: &Sandbox, size: &str, script: &str) -> Option<String> {
    let home = sandbox.home();
    let _ = fs::create_dir(&home);
    let thanks = env!("CARGO_BIN_EXE_thanks");
    let mut lines = format!(
        "run() {{ \"{thanks}\" \"$@\" >\"$OUT\" 2>&1 </dev/null; echo \"== $?\"; cat \"$OUT\"; }}\n\
         config=$(cat \"$HOME_OF/config.toml\")\n\
         mount -t tmpfs -o size={size},mode=700 none \"$HOME_OF\" || exit 99\n\
         umask 077; printf '%s\\n' \"$config\" >\"$HOME_OF/config.toml\"\n"
    );
    lines.push_str(script);
    let unshare = match is_root() {
        true => &["-m"][..],
        false => &["-rm"],
    };
    let done = Command::new("unshare")
        .args(unshare)
        .args(["sh", "-c", &lines])
        .env_clear()
        .envs(sandbox.environment())
        .env("HOME_OF", &home)
        .env("OUT", sandbox.folder().join("out"))
        .current_dir(sandbox.folder())
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let trouble = String::from_utf8_lossy(&done.stderr).into_owned();
    match done.status.success() {
        true => Some(said),
        false => {
            not_played(&format!("no disk of its own can be mounted here: {}", trouble.trim()));
            None
        }
    }
}

#[cfg(target_os = "linux")]
const RECORD: &str = "run add --company Acme --role Engineer --ended 15:45 --with 'Jane Doe <jane@acme.example>' \
                      --topic 'moving the billing jobs to Kafka'\nrun draft\n";

#[cfg(target_os = "linux")]
#[test]
fn on_a_full_disk_nothing_is_sent_and_it_goes_when_there_is_room() {
    let sandbox = Sandbox::new();
    let server = SmtpServer::builder().start();
    sandbox.use_server(&server);
    let script = format!(
        "{RECORD}dd if=/dev/zero of=\"$HOME_OF/filler\" bs=1k 2>/dev/null\n\
         run send --yes\nrun status\nrun doctor\nrm \"$HOME_OF/filler\"\nrun send --yes\n"
    );
    let Some(said) = on_a_disk(&sandbox, "2m", &script) else { return };
    let blocks: Vec<&str> = said.split("== ").skip(1).collect();
    let [add, draft, full, status, doctor, again] = blocks[..] else { panic!("{said}") };
    assert!(add.starts_with("0\n") && draft.starts_with("0\n"), "{said}");
    assert!(full.starts_with("74\n") && full.contains("nothing was"), "{full}");
    assert!(status.starts_with("0\n") && status.contains("acme/jane"), "{status}");
    assert!(doctor.starts_with("1\n") && doctor.contains("fail  disk"), "{doctor}");
    assert!(again.starts_with("0\n") && again.contains("sent     acme/jane"), "{again}");
    assert_eq!(server.accepted().len(), 1);
    // The doctor's, and the one that sent.
    assert_eq!(server.connections(), 2, "the full disk was seen before anything was connected");
}

#[cfg(target_os = "linux")]
#[test]
fn on_a_read_only_disk_one_can_read_and_nothing_is_sent() {
    let sandbox = Sandbox::new();
    let server = SmtpServer::builder().start();
    sandbox.use_server(&server);
    let script = format!(
        "{RECORD}mount -o remount,ro \"$HOME_OF\" || exit 99\n\
         run send --yes\nrun status\nrun show acme\nrun doctor\nrun add --company Globex --role X --ended 15:45 --with Ann\n\
         mount -o remount,rw \"$HOME_OF\" || exit 99\nrun send --yes\n"
    );
    let Some(said) = on_a_disk(&sandbox, "8m", &script) else { return };
    let blocks: Vec<&str> = said.split("== ").skip(1).collect();
    let [_, _, send, status, show, doctor, add, again] = blocks[..] else { panic!("{said}") };
    assert!(send.starts_with("74\n") && send.contains("nothing was"), "{send}");
    assert!(status.starts_with("0\n") && status.contains("acme/jane"), "{status}");
    assert!(show.starts_with("0\n") && show.contains("Jane Doe"), "{show}");
    assert!(doctor.starts_with("1\n") && doctor.contains("fail  disk"), "{doctor}");
    assert!(add.starts_with("74\n"), "{add}");
    assert!(again.starts_with("0\n") && again.contains("sent     acme/jane"), "{again}");
    // The doctor's, and the one that sent.
    assert_eq!((server.accepted().len(), server.connections()), (1, 2));
}

#[test]
fn an_older_copy_beside_its_journal_is_a_doubt_and_not_an_offer() {
    let sandbox = Sandbox::new();
    let server = sandbox.with_server();
    acme(&sandbox);
    draft(&sandbox);
    without_log(&sandbox);
    let copy = fs::read(database(&sandbox)).unwrap();
    let _ = sandbox.run(&["send", "--yes"]).text();
    without_log(&sandbox);
    fs::write(database(&sandbox), copy).unwrap();
    let _ = sandbox.run(&["send", "--yes"]).exits(3).talks_somehow().text();
    assert_eq!(server.accepted().len(), 1);
}
