//! The server's side of one connection.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::Ordering;

use rustls::{ServerConnection, StreamOwned};

use super::search::search;
use super::{Appended, At, Fault, Folder, GLANCE, Lie, Message, Odd, Shared, Transport};

enum Wire {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

pub(super) struct Conversation<'a> {
    wire: Wire,
    shared: &'a Shared,
    buffer: Vec<u8>,
    /// The name of the folder that is open.
    open: Option<String>,
}

impl<'a> Conversation<'a> {
    pub fn start(socket: TcpStream, shared: &'a Shared) -> io::Result<Conversation<'a>> {
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(GLANCE))?;
        let mut talk = Conversation { wire: Wire::Plain(socket), shared, buffer: Vec::new(), open: None };
        if matches!(shared.order.transport, Transport::Tls(_)) {
            talk.secure()?;
        }
        Ok(talk)
    }

    pub fn run(&mut self) -> io::Result<()> {
        let greeting = format!("{}\r\n", self.shared.order.greeting);
        self.answer(At::Greeting, "*", &greeting)?;
        loop {
            let (line, literals) = self.command()?;
            let (tag, rest) = line.split_once(' ').unwrap_or((&line, ""));
            self.shared.commands.lock().unwrap().push(rest.to_owned());
            let (verb, arguments) = rest.split_once(' ').unwrap_or((rest, ""));
            match verb {
                "CAPABILITY" => {
                    let lines = format!("* CAPABILITY {}\r\n{tag} OK done\r\n", self.capabilities());
                    self.answer(At::Capability, tag, &lines)?;
                }
                "STARTTLS" => {
                    if self.answer(At::StartTls, tag, &format!("{tag} OK go ahead\r\n"))? {
                        self.secure()?;
                    }
                }
                "LOGIN" => drop(self.answer(At::Login, tag, &format!("{tag} OK welcome\r\n"))?),
                "AUTHENTICATE" => self.authenticate(tag, arguments)?,
                "ID" => drop(self.answer(At::Id, tag, &format!("* ID NIL\r\n{tag} OK done\r\n"))?),
                "LIST" => {
                    let lines = self.list();
                    self.answer(At::List, tag, &format!("{lines}{tag} OK done\r\n"))?;
                }
                "EXAMINE" | "SELECT" => {
                    let name = unquoted(arguments);
                    let count = self.shared.folders.lock().unwrap().get(&name).map(|f| f.messages.len());
                    match count {
                        None => {
                            self.write(format!("{tag} NO [NONEXISTENT] no such folder\r\n").as_bytes())?
                        }
                        Some(count) => {
                            let lines = format!(
                                "* FLAGS (\\Seen)\r\n* {} EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 7] valid\r\n{tag} OK [READ-ONLY] open\r\n",
                                count
                            );
                            self.open = Some(name);
                            self.answer(At::Examine, tag, &lines)?;
                        }
                    }
                }
                "UID" | "FETCH" => {
                    let (verb, arguments) = match verb {
                        "UID" => arguments.split_once(' ').unwrap(),
                        _ => ("PLACES", arguments),
                    };
                    match verb {
                        "SEARCH" if self.shared.order.no_or && arguments.contains(" OR ") => {
                            self.write(format!("{tag} BAD invalid command\r\n").as_bytes())?;
                        }
                        "SEARCH" => {
                            let found = self.search(arguments);
                            self.answer(At::Search, tag, &format!("{found}\r\n{tag} OK done\r\n"))?;
                        }
                        _ => {
                            let lines = match self.fetch(arguments, verb == "FETCH") {
                                Some(lines) => format!("{lines}{tag} OK done\r\n"),
                                None => format!("{tag} NO FETCH Server error while fetching messages\r\n"),
                            };
                            self.answer(At::Fetch, tag, &lines)?;
                        }
                    }
                }
                "APPEND" => {
                    let Some(wire) = literals.into_iter().next() else { continue };
                    let name = arguments.split('(').next().unwrap().trim();
                    let options = arguments.strip_prefix(name).unwrap().split('{').next().unwrap().trim();
                    // Held until it is noted: whoever has the answer finds what was filed.
                    let shared = self.shared;
                    let mut appended = shared.appended.lock().unwrap();
                    let folder = unquoted(name);
                    let uid = self.shared.next_uid(&folder);
                    let filed = format!("{tag} OK [APPENDUID 7 {uid}] filed\r\n");
                    if self.answer(At::Append, tag, &filed)? {
                        let text = String::from_utf8_lossy(&wire);
                        let kept = match self.shared.order.rewrites {
                            true => text.replace(
                                "Message-ID: ",
                                "Message-ID: <new@exchange.example>\r\nX-Microsoft-Original-Message-ID: ",
                            ),
                            false => text.into_owned(),
                        };
                        self.shared.arrive(&folder, " 5-Mar-2026 21:00:00 +0000", &kept);
                        appended.push(Appended { folder, options: options.to_owned(), wire });
                    }
                }
                "LOGOUT" => return self.write(format!("* BYE bye\r\n{tag} OK done\r\n").as_bytes()),
                _ => self.write(format!("{tag} BAD what?\r\n").as_bytes())?,
            }
        }
    }

