//! The floor: the fewest round trips that leave at most one message in doubt, and nothing else.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use data_encoding::BASE64;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use thanks::adapters::smtp::Security;

use crate::Place;

/// How commands are put together.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// The end of one message and the commands of the next in one write (RFC 2920 3.1).
    Merged,
    /// Each command waits for the answer to the one before.
    Lockstep,
}

pub struct Bare {
    wire: Wire,
    read: Vec<u8>,
}

enum Wire {
    Clear(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Bare {
    /// Sends all on one connection and leaves with a QUIT that it does not wait for.
    pub fn send(place: &Place, messages: &[Vec<u8>], style: Style) -> Duration {
        let begun = Instant::now();
        let socket = TcpStream::connect((Ipv4Addr::LOCALHOST, place.port)).unwrap();
        socket.set_nodelay(true).unwrap();
        let mut bare = Bare { wire: Wire::Clear(socket), read: Vec::new() };
        if place.security == Security::Tls {
            bare = bare.secure(place.server.ca_pem());
        }
        bare.expect("220");
        bare.ask("EHLO bare.example\r\n", "250");
        if place.security == Security::StartTls {
            bare.ask("STARTTLS\r\n", "220");
            bare = bare.secure(place.server.ca_pem());
            bare.ask("EHLO bare.example\r\n", "250");
        }
        bare.ask(&format!("AUTH PLAIN {}\r\n", BASE64.encode(b"\0jo@example.com\0secret")), "235");
        match style {
            Style::Merged => bare.merged(messages),
            Style::Lockstep => bare.lockstep(messages),
        }
        begun.elapsed()
    }

    fn merged(&mut self, messages: &[Vec<u8>]) {
        let announce = |number: usize| {
            format!("MAIL FROM:<jo@example.com>\r\nRCPT TO:<p{number}@acme.example>\r\nDATA\r\n")
        };
        self.write(announce(0).as_bytes());
        for (number, message) in messages.iter().enumerate() {
            self.expect("250");
            self.expect("250");
            self.expect("354");
            let mut flight = message.clone();
            flight.extend_from_slice(b".\r\n");
            match number + 1 < messages.len() {
                true => flight.extend_from_slice(announce(number + 1).as_bytes()),
                false => flight.extend_from_slice(b"QUIT\r\n"),
            }
            self.write(&flight);
            self.expect("250");
        }
    }

    fn lockstep(&mut self, messages: &[Vec<u8>]) {
        for (number, message) in messages.iter().enumerate() {
            self.ask("MAIL FROM:<jo@example.com>\r\n", "250");
            self.ask(&format!("RCPT TO:<p{number}@acme.example>\r\n"), "250");
            self.ask("DATA\r\n", "354");
            let mut flight = message.clone();
            flight.extend_from_slice(b".\r\n");
            self.write(&flight);
            self.expect("250");
        }
        self.write(b"QUIT\r\n");
    }

    fn secure(self, ca_pem: &[u8]) -> Bare {
        let Wire::Clear(socket) = self.wire else { unreachable!("secured twice") };
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(ca_pem) {
            roots.add(certificate.unwrap()).unwrap();
        }
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("127.0.0.1").unwrap();
        let connection = ClientConnection::new(Arc::new(config), name).unwrap();
        Bare { wire: Wire::Tls(Box::new(StreamOwned::new(connection, socket))), read: Vec::new() }
    }

    fn ask(&mut self, command: &str, code: &str) {
        self.write(command.as_bytes());
        self.expect(code);
    }

    fn write(&mut self, octets: &[u8]) {
        match &mut self.wire {
            Wire::Clear(socket) => socket.write_all(octets).unwrap(),
            Wire::Tls(tls) => tls.write_all(octets).and_then(|()| tls.flush()).unwrap(),
        }
    }

    /// Reads one reply, all its lines.
    fn expect(&mut self, code: &str) {
        loop {
            while let Some(end) = self.read.iter().position(|octet| *octet == b'\n') {
                let line: Vec<u8> = self.read.drain(..=end).collect();
                assert!(line.starts_with(code.as_bytes()), "{:?}", String::from_utf8_lossy(&line));
                if line.get(3) == Some(&b' ') {
                    return;
                }
            }
            let mut chunk = [0; 4096];
            let count = match &mut self.wire {
                Wire::Clear(socket) => socket.read(&mut chunk).unwrap(),
                Wire::Tls(tls) => tls.read(&mut chunk).unwrap(),
            };
            assert!(count > 0, "the server has gone");
            self.read.extend_from_slice(&chunk[..count]);
        }
    }
}
