//! The folder of sent mail: found, looked into, and filed to.

use super::*;

const DAY: &str = "06-Mar-2026 10:00:00 +0000";
const COPY: &str = "From: jo@example.com\nTo: Jane <jane@acme.example>\nMessage-ID: <one@example.com>";

fn folder_of(builder: Builder, configured: Option<&str>) -> Option<String> {
    let server = builder.start();
    let mut session = patient(&server);
    let folder = session.sent_folder(configured).unwrap().map(|folder| folder.name);
    session.logout();
    assert_nothing_was_changed(&server);
    folder
}

#[test]
fn sent_is_the_folder_that_the_server_marks_in_any_case_and_language() {
    for (separator, name, mark, expected) in [
        ('/', "Sent", "\\HasNoChildren \\Sent", "Sent"),
        ('.', "INBOX.Sent", "\\sent", "INBOX.Sent"),
        ('/', "[Gmail]/Gesendet", "\\HasNoChildren \\SENT", "[Gmail]/Gesendet"),
        ('/', "Gel&APY-scht & more", "\\Sent", "Gel\u{f6}scht & more"),
        ('\\', "Sent Items", "\\Sent", "Sent Items"),
    ] {
        let builder = ImapServer::builder().separator(separator).folder("Sentinel", "").folder(name, mark);
        assert_eq!(folder_of(builder, None).as_deref(), Some(expected), "{name}");
    }
}

#[test]
fn without_a_mark_the_configured_name_counts_if_there_is_such_a_folder() {
    let dots = || ImapServer::builder().separator('.').folder("INBOX.Sent", "").folder("INBOX.Old", "");
    assert_eq!(folder_of(dots(), Some("INBOX.Sent")).as_deref(), Some("INBOX.Sent"));
    assert_eq!(folder_of(dots(), Some("sent")).as_deref(), Some("INBOX.Sent"));
    assert_eq!(folder_of(dots(), Some("Outbox")), None);
}

#[test]
fn without_a_mark_and_a_configured_name_the_usual_one_is_guessed_in_any_language() {
    let guessed = |separator, names: &[&str]| {
        let mut builder = ImapServer::builder().separator(separator).folder("Drafts", "");
        for name in names {
            builder = builder.folder(name, "\\HasNoChildren");
        }
        let server = builder.start();
        let mut session = patient(&server);
        let folder = session.sent_folder(None).unwrap();
        session.logout();
        folder.map(|folder| {
            assert_eq!(folder.known, Known::Guessed, "{}", folder.name);
            folder.name
        })
    };
    for (separator, name, expected) in [
        ('/', "Sent", "Sent"),
        ('/', "SENT ITEMS", "SENT ITEMS"),
        ('/', "Sent Mail", "Sent Mail"),
        ('/', "Sent Messages", "Sent Messages"),
        ('.', "INBOX.Sent", "INBOX.Sent"),
        ('/', "INBOX/Sent", "INBOX/Sent"),
        ('/', "[Gmail]/Sent Mail", "[Gmail]/Sent Mail"),
        ('/', "Gesendete Objekte", "Gesendete Objekte"),
        ('.', "INBOX.Envoy&AOk-s", "INBOX.Envoy\u{e9}s"),
        ('/', "&AMk-l&AOk-ments envoy&AOk-s", "\u{c9}l\u{e9}ments envoy\u{e9}s"),
        ('/', "Enviados", "Enviados"),
        ('/', "Posta inviata", "Posta inviata"),
        ('/', "Verzonden items", "Verzonden items"),
        ('/', "Wys&AUI-ane", "Wys\u{142}ane"),
        (
            '/',
            "&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-",
            "\u{41e}\u{442}\u{43f}\u{440}\u{430}\u{432}\u{43b}\u{435}\u{43d}\u{43d}\u{44b}\u{435}",
        ),
        ('/', "&kAFP4W4IMH8-", "\u{9001}\u{4fe1}\u{6e08}\u{307f}"),
        ('/', "&XfJT0ZAB-", "\u{5df2}\u{53d1}\u{9001}"),
    ] {
        assert_eq!(guessed(separator, &[name]).as_deref(), Some(expected), "{name}");
    }
    assert_eq!(guessed('/', &["Sent Items", "Sent"]).as_deref(), Some("Sent"), "the likeliest of several");
    let odd = ImapServer::builder().folder("Sent", "\\HasNoChildren [odd] \\x{5}");
    assert_eq!(folder_of(odd, None).as_deref(), Some("Sent"), "an odd attribute hides no folder");
    assert_eq!(guessed('/', &["Projects/Sent", "Absent", "Sent to me"]), None);
}

#[test]
fn the_mark_outweighs_the_configured_name_unless_both_are_marked() {
    let one = ImapServer::builder().folder("Sent", "").folder("Sent Mail", "\\Sent");
    assert_eq!(folder_of(one, Some("Sent")).as_deref(), Some("Sent Mail"));
    let both = ImapServer::builder().folder("A", "\\Sent").folder("B", "\\Sent");
    assert_eq!(folder_of(both, Some("B")).as_deref(), Some("B"));
    let unusable = ImapServer::builder().folder("Sent", "\\Noselect \\Sent");
    assert_eq!(folder_of(unusable, Some("Sent")), None);
}

/// Copies that are not asked for, then these, then more of the others.
fn sent(copies: &[(&str, &str)], after: usize) -> Builder {
    let mut builder = ImapServer::builder().folder("Sent", "\\Sent");
    for (received, header) in copies {
        builder = builder.message("Sent", received, header, "text");
    }
    for n in 0..after {
        let header = format!("To: n{n}@other.example\nMessage-ID: <n{n}@example.com>");
        builder = builder.message("Sent", DAY, &header, "text");
    }
    builder
}

