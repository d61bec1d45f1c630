//! The configured mailbox as the wire wants it: server, login and folder, with the secret fetched
//! before anything is connected. It opens sessions and reads nothing.

use std::cell::RefCell;
use std::rc::Rc;

use crate::adapters::config::{self, Config, Method};
use crate::adapters::imap::{Failure, Interrupt, Known, Login, OpenError, Patience, Phase, Server, Session};
use crate::adapters::secrets::{self, Found, Source};
use crate::adapters::store::Store;
use crate::adapters::terminal::Terminal;
use crate::domain::address::EmailAddress;
use crate::domain::problem::{Kind, Problem};
use crate::domain::text::printable;

use super::account::{self, Account};
use super::refusal::{Admission, Attempted, Side};

/// Whether a mailbox may be opened while nobody is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    Free,
    Closed,
}

#[derive(Clone, Debug)]
pub struct Mailbox {
    pub server: Server,
    /// Every address that its owner writes from.
    pub own: Vec<EmailAddress>,
    /// The name that stands in From.
    pub own_name: Option<String>,
    /// The folder of sent mail, where its owner names one.
    pub sent: Option<String>,
    method: Method,
    command: Option<Vec<String>>,
    /// What was found, or why nothing was: nobody waits for a keyring twice.
    at_hand: Option<Result<Found, Problem>>,
    /// Why it is not opened: a login that was refused is not tried again.
    closed: Option<Problem>,
    /// Whether the user is another one than that of the account that sends.
    apart: bool,
    /// Ends every wait for the server.
    interrupt: Interrupt,
    /// The folder of sent mail that only its name speaks for, until that was said.
    guess: Rc<RefCell<Guess>>,
}

#[derive(Clone, Debug, Default)]
enum Guess {
    #[default]
    None,
    Unsaid(String),
    Said,
}

impl Mailbox {
    /// The mailbox of the configuration, if it has one.
    pub fn configured(config: Option<&Config>) -> Result<Option<Mailbox>, Problem> {
        let Some((config, imap)) = config.and_then(|config| Some((config, config.imap.as_ref()?))) else {
            return Ok(None);
        };
        let user = config.imap_user().ok_or_else(|| {
            Problem::new(Kind::Config, "nobody is named to log in at the mailbox")
                .hint("set email in [me], or user in [imap]")
        })?;
        let apart = config.smtp_user().as_ref() != Some(&user);
        let server = Server {
            host: imap.host.clone(),
            port: imap.port,
            security: account::security(imap.security),
            ca_pem: account::ca_pem(imap.ca_file.as_deref(), "imap")?,
            user,
        };
        let me = config.me.as_ref();
        let addresses = me.into_iter().flat_map(|me| std::iter::once(&me.email).chain(&me.aliases)).cloned();
        let login = [config.smtp_user(), Some(server.user.clone())].into_iter().flatten();
        let logins = login.filter_map(|user| EmailAddress::parse(&user).ok());
        let mut own: Vec<EmailAddress> = addresses.chain(logins).collect();
        own.sort_by_key(EmailAddress::canonical);
        own.dedup();
        Ok(Some(Mailbox {
            server,
            own,
            own_name: me.and_then(|me| Some(me.name.as_ref()?.as_str().to_owned())),
            sent: imap.sent.clone(),
            method: config.auth.method,
            command: config.auth.command.clone(),
            at_hand: None,
            closed: None,
            apart,
            guess: Rc::default(),
            interrupt: Interrupt::default(),
        }))
    }

    /// The same mailbox, whose sessions end when this is raised.
    #[must_use]
    pub fn heeding(self, interrupt: &Interrupt) -> Mailbox {
        Mailbox { interrupt: interrupt.clone(), ..self }
    }

    /// The folder of sent mail, if there is one.
    pub fn sent_folder(&self, session: &mut Session) -> Result<Option<String>, Problem> {
        let folder = session.sent_folder(self.sent.as_deref()).map_err(|e| e.problem(&self.server))?;
        Ok(folder.map(|folder| {
            if folder.known == Known::Guessed {
                let mut guess = self.guess.borrow_mut();
                if let Guess::None = *guess {
                    *guess = Guess::Unsaid(folder.name.clone());
                }
            }
            folder.name
        }))
    }

    /// That the folder was only guessed, once for all clones of this mailbox.
    pub fn guess_to_say(&self) -> Option<String> {
        let mut guess = self.guess.borrow_mut();
        let Guess::Unsaid(name) = &*guess else { return None };
        let name = printable(name);
        *guess = Guess::Said;
        Some(format!("using \"{name}\" as your Sent folder; if that's wrong, set sent in [imap]"))
    }

