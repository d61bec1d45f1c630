//! The schema refuses what the table of states forbids, whoever writes SQL into the database that
//! the program made.

use std::collections::{BTreeMap, VecDeque};

use rusqlite::Connection;
use thanks::domain::outbox::{Event, State};

use super::{open, sent_home};
use crate::sandbox::Sandbox;
use crate::send::{acme, draft};
use crate::smtp_server::{At, Fault, SmtpServer};

/// The legal steps from a draft to each state.
fn ways() -> BTreeMap<State, Vec<State>> {
    let mut ways = BTreeMap::from([(State::Drafted, Vec::new())]);
    let mut open = VecDeque::from([State::Drafted]);
    while let Some(from) = open.pop_front() {
        for to in Event::ALL.iter().filter_map(|event| from.after(*event).ok()) {
            if !ways.contains_key(&to) {
                ways.insert(to, [&ways[&from][..], &[to]].concat());
                open.push_back(to);
            }
        }
    }
    ways
}

fn set(db: &Connection, state: State) -> rusqlite::Result<usize> {
    db.execute("UPDATE notes SET state = ?1 WHERE id = 'acme/jane'", [state.name()])
}

#[test]
fn sql_takes_exactly_the_steps_of_the_table() {
    let sandbox = Sandbox::new();
    acme(&sandbox);
    draft(&sandbox);
    let db = open(&sandbox);
    let ways = ways();
    assert_eq!(ways.len(), State::ALL.len(), "every state can be reached");
    let mut refused = 0;
    for (from, way) in &ways {
        for to in State::ALL {
            let legal = *from == to || Event::ALL.iter().any(|event| from.after(*event) == Ok(to));
            db.execute_batch("BEGIN").unwrap();
            for step in way {
                assert_eq!(set(&db, *step).unwrap(), 1);
            }
            let done = set(&db, to);
            db.execute_batch("ROLLBACK").unwrap();
            assert_eq!(done.is_ok(), legal, "{} to {}: {done:?}", from.name(), to.name());
            refused += usize::from(done.is_err());
        }
    }
    assert!(refused > 80, "{refused}");
    for name in ["", "SENT", "sent ", "gone"] {
        let change = "UPDATE notes SET state = ?1 WHERE id = 'acme/jane'";
        assert!(db.execute(change, [name]).is_err(), "{name:?}");
    }
}

#[test]
fn sql_begins_no_note_as_anything_but_a_draft() {
    let sandbox = Sandbox::new();
    acme(&sandbox);
    draft(&sandbox);
    let db = open(&sandbox);
    let columns: Vec<String> = db
        .prepare("SELECT name FROM pragma_table_info('notes')")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let copy = |state: State| {
        let values = columns.iter().map(|name| match name.as_str() {
            "number" | "message_id" => "NULL".to_owned(),
            "id" => format!("'acme/{}'", state.name()),
            "state" => format!("'{}'", state.name()),
            name => name.to_owned(),
        });
        let values: Vec<String> = values.collect();
        db.execute(
            &format!("INSERT INTO notes SELECT {} FROM notes WHERE id = 'acme/jane'", values.join(", ")),
            [],
        )
    };
    for state in State::ALL {
        assert_eq!(copy(state).is_ok(), state == State::Drafted, "{}", state.name());
    }
}

#[test]
fn sql_changes_neither_bytes_nor_id_nor_count_of_what_was_offered() {
    let sandbox = sent_home();
    let db = open(&sandbox);
    for change in [
        "wire = x'00'",
        "wire = NULL",
        "message_id = '<other@example.com>'",
        "message_id = NULL",
        "offers = 0",
        "journaled = 0",
        "offers = 0, wire = x'00'",
    ] {
        let error = db.execute(&format!("UPDATE notes SET {change}"), []).unwrap_err();
        assert!(error.to_string().contains("never"), "{change}: {error}");
    }
    // A clumsy tool that writes the same values again is none of our business.
    db.execute("UPDATE notes SET wire = wire, message_id = message_id, offers = offers", []).unwrap();
}

#[test]
fn bytes_that_sql_changed_before_an_offer_are_not_sent() {
    let sandbox = Sandbox::new();
    let server = SmtpServer::builder().fault_on(1, At::Mail, Fault::Reply("450 later")).start();
    sandbox.use_server(&server);
    acme(&sandbox);
    draft(&sandbox);
    let _ = sandbox.run(&["send", "--yes"]).exits(75).talks_somehow().text();
    open(&sandbox)
        .execute("UPDATE notes SET wire = CAST(replace(wire, 'Kafka', 'money') AS BLOB)", [])
        .unwrap();
    let (out, err) = sandbox.run(&["send", "--yes"]).both();
    assert!(format!("{out}{err}").contains("changed after it was approved"), "{out}{err}");
    assert!(server.accepted().is_empty());
}

#[test]
fn a_database_without_its_guards_is_found_by_doctor() {
    let sandbox = sent_home();
    let _server = sandbox.with_server();
    let doctor = sandbox.run(&["doctor"]).text();
    assert!(doctor.contains("ok    record"), "{doctor}");
    open(&sandbox).execute_batch("DROP TRIGGER notes_take_legal_steps").unwrap();
    let doctor = sandbox.run(&["doctor"]).exits(1).text();
    assert!(doctor.contains("fail  record") && doctor.contains("notes_take_legal_steps"), "{doctor}");
    // One that is there and does nothing is none.
    let idle = "CREATE TRIGGER notes_take_legal_steps BEFORE UPDATE OF state ON notes BEGIN SELECT 1; END";
    open(&sandbox).execute_batch(idle).unwrap();
    let doctor = sandbox.run(&["doctor"]).exits(1).text();
    assert!(doctor.contains("notes_take_legal_steps"), "{doctor}");
}
