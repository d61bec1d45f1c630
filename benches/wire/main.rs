//! What a send costs on the wire, beside the protocol's floor and what others take: a bare client
//! that does only what the protocol asks of it, over the same TLS, records nothing and trusts
//! everything.
#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a bench measures time and prints it"
)]

mod bare;
mod line;
#[path = "../measure/mod.rs"]
mod measure;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use bare::{Bare, Style};
use chrono::DateTime;
use measure::it::smtp_server::{Certificate, SmtpServer, Transport};
use measure::{NOW, Table, home, installed, median, moment, must, set_up, thanks, time};
use thanks::adapters::journal::{Journal, SendLock};
use thanks::adapters::mime::{Outgoing, build};
use thanks::adapters::smtp::{Interrupt, Login, Patience, Security, Server};
use thanks::adapters::store::{Approval, Beginning, Store};
use thanks::domain::address::Mailbox;
use thanks::domain::note::{Approved, Edited, Note, NoteId, NoteKind, message_id};
use thanks::domain::outbox::State;
use thanks::flow::deliver::{Desk, Relay, Watch};
use thanks::flow::fitness::Judgment;

const ROUND_TRIP: Duration = Duration::from_millis(40);

fn main() {
    let mut table = Table::default();
    for security in [Security::Tls, Security::StartTls] {
        let way = format!("{security:?}");
        for notes in [8, 1] {
            let place = Place::new(security, Pipelining::Offered, ROUND_TRIP);
            let (ours, floor) = (ours(&place, notes), floor(&place, notes, Style::Merged));
            let goal = if notes == 1 { 2 } else { 1 };
            let what = format!("{goal}. {notes} at 40 ms over {way}, x floor");
            table.goal(&what, ours / floor, 1.10, &format!("{ours:.0} against {floor:.0} ms"));
        }
    }
    let place = Place::new(Security::Tls, Pipelining::No, ROUND_TRIP);
    let (slow, floor_of_it) = (ours(&place, 8), floor(&place, 8, Style::Lockstep));
    let detail = format!("{slow:.0} against {floor_of_it:.0} ms");
    table.goal("3. 8 without PIPELINING, x lockstep floor", slow / floor_of_it, 1.03, &detail);

    let place = Place::new(Security::Tls, Pipelining::Offered, ROUND_TRIP);
    let whole = median(5, || command(&place, 8));
    others(&mut table, &place, whole);

    let place = Place::new(Security::Tls, Pipelining::Offered, Duration::ZERO);
    let many = median(1, || deliver(&place, 1000));
    let bare = median(1, || Bare::send(&place, &wires(1000), Style::Merged));
    if installed("python3") {
        let script = median(1, || smtplib(&place, 1000));
        let disk = median(1, || syncs(3 * 1000));
        let detail =
            format!("{many:.0} against {script:.0} ms; bare {bare:.0}, 3,000 syncs alone {disk:.0} ms");
        table.goal("5. 1,000 notes, no delay, durable, x smtplib", many / script, 0.6, &detail);
    } else {
        table.skipped("5. 1,000 notes, x smtplib", "python3 is not installed");
    }
    if !installed("mailmerge") {
        table.skipped("5. 1,000 notes, x mailmerge", "mailmerge is not installed");
    }
    table.end();
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Pipelining {
    Offered,
    No,
}

/// A server and the long way to it.
struct Place {
    server: SmtpServer,
    port: u16,
    security: Security,
}

impl Place {
    fn new(security: Security, pipelining: Pipelining, round_trip: Duration) -> Place {
        let transport = match security {
            Security::StartTls => Transport::StartTls(Certificate::Good),
            _ => Transport::Tls(Certificate::Good),
        };
        let mut builder = SmtpServer::builder().transport(transport).keywords(&["8BITMIME", "AUTH PLAIN"]);
        if pipelining == Pipelining::No {
            builder = builder.without_pipelining();
        }
        let server = builder.start();
        let port = match round_trip {
            Duration::ZERO => server.port(),
            some => line::long_way_to(server.port(), some / 2),
        };
        Place { server, port, security }
    }
}

fn floor(place: &Place, notes: usize, style: Style) -> f64 {
    let wires = wires(notes);
    median(5, || Bare::send(place, &wires, style))
}

fn ours(place: &Place, notes: usize) -> f64 {
    median(5, || deliver(place, notes))
}

/// From the lock to the last record, in a record of its own.
fn deliver(place: &Place, notes: usize) -> Duration {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("thanks.db"), Beginning::Fresh).unwrap();
    let ids: Vec<Approved> = (0..notes).map(|number| approved(&mut store, number)).collect();
    let server = Server {
        host: "127.0.0.1".into(),
        port: place.port,
        security: place.security,
        ca_pem: Some(place.server.ca_pem().to_vec()),
        user: Some("jo@example.com".into()),
    };
    let relay = Relay {
        server: &server,
        login: Some(Login::Password("secret")),
        patience: &Patience::default(),
        explain: &|error| error.problem(&server),
        interrupt: &Interrupt::default(),
    };
    let now = || moment(NOW);
    let watch = Watch { now: &now, waiting: Arc::new(|| {}), judge: &|_, _| Ok(Judgment::default()) };
    let journal = Journal::at(folder.path().join("journal"));
    let mut taken = Vec::new();
    let time = time(|| {
        let lock = SendLock::try_take(&folder.path().join("send.lock")).unwrap().unwrap();
        let mut desk = Desk::take(&mut store, &journal, lock, "bench", moment(NOW)).unwrap();
        taken = desk.deliver(&ids, &relay, &watch, None).unwrap().outcomes;
    });
    assert_eq!(taken.iter().filter(|outcome| outcome.state == State::Sent).count(), notes, "{taken:?}");
    time
}

