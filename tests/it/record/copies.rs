//! Copies of the database: whole, or refused; never an older record or an empty one without a word.

use std::fs;

use super::with_acme;
use crate::sandbox::Sandbox;

const FILES: [&str; 2] = ["thanks.db", "thanks.db-wal"];

/// A home that has copies of these files, and nothing else.
fn copied(from: &Sandbox, files: &[&str]) -> Sandbox {
    let to = Sandbox::new();
    fs::create_dir_all(to.home()).unwrap();
    for name in files {
        fs::copy(from.home().join(name), to.home().join(name)).unwrap();
    }
    to
}

fn is_refused(sandbox: &Sandbox) {
    let home = sandbox.home();
    let before = fs::read(home.join("thanks.db")).unwrap();
    for args in
        [&["status"][..], &["status", "--check"], &["send", "--yes"], &["add", "acme", "--with", "Omar"]]
    {
        sandbox
            .run(args)
            .exits(74)
            .talks(format!(
                "error: {db} is only a part of the record\n  caused by: the record cannot be read\n\
                 what was recorded last is in {db}-wal, which is missing\nnothing was changed\n\n\
                 hint: put both files in place together, from the same copy\n",
                db = home.join("thanks.db").display()
            ))
            .prints("");
    }
    assert_eq!(fs::read(home.join("thanks.db")).unwrap(), before);
}

#[test]
fn a_copy_of_the_database_without_its_log_is_refused() {
    let sandbox = with_acme();
    is_refused(&copied(&sandbox, &FILES[..1]));
    let _ = sandbox.run(&["draft"]).talks_somehow().text();
    let _ = sandbox.run(&["heard", "acme", "--rejected"]).talks_somehow().text();
    is_refused(&copied(&sandbox, &FILES[..1]));
    let shown = sandbox.run(&["show", "acme"]).text();
    assert_eq!(copied(&sandbox, &FILES).run(&["show", "acme"]).text(), shown);
    // An empty log is none either.
    let other = copied(&sandbox, &FILES);
    fs::write(other.home().join("thanks.db-wal"), "").unwrap();
    is_refused(&other);
}

#[test]
fn doctor_names_the_missing_log() {
    let copy = copied(&with_acme(), &FILES[..1]);
    let told = copy.run(&["doctor"]).exits(1).talks_somehow().text();
    assert!(told.contains("is only a part of the record"), "{told}");
}

#[test]
fn what_another_program_put_into_one_file_is_whole_until_the_next_change() {
    let sandbox = with_acme();
    let db = sandbox.home().join("thanks.db");
    rusqlite::Connection::open(&db).unwrap().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let shown = sandbox.run(&["show", "acme"]).text();
    // Before and after that command both kinds of copies are good, or refused.
    is_refused(&copied(&sandbox, &FILES[..1]));
    rusqlite::Connection::open(&db).unwrap().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    assert_eq!(copied(&sandbox, &FILES[..1]).run(&["show", "acme"]).text(), shown);
    let _ = sandbox.run(&["heard", "acme", "--rejected"]).talks_somehow().text();
    is_refused(&copied(&sandbox, &FILES[..1]));
}

#[test]
fn a_record_of_an_earlier_version_is_marked_by_the_first_command() {
    let sandbox = with_acme();
    // As the first version left it: a page that says nothing, and everything else in the log.
    let db = sandbox.home().join("thanks.db");
    rusqlite::Connection::open(&db).unwrap().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    is_whole(&sandbox);
    is_refused(&copied(&sandbox, &FILES[..1]));
    let old = Sandbox::new();
    fs::create_dir_all(old.home()).unwrap();
    let bare = rusqlite::Connection::open(old.home().join("thanks.db")).unwrap();
    let mode: String = bare.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
    drop(bare);
    let _ = fs::remove_file(old.home().join("thanks.db-wal"));
    is_refused(&old);
}

fn is_whole(sandbox: &Sandbox) {
    assert!(sandbox.run(&["show", "acme"]).text().starts_with("acme: Acme, Platform Engineer; open\n"));
}

#[test]
fn a_record_without_applications_is_called_empty() {
    let sandbox = with_acme();
    let _ = sandbox.run(&["forget", "acme", "--yes"]).text();
    sandbox.run(&["status"]).talks("no applications yet\nnext: thanks add\n").prints("");
    let _ = with_acme();
    let sandbox = with_acme();
    let _ = sandbox.run(&["close", "acme"]).text();
    sandbox.run(&["status"]).talks("nothing is due: every application is closed\n").prints("");
}
