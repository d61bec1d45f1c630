//! An SMTP server in this process, with faults to order at each phase. It records what it accepts
//! and counts how often it had to wait for its client.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use data_encoding::BASE64;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// How soon a conversation notices that the server stops; also the pace of a trickle.
const GLANCE: Duration = Duration::from_millis(20);

/// Where a fault happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    Connect,
    Banner,
    Ehlo,
    StartTls,
    Tls,
    Auth,
    Reset,
    Mail,
    Rcpt,
    Data,
    /// After the first line of the text has come.
    Body,
    Dot,
    Quit,
}

#[derive(Clone, Debug)]
pub enum Fault {
    /// Closes the connection.
    Drop,
    /// Says nothing until the client goes away.
    Hang,
    /// Says this instead, a CRLF added. At the dot, 2xx takes the message.
    Reply(&'static str),
    Garbage,
    /// One octet at a time, without an end.
    Trickle,
    /// More than anybody should read.
    HugeReply,
    /// The right answer, and these octets in the same segment.
    Inject(&'static str),
    /// At the dot: takes the message and closes without an answer.
    TakeThenDrop,
}

/// The certificate that the server shows for 127.0.0.1 and localhost.
#[derive(Clone, Copy, Debug)]
pub enum Certificate {
    Good,
    WrongHost,
    Expired,
    NotYetValid,
    /// Signed by another CA than the one of [`SmtpServer::ca_pem`].
    UnknownCa,
    /// The CA's own certificate.
    TheCaItself,
}

#[derive(Clone, Copy, Debug)]
pub enum Transport {
    Plain,
    StartTls(Certificate),
    Tls(Certificate),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    pub from: String,
    pub to: String,
    /// Without its dot-stuffing.
    pub data: Vec<u8>,
}

#[derive(Clone, Debug)]
pub struct Builder {
    transport: Transport,
    keywords: Vec<String>,
    pipelining: bool,
    /// The phase, which occurrence of it (0: all), and what happens.
    faults: Vec<(At, usize, Fault)>,
}

pub struct SmtpServer {
    address: SocketAddr,
    ca_pem: Vec<u8>,
    shared: Arc<Shared>,
    listening: Option<JoinHandle<()>>,
}

struct Shared {
    order: Builder,
    tls: Option<Arc<ServerConfig>>,
    stopping: AtomicBool,
    round_trips: AtomicUsize,
    connections: AtomicUsize,
    ended: AtomicUsize,
    accepted: Mutex<Vec<Accepted>>,
    /// Raw text lines of messages, to look for line ends.
    raw: Mutex<Vec<u8>>,
    commands: Mutex<Vec<String>>,
    logins: Mutex<Vec<String>>,
    seen: Mutex<Vec<At>>,
}

impl SmtpServer {
    /// Plain, with PIPELINING and all of AUTH, SIZE, 8BITMIME and SMTPUTF8.
    pub fn builder() -> Builder {
        Builder {
            transport: Transport::Plain,
            keywords: [
                "SIZE 100000",
                "8BITMIME",
                "SMTPUTF8",
                "AUTH PLAIN LOGIN XOAUTH2",
            ]
            .map(Into::into)
            .to_vec(),
            pipelining: true,
            faults: Vec::new(),
        }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The CA to trust.
    pub fn ca_pem(&self) -> &[u8] {
        &self.ca_pem
    }

    pub fn accepted(&self) -> Vec<Accepted> {
        self.shared.accepted.lock().unwrap().clone()
    }

    /// All text of all messages as it came over the wire, end marks included.
    pub fn raw(&self) -> Vec<u8> {
        self.shared.raw.lock().unwrap().clone()
    }

    /// All command lines, without their ends.
    pub fn commands(&self) -> Vec<String> {
        self.shared.commands.lock().unwrap().clone()
    }

    /// `PLAIN user secret` for each attempt.
    pub fn logins(&self) -> Vec<String> {
        self.shared.logins.lock().unwrap().clone()
    }

    /// Round trips as the client pays them: one for TCP, one for TLS 1.3, one for the greeting, and
    /// one for each time that the server had spoken and then had to wait.
    pub fn round_trips(&self) -> usize {
        self.shared.round_trips.load(Ordering::SeqCst)
    }

    /// Waits until each conversation so far has ended, so that the last command is recorded too.
    pub fn settle(&self) {
        let (_keep, never) = mpsc::channel::<()>();
        for _ in 0..500 {
            if self.shared.ended.load(Ordering::SeqCst) == self.connections() {
                return;
            }
            let _ = never.recv_timeout(GLANCE);
        }
        panic!("a client stays connected");
    }

    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }
}

impl Builder {
    #[must_use]
    pub fn transport(mut self, transport: Transport) -> Builder {
        self.transport = transport;
        self
    }

    #[must_use]
    pub fn without_pipelining(mut self) -> Builder {
        self.pipelining = false;
        self
    }

    /// Replaces the keywords of EHLO, PIPELINING and STARTTLS apart.
    #[must_use]
    pub fn keywords(mut self, keywords: &[&str]) -> Builder {
        self.keywords = keywords.iter().map(ToString::to_string).collect();
        self
    }

    /// Each time that the phase comes.
    #[must_use]
    pub fn fault(self, at: At, fault: Fault) -> Builder {
        self.fault_on(0, at, fault)
    }

    /// The `nth` time (from 1) that the phase comes, over all connections.
    #[must_use]
    pub fn fault_on(mut self, nth: usize, at: At, fault: Fault) -> Builder {
        self.faults.push((at, nth, fault));
        self
    }

    pub fn start(self) -> SmtpServer {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let (tls, ca_pem) = match self.transport {
            Transport::Plain => (None, Vec::new()),
            Transport::StartTls(certificate) | Transport::Tls(certificate) => {
                let (config, ca_pem) = certify(certificate);
                (Some(config), ca_pem)
            }
        };
        let shared = Arc::new(Shared {
            order: self,
            tls,
            stopping: AtomicBool::new(false),
            round_trips: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
            ended: AtomicUsize::new(0),
            accepted: Mutex::default(),
            raw: Mutex::default(),
            commands: Mutex::default(),
            logins: Mutex::default(),
            seen: Mutex::default(),
        });
        let theirs = Arc::clone(&shared);
        let listening = thread::spawn(move || listen(&listener, &theirs));
        SmtpServer {
            address,
            ca_pem,
            shared,
            listening: Some(listening),
        }
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
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
        shared.connections.fetch_add(1, Ordering::SeqCst);
        let theirs = Arc::clone(shared);
        conversations.push(thread::spawn(move || {
            // The end of a conversation is an error by intention or by the client's.
            let _ = Conversation::start(socket, &theirs).and_then(|mut talk| talk.run());
            theirs.ended.fetch_add(1, Ordering::SeqCst);
        }));
    }
    for conversation in conversations {
        let _ = conversation.join();
    }
}

enum Wire {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

struct Conversation<'a> {
    wire: Wire,
    shared: &'a Shared,
    buffer: Vec<u8>,
    spoke: bool,
}

impl<'a> Conversation<'a> {
    fn start(socket: TcpStream, shared: &'a Shared) -> io::Result<Conversation<'a>> {
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(GLANCE))?;
        // TCP's own round trip; the greeting's is counted when it is written.
        shared.round_trips.fetch_add(1, Ordering::SeqCst);
        let mut talk = Conversation {
            wire: Wire::Plain(socket),
            shared,
            buffer: Vec::new(),
            spoke: false,
        };
        talk.answer(At::Connect, "")?;
        if matches!(shared.order.transport, Transport::Tls(_)) {
            talk.secure()?;
        }
        Ok(talk)
    }

    fn run(&mut self) -> io::Result<()> {
        self.shared.round_trips.fetch_add(1, Ordering::SeqCst);
        self.answer(At::Banner, "220 mail.test ESMTP")?;
        self.spoke = true;
        let (mut from, mut to) = (None, None);
        loop {
            let line = String::from_utf8_lossy(&self.line()?)
                .trim_end_matches(['\r', '\n'])
                .to_owned();
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
                        self.end(accepted)?;
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
        let decode =
            |word: &str| String::from_utf8(BASE64.decode(word.as_bytes()).unwrap()).unwrap();
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
        let refused = matches!(self.fault_ordered(At::Auth), Some(Fault::Reply(text)) if text.starts_with('5'));
        if words[1] == "XOAUTH2" && refused {
            self.say(&format!(
                "334 {}",
                BASE64.encode(br#"{"status":"401","schemes":"bearer"}"#)
            ))?;
            assert_eq!(
                self.line()?,
                b"\r\n",
                "the refusal is asked for with an empty line"
            );
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

    fn end(&mut self, accepted: Accepted) -> io::Result<()> {
        let take = match self.fault_ordered(At::Dot) {
            None | Some(Fault::TakeThenDrop) => true,
            Some(Fault::Reply(text)) => text.starts_with('2'),
            Some(_) => false,
        };
        if take {
            self.shared.accepted.lock().unwrap().push(accepted);
        }
        self.answer(At::Dot, "250 2.0.0 taken <new@mail.test>")
            .map(drop)
    }

    /// What is ordered for the next time that a phase comes.
    fn fault_ordered(&self, at: At) -> Option<Fault> {
        let coming = 1 + self
            .shared
            .seen
            .lock()
            .unwrap()
            .iter()
            .filter(|seen| **seen == at)
            .count();
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
            Some(Fault::Reply(text)) => {
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

fn certify(certificate: Certificate) -> (Arc<ServerConfig>, Vec<u8>) {
    let (ca, ca_pem) = authority();
    let names: &[&str] = match certificate {
        Certificate::WrongHost => &["mail.elsewhere.test"],
        _ => &["localhost", "127.0.0.1"],
    };
    let mut params =
        CertificateParams::new(names.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap();
    match certificate {
        Certificate::Expired => params.not_after = date_time_ymd(2020, 1, 1),
        Certificate::NotYetValid => params.not_before = date_time_ymd(2999, 1, 1),
        Certificate::TheCaItself => params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained),
        Certificate::Good | Certificate::WrongHost | Certificate::UnknownCa => {}
    }
    let key = KeyPair::generate().unwrap();
    let (shown, trusted) = match certificate {
        Certificate::TheCaItself => {
            let shown = params.self_signed(&key).unwrap();
            let pem = shown.pem();
            (shown, pem)
        }
        Certificate::UnknownCa => (params.signed_by(&key, &authority().0).unwrap(), ca_pem),
        _ => (params.signed_by(&key, &ca).unwrap(), ca_pem),
    };
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config =
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![shown.der().clone()], key)
            .unwrap();
    (Arc::new(config), trusted.into_bytes())
}

fn authority() -> (Issuer<'static, KeyPair>, String) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
        .distinguished_name
        .push(DnType::CommonName, "Test CA");
    let key = KeyPair::generate().unwrap();
    let pem = params.self_signed(&key).unwrap().pem();
    (Issuer::new(params, key), pem)
}