/// The same notes by the command, which also starts, reads the record and asks for the secret.
fn command(place: &Place, notes: usize) -> Duration {
    let home = home(notes);
    set_up(home.path(), place.port, "tls", place.server.ca_pem());
    must(&mut thanks(home.path(), &["draft"]));
    time(|| must(&mut thanks(home.path(), &["send", "--yes"])))
}

/// What the disk asks for the promise: appends, each durable.
fn syncs(count: usize) -> Duration {
    let mut file = tempfile::tempfile().unwrap();
    time(|| {
        for _ in 0..count {
            file.write_all(&[b'x'; 4096]).unwrap();
            file.sync_data().unwrap();
        }
    })
}

/// What people use instead, where it is installed.
fn others(table: &mut Table, place: &Place, ours: f64) {
    if installed("python3") {
        let theirs = median(3, || smtplib(place, 8));
        let detail = format!("{ours:.0} against {theirs:.0} ms");
        table.goal("4. 8 at 40 ms, x smtplib script", ours / theirs, 0.40, &detail);
    } else {
        table.skipped("4. 8 at 40 ms, x smtplib script", "python3 is not installed");
    }
    if installed("msmtp") {
        let theirs = median(3, || msmtp(place, 8));
        let detail = format!("{ours:.0} against {theirs:.0} ms");
        table.goal("4. 8 at 40 ms, x msmtp loop", ours / theirs, 0.25, &detail);
    } else {
        table.skipped("4. 8 at 40 ms, x msmtp loop", "msmtp is not installed");
    }
}

