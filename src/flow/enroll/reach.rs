//! The mailbox that belongs to a new account: it is written down only if it opens with the same
//! user and secret. Nothing in it is read.

use super::plan::{Plan, ask_security};
use crate::adapters::config::{self, Imap, Method, PresetSource, Security};
use crate::adapters::imap::{Failure, Interrupt, Login, Patience, Server, Session};
use crate::adapters::secrets::Secret;
use crate::adapters::terminal::Terminal;
use crate::domain::problem::Problem;
use crate::domain::text::printable;
use crate::flow::account;

/// The mailbox as it was told.
pub(super) struct Wanted {
    pub server: Option<String>,
    pub security: Option<Security>,
}

impl Wanted {
    /// Asks how a server on this computer is encrypted, where its port doesn't say.
    pub fn settle(&mut self, plan: &Plan, terminal: &Terminal) -> Result<(), Problem> {
        if let (Some(server), None) = (&self.server, self.security) {
            let known = plan.old.imap.as_ref().filter(|old| old.is_named(server));
            self.security = match known {
                Some(known) => Some(known.security),
                None if Imap::is_unclear(server) && terminal.is_interactive() => {
                    Some(ask_security("Encryption of the mailbox", Security::Tls, terminal)?)
                }
                None => None,
            };
        }
        Ok(())
    }
}

/// The mailbox that was told, or the one that a known provider has. One that was told and does not
/// open is an error; another is left out, which is said. A configured one is left as it is.
pub(super) fn mailbox(
    plan: &Plan,
    told: &Wanted,
    secret: Option<&Secret>,
    terminal: &Terminal,
) -> Result<Option<Imap>, Problem> {
    let preset = config::preset(&plan.me.address.ascii_domain());
    let is_known = preset.source == PresetSource::Known && plan.smtp.host == preset.smtp.host;
    let imap = match &told.server {
        Some(server) => Imap::named(server, told.security, plan.smtp.ca_file.clone())?,
        None if is_known && plan.old.imap.is_none() => preset.imap,
        None => return Ok(None),
    };
    // Without a login there is no mailbox.
    let Some(secret) = secret else {
        return Ok(None);
    };
    let server = Server {
        host: imap.host.clone(),
        port: imap.port,
        security: account::security(imap.security),
        ca_pem: account::ca_pem(imap.ca_file.as_deref(), "imap")?,
        user: plan.user.clone(),
    };
    let login = match plan.method {
        Method::Password => Login::Password(secret.expose()),
        Method::Xoauth2 => Login::Xoauth2(secret.expose()),
    };
    terminal.say(&format!("opening the mailbox at {} as {}", imap.host, printable(&plan.user)));
    match Session::open(&server, &login, &Patience::default(), &Interrupt::default()) {
        Ok(session) => {
            session.logout();
            Ok(Some(imap))
        }
        Err(error) if told.server.is_some() => Err(match &error.kind {
            Failure::WrongMode(speaks) => {
                error.problem(&server).hint(format!("use --imap-security {}", speaks.security()))
            }
            Failure::Certificate(why) => error
                .problem(&server)
                .hint(why.flags(&server.host).replace("--security none", "--imap-security none")),
            _ => error.problem(&server),
        }),
        Err(error) => {
            let why = error.problem(&server);
            terminal.say(&format!("the mailbox is left out, so that nobody looks for answers: {why}"));
            Ok(None)
        }
    }
}
