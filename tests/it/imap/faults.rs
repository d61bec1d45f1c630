//! A server that does what it should not: each fault at each command ends in an error of the right
//! class, in time, and with nothing changed.

use super::*;

const STEPS: [(At, &str); 5] = [
    (At::Greeting, "Greeting"),
    (At::Capability, "Capability"),
    (At::Login, "Login"),
    (At::Examine, "Examine"),
    (At::Fetch, "Fetch"),
];

fn one_message() -> Builder {
    ImapServer::builder().message("INBOX", "05-Mar-2026 10:00:00 +0000", "From: jane@acme.example", "hi")
}

/// Opens, looks and leaves, as one line.
fn story(server: &ImapServer) -> String {
    let mut session = match open(server, Security::Plain) {
        Ok(session) => session,
        Err(error) => return class(&error),
    };
    let told = match session.inbox_since(day("2026-03-01"), &wanted()) {
        Ok(look) if look.unread.is_empty() => format!("found {}", look.found.len()),
        Ok(look) => format!("found {}, unread {}", look.found.len(), look.unread.len()),
        Err(error) => class(&error),
    };
    session.logout();
    told
}

fn story_with(at: At, fault: Fault) -> String {
    let server = one_message().fault(at, fault).start();
    let told = story(&server);
    assert_nothing_was_changed(&server);
    told
}

#[test]
fn without_a_fault_the_message_is_found() {
    assert_eq!(story(&one_message().start()), "found 1");
}

#[test]
fn a_connection_lost_at_any_step_is_a_matter_of_the_network() {
    for (at, phase) in STEPS {
        assert_eq!(story_with(at, Fault::Drop), format!("{phase}: network"));
    }
}

#[test]
fn a_server_that_says_bye_at_any_step_is_heard() {
    for (at, phase) in STEPS {
        assert_eq!(story_with(at, Fault::Bye("too many connections")), format!("{phase}: bye"));
    }
}

#[test]
fn what_is_not_imap_is_said_to_be_none() {
    for (at, phase) in STEPS {
        assert_eq!(story_with(at, Fault::Garbage), format!("{phase}: protocol"));
    }
}

#[test]
fn an_answer_under_a_strange_tag_is_no_answer() {
    for (at, phase) in STEPS.into_iter().skip(1) {
        assert_eq!(story_with(at, Fault::WrongTag), format!("{phase}: protocol"));
    }
}

#[test]
fn a_refused_command_says_so() {
    for (at, phase) in STEPS.into_iter().skip(3) {
        assert_eq!(story_with(at, Fault::Refuse("NO not now")), format!("{phase}: refused"));
        assert_eq!(story_with(at, Fault::Refuse("BAD no idea")), format!("{phase}: refused"));
    }
}

#[test]
fn a_server_that_hangs_or_keeps_us_waiting_is_given_up_in_time() {
    for fault in [Fault::Hang, Fault::Trickle] {
        for (at, phase) in [(At::Login, "Login"), (At::Fetch, "Fetch")] {
            let start = now();
            assert_eq!(story_with(at, fault.clone()), format!("{phase}: timed out"));
            assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
        }
    }
}

#[test]
fn a_literal_bomb_is_refused_before_it_is_read() {
    for size in [64 * 1024 + 1, 100_000_000, u64::MAX / 2] {
        for (at, phase) in [(At::Login, "Login"), (At::Examine, "Examine"), (At::Fetch, "Fetch")] {
            let server = one_message().fault(at, Fault::LiteralBomb(size)).start();
            assert_eq!(story(&server), format!("{phase}: protocol"));
            // The rest is in the buffers of two sockets, and not in ours.
            assert!(server.commands().len() < 10 && server.bombed() < 16 * 1024 * 1024);
        }
    }
}

#[test]
fn a_line_without_an_end_and_a_flood_of_answers_are_cut_off() {
    for fault in [Fault::EndlessLine, Fault::Flood] {
        let server = one_message().fault(At::Examine, fault).start();
        let error = patient(&server).inbox_since(day("2026-03-01"), &wanted()).unwrap_err();
        assert_eq!(class(&error), "Examine: protocol");
    }
}

#[test]
fn after_a_broken_answer_nothing_more_is_said() {
    let server = one_message().fault(At::Fetch, Fault::Garbage).start();
    let mut session = open(&server, Security::Plain).unwrap();
    assert!(session.inbox_since(day("2026-03-01"), &wanted()).is_err());
    let error = session.inbox_since(day("2026-03-01"), &wanted()).unwrap_err();
    assert_eq!(class(&error), "Examine: network");
    session.logout();
    assert!(server.commands().last().unwrap().starts_with("FETCH"), "{:?}", server.commands());
}