    fn authenticate(&mut self, tag: &str, arguments: &str) -> io::Result<()> {
        // Without an initial response it is asked for.
        if !arguments.contains(' ') {
            self.write(b"+ \r\n")?;
            let response = self.line()?;
            self.shared.commands.lock().unwrap().push(String::from_utf8(response).unwrap().trim().to_owned());
        }
        let refused = matches!(self.fault_ordered(At::Login), Some(Fault::Refuse(_)));
        if refused && arguments.starts_with("XOAUTH2") {
            let reason = data_encoding::BASE64.encode(br#"{"status":"400","schemes":"bearer"}"#);
            self.write(format!("+ {reason}\r\n").as_bytes())?;
            assert_eq!(self.line()?, b"\r\n", "the refusal is asked for with an empty line");
        }
        self.answer(At::Login, tag, &format!("{tag} OK welcome\r\n")).map(drop)
    }

    fn capabilities(&self) -> String {
        let order = &self.shared.order;
        let in_clear = matches!(self.wire, Wire::Plain(_));
        match order.transport {
            Transport::StartTls(_) if in_clear => format!("{} STARTTLS", order.capabilities),
            _ => order.capabilities.clone(),
        }
    }

    fn list(&self) -> String {
        let order = &self.shared.order;
        let separator = match order.separator {
            '\\' => r"\\".to_owned(),
            other => other.to_string(),
        };
        let line = |(name, folder): (&String, &Folder)| {
            format!("* LIST ({}) \"{separator}\" \"{name}\"\r\n", folder.attributes)
        };
        self.shared.folders.lock().unwrap().iter().map(line).collect()
    }

    fn search(&self, keys: &str) -> String {
        let messages = self.messages();
        let found = match self.shared.order.lie {
            Some(Lie::Garbled) => return "* SEARCH 1 2 two".into(),
            Some(Lie::Nothing) => Vec::new(),
            Some(Lie::Everything) => messages.iter().map(|message| message.uid).collect(),
            None => search(keys, &messages),
        };
        let found: Vec<String> = found.iter().map(|uid| format!(" {uid}")).collect();
        format!("* SEARCH{}", found.concat())
    }

    /// `None` where a message makes the server refuse all.
    fn fetch(&self, arguments: &str, by_uid: bool) -> Option<String> {
        let (set, items) = arguments.split_once(' ').unwrap();
        let wanted = |number: usize| {
            set.split(',').any(|part| match part.split_once(':') {
                Some((first, last)) => (first.parse().unwrap()..=last.parse().unwrap()).contains(&number),
                None => part.parse() == Ok(number),
            })
        };
        let mut lines = String::new();
        for (place, message) in (1..).zip(self.messages()) {
            if !wanted(if by_uid { usize::try_from(message.uid).unwrap() } else { place }) {
                continue;
            }
            let odd = self.odd(message.uid);
            match odd {
                Some(Odd::Breaks) => return None,
                Some(Odd::BreaksText) if items.contains("[TEXT]") => return None,
                Some(Odd::BreaksHeader) if items.contains("HEADER") => return None,
                Some(Odd::Hidden) => continue,
                Some(Odd::OtherUid) => {
                    lines.push_str(&format!("* {place} FETCH (UID {}", message.uid + 1000))
                }
                Some(Odd::NoUid) => lines.push_str(&format!("* {place} FETCH (X-NONE NIL")),
                Some(Odd::Flags(flags)) => {
                    lines.push_str(&format!("* {place} FETCH (FLAGS {flags} UID {}", message.uid));
                }
                _ => lines.push_str(&format!("* {place} FETCH (UID {}", message.uid)),
            }
            if items.contains("INTERNALDATE") {
                match odd {
                    Some(Odd::Date(date)) => lines.push_str(&format!(" INTERNALDATE {date}")),
                    _ => lines.push_str(&format!(" INTERNALDATE \"{}\"", message.received)),
                }
            }
            if items.contains("HEADER.FIELDS") && odd != Some(Odd::NoHeader) {
                let fields = items.split_once("HEADER.FIELDS (").unwrap().1.split_once(')').unwrap().0;
                let header = match odd {
                    Some(Odd::EmptyHeader) => "\r\n".to_owned(),
                    _ => chosen(&message.header, fields),
                };
                let header = beginning(&header, items, ")]<0.");
                lines.push_str(&format!(" BODY[HEADER.FIELDS ({fields})]<0> "));
                match odd {
                    Some(Odd::NilHeader) => lines.push_str("NIL"),
                    _ => lines.push_str(&format!("{{{}}}\r\n{header}", header.len())),
                }
            }
            if items.contains("[TEXT]") {
                let text = beginning(&message.text, items, "[TEXT]<0.");
                lines.push_str(&format!(" BODY[TEXT]<0> {{{}}}\r\n{text}", text.len()));
            }
            lines.push_str(")\r\n");
        }
        Some(lines)
    }

    fn odd(&self, uid: u32) -> Option<Odd> {
        let open = self.open.clone().expect("a folder is open");
        self.shared.odd.lock().unwrap().get(&(open, uid)).copied()
    }

    fn messages(&self) -> Vec<Message> {
        let open = self.open.as_deref().expect("a folder is open");
        self.shared.folders.lock().unwrap()[open].messages.clone()
    }

    fn fault_ordered(&self, at: At) -> Option<Fault> {
        self.shared
            .faults
            .lock()
            .unwrap()
            .iter()
            .find(|(when, _)| *when == at)
            .map(|(_, fault)| fault.clone())
    }

    /// Answers, or does what is ordered instead; tells whether the answer was the right one.
    fn answer(&mut self, at: At, tag: &str, right: &str) -> io::Result<bool> {
        let gone = || io::Error::from(ErrorKind::ConnectionAborted);
        match self.fault_ordered(at) {
            None => self.write(right.as_bytes())?,
            Some(Fault::Drop) => return Err(gone()),
            Some(Fault::Hang) => loop {
                self.fill()?;
            },
            Some(Fault::Bye(text)) => {
                self.write(format!("* BYE {text}\r\n").as_bytes())?;
                return Err(gone());
            }
            Some(Fault::Refuse(words)) => {
                self.write(format!("{tag} {words}\r\n").as_bytes())?;
                return Ok(false);
            }
            Some(Fault::Garbage) => {
                self.write(b"\x00\xff\x1b[31m<html>\r\n")?;
                return Ok(false);
            }
            Some(Fault::Trickle) => loop {
                self.write(b"* OK still here\r\n")?;
                self.fill_once()?;
            },
            Some(Fault::EndlessLine) => loop {
                self.write(&[b'x'; 4096])?;
            },
            Some(Fault::LiteralBomb(size)) => {
                let line = format!("* 1 FETCH (UID 11 BODY[TEXT]<0> {{{size}}}\r\n");
                self.write(line.as_bytes())?;
                for _ in 0..size / 4096 {
                    self.write(&[b'x'; 4096])?;
                    self.shared.bombed.fetch_add(4096, Ordering::SeqCst);
                }
                return Err(gone());
            }
            Some(Fault::Flood) => {
                for _ in 0..1000 {
                    self.write("* 1 EXISTS\r\n".repeat(100).as_bytes())?;
                }
                return Err(gone());
            }
            Some(Fault::WrongTag) => self.write(right.replace(tag, "stranger").as_bytes())?,
            Some(Fault::First(lines)) => self.write(format!("{lines}{right}").as_bytes())?,
            Some(Fault::Inject(extra)) => self.write(format!("{right}{extra}").as_bytes())?,
        }
        Ok(true)
    }

    fn secure(&mut self) -> io::Result<()> {
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
        self.wire = Wire::Tls(Box::new(tls));
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.check()?;
        match &mut self.wire {
            Wire::Plain(socket) => socket.write_all(bytes),
            Wire::Tls(tls) => tls.write_all(bytes).and_then(|()| tls.flush()),
        }
    }

    /// A command on one line, its literals in place; the literals again by themselves.
    fn command(&mut self) -> io::Result<(String, Vec<Vec<u8>>)> {
        let (mut text, mut literals) = (String::new(), Vec::new());
        loop {
            // A client that begins with TLS writes no text.
            let line = String::from_utf8_lossy(&self.line()?).into_owned();
            let line = line.trim_end_matches(['\r', '\n']);
            text.push_str(line);
            let Some(size) =
                line.strip_suffix('}').and_then(|line| line.rsplit_once('{')).map(|(_, size)| size)
            else {
                return Ok((text, literals));
            };
            let count = size.trim_end_matches('+').parse().unwrap();
            if !size.ends_with('+') {
                let before = match self.fault_ordered(At::Append) {
                    Some(Fault::First(lines)) if text.contains(" APPEND ") => lines,
                    _ => "",
                };
                self.write(format!("{before}+ go on\r\n").as_bytes())?;
            }
            while self.buffer.len() < count {
                self.fill()?;
            }
            let literal: Vec<u8> = self.buffer.drain(..count).collect();
            literals.push(literal);
        }
    }

    fn line(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if let Some(end) = self.buffer.iter().position(|octet| *octet == b'\n') {
                return Ok(self.buffer.drain(..=end).collect());
            }
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

fn unquoted(name: &str) -> String {
    name.trim_matches('"').to_owned()
}

/// The fields of a header that are asked for, and the empty line.
fn chosen(header: &str, fields: &str) -> String {
    let fields: Vec<String> = fields.split(' ').map(|field| field.trim_matches('"').to_lowercase()).collect();
    let mut keep = false;
    let mut chosen = String::new();
    for line in header.split_inclusive("\r\n") {
        if !line.starts_with([' ', '\t']) {
            let name = line.split(':').next().unwrap().to_lowercase();
            keep = line == "\r\n" || fields.contains(&name);
        }
        if keep {
            chosen.push_str(line);
        }
    }
    chosen
}

/// At most what stands between `mark` and `>` in the items.
fn beginning<'t>(text: &'t str, items: &str, mark: &str) -> &'t str {
    let most: usize = items.split_once(mark).unwrap().1.split_once('>').unwrap().0.parse().unwrap();
    text.get(..most).unwrap_or(text)
}
