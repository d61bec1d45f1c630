//! Where the password or token comes from: a command, the keyring, or the person. It is never
//! written to a file, an argument, a variable or an error.

mod command;
mod keyring_store;
#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::domain::problem::{Kind, Problem};
use crate::domain::text::printable;

pub use keyring_store::{forget, keyring_status, store};

/// A password or an access token; its memory is wiped when it is dropped, and it is not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Command,
    Keyring,
    Asked,
}

#[derive(Debug)]
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

/// How long an unattended run waits for a command or a keyring, and how long a person may take
/// to unlock one.
const UNATTENDED: Duration = Duration::from_secs(30);
const ATTENDED: Duration = Duration::from_secs(120);
/// Nobody is told of a wait that is over sooner.
const SILENT: Duration = Duration::from_secs(2);

/// The secret of `user`: from `command` alone if there is one, else from the keyring, else from
/// the person. `announce` gets a line when the wait becomes noticeable.
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
    let mut wait = Wait {
        limit: match ask {
            Ask::Terminal(_) => ATTENDED,
            Ask::Never => UNATTENDED,
        },
        announce,
    };
    if let Some(arguments) = command {
        let terminal = match ask {
            Ask::Terminal(_) => command::Streams::Terminal,
            Ask::Never => command::Streams::Closed,
        };
        let secret = command::run(arguments, terminal, &mut wait)?;
        return Ok(Found { secret, source: Source::Command });
    }
    let from_keyring = keyring_store::read(user, &mut wait);
    resolve(from_keyring, user, ask)
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

/// From here on a crash leaves no copy of this process's memory; where that cannot be had, it is
/// no reason to stop.
fn keep_out_of_core_dumps() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

impl Secret {
    pub fn new(text: String) -> Secret {
        Secret(Zeroizing::new(text))
    }

    /// The text, for the login and the keyring only.
    pub fn expose(&self) -> &str {
        &self.0
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
