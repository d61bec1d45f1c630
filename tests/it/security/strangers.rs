//! Whatever strangers wrote, no terminal obeys it: every command is run on a record whose texts
//! hold escape sequences, bells, C1 codes and marks that turn the direction of reading.

use std::fs;
use std::path::PathBuf;

use rusqlite::Connection;

use super::{database, open};
use crate::imap_server::ImapServer;
use crate::sandbox::Sandbox;
use crate::send::{acme, draft};
use crate::smtp_server::{At, Fault, SmtpServer};

/// A title, a wiped screen, a colour by C1, a carriage return, a backspace, DEL, and reading turned.
const PLANT: &str =
    "x\u{1b}]0;pwn\u{7}\u{1b}[2J\u{9b}31m\r\u{8}\u{7f}\u{202e}\u{2066}\u{61c}\u{200e}\u{200b}\u{feff}y";

/// A line that the program says of a note that went.
const FORGED: &str = "sent     acme/forged, accepted by nobody";

fn is_raw(c: char) -> bool {
    let bidi =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    (c.is_control() && c != '\n') || bidi || matches!(c, '\u{200b}' | '\u{feff}')
}

/// Nothing in it is obeyed by a terminal. A calendar's lines end with CRLF.
fn is_harmless(what: &str, text: &str) {
    let text =
        if text.starts_with("BEGIN:VCALENDAR\r\n") { text.replace("\r\n", "\n") } else { text.to_owned() };
    let raw: Vec<char> = text.chars().filter(|c| is_raw(*c)).collect();
    assert!(raw.is_empty(), "{what} prints {raw:?} raw:\n{text:?}");
}

fn check(sandbox: &Sandbox, args: &[&str]) -> String {
    checked(sandbox, args).0
}

/// What it says, and its exit code.
fn checked(sandbox: &Sandbox, args: &[&str]) -> (String, i32) {
    let run = sandbox.run(args);
    let code = run.exit();
    let (out, err) = run.both();
    let what = format!("{args:?}");
    is_harmless(&what, &out);
    is_harmless(&what, &err);
    assert!(!err.contains("panicked"), "{what}: {err}");
    (out + &err, code)
}

/// All commands, those that change the record last.
const COMMANDS: &[&[&str]] = &[
    &["status"],
    &["status", "--check"],
    &["show", "acme"],
    &["show", "--log"],
    &["show", "acme/jane"],
    &["draft"],
    &["draft", "--body"],
    &["draft", "acme/omar"],
    &["send", "--dry-run"],
    &["send", "--yes"],
    &["nudge"],
    &["sync"],
    &["export", "--calendar"],
    &["doctor"],
    &["schedule", "status"],
    &["schedule", "run"],
    &["holidays", "US"],
    &["add", "acme", "--with", "Ann Lee", "--topic", "how the team plans"],
    &["edit", "acme"],
    &["mark", "acme/omar", "sent"],
    &["heard", "acme", "--decision", "in two weeks"],
    &["heard", "acme", "--rejected"],
    &["close", "acme"],
    &["forget", "acme", "--yes"],
];

/// Columns by which rows find each other, and those without which nothing can be drafted.
const TIES: [&str; 15] = [
    "id",
    "key",
    "slug",
    "application",
    "person",
    "note",
    "message",
    "goes_by",
    "honorific",
    "agent",
    "contact",
    "template",
    "message_id",
    "in_reply_to",
    "reference_ids",
];

/// A record in which much has happened, without its log, and what its file holds.
fn record() -> (Sandbox, Vec<u8>, SmtpServer, ImapServer) {
    let mut sandbox = Sandbox::new();
    sandbox.set_editor("true");
    let (smtp, imap) = (SmtpServer::builder().start(), ImapServer::builder().start());
    sandbox.use_servers(&smtp, &imap, "none");
    acme(&sandbox);
    let omar = ["add", "acme", "--with", "Omar Aziz <omar@acme.example>", "--topic", "how on-call is shared"];
    let _ = sandbox.run(&omar).talks_somehow().text();
    draft(&sandbox);
    let _ = sandbox.run(&["send", "acme/jane", "--yes"]).talks_somehow().text();
    imap.deliver("INBOX", " 6-Mar-2026 10:00:00 +0000", "From: Kim <kim@acme.example>\nTo: jo@example.com\nSubject: Platform Engineer\nMessage-ID: <k@acme.example>\nDate: Fri, 6 Mar 2026 10:00:00 +0000\n\nHello Jo\n");
    sandbox.set_now("2026-03-06T12:00:00Z");
    let _ = sandbox.run(&["sync"]).exits(3).talks_somehow().text();
    open(&sandbox).query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    forget_log(&sandbox);
    let bytes = fs::read(database(&sandbox)).unwrap();
    (sandbox, bytes, smtp, imap)
}