fn find(server: &ImapServer) -> (Vec<u32>, Vec<u32>) {
    let mut session = patient(server);
    let ids = ["<one@example.com>", "<new@mail.example>"];
    let found =
        session.find_in_sent("Sent", &ids, Some("jane@acme.example"), Some(day("2026-03-06"))).unwrap();
    session.logout();
    assert_nothing_was_changed(server);
    (uids(&found.with_id), uids(&found.to_them))
}

#[test]
fn a_copy_is_found_by_its_own_id_and_by_the_one_that_was_replaced() {
    for field in ["Message-ID", "X-Microsoft-Original-Message-ID", "X-Google-Original-Message-ID"] {
        let header = format!("To: jane@acme.example\n{field}: <one@example.com>");
        for after in [0, 80] {
            let server = sent(&[(DAY, &header)], after).start();
            assert_eq!(find(&server), (vec![11], vec![]), "{field}, {after} newer ones");
        }
    }
}

#[test]
fn other_mail_to_the_same_person_that_day_is_told_apart_from_the_note() {
    let copies = [
        (DAY, "To: Jane <jane@acme.example>\nMessage-ID: <other@example.com>"),
        (DAY, "To: mary-jane@acme.example\nMessage-ID: <third@example.com>"),
        ("01-Mar-2026 10:00:00 +0000", "To: jane@acme.example\nMessage-ID: <older@example.com>"),
    ];
    for after in [0, 80] {
        assert_eq!(find(&sent(&copies, after).start()), (vec![], vec![11]), "{after} newer ones");
    }
}

#[test]
fn a_copy_is_found_though_the_search_finds_nothing() {
    let mut builder = sent(&[], 80);
    builder = builder.message("Sent", DAY, COPY, "text");
    assert_eq!(find(&builder.lie(Lie::Nothing).start()), (vec![91], vec![]));
}

#[test]
fn a_search_that_finds_everything_proves_nothing() {
    assert_eq!(find(&sent(&[], 80).lie(Lie::Everything).start()), (vec![], vec![]));
}

#[test]
fn a_folder_that_is_not_there_is_refused_and_the_session_goes_on() {
    let server = sent(&[(DAY, COPY)], 0).start();
    let mut session = patient(&server);
    let error = session.find_in_sent("Gone", &["<one@example.com>"], None, None).unwrap_err();
    assert_eq!(class(&error), "Examine: refused");
    assert_eq!(
        uids(&session.find_in_sent("Sent", &["<one@example.com>"], None, None).unwrap().with_id),
        [11]
    );
    session.logout();
}

const WIRE: &[u8] = b"Subject: x\r\n\r\nliteral end {5}\r\n";

fn append(server: &ImapServer, folder: &str) -> Result<(), ImapError> {
    let mut session = patient(server);
    let date = DateTime::parse_from_rfc3339("2026-03-06T10:00:00.123+01:00").unwrap();
    let done = session.append_sent(folder, WIRE, date);
    session.logout();
    done.map(drop)
}

#[test]
fn a_copy_is_filed_as_read_with_its_date_byte_for_byte() {
    for capabilities in ["IMAP4rev1 LITERAL+", "IMAP4rev1 LITERAL-", "IMAP4rev1"] {
        let server = ImapServer::builder().capabilities(capabilities).folder("Sent", "\\Sent").start();
        append(&server, "Sent").unwrap();
        let commands = server.commands();
        let command = commands.iter().find(|command| command.starts_with("APPEND ")).unwrap();
        assert_eq!(command.ends_with("+}"), capabilities != "IMAP4rev1", "{command}");
        let [filed] = server.appended().try_into().unwrap();
        assert_eq!((filed.folder.as_str(), filed.wire.as_slice()), ("Sent", WIRE));
        assert_eq!(filed.options, r#"(\Seen) "06-Mar-2026 10:00:00 +0100""#);
    }
}

#[test]
fn a_folder_with_a_name_in_any_script_is_filed_to_under_the_name_that_the_server_knows() {
    let server = ImapServer::builder().folder("Gel&APY-scht", "\\Sent").start();
    let mut session = patient(&server);
    let folder = session.sent_folder(None).unwrap().unwrap().name;
    session.logout();
    append(&server, &folder).unwrap();
    assert_eq!(server.appended()[0].folder, "Gel&APY-scht");
}

#[test]
fn a_copy_waits_for_leave_though_other_answers_come_before_it() {
    let server = ImapServer::builder()
        .capabilities("IMAP4rev1")
        .folder("Sent", "\\Sent")
        .fault(At::Append, Fault::First("* 3 EXISTS\r\n* OK still here\r\n"))
        .start();
    append(&server, "Sent").unwrap();
    assert_eq!(server.appended().len(), 1);
}

#[test]
fn a_copy_that_is_refused_or_lost_is_an_error() {
    for (fault, expected) in [
        (Fault::Refuse("NO [OVERQUOTA] full"), "Append: refused"),
        (Fault::Drop, "Append: network"),
        (Fault::Bye("shutting down"), "Append: bye"),
    ] {
        let server = ImapServer::builder().folder("Sent", "").fault(At::Append, fault).start();
        assert_eq!(class(&append(&server, "Sent").unwrap_err()), expected);
        assert!(server.appended().is_empty());
    }
}
