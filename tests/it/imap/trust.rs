//! Who gets the login, and who does not.

use super::*;

fn opened(server: &ImapServer, security: Security) -> String {
    match open(server, security) {
        Ok(session) => {
            session.logout();
            "opened".to_owned()
        }
        Err(error) => class(&error),
    }
}

fn says_who_we_are(server: &ImapServer) -> bool {
    server.commands().iter().any(|command| command.starts_with("LOGIN") || command.starts_with("AUTH"))
}

#[test]
fn each_way_of_connecting_logs_in_and_takes_leave() {
    for (transport, security) in [
        (Transport::Plain, Security::Plain),
        (Transport::StartTls(Certificate::Good), Security::StartTls),
        (Transport::Tls(Certificate::Good), Security::Tls),
    ] {
        let server = ImapServer::builder().transport(transport).start();
        assert_eq!(opened(&server, security), "opened", "{security:?}");
        let commands = server.commands();
        assert!(
            commands.contains(&r#"LOGIN "jo@example.com" "sesame-42""#.to_owned())
                || commands.contains(&"LOGIN jo@example.com sesame-42".to_owned()),
            "{commands:?}"
        );
        assert_eq!(commands.last().unwrap(), "LOGOUT");
    }
}

#[test]
fn a_certificate_that_cannot_be_trusted_gets_no_word() {
    for (certificate, problem) in [
        (Certificate::Expired, Some(CertificateProblem::Expired)),
        (Certificate::NotYetValid, Some(CertificateProblem::NotYetValid)),
        (Certificate::UnknownCa, Some(CertificateProblem::UnknownAuthority)),
        (Certificate::WrongHost, None),
    ] {
        for (transport, security) in [
            (Transport::Tls(certificate), Security::Tls),
            (Transport::StartTls(certificate), Security::StartTls),
        ] {
            let server = ImapServer::builder().transport(transport).start();
            let error = open(&server, security).err().unwrap();
            assert_eq!(class(&error), "Tls: certificate", "{certificate:?}");
            if let Some(problem) = &problem {
                assert_eq!(error.kind, Failure::Certificate(problem.clone()));
            }
            assert_eq!(error.problem(&target(&server, security)).kind, Kind::Config);
            assert!(!says_who_we_are(&server));
        }
    }
}

#[test]
fn without_starttls_nothing_is_said_in_clear() {
    // A server, or somebody before it, that offers a login in clear and no TLS.
    let server = ImapServer::builder().start();
    let error = open(&server, Security::StartTls).err().unwrap();
    assert_eq!(class(&error), "StartTls: protocol");
    assert!(!says_who_we_are(&server));
    let mut target = target(&server, Security::StartTls);
    let hint = error.problem(&target).hint.unwrap();
    assert_eq!(hint, "set security = \"none\" in [imap], which this computer allows, or \"tls\"");
    target.host = "mail.example.org".into();
    let hint = error.problem(&target).hint.unwrap();
    assert_eq!(hint, "set security = \"tls\" in [imap]; its usual port is 993");
}

#[test]
fn a_refused_starttls_is_no_leave_to_go_on_in_clear() {
    for words in ["NO not today", "BAD what?"] {
        let server = ImapServer::builder()
            .transport(Transport::StartTls(Certificate::Good))
            .fault(At::StartTls, Fault::Refuse(words))
            .start();
        assert_eq!(opened(&server, Security::StartTls), "StartTls: refused");
        assert!(!says_who_we_are(&server));
    }
}

#[test]
fn words_put_into_the_connection_before_tls_end_it() {
    let server = ImapServer::builder()
        .transport(Transport::StartTls(Certificate::Good))
        .fault(At::StartTls, Fault::Inject("* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n0.0 OK done\r\n"))
        .start();
    let error = open(&server, Security::StartTls).err().unwrap();
    assert_eq!(class(&error), "Tls: protocol");
    assert!(format!("{:?}", error.kind).contains("tampering"), "{error:?}");
    assert!(!says_who_we_are(&server));
}

#[test]
fn what_a_server_can_do_is_asked_again_inside_tls() {
    // In clear, somebody took LOGINDISABLED out of the greeting's list.
    let server = ImapServer::builder()
        .transport(Transport::StartTls(Certificate::Good))
        .greeting("* OK [CAPABILITY IMAP4rev1 STARTTLS] ready")
        .capabilities("IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2")
        .start();
    assert_eq!(opened(&server, Security::StartTls), "Login: no mechanism");
    assert!(!says_who_we_are(&server));
}

#[test]
fn a_session_that_needs_no_login_is_not_ours() {
    for (transport, security) in [
        (Transport::StartTls(Certificate::Good), Security::StartTls),
        (Transport::Tls(Certificate::Good), Security::Tls),
        (Transport::Plain, Security::Plain),
    ] {
        let server = ImapServer::builder().transport(transport).greeting("* PREAUTH welcome back").start();
        assert_eq!(opened(&server, security), "Greeting: protocol");
        assert!(server.commands().is_empty(), "{:?}", server.commands());
    }
}

#[test]
fn a_password_is_not_sent_where_login_is_disabled() {
    let server = ImapServer::builder().capabilities("IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2").start();
    let error = open(&server, Security::Plain).err().unwrap();
    assert_eq!(class(&error), "Login: no mechanism");
    let problem = error.problem(&target(&server, Security::Plain));
    assert_eq!(problem.kind, Kind::Config);
    assert_eq!(problem.details, ["it offers: LOGINDISABLED, AUTH=XOAUTH2"]);
    assert!(problem.hint.unwrap().starts_with("set security = \"starttls\" in [imap]"));
    assert!(!says_who_we_are(&server));
}

#[test]
fn where_only_login_is_disabled_the_password_goes_by_auth_plain() {
    for (more, expected) in [
        (" SASL-IR", vec!["AUTHENTICATE PLAIN AGpvQGV4YW1wbGUuY29tAHNlc2FtZS00Mg=="]),
        ("", vec!["AUTHENTICATE PLAIN", "AGpvQGV4YW1wbGUuY29tAHNlc2FtZS00Mg=="]),
    ] {
        let server =
            ImapServer::builder().capabilities(&format!("IMAP4rev1 LOGINDISABLED AUTH=PLAIN{more}")).start();
        assert_eq!(opened(&server, Security::Plain), "opened");
        let commands = server.commands();
        let from = commands.iter().position(|command| command.starts_with("AUTH")).unwrap();
        assert_eq!(commands[from..from + expected.len()], expected);
    }
}

#[test]
fn a_token_goes_by_xoauth2_and_never_by_login() {
    let token = Login::Xoauth2("ya29.token");
    let open_with = |server: &ImapServer| {
        Session::open(&target(server, Security::Plain), &token, &short(), &Interrupt::default())
    };
    let server = ImapServer::builder().start();
    open_with(&server).unwrap().logout();
    let commands = server.commands();
    assert!(commands.iter().any(|command| command.starts_with("AUTHENTICATE XOAUTH2 ")), "{commands:?}");
    let server = ImapServer::builder().capabilities("IMAP4rev1 AUTH=PLAIN").start();
    assert_eq!(class(&open_with(&server).err().unwrap()), "Login: no mechanism");
    assert!(!says_who_we_are(&server));
}

#[test]
fn a_refused_token_comes_with_the_reason_of_the_challenge() {
    let server =
        ImapServer::builder().fault(At::Login, Fault::Refuse("NO [AUTHENTICATIONFAILED] no")).start();
    let token = Login::Xoauth2("ya29.token");
    let target = target(&server, Security::Plain);
    let error = Session::open(&target, &token, &short(), &Interrupt::default()).err().unwrap();
    let text = r#"[AUTHENTICATIONFAILED] no {"status":"400","schemes":"bearer"}"#.to_owned();
    assert_eq!(error.kind, Failure::Authentication(Refusal { word: Word::No, text }));
    assert_eq!(error.problem(&target).kind, Kind::Permission);
}

#[test]
fn a_busy_server_has_not_refused_the_login() {
    let server =
        ImapServer::builder().fault(At::Login, Fault::Refuse("NO [UNAVAILABLE] come back later")).start();
    let error = open(&server, Security::Plain).err().unwrap();
    assert_eq!(class(&error), "Login: refused");
    assert_eq!(error.problem(&target(&server, Security::Plain)).kind, Kind::TryAgain);
}

#[test]
fn a_password_that_the_server_repeats_is_not_shown() {
    let server =
        ImapServer::builder().fault(At::Login, Fault::Refuse("BAD what is LOGIN jo sesame-42?")).start();
    let error = open(&server, Security::Plain).err().unwrap();
    assert!(!format!("{error:?}").contains("sesame"), "{error:?}");
}

#[test]
fn a_refusal_in_any_language_is_kept_to_300_characters() {
    let words: &'static str = Box::leak(format!("NO {}", "\u{fc}".repeat(1000)).into_boxed_str());
    let server = ImapServer::builder().fault(At::Login, Fault::Refuse(words)).start();
    let Failure::Authentication(refusal) = open(&server, Security::Plain).err().unwrap().kind else {
        panic!("it was not the login that failed");
    };
    assert_eq!(refusal.text, "\u{fc}".repeat(300));
}

#[test]
fn a_name_or_password_of_any_letters_arrives_whole() {
    let server = ImapServer::builder().capabilities("IMAP4rev1").start();
    let login = Login::Password("p\u{e4}ss {3}");
    let session = Session::open(&target(&server, Security::Plain), &login, &short(), &Interrupt::default());
    session.unwrap().logout();
    // Literals are recorded without their octets; that the server could read on shows their size.
    let commands = server.commands();
    assert!(
        commands.iter().any(|command| command.starts_with("LOGIN ") && command.contains("{9}")),
        "{commands:?}"
    );
    assert_eq!(commands.last().unwrap(), "LOGOUT");
}

#[test]
fn a_password_that_would_need_a_literal_goes_by_auth_plain_where_that_is_offered() {
    let proof =
        |user: &str, password: &str| data_encoding::BASE64.encode(format!("\0{user}\0{password}").as_bytes());
    for (user, password, more) in [
        ("jo@example.com", "s\u{e9}same", " SASL-IR"),
        ("jo@example.com", "s\u{e9}same", ""),
        ("j\u{f6}@example.com", "sesame", " SASL-IR"),
        ("jo@example.com", "\u{5bc6}\u{7801} 12", ""),
    ] {
        let server = ImapServer::builder().capabilities(&format!("IMAP4rev1 AUTH=PLAIN{more}")).start();
        let target = Server { user: user.into(), ..target(&server, Security::Plain) };
        Session::open(&target, &Login::Password(password), &short(), &Interrupt::default()).unwrap().logout();
        let proof = proof(user, password);
        let expected = match more {
            "" => vec!["AUTHENTICATE PLAIN".to_owned(), proof],
            _ => vec![format!("AUTHENTICATE PLAIN {proof}")],
        };
        let commands = server.commands();
        let from = commands.iter().position(|command| command.starts_with("AUTH")).unwrap();
        assert_eq!(commands[from..from + expected.len()], expected);
        assert!(!commands.iter().any(|command| command.starts_with("LOGIN")), "{commands:?}");
    }
}

#[test]
fn a_server_that_asks_who_its_clients_are_is_told_before_any_folder_is_opened() {
    let id = concat!("ID (\"name\" \"thanks\" \"version\" \"", env!("CARGO_PKG_VERSION"), "\")");
    let builder = ImapServer::builder;
    for server in [
        builder().capabilities("IMAP4rev1 ID"),
        // Only what it can do after the login says so, or only what it can do before.
        builder().greeting("* OK [CAPABILITY IMAP4rev1] ready").capabilities("IMAP4rev1 ID"),
        builder().greeting("* OK [CAPABILITY IMAP4rev1 ID] ready").capabilities("IMAP4rev1"),
        // Its answer doesn't matter.
        builder().capabilities("IMAP4rev1 ID").fault(At::Id, Fault::Refuse("NO not you")),
        builder().capabilities("IMAP4rev1 ID").fault(At::Id, Fault::Refuse("BAD what?")),
        builder()
            .capabilities("IMAP4rev1 ID")
            .fault(At::Id, Fault::First("* ID (\"name\" \"M\u{e4}il\")\r\n")),
    ] {
        let server = server.start();
        let mut session = open(&server, Security::Plain).unwrap();
        session.inbox_since(day("2026-03-05"), &wanted()).unwrap();
        session.logout();
        let commands = server.commands();
        let place = |verb: &str| commands.iter().position(|command| command.starts_with(verb)).unwrap();
        assert_eq!(commands[place("ID")], id);
        assert!(place("LOGIN") < place("ID") && place("ID") < place("EXAMINE"), "{commands:?}");
        assert_eq!(commands.iter().filter(|command| command.starts_with("ID")).count(), 1);
    }
    let server = builder().start();
    open(&server, Security::Plain).unwrap().logout();
    assert!(!server.commands().iter().any(|command| command.starts_with("ID")), "{:?}", server.commands());
}

#[test]
fn a_login_that_cannot_be_judged_for_now_is_no_wrong_password() {
    for words in [
        "NO Temporary authentication failure",
        "NO Server busy, please try again later",
        "NO [LIMIT] Too many connections",
        "BAD User is authenticated but not connected.",
    ] {
        let server = ImapServer::builder().fault(At::Login, Fault::Refuse(words)).start();
        let error = open(&server, Security::Plain).err().unwrap();
        assert_eq!(class(&error), "Login: refused", "{words}");
        let problem = error.problem(&target(&server, Security::Plain));
        assert_eq!(problem.kind, Kind::TryAgain);
        assert_eq!(problem.message, "127.0.0.1 can't check the login right now");
    }
    for words in ["NO LOGIN failed.", "NO [AUTHENTICATIONFAILED] try again later", "NO [EXPIRED] old"] {
        let server = ImapServer::builder().fault(At::Login, Fault::Refuse(words)).start();
        assert_eq!(class(&open(&server, Security::Plain).err().unwrap()), "Login: authentication", "{words}");
    }
}

#[test]
fn the_wrong_security_is_found_out_whichever_side_waits() {
    let patience = Patience { silence: Duration::from_millis(50), ..long() };
    let good = Certificate::Good;
    for (transport, security, speaks, hint) in [
        (Transport::Tls(good), Security::StartTls, Speaks::Tls, "\"tls\" in [imap]; its usual port is 993"),
        (Transport::Tls(good), Security::Plain, Speaks::Tls, "\"tls\" in [imap]; its usual port is 993"),
        (
            Transport::StartTls(good),
            Security::Tls,
            Speaks::Clear,
            "\"starttls\" in [imap]; its usual port is 143",
        ),
        (Transport::Plain, Security::Tls, Speaks::Clear, "\"starttls\" in [imap]; its usual port is 143"),
    ] {
        let server = ImapServer::builder().transport(transport).start();
        let target = target(&server, security);
        let error = Session::open(&target, &PASSWORD, &patience, &Interrupt::default()).err().unwrap();
        assert_eq!(error.kind, Failure::WrongMode(speaks), "{transport:?} {security:?}");
        let problem = error.problem(&target);
        assert_eq!(problem.kind, Kind::Config);
        assert!(problem.hint.as_deref().is_some_and(|told| told.contains(hint)), "{problem:?}");
        assert!(!says_who_we_are(&server));
    }
}
