//! Whom the driver trusts, and whom it tells who we are.

use super::*;

#[test]
fn a_certificate_that_cannot_be_trusted_is_named_and_gets_no_password() {
    let rows = [
        (Certificate::UnknownCa, CertificateProblem::UnknownAuthority),
        (Certificate::Expired, CertificateProblem::Expired),
        (Certificate::NotYetValid, CertificateProblem::NotYetValid),
        (Certificate::TheCaItself, CertificateProblem::CaUsedAsEndEntity),
    ];
    for (certificate, expected) in rows {
        let server = SmtpServer::builder().transport(Transport::Tls(certificate)).start();
        let error = open(&server, Security::Tls).err().unwrap();
        assert_eq!(error, OpenError { phase: Phase::Tls, kind: OpenFailure::Certificate(expected) });
        assert!(server.commands().is_empty());
    }
    let server = SmtpServer::builder().transport(Transport::StartTls(Certificate::WrongHost)).start();
    let error = open(&server, Security::StartTls).err().unwrap();
    let OpenFailure::Certificate(CertificateProblem::WrongHost(names)) = &error.kind else {
        panic!("{error:?}")
    };
    assert!(names.join(" ").contains("mail.elsewhere.test"), "{names:?}");
    assert_eq!(server.commands(), ["EHLO [127.0.0.1]", "STARTTLS"]);
}

#[test]
fn without_the_extra_root_its_certificate_is_unknown() {
    let server = SmtpServer::builder().transport(Transport::Tls(Certificate::Good)).start();
    let mut target = target(&server, Security::Tls);
    target.ca_pem = None;
    let error = Session::open(&target, None, &short(), &Interrupt::default()).err().unwrap();
    // A machine without any roots says so before it connects.
    assert!(
        matches!(
            error.kind,
            OpenFailure::Certificate(CertificateProblem::UnknownAuthority) | OpenFailure::Config(_)
        ),
        "{error:?}"
    );
    target.ca_pem = Some(b"nothing here".to_vec());
    let error = Session::open(&target, None, &short(), &Interrupt::default()).err().unwrap();
    assert_eq!((error.phase, open_class(&error.kind)), (Phase::Tls, "config".into()));
    assert!(error.problem(&target).message.contains("ca_file holds no certificate"), "{error:?}");
}

#[test]
fn starttls_that_is_not_offered_ends_the_conversation_before_the_password() {
    let server = SmtpServer::builder().start();
    let error = open(&server, Security::StartTls).err().unwrap();
    assert_eq!((error.phase, open_class(&error.kind)), (Phase::StartTls, "protocol".into()));
    assert_eq!(server.commands(), ["EHLO [127.0.0.1]"]);
    let problem = error.problem(&target(&server, Security::StartTls));
    assert!(problem.message.ends_with("STARTTLS is not offered; nothing was said in clear"), "{problem:?}");
    assert!(problem.hint.unwrap().starts_with("set security = \"none\" in [smtp]"));
}

#[test]
fn nothing_is_said_in_clear_to_another_machine() {
    for host in ["192.0.2.1", "mail.example.org", "127.0.0.1.example.org"] {
        let target = Server {
            host: host.into(),
            port: 25,
            security: Security::Plain,
            ca_pem: None,
            user: Some("jo".into()),
        };
        let error = Session::open(&target, Some(&Login::Password("x")), &short(), &Interrupt::default())
            .err()
            .unwrap();
        assert_eq!((error.phase, open_class(&error.kind)), (Phase::Connect, "config".into()), "{host}");
    }
}

#[test]
fn each_way_to_log_in_says_what_the_server_expects() {
    let expected = [
        ("AUTH PLAIN LOGIN XOAUTH2", "PLAIN jo@example.com pass word"),
        ("auth login", "LOGIN jo@example.com pass word"),
        ("AUTH=LOGIN", "LOGIN jo@example.com pass word"),
    ];
    for (keyword, attempt) in expected {
        let server = SmtpServer::builder().keywords(&[keyword]).start();
        open(&server, Security::Plain).unwrap().quit();
        assert_eq!(server.logins(), [attempt], "{keyword}");
    }
    let server = SmtpServer::builder().start();
    open_as(&server, Security::Plain, Login::Xoauth2("ya29.token")).unwrap();
    assert_eq!(server.logins(), ["XOAUTH2 user=jo@example.com|auth=Bearer ya29.token||"]);
}

