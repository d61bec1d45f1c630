//! From a host's name to a TCP connection. The system's resolver cannot be interrupted and a
//! connect cannot be cut in slices, so both run in threads that are left behind when time is up.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;

use super::{Deadline, Interrupt, NetError, Security, not_loopback};
use crate::domain::text::printable;

/// Whether a host, as written, can only be this machine.
pub(super) fn names_loopback(host: &str) -> bool {
    match host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        Ok(address) => is_loopback(address),
        Err(_) => {
            let name = host.trim_end_matches('.').to_ascii_lowercase();
            name == "localhost" || name.ends_with(".localhost")
        }
    }
}

pub(super) fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

pub(super) fn dial(
    host: &str,
    port: u16,
    security: Security,
    deadline: Deadline,
    interrupt: &Interrupt,
) -> Result<TcpStream, NetError> {
    let addresses = resolve(host, port, deadline, interrupt)?;
    if security == Security::Plain && !addresses.iter().all(|a| is_loopback(a.ip())) {
        return Err(not_loopback(host));
    }
    race(addresses, deadline, interrupt)
}

fn resolve(
    host: &str,
    port: u16,
    deadline: Deadline,
    interrupt: &Interrupt,
) -> Result<Vec<SocketAddr>, NetError> {
    let name = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let (answer, answered) = mpsc::channel();
    background(move || {
        let found = (name.as_str(), port).to_socket_addrs();
        let _ = answer.send(found.map(|addresses| addresses.collect::<Vec<_>>()));
    })?;
    loop {
        if let Some(found) = next(&answered, deadline, interrupt)? {
            return match found {
                Ok(addresses) if addresses.is_empty() => {
                    Err(NetError::Name(format!("{} has no address", printable(host))))
                }
                Ok(addresses) => Ok(addresses),
                Err(e) => Err(NetError::Name(e.to_string())),
            };
        }
    }
}

/// Starts with the first address and adds the next when one fails or a slice has passed: a dead
/// IPv6 route costs a quarter of a second.
fn race(
    addresses: Vec<SocketAddr>,
    deadline: Deadline,
    interrupt: &Interrupt,
) -> Result<TcpStream, NetError> {
    let (answer, answered) = mpsc::channel();
    let mut waiting = addresses.into_iter();
    let mut running = 0_usize;
    let mut failure = String::new();
    loop {
        if let Some(address) = waiting.next() {
            let answer = answer.clone();
            let patience = deadline.left();
            let started = background(move || {
                let connected = TcpStream::connect_timeout(&address, patience);
                let _ = answer.send((address, connected));
            });
            match started {
                Ok(()) => running += 1,
                // Those that are under way may still connect.
                Err(error) => failure = error.to_string(),
            }
            if running == 0 {
                continue;
            }
        } else if running == 0 {
            return Err(NetError::Network(failure));
        }
        match next(&answered, deadline, interrupt)? {
            Some((_, Ok(socket))) => return Ok(socket),
            Some((address, Err(e))) => {
                running -= 1;
                failure = format!("{address}: {e}");
            }
            None => {}
        }
    }
}

/// What a thread answers within the next slice, if it does.
fn next<T>(answered: &Receiver<T>, deadline: Deadline, interrupt: &Interrupt) -> Result<Option<T>, NetError> {
    match answered.recv_timeout(deadline.slice()) {
        Ok(answer) => Ok(Some(answer)),
        Err(RecvTimeoutError::Timeout) if interrupt.is_raised() => Err(NetError::Interrupted),
        Err(RecvTimeoutError::Timeout) if deadline.has_passed() => Err(NetError::TimedOut),
        Err(RecvTimeoutError::Timeout) => Ok(None),
        Err(RecvTimeoutError::Disconnected) => {
            Err(NetError::Network("the thread that connects ended early".into()))
        }
    }
}

fn background(work: impl FnOnce() + Send + 'static) -> Result<(), NetError> {
    let started: io::Result<_> = thread::Builder::new().name("connect".into()).spawn(work);
    started.map(drop).map_err(|e| NetError::Network(format!("cannot start a thread: {e}")))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::time::Duration;

    use super::*;

    #[test]
    fn only_names_that_must_be_this_machine_count_as_loopback() {
        for host in [
            "127.0.0.1",
            "127.8.9.1",
            "::1",
            "[::1]",
            "::ffff:127.0.0.1",
            "localhost",
            "LocalHost.",
            "a.localhost",
        ] {
            assert!(names_loopback(host), "{host}");
        }
        for host in ["10.0.0.1", "127.0.0.1.example.org", "localhost.example.org", "mail", "", "0.0.0.0"] {
            assert!(!names_loopback(host), "{host}");
        }
    }

    #[test]
    fn a_dead_first_address_does_not_hide_a_living_second_one() {
        let alive = TcpListener::bind("127.0.0.1:0").unwrap();
        let dead = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let addresses = vec![dead, alive.local_addr().unwrap()];
        let deadline = Deadline::after(Duration::from_secs(5));
        let socket = race(addresses, deadline, &Interrupt::default()).unwrap();
        assert_eq!(socket.peer_addr().unwrap(), alive.local_addr().unwrap());
    }

    #[test]
    fn when_every_address_is_dead_the_last_one_is_named() {
        let dead = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let deadline = Deadline::after(Duration::from_secs(5));
        let error = race(vec![dead], deadline, &Interrupt::default()).unwrap_err();
        assert!(error.to_string().starts_with(&dead.to_string()), "{error}");
    }
}
