//! The server's side of one connection.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::Ordering;

use data_encoding::BASE64;
use rustls::{ServerConnection, StreamOwned};

use super::{Accepted, At, Fault, GLANCE, Refused, Shared, Transport};

enum Wire {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

pub(super) struct Conversation<'a> {
    wire: Wire,
    shared: &'a Shared,
    buffer: Vec<u8>,
    spoke: bool,
}

impl<'a> Conversation<'a> {
    pub fn start(socket: TcpStream, shared: &'a Shared) -> io::Result<Conversation<'a>> {
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(GLANCE))?;
        // TCP's own round trip; the greeting's is counted when it is written.
        shared.round_trips.fetch_add(1, Ordering::SeqCst);
        let mut talk = Conversation { wire: Wire::Plain(socket), shared, buffer: Vec::new(), spoke: false };
        talk.answer(At::Connect, "")?;
        if matches!(shared.order.transport, Transport::Tls(_)) {
            talk.secure()?;
        }
        Ok(talk)
    }

    pub fn run(&mut self) -> io::Result<()> {
        self.shared.round_trips.fetch_add(1, Ordering::SeqCst);
        self.answer(At::Banner, "220 mail.test ESMTP")?;
        self.spoke = true;
        let (mut from, mut to) = (None, None);
        loop {
            let line = String::from_utf8_lossy(&self.line()?).trim_end_matches(['\r', '\n']).to_owned();
            self.shared.commands.lock().unwrap().push(line.clone());
            let upper = line.to_ascii_uppercase();
            let verb = upper.split([' ', ':']).next().unwrap_or_default();
            match verb {
                "EHLO" => {
                    let lines = self.ehlo();
                    self.answer(At::Ehlo, &lines)?;
                }
                "STARTTLS" => {
                    if self.answer(At::StartTls, "220 go ahead")? {
                        self.secure()?;
                    }
                }
                "AUTH" => self.log_in(&line)?,
                "RSET" => {
                    (from, to) = (None, None);
                    self.answer(At::Reset, "250 reset")?;
                }
                "MAIL" if from.is_some() => self.say("503 nested MAIL")?,
                "MAIL" => {
                    if self.answer(At::Mail, "250 sender ok")? {
                        from = path(&line);
                    }
                }
                "RCPT" if from.is_none() => self.say("503 MAIL first")?,
                "RCPT" => {
                    if self.answer(At::Rcpt, "250 recipient ok")? {
                        to = path(&line);
                    }
                }
                // An order for DATA stands even where there is no recipient: some servers do that.
                "DATA" if to.is_none() && self.fault_ordered(At::Data).is_none() => {
                    self.say("503 RCPT first")?
                }
                "DATA" => {
                    if self.answer(At::Data, "354 go ahead")? {
                        let accepted = Accepted {
                            from: from.take().unwrap_or_default(),
                            to: to.take().unwrap_or_default(),
                            data: self.text()?,
                        };
                        let envelope = (accepted.from.clone(), accepted.to.clone());
                        if !self.end(accepted)? && self.shared.order.refused == Refused::Kept {
                            (from, to) = (Some(envelope.0), Some(envelope.1));
                        }
                    }
                }
                "QUIT" => {
                    self.answer(At::Quit, "221 bye")?;
                    return Ok(());
                }
                _ => self.say("502 unknown")?,
            }
        }
    }

    fn ehlo(&self) -> String {
        let order = &self.shared.order;
        let mut lines = vec!["mail.test".to_owned()];
        lines.extend(order.pipelining.then(|| "PIPELINING".to_owned()));
        let in_clear = matches!(self.wire, Wire::Plain(_));
        if in_clear && matches!(order.transport, Transport::StartTls(_)) {
            lines.push("STARTTLS".to_owned());
        }
        lines.extend(order.keywords.iter().cloned());
        let last = lines.len() - 1;
        let mark = |n| if n == last { ' ' } else { '-' };
        lines
            .iter()
            .enumerate()
            .map(|(n, line)| format!("250{}{line}", mark(n)))
            .collect::<Vec<_>>()
            .join("\r\n")
    }

