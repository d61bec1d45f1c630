//! What many notes cost at once: a draft of them, and a send of them beside a script that is as
//! careful about the disk.
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
use std::process::{Command, Stdio};

use measure::it::smtp_server::{Certificate, SmtpServer, Transport};
use measure::{Table, home, installed, median, must, set_up, thanks, time};

/// Sends all files of a folder. Before and after each it writes a line that is on the disk before
/// it goes on, as ours does.
const SCRIPT: &str = "\
import os, smtplib, ssl, sys
folder, port, notes = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
trusted = ssl.create_default_context(cafile=folder + '/ca.pem')
journal = open(folder + '/journal', 'a')
def durably(line):
    journal.write(line + chr(10))
    journal.flush()
    os.fsync(journal.fileno())
with smtplib.SMTP_SSL('127.0.0.1', port, context=trusted) as server:
    server.login('jo@example.com', 'secret')
    for number in range(notes):
        with open(f'{folder}/{number}.eml', 'rb') as message:
            text = message.read()
        durably(f'offering {number}')
        server.sendmail('jo@example.com', f'p{number}@acme.example', text)
        durably(f'sent {number}')
";

fn main() {
    let mut table = Table::default();
    let draft = |notes: usize| {
        median(3, || {
            let home = home(notes);
            time(|| must(&mut thanks(home.path(), &["draft", "--json"])))
        })
    };
    let (few, some, many) = (draft(10), draft(100), draft(1000));
    table.goal("a draft of 1,000 notes, s", many / 1000.0, 1.0, &format!("{some:.0} ms for 100"));
    let per_note = ((many - few) / 990.0) / ((some - few) / 90.0);
    table.goal("a drafted note at 1,000, x 100", per_note, 1.3, "without what a start costs");

    let (hundred, thousand) = (sent(100), sent(1000));
    let per_note = (thousand.user / 1000.0) / (hundred.user / 100.0);
    table.goal("user time of a sent note at 1,000, x 100", per_note, 1.3, "`send --yes`");
    if installed("python3") {
        let script = scripted(1000);
        let detail = format!("{:.0} against {:.0} ms", thousand.real, script.real);
        table.goal(
            "1,000 durable notes, x a durable smtplib script",
            thousand.real / script.real,
            3.0,
            &detail,
        );
        let detail = format!("{:.0} against {:.0} ms", thousand.user, script.user);
        table.goal("their user time, x smtplib", thousand.user / script.user, 1.0, &detail);
    } else {
        table.skipped("1,000 durable notes, x a durable smtplib script", "python3 is not installed");
    }
    table.end();
}

/// In milliseconds.
struct Cost {
    real: f64,
    user: f64,
}

fn sent(notes: usize) -> Cost {
    let server = SmtpServer::builder().transport(Transport::Tls(Certificate::Good)).start();
    let home = home(notes);
    set_up(home.path(), server.port(), "tls", server.ca_pem());
    must(&mut thanks(home.path(), &["draft", "--json"]));
    cost(&thanks(home.path(), &["send", "--yes", "--json"]))
}

fn scripted(notes: usize) -> Cost {
    let server = SmtpServer::builder().transport(Transport::Tls(Certificate::Good)).start();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("ca.pem"), server.ca_pem()).unwrap();
    messages(folder.path(), notes);
    let mut python = Command::new("python3");
    python.arg("-c").arg(SCRIPT).arg(folder.path()).args([server.port().to_string(), notes.to_string()]);
    cost(&python)
}

/// The same notes as files.
fn messages(folder: &Path, notes: usize) {
    let home = home(notes);
    set_up(home.path(), 465, "tls", b"");
    let out = home.path().join("out");
    must(&mut thanks(home.path(), &["draft", "--out", out.to_str().unwrap()]));
    for (number, file) in fs::read_dir(out).unwrap().enumerate() {
        fs::copy(file.unwrap().path(), folder.join(format!("{number}.eml"))).unwrap();
    }
}

/// What bash says of a process and its children.
fn cost(command: &Command) -> Cost {
    let mut timed = Command::new("bash");
    timed.args(["-c", "TIMEFORMAT='%R %U'; time \"$@\"", "bash"]);
    timed.arg(command.get_program()).args(command.get_args());
    if command.get_envs().len() > 0 {
        timed.env_clear();
        timed.envs(command.get_envs().filter_map(|(key, value)| Some((key, value?))));
    }
    timed.stdin(Stdio::null()).stdout(Stdio::null());
    let output = must(&mut timed);
    let told = String::from_utf8_lossy(&output.stderr);
    let line = told.lines().last().unwrap();
    let mut seconds = line.split(' ').map(|word| word.parse::<f64>().unwrap() * 1000.0);
    Cost { real: seconds.next().unwrap(), user: seconds.next().unwrap() }
}
