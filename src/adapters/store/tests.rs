use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::notes::in_utc;
use super::*;
use crate::domain::address::Mailbox;
use crate::domain::note::{Approved, Edited, Note, NoteId, NoteKind};
use crate::domain::outbox::{Event, Offered, State};

fn at() -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339("2026-03-05T16:00:00-05:00").unwrap()
}

fn open(folder: &tempfile::TempDir) -> Store {
    Store::open(&folder.path().join("thanks.db"), Beginning::Fresh).unwrap()
}

fn note(id: &str) -> Note {
    Note {
        id: NoteId::from_stored(id),
        application: "acme".into(),
        person: id.into(),
        round: 1,
        kind: NoteKind::ThankYou,
        ordinal: 1,
        state: State::Drafted,
        template: "thank-you".into(),
        from: None,
        to: Some(Mailbox::parse("Jane Doe <jane@acme.example>").unwrap()),
        subject: "s".into(),
        body: "b".into(),
        edited: Edited::No,
        facts: String::new(),
        shown: None,
        departs_on: at().date_naive(),
        send_before: None,
        send_after: None,
        next_try: None,
        message_id: Some(format!("<{id}@x.example>")),
        server_message_id: None,
        in_reply_to: None,
        references: vec!["<a@x>".into(), "<b@x>".into()],
        allowed: vec!["no-topic".into()],
        offers: 0,
        attempts: 0,
        sent_at: None,
        detail: None,
        created_at: at(),
    }
}

fn approve(store: &mut Store, note: &Note, wire: &[u8]) -> bool {
    store.approve(&[(note, Approval { wire, send_before: None, send_after: None })], at()).unwrap()
        == [note.id.clone()]
}

fn approved(store: &mut Store, id: &str) -> NoteId {
    let note = note(id);
    store.save_draft(&note, at()).unwrap();
    assert!(approve(store, &note, b"bytes\r\n"));
    note.id
}

#[test]
fn a_draft_is_read_back_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder);
    let note = note("acme/jane");
    store.save_draft(&note, at()).unwrap();
    assert_eq!(store.note(&note.id).unwrap().unwrap(), note);
}

fn known(store: &Store, id: &NoteId) -> Approved {
    Approved::of(&store.note(id).unwrap().unwrap(), &store.wire(id).unwrap().bytes).unwrap()
}

/// What can be claimed of these, with nothing wrong.
fn claim(store: &mut Store, wanted: &[&Approved]) -> Vec<NoteId> {
    let claims: Vec<Claim<'_>> = wanted.iter().map(|approved| Claim { approved, fresh: None }).collect();
    store.claim(&claims, "m", at(), |_| Ok(BTreeMap::new())).unwrap().taken
}

fn offered(highest: u32) -> Offered {
    Offered { highest, unnumbered: Vec::new() }
}

#[test]
fn a_note_is_claimed_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder);
    let id = approved(&mut store, "acme/jane");
    let known = known(&store, &id);
    assert_eq!(claim(&mut store, &[&known]), [id]);
    assert!(claim(&mut store, &[&known]).is_empty());
}

#[test]
fn a_dead_sender_leaves_a_claim_approved_and_a_marked_note_unsure() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder);
    let (a, b) = (approved(&mut store, "acme/a"), approved(&mut store, "acme/b"));
    let (first, second) = (known(&store, &a), known(&store, &b));
    assert_eq!(claim(&mut store, &[&first, &second]).len(), 2);
    store.step(&b, Event::Mark, at(), None).unwrap();
    let other = store.recover("another machine", at()).unwrap();
    assert!(other.is_empty(), "another machine's claims are left alone");
    store.recover("m", at()).unwrap();
    assert_eq!(store.note(&a).unwrap().unwrap().state, State::Approved);
    assert_eq!(store.note(&b).unwrap().unwrap().state, State::Unsure);
}

