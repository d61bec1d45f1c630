//! An IMAP server in this process, with folders, messages and faults to order. It records every
//! command, so that a test can tell what was never said.

mod conversation;
mod search;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustls::ServerConfig;

use crate::smtp_server::certificate::certify;
pub use crate::smtp_server::{Certificate, Transport};

use conversation::Conversation;

/// How soon a conversation notices that the server stops; also the pace of a trickle.
const GLANCE: Duration = Duration::from_millis(20);

/// Where a fault happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    Greeting,
    Capability,
    StartTls,
    Login,
    Id,
    List,
    Examine,
    Search,
    Fetch,
    Append,
}

#[derive(Clone, Debug)]
pub enum Fault {
    /// Closes the connection.
    Drop,
    /// Says nothing until the client goes away.
    Hang,
    /// `* BYE` with this text, and closes.
    Bye(&'static str),
    /// A tagged NO or BAD with this text.
    Refuse(&'static str),
    Garbage,
    /// `* OK` again and again, never an end.
    Trickle,
    /// A line without an end.
    EndlessLine,
    /// Announces a literal of so many octets, and writes as many.
    LiteralBomb(u64),
    /// More responses than anybody should read.
    Flood,
    /// The right answer, under a tag that nobody used.
    WrongTag,
    /// These lines before the right answer.
    First(&'static str),
    /// The right answer, and these octets in the same segment.
    Inject(&'static str),
}

/// What a server that cannot be trusted answers to a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    Nothing,
    Everything,
    /// An answer that cannot be read.
    Garbled,
}

/// What is wrong with one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Odd {
    /// It is counted and found, and never shown.
    Hidden,
    NoUid,
    /// It is shown under the UID of another.
    OtherUid,
    /// The header is left out of the answer.
    NoHeader,
    NilHeader,
    EmptyHeader,
    /// No FETCH of its header is answered, whatever else was asked for with it.
    BreaksHeader,
    BreaksText,
    /// No FETCH of it is answered, whatever is asked.
    Breaks,
    /// Its INTERNALDATE, as it is written.
    Date(&'static str),
    /// Flags that come along unasked, as they are written.
    Flags(&'static str),
}

#[derive(Clone, Debug)]
pub struct Message {
    pub uid: u32,
    /// As IMAP writes it: ` 5-Mar-2026 10:00:00 +0000`.
    pub received: String,
    pub header: String,
    pub text: String,
}

#[derive(Clone, Debug, Default)]
pub struct Folder {
    pub attributes: String,
    pub messages: Vec<Message>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    pub folder: String,
    /// What stood between the folder and the literal.
    pub options: String,
    pub wire: Vec<u8>,
}

#[derive(Clone, Debug)]
pub struct Builder {
    transport: Transport,
    capabilities: String,
    greeting: String,
    separator: char,
    folders: BTreeMap<String, Folder>,
    lie: Option<Lie>,
    /// Refuses a search with alternatives.
    no_or: bool,
    /// Gives every copy that is filed an id of its own.
    rewrites: bool,
    faults: Vec<(At, Fault)>,
}

pub struct ImapServer {
    address: SocketAddr,
    ca_pem: Vec<u8>,
    shared: Arc<Shared>,
    listening: Option<JoinHandle<()>>,
}

struct Shared {
    order: Builder,
    /// As they are now.
    folders: Mutex<BTreeMap<String, Folder>>,
    faults: Mutex<Vec<(At, Fault)>>,
    tls: Option<Arc<ServerConfig>>,
    stopping: AtomicBool,
    connections: AtomicUsize,
    ended: AtomicUsize,
    commands: Mutex<Vec<String>>,
    appended: Mutex<Vec<Appended>>,
    /// How much of a bomb was written.
    bombed: AtomicUsize,
    odd: Mutex<BTreeMap<(String, u32), Odd>>,
}

impl ImapServer {
    /// Plain, with an empty INBOX.
    pub fn builder() -> Builder {
        Builder {
            transport: Transport::Plain,
            capabilities: "IMAP4rev1 SASL-IR LITERAL+ AUTH=PLAIN AUTH=XOAUTH2 SPECIAL-USE UIDPLUS".into(),
            greeting: "* OK mail.test ready".into(),
            separator: '/',
            folders: BTreeMap::from([("INBOX".to_owned(), Folder::default())]),
            lie: None,
            no_or: false,
            rewrites: false,
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

    /// All commands without their tags, literals in place, once every conversation has ended.
    pub fn commands(&self) -> Vec<String> {
        let (_keep, never) = mpsc::channel::<()>();
        for _ in 0..500 {
            if self.shared.ended.load(Ordering::SeqCst) == self.shared.connections.load(Ordering::SeqCst) {
                return self.shared.commands.lock().unwrap().clone();
            }
            let _ = never.recv_timeout(GLANCE);
        }
        panic!("a client stays connected");
    }

    /// Waits until a command that begins so has come.
    pub fn wait_for(&self, command: &str) {
        let (_keep, never) = mpsc::channel::<()>();
        for _ in 0..500 {
            if self.shared.commands.lock().unwrap().iter().any(|line| line.starts_with(command)) {
                return;
            }
            let _ = never.recv_timeout(GLANCE);
        }
        panic!("{command} does not come");
    }

    /// A message arrives, received at ` 6-Mar-2026 10:00:00 +0000` or so.
    pub fn deliver(&self, folder: &str, received: &str, message: &str) {
        self.shared.arrive(folder, received, &message.replace('\n', "\r\n"));
    }

    /// The fault that happens from now on, or none.
    pub fn set_fault(&self, fault: Option<(At, Fault)>) {
        *self.shared.faults.lock().unwrap() = fault.into_iter().collect();
    }

    /// From now on something is wrong with the message of this UID.
    pub fn set_odd(&self, folder: &str, uid: u32, odd: Odd) {
        self.shared.odd.lock().unwrap().insert((folder.to_owned(), uid), odd);
    }

    pub fn appended(&self) -> Vec<Appended> {
        self.shared.appended.lock().unwrap().clone()
    }

    pub fn bombed(&self) -> usize {
        self.shared.bombed.load(Ordering::SeqCst)
    }
}

impl Shared {
    fn next_uid(&self, folder: &str) -> usize {
        11 + self.folders.lock().unwrap().get(folder).map_or(0, |folder| folder.messages.len())
    }

    fn arrive(&self, folder: &str, received: &str, message: &str) {
        let (header, text) = message.split_once("\r\n\r\n").unwrap_or((message, ""));
        let mut folders = self.folders.lock().unwrap();
        let messages = &mut folders.entry(folder.to_owned()).or_default().messages;
        messages.push(Message {
            uid: 11 + u32::try_from(messages.len()).unwrap(),
            received: received.to_owned(),
            header: format!("{header}\r\n\r\n"),
            text: text.to_owned(),
        });
    }
}

impl Builder {
    #[must_use]
    pub fn transport(mut self, transport: Transport) -> Builder {
        self.transport = transport;
        self
    }

    /// STARTTLS apart, which is added in clear where the transport has it.
    #[must_use]
    pub fn capabilities(mut self, capabilities: &str) -> Builder {
        self.capabilities = capabilities.to_owned();
        self
    }

    #[must_use]
    pub fn greeting(mut self, line: &str) -> Builder {
        self.greeting = line.to_owned();
        self
    }

    #[must_use]
    pub fn separator(mut self, separator: char) -> Builder {
        self.separator = separator;
        self
    }

    /// A folder by its name on the wire, with its attributes.
    #[must_use]
    pub fn folder(mut self, name: &str, attributes: &str) -> Builder {
        self.folders.entry(name.to_owned()).or_default().attributes = attributes.to_owned();
        self
    }

    /// One more message at the end of a folder; its UIDs are 11, 12 and so on.
    #[must_use]
    pub fn message(mut self, folder: &str, received: &str, header: &str, text: &str) -> Builder {
        let messages = &mut self.folders.entry(folder.to_owned()).or_default().messages;
        messages.push(Message {
            uid: 11 + u32::try_from(messages.len()).unwrap(),
            received: received.to_owned(),
            header: format!("{}\r\n\r\n", header.replace('\n', "\r\n")),
            text: text.to_owned(),
        });
        self
    }

    #[must_use]
    pub fn lie(mut self, lie: Lie) -> Builder {
        self.lie = Some(lie);
        self
    }

    #[must_use]
    pub fn no_or(mut self) -> Builder {
        self.no_or = true;
        self
    }

    #[must_use]
    pub fn rewrites(mut self) -> Builder {
        self.rewrites = true;
        self
    }

    #[must_use]
    pub fn fault(mut self, at: At, fault: Fault) -> Builder {
        self.faults.push((at, fault));
        self
    }

    pub fn start(self) -> ImapServer {
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
            folders: Mutex::new(self.folders.clone()),
            faults: Mutex::new(self.faults.clone()),
            order: self,
            tls,
            stopping: AtomicBool::new(false),
            connections: AtomicUsize::new(0),
            ended: AtomicUsize::new(0),
            commands: Mutex::default(),
            appended: Mutex::default(),
            bombed: AtomicUsize::new(0),
            odd: Mutex::default(),
        });
        let theirs = Arc::clone(&shared);
        let listening = thread::spawn(move || listen(&listener, &theirs));
        ImapServer { address, ca_pem, shared, listening: Some(listening) }
    }
}

impl Drop for ImapServer {
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
