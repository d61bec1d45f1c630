//! The check of everything: what it finds, what mends it, and that it leaves no trace.

mod connections;

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::sandbox::Sandbox;
use crate::send::{acme, draft, traces};

/// Name → status.
pub fn statuses(json: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    json["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|check| (text(&check["name"]), text(&check["status"])))
        .collect()
}

#[test]
fn with_an_account_and_a_record_in_order_every_check_is_ok() {
    let sandbox = Sandbox::new();
    let _server = sandbox.with_server();
    acme(&sandbox);
    draft(&sandbox);
    let _ = sandbox.run(&["send", "--yes"]).text();
    let before = traces(&sandbox);
    let text = sandbox.run(&["doctor"]).text();
    assert!(text.lines().all(|line| line.starts_with("ok    ")), "{text}");
    assert!(text.contains("ok    time zones     202"), "{text}");
    assert!(!text.contains("jane@") && !text.contains("jo@"), "{text}");
    assert!(traces(&sandbox) == before, "a file has changed");
}

#[test]
fn each_thing_that_is_amiss_is_named_with_its_mend() {
    let mut sandbox = Sandbox::new();
    sandbox.configure(
        "[me]\nname = \"Jo\"\nemail = \"jo@example.com\"\ncountry = \"UX\"\n\
         [smtp]\nhost = \"localhost\"\nport = 1\n[auth]\ncommand = [\"nopass\"]\n",
    );
    acme(&sandbox);
    draft(&sandbox);
    let home = sandbox.home();
    fs::create_dir_all(home.join("templates/thank-you")).unwrap();
    fs::write(home.join("templates/thank-you/body.txt.tera"), "Hi {{ first ").unwrap();
    fs::set_permissions(home.join("thanks.db"), Permissions::from_mode(0o606)).unwrap();
    sandbox.set_now("2026-03-05T20:40:00Z");
    let json = sandbox.run(&["doctor", "--json"]).exits(1).json();
    let found = statuses(&json);
    for name in ["clock", "password", "smtp server", "templates", "files"] {
        assert_eq!(found[name], "fail", "{name}: {json}");
    }
    assert_eq!(found["holidays"], "warn", "{json}");
    for check in json["checks"].as_array().unwrap() {
        assert_eq!(check["status"] == "ok", check["mend"].is_null(), "{check}");
    }
    assert!(!json.to_string().contains("jo@example.com"), "{json}");
}

#[test]
fn a_broken_configuration_is_a_finding_and_not_the_end() {
    let sandbox = Sandbox::new();
    sandbox.configure("[me]\nname = \"Jo\"\nemail = jo@example.com\n");
    let json = sandbox.run(&["doctor", "--json"]).exits(1).json();
    assert_eq!(statuses(&json)["configuration"], "fail", "{json}");
    let _ = sandbox.run(&["status"]).exits(78).talks_somehow().text();
}

#[test]
fn a_lost_or_damaged_record_and_an_older_copy_are_found() {
    let sandbox = Sandbox::new();
    let _server = sandbox.with_server();
    acme(&sandbox);
    draft(&sandbox);
    let copy = sandbox.folder().join("copy.db");
    let db = rusqlite::Connection::open(sandbox.home().join("thanks.db")).unwrap();
    db.execute("VACUUM INTO ?1", [copy.to_str().unwrap()]).unwrap();
    drop(db);
    let _ = sandbox.run(&["send", "--yes"]).text();
    for name in ["thanks.db", "thanks.db-wal", "thanks.db-shm"] {
        let _ = fs::remove_file(sandbox.home().join(name));
    }
    let json = sandbox.run(&["doctor", "--json"]).exits(1).json();
    assert_eq!(statuses(&json)["record"], "fail", "{json}");
    fs::copy(copy, sandbox.home().join("thanks.db")).unwrap();
    let json = sandbox.run(&["doctor", "--json"]).json();
    assert_eq!(statuses(&json)["journal"], "warn", "{json}");
    fs::write(sandbox.home().join("thanks.db"), "no database").unwrap();
    let json = sandbox.run(&["doctor", "--json"]).exits(1).json();
    assert_eq!(statuses(&json)["record"], "fail", "{json}");
}

#[test]
fn a_folder_that_is_copied_to_other_machines_is_warned_of() {
    let mut sandbox = Sandbox::new();
    for (name, status) in [("Dropbox (Personal)", "warn"), ("OneDrive - Acme", "warn"), ("dropped", "ok")] {
        let home = sandbox.folder().join(name).join("thanks");
        sandbox.set("THANKS_HOME", home.to_str().unwrap());
        acme(&sandbox);
        let json = sandbox.run(&["doctor", "--json"]).json();
        assert_eq!(statuses(&json)["disk"], status, "{name}: {json}");
    }
}

#[test]
fn without_a_place_for_the_record_nothing_is_done() {
    let mut sandbox = Sandbox::new();
    sandbox.set("THANKS_HOME", "");
    sandbox.set("HOME", "");
    for args in [&["status"][..], &["send", "--yes"], &["doctor"]] {
        let talk = sandbox.run(args).exits(78).talk();
        assert!(talk.contains("neither HOME nor THANKS_HOME is set") && talk.contains("hint: set"), "{talk}");
    }
}
