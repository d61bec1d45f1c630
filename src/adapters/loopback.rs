//! A small SMTP server on this machine, for `demo` to send to: it keeps what it gets in memory and
//! passes nothing on.

use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How soon a connection notices that the server stops.
const GLANCE: Duration = Duration::from_millis(50);

/// A message as it was handed over, without its dot-stuffing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    pub from: String,
    pub to: Vec<String>,
    pub data: Vec<u8>,
}

/// Listens from `start` until it is dropped.
#[derive(Debug)]
pub struct Loopback {
    address: SocketAddr,
    shared: Arc<Shared>,
    listening: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    stopping: AtomicBool,
    messages: Mutex<Vec<Received>>,
}

impl Loopback {
    /// Listens on a free port of 127.0.0.1, in clear; any login will do.
    pub fn start() -> io::Result<Loopback> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let listening =
            thread::Builder::new().name("loopback".into()).spawn(move || listen(&listener, &theirs))?;
        Ok(Loopback { address, shared, listening: Some(listening) })
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// All messages so far, in the order of their arrival.
    pub fn messages(&self) -> Vec<Received> {
        self.shared.messages.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Loopback {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        // Wakes the listener; if that fails it is not listening any more.
        let _ = TcpStream::connect(self.address);
        if let Some(listening) = self.listening.take() {
            let _ = listening.join();
        }
    }
}

fn listen(listener: &TcpListener, shared: &Arc<Shared>) {
    let mut conversations = Vec::new();
    for socket in listener.incoming() {
        if shared.stopping.load(Ordering::SeqCst) {
            break;
        }
        let Ok(socket) = socket else { continue };
        let theirs = Arc::clone(shared);
        let started = thread::Builder::new().name("loopback".into()).spawn(move || {
            // A peer that goes away in the middle is its own affair.
            let _ = converse(socket, &theirs);
        });
        // Without a thread the socket is closed, and the peer tries again.
        conversations.extend(started);
    }
    for conversation in conversations {
        let _ = conversation.join();
    }
}

fn converse(socket: TcpStream, shared: &Shared) -> io::Result<()> {
    socket.set_nodelay(true)?;
    socket.set_read_timeout(Some(GLANCE))?;
    let mut answers = socket.try_clone()?;
    let mut lines = BufReader::new(socket);
    answers.write_all(b"220 loopback.invalid ESMTP\r\n")?;
    let mut from = None;
    let mut to = Vec::new();
    while let Some(line) = next_line(&mut lines, shared)? {
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        let (verb, rest) = line.split_once([' ', ':']).unwrap_or((&line, ""));
        let answer = match verb.to_ascii_uppercase().as_str() {
            "EHLO" => {
                "250-loopback.invalid\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN"
            }
            "HELO" | "NOOP" => "250 ok",
            "AUTH" if rest.split_whitespace().count() < 2 => {
                answers.write_all(b"334 \r\n")?;
                if next_line(&mut lines, shared)?.is_none() {
                    return Ok(());
                }
                "235 2.7.0 welcome"
            }
            "AUTH" => "235 2.7.0 welcome",
            "MAIL" => {
                from = path(rest);
                to.clear();
                match from {
                    Some(_) => "250 2.1.0 ok",
                    None => "501 5.5.4 MAIL FROM:<address>",
                }
            }
            "RCPT" => match (&from, path(rest)) {
                (None, _) => "503 5.5.1 MAIL first",
                (Some(_), None) => "501 5.5.4 RCPT TO:<address>",
                (Some(_), Some(address)) => {
                    to.push(address);
                    "250 2.1.5 ok"
                }
            },
            "RSET" => {
                from = None;
                to.clear();
                "250 2.0.0 ok"
            }
            "DATA" if to.is_empty() => "503 5.5.1 RCPT first",
            "DATA" => {
                answers.write_all(b"354 go ahead\r\n")?;
                let Some(data) = read_data(&mut lines, shared)? else {
                    return Ok(());
                };
                let received =
                    Received { from: from.take().unwrap_or_default(), to: std::mem::take(&mut to), data };
                shared.messages.lock().unwrap_or_else(PoisonError::into_inner).push(received);
                "250 2.0.0 kept"
            }
            "QUIT" => {
                answers.write_all(b"221 2.0.0 bye\r\n")?;
                return Ok(());
            }
            _ => "502 5.5.2 not known here",
        };
        answers.write_all(format!("{answer}\r\n").as_bytes())?;
    }
    Ok(())
}

/// A message up to its end mark, which is a line of one dot between CRLFs and nothing like it.
fn read_data(lines: &mut BufReader<TcpStream>, shared: &Shared) -> io::Result<Option<Vec<u8>>> {
    let mut data = Vec::new();
    let mut after_crlf = true;
    while let Some(line) = next_line(lines, shared)? {
        if after_crlf && line == b".\r\n" {
            return Ok(Some(data));
        }
        let text = line.strip_prefix(b".").filter(|_| after_crlf).unwrap_or(&line);
        data.extend_from_slice(text);
        after_crlf = line.ends_with(b"\r\n");
    }
    Ok(None)
}

/// The next line with its LF; none when the peer is gone or the server stops.
fn next_line(lines: &mut BufReader<TcpStream>, shared: &Shared) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    loop {
        match lines.read_until(b'\n', &mut line) {
            Ok(_) if line.ends_with(b"\n") => return Ok(Some(line)),
            Ok(_) => return Ok(None),
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                if shared.stopping.load(Ordering::SeqCst) {
                    return Ok(None);
                }
            }
            Err(e) => return Err(e),
        }
    }
}

