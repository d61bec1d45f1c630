//! What a command costs before it does anything: starting, drafting, one cold send.
#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a bench measures time and prints it"
)]

mod measure;

use std::fs;
use std::path::Path;
use std::process::Command;

use clap::Parser;
use measure::it::smtp_server::{Certificate, SmtpServer, Transport};
use measure::{Table, home, installed, instructions, median, must, peak_memory, set_up, thanks, time};

/// The smallest program with a command line.
#[derive(Parser)]
#[command(version)]
struct Hello {
    /// Whom to greet
    name: Option<String>,
}

fn main() {
    // Called again by itself, as the program to compare with.
    if std::env::var_os("HELLO").is_some() {
        let hello = Hello::parse();
        println!("hello {}", hello.name.unwrap_or_default());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let hello = hello_world(folder.path());
    let mut hello_clap = Command::new(std::env::current_exe().unwrap());
    hello_clap.arg("--version").env_clear().env("HELLO", "1");
    let mut table = Table::default();

    if installed("valgrind") {
        let (ours, theirs) =
            (instructions(&thanks(folder.path(), &["--version"])), instructions(&hello_clap));
        let detail = format!("{ours:.2} against {theirs:.2} M instructions");
        table.goal("7. --version, x hello with clap", ours / theirs, 1.5, &detail);
        table.goal("6. cold send of one note, M instructions", cold_send(), 30.0, "implicit TLS, AUTH PLAIN");
    } else {
        table.skipped("6., 7. instructions", "valgrind is not installed");
    }

    let home = home(1);
    let draft = || time(|| must(&mut thanks(home.path(), &["draft"])));
    let status = || time(|| must(&mut thanks(home.path(), &["status"])));
    let (ours, looked) = (median(31, draft), median(31, status));
    let theirs = median(31, || time(|| must(&mut Command::new(&hello))));
    let detail = format!("{ours:.2} against {theirs:.2} ms; status {looked:.2} ms");
    table.goal("7. cold draft, x hello", ours / theirs, 3.5, &detail);

    let few = memory(8);
    table.goal("10. peak memory of 8 notes, MiB", few, 15.0, "the process of `send`");
    let many = memory(1000);
    table.goal("10. 1,000 notes, x 8 notes", many / few, 1.5, &format!("{many:.1} MiB"));
    table.end();
}

fn hello_world(folder: &Path) -> std::path::PathBuf {
    let source = folder.join("hello.rs");
    fs::write(&source, "fn main() { println!(\"hello\"); }").unwrap();
    let program = folder.join("hello");
    must(Command::new("rustc").arg("-O").arg("-o").arg(&program).arg(&source));
    program
}

fn cold_send() -> f64 {
    let (home, _server) = shown(1);
    instructions(&thanks(home.path(), &["send", "--yes"]))
}

fn memory(notes: usize) -> f64 {
    let (home, server) = shown(notes);
    let peak = peak_memory(&mut thanks(home.path(), &["send", "--yes"]));
    assert_eq!(server.accepted().len(), notes);
    peak
}

/// A home with notes that were shown, and the server that is to take them.
fn shown(notes: usize) -> (tempfile::TempDir, SmtpServer) {
    let server = SmtpServer::builder().transport(Transport::Tls(Certificate::Good)).start();
    let home = home(notes);
    set_up(home.path(), server.port(), "tls", server.ca_pem());
    must(&mut thanks(home.path(), &["draft"]));
    (home, server)
}
