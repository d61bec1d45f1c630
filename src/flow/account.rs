//! The configured mail account as the wire wants it: server and secret, with errors that name the
//! file or the host.

use std::fs;
use std::path::Path;

use crate::adapters::config::{self, Config, Method, Smtp};
use crate::adapters::net;
use crate::adapters::secrets::{self, Ask, Found, Secret, Source};
use crate::adapters::smtp::{Interrupt, Login, OpenError, OpenFailure, Patience, Phase, Server, Session};
use crate::adapters::store::Store;
use crate::adapters::terminal::Terminal;
use crate::domain::problem::{Kind, Problem};
use crate::domain::text::printable;

use super::refusal::{Attempted, Side};

/// Where and how to submit, and who may be asked for the secret.
#[derive(Clone, Debug)]
pub struct Account {
    pub server: Server,
    method: Method,
    command: Option<Vec<String>>,
    /// What was found, or why nothing was: nobody waits for a keyring twice.
    at_hand: Option<Result<Found, Problem>>,
}

impl Account {
    /// The account of the configuration, if it has one.
    pub fn configured(config: Option<&Config>) -> Result<Option<Account>, Problem> {
        let Some((config, smtp)) = config.and_then(|config| Some((config, config.smtp.as_ref()?))) else {
            return Ok(None);
        };
        Account::new(smtp, config.smtp_user(), config.auth.method, config.auth.command.clone()).map(Some)
    }

    pub fn new(
        smtp: &Smtp,
        user: Option<String>,
        method: Method,
        command: Option<Vec<String>>,
    ) -> Result<Account, Problem> {
        let ca_pem = ca_pem(smtp.ca_file.as_deref(), "smtp")?;
        let security = security(smtp.security);
        let server = Server { host: smtp.host.clone(), port: smtp.port, security, ca_pem, user };
        Ok(Account { server, method, command, at_hand: None })
    }

    /// The same account, so that nobody is asked again for what was just typed.
    #[must_use]
    pub fn with_secret(self, typed: Option<Secret>) -> Account {
        let at_hand = typed.map(|secret| Ok(Found { secret, source: Source::Asked }));
        Account { at_hand, ..self }
    }

    /// The same account, with what came of looking for the secret of the same user elsewhere.
    #[must_use]
    pub fn sharing(self, user: &str, sought: &Result<Found, Problem>) -> Account {
        match self.server.user.as_deref() == Some(user) && self.at_hand.is_none() {
            true => Account { at_hand: Some(sought.clone()), ..self },
            false => self,
        }
    }

    /// The same account, its secret looked for; why there is none is told when it is needed.
    #[must_use]
    pub fn sought(self, terminal: &Terminal) -> Account {
        match self.secret(terminal) {
            Ok(None) => self,
            Ok(Some(found)) => Account { at_hand: Some(Ok(found)), ..self },
            Err(problem) => Account { at_hand: Some(Err(problem)), ..self },
        }
    }

    /// What came of looking for the secret, if anybody looked.
    pub fn at_hand(&self) -> Option<&Result<Found, Problem>> {
        self.at_hand.as_ref()
    }

    /// The login that a secret makes; `None` where none is wanted.
    pub fn attempted(&self, secret: &Secret) -> Option<Attempted> {
        let Server { host, port, user, .. } = &self.server;
        let user = user.as_deref()?;
        Some(Attempted::new(Side::Sending, (host, *port), user, self.method, secret))
    }

    /// Whether the secret at hand was refused before, and nothing has worked since.
    pub fn is_held(&self, store: &Store) -> anyhow::Result<bool> {
        match self.at_hand() {
            Some(Ok(found)) => match self.attempted(&found.secret) {
                Some(attempted) => attempted.was_refused(store),
                None => Ok(false),
            },
            Some(Err(_)) | None => Ok(false),
        }
    }

    /// The secret, fetched before anything is connected; `None` where no login is wanted.
    pub fn secret(&self, terminal: &Terminal) -> Result<Option<Found>, Problem> {
        let Some(user) = &self.server.user else {
            return Ok(None);
        };
        match &self.at_hand {
            Some(sought) => sought.clone().map(Some),
            None => secret_of(user, self.command.as_deref(), "kept nowhere", terminal).map(Some),
        }
    }

    /// The secret, from wherever it is kept; nobody is asked for it. `None` where no login is
    /// wanted.
    pub fn kept_secret(&self, terminal: &Terminal) -> Result<Option<Found>, Problem> {
        let user = self.server.user.as_deref();
        user.map(|user| kept_secret_of(user, self.command.as_deref(), terminal)).transpose()
    }