fn smtplib(place: &Place, notes: usize) -> Duration {
    let folder = tempfile::tempdir().unwrap();
    let ca_file = folder.path().join("ca.pem");
    fs::write(&ca_file, place.server.ca_pem()).unwrap();
    write_all(folder.path(), notes);
    let script = "\
import smtplib, ssl, sys
folder, port, notes = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
trusted = ssl.create_default_context(cafile=folder + '/ca.pem')
with smtplib.SMTP_SSL('127.0.0.1', port, context=trusted) as server:
    server.login('jo@example.com', 'secret')
    for number in range(notes):
        with open(f'{folder}/{number}.eml', 'rb') as message:
            server.sendmail('jo@example.com', f'p{number}@acme.example', message.read())
";
    let mut python = Command::new("python3");
    python.arg("-c").arg(script).arg(folder.path()).arg(place.port.to_string()).arg(notes.to_string());
    time(|| must(&mut python))
}

fn msmtp(place: &Place, notes: usize) -> Duration {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("ca.pem"), place.server.ca_pem()).unwrap();
    write_all(folder.path(), notes);
    time(|| {
        for number in 0..notes {
            let mut msmtp = Command::new("msmtp");
            msmtp.args([
                "--file=/dev/null",
                "--host=127.0.0.1",
                "--tls=on",
                "--tls-starttls=off",
                "--auth=plain",
            ]);
            msmtp.args(["--user=jo@example.com", "--passwordeval=echo secret", "--from=jo@example.com"]);
            msmtp.arg(format!("--port={}", place.port));
            msmtp.arg(format!("--tls-trust-file={}", folder.path().join("ca.pem").display()));
            msmtp.arg(format!("p{number}@acme.example"));
            let message = fs::File::open(folder.path().join(format!("{number}.eml"))).unwrap();
            assert!(msmtp.stdin(message).stdout(Stdio::null()).status().unwrap().success());
        }
    })
}

fn write_all(folder: &Path, notes: usize) {
    for (number, wire) in wires(notes).iter().enumerate() {
        fs::write(folder.join(format!("{number}.eml")), wire).unwrap();
    }
}

fn wires(notes: usize) -> Vec<Vec<u8>> {
    (0..notes).map(|number| wire(&note(number))).collect()
}

fn wire(note: &Note) -> Vec<u8> {
    build(&Outgoing {
        from: note.from.as_ref().unwrap(),
        to: note.to.as_ref().unwrap(),
        subject: &note.subject,
        body: &note.body,
        message_id: note.message_id.as_ref().unwrap(),
        in_reply_to: None,
        references: &[],
        date: DateTime::parse_from_rfc3339(NOW).unwrap(),
    })
    .unwrap()
}

fn approved(store: &mut Store, number: usize) -> Approved {
    let note = note(number);
    store.save_draft(&note, moment(NOW)).unwrap();
    let wire = wire(&note);
    store
        .approve(&[(&note, Approval { wire: &wire, send_before: None, send_after: None })], moment(NOW))
        .unwrap();
    Approved::of(&note, &wire).unwrap()
}

fn note(number: usize) -> Note {
    let from = Mailbox::parse("Jo Marsh <jo@example.com>").unwrap();
    let to = Mailbox::parse(&format!("Pat Poe <p{number}@acme.example>")).unwrap();
    let day = moment(NOW).date_naive();
    let person = format!("p{number}");
    Note {
        id: NoteId::new("acme", &person, NoteKind::ThankYou, 1, 1),
        application: "acme".into(),
        person,
        round: 1,
        kind: NoteKind::ThankYou,
        ordinal: 1,
        state: State::Drafted,
        template: "thank-you".into(),
        message_id: Some(message_id(&from.address, &to.address, day, NoteKind::ThankYou, 1)),
        from: Some(from),
        to: Some(to),
        subject: "Thank you for the Platform Engineer interview".into(),
        body: "Hi Pat,\n\nthank you for the time you took today.\n\n".repeat(12),
        edited: Edited::No,
        facts: String::new(),
        shown: None,
        departs_on: day,
        send_before: None,
        send_after: None,
        next_try: None,
        server_message_id: None,
        in_reply_to: None,
        references: Vec::new(),
        allowed: Vec::new(),
        offers: 0,
        attempts: 0,
        sent_at: None,
        detail: None,
        created_at: moment(NOW),
    }
}
