//! What a look into INBOX finds, whatever the server's search is worth.

use super::*;

const OLD: &str = "01-Feb-2026 10:00:00 +0000";
const NEW: &str = "06-Mar-2026 10:00:00 +0000";

fn look(server: &ImapServer) -> Vec<Found> {
    let look = looked(server);
    assert_eq!((&look.unread, &look.cut, look.reach), (&Vec::new(), &Vec::new(), Reach::Whole));
    look.found
}

fn looked(server: &ImapServer) -> Look {
    let mut session = patient(server);
    let look = session.inbox_since(day("2026-03-05"), &wanted()).unwrap();
    session.logout();
    assert_nothing_was_changed(server);
    look
}

/// So many messages that nobody asked for.
fn with_others(mut builder: Builder, count: usize, received: &str) -> Builder {
    for n in 0..count {
        builder =
            builder.message("INBOX", received, &format!("From: n{n}@other.example\nSubject: {n}"), "text");
    }
    builder
}

fn answer() -> &'static str {
    "From: Jane Doe <jane@acme.example>\nTo: jo@example.com\nSubject: Re: Thank you\nIn-Reply-To: <one@example.com>\nReceived: by somebody\nMessage-ID: <re@acme.example>"
}

#[test]
fn an_answer_comes_with_its_date_and_the_fields_that_matter_and_no_text() {
    let server = ImapServer::builder().message("INBOX", NEW, answer(), "secret text").start();
    let found = look(&server);
    assert_eq!(uids(&found), [11]);
    let date = DateTime::parse_from_rfc3339("2026-03-06T10:00:00Z").unwrap();
    assert_eq!(found[0].internal_date, Some(date));
    let header = String::from_utf8(found[0].header.clone()).unwrap();
    assert!(
        header.contains("In-Reply-To: <one@example.com>\r\n") && header.ends_with("\r\n\r\n"),
        "{header}"
    );
    assert!(!header.contains("Received"), "{header}");
    assert_eq!(found[0].text, None);
}

#[test]
fn an_empty_inbox_is_no_error() {
    assert!(look(&ImapServer::builder().start()).is_empty());
}

#[test]
fn what_came_before_the_eve_of_the_day_is_not_fetched() {
    let server = ImapServer::builder()
        .message("INBOX", "03-Mar-2026 23:59:00 +0000", answer(), "")
        .message("INBOX", "04-Mar-2026 00:01:00 -0500", answer(), "")
        .message("INBOX", NEW, answer(), "")
        .start();
    assert_eq!(uids(&look(&server)), [12, 13]);
}

#[test]
fn a_small_inbox_is_looked_through_without_a_search() {
    let server = with_others(ImapServer::builder(), 5, NEW).lie(Lie::Nothing).start();
    assert_eq!(look(&server).len(), 5);
    assert!(!server.commands().iter().any(|command| command.contains("SEARCH")));
}

#[test]
fn an_answer_below_two_hundred_newer_messages_is_found_by_search() {
    for header in [
        answer(),
        "From: Jane <jane@acme.example>\nSubject: hello",
        "From: HR <hr@acme.example>\nSubject: your interview",
        "From: x@elsewhere.example\nReferences: <zero@example.com>\n <one@example.com>",
    ] {
        let builder = ImapServer::builder().message("INBOX", NEW, header, "");
        let server = with_others(builder, 300, NEW).start();
        let found = look(&server);
        assert_eq!(found.len(), 201, "{header}");
        assert_eq!(found[0].uid, 11, "{header}");
        assert_eq!(found.last().unwrap().uid, 311);
    }
}

#[test]
fn a_search_that_finds_nothing_hides_no_new_answer() {
    let builder = with_others(ImapServer::builder(), 300, OLD).message("INBOX", NEW, answer(), "");
    let server = builder.lie(Lie::Nothing).start();
    assert_eq!(uids(&look(&server)), [311]);
}

#[test]
fn a_search_that_finds_everything_does_not_push_the_newest_out() {
    let builder = with_others(ImapServer::builder(), 300, OLD).message("INBOX", NEW, answer(), "");
    let server = builder.lie(Lie::Everything).start();
    let found = look(&server);
    assert_eq!(found.len(), 301);
    assert_eq!(found.last().unwrap().uid, 311);
}

#[test]
fn where_the_server_does_not_search_the_newest_are_read_and_the_rest_is_not_taken_for_nothing() {
    let broken: [fn(Builder) -> Builder; 4] = [
        |builder| builder.lie(Lie::Garbled),
        |builder| builder.fault(At::Search, Fault::Refuse("NO [SERVERBUG] internal error")),
        |builder| builder.fault(At::Search, Fault::Refuse("BAD invalid command")),
        |builder| builder.fault(At::Search, Fault::Refuse("OK done, and not a word of what was found")),
    ];
    for broken in broken {
        // Far enough back: an older message shows that nothing newer is missed.
        let builder = with_others(ImapServer::builder(), 10, OLD).message("INBOX", NEW, answer(), "");
        let server = broken(with_others(builder, 300, NEW)).start();
        let look = looked(&server);
        assert_eq!((look.found.len(), look.found[0].uid, look.reach), (301, 21, Reach::Whole));
        assert_eq!(look.warnings, ["the server doesn't search INBOX, so only the newest messages were read"]);
    }
    let server = with_others(ImapServer::builder().message("INBOX", NEW, answer(), ""), 2000, NEW)
        .lie(Lie::Garbled)
        .start();
    let look = looked(&server);
    assert_eq!(look.found.len(), 2000);
    assert_eq!(look.reach, Reach::Since(DateTime::parse_from_rfc3339("2026-03-06T10:00:00Z").ok()));
}

