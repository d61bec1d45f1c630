//! What a port speaks, found out where both sides would wait for each other: a client that begins
//! in clear waits for a greeting, a TLS server for the client's handshake. It sends no mail command.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore};

use super::stream::is_slice_over;
use super::{Deadline, Interrupt, SLICE, Security, dial};
use crate::domain::problem::{Kind, Problem};
use crate::domain::text::printable;

/// A server on the same network answers a handshake within a fraction of this.
const PROBE: Duration = Duration::from_secs(4);

/// What a port speaks first, against what the settings say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaks {
    /// TLS from the first byte.
    Tls,
    /// Something else than TLS.
    Clear,
}

/// The section of the configuration that a server belongs to, and the ports that its protocol
/// usually has.
pub struct Usual {
    pub section: &'static str,
    pub tls: u16,
    pub starttls: u16,
}

impl Usual {
    /// What may help where a server offers no STARTTLS.
    pub fn without_starttls(&self, host: &str) -> String {
        let Usual { section, tls, .. } = self;
        match dial::names_loopback(host) {
            true => format!("set security = \"none\" in [{section}], which this computer allows, or \"tls\""),
            false => format!("set security = \"tls\" in [{section}]; its usual port is {tls}"),
        }
    }

    /// What may help where a server in clear offers no login.
    pub fn without_login(&self) -> String {
        format!(
            "set security = \"starttls\" in [{}]: many servers take a login only inside TLS",
            self.section
        )
    }
}

impl Speaks {
    /// The value of `security` that fits.
    pub fn security(self) -> &'static str {
        match self {
            Speaks::Tls => "tls",
            Speaks::Clear => "starttls",
        }
    }

    /// For a reader: what doesn't fit, and what to set.
    pub fn problem(self, configured: Security, (host, port): (&str, u16), usual: &Usual) -> Problem {
        let configured = match configured {
            Security::Tls => "tls",
            Security::StartTls => "starttls",
            Security::Plain => "none",
        };
        let (what, usual_port) = match self {
            Speaks::Tls => ("expects TLS from the first byte", usual.tls),
            Speaks::Clear => ("doesn't speak TLS from the first byte", usual.starttls),
        };
        let fitting = self.security();
        let section = usual.section;
        let hint = format!("set security = \"{fitting}\" in [{section}]; its usual port is {usual_port}");
        let is_local_clear = self == Speaks::Clear && dial::names_loopback(host);
        Problem::new(
            Kind::Config,
            format!("{}, port {port}, {what}, but security is \"{configured}\"", printable(host)),
        )
        .hint(match is_local_clear {
            true => format!("{hint}; on this computer security = \"none\" is possible too"),
            false => hint,
        })
    }
}

/// Whether these are the first octets of a TLS record: a handshake or an alert.
pub(super) fn begins_tls(octets: &[u8]) -> bool {
    matches!(octets, [0x15 | 0x16, 0x03, ..])
}

/// Whether a port answers the beginning of a handshake with TLS. It takes a connection of its own,
/// since the first one may belong to a server that is only slow to greet.
pub(super) fn answers_tls(peer: SocketAddr, host: &str, interrupt: &Interrupt) -> bool {
    let deadline = Deadline::after(PROBE);
    let Some(hello) = hello(peer, host) else { return false };
    let Ok(mut socket) = TcpStream::connect_timeout(&peer, deadline.left()) else { return false };
    let is_set = socket.set_read_timeout(Some(SLICE)).and(socket.set_write_timeout(Some(SLICE)));
    if is_set.is_err() || socket.write_all(&hello).is_err() {
        return false;
    }
    let mut answer = Vec::new();
    while answer.len() < 2 && !deadline.has_passed() && !interrupt.is_raised() {
        let mut some = [0; 2];
        match socket.read(&mut some) {
            Ok(0) => break,
            Ok(count) => answer.extend(some.iter().take(count)),
            Err(error) if is_slice_over(&error) => {}
            Err(_) => break,
        }
    }
    begins_tls(&answer)
}

/// The first message of a handshake that nobody is going to finish.
fn hello(peer: SocketAddr, host: &str) -> Option<Vec<u8>> {
    let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(bare).unwrap_or(ServerName::IpAddress(peer.ip().into()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .ok()?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    let mut octets = Vec::new();
    ClientConnection::new(Arc::new(config), name).ok()?.write_tls(&mut octets).ok()?;
    Some(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_greeting_is_not_taken_for_tls() {
        for octets in [&b"220 ready"[..], b"* OK", b"", b"\x16", b"\x15\x02", b"HTTP/1.1 400"] {
            assert!(!begins_tls(octets), "{octets:?}");
        }
        assert!(begins_tls(&[0x16, 0x03, 0x03, 0x00]));
        assert!(begins_tls(&[0x15, 0x03, 0x01]));
    }

    #[test]
    fn the_first_message_of_a_handshake_is_tls_whatever_the_host_is_called() {
        let peer = "127.0.0.1:1".parse().unwrap();
        for host in ["mail.example.org", "127.0.0.1", "[::1]", "not a host"] {
            assert!(begins_tls(&hello(peer, host).unwrap()), "{host}");
        }
    }
}