fn forget_log(sandbox: &Sandbox) {
    for name in ["thanks.db-wal", "thanks.db-shm"] {
        let _ = fs::remove_file(sandbox.home().join(name));
    }
}

fn restore(sandbox: &Sandbox, bytes: &[u8]) {
    forget_log(sandbox);
    fs::write(database(sandbox), bytes).unwrap();
}

/// Every column that holds text.
fn columns(db: &Connection) -> Vec<(String, String)> {
    db.prepare(
        "SELECT m.name, c.name FROM sqlite_schema AS m, pragma_table_info(m.name) AS c
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND c.type = 'TEXT'",
    )
    .unwrap()
    .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
    .unwrap()
    .collect::<Result<_, _>>()
    .unwrap()
}

/// Writes behind what stands there; false where the schema does not take it.
fn plant(sandbox: &Sandbox, (table, column): &(String, String), text: &str) -> bool {
    let db = open(sandbox);
    db.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    let change = format!("UPDATE {table} SET {column} = coalesce({column}, '') || ?1");
    db.execute(&change, [text]).is_ok_and(|rows| rows > 0)
}

/// The columns with which a record is read, whatever stands in them.
fn readable(sandbox: &Sandbox, bytes: &[u8], text: &str) -> Vec<(String, String)> {
    let (mut readable, mut refused) = (Vec::new(), 0);
    let columns = columns(&open(sandbox));
    for column in columns {
        restore(sandbox, bytes);
        if !plant(sandbox, &column, text) {
            continue;
        }
        let codes = [&["status"][..], &["show", "acme", "--json"]].map(|args| checked(sandbox, args).1);
        match codes {
            [0, 0] => readable.push(column),
            _ => refused += 1,
        }
    }
    assert!(readable.len() >= 15 && refused >= 5, "{refused} refused, and read: {readable:?}");
    readable
}

#[test]
fn no_text_of_the_record_reaches_a_terminal_raw_or_forges_a_line() {
    let planted = format!("{PLANT}\n{FORGED}");
    let (sandbox, bytes, _smtp, _imap) = record();
    let readable = readable(&sandbox, &bytes, &planted);
    // All at once, in every command and form: first the texts, then also what ties them together.
    let mut shown = 0;
    for ties in [false, true] {
        for format in [&["-v"][..], &["--json"]] {
            restore(&sandbox, &bytes);
            for column in readable.iter().filter(|(_, name)| ties || !TIES.contains(&name.as_str())) {
                assert!(plant(&sandbox, column, &planted), "{column:?}");
            }
            for command in COMMANDS {
                let said = check(&sandbox, &[command, format].concat());
                shown += usize::from(said.contains("u{1b}]0;pwn") || said.contains("u001b]0;pwn"));
                // What is written into a note may have several lines; all else is one.
                let is_note =
                    matches!(command[0], "draft" | "send" | "edit") || command[1..] == ["acme/jane"];
                let is_forged = said.lines().any(|line| line.starts_with(FORGED));
                assert!(ties || is_note || !is_forged, "{command:?}: {said}");
            }
        }
    }
    assert!(shown >= 20, "only {shown} commands showed what was planted");
}