    /// Fetches the secret, unless the account that sends has it.
    pub fn fetch_secret(&mut self, account: Option<&Account>, terminal: &Terminal) -> Result<(), Problem> {
        self.sought(account, terminal).map(drop)
    }

    fn sought(&mut self, account: Option<&Account>, terminal: &Terminal) -> Result<Found, Problem> {
        if let Some(sought) = &self.at_hand {
            return sought.clone();
        }
        let shared = account
            .filter(|account| account.server.user.as_deref() == Some(self.server.user.as_str()))
            .and_then(Account::at_hand);
        let sought = match shared {
            Some(sought) => sought.clone(),
            None => {
                let kept = if self.apart { "of the mailbox" } else { "kept nowhere" };
                account::secret_of(&self.server.user, self.command.as_deref(), kept, terminal)
            }
        };
        self.at_hand.insert(sought).clone()
    }

    /// Stays closed where its login was refused before and nothing has worked since; whether it
    /// does.
    pub fn hold_if_refused(&mut self, store: &Store, terminal: &Terminal) -> anyhow::Result<Hold> {
        if let Ok(found) = self.sought(None, terminal) {
            let attempted = self.attempted(&found);
            if attempted.was_refused(store)? {
                self.closed = Some(attempted.problem());
                return Ok(Hold::Closed);
            }
        }
        Ok(Hold::Free)
    }

    pub fn attempted(&self, found: &Found) -> Attempted {
        let Server { host, port, user, .. } = &self.server;
        Attempted::new(Side::Reading, (host, *port), user, self.method, &found.secret)
    }

    /// The account that sends, with the secret of this mailbox where the user is the same.
    pub fn share(&self, account: Account) -> Account {
        match &self.at_hand {
            Some(sought) => account.sharing(&self.server.user, sought),
            None => account,
        }
    }

    /// With what the provider is known to want.
    fn problem(&self, error: &OpenError) -> Problem {
        let problem = error.problem(&self.server);
        match &error.kind {
            Failure::Authentication(refusal) => {
                match config::explain_login(&self.server.host, 535, &refusal.text) {
                    Some(known) => problem.hint(known),
                    None => problem.hint(account::new_secret(self.method, self.command.as_deref())),
                }
            }
            _ => problem,
        }
    }

    /// Logs in and remembers nothing; how far it came, where it fails.
    pub fn try_out(&self, found: &Found) -> Result<Session, (Phase, Problem)> {
        self.connect(found).map_err(|error| (error.phase, self.problem(&error)))
    }

    fn connect(&self, found: &Found) -> Result<Session, OpenError> {
        let login = match self.method {
            Method::Password => Login::Password(found.secret.expose()),
            Method::Xoauth2 => Login::Xoauth2(found.secret.expose()),
        };
        Session::open(&self.server, &login, &Patience::default(), &self.interrupt)
    }

    /// The secret, from wherever it is kept; nobody is asked for it.
    pub fn kept_secret(&self, terminal: &Terminal) -> Result<Found, Problem> {
        account::kept_secret_of(&self.server.user, self.command.as_deref(), terminal)
    }

    /// Logs in. What was typed for a user of its own goes into the keyring once it has worked. Why
    /// it doesn't open is remembered until the mailbox was read again.
    pub fn open(&mut self, store: &mut Store, terminal: &Terminal) -> Result<Session, Problem> {
        let opened = self.log_in(store, terminal);
        if let Err(problem) = &opened {
            remember(problem, store, terminal);
        }
        opened
    }

    fn log_in(&mut self, store: &mut Store, terminal: &Terminal) -> Result<Session, Problem> {
        if let Some(problem) = &self.closed {
            return Err(problem.clone());
        }
        let found = self.sought(None, terminal)?;
        let session = self.connect(&found).map_err(|error| {
            let problem = self.problem(&error);
            if matches!(error.kind, Failure::Authentication(_)) {
                self.attempted(&found).record(Admission::Refused, store, terminal);
                self.closed = Some(problem.clone());
            }
            problem
        })?;
        self.attempted(&found).record(Admission::Accepted, store, terminal);
        if self.apart && found.source == Source::Asked && secrets::keyring_status().is_ok() {
            match secrets::store(&self.server.user, &found.secret) {
                Ok(()) => terminal.say("the password of the mailbox is in the keyring now"),
                Err(problem) => terminal.say(&format!("the password could not be stored: {problem}")),
            }
        }
        self.apart = false;
        Ok(session)
    }
}

/// Remembers why the mailbox was not read, so that `status` can say why a follow-up waits.
fn remember(problem: &Problem, store: &mut Store, terminal: &Terminal) {
    if problem.kind == Kind::Interrupted {
        return;
    }
    if let Err(error) = store.record_mailbox_trouble(&problem.message) {
        terminal.say(&format!("warning: {error:#}"));
    }
}