#[test]
fn the_trigger_allows_exactly_the_steps_of_the_table() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder);
    store.save_draft(&note("acme/jane"), at()).unwrap();
    for from in State::ALL {
        for to in State::ALL {
            let legal = from == to || Event::ALL.iter().any(|event| from.after(*event) == Ok(to));
            let change = store.connection.transaction().unwrap();
            // The row is put into `from` with the trigger out of the way, in a change that is dropped.
            change.execute_batch("DROP TRIGGER notes_take_legal_steps").unwrap();
            change.execute("UPDATE notes SET state = ?1", [from.name()]).unwrap();
            let (_, trigger) = MIGRATIONS[0].split_once("CREATE TRIGGER notes_take_legal_steps").unwrap();
            let (trigger, _) = trigger.split_once("END;").unwrap();
            change.execute_batch(&format!("CREATE TRIGGER notes_take_legal_steps{trigger}END;")).unwrap();
            let done = change.execute("UPDATE notes SET state = ?1", [to.name()]).is_ok();
            assert_eq!(done, legal, "{} to {}", from.name(), to.name());
        }
    }
}

#[test]
fn offered_bytes_cannot_be_changed() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder);
    let id = approved(&mut store, "acme/jane");
    let claims = [Claim { approved: &known(&store, &id), fresh: Some(b"fresh date\r\n") }];
    store.claim(&claims, "m", at(), |_| Ok(BTreeMap::new())).unwrap();
    assert_eq!(store.wire(&id).unwrap().bytes, b"fresh date\r\n");
    store.step(&id, Event::Mark, at(), None).unwrap();
    assert!(store.connection.execute("UPDATE notes SET wire = x'00'", []).is_err());
}

#[test]
fn what_was_offered_is_drafted_again_only_after_a_final_refusal() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder);
    let id = approved(&mut store, "acme/jane");
    let offer = |store: &mut Store, event| {
        let known = known(store, &id);
        assert_eq!(claim(store, &[&known]).len(), 1);
        store.step(&id, Event::Mark, at(), None).unwrap();
        store.step(&id, event, at(), None).unwrap();
    };
    offer(&mut store, Event::Release);
    let error = store.save_draft(&note("acme/jane"), at()).unwrap_err();
    assert_eq!(error.downcast_ref::<Problem>().unwrap().kind, Kind::NeedsYou);
    assert_eq!(store.note(&id).unwrap().unwrap().state, State::Approved);
    offer(&mut store, Event::Refuse);
    let other = Note { body: "other words".into(), ..note("acme/jane") };
    store.save_draft(&other, at()).unwrap();
    assert!(approve(&mut store, &other, b"other bytes\r\n"));
    assert_eq!(store.wire(&id).unwrap().bytes, b"other bytes\r\n");
    assert_eq!(
        store.lose_if_older(&id, &offered(2), at(), "older").unwrap(),
        None,
        "both offers are remembered"
    );
}

#[test]
fn a_text_that_changed_while_it_was_shown_is_not_approved() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder);
    let shown = note("acme/jane");
    store.save_draft(&shown, at()).unwrap();
    store.save_draft(&Note { body: "edited elsewhere".into(), ..note("acme/jane") }, at()).unwrap();
    assert!(!approve(&mut store, &shown, b"bytes\r\n"));
    assert_eq!(store.note(&shown.id).unwrap().unwrap().state, State::Drafted);
}

#[test]
fn bytes_that_were_approved_anew_since_they_were_read_are_not_claimed() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder);
    let id = approved(&mut store, "acme/jane");
    let known = known(&store, &id);
    let other = Note { body: "other".into(), ..note("acme/jane") };
    store.save_draft(&other, at()).unwrap();
    assert!(approve(&mut store, &other, b"other\r\n"));
    assert!(claim(&mut store, &[&known]).is_empty());
}

