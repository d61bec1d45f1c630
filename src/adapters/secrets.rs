//! Where the password or token comes from: a command, the keyring, or the person. It is never
//! written to a file, an argument, a variable or an error.

mod command;
mod keyring_store;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io::{self, IsTerminal, Read};
use std::time::Duration;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::domain::problem::{Kind, Problem};
use crate::domain::text::printable;

pub use keyring_store::{keyring_status, store};

/// A password or an access token; its memory is wiped when it is dropped, and it is not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Command,
    Keyring,
    Asked,
}

#[derive(Clone, Debug)]
pub struct Found {
    pub secret: Secret,
    pub source: Source,
}

/// Whether a person is there.
pub enum Ask<'a> {
    /// Asks for the secret; an empty answer means that the person stops.
    Terminal(&'a mut dyn FnMut() -> Result<Secret, Problem>),
    Never,
}

/// How long a command may take, whoever waits for it.
const COMMAND: Duration = Duration::from_secs(30);
/// How long an unattended run waits for a keyring, and how long a person may take to unlock it.
const UNATTENDED: Duration = Duration::from_secs(30);
const ATTENDED: Duration = Duration::from_secs(120);
/// In bytes; a token of OAuth is well below.
const LONGEST_LINE: u64 = 64 << 10;
/// Nobody is told of a wait that is over sooner.
const SILENT: Duration = Duration::from_secs(2);

/// The secret of `user`: from `command` alone if there is one, else from the keyring, else from
/// the person. `announce` gets a line before a command runs, and when the wait for a keyring
/// becomes noticeable.
///
/// Errors are `Permission`, with what was tried and why it failed, or `TryAgain` if something
/// hangs and nobody is there.
pub fn fetch(
    command: Option<&[String]>,
    user: &str,
    ask: Ask<'_>,
    announce: &mut dyn FnMut(&str),
) -> Result<Found, Problem> {
    keep_out_of_core_dumps();
    if let Some(arguments) = command {
        let terminal = match ask {
            Ask::Terminal(_) => command::Streams::Terminal,
            Ask::Never => command::Streams::Closed,
        };
        announce(&format!("asking `{}` for the password", printable(&arguments.join(" "))));
        let secret = command::run(arguments, terminal, COMMAND)?;
        return Ok(Found { secret, source: Source::Command });
    }
    let limit = match ask {
        Ask::Terminal(_) => ATTENDED,
        Ask::Never => UNATTENDED,
    };
    let mut wait = Wait { limit, announce };
    let from_keyring = keyring_store::read(user, &mut wait);
    resolve(from_keyring, user, ask)
}

/// The first line of standard input, for set-ups without a terminal: a secret never stands among
/// the arguments.
pub fn from_stdin() -> Result<Secret, Problem> {
    keep_out_of_core_dumps();
    let stdin = io::stdin();
    if stdin.is_terminal() {
        return Err(Problem::new(Kind::Usage, "standard input is a terminal, which would show the password")
            .hint("without --password-stdin it is asked for, hidden"));
    }
    let unreadable = |why: &str| Problem::new(Kind::Data, format!("the password on standard input {why}"));
    let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
    for byte in stdin.lock().take(LONGEST_LINE).bytes() {
        match byte {
            Ok(b'\n') => break,
            Ok(byte) => bytes.push(byte),
            Err(error) => return Err(unreadable("cannot be read").detail(error.to_string())),
        }
    }
    match fit(&bytes) {
        Ok(text) => Ok(Secret::new(text.to_owned())),
        Err(what) => Err(unreadable(&format!("is {what}"))),
    }
}

/// A line as a secret, without its line end; or what it is instead, in words that hold nothing of
/// it. What cannot be a password is not tried as one: it would cost a failed login.
fn fit(line: &[u8]) -> Result<&str, &'static str> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    if line.starts_with(b"\xff\xfe") || line.starts_with(b"\xfe\xff") {
        return Err("UTF-16 text, not UTF-8");
    }
    if line.len() as u64 > LONGEST_LINE {
        return Err("a line that is too long");
    }
    let Ok(text) = std::str::from_utf8(line) else {
        return Err("something that is not UTF-8");
    };
    let text = text.trim_end_matches('\r');
    // As UTF-16 writes letters of ASCII.
    if text.contains('\0') {
        return Err("text with a NUL, as UTF-16 has them");
    }
    if text.starts_with('\u{feff}') {
        return Err("a byte order mark; save the text as UTF-8 without one");
    }
    if text.contains('\u{1b}') {
        return Err("escape sequences, such as terminal colors; turn them off");
    }
    if text.chars().any(char::is_control) {
        return Err("text with control characters");
    }
    if text.contains(is_unseen) {
        return Err("text with a character that can't be seen");
    }
    match text.trim() {
        "" if text.is_empty() => Err("an empty line"),
        "" => Err("a line of blanks"),
        _ => Ok(text),
    }
}

