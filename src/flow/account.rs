//! The configured mail account as the wire wants it: server and secret, with errors that name the
//! file or the host.

use std::fs;

use crate::adapters::config::{self, Config, Method, Smtp};
use crate::adapters::net;
use crate::adapters::secrets::{self, Ask, Found, Secret, Source};
use crate::adapters::smtp::{Login, OpenError, OpenFailure, Server};
use crate::adapters::terminal::Terminal;
use crate::domain::problem::{Kind, Problem};

/// Where and how to submit, and who may be asked for the secret.
#[derive(Clone, Debug)]
pub struct Account {
    pub server: Server,
    method: Method,
    command: Option<Vec<String>>,
    /// A login has just been proved with it.
    at_hand: Option<Secret>,
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
        let ca_pem = match &smtp.ca_file {
            None => None,
            Some(path) => Some(fs::read(path).map_err(|error| {
                Problem::new(Kind::Config, format!("ca_file {} cannot be read: {error}", path.display()))
                    .detail("nothing was sent")
                    .hint("see ca_file in [smtp] of the configuration")
            })?),
        };
        let security = match smtp.security {
            config::Security::Tls => net::Security::Tls,
            config::Security::Starttls => net::Security::StartTls,
            config::Security::None => net::Security::Plain,
        };
        let server = Server { host: smtp.host.clone(), port: smtp.port, security, ca_pem, user };
        Ok(Account { server, method, command, at_hand: None })
    }

    /// The same account, so that nobody is asked again for what was just typed.
    #[must_use]
    pub fn with_secret(self, at_hand: Option<Secret>) -> Account {
        Account { at_hand, ..self }
    }

    /// The secret, fetched before anything is connected; `None` where no login is wanted.
    pub fn secret(&self, terminal: &Terminal) -> Result<Option<Found>, Problem> {
        let Some(user) = &self.server.user else {
            return Ok(None);
        };
        if let Some(secret) = &self.at_hand {
            return Ok(Some(Found { secret: secret.clone(), source: Source::Asked }));
        }
        let mut announce = |line: &str| terminal.say(line);
        let prompt = format!("Password of {user} (kept nowhere): ");
        let hint = "set [auth] command, or `thanks init`";
        let mut asking = || terminal.ask_secret(&prompt, hint).map(Secret::new);
        let ask = if terminal.is_interactive() { Ask::Terminal(&mut asking) } else { Ask::Never };
        secrets::fetch(self.command.as_deref(), user, ask, &mut announce).map(Some)
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
            None => problem,
        }
    }

    /// Whether a refused secret can be typed anew.
    pub fn takes_typed_password(&self) -> bool {
        self.method == Method::Password && self.command.is_none()
    }
}