#[test]
fn news_that_nobody_asked_for_do_no_harm() {
    let news = "* 2 EXISTS\r\n* 1 FETCH (FLAGS (\\Seen))\r\n* 1 FETCH (UID 11 FLAGS ())\r\n* XNEWS what {\r\n* OK [ALERT] hot\r\n";
    assert_eq!(story_with(At::Fetch, Fault::First(news)), "found 1");
}

#[test]
fn messages_that_were_counted_and_are_not_shown_are_an_error() {
    // Fetched by place, none may be left out; "nothing found" would be a lie.
    assert_eq!(story_with(At::Fetch, Fault::Refuse("OK that was all")), "Fetch: protocol");
}

#[test]
fn an_interruption_ends_a_wait_within_a_second() {
    let server = one_message().fault(At::Fetch, Fault::Hang).start();
    let interrupt = Interrupt::default();
    let mut session =
        Session::open(&target(&server, Security::Plain), &PASSWORD, &long(), &interrupt).unwrap();
    let raised = interrupt.clone();
    let start = now();
    let told = std::thread::scope(|scope| {
        let look = scope.spawn(move || session.inbox_since(day("2026-03-01"), &wanted()));
        raised.raise();
        look.join().unwrap()
    });
    assert!(matches!(told, Err(ImapError { kind: Failure::Interrupted, .. })), "{told:?}");
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn in_clear_only_loopback_is_reached() {
    let server = Server {
        host: "192.0.2.1".into(),
        port: 143,
        security: Security::Plain,
        ca_pem: None,
        user: "jo".into(),
    };
    let error = Session::open(&server, &PASSWORD, &short(), &Interrupt::default()).err().unwrap();
    assert_eq!(class(&error), "Connect: config");
}

#[test]
fn a_status_in_any_form_is_understood_at_any_step() {
    let statuses = "* OK\r\n* NO\r\n* BAD \r\n* OK [UIDNEXT 3]\r\n* ok [ALERT] caf\u{e9} {3}\r\n* OK [X {2}] {5}\r\nhello\r\n";
    for at in [At::Capability, At::Login, At::Examine, At::Fetch] {
        assert_eq!(story_with(at, Fault::First(statuses)), "found 1", "{at:?}");
    }
    // A tagged OK with neither code nor text.
    assert_eq!(story_with(At::Login, Fault::Refuse("OK")), "found 1");
    assert_eq!(story_with(At::Login, Fault::Refuse("OK [CAPABILITY IMAP4rev1 {odd}] caf\u{e9}")), "found 1");
    for goodbye in ["", "[UNAVAILABLE]", "caf\u{e9}", "{5}"] {
        assert_eq!(story_with(At::Examine, Fault::Bye(goodbye)), "Examine: bye", "{goodbye}");
    }
}

#[test]
fn the_messages_that_a_server_stumbles_over_are_named_and_the_others_read() {
    let server = (0..300).fold(ImapServer::builder(), |builder, _| {
        builder.message("INBOX", "05-Mar-2026 10:00:00 +0000", "From: jane@acme.example", "hi")
    });
    let server = server.start();
    for (uid, odd) in [(200, Odd::Breaks), (202, Odd::BreaksHeader), (310, Odd::Breaks), (250, Odd::Hidden)] {
        server.set_odd("INBOX", uid, odd);
    }
    let mut session = patient(&server);
    let look = session.inbox_since(day("2026-03-01"), &wanted()).unwrap();
    session.logout();
    assert_eq!(look.found.len(), 296);
    let mut unread: Vec<&str> = look.unread.iter().map(|unread| unread.name.as_str()).collect();
    unread.sort_unstable();
    assert_eq!(unread, ["uid 200", "uid 202", "uid 250", "uid 310"]);
    assert_nothing_was_changed(&server);
}

#[test]
fn a_server_that_shows_none_of_many_is_to_blame_itself() {
    for odd in [Odd::Breaks, Odd::BreaksHeader, Odd::Hidden, Odd::NilHeader] {
        let server = (0..40).fold(ImapServer::builder(), |builder, _| {
            builder.message("INBOX", "05-Mar-2026 10:00:00 +0000", "From: jane@acme.example", "hi")
        });
        let server = server.start();
        for uid in 11..51 {
            server.set_odd("INBOX", uid, odd);
        }
        assert!(story(&server).starts_with("Fetch: "), "{odd:?}");
        assert!(server.commands().len() < 60, "{odd:?}: it is not asked for ever");
    }
}