#[test]
fn a_search_that_is_too_complicated_is_asked_again_word_by_word() {
    let builder = ImapServer::builder().message("INBOX", NEW, answer(), "");
    let server = with_others(builder, 300, NEW).no_or().start();
    let look = looked(&server);
    assert_eq!((look.found[0].uid, look.reach), (11, Reach::Whole));
    assert!(look.warnings.is_empty());
}

#[test]
fn two_hundred_and_fifty_notices_of_the_company_hide_no_answer() {
    let mut builder =
        ImapServer::builder().message("INBOX", NEW, "From: Jane Doe <jane@acme.example>\nSubject: hello", "");
    for n in 0..250 {
        builder = builder.message("INBOX", NEW, &format!("From: notices@acme.example\nSubject: {n}"), "");
    }
    let server = with_others(builder, 250, NEW).start();
    let found = look(&server);
    assert_eq!((found.len(), found[0].uid), (451, 11));
}

#[test]
fn more_from_a_company_than_can_be_read_is_said_and_the_newest_are_read() {
    let mut builder = ImapServer::builder();
    for n in 0..1100 {
        builder = builder.message("INBOX", NEW, &format!("From: notices@acme.example\nSubject: {n}"), "");
    }
    let server = builder.start();
    let look = looked(&server);
    assert_eq!(look.cut, ["acme.example"]);
    assert_eq!((look.found.len(), look.found[0].uid), (1000, 111));
}

#[test]
fn many_wishes_become_several_searches_and_no_word_of_ours_becomes_a_command() {
    let wanted = Wanted {
        addresses: (0..20).map(|n| format!("p{n}@acme.example")).collect(),
        domains: vec!["x\" 1 DELETED\r\na LOGOUT".into()],
        message_ids: (0..20).map(|n| format!("<{n}@example.com>")).collect(),
    };
    let builder = ImapServer::builder().message("INBOX", NEW, "From: p19@acme.example", "");
    let server = with_others(builder, 200, NEW).start();
    let mut session = patient(&server);
    let found = session.inbox_since(day("2026-03-05"), &wanted).unwrap().found;
    session.logout();
    assert_eq!(found[0].uid, 11);
    let commands = server.commands();
    let searches: Vec<&String> = commands.iter().filter(|c| c.starts_with("UID SEARCH ")).collect();
    assert_eq!(searches.len(), 5, "{searches:#?}");
    assert!(searches.iter().all(|search| search.contains("SINCE") && !search.contains("LOGOUT")));
    assert_eq!(commands.iter().filter(|c| *c == "LOGOUT").count(), 1);
}

#[test]
fn only_of_a_bounce_and_of_an_automatic_answer_the_beginning_of_the_text_is_read() {
    let long = "x".repeat(100_000);
    let server = ImapServer::builder()
        .message("INBOX", NEW, answer(), &long)
        .message("INBOX", NEW, "From: MAILER-DAEMON@mx.example\nContent-Type: multipart/report", &long)
        .message("INBOX", NEW, "From: jane@acme.example\nAuto-Submitted: auto-replied", &long)
        .message("INBOX", NEW, "From: shop@else.example\nAuto-Submitted: auto-generated", &long)
        .start();
    let sizes: Vec<_> = look(&server).iter().map(|found| found.text.as_ref().map(Vec::len)).collect();
    assert_eq!(sizes, [None, Some(65_536), Some(16_384), None]);
}

#[test]
fn a_huge_header_is_read_only_to_its_limit_and_said_to_be_cut() {
    let header = format!("From: jane@acme.example\nReferences: {}", "<x@y>\n ".repeat(20_000));
    let server = ImapServer::builder().message("INBOX", NEW, &header, "").start();
    let look = looked(&server);
    assert_eq!(look.found[0].header.len(), 65_536);
    assert_eq!((look.unread[0].uid, &look.unread[0].why), (Some(11), &Why::Cut));
}

#[test]
fn the_beginning_of_a_text_comes_when_it_is_asked_for_and_leaves_the_message_unread() {
    let long = "x".repeat(100_000);
    let server = ImapServer::builder()
        .message("INBOX", NEW, answer(), &long)
        .message("INBOX", NEW, "From: jane@acme.example", "short")
        .start();
    let mut session = patient(&server);
    let found = session.inbox_since(day("2026-03-05"), &wanted()).unwrap().found;
    let texts = session.texts(&uids(&found)).unwrap();
    assert_eq!(
        texts.iter().map(|(uid, text)| (*uid, text.len())).collect::<Vec<_>>(),
        [(11, 16_384), (12, 5)]
    );
    assert!(session.texts(&[]).unwrap().is_empty());
    session.logout();
    assert_nothing_was_changed(&server);
}
