//! One connection, in clear or in TLS, that reads and writes within the deadline of its phase.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use rustls::ClientConnection;

use super::{Deadline, Echo, Interrupt, NetError, Patience, SLICE, Speaks, Spoke, dial, mode, tls};

pub struct Stream {
    socket: TcpStream,
    tls: Option<Box<ClientConnection>>,
    /// The handshake that is still to come.
    prepared: Option<Box<ClientConnection>>,
    /// Read, but not yet asked for.
    buffer: Vec<u8>,
    deadline: Deadline,
    /// Set when an interruption is first seen in a phase: an answer that is already on its way
    /// still counts, one that trickles does not hold the user up.
    grace: Option<Deadline>,
    interrupt: Interrupt,
    /// What is not to be repeated from here on.
    echo: Option<Echo>,
}

impl Stream {
    pub(super) fn new(
        socket: TcpStream,
        prepared: Option<ClientConnection>,
        deadline: Deadline,
        interrupt: Interrupt,
    ) -> io::Result<Stream> {
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(SLICE))?;
        socket.set_write_timeout(Some(SLICE))?;
        Ok(Stream {
            socket,
            tls: None,
            prepared: prepared.map(Box::new),
            buffer: Vec::new(),
            deadline,
            grace: None,
            interrupt,
            echo: None,
        })
    }

    /// Starts a phase: all that follows must be done before `patience` has passed.
    pub fn begin(&mut self, patience: Duration) {
        self.deadline = Deadline::after(patience);
        self.grace = None;
    }

    /// From here on [`Stream::heard`] leaves out what repeats this.
    pub fn guard(&mut self, echo: Echo) {
        self.echo = Some(echo);
    }

    /// What the peer said, as it may be shown and kept.
    pub fn heard(&self, text: String) -> String {
        match &self.echo {
            Some(echo) => echo.veiled(text),
            None => text,
        }
    }

    pub fn is_interrupted(&self) -> bool {
        self.interrupt.is_raised()
    }

    /// Whether nobody between can read along: inside TLS, or to this very machine.
    pub fn is_private(&self) -> bool {
        self.tls.is_some() || self.socket.peer_addr().is_ok_and(|peer| dial::is_loopback(peer.ip()))
    }

    /// Starts the phase of the peer's first line and waits for its beginning. Where a peer that
    /// should speak in clear is silent, it may be waiting for TLS, which is found out.
    pub fn await_greeting(&mut self, host: &str, patience: &Patience) -> Result<(), NetError> {
        if self.tls.is_none() && patience.silence < patience.banner {
            self.begin(patience.silence);
            let mut chunk = [0; 4096];
            match self.receive(&mut chunk) {
                Ok(count) => self.buffer.extend(chunk.iter().take(count)),
                Err(NetError::TimedOut) if self.answers_tls(host) => {
                    return Err(NetError::WrongMode(Speaks::Tls));
                }
                Err(NetError::TimedOut) => {}
                Err(error) => return Err(error),
            }
            if mode::begins_tls(&self.buffer) {
                return Err(NetError::WrongMode(Speaks::Tls));
            }
        }
        self.begin(patience.banner);
        Ok(())
    }

    fn answers_tls(&self, host: &str) -> bool {
        self.socket.peer_addr().is_ok_and(|peer| mode::answers_tls(peer, host, &self.interrupt))
    }

    /// Upgrades to TLS after the peer agreed to STARTTLS. Bytes that are already here came in
    /// clear and would be read as answers inside TLS, so they end the connection.
    pub fn start_tls(&mut self, patience: &Patience) -> Result<(), NetError> {
        self.begin(patience.connect);
        match self.look() {
            Ok(()) => self.handshake().map_err(|error| match error {
                // It has just agreed to TLS: no setting of ours would help.
                NetError::WrongMode(_) => {
                    NetError::Network("what follows STARTTLS isn't a TLS handshake".into())
                }
                error => error,
            }),
            Err(Spoke::Said) => Err(NetError::Tampering),
            Err(Spoke::Closed) => Err(NetError::Closed),
            Err(Spoke::Interrupted) => Err(NetError::Interrupted),
        }
    }

    pub(super) fn handshake(&mut self) -> Result<(), NetError> {
        let Some(prepared) = self.prepared.take() else {
            return Err(NetError::Config("TLS was not asked for on this connection".into()));
        };
        self.tls = Some(prepared);
        loop {
            self.push()?;
            if !self.tls.as_ref().is_some_and(|tls| tls.is_handshaking()) {
                return Ok(());
            }
            self.pull()?;
        }
    }

    /// The next line with its line feed, which is at most `longest` octets long.
    pub fn read_line(&mut self, longest: usize) -> Result<Vec<u8>, NetError> {
        let mut chunk = [0; 4096];
        loop {
            if let Some(line) = take_line(&mut self.buffer, longest)? {
                return Ok(line);
            }
            match self.receive(&mut chunk)? {
                0 => return Err(NetError::Closed),
                count => self.buffer.extend(chunk.iter().take(count)),
            }
        }
    }

    /// Some of what comes next: at least one octet, at most `most`.
    pub fn read_some(&mut self, most: usize) -> Result<Vec<u8>, NetError> {
        if self.buffer.is_empty() {
            let mut chunk = [0; 4096];
            match self.receive(&mut chunk)? {
                0 => return Err(NetError::Closed),
                count => self.buffer.extend(chunk.iter().take(count)),
            }
        }
        let count = self.buffer.len().min(most);
        Ok(self.buffer.drain(..count).collect())
    }

    /// Writes and flushes all of it.
    pub fn write_all(&mut self, bytes: &[u8]) -> Result<(), NetError> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let written = match &mut self.tls {
                Some(tls) => tls.writer().write(rest),
                None => self.socket.write(rest),
            };
            match written {
                Ok(0) => return Err(NetError::Closed),
                Ok(count) => rest = rest.get(count..).unwrap_or_default(),
                Err(e) if is_slice_over(&e) => {}
                Err(e) => return Err(NetError::Network(e.to_string())),
            }
            self.push()?;
            if !rest.is_empty() {
                self.check()?;
            }
        }
        Ok(())
    }

    /// A glance without waiting, where the peer has nothing to say: has it spoken or gone?
    pub fn look(&mut self) -> Result<(), Spoke> {
        if self.interrupt.is_raised() {
            return Err(Spoke::Interrupted);
        }
        if !self.buffer.is_empty() {
            return Err(Spoke::Said);
        }
        self.socket.set_nonblocking(true).map_err(|_| Spoke::Closed)?;
        let seen = self.glance();
        self.socket.set_nonblocking(false).map_err(|_| Spoke::Closed)?;
        seen
    }

    /// Says goodbye to TLS, as far as that can be done without waiting.
    pub fn close(&mut self) {
        if let Some(tls) = &mut self.tls
            && self.socket.set_nonblocking(true).is_ok()
        {
            tls.send_close_notify();
            let _ = tls.write_tls(&mut self.socket);
        }
    }

    fn glance(&mut self) -> Result<(), Spoke> {
        let Some(tls) = &mut self.tls else {
            return match self.socket.peek(&mut [0]) {
                Ok(0) => Err(Spoke::Closed),
                Ok(_) => Err(Spoke::Said),
                Err(e) if is_slice_over(&e) => Ok(()),
                Err(_) => Err(Spoke::Closed),
            };
        };
        // A ticket for a later session is no speech; text, an alert or an end is.
        loop {
            let state = tls.process_new_packets().map_err(|_| Spoke::Said)?;
            if state.plaintext_bytes_to_read() > 0 {
                return Err(Spoke::Said);
            }
            if state.peer_has_closed() {
                return Err(Spoke::Closed);
            }
            match tls.read_tls(&mut self.socket) {
                Ok(0) => return Err(Spoke::Closed),
                Ok(_) => {}
                Err(e) if is_slice_over(&e) => return Ok(()),
                Err(_) => return Err(Spoke::Closed),
            }
        }
    }

    /// Some bytes, or none at the end of the connection.
    fn receive(&mut self, into: &mut [u8]) -> Result<usize, NetError> {
        loop {
            self.check()?;
            let received = match &mut self.tls {
                Some(tls) => tls.reader().read(into),
                None => self.socket.read(into),
            };
            match received {
                Ok(count) => return Ok(count),
                Err(e) if e.kind() == ErrorKind::UnexpectedEof => return Ok(0),
                Err(e) if !is_slice_over(&e) => return Err(NetError::Network(e.to_string())),
                Err(_) if self.tls.is_some() => self.pull()?,
                Err(_) => {}
            }
        }
    }

    /// Waits at most a slice for TLS records and takes them in.
    fn pull(&mut self) -> Result<(), NetError> {
        self.check()?;
        let Some(tls) = &mut self.tls else {
            return Ok(());
        };
        match tls.read_tls(&mut self.socket) {
            Ok(0) => return Err(NetError::Closed),
            Ok(_) => {}
            Err(e) if is_slice_over(&e) => return Ok(()),
            Err(e) => return Err(NetError::Network(e.to_string())),
        }
        if let Err(error) = tls.process_new_packets() {
            // The alert tells the peer why; whether it arrives does not matter.
            let _ = tls.write_tls(&mut self.socket);
            return Err(tls::failure(error));
        }
        self.push()
    }

    /// Writes the TLS records that wait to be written.
    fn push(&mut self) -> Result<(), NetError> {
        while let Some(tls) = self.tls.as_mut().filter(|tls| tls.wants_write()) {
            match tls.write_tls(&mut self.socket) {
                Ok(0) => return Err(NetError::Closed),
                Ok(_) => {}
                Err(e) if is_slice_over(&e) => {}
                Err(e) => return Err(NetError::Network(e.to_string())),
            }
            if self.tls.as_ref().is_some_and(|tls| tls.wants_write()) {
                self.check()?;
            }
        }
        Ok(())
    }

    fn check(&mut self) -> Result<(), NetError> {
        if self.interrupt.is_raised() && self.grace.get_or_insert_with(|| Deadline::after(SLICE)).has_passed()
        {
            return Err(NetError::Interrupted);
        }
        match self.deadline.has_passed() {
            true => Err(NetError::TimedOut),
            false => Ok(()),
        }
    }
}

