//! The record on disk: lost, damaged, newer, read-only, or somebody else's.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};

use super::trial::{Answer, Trial};
use super::{Input, of};

pub const FIELDS: &[&str] = &["db_path_kind", "db_user_version", "db_file", "db_mode"];

/// Nobody, as Linux numbers them.
const NOBODY: u32 = 65534;

const SAYS: [(&str, &str); 5] = [
    ("db-symlink", "thanks.db is a link to another file"),
    ("db-newer", "newer"),
    ("db-zero", "the journal beside it says that notes were sent; nothing was begun afresh"),
    ("db-garbage", "\nit was left as it is\n\nhint: put it back from a copy; "),
    ("db-readonly", "hint: the database or its folder may not be written; `thanks doctor` says more"),
];

fn database(trial: &Trial) -> PathBuf {
    trial.sandbox.home().join("thanks.db")
}

/// What lies beside a database in its log would still be read.
fn replace(trial: &Trial, bytes: &[u8]) {
    for name in ["thanks.db", "thanks.db-wal", "thanks.db-shm"] {
        let _ = fs::remove_file(trial.sandbox.home().join(name));
    }
    fs::write(database(trial), bytes).unwrap();
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn give_away(path: &Path) {
    for entry in fs::read_dir(path).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            give_away(&entry.path());
        }
        chown(entry.path(), Some(NOBODY), Some(NOBODY)).unwrap();
    }
    chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
}

/// A command of somebody whom the modes of files bind: root is not, so that root hands it over.
fn run_bound(trial: &Trial, args: &[&str]) -> Answer {
    let mut command = trial.sandbox.command(args);
    if is_root() {
        give_away(trial.sandbox.folder());
        command.uid(NOBODY).gid(NOBODY);
    }
    trial.run_command(command)
}

/// Puts the input where the record is, and tries to send the note that waits there.
fn send(trial: &Trial, input: &Input) -> Answer {
    let send = ["send", "--yes"];
    match input.id.as_str() {
        "db-symlink" => {
            let theirs = trial.sandbox.folder().join("theirs");
            fs::create_dir(&theirs).unwrap();
            let real = theirs.join("thanks.db");
            let db = rusqlite::Connection::open(database(trial)).unwrap();
            db.execute("VACUUM INTO ?1", [real.to_str().unwrap()]).unwrap();
            drop(db);
            replace(trial, b"");
            fs::remove_file(database(trial)).unwrap();
            let theirs = match is_root() {
                true => {
                    chown(&real, Some(NOBODY), Some(NOBODY)).unwrap();
                    real
                }
                // A file of root's will do.
                false => PathBuf::from("/etc/passwd"),
            };
            symlink(&theirs, database(trial)).unwrap();
            let doctor = trial.run(&["doctor"]);
            assert!(doctor.code == 1 && doctor.out.contains("belongs to another user"), "{doctor}");
            trial.run(&send)
        }
        "db-newer" => {
            let db = rusqlite::Connection::open(database(trial)).unwrap();
            db.pragma_update(None, "user_version", input.value.as_i64().unwrap()).unwrap();
            drop(db);
            trial.run(&send)
        }
        "db-zero" => {
            replace(trial, b"");
            fs::write(trial.sandbox.home().join("journal"), "2026-03-05T15:54:00-05:00 <a@b> m\n").unwrap();
            trial.run(&send)
        }
        "db-garbage" => {
            replace(trial, input.text().as_bytes());
            trial.run(&send)
        }
        "db-readonly" => {
            let mode = u32::from_str_radix(input.value.as_str().unwrap(), 8).unwrap();
            if is_root() {
                give_away(trial.sandbox.folder());
            }
            fs::set_permissions(database(trial), Permissions::from_mode(mode)).unwrap();
            let doctor = run_bound(trial, &["doctor"]);
            assert_eq!(doctor.code, 1, "{doctor}");
            assert!(doctor.out.contains("thanks.db may not be written, so nothing can be sent"), "{doctor}");
            for args in [&["status"][..], &["show", "acme"]] {
                assert_eq!(run_bound(trial, args).code, 0, "what only reads goes on");
            }
            run_bound(trial, &send)
        }
        id => panic!("{id}"),
    }
}

#[test]
fn nothing_is_sent_from_a_record_that_cannot_be_trusted_or_written() {
    for input in of(FIELDS) {
        let trial = Trial::new();
        trial.jane();
        trial.draft();
        let answer = send(&trial, &input);
        input.judge(&answer, input.says(&SAYS));
        assert!(trial.server.accepted().is_empty(), "{}: {answer}", input.id);
        let bytes = fs::read(database(&trial)).unwrap();
        match input.id.as_str() {
            "db-garbage" => assert_eq!(bytes, input.text().as_bytes(), "it is kept"),
            "db-zero" => assert!(bytes.is_empty(), "it is not begun afresh"),
            "db-symlink" => {}
            _ => trial.is_whole(),
        }
    }
}

#[test]
fn a_link_to_a_record_of_ones_own_is_refused_as_its_lock_and_its_journal_stay_behind() {
    let trial = Trial::new();
    trial.jane();
    let real = trial.sandbox.folder().join("synced.db");
    let db = rusqlite::Connection::open(database(&trial)).unwrap();
    db.execute("VACUUM INTO ?1", [real.to_str().unwrap()]).unwrap();
    drop(db);
    replace(&trial, b"");
    fs::remove_file(database(&trial)).unwrap();
    symlink(&real, database(&trial)).unwrap();
    let answer = trial.run(&["send", "--yes"]);
    assert_eq!(answer.code, 77, "{answer}");
    trial.ends_with(0);
}
