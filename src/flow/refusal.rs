//! Refused logins, remembered: where nobody is there to look, the same login is not tried again,
//! since servers lock an account after a few wrong passwords. A login that works is forgotten here.

use std::path::Path;

use anyhow::Result;

use crate::adapters::config::Method;
use crate::adapters::secrets::Secret;
use crate::adapters::store::{self, Store};
use crate::adapters::terminal::Terminal;
use crate::domain::problem::{Kind, Problem};
use crate::domain::text::printable;

/// What the login is for; the two may be refused one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Sending,
    Reading,
}

/// One way to log in: changed as soon as the server, the user or the secret is another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempted {
    side: Side,
    host: String,
    text: String,
}

/// What a server said to a login.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Admission {
    /// It was not asked, or could not say.
    #[default]
    Open,
    Accepted,
    Refused,
}

impl Attempted {
    pub fn new(
        side: Side,
        (host, port): (&str, u16),
        user: &str,
        method: Method,
        secret: &Secret,
    ) -> Attempted {
        let text = format!("{}{:02x}", described(host, port, user, method), secret.trace());
        Attempted { side, host: host.to_owned(), text }
    }

    /// Whether just this was refused, and nothing has worked since.
    pub fn was_refused(&self, store: &Store) -> Result<bool> {
        Ok(store.refused_login(self.side.name())?.as_ref() == Some(&self.text))
    }

    /// The same by a look into the database, which is not changed.
    pub fn was_refused_in(&self, database: &Path) -> Result<bool> {
        Ok(store::refused_login(database, self.side.name())?.as_ref() == Some(&self.text))
    }

    /// Whether a login of that user at that server was refused and not lifted since, whatever it was
    /// tried with: for a word about it, not for a decision.
    pub fn is_remembered(
        side: Side,
        (host, port): (&str, u16),
        user: &str,
        method: Method,
        store: &Store,
    ) -> Result<bool> {
        let refused = store.refused_login(side.name())?;
        Ok(refused.is_some_and(|text| text.starts_with(&described(host, port, user, method))))
    }

    /// Remembers a refusal, and forgets it after a login that worked. What cannot be written down
    /// is said: the note itself has its own record.
    pub fn record(&self, admission: Admission, store: &mut Store, terminal: &Terminal) {
        let recorded = match admission {
            Admission::Open => Ok(()),
            Admission::Accepted => forget(self.side, store),
            Admission::Refused => store.remember_refused_login(self.side.name(), &self.text),
        };
        if let Err(error) = recorded {
            terminal.say(&format!("warning: {error:#}"));
        }
    }

    /// Why nothing is tried now.
    pub fn problem(&self) -> Problem {
        Problem::new(
            Kind::Permission,
            format!("{} has refused this login, and it is not tried again by itself", printable(&self.host)),
        )
        .hint(
            "`thanks init` takes a new password; a login that works lifts this: `thanks send`, `thanks sync`",
        )
    }
}

fn described(host: &str, port: u16, user: &str, method: Method) -> String {
    format!("{host}:{port} {} {user} ", method.word())
}

/// A login has worked.
pub fn forget(side: Side, store: &mut Store) -> Result<()> {
    // Most logins work, and nothing is to be written for them.
    match store.refused_login(side.name())? {
        Some(_) => store.forget_refused_login(side.name()),
        None => Ok(()),
    }
}

impl Side {
    fn name(self) -> &'static str {
        match self {
            Side::Sending => "sending",
            Side::Reading => "reading",
        }
    }
}