    fn log_in(&mut self, line: &str) -> io::Result<()> {
        let words: Vec<&str> = line.split(' ').collect();
        let decode = |word: &str| String::from_utf8(BASE64.decode(word.as_bytes()).unwrap()).unwrap();
        let attempt = match words[..] {
            ["AUTH", "PLAIN", response] => {
                let response = decode(response);
                let parts: Vec<&str> = response.split('\0').collect();
                format!("PLAIN {} {}", parts[1], parts[2])
            }
            ["AUTH", "LOGIN"] => {
                let mut attempt = "LOGIN".to_owned();
                for prompt in ["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"] {
                    self.say(prompt)?;
                    let word = String::from_utf8(self.line()?).unwrap();
                    attempt = format!("{attempt} {}", decode(word.trim_end()));
                }
                attempt
            }
            ["AUTH", "XOAUTH2", response] => {
                format!("XOAUTH2 {}", decode(response).replace('\u{1}', "|"))
            }
            _ => return self.say("501 what?"),
        };
        self.shared.logins.lock().unwrap().push(attempt);
        let refused =
            matches!(self.fault_ordered(At::Auth), Some(Fault::Reply(text)) if text.starts_with('5'));
        if words[1] == "XOAUTH2" && refused {
            let challenge = BASE64.encode(self.shared.order.challenge.as_bytes());
            self.say(&format!("334 {challenge}"))?;
            assert_eq!(self.line()?, b"\r\n", "the refusal is asked for with an empty line");
        }
        self.answer(At::Auth, "235 welcome")?;
        Ok(())
    }

    /// The text up to its end mark.
    fn text(&mut self) -> io::Result<Vec<u8>> {
        let mut data = Vec::new();
        let mut first = true;
        loop {
            let line = self.line()?;
            self.shared.raw.lock().unwrap().extend_from_slice(&line);
            if line == b".\r\n" {
                return Ok(data);
            }
            data.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
            if std::mem::take(&mut first) {
                self.answer(At::Body, "")?;
            }
        }
    }

    /// Tells whether the message was taken.
    fn end(&mut self, accepted: Accepted) -> io::Result<bool> {
        let take = match self.fault_ordered(At::Dot) {
            None | Some(Fault::TakeAndSay(_) | Fault::TakeThenDrop | Fault::HoldBack | Fault::Slow) => true,
            Some(Fault::Reply(text)) => text.starts_with('2'),
            Some(_) => false,
        };
        if take {
            self.shared.accepted.lock().unwrap().push(accepted);
        }
        self.answer(At::Dot, "250 2.0.0 taken <new@mail.test>")?;
        Ok(take)
    }

    /// What is ordered for the next time that a phase comes.
    fn fault_ordered(&self, at: At) -> Option<Fault> {
        if self.shared.mended.load(Ordering::SeqCst) {
            return None;
        }
        let coming = 1 + self.shared.seen.lock().unwrap().iter().filter(|seen| **seen == at).count();
        let faults = self.shared.order.faults.iter();
        faults
            .filter(|(when, nth, _)| *when == at && (*nth == 0 || *nth == coming))
            .map(|(_, _, fault)| fault.clone())
            .next()
    }

