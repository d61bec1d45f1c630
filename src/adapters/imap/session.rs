//! One conversation with a mailbox server, from the greeting to LOGOUT.

use io_imap::codec::CommandCodec;
use io_imap::has_imap_capability;
use io_imap::rfc3501::capability::ImapCapabilityGet;
use io_imap::rfc3501::greeting::{ImapGreetingGet, ImapGreetingGetOptions};
use io_imap::rfc3501::logout::ImapLogout;
use io_imap::send::ImapSend;
use io_imap::types::command::{Command, CommandBody};
use io_imap::types::core::TagGenerator;
use io_imap::types::response::{Capability, Data};

use super::login::{Login, log_in};
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
        let greeting = wire
            .run(patience.banner, ImapGreetingGet::new(ImapGreetingGetOptions::default()))
            .map_err(at(Phase::Greeting))?;
        // In clear it may come from anybody (to make us skip STARTTLS); in TLS it names no user.
        if greeting.pre_authenticated {
            let what = "it wants no login (PREAUTH), so whose mailbox it shows cannot be known";
            return Err(at(Phase::Greeting)(Failure::Protocol(what.into())));
        }
        let mut abilities = known_or_asked(&mut wire, greeting.capability, patience)?;
        if server.security == Security::StartTls {
            if !has_imap_capability!(abilities, StartTls) {
                let what = "STARTTLS is not offered; nothing was said in clear".to_owned();
                return Err(at(Phase::StartTls)(Failure::Protocol(what)));
            }
            ask(&mut wire, CommandBody::StartTLS, patience).map_err(at(Phase::StartTls))?;
            wire.start_tls(patience).map_err(at(Phase::Tls))?;
            // What was said before TLS counts no more.
            abilities = known_or_asked(&mut wire, Vec::new(), patience)?;
        }
        let now = log_in(&mut wire, &abilities, &server.user, *login, patience).map_err(at(Phase::Login))?;
        let abilities = known_or_asked(&mut wire, now, patience)?;
        Ok(Session { wire, abilities, patience: *patience })
    }

    /// Takes leave, without waiting for the answer.
    pub fn logout(mut self) {
        self.wire.part(self.patience.command, ImapLogout::new());
    }
}

/// Runs a command whose untagged answers are of interest one by one.
pub(super) fn ask(
    wire: &mut Wire,
    body: CommandBody<'static>,
    patience: &Patience,
) -> Result<Vec<Data<'static>>, Failure> {
    let command = Command { tag: TagGenerator::new().generate(), body };
    let answer = wire.run(patience.command, ImapSend::new(CommandCodec::new(), command))?;
    match answer.tagged {
        Some(_) => Ok(answer.data),
        None => Err(Failure::Protocol("it asks for more where there is no more".into())),
    }
}

fn known_or_asked(
    wire: &mut Wire,
    known: Vec<Capability<'static>>,
    patience: &Patience,
) -> Result<Vec<Capability<'static>>, OpenError> {
    match known.is_empty() {
        true => wire.run(patience.command, ImapCapabilityGet::new()).map_err(at(Phase::Capability)),
        false => Ok(known),
    }
}