#[test]
fn only_what_was_approved_is_claimed_whatever_has_changed_since() {
    let later = in_utc(at() + TimeDelta::hours(20));
    for change in [
        "UPDATE notes SET recipient = 'Jane Doe <jane.doe@acme.example>'",
        "UPDATE notes SET wire_sha256 = x'00'",
        &format!("UPDATE notes SET send_after = '{later}'"),
        "UPDATE notes SET state = 'expired'",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut store = open(&folder);
        let id = approved(&mut store, "acme/jane");
        let known = known(&store, &id);
        store.connection.execute(change, []).unwrap();
        assert!(claim(&mut store, &[&known]).is_empty(), "{change}");
    }
    // Neither is what was planned, before its time.
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder);
    let id = approved(&mut store, "acme/jane");
    store.connection.execute("UPDATE notes SET send_after = ?1", [&later]).unwrap();
    let known = known(&store, &id);
    assert!(known.not_before.is_some());
    assert!(claim(&mut store, &[&known]).is_empty());
    let claims = [Claim { approved: &known, fresh: None }];
    let there = at() + TimeDelta::hours(20);
    assert_eq!(store.claim(&claims, "m", there, |_| Ok(BTreeMap::new())).unwrap().taken, [id]);
}

#[test]
fn what_is_judged_wrong_goes_back_to_its_owner_and_is_not_claimed() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder);
    let (a, b) = (approved(&mut store, "acme/a"), approved(&mut store, "acme/b"));
    store.remember_shown(&a, "shown").unwrap();
    let (first, second) = (known(&store, &a), known(&store, &b));
    let claims = [Claim { approved: &first, fresh: None }, Claim { approved: &second, fresh: None }];
    let wrong = Wrong { event: Event::Redraft, why: "the day has passed".into() };
    let judge = |_: &Store| Ok(BTreeMap::from([(a.clone(), wrong.clone())]));
    let claimed = store.claim(&claims, "m", at(), judge).unwrap();
    assert_eq!(claimed.taken.iter().collect::<Vec<_>>(), [&b]);
    assert_eq!(claimed.handed_back[&a], (State::Drafted, "the day has passed".to_owned()));
    let note = store.note(&a).unwrap().unwrap();
    assert_eq!((note.state, note.shown), (State::Drafted, None), "it is looked at again");
    // A note that is claimed already goes the same way.
    let state = store.hand_back(&b, &Wrong { event: Event::Expire, ..wrong }, at()).unwrap();
    assert_eq!((state, store.note(&b).unwrap().unwrap().state), (State::Expired, State::Expired));
}

#[test]
fn a_note_is_not_marked_on_a_judgment_that_another_command_has_overtaken() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder);
    let id = approved(&mut store, "acme/jane");
    let known = known(&store, &id);
    let claims = [Claim { approved: &known, fresh: None }];
    let claimed = store.claim(&claims, "m", at(), |_| Ok(BTreeMap::new())).unwrap();
    open(&folder).save_draft(&note("acme/omar"), at()).unwrap();
    assert_eq!(store.mark(&id, claimed.version, at()).unwrap(), Marked::ChangedSince);
    let (version, ()) = store.judged(|_| Ok(())).unwrap();
    store.remember_shown(&id, "what this command writes itself does not count").unwrap();
    assert_eq!(store.mark(&id, version, at()).unwrap(), Marked::Offer(1));
}

#[test]
fn an_older_copy_is_in_doubt_once_and_can_be_settled() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder);
    let id = approved(&mut store, "acme/jane");
    assert_eq!(store.lose_if_older(&id, &offered(1), at(), "older").unwrap(), Some(State::Unsure));
    store.step(&id, Event::ConfirmNotSent, at(), None).unwrap();
    assert_eq!(store.lose_if_older(&id, &offered(1), at(), "older").unwrap(), None);
}

#[test]
fn a_database_without_its_log_is_not_begun_afresh_beside_a_journal() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("thanks.db");
    Connection::open(&path).unwrap().execute_batch("PRAGMA journal_mode = WAL").unwrap();
    assert!(fs::metadata(&path).unwrap().len() > 0);
    let error = Store::open(&path, Beginning::JournalHasLines).err().unwrap();
    assert_eq!(error.downcast_ref::<Problem>().unwrap().kind, Kind::LocalIo);
}