    /// Answers, or does what is ordered instead; tells whether the client may go on.
    fn answer(&mut self, at: At, right: &str) -> io::Result<bool> {
        let fault = self.fault_ordered(at);
        self.shared.seen.lock().unwrap().push(at);
        let gone = || io::Error::from(ErrorKind::ConnectionAborted);
        match fault {
            None if right.is_empty() => {}
            None => self.say(right)?,
            Some(Fault::Drop | Fault::TakeThenDrop) => return Err(gone()),
            Some(Fault::Hang) => loop {
                self.fill()?;
            },
            Some(Fault::HoldBack) => {
                while !self.shared.let_go.load(Ordering::SeqCst) {
                    self.fill_once()?;
                }
                self.shared.ahead.lock().unwrap().extend_from_slice(&self.buffer);
                self.say(right)?;
            }
            Some(Fault::Slow) => {
                for octet in format!("{right}\r\n").bytes() {
                    self.write(&[octet])?;
                    self.fill_once()?;
                }
            }
            Some(Fault::Reply(text) | Fault::TakeAndSay(text)) => {
                self.say(text)?;
                return Ok(text.starts_with(right.get(..1).unwrap_or("x")));
            }
            Some(Fault::Garbage) => {
                self.write(b"\x00\xff\x1b[31m<html>\r\n")?;
                return Ok(false);
            }
            Some(Fault::Trickle) => {
                self.write(right.get(..3).unwrap_or("220").as_bytes())?;
                loop {
                    self.write(b"-")?;
                    self.fill_once()?;
                }
            }
            Some(Fault::HugeReply) => {
                let code = right.get(..3).unwrap_or("220");
                let line = format!("{code}-{}\r\n", "x".repeat(1000));
                for _ in 0..10_000 {
                    self.write(line.as_bytes())?;
                }
                return Err(gone());
            }
            Some(Fault::Inject(extra)) => self.write(format!("{right}\r\n{extra}").as_bytes())?,
        }
        Ok(true)
    }

    fn secure(&mut self) -> io::Result<()> {
        if let Some(Fault::Reply(text)) = self.fault_ordered(At::Tls) {
            self.say(text)?;
            return Err(ErrorKind::ConnectionAborted.into());
        }
        self.answer(At::Tls, "")?;
        let Wire::Plain(socket) = &self.wire else {
            return Err(ErrorKind::InvalidInput.into());
        };
        let config = self.shared.tls.clone().unwrap();
        let mut tls = StreamOwned::new(ServerConnection::new(config).unwrap(), socket.try_clone()?);
        while tls.conn.is_handshaking() {
            match tls.conn.complete_io(&mut tls.sock) {
                Err(e) if is_slice_over(&e) => self.check()?,
                done => drop(done?),
            }
        }
        self.shared.round_trips.fetch_add(1, Ordering::SeqCst);
        self.wire = Wire::Tls(Box::new(tls));
        // The handshake was our word: what comes next costs a round trip.
        self.spoke = true;
        Ok(())
    }

    fn say(&mut self, text: &str) -> io::Result<()> {
        self.write(format!("{text}\r\n").as_bytes())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.spoke = true;
        match &mut self.wire {
            Wire::Plain(socket) => socket.write_all(bytes),
            Wire::Tls(tls) => tls.write_all(bytes).and_then(|()| tls.flush()),
        }
    }

    fn line(&mut self) -> io::Result<Vec<u8>> {
        let mut waited = false;
        loop {
            if let Some(end) = self.buffer.iter().position(|octet| *octet == b'\n') {
                let line: Vec<u8> = self.buffer.drain(..=end).collect();
                // Nobody waits for the answer to QUIT.
                if waited && line != b"QUIT\r\n" {
                    self.shared.round_trips.fetch_add(1, Ordering::SeqCst);
                }
                return Ok(line);
            }
            waited |= std::mem::take(&mut self.spoke);
            self.fill()?;
        }
    }

    /// Waits for octets.
    fn fill(&mut self) -> io::Result<()> {
        while !self.fill_once()? {}
        Ok(())
    }

    /// Waits for octets, but not long.
    fn fill_once(&mut self) -> io::Result<bool> {
        let mut chunk = [0; 4096];
        let read = match &mut self.wire {
            Wire::Plain(socket) => socket.read(&mut chunk),
            Wire::Tls(tls) => tls.read(&mut chunk),
        };
        match read {
            Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
            Ok(count) => {
                self.buffer.extend_from_slice(&chunk[..count]);
                Ok(true)
            }
            Err(e) if is_slice_over(&e) => self.check().map(|()| false),
            Err(e) => Err(e),
        }
    }

    fn check(&self) -> io::Result<()> {
        match self.shared.stopping.load(Ordering::SeqCst) {
            true => Err(ErrorKind::ConnectionAborted.into()),
            false => Ok(()),
        }
    }
}

fn is_slice_over(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

fn path(line: &str) -> Option<String> {
    let (_, rest) = line.split_once('<')?;
    rest.split_once('>').map(|(address, _)| address.to_owned())
}
