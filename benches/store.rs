//! What the record and the calendar cost: the list of what is due at 10,000 and 100,000 notes, one
//! durable change, one evaluation of the policy.
#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a bench measures time and prints it"
)]

mod measure;

use std::path::Path;
use std::process::Command;

use measure::it::smtp_server::{Certificate, SmtpServer, Transport};
use measure::{Table, home, installed, median, must, set_up, syncs, thanks, time};
use rusqlite::{Connection, params};
use thanks::domain::calendar::Calendar;
use thanks::domain::policy::{Policy, steps};
use thanks::domain::zone::Zone;

/// What is open, as one would ask for it by hand.
const QUERY: &str = "SELECT n.id, n.state, n.subject, n.body, n.sent_at, i.ended, i.zone, p.name, p.address
    FROM applications a JOIN interviews i ON i.application = a.id JOIN people p ON p.application = a.id
    LEFT JOIN notes n ON n.application = a.slug WHERE a.closed_at IS NULL ORDER BY i.ended";

fn main() {
    let mut table = Table::default();
    let (small, large) = (filled(10_000), filled(100_000));
    let due = |home: &Path| median(9, || time(|| must(&mut thanks(home, &["status", "--json"]))));
    let (at_small, at_large) = (due(small.path()), due(large.path()));
    if installed("sqlite3") {
        let shell = median(9, || {
            time(|| must(Command::new("sqlite3").arg(large.path().join("thanks.db")).arg(QUERY)))
        });
        let detail = format!("{at_large:.2} against {shell:.2} ms");
        table.goal("8. what is due among 100,000 notes, x sqlite shell", at_large / shell, 1.5, &detail);
    } else {
        table.skipped("8. what is due, x sqlite shell", "sqlite3 is not installed");
    }
    let detail = format!("{at_large:.2} against {at_small:.2} ms");
    table.goal("8. what is due among 100,000 notes, x 10,000", at_large / at_small, 1.5, &detail);

    let many = filled(40_000);
    let all = due(many.path());
    table.goal("status over 10,000 applications, ms", all, 50.0, "eight of them open");
    table.goal("one evaluation of the policy, µs", evaluation(), 20.0, "two people, a decision");
    let calendar = median(9, || time(|| Calendar::new(Some("US-CA"), [])));
    table.goal("the calendar of US-CA, ms", calendar, 2.0, "read only where a country is named");

    if installed("strace") {
        let change = changed();
        table.goal("9. one durable change, syncs", change as f64, 5.0, "`mark`");
        for notes in [1_usize, 8] {
            let allowed = 3 * notes + 8;
            let what = format!("9. a send of {notes}, syncs");
            table.goal(&what, sent(notes) as f64, allowed as f64, "3 a note and 8");
        }
    } else {
        table.skipped("9. syncs", "strace is not installed");
    }
    table.end();
}

/// In µs, over many runs.
fn evaluation() -> f64 {
    const RUNS: u32 = 10_000;
    let (application, policy) = (measure::application(1), Policy::default());
    let (calendar, zone) = (Calendar::new(None, []), Zone::named("America/New_York").unwrap());
    let now = measure::moment("2026-03-10T12:00:00Z").to_utc();
    let all = median(9, || {
        time(|| {
            for _ in 0..RUNS {
                std::hint::black_box(steps(&application, &[], &calendar, &policy, &zone, now));
            }
        })
    });
    all * 1000.0 / f64::from(RUNS)
}

/// A home of eight open applications and so many old notes, four to an application.
fn filled(notes: usize) -> tempfile::TempDir {
    let home = home(8);
    let mut db = Connection::open(home.path().join("thanks.db")).unwrap();
    let change = db.transaction().unwrap();
    for number in 0..notes / 4 {
        let slug = format!("old-{number}");
        change
            .execute(
                "INSERT INTO applications (slug, company, role, tone, closed_reason, closed_at)
                 VALUES (?1, ?2, 'Engineer', 'warm', 'over', '2025-01-05T12:00:00+00:00')",
                params![slug, measure::name(50_000 + number)],
            )
            .unwrap();
        let id = change.last_insert_rowid();
        change
            .execute(
                "INSERT INTO interviews (application, round, ended, zone, kind, end_known)
                 VALUES (?1, 1, '2024-12-01T12:00:00+00:00', 'Europe/Berlin', 'video', 'told')",
                [id],
            )
            .unwrap();
        for person in 0..4 {
            let address = format!("p{person}@c{number}.example");
            change
                .execute(
                    "INSERT INTO people (application, key, name, address) VALUES (?1, ?2, 'Pat Poe', ?3)",
                    params![id, format!("p{person}"), address],
                )
                .unwrap();
            change
                .execute(
                    "INSERT INTO notes (id, application, person, round, kind, ordinal, state, template, sender,
                         recipient, subject, body, edited, facts, departs_on, message_id, reference_ids,
                         allowed, created_at)
                     VALUES (?1, ?2, ?3, 1, 'thank-you', 1, 'drafted', 'thank-you', 'Jo <jo@example.com>', ?4,
                         'Thank you', ?5, 0, '', '2024-12-01', ?6, '', '', '2024-12-01T13:00:00+00:00')",
                    params![
                        format!("{slug}/p{person}"),
                        slug,
                        format!("p{person}"),
                        address,
                        "Hi Pat, thank you for the time you took today. ".repeat(15),
                        format!("<{number}.{person}@example.com>"),
                    ],
                )
                .unwrap();
        }
    }
    change
        .execute(
            "UPDATE notes SET state = 'sent', sent_at = '2024-12-01T13:00:00+00:00' WHERE application LIKE 'old-%'",
            [],
        )
        .unwrap();
    change.commit().unwrap();
    db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);").unwrap();
    home
}

/// A note marked as sent by hand, in a record that is begun.
fn changed() -> usize {
    let home = home(1);
    must(&mut thanks(home.path(), &["draft"]));
    let note = format!("{}/jane", measure::name(0).to_lowercase());
    syncs(&thanks(home.path(), &["mark", &note, "sent"]))
}

fn sent(notes: usize) -> usize {
    let server = SmtpServer::builder().transport(Transport::Tls(Certificate::Good)).start();
    let home = home(notes);
    set_up(home.path(), server.port(), "tls", server.ca_pem());
    must(&mut thanks(home.path(), &["draft"]));
    syncs(&thanks(home.path(), &["send", "--yes"]))
}
