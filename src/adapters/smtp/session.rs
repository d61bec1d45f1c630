//! One conversation with a submission server. It knows its phase: whatever fails before
//! [`Session::end`] has certainly not been sent.

use std::mem;

use lettre::transport::smtp::commands::{Ehlo, Quit, Rset, Starttls};
use lettre::transport::smtp::extension::ClientId;

use super::abilities::Abilities;
use super::login::{Login, log_in};
use super::reply::{self, Lines};
use super::text::stuffed;
use super::{
    Answer, BodyError, BodyFailure, Interrupt, Message, Next, OpenError, OpenFailure, Patience, Phase,
    Refusal, Reply, Security, Server, Spoke, Trouble,
};
use crate::adapters::net::{self, NetError, Stream};
use crate::domain::delivery_failure::{Cause, Client};

pub struct Session {
    stream: Stream,
    abilities: Abilities,
    patience: Patience,
    client: Client,
    standing: Standing,
}

/// What the server and we agree on.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Standing {
    /// No message is begun.
    Ready,
    /// A message was refused half way: RSET comes before the next.
    Spoilt,
    /// The commands for this message are written, their replies not yet read.
    Announced(Announced),
    /// All of a message is written but its final dot.
    Open,
    /// Nothing more can be said.
    Over,
}

/// The commands that were written together with a final dot, whose replies are still to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ahead {
    Nothing,
    Quit,
    Message,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Announced {
    from: String,
    to: String,
    size: usize,
}

impl Session {
    /// Connects, greets, and logs in if there is both a user and a login.
    pub fn open(
        server: &Server,
        login: Option<&Login<'_>>,
        patience: &Patience,
        interrupt: &Interrupt,
    ) -> Result<Session, OpenError> {
        let ca_pem = server.ca_pem.as_deref();
        let mut stream =
            net::connect(&server.host, server.port, server.security, ca_pem, patience, interrupt)?;
        let at = |phase| move |trouble: Trouble| OpenError { phase, kind: trouble.into() };
        stream.await_greeting(&server.host, patience).map_err(|e| at(Phase::Banner)(e.into()))?;
        let banner = reply::read(&mut stream).map_err(at(Phase::Banner))?;
        expect(Phase::Banner, 220, banner)?;
        let mut abilities = greet(&mut stream, patience)?;
        if server.security == Security::StartTls {
            if !abilities.starttls {
                let what = "STARTTLS is not offered; nothing was said in clear".to_owned();
                return Err(OpenError { phase: Phase::StartTls, kind: OpenFailure::Protocol(what) });
            }
            let ready = command(&mut stream, &Starttls.to_string(), patience).map_err(at(Phase::StartTls))?;
            expect(Phase::StartTls, 220, ready)?;
            stream.start_tls(patience).map_err(|e| at(Phase::Tls)(e.into()))?;
            abilities = greet(&mut stream, patience)?;
        }
        let client = match (&server.user, login) {
            (Some(user), Some(login)) => {
                log_in(&mut stream, &abilities.mechanisms, user, *login, patience)?;
                Client::LoggedIn
            }
            _ if abilities.mechanisms.is_empty() => Client::Unknown,
            _ => Client::Anonymous,
        };
        Ok(Session { stream, abilities, patience: *patience, client, standing: Standing::Ready })
    }

    /// Announces the message (unless that went with the previous dot) and writes all of it but
    /// the final dot. Of several refusals the first one counts.
    pub fn body(&mut self, message: &Message<'_>) -> Result<(), BodyError> {
        let failed = |phase| move |kind| BodyError { phase, kind };
        let standing = mem::replace(&mut self.standing, Standing::Over);
        let fresh = match &standing {
            Standing::Ready | Standing::Spoilt => true,
            Standing::Announced(known) if *known == announced(message) => false,
            Standing::Announced(_) | Standing::Open | Standing::Over => {
                let what = "this connection cannot take another message".to_owned();
                return Err(failed(Phase::Mail)(BodyFailure::Network(what)));
            }
        };
        if self.stream.is_interrupted() {
            // What is announced already can only be taken back by leaving.
            if fresh {
                self.standing = standing;
            }
            return Err(failed(Phase::Mail)(BodyFailure::Interrupted));
        }
        let mut commands = match self.abilities.announcement(message) {
            Ok(commands) => commands,
            Err(refusal) => {
                self.standing = standing;
                return Err(failed(refusal.phase)(BodyFailure::Refused(refusal)));
            }
        };
        if standing == Standing::Spoilt {
            commands.insert(0, (Phase::Reset, Rset.to_string()));
        }
        if fresh && self.abilities.pipelining {
            let group: String = commands.iter().map(|(_, line)| line.as_str()).collect();
            self.stream.begin(self.patience.command);
            self.stream
                .write_all(group.as_bytes())
                .map_err(|e| failed(Phase::Mail)(Trouble::from(e).into()))?;
        }
        self.converse(&commands)?;
        self.stream.begin(self.patience.body);
        self.stream
            .write_all(&stuffed(message.wire))
            .map_err(|e| failed(Phase::Body)(Trouble::from(e).into()))?;
        self.standing = Standing::Open;
        Ok(())
    }

