//! The database, the journal, the lock and the folders: 9 to 27, and 87.

use std::fs::{self, File};

use rustix::process::{Pid, Signal, kill_process};

use super::world::{Told, World, copy, finish};
use super::{By, KILLED, Row, TIMER, TYPED, Then, at, before_all, play, row};
use crate::smtp_server::{At, Fault};

pub fn rows() -> Vec<Row> {
    let mut rows = the_database();
    rows.extend(the_lock_and_the_folders());
    rows
}

fn the_database() -> Vec<Row> {
    /// The database as it was, put back.
    fn put_back(world: &mut World) {
        for name in ["thanks.db", "thanks.db-wal", "thanks.db-shm", "journal"] {
            let file = world.sandbox.home().join(name);
            let _ = fs::remove_dir(&file);
            let _ = fs::remove_file(file);
        }
        copy(&world.sandbox.folder().join("aside"), &world.sandbox.home());
    }
    /// Puts the record aside, in one file.
    fn put_aside(world: &World) {
        drop(rusqlite::Connection::open(world.database()).unwrap().query_row(
            "PRAGMA wal_checkpoint(TRUNCATE)",
            [],
            |row| row.get::<_, i64>(0),
        ));
        copy(&world.sandbox.home(), &world.sandbox.folder().join("aside"));
        fs::remove_file(world.sandbox.folder().join("aside/config.toml")).unwrap();
    }
    fn remove(world: &World) {
        for name in ["thanks.db", "thanks.db-wal", "thanks.db-shm"] {
            let _ = fs::remove_file(world.sandbox.home().join(name));
        }
    }
    fn offered_once(world: &World) {
        let line = "2026-03-05T15:00:00-05:00 <somebody@example.com> machine\n";
        fs::write(world.sandbox.home().join("journal"), line).unwrap();
    }
    /// Whoever sends meets a full disk at the mark, or at the record of what was taken.
    fn full_at(world: &mut World, words: &[&str], phase: At) -> Told {
        let child = world.start_for_limit(words);
        world.smtp.wait_for(phase);
        world.fill_the_disk_for(&child);
        world.smtp.mend();
        finish(child)
    }
    let kept = |name| before_all(name).closed().mends(put_back);
    let taken_elsewhere = || {
        at(At::Data, Fault::HoldBack)
            .breaks(|world| {
                // It dies here, and the folder is opened on another computer.
                let mut child = world.start(world.command(By::Typed));
                world.smtp.wait_for(At::Data);
                child.kill().unwrap();
                child.wait().unwrap();
                fs::remove_dir_all(world.sandbox.folder().join("user")).unwrap();
            })
            .exits(3)
            .ends("claimed")
            .then(Then::Shown(|world| {
                for by in [By::Timer, By::Typed] {
                    world.expects(world.command(by), &[3]);
                    assert_eq!((world.state().as_str(), world.arrived()), ("claimed", 0));
                }
                // Its owner knows what became of it there.
                world.expects(&["mark", "acme/jane", "not-sent"], &[0]);
                world.expects(world.command(By::Timer), &[0]);
                world.assert_sent_once();
            }))
    };
    vec![
        row(9, "a database that cannot be opened").play(
            kept("")
                .breaks(|world| {
                    put_aside(world);
                    remove(world);
                    fs::create_dir(world.database()).unwrap();
                })
                .exits(77)
                .says(&["thanks.db may not be opened", "nothing was done", "a file of your own"]),
        ),
        row(11, "a page that is broken").play(
            kept("")
                .breaks(|world| {
                    put_aside(world);
                    let mut bytes = fs::read(world.database()).unwrap();
                    bytes[4096..].fill(0xff);
                    fs::write(world.database(), bytes).unwrap();
                })
                .exits(74)
                .says(&["damaged", "put it back from a copy"]),
        ),
        row(12, "a database that is empty or gone beside a journal with lines")
            .play(
                kept("gone")
                    .breaks(|world| {
                        put_aside(world);
                        remove(world);
                        offered_once(world);
                    })
                    .exits(74)
                    .says(&["is missing or empty", "nothing was begun afresh", "put the database back"]),
            )
            .play(
                kept("empty")
                    .breaks(|world| {
                        put_aside(world);
                        remove(world);
                        fs::write(world.database(), "").unwrap();
                        offered_once(world);
                    })
                    .exits(74)
                    .says(&["is missing or empty"]),
            ),
        row(13, "a database of a newer version").play(
            kept("")
                .breaks(|world| {
                    put_aside(world);
                    world.sql("PRAGMA user_version = 99");
                })
                .exits(78)
                .says(&["written by a newer thanks", "nothing was changed"]),
        ),
        row(14, "a disk that is full at the claim").play(
            before_all("")
                .deed(|world, words| {
                    let log = fs::metadata(world.sandbox.home().join("thanks.db-wal")).unwrap().len();
                    // In blocks of 512, rounded down: no page more fits.
                    let child =
                        world.start_in_shell(&format!("trap '' XFSZ; ulimit -f {}", log / 512), words);
                    finish(child)
                })
                .exits(74)
                .says(&["nothing was"]),
        ),
        row(15, "an fsync that fails at the claim").elsewhere(
            "no test can make one fail: errors are injected at each system call by the crash proof",
        ),
        row(16, "a mark that cannot be written")
            .play(
                at(At::Data, Fault::HoldBack)
                    .deed(|world, words| full_at(world, words, At::Data))
                    .exits(74)
                    .says(&[
                        "not sent acme/jane, ",
                        "the connection was closed without the end of the message",
                        "it is kept",
                    ])
                    .then(Then::Retries(0)),
            )
            .differs(
                "a full disk does not take the release either: the next command that opens the record does",
            ),
        row(17, "a record of what was taken that cannot be written")
            .play(
                at(At::Dot, Fault::HoldBack)
                    .named("without a mailbox")
                    .deed(|world, words| full_at(world, words, At::Dot))
                    .exits(76)
                    .ends("unsure")
                    .says(&[
                        "in doubt: acme/jane, the server took it (250 2.0.0 taken",
                        "could not be recorded",
                    ])
                    .then(Then::Asks),
            )
            .play(
                at(At::Dot, Fault::HoldBack)
                    .named("with a copy in Sent")
                    .by(TYPED)
                    .breaks(|world| world.with_mailbox("none"))
                    .deed(|world, words| full_at(world, words, At::Dot))
                    .exits(76)
                    .ends("unsure")
                    .then(Then::Shown(|world| {
                        world.files_what_was_sent();
                        world.expects(world.command(By::Timer), &[0]);
                        world.assert_sent_once();
                    })),
            ),
        row(18, "a file system that takes no change")
            .elsewhere("it takes a mount: tests/it/security/database.rs, where one can be had"),
        row(19, "an older copy that was put back").play(
            play("")
                .by(&[By::Typed, By::Timer])
                .breaks(|world| {
                    put_aside(world);
                    world.expects(world.command(By::Typed), &[0]);
                    let journal = fs::read(world.sandbox.home().join("journal")).unwrap();
                    put_back(world);
                    fs::write(world.sandbox.home().join("journal"), journal).unwrap();
                })
                .exits(3)
                .ends("unsure")
                .says(&[
                    "in doubt: acme/jane, the journal says that it was offered before",
                    "mark acme/jane sent",
                ])
                .then(Then::Asks),
        ),
        row(20, "a database on a network drive or in a synced folder")
            .elsewhere("it takes such a drive; two machines over one folder are row 21"),
        row(21, "a claim of another machine")
            .play(taken_elsewhere().by(TYPED).says(&["another machine has it in hand"]))
            .play(taken_elsewhere().by(TIMER)),
        row(22, "a migration that was killed midway")
            .play(
                play("")
                    .words(&["add", "--company=Acme", "--role=Engineer", "--with=Jane Doe", "--ended=15:45"])
                    .breaks(|world| {
                        // A new database is made under another name: a kill leaves a part of it there.
                        remove(world);
                        let part = rusqlite::Connection::open(world.sandbox.home().join("thanks.db.new-1"));
                        part.unwrap().execute_batch("CREATE TABLE notes (id TEXT)").unwrap();
                    })
                    .exits(0)
                    .anyhow()
                    .then(Then::Shown(|world| {
                        let version = rusqlite::Connection::open(world.database()).unwrap().query_row(
                            "PRAGMA user_version",
                            [],
                            |row| row.get::<_, i64>(0),
                        );
                        assert_eq!(version, Ok(1));
                    })),
            )
            .elsewhere("there is one version yet; the copy before a later one is tested with the store"),
    ]
}