#[test]
fn bytes_that_changed_behind_our_back_are_not_sent() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder);
    let id = approved(&mut store, "acme/jane");
    store.connection.execute("UPDATE notes SET wire = x'00'", []).unwrap();
    let error = store.wire(&id).unwrap_err();
    assert_eq!(error.downcast_ref::<Problem>().unwrap().kind, Kind::LocalIo);
}

#[test]
fn a_note_that_begins_otherwise_than_as_a_draft_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder);
    store.save_draft(&note("acme/jane"), at()).unwrap();
    let copy = "INSERT INTO notes SELECT NULL, 'acme/x', application, 'x', round, kind, ordinal, 'approved', \
                template, sender, recipient, subject, body, edited, facts, shown, departs_on, send_before, NULL, NULL, NULL, \
                server_message_id, in_reply_to, reference_ids, allowed, wire, wire_sha256, claimed_by, offers, journaled, \
                attempts, sent_at, copy, detail, created_at FROM notes";
    let error = store.connection.execute(copy, []).unwrap_err();
    assert!(error.to_string().contains("begins as a draft"), "{error}");
}

#[test]
fn a_missing_database_beside_a_journal_is_never_begun_afresh() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("thanks.db");
    let error = Store::open(&path, Beginning::JournalHasLines).err().unwrap();
    assert_eq!(error.downcast_ref::<Problem>().unwrap().kind, Kind::LocalIo);
    assert!(!path.exists());
}

#[test]
fn a_newer_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    open(&folder).connection.execute_batch("PRAGMA user_version = 999").unwrap();
    let path = folder.path().join("thanks.db");
    let error = Store::open(&path, Beginning::Fresh).err().unwrap();
    assert_eq!(error.downcast_ref::<Problem>().unwrap().kind, Kind::Config);
}

#[test]
fn a_file_that_is_no_database_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("thanks.db");
    fs::write(&path, "not a database, but precious".repeat(100)).unwrap();
    let error = Store::open(&path, Beginning::Fresh).err().unwrap();
    assert_eq!(error.downcast_ref::<Problem>().unwrap().kind, Kind::LocalIo);
    assert!(fs::read_to_string(&path).unwrap().starts_with("not a database"));
}

#[test]
fn a_forgotten_application_leaves_no_trace_of_its_people_in_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder);
    let mut secret = note("acme/jane");
    secret.body = "the canary sings".into();
    store.save_draft(&secret, at()).unwrap();
    store.forget_application("acme").unwrap();
    store.scrub().unwrap();
    for file in fs::read_dir(folder.path()).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(10).any(|window| window == b"the canary"));
    }
}

#[cfg(unix)]
#[test]
fn folder_and_file_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data/thanks.db");
    Store::open(&path, Beginning::Fresh).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_the_database_is_not_followed_but_one_to_its_folder_is() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let (real, link) = (folder.path().join("real"), folder.path().join("link"));
    fs::create_dir(&real).unwrap();
    symlink(&real, &link).unwrap();
    Store::open(&link.join("thanks.db"), Beginning::Fresh).unwrap();
    let other = link.join("other.db");
    symlink(real.join("thanks.db"), &other).unwrap();
    let error = Store::open(&other, Beginning::Fresh).err().unwrap();
    assert_eq!(kind_of(&error), Some(Kind::Permission));
    fs::remove_file(&other).unwrap();
    symlink(folder.path().join("nowhere"), &other).unwrap();
    assert!(Store::open(&other, Beginning::Fresh).is_err());
    assert!(!folder.path().join("nowhere").exists());
}

#[test]
fn what_is_current_is_open_or_was_closed_not_long_ago() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    for (slug, reason, closed) in [
        ("open", None, None),
        ("fresh", Some("rejected"), Some("2026-03-01T12:00:00+00:00")),
        ("stale", Some("rejected"), Some("2024-03-01T12:00:00+00:00")),
        ("withdrawn", Some("withdrawn"), Some("2024-03-02T12:00:00+00:00")),
    ] {
        store
            .connection
            .execute(
                "INSERT INTO applications (slug, company, role, tone, closed_reason, closed_at)
                 VALUES (?1, 'c', 'r', 'warm', ?2, ?3)",
                rusqlite::params![slug, reason, closed],
            )
            .unwrap();
    }
    let slugs = |which: Which<'_>| -> Vec<String> {
        store.applications(which).unwrap().into_iter().map(|application| application.slug).collect()
    };
    assert_eq!(slugs(Which::Current { closed_since: "2025-03-05T00:00:00+00:00" }), ["open", "fresh"]);
    assert_eq!(slugs(Which::One("stale")), ["stale"]);
    assert_eq!(slugs(Which::All).len(), 4);
}