/// Takes the first line off what was read, with its line feed; `None` while its end is missing.
pub(in crate::adapters) fn take_line(
    buffer: &mut Vec<u8>,
    longest: usize,
) -> Result<Option<Vec<u8>>, NetError> {
    match buffer.iter().position(|octet| *octet == b'\n') {
        Some(end) if end < longest => Ok(Some(buffer.drain(..=end).collect())),
        None if buffer.len() < longest => Ok(None),
        _ => Err(NetError::LineTooLong),
    }
}

pub(super) fn is_slice_over(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_small_write_does_not_wait_for_the_answer_to_the_one_before() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let socket = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let deadline = Deadline::after(SLICE);
        let stream = Stream::new(socket, None, deadline, Interrupt::default()).unwrap();
        assert!(stream.socket.nodelay().unwrap());
        assert!(stream.is_private());
    }

    #[test]
    fn a_line_longer_than_allowed_is_not_read_to_its_end() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let socket = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut peer, _) = listener.accept().unwrap();
        let deadline = Deadline::after(SLICE * 40);
        let mut stream = Stream::new(socket, None, deadline, Interrupt::default()).unwrap();
        peer.write_all(b"12345678\n123456789\n").unwrap();
        assert_eq!(stream.read_line(9).unwrap(), b"12345678\n");
        assert_eq!(stream.read_line(9), Err(NetError::LineTooLong));
    }
}