/// The address between `<` and `>`.
fn path(text: &str) -> Option<String> {
    let (_, rest) = text.split_once('<')?;
    rest.split_once('>').map(|(address, _)| address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Says all of it at once and gives the codes of the answers.
    fn say(loopback: &Loopback, words: &str) -> Vec<String> {
        let mut socket = TcpStream::connect(("127.0.0.1", loopback.port())).unwrap();
        socket.write_all(words.as_bytes()).unwrap();
        let answers = BufReader::new(socket).lines();
        answers.map(|line| line.unwrap().chars().take(3).collect()).collect()
    }

    #[test]
    fn a_message_is_kept_without_its_dot_stuffing() {
        let loopback = Loopback::start().unwrap();
        let codes = say(
            &loopback,
            "HELO x\r\nAUTH PLAIN AGEAYg==\r\nMAIL FROM:<a@b.example>\r\n\
             RCPT TO:<c@d.example>\r\nDATA\r\n..\r\n...x\r\n\n.\r\ny\r\n.\r\nQUIT\r\n",
        );
        assert_eq!(codes, ["220", "250", "235", "250", "250", "354", "250", "221"]);
        let expected = Received {
            from: "a@b.example".into(),
            to: vec!["c@d.example".into()],
            // A dot after a lone LF neither ends the message nor was doubled by anybody.
            data: b".\r\n..x\r\n\n.\r\ny\r\n".to_vec(),
        };
        assert_eq!(loopback.messages(), [expected]);
    }

    #[test]
    fn commands_out_of_order_are_refused_and_a_cut_message_is_not_kept() {
        let loopback = Loopback::start().unwrap();
        let codes =
            say(&loopback, "AUTH PLAIN\r\nAGEAYg==\r\nDATA\r\nRCPT TO:<a@b>\r\nMAIL\r\nVRFY a\r\nQUIT\r\n");
        assert_eq!(codes, ["220", "334", "235", "503", "503", "501", "502", "221"]);
        let mut peer = TcpStream::connect(("127.0.0.1", loopback.port())).unwrap();
        peer.write_all(b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nhalf\r\n").unwrap();
        drop(peer);
        let messages = Arc::clone(&loopback.shared);
        drop(loopback);
        assert!(messages.messages.lock().unwrap().is_empty());
    }

    #[test]
    fn it_stops_although_a_peer_stays_connected() {
        let loopback = Loopback::start().unwrap();
        let peer = TcpStream::connect(("127.0.0.1", loopback.port())).unwrap();
        drop(loopback);
        drop(peer);
    }
}