    /// Before the dot: a server that speaks or goes now has not taken the message.
    pub fn look(&mut self) -> Result<(), Spoke> {
        self.stream.look()
    }

    /// Writes the final dot, with what follows it in the same write where the server pipelines,
    /// and waits for the one answer to it. Only call it after [`Session::body`] succeeded.
    pub fn end(&mut self, next: Next<'_>) -> Answer {
        if mem::replace(&mut self.standing, Standing::Over) != Standing::Open {
            return Answer::Lost { what: "there was no message to end".into() };
        }
        let (tail, ahead, then) = match next {
            Next::Quit if self.abilities.pipelining => (Quit.to_string(), Ahead::Quit, Standing::Over),
            // What is refused here is not announced: `body` will say why.
            Next::Message(message) if self.abilities.pipelining => {
                match self.abilities.announcement(message) {
                    Ok(commands) => (
                        commands.into_iter().map(|(_, line)| line).collect(),
                        Ahead::Message,
                        Standing::Announced(announced(message)),
                    ),
                    Err(_) => (String::new(), Ahead::Nothing, Standing::Ready),
                }
            }
            Next::Quit | Next::Message(_) => (String::new(), Ahead::Nothing, Standing::Ready),
        };
        self.stream.begin(self.patience.receipt);
        let answer = self
            .stream
            .write_all(format!(".\r\n{tail}").as_bytes())
            .map_err(Trouble::from)
            .and_then(|()| reply::read(&mut self.stream));
        let reply = match answer {
            Ok(lines) => lines.reply(),
            Err(Trouble::Protocol(what)) => return Answer::Lost { what },
            Err(Trouble::Net(error)) => {
                let what = match error {
                    NetError::TimedOut => "no receipt came in time".to_owned(),
                    NetError::Interrupted => "interrupted before the receipt".to_owned(),
                    NetError::Closed => "the connection broke before the receipt".to_owned(),
                    error => format!("the connection broke before the receipt: {error}"),
                };
                return Answer::Lost { what };
            }
        };
        match reply.code {
            250..=259 => {
                self.standing = then;
                if matches!(next, Next::Quit) {
                    self.leave();
                }
                Answer::Accepted(reply)
            }
            400..=599 => self.refused(reply, ahead),
            _ => Answer::Lost { what: format!("not an answer to a message: {} {}", reply.code, reply.text) },
        }
    }

    /// Believes a refusal of the message only if nothing unexpected follows it: some servers refuse
    /// a message, store it all the same, and send a second reply. It ends the connection, because
    /// some servers keep the refused transaction open, and the next message would be added to it.
    fn refused(&mut self, reply: Reply, ahead: Ahead) -> Answer {
        self.stream.begin(self.patience.command);
        let settled = self.goodbye(ahead);
        self.stream.close();
        match settled {
            Ok(()) => Answer::Refused(Refusal::of(Phase::Dot, reply, self.client)),
            Err(what) => Answer::Lost { what: format!("the server said {reply}, and then {what}") },
        }
    }

    /// Reads the replies that are due up to that of QUIT, or to a 354, either of which shows that no
    /// reply was sent too many. The error is what came instead.
    fn goodbye(&mut self, ahead: Ahead) -> Result<(), String> {
        let mut may_be_a_yes = false;
        let announced: &[Phase] = match ahead {
            Ahead::Message => &[Phase::Mail, Phase::Rcpt, Phase::Data],
            Ahead::Nothing | Ahead::Quit => &[],
        };
        for phase in announced {
            match (phase, self.next_reply()?) {
                // The connection is closed without another dot.
                (Phase::Data, Some(Reply { code: 354, .. })) => return Ok(()),
                (Phase::Mail | Phase::Rcpt, Some(Reply { code: 250 | 251, .. })) => may_be_a_yes = true,
                (_, None | Some(Reply { code: 421, .. })) if !may_be_a_yes => return Ok(()),
                (_, Some(Reply { code: 400..=420 | 422..=599, .. })) => {}
                (_, Some(reply)) => return Err(reply.to_string()),
                (_, None) => return Err("250, and closed the connection".into()),
            }
        }
        if ahead != Ahead::Quit {
            // If it cannot be written, the reply to it does not come either.
            let _ = self.stream.write_all(Quit.to_string().as_bytes());
        }
        match self.next_reply()? {
            Some(Reply { code: 221, .. }) => Ok(()),
            None | Some(Reply { code: 421, .. }) if !may_be_a_yes => Ok(()),
            Some(reply) => Err(reply.to_string()),
            None => Err("250, and closed the connection".into()),
        }
    }

