//! One conversation with a mailbox server, from the greeting to LOGOUT.

use io_imap::has_imap_capability;
use io_imap::rfc3501::logout::ImapLogout;
use io_imap::types::command::CommandBody;
use io_imap::types::core::Atom;
use io_imap::types::response::Capability;

use super::login::{Login, introduce, log_in};
use super::reply::{self, Condition};
use super::wire::Wire;
use super::{Failure, Interrupt, OpenError, Patience, Phase, Security, Server, at};
use crate::adapters::net;

pub struct Session {
    pub(super) wire: Wire,
    pub(super) abilities: Vec<Capability<'static>>,
    pub(super) patience: Patience,
}

impl Session {
    /// Connects, greets and logs in.
    pub fn open(
        server: &Server,
        login: &Login<'_>,
        patience: &Patience,
        interrupt: &Interrupt,
    ) -> Result<Session, OpenError> {
        let ca_pem = server.ca_pem.as_deref();
        let mut stream =
            net::connect(&server.host, server.port, server.security, ca_pem, patience, interrupt)?;
        stream.await_greeting(&server.host, patience).map_err(|e| at(Phase::Greeting)(e.into()))?;
        let mut wire = Wire::new(stream);
        let greeting = wire.greeting(patience.banner).map_err(at(Phase::Greeting))?;
        // In clear it may come from anybody (to make us skip STARTTLS); in TLS it names no user.
        if greeting.condition == Condition::PreAuth {
            let what = "it wants no login (PREAUTH), so whose mailbox it shows cannot be known";
            return Err(at(Phase::Greeting)(Failure::Protocol(what.into())));
        }
        let mut abilities =
            known_or_asked(&mut wire, abilities_in(&greeting.code.unwrap_or_default()), patience)?;
        if server.security == Security::StartTls {
            if !has_imap_capability!(abilities, StartTls) {
                let what = "STARTTLS is not offered; nothing was said in clear".to_owned();
                return Err(at(Phase::StartTls)(Failure::Protocol(what)));
            }
            wire.ask(patience.command, CommandBody::StartTLS).map_err(at(Phase::StartTls))?;
            wire.start_tls(patience).map_err(at(Phase::Tls))?;
            // What was said before TLS counts no more.
            abilities = known_or_asked(&mut wire, Vec::new(), patience)?;
        }
        let before = abilities;
        let now = log_in(&mut wire, &before, &server.user, *login, patience).map_err(at(Phase::Login))?;
        let abilities = known_or_asked(&mut wire, now, patience)?;
        // Some list ID before the login only.
        let offered = [before, abilities.clone()].concat();
        introduce(&mut wire, &offered, patience).map_err(at(Phase::Id))?;
        Ok(Session { wire, abilities, patience: *patience })
    }

    /// Takes leave, without waiting for the answer.
    pub fn logout(mut self) {
        self.wire.part(self.patience.command, ImapLogout::new());
    }
}

fn known_or_asked(
    wire: &mut Wire,
    known: Vec<Capability<'static>>,
    patience: &Patience,
) -> Result<Vec<Capability<'static>>, OpenError> {
    if !known.is_empty() {
        return Ok(known);
    }
    let answer = wire.ask(patience.command, CommandBody::Capability).map_err(at(Phase::Capability))?;
    let told: Vec<_> = answer.data.iter().flat_map(|line| abilities_in(line)).collect();
    match told.is_empty() {
        true => Err(at(Phase::Capability)(Failure::Protocol("it does not say what it can do".into()))),
        false => Ok(told),
    }
}

/// Those that can be read, of a response or a response code that lists them.
fn abilities_in(line: &[u8]) -> Vec<Capability<'static>> {
    let words = reply::capabilities(line).unwrap_or_default();
    let readable = |word: &[u8]| Some(Capability::from(Atom::try_from(word.to_vec()).ok()?));
    words.into_iter().filter_map(readable).collect()
}