#[test]
fn no_argument_comes_back_raw() {
    let sandbox = Sandbox::new();
    acme(&sandbox);
    let path = format!("nowhere/{PLANT}");
    let flag = format!("--{PLANT}");
    for args in [
        &[PLANT][..],
        &["status", PLANT],
        &["status", &flag],
        &["status", "-c", &path],
        &["show", PLANT],
        &["draft", PLANT],
        &["draft", "--template", PLANT],
        &["draft", "--tone", PLANT],
        &["draft", "--out", "/proc/\u{1b}[2J"],
        &["draft", "--at", PLANT],
        &["send", PLANT, "--yes"],
        &["send", "--yes", "--allow", PLANT],
        &["nudge", PLANT],
        &["edit", PLANT],
        &["mark", PLANT, "sent"],
        &["mark", "acme/jane", PLANT],
        &["heard", PLANT, "--rejected"],
        &["heard", "acme", "--decision", PLANT],
        &["close", PLANT],
        &["forget", PLANT],
        &["holidays", PLANT],
        &["export", "--calendar", &path],
        &["add", "--company", PLANT, "--role", "x", "--ended", "15:45", "--with", "Jane Doe"],
        &["add", "--company", "Acme", "--role", PLANT, "--ended", "15:45", "--with", "Jane Doe"],
        &["add", "--company", "Acme", "--role", "x", "--ended", PLANT, "--with", "Jane Doe"],
        &["add", "--company", "Acme", "--role", "x", "--ended", "15:45", "--with", PLANT],
        &["add", "--company", "Acme", "--role", "x", "--ended", "15:45", "--with", "Ann", "--topic", PLANT],
        &["add", "--company", "Acme", "--role", "x", "--ended", "15:45", "--with", "Ann", "--zone", PLANT],
        &["init", "--email", PLANT, "--host", PLANT, "--auth-command", PLANT],
        &[
            "init",
            "--email",
            "jo@example.com",
            "--host",
            "127.0.0.1",
            "--port",
            "465",
            "--auth-command",
            PLANT,
        ],
        &["completions", PLANT],
        &["demo", PLANT],
    ] {
        check(&sandbox, args);
        check(&sandbox, &[args, &["--json"]].concat());
    }
}

#[test]
fn no_variable_file_or_configuration_comes_back_raw() {
    let tame: String = PLANT.chars().filter(|c| !c.is_control()).collect();
    for (name, value) in [
        ("THANKS_NOW", PLANT),
        ("TZ", PLANT),
        ("EDITOR", PLANT),
        ("THANKS_HOME", PLANT),
        ("THANKS_CONFIG", PLANT),
    ] {
        let mut sandbox = Sandbox::new();
        acme(&sandbox);
        sandbox.set(name, value);
        for args in [&["status", "-v"][..], &["edit", "acme"], &["doctor"], &["doctor", "--json"]] {
            check(&sandbox, args);
        }
    }
    // A home of that name works, and is named.
    let mut sandbox = Sandbox::new();
    let home: PathBuf = sandbox.folder().join(PLANT.replace('/', ""));
    sandbox.set("THANKS_HOME", home.to_str().unwrap());
    acme(&sandbox);
    for args in
        [&["status", "-v"][..], &["doctor"], &["doctor", "--json"], &["schedule", "install", "--print"]]
    {
        check(&sandbox, args);
    }
    let sandbox = Sandbox::new();
    acme(&sandbox);
    let escaped: String = PLANT.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
    for text in [
        format!("\"{escaped}\" = 1\n"),
        format!("[\"{escaped}\"]\n"),
        format!("[smtp]\n\"{escaped}\" = 1\n"),
        format!("[smtp]\nhost = \"{escaped}\"\n"),
        format!("[smtp]\nhost = \"h.example\"\nsecurity = \"{escaped}\"\n"),
        format!("[smtp]\nhost = \"h.example\"\nca_file = \"/{escaped}\"\n"),
        format!("[me]\nname = \"{escaped}\"\nemail = \"jo@example.com\"\n"),
        format!("[me]\nemail = \"{escaped}\"\n"),
        format!("[me]\nemail = \"jo@example.com\"\ntimezone = \"{escaped}\"\n"),
        format!("[me]\nemail = \"jo@example.com\"\ncountry = \"{escaped}\"\n"),
        format!("[policy]\nholidays_ics = [\"/{escaped}\"]\n"),
        format!("[templates]\nfolder = \"/{escaped}\"\n"),
        format!(
            "[me]\nemail = \"jo@example.com\"\n[smtp]\nhost = \"127.0.0.1\"\nport = 1\nsecurity = \"none\"\n[auth]\ncommand = [\"{escaped}\"]\n"
        ),
        format!(
            "[me]\nemail = \"jo@example.com\"\n[smtp]\nhost = \"127.0.0.1\"\nport = 1\nsecurity = \"none\"\nuser = \"{escaped}\"\n"
        ),
        format!("[smtp]\nhost = \"{tame}\"\n"),
        format!("[smtp\n{tame}"),
        format!("{PLANT}\n"),
    ] {
        sandbox.configure(&text);
        for args in [
            &["status"][..],
            &["status", "--json"],
            &["draft"],
            &["doctor"],
            &["doctor", "--json"],
            &["send", "--yes"],
        ] {
            check(&sandbox, args);
        }
    }
    sandbox.configure("");
    let folder = sandbox.home().join("templates/thank-you");
    fs::create_dir_all(&folder).unwrap();
    for text in [
        format!("{{{{ {tame} }}}}"),
        format!("{{% include \"{PLANT}\" %}}"),
        format!("{{{{ \"a\" | {PLANT} }}}}"),
        format!("{{{{ throw(message=\"{PLANT}\") }}}}"),
        format!("Hi Jane,\n\n{PLANT}\n\nJo"),
    ] {
        fs::write(folder.join("body.txt.tera"), &text).unwrap();
        for args in [&["draft"][..], &["draft", "--json"], &["doctor"]] {
            check(&sandbox, args);
        }
    }
}