#[test]
fn a_refused_token_says_why() {
    let server = SmtpServer::builder().fault(At::Auth, Fault::Reply("535 5.7.8 refused")).start();
    let error = open_as(&server, Security::Plain, Login::Xoauth2("old")).err().unwrap();
    let OpenFailure::Authentication(reply) = error.kind else { panic!("{error:?}") };
    assert_eq!(reply.code, 535);
    assert_eq!(reply.text, r#"5.7.8 refused {"status":"401","schemes":"bearer"}"#);
}

#[test]
fn a_refusal_that_repeats_the_token_does_not_get_it_into_a_message() {
    let token = "ya29.a0AfH6SMBx";
    let server = SmtpServer::builder()
        .challenge(&format!(r#"{{"status":"400","got":"{token}"}}"#))
        .fault(At::Auth, Fault::Reply("535 5.7.8 refused"))
        .start();
    let error = open_as(&server, Security::Plain, Login::Xoauth2(token)).err().unwrap();
    let said = format!("{error:?} {:?}", error.problem(&target(&server, Security::Plain)));
    assert!(!said.contains(token), "{said}");
    let OpenFailure::Authentication(reply) = error.kind else { panic!("{error:?}") };
    assert_eq!((reply.code, reply.text.as_str()), (535, "(its words repeat the login, and are left out)"));
}

#[test]
fn a_server_without_our_way_to_log_in_is_told_apart_from_a_wrong_password() {
    let server = SmtpServer::builder().keywords(&["AUTH GSSAPI CRAM-MD5"]).start();
    let error = open(&server, Security::Plain).err().unwrap();
    assert_eq!(error.kind, OpenFailure::NoMechanism(vec!["GSSAPI".into(), "CRAM-MD5".into()]));
    let hint = |security| error.problem(&target(&server, security)).hint.unwrap();
    assert!(hint(Security::Plain).starts_with("set security = \"starttls\" in [smtp]"));
    assert!(hint(Security::Tls).contains("[auth]"));
    assert!(server.logins().is_empty());
}

#[test]
fn a_server_that_repeats_the_login_does_not_get_it_into_a_message() {
    // What our AUTH PLAIN carries: "\0jo@example.com\0pass word".
    let proof = "AGpvQGV4YW1wbGUuY29tAHBhc3Mgd29yZA==";
    for answer in [
        "500 what? AUTH PLAIN AGpvQGV4YW1wbGUuY29tAHBhc3Mgd29yZA==",
        "AUTH PLAIN AGpvQGV4YW1wbGUuY29tAHBhc3Mgd29yZA==",
    ] {
        let server = SmtpServer::builder().fault(At::Auth, Fault::Reply(answer)).start();
        let error = open(&server, Security::Plain).err().unwrap();
        assert!(server.commands()[1].ends_with(proof));
        let said = format!("{error:?} {:?}", error.problem(&target(&server, Security::Plain)));
        assert!(!said.contains(proof) && !said.contains("pass word"), "{said}");
    }
}

#[test]
fn a_port_that_waits_for_tls_is_found_out_while_the_client_waits_for_a_greeting() {
    let server = SmtpServer::builder().transport(Transport::Tls(Certificate::Good)).start();
    for security in [Security::StartTls, Security::Plain] {
        let patience = Patience { banner: Duration::from_secs(3600), silence: GLANCE, ..long() };
        let target = target(&server, security);
        let error = Session::open(&target, None, &patience, &Interrupt::default()).err().unwrap();
        assert_eq!((error.phase, &error.kind), (Phase::Banner, &OpenFailure::WrongMode(Speaks::Tls)));
        let problem = error.problem(&target);
        assert_eq!(problem.kind, Kind::Config);
        assert_eq!(
            problem.hint.as_deref(),
            Some("set security = \"tls\" in [smtp]; its usual port is 465"),
            "{security:?}"
        );
    }
    assert!(server.commands().is_empty());
}

#[test]
fn a_port_that_begins_in_clear_is_found_out_by_its_greeting() {
    for transport in [Transport::Plain, Transport::StartTls(Certificate::Good)] {
        let server = SmtpServer::builder().transport(transport).start();
        let error = open(&server, Security::Tls).err().unwrap();
        assert_eq!((error.phase, &error.kind), (Phase::Tls, &OpenFailure::WrongMode(Speaks::Clear)));
        let problem = error.problem(&target(&server, Security::Tls));
        assert_eq!(problem.kind, Kind::Config);
        let hint = problem.hint.unwrap();
        assert!(hint.starts_with("set security = \"starttls\" in [smtp]; its usual port is 587"), "{hint}");
    }
}

#[test]
fn a_server_that_is_slow_to_greet_is_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = thread::spawn(move || {
        let (mut first, _) = listener.accept().unwrap();
        // The question whether it speaks TLS comes on a connection of its own, and gets no answer.
        let (second, _) = listener.accept().unwrap();
        drop(second);
        first.write_all(b"220 at last\r\n").unwrap();
        let mut command = [0; 4];
        first.read_exact(&mut command).unwrap();
        command
    });
    let target =
        Server { host: "127.0.0.1".into(), port, security: Security::Plain, ca_pem: None, user: None };
    let patience = Patience { silence: GLANCE, ..long() };
    let error = Session::open(&target, None, &patience, &Interrupt::default()).err().unwrap();
    assert_eq!(error.phase, Phase::Ehlo);
    assert_eq!(&server.join().unwrap(), b"EHLO");
}

#[test]
fn the_wrong_mode_is_found_out_within_ten_seconds() {
    assert!(Patience::default().silence <= Duration::from_secs(5));
}

#[test]
fn a_login_that_cannot_be_judged_for_now_is_no_wrong_password() {
    for (words, expected) in [
        ("454 4.7.0 Temporary authentication failure", "transient 454"),
        ("421 4.7.0 Too many connections", "transient 421"),
        ("535 5.7.8 Error: authentication failed: Connection lost to authentication server", "transient 535"),
        ("535 4.7.0 come back", "transient 535"),
        ("550 5.7.0 Too many logins, try again later", "transient 550"),
        ("535 5.7.8 Username and Password not accepted", "authentication 535"),
        ("534 5.7.9 Please log in with your web browser and then try again", "authentication 534"),
        ("535 Wrong password, try again later", "authentication 535"),
    ] {
        let server = SmtpServer::builder().fault(At::Auth, Fault::Reply(words)).start();
        let error = open(&server, Security::Plain).err().unwrap();
        assert_eq!((error.phase, open_class(&error.kind)), (Phase::Auth, expected.to_owned()), "{words}");
    }
}

#[test]
fn the_very_certificate_of_ca_file_is_accepted_for_its_host() {
    for (certificate, host) in [
        (Certificate::Bridge, "127.0.0.1"),
        (Certificate::Bridge, "localhost"),
        // Both are this computer.
        (Certificate::BridgeForAddressOnly, "localhost"),
        (Certificate::LeafItself, "127.0.0.1"),
    ] {
        for (transport, security) in [
            (Transport::Tls(certificate), Security::Tls),
            (Transport::StartTls(certificate), Security::StartTls),
        ] {
            let server = SmtpServer::builder().transport(transport).start();
            let target = Server { host: host.into(), ..target(&server, security) };
            let session =
                Session::open(&target, Some(&Login::Password("x")), &short(), &Interrupt::default());
            session.unwrap_or_else(|error| panic!("{certificate:?} {host}: {error:?}")).quit();
            server.settle();
            assert_eq!(server.logins().len(), 1);
        }
    }
}

#[test]
fn a_certificate_of_ca_file_that_is_not_valid_or_for_another_host_is_refused() {
    for (certificate, expected) in [
        (Certificate::BridgeExpired, "Expired"),
        (Certificate::BridgeNotYetValid, "NotYetValid"),
        (Certificate::BridgeElsewhere, "WrongHost"),
    ] {
        let server = SmtpServer::builder().transport(Transport::Tls(certificate)).start();
        let error = open(&server, Security::Tls).err().unwrap();
        let OpenFailure::Certificate(problem) = &error.kind else { panic!("{error:?}") };
        assert!(format!("{problem:?}").starts_with(expected), "{certificate:?}: {problem:?}");
        assert!(server.commands().is_empty());
    }
}

#[test]
fn another_certificate_than_that_of_ca_file_is_refused_with_what_to_do() {
    // A bridge that was set up anew shows another one under the same name.
    let (before, after) = (SmtpServer::builder(), SmtpServer::builder());
    let before = before.transport(Transport::Tls(Certificate::Bridge)).start();
    let after = after.transport(Transport::Tls(Certificate::Bridge)).start();
    let mut target = target(&after, Security::Tls);
    target.ca_pem = Some(before.ca_pem().to_vec());
    let error = Session::open(&target, None, &short(), &Interrupt::default()).err().unwrap();
    assert_eq!(error.kind, OpenFailure::Certificate(CertificateProblem::CaUsedAsEndEntity));
    let hint = error.problem(&target).hint.unwrap();
    assert!(hint.contains("set ca_file to the server's own certificate"), "{hint}");
    assert!(hint.contains("security = \"none\": on this computer that is safe"), "{hint}");
    target.host = "mail.example.org".into();
    let hint = error.problem(&target).hint.unwrap();
    assert!(hint.contains("ca_file") && !hint.contains("none"), "{hint}");
}
