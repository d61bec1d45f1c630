//! An SMTP server in this process, with faults to order at each phase. It records what it accepts
//! and counts how often it had to wait for its client.

pub mod certificate;
mod conversation;

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustls::ServerConfig;

use certificate::certify;
use conversation::Conversation;

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
    /// At the dot: takes the message, and says this.
    TakeAndSay(&'static str),
    /// At the dot: takes the message, and answers after [`SmtpServer::let_go`].
    HoldBack,
    /// The right answer, one octet at a time.
    Slow,
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
    /// A certificate of a CA, which is not the one to trust.
    TheCaItself,
    /// Signed by itself and made to sign others, and the very one to trust.
    Bridge,
    BridgeForAddressOnly,
    BridgeExpired,
    BridgeNotYetValid,
    BridgeElsewhere,
    /// Signed by a CA that nobody trusts; the certificate itself is trusted.
    LeafItself,
}

#[derive(Clone, Copy, Debug)]
pub enum Transport {
    Plain,
    StartTls(Certificate),
    Tls(Certificate),
}

/// What becomes of the sender and the recipients of a message that is refused at the dot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    Forgotten,
    Kept,
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
    refused: Refused,
    /// What an access token is refused with.
    challenge: String,
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
    let_go: AtomicBool,
    round_trips: AtomicUsize,
    connections: AtomicUsize,
    ended: AtomicUsize,
    accepted: Mutex<Vec<Accepted>>,
    /// Raw text lines of messages, to look for line ends.
    raw: Mutex<Vec<u8>>,
    commands: Mutex<Vec<String>>,
    logins: Mutex<Vec<String>>,
    ahead: Mutex<Vec<u8>>,
    seen: Mutex<Vec<At>>,
    mended: AtomicBool,
}

impl SmtpServer {
    /// Plain, with PIPELINING and all of AUTH, SIZE, 8BITMIME and SMTPUTF8.
    pub fn builder() -> Builder {
        Builder {
            transport: Transport::Plain,
            keywords: ["SIZE 100000", "8BITMIME", "SMTPUTF8", "AUTH PLAIN LOGIN XOAUTH2"]
                .map(Into::into)
                .to_vec(),
            pipelining: true,
            refused: Refused::Forgotten,
            challenge: r#"{"status":"401","schemes":"bearer"}"#.into(),
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

    /// What came while an answer was held back.
    pub fn ahead(&self) -> String {
        String::from_utf8(self.shared.ahead.lock().unwrap().clone()).unwrap()
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

    /// Waits until that phase has come.
    pub fn wait_for(&self, at: At) {
        for _ in 0..500 {
            if self.shared.seen.lock().unwrap().contains(&at) {
                return;
            }
            pause(GLANCE);
        }
        panic!("{at:?} does not come");
    }

    /// From now on nothing goes wrong any more; what was held back is answered.
    pub fn mend(&self) {
        self.shared.mended.store(true, Ordering::SeqCst);
        self.let_go();
    }

    /// What was held back is answered now.
    pub fn let_go(&self) {
        self.shared.let_go.store(true, Ordering::SeqCst);
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

    /// A message that is refused at the dot stays open, as with Postfix's restrictions at the end of
    /// the data: sender and recipient still count.
    #[must_use]
    pub fn keeping_what_it_refuses(mut self) -> Builder {
        self.refused = Refused::Kept;
        self
    }

    /// Replaces the keywords of EHLO, PIPELINING and STARTTLS apart.
    #[must_use]
    pub fn keywords(mut self, keywords: &[&str]) -> Builder {
        self.keywords = keywords.iter().map(ToString::to_string).collect();
        self
    }

    /// The reason that comes as a challenge where an access token is refused.
    #[must_use]
    pub fn challenge(mut self, json: &str) -> Builder {
        self.challenge = json.into();
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
            let_go: AtomicBool::new(false),
            round_trips: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
            ended: AtomicUsize::new(0),
            accepted: Mutex::default(),
            raw: Mutex::default(),
            commands: Mutex::default(),
            logins: Mutex::default(),
            ahead: Mutex::default(),
            seen: Mutex::default(),
            mended: AtomicBool::new(false),
        });
        let theirs = Arc::clone(&shared);
        let listening = thread::spawn(move || listen(&listener, &theirs));
        SmtpServer { address, ca_pem, shared, listening: Some(listening) }
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

/// Waits without sleeping on a clock of the system.
pub fn pause(time: std::time::Duration) {
    let (_keep, never) = std::sync::mpsc::channel::<()>();
    let _ = never.recv_timeout(time);
}