#[test]
fn changes_of_two_commands_wait_for_each_other() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(&folder));
    std::thread::scope(|scope| {
        for person in ["jane", "omar"] {
            let mut store = open(&folder);
            scope.spawn(move || {
                for body in 0..50 {
                    store.save_draft(&Note { body: body.to_string(), ..note(person) }, at()).unwrap();
                }
            });
        }
    });
}

#[cfg(unix)]
#[test]
fn before_a_migration_a_private_copy_is_kept() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("thanks.db");
    let mut store = open(&folder);
    store.save_draft(&note("acme/jane"), at()).unwrap();
    let next = [MIGRATIONS[0], "ALTER TABLE applications ADD COLUMN pay TEXT"];
    store.migrate(&path, Beginning::Fresh, &next).unwrap();
    assert_eq!(version_of(&store.connection).unwrap(), 2);
    let copy = folder.path().join("thanks.db.bak-v1");
    assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    let copy = Connection::open(copy).unwrap();
    assert_eq!(version_of(&copy).unwrap(), 1);
    let notes: i64 = copy.query_row("SELECT count(*) FROM notes", [], |row| row.get(0)).unwrap();
    assert_eq!(notes, 1);
}

#[test]
fn a_migration_that_fails_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("thanks.db");
    let mut store = open(&folder);
    let next = [MIGRATIONS[0], "ALTER TABLE applications ADD COLUMN pay TEXT; SELECT nonsense"];
    assert!(store.migrate(&path, Beginning::Fresh, &next).is_err());
    assert_eq!(version_of(&store.connection).unwrap(), 1);
    assert!(store.connection.prepare("SELECT pay FROM applications").is_err());
}

/// The database file alone, opened in another place.
fn alone(folder: &tempfile::TempDir) -> Result<Store> {
    let elsewhere = tempfile::tempdir().unwrap();
    let copy = elsewhere.path().join("thanks.db");
    fs::copy(folder.path().join("thanks.db"), &copy).unwrap();
    Store::open(&copy, Beginning::Fresh)
}

#[test]
fn a_long_log_goes_into_the_file_which_stays_useless_without_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let log = || fs::metadata(folder.path().join("thanks.db-wal")).unwrap().len();
    let mut long = note("acme/jane");
    for n in 0..6 {
        assert!(alone(folder_with(&folder)).is_err(), "before note {n}");
        long.id = NoteId::from_stored(format!("acme/jane/{n}"));
        long.message_id = Some(format!("<{n}@x.example>"));
        long.body = "x".repeat(1 << 20);
        open(&folder).save_draft(&long, at()).unwrap();
    }
    let file = fs::metadata(folder.path().join("thanks.db")).unwrap().len();
    assert!(file > 4 << 20, "the log was never copied: {file}");
    assert!(log() < 8 << 20);
    assert!(alone(&folder).is_err());
    assert_eq!(open(&folder).notes(Which::All).unwrap().len(), 6);
}

/// The same folder, with a database in it.
fn folder_with(folder: &tempfile::TempDir) -> &tempfile::TempDir {
    drop(open(folder));
    folder
}

#[test]
fn a_mark_that_was_broken_off_is_no_missing_log() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    store.connection.pragma_update(None, "application_id", log::NEEDS_LOG).unwrap();
    store.connection.execute_batch("PRAGMA wal_checkpoint(FULL)").unwrap();
    drop(store);
    let store = open(&folder);
    assert_eq!(application_id(&store.connection).unwrap(), APPLICATION_ID);
    assert!(alone(&folder).is_err());
}