/// Marks that direct text or fill gaps, and what stands where text was lost in decoding.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffd}')
}

/// A command as it is typed, in words: blanks part them, quotes hold them together, and nothing
/// else means anything, since no shell runs it.
pub fn command_words(text: &str) -> Result<Vec<String>, Problem> {
    let refused = || Problem::new(Kind::Data, format!("not a command: `{}`", printable(text)));
    let words = shell_words::split(text).map_err(|_| refused().detail("a quote is not closed"))?;
    match words.first() {
        Some(program) if !program.trim().is_empty() => Ok(words),
        _ => Err(refused()),
    }
}

/// The keyring's answer, or the person's where the keyring has none.
fn resolve(from_keyring: Result<Secret, Failure>, user: &str, ask: Ask<'_>) -> Result<Found, Problem> {
    let failure = match from_keyring {
        Ok(secret) => {
            return Ok(Found { secret, source: Source::Keyring });
        }
        Err(failure) => failure,
    };
    let user = printable(user);
    let tried = format!("keyring: {}", failure.why);
    let problem = |kind| {
        Problem::new(kind, format!("no password for {user}"))
            .detail(tried.clone())
            .hint("`thanks init` stores one, or names a command that prints it")
    };
    match ask {
        Ask::Terminal(ask) => {
            let secret = ask()?;
            if secret.expose().is_empty() {
                return Err(problem(Kind::Permission).detail("asked: none was given"));
            }
            Ok(Found { secret, source: Source::Asked })
        }
        Ask::Never if failure.class == Class::Hangs => Err(problem(Kind::TryAgain)),
        Ask::Never => Err(problem(Kind::Permission).detail("not asked for: there is no terminal")),
    }
}

/// What a person types, kept out of core dumps from its first letter on.
pub fn typed(ask: impl FnOnce() -> Result<String, Problem>) -> Result<Secret, Problem> {
    keep_out_of_core_dumps();
    ask().map(Secret::new)
}

/// From here on a crash leaves no copy of this process's memory, and no other process of this user
/// can read it; where that cannot be had, it is no reason to stop.
fn keep_out_of_core_dumps() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    }
    // The limit does not hold for a program that the kernel pipes dumps into; this does.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

impl Secret {
    /// No secret is held by a process that could dump its memory.
    pub fn new(text: String) -> Secret {
        keep_out_of_core_dumps();
        Secret(Zeroizing::new(text))
    }

    /// The text, for the login and the keyring only.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// One octet of a hash: it tells that a secret is another one, but for one in 256, and would
    /// not tell anybody which one it is.
    pub fn trace(&self) -> u8 {
        let hash = Sha256::new().chain_update("thanks secret").chain_update(self.0.as_bytes()).finalize();
        hash.first().copied().unwrap_or_default()
    }

    /// A Google app password is shown as four groups of four letters and holds no blanks; any
    /// other secret stays as it is.
    #[must_use]
    pub fn without_app_password_blanks(self) -> Secret {
        let groups: Vec<&str> = self.0.split_whitespace().collect();
        let is_group = |group: &&str| group.len() == 4 && group.bytes().all(|b| b.is_ascii_alphabetic());
        if groups.len() == 4 && groups.iter().all(is_group) { Secret::new(groups.concat()) } else { self }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Why the keyring gave nothing, in words that hold nothing secret.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Failure {
    class: Class,
    why: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// The keyring works and has no such entry.
    Missing,
    /// It does not work, or not for us.
    Broken,
    /// It did not answer.
    Hangs,
}

/// How long to wait for something outside, and whom to tell.
struct Wait<'a> {
    limit: Duration,
    announce: &'a mut dyn FnMut(&str),
}