/// These wait for 15 seconds each.
pub fn waiting() -> Vec<Row> {
    vec![
        row(10, "a database that another process keeps to itself").play(
            before_all("")
                .breaks(|world| {
                    let other = rusqlite::Connection::open(world.database()).unwrap();
                    other.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE").unwrap();
                    world.held.push(Box::new(other));
                })
                .exits(75)
                .says(&["thanks.db is held by another command", "nothing was changed", "try again"])
                .closed(),
        ),
        row(23, "a lock that is held while somebody waits").play(
            play("")
                .by(TYPED)
                .breaks(hold_the_lock)
                .says(&[
                    "another thanks is sending; waiting up to 15 seconds for it",
                    "nothing was sent by this one",
                ])
                .then(Then::Retries(15)),
        ),
    ]
}

fn hold_the_lock(world: &mut World) {
    let lock = File::create(world.sandbox.home().join("send.lock")).unwrap();
    lock.lock().unwrap();
    world.held.push(Box::new(lock));
}

fn the_lock_and_the_folders() -> Vec<Row> {
    vec![
        row(24, "a lock that is held while the timer runs")
            .play(before_all("").by(TIMER).breaks(hold_the_lock).exits(0).hides(&["a", "e"])),
        row(25, "a holder of the lock that is stopped").play(
            at(At::Data, Fault::HoldBack)
                .by(TIMER)
                .breaks(|world| {
                    let child = world.start(world.command(By::Typed));
                    world.smtp.wait_for(At::Data);
                    kill_process(Pid::from_child(&child), Signal::STOP).unwrap();
                    world.running = Some(child);
                })
                .exits(0)
                .ends("claimed")
                .hides(&["a", "e"])
                .mends(|world| {
                    let child = world.running.take().unwrap();
                    kill_process(Pid::from_child(&child), Signal::CONT).unwrap();
                    assert_eq!(finish(child).code, 0);
                })
                .then(Then::Shown(World::assert_sent_once)),
        ),
        row(26, "no home").play(
            before_all("")
                .deed(|world, words| {
                    let child = world.start_in_shell("unset HOME THANKS_HOME", words);
                    finish(child)
                })
                .exits(78)
                .says(&["neither HOME nor THANKS_HOME is set"]),
        ),
        row(27, "a folder that others may write to")
            .elsewhere("tests/it/security/owners.rs, with every file and every way that leads to it"),
        row(87, "no file or socket can be opened any more")
            .play(
                play("")
                    .by(TYPED)
                    .exits(0)
                    .deed(|world, words| {
                        // From none at all to enough.
                        let mut last = Told { code: KILLED, text: String::new() };
                        for files in 3..24 {
                            let child = world.start_in_shell(&format!("ulimit -n {files}"), words);
                            last = finish(child);
                            if world.arrived() > 0 {
                                break;
                            }
                            assert_ne!(last.code, 0, "{files} files: {}", last.text);
                            assert!(!last.text.contains("panicked"), "{files} files: {}", last.text);
                            assert!(
                                matches!(world.state().as_str(), "drafted" | "approved"),
                                "{}",
                                last.text
                            );
                        }
                        last
                    })
                    .ends("sent")
                    .then(Then::Rests),
            )
            .differs("where the record cannot be opened for it, the code is that of the record"),
    ]
}