    /// The next reply; `None` where the server has hung up.
    fn next_reply(&mut self) -> Result<Option<Reply>, String> {
        match reply::read(&mut self.stream) {
            Ok(lines) => Ok(Some(lines.reply())),
            Err(Trouble::Net(NetError::Closed | NetError::Network(_))) => Ok(None),
            Err(Trouble::Net(NetError::TimedOut)) => Err("did not answer in time".into()),
            Err(Trouble::Net(error)) => Err(error.to_string()),
            Err(Trouble::Protocol(what)) => Err(what),
        }
    }

    /// Whether another message can follow on this connection.
    pub fn is_usable(&self) -> bool {
        !matches!(self.standing, Standing::Over | Standing::Open)
    }

    /// Takes leave, without waiting for the answer. A message that is still open is not sent.
    pub fn quit(mut self) {
        self.leave();
    }

    fn leave(&mut self) {
        if matches!(mem::replace(&mut self.standing, Standing::Over), Standing::Ready | Standing::Spoilt) {
            self.stream.begin(self.patience.command);
            // Nothing depends on it.
            let _ = self.stream.write_all(Quit.to_string().as_bytes());
        }
        self.stream.close();
    }

    /// Reads the replies to the commands, writing each first where the server does not pipeline.
    fn converse(&mut self, commands: &[(Phase, String)]) -> Result<(), BodyError> {
        let mut refusal: Option<BodyError> = None;
        for (phase, line) in commands {
            let phase = *phase;
            let answer = match self.abilities.pipelining {
                true => {
                    self.stream.begin(self.patience.command);
                    reply::read(&mut self.stream)
                }
                false if refusal.is_some() => break,
                false => command(&mut self.stream, line, &self.patience),
            };
            let reply = match answer {
                Ok(lines) => lines.reply(),
                // A server that refuses and hangs up has refused.
                Err(trouble) => {
                    return Err(refusal.unwrap_or(BodyError { phase, kind: trouble.into() }));
                }
            };
            match (phase, reply.code) {
                (Phase::Reset | Phase::Mail, 250) | (Phase::Rcpt, 250 | 251) => {}
                (Phase::Data, 354) if refusal.is_none() => return Ok(()),
                (_, 400..=599) => {
                    let is_last = reply.code == 421;
                    let said = Refusal::of(phase, reply, self.client);
                    // Out of step, a later "yes" could be about another message.
                    let is_lost = said.cause == Cause::Sequence && refusal.is_none();
                    let first = refusal.get_or_insert(BodyError { phase, kind: BodyFailure::Refused(said) });
                    if is_last || is_lost {
                        return Err(first.clone());
                    }
                }
                // Also a 354 after a refusal: text is waited for, and ending it would send it.
                _ => {
                    let what = format!("unexpected answer {} {}", reply.code, reply.text);
                    return Err(refusal.unwrap_or(BodyError { phase, kind: BodyFailure::Protocol(what) }));
                }
            }
        }
        match refusal {
            Some(refusal) => {
                self.standing = Standing::Spoilt;
                Err(refusal)
            }
            None => {
                let kind = BodyFailure::Protocol("DATA was not answered".into());
                Err(BodyError { phase: Phase::Data, kind })
            }
        }
    }
}

fn announced(message: &Message<'_>) -> Announced {
    Announced { from: message.from.wire(), to: message.to.wire(), size: message.wire.len() }
}

/// The address literal tells nothing about this machine (RFC 5321 4.1.3 allows it).
fn greet(stream: &mut Stream, patience: &Patience) -> Result<Abilities, OpenError> {
    let hello = Ehlo::new(ClientId::Ipv4(std::net::Ipv4Addr::LOCALHOST)).to_string();
    let lines = command(stream, &hello, patience)
        .map_err(|trouble| OpenError { phase: Phase::Ehlo, kind: trouble.into() })?;
    let lines = expect(Phase::Ehlo, 250, lines)?;
    Ok(Abilities::of(&lines.lines))
}

fn command(stream: &mut Stream, line: &str, patience: &Patience) -> Result<Lines, Trouble> {
    if stream.is_interrupted() {
        return Err(Trouble::Net(NetError::Interrupted));
    }
    stream.begin(patience.command);
    stream.write_all(line.as_bytes())?;
    reply::read(stream)
}

fn expect(phase: Phase, code: u16, lines: Lines) -> Result<Lines, OpenError> {
    let reply = lines.reply();
    let kind = match reply.code {
        right if right == code => return Ok(lines),
        400..=499 => OpenFailure::Transient(reply),
        500..=599 => OpenFailure::Permanent(reply),
        _ => OpenFailure::Protocol(format!("expected {code}, got {} {}", reply.code, reply.text)),
    };
    Err(OpenError { phase, kind })
}