#[test]
fn no_word_of_a_mail_server_is_obeyed() {
    for (at, code) in [
        (At::Banner, "554"),
        (At::Ehlo, "550"),
        (At::Auth, "535"),
        (At::Mail, "550"),
        (At::Rcpt, "450"),
        (At::Dot, "250"),
        (At::Dot, "554"),
        (At::Dot, "354"),
    ] {
        let reply: &'static str = format!("{code} {PLANT}").leak();
        let server = SmtpServer::builder().fault(at, Fault::Reply(reply)).start();
        let sandbox = Sandbox::new();
        sandbox.use_server_with_login(&server);
        acme(&sandbox);
        draft(&sandbox);
        let said = check(&sandbox, &["send", "--yes"]);
        assert!(code == "250" || said.contains("\\u{1b}]0;pwn"), "{said}");
        for args in [
            &["show", "--log"][..],
            &["show", "--log", "--json"],
            &["status"],
            &["show", "acme/jane", "--json"],
        ] {
            check(&sandbox, args);
        }
    }
}

#[test]
fn no_word_of_a_mail_is_obeyed() {
    let coded = |text: &str| {
        let octets: String = text.bytes().map(|octet| format!("={octet:02X}")).collect();
        format!("=?utf-8?q?{octets}?=")
    };
    let raw: String = PLANT.replace('\r', "");
    for subject in [coded(PLANT), coded(&format!("Re: Platform Engineer\nsent     acme/jane {PLANT}")), raw] {
        let (mut sandbox, _bytes, _smtp, imap) = record();
        let mail = format!(
            "From: {} <jane@acme.example>\nTo: jo@example.com\nSubject: {subject}\n\
             Message-ID: <a@acme.example>\nDate: Sat, 7 Mar 2026 10:00:00 +0000\n\nThank you, Jo {PLANT}\n",
            coded(&format!("Jane\nsent     acme/jane {PLANT}"))
        );
        imap.deliver("INBOX", " 7-Mar-2026 10:00:00 +0000", &mail);
        let bounce = format!(
            "From: MAILER-DAEMON@{PLANT}\nTo: jo@example.com\nSubject: {subject}\nX-Failed-Recipients: {PLANT}\n\
             Message-ID: <b@acme.example>\nDate: Sat, 7 Mar 2026 11:00:00 +0000\n\njane@acme.example: 550 {PLANT}\n"
        );
        imap.deliver("INBOX", " 7-Mar-2026 11:00:00 +0000", &bounce);
        sandbox.set_now("2026-03-07T12:00:00Z");
        let said = check(&sandbox, &["sync"]);
        assert!(said.contains("u{1b}"), "{said}");
        assert!(!said.lines().any(|line| line.starts_with("sent     acme/jane")), "{said}");
        for args in [
            &["sync", "--json"][..],
            &["status"],
            &["status", "--json"],
            &["show", "acme"],
            &["show", "acme", "--json"],
        ] {
            check(&sandbox, args);
        }
    }
}

#[test]
fn no_question_on_a_terminal_is_obeyed_either() {
    let sandbox = Sandbox::new();
    let _server = sandbox.with_server();
    acme(&sandbox);
    draft(&sandbox);
    open(&sandbox).execute("UPDATE notes SET body = body || ?1, edited = 1", [PLANT]).unwrap();
    let mut screen = sandbox.terminal(&["send"]);
    screen.answer("Send to jane@acme.example? [y]es [l]ater, 17:45 [e]dit [s]kip [q]uit: ", "q");
    let octets = screen.ends_with_octets();
    let said = String::from_utf8_lossy(&octets).into_owned();
    assert!(said.contains("\\u{1b}]0;pwn"), "{said}");
    assert!(!said.contains("\u{1b}]0;") && !said.contains('\u{202e}') && !said.contains('\u{7}'), "{said}");
}
