//! A home with an account, in which one input is tried: every command is looked at for what may
//! never come out of it, and at the end the record must be whole.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use mail_parser::MessageParser;
use thanks::adapters::mime::{Parsed, parse};

use crate::sandbox::Sandbox;
use crate::smtp_server::{Accepted, SmtpServer, Transport};

/// The password of the account, which nothing may repeat.
pub const CANARY: &str = "canary-9f2c-sesame";

/// Longer than any command takes on a busy machine, and shorter than a wait without an end.
const PATIENCE: Duration = Duration::from_secs(60);

/// What nobody may see raw: controls, direction changes, and what has no width (the two joiners
/// are letters of some scripts).
pub fn is_unfit_to_print(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

pub struct Trial {
    pub sandbox: Sandbox,
    pub server: SmtpServer,
}

/// What a command did.
pub struct Answer {
    pub command: String,
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Trial {
    /// Jo's account at a server that takes everything, and a record without anything.
    pub fn new() -> Trial {
        Trial::with(SmtpServer::builder().transport(Transport::Plain).start())
    }

    pub fn with(server: SmtpServer) -> Trial {
        let trial = Trial { sandbox: Sandbox::new(), server };
        fs::write(trial.secret(), format!("{CANARY}\n")).unwrap();
        trial.sandbox.configure(&trial.account("Jo Marsh", "jo@example.com"));
        trial
    }

    /// A configuration whose password a command reads.
    pub fn account(&self, name: &str, email: &str) -> String {
        format!(
            "[me]\nname = {}\nemail = {}\n{}",
            toml::Value::String(name.to_owned()),
            toml::Value::String(email.to_owned()),
            self.door("none", "")
        )
    }

    /// The server's half of a configuration.
    pub fn door(&self, security: &str, more: &str) -> String {
        format!(
            "\n[smtp]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"{security}\"\n{more}\
             \n[auth]\ncommand = [\"cat\", \"{}\"]\n",
            self.server.port(),
            self.secret()
        )
    }

    fn secret(&self) -> String {
        self.sandbox.folder().join("secret").to_str().unwrap().to_owned()
    }

    pub fn run(&self, args: &[&str]) -> Answer {
        self.run_command(self.sandbox.command(args))
    }

    /// A command whose last argument need not be text.
    pub fn run_with(&self, args: &[&str], last: &OsStr) -> Answer {
        let mut command = self.sandbox.command(args);
        command.arg(last);
        self.run_command(command)
    }

    pub fn run_command(&self, mut command: Command) -> Answer {
        let words: Vec<_> = command.get_args().map(OsStr::to_string_lossy).collect();
        let shown: String = format!("thanks {}", words.join(" ")).chars().take(300).collect();
        let child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (done, result) = mpsc::channel();
        thread::spawn(move || done.send(child.wait_with_output()));
        let result = result.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("`{shown}` hangs"));
        let output = result.unwrap();
        let answer = Answer {
            command: shown,
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        };
        answer.is_fit();
        answer
    }

    /// Jane's interview at Acme, on the command line.
    pub fn met<'a>(&self, who: &'a str) -> [&'a str; 11] {
        [
            "add",
            "--company",
            "Acme",
            "--role",
            "Platform Engineer",
            "--ended",
            "15:45",
            "--topic",
            "moving the billing jobs to Kafka",
            "--with",
            who,
        ]
    }

    /// Somebody met at Acme, who is recorded without a word of doubt.
    pub fn jane(&self) {
        let answer = self.run(&self.met("Jane Doe <jane@acme.example>"));
        assert_eq!(answer.code, 0, "{answer}");
    }

    pub fn draft(&self) -> Answer {
        let answer = self.run(&["draft"]);
        assert!(matches!(answer.code, 0 | 1), "{answer}");
        answer
    }

    /// The one note, sent: what arrived, after all that can be said of it in general.
    pub fn sends(&self, flags: &[&str]) -> Parsed {
        let draft = self.run(&["draft", "--json"]);
        let shown: serde_json::Value = serde_json::from_str(&draft.out).unwrap();
        let answer = self.run(&[&["send", "--yes"], flags].concat());
        assert_eq!(answer.code, 0, "{answer}");
        let taken = self.server.accepted();
        assert_eq!(taken.len(), 1, "{answer}");
        let note = &shown["notes"][0];
        let read = arrived(&taken[0]);
        assert_eq!(read.body.trim_end(), note["body"].as_str().unwrap().trim_end());
        assert_eq!(read.subject, note["headers"]["Subject"].as_str().unwrap());
        assert_eq!(taken[0].from, "jo@example.com");
        read
    }

    /// Nothing was recorded of anybody.
    pub fn is_empty(&self) -> bool {
        let path = self.sandbox.home().join("thanks.db");
        if !path.exists() {
            return true;
        }
        let db = rusqlite::Connection::open(path).unwrap();
        let count = |table: &str| -> i64 {
            db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
        };
        count("applications") + count("notes") == 0
    }

    /// The end: as many messages at the server as there should be, a whole record, and no password
    /// in any file of the home.
    pub fn ends_with(self, messages: usize) {
        self.server.settle();
        assert_eq!(self.server.accepted().len(), messages, "at the server");
        self.is_whole();
    }

    pub fn is_whole(&self) {
        let path = self.sandbox.home().join("thanks.db");
        if path.exists() {
            let db = rusqlite::Connection::open(path).unwrap();
            let found: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
            assert_eq!(found, "ok");
        }
        for entry in fs::read_dir(self.sandbox.home()).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_file() {
                let bytes = fs::read(entry.path()).unwrap_or_default();
                let text = String::from_utf8_lossy(&bytes);
                assert!(!text.contains(CANARY), "{} holds the password", entry.path().display());
            }
        }
    }
}

impl Answer {
    pub fn everything(&self) -> String {
        format!("{}{}", self.out, self.err)
    }

    /// What holds for every command whatever it was given.
    fn is_fit(&self) {
        assert!(![-1, 70, 101, 134].contains(&self.code), "it fell over: {self}");
        is_fit_to_print(&self.everything());
    }
}

/// No control or direction-changing character, and no password.
pub fn is_fit_to_print(text: &str) {
    let unfit = text.chars().find(|c| is_unfit_to_print(*c));
    assert_eq!(unfit, None, "{}", text.escape_debug());
    let login = format!("\0jo@example.com\0{CANARY}");
    let proof = data_encoding::BASE64.encode(login.as_bytes());
    assert!(!text.contains(CANARY) && !text.contains(&proof), "the password is said: {text}");
    assert!(!text.contains("panicked"), "{text}");
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Answer { command, code, out, err } = self;
        write!(f, "`{command}` exits {code}\nstdout:\n{out}\nstderr:\n{err}")
    }
}

/// A message as its reader has it: these headers and no other, one recipient, lines that every
/// server takes.
pub fn arrived(taken: &Accepted) -> Parsed {
    let message = MessageParser::default().parse(&taken.data).unwrap();
    let names: Vec<&str> = message.headers_raw().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "MIME-Version",
            "Content-Type",
            "Content-Transfer-Encoding"
        ]
    );
    let kind = message.header_raw("Content-Type").unwrap().trim();
    assert_eq!(kind, "text/plain; charset=utf-8");
    assert!(taken.data.split(|octet| *octet == b'\n').all(|line| line.len() <= 999));
    let read = parse(&taken.data).unwrap();
    assert_eq!((read.to.len(), read.from.len()), (1, 1));
    assert_eq!(read.to[0].address, taken.to);
    read
}