    /// Connects, logs in where there is a secret, and hands nothing over; how far it came, where it
    /// fails.
    pub fn try_out(&self, found: Option<&Found>) -> Result<(), (Phase, Problem)> {
        let login = found.map(|found| self.login(&found.secret));
        match Session::open(&self.server, login.as_ref(), &Patience::default(), &Interrupt::default()) {
            Ok(session) => {
                session.quit();
                Ok(())
            }
            Err(error) => Err((error.phase, self.problem(&error))),
        }
    }

    pub fn login<'s>(&self, secret: &'s Secret) -> Login<'s> {
        match self.method {
            Method::Password => Login::Password(secret.expose()),
            Method::Xoauth2 => Login::Xoauth2(secret.expose()),
        }
    }

    /// Why there is no session, for a reader: with what the provider is known to want.
    pub fn problem(&self, error: &OpenError) -> Problem {
        let problem = error.problem(&self.server);
        let OpenFailure::Authentication(reply) = &error.kind else {
            return problem;
        };
        match config::explain_login(&self.server.host, reply.code, &reply.text) {
            Some(known) => problem.hint(known),
            None => problem.hint(new_secret(self.method, self.command.as_deref())),
        }
    }

    /// Whether a refused secret can be typed anew.
    pub fn takes_typed_password(&self) -> bool {
        self.method == Method::Password && self.command.is_none()
    }
}

/// The secret of a user, from wherever it is kept, else from the person.
pub(super) fn secret_of(
    user: &str,
    command: Option<&[String]>,
    remark: &str,
    terminal: &Terminal,
) -> Result<Found, Problem> {
    let mut announce = |line: &str| terminal.announce(line);
    let prompt = format!("Password of {} ({remark}): ", printable(user));
    let hint = "set [auth] command, or `thanks init`";
    let mut asking = || secrets::typed(|| terminal.ask_secret(&prompt, hint));
    let ask = if terminal.is_interactive() { Ask::Terminal(&mut asking) } else { Ask::Never };
    secrets::fetch(command, user, ask, &mut announce)
}

/// Where another secret comes from, when a server refuses this one.
pub(super) fn new_secret(method: Method, command: Option<&[String]>) -> &'static str {
    match (method, command) {
        (Method::Xoauth2, Some(_)) => {
            "access tokens expire: the command in [auth] of the configuration must print a fresh one"
        }
        (Method::Xoauth2, None) => {
            "access tokens expire: set [auth] command to a program that prints a fresh one"
        }
        (Method::Password, Some(_)) => "see user, and command in [auth], of the configuration",
        (Method::Password, None) => "`thanks init` asks for another one",
    }
}

/// The same as [`secret_of`], asking nobody. A command may ask for its own password.
pub(super) fn kept_secret_of(
    user: &str,
    command: Option<&[String]>,
    terminal: &Terminal,
) -> Result<Found, Problem> {
    let mut nobody = || Ok(Secret::new(String::new()));
    let ask = match command.is_some() && terminal.is_interactive() {
        true => Ask::Terminal(&mut nobody),
        false => Ask::Never,
    };
    secrets::fetch(command, user, ask, &mut |line| terminal.announce(line))
}

/// The trusted root that a section of the configuration names.
pub(super) fn ca_pem(path: Option<&Path>, section: &str) -> Result<Option<Vec<u8>>, Problem> {
    path.map(|path| {
        fs::read(path).map_err(|error| {
            Problem::new(Kind::Config, format!("ca_file {} cannot be read: {error}", path.display()))
                .detail("nothing was sent")
                .hint(format!("see ca_file in [{section}] of the configuration"))
        })
    })
    .transpose()
}

pub(super) fn security(configured: config::Security) -> net::Security {
    match configured {
        config::Security::Tls => net::Security::Tls,
        config::Security::Starttls => net::Security::StartTls,
        config::Security::None => net::Security::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::enroll::Provided;

    #[test]
    fn what_holds_a_secret_is_printed_without_it() {
        let text = "[me]\nemail = \"jo@example.com\"\n[smtp]\nhost = \"smtp.example.com\"\n";
        let config = config::parse(Path::new("config.toml"), text).unwrap();
        let secret = || Secret::new("hunter2-canary".to_owned());
        let account = Account::configured(Some(&config)).unwrap().unwrap().with_secret(Some(secret()));
        for shown in [
            format!("{:?}", secret()),
            format!("{account:#?}"),
            format!("{:?}", account.at_hand()),
            format!("{:?}", Provided::Secret(secret())),
        ] {
            assert!(shown.contains("Secret") && !shown.contains("hunter2"), "{shown}");
        }
    }
}
