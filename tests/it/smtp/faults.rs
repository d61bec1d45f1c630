//! Each fault at each phase, and the class that it has to have.

use super::*;

fn table(rows: Vec<(At, Fault, &str)>, security: Security, order: impl Fn() -> Builder + Sync) {
    thread::scope(|scope| {
        for (at, fault, expected) in rows {
            let order = &order;
            scope.spawn(move || {
                let server = order().fault(at, fault.clone()).start();
                assert_eq!(story(&server, security), expected, "{at:?} {fault:?}");
            });
        }
    });
}

fn faults_of_the_conversation() -> Vec<(At, Fault, &'static str)> {
    use Fault::{Drop, Garbage, Hang, HugeReply, Reply, TakeThenDrop, Trickle};
    vec![
        (At::Connect, Drop, "Banner: network"),
        (At::Banner, Drop, "Banner: network"),
        (At::Banner, Hang, "Banner: timed out"),
        (At::Banner, Trickle, "Banner: timed out"),
        (At::Banner, Garbage, "Banner: protocol"),
        (At::Banner, HugeReply, "Banner: protocol"),
        (At::Banner, Reply("421 busy"), "Banner: transient 421"),
        (At::Banner, Reply("554 no"), "Banner: permanent 554"),
        (At::Banner, Reply("250 hi"), "Banner: protocol"),
        (At::Ehlo, Drop, "Ehlo: network"),
        (At::Ehlo, Hang, "Ehlo: timed out"),
        (At::Ehlo, Trickle, "Ehlo: timed out"),
        (At::Ehlo, Garbage, "Ehlo: protocol"),
        (At::Ehlo, HugeReply, "Ehlo: protocol"),
        (At::Ehlo, Reply(""), "Ehlo: protocol"),
        (At::Ehlo, Reply("421 busy"), "Ehlo: transient 421"),
        (At::Ehlo, Reply("550 no"), "Ehlo: permanent 550"),
        (At::Auth, Drop, "Auth: network"),
        (At::Auth, Hang, "Auth: timed out"),
        (At::Auth, Reply("535 5.7.8 no"), "Auth: authentication 535"),
        (At::Auth, Reply("454 later"), "Auth: transient 454"),
        (At::Auth, Reply("250 ok"), "Auth: protocol"),
        (At::Auth, Garbage, "Auth: protocol"),
        (At::Mail, Drop, "Mail: network"),
        (At::Mail, Hang, "Mail: timed out"),
        (At::Mail, Reply("450 later"), "Mail: Passing 450"),
        (At::Mail, Reply("550 not you"), "Mail: Account(Sender) 550"),
        (At::Mail, Reply("354 go"), "Mail: protocol"),
        (At::Rcpt, Drop, "Rcpt: network"),
        (At::Rcpt, Trickle, "Rcpt: timed out"),
        (At::Rcpt, Garbage, "Rcpt: protocol"),
        (At::Rcpt, Reply("451 greylisted"), "Rcpt: Passing 451"),
        (At::Rcpt, Reply("550 5.1.1 who?"), "Rcpt: Note(Address) 550"),
        (At::Rcpt, Reply("421 bye"), "Rcpt: Passing 421"),
        (At::Rcpt, Reply("252 perhaps"), "Rcpt: protocol"),
        (At::Rcpt, Reply("251 forwarded"), "accepted 250"),
        (At::Data, Drop, "Data: network"),
        (At::Data, Hang, "Data: timed out"),
        (At::Data, Reply("451 later"), "Data: Passing 451"),
        (At::Data, Reply("554 no"), "Data: Account(Policy) 554"),
        (At::Data, Reply("250 ok"), "Data: protocol"),
        (At::Dot, Drop, "lost"),
        (At::Dot, TakeThenDrop, "lost"),
        (At::Dot, Hang, "lost"),
        (At::Dot, Trickle, "lost"),
        (At::Dot, Garbage, "lost"),
        (At::Dot, HugeReply, "lost"),
        (At::Dot, Reply("354 go on"), "lost"),
        (At::Dot, Reply("220 hi"), "lost"),
        (At::Dot, Reply("260 odd"), "lost"),
        (At::Dot, Reply("250-cut\r\n550 two codes"), "lost"),
        (At::Dot, Reply("451 later"), "dot: Passing 451"),
        (At::Dot, Reply("554 spam"), "dot: Note(Content) 554"),
        (At::Dot, Reply("571 an old code"), "dot: Note(Content) 571"),
        (At::Quit, Drop, "accepted 250"),
        (At::Quit, Hang, "accepted 250"),
    ]
}

#[test]
fn each_fault_has_its_class_where_the_server_pipelines() {
    table(faults_of_the_conversation(), Security::Plain, SmtpServer::builder);
}

#[test]
fn each_fault_has_the_same_class_where_it_does_not() {
    table(faults_of_the_conversation(), Security::Plain, || SmtpServer::builder().without_pipelining());
}

#[test]
fn each_fault_on_the_way_into_tls_has_its_class() {
    let rows = vec![
        (At::Connect, Fault::Drop, "Tls: network"),
        (At::Tls, Fault::Drop, "Tls: network"),
        (At::Tls, Fault::Hang, "Tls: timed out"),
        (At::Tls, Fault::Reply("220 plain ESMTP"), "Tls: wrong mode"),
        (At::Dot, Fault::Drop, "lost"),
        (At::Mail, Fault::Drop, "Mail: network"),
        (At::Quit, Fault::Drop, "accepted 250"),
    ];
    table(rows, Security::Tls, || SmtpServer::builder().transport(Transport::Tls(Certificate::Good)));
    let rows = vec![
        (At::StartTls, Fault::Drop, "StartTls: network"),
        (At::StartTls, Fault::Reply("454 not now"), "StartTls: transient 454"),
        (At::StartTls, Fault::Reply("502 never"), "StartTls: permanent 502"),
        (At::StartTls, Fault::Reply("250 ok"), "StartTls: protocol"),
        (At::StartTls, Fault::Inject("250 injected\r\n"), "Tls: protocol"),
        (At::StartTls, Fault::Inject("2"), "Tls: protocol"),
        (At::Tls, Fault::Drop, "Tls: network"),
        (At::Tls, Fault::Hang, "Tls: timed out"),
        (At::Quit, Fault::Drop, "accepted 250"),
    ];
    table(rows, Security::StartTls, || {
        SmtpServer::builder().transport(Transport::StartTls(Certificate::Good))
    });
}
